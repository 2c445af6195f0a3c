/* spacelike baseline: the metrics of scenarios kept, and compared with what they are now. */
#include "sim/study/baseline.h"
#include "sim/command/paths.h"
#include "sim/command/points_show.h"
#include "sim/command/sweeping.h"
#include "sim/study/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *command, *file, *band_text;
    double band;
    bool large, json;
    struct sweep_plan *plan;
    struct baseline *kept; /* NULL: a new one is saved */
    struct text out;       /* the new baseline, or the findings as JSON */
    uint32_t scenarios;    /* done so far */
};

/* ---- Saving and checking one scenario ---- */

static const char *word_of(enum baseline_change change) {
    static const char *const words[] = {[BASELINE_DIFFERS] = "differs",
                                        [BASELINE_WORSE] = "worse",
                                        [BASELINE_BETTER] = "better",
                                        [BASELINE_GONE] = "has no values any more"};
    return words[change];
}

static void print_finding(const struct baseline_finding *finding) {
    char was[32], is[32];
    if (strcmp(finding->metric, "trace") == 0) {
        printf("  the traces differ, with the same version: not deterministic\n");
        return;
    }
    printf("  %s: %s in %s: %s, was %s", word_of(finding->change), finding->metric, finding->window,
           show_metric(is, sizeof is, finding->metric, finding->is),
           show_metric(was, sizeof was, finding->metric, finding->was));
    if (finding->was != 0 && isfinite(finding->is)) {
        printf(" (%+.1f %%)", 100 * (finding->is - finding->was) / fabs(finding->was));
    }
    printf("\n");
}

static enum exit_status print_result(const char *path, const struct baseline_result *result) {
    if (!result->is_known) {
        printf("%s: not in the baseline\n", path);
        return EXIT_HELD;
    }
    if (result->is_changed) {
        printf("%s: the scenario itself has changed; save the baseline again\n", path);
        return EXIT_BROKE;
    }
    enum exit_status status = EXIT_HELD;
    uint32_t worse = 0;
    for (uint32_t i = 0; i < result->finding_count; i++) {
        bool counts = result->findings[i].change != BASELINE_BETTER;
        worse += counts;
        status = counts ? EXIT_BROKE : status;
    }
    printf("%s: %" PRIu64 " values %s, %" PRIu32 " metrics changed\n", path, result->compared,
           result->is_exact ? "compared exactly" : "compared within the bands", worse);
    for (uint32_t i = 0; i < result->finding_count; i++) {
        print_finding(&result->findings[i]);
    }
    return status;
}

static enum exit_status add_json(struct text *out, bool is_first, const char *path,
                                 const struct baseline_result *result) {
    enum exit_status status = result->is_changed ? EXIT_BROKE : EXIT_HELD;
    text_add(out, "%s\n {\"scenario\": ", is_first ? "[" : ",");
    text_add_json(out, path);
    text_add(out, ", \"known\": %s, \"changed\": %s, \"exact\": %s, \"compared\": %" PRIu64 ", \"findings\": [",
             result->is_known ? "true" : "false", result->is_changed ? "true" : "false",
             result->is_exact ? "true" : "false", result->compared);
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const struct baseline_finding *finding = &result->findings[i];
        text_add(out, "%s{\"change\": \"%s\", \"metric\": ", i == 0 ? "" : ", ", word_of(finding->change));
        text_add_json(out, finding->metric);
        text_add(out, ", \"window\": ");
        text_add_json(out, finding->window);
        text_add(out, ", \"was\": ");
        text_add_json_number(out, finding->was);
        text_add(out, ", \"is\": ");
        text_add_json_number(out, finding->is);
        text_add(out, "}");
        status = finding->change != BASELINE_BETTER ? EXIT_BROKE : status;
    }
    text_add(out, "]}");
    return status;
}

static enum exit_status compare_one(struct arguments *arguments, struct store *store, const char *path,
                                    struct text *error) {
    struct baseline_result result;
    enum exit_status status = EXIT_INPUT;
    if (baseline_compare(arguments->kept, store, arguments->band, &result, error)) {
        status = arguments->json ? add_json(&arguments->out, arguments->scenarios == 0, path, &result)
                                 : print_result(path, &result);
    }
    baseline_free_result(&result);
    return status;
}

static enum exit_status take_scenario(struct arguments *arguments, const char *path) {
    struct sweeping sweeping = {0};
    struct text error = {0};
    enum exit_status status = sweeping_open(&sweeping, arguments->plan, path, false);
    bool is_skipped = status == EXIT_HELD && sweeping.scenario->is_large && !arguments->large;
    if (status == EXIT_HELD && !is_skipped) {
        status = sweeping_run(&sweeping, ":memory:");
        if (status == EXIT_HELD && arguments->kept != NULL) {
            status = compare_one(arguments, sweeping.store, path, &error);
        } else if (status == EXIT_HELD &&
                   !baseline_add(&arguments->out, sweeping.store, arguments->scenarios == 0, &error)) {
            status = EXIT_INPUT;
        }
        arguments->scenarios++;
    }
    if (error.length > 0) {
        fprintf(stderr, "spacelike %s: %s", arguments->command, error.bytes);
    }
    text_free(&error);
    sweeping_close(&sweeping);
    return status;
}

/* ---- The command ---- */

static enum exit_status take_all(struct arguments *arguments, const struct path_list *list) {
    enum exit_status status = EXIT_HELD;
    const struct sweep_options *options = &arguments->plan->options;
    if (arguments->kept == NULL) {
        baseline_begin(&arguments->out, SPACELIKE_VERSION, build_commit(), options->seed_first, options->seed_last);
    }
    for (size_t i = 0; i < list->count && status != EXIT_INPUT; i++) {
        status = exit_worse(status, take_scenario(arguments, list->paths[i]));
    }
    struct text error = {0};
    if (arguments->kept == NULL && status == EXIT_HELD) {
        baseline_end(&arguments->out);
        if (!output_write_file(arguments->file, &arguments->out, &error)) {
            fprintf(stderr, "spacelike %s: %s", arguments->command, error.bytes);
            status = EXIT_INPUT;
        } else {
            printf("%s: %" PRIu32 " scenarios\n", arguments->file, arguments->scenarios);
        }
    } else if (arguments->kept != NULL && arguments->json) {
        printf("%s]\n", arguments->scenarios > 0 ? arguments->out.bytes : "[");
    }
    text_free(&error);
    return status;
}

static bool read_band(struct arguments *arguments) {
    arguments->band = BASELINE_BAND;
    if (arguments->band_text != NULL) {
        char *end;
        double number = strtod(arguments->band_text, &end);
        bool is_percent = strcmp(end, "%") == 0;
        arguments->band = is_percent ? number / 100 : number;
        if (end == arguments->band_text || (*end != '\0' && !is_percent) || !(arguments->band > 0)) {
            usage_error(arguments->command, "--band %s: expected a share, such as 10%% or 0.1", arguments->band_text);
            return false;
        }
    }
    return true;
}

static enum exit_status save_or_check(struct arguments *arguments, bool is_check, char **paths, int count) {
    struct text error = {0};
    struct path_list list = {0};
    enum exit_status status = sweep_plan_check(arguments->plan);
    struct sweep_options *options = &arguments->plan->options;
    if (arguments->plan->seeds == NULL) {
        options->seed_last = 5;
    }
    if (status == EXIT_HELD && is_check) {
        arguments->kept = baseline_read(arguments->file, &error);
        if (arguments->kept == NULL) {
            fprintf(stderr, "spacelike %s: %s", arguments->command, error.bytes);
            status = EXIT_INPUT;
        } else {
            baseline_seeds(arguments->kept, &options->seed_first, &options->seed_last);
        }
    }
    status = status == EXIT_HELD ? paths_find(arguments->command, &list, paths, count) : status;
    status = status == EXIT_HELD ? take_all(arguments, &list) : status;
    baseline_free(arguments->kept);
    paths_free(&list);
    text_free(&arguments->out);
    text_free(&error);
    return status;
}

static enum exit_status run_baseline(int argc, char **argv) {
    struct sweep_plan plan;
    sweep_plan_init(&plan, argc, argv[0]);
    struct arguments arguments = {.command = argv[0], .plan = &plan};
    const struct option_spec specs[] = {
        {.name = "--file", .takes_value = true, .value = &arguments.file},
        {.name = "--seeds", .takes_value = true, .value = &plan.seeds},
        {.name = "--jobs", .takes_value = true, .value = &plan.jobs},
        {.name = "--band", .takes_value = true, .value = &arguments.band_text},
        {.name = "--large", .flag = &arguments.large},
        {.name = "--json", .flag = &arguments.json},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    bool is_check = operands > 0 && strcmp(argv[1], "check") == 0;
    if (operands >= 0 && (operands < 2 || arguments.file == NULL || (!is_check && strcmp(argv[1], "save") != 0))) {
        usage_error(argv[0], "expected save or check, scenarios or folders, and --file FILE");
    } else if (operands > 0 && is_check && plan.seeds != NULL) {
        usage_error(argv[0], "--seeds belongs to save: a check runs the seeds that were saved");
    } else if (operands > 0 && read_band(&arguments)) {
        status = save_or_check(&arguments, is_check, argv + 2, operands - 1);
    }
    sweep_plan_free(&plan);
    return status;
}

const struct command command_baseline = {
    .name = "baseline",
    .arguments = "save|check PATH... --file FILE [options]",
    .summary = "keeps the metrics of scenarios, and finds what has changed since",
    .help = "save runs the scenarios under the paths with a few seeds and writes all their metrics to FILE. check runs "
            "them\n"
            "again and compares. The same version and commit must give the same values to the last bit. Otherwise a "
            "metric has\n"
            "changed when its mean moved by more than the band and by more than luck explains (Welch's t test at "
            "0.001): the band\n"
            "is 10 % of the value, and one percentage point for shares.\n\n"
            "  --file FILE    the baseline\n"
            "  --seeds A-B    of save: the seeds (default: 1-5)\n"
            "  --band SHARE   of check: another band; that of shares is a tenth of it\n"
            "  --jobs N       worker processes (default: one a core)\n"
            "  --large        also the scenarios of \"size\": \"large\"\n"
            "  --json         of check: prints the findings as JSON\n\n"
            "Exit status: 1 if a metric is worse, differs or is gone, or a scenario itself has changed; better ones "
            "are only named.\n\n"
            "examples:\n"
            "  spacelike baseline save scenarios/raft --file raft.baseline\n"
            "  spacelike baseline check scenarios/raft --file raft.baseline\n",
    .run = run_baseline,
    .takes_plugins = true,
};
