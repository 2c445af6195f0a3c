/* spacelike hunt: random faults from random seeds until something breaks. */
#include "sim/study/hunt.h"
#include "sim/base/units.h"
#include "sim/command/command.h"
#include "sim/command/hunt_page.h"
#include "sim/study/decisions.h"
#include "sim/study/output.h"
#include "sim/study/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *duration, *seeds, *jobs, *out, *report;
    struct text again; /* the command as it was given */
    const char **sets;
    uint32_t set_count;
    bool all, beyond, json;
};

/* ---- Progress ---- */

static bool show_progress(void *context, const struct hunt_progress *hunt) {
    double *shown_at = context;
    if (hunt->wall_s - *shown_at < 0.2) {
        return true;
    }
    *shown_at = hunt->wall_s;
    char events[32];
    units_print_count(events, sizeof events, (double)hunt->events / hunt->wall_s);
    fprintf(stderr, "\r  %" PRIu64 " runs, %.3g a second, %.3g simulated seconds a second, %s events a second",
            hunt->runs, (double)hunt->runs / hunt->wall_s, hunt->simulated_s / hunt->wall_s, events);
    if (hunt->failed + hunt->inconclusive > 0) {
        fprintf(stderr, "; %" PRIu64 " failed in %u ways, %" PRIu64 " inconclusive", hunt->failed, hunt->findings,
                hunt->inconclusive);
    }
    fprintf(stderr, " \x1b[K");
    fflush(stderr);
    return true;
}

/* ---- Saving ---- */

static void add_safe(struct text *out, const char *name) {
    for (; *name != '\0'; name++) {
        bool is_good = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                       (*name >= '0' && *name <= '9') || *name == '.' || *name == '_';
        char c = is_good ? *name : '-';
        text_add_bytes(out, &c, 1);
    }
}

/* "hunt-raft-bug-R01", "hunt-leader-crash" */
static void default_folder(const char *operand, const struct arguments *arguments, struct text *out) {
    const char *base = strrchr(operand, '/') != NULL ? strrchr(operand, '/') + 1 : operand;
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(base, "."), base);
    text_add(out, "hunt-");
    add_safe(out, name);
    for (uint32_t i = 0; i < arguments->set_count; i++) {
        text_add(out, "-");
        add_safe(out, arguments->sets[i]);
    }
}

static void path_of(const char *folder, const struct hunt_finding *finding, struct text *out) {
    char check[64];
    text_add(out, "%s/", folder);
    add_safe(out, fingerprint_check_name(&finding->trial.fingerprint, check, sizeof check));
    text_add(out, "-%" PRIu64 ".json", finding->seed);
}

static bool save(const struct hunt_options *options, const struct hunt_finding *finding, const char *folder,
                 struct text *path) {
    struct text scenario = {0}, error = {0}, decisions = {0};
    char check[64], name[128], record[128];
    hunt_scenario(options, finding, &scenario);
    path_of(folder, finding, path);
    snprintf(name, sizeof name, "%s", strrchr(path->bytes, '/') + 1);
    snprintf(record, sizeof record, "%.*s.decisions", (int)strlen(name) - 5, name);
    fingerprint_check_name(&finding->trial.fingerprint, check, sizeof check);
    struct output_file files[] = {{name, scenario}, {record, {0}}};
    bool has_decisions =
        strcmp(check, "crash") != 0 && decisions_of_text(scenario.bytes, scenario.length, options->swarm->models,
                                                         &finding->trial.fingerprint, &decisions);
    files[1].content = decisions;
    bool is_saved = output_write(folder, files, has_decisions ? 2 : 1, &error);
    if (!is_saved) {
        fprintf(stderr, "spacelike hunt: %s", error.bytes);
    }
    text_free(&scenario);
    text_free(&error);
    text_free(&decisions);
    return is_saved;
}

/* ---- Saying what was found ---- */

static void print_finding(const struct hunt_options *options, const struct hunt_finding *finding, const char *path) {
    struct text errors = {0}, drawn = {0};
    struct scenario *scenario = swarm_draw(options->swarm, finding->seed, &errors);
    printf("\nseed %" PRIu64 " fails: %s\n", finding->seed, finding->trial.fingerprint.text);
    if (finding->trial.detail[0] != '\0') {
        printf("  %s\n", finding->trial.detail);
    }
    if (finding->seeds > 1) {
        printf("  %" PRIu64 " seeds failed in this way\n", finding->seeds);
    }
    printf("what it drew:\n");
    if (scenario != NULL) {
        swarm_describe(scenario, &drawn);
        printf("%s", drawn.bytes);
    }
    printf("run it:    spacelike run %s%s\n", path, summary_plugins());
    printf("shrink it: spacelike shrink %s%s\n", path, summary_plugins());
    scenario_free(scenario);
    text_free(&errors);
    text_free(&drawn);
}

static void print_json(const struct hunt_result *result, char *const *paths) {
    const struct hunt_progress *totals = &result->totals;
    struct text out = {0};
    text_add(&out,
             "{\"schema\": 1, \"runs\": %" PRIu64 ", \"inconclusive\": %" PRIu64 ", \"failed\": %" PRIu64
             ", \"events\": %" PRIu64 ", \"simulated_s\": ",
             totals->runs, totals->inconclusive, totals->failed, totals->events);
    text_add_json_number(&out, totals->simulated_s);
    text_add(&out, ", \"findings\": [");
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const struct hunt_finding *finding = &result->findings[i];
        char check[64];
        text_add(&out, "%s{\"seed\": %" PRIu64 ", \"seeds\": %" PRIu64 ", \"check\": ", i == 0 ? "" : ", ",
                 finding->seed, finding->seeds);
        text_add_json(&out, fingerprint_check_name(&finding->trial.fingerprint, check, sizeof check));
        text_add(&out, ", \"fingerprint\": ");
        text_add_json(&out, finding->trial.fingerprint.text);
        text_add(&out, ", \"detail\": ");
        text_add_json(&out, finding->trial.detail);
        text_add(&out, ", \"at_s\": ");
        text_add_json_number(&out, (double)finding->trial.failed_at / 1e9);
        text_add(&out, ", \"scenario\": ");
        text_add_json(&out, paths[i]);
        text_add(&out, ", \"host\": {\"wall_s\": ");
        text_add_json_number(&out, finding->wall_s);
        text_add(&out, "}}");
    }
    text_add(&out, "], \"inconclusive_seeds\": [");
    for (uint32_t i = 0; i < result->doubt_count; i++) {
        const struct hunt_doubt *doubt = &result->doubts[i];
        text_add(&out, "%s{\"seed\": %" PRIu64 ", \"check\": ", i == 0 ? "" : ", ", doubt->seed);
        text_add_json(&out, doubt->check);
        text_add(&out, ", \"why\": ");
        text_add_json(&out, doubt->why);
        text_add(&out, "}");
    }
    text_add(&out, "], \"host\": {\"wall_s\": ");
    text_add_json_number(&out, totals->wall_s);
    text_add(&out, "}}\n");
    fwrite(out.bytes, 1, out.length, stdout);
    text_free(&out);
}

static void print_totals(const struct hunt_result *result) {
    const struct hunt_progress *totals = &result->totals;
    char wall[32];
    units_print_duration(wall, sizeof wall, totals->wall_s);
    printf("%" PRIu64 " runs, %.4g simulated hours, %s (%.3g runs a second): ", totals->runs,
           totals->simulated_s / 3600, wall, (double)totals->runs / (totals->wall_s + 1e-9));
    if (totals->failed == 0) {
        printf("none failed");
    } else {
        printf("%" PRIu64 " failed, in %u way%s", totals->failed, result->finding_count,
               result->finding_count == 1 ? "" : "s");
    }
    printf("; %" PRIu64 " inconclusive\n", totals->inconclusive);
}

/* The seeds that decided nothing, by the check that did not, and the reason of the first. */
static void print_doubts(const struct hunt_result *result) {
    enum { MOST_SEEDS = 12 };
    for (uint32_t i = 0; i < result->doubt_count; i++) {
        const struct hunt_doubt *first = &result->doubts[i];
        bool is_told = false;
        for (uint32_t j = 0; j < i && !is_told; j++) {
            is_told = strcmp(result->doubts[j].check, first->check) == 0;
        }
        if (is_told) {
            continue;
        }
        uint32_t count = 0;
        printf("  %s is inconclusive with seed", first->check);
        for (uint32_t j = i; j < result->doubt_count; j++) {
            if (strcmp(result->doubts[j].check, first->check) == 0 && count++ < MOST_SEEDS) {
                printf("%s %" PRIu64, count == 1 ? "" : ",", result->doubts[j].seed);
            }
        }
        if (count > MOST_SEEDS) {
            printf(" and %u more", count - MOST_SEEDS);
        }
        printf("%s%s\n", first->why[0] != '\0' ? "; the first: " : "", first->why);
    }
}

static enum exit_status report(const struct hunt_options *options, const struct hunt_result *result, const char *folder,
                               const char *operand, const struct arguments *arguments) {
    bool json = arguments->json;
    char *paths[HUNT_MOST_FINDINGS] = {NULL};
    enum exit_status status = result->finding_count > 0 ? EXIT_BROKE : EXIT_HELD;
    if (!json) {
        print_totals(result);
        print_doubts(result);
    }
    for (uint32_t i = 0; i < result->finding_count; i++) {
        struct text path = {0};
        if (!save(options, &result->findings[i], folder, &path)) {
            status = exit_worse(status, EXIT_INPUT);
        }
        paths[i] = path.bytes;
        if (!json) {
            print_finding(options, &result->findings[i], path.bytes);
        }
    }
    if (json) {
        print_json(result, paths);
    }
    if (arguments->report != NULL && status != EXIT_INPUT) {
        struct hunt_page page = {.operand = operand,
                                 .scenarios = paths,
                                 .again = arguments->again.bytes,
                                 .path = arguments->report,
                                 .say_to = json ? stderr : stdout};
        status = exit_worse(status, hunt_page_write(&page, options, result));
    }
    for (uint32_t i = 0; i < result->finding_count; i++) {
        free(paths[i]);
    }
    return status;
}

/* ---- What is asked for ---- */

static const struct model *find_model(const char *name) {
    const struct model_list *models = built_in_models();
    for (uint32_t i = 0; i < models->count; i++) {
        if (strcmp(models->models[i]->name, name) == 0) {
            return models->models[i];
        }
    }
    return NULL;
}

static enum exit_status check_arguments(const char *command, const struct arguments *arguments,
                                        struct hunt_options *options) {
    uint64_t jobs = 0;
    int64_t duration = 0;
    char error[160];
    options->seed_first = 1;
    options->seed_last = UINT64_MAX;
    if (arguments->duration != NULL && !units_read_duration(arguments->duration, &duration, error, sizeof error)) {
        return usage_error(command, "--for %s: %s", arguments->duration, error);
    }
    if (arguments->duration != NULL && duration <= 0) {
        return usage_error(command, "--for %s: expected more than 0", arguments->duration);
    }
    if ((arguments->seeds != NULL &&
         !options_read_range(command, "--seeds", arguments->seeds, &options->seed_first, &options->seed_last)) ||
        (arguments->jobs != NULL && !options_read_u64(command, "--jobs", arguments->jobs, &jobs))) {
        return EXIT_INPUT;
    }
    if (jobs > 256) {
        return usage_error(command, "--jobs %s: expected at most 256", arguments->jobs);
    }
    const double otherwise_s = 300;
    options->seconds = arguments->duration != NULL ? (double)duration / 1e9
                       : arguments->seeds != NULL  ? 0
                                                   : otherwise_s;
    options->jobs = (uint32_t)jobs;
    options->finds_all = arguments->all;
    return EXIT_HELD;
}

static enum exit_status hunt(const char *operand, const struct arguments *arguments, const struct hunt_options *asked,
                             const struct swarm_options *swarm) {
    struct text errors = {0}, folder = {0};
    struct scenario *first = swarm_draw(swarm, asked->seed_first, &errors);
    if (first == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "no scenario can be drawn\n");
        text_free(&errors);
        return EXIT_INPUT;
    }
    scenario_free(first);
    text_free(&errors);
    struct hunt_result *result = calloc(1, sizeof *result);
    if (result == NULL) {
        abort();
    }
    double shown_at = 0;
    struct hunt_options options = *asked;
    options.swarm = swarm;
    options.progress = is_terminal(stderr) ? show_progress : NULL;
    options.progress_context = &shown_at;
    hunt_run(&options, result);
    if (is_terminal(stderr)) {
        fprintf(stderr, "\r\x1b[K");
    }
    default_folder(operand, arguments, &folder);
    enum exit_status status =
        report(&options, result, arguments->out != NULL ? arguments->out : folder.bytes, operand, arguments);
    text_free(&folder);
    free(result->doubts);
    free(result);
    return status;
}

static enum exit_status hunt_operand(const char *operand, const struct arguments *arguments,
                                     const struct hunt_options *options) {
    struct swarm_options swarm = {
        .models = built_in_models(), .model = find_model(operand), .goes_beyond = arguments->beyond};
    if (swarm.model != NULL) {
        swarm.params = arguments->sets;
        swarm.param_count = arguments->set_count;
        return hunt(operand, arguments, options, &swarm);
    }
    if (strchr(operand, '/') == NULL && strchr(operand, '.') == NULL) {
        return usage_error("hunt", "\"%s\" is neither a model nor a scenario's path; spacelike models lists the models",
                           operand);
    }
    struct scenario_options reading = {
        .models = built_in_models(), .sets = arguments->sets, .set_count = arguments->set_count};
    struct text errors = {0};
    struct scenario *scenario = scenario_read(operand, &reading, &errors);
    enum exit_status status = EXIT_INPUT;
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
    } else {
        swarm.scenario = scenario->resolved;
        swarm.scenario_path = operand;
        status = hunt(operand, arguments, options, &swarm);
    }
    scenario_free(scenario);
    text_free(&errors);
    return status;
}

static enum exit_status run_hunt(int argc, char **argv) {
    struct arguments arguments = {0};
    struct hunt_options options = {0};
    arguments.sets = calloc((size_t)argc, sizeof *arguments.sets);
    page_command(argc, argv, &arguments.again);
    const struct option_spec specs[] = {
        {.name = "--for", .takes_value = true, .value = &arguments.duration},
        {.name = "--seeds", .takes_value = true, .value = &arguments.seeds},
        {.name = "--jobs", .takes_value = true, .value = &arguments.jobs},
        {.name = "--set", .takes_value = true, .values = arguments.sets, .value_count = &arguments.set_count},
        {.name = "--out", .takes_value = true, .value = &arguments.out},
        {.name = "--report", .takes_value = true, .value = &arguments.report},
        {.name = "--all", .flag = &arguments.all},
        {.name = "--beyond", .flag = &arguments.beyond},
        {.name = "--json", .flag = &arguments.json},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0],
                    operands == 0 ? "expected a model or the path of a scenario"
                                  : "expected one model or scenario, not %d",
                    operands);
    } else if (operands == 1) {
        status = check_arguments(argv[0], &arguments, &options);
        status = status == EXIT_HELD ? hunt_operand(argv[1], &arguments, &options) : status;
    }
    free(arguments.sets);
    text_free(&arguments.again);
    return status;
}

const struct command command_hunt = {
    .name = "hunt",
    .arguments = "MODEL|SCENARIO [options]",
    .summary = "random faults from random seeds until something breaks",
    .help =
        "Draws a scenario from each seed (cluster, parameters, clients, network, and a mix of faults in which some "
        "kinds\n"
        "are off and some are heavy), runs it, and judges what the model claims: invariants, linearizability, lost\n"
        "writes, counters, and progress once the faults are over. Of a SCENARIO, systems, network and workloads stay, "
        "and\n"
        "the faults are drawn. Stops at the first failure and saves it as a scenario that fails by itself, with what\n"
        "was decided on the way beside it (FILE.decisions: spacelike diff FILE compares a run with it).\n\n"
        "  --for TIME      at most so long (default: 5min, or until the --seeds are through)\n"
        "  --seeds A-B     these seeds (default: from 1 on)\n"
        "  --set NAME=V    of a model: a parameter; of a scenario: PATH=VALUE; may be given again\n"
        "  --all           goes on after a failure, and counts distinct ones\n"
        "  --beyond        also faults under which the model claims nothing\n"
        "  --jobs N        worker processes (default: one a core)\n"
        "  --out DIR       where failures are saved (default: hunt-NAME)\n"
        "  --report FILE.html   writes a page with what broke, and the stories of the first three failures\n"
        "  --json          prints what was found as JSON\n\n"
        "Inconclusive runs (a checker ran out of its budget, or there was nothing to judge) are counted and listed, "
        "and\n"
        "do not change the exit status: 0 nothing failed, 1 something did.\n\n"
        "examples:\n"
        "  spacelike hunt raft --seeds 1-200\n"
        "  spacelike hunt raft --set bug=R02 --for 2min\n"
        "  spacelike hunt scenarios/raft/healthy.json --seeds 1-50\n",
    .run = run_hunt,
    .takes_plugins = true,
};
