#include "sim/base/dist.h"

#include "sim/base/hash.h"
#include "tests/base/fit.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "tests/check_main.h"

enum { SAMPLES = 100000 };

#define MS 1e6 /* nanoseconds; the rounding of samples of this size is far below what the tests can see */

/* The distribution by GSL. */
static double cdf(double x, const struct dist *dist) {
    switch (dist->kind) {
    case DIST_CONSTANT:
        return x >= dist->a;
    case DIST_UNIFORM:
        return gsl_cdf_flat_P(x, dist->a, dist->b);
    case DIST_NORMAL: {
        double cut = gsl_cdf_gaussian_P(-dist->a, dist->b);
        return (gsl_cdf_gaussian_P(x - dist->a, dist->b) - cut) / (1 - cut);
    }
    case DIST_LOGNORMAL:
        return gsl_cdf_lognormal_P(x, log(dist->a), dist->b);
    case DIST_EXPONENTIAL:
        return gsl_cdf_exponential_P(x, dist->a);
    case DIST_PARETO:
        return gsl_cdf_pareto_P(x, dist->b, dist->a);
    case DIST_WEIBULL:
        return gsl_cdf_weibull_P(x, dist->a, dist->b);
    case DIST_GAMMA:
        return gsl_cdf_gamma_P(x, dist->a, dist->b / dist->a);
    case DIST_SHIFTED:
        return cdf(x - dist->a, &dist->parts[0]);
    case DIST_MIXTURE: {
        double sum = 0;
        for (uint32_t i = 0; i < dist->count; i++) {
            sum += dist->values[i] * cdf(x, &dist->parts[i]);
        }
        return sum;
    }
    default:
        ck_abort_msg("no distribution function for kind %d", dist->kind);
    }
    return 0;
}

static double cdf_of(double x, const void *context) {
    return cdf(x, context);
}

static const struct dist exponential = {.kind = DIST_EXPONENTIAL, .a = 20 * MS};
static const struct dist exponential_off = {.kind = DIST_EXPONENTIAL, .a = 20 * MS * 1.03};
static const struct dist mixed[] = {{.kind = DIST_LOGNORMAL, .a = 1 * MS, .b = 0.3},
                                    {.kind = DIST_UNIFORM, .a = 2 * MS, .b = 9 * MS},
                                    {.kind = DIST_EXPONENTIAL, .a = 5 * MS}};
static const double mixed_weights[] = {0.6, 0.3, 0.1};
static const double mixed_weights_off[] = {0.582, 0.318, 0.1};

/* Each with a neighbour that has one parameter off by 3 %, which the test must tell apart. */
static const struct {
    struct dist right, wrong;
} continuous[] = {
    {{.kind = DIST_UNIFORM, .a = 0.5 * MS, .b = 4 * MS}, {.kind = DIST_UNIFORM, .a = 0.5 * MS, .b = 4.12 * MS}},
    {{.kind = DIST_NORMAL, .a = 10 * MS, .b = 2 * MS}, {.kind = DIST_NORMAL, .a = 10.3 * MS, .b = 2 * MS}},
    {{.kind = DIST_NORMAL, .a = 2 * MS, .b = 2 * MS}, {.kind = DIST_NORMAL, .a = 2 * MS, .b = 2.06 * MS}},
    {{.kind = DIST_NORMAL, .a = 0, .b = 3 * MS}, {.kind = DIST_NORMAL, .a = 0, .b = 3.09 * MS}},
    {{.kind = DIST_NORMAL, .a = -3 * MS, .b = 3 * MS}, {.kind = DIST_NORMAL, .a = -3 * MS, .b = 3.09 * MS}},
    {{.kind = DIST_LOGNORMAL, .a = 0.5 * MS, .b = 0.3}, {.kind = DIST_LOGNORMAL, .a = 0.515 * MS, .b = 0.3}},
    {{.kind = DIST_LOGNORMAL, .a = 5 * MS, .b = 1.5}, {.kind = DIST_LOGNORMAL, .a = 5.15 * MS, .b = 1.5}},
    {{.kind = DIST_EXPONENTIAL, .a = 20 * MS}, {.kind = DIST_EXPONENTIAL, .a = 20.6 * MS}},
    {{.kind = DIST_PARETO, .a = 1 * MS, .b = 1.5}, {.kind = DIST_PARETO, .a = 1 * MS, .b = 1.545}},
    {{.kind = DIST_PARETO, .a = 3 * MS, .b = 0.8}, {.kind = DIST_PARETO, .a = 3.09 * MS, .b = 0.8}},
    {{.kind = DIST_WEIBULL, .a = 7 * MS, .b = 0.7}, {.kind = DIST_WEIBULL, .a = 7.21 * MS, .b = 0.7}},
    {{.kind = DIST_WEIBULL, .a = 7 * MS, .b = 3}, {.kind = DIST_WEIBULL, .a = 7.21 * MS, .b = 3}},
    {{.kind = DIST_GAMMA, .a = 0.4, .b = 50 * MS}, {.kind = DIST_GAMMA, .a = 0.4, .b = 51.5 * MS}},
    {{.kind = DIST_GAMMA, .a = 1, .b = 5 * MS}, {.kind = DIST_GAMMA, .a = 1, .b = 5.15 * MS}},
    {{.kind = DIST_GAMMA, .a = 2.5, .b = 5 * MS}, {.kind = DIST_GAMMA, .a = 2.5, .b = 5.15 * MS}},
    {{.kind = DIST_GAMMA, .a = 40, .b = 5 * MS}, {.kind = DIST_GAMMA, .a = 40, .b = 5.15 * MS}},
    {{.kind = DIST_SHIFTED, .a = 75 * MS, .parts = &exponential},
     {.kind = DIST_SHIFTED, .a = 75 * MS, .parts = &exponential_off}},
    {{.kind = DIST_MIXTURE, .count = 3, .values = mixed_weights, .parts = mixed},
     {.kind = DIST_MIXTURE, .count = 3, .values = mixed_weights_off, .parts = mixed}},
};
enum { CONTINUOUS = sizeof continuous / sizeof continuous[0] };

static double samples[SAMPLES];

/* One sample an address, as the simulator draws. */
static void fill(const struct dist *dist, uint64_t seed) {
    uint64_t key = draw_key(seed, DRAW_TEST, 0);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct draw draw = draw_at(key, i);
        samples[i] = (double)dist_draw(dist, &draw);
    }
}

START_TEST(samples_follow_the_distribution) {
    const struct dist *dist = &continuous[_i].right;
    fill(dist, 100 + (uint64_t)_i);
    double p = fit_ks(samples, SAMPLES, cdf_of, dist);
    ck_assert_msg(p > FIT_LEVEL, "case %d, %s: p = %g", _i, dist_kind_name(dist->kind), p);
}
END_TEST

START_TEST(a_parameter_off_by_3_percent_is_noticed) {
    fill(&continuous[_i].wrong, 100 + (uint64_t)_i);
    double p = fit_ks(samples, SAMPLES, cdf_of, &continuous[_i].right);
    ck_assert_msg(p < FIT_LEVEL, "case %d, %s: p = %g", _i, dist_kind_name(continuous[_i].right.kind), p);
}
END_TEST

START_TEST(the_mean_is_that_of_the_samples) {
    const struct dist *dist = &continuous[_i].right;
    double mean = dist_mean(dist);
    if (dist->kind == DIST_PARETO) {
        return; /* without a variance, the samples' mean says little; its closed form is tested below */
    }
    fill(dist, 200 + (uint64_t)_i);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        sum += samples[i];
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        squares += (samples[i] - sum / SAMPLES) * (samples[i] - sum / SAMPLES);
    }
    double error = sqrt(squares / SAMPLES / SAMPLES);
    /* By the central limit theorem at the level of the other tests. */
    ck_assert_double_le(fabs(sum / SAMPLES - mean), error * gsl_cdf_ugaussian_Qinv(FIT_LEVEL / 2));
}
END_TEST

START_TEST(means_have_their_closed_forms) {
    struct dist dist = {.kind = DIST_PARETO, .a = 3, .b = 1.5};
    ck_assert_double_eq_tol(dist_mean(&dist), 9, 1e-12);
    dist.b = 1;
    ck_assert(isinf(dist_mean(&dist)));
    dist.b = 0.5;
    ck_assert(isinf(dist_mean(&dist)));

    dist = (struct dist){.kind = DIST_WEIBULL, .a = 7, .b = 0.7};
    ck_assert_double_eq_tol(dist_mean(&dist), 7 * gsl_sf_gamma(1 + 1 / 0.7), 1e-11);
    dist = (struct dist){.kind = DIST_LOGNORMAL, .a = 5, .b = 1.5};
    ck_assert_double_eq_tol(dist_mean(&dist), 5 * exp(1.125), 1e-11);
    for (double z = -5; z <= 3; z += 0.25) { /* the mean of the cut normal, with the cut z deviations above the mean */
        dist = (struct dist){.kind = DIST_NORMAL, .a = -2 * z, .b = 2};
        double truncated = -2 * z + 2 * gsl_ran_ugaussian_pdf(z) / gsl_cdf_ugaussian_Q(z);
        double given_up = z > 0 ? pow(gsl_cdf_ugaussian_P(z), 64) : 0; /* 64 tries, then 0 */
        ck_assert_double_eq_tol(dist_mean(&dist), truncated * (1 - given_up), 1e-11);
    }
    dist = (struct dist){.kind = DIST_NORMAL, .a = 5, .b = 0};
    ck_assert(dist_mean(&dist) == 5);
    dist = (struct dist){.kind = DIST_UNIFORM, .a = 1, .b = 4};
    ck_assert(dist_mean(&dist) == 2.5);
    dist = (struct dist){.kind = DIST_GAMMA, .a = 0.3, .b = 4};
    ck_assert(dist_mean(&dist) == 4);

    static const double values[] = {1, 2, 6};
    dist = (struct dist){.kind = DIST_EMPIRICAL, .count = 3, .values = values};
    ck_assert(dist_mean(&dist) == 3);
    struct dist shifted = {.kind = DIST_SHIFTED, .a = 10, .parts = &dist};
    ck_assert(dist_mean(&shifted) == 13);

    struct dist parts[] = {{.kind = DIST_CONSTANT, .a = 1}, {.kind = DIST_PARETO, .a = 1, .b = 0.5}};
    double weights[] = {1, 0};
    struct dist mixture = {.kind = DIST_MIXTURE, .count = 2, .values = weights, .parts = parts};
    ck_assert(dist_mean(&mixture) == 1);
    weights[0] = weights[1] = 0.5;
    ck_assert(isinf(dist_mean(&mixture)));
}
END_TEST

START_TEST(empirical_samples_are_drawn_evenly_with_replacement) {
    static const double values[] = {1, 2, 2, 5, 9};
    struct dist dist = {.kind = DIST_EMPIRICAL, .count = 5, .values = values};
    fill(&dist, 1);
    double seen[10] = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        ck_assert(samples[i] < 10);
        seen[(size_t)samples[i]]++;
    }
    double counts[] = {seen[1], seen[2], seen[5], seen[9]}, each = SAMPLES / 5.0;
    ck_assert(counts[0] + counts[1] + counts[2] + counts[3] == SAMPLES);
    ck_assert(fit_chi_square(counts, (double[]){each, 2 * each, each, each}, 4) > FIT_LEVEL);
    ck_assert(fit_even(counts, 4) < FIT_LEVEL); /* and the test bites */
}
END_TEST

START_TEST(mixtures_choose_by_weight) {
    static const struct dist parts[] = {{.kind = DIST_CONSTANT, .a = 0},
                                        {.kind = DIST_CONSTANT, .a = 1},
                                        {.kind = DIST_CONSTANT, .a = 2},
                                        {.kind = DIST_CONSTANT, .a = 3}};
    static const double weights[] = {0.5, 0.1, 0, 0.4};
    struct dist dist = {.kind = DIST_MIXTURE, .count = 4, .values = weights, .parts = parts};
    fill(&dist, 2);
    double seen[4] = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        seen[(size_t)samples[i]]++;
    }
    ck_assert(seen[2] == 0);
    double counts[] = {seen[0], seen[1], seen[3]};
    double n = SAMPLES;
    ck_assert(fit_chi_square(counts, (double[]){0.5 * n, 0.1 * n, 0.4 * n}, 3) > FIT_LEVEL);
    ck_assert(fit_chi_square(counts, (double[]){0.485 * n, 0.115 * n, 0.4 * n}, 3) < FIT_LEVEL);
}
END_TEST

static int64_t draw_once(struct dist dist) {
    struct draw draw = draw_at(draw_key(7, DRAW_TEST, 0), 0);
    return dist_draw(&dist, &draw);
}

START_TEST(samples_round_half_up_and_stay_within_bounds) {
    static const struct {
        double value;
        int64_t rounded;
    } cases[] = {
        {0, 0},
        {-5, 0},
        {0.49999999999999994, 0},
        {0.5, 1},
        {1.4999, 1},
        {2.5, 3},
        {4503599627370495.5, INT64_C(4503599627370496)},
        {9007199254740993.0, INT64_C(9007199254740992)}, /* the double itself */
        {0x1p61 - 256, (INT64_C(1) << 61) - 256},
        {0x1p61, INT64_MAX / 4},
        {1e300, INT64_MAX / 4},
        {INFINITY, INT64_MAX / 4},
        {-INFINITY, 0},
        {NAN, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(draw_once((struct dist){.kind = DIST_CONSTANT, .a = cases[i].value}), cases[i].rounded);
    }
    ck_assert_int_eq(draw_once(dist_constant(1500000)), 1500000);
    ck_assert_int_eq(draw_once((struct dist){0}), 0);
    struct dist constant = dist_constant(3);
    ck_assert(dist_is_constant(&constant));
    ck_assert_int_eq(draw_once((struct dist){.kind = DIST_SHIFTED, .a = -5, .parts = &constant}), 0);
    ck_assert_int_eq(draw_once((struct dist){.kind = DIST_SHIFTED, .a = 0.5, .parts = &constant}), 4);
}
END_TEST

START_TEST(extreme_parameters_end_and_stay_within_bounds) {
    static const struct dist cases[] = {
        {.kind = DIST_PARETO, .a = 1, .b = 1e-3},     {.kind = DIST_PARETO, .a = 1, .b = 1e9},
        {.kind = DIST_WEIBULL, .a = 1, .b = 1e-3},    {.kind = DIST_WEIBULL, .a = 1, .b = 1e9},
        {.kind = DIST_GAMMA, .a = 1e-6, .b = 1e9},    {.kind = DIST_GAMMA, .a = 1e12, .b = 1e9},
        {.kind = DIST_GAMMA, .a = NAN, .b = 1e9},     {.kind = DIST_NORMAL, .a = -1e9, .b = 1},
        {.kind = DIST_NORMAL, .a = 1e9, .b = 0},      {.kind = DIST_NORMAL, .a = NAN, .b = 1},
        {.kind = DIST_LOGNORMAL, .a = 1e9, .b = 100}, {.kind = DIST_EXPONENTIAL, .a = 0},
        {.kind = DIST_EMPIRICAL, .count = 0},         {.kind = DIST_MIXTURE, .count = 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fill(&cases[i], i);
        int within = 1;
        for (size_t k = 0; k < SAMPLES; k++) {
            within &= samples[k] >= 0 && samples[k] <= (double)(INT64_MAX / 4);
        }
        ck_assert(within);
    }
    ck_assert_int_eq(draw_once((struct dist){.kind = DIST_NORMAL, .a = -1e9, .b = 1}), 0);
    ck_assert_int_eq(draw_once((struct dist){.kind = DIST_NORMAL, .a = 1e9, .b = 0}), 1000000000);
}
END_TEST

START_TEST(a_small_change_of_a_parameter_changes_every_sample_a_little) {
    static const enum dist_kind inverted[] = {DIST_UNIFORM, DIST_LOGNORMAL, DIST_EXPONENTIAL, DIST_PARETO,
                                              DIST_WEIBULL};
    for (size_t k = 0; k < sizeof inverted / sizeof inverted[0]; k++) {
        double b = inverted[k] == DIST_UNIFORM ? 900 * MS : 1.5;
        struct dist before = {.kind = inverted[k], .a = 100 * MS, .b = b};
        struct dist after = {.kind = inverted[k], .a = 101 * MS, .b = b};
        for (uint64_t i = 0; i < 1000; i++) {
            struct draw draw = draw_at(draw_key(8, DRAW_TEST, 0), i), same = draw;
            double x = (double)dist_draw(&before, &draw), y = (double)dist_draw(&after, &same);
            ck_assert(y >= x && y <= 1.01 * x + 2);
        }
    }
}
END_TEST

START_TEST(kinds_have_the_names_of_the_scenario_language) {
    ck_assert_str_eq(dist_kind_name(DIST_CONSTANT), "constant");
    ck_assert_str_eq(dist_kind_name(DIST_LOGNORMAL), "lognormal");
    ck_assert_str_eq(dist_kind_name(DIST_SHIFTED), "shifted");
    ck_assert_str_eq(dist_kind_name(DIST_KIND_COUNT), "unknown");
    for (int kind = 0; kind < DIST_KIND_COUNT; kind++) {
        ck_assert_ptr_nonnull(dist_kind_name((enum dist_kind)kind));
    }
}
END_TEST

/* Three samples and the hash of ten thousand, in nanoseconds: any difference between compilers or machines shows. */
static const struct {
    int64_t first[3];
    uint64_t hash;
} goldens[CONTINUOUS] = {
    {{961382, 905315, 2520917}, UINT64_C(0xd7bb95703aee9320)},
    {{7764373, 7607550, 10390517}, UINT64_C(0x0068f46d6667b718)},
    {{1291767, 3132752, 2390517}, UINT64_C(0xfcaf178726b8fdac)},
    {{672369, 1699128, 585776}, UINT64_C(0xf22c9f698c603eea)},
    {{880, 620688, 4423291}, UINT64_C(0x3d5c3fbeee0645a3)},
    {{357546, 349233, 530164}, UINT64_C(0x052211ed246f3f8b)},
    {{934931, 831188, 6701464}, UINT64_C(0x1708ed3c352debca)},
    {{2827202, 2461538, 17226811}, UINT64_C(0x4a00efcc9bc044a7)},
    {{1098823, 1085511, 1775757}, UINT64_C(0xe33b3caa120b3367)},
    {{3579820, 3498934, 8804720}, UINT64_C(0x4f21815381b5389e)},
    {{427838, 351035, 5655757}, UINT64_C(0xeda218d8f3d499c7)},
    {{3646478, 3481958, 6660237}, UINT64_C(0x6301b37f11783ce8)},
    {{301054, 10128618, 13678267}, UINT64_C(0x445cc9afd64ac539)},
    {{535609, 446458, 4195705}, UINT64_C(0xf4469b76511d5018)},
    {{1805297, 1679571, 4933951}, UINT64_C(0xf9e566ce6bdb4c0a)},
    {{4129350, 4074948, 5113648}, UINT64_C(0xc8e669660bf29cb5)},
    {{77827202, 77461538, 92226811}, UINT64_C(0x3b62c98c055e5a2d)},
    {{899213, 1185201, 2100823}, UINT64_C(0x5d5b77b48a3f56a4)},
};

START_TEST(samples_are_the_same_on_every_machine) {
    uint64_t key = draw_key(9, DRAW_TEST, 0), hash = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        struct draw draw = draw_at(key, i);
        int64_t value = dist_draw(&continuous[_i].right, &draw);
        if (i < 3) {
            ck_assert_int_eq(value, goldens[_i].first[i]);
        }
        hash = hash_add(hash, (uint64_t)value);
    }
    ck_assert_uint_eq(hash, goldens[_i].hash);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("dist");
    TCase *tests = tcase_create("dist");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, samples_follow_the_distribution, 0, CONTINUOUS);
    tcase_add_loop_test(tests, a_parameter_off_by_3_percent_is_noticed, 0, CONTINUOUS);
    tcase_add_loop_test(tests, the_mean_is_that_of_the_samples, 0, CONTINUOUS);
    tcase_add_loop_test(tests, samples_are_the_same_on_every_machine, 0, CONTINUOUS);
    tcase_add_test(tests, means_have_their_closed_forms);
    tcase_add_test(tests, empirical_samples_are_drawn_evenly_with_replacement);
    tcase_add_test(tests, mixtures_choose_by_weight);
    tcase_add_test(tests, samples_round_half_up_and_stay_within_bounds);
    tcase_add_test(tests, extreme_parameters_end_and_stay_within_bounds);
    tcase_add_test(tests, a_small_change_of_a_parameter_changes_every_sample_a_little);
    tcase_add_test(tests, kinds_have_the_names_of_the_scenario_language);
    suite_add_tcase(suite, tests);
    return suite;
}
