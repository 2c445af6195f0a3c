#include "sim/base/maths.h"

#include "sim/base/draw.h"
#include "sim/base/hash.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tests/check_main.h"

enum { SAMPLES = 300000 };

#define BOUND 2e-15 /* as the header states it; the C library's own error, below 3e-16, is inside it */

static double error_of(double value, double reference) {
    if (value == reference || (isnan(value) && isnan(reference))) {
        return 0;
    }
    if (fabs(reference) < DBL_MIN && fabs(value - reference) <= 0x1p-1074) {
        return 0; /* one unit in the last place of a subnormal number */
    }
    double error = fabs(value - reference) / fabs(reference);
    return isnan(error) ? INFINITY : error;
}

/* Any positive finite double, each exponent as likely, subnormal numbers included. */
static double any_positive(struct draw *draw) {
    double x;
    do {
        uint64_t bits = draw_u64(draw) >> 1;
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x) || x == 0);
    return x;
}

static double between(struct draw *draw, double low, double high) {
    return low + (high - low) * draw_unit(draw);
}

START_TEST(log_agrees_with_the_c_library) {
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 0), 0);
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double wide = any_positive(&draw), subnormal = any_positive(&draw) * 0x1p-1074;
        double near = 1 + between(&draw, -1, 1) * exp2(-between(&draw, 0, 53)), unit = draw_unit(&draw);
        double common = between(&draw, 0, 10);
        worst = fmax(worst, error_of(maths_log(wide), log(wide)));
        worst = fmax(worst, error_of(maths_log(near), log(near)));
        worst = fmax(worst, error_of(maths_log(unit), log(unit)));
        worst = fmax(worst, error_of(maths_log(common), log(common)));
        if (subnormal > 0) {
            worst = fmax(worst, error_of(maths_log(subnormal), log(subnormal)));
        }
    }
    ck_assert_double_le(worst, BOUND);
}
END_TEST

START_TEST(log_of_special_values) {
    ck_assert(maths_log(1) == 0);
    ck_assert(maths_log(0) == -INFINITY && maths_log(-0.0) == -INFINITY);
    ck_assert(maths_log(INFINITY) == INFINITY);
    ck_assert(isnan(maths_log(-1)) && isnan(maths_log(-INFINITY)) && isnan(maths_log(NAN)));
    ck_assert_double_le(error_of(maths_log(0x1p-1074), log(0x1p-1074)), BOUND);
    ck_assert_double_le(error_of(maths_log(DBL_MAX), log(DBL_MAX)), BOUND);
    ck_assert_double_le(error_of(maths_log(DBL_MIN), log(DBL_MIN)), BOUND);
}
END_TEST

START_TEST(exp_agrees_with_the_c_library) {
    struct draw draw = draw_at(draw_key(2, DRAW_TEST, 0), 0);
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double wide = between(&draw, -708.3, 709.78), narrow = between(&draw, -2, 2);
        double tiny = between(&draw, -1, 1) * exp2(-between(&draw, 0, 1070));
        worst = fmax(worst, error_of(maths_exp(wide), exp(wide)));
        worst = fmax(worst, error_of(maths_exp(narrow), exp(narrow)));
        worst = fmax(worst, error_of(maths_exp(tiny), exp(tiny)));
        double deep = between(&draw, -746, -708.3); /* the result is subnormal, or 0 */
        worst = fmax(worst, error_of(maths_exp(deep), exp(deep)));
    }
    ck_assert_double_le(worst, BOUND);
}
END_TEST

START_TEST(exp_of_special_values) {
    ck_assert(maths_exp(0) == 1 && maths_exp(-0.0) == 1);
    ck_assert(maths_exp(INFINITY) == INFINITY && maths_exp(-INFINITY) == 0);
    ck_assert(maths_exp(709.79) == INFINITY && maths_exp(1e300) == INFINITY);
    ck_assert_double_le(error_of(maths_exp(709.782712893384), exp(709.782712893384)), BOUND);
    ck_assert(maths_exp(-745.2) == 0 && maths_exp(-1e300) == 0);
    ck_assert(maths_exp(-745.13) == 0x1p-1074);
    ck_assert(isnan(maths_exp(NAN)));
}
END_TEST

START_TEST(pow_agrees_with_the_c_library) {
    struct draw draw = draw_at(draw_key(3, DRAW_TEST, 0), 0);
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double base = any_positive(&draw);
        double power = between(&draw, -708, 709) / log(base); /* the result may be anything that a double holds */
        worst = fmax(worst, error_of(maths_pow(base, power), pow(base, power)));
        base = between(&draw, 0.5, 2);
        power = between(&draw, -708, 709) / log(base);
        worst = fmax(worst, error_of(maths_pow(base, power), pow(base, power)));
        base = 1 + between(&draw, -1, 1) * exp2(-between(&draw, 1, 52));
        if (base != 1) {
            power = between(&draw, -708, 709) / log(base);
            worst = fmax(worst, error_of(maths_pow(base, power), pow(base, power)));
        }
        base = any_positive(&draw);
        power = any_positive(&draw);
        worst = fmax(worst, error_of(maths_pow(base, power), pow(base, power)));
    }
    ck_assert_double_le(worst, BOUND);
}
END_TEST

START_TEST(pow_of_special_values) {
    static const double values[] = {0,     0x1p-1074, DBL_MIN,  0.5, 1 - DBL_EPSILON / 2, 1, 1 + DBL_EPSILON, 1.5, 2,
                                    1e300, DBL_MAX,   INFINITY, NAN};
    size_t count = sizeof values / sizeof values[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 2 * count; j++) {
            double power = j < count ? values[j] : -values[j - count];
            double value = maths_pow(values[i], power), reference = pow(values[i], power);
            ck_assert_msg(error_of(value, reference) <= BOUND, "pow(%a, %a) = %a, not %a", values[i], power, value,
                          reference);
        }
    }
    ck_assert(isnan(maths_pow(-1, 2)) && isnan(maths_pow(-INFINITY, 3)));
    ck_assert(maths_pow(2, 10) == 1024 && maths_pow(10, 3) == 1000 && maths_pow(2, -1074) == 0x1p-1074);
}
END_TEST

START_TEST(the_normal_quantile_is_that_of_algorithm_as_241) {
    /* From Python's statistics.NormalDist, another implementation of the same algorithm. */
    static const double cases[][2] = {
        {0.25, -0x1.5956b87528a49p-1},  {0.075, -0x1.7085226d3e523p+0},  {0.9, 0x1.4813c36e26d34p+0},
        {0.025, -0x1.f5c0331eeff83p+0}, {0.999, 0x1.8b8cbb7204470p+1},   {1e-5, -0x1.10f3f8843a3dap+2},
        {1e-12, -0x1.c234fba57a32ap+2}, {1e-300, -0x1.286074064c26ep+5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_double_le(error_of(maths_normal_quantile(cases[i][0]), cases[i][1]), BOUND);
    }
    ck_assert(maths_normal_quantile(0.5) == 0);
    ck_assert(maths_normal_quantile(0) == -INFINITY && maths_normal_quantile(1) == INFINITY);
    ck_assert(isnan(maths_normal_quantile(-0.1)) && isnan(maths_normal_quantile(1.1)) &&
              isnan(maths_normal_quantile(NAN)));
}
END_TEST

START_TEST(the_normal_quantile_inverts_the_distribution) {
    struct draw draw = draw_at(draw_key(4, DRAW_TEST, 0), 0);
    double worst = 0, worst_inverse = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double p = i % 2 == 0 ? draw_unit(&draw) : exp2(-between(&draw, 1, 1000));
        double z = maths_normal_quantile(p);
        worst = fmax(worst, error_of(z, gsl_cdf_ugaussian_Pinv(p)));
        /* An error e of z changes the distribution by a share of z^2 e. */
        worst_inverse = fmax(worst_inverse, error_of(gsl_cdf_ugaussian_P(z), p) / (1 + z * z));
    }
    ck_assert_double_le(worst, BOUND);
    ck_assert_double_le(worst_inverse, BOUND);
}
END_TEST

START_TEST(the_normal_quantile_is_symmetric) {
    struct draw draw = draw_at(draw_key(5, DRAW_TEST, 0), 0);
    bool symmetric = true;
    for (int i = 0; i < SAMPLES; i++) {
        double p = draw_unit(&draw); /* a multiple of 2^-53, so that 1 - p is exact */
        symmetric = symmetric && maths_normal_quantile(p) == -maths_normal_quantile(1 - p);
    }
    ck_assert(symmetric);
}
END_TEST

START_TEST(gamma_density_and_hazard_agree_with_gsl) {
    for (double x = 0.001; x < 171; x += 0.037) {
        ck_assert_double_le(error_of(maths_gamma(x), gsl_sf_gamma(x)), 2e-13);
    }
    double factorial = 1;
    for (int n = 1; n <= 170; n++) {
        factorial *= n;
        ck_assert_double_le(error_of(maths_gamma(n + 1), factorial), 1e-13);
    }
    ck_assert(maths_gamma(200) == INFINITY && isnan(maths_gamma(0)) && isnan(maths_gamma(-1)) &&
              isnan(maths_gamma(NAN)));
    for (double z = -35; z < 35; z += 0.0123) {
        ck_assert_double_le(error_of(maths_normal_density(z), gsl_ran_ugaussian_pdf(z)), 1e-13);
        double hazard = gsl_ran_ugaussian_pdf(z) / gsl_cdf_ugaussian_Q(z);
        ck_assert_double_le(error_of(maths_normal_hazard(z), hazard), 1e-13 * (1 + fabs(z)));
    }
    ck_assert_double_le(error_of(maths_normal_hazard(1e6), 1e6 + 1e-6), BOUND);
    ck_assert(maths_normal_hazard(-1e6) == 0);
}
END_TEST

static uint64_t add_bits(uint64_t hash, double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return hash_add(hash, bits);
}

START_TEST(the_bits_are_the_same_on_every_machine) {
    /* The same for gcc and clang, -O0 and -O3, on x86-64 with and without FMA, aarch64 and s390x. */
    ck_assert(maths_log(3) == 0x1.193ea7aad030bp+0);
    ck_assert(maths_exp(-1.25) == 0x1.25618372a584fp-2);
    ck_assert(maths_pow(0.3, -7.7) == 0x1.4be82e92069d1p+13);
    ck_assert(maths_normal_quantile(0.001) == -0x1.8b8cbb720447p+1);
    struct draw draw = draw_at(draw_key(6, DRAW_TEST, 0), 0);
    uint64_t hash = 0;
    for (int i = 0; i < 100000; i++) {
        double u = draw_unit(&draw), v = draw_unit(&draw);
        hash = add_bits(hash, maths_log(u));
        hash = add_bits(hash, maths_exp(100 * v - 50));
        hash = add_bits(hash, maths_pow(10 * u, 20 * v - 10));
        hash = add_bits(hash, maths_normal_quantile(u));
        hash = add_bits(hash, maths_gamma(10 * v));
        hash = add_bits(hash, maths_normal_hazard(10 * v - 5));
    }
    ck_assert_uint_eq(hash, UINT64_C(0xcfa9ef0d9735981d));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("maths");
    TCase *tests = tcase_create("maths");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, log_agrees_with_the_c_library);
    tcase_add_test(tests, log_of_special_values);
    tcase_add_test(tests, exp_agrees_with_the_c_library);
    tcase_add_test(tests, exp_of_special_values);
    tcase_add_test(tests, pow_agrees_with_the_c_library);
    tcase_add_test(tests, pow_of_special_values);
    tcase_add_test(tests, the_normal_quantile_is_that_of_algorithm_as_241);
    tcase_add_test(tests, the_normal_quantile_inverts_the_distribution);
    tcase_add_test(tests, the_normal_quantile_is_symmetric);
    tcase_add_test(tests, gamma_density_and_hazard_agree_with_gsl);
    tcase_add_test(tests, the_bits_are_the_same_on_every_machine);
    suite_add_tcase(suite, tests);
    return suite;
}
