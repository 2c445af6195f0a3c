/* The linearizability checker on histories written by hand: anomalies that it must see, oddities that it must allow. */
#include "sim/check/linear.h"
#include "tests/check/histories.h"

#include <string.h>

#include "tests/check_main.h"

static struct arena arena;
static struct history history;

static void open_history(void) {
    histories_open(&arena, &history);
}
static void close_history(void) {
    arena_free_all(&arena);
}

/* ---- Writing histories: (client, start, end, ...), times in milliseconds --------------------------------------- */

static struct operation *add(uint32_t client, int start, int end, enum operation_kind kind) {
    struct operation operation = {.process = client,
                                  .invoked = start * SIM_MILLISECOND,
                                  .completed = end * SIM_MILLISECOND,
                                  .kind = (uint8_t)kind,
                                  .key = 7};
    uint32_t index = history_add(&history, operation);
    return &history.operations[index];
}

static void reads(uint32_t client, int start, int end, int64_t result) {
    add(client, start, end, OP_READ)->result = result;
}

static void writes(uint32_t client, int start, int end, int64_t value) {
    add(client, start, end, OP_WRITE)->value = value;
}

static void cas(uint32_t client, int start, int end, int64_t expected, int64_t value, int64_t result) {
    struct operation *operation = add(client, start, end, OP_CAS);
    operation->expected = expected;
    operation->value = value;
    operation->result = result;
}

static void increments(uint32_t client, int start, int end, int64_t by, int64_t result) {
    struct operation *operation = add(client, start, end, OP_INCREMENT);
    operation->value = by;
    operation->result = result;
}

static void appends(uint32_t client, int start, int end, int64_t value, int64_t result) {
    struct operation *operation = add(client, start, end, OP_APPEND);
    operation->value = value;
    operation->result = result;
}

/* The operation written last never was answered; or was refused. */
static void unanswered(void) {
    history.operations[history.count - 1].outcome = OUTCOME_INFO;
    history.operations[history.count - 1].completed = SIM_NEVER;
}

static void refused(void) {
    history.operations[history.count - 1].outcome = OUTCOME_FAIL;
}

static int64_t list(size_t count, const int64_t values[]) {
    int64_t digest = 0;
    for (size_t i = 0; i < count; i++) {
        digest = operation_append(digest, values[i]);
    }
    return digest;
}

#define LIST(...) list(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

static struct check_result judge(void) {
    return linear_check(&history, UINT16_MAX, NULL, NULL);
}

#define ASSERT_HOLDS()                                                                                                 \
    do {                                                                                                               \
        struct check_result judged = judge();                                                                          \
        ck_assert_msg(judged.verdict == VERDICT_HOLDS, "%s", judged.detail);                                           \
        ck_assert_int_eq(judged.at, -1);                                                                               \
        ck_assert_str_eq(judged.detail, "");                                                                           \
    } while (0)
#define ASSERT_VIOLATED_AT(milliseconds)                                                                               \
    do {                                                                                                               \
        struct check_result judged = judge();                                                                          \
        ck_assert_int_eq(judged.verdict, VERDICT_VIOLATED);                                                            \
        ck_assert_int_eq(judged.at, (milliseconds)*SIM_MILLISECOND);                                                   \
    } while (0)

/* ---- Registers -------------------------------------------------------------------------------------------------- */

START_TEST(empty_history_holds_and_looks_at_nothing) {
    ASSERT_HOLDS();
    ck_assert_uint_eq(judge().looked_at, 0);
}
END_TEST

START_TEST(overlapping_reads_may_see_a_write_or_not) {
    writes(1, 0, 100, 1);
    reads(2, 10, 20, 0);
    reads(3, 30, 40, 1);
    ASSERT_HOLDS();
    ck_assert_uint_eq(judge().looked_at, 3);
}
END_TEST

START_TEST(stale_read_is_caught) {
    writes(1, 0, 10, 1);
    writes(1, 20, 30, 2);
    reads(2, 40, 50, 1);
    ASSERT_VIOLATED_AT(50);
}
END_TEST

START_TEST(touching_operations_are_concurrent) {
    writes(1, 0, 10, 1);
    writes(1, 20, 30, 2);
    reads(2, 30, 50, 1);
    ASSERT_HOLDS();
}
END_TEST

START_TEST(new_then_old_read_is_caught) {
    writes(1, 0, 10, 1);
    writes(1, 20, 100, 2);
    reads(2, 30, 40, 2);
    reads(3, 50, 60, 1);
    ASSERT_VIOLATED_AT(60);
}
END_TEST

START_TEST(read_of_a_value_nobody_wrote_is_caught) {
    writes(1, 0, 10, 1);
    reads(2, 5, 20, 9);
    ASSERT_VIOLATED_AT(20);
    ck_assert_ptr_nonnull(strstr(judge().detail, "No operation invoked by then makes the value 9."));
}
END_TEST

START_TEST(read_from_the_future_is_caught) {
    reads(2, 0, 10, 1);
    writes(1, 20, 30, 1);
    ASSERT_VIOLATED_AT(10);
}
END_TEST

START_TEST(readers_that_disagree_on_the_order_of_writes_are_caught) {
    writes(1, 0, 100, 1);
    writes(2, 0, 100, 2);
    reads(3, 10, 20, 1);
    reads(4, 30, 50, 2);
    reads(3, 60, 70, 1);
    ASSERT_VIOLATED_AT(70);
}
END_TEST

START_TEST(initial_value_is_an_option) {
    reads(1, 0, 10, 42);
    struct linear_options options = {.initial = 42};
    ck_assert_int_eq(linear_check(&history, UINT16_MAX, &options, NULL).verdict, VERDICT_HOLDS);
    ASSERT_VIOLATED_AT(10);
}
END_TEST

/* ---- Compare and set, increment, append ---------------------------------------------------------------------------
 */

START_TEST(two_winners_of_one_cas_are_caught) {
    writes(1, 0, 10, 1);
    cas(2, 20, 40, 1, 2, 1);
    cas(3, 20, 50, 1, 3, 1);
    ASSERT_VIOLATED_AT(50);
}
END_TEST

START_TEST(cas_refused_for_no_reason_is_caught) {
    writes(1, 0, 10, 1);
    cas(2, 20, 40, 1, 2, 0);
    ASSERT_VIOLATED_AT(40);
}
END_TEST

START_TEST(cas_that_finds_a_value_long_gone_is_caught) {
    writes(1, 0, 10, 1);
    writes(1, 20, 30, 2);
    cas(2, 40, 50, 1, 3, 1);
    ASSERT_VIOLATED_AT(50);
}
END_TEST

START_TEST(refused_cas_that_changed_the_value_is_caught) {
    writes(1, 0, 10, 1);
    cas(2, 20, 30, 5, 6, 0);
    reads(3, 40, 50, 6);
    ASSERT_VIOLATED_AT(50);
}
END_TEST

START_TEST(chain_of_concurrent_cas_is_put_in_order) {
    cas(1, 0, 100, 2, 3, 1);
    cas(2, 0, 100, 1, 2, 1);
    cas(3, 0, 100, 0, 1, 1);
    cas(4, 0, 100, 0, 9, 0);
    reads(5, 200, 210, 3);
    ASSERT_HOLDS();
}
END_TEST

START_TEST(lost_update_of_a_counter_is_caught) {
    increments(1, 0, 20, 1, 1);
    increments(2, 10, 30, 1, 1);
    ASSERT_VIOLATED_AT(30);
}
END_TEST

START_TEST(increments_in_any_order_hold) {
    increments(1, 0, 20, 1, 3);
    increments(2, 10, 30, 2, 2);
    reads(3, 15, 25, 2);
    reads(3, 40, 50, 3);
    ASSERT_HOLDS();
}
END_TEST

START_TEST(lost_append_is_caught) {
    appends(1, 0, 10, 1, LIST(1));
    appends(2, 20, 30, 2, LIST(2));
    ASSERT_VIOLATED_AT(30);
}
END_TEST

START_TEST(list_read_in_another_order_is_caught) {
    appends(1, 0, 10, 1, LIST(1));
    appends(2, 20, 30, 2, LIST(1, 2));
    reads(3, 40, 50, LIST(2, 1));
    ASSERT_VIOLATED_AT(50);
}
END_TEST

START_TEST(digest_of_a_list_can_be_undone) {
    int64_t whole = LIST(3, -1, INT64_MIN), part = LIST(3, -1);
    ck_assert_int_eq(operation_unappend(whole, INT64_MIN), part);
    ck_assert_int_eq(operation_unappend(LIST(3), 3), 0);
    ck_assert_int_ne(LIST(1, 2), LIST(2, 1));
}
END_TEST

/* ---- Operations without an answer, and refused ones -------------------------------------------------------------- */

START_TEST(unanswered_write_may_happen_late_or_never) {
    writes(1, 0, 0, 1);
    unanswered();
    reads(2, 10, 20, 0);
    writes(3, 30, 40, 2);
    reads(2, 50, 60, 2);
    reads(2, 70, 80, 1);
    ASSERT_HOLDS();
}
END_TEST

START_TEST(unanswered_write_seen_then_unseen_is_caught) {
    writes(1, 0, 0, 1);
    unanswered();
    reads(2, 10, 20, 1);
    reads(2, 30, 40, 0);
    ASSERT_VIOLATED_AT(40);
}
END_TEST

START_TEST(unanswered_write_happens_at_most_once) {
    writes(1, 0, 0, 1);
    unanswered();
    reads(2, 10, 20, 1);
    writes(3, 30, 40, 2);
    reads(2, 50, 60, 1);
    ASSERT_VIOLATED_AT(60);
}
END_TEST

START_TEST(unanswered_write_does_not_happen_before_it_was_invoked) {
    reads(2, 10, 20, 1);
    writes(1, 30, 0, 1);
    unanswered();
    ASSERT_VIOLATED_AT(20);
}
END_TEST

START_TEST(unanswered_read_says_nothing) {
    writes(1, 0, 10, 1);
    reads(2, 20, 30, 77);
    unanswered();
    ASSERT_HOLDS();
}
END_TEST

START_TEST(unanswered_cas_may_let_a_refusal_pass) {
    writes(1, 0, 10, 1);
    cas(2, 20, 0, 1, 2, 0);
    unanswered();
    cas(3, 30, 40, 1, 3, 0);
    reads(4, 50, 60, 2);
    ASSERT_HOLDS();
}
END_TEST

START_TEST(unanswered_operations_may_build_on_each_other) {
    writes(1, 0, 0, 5);
    unanswered();
    cas(2, 10, 0, 5, 6, 0);
    unanswered();
    increments(3, 20, 0, 10, 0);
    unanswered();
    appends(4, 30, 0, 1, 0);
    unanswered();
    reads(5, 40, 50, operation_append(16, 1));
    ASSERT_HOLDS();
    reads(5, 60, 70, 16);
    ASSERT_VIOLATED_AT(70);
}
END_TEST

START_TEST(unanswered_increments_may_happen_in_part) {
    for (uint32_t i = 0; i < 200; i++) {
        increments(i, 0, 0, 1, 0);
        unanswered();
    }
    reads(300, 10, 20, 150);
    reads(300, 30, 40, 200);
    ASSERT_HOLDS();
    reads(300, 50, 60, 201);
    ASSERT_VIOLATED_AT(60);
}
END_TEST

START_TEST(lost_append_is_caught_among_unanswered_ones) {
    for (uint32_t i = 0; i < 60; i++) {
        appends(i, 0, 0, 1000 + i, 0);
        unanswered();
    }
    appends(1, 10, 20, 1, LIST(1003, 1001, 1));
    appends(2, 30, 40, 2, LIST(1003, 1001, 1, 1059, 2));
    reads(3, 50, 60, LIST(1003, 1001, 1, 1059, 2));
    ASSERT_HOLDS();
    appends(3, 70, 80, 3, LIST(1003, 1001, 1, 3));
    ASSERT_VIOLATED_AT(80);
}
END_TEST

START_TEST(refused_write_that_shows_is_caught) {
    writes(1, 0, 10, 1);
    refused();
    reads(2, 20, 30, 1);
    ASSERT_VIOLATED_AT(30);
}
END_TEST

/* ---- Keys, workloads, budgets, witnesses ----------------------------------------------------------------------------
 */

START_TEST(keys_are_judged_by_themselves) {
    writes(1, 0, 10, 1);
    reads(2, 20, 30, 0);
    history.operations[1].key = 8;
    ASSERT_HOLDS();
}
END_TEST

START_TEST(other_workloads_and_kinds_are_left_out) {
    writes(1, 0, 10, 1);
    reads(2, 20, 30, 0);
    history.operations[0].workload = 1;
    add(3, 40, 50, OP_REQUEST);
    ck_assert_int_eq(linear_check(&history, 0, NULL, NULL).verdict, VERDICT_HOLDS);
    ck_assert_uint_eq(linear_check(&history, 0, NULL, NULL).looked_at, 1);
    ASSERT_VIOLATED_AT(30);
}
END_TEST

/* Concurrent writes of few values, and reads that pick among them: a hard history. */
static void add_hard_key(uint64_t key) {
    uint32_t first = history.count;
    for (uint32_t i = 0; i < 40; i++) {
        cas(i, 0, 1000, i % 7, (i * 3 + 1) % 7, 1);
    }
    reads(50, 2000, 2010, 99);
    writes(51, 2020, 0, 99);
    unanswered();
    for (uint32_t i = first; i < history.count; i++) {
        history.operations[i].key = key;
    }
}

START_TEST(exhausted_steps_are_inconclusive) {
    add_hard_key(1);
    increments(1, 0, 0, 1, 0); /* pending increments keep the checker from seeing at once that nothing made 99 */
    unanswered();
    history.operations[history.count - 1].key = 1;
    struct linear_options options = {.max_steps = 50000};
    struct check_result result = linear_check(&history, UINT16_MAX, &options, NULL);
    ck_assert_int_eq(result.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_int_eq(result.at, -1);
    ck_assert_ptr_nonnull(strstr(result.detail, "1 of 1 keys were not decided within 50000 steps"));
}
END_TEST

START_TEST(exhausted_bytes_are_inconclusive) {
    add_hard_key(1);
    increments(1, 0, 0, 1, 0);
    unanswered();
    history.operations[history.count - 1].key = 1;
    struct linear_options options = {.max_bytes = 100000};
    ck_assert_int_eq(linear_check(&history, UINT16_MAX, &options, NULL).verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(hard_key_does_not_starve_an_easy_one) {
    add_hard_key(1);
    increments(1, 0, 0, 1, 0);
    unanswered();
    history.operations[history.count - 1].key = 1;
    writes(1, 0, 10, 1);
    reads(2, 20, 30, 0);
    struct linear_options options = {.max_steps = 100000};
    struct check_result result = linear_check(&history, UINT16_MAX, &options, NULL);
    ck_assert_int_eq(result.verdict, VERDICT_VIOLATED);
    ck_assert_int_eq(result.at, 30 * SIM_MILLISECOND);
}
END_TEST

START_TEST(witness_is_the_smallest_prefix_and_its_longest_order) {
    writes(1, 0, 10, 1);
    writes(2, 20, 30, 2);
    reads(3, 35, 60, 2);
    reads(4, 40, 50, 1); /* the culprit */
    reads(5, 45, 100, 1);
    reads(5, 70, 110, 2);
    struct linear_witness witness;
    struct check_result result = linear_check(&history, UINT16_MAX, NULL, &witness);
    ck_assert_int_eq(result.verdict, VERDICT_VIOLATED);
    ck_assert_uint_eq(witness.key, 7);
    ck_assert_uint_eq(witness.culprit, 3);
    ck_assert_uint_eq(witness.prefix_count, 5);
    ck_assert_uint_eq(witness.path_count, 2);
    ck_assert_uint_eq(witness.path[0], 0);
    ck_assert_uint_eq(witness.path[1], 1);
    ck_assert_int_eq(witness.path_value, 2);
    linear_witness_free(&witness);
    ck_assert_ptr_null(witness.prefix);
}
END_TEST

START_TEST(detail_names_the_operations_in_conflict_and_no_others) {
    for (int i = 0; i < 50; i++) {
        writes(1, i * 100, i * 100 + 10, i + 1);
        reads(2, i * 100 + 20, i * 100 + 30, i + 1);
    }
    reads(3, 6000, 6010, 49);
    ck_assert_str_eq(judge().detail,
                     "key 7: no order of its operations explains what client 4 read at 6.010 s\n"
                     "  client 2: write 49, from 4.800 s to 4.810 s\n"
                     "  client 2: write 50, from 4.900 s to 4.910 s\n"
                     "  client 4: read 49, from 6.000 s to 6.010 s\n"
                     "Each takes effect at one instant between its two times (at any or none if it has no answer), and "
                     "no order of these instants gives all the results.\n"
                     "All that completed before can be put in order, and leaves the value 50.");
}
END_TEST

START_TEST(detail_is_at_most_twelve_lines) {
    for (uint32_t i = 0; i < 300; i++) {
        increments(i, (int)i * 10, (int)i * 10 + 5, 1, i + 1);
    }
    reads(400, 4000, 4010, 150);
    const char *at = judge().detail;
    int lines = 1;
    for (; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    ck_assert_int_le(lines, 12);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("linear");
    TCase *registers = tcase_create("registers");
    tcase_add_checked_fixture(registers, open_history, close_history);
    tcase_add_test(registers, empty_history_holds_and_looks_at_nothing);
    tcase_add_test(registers, overlapping_reads_may_see_a_write_or_not);
    tcase_add_test(registers, stale_read_is_caught);
    tcase_add_test(registers, touching_operations_are_concurrent);
    tcase_add_test(registers, new_then_old_read_is_caught);
    tcase_add_test(registers, read_of_a_value_nobody_wrote_is_caught);
    tcase_add_test(registers, read_from_the_future_is_caught);
    tcase_add_test(registers, readers_that_disagree_on_the_order_of_writes_are_caught);
    tcase_add_test(registers, initial_value_is_an_option);
    tcase_set_timeout(registers, 60);
    suite_add_tcase(suite, registers);
    TCase *others = tcase_create("other kinds");
    tcase_add_checked_fixture(others, open_history, close_history);
    tcase_add_test(others, two_winners_of_one_cas_are_caught);
    tcase_add_test(others, cas_refused_for_no_reason_is_caught);
    tcase_add_test(others, cas_that_finds_a_value_long_gone_is_caught);
    tcase_add_test(others, refused_cas_that_changed_the_value_is_caught);
    tcase_add_test(others, chain_of_concurrent_cas_is_put_in_order);
    tcase_add_test(others, lost_update_of_a_counter_is_caught);
    tcase_add_test(others, increments_in_any_order_hold);
    tcase_add_test(others, lost_append_is_caught);
    tcase_add_test(others, list_read_in_another_order_is_caught);
    tcase_add_test(others, digest_of_a_list_can_be_undone);
    tcase_set_timeout(others, 60);
    suite_add_tcase(suite, others);
    TCase *pending = tcase_create("pending");
    tcase_add_checked_fixture(pending, open_history, close_history);
    tcase_add_test(pending, unanswered_write_may_happen_late_or_never);
    tcase_add_test(pending, unanswered_write_seen_then_unseen_is_caught);
    tcase_add_test(pending, unanswered_write_happens_at_most_once);
    tcase_add_test(pending, unanswered_write_does_not_happen_before_it_was_invoked);
    tcase_add_test(pending, unanswered_read_says_nothing);
    tcase_add_test(pending, unanswered_cas_may_let_a_refusal_pass);
    tcase_add_test(pending, unanswered_operations_may_build_on_each_other);
    tcase_add_test(pending, unanswered_increments_may_happen_in_part);
    tcase_add_test(pending, lost_append_is_caught_among_unanswered_ones);
    tcase_add_test(pending, refused_write_that_shows_is_caught);
    tcase_set_timeout(pending, 60);
    suite_add_tcase(suite, pending);
    TCase *whole = tcase_create("whole histories");
    tcase_add_checked_fixture(whole, open_history, close_history);
    tcase_add_test(whole, keys_are_judged_by_themselves);
    tcase_add_test(whole, other_workloads_and_kinds_are_left_out);
    tcase_add_test(whole, exhausted_steps_are_inconclusive);
    tcase_add_test(whole, exhausted_bytes_are_inconclusive);
    tcase_add_test(whole, hard_key_does_not_starve_an_easy_one);
    tcase_add_test(whole, witness_is_the_smallest_prefix_and_its_longest_order);
    tcase_add_test(whole, detail_names_the_operations_in_conflict_and_no_others);
    tcase_add_test(whole, detail_is_at_most_twelve_lines);
    tcase_set_timeout(whole, 60);
    suite_add_tcase(suite, whole);
    return suite;
}
