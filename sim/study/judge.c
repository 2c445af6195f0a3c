/* The verdict of a run: which checks are judged, what was expected of them, of the metrics and of the faults. */
#include "sim/study/run.h"

#include "sim/check/consistency.h"
#include "sim/check/exactly_once.h"
#include "sim/check/little.h"
#include "sim/check/progress.h"
#include "sim/check/session.h"
#include "sim/check/stability.h"
#include "sim/study/pacelc.h"

#include <stdio.h>
#include <string.h>

/* ---- Checks ---- */

static bool is_asked(const struct run *run, const char *check, bool *violation_expected) {
    bool asked = false;
    *violation_expected = false;
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        const struct expectation *expectation = &run->scenario->expectations[i];
        if (expectation->kind == EXPECT_CHECK && strcmp(expectation->subject, check) == 0) {
            asked = true;
            *violation_expected = *violation_expected || expectation->is_violated;
        }
    }
    return asked;
}

static struct run_check *add_check(struct run *run, const char *name, uint32_t system, uint16_t workload) {
    struct run_check *check = &run->checks[run->check_count++];
    *check = (struct run_check){.name = name, .system = system, .workload = workload};
    check->was_asked = is_asked(run, name, &check->violation_expected);
    check->result.at = -1;
    return check;
}

/* Of the systems that publish facts for it. One that is asked for and about which nobody says anything is listed once,
 * to be found inconclusive. */
static void judge_invariant(struct run *run, enum invariant_kind kind) {
    const char *name = invariant_name(kind);
    bool expected, is_any = false;
    for (uint32_t s = 0; s < run->scenario->system_count; s++) {
        struct check_result result = invariants_result(run->invariants[s], kind);
        if (result.looked_at > 0) {
            add_check(run, name, s, UINT16_MAX)->result = result;
            is_any = true;
        }
    }
    if (!is_any && is_asked(run, name, &expected)) {
        add_check(run, name, UINT32_MAX, UINT16_MAX);
    }
}

static bool has_register_semantics(const struct workload_config *workload) {
    return workload->kind == WORKLOAD_KV || workload->kind == WORKLOAD_REGISTER || workload->kind == WORKLOAD_STALENESS;
}

static void judge_linearizable(struct run *run) {
    bool expected;
    if (!is_asked(run, "linearizable", &expected)) {
        return;
    }
    struct linear_options options = {.max_steps = run->options.linear_steps};
    for (uint32_t w = 0; w < run->scenario->workload_count; w++) {
        if (has_register_semantics(&run->scenario->workloads[w])) {
            struct run_check *check = add_check(run, "linearizable", UINT32_MAX, (uint16_t)w);
            check->result = linear_check(load_history(run->load), (uint16_t)w, &options, NULL);
        }
    }
}

static void judge_consistency(struct run *run, enum consistency_model level) {
    bool expected;
    if (!is_asked(run, consistency_model_names[level], &expected)) {
        return;
    }
    struct consistency_options options = {.max_steps = run->options.linear_steps};
    for (uint32_t w = 0; w < run->scenario->workload_count; w++) {
        if (has_register_semantics(&run->scenario->workloads[w])) {
            add_check(run, consistency_model_names[level], UINT32_MAX, (uint16_t)w)->result =
                consistency_check(load_history(run->load), (uint16_t)w, level, &options);
        }
    }
}

static void judge_sessions(struct run *run) {
    bool asked[SESSION_GUARANTEE_COUNT], expected, is_any = false;
    for (int g = 0; g < SESSION_GUARANTEE_COUNT; g++) {
        asked[g] = is_asked(run, session_guarantee_name((enum session_guarantee)g), &expected);
        is_any = is_any || asked[g];
    }
    for (uint32_t w = 0; w < run->scenario->workload_count && is_any; w++) {
        struct session_result results[SESSION_GUARANTEE_COUNT];
        if (!has_register_semantics(&run->scenario->workloads[w])) {
            continue;
        }
        session_check(load_history(run->load), (uint16_t)w, 0, NULL, results);
        for (int g = 0; g < SESSION_GUARANTEE_COUNT; g++) {
            if (asked[g]) {
                add_check(run, session_guarantee_name((enum session_guarantee)g), UINT32_MAX, (uint16_t)w)->result =
                    results[g].check;
            }
        }
    }
}

/* A check that is a metric of the whole run which must be zero. */
static void judge_zero(struct run *run, const char *name, const char *metric, const char *sentence) {
    bool expected;
    if (!is_asked(run, name, &expected)) {
        return;
    }
    struct check_result *result = &add_check(run, name, UINT32_MAX, UINT16_MAX)->result;
    double value;
    if (!measures_value(run->measures, metric, measures_find_window(run->measures, "all"), &value)) {
        result->verdict = VERDICT_INCONCLUSIVE;
        snprintf(result->detail, sizeof result->detail,
                 "no leader, or no live replica, could be asked for the final values");
        return;
    }
    result->looked_at = load_history(run->load)->count;
    if (value > 0) {
        result->verdict = VERDICT_VIOLATED;
        result->at = world_now(run->world);
        snprintf(result->detail, sizeof result->detail, "%.0f %s", value, sentence);
    }
}

static void judge_workloads(struct run *run) {
    bool expected, has_progress = is_asked(run, "progress", &expected);
    bool has_counters = is_asked(run, "exactly-once", &expected);
    for (uint32_t w = 0; w < run->scenario->workload_count; w++) {
        uint32_t system = run->scenario->workloads[w].target;
        const struct history *history = load_history(run->load);
        if (has_counters) {
            add_check(run, "exactly-once", UINT32_MAX, (uint16_t)w)->result =
                exactly_once_check(run->cluster, history, (uint16_t)w, system);
        }
        if (has_progress && !world_is_stopped(run->world)) {
            struct progress_question question = {run->cluster, history, (uint16_t)w, system, 0};
            add_check(run, "progress", UINT32_MAX, (uint16_t)w)->result = progress_check(&question);
        }
    }
}

static bool claims_membership(const struct model *model) {
    const struct claim *claim = model->claims;
    while (claim != NULL && claim->check != NULL && strcmp(claim->check, "membership") != 0) {
        claim++;
    }
    return claim != NULL && claim->check != NULL;
}

/* Of a group whose nodes judge one another (SWIM): once faults are over, nobody takes a live node for failed. */
static void judge_members(struct run *run) {
    bool expected;
    sim_time since;
    for (uint32_t s = 0; s < run->scenario->system_count && is_asked(run, "membership", &expected); s++) {
        struct check_result *result = &add_check(run, "membership", s, UINT16_MAX)->result;
        uint32_t count;
        node_id by, about;
        bool is_calm = progress_is_healed(run->cluster, &since) && world_now(run->world) - since >= PROGRESS_LEAST_CALM;
        bool is_group = measures_mistaken(run->measures, s, &count, &by, &about) ||
                        claims_membership(run->scenario->systems[s].model);
        if (!is_group || !is_calm) {
            result->verdict = VERDICT_INCONCLUSIVE;
            snprintf(result->detail, sizeof result->detail, "%s",
                     is_calm ? "nobody suspects anybody here" : "too little of the run is left after the last fault");
            continue;
        }
        result->looked_at = run->scenario->systems[s].nodes;
        if (count > 0) {
            result->verdict = VERDICT_VIOLATED;
            result->at = world_now(run->world);
            snprintf(result->detail, sizeof result->detail, "%s takes %s for failed, which is up (%u such opinions)",
                     cluster_name(run->cluster, by), cluster_name(run->cluster, about), count);
        }
    }
}

static struct check_result judge_leaders(const struct run *run, uint32_t system) {
    const struct system_config *config = &run->scenario->systems[system];
    uint32_t count = measures_leadership_count(run->measures), own = 0;
    struct election *elections = arena_alloc(world_state(run->world), count * sizeof *elections);
    for (uint32_t i = 0; i < count; i++) {
        const struct leadership *seen = measures_leadership(run->measures, i);
        if (seen->leader >= config->first_node && seen->leader < config->first_node + config->nodes) {
            elections[own++] = (struct election){seen->leader, seen->from};
        }
    }
    struct check_result result = stability_check(run->cluster, system, elections, own);
    arena_free(world_state(run->world), elections, count * sizeof *elections);
    return result;
}

static void judge_stability(struct run *run) {
    bool expected, is_wanted = is_asked(run, "stable-leader", &expected);
    for (uint32_t s = 0; is_wanted && s < run->scenario->system_count; s++) {
        if (run->scenario->systems[s].model->has_leader) {
            add_check(run, "stable-leader", s, UINT16_MAX)->result = judge_leaders(run, s);
        }
    }
}

/* Of every queue of every run; where nothing ever waited for a core there is nothing to say. */
static void judge_little(struct run *run) {
    bool expected;
    struct check_result result = little_check(run->cluster);
    if (result.looked_at > 0 || is_asked(run, "littles-law", &expected)) {
        add_check(run, "littles-law", UINT32_MAX, UINT16_MAX)->result = result;
    }
}

/* ---- Expectations ---- */

static const struct window *window_of(const struct run *run, const struct expectation *expectation, struct window *own,
                                      struct interval *interval) {
    if (expectation->window == NULL && expectation->until != 0) {
        *interval = (struct interval){expectation->from, expectation->until};
        *own = (struct window){.name = "own", .intervals = interval, .count = 1};
        return own;
    }
    return measures_find_window(run->measures, expectation->window != NULL ? expectation->window : "all");
}

static bool is_within(const struct expectation *expectation, double value) {
    return (!expectation->has_low || value >= expectation->low) &&
           (!expectation->has_high || value <= expectation->high) &&
           (!expectation->has_equal || value == expectation->equal);
}

static void judge_metric(struct run *run, struct run_expectation *judged) {
    const struct expectation *expectation = judged->expectation;
    struct window own;
    struct interval interval;
    const struct window *window = window_of(run, expectation, &own, &interval);
    judged->has_value = window != NULL && measures_value(run->measures, expectation->subject, window, &judged->value);
    if (!judged->has_value) {
        judged->verdict = VERDICT_VIOLATED;
        snprintf(judged->detail, sizeof judged->detail, "it has no samples");
    } else {
        judged->verdict = is_within(expectation, judged->value) ? VERDICT_HOLDS : VERDICT_VIOLATED;
    }
}

static void judge_fault(struct run *run, struct run_expectation *judged) {
    const struct expectation *expectation = judged->expectation;
    uint64_t touched = 0;
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        const struct fault_config *fault = &run->scenario->faults[occurrence->fault];
        if (strcmp(fault->name, expectation->subject) == 0) {
            touched += fault_touched_total(fault, occurrence);
        }
    }
    judged->has_value = true;
    judged->value = (double)touched;
    judged->verdict = is_within(expectation, judged->value) ? VERDICT_HOLDS : VERDICT_VIOLATED;
}

/* Of several systems or workloads, the worst: violated before inconclusive before holds. What looked at nothing holds
 * for no reason, and if that is all there is, nothing is decided. */
static void judge_check(const struct run *run, struct run_expectation *judged) {
    const struct expectation *expectation = judged->expectation;
    bool is_violated = false, is_open = false;
    uint64_t looked_at = 0;
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        if (strcmp(check->name, expectation->subject) == 0) {
            is_violated = is_violated || check->result.verdict == VERDICT_VIOLATED;
            is_open = is_open || check->result.verdict == VERDICT_INCONCLUSIVE;
            looked_at += check->result.looked_at;
        }
    }
    if (!is_violated && (is_open || looked_at == 0)) {
        judged->verdict = VERDICT_INCONCLUSIVE;
        snprintf(judged->detail, sizeof judged->detail, "%s",
                 is_open ? "it could not be decided" : "there was nothing to judge");
    } else {
        judged->verdict = is_violated == expectation->is_violated ? VERDICT_HOLDS : VERDICT_VIOLATED;
    }
}

static void judge_label(struct run *run, struct run_expectation *judged) {
    judged->verdict =
        pacelc_judge_expectation(run, judged->expectation->subject, judged->detail, sizeof judged->detail);
}

enum verdict run_judge_check(struct run *run, const struct expectation *expectation) {
    struct run_expectation judged = {.expectation = expectation};
    if (expectation->kind == EXPECT_PACELC) {
        judge_label(run, &judged);
    } else {
        judge_check(run, &judged);
    }
    return judged.verdict;
}

static void judge_expectations(struct run *run) {
    const struct scenario *scenario = run->scenario;
    run->expectations = arena_alloc(world_state(run->world), scenario->expectation_count * sizeof *run->expectations);
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];
        if (expectation->seed_last != 0) {
            continue; /* over many seeds: not for one run to judge */
        }
        struct run_expectation *judged = &run->expectations[run->expectation_count++];
        judged->expectation = expectation;
        if (expectation->kind == EXPECT_CHECK) {
            judge_check(run, judged);
        } else if (expectation->kind == EXPECT_METRIC) {
            judge_metric(run, judged);
        } else if (expectation->kind == EXPECT_PACELC) {
            judge_label(run, judged);
        } else {
            judge_fault(run, judged);
        }
    }
}

/* ---- The verdict of all ---- */

bool run_check_is_unexpected(const struct run *run, const struct run_check *check) {
    if (check->result.verdict != VERDICT_VIOLATED || check->violation_expected) {
        return false;
    }
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *other = &run->checks[i];
        if (other->violation_expected && other->result.verdict == VERDICT_VIOLATED &&
            other->result.at <= check->result.at) {
            return false;
        }
    }
    return true;
}

static enum verdict worse_of(enum verdict a, enum verdict b) {
    if (a == VERDICT_VIOLATED || b == VERDICT_VIOLATED) {
        return VERDICT_VIOLATED;
    }
    return a == VERDICT_INCONCLUSIVE || b == VERDICT_INCONCLUSIVE ? VERDICT_INCONCLUSIVE : VERDICT_HOLDS;
}

void run_conclude(struct run *run) {
    const struct scenario *scenario = run->scenario;
    load_finish(run->load);
    measures_finish(run->measures);
    run->ended = world_now(run->world);
    run->trace_hash = world_hash(run->world);
    run->events = world_events(run->world);
    uint32_t per_workload = 3 + CONSISTENCY_MODEL_COUNT + SESSION_GUARANTEE_COUNT;
    uint32_t most = scenario->system_count * (INVARIANT_COUNT + 2) + per_workload * scenario->workload_count + 3;
    run->checks = arena_alloc(world_state(run->world), most * sizeof *run->checks);
    judge_linearizable(run);
    for (int level = 0; level < CONSISTENCY_MODEL_COUNT; level++) {
        judge_consistency(run, (enum consistency_model)level);
    }
    judge_sessions(run);
    judge_zero(run, "no-lost-writes", "write.lost",
               "acknowledged writes are in no final value, and nothing later can have replaced them");
    judge_zero(run, "convergence", "divergent.keys",
               "keys have different values at the live replicas when the run ends");
    judge_workloads(run);
    judge_members(run);
    for (int kind = 0; kind < INVARIANT_COUNT; kind++) {
        judge_invariant(run, (enum invariant_kind)kind);
    }
    judge_stability(run);
    judge_little(run);
    judge_expectations(run);
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        run->verdict = worse_of(run->verdict, run->expectations[i].verdict);
    }
    for (uint32_t i = 0; i < run->check_count; i++) {
        if (run_check_is_unexpected(run, &run->checks[i])) {
            run->verdict = VERDICT_VIOLATED;
        }
    }
}
