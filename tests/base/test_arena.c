#include "sim/base/arena.h"

#include <stdint.h>
#include <string.h>

#include "tests/check_main.h"

static struct arena arena;

static void set_up(void) {
    arena_init(&arena, "the test", (size_t)1 << 30);
}

static void tear_down(void) {
    arena_free_all(&arena);
}

static int is_zero(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

START_TEST(memory_is_aligned_zero_and_disjoint) {
    const uint8_t *end = arena.base;
    for (size_t size = 0; size <= 5000; size++) {
        uint8_t *memory = arena_alloc(&arena, size);
        ck_assert_uint_eq((uintptr_t)memory % (size >= 64 ? 64 : 16), 0);
        ck_assert(memory >= end);
        ck_assert(is_zero(memory, size));
        memset(memory, 0xff, size);
        end = memory + size;
    }
    ck_assert(end <= arena.base + arena.used);
}
END_TEST

START_TEST(a_size_class_wastes_at_most_a_third) {
    for (size_t size = 65; size <= 100000; size += 1 + size / 100) {
        size_t before = (arena.used + 63) & ~(size_t)63;
        void *memory = arena_alloc(&arena, size);
        size_t taken = arena.used - before;
        ck_assert_uint_ge(taken, size);
        ck_assert_uint_le(taken * 2, size * 3);
        arena.used = before; /* nothing was written there */
        ck_assert_ptr_eq(memory, arena.base + before);
    }
}
END_TEST

START_TEST(freed_memory_is_used_again_and_zero) {
    for (size_t size = 0; size <= 1000; size++) {
        void *first = arena_alloc(&arena, size);
        void *second = arena_alloc(&arena, size);
        memset(first, 0xff, size);
        memset(second, 0xff, size);
        size_t used = arena.used;
        arena_free(&arena, first, size);
        arena_free(&arena, second, size);
        void *third = arena_alloc(&arena, size);
        void *fourth = arena_alloc(&arena, size);
        ck_assert_ptr_eq(third, second); /* last in, first out: addresses are the same in every run */
        ck_assert_ptr_eq(fourth, first);
        ck_assert(is_zero(third, size) && is_zero(fourth, size));
        ck_assert_uint_eq(arena.used, used);
    }
    arena_free(&arena, NULL, 100);
}
END_TEST

START_TEST(grown_memory_keeps_its_bytes_and_is_zero_beyond) {
    for (size_t old = 0; old < 300; old += 7) {
        for (size_t larger = old; larger < 700; larger += 13) {
            /* Memory that was dirty before, so that the zeros are not those of fresh pages. */
            void *dirt = arena_alloc(&arena, larger);
            memset(dirt, 0xee, larger);
            arena_free(&arena, dirt, larger);
            uint8_t *memory = arena_alloc(&arena, old);
            memset(memory, 0x11, old);
            memory = arena_grow(&arena, memory, old, larger);
            for (size_t i = 0; i < old; i++) {
                ck_assert_uint_eq(memory[i], 0x11);
            }
            ck_assert(is_zero(memory + old, larger - old));
            memset(memory, 0xdd, larger);
            arena_free(&arena, memory, larger);
        }
    }
    uint8_t *fresh = arena_grow(&arena, NULL, 0, 100);
    ck_assert(is_zero(fresh, 100));
    fresh[0] = 7;
    ck_assert_uint_eq(*(uint8_t *)arena_grow(&arena, fresh, 100, 1), 7); /* shrinking is allowed */
}
END_TEST

START_TEST(an_array_grows_by_doubling) {
    uint32_t capacity = 0, moves = 0;
    uint64_t *array = NULL;
    for (uint32_t i = 0; i < 100000; i++) {
        uint64_t *before = array;
        array = arena_array_reserve(&arena, array, i, &capacity, sizeof *array);
        moves += array != before;
        ck_assert_uint_gt(capacity, i);
        array[i] = i;
    }
    ck_assert_uint_eq(capacity, 131072);
    ck_assert_uint_le(moves, 15);
    for (uint32_t i = 0; i < 100000; i++) {
        ck_assert_uint_eq(array[i], i);
    }
}
END_TEST

START_TEST(an_array_with_an_arena_for_itself_never_moves) {
    uint32_t capacity = 0;
    const uint8_t *first = arena_array_reserve(&arena, NULL, 0, &capacity, 24);
    uint8_t *array = arena_array_reserve(&arena, NULL, capacity = 0, &capacity, 24); /* the last block from now on */
    const uint8_t *start = array;
    for (uint32_t i = 0; i < 100000; i++) {
        array = arena_array_reserve(&arena, array, i, &capacity, 24);
        ck_assert_ptr_eq(array, start);
        ck_assert_uint_le((size_t)(array - arena.base) + (size_t)capacity * 24, arena.used);
        ck_assert(is_zero(array + 24 * (size_t)i, 24));
        memset(array + 24 * (size_t)i, 0xff, 24);
    }
    ck_assert(is_zero(first, 8 * 24)); /* its neighbour is untouched */
    ck_assert_uint_lt(arena.used, 24 * 2 * 100000 + 1000);
    arena_alloc(&arena, 1);
    ck_assert_ptr_ne(arena_array_reserve(&arena, array, capacity, &capacity, 24), start);
}
END_TEST

static void add_up(void *context, void *block, size_t bytes) {
    ck_assert_ptr_nonnull(block);
    *(size_t *)context += bytes;
}

START_TEST(large_free_blocks_are_found) {
    void *blocks[3] = {arena_alloc(&arena, 4096), arena_alloc(&arena, 100000), arena_alloc(&arena, 4096)};
    void *small = arena_alloc(&arena, 64);
    size_t free_bytes = 0;
    arena_each_free(&arena, 4096, add_up, &free_bytes);
    ck_assert_uint_eq(free_bytes, 0);
    arena_free(&arena, small, 64);
    arena_free(&arena, blocks[0], 4096);
    arena_free(&arena, blocks[1], 100000);
    arena_free(&arena, blocks[2], 4096);
    arena_each_free(&arena, 4096, add_up, &free_bytes);
    ck_assert_uint_ge(free_bytes, 4096 + 100000 + 4096);
    ck_assert_uint_lt(free_bytes, 4096 + 150000 + 4096);
}
END_TEST

START_TEST(an_array_reserves_far_ahead) {
    uint32_t capacity = 0;
    uint8_t *array = arena_array_reserve(&arena, NULL, 1000, &capacity, 3);
    ck_assert_uint_eq(capacity, 1024);
    array[3 * 1000 + 2] = 1;
}
END_TEST

START_TEST(text_is_copied_and_formatted) {
    char original[] = "leader";
    char *copy = arena_text(&arena, original);
    original[0] = 'L';
    ck_assert_str_eq(copy, "leader");
    ck_assert_str_eq(arena_text(&arena, ""), "");
    ck_assert_str_eq(arena_format(&arena, "%s of term %d", copy, 4), "leader of term 4");
    char *long_text = arena_format(&arena, "%5000d", 1);
    ck_assert_uint_eq(strlen(long_text), 5000);
}
END_TEST

START_TEST(one_piece_may_be_large) {
    struct arena large;
    arena_init(&large, "a large piece", (size_t)1 << 36);
    uint8_t *memory = arena_alloc(&large, ((size_t)1 << 34) + 1);
    memory[(size_t)1 << 34] = 1;
    arena_free_all(&large);
}
END_TEST

START_TEST(an_exhausted_arena_ends_the_program_with_4) {
    struct arena small;
    arena_init(&small, "a small world", 4096);
    for (int i = 0; i < 1000; i++) {
        arena_alloc(&small, 100);
    }
}
END_TEST

START_TEST(a_size_beyond_all_classes_ends_the_program_with_4) {
    arena_alloc(&arena, SIZE_MAX);
}
END_TEST

START_TEST(a_range_that_the_system_refuses_ends_the_program_with_4) {
    struct arena endless;
    arena_init(&endless, "a world without end", SIZE_MAX / 2);
}
END_TEST

START_TEST(an_array_of_more_than_32_bits_ends_the_program_with_4) {
    uint32_t capacity = UINT32_MAX;
    arena_array_reserve(&arena, NULL, UINT32_MAX, &capacity, 1);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, memory_is_aligned_zero_and_disjoint);
    tcase_add_test(tests, a_size_class_wastes_at_most_a_third);
    tcase_add_test(tests, freed_memory_is_used_again_and_zero);
    tcase_add_test(tests, grown_memory_keeps_its_bytes_and_is_zero_beyond);
    tcase_add_test(tests, an_array_grows_by_doubling);
    tcase_add_test(tests, an_array_with_an_arena_for_itself_never_moves);
    tcase_add_test(tests, large_free_blocks_are_found);
    tcase_add_test(tests, an_array_reserves_far_ahead);
    tcase_add_test(tests, text_is_copied_and_formatted);
    tcase_add_test(tests, one_piece_may_be_large);
    tcase_add_exit_test(tests, an_exhausted_arena_ends_the_program_with_4, 4);
    tcase_add_exit_test(tests, a_size_beyond_all_classes_ends_the_program_with_4, 4);
    tcase_add_exit_test(tests, a_range_that_the_system_refuses_ends_the_program_with_4, 4);
    tcase_add_exit_test(tests, an_array_of_more_than_32_bits_ends_the_program_with_4, 4);
    suite_add_tcase(suite, tests);
    return suite;
}
