/* Epidemic broadcast and SWIM: step by step under exact virtual time, with messages of 1 ms and rounds of 1 s that
 * begin together; and whole runs against what theory says. */
#include "models/gossip/gossip.h"
#include "models/gossip/swim.h"
#include "models/registry.h"
#include "sim/base/draw.h"
#include "sim/study/run.h"
#include "sim/study/statistics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/cluster.h"

#define MS SIM_MILLISECOND

static struct gossip_params gossip;
static struct swim_params swim;
static struct test_options options;
static struct test_cluster *group;

static void set_up_gossip(void) {
    gossip = (struct gossip_params){.mode = GOSSIP_PUSH,
                                    .spreading = GOSSIP_FOREVER,
                                    .feedback = GOSSIP_FEEDBACK,
                                    .loss = GOSSIP_COUNTER,
                                    .k = 1,
                                    .fanout = 1,
                                    .period = SIM_SECOND,
                                    .aligned = true};
    options = (struct test_options){.model = &gossip_model, .params = &gossip, .nodes = 2, .latency_ns = MS};
}

static void set_up_swim(void) {
    swim = (struct swim_params){.period = SIM_SECOND,
                                .timeout = 300 * MS,
                                .indirect = 1,
                                .target = SWIM_ROUND_ROBIN,
                                .suspicion = 0,
                                .piggyback = 6,
                                .spread = 3};
    options = (struct test_options){.model = &swim_model, .params = &swim, .nodes = 3, .latency_ns = MS};
}

static void begin(void) {
    group = cluster_make(&options);
    cluster_begin(group);
}

static void tear_down(void) {
    cluster_end(group);
}

static int64_t read_at(node_id node) {
    const struct test_reply *reply =
        cluster_call(group, 0, node, (struct request){.kind = OP_READ, .key = 5}, cluster_now(group) + SIM_SECOND);
    ck_assert_ptr_nonnull(reply);
    return reply->reply.value;
}

static void write_at(node_id node, int64_t value) {
    struct request write = {.kind = OP_WRITE, .key = 5, .value = value};
    ck_assert_ptr_nonnull(cluster_call(group, 0, node, write, cluster_now(group) + SIM_SECOND));
}

/* ---- Epidemic broadcast ---- */

START_TEST(a_push_comes_one_latency_after_the_round_begins) {
    begin();
    write_at(0, 7);
    cluster_run_until(group, 1000 * MS);
    ck_assert(cluster_number(group, 1, "keys") == 0);
    cluster_run_until(group, 1001 * MS);
    ck_assert(cluster_number(group, 1, "keys") == 1);
    ck_assert_int_eq(read_at(1), 7);
}
END_TEST

START_TEST(a_pull_takes_a_question_and_an_answer) {
    gossip.mode = GOSSIP_PULL;
    begin();
    write_at(0, 7);
    cluster_run_until(group, 1001 * MS);
    ck_assert(cluster_number(group, 1, "keys") == 0);
    cluster_run_until(group, 1002 * MS);
    ck_assert(cluster_number(group, 1, "keys") == 1);
}
END_TEST

START_TEST(push_pull_does_both_in_one_round) {
    gossip.mode = GOSSIP_PUSH_PULL;
    begin();
    write_at(0, 7);
    cluster_run_until(group, 1001 * MS); /* node 0's push; node 1's answer to it is empty, and its own call asks */
    ck_assert_int_eq(cluster_number(group, 1, "keys"), 1);
}
END_TEST

START_TEST(the_later_timestamp_wins_everywhere) {
    begin();
    write_at(1, 8);
    cluster_run_until(group, 100 * MS);
    write_at(0, 7);
    cluster_run_until(group, 2500 * MS);
    ck_assert_int_eq(read_at(0), 7);
    ck_assert_int_eq(read_at(1), 7);
}
END_TEST

START_TEST(if_the_last_to_come_wins_replicas_swap_for_ever) {
    gossip.bug = GOSSIP_BUG_G01;
    begin();
    write_at(1, 8);
    cluster_run_until(group, 100 * MS);
    write_at(0, 7);
    cluster_run_until(group, 1500 * MS);
    ck_assert_int_eq(read_at(0), 8);
    ck_assert_int_eq(read_at(1), 7);
}
END_TEST

/* Round 1: news. Round 2: both push to each other what is known. */
START_TEST(a_rumor_ends_when_a_partner_knows_it) {
    gossip.spreading = GOSSIP_RUMOR;
    begin();
    write_at(0, 7);
    cluster_run_until(group, 1999 * MS);
    ck_assert_int_eq(cluster_number(group, 0, "rumors"), 1);
    ck_assert_int_eq(cluster_number(group, 1, "rumors"), 1);
    cluster_run_until(group, 2002 * MS);
    ck_assert_int_eq(cluster_number(group, 0, "rumors"), 0);
    ck_assert_int_eq(cluster_number(group, 1, "rumors"), 0);
}
END_TEST

START_TEST(a_blind_rumor_ends_after_k_partners_whatever_they_know) {
    gossip.spreading = GOSSIP_RUMOR;
    gossip.feedback = GOSSIP_BLIND;
    gossip.k = 3;
    begin();
    write_at(0, 7);
    cluster_run_until(group, 2999 * MS);
    ck_assert_int_eq(cluster_number(group, 0, "rumors"), 1);
    cluster_run_until(group, 3000 * MS);
    ck_assert_int_eq(cluster_number(group, 0, "rumors"), 0);
    ck_assert_int_eq(cluster_number(group, 1, "rumors"), 1); /* it heard of it a round later */
}
END_TEST

START_TEST(what_is_durable_is_known_after_a_restart) {
    begin();
    write_at(0, 7);
    cluster_crash(group->cluster, 0);
    cluster_restart(group->cluster, 0);
    ck_assert_int_eq(read_at(0), 7);
    cluster_run_until(group, 1500 * MS);
    ck_assert_int_eq(read_at(1), 7); /* and told, for good */
}
END_TEST

/* ---- Against theory ---- */

static double value_of(const struct run *run, const char *metric) {
    double value = NAN;
    measures_value(run->measures, metric, measures_find_window(run->measures, "all"), &value);
    return value;
}

static double run_of(const char *text, uint64_t seed, const char *metric) {
    struct model_list list = {model_registry, model_registry_count};
    struct scenario_options reading = {.models = &list, .has_seed = true, .seed = seed};
    struct text errors = {0};
    struct scenario *scenario = scenario_parse(text, strlen(text), "test.json", &reading, &errors);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    struct run_options plain = {0};
    struct run *run = run_execute(scenario, &plain);
    double value = value_of(run, metric);
    run_free(run);
    scenario_free(scenario);
    text_free(&errors);
    return value;
}

enum { RUNS = 60, NODES = 100 };

/* Rounds until all of n know what one knows, each who knows telling one other a round: simulated here by itself. */
static double rounds_of_push(uint64_t replication) {
    bool knows[NODES] = {true};
    uint32_t count = 1, rounds = 0;
    struct draw draw = draw_at(draw_key(1, DRAW_SWARM, 77), replication);
    while (count < NODES) {
        uint32_t before = count;
        bool then[NODES];
        memcpy(then, knows, sizeof then);
        for (uint32_t i = 0; i < NODES && before < NODES; i++) {
            uint32_t other = (uint32_t)draw_below(&draw, NODES - 1);
            other += other >= i;
            count += then[i] && !knows[other];
            knows[other] = knows[other] || then[i];
        }
        rounds++;
    }
    return rounds;
}

/* 99.9 %: wrong by chance once in a thousand sets of seeds; these are fixed. */
START_TEST(push_takes_as_many_rounds_as_an_epidemic) {
    double found[RUNS], expected = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        expected += rounds_of_push(i) / 20000;
    }
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        found[seed] =
            run_of("{\"title\": \"t\", \"duration\": \"40s\", \"network\": {\"latency\": \"10ms\"}, \"systems\": "
                   "{\"g\": {\"model\": \"gossip\", \"nodes\": 100, \"params\": {\"mode\": \"push\", "
                   "\"aligned\": true}}}, \"workload\": {\"kind\": \"kv\", \"target\": \"g\", \"clients\": 1, "
                   "\"arrivals\": {\"uniform\": \"1/s\"}, \"from\": \"200ms\", \"until\": \"1s\", \"mix\": "
                   "{\"write\": 1}, \"keys\": {\"uniform\": {\"count\": 1}}}}",
                   seed + 1, "gossip.rounds.max");
    }
    struct estimate mean = statistics_mean_t(found, RUNS, 0.999);
    ck_assert_msg(mean.low < expected && expected < mean.high, "%g in %g to %g", expected, mean.low, mean.high);
    ck_assert(mean.high - mean.low < 2);
}
END_TEST

/* SWIM 3: each of n - 1 members picks one of n - 1 others, so a period finds the failed one with probability
 * 1 - (1 - 1/(n-1))^(n-1). It fails right before the probes of period 3. */
START_TEST(swim_finds_a_failure_as_soon_as_chance_wants) {
    enum { MANY = 200 };
    double found[MANY], n = 10, expected = 1 / (1 - pow(1 - 1 / (n - 1), n - 1));
    for (uint64_t seed = 0; seed < MANY; seed++) {
        found[seed] =
            run_of("{\"title\": \"t\", \"duration\": \"20s\", \"network\": {\"latency\": \"10ms\"}, \"systems\": "
                   "{\"g\": {\"model\": \"swim\", \"nodes\": 10, \"params\": {\"target\": \"random\", "
                   "\"suspicion\": 0}}}, \"faults\": [{\"at\": \"2.9s\", \"crash\": \"g/4\"}]}",
                   seed + 1, "swim.found_in_period.min") -
            2;
    }
    struct estimate mean = statistics_mean_t(found, MANY, 0.999);
    ck_assert_double_eq_tol(expected, 1.530, 0.0005);
    ck_assert_msg(mean.low < expected && expected < mean.high, "%g in %g to %g", expected, mean.low, mean.high);
}
END_TEST

/* The ping of 2 s gets no answer, which is noticed at 3 s. */
START_TEST(detection_is_measured_from_the_crash) {
#define PAIR                                                                                                           \
    "{\"title\": \"t\", \"duration\": \"20s\", \"network\": {\"latency\": \"1ms\"}, \"systems\": {\"g\": {\"model\": " \
    "\"swim\", \"nodes\": 2, \"params\": {\"suspicion\": 0}}}, \"faults\": [{\"at\": \"1.5s\", \"for\": \"5s\", "      \
    "\"crash\": \"g/2\"}]}"
    ck_assert_double_eq_tol(run_of(PAIR, 1, "detection.time.max"), 1.5, 1e-9);
    ck_assert_double_eq_tol(run_of(PAIR, 1, "detection.all.time.max"), 1.5, 1e-9);
    ck_assert(run_of(PAIR, 1, "detection.false") == 0);
    ck_assert(run_of(PAIR, 1, "swim.found_in_period.count") == 1);
}
END_TEST

/* ---- SWIM, step by step ---- */

static const struct probe *next_suspicion(sim_time deadline) {
    return cluster_run_until_probe(group, PROBE_SUSPECT, deadline);
}

/* The pings of 2 s get no answer, which is known at 3 s. */
START_TEST(a_dead_member_is_found_at_the_end_of_a_period) {
    options.nodes = 2;
    begin();
    cluster_run_until(group, 1500 * MS);
    cluster_crash(group->cluster, 1);
    const struct probe *probe = next_suspicion(10 * SIM_SECOND);
    ck_assert_ptr_nonnull(probe);
    ck_assert_int_eq(probe->at, 3 * SIM_SECOND);
    ck_assert_uint_eq(probe->a, 1);
    ck_assert_uint_eq(probe->b, SUSPECT_FAILED);
    ck_assert_int_eq(cluster_number(group, 0, "members"), 1);
}
END_TEST

START_TEST(a_suspected_member_has_time_to_deny_it) {
    options.nodes = 2;
    swim.suspicion = 2; /* times log2: 2 bits for 2 members, so 4 periods */
    begin();
    cluster_run_until(group, 1500 * MS);
    cluster_crash(group->cluster, 1);
    const struct probe *probe = next_suspicion(10 * SIM_SECOND);
    ck_assert_uint_eq(probe->b, SUSPECT_SUSPECTED);
    ck_assert_int_eq(probe->at, 3 * SIM_SECOND);
    probe = next_suspicion(10 * SIM_SECOND);
    ck_assert_uint_eq(probe->b, SUSPECT_FAILED);
    ck_assert_int_eq(probe->at, 7 * SIM_SECOND);
}
END_TEST

/* Nodes 0 and 1 do not reach each other from 1.5 s on; node 2 reaches both. */
static const struct selector left[] = {{.kind = SELECT_NODE, .index = 0}};
static const struct selector right[] = {{.kind = SELECT_NODE, .index = 1}};
static const struct selector_group sides[] = {{left, 1}, {right, 1}};
static struct fault_config cut = {.name = "cut",
                                  .kind = FAULT_PARTITION,
                                  .at = 1500 * MS,
                                  .length = SIM_NEVER,
                                  .form = PARTITION_GROUPS,
                                  .groups = sides,
                                  .group_count = 2};

START_TEST(others_ping_in_ones_place) {
    swim.indirect = 3;
    options.faults = &cut;
    options.fault_count = 1;
    begin();
    ck_assert_ptr_null(next_suspicion(30 * SIM_SECOND));
}
END_TEST

START_TEST(without_them_a_cut_link_is_taken_for_a_failure) {
    swim.bug = SWIM_BUG_W02;
    options.faults = &cut;
    options.fault_count = 1;
    begin();
    ck_assert_ptr_nonnull(next_suspicion(30 * SIM_SECOND));
}
END_TEST

/* Node 1 is cut off for 3 s, and is suspected; then it hears of it. */
static const struct fault_config isolated = {.name = "cut",
                                             .kind = FAULT_PARTITION,
                                             .at = 1500 * MS,
                                             .length = 3 * SIM_SECOND,
                                             .form = PARTITION_ISOLATE,
                                             .groups = &sides[1],
                                             .group_count = 1};

static bool is_taken_for_failed(node_id member) {
    const struct probe *probe;
    bool is_failed = false;
    while ((probe = next_suspicion(60 * SIM_SECOND)) != NULL) {
        is_failed = is_failed || (probe->a == member && probe->b == SUSPECT_FAILED && probe->node != member);
    }
    return is_failed;
}

START_TEST(a_member_that_is_back_in_time_refutes_the_suspicion) {
    swim.suspicion = 3;
    options.faults = &isolated;
    options.fault_count = 1;
    begin();
    ck_assert(!is_taken_for_failed(1));
    ck_assert_int_ge(cluster_number(group, 1, "incarnation"), 1);
    ck_assert_int_eq(cluster_number(group, 0, "suspected"), 0);
}
END_TEST

START_TEST(one_that_does_not_deny_it_is_buried_alive) {
    swim.suspicion = 3;
    swim.bug = SWIM_BUG_W01;
    options.faults = &isolated;
    options.fault_count = 1;
    begin();
    ck_assert(is_taken_for_failed(1));
}
END_TEST

START_TEST(a_restarted_member_comes_back_with_another_incarnation) {
    begin();
    cluster_run_until(group, 1500 * MS);
    cluster_crash(group->cluster, 1);
    cluster_run_until(group, 10 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(group, 0, "members"), 2);
    ck_assert_int_eq(cluster_number(group, 2, "members"), 2);
    cluster_restart(group->cluster, 1);
    cluster_run_until(group, 20 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(group, 0, "members"), 3);
    ck_assert_int_eq(cluster_number(group, 2, "members"), 3);
    ck_assert_int_eq(cluster_number(group, 1, "members"), 3);
    ck_assert_int_ge(cluster_number(group, 1, "incarnation"), 1);
}
END_TEST

/* Node 0 has buried it when it comes back, and hears nothing as long as it tells that it lives. When they reach each
 * other again, it hears what is said of an earlier incarnation. */
START_TEST(who_missed_that_a_member_is_back_is_told_again) {
    static const struct fault_config late = {.name = "cut",
                                             .kind = FAULT_PARTITION,
                                             .at = 24 * SIM_SECOND,
                                             .length = 10 * SIM_SECOND,
                                             .form = PARTITION_ISOLATE,
                                             .groups = &sides[1],
                                             .group_count = 1};
    options.nodes = 2;
    options.faults = &late;
    options.fault_count = 1;
    swim.suspicion = 10; /* 20 periods */
    swim.spread = 1;
    begin();
    cluster_run_until(group, 1500 * MS);
    cluster_crash(group->cluster, 1);
    cluster_run_until(group, 25 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(group, 0, "members"), 1);
    cluster_restart(group->cluster, 1);
    cluster_run_until(group, 33 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(group, 1, "news"), 1); /* that node 0 is silent */
    cluster_run_until(group, 40 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(group, 0, "members"), 2);
    ck_assert_int_eq(cluster_number(group, 1, "members"), 2);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("gossip");
    TCase *epidemics = tcase_create("epidemics"), *members = tcase_create("swim"), *theory = tcase_create("theory");
    tcase_add_checked_fixture(epidemics, set_up_gossip, tear_down);
    tcase_add_test(epidemics, a_push_comes_one_latency_after_the_round_begins);
    tcase_add_test(epidemics, a_pull_takes_a_question_and_an_answer);
    tcase_add_test(epidemics, push_pull_does_both_in_one_round);
    tcase_add_test(epidemics, the_later_timestamp_wins_everywhere);
    tcase_add_test(epidemics, if_the_last_to_come_wins_replicas_swap_for_ever);
    tcase_add_test(epidemics, a_rumor_ends_when_a_partner_knows_it);
    tcase_add_test(epidemics, a_blind_rumor_ends_after_k_partners_whatever_they_know);
    tcase_add_test(epidemics, what_is_durable_is_known_after_a_restart);
    tcase_add_test(theory, push_takes_as_many_rounds_as_an_epidemic);
    tcase_add_test(theory, detection_is_measured_from_the_crash);
    tcase_add_test(theory, swim_finds_a_failure_as_soon_as_chance_wants);
    tcase_add_checked_fixture(members, set_up_swim, tear_down);
    tcase_add_test(members, a_dead_member_is_found_at_the_end_of_a_period);
    tcase_add_test(members, a_suspected_member_has_time_to_deny_it);
    tcase_add_test(members, others_ping_in_ones_place);
    tcase_add_test(members, without_them_a_cut_link_is_taken_for_a_failure);
    tcase_add_test(members, a_member_that_is_back_in_time_refutes_the_suspicion);
    tcase_add_test(members, one_that_does_not_deny_it_is_buried_alive);
    tcase_add_test(members, who_missed_that_a_member_is_back_is_told_again);
    tcase_add_test(members, a_restarted_member_comes_back_with_another_incarnation);
    suite_add_tcase(suite, epidemics);
    suite_add_tcase(suite, theory);
    suite_add_tcase(suite, members);
    return suite;
}
