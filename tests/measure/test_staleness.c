/* Staleness of hand-made histories, and of random ones against the definition spelled out. */
#include "sim/base/draw.h"
#include "sim/measure/staleness.h"
#include "tests/measure/made.h"

#include "tests/check_main.h"

#define MS SIM_MILLISECOND
enum { UNJUDGED = -7 };

static int64_t sample_of(const struct samples *samples, uint32_t operation) {
    for (uint32_t i = 0; i < samples->count; i++) {
        if (samples->items[i].operation == operation) {
            return samples->items[i].value;
        }
    }
    return UNJUDGED;
}

static void expect(const struct staleness *staleness, uint32_t read, int64_t age_ms, int64_t versions) {
    ck_assert_int_eq(sample_of(&staleness->age, read), age_ms * MS);
    ck_assert_int_eq(sample_of(&staleness->versions, read), versions);
}

START_TEST(a_read_is_stale_since_the_first_newer_acknowledgement) {
    struct made made;
    made_begin(&made, 0, 1000);
    made_add(&made, OP_WRITE, OUTCOME_OK, 0, 10, 1, 11);
    made_add(&made, OP_WRITE, OUTCOME_OK, 20, 50, 1, 12);
    uint32_t early = made_add(&made, OP_READ, OUTCOME_OK, 40, 60, 1, 11); /* 12 is not acknowledged yet */
    uint32_t tie = made_add(&made, OP_READ, OUTCOME_OK, 50, 55, 1, 11);   /* stale for no time */
    made_add(&made, OP_WRITE, OUTCOME_OK, 60, 70, 1, 13);
    uint32_t late = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 11);
    uint32_t fresh = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 13);
    uint32_t nothing = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 0);
    uint32_t other = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 2, 0);
    uint32_t odd = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 99); /* nobody wrote that */
    struct staleness staleness = made_staleness(&made);
    expect(&staleness, early, 0, 0);
    expect(&staleness, tie, 0, 1);
    expect(&staleness, late, 50, 2);
    expect(&staleness, fresh, 0, 0);
    expect(&staleness, nothing, 90, 3);
    expect(&staleness, other, 0, 0);
    ck_assert_int_eq(sample_of(&staleness.age, odd), UNJUDGED);
    staleness_free(&staleness);
    made_end(&made);
}
END_TEST

START_TEST(a_concurrent_or_unanswered_write_makes_nothing_stale) {
    struct made made;
    made_begin(&made, 0, 1000);
    made_add(&made, OP_WRITE, OUTCOME_OK, 0, 100, 1, 11);
    made_add(&made, OP_WRITE, OUTCOME_OK, 50, 80, 1, 12);     /* concurrent with 11 */
    made_add(&made, OP_WRITE, OUTCOME_INFO, 60, 160, 1, 13);  /* may come at any time */
    made_add(&made, OP_WRITE, OUTCOME_FAIL, 110, 120, 1, 14); /* never happened */
    uint32_t first = made_add(&made, OP_READ, OUTCOME_OK, 200, 201, 1, 11);
    uint32_t second = made_add(&made, OP_READ, OUTCOME_OK, 200, 201, 1, 12);
    uint32_t unknown = made_add(&made, OP_READ, OUTCOME_OK, 200, 201, 1, 13);
    uint32_t failed = made_add(&made, OP_READ, OUTCOME_OK, 200, 201, 1, 14);
    struct staleness staleness = made_staleness(&made);
    expect(&staleness, first, 0, 0);
    expect(&staleness, second, 0, 0);
    expect(&staleness, unknown, 0, 0);
    ck_assert_int_eq(sample_of(&staleness.age, failed), UNJUDGED);
    staleness_free(&staleness);
    made_end(&made);
}
END_TEST

START_TEST(counters_lists_and_compare_and_set) {
    struct made made;
    made_begin(&made, 0, 1000);
    for (int64_t i = 0; i < 4; i++) { /* key 1 counts 1, 2, 3, 4 at 10, 20, 30, 40 ms */
        made_add(&made, OP_INCREMENT, OUTCOME_OK, 10 * i, 10 * i + 10, 1, 1);
    }
    uint32_t append = made_add(&made, OP_APPEND, OUTCOME_OK, 50, 60, 2, 5); /* key 2 is a list */
    made_operation(&made, append)->result = operation_append(0, 5);
    append = made_add(&made, OP_APPEND, OUTCOME_OK, 70, 80, 2, 6);
    made_operation(&made, append)->result = operation_append(operation_append(0, 5), 6);
    made_add(&made, OP_WRITE, OUTCOME_OK, 80, 81, 3, 31); /* key 3: two writes, a cas that worked, one that did not */
    uint32_t cas = made_add(&made, OP_CAS, OUTCOME_OK, 82, 83, 3, 32);
    made_operation(&made, cas)->result = 1;
    made_add(&made, OP_CAS, OUTCOME_OK, 84, 85, 3, 33);
    made_add(&made, OP_WRITE, OUTCOME_OK, 80, 81, 4, 41); /* key 4: a mixture */
    uint32_t increment = made_add(&made, OP_INCREMENT, OUTCOME_OK, 82, 83, 4, 1);
    made_operation(&made, increment)->result = 42;
    made_add(&made, OP_INCREMENT, OUTCOME_OK, 80, 81, 5, -1); /* key 5 may have one value twice */
    uint32_t count = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 2);
    uint32_t more = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 4);
    uint32_t list = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 2, operation_append(0, 5));
    uint32_t empty = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 2, 0);
    uint32_t old = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 3, 31);
    uint32_t set = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 3, 32);
    uint32_t mixed = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 4, 41);
    uint32_t incremented = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 4, 42);
    uint32_t twice = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 5, -1);
    struct staleness staleness = made_staleness(&made);
    expect(&staleness, count, 70, 2); /* the sum became 3 at 30 ms */
    expect(&staleness, more, 0, 0);
    expect(&staleness, list, 20, 1);
    expect(&staleness, empty, 40, 2);
    expect(&staleness, old, 17, 1);
    expect(&staleness, set, 0, 0);
    expect(&staleness, mixed, 17, 1);
    expect(&staleness, incremented, 0, 0);
    ck_assert_int_eq(sample_of(&staleness.age, twice), UNJUDGED);
    staleness_free(&staleness);
    made_end(&made);
}
END_TEST

START_TEST(workloads_on_different_systems_have_keys_of_their_own) {
    struct made made;
    made_begin(&made, 0, 1000);
    struct workload_config workloads[] = {{.name = "a", .target = 0}, {.name = "b", .target = 1}};
    made.config.workloads = workloads;
    made.config.workload_count = 2;
    made_add(&made, OP_WRITE, OUTCOME_OK, 0, 10, 1, 11);
    uint32_t read = made_add(&made, OP_READ, OUTCOME_OK, 100, 101, 1, 0);
    made_operation(&made, read)->workload = 1;
    struct staleness staleness = made_staleness(&made);
    expect(&staleness, read, 0, 0);
    staleness_free(&staleness);
    made_end(&made);
}
END_TEST

/* The definition, word by word. Of operations that take no time, at the same instant, the order of invocation tells. */
static int64_t versions_behind(const struct made *made, const struct operation *read, int64_t *age) {
    const struct operation *all = made->history.operations;
    const struct operation *from = NULL;
    int64_t behind = 0;
    *age = 0;
    for (uint32_t i = 0; i < made->history.count; i++) {
        if (all[i].kind == OP_WRITE && all[i].key == read->key && all[i].value == read->result) {
            from = &all[i];
        }
    }
    for (uint32_t i = 0; i < made->history.count; i++) {
        const struct operation *newer = &all[i];
        bool is_newer = read->result == 0 || (from != NULL && from->outcome == OUTCOME_OK && newer > from &&
                                              from->completed <= newer->invoked);
        if (newer->kind == OP_WRITE && newer->key == read->key && newer->outcome == OUTCOME_OK && is_newer &&
            newer->completed <= read->invoked) {
            behind++;
            sim_time since = read->invoked - newer->completed;
            *age = since > *age ? since : *age;
        }
    }
    return behind;
}

START_TEST(random_histories_agree_with_the_definition) {
    struct draw draw = draw_at(draw_key(11, DRAW_TEST, 2), 0);
    for (int round = 0; round < 50; round++) {
        struct made made;
        made_begin(&made, 0, 10000);
        int64_t written[2] = {0, 0};
        for (int64_t i = 0; i < 300; i++) {
            uint64_t key = draw_below(&draw, 2);
            int64_t length = (int64_t)draw_below(&draw, 40);
            int64_t at = i * (round % 5);
            if (draw_below(&draw, 2) == 0) {
                enum outcome outcome = draw_below(&draw, 5) == 0 ? OUTCOME_INFO : OUTCOME_OK;
                made_add(&made, OP_WRITE, outcome, at, outcome == OUTCOME_INFO ? OPEN : at + length, key,
                         ++written[key]);
            } else {
                int64_t back = (int64_t)draw_below(&draw, 6);
                int64_t value = written[key] > back ? written[key] - back : 0;
                made_add(&made, OP_READ, OUTCOME_OK, at, at + length, key, value);
            }
        }
        struct staleness staleness = made_staleness(&made);
        for (uint32_t i = 0; i < made.history.count; i++) {
            if (made.history.operations[i].kind == OP_READ) {
                int64_t age;
                int64_t behind = versions_behind(&made, &made.history.operations[i], &age);
                ck_assert_int_eq(sample_of(&staleness.versions, i), behind);
                ck_assert_int_eq(sample_of(&staleness.age, i), age);
            }
        }
        staleness_free(&staleness);
        made_end(&made);
    }
}
END_TEST

/* ---- Trials ---- */

static uint32_t add_trial(struct made *made, uint32_t process, int64_t at, int64_t value, uint16_t offset,
                          int64_t found) {
    uint32_t write = made_add(made, OP_WRITE, OUTCOME_OK, at, at + 10, 1, value);
    int64_t after = made->workload.after[offset - 1] / MS;
    uint32_t read = made_add(made, OP_READ, OUTCOME_OK, at + 10 + after, at + 20 + after, 1, found);
    made_operation(made, write)->process = made_operation(made, read)->process = process;
    made_operation(made, read)->offset = offset;
    return read;
}

START_TEST(trials_ask_for_the_value_just_acknowledged_or_a_newer_one) {
    static const sim_time after[] = {5 * MS, 0, 100 * MS};
    struct made made;
    made_begin(&made, 0, 10000);
    made.workload.after = after;
    made.workload.after_count = 3;
    add_trial(&made, 1, 0, 101, 2, 101);    /* 0 ms: fresh */
    add_trial(&made, 1, 100, 102, 2, 101);  /* 0 ms: stale */
    add_trial(&made, 1, 200, 103, 2, 0);    /* 0 ms: stale */
    add_trial(&made, 2, 300, 104, 1, 104);  /* 5 ms: fresh */
    add_trial(&made, 2, 400, 105, 1, 104);  /* 5 ms: stale */
    add_trial(&made, 1, 1000, 106, 3, 106); /* 100 ms: fresh */
    made_add(&made, OP_WRITE, OUTCOME_OK, 2000, 2010, 1, 107);
    uint32_t read =
        made_add(&made, OP_READ, OUTCOME_OK, 2110, 2111, 1, 108); /* 100 ms: a newer one, by another client */
    made_operation(&made, read)->offset = 3;
    made_operation(&made, read)->process = read - 1;
    made_add(&made, OP_WRITE, OUTCOME_OK, 2111, 2120, 1, 108);
    struct samples trials = made_trials(&made);
    struct filter filter = made_filter(&made);
    double share;
    ck_assert_uint_eq(trials.count, 7);
    ck_assert(staleness_consistent_at(&trials, &filter, 0, &share));
    ck_assert_double_eq(share, 1.0 / 3.0);
    ck_assert(staleness_consistent_at(&trials, &filter, 5 * MS, &share));
    ck_assert_double_eq(share, 0.5);
    ck_assert(staleness_consistent_at(&trials, &filter, 100 * MS, &share));
    ck_assert_double_eq(share, 1);
    ck_assert(!staleness_consistent_at(&trials, &filter, 50 * MS, &share));
    sim_time offset;
    ck_assert(staleness_visibility(&trials, &filter, &offset));
    ck_assert_int_eq(offset, 100 * MS);
    made.interval.until = 900 * MS;
    ck_assert(!staleness_visibility(&trials, &filter, &offset));
    samples_free(&trials);
    made_end(&made);
}
END_TEST

/* Shares of stale reads at 0, 1, 2 and 3 ms: 100, 1, 4 and 0.25 in a thousand. Those of 1 and 2 ms are pooled to 2.5,
 * and a thousandth is reached between 2 and 3 ms, at 2 + ln(2.5) / ln(10) ms = 2.398 ms. Without a stale read at 3 ms
 * the share there is taken for half a read's, 0.125: at 2 + ln(2.5) / ln(20) ms. */
START_TEST(visibility_is_where_a_thousandth_is_stale_whatever_chance_does_at_one_offset) {
    static const sim_time after[] = {0, MS, 2 * MS, 3 * MS};
    const uint32_t stale[] = {400, 4, 16, _i == 0};
    struct made made;
    made_begin(&made, 0, 1000000);
    made.workload.after = after;
    made.workload.after_count = 4;
    int64_t value = 1;
    for (uint16_t i = 0; i < 4; i++) {
        for (uint32_t trial = 0; trial < 4000; trial++, value++) {
            add_trial(&made, 1, 50 * value, value, (uint16_t)(i + 1), trial < stale[i] ? 0 : value);
        }
    }
    made.interval.until = SIM_NEVER;
    struct samples trials = made_trials(&made);
    struct filter filter = made_filter(&made);
    sim_time offset;
    ck_assert(staleness_visibility(&trials, &filter, &offset));
    ck_assert_int_eq(offset, _i == 0 ? 2397940 : 2305865);
    samples_free(&trials);
    made_end(&made);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measure staleness");
    TCase *tests = tcase_create("staleness");
    tcase_add_test(tests, a_read_is_stale_since_the_first_newer_acknowledgement);
    tcase_add_test(tests, a_concurrent_or_unanswered_write_makes_nothing_stale);
    tcase_add_test(tests, counters_lists_and_compare_and_set);
    tcase_add_test(tests, workloads_on_different_systems_have_keys_of_their_own);
    tcase_add_test(tests, random_histories_agree_with_the_definition);
    tcase_add_loop_test(tests, visibility_is_where_a_thousandth_is_stale_whatever_chance_does_at_one_offset, 0, 2);
    tcase_add_test(tests, trials_ask_for_the_value_just_acknowledged_or_a_newer_one);
    suite_add_tcase(suite, tests);
    return suite;
}
