/* spacelike diff: where two runs part, and what came of it. */
#include "sim/study/diff.h"
#include "sim/command/command.h"
#include "sim/study/decisions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *seeds[2];
    const char **sets[2];
    uint32_t set_counts[2];
};

static struct scenario *read_side(const char *command, const char *path, const struct arguments *arguments, int side) {
    struct text errors = {0};
    struct scenario_options options = {.models = built_in_models(),
                                       .sets = arguments->sets[side],
                                       .set_count = arguments->set_counts[side],
                                       .has_seed = arguments->seeds[side] != NULL};
    struct scenario *scenario = NULL;
    if (options.has_seed &&
        !options_read_u64(command, side == 0 ? "--seed" : "--seed-b", arguments->seeds[side], &options.seed)) {
        return NULL;
    }
    scenario = scenario_read(path, &options, &errors);
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
    }
    text_free(&errors);
    return scenario;
}

/* ---- Two runs ---- */

static const char *or_end(const char *line) {
    return line[0] != '\0' ? line : "(the run is over)";
}

static void print_following(const struct diff *diff, int side) {
    if (diff->following_count[side] > 0) {
        printf("\nwhat follows from it in %s alone\n", side == 0 ? "the first" : "the second");
        for (uint32_t i = 0; i < diff->following_count[side]; i++) {
            printf("  %s\n", diff->following[side][i]);
        }
    }
}

static void print_metrics(const struct diff *diff) {
    if (diff->metric_count == 0) {
        printf("\nno metric moved by a hundredth\n");
        return;
    }
    printf("\nmetrics that moved, the most moved first%s\n",
           diff->moved_count > diff->metric_count ? " (the first of them)" : "");
    for (uint32_t i = 0; i < diff->metric_count; i++) {
        const struct diff_metric *metric = &diff->metrics[i];
        char values[2][32];
        for (int side = 0; side < 2; side++) {
            snprintf(values[side], sizeof values[side], "%.6g", metric->values[side]);
        }
        printf("  %-32s %14s  %14s\n", metric->name, metric->has[0] ? values[0] : "no samples",
               metric->has[1] ? values[1] : "no samples");
    }
}

static void print_diff(const struct diff *diff) {
    if (diff->is_same) {
        printf("no event differs: %" PRIu64 " events, trace %016" PRIx64 "\n", diff->runs[0]->events,
               diff->runs[0]->trace_hash);
        return;
    }
    printf("the first event that differs is number %" PRIu64 "%s\n", diff->event,
           diff->differs_inside ? ", the same in words, with another content" : "");
    printf("  first:  %s\n  second: %s\n", or_end(diff->first[0]), or_end(diff->first[1]));
    print_following(diff, 0);
    print_following(diff, 1);
    print_metrics(diff);
    printf("\nverdicts: %s, %s\n", verdict_name(diff->verdicts[0]), verdict_name(diff->verdicts[1]));
}

static enum exit_status compare(const struct scenario *a, const struct scenario *b) {
    struct diff *diff = malloc(sizeof *diff);
    if (diff == NULL) {
        abort();
    }
    diff_runs(a, b, diff);
    print_diff(diff);
    enum exit_status status = diff->is_same ? EXIT_HELD : EXIT_BROKE;
    diff_free(diff);
    free(diff);
    return status;
}

/* ---- A run and what was kept of a failure ---- */

static enum exit_status compare_with_kept(const char *command, const struct scenario *scenario) {
    struct decisions_difference *difference = malloc(sizeof *difference);
    if (difference == NULL) {
        abort();
    }
    decisions_compare(scenario, difference);
    enum exit_status status = EXIT_BROKE;
    if (!difference->is_kept) {
        status = usage_error(
            command, "there is nothing beside %s to compare with; expected a second scenario, --seed-b or --set-b",
            scenario->path);
    } else if (difference->is_same) {
        printf("every decision is as it was when this failure was saved: %s\n", difference->fingerprint.text);
        status = EXIT_HELD;
    } else {
        printf("saved as: %s\nthe first decision that differs is number %" PRIu64 "\n  was: %s\n  is:  %s\n",
               difference->fingerprint.text, difference->line,
               difference->was[0] != '\0' ? difference->was : "(nothing more)",
               difference->is[0] != '\0' ? difference->is : "(nothing more)");
    }
    free(difference);
    return status;
}

static enum exit_status run_diff(int argc, char **argv) {
    struct arguments arguments = {0};
    for (int i = 0; i < 2; i++) {
        arguments.sets[i] = calloc((size_t)argc, sizeof *arguments.sets[i]);
    }
    const struct option_spec specs[] = {
        {.name = "--seed", .takes_value = true, .value = &arguments.seeds[0]},
        {.name = "--seed-b", .takes_value = true, .value = &arguments.seeds[1]},
        {.name = "--set", .takes_value = true, .values = arguments.sets[0], .value_count = &arguments.set_counts[0]},
        {.name = "--set-b", .takes_value = true, .values = arguments.sets[1], .value_count = &arguments.set_counts[1]},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    struct scenario *sides[2] = {NULL, NULL};
    bool has_b = arguments.seeds[1] != NULL || arguments.set_counts[1] > 0;
    if (operands == 0 || operands > 2) {
        usage_error(argv[0],
                    operands == 0 ? "expected the paths of one or two scenarios"
                                  : "expected one or two scenarios, not %d",
                    operands);
    } else if (operands > 0) {
        sides[0] = read_side(argv[0], argv[1], &arguments, 0);
        if (sides[0] != NULL && operands == 1 && !has_b) {
            status = compare_with_kept(argv[0], sides[0]);
        } else if (sides[0] != NULL) {
            sides[1] = read_side(argv[0], argv[operands], &arguments, 1);
            status = sides[1] != NULL ? compare(sides[0], sides[1]) : EXIT_INPUT;
        }
    }
    for (int i = 0; i < 2; i++) {
        scenario_free(sides[i]);
        free(arguments.sets[i]);
    }
    return status;
}

const struct command command_diff = {
    .name = "diff",
    .arguments = "SCENARIO [SCENARIO] [options]",
    .summary = "the first event in which two runs differ, what follows from it, and the metrics that moved",
    .help = "Runs two scenarios in step, an event at a time, until they part. Options without -b are of the first one, "
            "those\n"
            "with -b of the second; with one scenario, both are runs of it. With one scenario and no option of the "
            "second, the\n"
            "run is compared with the decisions that spacelike hunt kept beside it: the first that differs says why a "
            "saved\n"
            "failure does not fail any more.\n\n"
            "  --seed N, --seed-b N             the seed\n"
            "  --set PATH=V, --set-b PATH=V     changes a value of the scenario; may be given again\n\n"
            "Exit status: 0 if nothing differs, 1 if something does.\n\n"
            "examples:\n"
            "  spacelike diff scenarios/raft/healthy.json --seed-b 2\n"
            "  spacelike diff scenarios/raft/leader-crash.json --set-b systems.store.params.pre_vote=false\n"
            "  spacelike diff scenarios/raft/one-way-pre-vote.json scenarios/raft/one-way-no-pre-vote.json\n",
    .run = run_diff,
    .takes_plugins = true,
};
