#include "sim/command/report.h"

#include "sim/base/units.h"
#include "sim/command/command.h"
#include "sim/command/report_pacelc.h"
#include "sim/study/story.h"

#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_BYTES = 32,
    PICTURE_COLUMNS = 72,
    LINE_COLUMNS = 100, /* longer text is broken */
    MOST_ROWS = 6,      /* faults and phases shown one by one */
    MOST_LABEL = 24     /* columns of a fault's or phase's name; the rest of it is left out */
};

static const char *const bold = "\x1b[1m", *const dim = "\x1b[2m", *const plain = "\x1b[0m";

static const char *paint(const struct report_style *style, const char *colour) {
    return style->colour ? colour : "";
}

const char *report_verdict(enum verdict verdict, bool colour) {
    static const char *const coloured[] = {"\x1b[32mholds\x1b[0m       ", "\x1b[31mviolated\x1b[0m    ",
                                           "\x1b[33minconclusive\x1b[0m"};
    static const char *const bare[] = {"holds       ", "violated    ", "inconclusive"};
    return colour ? coloured[verdict] : bare[verdict];
}

void report_heading(const struct report_style *style, FILE *to, const char *text) {
    fprintf(to, "\n%s%s%s\n", paint(style, bold), text, paint(style, plain));
}

/* ---- Text ---- */

/* The bytes of `text` up to the last blank that leaves at most `columns` columns, or all of a longer word. */
static size_t bytes_of_line(const char *text, size_t columns) {
    size_t at = 0, column = 0, end = 0;
    while (text[at] != '\0' && text[at] != '\n') {
        if (text[at] == ' ') {
            end = at;
        }
        column += ((unsigned char)text[at] & 0xc0) != 0x80; /* not the inner bytes of a character */
        if (column > columns && end > 0) {
            return end;
        }
        at++;
    }
    return at;
}

void report_wrapped(FILE *to, const char *text, size_t column, size_t indent) {
    for (;;) {
        size_t length = bytes_of_line(text, LINE_COLUMNS > column + 20 ? LINE_COLUMNS - column : 20);
        fprintf(to, "%.*s\n", (int)length, text);
        text += length;
        text += *text == ' ' || *text == '\n';
        if (*text == '\0') {
            return;
        }
        fprintf(to, "%*s", (int)indent, "");
        column = indent;
    }
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
    report_heading(style, to, "What happened");
    if (story->count == 0) {
        fprintf(to, "  nothing but the load\n");
    }
    for (uint32_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->lines[i];
        if (story->left_out > 0 && i == story->gap) {
            fprintf(to, "  %12s%s(%u more event%s)%s\n", "", paint(style, dim), story->left_out,
                    story->left_out == 1 ? "" : "s", paint(style, plain));
        }
        fprintf(to, "  %8.3f s  %s", (double)line->at / 1e9, line->is_violation ? paint(style, "\x1b[31m") : "");
        report_wrapped(to, line->text, 14, 14);
        fprintf(to, "%s", line->is_violation ? paint(style, plain) : "");
    }
    free(story);
}

/* ---- The picture: operations over time in one line, each fault and phase in another ---- */

static uint32_t sum(const uint32_t counts[OP_KIND_COUNT]) {
    uint32_t total = 0;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        total += counts[kind];
    }
    return total;
}

static int column_of(sim_time at, sim_time duration) {
    return (int)((double)at / (double)duration * PICTURE_COLUMNS);
}

/* Something that lasts: a column at least. */
static void mark(char line[PICTURE_COLUMNS + 1], sim_time from, sim_time until, sim_time duration) {
    int first = column_of(from, duration), last = until < duration ? column_of(until, duration) : PICTURE_COLUMNS;
    for (int column = first; column < PICTURE_COLUMNS && (column < last || column == first); column++) {
        line[column] = '=';
    }
}

static void print_marks(FILE *to, int width, const char *name, const char *line) {
    int length = PICTURE_COLUMNS;
    while (length > 0 && line[length - 1] == ' ') {
        length--;
    }
    fprintf(to, "  %-*.*s  %.*s\n", width, width, name, length, line);
}

/* Lines for the first MOST_ROWS phases and for as many faults. */
static void report_marks(const struct run *run, FILE *to, int width) {
    const struct scenario *scenario = run->scenario;
    char line[PICTURE_COLUMNS + 1];
    for (uint32_t i = 0; i < scenario->phase_count && i < MOST_ROWS; i++) {
        const struct phase_config *phase = &scenario->phases[i];
        memset(line, ' ', PICTURE_COLUMNS);
        line[PICTURE_COLUMNS] = '\0';
        mark(line, phase->at, phase->at + phase->length, scenario->duration);
        print_marks(to, width, phase->name, line);
    }
    for (uint32_t f = 0; f < scenario->fault_count && f < MOST_ROWS; f++) {
        memset(line, ' ', PICTURE_COLUMNS);
        line[PICTURE_COLUMNS] = '\0';
        bool is_any = false;
        for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
            const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
            if (occurrence->fault == f) {
                bool is_moment = scenario->faults[f].length == 0;
                mark(line, occurrence->start, is_moment ? occurrence->start : occurrence->end, scenario->duration);
                is_any = true;
            }
        }
        if (is_any) {
            print_marks(to, width, scenario->faults[f].name, line);
        }
    }
}

static int widest_name(const struct scenario *scenario, int least) {
    size_t width = (size_t)least;
    for (uint32_t i = 0; i < scenario->fault_count && i < MOST_ROWS; i++) {
        size_t length = strlen(scenario->faults[i].name);
        width = length > width ? length : width;
    }
    for (uint32_t i = 0; i < scenario->phase_count && i < MOST_ROWS; i++) {
        size_t length = strlen(scenario->phases[i].name);
        width = length > width ? length : width;
    }
    return width < MOST_LABEL ? (int)width : MOST_LABEL;
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
        char rate[NUMBER_BYTES], label[NUMBER_BYTES + 8], end[NUMBER_BYTES];
        int label_width = widest_name(run->scenario, 10);
        units_print_count(rate, sizeof rate, (double)most / ((double)width / 1e9));
        snprintf(label, sizeof label, "%s/s", rate);
        report_heading(style, to, "Operations that succeeded, by the time of their invocation");
        fprintf(to, "  %*s  ", label_width, label);
        count = count < PICTURE_COLUMNS ? count : PICTURE_COLUMNS;
        while (count > 0 && sum(buckets[count - 1].ok) == 0) {
            count--; /* no blanks at the end of a line */
        }
        for (uint32_t i = 0; i < count; i++) {
            uint32_t ok = sum(buckets[i].ok);
            fprintf(to, "%s", bars[ok == 0 ? 0 : 1 + (uint64_t)ok * 7 / most]);
        }
        fprintf(to, "\n");
        report_marks(run, to, label_width);
        units_print_duration(end, sizeof end, (double)duration / 1e9);
        fprintf(to, "  %*s  0%*s\n", label_width, "", PICTURE_COLUMNS - 1, end);
    }
    free(buckets);
}

/* ---- Latency and availability ---- */

/* Label and window of a row of the table: printed if the operation was invoked in it. */
struct row {
    char label[MOST_LABEL + 16];
    const struct window *window;
};

static void report_row(const struct run *run, FILE *to, const char *operation, const struct row *row, int width) {
    static const char *const columns[] = {"latency.p50", "latency.p99", "latency.p999", "latency.max", "availability"};
    char metric[128], value[NUMBER_BYTES];
    double ignored;
    snprintf(metric, sizeof metric, "%s.availability", operation);
    if (!measures_value(run->measures, metric, row->window, &ignored)) {
        return;
    }
    fprintf(to, "  %-9s  %-*s", operation, width, row->label);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        snprintf(metric, sizeof metric, "%s.%s", operation, columns[i]);
        fprintf(to, "%11s", value_in(run, metric, row->window, value, sizeof value));
    }
    fprintf(to, "\n");
}

static void add_row(const struct run *run, struct row *rows, uint32_t *count, const char *before, const char *label,
                    const char *window_name) {
    const struct window *window = measures_find_window(run->measures, window_name);
    if (window != NULL && window->count > 0) {
        struct row *row = &rows[(*count)++];
        snprintf(row->label, sizeof row->label, "%s%.*s", before, MOST_LABEL, label);
        row->window = window;
    }
}

static uint32_t choose_rows(const struct run *run, struct row *rows) {
    const struct scenario *scenario = run->scenario;
    uint32_t count = 0;
    add_row(run, rows, &count, "", "all", "all");
    for (uint32_t i = 0; i < scenario->phase_count && i < MOST_ROWS; i++) {
        add_row(run, rows, &count, "during ", scenario->phases[i].name, scenario->phases[i].name);
    }
    for (uint32_t i = 0; i < scenario->fault_count && i < MOST_ROWS; i++) {
        add_row(run, rows, &count, "during ", scenario->faults[i].name, scenario->faults[i].name);
    }
    const struct window *partition = measures_find_window(run->measures, "partition");
    if (partition != NULL && partition->count > 0) {
        add_row(run, rows, &count, "", "healing", "healing");
        add_row(run, rows, &count, "", "without partition", "connected");
    }
    return count;
}

static void report_latencies(const struct run *run, const struct report_style *style, FILE *to) {
    struct row rows[2 * MOST_ROWS + 3];
    uint32_t count = choose_rows(run, rows);
    int width = 17;
    if (load_history(run->load)->count == 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        width = (int)strlen(rows[i].label) > width ? (int)strlen(rows[i].label) : width;
    }
    report_heading(style, to, "Latency and availability");
    fprintf(to, "  %-9s  %-*s%11s%11s%11s%11s%11s\n", "", width, "", "p50", "p99", "p99.9", "max", "available");
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < count; i++) {
            report_row(run, to, operation_name((enum operation_kind)kind), &rows[i], width);
        }
    }
}

static bool is_own(const struct run *run, const char *name) {
    uint32_t metric, statistic;
    for (uint32_t i = 0; i < run->scenario->system_count; i++) {
        if (metric_find_own(name, run->scenario->systems[i].model, &metric, &statistic)) {
            return true;
        }
    }
    return false;
}

/* What a model measures itself: a line a metric. */
static void report_own(const struct run *run, const struct window *all, FILE *to) {
    static const char *const shown[] = {"mean", "p99", "max"};
    for (uint32_t i = 0; i < measures_metric_count(run->measures); i++) {
        char name[128], text[NUMBER_BYTES];
        snprintf(name, sizeof name, "%s", measures_metric_name(run->measures, i));
        char *last = strrchr(name, '.');
        if (!is_own(run, name) || strcmp(last, ".count") != 0) {
            continue;
        }
        double count = 0;
        measures_value(run->measures, name, all, &count);
        *last = '\0';
        fprintf(to, "  %-35s", name);
        for (size_t s = 0; s < sizeof shown / sizeof shown[0]; s++) {
            snprintf(last, (size_t)(name + sizeof name - last), ".%s", shown[s]);
            fprintf(to, "%s %s %s", s == 0 ? "" : ",", shown[s], value_in(run, name, all, text, sizeof text));
        }
        fprintf(to, ", of %s", units_print_count(text, sizeof text, count));
        if (count > 1) {
            snprintf(last, (size_t)(name + sizeof name - last), ".variation");
            fprintf(to, "; variation between nodes %s", value_in(run, name, all, text, sizeof text));
        }
        fprintf(to, "\n");
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
        {"detection.time.max", "slowest detection of a failure"},
        {"detection.all.time.max", "and until all knew"},
        {"detection.false", "nodes taken for failed that were not"},
    };
    const struct window *all = measures_find_window(run->measures, "all");
    bool is_first = true;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        double value;
        char text[NUMBER_BYTES];
        if (measures_value(run->measures, shown[i].metric, all, &value)) {
            if (is_first) {
                report_heading(style, to, "Other measures");
            }
            is_first = false;
            print_value(text, sizeof text, shown[i].metric, value);
            fprintf(to, "  %-35s %s\n", shown[i].label, text);
        }
    }
    report_own(run, all, to);
}

/* ---- Checks and expectations ---- */

/* Each line of a detail keeps its own indentation. */
static void report_detail(const char *detail, FILE *to) {
    const size_t indent = 18;
    char line[VERDICT_DETAIL_BYTES];
    while (*detail != '\0') {
        size_t length = strcspn(detail, "\n"), own = strspn(detail, " ");
        snprintf(line, sizeof line, "%.*s", (int)length, detail);
        fprintf(to, "%*s", (int)indent, "");
        report_wrapped(to, line, indent, indent + own + 2);
        detail += length + (detail[length] == '\n');
    }
}

static const char *judged_what(const struct run_check *check) {
    return check->result.looked_at == 0              ? "to judge"
           : check->system != UINT32_MAX             ? "probes judged"
           : strcmp(check->name, "littles-law") == 0 ? "inputs of queues judged"
                                                     : "operations judged";
}

static void report_checks(const struct run *run, const struct report_style *style, FILE *to) {
    report_heading(style, to, "Checks");
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        char looked_at[NUMBER_BYTES];
        units_print_count(looked_at, sizeof looked_at, (double)check->result.looked_at);
        fprintf(to, "  %s  %-24s %s%s %s%s%s\n", report_verdict(check->result.verdict, style->colour), check->name,
                paint(style, dim), check->result.looked_at == 0 ? "nothing" : looked_at, judged_what(check),
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

static void print_bound(char *text, size_t size, const struct expectation *expectation, const char *word,
                        double bound) {
    char value[NUMBER_BYTES];
    if (expectation->kind == EXPECT_METRIC) {
        print_value(value, sizeof value, expectation->subject, bound);
    } else {
        units_print_count(value, sizeof value, bound);
    }
    size_t used = strlen(text);
    snprintf(text + used, size - used, " %s %s", word, value);
}

/* " in cut", " from 10 s to 20 s" */
static void add_window(char *text, size_t size, const struct expectation *expectation) {
    size_t used = strlen(text);
    if (expectation->window != NULL) {
        snprintf(text + used, size - used, " in %s", expectation->window);
    } else if (expectation->until != 0) {
        char from[NUMBER_BYTES], until[NUMBER_BYTES];
        units_print_duration(from, sizeof from, (double)expectation->from / 1e9);
        units_print_duration(until, sizeof until, (double)expectation->until / 1e9);
        snprintf(text + used, size - used, " from %s to %s", from, until);
    }
}

void report_expectation(const struct run_expectation *judged, char *text, size_t size) {
    const struct expectation *expectation = judged->expectation;
    snprintf(text, size, "%s%s", expectation->subject,
             expectation->kind == EXPECT_FAULT    ? " touches"
             : expectation->kind == EXPECT_PACELC ? " is the label"
             : expectation->kind == EXPECT_METRIC ? ""
             : expectation->is_violated           ? " is violated"
                                                  : " holds");
    if (expectation->kind == EXPECT_METRIC) {
        add_window(text, size, expectation);
    }
    if (expectation->has_low) {
        print_bound(text, size, expectation, "at least", expectation->low);
    }
    if (expectation->has_high) {
        print_bound(text, size, expectation, expectation->has_low ? "and at most" : "at most", expectation->high);
    }
    if (expectation->has_equal) {
        print_bound(text, size, expectation, "exactly", expectation->equal);
    }
    size_t used = strlen(text);
    if (judged->has_value) {
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
    report_heading(style, to, "Expectations");
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        char text[256];
        report_expectation(&run->expectations[i], text, sizeof text);
        fprintf(to, "  %s  ", report_verdict(run->expectations[i].verdict, style->colour));
        report_wrapped(to, text, 16, 18);
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

void report_run(struct run *run, const struct report_style *style, FILE *to) {
    const struct scenario *scenario = run->scenario;
    fprintf(to, "%s%s%s   seed %llu\n", paint(style, bold), scenario->title, paint(style, plain),
            (unsigned long long)run->seed);
    if (scenario->question != NULL) {
        report_wrapped(to, scenario->question, 0, 0);
    }
    report_story(run, style, to);
    report_picture(run, style, to);
    report_latencies(run, style, to);
    report_others(run, style, to);
    report_pacelc(run, style, to);
    report_checks(run, style, to);
    report_expectations(run, style, to);
    report_idle_faults(run, to);
    if (scenario->answer != NULL) {
        report_heading(style, to, "The answer that the scenario gives");
        fprintf(to, "  ");
        report_wrapped(to, scenario->answer, 2, 2);
    }
    static const char *const verdicts[] = {"HOLDS", "VIOLATED", "INCONCLUSIVE"};
    char events[NUMBER_BYTES], wall[NUMBER_BYTES];
    units_print_count(events, sizeof events, (double)run->events);
    units_print_duration(wall, sizeof wall, style->wall_s);
    fprintf(to, "\n%s%s%s   trace %016llx   %s events in %s, %.0f simulated seconds a second\n", paint(style, bold),
            verdicts[run->verdict], paint(style, plain), (unsigned long long)run->trace_hash, events, wall,
            (double)run->ended / 1e9 / (style->wall_s > 0 ? style->wall_s : 1e-9));
    fprintf(to, "replay: %s%s\n", program_folder(), style->replay);
}
