/* Sequential and causal consistency: textbook histories, and small random ones against every order there is. */
#include "sim/check/consistency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check/histories.h"
#include "tests/check_main.h"

static struct arena arena;
static struct history history;
static struct check_result result;

static void open_history(void) {
    histories_open(&arena, &history);
}

static void close_history(void) {
    arena_free_all(&arena);
}

/* The next operation of a client; a client's come one after the other, and those of all overlap. */
static void add(uint32_t client, enum operation_kind kind, uint64_t key, int64_t value, enum outcome outcome) {
    sim_time start = history.count * 10;
    history_add(&history, (struct operation){.process = client,
                                             .invoked = start,
                                             .completed = outcome == OUTCOME_INFO ? SIM_NEVER : start + 5,
                                             .kind = (uint8_t)kind,
                                             .outcome = (uint8_t)outcome,
                                             .key = key,
                                             .value = kind == OP_READ ? 0 : value,
                                             .result = kind == OP_READ ? value : 0});
}

static void writes(uint32_t client, uint64_t key, int64_t value) {
    add(client, OP_WRITE, key, value, OUTCOME_OK);
}

static void reads(uint32_t client, uint64_t key, int64_t value) {
    add(client, OP_READ, key, value, OUTCOME_OK);
}

static enum verdict verdict_of(enum consistency_model level) {
    struct consistency_options options = {0};
    result = consistency_check(&history, UINT16_MAX, level, &options);
    return result.verdict;
}

/* A letter a level: h, v or i. */
static const char *verdicts(void) {
    static char letters[CONSISTENCY_MODEL_COUNT + 1];
    for (int level = 0; level < CONSISTENCY_MODEL_COUNT; level++) {
        letters[level] = verdict_name(verdict_of((enum consistency_model)level))[0];
    }
    return letters;
}

/* ---- Textbook histories; the letters are sequential, per key, causal, memory, convergence -------------------------
 */

enum { X, Y, Z };

START_TEST(stale_reads_in_order_are_sequential) {
    writes(0, X, 1);
    writes(0, X, 2);
    reads(1, X, 0);
    reads(1, X, 1);
    reads(1, X, 2);
    ck_assert_str_eq(verdicts(), "hhhhh");
}
END_TEST

START_TEST(two_readers_who_see_writes_in_opposite_orders) {
    writes(0, X, 1);
    writes(1, X, 2);
    reads(2, X, 1);
    reads(2, X, 2);
    reads(3, X, 2);
    reads(3, X, 1);
    ck_assert_str_eq(verdicts(), "vvhhv"); /* Ahamad and others 1995: causal memory lets them */
}
END_TEST

START_TEST(store_buffering_is_sequential_only_key_by_key) {
    writes(0, X, 1);
    writes(1, Y, 1);
    reads(0, Y, 0);
    reads(1, X, 0);
    ck_assert_str_eq(verdicts(), "vhhhh");
    verdict_of(CONSISTENCY_SEQUENTIAL);
    ck_assert_ptr_nonnull(strstr(result.detail, "client 1 wrote 1 to key 0"));
    ck_assert_ptr_nonnull(strstr(result.detail, "still found what it replaced"));
}
END_TEST

START_TEST(answer_without_its_question_breaks_causality) {
    writes(0, X, 1);
    reads(1, X, 1);
    writes(1, Y, 1);
    reads(2, Y, 1);
    reads(2, X, 0);
    ck_assert_str_eq(verdicts(), "vhvvv");
    verdict_of(CONSISTENCY_CAUSAL);
    ck_assert_ptr_nonnull(strstr(result.detail, "that one found the initial value"));
    ck_assert_int_eq(result.at, 45);
}
END_TEST

START_TEST(overwritten_cause_is_not_read_again) {
    writes(0, X, 1);
    writes(0, X, 2);
    writes(0, Y, 1);
    reads(1, Y, 1);
    reads(1, X, 1);
    ck_assert_str_eq(verdicts(), "vhvvv");
    verdict_of(CONSISTENCY_CAUSAL);
    ck_assert_ptr_nonnull(strstr(result.detail, "What causes what contradicts itself"));
}
END_TEST

START_TEST(one_client_flips_between_concurrent_writes) {
    writes(0, X, 1);
    writes(1, X, 2);
    reads(2, X, 1);
    reads(2, X, 2);
    reads(2, X, 1);
    ck_assert_str_eq(verdicts(), "vvvvv");
}
END_TEST

START_TEST(last_writer_wins_is_no_causal_memory) {
    /* Bouajjani and others 2017, figure 3: convergent, and no causal memory. */
    writes(0, Z, 1);
    writes(0, X, 1);
    writes(0, Y, 1);
    writes(1, X, 2);
    reads(1, Z, 0);
    reads(1, Y, 1);
    reads(1, X, 2);
    ck_assert_str_eq(verdicts(), "vhhvh");
}
END_TEST

START_TEST(independent_readers_of_independent_writes) {
    writes(0, X, 1);
    writes(1, Y, 1);
    reads(2, X, 1);
    reads(2, Y, 0);
    reads(3, Y, 1);
    reads(3, X, 0);
    ck_assert_str_eq(verdicts(), "vhhhh");
}
END_TEST

START_TEST(read_of_what_nobody_wrote) {
    writes(0, X, 1);
    reads(1, X, 7);
    ck_assert_str_eq(verdicts(), "vvvvv");
    ck_assert_ptr_nonnull(
        strstr(result.detail, "client 2 read 7 of key 0, from 0.00000001 s to 0.000000015 s: nobody wrote"));
}
END_TEST

START_TEST(unanswered_write_may_come_at_any_time) {
    add(0, OP_WRITE, X, 1, OUTCOME_INFO);
    writes(0, X, 2);
    reads(1, X, 2);
    reads(1, X, 1);
    ck_assert_str_eq(verdicts(), "hhhhh");
    reads(1, X, 2);
    ck_assert_str_eq(verdicts(), "vvvvv");
}
END_TEST

START_TEST(unanswered_write_that_was_read_comes_behind_its_past) {
    writes(0, X, 1);
    add(0, OP_WRITE, Y, 1, OUTCOME_INFO);
    reads(1, Y, 1);
    reads(1, X, 0);
    ck_assert_str_eq(verdicts(), "vhvvv");
}
END_TEST

START_TEST(budget_ends_in_doubt) {
    struct consistency_options options = {.max_steps = 3};
    for (int i = 0; i < 40; i++) {
        writes((uint32_t)i % 4, X, i % 3);
        reads((uint32_t)(i + 1) % 4, X, (i * 7) % 3);
    }
    result = consistency_check(&history, UINT16_MAX, CONSISTENCY_SEQUENTIAL, &options);
    ck_assert_int_eq(result.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_ptr_nonnull(strstr(result.detail, "within 3 steps"));
    result = consistency_check(&history, UINT16_MAX, CONSISTENCY_CAUSAL, &options);
    ck_assert_int_eq(result.verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

/* Four clients copy one writer whose values come again and again: each read has a hundred writers to choose from. */
START_TEST(what_is_sequential_is_causal_however_often_values_repeat) {
    struct consistency_options options = {.max_steps = 4000000};
    for (int i = 0; i < 300; i++) {
        writes(0, X, i % 3);
        for (int client = 1; client <= 4 && i >= 40; client++) {
            reads((uint32_t)client, X, (i - 10 * client) % 3);
        }
    }
    for (int level = CONSISTENCY_CAUSAL; level <= CONSISTENCY_CAUSAL_CONVERGENCE; level++) {
        result = consistency_check(&history, UINT16_MAX, (enum consistency_model)level, &options);
        ck_assert_int_eq(result.verdict, VERDICT_HOLDS);
    }
}
END_TEST

/* ---- Every order ---------------------------------------------------------------------------------------------------
 */

enum { MOST = 9, KEYS = 2, NO_WRITER = -1 };

struct small {
    const struct operation *operations[MOST];
    int count;
    unsigned before[MOST]; /* bits: the same client's, over before */
    int source[MOST];      /* of what was found: a number, or NO_WRITER for the initial value */
    unsigned past[MOST];   /* causes */
};

static bool is_answered(const struct small *small, int i) {
    return small->operations[i]->outcome == OUTCOME_OK;
}

static bool is_refused(const struct operation *operation) {
    return operation->kind == OP_CAS && operation->outcome == OUTCOME_OK && operation->result == 0;
}

static bool does_write(const struct operation *operation) {
    return operation->kind != OP_READ && !is_refused(operation);
}

static bool does_read(const struct operation *operation) {
    return operation->outcome == OUTCOME_OK && operation->kind != OP_WRITE && !is_refused(operation);
}

static int64_t found(const struct operation *operation) {
    return operation->kind == OP_READ  ? operation->result
           : operation->kind == OP_CAS ? operation->expected
                                       : operation->result - operation->value;
}

static int64_t made(const struct operation *operation) {
    return operation->kind == OP_INCREMENT ? operation->result : operation->value;
}

static void take(struct small *small, uint64_t key) {
    small->count = 0;
    for (uint32_t i = 0; i < history.count; i++) {
        const struct operation *operation = &history.operations[i];
        if (key == UINT64_MAX || operation->key == key) {
            small->operations[small->count] = operation;
            small->before[small->count] = 0;
            for (int j = 0; j < small->count; j++) {
                const struct operation *other = small->operations[j];
                if (other->process == operation->process && other->completed < operation->invoked) {
                    small->before[small->count] |= 1u << j;
                }
            }
            small->count++;
        }
    }
}

static bool has_sequence(const struct small *small, unsigned placed, const int64_t values[KEYS]) {
    bool all = true;
    for (int i = 0; i < small->count; i++) {
        all = all && ((placed & 1u << i) || !is_answered(small, i));
    }
    if (all) {
        return true;
    }
    for (int i = 0; i < small->count; i++) {
        const struct operation *operation = small->operations[i];
        int64_t value = values[operation->key], next[KEYS];
        if ((placed & 1u << i) || (small->before[i] & ~placed)) {
            continue;
        }
        memcpy(next, values, sizeof next);
        switch ((enum operation_kind)operation->kind) {
        case OP_READ:
            if (is_answered(small, i) && operation->result != value) {
                continue;
            }
            break;
        case OP_WRITE:
            next[operation->key] = operation->value;
            break;
        case OP_CAS:
            if (is_answered(small, i) && (operation->result == 1) != (value == operation->expected)) {
                continue;
            }
            next[operation->key] = value == operation->expected ? operation->value : value;
            break;
        default:
            next[operation->key] = value + operation->value;
            if (is_answered(small, i) && next[operation->key] != operation->result) {
                continue;
            }
        }
        if (has_sequence(small, placed | 1u << i, next)) {
            return true;
        }
    }
    return false;
}

static bool is_sequential(uint64_t key) {
    struct small small;
    take(&small, key);
    return has_sequence(&small, 0, (int64_t[KEYS]){0});
}

/* The past of each by clients' order and sources; false if it is a circle. */
static bool find_past(struct small *small) {
    for (int i = 0; i < small->count; i++) {
        small->past[i] = small->before[i];
        if (does_read(small->operations[i]) && small->source[i] != NO_WRITER) {
            small->past[i] |= 1u << small->source[i];
        }
    }
    for (int round = 0; round < small->count; round++) {
        for (int i = 0; i < small->count; i++) {
            for (int j = 0; j < small->count; j++) {
                small->past[i] |= small->past[i] & 1u << j ? small->past[j] : 0;
            }
        }
    }
    for (int i = 0; i < small->count; i++) {
        if (small->past[i] & 1u << i) {
            return false;
        }
    }
    return true;
}

/* An order of the operations in `all` that keeps causes, in which the reads of a client are right. */
static bool client_has_order(const struct small *small, unsigned all, unsigned placed, uint32_t client,
                             const int writer[KEYS]) {
    if (placed == all) {
        return true;
    }
    for (int i = 0; i < small->count; i++) {
        const struct operation *operation = small->operations[i];
        int next[KEYS];
        if (!(all & ~placed & 1u << i) || (small->past[i] & all & ~placed) ||
            (operation->process == client && does_read(operation) && small->source[i] != writer[operation->key])) {
            continue;
        }
        memcpy(next, writer, sizeof next);
        if (does_write(operation)) {
            next[operation->key] = i;
        }
        if (client_has_order(small, all, placed | 1u << i, client, next)) {
            return true;
        }
    }
    return false;
}

static bool is_source(const struct small *small, int i) {
    for (int j = 0; j < small->count; j++) {
        if (does_read(small->operations[j]) && small->source[j] == i) {
            return true;
        }
    }
    return false;
}

static bool is_memory(const struct small *small) {
    for (uint32_t client = 0; client < 4; client++) {
        unsigned all = 0;
        for (int i = 0; i < small->count; i++) {
            const struct operation *operation = small->operations[i];
            bool counts = operation->outcome == OUTCOME_OK || is_source(small, i);
            if (counts && (does_write(operation) || operation->process == client)) {
                all |= 1u << i;
            }
        }
        if (!client_has_order(small, all, 0, client, (int[KEYS]){NO_WRITER, NO_WRITER})) {
            return false;
        }
    }
    return true;
}

/* An order of all operations that keeps causes, in which each read finds the last write of its past. */
static bool has_arbitration(const struct small *small, unsigned placed, const int *ranks, int rank) {
    if (placed + 1 == 1u << small->count) {
        for (int i = 0; i < small->count; i++) {
            const struct operation *operation = small->operations[i];
            int last = NO_WRITER;
            for (int j = 0; j < small->count; j++) {
                const struct operation *other = small->operations[j];
                if ((small->past[i] & 1u << j) && does_write(other) && other->key == operation->key &&
                    (last == NO_WRITER || ranks[j] > ranks[last])) {
                    last = j;
                }
            }
            if (does_read(operation) && small->source[i] != last) {
                return false;
            }
        }
        return true;
    }
    for (int i = 0; i < small->count; i++) {
        int next[MOST];
        if ((placed & 1u << i) || (small->past[i] & ~placed)) {
            continue;
        }
        memcpy(next, ranks, sizeof next);
        next[i] = rank;
        if (has_arbitration(small, placed | 1u << i, next, rank + 1)) {
            return true;
        }
    }
    return false;
}

/* Tries all sources from operation `from` on. */
static bool is_causal(struct small *small, int from, enum consistency_model level) {
    while (from < small->count && !does_read(small->operations[from])) {
        from++;
    }
    if (from == small->count) {
        return find_past(small) &&
               ((level != CONSISTENCY_CAUSAL_CONVERGENCE && is_memory(small)) ||
                (level != CONSISTENCY_CAUSAL_MEMORY && has_arbitration(small, 0, (int[MOST]){0}, 0)));
    }
    const struct operation *read = small->operations[from];
    for (int i = NO_WRITER; i < small->count; i++) {
        bool fits = i == NO_WRITER
                        ? found(read) == 0
                        : i != from && does_write(small->operations[i]) && small->operations[i]->key == read->key &&
                              made(small->operations[i]) == found(read);
        small->source[from] = i;
        if (fits && is_causal(small, from + 1, level)) {
            return true;
        }
    }
    return false;
}

static bool by_brute_force(enum consistency_model level) {
    if (level == CONSISTENCY_SEQUENTIAL) {
        return is_sequential(UINT64_MAX);
    }
    if (level == CONSISTENCY_SEQUENTIAL_PER_KEY) {
        return is_sequential(X) && is_sequential(Y);
    }
    struct small small;
    take(&small, UINT64_MAX);
    return is_causal(&small, 0, level);
}

/* Reads return what was written at times, or will be; clients may have two operations open. */
static void make_random(struct draw *draw, bool are_values_unique, bool has_increments) {
    uint32_t count = (uint32_t)draw_between(draw, 3, has_increments ? 7 : 8),
             keys = (uint32_t)draw_between(draw, 1, KEYS);
    histories_clear(&history);
    for (uint32_t i = 0; i < count; i++) {
        static const enum operation_kind kinds[] = {OP_READ,  OP_READ, OP_READ,     OP_WRITE,
                                                    OP_WRITE, OP_CAS,  OP_INCREMENT};
        struct operation operation = {.process = (uint32_t)draw_below(draw, 3),
                                      .invoked = i * 10,
                                      .completed = i * 10 + (draw_below(draw, 8) == 0 ? 12 : 5),
                                      .key = draw_below(draw, keys),
                                      .kind = (uint8_t)kinds[draw_below(draw, has_increments ? 7 : 6)]};
        int64_t seen = draw_between(draw, 0, are_values_unique ? (int64_t)i + 1 : 2);
        operation.value = operation.kind == OP_READ        ? 0
                          : operation.kind == OP_INCREMENT ? 1
                          : are_values_unique              ? (int64_t)i + 1
                                                           : draw_between(draw, 0, 2);
        operation.expected = operation.kind == OP_CAS ? seen : 0;
        operation.result = operation.kind == OP_READ        ? seen
                           : operation.kind == OP_CAS       ? draw_below(draw, 4) > 0
                           : operation.kind == OP_INCREMENT ? seen + 1
                                                            : 0;
        if (operation.kind != OP_READ && draw_below(draw, 6) == 0) {
            operation.outcome = OUTCOME_INFO;
            operation.completed = SIM_NEVER;
        }
        history_add(&history, operation);
    }
}

static void compare(uint64_t seed, bool are_values_unique, bool has_increments, int rounds) {
    struct draw draw = draw_at(draw_key(seed, DRAW_TEST, 7), 0);
    int holding[CONSISTENCY_MODEL_COUNT] = {0};
    for (int round = 0; round < rounds; round++) {
        make_random(&draw, are_values_unique, has_increments);
        int last = has_increments ? CONSISTENCY_SEQUENTIAL_PER_KEY : CONSISTENCY_MODEL_COUNT - 1;
        for (int level = 0; level <= last; level++) {
            enum verdict verdict = verdict_of((enum consistency_model)level);
            bool holds = by_brute_force((enum consistency_model)level);
            ck_assert_msg(verdict == (holds ? VERDICT_HOLDS : VERDICT_VIOLATED),
                          "round %d, %s: %s, and brute force %s\n%s", round, consistency_model_names[level],
                          verdict_name(verdict), holds ? "holds" : "does not", result.detail);
            holding[level] += holds;
            ck_assert_msg(holds || result.detail[0] != '\0', "a violation needs words");
        }
    }
    /* Both answers must have come up often. */
    for (int level = 0; level <= (has_increments ? 1 : 4); level++) {
        ck_assert_int_gt(holding[level], rounds / 20);
        ck_assert_int_lt(holding[level], rounds - rounds / 20);
    }
}

START_TEST(unique_values_agree_with_brute_force) {
    compare(1, true, false, 3000);
}
END_TEST

START_TEST(repeated_values_agree_with_brute_force) {
    compare(2, false, false, 3000);
}
END_TEST

START_TEST(increments_agree_with_brute_force) {
    compare(3, true, true, 1500);
    compare(4, false, true, 1500);
}
END_TEST

/* ---- Replicas ------------------------------------------------------------------------------------------------------
 */

/* Clients write to one log and read their own copy of it, which lags by a drawn number of entries and is never behind
 * what they wrote: sequentially consistent, and stale. With `has_bug`, a copy forgets its last entry now and then. */
static void make_replicas(struct draw *draw, uint32_t operations, uint32_t clients, bool has_bug) {
    static struct {
        uint64_t key;
        int64_t value;
    } log[20000];
    uint32_t length = 0, *seen = calloc(clients, sizeof *seen);
    histories_clear(&history);
    for (uint32_t i = 0; i < operations; i++) {
        uint32_t client = (uint32_t)draw_below(draw, clients);
        uint64_t key = draw_below(draw, 5);
        if (draw_below(draw, 3) == 0) {
            log[length].key = key;
            log[length++].value = (int64_t)i + 1;
            seen[client] = length;
            writes(client, key, (int64_t)i + 1);
            continue;
        }
        seen[client] += (uint32_t)draw_below(draw, length - seen[client] + 1);
        uint32_t end = has_bug && draw_below(draw, 20) == 0 && seen[client] > 0 ? seen[client] - 1 : seen[client];
        int64_t value = 0;
        for (uint32_t e = 0; e < end; e++) {
            value = log[e].key == key ? log[e].value : value;
        }
        reads(client, key, value);
    }
    free(seen);
}

START_TEST(lagging_copies_of_one_log_are_never_accused) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct draw draw = draw_at(draw_key(seed, DRAW_TEST, 7), 0);
        make_replicas(&draw, 2000, 8, false);
        ck_assert_str_eq(verdicts(), "hhhhh");
    }
}
END_TEST

START_TEST(copies_that_forget_are_caught) {
    int caught = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct draw draw = draw_at(draw_key(seed, DRAW_TEST, 7), 0);
        make_replicas(&draw, 2000, 8, true);
        caught += strcmp(verdicts(), "vvvvv") == 0;
    }
    ck_assert_int_eq(caught, 5);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("consistency");
    TCase *levels = tcase_create("levels");
    tcase_add_checked_fixture(levels, open_history, close_history);
    tcase_set_timeout(levels, 60);
    tcase_add_test(levels, stale_reads_in_order_are_sequential);
    tcase_add_test(levels, two_readers_who_see_writes_in_opposite_orders);
    tcase_add_test(levels, store_buffering_is_sequential_only_key_by_key);
    tcase_add_test(levels, answer_without_its_question_breaks_causality);
    tcase_add_test(levels, overwritten_cause_is_not_read_again);
    tcase_add_test(levels, one_client_flips_between_concurrent_writes);
    tcase_add_test(levels, last_writer_wins_is_no_causal_memory);
    tcase_add_test(levels, independent_readers_of_independent_writes);
    tcase_add_test(levels, read_of_what_nobody_wrote);
    tcase_add_test(levels, unanswered_write_may_come_at_any_time);
    tcase_add_test(levels, unanswered_write_that_was_read_comes_behind_its_past);
    tcase_add_test(levels, budget_ends_in_doubt);
    tcase_add_test(levels, what_is_sequential_is_causal_however_often_values_repeat);
    tcase_add_test(levels, unique_values_agree_with_brute_force);
    tcase_add_test(levels, repeated_values_agree_with_brute_force);
    tcase_add_test(levels, increments_agree_with_brute_force);
    tcase_add_test(levels, lagging_copies_of_one_log_are_never_accused);
    tcase_add_test(levels, copies_that_forget_are_caught);
    suite_add_tcase(suite, levels);
    return suite;
}
