/* The event queue: the order of what leaves it, whatever the order in which it came. */
#include "sim/engine/queue.h"

#include "sim/base/draw.h"

#include <check.h>
#include <stdlib.h>

static struct arena arena;
static struct queue queue;

static void set_up(void) {
    arena_init(&arena, "a test", (size_t)1 << 30);
    queue_init(&queue, &arena);
}

static void tear_down(void) {
    arena_free_all(&arena);
}

static int compare(const void *a, const void *b) {
    const struct queue_entry *x = a, *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

START_TEST(an_empty_queue_gives_nothing) {
    struct queue_entry entry;
    ck_assert_ptr_null(queue_peek(&queue));
    ck_assert(!queue_pop(&queue, &entry));
    queue_push(&queue, 5, 1, 1);
    ck_assert(queue_pop(&queue, &entry));
    ck_assert(!queue_pop(&queue, &entry));
    ck_assert_ptr_null(queue_peek(&queue));
}
END_TEST

START_TEST(an_entry_keeps_time_sequence_and_slot) {
    const uint64_t sequence = (UINT64_C(1) << QUEUE_SEQUENCE_BITS) - 1;
    const uint32_t slot = (1u << QUEUE_SLOT_BITS) - 1;
    queue_push(&queue, SIM_NEVER - 1, sequence, slot);
    struct queue_entry entry;
    ck_assert(queue_pop(&queue, &entry));
    ck_assert_int_eq(entry.time, SIM_NEVER - 1);
    ck_assert_uint_eq(queue_entry_sequence(&entry), sequence);
    ck_assert_uint_eq(queue_entry_slot(&entry), slot);
}
END_TEST

/* Any sizes, many equal times: what leaves is what came, sorted by (time, sequence). */
START_TEST(entries_leave_sorted) {
    struct draw draw = draw_at(draw_key(7, DRAW_TEST, (uint64_t)_i), 0);
    uint32_t count = (uint32_t)draw_below(&draw, 3000) + (uint32_t)_i;
    int64_t range = (int64_t)draw_below(&draw, 1000);
    struct queue_entry *expected = calloc(count + 1, sizeof *expected);
    for (uint32_t i = 0; i < count; i++) {
        sim_time time = draw_between(&draw, 0, range);
        uint64_t sequence = (i * UINT64_C(2654435761)) & 0xffffffff; /* all different, in no order */
        queue_push(&queue, time, sequence, i);
        expected[i] = (struct queue_entry){time, sequence << QUEUE_SLOT_BITS | i};
    }
    qsort(expected, count, sizeof *expected, compare);
    for (uint32_t i = 0; i < count; i++) {
        struct queue_entry entry;
        ck_assert_int_eq(queue_peek(&queue)->time, expected[i].time);
        ck_assert(queue_pop(&queue, &entry));
        ck_assert_int_eq(entry.time, expected[i].time);
        ck_assert_uint_eq(entry.order, expected[i].order);
    }
    ck_assert_uint_eq(queue.count, 0);
    free(expected);
}
END_TEST

/* Pushes and pops mixed, against a sorted array. */
START_TEST(mixed_pushes_and_pops_agree_with_a_sorted_array) {
    enum { MOST = 400 };
    struct queue_entry model[MOST];
    uint32_t count = 0;
    uint64_t sequence = 0;
    struct draw draw = draw_at(draw_key(8, DRAW_TEST, (uint64_t)_i), 0);
    for (uint32_t step = 0; step < 5000; step++) {
        if (count < MOST && (count == 0 || draw_below(&draw, 100) < 52)) {
            sim_time time = draw_between(&draw, 0, 50);
            queue_push(&queue, time, sequence, step & 0xffff);
            struct queue_entry entry = {time, sequence << QUEUE_SLOT_BITS | (step & 0xffff)};
            uint32_t at = count++;
            for (; at > 0 && compare(&entry, &model[at - 1]) > 0; at--) { /* latest first: the next is the last */
                model[at] = model[at - 1];
            }
            model[at] = entry;
            sequence++;
        } else {
            struct queue_entry entry;
            ck_assert(queue_pop(&queue, &entry));
            ck_assert_int_eq(compare(&entry, &model[--count]), 0);
        }
        ck_assert_uint_eq(queue.count, count);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("queue");
    TCase *tcase = tcase_create("order");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_empty_queue_gives_nothing);
    tcase_add_test(tcase, an_entry_keeps_time_sequence_and_slot);
    tcase_add_loop_test(tcase, entries_leave_sorted, 0, 12);
    tcase_add_loop_test(tcase, mixed_pushes_and_pops_agree_with_a_sorted_array, 0, 8);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
