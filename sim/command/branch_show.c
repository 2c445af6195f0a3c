#include "sim/command/branch_show.h"

#include "sim/command/command.h"
#include "sim/command/points_show.h"
#include "sim/command/table.h"
#include "sim/study/summary.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_STORY = 8, SENTENCE = 256 };

static void *must(void *memory) {
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* ---- Keeping ---- */

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The usual ones, and those of every kind of operation; sides have theirs in windows of partitions. */
static bool is_shown(const char *metric) {
    bool is_of_side = strncmp(metric, "majority.", 9) == 0 || strncmp(metric, "minority.", 9) == 0;
    return points_is_chosen(metric) ||
           (!is_of_side && (ends_with(metric, ".latency.p99") || ends_with(metric, ".availability")));
}

static void take_metrics(struct future *future, const struct run *run) {
    struct interval after = {future->from, run->ended > future->from ? run->ended : future->from + 1};
    struct window window = {.name = NULL, .intervals = &after, .count = 1};
    uint32_t count = measures_metric_count(run->measures);
    future->metrics = must(calloc(count + 1, sizeof *future->metrics));
    for (uint32_t i = 0; i < count; i++) {
        const char *name = measures_metric_name(run->measures, i);
        double value;
        if (measures_value(run->measures, name, &window, &value)) {
            future->metrics[future->metric_count++] = (struct future_metric){must(strdup(name)), value};
        }
    }
}

static bool has_namesake(const struct run *run, uint32_t check) {
    for (uint32_t i = 0; i < run->check_count; i++) {
        if (i != check && strcmp(run->checks[i].name, run->checks[check].name) == 0) {
            return true;
        }
    }
    return false;
}

static void take_checks(struct future *future, const struct run *run) {
    future->checks = must(calloc(run->check_count + 1, sizeof *future->checks));
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        const char *about = !has_namesake(run, i)           ? ""
                            : check->system != UINT32_MAX   ? run->scenario->systems[check->system].name
                            : check->workload != UINT16_MAX ? run->scenario->workloads[check->workload].name
                                                            : "";
        struct text name = {0};
        text_add(&name, "%s%s%s", check->name, about[0] != '\0' ? " of " : "", about);
        future->checks[future->check_count++] =
            (struct future_check){name.bytes, check->result.verdict,
                                  check->result.verdict == VERDICT_VIOLATED && !run_check_is_unexpected(run, check),
                                  must(strdup(check->result.detail))};
    }
}

static void take_expectations(struct future *future, const struct run *run) {
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        if (run->expectations[i].verdict != VERDICT_HOLDS) {
            char sentence[SENTENCE];
            report_expectation(&run->expectations[i], sentence, sizeof sentence);
            text_add(&future->broken, "%s%s", future->broken.length > 0 ? "\n" : "", sentence);
        }
    }
}

void future_take(struct future *future, struct run *run, const char *replay) {
    future->verdict = run->verdict;
    future->trace_hash = run->trace_hash;
    take_metrics(future, run);
    take_checks(future, run);
    take_expectations(future, run);
    future->story = must(malloc(sizeof *future->story));
    story_tell(run, future->story);
    struct summary_host host = {.version = SPACELIKE_VERSION, .build = build_description(), .is_deterministic = -1};
    summary_json(run, replay, &host, &future->summary);
}

void future_free(struct future *future) {
    for (uint32_t i = 0; i < future->metric_count; i++) {
        free(future->metrics[i].name);
    }
    for (uint32_t i = 0; i < future->check_count; i++) {
        free(future->checks[i].name);
        free(future->checks[i].detail);
    }
    free(future->metrics);
    free(future->checks);
    free(future->story);
    text_free(&future->broken);
    text_free(&future->summary);
}

static const struct future_metric *metric_of(const struct future *future, const char *name) {
    for (uint32_t i = 0; i < future->metric_count; i++) {
        if (strcmp(future->metrics[i].name, name) == 0) {
            return &future->metrics[i];
        }
    }
    return NULL;
}

static const struct future_check *check_of(const struct future *future, const char *name) {
    for (uint32_t i = 0; i < future->check_count; i++) {
        if (strcmp(future->checks[i].name, name) == 0) {
            return &future->checks[i];
        }
    }
    return NULL;
}

/* ---- Side by side ---- */

static char letter(uint32_t future) {
    return (char)('A' + future);
}

static void show_changes(const struct future *futures, uint32_t count, FILE *to) {
    for (uint32_t i = 0; i < count; i++) {
        fprintf(to, "  %c  ", letter(i));
        report_wrapped(to, futures[i].changes != NULL ? futures[i].changes : "unchanged", 5, 5);
    }
}

static const char *verdict_word(enum verdict verdict, bool is_expected) {
    return verdict == VERDICT_HOLDS      ? "holds"
           : verdict == VERDICT_VIOLATED ? is_expected ? "violated (expected)" : "violated"
                                         : "inconclusive";
}

static void add_check_rows(struct table *table, const struct future *futures, uint32_t count) {
    for (uint32_t owner = 0; owner < count; owner++) {
        for (uint32_t c = 0; c < futures[owner].check_count; c++) {
            const char *name = futures[owner].checks[c].name;
            bool is_new = true;
            for (uint32_t i = 0; i < owner; i++) {
                is_new = is_new && check_of(&futures[i], name) == NULL;
            }
            if (!is_new) {
                continue;
            }
            table_cell(table, "%s", name);
            for (uint32_t i = 0; i < count; i++) {
                const struct future_check *check = check_of(&futures[i], name);
                table_cell(table, "%s", check == NULL ? "-" : verdict_word(check->verdict, check->is_expected));
            }
            table_end_row(table);
        }
    }
}

static void add_metric_rows(struct table *table, const struct future *futures, uint32_t count) {
    for (uint32_t owner = 0; owner < count; owner++) {
        for (uint32_t m = 0; m < futures[owner].metric_count; m++) {
            const char *name = futures[owner].metrics[m].name;
            bool is_new = is_shown(name);
            for (uint32_t i = 0; i < owner && is_new; i++) {
                is_new = metric_of(&futures[i], name) == NULL;
            }
            if (!is_new) {
                continue;
            }
            table_cell(table, "%s", name);
            for (uint32_t i = 0; i < count; i++) {
                const struct future_metric *metric = metric_of(&futures[i], name);
                char text[32];
                table_cell(table, "%s", metric == NULL ? "-" : show_metric(text, sizeof text, name, metric->value));
            }
            table_end_row(table);
        }
    }
}

static void show_table(const struct future *futures, uint32_t count, FILE *to) {
    struct table table = {0};
    table_cell(&table, "%s", "");
    for (uint32_t i = 0; i < count; i++) {
        table_cell(&table, "%c", letter(i));
    }
    table_end_row(&table);
    add_metric_rows(&table, futures, count);
    add_check_rows(&table, futures, count);
    table_cell(&table, "all that was expected");
    for (uint32_t i = 0; i < count; i++) {
        table_cell(&table, "%s", verdict_word(futures[i].verdict, false));
    }
    table_end_row(&table);
    table_print(&table, 2, to);
}

/* ---- What happens otherwise ---- */

static bool tells(const struct story *story, const struct story_line *line) {
    for (uint32_t i = 0; i < story->count; i++) {
        if (story->lines[i].at == line->at && strcmp(story->lines[i].text, line->text) == 0) {
            return true;
        }
    }
    return false;
}

static void show_story(const struct future *future, char name, const struct future *unchanged, FILE *to) {
    uint32_t shown = 0, left = 0, missing = 0;
    for (uint32_t i = 0; i < future->story->count; i++) {
        const struct story_line *line = &future->story->lines[i];
        if (line->at < future->from || tells(unchanged->story, line)) {
            continue;
        }
        if (shown < MOST_STORY || line->is_violation) {
            fprintf(to, "  %c  %8.3f s  ", shown == 0 ? name : ' ', (double)line->at / 1e9);
            report_wrapped(to, line->text, 17, 17);
            shown++;
        } else {
            left++;
        }
    }
    for (uint32_t i = 0; i < unchanged->story->count; i++) {
        const struct story_line *line = &unchanged->story->lines[i];
        missing += line->at >= unchanged->from && !tells(future->story, line);
    }
    if (left > 0) {
        fprintf(to, "     and %u more\n", left);
    }
    if (missing > 0) {
        fprintf(to, "  %c  %u of the events of A do%s not take place, or at another time\n", shown == 0 ? name : ' ',
                missing, missing == 1 ? "es" : "");
    }
    if (shown + missing == 0) {
        fprintf(to, "  %c  nothing\n", name);
    }
}

static void show_broken(const struct future *futures, uint32_t count, const struct report_style *style, FILE *to) {
    bool is_any = false;
    for (uint32_t i = 0; i < count; i++) {
        for (const char *line = futures[i].broken.bytes; line != NULL && *line != '\0';) {
            size_t length = strcspn(line, "\n");
            if (!is_any) {
                report_heading(style, to, "Expected otherwise");
            }
            is_any = true;
            char sentence[SENTENCE];
            snprintf(sentence, sizeof sentence, "%.*s", (int)length, line);
            fprintf(to, "  %c  ", letter(i));
            report_wrapped(to, sentence, 5, 5);
            line += length + (line[length] == '\n');
        }
        for (uint32_t c = 0; c < futures[i].check_count; c++) {
            const struct future_check *check = &futures[i].checks[c];
            if (check->verdict == VERDICT_VIOLATED && !check->is_expected) {
                struct text sentence = {0};
                text_add(&sentence, "%s: %.*s", check->name, (int)strcspn(check->detail, "\n"), check->detail);
                if (!is_any) {
                    report_heading(style, to, "Expected otherwise");
                }
                is_any = true;
                fprintf(to, "  %c  ", letter(i));
                report_wrapped(to, sentence.bytes, 5, 5);
                text_free(&sentence);
            }
        }
    }
}

void futures_show(const struct scenario *scenario, const struct future *futures, uint32_t count,
                  const struct report_style *style, FILE *to) {
    char heading[80];
    fprintf(to, "%s   seed %llu\n%u futures from %.9g s on, up to %.9g s\n\n", scenario->title,
            (unsigned long long)scenario->seed, count, (double)futures[0].from / 1e9, (double)scenario->duration / 1e9);
    show_changes(futures, count, to);
    snprintf(heading, sizeof heading, "From %.9g s on", (double)futures[0].from / 1e9);
    report_heading(style, to, heading);
    show_table(futures, count, to);
    report_heading(style, to, "What happens otherwise than in A");
    for (uint32_t i = 1; i < count; i++) {
        show_story(&futures[i], letter(i), &futures[0], to);
    }
    show_broken(futures, count, style, to);
}

/* ---- As JSON ---- */

static void future_json(const struct future *future, uint32_t index, struct text *out) {
    text_add(out, "{\"name\": \"%c\", \"changes\": ", letter(index));
    if (future->changes != NULL) {
        text_add_json(out, future->changes);
    } else {
        text_add(out, "null");
    }
    text_add(out, ", \"verdict\": \"%s\", \"trace_hash\": \"%016llx\",\n  \"metrics\": {",
             verdict_word(future->verdict, false), (unsigned long long)future->trace_hash);
    for (uint32_t i = 0; i < future->metric_count; i++) {
        text_add(out, "%s", i == 0 ? "" : ", ");
        text_add_json(out, future->metrics[i].name);
        text_add(out, ": ");
        text_add_json_number(out, future->metrics[i].value);
    }
    text_add(out, "},\n  \"story\": [");
    bool is_first = true;
    for (uint32_t i = 0; i < future->story->count; i++) {
        const struct story_line *line = &future->story->lines[i];
        if (line->at >= future->from) {
            text_add(out, "%s{\"at_s\": ", is_first ? "" : ", ");
            text_add_json_number(out, (double)line->at / 1e9);
            text_add(out, ", \"what\": ");
            text_add_json(out, line->text);
            text_add(out, "}");
            is_first = false;
        }
    }
    text_add(out, "],\n  \"summary\": %s}", future->summary.bytes);
}

void futures_json(const struct future *futures, uint32_t count, const char *state, FILE *to) {
    struct text out = {0};
    text_add(&out, "{\"schema\": 1, \"state\": %s,\n\"branches\": [", state);
    for (uint32_t i = 0; i < count; i++) {
        text_add(&out, "%s\n ", i == 0 ? "" : ",");
        future_json(&futures[i], i, &out);
    }
    text_add(&out, "]}\n");
    fwrite(out.bytes, 1, out.length, to);
    text_free(&out);
}
