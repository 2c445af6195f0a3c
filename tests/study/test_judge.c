/* Verdicts: what was expected, what was found, and what follows. */
#include "sim/study/run.h"
#include "tests/study/toy.h"

#include <string.h>

#include "tests/check_main.h"

static struct scenario *scenario;
static struct run *run;

static void execute_with(const char *text, uint64_t linear_steps) {
    struct run_options options = {.linear_steps = linear_steps};
    scenario = scenario_of(text, 1);
    run = run_execute(scenario, &options);
}

static void execute(const char *text) {
    execute_with(text, 0);
}

static void tear_down(void) {
    run_free(run);
    scenario_free(scenario);
}

static const struct run_check *check_of(const char *name) {
    for (uint32_t i = 0; i < run->check_count; i++) {
        if (strcmp(run->checks[i].name, name) == 0) {
            return &run->checks[i];
        }
    }
    return NULL;
}

#define TOY(params, expect)                                                                                            \
    "{'title': 't', 'duration': '10s', 'systems': {'toy': {'model': 'toy', 'nodes': 3, 'params': {" params "}}},"      \
    " 'expect': [" expect "]}"

#define TWO_LEADERS "'leaders': 2, 'lead_at': '5s'"

/* ---- Violations ---- */

START_TEST(an_unexpected_violation_is_violated_though_nobody_asked) {
    execute(TOY(TWO_LEADERS, ""));
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
    const struct run_check *check = check_of("election-safety");
    ck_assert_ptr_nonnull(check);
    ck_assert(!check->was_asked);
    ck_assert(run_check_is_unexpected(run, check));
    ck_assert_int_eq(check->result.at, 5 * SIM_SECOND);
}
END_TEST

START_TEST(a_violation_of_what_should_hold_is_violated) {
    execute(TOY(TWO_LEADERS, "{'check': 'election-safety'}"));
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
    ck_assert_int_eq(run->expectations[0].verdict, VERDICT_VIOLATED);
}
END_TEST

START_TEST(an_expected_violation_holds) {
    execute(TOY(TWO_LEADERS, "{'check': 'election-safety', 'is': 'violated'}"));
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
    ck_assert_int_eq(run->expectations[0].verdict, VERDICT_HOLDS);
    ck_assert(!run_check_is_unexpected(run, check_of("election-safety")));
}
END_TEST

START_TEST(an_expected_violation_that_does_not_come_is_violated) {
    execute(TOY("'leaders': 1", "{'check': 'election-safety', 'is': 'violated'}"));
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
}
END_TEST

START_TEST(what_follows_from_an_expected_violation_is_no_surprise) {
    execute(TOY(TWO_LEADERS ", 'differ_at': '6s'", "{'check': 'election-safety', 'is': 'violated'}"));
    const struct run_check *consequence = check_of("state-machine-safety");
    ck_assert_int_eq(consequence->result.verdict, VERDICT_VIOLATED);
    ck_assert(!run_check_is_unexpected(run, consequence));
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
}
END_TEST

START_TEST(what_breaks_before_the_expected_violation_is_a_surprise) {
    execute(TOY(TWO_LEADERS ", 'differ_at': '4s'", "{'check': 'election-safety', 'is': 'violated'}"));
    ck_assert(run_check_is_unexpected(run, check_of("state-machine-safety")));
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
}
END_TEST

START_TEST(a_violated_check_that_should_hold_is_violated_whatever_follows_from_another) {
    execute(TOY(TWO_LEADERS ", 'differ_at': '6s'",
                "{'check': 'election-safety', 'is': 'violated'}, {'check': 'state-machine-safety'}"));
    ck_assert_int_eq(run->expectations[1].verdict, VERDICT_VIOLATED);
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
}
END_TEST

/* ---- Nothing to judge, nothing decided ---- */

START_TEST(a_check_that_looked_at_nothing_is_inconclusive) {
    execute("{'title': 't', 'duration': '1s', 'systems': {'desk': {'model': 'station', 'nodes': 1}},"
            " 'workload': {'kind': 'requests'}, 'expect': [{'check': 'election-safety'}]}");
    ck_assert_int_eq(run->verdict, VERDICT_INCONCLUSIVE);
    ck_assert_str_eq(run->expectations[0].detail, "there was nothing to judge");
    ck_assert_uint_eq(run->check_count, 1);
}
END_TEST

#define DEAF(rate)                                                                                                     \
    "{'title': 't', 'duration': '4s', 'systems': {'desk': {'model': 'station', 'nodes': 1}}, 'network': {'loss': 1},"  \
    " 'workload': {'kind': 'requests', 'arrivals': {'uniform': '" rate "'}}, 'expect': [{'check': 'progress'}]}"

START_TEST(no_progress_of_many_operations_is_violated_and_of_few_inconclusive) {
    execute(DEAF("1/s"));
    ck_assert_int_eq(check_of("progress")->result.verdict, VERDICT_INCONCLUSIVE);
    tear_down();
    execute(DEAF("2/s"));
    ck_assert_int_eq(check_of("progress")->result.verdict, VERDICT_VIOLATED);
}
END_TEST

START_TEST(an_expected_violation_of_what_looked_at_nothing_is_inconclusive) {
    execute("{'title': 't', 'duration': '1s', 'systems': {'desk': {'model': 'station', 'nodes': 1}},"
            " 'workload': {'kind': 'requests'}, 'expect': [{'check': 'log-matching', 'is': 'violated'}]}");
    ck_assert_int_eq(run->verdict, VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(linearizable_without_a_history_of_data_is_inconclusive) {
    execute("{'title': 't', 'duration': '1s', 'systems': {'desk': {'model': 'station', 'nodes': 1}},"
            " 'workload': {'kind': 'requests'}, 'expect': [{'check': 'linearizable'}]}");
    ck_assert_int_eq(run->verdict, VERDICT_INCONCLUSIVE);
    ck_assert_str_eq(run->expectations[0].detail, "there was nothing to judge");
}
END_TEST

START_TEST(a_system_that_publishes_nothing_does_not_spoil_the_check_of_another) {
    execute("{'title': 't', 'duration': '5s', 'systems': {'desk': {'model': 'station', 'nodes': 1},"
            " 'toy': {'model': 'toy', 'nodes': 3, 'params': {'leaders': 1}}},"
            " 'expect': [{'check': 'election-safety'}]}");
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
    for (uint32_t i = 0; i < run->check_count; i++) {
        ck_assert_uint_eq(run->checks[i].system, 1);
    }
}
END_TEST

START_TEST(of_two_systems_the_violated_one_counts) {
    execute("{'title': 't', 'duration': '5s', 'systems': {"
            " 'good': {'model': 'toy', 'nodes': 3, 'params': {'leaders': 1}},"
            " 'bad': {'model': 'toy', 'nodes': 3, 'params': {'leaders': 2}}},"
            " 'expect': [{'check': 'election-safety', 'is': 'violated'}]}");
    ck_assert_str_eq(run->checks[1].name, "election-safety");
    ck_assert_int_eq(run->checks[0].result.verdict, VERDICT_HOLDS);
    ck_assert_int_eq(run->checks[1].result.verdict, VERDICT_VIOLATED);
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
}
END_TEST

#define RAFT(more)                                                                                                     \
    "{'title': 't', 'duration': '5s', 'systems': {'store': {'model': 'raft', 'nodes': 3}},"                            \
    " 'workload': {'kind': 'register', 'clients': 10, 'arrivals': {'poisson': '500/s'}}, " more "}"

START_TEST(a_checker_out_of_budget_is_inconclusive) {
    execute_with(RAFT("'expect': [{'check': 'linearizable'}]"), 1);
    ck_assert_int_eq(run->verdict, VERDICT_INCONCLUSIVE);
    ck_assert_str_eq(run->expectations[0].detail, "it could not be decided");
}
END_TEST

START_TEST(a_violation_outweighs_what_is_not_decided) {
    execute_with(RAFT("'expect': [{'check': 'linearizable'}, {'metric': 'read.latency.p50', 'at_least': '10s'}]"), 1);
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
}
END_TEST

START_TEST(checks_of_histories_that_nobody_asked_for_are_not_judged) {
    execute(RAFT("'expect': []"));
    ck_assert_ptr_null(check_of("linearizable"));
    ck_assert_ptr_nonnull(check_of("election-safety"));
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
}
END_TEST

START_TEST(expectations_over_seeds_are_not_for_one_run) {
    execute(RAFT("'expect': [{'check': 'linearizable', 'is': 'violated', 'seeds': '1-3', 'share': 1}]"));
    ck_assert_uint_eq(run->expectation_count, 0);
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
    ck_assert_int_eq(run_judge_check(run, &scenario->expectations[0]), VERDICT_VIOLATED);
}
END_TEST

/* ---- Metrics ---- */

START_TEST(a_metric_is_compared_with_its_bounds) {
    execute(RAFT("'expect': [{'metric': 'read.latency.max', 'at_least': '1us', 'at_most': '10s'},"
                 " {'metric': 'read.latency.max', 'at_most': '1us'}, {'metric': 'read.latency.max', 'at_least': '10s'},"
                 " {'metric': 'election.count', 'equals': 1}, {'metric': 'election.count', 'equals': 2}]"));
    static const enum verdict expected[] = {VERDICT_HOLDS, VERDICT_VIOLATED, VERDICT_VIOLATED, VERDICT_HOLDS,
                                            VERDICT_VIOLATED};
    for (int i = 0; i < 5; i++) {
        ck_assert_msg(run->expectations[i].verdict == expected[i], "expectation %d", i);
        ck_assert(run->expectations[i].has_value);
    }
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
}
END_TEST

START_TEST(a_metric_without_samples_is_violated) {
    execute(RAFT("'expect': [{'metric': 'cas.latency.p50', 'at_most': '1s'}]"));
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
    ck_assert(!run->expectations[0].has_value);
    ck_assert_str_eq(run->expectations[0].detail, "it has no samples");
}
END_TEST

START_TEST(a_window_of_ones_own_has_its_own_samples) {
    execute(RAFT("'expect': [{'metric': 'read.availability', 'window': {'from': '2s', 'to': '4s'}, 'at_least': 1},"
                 " {'metric': 'read.availability', 'window': {'from': '0s', 'to': '0.1s'}, 'at_most': 0.9}]"));
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
}
END_TEST

/* ---- Faults ---- */

START_TEST(what_a_fault_touched_is_counted_over_its_occurrences) {
    execute(RAFT("'faults': [{'name': 'blink', 'at': '1s', 'every': '1s', 'for': '10ms', 'count': 3,"
                 " 'pause': 'store/1'}], 'expect': [{'fault': 'blink', 'touched': {'at_least': 3}}]"));
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
    ck_assert_double_eq(run->expectations[0].value, 3);
}
END_TEST

START_TEST(a_partition_that_stopped_no_message_touched_nothing) {
    execute("{'title': 't', 'duration': '5s', 'systems': {'desk': {'model': 'station', 'nodes': 2}},"
            " 'faults': [{'name': 'cut', 'at': '1s', 'for': '1s', 'partition': {'isolate': 'desk/1'}}],"
            " 'expect': [{'fault': 'cut', 'touched': {'at_least': 1}}]}");
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
    ck_assert_double_eq(run->expectations[0].value, 0);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("judge");
    TCase *tests = tcase_create("judge");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, an_unexpected_violation_is_violated_though_nobody_asked);
    tcase_add_test(tests, a_violation_of_what_should_hold_is_violated);
    tcase_add_test(tests, an_expected_violation_holds);
    tcase_add_test(tests, an_expected_violation_that_does_not_come_is_violated);
    tcase_add_test(tests, what_follows_from_an_expected_violation_is_no_surprise);
    tcase_add_test(tests, what_breaks_before_the_expected_violation_is_a_surprise);
    tcase_add_test(tests, a_violated_check_that_should_hold_is_violated_whatever_follows_from_another);
    tcase_add_test(tests, a_check_that_looked_at_nothing_is_inconclusive);
    tcase_add_test(tests, no_progress_of_many_operations_is_violated_and_of_few_inconclusive);
    tcase_add_test(tests, an_expected_violation_of_what_looked_at_nothing_is_inconclusive);
    tcase_add_test(tests, linearizable_without_a_history_of_data_is_inconclusive);
    tcase_add_test(tests, a_system_that_publishes_nothing_does_not_spoil_the_check_of_another);
    tcase_add_test(tests, of_two_systems_the_violated_one_counts);
    tcase_add_test(tests, a_checker_out_of_budget_is_inconclusive);
    tcase_add_test(tests, a_violation_outweighs_what_is_not_decided);
    tcase_add_test(tests, checks_of_histories_that_nobody_asked_for_are_not_judged);
    tcase_add_test(tests, expectations_over_seeds_are_not_for_one_run);
    tcase_add_test(tests, a_metric_is_compared_with_its_bounds);
    tcase_add_test(tests, a_metric_without_samples_is_violated);
    tcase_add_test(tests, a_window_of_ones_own_has_its_own_samples);
    tcase_add_test(tests, what_a_fault_touched_is_counted_over_its_occurrences);
    tcase_add_test(tests, a_partition_that_stopped_no_message_touched_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
