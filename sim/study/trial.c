#include "sim/study/trial.h"

#include "sim/study/workers.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void trial_watch(void) {
    alarm(TRIAL_SECONDS);
}

struct trial trial_of(const struct scenario *scenario) {
    struct trial trial = {.is_readable = true, .failed_at = -1, .seed = scenario->seed, .runs = 1};
    struct run_options options = {.stop_at_violation = true, .linear_steps = TRIAL_CHECKER_STEPS};
    struct run *run = run_execute(scenario, &options);
    const struct run_check *check = fingerprint_check(run);
    trial.fingerprint = fingerprint_of(run);
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *open = &run->checks[i];
        if (open->result.verdict == VERDICT_INCONCLUSIVE && !trial.is_inconclusive) {
            trial.is_inconclusive = true;
            snprintf(trial.open_check, sizeof trial.open_check, "%s", open->name);
            snprintf(trial.detail, sizeof trial.detail, "%.*s", (int)strcspn(open->result.detail, "\n"),
                     open->result.detail);
        }
    }
    trial.ended = run->ended;
    trial.events = run->events;
    if (check != NULL) {
        trial.failed_at = check->result.at;
        int first_line = (int)strcspn(check->result.detail, "\n");
        snprintf(trial.detail, sizeof trial.detail, "%.*s", first_line, check->result.detail);
    }
    run_free(run);
    return trial;
}

struct ordered {
    const char *text;
    size_t length;
    const struct model_list *models;
    const struct fingerprint *wanted;
    uint64_t more;
    struct trial trial;
};

static bool is_wanted(const struct ordered *ordered, const struct trial *trial) {
    return ordered->wanted == NULL || fingerprint_is_same(ordered->wanted, &trial->fingerprint);
}

static int work(void *context, uint64_t task, struct text *out) {
    (void)task;
    struct ordered *ordered = context;
    struct text errors = {0};
    struct scenario_options options = {.models = ordered->models};
    struct scenario *scenario = scenario_parse(ordered->text, ordered->length, "trial.json", &options, &errors);
    struct trial trial;
    memset(&trial, 0, sizeof trial);
    trial.failed_at = -1;
    for (uint64_t i = 0; scenario != NULL && i <= ordered->more; i++) {
        trial_watch();
        scenario->seed = i > 0 ? i : scenario->seed;
        trial = trial_of(scenario);
        trial.runs = i + 1;
        if (is_wanted(ordered, &trial)) {
            break;
        }
    }
    text_add_bytes(out, (const char *)&trial, sizeof trial);
    return 0;
}

static bool take(void *context, const struct worker_result *result) {
    struct ordered *ordered = context;
    if (result->status < 0) {
        ordered->trial = (struct trial){.is_readable = true,
                                        .failed_at = -1,
                                        .runs = 1,
                                        .fingerprint = fingerprint_of_crash(result->signal, result->note)};
        snprintf(ordered->trial.detail, sizeof ordered->trial.detail, "%s", result->note);
    } else if (result->length == sizeof ordered->trial) {
        memcpy(&ordered->trial, result->bytes, sizeof ordered->trial);
    }
    return true;
}

struct trial trial_run_seeds(const char *text, size_t length, const struct model_list *models,
                             const struct fingerprint *wanted, uint64_t more) {
    struct ordered ordered = {
        .text = text, .length = length, .models = models, .wanted = wanted, .more = more, .trial = {.failed_at = -1}};
    workers_run(1, 1, work, take, &ordered);
    return ordered.trial;
}

struct trial trial_run(const char *text, size_t length, const struct model_list *models) {
    return trial_run_seeds(text, length, models, NULL, 0);
}
