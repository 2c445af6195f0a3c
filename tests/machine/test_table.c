/* Tables of a model: found by key, in the order in which they came, also after many were removed; and what sessions of
 * clients keep. */
#include "tests/check_main.h"

#include "sim/base/draw.h"
#include "tests/machine/lab.h"

struct thing {
    uint64_t key;
    int64_t value;
};

enum { KEYS = 500 };

static struct lab lab;
static struct node_table table;

static void set_up(void) {
    lab_prepare(&lab, 1, 0);
    lab_start(&lab, 1);
    table = (struct node_table){0};
}

static void tear_down(void) {
    node_table_clear(lab.nodes[0], &table);
    lab_free(&lab);
}

static struct thing *add(uint64_t key) {
    return node_table_add(lab.nodes[0], &table, key, sizeof(struct thing));
}

START_TEST(entries_keep_the_order_in_which_they_came) {
    ck_assert_ptr_null(node_table_find(&table, 7));
    for (uint64_t i = 0; i < KEYS; i++) {
        struct thing *thing = add(i * 0x9e3779b97f4a7c15u);
        ck_assert_int_eq(thing->value, 0);
        thing->value = (int64_t)i + 1;
    }
    ck_assert_uint_eq(table.count, KEYS);
    for (uint64_t i = 0; i < KEYS; i++) {
        const struct thing *thing = (const struct thing *)table.entries + i;
        ck_assert_int_eq(thing->value, (int64_t)i + 1);
        ck_assert_ptr_eq(add(thing->key), thing);
    }
    ck_assert_uint_eq(table.count, KEYS);
}
END_TEST

/* Against an array that says which keys are there: adding, finding and removing at random, in a table that is small
 * enough for its places to run into each other. */
START_TEST(what_was_removed_is_gone_and_the_rest_is_found) {
    enum { SMALL = 40 };
    int64_t values[SMALL] = {0};
    uint32_t count = 0;
    struct draw draw = draw_at(draw_key(1, DRAW_SWARM, 1), 0);
    for (int64_t step = 1; step <= 20000; step++) {
        uint64_t key = draw_below(&draw, SMALL);
        struct thing *thing = node_table_find(&table, key);
        ck_assert_int_eq(thing != NULL ? thing->value : 0, values[key]);
        if (thing != NULL && draw_below(&draw, 2) == 0) {
            node_table_remove(lab.nodes[0], &table, thing);
            values[key] = 0;
            count--;
        } else {
            count += thing == NULL;
            add(key)->value = values[key] = step;
        }
        ck_assert_uint_eq(table.count, count);
    }
}
END_TEST

START_TEST(a_session_answers_retries_until_they_are_settled) {
    struct client_session *session = node_table_add(lab.nodes[0], &table, 9, sizeof *session);
    int64_t value = 0;
    for (uint64_t sequence = 1; sequence <= 20; sequence++) {
        ck_assert_int_eq(session_find(session, sequence, &value), SESSION_NEW);
        session_keep(lab.nodes[0], session, sequence, (int64_t)sequence * 10);
    }
    session_settle(session, 12);
    session_settle(session, 3); /* what is settled stays so */
    ck_assert_int_eq(session_find(session, 12, &value), SESSION_FORGOTTEN);
    ck_assert_int_eq(session_find(session, 13, &value), SESSION_DONE);
    ck_assert_int_eq(value, 130);
    ck_assert_int_eq(session_find(session, 21, &value), SESSION_NEW);
    ck_assert_uint_eq(session->count, 8);
    sessions_clear(lab.nodes[0], &table);
    ck_assert_uint_eq(table.count, 0);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("tables");
    TCase *tcase = tcase_create("tables");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, entries_keep_the_order_in_which_they_came);
    tcase_add_test(tcase, what_was_removed_is_gone_and_the_rest_is_found);
    tcase_add_test(tcase, a_session_answers_retries_until_they_are_settled);
    suite_add_tcase(suite, tcase);
    return suite;
}
