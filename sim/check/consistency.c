#include "sim/check/consistency.h"

#include "sim/check/linear.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_STEPS UINT64_C(200000000)
#define DEFAULT_BYTES (UINT64_C(1) << 30)

const char *const consistency_model_names[CONSISTENCY_MODEL_COUNT] = {"sequential", "sequential-per-key", "causal",
                                                                      "causal-memory", "causal-convergence"};

void consistency_give_up(struct consistency *check) {
    if (check->result->verdict == VERDICT_HOLDS) {
        check->result->verdict = VERDICT_INCONCLUSIVE;
        snprintf(check->result->detail, sizeof check->result->detail,
                 "It was not decided within %" PRIu64 " steps and %zu bytes.", check->options.max_steps,
                 check->options.max_bytes);
    }
}

bool consistency_pay(struct consistency *check, const struct order *order, uint64_t before) {
    uint64_t done = order->steps - before;
    check->steps_left -= done < check->steps_left ? done : check->steps_left;
    return check->steps_left > 0;
}

bool consistency_finds_phantom(struct consistency *check, const struct order *order) {
    for (uint32_t i = 0; i < order->count; i++) {
        const struct order_node *node = &order->nodes[i];
        if (!node->is_loose && node->reads && node->source == ORDER_NOBODY) {
            char text[200];
            check->options.speaker->describe(check->options.speaker->context, node->operation, text, sizeof text);
            check->result->verdict = VERDICT_VIOLATED;
            check->result->at = check->history->operations[node->operation].completed;
            order_say(check->result, "%s: nobody wrote that.", text);
            return true;
        }
    }
    return false;
}

/* ---- Keys ----------------------------------------------------------------------------------------------------------
 */

struct entry {
    uint64_t key;
    uint32_t operation;
};

static int compare_entries(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

static void judge_some(struct consistency *check, const uint32_t *operations, uint32_t count) {
    struct order order;
    if (!order_build(&order, check->history, operations, count, check->options.initial, check->options.max_bytes)) {
        consistency_give_up(check);
    } else if (check->level <= CONSISTENCY_SEQUENTIAL_PER_KEY) {
        sequential_judge(check, &order);
    } else {
        causal_judge(check, &order);
    }
    order_free(&order);
}

static void judge_all(struct consistency *check, struct entry *entries, uint32_t count) {
    bool is_by_key = check->level == CONSISTENCY_SEQUENTIAL_PER_KEY;
    uint32_t *operations = malloc(((size_t)count + 1) * sizeof *operations);
    if (operations == NULL) {
        consistency_give_up(check);
        return;
    }
    if (is_by_key) {
        qsort(entries, count, sizeof *entries, compare_entries);
    }
    for (uint32_t i = 0; i < count; i++) {
        operations[i] = entries[i].operation;
    }
    for (uint32_t i = 0, end; i < count && check->result->verdict != VERDICT_VIOLATED; i = end) {
        for (end = i + 1; end < count && (!is_by_key || entries[end].key == entries[i].key);) {
            end++;
        }
        judge_some(check, operations + i, end - i);
    }
    free(operations);
}

/* What is sequential is causal, too; and where values are written again and again, an order of all is found sooner than
 * who read from whom. */
static void try_sequential(const struct consistency *undecided, struct entry *entries, uint32_t count) {
    struct check_result result = {.verdict = VERDICT_HOLDS, .at = -1};
    struct consistency check = *undecided;
    check.level = CONSISTENCY_SEQUENTIAL;
    check.steps_left = check.options.max_steps / 4 + 1;
    check.result = &result;
    judge_all(&check, entries, count);
    if (result.verdict == VERDICT_HOLDS) {
        *undecided->result = result;
    }
}

struct check_result consistency_check(const struct history *history, uint16_t workload, enum consistency_model level,
                                      const struct consistency_options *options) {
    struct check_result result = {.verdict = VERDICT_HOLDS, .at = -1};
    struct order_speaker speaker = order_speaker_of(history);
    struct consistency check = {.history = history, .level = level, .options = *options, .result = &result};
    check.options.max_steps = options->max_steps == 0 ? DEFAULT_STEPS : options->max_steps;
    check.options.max_bytes = options->max_bytes == 0 ? DEFAULT_BYTES : options->max_bytes;
    check.options.speaker = options->speaker != NULL ? options->speaker : &speaker;
    check.steps_left = check.options.max_steps;
    struct entry *entries = malloc(((size_t)history->count + 1) * sizeof *entries);
    if (entries == NULL) {
        consistency_give_up(&check);
        return result;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->kind <= OP_APPEND && operation->outcome != OUTCOME_FAIL &&
            (workload == UINT16_MAX || operation->workload == workload)) {
            entries[count++] = (struct entry){operation->key, i};
        }
    }
    /* What is linearizable has all the levels, and that is seen at once as a rule. */
    struct linear_options linear = {.max_steps = check.options.max_steps / 4 + 1,
                                    .max_bytes = check.options.max_bytes,
                                    .initial = check.options.initial};
    if (linear_check(history, workload, &linear, NULL).verdict != VERDICT_HOLDS) {
        judge_all(&check, entries, count);
    }
    if (result.verdict == VERDICT_INCONCLUSIVE && level > CONSISTENCY_SEQUENTIAL_PER_KEY) {
        try_sequential(&check, entries, count);
    }
    result.looked_at = count;
    free(entries);
    return result;
}
