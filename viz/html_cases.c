#include "viz/html_cases.h"

#include "viz/axis.h"
#include "viz/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_ROWS = 3000,
    MOST_FAILURES = 300,
    MOST_OUTPUT = 3000,
    MOST_FINDINGS = 300,
    MOST_EXAMPLE = 4000,
    MOST_WITNESSES = 20
};

static void end(const struct page_origin *origin, struct text *out) {
    page_section(out, "origin", "Where it comes from");
    page_origin(out, origin, "");
    page_section_end(out);
    page_end(out);
}

static void say_cut(struct text *out, size_t shown, size_t in_all) {
    if (shown < in_all) {
        text_add(out, "<p class=\"faint\">The first %zu of %zu.</p>\n", shown, in_all);
    }
}

/* ---- Scenarios under test ---- */

static const char *const state_names[CASE_STATE_COUNT] = {[CASE_PASSED] = "holds",
                                                          [CASE_FAILED] = "violated",
                                                          [CASE_INCONCLUSIVE] = "inconclusive",
                                                          [CASE_SKIPPED] = "left out",
                                                          [CASE_UNREADABLE] = "cannot be read"};
static const char *const state_classes[CASE_STATE_COUNT] = {[CASE_PASSED] = "holds",
                                                            [CASE_FAILED] = "violated",
                                                            [CASE_INCONCLUSIVE] = "inconclusive",
                                                            [CASE_SKIPPED] = "faint",
                                                            [CASE_UNREADABLE] = "violated"};

/* What a scenario's cases amount to: a failure counts most, being left out least. */
static enum case_state worse(enum case_state a, enum case_state b) {
    static const int rank[CASE_STATE_COUNT] = {
        [CASE_SKIPPED] = 0, [CASE_PASSED] = 1, [CASE_INCONCLUSIVE] = 2, [CASE_FAILED] = 3, [CASE_UNREADABLE] = 4};
    return rank[a] >= rank[b] ? a : b;
}

static void add_scenario(const struct html_case *cases, size_t count, size_t first_failure, struct text *out) {
    enum case_state state = CASE_SKIPPED;
    size_t passed = 0;
    double wall_s = 0;
    char text[64], time[AXIS_LABEL_BYTES];
    for (size_t i = 0; i < count; i++) {
        state = worse(state, cases[i].state);
        passed += cases[i].state == CASE_PASSED;
        wall_s += cases[i].wall_s;
    }
    page_row(out);
    page_cell(out, (double)NAN, cases[0].path);
    text_add(out, "<td>");
    page_text(out, cases[0].title != NULL ? cases[0].title : "");
    if (cases[0].question != NULL) {
        text_add(out, "<br/><span class=\"faint\">");
        page_text(out, cases[0].question);
        text_add(out, "</span>");
    }
    text_add(out, "</td><td class=\"%s\">", state_classes[state]);
    if (first_failure < MOST_FAILURES && state != CASE_PASSED && state != CASE_SKIPPED) {
        text_add(out, "<a href=\"#case-%zu\">%s</a></td>", first_failure + 1, state_names[state]);
    } else {
        text_add(out, "%s</td>", state_names[state]);
    }
    snprintf(text, sizeof text, "%zu of %zu", passed, count);
    page_cell(out, (double)passed / (double)count, text);
    page_cell(out, wall_s, value_print(time, sizeof time, UNIT_SECONDS, wall_s));
    page_row_end(out);
}

static bool is_failure(const struct html_case *one) {
    return one->state != CASE_PASSED && one->state != CASE_SKIPPED;
}

static void add_failures(const struct html_case *cases, size_t count, size_t failures, struct text *out) {
    size_t shown = 0;
    if (failures == 0) {
        return;
    }
    page_section(out, "first-error", "What did not hold");
    for (size_t i = 0; i < count && shown < MOST_FAILURES; i++) {
        if (is_failure(&cases[i])) {
            text_add(out, "<h3 id=\"case-%zu\">", ++shown);
            page_text(out, cases[i].path);
            text_add(out, "%s", cases[i].label[0] != '\0' ? ", " : "");
            page_text(out, cases[i].label);
            text_add(out, "</h3>\n");
            page_pre(out, cases[i].output != NULL ? cases[i].output : "", MOST_OUTPUT);
        }
    }
    say_cut(out, shown, failures);
    page_section_end(out);
}

void html_test_report(const struct html_case *cases, size_t count, const struct page_origin *origin, struct text *out) {
    static const char *const columns[] = {"scenario", "question", "verdict", "passed", "time"};
    size_t counts[CASE_STATE_COUNT] = {0}, scenarios = 0, shown = 0, failures = 0;
    for (size_t i = 0; i < count; i++) {
        counts[cases[i].state]++;
        scenarios += i == 0 || strcmp(cases[i].path, cases[i - 1].path) != 0;
    }
    size_t failed = counts[CASE_FAILED] + counts[CASE_UNREADABLE], doubtful = counts[CASE_INCONCLUSIVE];
    page_begin(out, "Scenarios under test");
    text_add(out, "<header>\n");
    page_head(out, "Scenarios under test", NULL, NULL);
    text_add(out, "<p><span class=\"verdict %s\">%zu of %zu passed</span><span class=\"faint\">%zu scenarios",
             failed > 0     ? "violated"
             : doubtful > 0 ? "inconclusive"
                            : "holds",
             counts[CASE_PASSED], count - counts[CASE_SKIPPED], scenarios);
    for (int state = CASE_FAILED; state < CASE_STATE_COUNT; state++) {
        if (counts[state] > 0) {
            text_add(out, "; %zu %s", counts[state], state_names[state]);
        }
    }
    text_add(out, "</span>%s</p>\n</header>\n",
             failed + doubtful > 0 ? " <a href=\"#first-error\">jump to the first error</a>" : "");
    page_section(out, "scenarios", "Scenarios");
    page_table(out, columns, 5);
    for (size_t i = 0; i < count;) {
        size_t next = i, before = failures;
        for (; next < count && strcmp(cases[next].path, cases[i].path) == 0; next++) {
            failures += is_failure(&cases[next]);
        }
        if (shown < MOST_ROWS) {
            add_scenario(&cases[i], next - i, before, out);
            shown++;
        }
        i = next;
    }
    page_table_end(out);
    say_cut(out, shown, scenarios);
    page_section_end(out);
    add_failures(cases, count, failures, out);
    end(origin, out);
}

/* ---- Recorded histories ---- */

static void add_witness(const struct html_history *history, struct text *out) {
    double height = witness_height(history->witness);
    struct canvas *canvas = page_figure(PAGE_WIDTH, height, "why the operations are not linearizable");
    witness_draw(canvas, (struct rect){0, 0, PAGE_WIDTH, height}, history->witness);
    page_figure_end(out, canvas);
}

static void add_findings(const struct html_history *history, uint32_t *left, uint32_t *pictures, struct text *out) {
    for (uint32_t i = 0; i<history->finding_count && * left> 0; i++, --*left) {
        const struct html_finding *finding = &history->findings[i];
        text_add(out, "<h3>");
        page_text(out, history->path);
        text_add(out, ": %s", finding->name);
        if (finding->count > 1) {
            text_add(out, ", %" PRIu64 " times", finding->count);
        }
        text_add(out, "</h3>\n");
        if (finding->breaks != NULL) {
            text_add(out, "<p class=\"faint\">%s forbids it.</p>\n", finding->breaks);
        }
        page_pre(out, finding->example, MOST_EXAMPLE);
        if (i == 0 && history->witness != NULL && *pictures > 0) {
            add_witness(history, out);
            --*pictures;
        }
    }
    if (history->note != NULL && history->note[0] != '\0' && *left > 0) {
        text_add(out, "<h3>");
        page_text(out, history->path);
        text_add(out, ": a note</h3>\n");
        page_pre(out, history->note, MOST_EXAMPLE);
    }
}

static void add_history(const struct html_history *history, struct text *out) {
    char judged[AXIS_LABEL_BYTES];
    struct text names = {0};
    page_row(out);
    page_cell(out, (double)NAN, history->path);
    if (history->error != NULL) {
        text_add(out, "<td class=\"violated\">cannot be read</td>");
        page_cell(out, (double)NAN, "");
        page_cell(out, (double)NAN, history->error);
    } else {
        for (uint32_t i = 0; i < history->finding_count && names.length < 200; i++) {
            text_add(&names, "%s%s", i > 0 ? ", " : "", history->findings[i].name);
        }
        page_cell_verdict(out, history->verdict);
        page_cell(out, (double)history->looked_at,
                  value_print(judged, sizeof judged, UNIT_COUNT, (double)history->looked_at));
        page_cell(out, (double)NAN, names.bytes != NULL ? names.bytes : "");
    }
    page_row_end(out);
    text_free(&names);
}

void html_check_report(const char *model, const struct html_history *histories, size_t count,
                       const struct page_origin *origin, struct text *out) {
    static const char *const columns[] = {"history", "verdict", "operations", "what was found"};
    size_t held = 0, shown = 0;
    bool has_details = false;
    uint32_t left = MOST_FINDINGS, pictures = MOST_WITNESSES;
    for (size_t i = 0; i < count; i++) {
        held += histories[i].error == NULL && histories[i].verdict == VERDICT_HOLDS;
        has_details = has_details || histories[i].finding_count > 0 ||
                      (histories[i].note != NULL && histories[i].note[0] != '\0');
    }
    page_begin(out, "Histories judged");
    text_add(out, "<header>\n");
    page_head(out, "Histories judged", NULL, NULL);
    text_add(
        out,
        "<p><span class=\"verdict %s\">%zu of %zu hold</span><span class=\"faint\">as %s</span>%s</p>\n</header>\n",
        held == count ? "holds" : "violated", held, count, model,
        has_details ? " <a href=\"#first-error\">jump to the first error</a>" : "");
    page_section(out, "histories", "Histories");
    page_table(out, columns, 4);
    for (; shown < count && shown < MOST_ROWS; shown++) {
        add_history(&histories[shown], out);
    }
    page_table_end(out);
    say_cut(out, shown, count);
    page_section_end(out);
    if (has_details) {
        page_section(out, "first-error", "What was found");
        for (size_t i = 0; i < count && left > 0; i++) {
            add_findings(&histories[i], &left, &pictures, out);
        }
        if (left == 0) {
            text_add(out, "<p class=\"faint\">The first %d findings.</p>\n", MOST_FINDINGS);
        }
        page_section_end(out);
    }
    end(origin, out);
}

/* ---- A hunt ---- */

void html_hunt_begin(const struct html_hunt *hunt, struct text *out) {
    static const char *const columns[] = {"seed", "what broke", "seeds", "scenario"};
    char simulated[AXIS_LABEL_BYTES], wall[AXIS_LABEL_BYTES], runs[AXIS_LABEL_BYTES];
    page_begin(out, hunt->title);
    text_add(out, "<header>\n");
    page_head(out, hunt->title, NULL, NULL);
    if (hunt->failed == 0) {
        text_add(out, "<p><span class=\"verdict holds\">none failed</span>");
    } else {
        text_add(out, "<p><span class=\"verdict violated\">%" PRIu64 " failed, in %u way%s</span>", hunt->failed,
                 hunt->prey_count, hunt->prey_count == 1 ? "" : "s");
    }
    text_add(out, "<span class=\"faint\">%s runs, %s simulated in %s",
             value_print(runs, sizeof runs, UNIT_COUNT, (double)hunt->runs),
             value_print(simulated, sizeof simulated, UNIT_SECONDS, hunt->simulated_s),
             value_print(wall, sizeof wall, UNIT_SECONDS, hunt->wall_s));
    if (hunt->inconclusive > 0) {
        text_add(out, "; %" PRIu64 " inconclusive", hunt->inconclusive);
    }
    text_add(out, "</span>%s</p>\n</header>\n",
             hunt->prey_count > 0 ? " <a href=\"#first-error\">jump to the first error</a>" : "");
    if (hunt->prey_count == 0) {
        return;
    }
    page_section(out, "findings", "What broke");
    page_table(out, columns, 4);
    for (uint32_t i = 0; i < hunt->prey_count; i++) {
        const struct html_prey *prey = &hunt->preys[i];
        char seed[32], seeds[32];
        snprintf(seed, sizeof seed, "%" PRIu64, prey->seed);
        snprintf(seeds, sizeof seeds, "%" PRIu64, prey->seeds);
        page_row(out);
        page_cell(out, (double)prey->seed, seed);
        page_cell(out, (double)NAN, prey->fingerprint);
        page_cell(out, (double)prey->seeds, seeds);
        page_cell(out, (double)NAN, prey->path);
        page_row_end(out);
    }
    page_table_end(out);
    page_section_end(out);
}

void html_hunt_prey(const struct html_prey *prey, bool is_first, struct text *out) {
    char heading[160];
    /* What it means in this run stands below; the fingerprint is for many runs. */
    snprintf(heading, sizeof heading, "Seed %" PRIu64 ": %.*s", prey->seed, (int)strcspn(prey->fingerprint, ":"),
             prey->fingerprint);
    page_section(out, is_first ? "first-error" : NULL, heading);
    if (prey->detail[0] != '\0') {
        page_pre(out, prey->detail, MOST_OUTPUT);
    }
    text_add(out, "<h3>What it drew</h3>\n");
    page_pre(out, prey->drawn, MOST_OUTPUT);
    text_add(out, "<h3>Run it, shrink it</h3>\n<pre>./spacelike run ");
    page_text(out, prey->path);
    page_text(out, prey->options);
    text_add(out, "\n./spacelike shrink ");
    page_text(out, prey->path);
    page_text(out, prey->options);
    text_add(out, "</pre>\n");
    page_section_end(out);
    if (prey->run != NULL) {
        html_excerpt(prey->run, out);
    }
}

void html_hunt_end(const struct page_origin *origin, struct text *out) {
    end(origin, out);
}
