/* Consistency levels of windows, on histories written by hand: one for each level, and what must not be held against a
 * window. Times in milliseconds; window P is 100 to 200, window E the rest. */
#include "sim/check/level.h"

#include "tests/check/histories.h"
#include "tests/check_main.h"

#include <string.h>

#define MS SIM_MILLISECOND

static struct arena arena;
static struct history history;
static const struct interval during = {100 * MS, 200 * MS};
static const struct interval rest[] = {{0, 100 * MS}, {200 * MS, 1000 * MS}};
static const struct window partition = {"partition", &during, 1}, connected = {"connected", rest, 2};

static void open_history(void) {
    histories_open(&arena, &history);
}

static void close_history(void) {
    arena_free_all(&arena);
}

static struct operation *add(uint32_t client, int start, int end, enum operation_kind kind, int64_t value) {
    bool has_result = kind == OP_READ || kind == OP_INCREMENT;
    struct operation operation = {.process = client,
                                  .invoked = start * MS,
                                  .completed = end * MS,
                                  .kind = (uint8_t)kind,
                                  .key = 7,
                                  .value = kind == OP_WRITE ? value : 1,
                                  .result = has_result ? value : 0};
    return &history.operations[history_add(&history, operation)];
}

static struct level_result judge_with(const struct window *window, bool knows_end, bool agrees) {
    static const bool workloads[] = {true};
    struct level_question question = {.history = &history,
                                      .workloads = workloads,
                                      .workload_count = 1,
                                      .window = window,
                                      .knows_end = knows_end,
                                      .agrees_at_end = agrees};
    return level_judge(&question);
}

static void expect_level(const struct window *window, enum consistency_level level) {
    struct level_result result = judge_with(window, true, true);
    ck_assert(result.is_decided);
    ck_assert_str_eq(level_name(result.level), level_name(level));
}

START_TEST(fresh_reads_are_linearizable) {
    add(1, 0, 10, OP_WRITE, 5);
    add(2, 110, 120, OP_READ, 5);
    add(2, 210, 220, OP_READ, 5);
    expect_level(&partition, LEVEL_LINEARIZABLE);
    expect_level(&connected, LEVEL_LINEARIZABLE);
    ck_assert_uint_eq(judge_with(&partition, true, true).answers, 1);
}
END_TEST

START_TEST(a_stale_read_counts_for_its_own_window) {
    add(1, 0, 10, OP_WRITE, 5);
    add(1, 110, 120, OP_WRITE, 6);
    add(2, 130, 140, OP_READ, 5); /* of another client: no session is broken */
    add(3, 210, 220, OP_READ, 6);
    expect_level(&partition, LEVEL_SEQUENTIAL);
    expect_level(&connected, LEVEL_LINEARIZABLE);
    ck_assert_ptr_nonnull(strstr(judge_with(&partition, true, true).why, "not linearizable"));
}
END_TEST

/* Two readers see two writes of two keys in opposite orders: each key by itself has an order. */
START_TEST(keys_without_a_common_order_are_sequential_one_by_one) {
    add(1, 110, 120, OP_WRITE, 5);
    add(2, 110, 120, OP_WRITE, 6)->key = 8;
    add(3, 130, 140, OP_READ, 5);
    add(4, 130, 140, OP_READ, 6)->key = 8;
    add(3, 150, 160, OP_READ, 0)->key = 8;
    add(4, 150, 160, OP_READ, 0);
    expect_level(&partition, LEVEL_SEQUENTIAL_PER_KEY);
}
END_TEST

/* Two readers see two concurrent writes of one key in opposite orders. */
START_TEST(writes_without_a_common_order_are_causal) {
    add(1, 110, 120, OP_WRITE, 5);
    add(2, 110, 120, OP_WRITE, 6);
    add(3, 130, 140, OP_READ, 5);
    add(4, 130, 140, OP_READ, 6);
    add(3, 150, 160, OP_READ, 6);
    add(4, 150, 160, OP_READ, 5);
    expect_level(&partition, LEVEL_CAUSAL);
}
END_TEST

START_TEST(a_level_that_was_left_out_is_not_judged) {
    static const bool workloads[] = {true};
    add(1, 0, 10, OP_WRITE, 5);
    add(1, 110, 120, OP_WRITE, 6);
    add(2, 130, 140, OP_READ, 5);
    struct level_question question = {.history = &history,
                                      .workloads = workloads,
                                      .workload_count = 1,
                                      .window = &partition,
                                      .left_out = 1u << LEVEL_SEQUENTIAL};
    struct level_result result = level_judge(&question);
    ck_assert_int_eq(result.level, LEVEL_SEQUENTIAL_PER_KEY);
    ck_assert_uint_eq(result.judged & 1u << LEVEL_SEQUENTIAL, 0);
}
END_TEST

START_TEST(a_read_behind_an_own_write_is_only_eventual) {
    add(1, 0, 10, OP_WRITE, 5);
    add(1, 110, 120, OP_WRITE, 6);
    add(1, 130, 140, OP_READ, 5);
    expect_level(&partition, LEVEL_EVENTUAL);
    struct level_result result = judge_with(&partition, true, true);
    ck_assert_int_eq(result.sessions[SESSION_READ_YOUR_WRITES], VERDICT_VIOLATED);
    ck_assert_int_eq(result.sessions[SESSION_MONOTONIC_READS], VERDICT_HOLDS);
}
END_TEST

START_TEST(replicas_that_never_agree_are_divergent) {
    add(1, 110, 120, OP_WRITE, 6);
    add(1, 130, 140, OP_READ, 0);
    struct level_result result = judge_with(&partition, true, false);
    ck_assert(result.is_decided);
    ck_assert_str_eq(level_name(result.level), "divergent");
}
END_TEST

START_TEST(an_end_that_nobody_knows_decides_nothing) {
    add(1, 110, 120, OP_WRITE, 6);
    add(1, 130, 140, OP_READ, 0);
    ck_assert(!judge_with(&partition, false, false).is_decided);
}
END_TEST

START_TEST(increments_count_where_they_were_answered) {
    add(1, 10, 20, OP_INCREMENT, 1);
    add(1, 110, 120, OP_INCREMENT, 1); /* it has lost the first one */
    add(1, 210, 220, OP_INCREMENT, 2);
    ck_assert(judge_with(&partition, true, true).level < LEVEL_LINEARIZABLE);
    expect_level(&connected, LEVEL_LINEARIZABLE);
}
END_TEST

START_TEST(a_window_without_answers_keeps_every_level) {
    add(1, 10, 20, OP_WRITE, 5);
    add(2, 130, 190, OP_READ, 5)->outcome = OUTCOME_INFO;
    struct level_result result = judge_with(&partition, true, true);
    ck_assert_uint_eq(result.answers, 0);
    expect_level(&partition, LEVEL_LINEARIZABLE);
}
END_TEST

START_TEST(operations_of_other_systems_do_not_count) {
    add(1, 110, 120, OP_WRITE, 6);
    add(2, 130, 140, OP_READ, 0)->workload = 1;
    expect_level(&partition, LEVEL_LINEARIZABLE);
}
END_TEST

START_TEST(a_budget_that_is_too_small_decides_nothing) {
    static const bool workloads[] = {true};
    for (uint32_t i = 0; i < 12; i++) {
        add(i, 110, 150, OP_WRITE, i + 1);
    }
    add(20, 160, 170, OP_READ, 3);
    struct level_question question = {
        .history = &history, .workloads = workloads, .workload_count = 1, .window = &partition, .max_steps = 1};
    ck_assert(!level_judge(&question).is_decided);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("level");
    TCase *hand = tcase_create("by hand");
    tcase_add_checked_fixture(hand, open_history, close_history);
    tcase_add_test(hand, fresh_reads_are_linearizable);
    tcase_add_test(hand, a_stale_read_counts_for_its_own_window);
    tcase_add_test(hand, keys_without_a_common_order_are_sequential_one_by_one);
    tcase_add_test(hand, writes_without_a_common_order_are_causal);
    tcase_add_test(hand, a_level_that_was_left_out_is_not_judged);
    tcase_add_test(hand, a_read_behind_an_own_write_is_only_eventual);
    tcase_add_test(hand, replicas_that_never_agree_are_divergent);
    tcase_add_test(hand, an_end_that_nobody_knows_decides_nothing);
    tcase_add_test(hand, increments_count_where_they_were_answered);
    tcase_add_test(hand, a_window_without_answers_keeps_every_level);
    tcase_add_test(hand, operations_of_other_systems_do_not_count);
    tcase_add_test(hand, a_budget_that_is_too_small_decides_nothing);
    suite_add_tcase(suite, hand);
    return suite;
}
