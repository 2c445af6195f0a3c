/* The dispatcher in front of stations, by whole runs of small scenarios. */
#include "models/registry.h"
#include "sim/study/run.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

/* A run of a scenario whose systems are `systems`; requests come to "front", 100 a second for 10 s. */
static struct run *run_with(const char *systems, const char *faults, struct scenario **scenario) {
    struct text text = {0}, errors = {0};
    text_add(&text,
             "{\"version\": 1, \"title\": \"t\", \"duration\": \"20s\", \"network\": {\"latency\": \"1ms\"},"
             " \"systems\": %s, \"faults\": %s, \"workload\": {\"kind\": \"requests\", \"target\": \"front\", "
             "\"clients\": 4,"
             " \"arrivals\": {\"uniform\": \"100/s\"}, \"until\": \"10s\", \"deadline\": \"5s\"}}",
             systems, faults);
    struct model_list list = {model_registry, model_registry_count};
    struct scenario_options reading = {.models = &list};
    *scenario = scenario_parse(text.bytes, text.length, "test.json", &reading, &errors);
    ck_assert_msg(*scenario != NULL, "%s", errors.bytes);
    struct run_options options = {0};
    struct run *run = run_execute(*scenario, &options);
    text_free(&text);
    text_free(&errors);
    return run;
}

static double value_of(const struct run *run, const char *metric) {
    double value = -1;
    measures_value(run->measures, metric, measures_find_window(run->measures, "all"), &value);
    return value;
}

#define FRONT(policy)                                                                                                  \
    "\"front\": {\"model\": \"balancer\", \"nodes\": 1, \"uses\": {\"servers\": \"desks\"}, " policy "}"

static const char *const policies[] = {"random", "round_robin", "least_connections", "power_of_d", "all"};

START_TEST(every_policy_passes_requests_and_answers_on) {
    char systems[512];
    snprintf(systems, sizeof systems,
             "{" FRONT("\"params\": {\"policy\": \"%s\"}") ", \"desks\": {\"model\": \"station\", \"nodes\": 3}}",
             policies[_i]);
    struct scenario *scenario;
    struct run *run = run_with(systems, "[]", &scenario);
    ck_assert(value_of(run, "request.availability") == 1);
    /* To the front, to a desk, and back: four hops of a millisecond. */
    ck_assert_double_eq_tol(value_of(run, "request.latency.max"), 0.004, 1e-9);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(calls_to_a_dead_server_end_as_unknown_and_are_avoided) {
    const char *systems =
        "{" FRONT("\"params\": {\"policy\": \"least_connections\", \"timeout\": \"4s\"}") ","
                                                                                          " \"desks\": {\"model\": "
                                                                                          "\"station\", \"nodes\": 2}}";
    struct scenario *scenario;
    struct run *run = run_with(systems, "[{\"name\": \"dead\", \"at\": \"1s\", \"crash\": \"desks/1\"}]", &scenario);
    const struct history *history = load_history(run->load);
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->outcome == OUTCOME_INFO) {
            unknown++;
            ck_assert_int_eq(operation->completed - operation->invoked, 4002 * SIM_MILLISECOND);
        }
    }
    /* At most one open call is there at a time, and it looks free again every four seconds. */
    ck_assert_uint_ge(unknown, 2);
    ck_assert_uint_le(unknown, 4);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_fork_ends_with_its_slowest_server_or_its_first_failure) {
    /* Each desk takes 30 ms and requests come every 10 ms, to each of both: queues of one are full at once. */
    const char *systems = "{" FRONT("\"params\": {\"policy\": \"all\"}") ", \"desks\": {\"model\": \"station\", "
                                                                         "\"nodes\": 2, \"cores\": 1, "
                                                                         "\"service\": {\"request\": \"30ms\"}, "
                                                                         "\"queue\": {\"limit\": 1, \"when_full\": "
                                                                         "\"reject\"}}}";
    struct scenario *scenario;
    struct run *run = run_with(systems, "[]", &scenario);
    const struct history *history = load_history(run->load);
    uint32_t ok = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        sim_time stay = operation->completed - operation->invoked;
        ok += operation->outcome == OUTCOME_OK;
        ck_assert_int_ne(operation->outcome, OUTCOME_INFO);
        ck_assert(operation->outcome == OUTCOME_OK ? stay >= 34 * SIM_MILLISECOND : stay == 4 * SIM_MILLISECOND);
    }
    ck_assert_double_eq_tol((double)ok / history->count, 1 / 3.0, 0.01); /* what each desk gets done */
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_fork_to_a_dead_server_is_unknown_and_others_after_it_succeed) {
    const char *systems = "{" FRONT("\"params\": {\"policy\": \"all\", \"timeout\": \"100ms\"}") ", \"desks\": "
                                                                                                 "{\"model\": "
                                                                                                 "\"station\", "
                                                                                                 "\"nodes\": 3}}";
    struct scenario *scenario;
    struct run *run =
        run_with(systems, "[{\"name\": \"dead\", \"at\": \"1s\", \"for\": \"2s\", \"crash\": \"desks/1\"}]", &scenario);
    ck_assert_double_eq_tol(value_of(run, "request.availability"), 0.8, 0.001);
    ck_assert_double_eq_tol(value_of(run, "request.latency.max"), 0.004, 1e-9);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(without_servers_everything_is_refused) {
    struct scenario *scenario;
    struct run *run = run_with("{\"front\": {\"model\": \"balancer\", \"nodes\": 1}}", "[]", &scenario);
    const struct history *history = load_history(run->load);
    ck_assert_uint_gt(history->count, 900);
    for (uint32_t i = 0; i < history->count; i++) {
        ck_assert_int_eq(history->operations[i].outcome, OUTCOME_FAIL);
    }
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_restarted_dispatcher_goes_on) {
    const char *systems =
        "{" FRONT("\"params\": {\"policy\": \"round_robin\"}") ","
                                                               " \"desks\": {\"model\": \"station\", \"nodes\": 2, "
                                                               "\"service\": {\"request\": \"5ms\"}}}";
    struct scenario *scenario;
    struct run *run =
        run_with(systems, "[{\"name\": \"off\", \"at\": \"2s\", \"for\": \"2s\", \"crash\": \"front/1\"}]", &scenario);
    ck_assert_double_eq_tol(value_of(run, "request.availability"), 0.8, 0.01);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("balancer");
    TCase *tests = tcase_create("balancer");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_policy_passes_requests_and_answers_on, 0, 5);
    tcase_add_test(tests, calls_to_a_dead_server_end_as_unknown_and_are_avoided);
    tcase_add_test(tests, a_fork_ends_with_its_slowest_server_or_its_first_failure);
    tcase_add_test(tests, a_fork_to_a_dead_server_is_unknown_and_others_after_it_succeed);
    tcase_add_test(tests, without_servers_everything_is_refused);
    tcase_add_test(tests, a_restarted_dispatcher_goes_on);
    suite_add_tcase(suite, tests);
    return suite;
}
