/* spacelike run: one scenario, one seed. */
#include "sim/command/branch.h"
#include "sim/command/command.h"
#include "sim/command/page.h"
#include "sim/command/report.h"
#include "sim/command/single.h"
#include "sim/study/crash.h"
#include "sim/study/output.h"
#include "sim/study/summary.h"
#include "viz/html.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *seed, *out, *salt, *steps, *report, *at;
    const char **sets, **branches;
    uint32_t set_count, branch_count;
    bool json, check_determinism;
};

static enum exit_status write_results(const struct run *run, const char *folder, struct text *summary) {
    struct output_file files[] = {{"summary.json", {0}}, {"ops.csv", {0}}, {"series.csv", {0}}};
    struct text error = {0};
    text_add_bytes(&files[0].content, summary->bytes, summary->length);
    summary_operations(run, &files[1].content);
    summary_series(run, &files[2].content);
    bool is_written = output_write(folder, files, 3, &error);
    if (!is_written) {
        fprintf(stderr, "spacelike run: %s", error.bytes);
    }
    for (int i = 0; i < 3; i++) {
        text_free(&files[i].content);
    }
    text_free(&error);
    return is_written ? EXIT_HELD : EXIT_INPUT;
}

static enum exit_status write_page(struct run *run, const char *path, const char *replay, double wall_s, FILE *say_to) {
    enum { SENTENCE = 256 };
    char(*sentences)[SENTENCE] = calloc(run->expectation_count + 1, sizeof *sentences);
    const char **expectations = calloc(run->expectation_count + 1, sizeof *expectations);
    struct text page = {0};
    if (sentences == NULL || expectations == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        report_expectation(&run->expectations[i], sentences[i], SENTENCE);
        expectations[i] = sentences[i];
    }
    struct html_source source = {.run = run, .expectations = expectations, .origin = page_origin_of(replay, wall_s)};
    html_report(&source, &page);
    enum exit_status status = page_write("run", path, &page, say_to);
    free(sentences);
    free(expectations);
    text_free(&page);
    return status;
}

static enum exit_status show(struct run *run, const struct arguments *arguments, double wall_s, int deterministic) {
    struct text replay = {0}, summary = {0};
    summary_replay(run->scenario, arguments->sets, arguments->set_count, &run->options, &replay);
    struct summary_host host = {.wall_s = wall_s,
                                .version = SPACELIKE_VERSION,
                                .build = build_description(),
                                .is_deterministic = deterministic};
    summary_json(run, replay.bytes, &host, &summary);
    enum exit_status status = exit_of_verdict(run->verdict);
    if (arguments->out != NULL) {
        status = exit_worse(status, write_results(run, arguments->out, &summary));
    }
    if (arguments->json) {
        fwrite(summary.bytes, 1, summary.length, stdout);
    } else {
        struct report_style style = {.colour = wants_colour(stdout), .wall_s = wall_s, .replay = replay.bytes};
        report_run(run, &style, stdout);
        if (deterministic == 1) {
            printf("deterministic: a second run beside it did the same events\n");
        }
        if (arguments->out != NULL && status != EXIT_INPUT) {
            printf("results: %s/summary.json, ops.csv, series.csv\n", arguments->out);
        }
    }
    if (arguments->report != NULL) {
        FILE *say_to = arguments->json ? stderr : stdout;
        status = exit_worse(status, write_page(run, arguments->report, replay.bytes, wall_s, say_to));
    }
    text_free(&replay);
    text_free(&summary);
    return status;
}

static enum exit_status run_scenario(const struct scenario *scenario, const struct arguments *arguments,
                                     const struct run_options *options) {
    int deterministic = -1;
    enum exit_status status = EXIT_HELD;
    struct text replay = {0};
    text_add(&replay, "%s", program_folder());
    summary_replay(scenario, arguments->sets, arguments->set_count, options, &replay);
    crash_replay(replay.bytes);
    text_free(&replay);
    if (arguments->check_determinism) {
        struct text report = {0};
        deterministic = run_is_deterministic(scenario, options, &report);
        if (!deterministic) {
            fprintf(stderr, "spacelike run: not deterministic: %s", report.bytes);
            status = EXIT_OWN_FAULT;
        }
        text_free(&report);
    }
    double start = wall_seconds();
    struct run *run = run_execute(scenario, options);
    progress_clear();
    status = exit_worse(status, show(run, arguments, wall_seconds() - start, deterministic));
    run_free(run);
    return status;
}

static bool check_moment(const char *command, const struct arguments *arguments) {
    if (arguments->branch_count > 0 && arguments->at == NULL) {
        usage_error(command, "--branch needs a moment; expected --at TIME too, such as --at 12.5s");
        return false;
    }
    if (arguments->at != NULL &&
        (arguments->out != NULL || arguments->report != NULL || arguments->check_determinism)) {
        usage_error(command, "--at goes with --seed, --set, --branch, --tie-salt, --checker-steps and --json only");
        return false;
    }
    return true;
}

static enum exit_status run_run(int argc, char **argv) {
    struct arguments arguments = {0};
    arguments.sets = calloc((size_t)argc, sizeof *arguments.sets);
    arguments.branches = calloc((size_t)argc, sizeof *arguments.branches);
    const struct option_spec specs[] = {
        {.name = "--seed", .takes_value = true, .value = &arguments.seed},
        {.name = "--set", .takes_value = true, .values = arguments.sets, .value_count = &arguments.set_count},
        {.name = "--out", .takes_value = true, .value = &arguments.out},
        {.name = "--report", .takes_value = true, .value = &arguments.report},
        {.name = "--tie-salt", .takes_value = true, .value = &arguments.salt},
        {.name = "--checker-steps", .takes_value = true, .value = &arguments.steps},
        {.name = "--at", .takes_value = true, .value = &arguments.at},
        {.name = "--branch", .takes_value = true, .values = arguments.branches, .value_count = &arguments.branch_count},
        {.name = "--json", .flag = &arguments.json},
        {.name = "--check-determinism", .flag = &arguments.check_determinism},
        {.name = NULL},
    };
    enum exit_status status = EXIT_INPUT;
    int operands = options_parse(argc, argv, specs);
    struct scenario_options reading = {.models = built_in_models(),
                                       .sets = arguments.sets,
                                       .set_count = arguments.set_count,
                                       .has_seed = arguments.seed != NULL};
    struct run_options options = {.keep_probes = true, .progress = is_terminal(stderr) ? progress_show : NULL};
    bool is_good = operands == 1;
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0], operands == 0 ? "expected the path of a scenario" : "expected one scenario, not %d",
                    operands);
    }
    is_good = is_good && (arguments.seed == NULL || options_read_u64(argv[0], "--seed", arguments.seed, &reading.seed));
    is_good = is_good &&
              (arguments.salt == NULL || options_read_u64(argv[0], "--tie-salt", arguments.salt, &options.tie_salt));
    is_good = is_good && (arguments.steps == NULL ||
                          options_read_u64(argv[0], "--checker-steps", arguments.steps, &options.linear_steps));
    is_good = is_good && check_moment(argv[0], &arguments);
    if (is_good && arguments.at != NULL) {
        struct branching branching = {.command = argv[0],
                                      .path = argv[1],
                                      .reading = reading,
                                      .options = options,
                                      .at = arguments.at,
                                      .branches = arguments.branches,
                                      .branch_count = arguments.branch_count,
                                      .json = arguments.json};
        status = branch_run(&branching);
    } else if (is_good) {
        struct text errors = {0};
        struct scenario *scenario = scenario_read(argv[1], &reading, &errors);
        if (scenario == NULL) {
            fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
        } else {
            status = run_scenario(scenario, &arguments, &options);
        }
        scenario_free(scenario);
        text_free(&errors);
    }
    free(arguments.sets);
    free(arguments.branches);
    return status;
}

const struct command command_run = {
    .name = "run",
    .arguments = "SCENARIO [options]",
    .summary = "runs one scenario and says what happened, what it cost, and what held",
    .help =
        "Runs one scenario with one seed: the story, operations over time, latency and availability, the checks and\n"
        "their verdicts, the trace hash, and the command that runs exactly the same again.\n\n"
        "  --seed N               this seed instead of the scenario's\n"
        "  --set PATH=VALUE       changes a value of the scenario; may be given again\n"
        "  --out DIR              also writes summary.json, ops.csv and series.csv there\n"
        "  --report FILE.html     also writes a page with pictures, tables and the story of each violation\n"
        "  --at TIME              runs up to there, and shows each node's state and what is on its way\n"
        "  --branch CHANGES       with --at: from there on also another future; may be given again. Shows all side by\n"
        "                         side, with the unchanged one. CHANGES are PATH=VALUE, several apart by ;\n"
        "                         faults=[...] adds faults, whose \"at\" may be \"+2s\" (none: at once); besides these "
        "may\n"
        "                         change: latency, loss, duplicate, bandwidth, ordered, links and messages of "
        "network;\n"
        "                         disk.sync, service and queue of systems; arrivals, mix, value_size, deadline and\n"
        "                         retries of workloads\n"
        "  --json                 prints the summary as JSON instead of the report\n"
        "  --check-determinism    runs twice side by side and reports the first event that differs (exit 4)\n"
        "  --tie-salt N           another order of events at the same instant\n"
        "  --checker-steps N      budget of the linearizability checker, in steps of its search\n\n"
        "examples:\n"
        "  spacelike run scenarios/raft/leader-partition.json\n"
        "  spacelike run scenarios/raft/leader-partition.json --seed 7 --set systems.store.nodes=3\n"
        "  spacelike run scenarios/raft/healthy.json --json | jq .metrics\n"
        "  spacelike run scenarios/raft/healthy.json --at 12.5s\n"
        "  spacelike run scenarios/raft/healthy.json --at 12.5s --branch 'faults=[{\"pause\": \"leader\"}]' \\\n"
        "      --branch 'network.loss=0.05; network.latency=2ms'\n",
    .run = run_run,
    .takes_plugins = true,
};
