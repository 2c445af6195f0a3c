#include "sim/command/report.h"

#include "sim/base/units.h"
#include "sim/study/story.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 32, PICTURE_COLUMNS = 72 };

static const char *const bold = "\x1b[1m", *const dim = "\x1b[2m", *const plain = "\x1b[0m";

static const char *paint(const struct report_style *style, const char *colour) {
    return style->colour ? colour : "";
}

const char *report_verdict(enum verdict verdict, bool colour) {
    static const char *const coloured[] = {
        "\x1b[32mholds\x1b[0m       ", "\x1b[31mviolated\x1b[0m    ", "\x1b[33minconclusive\x1b[0m"};
    static const char *const bare[] = {"holds       ", "violated    ", "inconclusive"};
    return colour ? coloured[verdict] : bare[verdict];
}

static void heading(const struct report_style *style, FILE *to, const char *text) {
    fprintf(to, "\n%s%s%s\n", paint(style, bold), text, paint(style, plain));
}

/* ---- Values ---- */

static const char *last_part(const char *metric) {
    const char *slash = strchr(metric, '/');
    return slash != NULL ? slash + 1 : metric;
}

static void print_value(char *text, size_t size, const char *metric, double value) {
    if (metric_is_duration(last_part(metric))) {
        units_print_duration(text, size, value);
    } else if (metric_is_share(last_part(metric))) {
        units_print_share(text, size, value);
    } else {
        units_print_count(text, size, value);
    }
}

static const char *value_in(const struct run *run, const char *metric, const struct window *window, char *text,
                            size_t size) {
    double value;
    if (window == NULL || !measures_value(run->measures, metric, window, &value)) {
        return "-";
    }
    print_value(text, size, metric, value);
    return text;
}

/* ---- The story ---- */

void report_story(const struct run *run, const struct report_style *style, FILE *to) {
    struct story *story = malloc(sizeof *story);
    if (story == NULL) {
        return;
    }
    story_tell(run, story);
    heading(style, to, "What happened");
    if (story->count == 0) {
        fprintf(to, "  nothing but the load\n");
    }
    for (uint32_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->lines[i];
        if (story->left_out > 0 && i == story->gap) {
            fprintf(to, "  %12s%s(%u more events)%s\n", "", paint(style, dim), story->left_out, paint(style, plain));
        }
        fprintf(to, "  %8.3f s  %s%s%s\n", (double)line->at / 1e9, line->is_violation ? paint(style, "\x1b[31m") : "",
                line->text, line->is_violation ? paint(style, plain) : "");
    }
    free(story);
}

/* ---- The picture: operations over time in one line, faults in another ---- */

static uint32_t sum(const uint32_t counts[OP_KIND_COUNT]) {
    uint32_t total = 0;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        total += counts[kind];
    }
    return total;
}

static void report_faults_line(const struct run *run, FILE *to) {
    char line[PICTURE_COLUMNS + 1];
    memset(line, ' ', PICTURE_COLUMNS);
    line[PICTURE_COLUMNS] = '\0';
    sim_time duration = run->scenario->duration;
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        sim_time end = occurrence->end == SIM_NEVER ? duration : occurrence->end;
        int first = (int)((double)occurrence->start / (double)duration * PICTURE_COLUMNS);
        int last = (int)((double)end / (double)duration * PICTURE_COLUMNS);
        for (int column = first; column < PICTURE_COLUMNS && (column < last || column == first); column++) {
            line[column] = '=';
        }
        const char *name = run->scenario->faults[occurrence->fault].name;
        for (int k = 0; name[k] != '\0' && first + k < PICTURE_COLUMNS && k < last - first; k++) {
            line[first + k] = name[k];
        }
    }
    fprintf(to, "  faults      %s\n", line);
}

static void report_picture(const struct run *run, const struct report_style *style, FILE *to) {
    static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint32_t count = 0;
    sim_time duration = run->scenario->duration;
    sim_time width = duration / PICTURE_COLUMNS + (duration % PICTURE_COLUMNS != 0);
    struct series_bucket *buckets = measures_series(run->measures, width, &count);
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ok = sum(buckets[i].ok);
        most = ok > most ? ok : most;
    }
    if (most > 0) {
        char rate[NUMBER_BYTES];
        units_print_count(rate, sizeof rate, (double)most / ((double)width / 1e9));
        heading(style, to, "Operations that succeeded, by the time of their invocation");
        fprintf(to, "  %8s/s  ", rate);
        for (uint32_t i = 0; i < count && i < PICTURE_COLUMNS; i++) {
            uint32_t ok = sum(buckets[i].ok);
            fprintf(to, "%s", bars[ok == 0 ? 0 : 1 + (uint64_t)ok * 7 / most]);
        }
        fprintf(to, "\n");
        if (cluster_occurrence_count(run->cluster) > 0) {
            report_faults_line(run, to);
        }
        char end[NUMBER_BYTES];
        units_print_duration(end, sizeof end, (double)duration / 1e9);
        fprintf(to, "              0%*s\n", PICTURE_COLUMNS - 1, end);
    }
    free(buckets);
}

/* ---- Latency and availability ---- */

static void report_row(const struct run *run, FILE *to, const char *operation, const char *label,
                       const struct window *window) {
    static const char *const columns[] = {"latency.p50", "latency.p99", "latency.p999", "latency.max", "availability"};
    char metric[128], value[NUMBER_BYTES];
    double ignored;
    snprintf(metric, sizeof metric, "%s.availability", operation);
    if (window == NULL || !measures_value(run->measures, metric, window, &ignored)) {
        return;
    }
    fprintf(to, "  %-10s %-24s", operation, label);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        snprintf(metric, sizeof metric, "%s.%s", operation, columns[i]);
        fprintf(to, "%11s", value_in(run, metric, window, value, sizeof value));
    }
    fprintf(to, "\n");
}

static bool has_length(const struct window *window) {
    return window != NULL && window->count > 0;
}

static bool report_fault_rows(const struct run *run, FILE *to, const char *operation) {
    enum { MOST_ROWS = 6 };
    bool is_any = false;
    for (uint32_t i = 0; i < run->scenario->fault_count && i < MOST_ROWS; i++) {
        const char *name = run->scenario->faults[i].name;
        const struct window *window = measures_find_window(run->measures, name);
        if (has_length(window)) {
            char label[64];
            snprintf(label, sizeof label, "during %s", name);
            report_row(run, to, operation, label, window);
            is_any = true;
        }
    }
    return is_any;
}

static void report_latencies(const struct run *run, const struct report_style *style, FILE *to) {
    if (load_history(run->load)->count == 0) {
        return;
    }
    heading(style, to, "Latency and availability");
    fprintf(to, "  %-35s%11s%11s%11s%11s%11s\n", "", "p50", "p99", "p99.9", "max", "available");
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const char *operation = operation_name((enum operation_kind)kind);
        report_row(run, to, operation, "all", measures_find_window(run->measures, "all"));
        report_fault_rows(run, to, operation);
        if (has_length(measures_find_window(run->measures, "partition"))) {
            report_row(run, to, operation, "healing", measures_find_window(run->measures, "healing"));
            report_row(run, to, operation, "without partition", measures_find_window(run->measures, "connected"));
        }
    }
}

static void report_others(const struct run *run, const struct report_style *style, FILE *to) {
    static const struct {
        const char *metric, *label;
    } shown[] = {
        {"outage.count", "outages"},
        {"outage.longest", "longest outage"},
        {"election.count", "leaders elected"},
        {"election.time.max", "longest time without a leader"},
        {"read.stale.share", "stale reads"},
        {"write.lost", "acknowledged writes lost"},
        {"convergence.time", "slowest convergence after healing"},
        {"messages_per_op", "messages per operation"},
        {"queue.utilisation", "cores busy"},
        {"queue.wait.mean", "mean wait for a core"},
        {"cost.per_million_ops", "cost of a million operations"},
    };
    const struct window *all = measures_find_window(run->measures, "all");
    bool is_first = true;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        double value;
        char text[NUMBER_BYTES];
        if (measures_value(run->measures, shown[i].metric, all, &value)) {
            if (is_first) {
                heading(style, to, "Other measures");
            }
            is_first = false;
            print_value(text, sizeof text, shown[i].metric, value);
            fprintf(to, "  %-35s %s\n", shown[i].label, text);
        }
    }
}

/* ---- Checks and expectations ---- */

static void report_detail(const char *detail, FILE *to) {
    while (*detail != '\0') {
        size_t length = strcspn(detail, "\n");
        fprintf(to, "                  %.*s\n", (int)length, detail);
        detail += length + (detail[length] == '\n');
    }
}

static void report_checks(const struct run *run, const struct report_style *style, FILE *to) {
    heading(style, to, "Checks");
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        char count[NUMBER_BYTES];
        units_print_count(count, sizeof count, (double)check->result.looked_at);
        fprintf(to, "  %s  %-24s %s%s %s%s%s\n", report_verdict(check->result.verdict, style->colour), check->name,
                paint(style, dim), count, check->system != UINT32_MAX ? "probes judged" : "operations judged",
                paint(style, plain),
                check->violation_expected ? "; a violation is expected here"
                : check->result.verdict == VERDICT_VIOLATED && !run_check_is_unexpected(run, check)
                    ? "; follows from the expected violation"
                    : "");
        report_detail(check->result.detail, to);
    }
    if (run->check_count == 0) {
        fprintf(to, "  none: the scenario asks for none, and its models publish no facts for invariants\n");
    }
}

static void print_bound(char *text, size_t size, const struct expectation *expectation, const char *word, double bound) {
    char value[NUMBER_BYTES];
    if (expectation->kind == EXPECT_METRIC) {
        print_value(value, sizeof value, expectation->subject, bound);
    } else {
        units_print_count(value, sizeof value, bound);
    }
    size_t used = strlen(text);
    snprintf(text + used, size - used, " %s %s", word, value);
}

void report_expectation(const struct run_expectation *judged, char *text, size_t size) {
    const struct expectation *expectation = judged->expectation;
    snprintf(text, size, "%s%s%s%s", expectation->subject, expectation->window != NULL ? " in " : "",
             expectation->window != NULL ? expectation->window : "",
             expectation->kind == EXPECT_FAULT ? " touches"
             : expectation->kind == EXPECT_CHECK
                 ? (expectation->is_violated ? " is violated" : " holds")
                 : "");
    if (expectation->has_low) {
        print_bound(text, size, expectation, "at least", expectation->low);
    }
    if (expectation->has_high) {
        print_bound(text, size, expectation, "at most", expectation->high);
    }
    if (expectation->has_equal) {
        print_bound(text, size, expectation, "exactly", expectation->equal);
    }
    size_t used = strlen(text);
    if (expectation->kind != EXPECT_CHECK && judged->has_value) {
        char value[NUMBER_BYTES];
        if (expectation->kind == EXPECT_METRIC) {
            print_value(value, sizeof value, expectation->subject, judged->value);
        } else {
            units_print_count(value, sizeof value, judged->value);
        }
        snprintf(text + used, size - used, ": %s", value);
    } else if (judged->detail[0] != '\0') {
        snprintf(text + used, size - used, ": %s", judged->detail);
    }
}

static void report_expectations(const struct run *run, const struct report_style *style, FILE *to) {
    if (run->expectation_count == 0) {
        return;
    }
    heading(style, to, "Expectations");
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        char text[256];
        report_expectation(&run->expectations[i], text, sizeof text);
        fprintf(to, "  %s  %s\n", report_verdict(run->expectations[i].verdict, style->colour), text);
    }
}

/* Faults that did nothing prove nothing. */
static void report_idle_faults(const struct run *run, FILE *to) {
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        const struct fault_config *fault = &run->scenario->faults[occurrence->fault];
        if (fault->schedule == FAULT_ONCE && fault_touched_total(fault, occurrence) == 0) {
            fprintf(to, "  note: the fault %s at %.3f s touched nothing, so it proves nothing\n", fault->name,
                    (double)occurrence->start / 1e9);
        }
    }
}

void report_run(const struct run *run, const struct report_style *style, FILE *to) {
    const struct scenario *scenario = run->scenario;
    fprintf(to, "%s%s%s   seed %llu\n", paint(style, bold), scenario->title, paint(style, plain),
            (unsigned long long)run->seed);
    if (scenario->question != NULL) {
        fprintf(to, "%s\n", scenario->question);
    }
    report_story(run, style, to);
    report_picture(run, style, to);
    report_latencies(run, style, to);
    report_others(run, style, to);
    report_checks(run, style, to);
    report_expectations(run, style, to);
    report_idle_faults(run, to);
    if (scenario->answer != NULL) {
        heading(style, to, "The answer that the scenario gives");
        fprintf(to, "  %s\n", scenario->answer);
    }
    char events[NUMBER_BYTES], wall[NUMBER_BYTES], speed[NUMBER_BYTES];
    units_print_count(events, sizeof events, (double)run->events);
    units_print_duration(wall, sizeof wall, style->wall_s);
    units_print_count(speed, sizeof speed, (double)run->events / (style->wall_s > 0 ? style->wall_s : 1e-9));
    fprintf(to, "\n%s%s%s   trace %016llx   %s events in %s (%s events/s, %.0f simulated seconds a second)\n",
            paint(style, bold), run->verdict == VERDICT_HOLDS ? "HOLDS" : run->verdict == VERDICT_VIOLATED ? "VIOLATED" : "INCONCLUSIVE",
            paint(style, plain), (unsigned long long)run->trace_hash, events, wall, speed,
            (double)run->ended / 1e9 / (style->wall_s > 0 ? style->wall_s : 1e-9));
    fprintf(to, "replay: ./%s\n", style->replay);
}
