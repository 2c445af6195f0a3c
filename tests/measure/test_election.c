/* Times without a leader, from hand-made tenures and faults. */
#include "sim/measure/election.h"
#include "tests/measure/made.h"

#include "tests/check_main.h"

#define T(leader, term, from, until, crashed, first, last)                                                             \
    (struct tenure) {                                                                                                  \
        {leader, term, from, until}, 0, crashed, first, last                                                           \
    }

static const struct fault_config faults[] = {{.name = "cut", .kind = FAULT_PARTITION},
                                             {.name = "slow", .kind = FAULT_SLOW_DISK}};
static const node_id node_0[] = {0};

/* Expects a single succession. */
static void expect(const struct tenure *tenures, uint32_t tenure_count, const struct fault_occurrence *occurrence,
                   sim_time lost, sim_time time) {
    struct measures_config config = {.faults = faults, .fault_count = 2};
    struct evidence evidence = {NULL, &config, occurrence, occurrence != NULL, 1000};
    uint32_t count;
    struct succession *successions = elections_measure(&evidence, tenures, tenure_count, &count);
    ck_assert_uint_eq(count, time >= 0 ? 1 : 0);
    if (count > 0) {
        ck_assert_int_eq(successions[0].lost, lost);
        ck_assert_int_eq(successions[0].time, time);
    }
    free(successions);
}

START_TEST(a_crashed_leader_is_lost_when_it_crashed) {
    const struct tenure tenures[] = {T(0, 1, 100, 300, true, 110, 290), T(2, 2, 450, 1000, false, 460, 900)};
    expect(tenures, 2, NULL, 300, 160);
}
END_TEST

START_TEST(a_leader_that_never_commits_belongs_to_the_search) {
    const struct tenure tenures[] = {T(0, 1, 100, 300, true, 110, 290), T(1, 2, 400, 420, true, SIM_NEVER, SIM_NEVER),
                                     T(2, 3, 600, 1000, false, 611, 900)};
    expect(tenures, 3, NULL, 300, 311);
}
END_TEST

START_TEST(the_next_leader_counts_from_its_votes_and_before_it_works) {
    const struct tenure tenures[] = {T(0, 1, 100, 300, true, 110, 290), T(1, 2, 400, 420, true, SIM_NEVER, SIM_NEVER),
                                     T(2, 3, 600, 1000, false, 611, 900)};
    struct measures_config config = {.faults = faults, .fault_count = 2};
    struct evidence evidence = {NULL, &config, NULL, 0, 1000};
    uint32_t count;
    struct succession *successions = elections_measure(&evidence, tenures, 3, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(successions[0].leaderless, 100);
    free(successions);
}
END_TEST

START_TEST(a_leader_cut_off_is_lost_when_the_cut_began) {
    const struct fault_occurrence cut = {.fault = 0, .start = 200, .end = 800, .targets = node_0, .target_count = 1};
    const struct tenure believing[] = {T(0, 1, 100, 810, false, 110, 190), T(2, 2, 450, 1000, false, 460, 900)};
    expect(believing, 2, &cut, 200, 260);
    const struct tenure stepped_down[] = {T(0, 1, 100, 350, false, 110, 190), T(2, 2, 450, 1000, false, 460, 900)};
    expect(stepped_down, 2, &cut, 200, 260);
    const struct tenure committing[] = {T(0, 1, 100, 350, false, 110, 240), T(2, 2, 450, 1000, false, 460, 900)};
    expect(committing, 2, &cut, 240, 220);
}
END_TEST

START_TEST(a_leader_that_stepped_down_is_lost_then) {
    const struct tenure tenures[] = {T(0, 1, 100, 350, false, 110, 340), T(2, 2, 450, 1000, false, 460, 900)};
    const struct fault_occurrence slow = {.fault = 1, .start = 200, .end = 800, .targets = node_0, .target_count = 1};
    expect(tenures, 2, NULL, 350, 110);
    expect(tenures, 2, &slow, 350, 110);
}
END_TEST

START_TEST(a_leader_replaced_without_a_fault_was_not_lost) {
    const struct tenure tenures[] = {T(0, 1, 100, 455, false, 110, 440), T(2, 2, 450, 1000, false, 460, 900)};
    expect(tenures, 2, NULL, 0, -1);
    const struct tenure last[] = {T(0, 1, 100, 300, true, 110, 290)}; /* and nobody came after it */
    expect(last, 1, NULL, 0, -1);
    struct tenure others[] = {T(0, 1, 100, 300, true, 110, 290), T(5, 2, 450, 1000, false, 460, 900)};
    others[1].system = 1;
    expect(others, 2, NULL, 0, -1);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measure election");
    TCase *tests = tcase_create("election");
    tcase_add_test(tests, a_crashed_leader_is_lost_when_it_crashed);
    tcase_add_test(tests, a_leader_that_never_commits_belongs_to_the_search);
    tcase_add_test(tests, the_next_leader_counts_from_its_votes_and_before_it_works);
    tcase_add_test(tests, a_leader_cut_off_is_lost_when_the_cut_began);
    tcase_add_test(tests, a_leader_that_stepped_down_is_lost_then);
    tcase_add_test(tests, a_leader_replaced_without_a_fault_was_not_lost);
    suite_add_tcase(suite, tests);
    return suite;
}
