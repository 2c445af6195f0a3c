/* Session guarantees on histories written by hand: each guarantee broken alone where that is possible, and orders that
 * must not be taken for a violation. */
#include "sim/check/session.h"

#include <string.h>

#include "tests/check/histories.h"
#include "tests/check_main.h"

static struct arena arena;
static struct history history;
static struct session_result results[SESSION_GUARANTEE_COUNT];

static void open_history(void) {
    histories_open(&arena, &history);
}

static void close_history(void) {
    arena_free_all(&arena);
}

static void add(uint32_t client, int start, int end, enum operation_kind kind, int64_t value) {
    struct operation operation = {.process = client,
                                  .invoked = start * SIM_MILLISECOND,
                                  .completed = end * SIM_MILLISECOND,
                                  .kind = (uint8_t)kind,
                                  .key = 7,
                                  .value = kind == OP_WRITE ? value : 0,
                                  .result = kind == OP_READ ? value : 0};
    history_add(&history, operation);
}

static void writes(uint32_t client, int start, int end, int64_t value) {
    add(client, start, end, OP_WRITE, value);
}

static void reads(uint32_t client, int start, int end, int64_t value) {
    add(client, start, end, OP_READ, value);
}

/* Bits of the guarantees that are broken. */
static unsigned broken(void) {
    unsigned set = 0;
    ck_assert(session_check(&history, UINT16_MAX, 0, NULL, results));
    for (int g = 0; g < SESSION_GUARANTEE_COUNT; g++) {
        set |= (results[g].check.verdict == VERDICT_VIOLATED ? 1u : 0u) << g;
        ck_assert_int_eq(results[g].violations > 0, results[g].check.verdict == VERDICT_VIOLATED);
    }
    return set;
}

enum {
    OWN = 1 << SESSION_READ_YOUR_WRITES,
    READS = 1 << SESSION_MONOTONIC_READS,
    WRITES = 1 << SESSION_MONOTONIC_WRITES,
    FOLLOW = 1 << SESSION_WRITES_FOLLOW_READS
};

START_TEST(fresh_reads_break_nothing) {
    writes(1, 0, 10, 5);
    reads(1, 11, 12, 5);
    writes(2, 13, 14, 6);
    reads(1, 15, 16, 6);
    ck_assert_uint_eq(broken(), 0);
    ck_assert_uint_eq(results[0].check.looked_at, 4);
}
END_TEST

START_TEST(initial_value_after_own_write) {
    writes(1, 0, 10, 5);
    reads(1, 11, 12, 0);
    reads(1, 13, 14, 0);
    ck_assert_uint_eq(broken(), OWN);
    ck_assert_uint_eq(results[SESSION_READ_YOUR_WRITES].violations, 2);
    ck_assert_int_eq(results[SESSION_READ_YOUR_WRITES].check.at, 12 * SIM_MILLISECOND);
    ck_assert_ptr_nonnull(strstr(results[SESSION_READ_YOUR_WRITES].check.detail, "client 2 read 0 of key 7"));
}
END_TEST

START_TEST(stale_reads_of_others_break_no_session) {
    writes(1, 0, 10, 5);
    writes(1, 11, 20, 6);
    reads(2, 21, 22, 5);
    reads(3, 23, 24, 0);
    ck_assert_uint_eq(broken(), 0);
}
END_TEST

START_TEST(reads_go_back_to_the_write_of_another) {
    writes(1, 0, 10, 5);
    writes(2, 11, 20, 6);
    reads(3, 21, 22, 6);
    reads(3, 23, 24, 5);
    ck_assert_uint_eq(broken(), READS);
}
END_TEST

START_TEST(writes_of_one_client_are_seen_in_reverse) {
    writes(1, 0, 10, 5);
    writes(1, 11, 20, 6);
    reads(3, 21, 22, 6);
    reads(3, 23, 24, 5);
    ck_assert_uint_eq(broken(), READS | WRITES);
}
END_TEST

START_TEST(cause_is_seen_after_its_effect) {
    writes(1, 0, 40, 5); /* not over when the second begins: only the reads tell the order */
    reads(2, 11, 12, 5);
    writes(2, 13, 14, 6);
    reads(3, 21, 22, 6);
    reads(3, 23, 24, 5);
    ck_assert_uint_eq(broken(), FOLLOW);
}
END_TEST

START_TEST(concurrent_writes_may_be_seen_in_any_order) {
    writes(1, 0, 40, 5);
    writes(2, 1, 40, 6);
    reads(3, 50, 51, 6);
    reads(3, 52, 53, 5);
    ck_assert_uint_eq(broken(), 0);
}
END_TEST

START_TEST(overlapping_operations_of_a_client_have_no_order) {
    writes(1, 0, 30, 5);
    reads(1, 10, 20, 0);
    ck_assert_uint_eq(broken(), 0);
}
END_TEST

/* 100 and an increment is 101, which another client writes later: whether the first read saw that is not known. With an
 * answer to the increment it is known that it did not make 101, and so that the reads go back. */
static unsigned broken_with_increment(enum outcome outcome, int64_t made) {
    unsigned set;
    open_history();
    writes(1, 0, 10, 100);
    history_add(&history, (struct operation){.process = 2,
                                             .invoked = 20 * SIM_MILLISECOND,
                                             .completed = 30 * SIM_MILLISECOND,
                                             .kind = OP_INCREMENT,
                                             .key = 7,
                                             .value = 1,
                                             .result = made,
                                             .outcome = (uint8_t)outcome});
    writes(4, 35, 80, 101);
    reads(3, 40, 50, 101);
    writes(5, 82, 84, 200);
    reads(3, 90, 95, 200);
    reads(3, 96, 99, 101);
    set = broken();
    close_history();
    return set;
}

START_TEST(what_an_unanswered_increment_may_have_made_says_nothing) {
    ck_assert_uint_eq(broken_with_increment(OUTCOME_INFO, 0), 0);
    ck_assert_uint_eq(broken_with_increment(OUTCOME_OK, 7), READS);
}
END_TEST

START_TEST(values_written_twice_say_nothing) {
    writes(1, 0, 10, 5);
    writes(2, 11, 12, 6);
    writes(2, 13, 14, 5);
    reads(2, 15, 16, 6);
    reads(2, 17, 18, 5);
    ck_assert_uint_eq(broken(), 0);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("session");
    TCase *hand = tcase_create("by hand");
    tcase_add_checked_fixture(hand, open_history, close_history);
    tcase_add_test(hand, fresh_reads_break_nothing);
    tcase_add_test(hand, initial_value_after_own_write);
    tcase_add_test(hand, stale_reads_of_others_break_no_session);
    tcase_add_test(hand, reads_go_back_to_the_write_of_another);
    tcase_add_test(hand, writes_of_one_client_are_seen_in_reverse);
    tcase_add_test(hand, cause_is_seen_after_its_effect);
    tcase_add_test(hand, concurrent_writes_may_be_seen_in_any_order);
    tcase_add_test(hand, overlapping_operations_of_a_client_have_no_order);
    tcase_add_test(hand, what_an_unanswered_increment_may_have_made_says_nothing);
    tcase_add_test(hand, values_written_twice_say_nothing);
    suite_add_tcase(suite, hand);
    return suite;
}
