#include "sim/base/draw.h"

#include "sim/base/hash.h"
#include "tests/base/fit.h"

#include <math.h>
#include <string.h>

#include "tests/check_main.h"

enum { SAMPLES = 100000, SIDE = 16 };

/* Computed with Python's integers from the definitions, so that no platform's arithmetic is taken for granted. */
START_TEST(draws_are_the_same_on_every_machine) {
    uint64_t key = draw_key(1, DRAW_LATENCY, hash_text("store/1->store/2"));
    ck_assert_uint_eq(key, UINT64_C(0x3e5dbf03d0f8289b));
    struct draw draw = draw_at(key, 7);
    ck_assert_uint_eq(draw_u64(&draw), UINT64_C(0x9731555f403de42e));
    ck_assert_uint_eq(draw_u64(&draw), UINT64_C(0x0893367039c717c6));
    ck_assert_uint_eq(draw_u64(&draw), UINT64_C(0x41ecd3b3ec17f109));
    draw = draw_at(key, 8);
    ck_assert(draw_unit(&draw) == 0x1.5b64ffacbdd4bp-1);
    draw = draw_at(key, 9);
    ck_assert_uint_eq(draw_below(&draw, 10), 3);
    ck_assert_uint_eq(draw_below(&draw, 1000003), 212788);
    ck_assert_int_eq(draw_between(&draw, -100, 100), -50);
}
END_TEST

START_TEST(hashes_do_not_depend_on_alignment_or_byte_order) {
    ck_assert_uint_eq(hash_text(""), 0);
    ck_assert_uint_eq(hash_text("a"), UINT64_C(0x43ecf6f2143a2d56));
    ck_assert_uint_eq(hash_text("store/3->store/1"), UINT64_C(0x979a376870ef44f3));
    ck_assert_uint_eq(hash_text("12345678"), UINT64_C(0x98e1dce2f3e688f8));
    char buffer[32];
    for (size_t offset = 0; offset < 8; offset++) {
        memcpy(buffer + offset, "store/3->store/1", 17);
        ck_assert_uint_eq(hash_text(buffer + offset), hash_text("store/3->store/1"));
    }
    ck_assert_uint_ne(hash_bytes("a\0", 2), hash_bytes("a", 1)); /* the length counts */
    ck_assert_uint_ne(hash_add(hash_add(0, 1), 2), hash_add(hash_add(0, 2), 1));
}
END_TEST

START_TEST(a_stream_does_not_depend_on_other_draws) {
    uint64_t key = draw_key(5, DRAW_LATENCY, hash_text("a-b"));
    struct draw first = draw_at(key, 17);
    struct draw other = draw_at(key, 16);
    draw_u64(&other);
    struct draw again = draw_at(key, 17);
    for (int i = 0; i < 100; i++) {
        ck_assert_uint_eq(draw_u64(&first), draw_u64(&again));
    }
}
END_TEST

static double unit_cdf(double x, const void *context) {
    (void)context;
    return x;
}

START_TEST(units_are_uniform_and_odd_multiples_of_2_to_minus_53) {
    static double samples[SAMPLES];
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 1), 0);
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i] = draw_unit(&draw);
        double scaled = samples[i] * 0x1p53;
        ck_assert(samples[i] > 0 && samples[i] < 1);
        ck_assert(scaled == floor(scaled) && fmod(scaled, 2) == 1);
    }
    ck_assert(fit_ks(samples, SAMPLES, unit_cdf, NULL) > FIT_LEVEL);
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i] = draw_unit(&(struct draw){draw_at(draw_key(1, DRAW_TEST, 2), i).state});
    }
    ck_assert(fit_ks(samples, SAMPLES, unit_cdf, NULL) > FIT_LEVEL);
}
END_TEST

START_TEST(below_is_uniform_for_every_bound) {
    struct draw draw = draw_at(draw_key(2, DRAW_TEST, 0), 0);
    for (uint64_t bound = 2; bound <= 100; bound++) {
        double seen[100] = {0};
        for (size_t i = 0; i < SAMPLES; i++) {
            seen[draw_below(&draw, bound)]++;
        }
        /* 99 tests at the level divided by 99 are together at the level. */
        ck_assert(fit_even(seen, (size_t)bound) > FIT_LEVEL / 99);
    }
    ck_assert_uint_eq(draw_below(&draw, 1), 0);
}
END_TEST

START_TEST(below_has_no_bias_for_a_bound_of_two_thirds_of_the_range) {
    /* Taking a word modulo the bound would give the lower half two thirds of the draws. */
    uint64_t bound = UINT64_MAX / 3 * 2;
    struct draw draw = draw_at(draw_key(3, DRAW_TEST, 0), 0);
    double seen[2] = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        uint64_t value = draw_below(&draw, bound);
        ck_assert(value < bound);
        seen[value >= bound / 2]++;
    }
    ck_assert(fit_even(seen, 2) > FIT_LEVEL);
}
END_TEST

START_TEST(between_includes_both_ends_and_is_uniform) {
    struct draw draw = draw_at(draw_key(4, DRAW_TEST, 0), 0);
    double seen[151] = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        int64_t value = draw_between(&draw, -50, 100);
        ck_assert(value >= -50 && value <= 100);
        seen[value + 50]++;
    }
    ck_assert(fit_even(seen, 151) > FIT_LEVEL);
    ck_assert_int_eq(draw_between(&draw, 7, 7), 7);
    ck_assert_int_eq(draw_between(&draw, INT64_MIN, INT64_MIN), INT64_MIN);
}
END_TEST

START_TEST(between_covers_the_whole_range_of_int64) {
    struct draw draw = draw_at(draw_key(5, DRAW_TEST, 0), 0);
    double seen[SIDE] = {0}, wide[2] = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        int64_t value = draw_between(&draw, INT64_MIN, INT64_MAX);
        seen[((uint64_t)value ^ (UINT64_C(1) << 63)) >> 60]++;
        wide[draw_between(&draw, INT64_MIN, INT64_MAX - 1) >= 0]++;
    }
    ck_assert(fit_even(seen, SIDE) > FIT_LEVEL);
    ck_assert(fit_even(wide, 2) > FIT_LEVEL);
}
END_TEST

/* A word of the draw whose place is `i` away from the first in one part of its address. */
static uint64_t word_by_counter(uint64_t i) {
    struct draw draw = draw_at(draw_key(6, DRAW_LOSS, 42), i);
    return draw_u64(&draw);
}

static uint64_t word_by_entity(uint64_t i) {
    struct draw draw = draw_at(draw_key(6, DRAW_LOSS, i), 42);
    return draw_u64(&draw);
}

static uint64_t word_by_seed(uint64_t i) {
    struct draw draw = draw_at(draw_key(i, DRAW_LOSS, 42), 42);
    return draw_u64(&draw);
}

static uint64_t word_by_purpose(uint64_t i) { /* pairs of neighbouring purposes, at many counters */
    struct draw draw = draw_at(draw_key(6, i % 2 == 0 ? DRAW_LOSS : DRAW_DUPLICATE, 42), i / 2);
    return draw_u64(&draw);
}

static uint64_t word_by_place(uint64_t i) { /* the first and second word of one short stream */
    struct draw draw = draw_at(draw_key(6, DRAW_LOSS, 43), i / 2);
    uint64_t first = draw_u64(&draw);
    return i % 2 == 0 ? first : draw_u64(&draw);
}

static uint64_t word_by_key_and_counter(uint64_t i) { /* entity up, counter down: their sum stays the same */
    struct draw draw = draw_at(draw_key(6, DRAW_LOSS, i), (uint64_t)1000000 - i);
    return draw_u64(&draw);
}

static uint64_t (*const words[])(uint64_t) = {word_by_counter, word_by_entity, word_by_seed,
                                              word_by_purpose, word_by_place,  word_by_key_and_counter};

START_TEST(neighbouring_addresses_are_independent) {
    static const unsigned shifts[] = {60, 32, 12, 0}; /* high, middle and low bits */
    for (size_t s = 0; s < sizeof shifts / sizeof shifts[0]; s++) {
        for (unsigned distance = 1; distance <= 3; distance += 2) {
            double seen[SIDE * SIDE] = {0};
            for (uint64_t i = 0; i < SAMPLES; i++) {
                uint64_t a = words[_i](2 * i) >> shifts[s] & (SIDE - 1);
                uint64_t b = words[_i](2 * i + distance) >> shifts[s] & (SIDE - 1);
                seen[a * SIDE + b]++;
            }
            /* Eight tests for each of six ways. */
            ck_assert(fit_even(seen, SIDE * SIDE) > FIT_LEVEL / 48);
        }
    }
}
END_TEST

START_TEST(the_test_of_independence_bites) {
    /* One pair in fifty takes the first half from its neighbour. */
    double seen[SIDE * SIDE] = {0};
    for (uint64_t i = 0; i < SAMPLES; i++) {
        uint64_t a = word_by_counter(2 * i) >> 60, b = word_by_counter(2 * i + 1) >> 60;
        seen[a * SIDE + (i % 50 == 0 ? a : b)]++;
    }
    ck_assert(fit_even(seen, SIDE * SIDE) < FIT_LEVEL / 48);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("draw");
    TCase *tests = tcase_create("draw");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, draws_are_the_same_on_every_machine);
    tcase_add_test(tests, hashes_do_not_depend_on_alignment_or_byte_order);
    tcase_add_test(tests, a_stream_does_not_depend_on_other_draws);
    tcase_add_test(tests, units_are_uniform_and_odd_multiples_of_2_to_minus_53);
    tcase_add_test(tests, below_is_uniform_for_every_bound);
    tcase_add_test(tests, below_has_no_bias_for_a_bound_of_two_thirds_of_the_range);
    tcase_add_test(tests, between_includes_both_ends_and_is_uniform);
    tcase_add_test(tests, between_covers_the_whole_range_of_int64);
    tcase_add_loop_test(tests, neighbouring_addresses_are_independent, 0, sizeof words / sizeof words[0]);
    tcase_add_test(tests, the_test_of_independence_bites);
    suite_add_tcase(suite, tests);
    return suite;
}
