#include "sim/command/points_show.h"

#include "sim/base/units.h"
#include "sim/command/table.h"
#include "sim/study/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 32, FAILING_SHOWN = 5, CHOSEN_MOST = 16 };

static const char *last_part(const char *metric) {
    const char *slash = strrchr(metric, '/');
    return slash != NULL ? slash + 1 : metric;
}

char *show_metric(char *text, size_t size, const char *metric, double value) {
    if (!isfinite(value)) {
        snprintf(text, size, "%s", isnan(value) ? "-" : value < 0 ? "-∞" : "∞");
    } else if (metric_is_duration(last_part(metric))) {
        units_print_duration(text, size, value);
    } else if (metric_is_share(last_part(metric))) {
        units_print_share(text, size, value);
    } else {
        units_print_count(text, size, value);
    }
    return text;
}

/* ---- Which metrics ---- */

/* The rest is in --json, --csv and the store. */
bool points_is_chosen(const char *metric) {
    static const char *const names[] = {
        "read.latency.p50",    "read.latency.p99",     "read.availability",  "read.stale.share",
        "write.latency.p50",   "write.latency.p99",    "write.availability", "request.latency.mean",
        "request.latency.p99", "request.availability", "write.lost",         "outage.longest",
        "election.first",      "election.time.p50",    "messages_per_op",    "queue.wait.mean",
        "side.availability",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(last_part(metric), names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* NaN when there are so few runs that it would be the greatest value by another name. */
static double quantile(const struct point_metric *metric, double q) {
    bool is_told = q == 0 || q == 1 || (double)metric->count * fmin(q, 1 - q) >= 1 - 1e-9;
    return is_told ? statistics_quantile(metric->values, metric->count, q) : NAN;
}

static void cell_metric(struct table *table, const char *metric, double value) {
    char text[NUMBER_BYTES];
    table_cell(table, "%s", show_metric(text, sizeof text, metric, value));
}

static void show_metrics(const struct point_summary *summary, const char *window, FILE *to) {
    struct table table = {0};
    const char *const headings[] = {"", "mean", "95 % from", "to", "p50", "p90", "p99", "max", "runs"};
    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
        table_cell(&table, "%s", headings[i]);
    }
    table_end_row(&table);
    for (uint32_t i = 0; i < summary->metric_count; i++) {
        const struct point_metric *metric = &summary->metrics[i];
        if (strcmp(metric->window, window) != 0 || !points_is_chosen(metric->name)) {
            continue;
        }
        table_cell(&table, "%s", metric->name);
        cell_metric(&table, metric->name, metric->mean.value);
        cell_metric(&table, metric->name, metric->mean.low);
        cell_metric(&table, metric->name, metric->mean.high);
        cell_metric(&table, metric->name, quantile(metric, 0.5));
        cell_metric(&table, metric->name, quantile(metric, 0.9));
        cell_metric(&table, metric->name, quantile(metric, 0.99));
        cell_metric(&table, metric->name, metric->values[metric->count - 1]);
        table_cell(&table, "%zu", metric->count);
        table_end_row(&table);
    }
    table_print(&table, 2, to);
}

/* "linearizable holds", as expected, says what the check says already. */
static bool is_plain(const struct point_check *check) {
    size_t length = strlen(check->name);
    return check->held == check->judged && length > 6 && strcmp(check->name + length - 6, " holds") == 0;
}

static void show_checks(const struct point_summary *summary, FILE *to) {
    struct table table = {.align = "lrrr"};
    for (uint32_t i = 0; i < summary->check_count; i++) {
        const struct point_check *check = &summary->checks[i];
        char share[NUMBER_BYTES], low[NUMBER_BYTES], high[NUMBER_BYTES];
        bool is_expectation = strcmp(check->kind, "expectation") == 0;
        if ((is_expectation && is_plain(check)) || strcmp(check->kind, "pacelc") == 0) {
            continue;
        }
        table_cell(&table, "%s%s", is_expectation ? "expected: " : "", check->name);
        table_cell(&table, "%" PRIu64 " of %" PRIu64, check->held, check->judged);
        table_cell(&table, "%s", units_print_share(share, sizeof share, check->share.value));
        table_cell(&table, "(95 %%: %s to %s)", units_print_share(low, sizeof low, check->share.low),
                   units_print_share(high, sizeof high, check->share.high));
        table_end_row(&table);
    }
    if (summary->check_count > 0) {
        fprintf(to, "  held in\n");
    }
    table_print(&table, 4, to);
}

static void show_parameters(const struct grid *grid, uint64_t point, FILE *to) {
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        fprintf(to, "%s%s=%s", a == 0 ? "" : " ", grid->axes[a].path, grid_value(grid, point, a));
    }
}

static void show_failing(struct store *store, const struct grid *grid, const struct point_summary *summary, FILE *to) {
    for (uint32_t i = 0; i < summary->failing_count && i < FAILING_SHOWN; i++) {
        struct text replay = {0};
        points_replay(store, grid, summary->point, summary->failing[i], &replay);
        fprintf(to, "  did not hold: %s\n", replay.bytes);
        text_free(&replay);
    }
    uint64_t failing = summary->runs - summary->holds;
    if (failing > FAILING_SHOWN) {
        fprintf(to, "  and %" PRIu64 " more: spacelike query %s --failing\n", failing - FAILING_SHOWN,
                store_path(store));
    }
}

static void show_point(struct store *store, const struct grid *grid, const struct point_summary *summary,
                       const struct points_view *view, FILE *to) {
    fprintf(to, "\n");
    show_parameters(grid, summary->point, to);
    fprintf(to, "%s%" PRIu64 " runs: %" PRIu64 " hold", grid->axis_count > 0 ? ": " : "", summary->runs,
            summary->holds);
    const struct {
        const char *name;
        uint64_t count;
    } others[] = {
        {"violated", summary->violated}, {"inconclusive", summary->inconclusive}, {"crashed", summary->crashed}};
    for (int i = 0; i < 3; i++) {
        if (others[i].count > 0) {
            fprintf(to, ", %" PRIu64 " %s", others[i].count, others[i].name);
        }
    }
    fprintf(to, "\n");
    show_metrics(summary, view->window, to);
    show_checks(summary, to);
    points_show_pacelc(summary, "  ", to);
    show_failing(store, grid, summary, to);
}

/* ---- Metrics that were asked for ---- */

static void show_line(const struct grid *grid, const struct point_summary *summary, const char *name,
                      const char *window, const struct point_metric *metric, FILE *to) {
    show_parameters(grid, summary->point, to);
    fprintf(to, "%s%s", grid->axis_count > 0 ? "  " : "", name);
    if (strcmp(window, "all") != 0) {
        fprintf(to, " in %s", window);
    }
    if (metric == NULL) {
        fprintf(to, ": no value in %" PRIu64 " runs\n", summary->runs);
        return;
    }
    static const double shares[] = {0, 0.1, 0.5, 0.9, 0.99, 1};
    static const char *const labels[] = {"min", "p10", "p50", "p90", "p99", "max"};
    char text[NUMBER_BYTES], low[NUMBER_BYTES], high[NUMBER_BYTES];
    const char *joint = ": ";
    for (int i = 0; i < 6; i++) {
        double value = quantile(metric, shares[i]);
        if (!isnan(value)) {
            fprintf(to, "%s%s %s", joint, labels[i], show_metric(text, sizeof text, name, value));
            joint = ", ";
        }
    }
    fprintf(to, "; mean %s (95 %%: %s to %s); %zu runs", show_metric(text, sizeof text, name, metric->mean.value),
            show_metric(low, sizeof low, name, metric->mean.low),
            show_metric(high, sizeof high, name, metric->mean.high), metric->count);
    if (metric->without > 0) {
        fprintf(to, ", no value in %" PRIu64 " more", metric->without);
    }
    fprintf(to, "\n");
}

static bool show_lines(const struct grid *grid, const struct point_summary *summaries, uint64_t count,
                       const struct points_view *view, FILE *to) {
    bool has_all = true;
    for (uint32_t m = 0; m < view->metric_count; m++) {
        bool has_values = false;
        for (uint64_t i = 0; i < count; i++) {
            const struct point_metric *metric = points_metric(&summaries[i], view->metrics[m], view->window);
            show_line(grid, &summaries[i], view->metrics[m], view->window, metric, to);
            has_values = has_values || metric != NULL;
        }
        if (!has_values) {
            fprintf(stderr, "no run has a value of %s in %s\n", view->metrics[m], view->window);
            has_all = false;
        }
    }
    return has_all;
}

bool points_show(struct store *store, const struct grid *grid, const struct point_summary *summaries, uint64_t count,
                 const struct points_view *view, FILE *to) {
    if (view->metric_count > 0) {
        return show_lines(grid, summaries, count, view, to);
    }
    for (uint64_t i = 0; i < count; i++) {
        show_point(store, grid, &summaries[i], view, to);
    }
    return true;
}

void points_show_failing(struct store *store, const struct grid *grid, const struct point_summary *summaries,
                         uint64_t count, FILE *to) {
    uint64_t runs = 0, failing = 0;
    const struct point_summary *first = NULL;
    for (uint64_t i = 0; i < count; i++) {
        runs += summaries[i].runs;
        failing += summaries[i].runs - summaries[i].holds;
        first = first == NULL && summaries[i].failing_count > 0 ? &summaries[i] : first;
    }
    if (first != NULL) {
        struct text replay = {0};
        points_replay(store, grid, first->point, first->failing[0], &replay);
        fprintf(to, "%" PRIu64 " of %" PRIu64 " runs did not hold; the first: %s\n", failing, runs, replay.bytes);
        text_free(&replay);
    }
}

enum exit_status points_status(const struct point_summary *summaries, uint64_t count) {
    enum exit_status status = EXIT_HELD;
    for (uint64_t i = 0; i < count; i++) {
        status = summaries[i].crashed > 0 ? exit_worse(status, EXIT_OWN_FAULT) : status;
        status = summaries[i].violated > 0 ? exit_worse(status, EXIT_BROKE) : status;
        status = summaries[i].inconclusive > 0 ? exit_worse(status, EXIT_INCONCLUSIVE) : status;
    }
    return status;
}

bool points_grid(struct store *store, struct grid *grid, struct text *error) {
    if (!grid_read(grid, store_provenance(store, "vary"), error)) {
        text_add(error, "%s: its grid of parameters cannot be read\n", store_path(store));
        return false;
    }
    return true;
}

enum exit_status points_report(const char *command, struct store *store, const struct points_view *view, bool json,
                               const char *csv) {
    struct text error = {0}, out = {0};
    struct grid grid = {0};
    struct point_summary *summaries = NULL;
    uint64_t count = 0;
    bool is_good = points_grid(store, &grid, &error) && points_read(store, &summaries, &count, &error);
    enum exit_status status = points_status(summaries, count);
    if (is_good && json) {
        points_json(store, &grid, summaries, count, &out);
        fwrite(out.bytes, 1, out.length, stdout);
    } else if (is_good && !points_show(store, &grid, summaries, count, view, stdout)) {
        status = exit_worse(status, EXIT_INPUT);
    }
    if (is_good && (json || view->metric_count > 0)) {
        points_show_failing(store, &grid, summaries, count, stderr);
    }
    if (is_good && csv != NULL) {
        out.length = 0;
        is_good = points_csv(store, &grid, &out, &error) && output_write_file(csv, &out, &error);
    }
    if (!is_good) {
        fprintf(stderr, "spacelike %s: %s", command,
                error.bytes != NULL ? error.bytes : "the results cannot be read\n");
        status = exit_worse(status, EXIT_INPUT);
    }
    points_free(summaries, count);
    grid_free(&grid);
    text_free(&error);
    text_free(&out);
    return status;
}
