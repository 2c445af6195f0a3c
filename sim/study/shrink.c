#include "sim/study/shrink.h"

#include "sim/base/units.h"
#include "sim/scenario/json.h"
#include "sim/study/resolve.h"
#include "sim/study/shrink_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 10000, MORE_SEEDS = 40 };

/* ---- Trying ---- */

struct shrink_size shrink_size_of(const struct scenario *scenario) {
    struct shrink_size size = {.nodes = scenario->node_count,
                               .clients = scenario->endpoint_count - scenario->node_count,
                               .faults = scenario->fault_count,
                               .duration = scenario->duration,
                               .bytes = strlen(scenario->resolved)};
    cJSON *root = cJSON_Parse(scenario->resolved);
    const cJSON *system;
    cJSON_ArrayForEach(system, json_get(root, "systems")) {
        size.params += (uint32_t)cJSON_GetArraySize(json_get(system, "params"));
    }
    cJSON_Delete(root);
    return size;
}

static struct scenario *parse(const struct shrink *shrink, const cJSON *root) {
    struct text text = {0}, errors = {0};
    struct scenario_options options = {.models = shrink->options->models};
    json_print(root, &text);
    struct scenario *scenario = scenario_parse(text.bytes, text.length, shrink->path, &options, &errors);
    text_free(&text);
    text_free(&errors);
    return scenario;
}

static void show(struct shrink *shrink) {
    const struct shrink_options *options = shrink->options;
    if (options->progress != NULL && !options->progress(options->progress_context, &shrink->progress)) {
        shrink->is_over = true;
    }
}

static void keep(struct shrink *shrink, cJSON *candidate, const struct trial *trial) {
    cJSON_Delete(shrink->best);
    shrink->best = candidate;
    shrink->failed_at = trial->failed_at;
    struct scenario *scenario = parse(shrink, candidate);
    if (scenario != NULL) {
        shrink->progress.size = shrink_size_of(scenario);
    }
    scenario_free(scenario);
}

/* A broken rule (the parameter "bug") is to blame only if the same run is good with the rule kept. */
static bool fails_without_bug(struct shrink *shrink, const cJSON *candidate) {
    cJSON *mended = cJSON_Duplicate(candidate, true);
    cJSON *system;
    cJSON_ArrayForEach(system, cJSON_GetObjectItemCaseSensitive(mended, "systems")) {
        cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(system, "params"), "bug");
    }
    struct text text = {0};
    json_print(mended, &text);
    struct trial trial = trial_run(text.bytes, text.length, shrink->options->models);
    shrink->progress.runs++;
    text_free(&text);
    cJSON_Delete(mended);
    return trial.fingerprint.text[0] != '\0';
}

bool shrink_try(struct shrink *shrink, cJSON *candidate) {
    if (shrink->is_over || cJSON_Compare(candidate, shrink->best, true)) {
        cJSON_Delete(candidate);
        return false;
    }
    struct text text = {0};
    json_print(candidate, &text);
    bool is_crash = strncmp(shrink->wanted.text, "crash", 5) == 0; /* a process that crashes names no seed */
    struct trial trial = trial_run_seeds(text.bytes, text.length, shrink->options->models, &shrink->wanted,
                                         is_crash ? 0 : shrink->more_seeds);
    text_free(&text);
    shrink->progress.runs += trial.runs > 0 ? trial.runs : 1;
    shrink->is_over = shrink->progress.runs >= shrink->progress.most_runs;
    bool is_good = fingerprint_is_same(&trial.fingerprint, &shrink->wanted);
    if (is_good && !is_crash && trial.seed < (UINT64_C(1) << 53)) {
        cJSON_ReplaceItemInObjectCaseSensitive(candidate, "seed", cJSON_CreateNumber((double)trial.seed));
    }
    is_good = is_good && !(shrink->blames_bug && fails_without_bug(shrink, candidate));
    if (is_good) {
        keep(shrink, candidate, &trial);
    } else {
        cJSON_Delete(candidate);
    }
    show(shrink);
    return is_good;
}

cJSON *shrink_copy(const struct shrink *shrink) {
    return cJSON_Duplicate(shrink->best, true);
}

/* Takes `count` elements from `from` on away. */
static bool try_without(struct shrink *shrink, cJSON *(*find)(cJSON *root), int from, int count) {
    cJSON *candidate = shrink_copy(shrink), *array = find(candidate);
    for (int i = 0; i < count; i++) {
        cJSON_DeleteItemFromArray(array, from);
    }
    return shrink_try(shrink, candidate);
}

/* From the end, for what comes late depends on what comes early. */
void shrink_array(struct shrink *shrink, cJSON *(*find)(cJSON *root)) {
    int size = cJSON_GetArraySize(find(shrink->best));
    for (int chunk = size > 1 ? size / 2 : 1; chunk >= 1 && size > 0; chunk /= 2) {
        bool is_smaller = true;
        while (is_smaller && !shrink->is_over) {
            is_smaller = false;
            for (int end = cJSON_GetArraySize(find(shrink->best)); end > 0 && !shrink->is_over; end -= chunk) {
                int from = end > chunk ? end - chunk : 0;
                is_smaller = try_without(shrink, find, from, end - from) || is_smaller;
            }
            is_smaller = is_smaller && chunk == 1;
        }
    }
}

/* ---- Before the rounds ---- */

static void expect_only(struct shrink *shrink) {
    char check[64];
    fingerprint_check_name(&shrink->wanted, check, sizeof check);
    cJSON *candidate = shrink_copy(shrink), *expect = cJSON_CreateArray();
    bool is_crash = strcmp(check, "crash") == 0;
    if (!is_crash) {
        cJSON *expectation = cJSON_CreateObject();
        cJSON_AddStringToObject(expectation, "check", check);
        cJSON_AddItemToArray(expect, expectation);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(candidate, "expect");
    cJSON_AddItemToObject(candidate, "expect", expect);
    static const char *const dropped[] = {"vary", "prices", "warmup", "outage_after", "size"};
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(candidate, dropped[i]);
    }
    shrink_try(shrink, candidate);
}

static void resolve(struct shrink *shrink, bool keeps_chance, bool has_times) {
    struct scenario *scenario = parse(shrink, shrink->best);
    if (scenario == NULL || strncmp(shrink->wanted.text, "crash", 5) == 0) { /* a crash would be one of this process */
        scenario_free(scenario);
        return;
    }
    cJSON *candidate = shrink_copy(shrink), *times = cJSON_CreateArray();
    resolve_faults(scenario, candidate, shrink->failed_at >= 0 ? shrink->failed_at : scenario->duration, keeps_chance,
                   times);
    cJSON *workload = cJSON_GetObjectItemCaseSensitive(candidate, "workload");
    if (has_times && workload != NULL && cJSON_GetArraySize(times) > 0) {
        cJSON *arrivals = cJSON_CreateObject();
        cJSON_AddItemToObject(arrivals, "trace", times);
        cJSON_DeleteItemFromObjectCaseSensitive(workload, "arrivals");
        cJSON_DeleteItemFromObjectCaseSensitive(workload, "ramp");
        cJSON_AddItemToObject(workload, "arrivals", arrivals);
    } else {
        cJSON_Delete(times);
    }
    scenario_free(scenario);
    shrink_try(shrink, candidate);
}

/* What comes after the failure did not cause it. */
static void cut_off(struct shrink *shrink) {
    const sim_time unit = 10 * SIM_MILLISECOND;
    if (shrink->failed_at < 0) {
        return;
    }
    sim_time duration = (shrink->failed_at / unit + 1) * unit;
    cJSON *candidate = shrink_copy(shrink), *faults = cJSON_GetObjectItemCaseSensitive(candidate, "faults"), *next;
    char text[40], error[80];
    for (cJSON *fault = faults != NULL ? faults->child : NULL; fault != NULL; fault = next) {
        const cJSON *at = json_get(fault, "at");
        int64_t start = 0;
        next = fault->next;
        if (cJSON_IsString(at) && units_read_duration(at->valuestring, &start, error, sizeof error) &&
            start >= duration) {
            cJSON_Delete(cJSON_DetachItemViaPointer(faults, fault));
        }
    }
    cJSON_ReplaceItemInObjectCaseSensitive(candidate, "duration",
                                           cJSON_CreateString(units_write_duration(text, sizeof text, duration)));
    shrink_try(shrink, candidate);
}

/* Where many faults seem to be needed, they often do no more than to bring the dice to where they have to be: without
 * one of them the run fails with other seeds. */
static void shrink_chances(struct shrink *shrink) {
    enum { MANY_FAULTS = 10, SEEDS = 60 };
    uint64_t before = shrink->more_seeds;
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(shrink->best, "faults")) <= MANY_FAULTS) {
        return;
    }
    shrink->more_seeds = SEEDS;
    shrink_fault_origins(shrink);
    shrink->more_seeds = before;
    shrink_faults(shrink);
}

/* ---- The whole ---- */

static void run_rounds(struct shrink *shrink) {
    static const struct {
        const char *name;
        bool (*step)(struct shrink *shrink);
    } steps[] = {
        {"faults", shrink_faults},   {"nodes", shrink_nodes},       {"load", shrink_load},
        {"network", shrink_network}, {"machines", shrink_machines}, {"times", shrink_times},
    };
    bool is_smaller = true;
    while (is_smaller && !shrink->is_over) {
        is_smaller = false;
        for (size_t i = 0; i < sizeof steps / sizeof steps[0] && !shrink->is_over; i++) {
            shrink->progress.step = steps[i].name;
            is_smaller = steps[i].step(shrink) || is_smaller;
            cut_off(shrink);
        }
    }
}

static void shrink_failure(struct shrink *shrink) {
    expect_only(shrink);
    resolve(shrink, true, false);
    resolve(shrink, false, false);
    cut_off(shrink);
    shrink->progress.step = "faults";
    shrink_faults(shrink);
    shrink_chances(shrink);
    resolve(shrink, true, true);
    run_rounds(shrink);
    /* What seems to be needed is often there only to bring the dice to where they have to be; others may do without. */
    shrink->more_seeds = MORE_SEEDS;
    run_rounds(shrink);
}

void shrink_scenario(const struct scenario *scenario, const struct shrink_options *options,
                     struct shrink_result *result) {
    struct shrink shrink = {.options = options, .path = scenario->path, .best = cJSON_Parse(scenario->resolved)};
    shrink.progress = (struct shrink_progress){.most_runs = options->most_runs > 0 ? options->most_runs : MOST_RUNS,
                                               .size = shrink_size_of(scenario),
                                               .step = "resolve"};
    *result = (struct shrink_result){.before = shrink.progress.size};
    cJSON *seed = scenario->seed < (UINT64_C(1) << 53) ? cJSON_CreateNumber((double)scenario->seed) : NULL;
    if (seed != NULL) { /* a larger one stands there as a string */
        cJSON_DeleteItemFromObjectCaseSensitive(shrink.best, "seed");
        cJSON_AddItemToObject(shrink.best, "seed", seed);
    }
    struct text text = {0};
    json_print(shrink.best, &text);
    struct trial trial = trial_run(text.bytes, text.length, options->models);
    text_free(&text);
    result->fingerprint = shrink.wanted = trial.fingerprint;
    shrink.failed_at = trial.failed_at;
    if (trial.fingerprint.text[0] != '\0') {
        shrink.blames_bug = !fails_without_bug(&shrink, shrink.best);
        shrink_failure(&shrink);
        json_print(shrink.best, &result->scenario);
        text_add(&result->scenario, "\n");
    }
    result->after = shrink.progress.size;
    result->runs = shrink.progress.runs;
    result->ran_out = shrink.is_over;
    cJSON_Delete(shrink.best);
}
