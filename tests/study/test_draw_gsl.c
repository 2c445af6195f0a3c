#include "sim/study/draw_gsl.h"

#include "tests/base/fit.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "tests/check_main.h"

enum { SAMPLES = 100000 };

static gsl_rng *rng;

static void set_up(void) {
    rng = gsl_rng_alloc(draw_gsl);
}

static void tear_down(void) {
    gsl_rng_free(rng);
}

START_TEST(the_generator_gives_the_addressed_draws) {
    struct draw draw = draw_at(draw_key(3, DRAW_LATENCY, 4), 5);
    draw_gsl_place(rng, draw);
    for (int i = 0; i < 100; i++) {
        ck_assert_uint_eq(gsl_rng_get(rng), draw_u64(&draw));
        ck_assert(gsl_rng_uniform(rng) == draw_unit(&draw));
    }
    ck_assert_uint_eq(gsl_rng_max(rng), UINT64_MAX);
    ck_assert_uint_eq(gsl_rng_min(rng), 0);
    ck_assert_str_eq(gsl_rng_name(rng), "spacelike-draw");
}
END_TEST

START_TEST(a_seed_names_a_stream) {
    gsl_rng_set(rng, 8);
    struct draw draw = draw_at(draw_key(8, DRAW_TEST, 0), 0);
    unsigned long first = gsl_rng_get(rng);
    ck_assert_uint_eq(first, draw_u64(&draw));
    gsl_rng *copy = gsl_rng_clone(rng);
    ck_assert_uint_eq(gsl_rng_get(copy), gsl_rng_get(rng));
    gsl_rng_free(copy);
    gsl_rng_set(rng, 9);
    ck_assert_uint_ne(gsl_rng_get(rng), first);
}
END_TEST

static double normal_cdf(double x, const void *context) {
    (void)context;
    return gsl_cdf_ugaussian_P(x);
}

START_TEST(samplers_of_gsl_work_over_it) {
    static double samples[SAMPLES];
    gsl_rng_set(rng, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i] = gsl_ran_gaussian_ziggurat(rng, 1);
    }
    ck_assert(fit_ks(samples, SAMPLES, normal_cdf, NULL) > FIT_LEVEL);
    double seen[7] = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        seen[gsl_rng_uniform_int(rng, 7)]++;
    }
    ck_assert(fit_even(seen, 7) > FIT_LEVEL);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("draw_gsl");
    TCase *tests = tcase_create("draw_gsl");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_generator_gives_the_addressed_draws);
    tcase_add_test(tests, a_seed_names_a_stream);
    tcase_add_test(tests, samplers_of_gsl_work_over_it);
    suite_add_tcase(suite, tests);
    return suite;
}
