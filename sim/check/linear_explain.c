/* The smallest failing prefix, found by searching prefixes: what holds for a history holds for its prefixes, so the
 * completion at which they begin to fail can be found by bisection. In a prefix, what has not completed is pending. */
#include "sim/check/linear_explain.h"

#include "sim/check/linear_search.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 8, EXPLAIN_BYTES = 256 << 20 };

uint64_t linear_explain_steps(uint32_t count) {
    return 100000 + 20 * (uint64_t)count;
}

struct closing {
    sim_time completed;
    uint32_t operation;
};

struct explanation {
    const struct history *history;
    int64_t initial;
    const uint32_t *operations; /* of the key */
    uint32_t count;
    struct closing *closings; /* completions in order */
    uint32_t closing_count;
    bool *relaxed;
    uint32_t prefix_count; /* of `operations`, in the prefix at hand */
};

static const struct operation *operation_at(const struct explanation *explanation, uint32_t index) {
    return &explanation->history->operations[index];
}

static int compare_closings(const void *left, const void *right) {
    const struct closing *a = left, *b = right;
    if (a->completed != b->completed) {
        return a->completed < b->completed ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

static bool order_closings(struct explanation *explanation) {
    explanation->closings = malloc(((size_t)explanation->count + 1) * sizeof *explanation->closings);
    explanation->relaxed = malloc(((size_t)explanation->count + 1) * sizeof *explanation->relaxed);
    if (explanation->closings == NULL || explanation->relaxed == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < explanation->count; i++) {
        const struct operation *operation = operation_at(explanation, explanation->operations[i]);
        if (operation->outcome == OUTCOME_OK) {
            explanation->closings[explanation->closing_count++] =
                (struct closing){operation->completed, explanation->operations[i]};
        }
    }
    qsort(explanation->closings, explanation->closing_count, sizeof *explanation->closings, compare_closings);
    return true;
}

/* The prefix that ends with completion number `last`: operations invoked up to then, pending if they complete later. */
static void take_prefix(struct explanation *explanation, uint32_t last) {
    const struct closing *end = &explanation->closings[last];
    explanation->prefix_count = 0;
    for (uint32_t i = 0; i < explanation->count; i++) {
        const struct operation *operation = operation_at(explanation, explanation->operations[i]);
        if (operation->invoked > end->completed) {
            break;
        }
        struct closing own = {operation->completed, explanation->operations[i]};
        explanation->relaxed[i] = operation->outcome == OUTCOME_OK && compare_closings(&own, end) > 0;
        explanation->prefix_count++;
    }
}

static struct linear_search *search_prefix(struct explanation *explanation, uint32_t last, enum linear_answer *answer) {
    take_prefix(explanation, last);
    struct linear_search *search =
        linear_search_new(explanation->history, explanation->operations, explanation->prefix_count,
                          explanation->relaxed, explanation->initial);
    *answer = search == NULL ? LINEAR_FULL
                             : linear_search_advance(search, linear_explain_steps(explanation->count), EXPLAIN_BYTES);
    return search;
}

static bool prefix_fails(struct explanation *explanation, uint32_t last) {
    enum linear_answer answer;
    linear_search_free(search_prefix(explanation, last, &answer));
    return answer == LINEAR_REFUTED;
}

/* The first completion whose prefix fails. One whose search ends without an answer counts as not failing; then the
 * prefix found is a failing one, if perhaps not the smallest. */
static uint32_t find_culprit(struct explanation *explanation, uint32_t explained) {
    uint32_t low = explained, high = explanation->closing_count - 1; /* `high` fails; what is before `low` does not */
    for (uint32_t step = 1; low < high; step *= 2) {
        uint32_t probe = high - low < step ? high : low + step - 1;
        if (probe == high || prefix_fails(explanation, probe)) {
            high = probe;
            break;
        }
        low = probe + 1;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (prefix_fails(explanation, middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return high;
}

/* The longest linearization: of all that completed before the culprit. */
static bool keep_path(struct explanation *explanation, uint32_t culprit, struct linear_witness *witness) {
    witness->path_value = explanation->initial;
    if (culprit == 0) {
        return true;
    }
    enum linear_answer answer;
    struct linear_search *search = search_prefix(explanation, culprit - 1, &answer);
    witness->path = search == NULL ? NULL : malloc(((size_t)search->placed + 1) * sizeof *witness->path);
    if (witness->path == NULL) {
        linear_search_free(search);
        return false;
    }
    for (uint32_t i = 0; i < search->placed; i++) {
        uint32_t what = search->order[i].what;
        witness->path[i] = what & LINEAR_PENDING_BIT
                               ? search->plan.pending[what & ~(uint32_t)LINEAR_PENDING_BIT].operation
                               : search->plan.steps[what].operation;
    }
    witness->path_count = search->placed;
    witness->path_value = search->value.value;
    linear_search_free(search);
    return true;
}

/* ---- Words ----------------------------------------------------------------------------------------------------- */

static void say(struct check_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct check_result *result, const char *format, ...) {
    size_t length = strlen(result->detail);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->detail + length, sizeof result->detail - length, format, arguments);
    va_end(arguments);
}

static void say_operation(struct check_result *result, const struct operation *operation, bool has_result) {
    char invoked[VERDICT_TIME_BYTES], completed[VERDICT_TIME_BYTES];
    say(result, "\n  client %" PRIu32 ": %s", operation->process + 1,
        operation_name((enum operation_kind)operation->kind));
    if (operation->kind == OP_CAS) {
        say(result, " %" PRId64 " to %" PRId64, operation->expected, operation->value);
    } else if (operation->kind != OP_READ) {
        say(result, " %" PRId64, operation->value);
    }
    if (!has_result) {
        say(result, ", from %s, without an answer", verdict_time(invoked, operation->invoked));
        return;
    }
    if (operation->kind == OP_CAS) {
        say(result, operation->result == 0 ? ", refused" : ", done");
    } else if (operation->kind == OP_READ) {
        say(result, " %" PRId64, operation->result);
    } else if (operation->kind != OP_WRITE) {
        say(result, ", giving %" PRId64, operation->result);
    }
    say(result, ", from %s to %s", verdict_time(invoked, operation->invoked),
        verdict_time(completed, operation->completed));
}

static void say_what_fails(struct check_result *result, const struct operation *culprit) {
    char completed[VERDICT_TIME_BYTES];
    verdict_time(completed, culprit->completed);
    say(result, "key %" PRIu64 ": no order of its operations explains ", culprit->key);
    if (culprit->kind == OP_READ) {
        say(result, "what client %" PRIu32 " read at %s", culprit->process + 1, completed);
    } else {
        say(result, "the %s that client %" PRIu32 " completed at %s",
            operation_name((enum operation_kind)culprit->kind), culprit->process + 1, completed);
    }
}

/* The value that the operation found, if its result tells; as steps of a plan say it. */
static bool found_value(const struct operation *operation, int64_t *value) {
    *value = operation->kind == OP_READ        ? operation->result
             : operation->kind == OP_CAS       ? operation->expected
             : operation->kind == OP_INCREMENT ? (int64_t)((uint64_t)operation->result - (uint64_t)operation->value)
             : operation->kind == OP_APPEND    ? operation_unappend(operation->result, operation->value)
                                               : 0;
    return operation->kind != OP_WRITE && !(operation->kind == OP_CAS && operation->result == 0);
}

static bool makes_value(const struct operation *operation, bool has_result, int64_t value) {
    switch ((enum operation_kind)operation->kind) {
    case OP_WRITE:
        return operation->value == value;
    case OP_CAS:
        return operation->value == value && (!has_result || operation->result != 0);
    case OP_INCREMENT:
    case OP_APPEND:
        return !has_result || operation->result == value;
    default:
        return false;
    }
}

/* Adds to those in conflict the pending operations that could have made a value that one of them found. */
static void list_makers(const struct explanation *explanation, bool *listed, uint32_t *listed_count) {
    for (uint32_t i = 0; i < explanation->prefix_count; i++) {
        int64_t value;
        const struct operation *finder = operation_at(explanation, explanation->operations[i]);
        if (explanation->relaxed[i] || finder->outcome != OUTCOME_OK || !found_value(finder, &value)) {
            continue;
        }
        for (uint32_t j = 0; j < explanation->prefix_count && *listed_count < LISTED; j++) {
            const struct operation *maker = operation_at(explanation, explanation->operations[j]);
            if (!listed[j] && makes_value(maker, maker->outcome == OUTCOME_OK, value)) {
                listed[j] = true;
                ++*listed_count;
            }
        }
    }
}

static bool is_made(const struct explanation *explanation, int64_t value) {
    bool made = value == explanation->initial;
    for (uint32_t i = 0; i < explanation->prefix_count && !made; i++) {
        const struct operation *maker = operation_at(explanation, explanation->operations[i]);
        made = makes_value(maker, maker->outcome == OUTCOME_OK && !explanation->relaxed[i], value);
    }
    return made;
}

static void say_conflict(struct explanation *explanation, const struct linear_witness *witness, bool *listed,
                         struct check_result *result) {
    const struct operation *culprit = operation_at(explanation, witness->culprit);
    uint32_t kept = 0, listed_count = 0;
    for (uint32_t i = explanation->prefix_count; i-- > 0;) {
        const struct operation *operation = operation_at(explanation, explanation->operations[i]);
        bool is_kept = operation->outcome == OUTCOME_OK && !explanation->relaxed[i];
        kept += is_kept;
        listed[i] = is_kept && (listed_count < LISTED - 1 || explanation->operations[i] == witness->culprit);
        listed_count += listed[i];
    }
    uint32_t left_out = kept - listed_count;
    list_makers(explanation, listed, &listed_count);
    say_what_fails(result, culprit);
    for (uint32_t i = 0; i < explanation->prefix_count; i++) {
        const struct operation *operation = operation_at(explanation, explanation->operations[i]);
        if (listed[i]) {
            say_operation(result, operation,
                          operation->outcome == OUTCOME_OK && operation->completed <= culprit->completed);
        }
    }
    if (left_out > 0) {
        say(result, "\n  and %" PRIu32 " earlier operations", left_out);
    }
    int64_t value;
    if (found_value(culprit, &value) && !is_made(explanation, value)) {
        say(result, "\nNo operation invoked by then makes the value %" PRId64 ".", value);
    } else {
        say(result,
            "\nEach takes effect at one instant between its two times (at any or none if it has no answer), and "
            "no order of these instants gives all the results.");
    }
    say(result, "\nAll that completed before can be put in order, and leaves the value %" PRId64 ".",
        witness->path_value);
}

bool linear_explain(const struct history *history, const uint32_t *operations, uint32_t count, int64_t initial,
                    uint32_t explained, struct linear_witness *witness, struct check_result *result) {
    struct explanation explanation = {.history = history, .initial = initial, .operations = operations, .count = count};
    bool done = false;
    bool *listed = calloc((size_t)count + 1, sizeof *listed);
    if (listed == NULL || !order_closings(&explanation)) {
        goto end;
    }
    uint32_t culprit = find_culprit(&explanation, explained);
    witness->culprit = explanation.closings[culprit].operation;
    witness->key = operation_at(&explanation, witness->culprit)->key;
    if (!keep_path(&explanation, culprit, witness)) {
        goto end;
    }
    take_prefix(&explanation, culprit);
    witness->prefix = malloc(((size_t)explanation.prefix_count + 1) * sizeof *witness->prefix);
    if (witness->prefix == NULL) {
        goto end;
    }
    memcpy(witness->prefix, operations, explanation.prefix_count * sizeof *witness->prefix);
    witness->prefix_count = explanation.prefix_count;
    linear_shrink(history, operations, explanation.prefix_count, initial, witness->culprit, explanation.relaxed);
    result->at = explanation.closings[culprit].completed;
    say_conflict(&explanation, witness, listed, result);
    witness->conflict = malloc(((size_t)explanation.prefix_count + 1) * sizeof *witness->conflict);
    for (uint32_t i = 0; i < explanation.prefix_count && witness->conflict != NULL; i++) {
        if (listed[i]) {
            witness->conflict[witness->conflict_count++] = operations[i];
        }
    }
    done = true;
end:
    free(listed);
    free(explanation.closings);
    free(explanation.relaxed);
    return done;
}
