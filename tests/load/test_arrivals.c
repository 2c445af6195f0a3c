#include "sim/load/arrivals.h"

#include "tests/base/fit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "tests/check_main.h"

enum { MOST = 200000 };

static double times[MOST]; /* seconds */
static sim_time exact[MOST];

/* All arrivals of a client, or of all of them in ascending order. */
static uint32_t collect(const struct workload_config *workload, const struct load_config *config, uint32_t client,
                        uint32_t count) {
    uint64_t number = 0;
    sim_time at = workload->from;
    for (;;) {
        at = arrivals_next(workload, config, client, at, draw_key(1, DRAW_ARRIVAL, client), &number);
        if (at == SIM_NEVER || at >= config->duration) {
            return count;
        }
        ck_assert_uint_lt(count, MOST);
        exact[count] = at;
        times[count++] = (double)at / 1e9;
    }
}

static int by_time(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static uint32_t collect_all(const struct workload_config *workload, const struct load_config *config) {
    uint32_t count = 0;
    for (uint32_t client = 0; client < workload->clients; client++) {
        count = collect(workload, config, client, count);
    }
    qsort(times, count, sizeof times[0], by_time);
    return count;
}

static void to_gaps(uint32_t count) {
    double before = 0;
    for (uint32_t i = 0; i < count; i++) {
        double at = times[i];
        times[i] = at - before;
        before = at;
    }
}

static double exponential_cdf(double x, const void *context) {
    return gsl_cdf_exponential_P(x, *(const double *)context);
}

/* ---- Poisson ---- */

START_TEST(gaps_of_poisson_arrivals_are_exponential) {
    struct workload_config workload = {.clients = 1, .arrivals = ARRIVALS_POISSON, .rate = 500};
    struct load_config config = {.duration = 100 * SIM_SECOND};
    uint32_t count = collect(&workload, &config, 0, 0);
    to_gaps(count);
    double mean = 1.0 / 500, wrong = 1.0 / 480;
    ck_assert_double_gt(fit_ks(times, count, exponential_cdf, &mean), FIT_LEVEL);
    ck_assert_double_lt(fit_ks(times, count, exponential_cdf, &wrong), FIT_LEVEL);
}
END_TEST

START_TEST(clients_together_are_poisson_of_the_whole_rate) {
    struct workload_config workload = {.clients = 20, .arrivals = ARRIVALS_POISSON, .rate = 500};
    struct load_config config = {.duration = 100 * SIM_SECOND};
    uint32_t count = collect_all(&workload, &config);
    to_gaps(count);
    double mean = 1.0 / 500;
    ck_assert_double_gt(fit_ks(times, count, exponential_cdf, &mean), FIT_LEVEL);
}
END_TEST

/* Rate 1 to 5 over the first 50 s, 5 until 100 s; doubled from 60 to 80 s, none from 90 to 95 s. */
static const struct ramp_point ramp[] = {{0, 1}, {50 * SIM_SECOND, 5}};
static const struct phase_config phases[] = {
    {.name = "peak", .at = 60 * SIM_SECOND, .length = 20 * SIM_SECOND, .rate = 2},
    {.name = "rest", .at = 90 * SIM_SECOND, .length = 5 * SIM_SECOND, .rate = 0},
    {.name = "look", .at = 10 * SIM_SECOND, .length = 5 * SIM_SECOND, .rate = 1}};
static const struct load_config shaped = {.phases = phases, .phase_count = 3, .duration = 100 * SIM_SECOND};

static double shaped_integral(double t) {
    double sum = t < 50 ? t + 2 * t * t / 50 : 150 + 5 * (t - 50);
    sum += t > 60 ? 5 * ((t < 80 ? t : 80) - 60) : 0;
    return sum - (t > 90 ? 5 * ((t < 95 ? t : 95) - 90) : 0);
}

static double shaped_cdf(double t, const void *context) {
    (void)context;
    return shaped_integral(t) / shaped_integral(100);
}

START_TEST(ramps_and_phases_shape_poisson_arrivals) {
    struct workload_config workload = {
        .clients = 4, .arrivals = ARRIVALS_POISSON, .rate = 100, .ramp = ramp, .ramp_count = 2};
    uint32_t count = collect_all(&workload, &shaped);
    /* The count is Poisson, and given the count the arrivals are independent with the integral's distribution. */
    double expected = 100 * shaped_integral(100);
    ck_assert_double_lt(fabs(count - expected) / sqrt(expected), gsl_cdf_ugaussian_Qinv(FIT_LEVEL / 2));
    ck_assert_double_gt(fit_ks(times, count, shaped_cdf, NULL), FIT_LEVEL);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert(times[i] < 90 || times[i] >= 95);
    }
}
END_TEST

START_TEST(the_greatest_factor_bounds_all_factors) {
    struct workload_config workload = {.ramp = ramp, .ramp_count = 2};
    double most = 0;
    for (sim_time at = 0; at < shaped.duration; at += SIM_SECOND / 10) {
        double factor = arrivals_factor(&workload, &shaped, at);
        most = factor > most ? factor : most;
    }
    ck_assert_double_eq(most, 10);
    ck_assert_double_ge(arrivals_most(&workload, &shaped), most);
    ck_assert_double_eq(arrivals_factor(&workload, &shaped, 25 * SIM_SECOND), 3);
    ck_assert_double_eq(arrivals_factor(&workload, &shaped, 92 * SIM_SECOND), 0);
}
END_TEST

START_TEST(arrivals_more_often_than_the_clock_ticks_do_not_stop_it) {
    static const struct ramp_point never[] = {{0, 0}, {1, 1}, {2, 0}};
    struct workload_config workload = {
        .clients = 1, .arrivals = ARRIVALS_POISSON, .rate = 1e18, .ramp = never, .ramp_count = 3};
    struct load_config config = {.duration = 1000};
    ck_assert_uint_lt(collect(&workload, &config, 0, 0), 10);
}
END_TEST

START_TEST(no_rate_is_no_arrival) {
    static const struct ramp_point none[] = {{0, 0}};
    struct workload_config workload = {
        .clients = 1, .arrivals = ARRIVALS_POISSON, .rate = 5, .ramp = none, .ramp_count = 1};
    struct load_config config = {.duration = SIM_SECOND};
    ck_assert_uint_eq(collect(&workload, &config, 0, 0), 0);
    workload.arrivals = ARRIVALS_UNIFORM;
    ck_assert_uint_eq(collect(&workload, &config, 0, 0), 0);
}
END_TEST

/* ---- Uniform ---- */

START_TEST(uniform_arrivals_are_evenly_spaced_and_clients_take_turns) {
    struct workload_config workload = {.clients = 3, .arrivals = ARRIVALS_UNIFORM, .rate = 7, .from = 2 * SIM_SECOND};
    struct load_config config = {.duration = 1000 * SIM_SECOND};
    for (uint32_t client = 0; client < 3; client++) {
        uint32_t count = collect(&workload, &config, client, 0);
        ck_assert_uint_ge(count, 998 * 7 / 3);
        sim_time turn = llround(3e9 / 7);
        for (uint32_t i = 0; i < count; i++) { /* each to the nanosecond, counted from the one before */
            ck_assert_int_eq(exact[i], 2 * SIM_SECOND + llround(1e9 / 7 * client) + i * turn);
        }
    }
}
END_TEST

START_TEST(ramps_and_phases_shape_uniform_arrivals) {
    struct workload_config workload = {
        .clients = 4, .arrivals = ARRIVALS_UNIFORM, .rate = 10, .ramp = ramp, .ramp_count = 2};
    uint32_t count = collect_all(&workload, &shaped);
    ck_assert_uint_eq(count, 10 * (uint32_t)shaped_integral(100)); /* one at time 0, but none at the very end */
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_double_eq_tol(shaped_integral(times[i]) * 10, i, 1e-4);
    }
}
END_TEST

START_TEST(uniform_arrivals_come_back_after_a_phase_without_load) {
    static const struct phase_config rest = {.name = "rest", .at = 10 * SIM_SECOND, .length = 10 * SIM_SECOND};
    struct workload_config workload = {.clients = 1, .arrivals = ARRIVALS_UNIFORM, .rate = 2};
    struct load_config config = {.phases = &rest, .phase_count = 1, .duration = 30 * SIM_SECOND};
    uint32_t count = collect(&workload, &config, 0, 0);
    ck_assert_uint_eq(count, 40);
    ck_assert_int_eq(exact[19], SIM_SECOND * 19 / 2);
    ck_assert_int_eq(exact[20], 10 * SIM_SECOND);
    ck_assert_int_eq(exact[21], 20 * SIM_SECOND + SIM_SECOND / 2);
}
END_TEST

START_TEST(a_ramp_from_nothing) {
    static const struct ramp_point up[] = {{0, 0}, {10 * SIM_SECOND, 1}};
    struct workload_config workload = {
        .clients = 1, .arrivals = ARRIVALS_UNIFORM, .rate = 10, .ramp = up, .ramp_count = 2};
    struct load_config config = {.duration = 10 * SIM_SECOND - SIM_MILLISECOND};
    uint32_t count = collect(&workload, &config, 0, 0);
    ck_assert_uint_eq(count, 50);
    for (uint32_t i = 0; i < count; i++) { /* the integral of t/10 is t squared over 20 */
        ck_assert_double_eq_tol(times[i], sqrt(2.0 * i), 1e-6);
    }
}
END_TEST

/* ---- Traces ---- */

START_TEST(a_trace_is_followed_to_the_nanosecond) {
    static const sim_time trace[] = {1, 5, 5, 70, 71, 1000};
    struct workload_config workload = {.clients = 2, .arrivals = ARRIVALS_TRACE, .trace = trace, .trace_count = 6};
    struct load_config config = {.duration = SIM_SECOND};
    ck_assert_uint_eq(collect(&workload, &config, 0, 0), 3);
    ck_assert(exact[0] == 1 && exact[1] == 5 && exact[2] == 71);
    ck_assert_uint_eq(collect(&workload, &config, 1, 0), 3);
    ck_assert(exact[0] == 5 && exact[1] == 70 && exact[2] == 1000);
}
END_TEST

START_TEST(a_trace_before_the_workload_begins_is_left_out) {
    static const sim_time trace[] = {1, 5, 6, 70};
    struct workload_config workload = {
        .clients = 1, .arrivals = ARRIVALS_TRACE, .trace = trace, .trace_count = 4, .from = 6};
    struct load_config config = {.duration = SIM_SECOND};
    ck_assert_uint_eq(collect(&workload, &config, 0, 0), 2);
    ck_assert(exact[0] == 6 && exact[1] == 70);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("arrivals");
    TCase *tests = tcase_create("arrivals");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, gaps_of_poisson_arrivals_are_exponential);
    tcase_add_test(tests, clients_together_are_poisson_of_the_whole_rate);
    tcase_add_test(tests, ramps_and_phases_shape_poisson_arrivals);
    tcase_add_test(tests, the_greatest_factor_bounds_all_factors);
    tcase_add_test(tests, arrivals_more_often_than_the_clock_ticks_do_not_stop_it);
    tcase_add_test(tests, no_rate_is_no_arrival);
    tcase_add_test(tests, uniform_arrivals_are_evenly_spaced_and_clients_take_turns);
    tcase_add_test(tests, ramps_and_phases_shape_uniform_arrivals);
    tcase_add_test(tests, uniform_arrivals_come_back_after_a_phase_without_load);
    tcase_add_test(tests, a_ramp_from_nothing);
    tcase_add_test(tests, a_trace_is_followed_to_the_nanosecond);
    tcase_add_test(tests, a_trace_before_the_workload_begins_is_left_out);
    suite_add_tcase(suite, tests);
    return suite;
}
