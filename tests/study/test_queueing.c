/* The station agrees with queueing theory (Kleinrock, Queueing Systems I, 1975): the formula lies in the 99.9 %
 * confidence interval of the mean over independent runs, and the interval is narrow enough to say something. */
#include "sim/study/run.h"
#include "tests/study/toy.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include "tests/check_main.h"

enum { RUNS = 10, METRICS = 3 };

static const char *const metrics[METRICS] = {"request.latency.mean", "queue.wait.mean", "queue.utilisation"};

#define STATION(cores, service)                                                                                        \
    "{'title': 't', 'duration': '260s', 'warmup': '10s', 'network': {'latency': '0ms'},"                               \
    " 'systems': {'desk': {'model': 'station', 'nodes': 1, 'cores': " cores ", 'service': {'request': " service        \
    "}, 'queue': {'limit': 1000000}}},"                                                                                \
    " 'workload': {'kind': 'requests', 'clients': 20, 'deadline': '100s', 'arrivals': {'poisson': '80/s'}}}"

/* Load 0.8. M/M/1: T = 1 / (mu - lambda). M/D/1: W = rho s / (2 (1 - rho)). M/M/10: W = C / (c mu - lambda), with
 * Erlang's C(10, 8) = 0.4092. */
static const struct {
    const char *name, *text;
    double expected[METRICS];
} stations[] = {
    {"M/M/1", STATION("1", "{'exponential': {'mean': '10ms'}}"), {0.050, 0.040, 0.8}},
    {"M/D/1", STATION("1", "'10ms'"), {0.030, 0.020, 0.8}},
    {"M/M/10", STATION("10", "{'exponential': {'mean': '100ms'}}"), {0.12046, 0.02046, 0.8}},
};

START_TEST(a_station_agrees_with_its_formula) {
    double samples[METRICS][RUNS];
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct scenario *scenario = scenario_of(stations[_i].text, seed);
        struct run_options options = {0};
        struct run *run = run_execute(scenario, &options);
        const struct window *all = measures_find_window(run->measures, "all");
        for (int m = 0; m < METRICS; m++) {
            ck_assert(measures_value(run->measures, metrics[m], all, &samples[m][seed - 1]));
        }
        run_free(run);
        scenario_free(scenario);
    }
    for (int m = 0; m < METRICS; m++) {
        double mean = gsl_stats_mean(samples[m], 1, RUNS);
        double half = gsl_cdf_tdist_Qinv(0.0005, RUNS - 1) * gsl_stats_sd(samples[m], 1, RUNS) / sqrt(RUNS);
        ck_assert_msg(fabs(mean - stations[_i].expected[m]) <= half, "%s %s: %g +- %g, expected %g", stations[_i].name,
                      metrics[m], mean, half, stations[_i].expected[m]);
        ck_assert_msg(half < 0.2 * mean, "%s %s: %g +- %g says nothing", stations[_i].name, metrics[m], mean, half);
    }
}
END_TEST

/* ---- Little's law ---- */

static const struct run_check *little_of(const struct run *run) {
    for (uint32_t i = 0; i < run->check_count; i++) {
        if (strcmp(run->checks[i].name, "littles-law") == 0) {
            return &run->checks[i];
        }
    }
    return NULL;
}

/* Queues that overflow, crashes and pauses with requests waiting and in service, slow cores, several of them, and a
 * warm-up that ends amid all this. */
#define BUSY(queue, more)                                                                                              \
    "{'title': 't', 'duration': '30s', 'warmup': '5s', 'network': {'latency': '1ms'},"                                 \
    " 'systems': {'desk': {'model': 'station', 'nodes': 3, 'cores': 2, 'service': {'request': {'exponential': "        \
    "{'mean':"                                                                                                         \
    " '20ms'}}}, 'queue': " queue "}},"                                                                                \
    " 'workload': {'kind': 'requests', 'clients': 20, 'deadline': '1s', 'arrivals': {'poisson': '330/s'}}," more       \
    " 'faults': ["                                                                                                     \
    " {'name': 'kill', 'random': {'mean_gap': '3s', 'mean_length': '0.5s'}, 'crash': {'random': 1}},"                  \
    " {'name': 'stop', 'random': {'mean_gap': '2s', 'mean_length': '0.5s', 'most': 2}, 'pause': {'random': 1}},"       \
    " {'name': 'slow', 'random': {'mean_gap': '2s', 'mean_length': '1s'}, 'slow-node': {'of': {'random': 1},"          \
    " 'times': 3}}]}"

static const char *const queues[] = {"{'limit': 5}", "{'limit': 100, 'when_full': 'reject'}", "{'limit': 0}", "{}"};

START_TEST(every_queue_obeys_littles_law) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct text text = {0};
        text_add(&text, BUSY("%s", ""), queues[_i]);
        struct scenario *scenario = scenario_of(text.bytes, seed);
        struct run_options options = {0};
        struct run *run = run_execute(scenario, &options);
        const struct run_check *check = little_of(run);
        ck_assert_ptr_nonnull(check);
        ck_assert_msg(check->result.verdict == VERDICT_HOLDS, "seed %d: %s", (int)seed, check->result.detail);
        ck_assert_uint_gt(check->result.looked_at, 1000);
        run_free(run);
        scenario_free(scenario);
        text_free(&text);
    }
}
END_TEST

START_TEST(a_queue_that_is_measured_wrongly_is_found_and_one_that_nothing_waits_in_is_not_judged) {
    static const struct {
        const char *text;
        bool is_there;
        enum verdict verdict;
    } cases[] = {
        {BUSY("{'bug': 'late-count'}", ""), true, VERDICT_VIOLATED},
        {BUSY("{'bug': 'late-count'}", " 'expect': [{'check': 'littles-law', 'is': 'violated'}],"), true,
         VERDICT_HOLDS},
        {"{'title': 't', 'duration': '5s', 'systems': {'desk': {'model': 'station'}},"
         " 'workload': {'kind': 'requests', 'clients': 1, 'arrivals': {'poisson': '50/s'}}}",
         false, VERDICT_HOLDS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario *scenario = scenario_of(cases[i].text, 1);
        struct run_options options = {0};
        struct run *run = run_execute(scenario, &options);
        ck_assert_int_eq(little_of(run) != NULL, cases[i].is_there);
        ck_assert_int_eq(run->verdict, cases[i].verdict);
        run_free(run);
        scenario_free(scenario);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("queueing");
    TCase *tests = tcase_create("queueing");
    tcase_set_timeout(tests, 100);
    tcase_add_loop_test(tests, a_station_agrees_with_its_formula, 0, sizeof stations / sizeof stations[0]);
    tcase_add_loop_test(tests, every_queue_obeys_littles_law, 0, sizeof queues / sizeof queues[0]);
    tcase_add_test(tests, a_queue_that_is_measured_wrongly_is_found_and_one_that_nothing_waits_in_is_not_judged);
    suite_add_tcase(suite, tests);
    return suite;
}
