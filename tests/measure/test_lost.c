/* Lost writes and divergence of hand-made histories. */
#include "sim/measure/lost.h"
#include "tests/measure/made.h"

#include "tests/check_main.h"

#include <string.h>

/* What nodes hold, by key: `count` values each. */
struct table {
    int64_t values[8][3];
    uint32_t count[8];
};

static uint32_t table_of(const void *context, uint32_t system, uint64_t key, bool authority, int64_t *values) {
    const struct table *table = context;
    (void)system;
    (void)authority;
    memcpy(values, table->values[key], table->count[key] * sizeof *values);
    return table->count[key];
}

/* UINT64_MAX if no key can be judged. */
static uint64_t lost(const struct made *made, const struct table *table) {
    struct finals finals = {table, 3, table_of};
    struct filter filter = made_filter(made);
    struct stories stories = stories_make(&made->evidence);
    uint64_t count;
    bool is_known = lost_writes(&filter, &stories, &finals, &count);
    stories_free(&stories);
    return is_known ? count : UINT64_MAX;
}

/* On key 1: 11, then 12 and 13 concurrent, then 14 unanswered, then 15. */
static void make_history(struct made *made) {
    made_begin(made, 0, 1000);
    made_add(made, OP_WRITE, OUTCOME_OK, 0, 10, 1, 11);
    made_add(made, OP_WRITE, OUTCOME_OK, 20, 40, 1, 12);
    made_add(made, OP_WRITE, OUTCOME_OK, 30, 50, 1, 13);
    made_add(made, OP_WRITE, OUTCOME_INFO, 60, 160, 1, 14);
    made_add(made, OP_WRITE, OUTCOME_OK, 70, 80, 1, 15);
}

START_TEST(writes_after_the_final_one_are_lost) {
    static const struct {
        int64_t final;
        uint64_t lost;
    } cases[] = {{15, 0}, {14, 0}, {13, 1}, {12, 1}, {11, 3}, {0, 4}};
    struct made made;
    make_history(&made);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct table table = {{[1] = {cases[i].final}}, {[1] = 1}};
        ck_assert_uint_eq(lost(&made, &table), cases[i].lost);
    }
    made_end(&made);
}
END_TEST

/* Found by a hunt: an increment of 14 made the very value that a slow write put there later. */
START_TEST(a_value_that_two_wrote_is_of_the_one_acknowledged_last) {
    struct made made;
    made_begin(&made, 0, 1000);
    made_add(&made, OP_WRITE, OUTCOME_OK, 0, 10, 1, 14);
    made_add(&made, OP_WRITE, OUTCOME_OK, 20, 100, 1, 15);
    made_operation(&made, made_add(&made, OP_INCREMENT, OUTCOME_OK, 30, 40, 1, 1))->result = 15;
    made_add(&made, OP_WRITE, OUTCOME_OK, 50, 60, 1, 99);
    struct table table = {{[1] = {15}}, {[1] = 1}};
    ck_assert_uint_eq(lost(&made, &table), 0);
    made_end(&made);
}
END_TEST

START_TEST(the_newest_of_differing_replicas_counts) {
    struct made made;
    make_history(&made);
    struct table table = {{[1] = {0, 13, 11}}, {[1] = 3}};
    ck_assert_uint_eq(lost(&made, &table), 1);
    made.interval.from = made.config.warmup =
        75 * SIM_MILLISECOND; /* nothing was acknowledged that was invoked after it */
    ck_assert_uint_eq(lost(&made, &table), 0);
    made_end(&made);
}
END_TEST

/* Found by a hunt: the former leader has all, another replica lacks the appends that were made last, and one of those
 * was invoked before what both have. */
START_TEST(what_one_of_differing_replicas_holds_is_not_lost) {
    struct made made;
    made_begin(&made, 0, 1000);
    int64_t early = operation_append(0, 2), middle = operation_append(early, 1), late = operation_append(middle, 3);
    made_operation(&made, made_add(&made, OP_APPEND, OUTCOME_OK, 0, 60, 1, 1))->result = middle;
    made_operation(&made, made_add(&made, OP_APPEND, OUTCOME_OK, 10, 20, 1, 2))->result = early;
    struct table table = {{[1] = {middle, early}}, {[1] = 2}};
    ck_assert_uint_eq(lost(&made, &table), 0);
    made_operation(&made, made_add(&made, OP_APPEND, OUTCOME_OK, 70, 80, 1, 3))->result = late;
    ck_assert_uint_eq(lost(&made, &table), 1);
    table.values[1][1] = late;
    ck_assert_uint_eq(lost(&made, &table), 0);
    made_end(&made);
}
END_TEST

START_TEST(an_unknown_final_value_says_nothing) {
    struct made made;
    make_history(&made);
    struct table odd = {{[1] = {99}}, {[1] = 1}}, silent = {{{0}}, {0}};
    ck_assert_uint_eq(lost(&made, &odd), UINT64_MAX);
    ck_assert_uint_eq(lost(&made, &silent), UINT64_MAX);
    made_end(&made);
}
END_TEST

START_TEST(counters_lose_increments_and_lists_lose_appends) {
    struct made made;
    made_begin(&made, 0, 1000);
    for (int64_t i = 0; i < 5; i++) {
        made_add(&made, OP_INCREMENT, i == 4 ? OUTCOME_INFO : OUTCOME_OK, 10 * i, 10 * i + 5, 2, 1);
    }
    int64_t list = 0, first = 0;
    for (int64_t i = 0; i < 3; i++) {
        list = operation_append(list, i);
        first = i == 0 ? list : first;
        uint32_t append = made_add(&made, OP_APPEND, OUTCOME_OK, 50 + 10 * i, 55 + 10 * i, 3, i);
        made_operation(&made, append)->result = list;
    }
    struct table table = {{[2] = {2}, [3] = {first}}, {[2] = 1, [3] = 1}};
    ck_assert_uint_eq(lost(&made, &table), 2 + 2);
    table = (struct table){{[2] = {5}, [3] = {list}}, {[2] = 1, [3] = 1}}; /* the unanswered increment happened */
    ck_assert_uint_eq(lost(&made, &table), 0);
    made_end(&made);
}
END_TEST

START_TEST(replicas_diverge_unless_a_write_is_under_way) {
    struct made made;
    made_begin(&made, 0, 1000);
    for (uint64_t key = 1; key <= 4; key++) {
        made_add(&made, OP_WRITE, OUTCOME_OK, 0, 10, key, (int64_t)key);
    }
    made_add(&made, OP_WRITE, OUTCOME_INFO, 990, OPEN, 3, 33);
    struct table table = {{[1] = {1, 1, 1}, [2] = {2, 0, 2}, [3] = {33, 3, 3}, [4] = {4}},
                          {[1] = 3, [2] = 3, [3] = 3, [4] = 1}};
    struct finals finals = {&table, 3, table_of};
    uint64_t keys;
    struct stories stories = stories_make(&made.evidence);
    ck_assert(lost_divergent_keys(&made.evidence, &stories, &finals, &keys));
    stories_free(&stories);
    ck_assert_uint_eq(keys, 1);
    made_end(&made);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measure lost");
    TCase *tests = tcase_create("lost");
    tcase_add_test(tests, writes_after_the_final_one_are_lost);
    tcase_add_test(tests, a_value_that_two_wrote_is_of_the_one_acknowledged_last);
    tcase_add_test(tests, the_newest_of_differing_replicas_counts);
    tcase_add_test(tests, what_one_of_differing_replicas_holds_is_not_lost);
    tcase_add_test(tests, an_unknown_final_value_says_nothing);
    tcase_add_test(tests, counters_lose_increments_and_lists_lose_appends);
    tcase_add_test(tests, replicas_diverge_unless_a_write_is_under_way);
    suite_add_tcase(suite, tests);
    return suite;
}
