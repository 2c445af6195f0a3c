/* spacelike sweep: a scenario over many seeds and parameter values, on all cores, one table of results. */
#include "sim/command/page.h"
#include "sim/command/points_show.h"
#include "sim/command/sweeping.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *shard, *db, *csv, *report;
    struct text again; /* the command as it was given */
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

/* ---- The command ---- */

static enum exit_status sweep_scenario(const struct sweep_plan *plan, const char *path,
                                       const struct arguments *arguments) {
    struct sweeping sweeping;
    double start = wall_seconds();
    enum exit_status status = sweeping_open(&sweeping, plan, path, true);
    if (status == EXIT_HELD) {
        status = sweeping_run(&sweeping, arguments->db != NULL ? arguments->db : ":memory:");
    }
    if (status == EXIT_HELD) {
        if (!arguments->json && plan->metric_count == 0) {
            printf("%s\n%s, seeds %" PRIu64 " to %" PRIu64 "\n", sweeping.scenario->title, path,
                   plan->options.seed_first, plan->options.seed_last);
        }
        struct points_view view = {plan->metrics, plan->metric_count, plan->window != NULL ? plan->window : "all"};
        status = points_report(plan->command, sweeping.store, &view, arguments->json, arguments->csv);
        if (arguments->report != NULL) {
            struct many_choice choice = {plan->metrics, plan->metric_count, plan->window};
            struct page_origin origin = page_origin_of(arguments->again.bytes, wall_seconds() - start);
            status = exit_worse(status, page_write_store(plan->command, arguments->report, sweeping.store, &choice,
                                                         &origin, arguments->json ? stderr : stdout));
        }
    }
    sweeping_close(&sweeping);
    return status;
}

static enum exit_status run_sweep(int argc, char **argv) {
    struct arguments arguments = {0};
    struct sweep_plan plan;
    sweep_plan_init(&plan, argc, argv[0]);
    page_command(argc, argv, &arguments.again);
    const struct option_spec specs[] = {
        {.name = "--seeds", .takes_value = true, .value = &plan.seeds},
        {.name = "--vary", .takes_value = true, .values = plan.vary, .value_count = &plan.vary_count},
        {.name = "--set", .takes_value = true, .values = plan.sets, .value_count = &plan.set_count},
        {.name = "--metric", .takes_value = true, .values = plan.metrics, .value_count = &plan.metric_count},
        {.name = "--window", .takes_value = true, .value = &plan.window},
        {.name = "--jobs", .takes_value = true, .value = &plan.jobs},
        {.name = "--shard", .takes_value = true, .value = &arguments.shard},
        {.name = "--db", .takes_value = true, .value = &arguments.db},
        {.name = "--csv", .takes_value = true, .value = &arguments.csv},
        {.name = "--report", .takes_value = true, .value = &arguments.report},
        {.name = "--json", .flag = &arguments.json},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0], operands == 0 ? "expected the path of a scenario" : "expected one scenario, not %d",
                    operands);
    } else if (operands == 1 && arguments.shard != NULL && arguments.db == NULL) {
        usage_error(argv[0], "--shard needs --db FILE: a shard is there to be merged");
    } else if (operands == 1) {
        status = sweep_plan_check(&plan);
        if (status == EXIT_HELD && arguments.shard != NULL) {
            status = read_shard(argv[0], arguments.shard, &plan.options);
        }
        status = status == EXIT_HELD ? sweep_scenario(&plan, argv[1], &arguments) : status;
    }
    sweep_plan_free(&plan);
    text_free(&arguments.again);
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
        "  --report FILE.html   writes a page with plots and tables: lines, heat maps, the front, what did not hold\n"
        "  --json               prints the results of all points as JSON\n\n"
        "Exit status: 1 if an invariant or expectation broke in some run, 4 if a run crashed; the sweep goes on in "
        "both cases.\n\n"
        "examples:\n"
        "  spacelike sweep scenarios/raft/leader-crash.json --seeds 1-100\n"
        "  spacelike sweep scenarios/raft/healthy.json --seeds 1-1000 --metric election.first\n"
        "  spacelike sweep scenarios/raft/leader-crash.json --seeds 1-50 --vary systems.store.nodes=3,5,7 --db "
        "nodes.db\n",
    .run = run_sweep,
    .takes_plugins = true,
};
