/* Snapshots of a bare world: what happens after a restore is what happened before, and nothing of it is left behind. */
#include "sim/engine/snapshot.h"

#include "sim/base/draw.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

enum { EVENT_WORK = 1, EVENT_BELL, BELLS = 16, BLOCKS = 64 };

/* A world that is always busy: timers that re-arm each other, memory that comes and goes, a stream that grows. */
struct mill {
    struct world *world;
    struct timer bells[BELLS];
    uint8_t *blocks[BLOCKS];
    size_t block_bytes[BLOCKS];
    uint64_t draws, checksum;
    struct arena *stream;
    uint64_t *diary;
    uint32_t diary_count, diary_capacity;
};

static void note(struct mill *mill, uint64_t word) {
    mill->diary =
        arena_array_reserve(mill->stream, mill->diary, mill->diary_count, &mill->diary_capacity, sizeof *mill->diary);
    mill->diary[mill->diary_count++] = word;
}

/* Gives a block back, its sum told, and takes a new one: all zero, whatever was in that memory before. */
static void replace_block(struct mill *mill, uint32_t place, size_t bytes, uint8_t fill) {
    uint64_t sum = 0;
    for (size_t i = 0; i < mill->block_bytes[place]; i += 61) {
        sum += mill->blocks[place][i];
    }
    arena_free(world_state(mill->world), mill->blocks[place], mill->block_bytes[place]);
    mill->blocks[place] = arena_alloc(world_state(mill->world), bytes);
    mill->block_bytes[place] = bytes;
    for (size_t i = 0; i < bytes; i += 61) {
        sum += mill->blocks[place][i]; /* nothing: it is zero */
    }
    memset(mill->blocks[place], fill, bytes);
    mill->checksum = mill->checksum * 31 + sum;
    world_fold(mill->world, mill->checksum);
}

static void on_work(void *context, const struct event *event) {
    struct mill *mill = context;
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 0), mill->draws++);
    replace_block(mill, (uint32_t)draw_below(&draw, BLOCKS), (size_t)draw_below(&draw, 12000),
                  (uint8_t)(event->word + 1));
    timer_arm(mill->world, &mill->bells[draw_below(&draw, BELLS)],
              world_now(mill->world) + (sim_time)draw_below(&draw, 50));
    note(mill, mill->checksum ^ (uint64_t)world_now(mill->world));
    world_schedule(mill->world, world_now(mill->world) + 1 + (sim_time)draw_below(&draw, 10),
                   (struct event){.kind = EVENT_WORK, .word = mill->checksum});
}

static void on_bell(void *context, const struct event *event) {
    struct mill *mill = context;
    note(mill, event->word);
    if (mill->draws % 3 == 0) {
        timer_cancel(&mill->bells[(event->word + 1) % BELLS]);
    }
}

static struct mill *mill_new(bool eager, uint64_t salt) {
    struct world *world = world_new((struct world_options){.seed = 1,
                                                           .tie_salt = salt,
                                                           .eager_timers = eager,
                                                           .state_bytes = (size_t)1 << 30,
                                                           .record_bytes = (size_t)1 << 30});
    struct mill *mill = arena_alloc(world_state(world), sizeof *mill);
    mill->world = world;
    mill->stream = world_stream(world, "the diary");
    world_on(world, EVENT_WORK, on_work, mill);
    world_on(world, EVENT_BELL, on_bell, mill);
    for (uint32_t i = 0; i < BELLS; i++) {
        timer_init(&mill->bells[i], EVENT_BELL, NODE_NONE, 0, i);
    }
    for (uint64_t i = 0; i < 3; i++) {
        world_schedule(world, 0, (struct event){.kind = EVENT_WORK, .word = i});
    }
    return mill;
}

/* What there is to compare, on the C heap. */
struct result {
    uint64_t hash, events, checksum;
    uint64_t *diary;
    uint32_t count;
};

static struct result run_on(struct mill *mill, sim_time until) {
    world_run(mill->world, until, UINT64_MAX);
    struct result result = {world_hash(mill->world), world_events(mill->world), mill->checksum,
                            malloc((mill->diary_count + 1) * sizeof *result.diary), mill->diary_count};
    memcpy(result.diary, mill->diary, mill->diary_count * sizeof *result.diary);
    return result;
}

static void assert_same(struct result *a, const struct result *b) {
    ck_assert_uint_eq(a->hash, b->hash);
    ck_assert_uint_eq(a->events, b->events);
    ck_assert_uint_eq(a->checksum, b->checksum);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_mem_eq(a->diary, b->diary, a->count * sizeof *a->diary);
    free(a->diary);
}

/* ---- The same again ---- */

static void try_again(bool eager, uint64_t salt) {
    struct mill *mill = mill_new(eager, salt);
    struct mill *untouched = mill_new(eager, salt);
    struct result expected = run_on(untouched, 20000);
    world_run(mill->world, 5000, UINT64_MAX);
    struct snapshot *snapshot = world_save(mill->world, NULL);
    ck_assert_int_eq(snapshot_at(snapshot), 5000);
    for (int i = 0; i < 3; i++) {
        struct result result = run_on(mill, 20000);
        assert_same(&result, &expected);
        world_restore(mill->world, snapshot);
        ck_assert_int_eq(world_now(mill->world), 5000);
    }
    free(expected.diary);
    world_free(untouched->world);
    world_free(mill->world);
}

START_TEST(what_follows_a_restore_is_what_followed_the_save) {
    try_again(false, 0);
}
END_TEST

START_TEST(eager_timers_and_salted_ties_are_restored_as_well) {
    try_again(true, 0);
    try_again(false, 77);
}
END_TEST

START_TEST(snapshots_are_restored_in_any_order_and_freed_in_any_order) {
    struct mill *mill = mill_new(false, 0);
    struct snapshot *snapshots[10] = {NULL};
    for (int i = 0; i < 10; i++) {
        world_run(mill->world, 1000 * i, UINT64_MAX);
        snapshots[i] = world_save(mill->world, i % 3 == 0 ? NULL : snapshots[i - 1]);
    }
    struct result expected = run_on(mill, 12000);
    static const int order[] = {9, 0, 5, 5, 4, 8, 1, 0};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        world_restore(mill->world, snapshots[order[i]]);
        ck_assert_int_eq(world_now(mill->world), 1000 * order[i]);
        snapshot_free(snapshots[(order[i] + 2) % 10 == 7 ? 7 : 2]); /* others share its pages */
        snapshots[(order[i] + 2) % 10 == 7 ? 7 : 2] = NULL;
        struct result result = run_on(mill, 12000);
        assert_same(&result, &expected);
    }
    free(expected.diary);
    world_free(mill->world);
}
END_TEST

START_TEST(a_save_after_a_restore_is_as_good_as_any) {
    struct mill *mill = mill_new(false, 0);
    world_run(mill->world, 3000, UINT64_MAX);
    struct snapshot *first = world_save(mill->world, NULL);
    struct result expected = run_on(mill, 9000);
    for (int i = 0; i < 20; i++) { /* memory of freed snapshots is used again */
        world_restore(mill->world, first);
        world_run(mill->world, 3000 + 200 * i, UINT64_MAX);
        struct snapshot *second = world_save(mill->world, i % 2 == 0 ? first : NULL);
        world_run(mill->world, 8000, UINT64_MAX);
        world_restore(mill->world, second);
        struct result result = run_on(mill, 9000);
        assert_same(&result, &expected);
        snapshot_free(second);
    }
    free(expected.diary);
    world_free(mill->world);
}
END_TEST

START_TEST(two_worlds_are_saved_and_restored_side_by_side) {
    struct mill *mills[2] = {mill_new(false, 1), mill_new(false, 2)};
    struct snapshot *snapshots[2];
    struct result expected[2];
    for (int i = 0; i < 2; i++) {
        world_run(mills[i]->world, 2000 + i, UINT64_MAX);
        snapshots[i] = world_save(mills[i]->world, NULL);
    }
    for (int i = 0; i < 2; i++) {
        expected[i] = run_on(mills[i], 6000);
    }
    world_restore(mills[0]->world, snapshots[0]);
    world_run(mills[1]->world, 7000, UINT64_MAX);
    struct result first = run_on(mills[0], 6000);
    world_restore(mills[1]->world, snapshots[1]);
    struct result second = run_on(mills[1], 6000);
    assert_same(&first, &expected[0]);
    assert_same(&second, &expected[1]);
    for (int i = 0; i < 2; i++) {
        free(expected[i].diary);
        world_free(mills[i]->world);
    }
}
END_TEST

static bool is_zero(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* ---- What a restore undoes, and what it leaves ---- */

START_TEST(another_future_leaves_nothing_behind) {
    struct mill *mill = mill_new(false, 0);
    world_run(mill->world, 1000, UINT64_MAX);
    struct snapshot *snapshot = world_save(mill->world, NULL);
    struct arena *state = world_state(mill->world);
    size_t used = state->used;
    struct result expected = run_on(mill, 4000);
    world_restore(mill->world, snapshot);
    memset(arena_alloc(state, 3000000), 0xff, 3000000);
    struct arena *another = world_stream(mill->world, "another");
    memset(arena_alloc(another, 5000), 0xff, 5000);
    world_schedule(mill->world, 1500, (struct event){.kind = EVENT_WORK, .word = 99});
    world_run(mill->world, 5000, UINT64_MAX);
    ck_assert_uint_ne(world_hash(mill->world), expected.hash);
    uint32_t length = mill->diary_count;
    world_restore(mill->world, snapshot);
    ck_assert_uint_eq(state->used, used);
    ck_assert_uint_lt(mill->diary_count, length);
    ck_assert(is_zero(state->base + used, 3000000));
    ck_assert(is_zero(arena_alloc(world_stream(mill->world, "a third"), 5000), 5000));
    world_restore(mill->world, snapshot);
    struct result result = run_on(mill, 4000);
    assert_same(&result, &expected);
    free(expected.diary);
    world_free(mill->world);
}
END_TEST

static void count_event(void *context, sim_time now, const struct event *event, uint64_t hash) {
    (void)now, (void)event, (void)hash;
    ++*(uint64_t *)context;
}

START_TEST(who_watches_goes_on_watching) {
    struct mill *mill = mill_new(false, 0);
    struct snapshot *snapshot = world_save(mill->world, NULL);
    uint64_t watched = 0;
    world_watch(mill->world, count_event, &watched);
    uint64_t executed = world_run(mill->world, 100, UINT64_MAX);
    world_restore(mill->world, snapshot);
    ck_assert_uint_eq(world_run(mill->world, 100, UINT64_MAX), executed);
    ck_assert_uint_eq(watched, 2 * executed);
    world_free(mill->world);
}
END_TEST

static void keep_last(void *context, struct snapshot *snapshot) {
    const struct mill *mill = context;
    snapshot_keep(snapshot, &mill->diary[mill->diary_count - 1], sizeof *mill->diary);
}

START_TEST(what_a_saver_names_in_a_stream_is_as_it_was) {
    struct mill *mill = mill_new(false, 0);
    world_on_save(mill->world, keep_last, mill);
    note(mill, 11);
    struct snapshot *first = world_save(mill->world, NULL);
    mill->diary[0] = 12;
    note(mill, 13);
    struct snapshot *second = world_save(mill->world, first);
    mill->diary[1] = 14;
    world_restore(mill->world, second);
    ck_assert_uint_eq(mill->diary_count, 2);
    ck_assert_uint_eq(mill->diary[1], 13);
    world_restore(mill->world, first);
    ck_assert_uint_eq(mill->diary_count, 1);
    ck_assert_uint_eq(mill->diary[0], 11);
    world_free(mill->world);
}
END_TEST

/* ---- What it costs ---- */

START_TEST(snapshots_that_are_alike_share_what_is_the_same) {
    struct mill *mill = mill_new(false, 0);
    world_run(mill->world, 5000, UINT64_MAX);
    struct snapshot *first = world_save(mill->world, NULL);
    struct snapshot *same = world_save(mill->world, first);
    ck_assert_uint_eq(snapshot_own_bytes(first), snapshot_bytes(first));
    ck_assert_uint_eq(snapshot_bytes(same), snapshot_bytes(first));
    ck_assert_uint_eq(snapshot_own_bytes(same), 0);
    world_run(mill->world, 5010, UINT64_MAX);
    struct snapshot *later = world_save(mill->world, same);
    ck_assert_uint_gt(snapshot_own_bytes(later), 0);
    ck_assert_uint_lt(snapshot_own_bytes(later), snapshot_bytes(later) / 2);
    size_t all = world_snapshot_bytes(mill->world), own = snapshot_own_bytes(later);
    ck_assert_uint_eq(all, snapshot_bytes(first) + own);
    snapshot_free(first); /* the second has all of its pages */
    ck_assert_uint_eq(world_snapshot_bytes(mill->world), all);
    snapshot_free(later);
    ck_assert_uint_eq(world_snapshot_bytes(mill->world), all - own);
    snapshot_free(same);
    ck_assert_uint_eq(world_snapshot_bytes(mill->world), 0);
    world_free(mill->world);
}
END_TEST

START_TEST(free_blocks_and_inputs_are_not_copied) {
    struct mill *mill = mill_new(false, 0);
    struct arena *state = world_state(mill->world);
    memset(arena_alloc(world_inputs(mill->world), 1 << 20), 1, 1 << 20);
    void *block = arena_alloc(state, 1 << 20);
    memset(block, 1, 1 << 20);
    struct snapshot *full = world_save(mill->world, NULL);
    arena_free(state, block, 1 << 20);
    struct snapshot *less = world_save(mill->world, NULL);
    ck_assert_uint_lt(snapshot_bytes(full), (1 << 20) + 100000);
    ck_assert_uint_lt(snapshot_bytes(less), 100000);
    memset(arena_alloc(state, 1 << 20), 2, 1 << 20);
    world_restore(mill->world, less);
    const uint8_t *again = arena_alloc(state, 1 << 20);
    ck_assert_ptr_eq(again, block);
    ck_assert(is_zero(again, 1 << 20));
    world_free(mill->world);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("snapshot");
    TCase *tcase = tcase_create("snapshot");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, what_follows_a_restore_is_what_followed_the_save);
    tcase_add_test(tcase, eager_timers_and_salted_ties_are_restored_as_well);
    tcase_add_test(tcase, snapshots_are_restored_in_any_order_and_freed_in_any_order);
    tcase_add_test(tcase, a_save_after_a_restore_is_as_good_as_any);
    tcase_add_test(tcase, two_worlds_are_saved_and_restored_side_by_side);
    tcase_add_test(tcase, another_future_leaves_nothing_behind);
    tcase_add_test(tcase, who_watches_goes_on_watching);
    tcase_add_test(tcase, what_a_saver_names_in_a_stream_is_as_it_was);
    tcase_add_test(tcase, snapshots_that_are_alike_share_what_is_the_same);
    tcase_add_test(tcase, free_blocks_and_inputs_are_not_copied);
    return suite;
}
