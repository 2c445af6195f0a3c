#include "sim/study/compare.h"

#include <math.h>
#include <string.h>

#include "tests/check_main.h"

static struct store *store;
static struct text error;

static void set_up(void) {
    error = (struct text){0};
    store = store_open(":memory:", &error);
    ck_assert_msg(store != NULL, "%s", error.bytes);
}

static void tear_down(void) {
    store_close(store);
    text_free(&error);
}

/* A run with a latency and an availability; a NaN is no value. */
static void put(uint64_t point, uint64_t seed, double latency, double availability) {
    struct record_metric metrics[] = {{"read.latency.p99", "all", latency}, {"read.availability", "all", availability}};
    struct record record = {
        .point = point, .seed = seed, .verdict = "holds", .detail = "", .metrics = metrics, .metric_count = 2};
    ck_assert_msg(store_put(store, &record, &error), "%s", error.bytes);
}

START_TEST(differences_are_taken_seed_by_seed) {
    /* Luck moves both designs alike, by much more than they differ. */
    static const double luck[] = {5, 40, 12, 33};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        put(0, seed, luck[seed - 1], 1);
        put(1, seed, luck[seed - 1] + 1 + 0.01 * (double)seed, 1);
    }
    put(0, 9, 1000, 1); /* without a partner */
    put(1, 10, NAN, 1);
    struct design designs[] = {{store, 0}, {store, 1}};
    struct compared results[2];
    ck_assert(compare_metric(designs, 2, "read.latency.p99", "all", results, &error));
    ck_assert_uint_eq(results[0].runs, 5);
    ck_assert_uint_eq(results[1].runs, 4);
    ck_assert_uint_eq(results[1].pairs, 4);
    ck_assert_double_eq_tol(results[1].difference.value, 1.025, 1e-9);
    ck_assert_double_lt(results[1].difference.high - results[1].difference.low, 0.05);
    ck_assert(results[1].is_different && !results[0].is_different);
}
END_TEST

START_TEST(no_values_are_no_difference) {
    put(0, 1, 1, 1);
    put(1, 1, NAN, 1);
    struct design designs[] = {{store, 0}, {store, 1}};
    struct compared results[2];
    ck_assert(compare_metric(designs, 2, "read.latency.p99", "all", results, &error));
    ck_assert(results[1].runs == 0 && results[1].pairs == 0 && !results[1].is_different);
    ck_assert(compare_metric(designs, 2, "read.latency.p99", "partition", results, &error));
    ck_assert(results[0].runs == 0);
}
END_TEST

START_TEST(the_front_holds_who_is_beaten_by_nobody) {
    /* Design 1 is slower and more available than 0; 2 is slower than 1 and no more available; 3 is 0 with noise. */
    for (uint64_t seed = 1; seed <= 8; seed++) {
        double luck = 0.001 * (double)(seed * 7 % 5);
        put(0, seed, 1 + luck, 0.90);
        put(1, seed, 2 + luck, 0.99);
        put(2, seed, 3 + luck, 0.99);
        put(3, seed, 1 + luck + (seed % 2 == 0 ? 0.1 : -0.1), 0.90);
    }
    struct design designs[] = {{store, 0}, {store, 1}, {store, 2}, {store, 3}};
    static const char *const objectives[] = {"read.latency.p99", "read.availability", "read.stale.share"};
    bool front[4];
    ck_assert(compare_front(designs, 4, objectives, 3, "all", front, &error));
    ck_assert(front[0] && front[1] && !front[2] && front[3]);
}
END_TEST

START_TEST(of_availability_more_is_better_and_of_latency_less) {
    ck_assert(compare_more_is_better("shop/write.availability") && compare_more_is_better("read.throughput"));
    ck_assert(!compare_more_is_better("read.latency.p99") && !compare_more_is_better("read.stale.share"));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("compare");
    TCase *tests = tcase_create("compare");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, differences_are_taken_seed_by_seed);
    tcase_add_test(tests, no_values_are_no_difference);
    tcase_add_test(tests, the_front_holds_who_is_beaten_by_nobody);
    tcase_add_test(tests, of_availability_more_is_better_and_of_latency_less);
    suite_add_tcase(suite, tests);
    return suite;
}
