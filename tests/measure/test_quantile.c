/* Quantiles against their definition, with GSL's sort. */
#include "sim/base/draw.h"
#include "sim/measure/quantile.h"
#include "tests/measure/made.h"

#include "tests/check_main.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>

START_TEST(ranks_are_exact) {
    ck_assert_uint_eq(quantile_rank(100, 70), 7); /* 0.07 * 100 is 7.000000000000001 in floating point */
    ck_assert_uint_eq(quantile_rank(100, 990), 99);
    ck_assert_uint_eq(quantile_rank(101, 990), 100);
    ck_assert_uint_eq(quantile_rank(1000, 999), 999);
    ck_assert_uint_eq(quantile_rank(1001, 999), 1000);
    ck_assert_uint_eq(quantile_rank(5, 500), 3);
    ck_assert_uint_eq(quantile_rank(4, 500), 2);
    ck_assert_uint_eq(quantile_rank(7, 1000), 7);
    ck_assert_uint_eq(quantile_rank(7, 0), 1);
    ck_assert_uint_eq(quantile_rank(UINT32_MAX, 1000), UINT32_MAX);
}
END_TEST

START_TEST(quantiles_of_a_hand_made_sample) {
    int64_t values[] = {50, -10, 30, 20, 40, 30};
    ck_assert_int_eq(quantile_of(values, 6, 500), 30);
    ck_assert_int_eq(quantile_of(values, 6, 170), 20);
    ck_assert_int_eq(quantile_of(values, 6, 166), -10);
    ck_assert_int_eq(quantile_of(values, 6, 1000), 50);
    ck_assert_int_eq(quantile_of(values, 1, 1), -10);
}
END_TEST

/* Samples of operations at 0, 1, 2, ... ms; the window has those from 100 to 599 ms, of kind read. */
START_TEST(quantiles_over_a_window_match_a_sort_of_its_samples) {
    struct made made;
    made_begin(&made, 100, 600);
    struct samples samples = {0};
    struct draw draw = draw_at(draw_key(7, DRAW_TEST, 1), 0);
    double chosen[1000];
    size_t count = 0;
    for (int64_t i = 0; i < 1000; i++) {
        bool is_read = draw_below(&draw, 3) > 0;
        int64_t value = (int64_t)draw_below(&draw, 200); /* with ties */
        uint32_t operation = made_add(&made, is_read ? OP_READ : OP_WRITE, OUTCOME_OK, i, i, 0, 1);
        samples_add(&samples, &made.evidence, value, operation);
        if (is_read && i >= 100 && i < 600) {
            chosen[count++] = (double)value;
        }
    }
    samples_sort(&samples);
    gsl_sort(chosen, 1, count);
    struct filter filter = made_filter(&made);
    filter.kind = OP_READ;
    struct chosen of_window = samples_choose(&samples, &filter);
    ck_assert_uint_eq(of_window.count, count);
    static const uint32_t permilles[] = {1, 10, 250, 500, 900, 990, 999, 1000};
    for (size_t i = 0; i < sizeof permilles / sizeof permilles[0]; i++) {
        int64_t value;
        ck_assert(chosen_quantile(&of_window, permilles[i], &value));
        size_t rank = (count * permilles[i] + 999) / 1000;
        ck_assert_double_eq((double)value, chosen[rank - 1]);
    }
    double mean;
    ck_assert(chosen_mean(&of_window, &mean));
    ck_assert_double_eq_tol(mean, gsl_stats_mean(chosen, 1, count), 1e-9);
    chosen_free(&of_window);
    filter.kind = OP_CAS;
    struct chosen nothing = samples_choose(&samples, &filter);
    int64_t value;
    ck_assert(!chosen_quantile(&nothing, 500, &value) && !chosen_mean(&nothing, &mean));
    chosen_free(&nothing);
    samples_free(&samples);
    made_end(&made);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measure quantile");
    TCase *tests = tcase_create("quantile");
    tcase_add_test(tests, ranks_are_exact);
    tcase_add_test(tests, quantiles_of_a_hand_made_sample);
    tcase_add_test(tests, quantiles_over_a_window_match_a_sort_of_its_samples);
    suite_add_tcase(suite, tests);
    return suite;
}
