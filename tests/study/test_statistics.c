/* What the intervals cover in truth. Each experiment makes many samples from a population whose true value is known,
 * and counts how often the interval covers it. Seeds are fixed; the bounds of an exact method are 3.5 standard
 * deviations from the nominal level, which a correct one had a chance of 1 in 2000 to leave when the seed was chosen.
 */
#include "sim/study/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

enum { REPLICATIONS = 4000, MOST = 100 };

#define LEVEL 0.95

static struct draw stream(uint64_t experiment, uint64_t replication) {
    return draw_at(draw_key(1, DRAW_TEST, experiment), replication);
}

static double draw_normal(struct draw *draw) {
    return gsl_cdf_ugaussian_Pinv(draw_unit(draw));
}

static double draw_exponential(struct draw *draw) {
    return -log(draw_unit(draw));
}

static bool is_covered(struct estimate estimate, double truth) {
    return estimate.low <= truth && truth <= estimate.high;
}

static double slack(int replications) {
    return 3.5 * sqrt(LEVEL * (1 - LEVEL) / replications);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- Means ---- */

static double coverage_of_t(double (*sample)(struct draw *), double truth, size_t count, uint64_t experiment) {
    int covered = 0;
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        double values[MOST];
        struct draw draw = stream(experiment, r);
        for (size_t i = 0; i < count; i++) {
            values[i] = sample(&draw);
        }
        covered += is_covered(statistics_mean_t(values, count, LEVEL), truth);
    }
    return (double)covered / REPLICATIONS;
}

START_TEST(students_t_covers_normal_means_at_its_level) {
    for (size_t count = 2; count <= 32; count *= 4) {
        double coverage = coverage_of_t(draw_normal, 0, count, count);
        ck_assert_double_le(fabs(coverage - LEVEL), slack(REPLICATIONS));
    }
}
END_TEST

START_TEST(students_t_covers_too_few_means_of_few_skewed_values) {
    ck_assert_double_lt(coverage_of_t(draw_exponential, 1, 5, 101), LEVEL - 0.04);
    ck_assert_double_gt(coverage_of_t(draw_exponential, 1, 100, 102), LEVEL - 0.02);
}
END_TEST

START_TEST(students_t_agrees_with_a_worked_example) {
    /* Law, example 4.26: ten normal observations, 90 %: 1.34 plus and minus 0.24. */
    static const double values[] = {1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09};
    struct estimate mean = statistics_mean_t(values, 10, 0.9);
    ck_assert_double_eq_tol(mean.value, 1.34, 0.005);
    ck_assert_double_eq_tol(mean.high - mean.value, 0.24, 0.005);
    ck_assert_double_eq_tol(statistics_variance(values, 10), 0.17, 0.005);
}
END_TEST

START_TEST(one_value_or_none_bounds_nothing) {
    double value = 3;
    struct estimate one = statistics_mean_t(&value, 1, LEVEL), none = statistics_mean_t(&value, 0, LEVEL);
    ck_assert(one.value == 3 && isinf(one.low) && isinf(one.high));
    ck_assert(isnan(none.value) && isinf(none.low));
    ck_assert(isnan(statistics_quantile(&value, 0, 0.5)));
}
END_TEST

START_TEST(paired_differences_cover_and_are_narrower_than_unpaired) {
    int covered = 0;
    double paired_width = 0, unpaired_width = 0;
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        double a[10], b[10];
        struct draw draw = stream(200, r);
        for (int i = 0; i < 10; i++) {
            double weather = 5 * draw_normal(&draw);
            a[i] = weather + draw_normal(&draw) + 1;
            b[i] = weather + draw_normal(&draw);
        }
        struct estimate paired = statistics_paired_t(a, b, 10, LEVEL);
        covered += is_covered(paired, 1);
        paired_width += paired.high - paired.low;
        struct estimate alone = statistics_mean_t(a, 10, LEVEL);
        unpaired_width += sqrt(2) * (alone.high - alone.low);
    }
    ck_assert_double_le(fabs((double)covered / REPLICATIONS - LEVEL), slack(REPLICATIONS));
    ck_assert_double_lt(paired_width, unpaired_width / 3);
}
END_TEST

/* ---- Shares: the coverage can be computed ---- */

static double coverage_of_wilson(double p, unsigned trials) {
    double coverage = 0;
    for (unsigned k = 0; k <= trials; k++) {
        if (is_covered(statistics_share(k, trials, LEVEL), p)) {
            coverage += gsl_ran_binomial_pdf(k, p, trials);
        }
    }
    return coverage;
}

START_TEST(wilson_covers_near_its_level_for_every_share) {
    static const unsigned trials[] = {10, 50, 200};
    for (int t = 0; t < 3; t++) {
        double sum = 0, least = 1;
        for (int i = 1; i < 1000; i++) {
            double coverage = coverage_of_wilson(i / 1000.0, trials[t]);
            sum += coverage;
            least = fmin(least, coverage);
        }
        ck_assert_double_eq_tol(sum / 999, LEVEL, 0.01);
        ck_assert_double_gt(least, 0.83); /* at the worst shares near 0 and 1, as Brown, Cai and DasGupta 2001 show */
    }
}
END_TEST

START_TEST(wilson_bounds_what_never_happened) {
    struct estimate none = statistics_share(0, 1000, LEVEL), all = statistics_share(1000, 1000, LEVEL);
    ck_assert(none.value == 0 && none.low == 0 && all.value == 1 && all.high == 1);
    ck_assert_double_eq_tol(none.high, 0.003827, 1e-5); /* z^2 / (n + z^2) */
    ck_assert_double_eq_tol(all.low, 1 - none.high, 1e-12);
}
END_TEST

/* One of ten: 0.0025 to 0.4450, as in any table of Clopper and Pearson. None of n: 1 - 0.05^(1/n), about 3 / n. */
START_TEST(the_exact_interval_agrees_with_its_tables) {
    struct estimate one = statistics_share_exact(1, 10, 0.95);
    ck_assert_double_eq_tol(one.value, 0.1, 1e-15);
    ck_assert_double_eq_tol(one.low, 0.0025286, 1e-6);
    ck_assert_double_eq_tol(one.high, 0.4450161, 1e-6);
    struct estimate none = statistics_share_exact(0, 1000, 0.95), all = statistics_share_exact(1000, 1000, 0.95);
    ck_assert(none.value == 0 && none.low == 0 && all.value == 1 && all.high == 1);
    ck_assert_double_eq_tol(none.high, 0.0029912, 1e-6);
    ck_assert_double_eq_tol(all.low, 1 - none.high, 1e-12);
    ck_assert_double_eq_tol(statistics_share_exact(5, 1000000, 0.95).low, 1.6235e-6, 1e-9);
    ck_assert(statistics_share_exact(0, 0, 0.95).high == 1);
    for (uint64_t trials = 1; trials < 3000000; trials = trials * 3 / 2 + 1) { /* a library's inverse gave up on some */
        for (uint64_t part = 1; part < 8; part++) {
            struct estimate share = statistics_share_exact(trials * part / 8, trials, 0.95);
            ck_assert(share.low <= share.value && share.value <= share.high);
        }
    }
}
END_TEST

/* ---- Quantiles ---- */

START_TEST(order_statistics_cover_quantiles_at_least_at_the_level) {
    static const double shares[] = {0.5, 0.9, 0.99};
    for (int q = 0; q < 3; q++) {
        int covered = 0;
        for (uint64_t r = 0; r < REPLICATIONS; r++) {
            double values[MOST];
            struct draw draw = stream(300 + (uint64_t)q, r);
            for (size_t i = 0; i < MOST; i++) {
                values[i] = draw_exponential(&draw);
            }
            qsort(values, MOST, sizeof *values, ascending);
            covered += is_covered(statistics_quantile_interval(values, MOST, shares[q], LEVEL), -log(1 - shares[q]));
        }
        double coverage = (double)covered / REPLICATIONS;
        ck_assert_double_ge(coverage, LEVEL - slack(REPLICATIONS));
        ck_assert_double_le(coverage, 0.99); /* an interval that covers always says nothing */
    }
}
END_TEST

START_TEST(too_few_values_leave_a_high_quantile_open_above) {
    double values[MOST];
    for (int i = 0; i < MOST; i++) {
        values[i] = i + 1;
    }
    struct estimate p99 = statistics_quantile_interval(values, MOST, 0.99, LEVEL);
    ck_assert(p99.value == 99 && isinf(p99.high) && p99.low > 90);
    /* The table of 95 % intervals for a median of 20 values: from the 6th to the 15th. */
    struct estimate median = statistics_quantile_interval(values, 20, 0.5, LEVEL);
    ck_assert(median.value == 10 && median.low == 6 && median.high == 15);
}
END_TEST

/* ---- Bootstrap ---- */

static double mean_of(const void *context, const double *values, size_t count) {
    (void)context;
    return statistics_mean(values, count);
}

START_TEST(the_bootstrap_covers_a_skewed_mean_nearly_at_its_level) {
    enum { RUNS = 1000, COUNT = 30 };
    int covered = 0;
    for (uint64_t r = 0; r < RUNS; r++) {
        double values[COUNT];
        struct draw draw = stream(400, r);
        for (size_t i = 0; i < COUNT; i++) {
            values[i] = draw_exponential(&draw);
        }
        struct bootstrap bootstrap = {.statistic = mean_of, .resamples = 1000, .key = draw_key(r, DRAW_RESAMPLE, 0)};
        covered += is_covered(statistics_bootstrap(values, COUNT, &bootstrap, LEVEL), 1);
    }
    double coverage = (double)covered / RUNS;
    ck_assert_double_gt(coverage, LEVEL - 0.035);
    ck_assert_double_lt(coverage, LEVEL + slack(RUNS));
}
END_TEST

START_TEST(the_bootstrap_is_the_same_every_time) {
    double values[MOST];
    struct draw draw = stream(401, 0);
    for (size_t i = 0; i < MOST; i++) {
        values[i] = draw_normal(&draw);
    }
    struct bootstrap bootstrap = {.statistic = mean_of, .resamples = 2000, .key = draw_key(7, DRAW_RESAMPLE, 1)};
    struct estimate first = statistics_bootstrap(values, MOST, &bootstrap, LEVEL);
    struct estimate second = statistics_bootstrap(values, MOST, &bootstrap, LEVEL);
    ck_assert(first.low == second.low && first.high == second.high);
    struct estimate t = statistics_mean_t(values, MOST, LEVEL);
    ck_assert_double_eq_tol(first.low, t.low, 0.03);
    ck_assert_double_eq_tol(first.high, t.high, 0.03);
}
END_TEST

START_TEST(the_bootstrap_of_equal_values_is_a_point) {
    double values[] = {2, 2, 2, 2};
    struct bootstrap bootstrap = {.statistic = mean_of, .resamples = 100, .key = 1};
    struct estimate estimate = statistics_bootstrap(values, 4, &bootstrap, LEVEL);
    ck_assert(estimate.value == 2 && estimate.low == 2 && estimate.high == 2);
}
END_TEST

/* ---- Batch means ---- */

/* Waiting times of M/M/1 with service rate 1 by Lindley's recursion, started in its stationary state. */
static void wait_in_queue(double load, struct draw *draw, double *waits, size_t count) {
    double wait = draw_unit(draw) < load ? draw_exponential(draw) / (1 - load) : 0;
    for (size_t i = 0; i < count; i++) {
        waits[i] = wait;
        wait = fmax(0, wait + draw_exponential(draw) - draw_exponential(draw) / load);
    }
}

enum { BATCHES = 20, QUEUE_RUNS = 400 };

static double coverage_of_batches(size_t batch_size, double *suspected) {
    const double load = 0.8, truth = load / (1 - load);
    size_t count = BATCHES * batch_size;
    double *waits = malloc(count * sizeof *waits);
    ck_assert_ptr_nonnull(waits);
    int covered = 0, dependent = 0;
    for (uint64_t r = 0; r < QUEUE_RUNS; r++) {
        struct draw draw = stream(500 + batch_size, r);
        wait_in_queue(load, &draw, waits, count);
        struct batch_means means = statistics_batch_means(waits, count, BATCHES, LEVEL);
        covered += is_covered(means.mean, truth);
        dependent += means.is_dependent;
    }
    free(waits);
    *suspected = (double)dependent / QUEUE_RUNS;
    return (double)covered / QUEUE_RUNS;
}

START_TEST(short_batches_of_a_queue_cover_too_little_and_long_ones_approach_the_level) {
    double suspected[3];
    double shortest = coverage_of_batches(16, &suspected[0]);
    double middle = coverage_of_batches(256, &suspected[1]);
    double longest = coverage_of_batches(4096, &suspected[2]);
    printf(
        "# batch means of M/M/1 at load 0.8, 20 batches, nominal 95 %%: batches of 16 cover %.1f %%, of 256 %.1f %%, "
        "of 4096 %.1f %%; dependence found in %.1f, %.1f, %.1f %%\n",
        100 * shortest, 100 * middle, 100 * longest, 100 * suspected[0], 100 * suspected[1], 100 * suspected[2]);
    ck_assert_double_lt(shortest, 0.65);
    ck_assert_double_gt(middle, shortest + 0.1);
    ck_assert_double_lt(middle, LEVEL - 0.02);
    ck_assert_double_gt(longest, middle);
    ck_assert_double_le(fabs(longest - LEVEL), slack(QUEUE_RUNS));
    ck_assert_double_gt(suspected[0], 0.7);
    ck_assert_double_lt(suspected[2], 0.2);
}
END_TEST

START_TEST(independent_batches_are_seldom_suspected) {
    int suspected = 0, covered = 0;
    double lag1 = 0, ratio = 0;
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        double values[MOST];
        struct draw draw = stream(600, r);
        for (size_t i = 0; i < MOST; i++) {
            values[i] = draw_normal(&draw);
        }
        struct batch_means means = statistics_batch_means(values, MOST, BATCHES, LEVEL);
        suspected += means.is_dependent;
        covered += is_covered(means.mean, 0);
        lag1 += means.lag1 / REPLICATIONS;
        ratio += means.von_neumann / REPLICATIONS;
    }
    ck_assert_double_eq_tol((double)suspected / REPLICATIONS, 0.1, 3.5 * sqrt(0.09 / REPLICATIONS));
    ck_assert_double_le(fabs((double)covered / REPLICATIONS - LEVEL), slack(REPLICATIONS));
    ck_assert_double_eq_tol(lag1, -1.0 / BATCHES, 0.02);
    ck_assert_double_eq_tol(ratio, 2, 0.03);
}
END_TEST

/* ---- Warm-up ---- */

enum { SERIES = 2000 };

static size_t cut_of(double bias, double decay, uint64_t replication, double *series) {
    struct draw draw = stream(700, replication);
    for (int i = 0; i < SERIES; i++) {
        series[i] = draw_normal(&draw) + bias * exp(-i / decay);
    }
    return statistics_warmup_mser5(series, SERIES);
}

START_TEST(mser_cuts_a_warm_up_and_its_bias) {
    double before = 0, after = 0;
    for (uint64_t r = 0; r < 100; r++) {
        double series[SERIES];
        size_t cut = cut_of(10, 50, r, series);
        ck_assert_uint_ge(cut, 50);
        ck_assert_uint_le(cut, SERIES / 2);
        before += statistics_mean(series, SERIES) / 100;
        after += statistics_mean(series + cut, SERIES - cut) / 100;
    }
    ck_assert_double_gt(before, 0.2);
    ck_assert_double_lt(fabs(after), 0.02);
}
END_TEST

START_TEST(mser_keeps_most_of_a_series_without_warm_up) {
    double dropped = 0;
    for (uint64_t r = 0; r < 100; r++) {
        double series[SERIES];
        size_t cut = cut_of(0, 50, r, series);
        dropped += (double)(cut == SERIES ? SERIES / 2 : cut) / 100;
    }
    ck_assert_double_lt(dropped, 0.15 * SERIES);
}
END_TEST

START_TEST(mser_says_when_a_series_never_settles) {
    double series[SERIES];
    ck_assert_uint_eq(cut_of(1000, 2000, 0, series), SERIES);
    ck_assert_uint_eq(statistics_warmup_mser5(series, 9), 9);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("statistics");
    TCase *tests = tcase_create("statistics");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, students_t_covers_normal_means_at_its_level);
    tcase_add_test(tests, students_t_covers_too_few_means_of_few_skewed_values);
    tcase_add_test(tests, students_t_agrees_with_a_worked_example);
    tcase_add_test(tests, one_value_or_none_bounds_nothing);
    tcase_add_test(tests, paired_differences_cover_and_are_narrower_than_unpaired);
    tcase_add_test(tests, wilson_covers_near_its_level_for_every_share);
    tcase_add_test(tests, wilson_bounds_what_never_happened);
    tcase_add_test(tests, the_exact_interval_agrees_with_its_tables);
    tcase_add_test(tests, order_statistics_cover_quantiles_at_least_at_the_level);
    tcase_add_test(tests, too_few_values_leave_a_high_quantile_open_above);
    tcase_add_test(tests, the_bootstrap_covers_a_skewed_mean_nearly_at_its_level);
    tcase_add_test(tests, the_bootstrap_is_the_same_every_time);
    tcase_add_test(tests, the_bootstrap_of_equal_values_is_a_point);
    tcase_add_test(tests, short_batches_of_a_queue_cover_too_little_and_long_ones_approach_the_level);
    tcase_add_test(tests, independent_batches_are_seldom_suspected);
    tcase_add_test(tests, mser_cuts_a_warm_up_and_its_bias);
    tcase_add_test(tests, mser_keeps_most_of_a_series_without_warm_up);
    tcase_add_test(tests, mser_says_when_a_series_never_settles);
    suite_add_tcase(suite, tests);
    return suite;
}
