#include "sim/study/hunt.h"

#include "sim/scenario/json.h"
#include "sim/study/resolve.h"
#include "sim/study/workers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 16 }; /* seeds a process: a fork costs as much as a short run */

struct seed_report {
    uint64_t seed;
    struct trial trial;
};

struct batch {
    uint64_t first, last, next; /* next: the first seed of which nothing is known yet */
    bool is_done;
};

struct hunt {
    const struct hunt_options *options;
    struct hunt_result *result;
    struct batch *batches;         /* of this round, in the order of their seeds */
    uint64_t batch_count, settled; /* settled: batches before it are done */
    double started;
    bool is_stopped;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- In the worker ---- */

static struct trial try_seed(const struct swarm_options *options, uint64_t seed) {
    struct trial trial = {.failed_at = -1};
    struct text errors = {0};
    struct scenario *scenario = swarm_draw(options, seed, &errors);
    if (scenario != NULL) {
        trial = trial_of(scenario);
        scenario_free(scenario);
    }
    text_free(&errors);
    return trial;
}

static int run_batch(void *context, uint64_t task, struct worker_parts *parts) {
    struct hunt *hunt = context;
    const struct batch *batch = &hunt->batches[task];
    bool has_failed = false;
    for (uint64_t seed = batch->first; seed <= batch->last && !has_failed; seed++) {
        trial_watch();
        struct seed_report report;
        memset(&report, 0, sizeof report);
        report.seed = seed;
        report.trial = try_seed(hunt->options->swarm, seed);
        worker_part(parts, (const char *)&report, sizeof report);
        has_failed = report.trial.fingerprint.text[0] != '\0' && !hunt->options->finds_all;
        if (seed == UINT64_MAX) {
            break;
        }
    }
    return 0;
}

/* ---- In the parent ---- */

static void add_finding(struct hunt *hunt, const struct seed_report *report) {
    struct hunt_result *result = hunt->result;
    struct hunt_finding *finding = NULL;
    result->totals.failed++;
    for (uint32_t i = 0; i < result->finding_count && finding == NULL; i++) {
        struct hunt_finding *known = &result->findings[i];
        finding = fingerprint_is_same(&known->trial.fingerprint, &report->trial.fingerprint) ? known : NULL;
    }
    if (finding == NULL) {
        if (result->finding_count == HUNT_MOST_FINDINGS) {
            return;
        }
        finding = &result->findings[result->finding_count++];
        result->totals.findings = result->finding_count;
        *finding = (struct hunt_finding){.seed = UINT64_MAX};
    }
    finding->seeds++;
    if (report->seed < finding->seed || finding->seeds == 1) {
        finding->seed = report->seed;
        finding->trial = report->trial;
        finding->wall_s = now() - hunt->started;
    }
}

static uint64_t lowest_failing(const struct hunt *hunt) {
    uint64_t lowest = UINT64_MAX;
    for (uint32_t i = 0; i < hunt->result->finding_count; i++) {
        lowest = hunt->result->findings[i].seed < lowest ? hunt->result->findings[i].seed : lowest;
    }
    return lowest;
}

/* Without `finds_all`, seeds below the failing one must have their say before the hunt ends. */
static bool goes_on(struct hunt *hunt) {
    const struct hunt_options *options = hunt->options;
    struct hunt_progress *totals = &hunt->result->totals;
    totals->wall_s = now() - hunt->started;
    while (hunt->settled < hunt->batch_count && hunt->batches[hunt->settled].is_done) {
        hunt->settled++;
    }
    bool is_found = hunt->result->finding_count > 0 && !options->finds_all &&
                    (hunt->settled == hunt->batch_count || hunt->batches[hunt->settled].next > lowest_failing(hunt));
    bool is_late = options->seconds > 0 && totals->wall_s >= options->seconds;
    bool is_wanted = options->progress == NULL || options->progress(options->progress_context, totals);
    hunt->is_stopped = is_found || is_late || !is_wanted;
    return !hunt->is_stopped;
}

static void add_doubt(struct hunt_result *result, const struct seed_report *report) {
    if (result->doubt_count == result->doubt_capacity) {
        result->doubt_capacity = result->doubt_capacity * 2 + 64;
        result->doubts = realloc(result->doubts, result->doubt_capacity * sizeof *result->doubts);
        if (result->doubts == NULL) {
            abort();
        }
    }
    struct hunt_doubt *doubt = &result->doubts[result->doubt_count++];
    doubt->seed = report->seed;
    snprintf(doubt->check, sizeof doubt->check, "%s", report->trial.is_readable ? report->trial.open_check : "drawing");
    snprintf(doubt->why, sizeof doubt->why, "%.*s", (int)sizeof doubt->why - 1, report->trial.detail);
}

static void take(struct hunt *hunt, const struct seed_report *report) {
    struct hunt_progress *totals = &hunt->result->totals;
    totals->runs++;
    totals->events += report->trial.events;
    totals->simulated_s += (double)report->trial.ended / 1e9;
    if (report->trial.fingerprint.text[0] != '\0') {
        add_finding(hunt, report);
    } else if (report->trial.is_inconclusive || !report->trial.is_readable) {
        totals->inconclusive++;
        add_doubt(hunt->result, report);
    }
}

static bool part_done(void *context, uint64_t task, const char *bytes, size_t length) {
    struct hunt *hunt = context;
    struct seed_report report;
    if (length == sizeof report) {
        memcpy(&report, bytes, sizeof report);
        hunt->batches[task].next = report.seed + 1;
        take(hunt, &report);
    }
    return goes_on(hunt);
}

/* The first seed of a batch of which nothing is known when its process has been killed is the one that killed it. */
static bool batch_done(void *context, const struct worker_result *result) {
    struct hunt *hunt = context;
    struct batch *batch = &hunt->batches[result->task];
    bool is_through = batch->next > batch->last || batch->next < batch->first;
    if (!is_through && result->status != 0) {
        struct seed_report report = {.seed = batch->next, .trial = {.is_readable = true, .failed_at = -1}};
        report.trial.fingerprint = fingerprint_of_crash(result->status < 0 ? result->signal : 0, result->note);
        snprintf(report.trial.detail, sizeof report.trial.detail, "%s",
                 result->note[0] != '\0' ? result->note : "the run took its process down");
        batch->next++;
        take(hunt, &report);
    }
    batch->is_done = true;
    return goes_on(hunt);
}

/* What a batch that crashed has not done, as batches of the next round. */
static void list_rest(struct hunt *hunt) {
    uint64_t kept = 0;
    for (uint64_t i = 0; i < hunt->batch_count; i++) {
        struct batch *batch = &hunt->batches[i];
        if (batch->next <= batch->last && batch->next >= batch->first && batch->is_done) {
            hunt->batches[kept++] = (struct batch){.first = batch->next, .last = batch->last, .next = batch->next};
        }
    }
    hunt->batch_count = kept;
}

/* A round covers a stretch of seeds; it may be long, for `seconds` or a failure ends it. */
static void run_round(struct hunt *hunt, uint64_t first, uint64_t last) {
    const struct worker_part_task task = {run_batch, part_done, batch_done, hunt};
    hunt->batch_count = (last - first) / BATCH + 1;
    hunt->batches = calloc(hunt->batch_count, sizeof *hunt->batches);
    if (hunt->batches == NULL) {
        abort();
    }
    for (uint64_t i = 0; i < hunt->batch_count; i++) {
        uint64_t begin = first + i * BATCH;
        uint64_t end = last - begin < BATCH ? last : begin + BATCH - 1;
        hunt->batches[i] = (struct batch){.first = begin, .last = end, .next = begin};
    }
    while (hunt->batch_count > 0 && !hunt->is_stopped) {
        hunt->settled = 0;
        workers_run_parts(hunt->batch_count, hunt->options->jobs, &task);
        list_rest(hunt);
    }
    free(hunt->batches);
}

static int by_seed(const void *a, const void *b) {
    const struct hunt_finding *one = a, *other = b;
    return one->seed < other->seed ? -1 : one->seed > other->seed;
}

static int doubts_by_seed(const void *a, const void *b) {
    const struct hunt_doubt *one = a, *other = b;
    return one->seed < other->seed ? -1 : one->seed > other->seed;
}

void hunt_run(const struct hunt_options *options, struct hunt_result *result) {
    const uint64_t round = 1 << 20; /* seeds */
    struct hunt hunt = {.options = options, .result = result, .started = now()};
    memset(result, 0, sizeof *result);
    for (uint64_t first = options->seed_first; !hunt.is_stopped;) {
        uint64_t last = options->seed_last - first < round ? options->seed_last : first + round - 1;
        run_round(&hunt, first, last);
        if (last == options->seed_last) {
            break;
        }
        first = last + 1;
    }
    result->totals.wall_s = now() - hunt.started;
    qsort(result->doubts, result->doubt_count, sizeof *result->doubts, doubts_by_seed);
    if (!options->finds_all && result->finding_count > 1) { /* others failed at higher seeds meanwhile */
        qsort(result->findings, result->finding_count, sizeof *result->findings, by_seed);
        result->finding_count = result->totals.findings = 1;
    }
    qsort(result->findings, result->finding_count, sizeof *result->findings, by_seed);
}

/* ---- A finding as a scenario ---- */

static void add_words(cJSON *root, const struct hunt_options *options, const struct hunt_finding *finding) {
    char text[TRIAL_DETAIL_BYTES + 128], check[64];
    fingerprint_check_name(&finding->trial.fingerprint, check, sizeof check);
    const struct swarm_options *swarm = options->swarm;
    const cJSON *title = json_get(root, "title");
    snprintf(text, sizeof text, "%s breaks: %.100s", check,
             swarm->model != NULL    ? swarm->model->name
             : cJSON_IsString(title) ? title->valuestring
                                     : "a scenario");
    for (uint32_t i = 0; i < swarm->param_count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, ", %s", swarm->params[i]);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(root, "title");
    cJSON_DeleteItemFromObjectCaseSensitive(root, "question");
    cJSON_DeleteItemFromObjectCaseSensitive(root, "answer");
    cJSON_AddStringToObject(root, "title", text);
    snprintf(text, sizeof text, "Found by a hunt with seed %" PRIu64 ": %s", finding->seed, finding->trial.detail);
    cJSON_AddStringToObject(root, "answer", text);
}

/* The other checks would only judge what is the consequence. */
static void expect_failing_check(cJSON *root, const struct hunt_finding *finding) {
    char check[64];
    cJSON *expect = cJSON_CreateArray();
    fingerprint_check_name(&finding->trial.fingerprint, check, sizeof check);
    if (strcmp(check, "crash") != 0) {
        cJSON *expectation = cJSON_CreateObject();
        cJSON_AddStringToObject(expectation, "check", check);
        cJSON_AddItemToArray(expect, expectation);
    }
    cJSON_ReplaceItemInObjectCaseSensitive(root, "expect", expect);
}

/* Titles come first, as in scenarios written by hand. */
static void order_keys(cJSON *root) {
    static const char *const first[] = {"answer", "title", "version"};
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(root, first[i]);
        if (item != NULL) {
            cJSON_InsertItemInArray(root, 0, item);
        }
    }
}

static bool try_resolved(const struct scenario *scenario, const struct hunt_options *options,
                         const struct hunt_finding *finding, cJSON **root, bool keeps_chance) {
    struct text text = {0};
    cJSON *candidate = cJSON_Duplicate(*root, true);
    sim_time until = finding->trial.failed_at >= 0 ? finding->trial.failed_at : scenario->duration;
    resolve_faults(scenario, candidate, until, keeps_chance, NULL);
    json_print(candidate, &text);
    struct trial trial = trial_run(text.bytes, text.length, options->swarm->models);
    bool is_same = fingerprint_is_same(&trial.fingerprint, &finding->trial.fingerprint);
    text_free(&text);
    cJSON_Delete(is_same ? *root : candidate);
    *root = is_same ? candidate : *root;
    return is_same;
}

void hunt_scenario(const struct hunt_options *options, const struct hunt_finding *finding, struct text *out) {
    struct text errors = {0};
    struct scenario *scenario = swarm_draw(options->swarm, finding->seed, &errors);
    if (scenario == NULL) {
        text_free(&errors);
        return;
    }
    cJSON *root = cJSON_Parse(scenario->resolved);
    expect_failing_check(root, finding);
    bool is_crash = strncmp(finding->trial.fingerprint.text, "crash", 5) == 0; /* would take this process down, too */
    if (!is_crash && !try_resolved(scenario, options, finding, &root, false)) {
        try_resolved(scenario, options, finding, &root, true);
    }
    add_words(root, options, finding);
    order_keys(root);
    json_print(root, out);
    text_add(out, "\n");
    cJSON_Delete(root);
    scenario_free(scenario);
    text_free(&errors);
}
