/* Merging is commutative, associative and idempotent: tried on states that replicas can really have. A history of
 * random operations and merges of four replicas gives them; whatever three of its states are merged, the laws hold. */
#include "models/multileader/crdt.h"
#include "sim/base/draw.h"
#include "tests/check_main.h"

#include <string.h>

enum { REPLICAS = 4, STEPS = 60, HISTORIES = 400, TRIPLES = 20, KEPT = REPLICAS * STEPS };

union state {
    struct ml_register one;
    struct ml_siblings siblings;
    struct ml_counter counter;
    struct ml_orset set;
};

/* A kind of value: `act` is a random operation at a replica, `merge` joins two. */
struct kind {
    const char *name;
    size_t bytes;
    void (*act)(union state *state, uint32_t replica, struct draw *draw, int64_t step);
    void (*merge)(union state *to, const union state *from);
};

/* ---- Kinds ---- */

static void act_register(union state *state, uint32_t replica, struct draw *draw, int64_t step) {
    /* Stamps of skewed clocks, which often tie. */
    struct ml_register write = {.value = step + 1, .stamp = draw_between(draw, 1, 8) + step / 8, .replica = replica};
    ml_register_write(&state->one, &write);
}

static void merge_register(union state *to, const union state *from) {
    ml_register_merge(&to->one, &from->one);
}

static void act_siblings(union state *state, uint32_t replica, struct draw *draw, int64_t step) {
    ml_siblings_write(&state->siblings, replica, step + 1, draw_between(draw, 1, 100), 8);
}

static void merge_siblings(union state *to, const union state *from) {
    ml_siblings_merge(&to->siblings, &from->siblings);
}

static void act_counter(union state *state, uint32_t replica, struct draw *draw, int64_t step) {
    (void)step;
    ml_counter_add(&state->counter, replica, draw_between(draw, -5, 9));
}

static void merge_counter(union state *to, const union state *from) {
    ml_counter_merge(&to->counter, &from->counter);
}

static void act_set(union state *state, uint32_t replica, struct draw *draw, int64_t step) {
    uint32_t element = (uint32_t)draw_between(draw, 0, 3);
    (void)step;
    if (draw_between(draw, 0, 2) > 0) {
        ml_orset_add(&state->set, replica, element);
    } else {
        ml_orset_remove(&state->set, element);
    }
}

static void merge_set(union state *to, const union state *from) {
    ml_orset_merge(&to->set, &from->set, false);
}

static void merge_set_carelessly(union state *to, const union state *from) {
    ml_orset_merge(&to->set, &from->set, true);
}

static const struct kind kinds[] = {
    {"register", sizeof(struct ml_register), act_register, merge_register},
    {"siblings", sizeof(struct ml_siblings), act_siblings, merge_siblings},
    {"counter", sizeof(struct ml_counter), act_counter, merge_counter},
    {"set", sizeof(struct ml_orset), act_set, merge_set},
};
static const struct kind careless = {"careless set", sizeof(struct ml_orset), act_set, merge_set_carelessly};

/* ---- Histories ---- */

static uint32_t generate(const struct kind *kind, struct draw *draw, union state *kept) {
    union state replicas[REPLICAS];
    uint32_t count = 0;
    memset(replicas, 0, sizeof replicas);
    for (int64_t step = 0; step < STEPS; step++) {
        uint32_t at = (uint32_t)draw_between(draw, 0, REPLICAS - 1),
                 from = (uint32_t)draw_between(draw, 0, REPLICAS - 1);
        if (draw_between(draw, 0, 1) == 0 || from == at) {
            kind->act(&replicas[at], at, draw, step);
        } else {
            kind->merge(&replicas[at], &replicas[from]);
        }
        kept[count++] = replicas[at];
    }
    return count;
}

static union state merged(const struct kind *kind, const union state *a, const union state *b) {
    union state result = *a;
    kind->merge(&result, b);
    return result;
}

static bool is_same(const struct kind *kind, const union state *a, const union state *b) {
    return memcmp(a, b, kind->bytes) == 0;
}

struct broken {
    uint32_t commutative, associative, idempotent, tried;
};

static struct broken try_laws(const struct kind *kind) {
    struct broken broken = {0};
    static union state kept[KEPT];
    for (uint64_t history = 0; history < HISTORIES; history++) {
        struct draw draw = draw_at(draw_key(7, DRAW_MODEL, history), 0);
        uint32_t count = generate(kind, &draw, kept);
        for (int i = 0; i < TRIPLES; i++) {
            const union state *a = &kept[draw_below(&draw, count)], *b = &kept[draw_below(&draw, count)],
                              *c = &kept[draw_below(&draw, count)];
            union state ab = merged(kind, a, b), ba = merged(kind, b, a), bc = merged(kind, b, c);
            union state left = merged(kind, &ab, c), right = merged(kind, a, &bc), again = merged(kind, &ab, b);
            union state twice = merged(kind, a, a);
            broken.commutative += !is_same(kind, &ab, &ba);
            broken.associative += !is_same(kind, &left, &right);
            broken.idempotent += !is_same(kind, &again, &ab) || !is_same(kind, &twice, a);
            broken.tried++;
        }
    }
    return broken;
}

START_TEST(merging_keeps_the_laws) {
    const struct kind *kind = &kinds[_i];
    struct broken broken = try_laws(kind);
    ck_assert_uint_eq(broken.tried, HISTORIES * TRIPLES);
    ck_assert_msg(broken.commutative == 0 && broken.associative == 0 && broken.idempotent == 0,
                  "%s: of %u triples %u do not commute, %u do not associate, %u are not idempotent", kind->name,
                  broken.tried, broken.commutative, broken.associative, broken.idempotent);
}
END_TEST

START_TEST(a_set_that_does_not_compare_dots_breaks_them) {
    struct broken broken = try_laws(&careless);
    ck_assert_uint_gt(broken.commutative, 100);
    ck_assert_uint_gt(broken.associative, 100);
}
END_TEST

/* ---- What the values mean ---- */

START_TEST(of_two_writes_the_later_stays_and_ties_go_to_the_higher_replica) {
    struct ml_register a = {.value = 1, .stamp = 5, .replica = 0}, b = {.value = 2, .stamp = 5, .replica = 1};
    ml_register_merge(&a, &b);
    ck_assert_int_eq(a.value, 2);
    struct ml_register early = {.value = 3, .stamp = 4, .replica = 2};
    ck_assert(!ml_register_write(&a, &early)); /* acknowledged, and gone */
    ck_assert_int_eq(a.value, 2);
    struct ml_register again = {.value = 4, .stamp = 5, .replica = 1};
    ck_assert(ml_register_write(&a, &again)); /* a clock that stood still */
    ml_register_merge(&a, &b);
    ck_assert_int_eq(a.value, 4);
}
END_TEST

START_TEST(writes_that_know_of_one_another_leave_no_siblings) {
    struct ml_siblings a = {0}, b = {0};
    ml_siblings_write(&a, 0, 10, 1, 8);
    ml_siblings_write(&b, 1, 20, 2, 8);
    ml_siblings_merge(&a, &b);
    ck_assert_uint_eq(ml_siblings_count(&a), 2);
    ck_assert_int_eq(ml_siblings_shown(&a)->value, 20);
    ml_siblings_write(&a, 0, 30, 0, 8); /* knows both, though its clock is behind */
    ml_siblings_merge(&b, &a);
    ck_assert_uint_eq(ml_siblings_count(&b), 1);
    ck_assert_int_eq(ml_siblings_shown(&b)->value, 30);
}
END_TEST

START_TEST(counts_of_all_replicas_add_up) {
    struct ml_counter a = {0}, b = {0};
    ml_counter_add(&a, 0, 5);
    ml_counter_add(&b, 1, -2);
    ml_counter_merge(&b, &a);
    ml_counter_merge(&b, &a);
    ck_assert_int_eq(ml_counter_value(&b), 3);
}
END_TEST

START_TEST(what_was_removed_stays_removed_unless_it_was_added_unseen) {
    struct ml_orset a = {0}, b = {0};
    ml_orset_add(&a, 0, 3);
    ml_orset_merge(&b, &a, false);
    ck_assert(ml_orset_remove(&b, 3));
    struct ml_orset late = a; /* a message that is still on its way */
    ml_orset_merge(&a, &b, false);
    ck_assert(!ml_orset_has(&a, 3));
    ml_orset_merge(&a, &late, false);
    ck_assert(!ml_orset_has(&a, 3));
    ml_orset_add(&late, 1, 3); /* at a third replica, at the same time as the removal */
    ml_orset_merge(&a, &late, false);
    ck_assert(ml_orset_has(&a, 3));
    ck_assert(!ml_orset_remove(&a, 2));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("crdt");
    TCase *laws = tcase_create("laws");
    tcase_add_loop_test(laws, merging_keeps_the_laws, 0, sizeof kinds / sizeof kinds[0]);
    tcase_add_test(laws, a_set_that_does_not_compare_dots_breaks_them);
    suite_add_tcase(suite, laws);
    TCase *values = tcase_create("values");
    tcase_add_test(values, of_two_writes_the_later_stays_and_ties_go_to_the_higher_replica);
    tcase_add_test(values, writes_that_know_of_one_another_leave_no_siblings);
    tcase_add_test(values, counts_of_all_replicas_add_up);
    tcase_add_test(values, what_was_removed_stays_removed_unless_it_was_added_unseen);
    suite_add_tcase(suite, values);
    return suite;
}
