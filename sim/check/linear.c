/* Splits the history by key, lets the searches of the keys take turns within the budget, and reports. */
#include "sim/check/linear.h"

#include "sim/base/sort.h"
#include "sim/check/linear_explain.h"
#include "sim/check/linear_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_STEPS UINT64_C(200000000)
#define DEFAULT_BYTES (UINT64_C(1) << 30)

enum { FIRST_SLICE = 20000 };

struct key {
    uint64_t key;
    const uint32_t *operations;
    uint32_t count;
    struct linear_search *search; /* NULL before its first turn and after its last */
    bool is_decided, is_given_up;
};

struct linear_check {
    const struct history *history;
    uint64_t steps_left, max_bytes;
    int64_t initial;
    uint32_t *operations; /* of all keys, by key and then by invocation */
    uint32_t operation_count;
    struct key *keys;
    uint32_t key_count, open_count;
    size_t bytes; /* of seen configurations of all keys */
};

static bool is_judged(const struct operation *operation, uint16_t workload) {
    return operation->kind <= OP_APPEND && (workload == UINT16_MAX || operation->workload == workload);
}

static bool split_by_key(struct linear_check *check, uint16_t workload) {
    const struct history *history = check->history;
    size_t room = (size_t)history->count + 1;
    struct sort_entry *entries = malloc(2 * room * sizeof *entries);
    check->operations = malloc(room * sizeof *check->operations);
    check->keys = calloc(room, sizeof *check->keys);
    if (entries == NULL || check->operations == NULL || check->keys == NULL) {
        free(entries);
        return false;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (is_judged(operation, workload) && operation->outcome != OUTCOME_FAIL) {
            entries[check->operation_count++] = (struct sort_entry){operation->key, i};
        }
    }
    sort_entries(entries, entries + check->operation_count, check->operation_count);
    for (uint32_t i = 0; i < check->operation_count; i++) {
        check->operations[i] = (uint32_t)entries[i].what;
        if (i == 0 || entries[i].key != entries[i - 1].key) {
            check->keys[check->key_count++] = (struct key){.key = entries[i].key, .operations = check->operations + i};
        }
        check->keys[check->key_count - 1].count++;
    }
    check->open_count = check->key_count;
    free(entries);
    return true;
}

static void close_key(struct linear_check *check, struct key *key) {
    if (key->search != NULL) {
        check->bytes -= linear_seen_bytes(&key->search->seen);
        linear_search_free(key->search);
        key->search = NULL;
    }
    check->open_count--;
}

/* One turn of a key. */
static enum linear_answer advance(struct linear_check *check, struct key *key, uint64_t slice) {
    if (key->search == NULL) {
        key->search = linear_search_new(check->history, key->operations, key->count, NULL, check->initial);
    }
    if (key->search == NULL) {
        return LINEAR_FULL;
    }
    uint64_t steps_before = key->search->steps;
    size_t others = check->bytes - linear_seen_bytes(&key->search->seen);
    size_t max_bytes = check->max_bytes > others ? check->max_bytes - others : 0;
    uint64_t max_steps = slice < check->steps_left ? slice : check->steps_left;
    enum linear_answer answer = linear_search_advance(key->search, max_steps, max_bytes);
    uint64_t done = key->search->steps - steps_before;
    check->steps_left -= done < check->steps_left ? done : check->steps_left;
    check->bytes = others + linear_seen_bytes(&key->search->seen);
    return answer;
}

/* The refuted key, its search still open; or NULL. A slice that a single search for moves exhausts is begun anew in
 * the next round, so slices double. */
static struct key *take_turns(struct linear_check *check) {
    for (uint64_t slice = FIRST_SLICE; check->open_count > 0; slice *= 2) {
        for (uint32_t i = 0; i < check->key_count; i++) {
            struct key *key = &check->keys[i];
            if (key->is_decided || key->is_given_up) {
                continue;
            }
            if (check->steps_left == 0) {
                return NULL;
            }
            enum linear_answer answer = advance(check, key, slice);
            if (answer == LINEAR_REFUTED) {
                return key;
            }
            key->is_decided = answer == LINEAR_FOUND;
            key->is_given_up = answer == LINEAR_FULL;
            if (answer != LINEAR_RUNNING) {
                close_key(check, key);
            }
        }
    }
    return NULL;
}

static void say_undecided(const struct linear_check *check, const struct linear_options *options,
                          struct check_result *result) {
    uint32_t undecided = 0;
    const struct key *first = NULL;
    for (uint32_t i = check->key_count; i-- > 0;) {
        if (!check->keys[i].is_decided) {
            undecided++;
            first = &check->keys[i];
        }
    }
    if (undecided == 0) {
        return;
    }
    result->verdict = VERDICT_INCONCLUSIVE;
    snprintf(result->detail, sizeof result->detail,
             "%" PRIu32 " of %" PRIu32 " keys were not decided within %" PRIu64 " steps and %" PRIu64
             " bytes; the first of them is key %" PRIu64 ", with %" PRIu32 " operations.",
             undecided, check->key_count, options->max_steps, options->max_bytes, first->key, first->count);
}

struct check_result linear_check(const struct history *history, uint16_t workload, const struct linear_options *options,
                                 struct linear_witness *witness) {
    struct linear_options limits = options == NULL ? (struct linear_options){0} : *options;
    limits.max_steps = limits.max_steps == 0 ? DEFAULT_STEPS : limits.max_steps;
    limits.max_bytes = limits.max_bytes == 0 ? DEFAULT_BYTES : limits.max_bytes;
    struct linear_check check = {
        .history = history, .steps_left = limits.max_steps, .max_bytes = limits.max_bytes, .initial = limits.initial};
    struct check_result result = {.verdict = VERDICT_HOLDS, .at = -1};
    struct linear_witness found = {0};
    struct key *refuted = NULL;
    if (!split_by_key(&check, workload)) {
        result.verdict = VERDICT_INCONCLUSIVE;
        snprintf(result.detail, sizeof result.detail, "The memory of this machine is exhausted.");
        goto end;
    }
    result.looked_at = check.operation_count;
    refuted = take_turns(&check);
    if (refuted == NULL) {
        say_undecided(&check, &limits, &result);
        goto end;
    }
    result.verdict = VERDICT_VIOLATED;
    uint32_t explained = refuted->search->furthest;
    close_key(&check, refuted);
    if (!linear_explain(history, refuted->operations, refuted->count, limits.initial, explained, &found, &result)) {
        snprintf(result.detail, sizeof result.detail,
                 "key %" PRIu64 ": no order of its operations explains their results; there is no memory to say why.",
                 refuted->key);
    }
end:
    for (uint32_t i = 0; i < check.key_count; i++) {
        linear_search_free(check.keys[i].search);
    }
    free(check.operations);
    free(check.keys);
    if (witness != NULL) {
        *witness = found;
    } else {
        linear_witness_free(&found);
    }
    return result;
}

void linear_witness_free(struct linear_witness *witness) {
    free(witness->prefix);
    free(witness->path);
    free(witness->conflict);
    memset(witness, 0, sizeof *witness);
}
