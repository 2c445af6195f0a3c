/* The world: order of events and of ties, lazy timers against eager ones, the bounds of a run, the trace hash. */
#include "sim/engine/world.h"

#include "sim/base/draw.h"
#include "sim/base/hash.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_NOTE = 1, EVENT_TICK, MOST_NOTES = 100000 };

/* What a test's handlers saw. */
struct diary {
    struct world *world;
    sim_time times[MOST_NOTES];
    uint64_t words[MOST_NOTES];
    uint32_t count;
    uint32_t stop_after;
};

static void on_note(void *context, const struct event *event) {
    struct diary *diary = context;
    ck_assert_uint_lt(diary->count, MOST_NOTES);
    diary->times[diary->count] = world_now(diary->world);
    diary->words[diary->count++] = event->word;
    if (diary->count == diary->stop_after) {
        world_stop(diary->world);
    }
}

static struct diary *diary_new(struct world_options options) {
    struct diary *diary = calloc(1, sizeof *diary);
    options.state_bytes = options.record_bytes = (size_t)1 << 30;
    diary->world = world_new(options);
    world_on(diary->world, EVENT_NOTE, on_note, diary);
    world_on(diary->world, EVENT_TICK, on_note, diary);
    return diary;
}

static void diary_free(struct diary *diary) {
    world_free(diary->world);
    free(diary);
}

static void note_at(struct diary *diary, sim_time at, uint64_t word) {
    world_schedule(diary->world, at, (struct event){.kind = EVENT_NOTE, .node = NODE_NONE, .word = word});
}

/* ---- Order ---- */

START_TEST(ties_happen_in_the_order_of_scheduling) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    for (uint64_t i = 0; i < 1000; i++) {
        note_at(diary, 10, i);
    }
    ck_assert_uint_eq(world_run(diary->world, 10, UINT64_MAX), 1000);
    for (uint64_t i = 0; i < 1000; i++) {
        ck_assert_uint_eq(diary->words[i], i);
    }
    diary_free(diary);
}
END_TEST

START_TEST(a_tie_salt_permutes_ties_and_nothing_else) {
    struct diary *diary = diary_new((struct world_options){.seed = 1, .tie_salt = 99});
    struct diary *again = diary_new((struct world_options){.seed = 1, .tie_salt = 99});
    struct diary *other = diary_new((struct world_options){.seed = 1, .tie_salt = 100});
    for (uint64_t i = 0; i < 3000; i++) {
        note_at(diary, (sim_time)(i % 3), i);
        note_at(again, (sim_time)(i % 3), i);
        note_at(other, (sim_time)(i % 3), i);
    }
    world_run(diary->world, 10, UINT64_MAX);
    world_run(again->world, 10, UINT64_MAX);
    world_run(other->world, 10, UINT64_MAX);
    ck_assert_uint_eq(diary->count, 3000);
    ck_assert_mem_eq(diary->words, again->words, 3000 * sizeof diary->words[0]);
    ck_assert_mem_ne(diary->words, other->words, 3000 * sizeof diary->words[0]);
    bool seen[3000] = {false};
    uint32_t in_place = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        ck_assert(!seen[diary->words[i]]);
        seen[diary->words[i]] = true;
        ck_assert_int_eq(diary->times[i], (sim_time)(diary->words[i] % 3));
        ck_assert_int_eq(diary->times[i], (sim_time)(i / 1000));
        in_place += diary->words[i] == (i % 1000) * 3 + i / 1000;
    }
    ck_assert_uint_lt(in_place, 30); /* a random permutation leaves about three in place */
    diary_free(diary);
    diary_free(again);
    diary_free(other);
}
END_TEST

/* ---- Bounds of a run ---- */

START_TEST(a_run_executes_up_to_and_including_its_end) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    note_at(diary, 10, 1);
    note_at(diary, 20, 2);
    note_at(diary, 21, 3);
    ck_assert_uint_eq(world_run(diary->world, 20, UINT64_MAX), 2);
    ck_assert_int_eq(world_now(diary->world), 20);
    ck_assert_uint_eq(world_run(diary->world, 20, UINT64_MAX), 0);
    ck_assert_uint_eq(world_run(diary->world, SIM_NEVER, UINT64_MAX), 1);
    ck_assert_int_eq(world_now(diary->world), 21); /* a run without an end stays at its last event */
    ck_assert_uint_eq(world_events(diary->world), 3);
    diary_free(diary);
}
END_TEST

START_TEST(a_run_of_at_most_n_events_stops_in_between_and_goes_on) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    struct diary *whole = diary_new((struct world_options){.seed = 1});
    for (uint64_t i = 0; i < 100; i++) {
        note_at(diary, (sim_time)(i * 7 % 50), i);
        note_at(whole, (sim_time)(i * 7 % 50), i);
    }
    ck_assert_uint_eq(world_run(diary->world, 1000, 30), 30);
    ck_assert_int_lt(world_now(diary->world), 50); /* the end is not reached while events before it are left */
    ck_assert_uint_eq(world_run(diary->world, 1000, 0), 0);
    while (world_run(diary->world, 1000, 1) == 1) {
    }
    ck_assert_int_eq(world_now(diary->world), 1000);
    world_run(whole->world, 1000, UINT64_MAX);
    ck_assert_uint_eq(world_hash(diary->world), world_hash(whole->world));
    ck_assert_mem_eq(diary->words, whole->words, 100 * sizeof diary->words[0]);
    diary_free(diary);
    diary_free(whole);
}
END_TEST

START_TEST(time_never_goes_back) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    note_at(diary, 30, 1);
    world_run(diary->world, 20, UINT64_MAX);
    ck_assert_uint_eq(world_run(diary->world, 5, UINT64_MAX), 0);
    ck_assert_int_eq(world_now(diary->world), 20);
    diary_free(diary);
}
END_TEST

START_TEST(a_stopped_world_executes_nothing_more) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    for (uint64_t i = 0; i < 10; i++) {
        note_at(diary, (sim_time)i, i);
    }
    diary->stop_after = 4;
    ck_assert_uint_eq(world_run(diary->world, 100, UINT64_MAX), 4);
    ck_assert(world_is_stopped(diary->world));
    ck_assert_int_eq(world_now(diary->world), 3);
    ck_assert_uint_eq(world_run(diary->world, 100, UINT64_MAX), 0);
    diary_free(diary);
}
END_TEST

/* ---- Timers ---- */

START_TEST(rearming_to_an_earlier_deadline_fires_once_at_the_earlier) {
    for (int eager = 0; eager < 2; eager++) {
        struct diary *diary = diary_new((struct world_options){.seed = 1, .eager_timers = eager == 1});
        struct timer timer;
        timer_init(&timer, EVENT_TICK, 0, 0, 5);
        timer_arm(diary->world, &timer, 100);
        timer_arm(diary->world, &timer, 40);
        ck_assert_uint_eq(world_run(diary->world, 1000, UINT64_MAX), 1);
        ck_assert_uint_eq(diary->count, 1);
        ck_assert_int_eq(diary->times[0], 40);
        ck_assert(!timer_is_armed(&timer));
        diary_free(diary);
    }
}
END_TEST

START_TEST(early_firings_are_neither_hashed_nor_counted) {
    struct diary *lazy = diary_new((struct world_options){.seed = 1});
    struct diary *plain = diary_new((struct world_options){.seed = 1});
    struct timer timer, once;
    timer_init(&timer, EVENT_TICK, 3, 2, 1);
    timer_init(&once, EVENT_TICK, 3, 2, 1);
    for (sim_time at = 10; at <= 1000; at += 10) {
        timer_arm(lazy->world, &timer, at); /* the entry at 10 leaves early, and puts itself back at 1000 */
    }
    timer_arm(plain->world, &once, 1000);
    ck_assert_uint_eq(world_run(lazy->world, 500, UINT64_MAX), 0);
    ck_assert_uint_eq(world_events(lazy->world), 0);
    world_run(lazy->world, 2000, UINT64_MAX);
    world_run(plain->world, 2000, UINT64_MAX);
    ck_assert_uint_eq(world_events(lazy->world), 1);
    ck_assert_int_eq(lazy->times[0], 1000);
    ck_assert_uint_eq(world_hash(lazy->world), world_hash(plain->world));
    diary_free(lazy);
    diary_free(plain);
}
END_TEST

START_TEST(a_cancelled_timer_does_not_fire_and_can_be_armed_again) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    struct timer timer;
    timer_init(&timer, EVENT_TICK, 0, 0, 0);
    timer_arm(diary->world, &timer, 10);
    timer_cancel(&timer);
    ck_assert(!timer_is_armed(&timer));
    timer_arm(diary->world, &timer, 30);
    timer_cancel(&timer);
    timer_arm(diary->world, &timer, 20);
    world_run(diary->world, 100, UINT64_MAX);
    ck_assert_uint_eq(diary->count, 1);
    ck_assert_int_eq(diary->times[0], 20);
    diary_free(diary);
}
END_TEST

START_TEST(a_forgotten_timer_leaves_its_memory_alone) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    struct timer *timer = malloc(sizeof *timer);
    timer_init(timer, EVENT_TICK, 0, 0, 0);
    timer_arm(diary->world, timer, 10);
    timer_forget(diary->world, timer);
    memset(timer, 0xee, sizeof *timer);
    free(timer);
    ck_assert_uint_eq(world_run(diary->world, 100, UINT64_MAX), 0);
    diary_free(diary);
}
END_TEST

START_TEST(a_timer_fires_among_ties_where_it_was_armed) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    struct timer timer;
    timer_init(&timer, EVENT_TICK, 0, 0, 100);
    timer_arm(diary->world, &timer, 10); /* this entry will fire early */
    note_at(diary, 50, 1);
    timer_arm(diary->world, &timer, 50);
    note_at(diary, 50, 2);
    world_run(diary->world, 100, UINT64_MAX);
    ck_assert_uint_eq(diary->words[0], 1);
    ck_assert_uint_eq(diary->words[1], 100);
    ck_assert_uint_eq(diary->words[2], 2);
    diary_free(diary);
}
END_TEST

/* A little machine that arms, cancels and re-arms timers at random, and schedules events among them. */
enum { TIMERS = 16 };

struct chaos {
    struct diary *diary;
    struct timer timers[TIMERS];
    uint64_t key, steps;
};

static void on_chaos(void *context, const struct event *event) {
    struct chaos *chaos = context;
    struct world *world = chaos->diary->world;
    on_note(chaos->diary, event);
    if (chaos->steps > 20000) {
        return;
    }
    struct draw draw = draw_at(chaos->key, chaos->steps++);
    sim_time now = world_now(world);
    for (uint64_t i = draw_below(&draw, 4); i > 0; i--) {
        struct timer *timer = &chaos->timers[draw_below(&draw, TIMERS)];
        if (draw_below(&draw, 5) == 0) {
            timer_cancel(timer);
        } else {
            timer_arm(world, timer, now + draw_between(&draw, 0, 12));
        }
    }
    note_at(chaos->diary, now + draw_between(&draw, 0, 3), chaos->steps);
}

static void chaos_begin(struct chaos *chaos, struct world_options options, uint64_t key) {
    chaos->diary = diary_new(options);
    chaos->key = draw_key(key, DRAW_TEST, 0);
    chaos->steps = 0;
    world_on(chaos->diary->world, EVENT_NOTE, on_chaos, chaos);
    world_on(chaos->diary->world, EVENT_TICK, on_chaos, chaos);
    for (uint32_t i = 0; i < TIMERS; i++) {
        timer_init(&chaos->timers[i], EVENT_TICK, i, (uint16_t)i, 1000000 + i);
    }
    note_at(chaos->diary, 0, 0);
}

static void ck_assert_same(const struct diary *a, const struct diary *b) {
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_mem_eq(a->words, b->words, a->count * sizeof a->words[0]);
    ck_assert_mem_eq(a->times, b->times, a->count * sizeof a->times[0]);
    ck_assert_uint_eq(world_hash(a->world), world_hash(b->world));
    ck_assert_uint_eq(world_events(a->world), world_events(b->world));
}

START_TEST(lazy_and_eager_timers_give_the_same_order_and_hash) {
    struct world_options options = {.seed = 5, .tie_salt = _i % 2 == 0 ? 0 : (uint64_t)_i * 77};
    struct chaos lazy, eager;
    chaos_begin(&lazy, options, (uint64_t)_i);
    options.eager_timers = true;
    chaos_begin(&eager, options, (uint64_t)_i);
    world_run(lazy.diary->world, SIM_SECOND, UINT64_MAX);
    world_run(eager.diary->world, SIM_SECOND, UINT64_MAX);
    ck_assert_uint_gt(lazy.diary->count, 20000);
    ck_assert_same(lazy.diary, eager.diary);
    diary_free(lazy.diary);
    diary_free(eager.diary);
}
END_TEST

START_TEST(two_worlds_side_by_side_run_as_they_do_alone) {
    struct chaos alone, a, b;
    chaos_begin(&alone, (struct world_options){.seed = 1}, 31);
    world_run(alone.diary->world, SIM_SECOND, UINT64_MAX);
    chaos_begin(&a, (struct world_options){.seed = 1}, 31);
    chaos_begin(&b, (struct world_options){.seed = 2}, 32);
    while (world_run(a.diary->world, SIM_SECOND, 7) > 0) {
        world_run(b.diary->world, SIM_SECOND, 3);
    }
    ck_assert_same(alone.diary, a.diary);
    ck_assert_uint_ne(world_hash(a.diary->world), world_hash(b.diary->world));
    diary_free(alone.diary);
    diary_free(a.diary);
    diary_free(b.diary);
}
END_TEST

/* ---- The trace hash ---- */

static uint64_t hash_of(struct event event, sim_time at, uint64_t seed) {
    struct diary *diary = diary_new((struct world_options){.seed = seed});
    world_schedule(diary->world, at, event);
    world_run(diary->world, 1000, UINT64_MAX);
    uint64_t hash = world_hash(diary->world);
    diary_free(diary);
    return hash;
}

START_TEST(every_integer_of_an_event_is_in_the_hash_and_its_pointer_is_not) {
    struct event event = {.kind = EVENT_NOTE, .flags = 1, .small = 2, .node = 3, .word = 4};
    uint64_t hash = hash_of(event, 5, 6);
    int something = 0;
    struct event changed = event;
    changed.payload = &something;
    ck_assert_uint_eq(hash_of(changed, 5, 6), hash);
    changed = event, changed.kind = EVENT_TICK;
    ck_assert_uint_ne(hash_of(changed, 5, 6), hash);
    changed = event, changed.flags = 2;
    ck_assert_uint_ne(hash_of(changed, 5, 6), hash);
    changed = event, changed.small = 3;
    ck_assert_uint_ne(hash_of(changed, 5, 6), hash);
    changed = event, changed.node = 4;
    ck_assert_uint_ne(hash_of(changed, 5, 6), hash);
    changed = event, changed.word = 5;
    ck_assert_uint_ne(hash_of(changed, 5, 6), hash);
    ck_assert_uint_ne(hash_of(event, 6, 6), hash);
    ck_assert_uint_ne(hash_of(event, 5, 7), hash);
}
END_TEST

/* ---- Looking ahead ---- */

struct ahead {
    sim_time times[8];
    uint64_t words[8];
    uint32_t count;
};

static void look(void *context, sim_time at, uint64_t order, const struct event *event) {
    struct ahead *ahead = context;
    (void)order;
    ck_assert_uint_lt(ahead->count, 8);
    uint32_t place = ahead->count++;
    for (; place > 0 && ahead->times[place - 1] > at; place--) {
        ahead->times[place] = ahead->times[place - 1];
        ahead->words[place] = ahead->words[place - 1];
    }
    ahead->times[place] = at;
    ahead->words[place] = event->word;
}

START_TEST(what_is_pending_is_what_will_happen) {
    struct diary *diary = diary_new((struct world_options){.seed = 1});
    struct timer timers[3];
    for (uint32_t i = 0; i < 3; i++) {
        timer_init(&timers[i], EVENT_TICK, NODE_NONE, 0, 100 + i);
        timer_arm(diary->world, &timers[i], 10);
    }
    timer_arm(diary->world, &timers[0], 50); /* its entry is early */
    timer_arm(diary->world, &timers[1], 5);  /* its first entry is dead */
    timer_cancel(&timers[2]);
    note_at(diary, 20, 1);
    note_at(diary, 30, 2);
    struct ahead ahead = {.count = 0};
    world_each_pending(diary->world, look, &ahead);
    ck_assert_uint_eq(world_run(diary->world, 100, UINT64_MAX), 4);
    ck_assert_uint_eq(ahead.count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(ahead.times[i], diary->times[i]);
        ck_assert_uint_eq(ahead.words[i], diary->words[i]);
    }
    diary_free(diary);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("world");
    TCase *tcase = tcase_create("world");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, ties_happen_in_the_order_of_scheduling);
    tcase_add_test(tcase, a_tie_salt_permutes_ties_and_nothing_else);
    tcase_add_test(tcase, a_run_executes_up_to_and_including_its_end);
    tcase_add_test(tcase, a_run_of_at_most_n_events_stops_in_between_and_goes_on);
    tcase_add_test(tcase, time_never_goes_back);
    tcase_add_test(tcase, a_stopped_world_executes_nothing_more);
    tcase_add_test(tcase, rearming_to_an_earlier_deadline_fires_once_at_the_earlier);
    tcase_add_test(tcase, early_firings_are_neither_hashed_nor_counted);
    tcase_add_test(tcase, a_cancelled_timer_does_not_fire_and_can_be_armed_again);
    tcase_add_test(tcase, a_forgotten_timer_leaves_its_memory_alone);
    tcase_add_test(tcase, a_timer_fires_among_ties_where_it_was_armed);
    tcase_add_loop_test(tcase, lazy_and_eager_timers_give_the_same_order_and_hash, 0, 12);
    tcase_add_test(tcase, two_worlds_side_by_side_run_as_they_do_alone);
    tcase_add_test(tcase, every_integer_of_an_event_is_in_the_hash_and_its_pointer_is_not);
    tcase_add_test(tcase, what_is_pending_is_what_will_happen);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
