#include "sim/load/keys.h"

#include "tests/base/fit.h"

#include <math.h>

#include "tests/check_main.h"

enum { DRAWS = 100000, MOST_KEYS = 1000 };

static double chance[MOST_KEYS], seen[MOST_KEYS];

static void zipf_chances(uint64_t count, double exponent) {
    double sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        chance[i] = pow((double)(i + 1), -exponent);
        sum += chance[i];
    }
    for (uint64_t i = 0; i < count; i++) {
        chance[i] /= sum;
    }
}

static void count_keys(const struct keys_config *config) {
    struct keys keys;
    keys_init(&keys, config);
    for (uint64_t i = 0; i < MOST_KEYS; i++) {
        seen[i] = 0;
    }
    uint64_t key = draw_key(1, DRAW_TEST, 7);
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct draw draw = draw_at(key, i);
        uint64_t chosen = keys_choose(&keys, &draw, false);
        ck_assert_uint_lt(chosen, config->count);
        seen[chosen]++;
    }
}

/* How well what was seen agrees with the chances; neighbours are put together until 5 are expected of them. */
static double agreement(uint64_t count) {
    static double expected[MOST_KEYS], found[MOST_KEYS];
    size_t cells = 0;
    expected[0] = found[0] = 0;
    for (uint64_t i = 0; i < count; i++) {
        expected[cells] += chance[i] * DRAWS;
        found[cells] += seen[i];
        if (expected[cells] >= 5 && i + 1 < count) {
            cells++;
            expected[cells] = found[cells] = 0;
        }
    }
    if (expected[cells] < 5 && cells > 0) { /* the rest goes to the last full cell */
        expected[cells - 1] += expected[cells];
        found[cells - 1] += found[cells];
        cells--;
    }
    return cells == 0 ? 1 : fit_chi_square(found, expected, cells + 1);
}

static const double exponents[] = {0, 0.5, 0.99, 1, 1.5, 3, 20};

START_TEST(zipf_has_its_exact_chances) {
    static const uint64_t counts[] = {1, 2, 10, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct keys_config config = {.kind = KEYS_ZIPF, .count = counts[i], .exponent = exponents[_i]};
        count_keys(&config);
        zipf_chances(counts[i], exponents[_i]);
        ck_assert_msg(agreement(counts[i]) > FIT_LEVEL, "%lu keys: %g", (unsigned long)counts[i], agreement(counts[i]));
    }
}
END_TEST

START_TEST(a_zipf_of_another_exponent_is_told_apart) {
    struct keys_config config = {.kind = KEYS_ZIPF, .count = 1000, .exponent = 0.99};
    count_keys(&config);
    zipf_chances(1000, 0.95);
    ck_assert_double_lt(agreement(1000), 1e-6);
    zipf_chances(1000, 1.03);
    ck_assert_double_lt(agreement(1000), 1e-6);
}
END_TEST

START_TEST(zipf_over_very_many_keys) {
    const uint64_t count = UINT64_C(1000000000000);
    struct keys_config config = {.kind = KEYS_ZIPF, .count = count, .exponent = 2};
    struct keys keys;
    keys_init(&keys, &config);
    double found[4] = {0}, expected[4];
    for (int i = 0; i < 3; i++) {
        expected[i] = DRAWS * 6 / (M_PI * M_PI) / ((i + 1) * (i + 1)); /* 1 over zeta(2) */
    }
    expected[3] = DRAWS - expected[0] - expected[1] - expected[2];
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct draw draw = draw_at(draw_key(2, DRAW_TEST, 0), i);
        uint64_t rank = keys_draw_zipf(&keys, &draw);
        ck_assert_uint_lt(rank, count);
        found[rank < 3 ? rank : 3]++;
    }
    ck_assert_double_gt(fit_chi_square(found, expected, 4), FIT_LEVEL);
}
END_TEST

START_TEST(uniform_keys_are_even) {
    struct keys_config config = {.kind = KEYS_UNIFORM, .count = 100};
    count_keys(&config);
    ck_assert_double_gt(fit_even(seen, 100), FIT_LEVEL);
}
END_TEST

START_TEST(a_share_of_the_keys_gets_its_share_of_the_operations) {
    struct keys_config config = {.kind = KEYS_HOTSPOT, .count = 100, .hot_keys = 0.2, .hot_operations = 0.8};
    count_keys(&config);
    for (int i = 0; i < 100; i++) {
        chance[i] = i < 20 ? 0.8 / 20 : 0.2 / 80;
    }
    ck_assert_double_gt(agreement(100), FIT_LEVEL);
    for (int i = 0; i < 100; i++) {
        chance[i] = i < 20 ? 0.78 / 20 : 0.22 / 80;
    }
    ck_assert_double_lt(agreement(100), 1e-6);
}
END_TEST

START_TEST(a_hotspot_of_none_or_all_keys) {
    struct keys_config config = {.kind = KEYS_HOTSPOT, .count = 10, .hot_keys = 0, .hot_operations = 0.5};
    count_keys(&config); /* one key is hot at least */
    for (int i = 0; i < 10; i++) {
        chance[i] = i == 0 ? 0.5 : 0.5 / 9;
    }
    ck_assert_double_gt(agreement(10), FIT_LEVEL);
    config.hot_keys = 1;
    config.hot_operations = 0;
    count_keys(&config);
    ck_assert_double_gt(fit_even(seen, 10), FIT_LEVEL);
}
END_TEST

START_TEST(latest_prefers_the_newest_keys) {
    struct keys_config config = {.kind = KEYS_LATEST, .count = 100, .exponent = 0.99};
    count_keys(&config);
    zipf_chances(100, 0.99);
    for (int i = 0; i < 50; i++) {
        double swapped = seen[i];
        seen[i] = seen[99 - i];
        seen[99 - i] = swapped;
    }
    ck_assert_double_gt(agreement(100), FIT_LEVEL);
}
END_TEST

START_TEST(an_insert_makes_a_key_which_is_the_newest_then) {
    struct keys_config config = {.kind = KEYS_LATEST, .count = 5, .exponent = 20}; /* in effect always the newest */
    struct keys keys;
    keys_init(&keys, &config);
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 0), 0);
    ck_assert_uint_eq(keys_choose(&keys, &draw, false), 4);
    ck_assert_uint_eq(keys_choose(&keys, &draw, true), 5);
    ck_assert_uint_eq(keys_choose(&keys, &draw, true), 6);
    ck_assert_uint_eq(keys_choose(&keys, &draw, false), 6);
}
END_TEST

START_TEST(sequential_goes_round) {
    struct keys_config config = {.kind = KEYS_SEQUENTIAL, .count = 3};
    struct keys keys;
    keys_init(&keys, &config);
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 0), 0);
    for (uint64_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(keys_choose(&keys, &draw, i % 2 == 0), i % 3);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("keys");
    TCase *tests = tcase_create("keys");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, zipf_has_its_exact_chances, 0, sizeof exponents / sizeof exponents[0]);
    tcase_add_test(tests, a_zipf_of_another_exponent_is_told_apart);
    tcase_add_test(tests, zipf_over_very_many_keys);
    tcase_add_test(tests, uniform_keys_are_even);
    tcase_add_test(tests, a_share_of_the_keys_gets_its_share_of_the_operations);
    tcase_add_test(tests, a_hotspot_of_none_or_all_keys);
    tcase_add_test(tests, latest_prefers_the_newest_keys);
    tcase_add_test(tests, an_insert_makes_a_key_which_is_the_newest_then);
    tcase_add_test(tests, sequential_goes_round);
    suite_add_tcase(suite, tests);
    return suite;
}
