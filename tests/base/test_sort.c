/* Sorting by whole numbers against qsort, which compares. */
#include "sim/base/draw.h"
#include "sim/base/sort.h"

#include "tests/check_main.h"

#include <stdlib.h>

enum { MOST = 5000 };

/* What is equal keeps its order, which `what` tells. */
static int compare(const void *left, const void *right) {
    const struct sort_entry *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return (a->what > b->what) - (a->what < b->what);
}

static void agrees_with_qsort(struct draw *draw, uint32_t count, uint64_t mask) {
    static struct sort_entry entries[MOST], spare[MOST], expected[MOST];
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = expected[i] = (struct sort_entry){draw_u64(draw) & mask, i};
    }
    sort_entries(entries, spare, count);
    qsort(expected, count, sizeof *expected, compare);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(entries[i].key, expected[i].key);
        ck_assert_uint_eq(entries[i].what, expected[i].what);
    }
}

START_TEST(any_numbers_are_sorted_and_equal_ones_keep_their_order) {
    static const uint64_t masks[] = {0,      1,          0x7,         0xff,       0xff00,
                                     0xfff0, 0xffffffff, 0xff00ff00u, UINT64_MAX, 0xffull << 56};
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 0), 0);
    for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++) {
        for (uint32_t count = 0; count < 120; count++) {
            agrees_with_qsort(&draw, count, masks[m]);
        }
        agrees_with_qsort(&draw, MOST, masks[m]);
    }
}
END_TEST

START_TEST(signed_numbers_ascend_by_their_keys) {
    static const int64_t ascending[] = {INT64_MIN, INT64_MIN + 1, -1000, -1, 0, 1, 1000, INT64_MAX};
    for (size_t i = 1; i < sizeof ascending / sizeof ascending[0]; i++) {
        ck_assert_uint_lt(sort_key_of(ascending[i - 1]), sort_key_of(ascending[i]));
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("sort");
    TCase *tests = tcase_create("sort");
    tcase_add_test(tests, any_numbers_are_sorted_and_equal_ones_keep_their_order);
    tcase_add_test(tests, signed_numbers_ascend_by_their_keys);
    suite_add_tcase(suite, tests);
    return suite;
}
