/* Clients: when they act, on which keys, whom they ask, and how their operations end. */
#include "sim/load/arrivals.h"
#include "sim/load/keys.h"
#include "sim/load/load.h"
#include "tests/machine/lab.h"

#include <check.h>
#include <string.h>

#define MS SIM_MILLISECOND

static struct lab lab;
static struct workload_config workload;
static struct load_config config;

static void set_up(void) {
    lab_prepare(&lab, 3, 4);
    workload = (struct workload_config){.name = "",
                                        .kind = WORKLOAD_KV,
                                        .clients = 1,
                                        .first_client = 3,
                                        .arrivals = ARRIVALS_UNIFORM,
                                        .rate = 100,
                                        .until = SIM_NEVER,
                                        .mix = {[OP_READ] = 0.5, [OP_WRITE] = 0.5},
                                        .keys = {.kind = KEYS_UNIFORM, .count = 10},
                                        .deadline = 100 * MS,
                                        .route = ROUTE_STICKY,
                                        .retries = {.attempts = 1, .multiplier = 1}};
    config = (struct load_config){.workloads = &workload, .workload_count = 1, .duration = SIM_SECOND};
}

static void tear_down(void) {
    lab_free(&lab);
}

static const struct history *run_for(sim_time duration) {
    config.duration = duration;
    lab_start(&lab, 5);
    struct load *load = load_new(lab.cluster, &config);
    load_start(load);
    lab_run(&lab, duration);
    load_finish(load);
    return load_history(load);
}

/* ---- Arrivals ---- */

START_TEST(uniform_arrivals_are_evenly_spaced_and_clients_take_turns) {
    workload.clients = 4;
    const struct history *history = run_for(SIM_SECOND);
    ck_assert_uint_eq(history->count, 100);
    for (uint32_t i = 0; i < 100; i++) {
        ck_assert_int_eq(history->operations[i].invoked, 10 * MS * i);
        ck_assert_uint_eq(history->operations[i].process, i % 4);
    }
}
END_TEST

/* From 0 to 200 a second over a second, then 200: n(t) = 100 t^2, then 100 + 200 (t - 1). */
START_TEST(uniform_arrivals_follow_a_ramp_from_nothing) {
    static const struct ramp_point ramp[2] = {{0, 0}, {SIM_SECOND, 2}};
    workload.ramp = ramp;
    workload.ramp_count = 2;
    const struct history *history = run_for(2 * SIM_SECOND);
    ck_assert_uint_eq(history->count, 300);
    for (uint32_t i = 0; i < 300; i++) {
        double t = (double)history->operations[i].invoked / 1e9;
        double n = t < 1 ? 100 * t * t : 100 + 200 * (t - 1);
        ck_assert_double_eq_tol(n, i, 0.001);
    }
}
END_TEST

START_TEST(uniform_arrivals_pause_in_a_phase_of_rate_0_and_hurry_in_one_of_3) {
    static const struct phase_config phases[2] = {{"calm", 200 * MS, 300 * MS, 0}, {"peak", 600 * MS, 100 * MS, 3}};
    config.phases = phases;
    config.phase_count = 2;
    const struct history *history = run_for(SIM_SECOND);
    uint32_t calm = 0, peak = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        sim_time at = history->operations[i].invoked;
        calm += at > 200 * MS && at < 500 * MS;
        peak += at >= 600 * MS && at < 700 * MS;
    }
    ck_assert_uint_eq(calm, 0);
    ck_assert_uint_ge(peak, 30); /* or one more: times are rounded to the nanosecond */
    ck_assert_uint_le(peak, 31);
    ck_assert_uint_eq(history->count, 20 + 10 + peak + 30);
}
END_TEST

/* A count of mean m lies within five of its standard deviations: wrong by chance once in a million. */
static void ck_assert_poisson(uint32_t count, double mean) {
    ck_assert_double_le(((double)count - mean) * ((double)count - mean), 25 * mean);
}

START_TEST(poisson_arrivals_come_at_the_rate_of_ramp_times_phases) {
    static const struct ramp_point ramp[2] = {{0, 0}, {10 * SIM_SECOND, 2}};
    static const struct phase_config phases[3] = {{"double", 2 * SIM_SECOND, 3 * SIM_SECOND, 2},
                                                  {"overlap", 4 * SIM_SECOND, 2 * SIM_SECOND, 3},
                                                  {"half", 4500 * MS, SIM_SECOND, 0.5}};
    workload.arrivals = ARRIVALS_POISSON;
    workload.rate = 1000;
    workload.clients = 4;
    workload.ramp = ramp;
    workload.ramp_count = 2;
    config.phases = phases;
    config.phase_count = 3;
    const struct history *history = run_for(12 * SIM_SECOND);
    double mean[12] = {0};
    uint32_t counts[12] = {0};
    for (sim_time at = 0; at < 12 * SIM_SECOND; at += MS) {
        double factor = arrivals_factor(&workload, &config, at);
        ck_assert_double_le(factor, arrivals_most(&workload, &config));
        mean[at / SIM_SECOND] += factor;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        counts[history->operations[i].invoked / SIM_SECOND]++;
    }
    for (uint32_t i = 0; i < 12; i++) {
        ck_assert_poisson(counts[i], mean[i]);
    }
}
END_TEST

START_TEST(phases_one_after_the_other_do_not_multiply_the_bound) {
    static struct phase_config phases[30];
    for (uint32_t i = 0; i < 30; i++) {
        phases[i] = (struct phase_config){"peak", i * SIM_SECOND, SIM_SECOND, 3};
    }
    config.phases = phases;
    config.phase_count = 30;
    ck_assert_double_eq(arrivals_most(&workload, &config), 3);
    run_for(MS);
}
END_TEST

START_TEST(traced_arrivals_come_at_their_times_within_the_window) {
    static const sim_time trace[5] = {1 * MS, 5 * MS, 5 * MS, 9 * MS, 30 * MS};
    workload.arrivals = ARRIVALS_TRACE;
    workload.clients = 2;
    workload.trace = trace;
    workload.trace_count = 5;
    workload.from = 2 * MS;
    workload.until = 20 * MS;
    const struct history *history = run_for(SIM_SECOND);
    ck_assert_uint_eq(history->count, 3);
    ck_assert_int_eq(history->operations[0].invoked, 5 * MS);
    ck_assert_int_eq(history->operations[1].invoked, 5 * MS);
    ck_assert_int_eq(history->operations[2].invoked, 9 * MS);
}
END_TEST

START_TEST(closed_clients_wait_for_the_answer_and_think) {
    workload.arrivals = ARRIVALS_CLOSED;
    workload.think = dist_constant(8 * MS);
    const struct history *history = run_for(SIM_SECOND);
    ck_assert_uint_eq(history->count, 100); /* 2 ms for the round trip, 8 of thought; the first after a thought */
    for (uint32_t i = 0; i < history->count; i++) {
        ck_assert_int_eq(history->operations[i].invoked, 8 * MS + 10 * MS * i);
    }
}
END_TEST

/* ---- Keys ---- */

static void count_keys(const struct keys_config *keys_config, uint32_t draws, uint32_t *counts) {
    struct keys keys;
    keys_init(&keys, keys_config);
    uint64_t key = draw_key(3, DRAW_TEST, 0);
    for (uint32_t i = 0; i < draws; i++) {
        struct draw draw = draw_at(key, i);
        uint64_t chosen = keys_choose(&keys, &draw, false);
        ck_assert_uint_lt(chosen, keys_config->count);
        counts[chosen]++;
    }
}

START_TEST(zipf_keys_come_with_their_chances) {
    static const double exponents[4] = {0, 0.99, 1, 2.5};
    struct keys_config keys = {.kind = KEYS_ZIPF, .count = 50, .exponent = exponents[_i]};
    uint32_t counts[50] = {0};
    count_keys(&keys, 200000, counts);
    double sum = 0, chances[50];
    for (uint32_t i = 0; i < 50; i++) {
        chances[i] = __builtin_pow(i + 1, -exponents[_i]);
        sum += chances[i];
    }
    for (uint32_t i = 0; i < 50; i++) {
        ck_assert_poisson(counts[i], 200000 * chances[i] / sum);
    }
    run_for(MS);
}
END_TEST

START_TEST(hot_keys_get_their_share) {
    struct keys_config keys = {.kind = KEYS_HOTSPOT, .count = 50, .hot_keys = 0.1, .hot_operations = 0.8};
    uint32_t counts[50] = {0};
    count_keys(&keys, 100000, counts);
    for (uint32_t i = 0; i < 50; i++) {
        ck_assert_poisson(counts[i], i < 5 ? 16000 : 20000.0 / 45);
    }
    run_for(MS);
}
END_TEST

START_TEST(one_key_is_enough) {
    static const enum keys_kind kinds[5] = {KEYS_UNIFORM, KEYS_ZIPF, KEYS_HOTSPOT, KEYS_LATEST, KEYS_SEQUENTIAL};
    struct keys_config keys = {.kind = kinds[_i], .count = 1, .exponent = 1, .hot_keys = 0.2, .hot_operations = 0.8};
    uint32_t counts[1] = {0};
    count_keys(&keys, 1000, counts);
    ck_assert_uint_eq(counts[0], 1000);
    run_for(MS);
}
END_TEST

/* ---- Ends of operations ---- */

START_TEST(an_answer_in_time_is_ok) {
    const struct history *history = run_for(55 * MS);
    ck_assert_uint_eq(history->count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        const struct operation *operation = &history->operations[i];
        ck_assert_uint_eq(operation->outcome, OUTCOME_OK);
        ck_assert_int_eq(operation->completed, operation->invoked + 2 * MS);
        ck_assert_uint_eq(operation->sequence, i + 1);
        ck_assert_uint_eq(operation->served_by, 0);
        ck_assert_uint_eq(operation->attempts, 1);
    }
}
END_TEST

START_TEST(no_answer_ends_as_info_at_the_deadline_or_stays_open) {
    lab.answers = false;
    const struct history *history = run_for(155 * MS);
    ck_assert_uint_eq(history->count, 16);
    for (uint32_t i = 0; i < 16; i++) {
        const struct operation *operation = &history->operations[i];
        ck_assert_uint_eq(operation->outcome, OUTCOME_INFO);
        ck_assert_int_eq(operation->completed, i <= 5 ? operation->invoked + 100 * MS : SIM_NEVER);
    }
}
END_TEST

START_TEST(an_unanswered_attempt_is_retried_at_another_node) {
    static const struct selector first = {.kind = SELECT_NODE, .index = 0, .system = UINT32_MAX};
    lab_add_fault(&lab, "kill", FAULT_CRASH, 0, SIM_NEVER)->targets = (struct selector_group){&first, 1};
    workload.retries =
        (struct retries_config){.attempts = 2, .backoff = dist_constant(5 * MS), .multiplier = 1, .timeout = 20 * MS};
    workload.rate = 1;
    const struct history *history = run_for(SIM_SECOND);
    ck_assert_uint_eq(history->count, 1);
    ck_assert_uint_eq(history->operations[0].outcome, OUTCOME_OK);
    ck_assert_uint_eq(history->operations[0].attempts, 2);
    ck_assert_int_eq(history->operations[0].completed, 27 * MS);
    ck_assert_uint_eq(history->operations[0].served_by, 1);
}
END_TEST

START_TEST(a_refusal_is_fail_unless_an_attempt_may_have_been_executed) {
    lab.systems[0].service = dist_constant(50 * MS);
    lab.systems[0].queue_limit = 0;
    lab.systems[0].when_full = FULL_REJECT;
    workload.rate = 50; /* every 20 ms; one in service for 50: the others are refused */
    const struct history *history = run_for(95 * MS);
    ck_assert_uint_eq(history->count, 5);
    ck_assert_uint_eq(history->operations[0].outcome, OUTCOME_OK);
    ck_assert_uint_eq(history->operations[1].outcome, OUTCOME_FAIL);
    ck_assert_int_eq(history->operations[1].completed, 22 * MS);
    ck_assert_uint_eq(history->operations[2].outcome, OUTCOME_FAIL);
}
END_TEST

START_TEST(where_requests_may_be_doubled_no_refusal_is_sure) {
    lab.systems[0].service = dist_constant(50 * MS);
    lab.systems[0].queue_limit = 0;
    lab.systems[0].when_full = FULL_REJECT;
    lab.network.base.duplicate = 1e-9;
    workload.rate = 50;
    const struct history *history = run_for(95 * MS);
    ck_assert_uint_eq(history->operations[1].outcome, OUTCOME_INFO);
}
END_TEST

START_TEST(a_budget_bounds_retries) {
    lab.answers = false;
    workload.rate = 100;
    workload.deadline = SIM_SECOND;
    workload.retries = (struct retries_config){
        .attempts = 10, .backoff = dist_constant(MS), .multiplier = 1, .budget = 0.1, .timeout = 5 * MS};
    const struct history *history = run_for(10 * SIM_SECOND);
    uint32_t attempts = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        attempts += history->operations[i].attempts;
    }
    ck_assert_uint_eq(history->count, 1000);
    ck_assert_uint_ge(attempts, 1000 + 100);
    ck_assert_uint_le(attempts, 1000 + 100 + 10); /* and the bucket that was full at first */
}
END_TEST

START_TEST(reads_follow_acknowledged_writes_at_their_offsets_and_never_after_the_end) {
    static const sim_time after[2] = {0, 15 * MS};
    workload.kind = WORKLOAD_STALENESS;
    workload.after = after;
    workload.after_count = 2;
    workload.rate = 10;
    workload.until = 310 * MS;
    const struct history *history = run_for(SIM_SECOND);
    uint32_t reads = 0, writes = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        ck_assert_int_lt(operation->invoked, 310 * MS);
        if (operation->kind == OP_WRITE) {
            ck_assert_int_eq(operation->invoked, 100 * MS * writes);
            writes++;
        } else {
            ck_assert_uint_eq(operation->offset, reads % 2 + 1);
            ck_assert_int_eq(operation->invoked, 100 * MS * reads + 2 * MS + after[reads % 2]);
            reads++;
        }
    }
    ck_assert_uint_eq(writes, 4);
    ck_assert_uint_eq(reads, 3); /* the fourth would begin at 317 ms */
}
END_TEST

START_TEST(one_client_more_leaves_what_the_others_do) {
    struct operation first[200];
    workload.arrivals = ARRIVALS_POISSON;
    workload.clients = 2;
    workload.rate = 200;
    const struct history *history = run_for(SIM_SECOND);
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->count && count < 200; i++) {
        if (history->operations[i].process == 0) {
            first[count++] = history->operations[i];
        }
    }
    ck_assert_uint_gt(count, 50);
    lab_free(&lab);
    lab_prepare(&lab, 3, 4);
    workload.clients = 3;
    workload.rate = 300; /* the same for each */
    history = run_for(SIM_SECOND);
    uint32_t again = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->operations[i].process == 0) {
            ck_assert_uint_lt(again, count);
            ck_assert_int_eq(history->operations[i].invoked, first[again].invoked);
            ck_assert_uint_eq(history->operations[i].key, first[again].key);
            ck_assert_uint_eq(history->operations[i].kind, first[again].kind);
            again++;
        }
    }
    ck_assert_uint_eq(again, count);
}
END_TEST

START_TEST(a_list_keeps_its_order_and_gives_back_what_it_was) {
    int64_t list = 0;
    for (int64_t value = -500; value < 500; value++) {
        int64_t longer = operation_append(list, value);
        ck_assert_int_eq(operation_unappend(longer, value), list);
        ck_assert_int_ne(longer, list);
        list = longer;
    }
    ck_assert_int_ne(operation_append(operation_append(0, 1), 2), operation_append(operation_append(0, 2), 1));
    run_for(MS);
}
END_TEST

static void expect_effect(enum operation_kind kind, int64_t before, int64_t value, int64_t expected,
                          struct operation_effect wanted) {
    struct operation_effect effect = operation_apply(kind, before, value, expected);
    ck_assert_int_eq(effect.after, wanted.after);
    ck_assert_int_eq(effect.result, wanted.result);
    ck_assert_int_eq(effect.writes, wanted.writes);
}

START_TEST(each_kind_of_operation_has_its_effect) {
    expect_effect(OP_READ, 5, 7, 9, (struct operation_effect){5, 5, false});
    expect_effect(OP_WRITE, 5, 7, 9, (struct operation_effect){7, 7, true});
    expect_effect(OP_CAS, 5, 7, 5, (struct operation_effect){7, 1, true});
    expect_effect(OP_CAS, 5, 7, 9, (struct operation_effect){5, 0, false});
    expect_effect(OP_CAS, 5, 5, 5, (struct operation_effect){5, 1, true});
    expect_effect(OP_INCREMENT, 5, -7, 9, (struct operation_effect){-2, -2, true});
    expect_effect(OP_INCREMENT, INT64_MAX, 1, 0, (struct operation_effect){INT64_MIN, INT64_MIN, true});
    int64_t list = operation_append(5, 7);
    expect_effect(OP_APPEND, 5, 7, 9, (struct operation_effect){list, list, true});
    expect_effect(OP_REQUEST, 5, 7, 9, (struct operation_effect){5, 0, false});
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("load");
    TCase *tcase = tcase_create("load");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, each_kind_of_operation_has_its_effect);
    tcase_add_test(tcase, uniform_arrivals_are_evenly_spaced_and_clients_take_turns);
    tcase_add_test(tcase, uniform_arrivals_follow_a_ramp_from_nothing);
    tcase_add_test(tcase, uniform_arrivals_pause_in_a_phase_of_rate_0_and_hurry_in_one_of_3);
    tcase_add_test(tcase, poisson_arrivals_come_at_the_rate_of_ramp_times_phases);
    tcase_add_test(tcase, phases_one_after_the_other_do_not_multiply_the_bound);
    tcase_add_test(tcase, traced_arrivals_come_at_their_times_within_the_window);
    tcase_add_test(tcase, closed_clients_wait_for_the_answer_and_think);
    tcase_add_loop_test(tcase, zipf_keys_come_with_their_chances, 0, 4);
    tcase_add_test(tcase, hot_keys_get_their_share);
    tcase_add_loop_test(tcase, one_key_is_enough, 0, 5);
    tcase_add_test(tcase, an_answer_in_time_is_ok);
    tcase_add_test(tcase, no_answer_ends_as_info_at_the_deadline_or_stays_open);
    tcase_add_test(tcase, an_unanswered_attempt_is_retried_at_another_node);
    tcase_add_test(tcase, a_refusal_is_fail_unless_an_attempt_may_have_been_executed);
    tcase_add_test(tcase, where_requests_may_be_doubled_no_refusal_is_sure);
    tcase_add_test(tcase, a_budget_bounds_retries);
    tcase_add_test(tcase, reads_follow_acknowledged_writes_at_their_offsets_and_never_after_the_end);
    tcase_add_test(tcase, one_client_more_leaves_what_the_others_do);
    tcase_add_test(tcase, a_list_keeps_its_order_and_gives_back_what_it_was);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
