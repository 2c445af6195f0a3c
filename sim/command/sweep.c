/* spacelike sweep: a scenario over many seeds and parameter values, on all cores, one table of results. */
#include "sim/study/sweep.h"
#include "sim/base/units.h"
#include "sim/command/points_show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *seeds, *jobs, *shard, *db, *csv, *window;
    const char **vary, **sets, **metrics;
    uint32_t vary_count, set_count, metric_count;
    bool json;
};

/* ---- Shards ---- */

static bool environment_number(const char *name, uint64_t *value) {
    const char *text = getenv(name);
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return false;
    }
    *value = strtoull(text, &end, 10);
    return *end == '\0';
}

/* The place among the tasks of a Slurm job array or an indexed job of Kubernetes. Kubernetes says not how many there
 * are. */
static bool find_shard(uint64_t *shard, uint64_t *shards) {
    uint64_t id, first = 1, step = 1;
    if (environment_number("SLURM_ARRAY_TASK_ID", &id)) {
        environment_number("SLURM_ARRAY_TASK_MIN", &first);
        environment_number("SLURM_ARRAY_TASK_STEP", &step);
        *shard = (id - first) / (step > 0 ? step : 1) + 1;
        environment_number("SLURM_ARRAY_TASK_COUNT", shards);
        return true;
    }
    if (environment_number("JOB_COMPLETION_INDEX", &id)) {
        *shard = id + 1;
        return true;
    }
    return false;
}

static enum exit_status read_shard(const char *command, const char *text, struct sweep_options *options) {
    uint64_t shard = 0, shards = 0;
    const char *slash = strchr(text, '/');
    if (strncmp(text, "auto", 4) == 0 && (text[4] == '\0' || text[4] == '/')) {
        if (!find_shard(&shard, &shards)) {
            return usage_error(command, "--shard %s: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set",
                               text);
        }
    } else {
        char number[24];
        size_t length = slash != NULL ? (size_t)(slash - text) : 0;
        snprintf(number, sizeof number, "%.*s", (int)length, text);
        if (length == 0 || length >= sizeof number || !options_read_u64(command, "--shard", number, &shard)) {
            return usage_error(command, "--shard %s: expected i/n (such as 1/4), auto or auto/n", text);
        }
    }
    if (slash != NULL && !options_read_u64(command, "--shard", slash + 1, &shards)) {
        return EXIT_INPUT;
    }
    if (shards == 0) {
        return usage_error(command, "--shard %s: the number of shards is not known; expected auto/n", text);
    }
    if (shard < 1 || shard > shards || shards > UINT32_MAX) {
        return usage_error(command, "--shard %s: this is shard %" PRIu64 " of %" PRIu64 "; expected one from 1 on",
                           text, shard, shards);
    }
    options->shard = (uint32_t)shard;
    options->shards = (uint32_t)shards;
    return EXIT_HELD;
}

/* ---- Progress ---- */

struct progress {
    double started, shown_at;
};

static bool show_progress(void *context, const struct sweep_progress *sweep) {
    struct progress *progress = context;
    double now = wall_seconds();
    if (now - progress->shown_at < 0.2) {
        return true;
    }
    progress->shown_at = now;
    double rate = (double)sweep->done / (now - progress->started + 1e-9);
    char left[32];
    units_print_duration(left, sizeof left, (double)(sweep->runs - sweep->done) / rate);
    fprintf(stderr, "\r  %" PRIu64 " of %" PRIu64 " runs, %.3g a second, %s left", sweep->done, sweep->runs, rate,
            left);
    if (sweep->violated + sweep->crashed > 0) {
        fprintf(stderr, ", %" PRIu64 " violated, %" PRIu64 " crashed", sweep->violated, sweep->crashed);
    }
    fprintf(stderr, " \x1b[K");
    fflush(stderr);
    return true;
}

static void show_end(const struct sweep_progress *sweep, const struct progress *progress) {
    if (is_terminal(stderr)) {
        fprintf(stderr, "\r\x1b[K");
    }
    double wall_s = wall_seconds() - progress->started;
    char wall[32], each[32];
    fprintf(stderr, "%" PRIu64 " runs in %s", sweep->done, units_print_duration(wall, sizeof wall, wall_s));
    if (sweep->done > 0) {
        fprintf(stderr, ", %s a run", units_print_duration(each, sizeof each, wall_s / (double)sweep->done));
    }
    if (sweep->before > 0) {
        fprintf(stderr, "; %" PRIu64 " were there already", sweep->before);
    }
    fprintf(stderr, "\n");
}

/* ---- What is asked for ---- */

static enum exit_status check_metrics(const char *command, const struct arguments *arguments) {
    for (uint32_t i = 0; i < arguments->metric_count; i++) {
        const char *slash = strrchr(arguments->metrics[i], '/');
        const char *name = slash != NULL ? slash + 1 : arguments->metrics[i];
        if (!metric_is_known(name)) {
            size_t count = 0;
            while (metric_names[count] != NULL) {
                count++;
            }
            const char *near = text_suggest(name, metric_names, count);
            return usage_error(command, "there is no metric \"%s\"%s%s%s", name,
                               near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                               near != NULL ? "\"?" : "");
        }
    }
    return EXIT_HELD;
}

static bool is_window(const struct scenario *scenario, const char *name) {
    static const char *const fixed[] = {"all", "partition", "healing", "connected"};
    bool is_found = false;
    for (int i = 0; i < 4; i++) {
        is_found = is_found || strcmp(name, fixed[i]) == 0;
    }
    for (uint32_t i = 0; i < scenario->fault_count; i++) {
        is_found = is_found || strcmp(name, scenario->faults[i].name) == 0;
    }
    for (uint32_t i = 0; i < scenario->phase_count; i++) {
        is_found = is_found || strcmp(name, scenario->phases[i].name) == 0;
    }
    return is_found;
}

static enum exit_status fill_grid(const char *command, const struct arguments *arguments,
                                  const struct scenario *scenario, struct grid *grid) {
    struct text error = {0};
    bool is_none = arguments->vary_count == 1 && strcmp(arguments->vary[0], "none") == 0;
    bool is_good = arguments->vary_count > 0 || grid_add_scenario(grid, scenario->resolved, &error);
    for (uint32_t i = 0; i < arguments->vary_count && is_good && !is_none; i++) {
        is_good = grid_add(grid, arguments->vary[i], &error);
    }
    enum exit_status status = is_good ? EXIT_HELD : usage_error(command, "--vary %s", error.bytes);
    text_free(&error);
    return status;
}

/* ---- Running ---- */

static bool claim(struct store *store, const struct scenario *scenario, const struct arguments *arguments,
                  const struct grid *grid, struct text *error) {
    struct text sets = {0}, vary = {0};
    char hash[32];
    snprintf(hash, sizeof hash, "%016" PRIx64, scenario->hash);
    text_add(&sets, "[");
    for (uint32_t i = 0; i < arguments->set_count; i++) {
        text_add(&sets, "%s", i == 0 ? "" : ", ");
        text_add_json(&sets, arguments->sets[i]);
    }
    text_add(&sets, "]");
    grid_write(grid, &vary);
    struct provenance provenance = {
        .version = SPACELIKE_VERSION,
        .commit = build_commit(),
        .scenario = scenario->path,
        .scenario_hash = hash,
        .scenario_text = scenario->resolved,
        .sets = sets.bytes,
        .vary = vary.bytes,
    };
    bool is_ours = store_claim(store, &provenance, grid, error);
    text_free(&sets);
    text_free(&vary);
    return is_ours;
}

static enum exit_status run_and_report(const char *command, struct sweep_options *options,
                                       const struct scenario *scenario, const struct arguments *arguments) {
    struct text error = {0};
    struct sweep_progress result = {0};
    struct progress progress = {.started = wall_seconds()};
    options->progress = is_terminal(stderr) ? show_progress : NULL;
    options->progress_context = &progress;
    struct store *store = store_open(arguments->db != NULL ? arguments->db : ":memory:", &error);
    bool is_good = store != NULL && claim(store, scenario, arguments, options->grid, &error) &&
                   sweep_run(store, options, &result, &error);
    enum exit_status status = EXIT_INPUT;
    if (!is_good) {
        fprintf(stderr, "%sspacelike %s: %s", is_terminal(stderr) ? "\r\x1b[K" : "", command, error.bytes);
    } else {
        show_end(&result, &progress);
        if (!arguments->json && arguments->metric_count == 0) {
            printf("%s\n%s, seeds %" PRIu64 " to %" PRIu64 "\n", scenario->title, scenario->path, options->seed_first,
                   options->seed_last);
        }
        struct points_view view = {arguments->metrics, arguments->metric_count,
                                   arguments->window != NULL ? arguments->window : "all"};
        status = points_report(command, store, &view, arguments->json, arguments->csv);
    }
    store_close(store);
    text_free(&error);
    return status;
}

static enum exit_status sweep_scenario(const char *command, const char *path, struct arguments *arguments,
                                       struct sweep_options *options) {
    struct grid grid = {0}, none = {0};
    struct text errors = {0};
    options->path = path;
    options->models = built_in_models();
    options->sets = arguments->sets;
    options->set_count = arguments->set_count;
    options->grid = &none;
    struct scenario *scenario = sweep_read(options, 0, &errors);
    enum exit_status status = EXIT_HELD;
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
        status = EXIT_INPUT;
    } else if (arguments->window != NULL && !is_window(scenario, arguments->window)) {
        status = usage_error(command, "--window %s: expected all, partition, healing, connected, a fault or a phase",
                             arguments->window);
    } else {
        status = fill_grid(command, arguments, scenario, &grid);
    }
    options->grid = &grid;
    if (status == EXIT_HELD) {
        status = run_and_report(command, options, scenario, arguments);
    }
    scenario_free(scenario);
    grid_free(&grid);
    text_free(&errors);
    return status;
}

static enum exit_status check_arguments(const char *command, const struct arguments *arguments,
                                        struct sweep_options *options) {
    uint64_t jobs = 0;
    options->seed_first = 1;
    options->seed_last = 20;
    if ((arguments->seeds != NULL &&
         !options_read_range(command, "--seeds", arguments->seeds, &options->seed_first, &options->seed_last)) ||
        (arguments->jobs != NULL && !options_read_u64(command, "--jobs", arguments->jobs, &jobs))) {
        return EXIT_INPUT;
    }
    if (options->seed_last > SWEEP_LAST_SEED || options->seed_last - options->seed_first >= UINT32_MAX) {
        return usage_error(command, "--seeds %s: expected at most 2^32 seeds below 2^63", arguments->seeds);
    }
    if (jobs > 256) {
        return usage_error(command, "--jobs %s: expected at most 256", arguments->jobs);
    }
    options->jobs = (uint32_t)jobs;
    options->shard = options->shards = 1;
    if (arguments->shard != NULL) {
        if (arguments->db == NULL) {
            return usage_error(command, "--shard needs --db FILE: a shard is there to be merged");
        }
        enum exit_status status = read_shard(command, arguments->shard, options);
        if (status != EXIT_HELD) {
            return status;
        }
    }
    return check_metrics(command, arguments);
}

static enum exit_status run_sweep(int argc, char **argv) {
    struct arguments arguments = {0};
    struct sweep_options options = {0};
    const char **lists[3];
    for (int i = 0; i < 3; i++) {
        lists[i] = calloc((size_t)argc, sizeof **lists);
        if (lists[i] == NULL) {
            abort();
        }
    }
    arguments.vary = lists[0];
    arguments.sets = lists[1];
    arguments.metrics = lists[2];
    const struct option_spec specs[] = {
        {.name = "--seeds", .takes_value = true, .value = &arguments.seeds},
        {.name = "--vary", .takes_value = true, .values = arguments.vary, .value_count = &arguments.vary_count},
        {.name = "--set", .takes_value = true, .values = arguments.sets, .value_count = &arguments.set_count},
        {.name = "--metric", .takes_value = true, .values = arguments.metrics, .value_count = &arguments.metric_count},
        {.name = "--window", .takes_value = true, .value = &arguments.window},
        {.name = "--jobs", .takes_value = true, .value = &arguments.jobs},
        {.name = "--shard", .takes_value = true, .value = &arguments.shard},
        {.name = "--db", .takes_value = true, .value = &arguments.db},
        {.name = "--csv", .takes_value = true, .value = &arguments.csv},
        {.name = "--json", .flag = &arguments.json},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0], operands == 0 ? "expected the path of a scenario" : "expected one scenario, not %d",
                    operands);
    } else if (operands == 1) {
        status = check_arguments(argv[0], &arguments, &options);
        status = status == EXIT_HELD ? sweep_scenario(argv[0], argv[1], &arguments, &options) : status;
    }
    for (int i = 0; i < 3; i++) {
        free(lists[i]);
    }
    return status;
}

const struct command command_sweep = {
    .name = "sweep",
    .arguments = "SCENARIO [options]",
    .summary = "runs a scenario over many seeds and parameter values, on all cores",
    .help =
        "Runs the scenario with every seed at every point of a grid of parameters, on worker processes. Says for each\n"
        "point the means over the seeds with 95 % intervals (Student's t), quantiles over the seeds, in which share of "
        "the runs\n"
        "each check held (Wilson's interval), and how to run again what did not hold.\n\n"
        "  --seeds A-B          the seeds (default: 1-20)\n"
        "  --vary PATH=A,B,C    values for a path of the scenario; several make a full grid (default: the scenario's "
        "\"vary\")\n"
        "  --vary PATH=1ms..100ms:20:log   20 values on a logarithmic scale; without :log on a linear one; 1..5: whole "
        "numbers\n"
        "  --vary none          not even the scenario's \"vary\"\n"
        "  --set PATH=VALUE     changes a value for all runs; may be given again\n"
        "  --metric NAME        prints one line for this metric, with its quantiles over the seeds; may be given "
        "again\n"
        "  --window NAME        of the metrics: all (default), partition, healing, connected, a fault's or phase's "
        "name\n"
        "  --jobs N             worker processes (default: one a core)\n"
        "  --db FILE            keeps the results in this SQLite file. Every finished run is committed: the same "
        "command, after\n"
        "                       whatever interrupted it, does what is missing. More seeds may be added. Without it the "
        "results\n"
        "                       are printed and gone\n"
        "  --shard I/N          only part I of N, counted from 1, for many machines (with --db; spacelike merge joins "
        "them)\n"
        "  --shard auto         I and N from Slurm's job array; --shard auto/N: I from Kubernetes' "
        "JOB_COMPLETION_INDEX\n"
        "  --csv FILE           writes a line a run, a column a metric\n"
        "  --json               prints the results of all points as JSON\n\n"
        "Exit status: 1 if an invariant or expectation broke in some run, 4 if a run crashed; the sweep goes on in "
        "both cases.\n\n"
        "examples:\n"
        "  spacelike sweep scenarios/raft/leader-crash.json --seeds 1-100\n"
        "  spacelike sweep scenarios/raft/healthy.json --seeds 1-1000 --metric election.first\n"
        "  spacelike sweep scenarios/raft/leader-crash.json --seeds 1-50 --vary systems.store.nodes=3,5,7 --db "
        "nodes.db\n",
    .run = run_sweep,
};
