/* spacelike shrink: the smallest scenario with the same failure. */
#include "sim/study/shrink.h"
#include "sim/base/units.h"
#include "sim/command/command.h"
#include "sim/command/report.h"
#include "sim/study/decisions.h"
#include "sim/study/output.h"
#include "sim/study/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *seed, *out, *runs;
    const char **sets;
    uint32_t set_count;
};

static bool show_progress(void *context, const struct shrink_progress *progress) {
    double *shown_at = context, now = wall_seconds();
    if (now - *shown_at > 0.1) {
        *shown_at = now;
        fprintf(stderr, "\r  %" PRIu64 " runs: %u faults, %u nodes, %u clients, %.3g s, %" PRIu64 " bytes; %s \x1b[K",
                progress->runs, progress->size.faults, progress->size.nodes, progress->size.clients,
                (double)progress->size.duration / 1e9, progress->size.bytes, progress->step);
        fflush(stderr);
    }
    return true;
}

static void print_size(const char *label, const struct shrink_size *size) {
    printf("  %-7s %u faults, %u nodes, %u clients, %u parameters, %.4g s, %" PRIu64 " bytes\n", label, size->faults,
           size->nodes, size->clients, size->params, (double)size->duration / 1e9, size->bytes);
}

/* "figure-8.json" becomes "figure-8.small.json" */
static void default_path(const char *path, struct text *out) {
    size_t length = strlen(path);
    bool has_ending = length > 5 && strcmp(path + length - 5, ".json") == 0;
    text_add(out, "%.*s.small.json", (int)(has_ending ? length - 5 : length), path);
}

static void tell_story(const char *path) {
    struct scenario_options reading = {.models = built_in_models()};
    struct text errors = {0};
    struct scenario *scenario = scenario_read(path, &reading, &errors);
    if (scenario != NULL) {
        struct run_options options = {.keep_probes = true, .stop_at_violation = true};
        struct report_style style = {.colour = wants_colour(stdout)};
        struct run *run = run_execute(scenario, &options);
        report_story(run, &style, stdout);
        run_free(run);
    }
    scenario_free(scenario);
    text_free(&errors);
}

/* A scenario that failed once and fails no more: what was decided differently says why. */
static void explain_no_failure(const struct scenario *scenario) {
    struct decisions_difference *difference = malloc(sizeof *difference);
    if (difference == NULL) {
        abort();
    }
    decisions_compare(scenario, difference);
    printf("%s with seed %" PRIu64 " does not fail, so there is nothing to shrink\n", scenario->path, scenario->seed);
    if (difference->is_kept && !difference->is_same) {
        printf("it did when it was saved: %s\nthe first decision that differs is number %" PRIu64
               ":\n  was: %s\n  is:  %s\n",
               difference->fingerprint.text, difference->line,
               difference->was[0] != '\0' ? difference->was : "(nothing more)",
               difference->is[0] != '\0' ? difference->is : "(nothing more)");
    }
    free(difference);
}

static enum exit_status write_and_tell(const struct scenario *scenario, const struct arguments *arguments,
                                       const struct shrink_result *result) {
    struct text path = {0}, error = {0};
    if (arguments->out != NULL) {
        text_add(&path, "%s", arguments->out);
    } else {
        default_path(scenario->path, &path);
    }
    enum exit_status status = EXIT_BROKE;
    if (!output_write_file(path.bytes, &result->scenario, &error)) {
        fprintf(stderr, "spacelike shrink: %s", error.bytes);
        status = EXIT_INPUT;
    } else {
        printf("%s\n", result->fingerprint.text);
        print_size("before:", &result->before);
        print_size("after:", &result->after);
        printf("  %" PRIu64 " runs%s\n", result->runs,
               result->ran_out ? ", all that were allowed: more may make it smaller" : "");
        if (strncmp(result->fingerprint.text, "crash", 5) != 0) {
            printf("\n");
            tell_story(path.bytes);
        }
        printf("\nrun it: spacelike run %s%s\n", path.bytes, summary_plugins());
    }
    text_free(&path);
    text_free(&error);
    return status;
}

static enum exit_status shrink(const struct scenario *scenario, const struct arguments *arguments, uint64_t most_runs) {
    double shown_at = 0;
    struct shrink_result result;
    struct shrink_options options = {.models = built_in_models(),
                                     .most_runs = most_runs,
                                     .progress = is_terminal(stderr) ? show_progress : NULL,
                                     .progress_context = &shown_at};
    shrink_scenario(scenario, &options, &result);
    if (is_terminal(stderr)) {
        fprintf(stderr, "\r\x1b[K");
    }
    enum exit_status status = EXIT_HELD;
    if (result.fingerprint.text[0] == '\0') {
        explain_no_failure(scenario);
    } else {
        status = write_and_tell(scenario, arguments, &result);
    }
    text_free(&result.scenario);
    return status;
}

static enum exit_status run_shrink(int argc, char **argv) {
    struct arguments arguments = {0};
    uint64_t most_runs = 0;
    arguments.sets = calloc((size_t)argc, sizeof *arguments.sets);
    const struct option_spec specs[] = {
        {.name = "--seed", .takes_value = true, .value = &arguments.seed},
        {.name = "--set", .takes_value = true, .values = arguments.sets, .value_count = &arguments.set_count},
        {.name = "--out", .takes_value = true, .value = &arguments.out},
        {.name = "--runs", .takes_value = true, .value = &arguments.runs},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    struct scenario_options reading = {.models = built_in_models(),
                                       .sets = arguments.sets,
                                       .set_count = arguments.set_count,
                                       .has_seed = arguments.seed != NULL};
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0], operands == 0 ? "expected the path of a scenario" : "expected one scenario, not %d",
                    operands);
    } else if (operands == 1 &&
               (arguments.seed == NULL || options_read_u64(argv[0], "--seed", arguments.seed, &reading.seed)) &&
               (arguments.runs == NULL || options_read_u64(argv[0], "--runs", arguments.runs, &most_runs))) {
        struct text errors = {0};
        struct scenario *scenario = scenario_read(argv[1], &reading, &errors);
        if (scenario == NULL) {
            fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
        } else {
            status = shrink(scenario, &arguments, most_runs);
        }
        scenario_free(scenario);
        text_free(&errors);
    }
    free(arguments.sets);
    return status;
}

const struct command command_shrink = {
    .name = "shrink",
    .arguments = "SCENARIO [options]",
    .summary = "the smallest scenario that fails in the same way, and its story",
    .help = "Takes a scenario that fails, writes down every fault that struck as a single one at a fixed time on named "
            "nodes,\n"
            "and then leaves out what it can: faults, operations, clients, nodes, parameters; makes distributions "
            "constant and\n"
            "times round. Whatever stays is needed for the same failure. Writes the result and tells its story.\n\n"
            "  --seed N         this seed instead of the scenario's\n"
            "  --set PATH=V     changes a value of the scenario; may be given again\n"
            "  --out FILE       where the result goes (default: NAME.small.json beside the scenario)\n"
            "  --runs N         at most so many runs (default 10000)\n\n"
            "Exit status: 1 if the scenario fails, and so does what was written; 0 if it does not fail.\n\n"
            "examples:\n"
            "  spacelike shrink scenarios/raft/vote-not-durable.json --set expect=[] --out small.json\n"
            "  spacelike hunt raft --set bug=R02 --out found && spacelike shrink found/*.json\n",
    .run = run_shrink,
    .takes_plugins = true,
};
