#include "sim/check/level.h"

#include "sim/check/consistency.h"
#include "sim/check/linear.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *level_name(enum consistency_level level) {
    static const char *const names[LEVEL_COUNT] = {"divergent",          "eventual",   "session",     "causal",
                                                   "sequential-per-key", "sequential", "linearizable"};
    return names[level];
}

static bool is_within(const struct window *window, sim_time at) {
    for (uint32_t i = 0; i < window->count; i++) {
        if (window->intervals[i].from <= at && at < window->intervals[i].until) {
            return true;
        }
    }
    return false;
}

/* ---- What a window's answers are judged against ---- */

/* An operation outside as a plain write; false if it changed nothing. What an increment or append made that was never
 * answered is not known: it stays what it is. */
static bool as_write(struct operation *operation) {
    bool is_answered = operation->outcome == OUTCOME_OK;
    switch ((enum operation_kind)operation->kind) {
    case OP_WRITE:
        return true;
    case OP_CAS:
        operation->kind = OP_WRITE;
        return !is_answered || operation->result == 1;
    case OP_INCREMENT:
    case OP_APPEND:
        if (is_answered) {
            operation->kind = OP_WRITE;
            operation->value = operation->result;
        }
        return true;
    default:
        return false;
    }
}

static bool says_something(const struct operation *operation) {
    return operation->outcome == OUTCOME_OK && operation->kind != OP_WRITE && operation->kind != OP_REQUEST;
}

/* The history that is judged, from malloc; operations keep their order. */
static struct history project(const struct level_question *question, uint64_t *answers) {
    struct history part = {0};
    part.operations = malloc((question->history->count + (size_t)1) * sizeof *part.operations);
    if (part.operations == NULL) {
        abort();
    }
    *answers = 0;
    for (uint32_t i = 0; i < question->history->count; i++) {
        struct operation operation = question->history->operations[i];
        if (operation.outcome == OUTCOME_FAIL || operation.kind == OP_REQUEST ||
            operation.workload >= question->workload_count || !question->workloads[operation.workload]) {
            continue;
        }
        bool is_inside = is_within(question->window, operation.invoked);
        if (is_inside || as_write(&operation)) {
            *answers += is_inside && says_something(&operation);
            part.operations[part.count++] = operation;
        }
    }
    return part;
}

/* ---- Levels, from the strongest down ---- */

static void judge_sessions(const struct history *part, struct level_result *result, bool *hold, bool *are_decided) {
    static const char *const relations[SESSION_GUARANTEE_COUNT] = {
        "did not see an own write", "went back behind an earlier read", "saw a client's writes out of order",
        "saw a write without what it followed"};
    struct session_result sessions[SESSION_GUARANTEE_COUNT];
    *are_decided = session_check(part, UINT16_MAX, 0, NULL, sessions);
    *hold = *are_decided;
    for (int i = 0; i < SESSION_GUARANTEE_COUNT; i++) {
        result->sessions[i] = sessions[i].check.verdict;
        result->violations[i] = sessions[i].violations;
        if (sessions[i].violations > 0 && *hold) {
            snprintf(result->why, sizeof result->why, "%" PRIu64 " read%s %s", sessions[i].violations,
                     sessions[i].violations == 1 ? "" : "s", relations[i]);
        }
        *hold = *hold && sessions[i].check.verdict == VERDICT_HOLDS;
    }
}

/* The levels of consistency.h, from the strongest down; true if one holds. */
static bool judge_orders(const struct level_question *question, const struct history *part,
                         struct level_result *result) {
    static const struct {
        enum consistency_level level;
        enum consistency_model model;
    } orders[] = {{LEVEL_SEQUENTIAL, CONSISTENCY_SEQUENTIAL},
                  {LEVEL_SEQUENTIAL_PER_KEY, CONSISTENCY_SEQUENTIAL_PER_KEY},
                  {LEVEL_CAUSAL, CONSISTENCY_CAUSAL}};
    struct consistency_options options = {.max_steps = question->max_steps};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if ((question->left_out & 1u << orders[i].level) != 0) {
            continue;
        }
        result->judged |= 1u << orders[i].level;
        enum verdict verdict = consistency_check(part, UINT16_MAX, orders[i].model, &options).verdict;
        if (verdict == VERDICT_HOLDS) {
            result->level = orders[i].level;
            return true;
        }
        result->open |= verdict == VERDICT_INCONCLUSIVE ? 1u << orders[i].level : 0;
    }
    return false;
}

static void judge_below(const struct level_question *question, const struct history *part,
                        const struct check_result *linear, struct level_result *result) {
    bool hold, are_decided;
    result->is_decided = true;
    int first_line = (int)strcspn(linear->detail, "\n");
    snprintf(result->why, sizeof result->why, "not linearizable: %.*s", first_line > 200 ? 200 : first_line,
             linear->detail);
    bool is_ordered = judge_orders(question, part, result);
    judge_sessions(part, result, &hold, &are_decided);
    result->judged |= 1u << LEVEL_SESSION;
    if (is_ordered) {
        return;
    }
    if (hold) {
        result->level = LEVEL_SESSION;
        return;
    }
    result->judged |= question->knows_end ? 1u << LEVEL_EVENTUAL | 1u << LEVEL_DIVERGENT : 0;
    if (are_decided && question->knows_end) {
        result->level = question->agrees_at_end ? LEVEL_EVENTUAL : LEVEL_DIVERGENT;
    } else {
        result->is_decided = false;
        snprintf(result->why, sizeof result->why, "%s",
                 are_decided
                     ? "reads break session guarantees, and nobody can say whether the replicas agree at the end"
                     : "the memory of this machine is exhausted");
    }
}

struct level_result level_judge(const struct level_question *question) {
    struct level_result result = {.level = LEVEL_LINEARIZABLE, .judged = 1u << LEVEL_LINEARIZABLE};
    struct history part = project(question, &result.answers);
    struct linear_options options = {.max_steps = question->max_steps};
    struct check_result linear = linear_check(&part, UINT16_MAX, &options, NULL);
    if (linear.verdict == VERDICT_INCONCLUSIVE) {
        snprintf(result.why, sizeof result.why, "the linearizability checker ran out of its budget");
    } else if (linear.verdict == VERDICT_HOLDS) {
        bool hold, are_decided;
        result.is_decided = true;
        judge_sessions(&part, &result, &hold, &are_decided); /* they follow, but for what clients do concurrently */
    } else {
        judge_below(question, &part, &linear, &result);
    }
    free(part.operations);
    return result;
}
