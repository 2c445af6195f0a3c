/* Closed forms against figures that others computed, and against each other. */
#include "sim/study/theory.h"

#include <math.h>

#include "tests/check_main.h"

static double value_of(const char *name, double a, double b, double c, double d) {
    const struct theory *theory = theory_find(name);
    ck_assert_msg(theory != NULL, "%s", name);
    return theory->value((const double[]){a, b, c, d});
}

static const struct {
    const char *name;
    double arguments[4], expected, tolerance;
} known[] = {
    {"mm1_response", {80, 100}, 0.05, 1e-12},
    {"mm1_number", {80, 100}, 4, 1e-12},
    {"mm1_quantile", {80, 100, 0.5}, 0.0346574, 1e-7},
    {"mg1_wait", {80, 0.01, 1}, 0.04, 1e-12}, /* M/M/1 */
    {"mg1_wait", {80, 0.01, 0}, 0.02, 1e-12}, /* M/D/1: half of it */
    /* Erlang's tables: 8 erlang offered to 10 servers: B = 0.1217, C = 0.4092. */
    {"mmck_success", {80, 10, 10, 0}, 1 - 0.1217, 5e-5},
    {"mmc_wait", {80, 10, 10}, 0.4092 / 20, 5e-6},
    {"mmc_response", {80, 100, 1}, 0.05, 1e-12}, /* one server: M/M/1 */
    {"mmck_success", {80, 100, 1, 1}, 1 - 0.64 / (1 + 0.8 + 0.64), 1e-12},
    {"round_robin_response", {90, 100, 1}, 0.1, 1e-9}, /* of one server: M/M/1 */
    {"round_robin_response", {1800, 100, 20}, 0.0542, 5e-5},
    {"fork_join_two", {80, 100}, 0.07, 1e-12},
    /* Mitzenmacher 2001, table 1: 2.6141 services at load 0.9 with two choices, 2.0279 with three. */
    {"power_of_d_limit", {0.9, 1, 2}, 2.6141, 5e-5},
    {"power_of_d_limit", {0.9, 1, 3}, 2.0279, 5e-5},
    {"power_of_d_limit", {0.9, 1, 1}, 10, 1e-9}, /* M/M/1 */
    {"all_fast", {0.01, 100}, 0.366, 5e-4},      /* Dean and Barroso 2013: 63 % are too slow */
    /* Ongaro 2014, 9.2: 0.06 %, 5.2 %, 18.1 %. */
    {"split_vote", {5, 4, 0.01}, 0.0006, 5e-5},
    {"split_vote", {5, 4, 0.1}, 0.052, 5e-4},
    {"split_vote", {5, 4, 0.2}, 0.181, 5e-4},
    {"split_vote", {5, 2, 0.2}, 1, 1e-12},                     /* two cannot win at all */
    {"split_vote", {3, 2, 0.2}, 0.36, 1e-12},                  /* the second stands within 0.2: 1 - 0.8^2 */
    {"wilson_coverage", {2, 0.7, 0.95}, 0.91, 1e-12},          /* none of two: up to 66 % only */
    {"quantile_coverage", {10, 0.5, 0.95}, 0.978515625, 1e-9}, /* from the 2nd to the 9th: 1 - 22/1024 */
    {"majority", {3, 0.99}, 0.999702, 5e-7},
    {"quorum_misses", {3, 1, 1, 1}, 2.0 / 3, 1e-12},
    {"quorum_misses", {5, 2, 2, 2}, 0.09, 1e-12},
    {"quorum_misses", {3, 2, 2, 1}, 0, 1e-12},
    {"majority", {5, 0.99}, 0.99999015, 5e-9},
    {"swim_first_detection", {10}, 1.530, 5e-4},
    {"swim_first_detection", {1000}, 1.582, 5e-4}, /* e/(e - 1) is 1.58198 */
    {"swim_first_detection", {2}, 1, 1e-12},
    {"ring_variation", {2, 1}, 0.57735027, 1e-8}, /* a uniform share: its deviation sqrt(1/12) over its mean 1/2 */
    {"ring_variation", {10, 16}, 0.23643312, 1e-8},
    {"ring_key_variation", {2, 1, 1}, 1, 1e-12},         /* one key: one node has it all */
    {"ring_key_variation", {2, 1, 2}, 0.81649658, 1e-8}, /* both at one node with chance 2/3 */
    {"ring_moved", {10}, 1.0 / 11, 1e-12},
};

START_TEST(closed_forms_give_known_figures) {
    double value = value_of(known[_i].name, known[_i].arguments[0], known[_i].arguments[1], known[_i].arguments[2],
                            known[_i].arguments[3]);
    ck_assert_msg(fabs(value - known[_i].expected) <= known[_i].tolerance, "%s: %.12g, not %.12g", known[_i].name,
                  value, known[_i].expected);
}
END_TEST

START_TEST(a_queue_that_grows_for_ever_has_no_mean) {
    ck_assert(isnan(value_of("mm1_response", 100, 100, 0, 0)));
    ck_assert(isnan(value_of("mg1_wait", 100, 0.02, 1, 0)));
    ck_assert(isnan(value_of("mmc_wait", 100, 10, 10, 0)));
    ck_assert(isnan(value_of("round_robin_response", 200, 100, 2, 0)));
    ck_assert(isnan(value_of("power_of_d_limit", 1, 1, 2, 0)));
}
END_TEST

START_TEST(every_form_has_a_formula_and_a_source) {
    for (const struct theory *theory = theories; theory->name != NULL; theory++) {
        ck_assert_ptr_eq(theory_find(theory->name), theory);
        ck_assert(theory->formula != NULL && theory->source != NULL && theory->arguments[0] != NULL);
    }
    ck_assert_ptr_null(theory_find("mm2"));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("theory");
    TCase *tests = tcase_create("theory");
    tcase_add_loop_test(tests, closed_forms_give_known_figures, 0, sizeof known / sizeof known[0]);
    tcase_add_test(tests, a_queue_that_grows_for_ever_has_no_mean);
    tcase_add_test(tests, every_form_has_a_formula_and_a_source);
    suite_add_tcase(suite, tests);
    return suite;
}
