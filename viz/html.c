/* The sections of a run's report: what was asked, what happened, what it cost, what broke and how. */
#include "viz/html.h"

#include "viz/axis.h"
#include "viz/charts.h"
#include "viz/html_page.h"
#include "viz/html_parameters.h"
#include "viz/scene.h"
#include "viz/witness.h"
#include "viz/witness_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_FAULTS = 60, MOST_VIOLATIONS = 3, MOST_WINDOWS = 8, MOST_METRICS = 2000, MOST_RESOLVED = 200000 };

struct report {
    const struct html_source *source;
    const struct run *run;
    const struct facts *facts;
    struct text *out;
};

/* ---- Pictures ---- */

typedef void (*whole_run_chart)(struct canvas *canvas, struct rect area, const struct facts *facts);

static void add_chart(const struct report *report, whole_run_chart draw, double width, double height,
                      const char *title) {
    struct canvas *canvas = page_figure(width, height, title);
    draw(canvas, (struct rect){0, 0, width, height}, report->facts);
    page_figure_end(report->out, canvas);
}

static void add_stage(const struct report *report, const struct moment *moment) {
    struct canvas *canvas = page_figure(PAGE_WIDTH, 460, "the nodes at that time");
    stage_draw(canvas, (struct rect){0, 0, PAGE_WIDTH, 460}, report->facts, moment);
    page_figure_end(report->out, canvas);
}

static void add_space_time(const struct report *report, const struct stretch *stretch) {
    struct canvas *canvas = page_figure(PAGE_WIDTH, 560, "messages in space and time");
    space_time_draw(canvas, (struct rect){0, 0, PAGE_WIDTH, 560}, report->facts, stretch);
    page_figure_end(report->out, canvas);
}

/* ---- Head ---- */

/* Violations by time, those of the same time in the order of the checks. `after` NULL: the first. */
static const struct run_check *next_violation(const struct run *run, const struct run_check *after) {
    const struct run_check *next = NULL;
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        bool is_later = after == NULL || check->result.at > after->result.at ||
                        (check->result.at == after->result.at && check > after);
        if (check->result.verdict == VERDICT_VIOLATED && is_later &&
            (next == NULL || check->result.at < next->result.at)) {
            next = check;
        }
    }
    return next;
}

static void add_head(const struct report *report) {
    static const struct page_link sections[] = {{"story", "What happened"},   {"timeline", "Over time"},
                                                {"plots", "Clients"},         {"machines", "Machines"},
                                                {"checks", "Checks"},         {"metrics", "Measures"},
                                                {"parameters", "Parameters"}, {"origin", "Run it again"}};
    const struct run *run = report->run;
    const struct scenario *scenario = run->scenario;
    char events[AXIS_LABEL_BYTES], simulated[AXIS_LABEL_BYTES];
    text_add(report->out, "<header>\n");
    page_head(report->out, scenario->title, scenario->question, scenario->answer);
    text_add(report->out,
             "<p><span class=\"verdict %s\">%s</span><span class=\"faint\">seed %llu, %s simulated, %s events</span>",
             verdict_name(run->verdict), verdict_name(run->verdict), (unsigned long long)run->seed,
             value_print(simulated, sizeof simulated, UNIT_SECONDS, fact_seconds(run->ended)),
             value_print(events, sizeof events, UNIT_COUNT, (double)run->events));
    if (fact_verdict_note(report->facts) != NULL) {
        text_add(report->out, "<span class=\"faint\">, %s</span>", fact_verdict_note(report->facts));
    }
    if (next_violation(run, NULL) != NULL) {
        text_add(report->out, " <a href=\"#first-error\">jump to the first error</a>");
    }
    text_add(report->out, "</p>\n");
    page_contents(report->out, sections, sizeof sections / sizeof sections[0]);
    text_add(report->out, "</header>\n");
}

/* ---- Story ---- */

static void add_story(const struct report *report, const char *id) {
    static const char *const columns[] = {"time", "what happened"};
    const struct story *story = &report->facts->story;
    page_section(report->out, id, "What happened");
    if (story->count == 0) {
        page_paragraph(report->out, "faint", "Nothing but the load.");
        page_section_end(report->out);
        return;
    }
    page_table(report->out, columns, 2);
    for (uint32_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->lines[i];
        char at[32];
        if (story->left_out > 0 && i == story->gap) {
            char text[64];
            snprintf(text, sizeof text, "(%u more events)", story->left_out);
            page_row(report->out);
            page_cell(report->out, fact_seconds(line->at) - 1e-9, "");
            page_cell(report->out, (double)NAN, text);
            page_row_end(report->out);
        }
        snprintf(at, sizeof at, "%.3f s", fact_seconds(line->at));
        text_add(report->out, "<tr%s>", line->is_violation ? " class=\"violated\"" : "");
        page_cell(report->out, fact_seconds(line->at), at);
        page_cell(report->out, (double)NAN, line->text);
        page_row_end(report->out);
    }
    page_table_end(report->out);
    page_section_end(report->out);
}

/* ---- Plots ---- */

static void add_timeline(const struct report *report, const char *id) {
    double height = fmax(timeline_height(report->facts) * 1.25, 120);
    struct canvas *canvas = page_figure(PAGE_WIDTH, height, "the run over time");
    page_section(report->out, id, "Over time");
    timeline_draw(canvas, (struct rect){0, 0, PAGE_WIDTH, height}, report->facts, -1);
    page_figure_end(report->out, canvas);
    page_section_end(report->out);
}

static void add_plots(const struct report *report) {
    page_section(report->out, "plots", "What the clients saw");
    add_chart(report, latency_over_time_draw, PAGE_WIDTH, 380, "latency over time");
    text_add(report->out, "<div class=\"pair\">\n");
    add_chart(report, latency_draw, PAGE_HALF, 360, "distribution of latency");
    add_chart(report, tail_draw, PAGE_HALF, 360, "tail of latency");
    text_add(report->out, "</div>\n");
    add_chart(report, availability_draw, PAGE_WIDTH, 260, "availability");
    add_chart(report, staleness_draw, PAGE_WIDTH,
              report->facts->stale_share > 0 || report->facts->consistency_count > 0 ? 300 : 90, "staleness");
    if (report->facts->pacelc_count > 0) {
        add_chart(report, pacelc_draw, PAGE_WIDTH, 420, "the quadrant of PACELC");
    }
    page_section_end(report->out);
    page_section(report->out, "machines", "What the machines did");
    text_add(report->out, "<div class=\"pair\">\n");
    double height = fmin(fmax(elections_height(report->facts), load_height(report->facts)), 340);
    add_chart(report, elections_draw, PAGE_HALF, height, "times without a leader");
    add_chart(report, load_draw, PAGE_HALF, height, "load of each node");
    text_add(report->out, "</div>\n");
    page_section_end(report->out);
}

/* ---- Moments ---- */

static void add_moment(const struct report *report) {
    struct scene_wish wish = {.at = scene_usual_moment(report->facts), .is_about = true, .chosen = NODE_NONE};
    struct scene *scene = scene_new(report->run->scenario, report->run->options.tie_salt, &wish);
    char heading[64];
    snprintf(heading, sizeof heading, "The nodes at %.3f s", fact_seconds(scene->moment->at));
    page_section(report->out, "stage", heading);
    add_stage(report, scene->moment);
    page_section_end(report->out);
    scene_free(scene);
}

/* How the first leader after the first fault came to lead: of a run in which nothing broke, the part worth a look.
 * Where nobody leads, what an event in the middle of things can have been caused by. */
static void add_usual_stretch(const struct report *report) {
    char label[96];
    struct scene_wish wish = scene_usual_stretch(report->facts, label, sizeof label);
    struct scene *scene = scene_new(report->run->scenario, report->run->options.tie_salt, &wish);
    if (scene->stretch->voyage_count > 0 || scene->stretch->mark_count > 0) {
        char heading[128];
        snprintf(heading, sizeof heading, "%s%s", wish.label != NULL ? "How it came about: " : "",
                 wish.label != NULL ? label : "Messages in space and time");
        page_section(report->out, "space-time", heading);
        add_space_time(report, scene->stretch);
        page_section_end(report->out);
    }
    scene_free(scene);
}

/* The operations that no order explains, of a check of linearizability. */
static void add_witness(const struct report *report, const struct run_check *check) {
    struct witness witness = {0};
    if (strcmp(check->name, "linearizable") == 0 && check->workload != UINT16_MAX &&
        witness_of_workload(report->run, check->workload, &witness)) {
        double height = witness_height(&witness);
        struct canvas *canvas = page_figure(PAGE_WIDTH, height, "why the operations are not linearizable");
        witness_draw(canvas, (struct rect){0, 0, PAGE_WIDTH, height}, &witness);
        page_figure_end(report->out, canvas);
    }
    witness_free(&witness);
}

static void add_violation(const struct report *report, const struct run_check *check, const char *id) {
    char heading[128], at[32];
    snprintf(heading, sizeof heading, "%s is violated", check->name);
    page_section(report->out, id, heading);
    bool has_moment = check->result.at >= 0 && check->result.at < report->facts->duration;
    if (has_moment) {
        snprintf(at, sizeof at, "At %.6f s.", fact_seconds(check->result.at));
        page_paragraph(report->out, "faint", at);
    } else if (check->result.at >= 0) {
        page_paragraph(report->out, "faint", "Judged at the end of the run.");
    }
    page_pre(report->out, check->result.detail, VERDICT_DETAIL_BYTES);
    add_witness(report, check);
    if (has_moment) {
        bool is_of_history = check->system == UINT32_MAX;
        struct scene_wish wish = {.at = check->result.at,
                                  .chosen = is_of_history ? scene_culprit(report->facts, check->result.at) : NODE_NONE,
                                  .chosen_is_now = is_of_history,
                                  .label = heading,
                                  .wants_stretch = true};
        struct scene *scene = scene_new(report->run->scenario, report->run->options.tie_salt, &wish);
        add_space_time(report, scene->stretch);
        add_stage(report, scene->moment);
        scene_free(scene);
    }
    page_section_end(report->out);
}

static void add_violations(const struct report *report) {
    const struct run *run = report->run;
    const struct run_check *first = next_violation(run, NULL);
    uint32_t shown = 1;
    if (first == NULL || first->result.at >= report->facts->duration) {
        add_moment(report);
        add_usual_stretch(report);
    }
    if (first == NULL) {
        return;
    }
    add_violation(report, first, "first-error");
    for (const struct run_check *next = next_violation(run, first); next != NULL && shown < MOST_VIOLATIONS; shown++) {
        add_violation(report, next, NULL);
        next = next_violation(run, next);
    }
}

/* ---- Tables ---- */

static void add_checks(const struct report *report) {
    static const char *const columns[] = {"check", "verdict", "judged", "what was found"};
    static const char *const expected[] = {"expectation", "verdict"};
    const struct run *run = report->run;
    page_section(report->out, "checks", "Checks");
    bool has_found = false;
    for (uint32_t i = 0; i < run->check_count; i++) {
        has_found = has_found || run->checks[i].violation_expected || run->checks[i].result.detail[0] != '\0';
    }
    page_table(report->out, columns, has_found ? 4 : 3);
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        char judged[AXIS_LABEL_BYTES];
        page_row(report->out);
        page_cell(report->out, (double)NAN, check->name);
        page_cell_verdict(report->out, check->result.verdict);
        page_cell(report->out, (double)check->result.looked_at,
                  value_print(judged, sizeof judged, UNIT_COUNT, (double)check->result.looked_at));
        if (has_found) {
            page_cell(report->out, (double)NAN,
                      check->violation_expected ? "a violation is expected here" : check->result.detail);
        }
        page_row_end(report->out);
    }
    page_table_end(report->out);
    if (run->expectation_count > 0) {
        text_add(report->out, "<h3>Expectations</h3>\n");
        page_table(report->out, expected, 2);
        for (uint32_t i = 0; i < run->expectation_count; i++) {
            page_row(report->out);
            page_cell(report->out, (double)NAN, report->source->expectations[i]);
            page_cell_verdict(report->out, run->expectations[i].verdict);
            page_row_end(report->out);
        }
        page_table_end(report->out);
    }
    page_section_end(report->out);
}

static void add_faults(const struct report *report) {
    static const char *const columns[] = {"fault", "from", "until", "touched"};
    const struct facts *facts = report->facts;
    if (facts->fault_count == 0) {
        return;
    }
    page_section(report->out, "faults", "Faults");
    page_table(report->out, columns, 4);
    for (uint32_t i = 0; i < facts->fault_count && i < MOST_FAULTS; i++) {
        const struct fact_fault *fault = &facts->faults[i];
        char from[32], until[32], touched[AXIS_LABEL_BYTES];
        snprintf(from, sizeof from, "%.3f s", fact_seconds(fault->from));
        snprintf(until, sizeof until, "%.3f s", fact_seconds(fault->until));
        page_row(report->out);
        page_cell(report->out, (double)NAN, fault->name);
        page_cell(report->out, fact_seconds(fault->from), from);
        page_cell(report->out, fact_seconds(fault->until), until);
        page_cell(report->out, (double)fault->touched,
                  fault->touched == 0      ? "nothing: it proves nothing"
                  : fault->what[0] != '\0' ? fault->what
                                           : value_print(touched, sizeof touched, UNIT_COUNT, (double)fault->touched));
        page_row_end(report->out);
    }
    page_table_end(report->out);
    if (facts->fault_count > MOST_FAULTS) {
        text_add(report->out, "<p class=\"faint\">The first %d of %u.</p>\n", MOST_FAULTS, facts->fault_count);
    }
    page_section_end(report->out);
}

static bool has_value(const struct measures *measures, const char *name, uint32_t windows) {
    double value;
    bool has = false;
    for (uint32_t w = 0; w < windows && !has; w++) {
        has = measures_value(measures, name, measures_window(measures, w), &value);
    }
    return has;
}

static void add_metrics(const struct report *report) {
    const struct measures *measures = report->run->measures;
    uint32_t windows = measures_window_count(measures);
    windows = windows < MOST_WINDOWS ? windows : MOST_WINDOWS;
    const char *columns[MOST_WINDOWS + 1] = {"metric"};
    for (uint32_t w = 0; w < windows; w++) {
        columns[w + 1] = measures_window(measures, w)->name;
    }
    page_section(report->out, "metrics", "Measures by window");
    page_table(report->out, columns, windows + 1);
    for (uint32_t m = 0; m < measures_metric_count(measures) && m < MOST_METRICS; m++) {
        const char *name = measures_metric_name(measures, m);
        if (!has_value(measures, name, windows)) {
            continue;
        }
        page_row(report->out);
        page_cell(report->out, (double)NAN, name);
        for (uint32_t w = 0; w < windows; w++) {
            char text[AXIS_LABEL_BYTES];
            double value;
            bool has = measures_value(measures, name, measures_window(measures, w), &value);
            page_cell(report->out, has ? value : (double)NAN,
                      has ? value_print(text, sizeof text, value_unit_of_metric(name), value) : "");
        }
        page_row_end(report->out);
    }
    page_table_end(report->out);
    page_section_end(report->out);
}

/* ---- The end ---- */

static void add_origin(const struct report *report) {
    const char *resolved = report->run->scenario->resolved;
    char hashes[80];
    page_section(report->out, "origin", "Where it comes from");
    snprintf(hashes, sizeof hashes, "trace %016llx, scenario %016llx", (unsigned long long)report->run->trace_hash,
             (unsigned long long)report->run->scenario->hash);
    page_origin(report->out, &report->source->origin, hashes);
    if (resolved != NULL) {
        text_add(report->out, "<details><summary>The scenario as it was run</summary>\n");
        if (strlen(resolved) <= MOST_RESOLVED) {
            page_pre(report->out, resolved, MOST_RESOLVED);
        } else {
            page_paragraph(report->out, "faint", "It is too long for this page; the command above reads it.");
        }
        text_add(report->out, "</details>\n");
    }
    page_section_end(report->out);
}

void html_report(const struct html_source *source, struct text *out) {
    struct facts *facts = facts_of_run(source->run);
    struct report report = {.source = source, .run = source->run, .facts = facts, .out = out};
    page_begin(out, source->run->scenario->title);
    add_head(&report);
    add_story(&report, "story");
    add_timeline(&report, "timeline");
    add_violations(&report);
    add_plots(&report);
    add_checks(&report);
    add_faults(&report);
    add_metrics(&report);
    html_parameters(source->run->scenario, out);
    add_origin(&report);
    page_end(out);
    facts_free(facts);
}

void html_excerpt(struct run *run, struct text *out) {
    struct facts *facts = facts_of_run(run);
    struct report report = {.run = run, .facts = facts, .out = out};
    const struct run_check *first = next_violation(run, NULL);
    add_story(&report, NULL);
    add_timeline(&report, NULL);
    if (first != NULL) {
        add_violation(&report, first, NULL);
    }
    facts_free(facts);
}
