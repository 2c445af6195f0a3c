/* Intervals and the windows P, H and E. */
#include "sim/measure/windows.h"
#include "tests/measure/made.h"

#include "tests/check_main.h"

#include <string.h>

#define S SIM_SECOND

static struct intervals make(const sim_time *borders, uint32_t count) {
    struct intervals set = {0};
    for (uint32_t i = 0; i < count; i++) {
        intervals_add(&set, borders[2 * i], borders[2 * i + 1]);
    }
    intervals_tidy(&set);
    return set;
}

static void expect(const struct interval *items, uint32_t found, const sim_time *borders, uint32_t count) {
    ck_assert_uint_eq(found, count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_int_eq(items[i].from, borders[2 * i]);
        ck_assert_int_eq(items[i].until, borders[2 * i + 1]);
    }
}

START_TEST(overlapping_and_touching_intervals_unite) {
    struct intervals set = make((sim_time[]){50, 60, 10, 20, 15, 30, 30, 40, 52, 55, 70, 70}, 6);
    expect(set.items, set.count, (sim_time[]){10, 40, 50, 60}, 2);
    intervals_clip(&set, 20, 55);
    expect(set.items, set.count, (sim_time[]){20, 40, 50, 55}, 2);
    intervals_free(&set);
}
END_TEST

START_TEST(subtraction_leaves_the_gaps) {
    struct intervals set = make((sim_time[]){0, 100, 200, 300, 400, 410}, 3);
    struct intervals without = make((sim_time[]){0, 10, 40, 50, 90, 210, 220, 230, 290, 500}, 5);
    struct intervals rest = intervals_minus(&set, &without);
    expect(rest.items, rest.count, (sim_time[]){10, 40, 50, 90, 210, 220, 230, 290}, 4);
    intervals_free(&set);
    intervals_free(&without);
    intervals_free(&rest);
}
END_TEST

START_TEST(a_window_has_its_first_instant_and_not_its_last) {
    struct interval intervals[] = {{10, 20}, {20, 25}, {40, 50}};
    struct window window = {"w", intervals, 3};
    ck_assert(!window_has(&window, 9));
    ck_assert(window_has(&window, 10) && window_has(&window, 20) && window_has(&window, 24));
    ck_assert(!window_has(&window, 25) && !window_has(&window, 39));
    ck_assert(window_has(&window, 40) && !window_has(&window, 50));
    ck_assert_int_eq(window_length(&window), 25);
}
END_TEST

static const struct fault_config faults[] = {{.name = "cut", .kind = FAULT_PARTITION},
                                             {.name = "also", .kind = FAULT_PARTITION},
                                             {.name = "kill", .kind = FAULT_CRASH},
                                             {.name = "never", .kind = FAULT_PAUSE}};

static void expect_window(const struct windows *windows, const char *name, const sim_time *borders, uint32_t count) {
    const struct window *window = windows_find(windows, name);
    ck_assert_ptr_nonnull(window);
    expect(window->intervals, window->count, borders, count);
}

static void make_run(struct made *made, const struct phase_config *phases) {
    made_begin(made, 5000, 100000);
    made->config.faults = faults;
    made->config.fault_count = 4;
    made->config.phases = phases;
    made->config.phase_count = 3;
}

START_TEST(partition_healing_and_connected_share_the_time) {
    const struct phase_config phases[] = {
        {"peak", 0, 10 * S, 1}, {"late", 99 * S, SIM_NEVER, 1}, {"peak", 20 * S, S, 1}};
    const struct fault_occurrence occurrences[] = {
        {.fault = 0, .start = 2 * S, .end = 6 * S},   /* heals in 4 s */
        {.fault = 0, .start = 20 * S, .end = 25 * S}, /* goes over into */
        {.fault = 1, .start = 24 * S, .end = 30 * S}, /* this one; no convergence until the next */
        {.fault = 2, .start = 31 * S, .end = 33 * S},   {.fault = 0, .start = 40 * S, .end = 41 * S}, /* not in 30 s */
        {.fault = 1, .start = 95 * S, .end = SIM_NEVER}};
    const struct heal heals[] = {{6 * S, 0, true, 9, 10 * S},
                                 {6 * S, 1, true, 0, 6 * S}, /* a system that publishes nothing */
                                 {30 * S, 0, true, 9, 60 * S},
                                 {41 * S, 0, true, 9, 80 * S}};
    struct made made;
    make_run(&made, phases);
    made.evidence.occurrences = occurrences;
    made.evidence.occurrence_count = 6;
    struct windows windows = windows_make(&made.evidence, heals, 4, (bool[]){true, false});
    expect_window(&windows, "all", (sim_time[]){5 * S, 100 * S}, 1);
    expect_window(&windows, "partition", (sim_time[]){5 * S, 6 * S, 20 * S, 30 * S, 40 * S, 41 * S, 95 * S, 100 * S},
                  4);
    expect_window(&windows, "healing", (sim_time[]){6 * S, 10 * S, 30 * S, 40 * S, 41 * S, 71 * S}, 3);
    expect_window(&windows, "connected", (sim_time[]){10 * S, 20 * S, 71 * S, 95 * S}, 2);
    expect_window(&windows, "cut", (sim_time[]){5 * S, 6 * S, 20 * S, 25 * S, 40 * S, 41 * S}, 3);
    expect_window(&windows, "kill", (sim_time[]){31 * S, 33 * S}, 1);
    expect_window(&windows, "never", NULL, 0);
    expect_window(&windows, "peak", (sim_time[]){5 * S, 10 * S, 20 * S, 21 * S}, 2);
    expect_window(&windows, "late", (sim_time[]){99 * S, 100 * S}, 1);
    ck_assert_uint_eq(windows.count, 4 + 4 + 2);
    ck_assert_ptr_null(windows_find(&windows, "Peak"));
    windows_free(&windows);
    made_end(&made);
}
END_TEST

START_TEST(healing_lasts_30_s_where_nobody_can_see_convergence) {
    const struct phase_config phases[] = {{"a", 0, 0, 1}, {"b", 0, 0, 1}, {"c", 0, 0, 1}};
    const struct fault_occurrence occurrence = {.fault = 0, .start = 10 * S, .end = 20 * S};
    const struct heal heal = {20 * S, 0, true, 0, 20 * S};
    struct made made;
    make_run(&made, phases);
    made.evidence.occurrences = &occurrence;
    made.evidence.occurrence_count = 1;
    struct windows windows = windows_make(&made.evidence, &heal, 1, (bool[]){false});
    expect_window(&windows, "healing", (sim_time[]){20 * S, 50 * S}, 1);
    windows_free(&windows);
    made_end(&made);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measure windows");
    TCase *tests = tcase_create("windows");
    tcase_add_test(tests, overlapping_and_touching_intervals_unite);
    tcase_add_test(tests, subtraction_leaves_the_gaps);
    tcase_add_test(tests, a_window_has_its_first_instant_and_not_its_last);
    tcase_add_test(tests, partition_healing_and_connected_share_the_time);
    tcase_add_test(tests, healing_lasts_30_s_where_nobody_can_see_convergence);
    suite_add_tcase(suite, tests);
    return suite;
}
