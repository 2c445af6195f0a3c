/* The linearizability checker against random histories: made linearizable, and judged by brute force. */
#include "sim/check/linear.h"
#include "tests/check/histories.h"

#include "tests/check_main.h"

static const uint32_t REGISTER = 1 << OP_READ | 1 << OP_WRITE;
static const uint32_t CAS_REGISTER = 1 << OP_READ | 1 << OP_WRITE | 1 << OP_CAS;
static const uint32_t COUNTER = 1 << OP_READ | 1 << OP_INCREMENT;
static const uint32_t LIST = 1 << OP_READ | 1 << OP_APPEND;
static const uint32_t EVERYTHING = (1 << OP_REQUEST) - 1;

static struct arena arena;
static struct history history;

static void open_history(void) {
    histories_open(&arena, &history);
}
static void close_history(void) {
    arena_free_all(&arena);
}

static struct histories_shape draw_shape(struct draw *draw, uint32_t operations, uint32_t keys) {
    const uint32_t kinds[] = {REGISTER, CAS_REGISTER, COUNTER, LIST, EVERYTHING};
    return (struct histories_shape){.operations = operations,
                                    .keys = keys,
                                    .kinds = kinds[draw_below(draw, 5)],
                                    .values = draw_between(draw, 0, 4),
                                    .overlap = 1 + (uint32_t)draw_below(draw, 6),
                                    .info_percent = (uint32_t)draw_below(draw, 40),
                                    .fail_percent = (uint32_t)draw_below(draw, 10),
                                    .cas_hit_percent = (uint32_t)draw_below(draw, 100)};
}

START_TEST(linearizable_by_construction_is_never_accused) {
    for (uint64_t i = 0; i < 6000; i++) {
        struct draw draw = draw_at(draw_key(1, DRAW_TEST, 1), i);
        struct histories_shape shape = draw_shape(&draw, 30, 1 + (uint32_t)draw_below(&draw, 3));
        shape.info_percent = shape.kinds == REGISTER || shape.kinds == CAS_REGISTER ? shape.info_percent : 8;
        histories_make(&history, &shape, &draw);
        struct check_result result = linear_check(&history, UINT16_MAX, NULL, NULL);
        ck_assert_msg(result.verdict == VERDICT_HOLDS, "history %d: %s", (int)i, result.detail);
    }
}
END_TEST

/* One change to one operation: its result, its argument, its times, or its outcome. */
static void mutate(struct draw *draw) {
    struct operation *operation = &history.operations[draw_below(draw, history.count)];
    switch (draw_below(draw, 4)) {
    case 0:
        operation->result =
            operation->kind == OP_CAS ? 1 - operation->result : operation->result + draw_between(draw, -2, 2);
        break;
    case 1: {
        const struct operation *other = &history.operations[draw_below(draw, history.count)];
        if (operation->kind != OP_CAS) {
            operation->result = other->kind == OP_WRITE ? other->value : other->result;
        }
        break;
    }
    case 2:
        operation->completed = operation->outcome == OUTCOME_INFO
                                   ? operation->completed
                                   : operation->invoked + (operation->completed - operation->invoked) / 3;
        break;
    default:
        operation->value = draw_between(draw, 0, 3);
        break;
    }
}

START_TEST(verdicts_equal_those_of_brute_force) {
    uint32_t held = 0, broke = 0;
    for (uint64_t i = 0; i < 40000; i++) {
        struct draw draw = draw_at(draw_key(1, DRAW_TEST, 2), i);
        struct histories_shape shape = draw_shape(&draw, 1 + (uint32_t)draw_below(&draw, 7), 1);
        histories_make(&history, &shape, &draw);
        for (uint64_t change = draw_below(&draw, 4); change > 0; change--) {
            mutate(&draw);
        }
        bool expected = histories_brute_force(&history, 0, 0);
        struct check_result result = linear_check(&history, UINT16_MAX, NULL, NULL);
        ck_assert_msg(result.verdict == (expected ? VERDICT_HOLDS : VERDICT_VIOLATED), "history %d is %s: %s", (int)i,
                      expected ? "linearizable" : "not linearizable", result.detail);
        held += expected;
        broke += !expected;
    }
    ck_assert_uint_gt(held, 10000); /* both verdicts were put to the test */
    ck_assert_uint_gt(broke, 9000);
}
END_TEST

/* What is left when the prefix ends one completion earlier: the culprit and all that completes later are pending. */
static void cut_before(struct history *cut, const struct linear_witness *witness, bool with_culprit) {
    const struct operation *culprit = &history.operations[witness->culprit];
    cut->count = 0;
    for (uint32_t i = 0; i < witness->prefix_count; i++) {
        struct operation operation = history.operations[witness->prefix[i]];
        bool is_later = operation.completed > culprit->completed ||
                        (operation.completed == culprit->completed && witness->prefix[i] > witness->culprit);
        if (operation.outcome == OUTCOME_OK &&
            (is_later || (!with_culprit && witness->prefix[i] == witness->culprit))) {
            operation.outcome = OUTCOME_INFO;
        }
        history_add(cut, operation);
    }
}

START_TEST(prefix_of_a_violation_is_the_smallest) {
    struct history cut = {.arena = &arena};
    uint32_t judged = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        struct draw draw = draw_at(draw_key(1, DRAW_TEST, 3), i);
        struct histories_shape shape = draw_shape(&draw, 9, 1);
        histories_make(&history, &shape, &draw);
        mutate(&draw);
        struct linear_witness witness;
        struct check_result result = linear_check(&history, UINT16_MAX, NULL, &witness);
        if (result.verdict == VERDICT_VIOLATED) {
            judged++;
            cut_before(&cut, &witness, true);
            ck_assert(!histories_brute_force(&cut, 0, 0));
            cut_before(&cut, &witness, false);
            ck_assert(histories_brute_force(&cut, 0, 0));
            ck_assert_int_eq(result.at, history.operations[witness.culprit].completed);
        }
        linear_witness_free(&witness);
    }
    ck_assert_uint_gt(judged, 4000);
}
END_TEST

START_TEST(long_histories_are_judged_within_the_budget) {
    const uint32_t keys[] = {1, 100, 1000};
    for (uint64_t i = 0; i < 3; i++) {
        struct draw draw = draw_at(draw_key(1, DRAW_TEST, 4), i);
        struct histories_shape shape = {.operations = 30000,
                                        .keys = keys[i],
                                        .kinds = REGISTER,
                                        .overlap = 20,
                                        .info_percent = 2,
                                        .fail_percent = 1};
        histories_make(&history, &shape, &draw);
        struct linear_options options = {.max_steps = 5000000};
        struct check_result result = linear_check(&history, UINT16_MAX, &options, NULL);
        ck_assert_msg(result.verdict == VERDICT_HOLDS, "%d keys: %s", (int)keys[i], result.detail);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("linear-random");
    TCase *random = tcase_create("random");
    tcase_add_checked_fixture(random, open_history, close_history);
    tcase_set_timeout(random, 100);
    tcase_add_test(random, linearizable_by_construction_is_never_accused);
    tcase_add_test(random, verdicts_equal_those_of_brute_force);
    tcase_add_test(random, prefix_of_a_violation_is_the_smallest);
    tcase_add_test(random, long_histories_are_judged_within_the_budget);
    suite_add_tcase(suite, random);
    return suite;
}
