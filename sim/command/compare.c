/* spacelike compare: designs side by side under the same weather. */
#include "sim/study/compare.h"
#include "sim/command/page.h"
#include "sim/command/points_show.h"
#include "sim/command/sweeping.h"
#include "sim/command/table.h"
#include "sim/study/sweep.h"
#include "viz/html_many.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DESIGNS = 26, NUMBER_BYTES = 32 };

/* Latency, staleness and availability, of whichever operations there are. */
static const char *const usual_objectives[] = {"read.latency.p99",   "write.latency.p99",   "request.latency.p99",
                                               "read.stale.share",   "read.staleness.p99",  "read.availability",
                                               "write.availability", "request.availability"};
enum { USUAL_OBJECTIVES = sizeof usual_objectives / sizeof usual_objectives[0] };

struct comparison {
    const char *command;
    struct design designs[MOST_DESIGNS];
    struct text names[MOST_DESIGNS];
    bool is_on_front[MOST_DESIGNS];
    struct point_summary *summaries[MOST_DESIGNS]; /* of the design's store */
    uint64_t summary_counts[MOST_DESIGNS];
    uint32_t count;
    struct store *stores[MOST_DESIGNS];
    uint32_t store_count;
    const char *const *objectives;
    uint32_t objective_count;
    const char *window;
    const char *report; /* file of the page; or NULL */
    struct text again;  /* the command as it was given */
    double started;
    enum exit_status status;
};

/* ---- Running ---- */

static void add_designs(struct comparison *comparison, struct store *store, const char *path, const struct grid *grid) {
    for (uint64_t point = 0; point < grid_point_count(grid); point++) {
        uint32_t d = comparison->count++;
        comparison->designs[d] = (struct design){store, point};
        text_add(&comparison->names[d], "%s", path);
        for (uint32_t a = 0; a < grid->axis_count; a++) {
            text_add(&comparison->names[d], "  %s=%s", grid->axes[a].path, grid_value(grid, point, a));
        }
    }
}

static enum exit_status run_design(struct comparison *comparison, const struct sweep_plan *plan, const char *path,
                                   bool with_vary, bool is_alone) {
    struct sweeping sweeping = {0};
    enum exit_status status = sweeping_open(&sweeping, plan, path, with_vary);
    if (status == EXIT_HELD && comparison->count + grid_point_count(&sweeping.grid) > MOST_DESIGNS) {
        status = usage_error(comparison->command, "expected at most %d designs", MOST_DESIGNS);
    }
    if (status == EXIT_HELD && is_alone && grid_point_count(&sweeping.grid) < 2) {
        status = usage_error(comparison->command,
                             "there is one design only; expected several scenarios, or one that varies");
    }
    if (status == EXIT_HELD) {
        status = sweeping_run(&sweeping, ":memory:");
    }
    if (status == EXIT_HELD) {
        uint32_t first = comparison->count;
        add_designs(comparison, sweeping.store, path, &sweeping.grid);
        comparison->stores[comparison->store_count++] = sweeping.store;
        struct text error = {0};
        if (!points_read(sweeping.store, &comparison->summaries[first], &comparison->summary_counts[first], &error)) {
            fprintf(stderr, "spacelike %s: %s", comparison->command, error.bytes);
            status = EXIT_INPUT;
        }
        text_free(&error);
        comparison->status = exit_worse(comparison->status,
                                        points_status(comparison->summaries[first], comparison->summary_counts[first]));
        sweeping.store = NULL;
    }
    sweeping_close(&sweeping);
    return status;
}

static const struct point_summary *summary_of(const struct comparison *comparison, uint32_t design) {
    for (uint32_t d = design + 1; d-- > 0;) {
        if (comparison->designs[d].store == comparison->designs[design].store && comparison->summaries[d] != NULL) {
            return &comparison->summaries[d][comparison->designs[design].point];
        }
    }
    return NULL;
}

/* ---- What is compared ---- */

/* Metrics of the first design that the others have too. */
static bool is_common(const struct comparison *comparison, const char *metric) {
    for (uint32_t d = 0; d < comparison->count; d++) {
        if (points_metric(summary_of(comparison, d), metric, comparison->window) == NULL) {
            return false;
        }
    }
    return true;
}

/* Those asked for, or else a choice; or all, with `every`. */
static uint32_t list_metrics(const struct comparison *comparison, const struct sweep_plan *plan, bool every,
                             const char **metrics, uint32_t most) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->metric_count && !every && count < most; i++) {
        metrics[count++] = plan->metrics[i];
    }
    const struct point_summary *first = summary_of(comparison, 0);
    for (uint32_t i = 0; i < first->metric_count && (every || plan->metric_count == 0) && count < most; i++) {
        const struct point_metric *metric = &first->metrics[i];
        if (strcmp(metric->window, comparison->window) == 0 && (every || points_is_chosen(metric->name)) &&
            is_common(comparison, metric->name)) {
            metrics[count++] = metric->name;
        }
    }
    return count;
}

/* ---- Showing ---- */

static void show_designs(const struct comparison *comparison) {
    for (uint32_t d = 0; d < comparison->count; d++) {
        const struct point_summary *summary = summary_of(comparison, d);
        printf("%c  %s\n   %" PRIu64 " of %" PRIu64 " runs hold; %s\n", 'A' + (int)d, comparison->names[d].bytes,
               summary->holds, summary->runs,
               comparison->is_on_front[d] ? "on the Pareto front"
                                          : "another design is better in something and worse in nothing");
        points_show_pacelc(summary, "   ", stdout);
    }
    printf("\n");
}

static void cell_difference(struct table *table, const char *metric, const struct compared *compared) {
    char size[NUMBER_BYTES], half[NUMBER_BYTES];
    if (compared->pairs < 2) {
        table_cell(table, "-");
        return;
    }
    double difference = compared->difference.value;
    show_metric(size, sizeof size, metric, fabs(difference));
    show_metric(half, sizeof half, metric, compared->difference.high - difference);
    table_cell(table, "%s%s ± %s%s", difference < 0 ? "-" : "+", size, half, compared->is_different ? " *" : "  ");
}

static bool show_table(const struct comparison *comparison, const char *const *metrics, uint32_t count,
                       struct text *error) {
    struct table table = {0};
    struct compared results[MOST_DESIGNS];
    table_cell(&table, "%s", "");
    for (uint32_t d = 0; d < comparison->count; d++) {
        table_cell(&table, "%c", 'A' + (int)d);
        if (d > 0) {
            table_cell(&table, "%c - A  ", 'A' + (int)d);
        }
    }
    table_end_row(&table);
    for (uint32_t m = 0; m < count; m++) {
        if (!compare_metric(comparison->designs, comparison->count, metrics[m], comparison->window, results, error)) {
            return false;
        }
        table_cell(&table, "%s", metrics[m]);
        for (uint32_t d = 0; d < comparison->count; d++) {
            char text[NUMBER_BYTES];
            table_cell(&table, "%s", show_metric(text, sizeof text, metrics[m], results[d].mean.value));
            if (d > 0) {
                cell_difference(&table, metrics[m], &results[d]);
            }
        }
        table_end_row(&table);
    }
    table_print(&table, 0, stdout);
    printf(
        "\nMeans over the seeds; differences are means over the same seeds, ± their 95 %% interval; * it excludes 0.\n"
        "The front is over:");
    for (uint32_t o = 0; o < comparison->objective_count; o++) {
        if (is_common(comparison, comparison->objectives[o])) {
            printf(" %s", comparison->objectives[o]);
        }
    }
    printf("\n");
    return true;
}

static void add_estimate(struct text *out, const char *key, const struct estimate *estimate) {
    text_add(out, ", \"%s\": [", key);
    text_add_json_number(out, estimate->value);
    text_add(out, ", ");
    text_add_json_number(out, estimate->low);
    text_add(out, ", ");
    text_add_json_number(out, estimate->high);
    text_add(out, "]");
}

/* The labels of PACELC, and the means that decide them. */
static void add_pacelc(const struct point_summary *summary, struct text *out) {
    static const char *const metrics[][2] = {{"side.availability", "partition"},
                                             {"read.stale.share", "connected"},
                                             {"write.latency.p50", "connected"},
                                             {"append.latency.p50", "connected"},
                                             {"read.latency.p50", "connected"}};
    uint32_t labels = 0, found = 0;
    text_add(out, ", \"pacelc\": {\"labels\": [");
    for (uint32_t i = 0; i < summary->check_count; i++) {
        if (strcmp(summary->checks[i].kind, "pacelc") == 0) {
            text_add(out, "%s{\"name\": ", labels++ > 0 ? ", " : "");
            text_add_json(out, summary->checks[i].name);
            text_add(out, ", \"runs\": %" PRIu64 "}", summary->checks[i].held);
        }
    }
    text_add(out, "], \"metrics\": [");
    for (size_t m = 0; labels > 0 && m < sizeof metrics / sizeof metrics[0]; m++) {
        const struct point_metric *metric = points_metric(summary, metrics[m][0], metrics[m][1]);
        if (metric != NULL) {
            text_add(out, "%s{\"metric\": \"%s\", \"window\": \"%s\", \"runs\": %zu", found++ > 0 ? ", " : "",
                     metrics[m][0], metrics[m][1], metric->count);
            add_estimate(out, "mean", &metric->mean);
            text_add(out, "}");
        }
    }
    text_add(out, "]}");
}

static bool write_json(const struct comparison *comparison, const char *const *metrics, uint32_t count,
                       struct text *out, struct text *error) {
    struct compared results[MOST_DESIGNS];
    text_add(out, "{\"schema\": 1, \"level\": %g, \"window\": ", COMPARE_LEVEL);
    text_add_json(out, comparison->window);
    text_add(out, ", \"objectives\": [");
    uint32_t common = 0;
    for (uint32_t o = 0; o < comparison->objective_count; o++) {
        if (is_common(comparison, comparison->objectives[o])) {
            text_add(out, "%s", common++ > 0 ? ", " : "");
            text_add_json(out, comparison->objectives[o]);
        }
    }
    text_add(out, "],\n \"designs\": [");
    for (uint32_t d = 0; d < comparison->count; d++) {
        const struct point_summary *summary = summary_of(comparison, d);
        text_add(out, "%s\n  {\"name\": ", d == 0 ? "" : ",");
        text_add_json(out, comparison->names[d].bytes);
        text_add(out, ", \"runs\": %" PRIu64 ", \"holds\": %" PRIu64 ", \"on_front\": %s", summary->runs,
                 summary->holds, comparison->is_on_front[d] ? "true" : "false");
        add_pacelc(summary, out);
        text_add(out, "}");
    }
    text_add(out, "],\n \"metrics\": {");
    bool is_good = true;
    for (uint32_t m = 0; m < count && is_good; m++) {
        is_good =
            compare_metric(comparison->designs, comparison->count, metrics[m], comparison->window, results, error);
        text_add(out, "%s\n  ", m == 0 ? "" : ",");
        text_add_json(out, metrics[m]);
        text_add(out, ": [");
        for (uint32_t d = 0; d < comparison->count && is_good; d++) {
            text_add(out, "%s{\"runs\": %zu, \"pairs\": %zu", d == 0 ? "" : ", ", results[d].runs, results[d].pairs);
            add_estimate(out, "mean", &results[d].mean);
            add_estimate(out, "difference", &results[d].difference);
            text_add(out, ", \"different\": %s}", results[d].is_different ? "true" : "false");
        }
        text_add(out, "]");
    }
    text_add(out, "}}\n");
    return is_good;
}

/* The page is drawn from what --json prints, with all metrics. */
static enum exit_status write_report(const struct comparison *comparison, const struct sweep_plan *plan, bool json,
                                     struct text *error) {
    enum { MOST = 1024 };
    struct text out = {0}, page = {0};
    const char **metrics = calloc(MOST, sizeof *metrics);
    if (metrics == NULL) {
        abort();
    }
    uint32_t count = list_metrics(comparison, plan, true, metrics, MOST);
    struct many *many =
        write_json(comparison, metrics, count, &out, error) ? many_of_comparison(out.bytes, error) : NULL;
    enum exit_status status = EXIT_INPUT;
    if (many != NULL) {
        struct many_choice choice = {plan->metrics, plan->metric_count, comparison->window};
        struct page_origin origin = page_origin_of(comparison->again.bytes, wall_seconds() - comparison->started);
        html_many_report(many, &choice, &origin, &page);
        status = page_write(comparison->command, comparison->report, &page, json ? stderr : stdout);
    } else {
        fprintf(stderr, "spacelike %s: %s", comparison->command, error->bytes);
    }
    many_free(many);
    free(metrics);
    text_free(&out);
    text_free(&page);
    return status;
}

static enum exit_status show(struct comparison *comparison, const struct sweep_plan *plan, bool json) {
    struct text error = {0}, out = {0};
    const char *metrics[256];
    uint32_t count = list_metrics(comparison, plan, false, metrics, 256);
    bool is_good = compare_front(comparison->designs, comparison->count, comparison->objectives,
                                 comparison->objective_count, comparison->window, comparison->is_on_front, &error);
    enum exit_status status = comparison->status;
    if (is_good && json) {
        is_good = write_json(comparison, metrics, count, &out, &error);
        fwrite(out.bytes, 1, is_good ? out.length : 0, stdout);
    } else if (is_good) {
        show_designs(comparison);
        is_good = show_table(comparison, metrics, count, &error);
    }
    if (!is_good) {
        fprintf(stderr, "spacelike %s: %s", comparison->command, error.bytes);
        status = EXIT_INPUT;
    } else if (comparison->report != NULL) {
        status = exit_worse(status, write_report(comparison, plan, json, &error));
    }
    text_free(&error);
    text_free(&out);
    return status;
}

/* ---- The command ---- */

static enum exit_status compare_all(struct comparison *comparison, const struct sweep_plan *plan, char **paths,
                                    int path_count, bool json) {
    bool with_vary = path_count == 1 || plan->vary_count > 0;
    enum exit_status status = EXIT_HELD;
    for (int i = 0; i < path_count && status == EXIT_HELD; i++) {
        status = run_design(comparison, plan, paths[i], with_vary, path_count == 1);
    }
    status = status == EXIT_HELD ? show(comparison, plan, json) : status;
    for (uint32_t d = 0; d < comparison->count; d++) {
        text_free(&comparison->names[d]);
        points_free(comparison->summaries[d], comparison->summary_counts[d]);
    }
    for (uint32_t s = 0; s < comparison->store_count; s++) {
        store_close(comparison->stores[s]);
    }
    return status;
}

static enum exit_status run_compare(int argc, char **argv) {
    struct sweep_plan plan;
    sweep_plan_init(&plan, argc, argv[0]);
    bool json = false;
    uint32_t objective_count = 0;
    const char *report = NULL;
    struct text again = {0};
    page_command(argc, argv, &again);
    const char **objectives = calloc((size_t)argc, sizeof *objectives);
    if (objectives == NULL) {
        abort();
    }
    const struct option_spec specs[] = {
        {.name = "--seeds", .takes_value = true, .value = &plan.seeds},
        {.name = "--vary", .takes_value = true, .values = plan.vary, .value_count = &plan.vary_count},
        {.name = "--set", .takes_value = true, .values = plan.sets, .value_count = &plan.set_count},
        {.name = "--metric", .takes_value = true, .values = plan.metrics, .value_count = &plan.metric_count},
        {.name = "--objective", .takes_value = true, .values = objectives, .value_count = &objective_count},
        {.name = "--window", .takes_value = true, .value = &plan.window},
        {.name = "--jobs", .takes_value = true, .value = &plan.jobs},
        {.name = "--report", .takes_value = true, .value = &report},
        {.name = "--json", .flag = &json},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    if (operands == 0) {
        usage_error(argv[0], "expected scenarios");
    } else if (operands > 0) {
        struct comparison comparison = {.command = argv[0],
                                        .objectives = objective_count > 0 ? objectives : usual_objectives,
                                        .objective_count = objective_count > 0 ? objective_count : USUAL_OBJECTIVES,
                                        .window = plan.window != NULL ? plan.window : "all",
                                        .report = report,
                                        .again = again,
                                        .started = wall_seconds()};
        status = sweep_plan_check(&plan);
        status = status == EXIT_HELD ? sweep_check_metrics(argv[0], objectives, objective_count) : status;
        status = status == EXIT_HELD ? compare_all(&comparison, &plan, argv + 1, operands, json) : status;
    }
    free(objectives);
    text_free(&again);
    sweep_plan_free(&plan);
    return status;
}

const struct command command_compare = {
    .name = "compare",
    .arguments = "SCENARIO... [options]",
    .summary = "puts designs side by side under the same weather",
    .help =
        "Runs several scenarios, or the points of one scenario's grid, with the same seeds: what the designs have in\n"
        "common meets the same latencies, losses and faults. Says for each metric the mean of each design and its "
        "difference\n"
        "from the first one, taken seed by seed, and marks the Pareto front of latency, staleness and availability.\n\n"
        "  --seeds A-B          the seeds (default: 1-20)\n"
        "  --vary PATH=A,B,C    the designs are these values (as in spacelike sweep)\n"
        "  --set PATH=VALUE     changes a value in all designs; may be given again\n"
        "  --metric NAME        compares this metric instead of the usual ones; may be given again\n"
        "  --objective NAME     the front is over these instead; may be given again\n"
        "  --window NAME        of the metrics (default: all)\n"
        "  --jobs N             worker processes (default: one a core)\n"
        "  --report FILE.html   writes a page with the designs side by side, the front, and all measures\n"
        "  --json               prints the comparison as JSON (spacelike view draws it)\n\n"
        "examples:\n"
        "  spacelike compare scenarios/raft/one-way-no-pre-vote.json scenarios/raft/one-way-pre-vote.json\n"
        "  spacelike compare scenarios/raft/healthy.json --vary systems.store.params.reads=log,read_index,lease "
        "--seeds 1-10\n",
    .run = run_compare,
    .takes_plugins = true,
};
