#include "sim/study/grid.h"

#include <string.h>

#include "tests/check_main.h"

static struct grid grid;
static struct text error, text;

static void set_up(void) {
    grid = (struct grid){0};
    error = text = (struct text){0};
}

static void tear_down(void) {
    grid_free(&grid);
    text_free(&error);
    text_free(&text);
}

static void expect_values(const char *vary, const char *json) {
    ck_assert_msg(grid_add(&grid, vary, &error), "%s", error.bytes);
    grid_write(&grid, &text);
    ck_assert_str_eq(text.bytes, json);
}

static void expect_problem(const char *vary, const char *part) {
    ck_assert(!grid_add(&grid, vary, &error));
    ck_assert_msg(strstr(error.bytes, part) != NULL, "\"%s\" does not say \"%s\"", error.bytes, part);
}

START_TEST(an_empty_grid_is_one_point_that_changes_nothing) {
    ck_assert_uint_eq(grid_point_count(&grid), 1);
    const char *given[] = {"a=1"};
    const char **sets = grid_sets(&grid, 0, given, 1);
    ck_assert_str_eq(sets[0], "a=1");
    grid_free_sets(&grid, sets, 1);
}
END_TEST

START_TEST(the_first_axis_turns_slowest) {
    ck_assert(grid_add(&grid, "w=1,2,3", &error) && grid_add(&grid, "d=1ms,2ms", &error));
    ck_assert_uint_eq(grid_point_count(&grid), 6);
    const char **sets = grid_sets(&grid, 3, NULL, 0);
    ck_assert_str_eq(sets[0], "w=2");
    ck_assert_str_eq(sets[1], "d=2ms");
    grid_free_sets(&grid, sets, 0);
    ck_assert_str_eq(grid_value(&grid, 5, 0), "3");
}
END_TEST

START_TEST(commas_in_brackets_and_quotes_do_not_separate) {
    expect_values("t=[\"1ms\",\"2ms\"],{\"constant\": \"1ms\"},\"a,b\\\",c\",plain",
                  "{\"t\": [\"[\\\"1ms\\\",\\\"2ms\\\"]\", \"{\\\"constant\\\": \\\"1ms\\\"}\", "
                  "\"\\\"a,b\\\\\\\",c\\\"\", \"plain\"]}");
}
END_TEST

START_TEST(ranges_of_durations_are_even_on_a_logarithmic_scale) {
    expect_values("t=1ms..100ms:5:log", "{\"t\": [\"1ms\", \"3.162278ms\", \"10ms\", \"31.622777ms\", \"100ms\"]}");
}
END_TEST

START_TEST(ranges_of_numbers_rates_and_sizes) {
    expect_values("n=3..6", "{\"n\": [\"3\", \"4\", \"5\", \"6\"]}");
    grid_free(&grid);
    text.length = 0;
    expect_values("n=0.1..0.9:5", "{\"n\": [\"0.1\", \"0.3\", \"0.5\", \"0.7\", \"0.9\"]}");
    grid_free(&grid);
    text.length = 0;
    expect_values("n=1..1000000:3:log", "{\"n\": [\"1\", \"1000\", \"1000000\"]}");
    grid_free(&grid);
    text.length = 0;
    expect_values("r=100/s..1000000/s:3", "{\"r\": [\"100/s\", \"500050/s\", \"1000000/s\"]}");
    grid_free(&grid);
    text.length = 0;
    expect_values("b=1KiB..3KiB:3", "{\"b\": [\"1024B\", \"2048B\", \"3072B\"]}");
}
END_TEST

START_TEST(what_is_no_grid_is_explained) {
    expect_problem("w", "expected path=a,b,c");
    error.length = 0;
    expect_problem("w=", "expected path=a,b,c");
    error.length = 0;
    expect_problem("v=1,,2", "empty");
    error.length = 0;
    expect_problem("u=1,2,1", "stands twice");
    error.length = 0;
    expect_problem("x=1ms..5ms", "how many values");
    error.length = 0;
    expect_problem("y=0s..5ms:4:log", "above 0");
    error.length = 0;
    expect_problem("z=1..20000", "more than");
    error.length = 0;
    expect_problem("z=1", "varied twice");
    grid_free(&grid);
    error.length = 0;
    ck_assert(grid_add(&grid, "a=1..10000", &error));
    expect_problem("b=1..1001", "at most 10000000");
}
END_TEST

START_TEST(the_grid_of_a_scenario_is_read_and_written_back) {
    const char *json =
        "{\"title\": \"t\", \"vary\": {\"w\": [1, 2.5, \"3\", \"5ms\"], \"t\": [[\"1ms\", \"2ms\"], true]}}";
    ck_assert(grid_add_scenario(&grid, json, &error));
    ck_assert_uint_eq(grid_point_count(&grid), 8);
    ck_assert_str_eq(grid_value(&grid, 0, 0), "1");
    ck_assert_str_eq(grid_value(&grid, 2, 0), "2.5");
    ck_assert_str_eq(grid_value(&grid, 4, 0), "\"3\""); /* bare, it would become a number */
    ck_assert_str_eq(grid_value(&grid, 6, 0), "5ms");
    ck_assert_str_eq(grid_value(&grid, 0, 1), "[\"1ms\",\"2ms\"]");
    grid_write(&grid, &text);
    struct grid again = {0};
    struct text second = {0};
    ck_assert(grid_read(&again, text.bytes, &error));
    grid_write(&again, &second);
    ck_assert_str_eq(second.bytes, text.bytes);
    grid_free(&again);
    text_free(&second);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("grid");
    TCase *tests = tcase_create("grid");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_empty_grid_is_one_point_that_changes_nothing);
    tcase_add_test(tests, the_first_axis_turns_slowest);
    tcase_add_test(tests, commas_in_brackets_and_quotes_do_not_separate);
    tcase_add_test(tests, ranges_of_durations_are_even_on_a_logarithmic_scale);
    tcase_add_test(tests, ranges_of_numbers_rates_and_sizes);
    tcase_add_test(tests, what_is_no_grid_is_explained);
    tcase_add_test(tests, the_grid_of_a_scenario_is_read_and_written_back);
    suite_add_tcase(suite, tests);
    return suite;
}
