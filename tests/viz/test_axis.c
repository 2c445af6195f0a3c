#include "viz/axis.h"

#include "viz/reduce.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static double unit(uint64_t *state) {
    return (double)next(state) / 2147483648.0;
}

static void check_ticks(const struct chart_axis *axis, double pixels, double spacing) {
    struct tick ticks[AXIS_MOST_TICKS];
    uint32_t count = axis_ticks(axis, pixels, spacing, ticks);
    const struct tick *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        double place = axis_place(axis, ticks[i].value);
        ck_assert_msg(place > -1e-6 && place < 1 + 1e-6, "%g lies outside of %g..%g", ticks[i].value, axis->low,
                      axis->high);
        if (ticks[i].is_major) {
            if (last != NULL) {
                double apart = (place - axis_place(axis, last->value)) * pixels;
                ck_assert_msg(apart > spacing - 0.01, "%s and %s are %g apart", last->label, ticks[i].label, apart);
                ck_assert_msg(strcmp(last->label, ticks[i].label) != 0, "twice %s on %g..%g", last->label, axis->low,
                              axis->high);
            }
            last = &ticks[i];
        }
    }
}

START_TEST(ticks_stand_apart_and_differ_on_any_axis) {
    static const enum unit units[] = {UNIT_COUNT, UNIT_SECONDS, UNIT_SHARE, UNIT_RATE, UNIT_BYTES};
    uint64_t state = 3;
    for (int i = 0; i < 4000; i++) {
        double low = pow(10, unit(&state) * 14 - 9), width = pow(10, unit(&state) * 6 - 5) * low;
        double pixels = 30 + unit(&state) * 2000, spacing = 12 + unit(&state) * 80;
        enum unit which = units[i % 5];
        struct chart_axis linear = axis_exact(which, NULL, unit(&state) < 0.5 ? 0 : low, low + width);
        struct chart_axis logarithmic = axis_log(which, NULL, low, low * pow(10, unit(&state) * 9));
        check_ticks(&linear, pixels, spacing);
        check_ticks(&logarithmic, pixels, spacing);
    }
}
END_TEST

START_TEST(time_ticks_are_those_of_clocks) {
    struct tick ticks[AXIS_MOST_TICKS];
    struct chart_axis axis = axis_exact(UNIT_SECONDS, NULL, 0, 60);
    ck_assert_uint_eq(axis_ticks(&axis, 600, 76, ticks), 7);
    ck_assert_str_eq(ticks[0].label, "0");
    ck_assert_str_eq(ticks[6].label, "60 s");
    axis = axis_exact(UNIT_SECONDS, NULL, 0, 3600);
    ck_assert_uint_eq(axis_ticks(&axis, 600, 76, ticks), 7);
    ck_assert_str_eq(ticks[1].label, "10 min");
    axis = axis_exact(UNIT_SECONDS, NULL, 24.3, 24.4);
    axis_ticks(&axis, 600, 76, ticks);
    ck_assert_str_eq(ticks[1].label, "24.32 s");
    axis = axis_exact(UNIT_SECONDS, NULL, 2499, 2500);
    axis_ticks(&axis, 600, 76, ticks);
    ck_assert_str_eq(ticks[1].label, "2499.2 s");
}
END_TEST

START_TEST(logarithmic_axes_mark_decades) {
    struct tick ticks[AXIS_MOST_TICKS];
    struct chart_axis axis = axis_log(UNIT_SECONDS, NULL, 0.0011, 0.9);
    ck_assert_double_eq_tol(axis.low, 0.001, 1e-12);
    ck_assert_double_eq_tol(axis.high, 1, 1e-12);
    ck_assert_double_eq_tol(axis_place(&axis, 0.01), 1.0 / 3, 1e-9);
    ck_assert(isnan(axis_place(&axis, 0)));
    uint32_t count = axis_ticks(&axis, 300, 60, ticks);
    uint32_t majors = 0;
    for (uint32_t i = 0; i < count; i++) {
        majors += ticks[i].is_major;
    }
    ck_assert_uint_eq(majors, 4);
    ck_assert_str_eq(ticks[0].label, "1 ms");
    struct chart_axis shares = axis_log(UNIT_SHARE, NULL, 0.0001, 1);
    axis_ticks(&shares, 300, 60, ticks);
    ck_assert_str_eq(ticks[0].label, "0.01 %");
}
END_TEST

START_TEST(values_read_with_units) {
    char text[AXIS_LABEL_BYTES];
    ck_assert_str_eq(value_print(text, sizeof text, UNIT_SECONDS, 0.0032), "3.2 ms");
    ck_assert_str_eq(value_print(text, sizeof text, UNIT_SECONDS, 0.00015), "150 µs");
    ck_assert_str_eq(value_print(text, sizeof text, UNIT_SHARE, 0.9995), "99.95 %");
    ck_assert_str_eq(value_print(text, sizeof text, UNIT_RATE, 500), "500/s");
    ck_assert_str_eq(value_print(text, sizeof text, UNIT_COUNT, 1234567), "1.23 M");
    ck_assert_str_eq(value_print(text, sizeof text, UNIT_SECONDS, NAN), "-");
}
END_TEST

START_TEST(columns_keep_extremes_and_exact_quantiles) {
    enum { SAMPLES = 5000, COLUMNS = 7 };
    struct sample samples[SAMPLES];
    uint64_t state = 11;
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = (struct sample){unit(&state) * 10 - 1, unit(&state)};
    }
    samples[17].at = 8; /* at the end: of the last column */
    struct column *columns = reduce_samples(samples, SAMPLES, 0, 8, COLUMNS);
    uint32_t total = 0;
    for (int c = 0; c < COLUMNS; c++) {
        double values[SAMPLES];
        size_t count = 0;
        for (int i = 0; i < SAMPLES; i++) {
            double place = samples[i].at / 8 * COLUMNS;
            bool is_here = place >= c && (place < c + 1 || (c == COLUMNS - 1 && samples[i].at <= 8));
            if (is_here) {
                values[count++] = samples[i].value;
            }
        }
        sort_numbers(values, count);
        ck_assert_uint_eq(columns[c].count, count);
        ck_assert_double_eq(columns[c].least, values[0]);
        ck_assert_double_eq(columns[c].most, values[count - 1]);
        ck_assert_double_eq(columns[c].p50, values[(count + 1) / 2 - 1]);
        ck_assert_double_eq(columns[c].p99, values[(size_t)ceil(0.99 * (double)count) - 1]);
        total += columns[c].count;
    }
    ck_assert_uint_gt(total, 0);
    free(columns);
}
END_TEST

START_TEST(labels_are_placed_apart_within_bounds) {
    uint64_t state = 5;
    for (int round = 0; round < 2000; round++) {
        enum { MOST = 12 };
        double at[MOST];
        uint32_t count = 1 + (uint32_t)(next(&state) % MOST);
        double high = 40 + unit(&state) * 300;
        for (uint32_t i = 0; i < count; i++) {
            at[i] = next(&state) % 3 == 0 ? 20 : unit(&state) * high;
        }
        place_labels(at, count, 16, 0, high);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert(isnan(at[i]) || (at[i] > -1e-6 && at[i] < high + 1e-6));
            for (uint32_t k = 0; k < i; k++) {
                ck_assert(isnan(at[i]) || isnan(at[k]) || fabs(at[i] - at[k]) > 16 - 1e-6);
            }
        }
    }
}
END_TEST

START_TEST(labels_with_room_stay_where_they_want_to_be) {
    double at[] = {100, 20, 60};
    place_labels(at, 3, 16, 0, 200);
    ck_assert_double_eq(at[0], 100);
    ck_assert_double_eq(at[1], 20);
    ck_assert_double_eq(at[2], 60);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("axis");
    TCase *tests = tcase_create("axis");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, ticks_stand_apart_and_differ_on_any_axis);
    tcase_add_test(tests, time_ticks_are_those_of_clocks);
    tcase_add_test(tests, logarithmic_axes_mark_decades);
    tcase_add_test(tests, values_read_with_units);
    tcase_add_test(tests, columns_keep_extremes_and_exact_quantiles);
    tcase_add_test(tests, labels_are_placed_apart_within_bounds);
    tcase_add_test(tests, labels_with_room_stay_where_they_want_to_be);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
