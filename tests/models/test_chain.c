/* Chain replication and CRAQ, step by step under exact virtual time: every message takes 1 ms. Node 0 is the master,
 * nodes 1, 2 and 3 are the chain. */
#include "models/chain/chain.h"

#include "tests/check_main.h"
#include "tests/cluster.h"

#define MS SIM_MILLISECOND

static struct chain_params params;
static struct test_options options;
static struct test_cluster *chain;

static void set_up(void) {
    params = (struct chain_params){
        .heartbeat = 50 * MS, .lease = 300 * MS, .max_clock_drift_ppm = 0, .batch = 64, .bug = CHAIN_BUG_NONE};
    options =
        (struct test_options){.model = &chain_model, .params = &params, .nodes = 4, .latency_ns = MS, .sync_ns = 0};
}

static void begin(void) {
    chain = cluster_make(&options);
    cluster_begin(chain);
    cluster_run_until(chain, 100 * MS);
}

static void tear_down(void) {
    ck_assert_uint_eq(chain->broken, 0);
    cluster_end(chain);
}

static struct request write_of(uint64_t sequence, int64_t value) {
    return (struct request){.kind = OP_WRITE, .session = 9, .sequence = sequence, .key = 5, .value = value};
}

static struct request read_of_key(void) {
    return (struct request){.kind = OP_READ, .key = 5};
}

/* The answer must come after `after`, from `by`, with `value`. */
static void expect_reply(node_id to, struct request request, sim_time after, node_id by, int64_t value) {
    sim_time began = cluster_now(chain);
    const struct test_reply *reply = cluster_call(chain, 0, to, request, began + SIM_SECOND);
    ck_assert_ptr_nonnull(reply);
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    ck_assert_int_eq(reply->at - began, after);
    ck_assert_uint_eq(reply->reply.from, by);
    ck_assert_int_eq(reply->reply.value, value);
}

/* ---- Chain replication ---- */

START_TEST(a_write_goes_down_the_chain_and_the_tail_answers) {
    begin();
    expect_reply(1, write_of(1, 7), 4 * MS, 3, 7); /* to the head, two hops, back */
    expect_reply(3, read_of_key(), 2 * MS, 3, 7);
}
END_TEST

START_TEST(each_node_syncs_before_it_passes_on) {
    options.sync_ns = 2 * MS;
    begin();
    expect_reply(1, write_of(1, 7), 10 * MS, 3, 7);
}
END_TEST

START_TEST(requests_are_passed_on_to_head_and_tail) {
    begin();
    expect_reply(3, write_of(1, 7), 5 * MS, 3, 7);
    expect_reply(1, read_of_key(), 3 * MS, 3, 7);
    expect_reply(0, write_of(2, 8), 5 * MS, 3, 8); /* the master knows them too */
    expect_reply(0, read_of_key(), 3 * MS, 3, 8);
}
END_TEST

START_TEST(the_head_answers_a_retry_once_the_first_attempt_is_done) {
    begin();
    struct request increment = {.kind = OP_INCREMENT, .session = 9, .sequence = 1, .key = 5, .value = 1};
    expect_reply(1, increment, 4 * MS, 3, 1);
    cluster_run_until(chain, cluster_now(chain) + 2 * MS); /* for the news of the commit */
    expect_reply(1, increment, 2 * MS, 1, 1);
    increment.sequence = 2;
    expect_reply(1, increment, 4 * MS, 3, 2);
}
END_TEST

/* ---- Repair ---- */

/* Beats are at 0, 50, ..., 1000 ms; that of 1000 ms reaches the master at 1001 ms. Its ticks are at the same times, so
 * the first with more than 300 ms of silence is at 1350 ms. */
START_TEST(a_dead_tail_is_replaced_by_its_predecessor) {
    begin();
    cluster_run_until(chain, 1010 * MS);
    cluster_crash(chain->cluster, 3);
    uint64_t call = cluster_ask(chain, 0, 1, write_of(1, 7));
    cluster_run_until(chain, 1350 * MS);
    ck_assert_ptr_null(cluster_reply_to(chain, call));
    cluster_run_until(chain, 1352 * MS);
    const struct test_reply *reply = cluster_reply_to(chain, call);
    ck_assert_ptr_nonnull(reply);
    ck_assert_int_eq(reply->at, 1352 * MS); /* the configuration, then the answer */
    ck_assert_uint_eq(reply->reply.from, 2);
    ck_assert_int_eq(cluster_number(chain, 2, "epoch"), 2);
}
END_TEST

START_TEST(a_dead_head_is_replaced_by_its_successor) {
    begin();
    expect_reply(1, write_of(1, 7), 4 * MS, 3, 7);
    cluster_run_until(chain, 1010 * MS);
    cluster_crash(chain->cluster, 1);
    ck_assert_uint_eq(cluster_run_until_other_leader(chain, 1, 2 * SIM_SECOND), 2);
    ck_assert_int_eq(cluster_now(chain), 1351 * MS);
    expect_reply(2, write_of(2, 8), 3 * MS, 3, 8);
}
END_TEST

START_TEST(a_dead_middle_is_bridged_and_nothing_is_lost) {
    begin();
    cluster_run_until(chain, 1010 * MS);
    cluster_crash(chain->cluster, 2);
    uint64_t call = cluster_ask(chain, 0, 1, write_of(1, 7));
    cluster_run_until(chain, 2 * SIM_SECOND);
    const struct test_reply *reply = cluster_reply_to(chain, call);
    ck_assert_ptr_nonnull(reply);
    /* Configuration 1351; the head asks whether the tail has update 1: 1352, no: 1353, whether none: 1354, yes: 1355;
     * update 1356, answer 1357. */
    ck_assert_int_eq(reply->at, 1357 * MS);
    ck_assert_uint_eq(reply->reply.from, 3);
}
END_TEST

START_TEST(a_node_that_comes_back_becomes_the_tail) {
    begin();
    cluster_run_until(chain, 1010 * MS);
    cluster_crash(chain->cluster, 1);
    cluster_run_until(chain, 1500 * MS);
    expect_reply(2, write_of(1, 7), 3 * MS, 3, 7);
    cluster_restart(chain->cluster, 1);
    cluster_run_until(chain, 2 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(chain, 1, "place"), 2);
    ck_assert_int_eq(cluster_number(chain, 1, "synced"), 1);
    expect_reply(1, read_of_key(), 2 * MS, 1, 7);
    expect_reply(2, write_of(2, 8), 4 * MS, 1, 8);
}
END_TEST

START_TEST(a_quick_restart_keeps_the_place) {
    begin();
    expect_reply(1, write_of(1, 7), 4 * MS, 3, 7);
    cluster_crash(chain->cluster, 2);
    cluster_run_until(chain, cluster_now(chain) + 20 * MS);
    cluster_restart(chain->cluster, 2);
    cluster_run_until(chain, cluster_now(chain) + 60 * MS);
    ck_assert_int_eq(cluster_number(chain, 2, "place"), 1);
    ck_assert_int_eq(cluster_number(chain, 2, "epoch"), 1);
    expect_reply(1, write_of(2, 8), 4 * MS, 3, 8);
}
END_TEST

START_TEST(the_last_node_that_has_everything_is_never_removed) {
    begin();
    expect_reply(1, write_of(1, 7), 4 * MS, 3, 7);
    for (node_id node = 1; node <= 3; node++) {
        cluster_crash(chain->cluster, node);
    }
    cluster_run_until(chain, 5 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(chain, 0, "members"), 3);
    cluster_restart(chain->cluster, 2);
    cluster_run_until(chain, 6 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(chain, 0, "members"), 1);
    expect_reply(2, read_of_key(), 2 * MS, 2, 7);
}
END_TEST

START_TEST(a_restarted_master_goes_on_with_the_chain_that_it_had) {
    begin();
    cluster_run_until(chain, 1010 * MS);
    cluster_crash(chain->cluster, 3);
    cluster_run_until(chain, 1500 * MS);
    cluster_crash(chain->cluster, 0);
    cluster_restart(chain->cluster, 0);
    cluster_run_until(chain, 2 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(chain, 0, "members"), 2);
    ck_assert_int_eq(cluster_number(chain, 0, "epoch"), 2);
    expect_reply(1, write_of(1, 7), 3 * MS, 2, 7);
}
END_TEST

/* ---- Leases ---- */

static const struct selector tail_alone[] = {{.kind = SELECT_NODE, .index = 3}};
static const struct selector_group isolated = {tail_alone, 1};
static const struct fault_config cut = {.name = "cut",
                                        .kind = FAULT_PARTITION,
                                        .at = 1010 * MS,
                                        .length = SIM_NEVER,
                                        .form = PARTITION_ISOLATE,
                                        .groups = &isolated,
                                        .group_count = 1};

/* Its last beat left at 1000 ms, so that its lease ends at 1300 ms; clients still reach it. */
START_TEST(a_tail_that_is_cut_off_stops_when_its_lease_ends) {
    options.faults = &cut;
    options.fault_count = 1;
    begin();
    cluster_run_until(chain, 1298 * MS);
    expect_reply(3, read_of_key(), 2 * MS, 3, 0);
    const struct test_reply *reply = cluster_call(chain, 0, 3, read_of_key(), 2 * SIM_SECOND);
    ck_assert_int_eq(reply->reply.status, REPLY_REDIRECT);
    ck_assert_int_eq(reply->at, 1302 * MS);
    cluster_run_until(chain, 1360 * MS);
    expect_reply(1, write_of(1, 7), 3 * MS, 2, 7); /* the others have gone on */
}
END_TEST

START_TEST(without_a_lease_it_would_serve_what_is_stale) {
    params.bug = CHAIN_BUG_C02;
    options.faults = &cut;
    options.fault_count = 1;
    begin();
    cluster_run_until(chain, 1360 * MS);
    expect_reply(1, write_of(1, 7), 3 * MS, 2, 7);
    expect_reply(3, read_of_key(), 2 * MS, 3, 0);
}
END_TEST

/* ---- Cutting off ---- */

static const struct selector head_alone[] = {{.kind = SELECT_NODE, .index = 1}};
static const struct selector_group head_isolated = {head_alone, 1};
static const struct fault_config head_is_cut_off_and_slow[] = {
    {.name = "cut",
     .kind = FAULT_PARTITION,
     .at = 1010 * MS,
     .length = SIM_SECOND,
     .form = PARTITION_ISOLATE,
     .groups = &head_isolated,
     .group_count = 1},
    {.name = "slow",
     .kind = FAULT_SLOW_DISK,
     .at = 1900 * MS,
     .length = SIM_SECOND,
     .targets = {head_alone, 1},
     .times = 200},
};

/* The old head has an update that nobody else has heard of, and drops it when it joins again. A crash before its disk
 * has dropped it too brings it back: were it a full member by then, it would commit it as the tail. */
START_TEST(what_a_node_drops_when_it_joins_does_not_come_back_with_a_crash) {
    options.sync_ns = MS;
    options.faults = head_is_cut_off_and_slow;
    options.fault_count = 2;
    begin();
    cluster_run_until(chain, 1020 * MS);
    cluster_ask(chain, 0, 1, write_of(1, 7));
    cluster_run_until(chain, 1900 * MS);
    ck_assert_int_eq(cluster_number(chain, 1, "last index"), 1);
    ck_assert_int_eq(cluster_number(chain, 2, "place"), 0);
    while (cluster_number(chain, 1, "place") != 2) {
        ck_assert(cluster_step(chain, 5 * SIM_SECOND));
    }
    cluster_run_until(chain, cluster_now(chain) + 60 * MS); /* it has told the master */
    ck_assert_int_eq(cluster_number(chain, 1, "last index"), 0);
    cluster_crash(chain->cluster, 1);
    cluster_restart(chain->cluster, 1);
    ck_assert_int_eq(cluster_number(chain, 1, "last index"), 1);
    cluster_run_until(chain, cluster_now(chain) + 3 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(chain, 1, "synced"), 1);
    expect_reply(1, read_of_key(), 2 * MS, 1, 0);
}
END_TEST

static const struct selector first_two[] = {{.kind = SELECT_NODE, .index = 1}, {.kind = SELECT_NODE, .index = 2}};
static const struct selector second_alone[] = {{.kind = SELECT_NODE, .index = 2}};
static const struct selector_group both = {first_two, 2};
static const struct fault_config two_are_cut_off_and_slow[] = {
    {.name = "cut",
     .kind = FAULT_PARTITION,
     .at = 1010 * MS,
     .length = SIM_SECOND,
     .form = PARTITION_ISOLATE,
     .groups = &both,
     .group_count = 1},
    {.name = "slow",
     .kind = FAULT_SLOW_DISK,
     .at = 1900 * MS,
     .length = SIM_SECOND,
     .targets = {head_alone, 1},
     .times = 200},
    {.name = "slower",
     .kind = FAULT_SLOW_DISK,
     .at = 1900 * MS,
     .length = 2 * SIM_SECOND,
     .targets = {second_alone, 1},
     .times = 1000},
};

/* Two nodes have an update of the same past. One joins as the tail and crashes before its disk has dropped that; it
 * must not tell the other, which learns from it, that this is the chain's. */
START_TEST(a_tail_that_has_not_caught_up_leads_no_learner_astray) {
    options.nodes = 5;
    options.sync_ns = MS;
    options.faults = two_are_cut_off_and_slow;
    options.fault_count = 3;
    begin();
    cluster_run_until(chain, 1020 * MS);
    cluster_ask(chain, 0, 1, write_of(1, 7));
    cluster_run_until(chain, 1900 * MS);
    ck_assert_int_eq(cluster_number(chain, 2, "last index"), 1);
    cluster_crash(chain->cluster, 2);
    expect_reply(3, write_of(2, 8), 5 * MS, 4, 8);
    while (cluster_number(chain, 1, "place") != 2) {
        ck_assert(cluster_step(chain, 5 * SIM_SECOND));
    }
    cluster_run_until(chain, cluster_now(chain) + 60 * MS);
    cluster_crash(chain->cluster, 1);
    cluster_restart(chain->cluster, 2);
    cluster_run_until(chain, cluster_now(chain) + 60 * MS); /* the master lets it learn */
    cluster_restart(chain->cluster, 1);
    cluster_run_until(chain, cluster_now(chain) + 3 * SIM_SECOND);
    ck_assert_uint_eq(chain->broken, 0);
    ck_assert_int_eq(cluster_number(chain, 2, "place"), 3);
    expect_reply(2, read_of_key(), 2 * MS, 2, 8);
}
END_TEST

static const struct fault_config early_updates_come_again = {.name = "again",
                                                             .kind = FAULT_DEGRADE,
                                                             .at = 1104 * MS,
                                                             .length = 20 * MS,
                                                             .targets = {head_alone, 1},
                                                             .to = {second_alone, 1},
                                                             .duplicate = 1,
                                                             .replay_after = {.kind = DIST_CONSTANT, .a = 45 * MS}};

/* A new tail has everything at 1103 ms, and would tell the master so at 1150. It commits three updates and crashes
 * before that. What it hears first in its new life is an old message with the first of them, and then its head is gone.
 */
START_TEST(a_new_tail_keeps_what_it_has_committed_over_a_crash) {
    options.nodes = 3;
    options.faults = &early_updates_come_again;
    options.fault_count = 1;
    begin();
    cluster_crash(chain->cluster, 2);
    cluster_run_until(chain, SIM_SECOND);
    cluster_restart(chain->cluster, 2);
    cluster_run_until(chain, 1106 * MS);
    ck_assert_int_eq(cluster_number(chain, 2, "synced"), 1);
    expect_reply(1, write_of(1, 7), 3 * MS, 2, 7);
    cluster_run_until(chain, 1130 * MS);
    expect_reply(1, write_of(2, 8), 3 * MS, 2, 8);
    expect_reply(1, write_of(3, 9), 3 * MS, 2, 9);
    cluster_crash(chain->cluster, 2);
    cluster_restart(chain->cluster, 2);
    cluster_crash(chain->cluster, 1);
    cluster_run_until(chain, 3 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(chain, 2, "place"), 0);
    ck_assert_int_eq(cluster_number(chain, 2, "last index"), 3);
    expect_reply(2, read_of_key(), 2 * MS, 2, 9);
}
END_TEST

/* ---- CRAQ ---- */

START_TEST(any_node_answers_what_is_clean) {
    params.reads = CHAIN_READS_CRAQ;
    begin();
    expect_reply(1, write_of(1, 7), 4 * MS, 3, 7);
    cluster_run_until(chain, cluster_now(chain) + 2 * MS);
    for (node_id node = 1; node <= 3; node++) {
        expect_reply(node, read_of_key(), 2 * MS, node, 7);
    }
}
END_TEST

/* The update is at node 1 after 1 ms, at node 2 after 2, at the tail after 3. The read comes to node 2 after 2.5 ms;
 * its question comes to the tail after 3.5 ms, in time for the new version, and the news of that only after 4. */
START_TEST(a_node_asks_the_tail_about_what_is_dirty) {
    params.reads = CHAIN_READS_CRAQ;
    begin();
    sim_time began = cluster_now(chain);
    cluster_ask(chain, 0, 1, write_of(1, 7));
    cluster_run_until(chain, began + 3 * MS / 2);
    expect_reply(2, read_of_key(), 4 * MS, 2, 7);
}
END_TEST

START_TEST(a_node_answers_the_version_that_the_tail_names) {
    params.reads = CHAIN_READS_CRAQ;
    options.nodes = 6;
    begin();
    expect_reply(1, write_of(1, 7), 6 * MS, 5, 7);
    cluster_run_until(chain, cluster_now(chain) + 10 * MS);
    cluster_ask(chain, 0, 1, write_of(2, 8));
    expect_reply(1, read_of_key(), 4 * MS, 1, 7); /* dirty at the head, and the tail has not got it yet */
}
END_TEST

START_TEST(a_dirty_version_may_never_be) {
    params.reads = CHAIN_READS_CRAQ;
    params.bug = CHAIN_BUG_C01;
    options.nodes = 6;
    begin();
    cluster_ask(chain, 0, 1, write_of(1, 7));
    expect_reply(1, read_of_key(), 2 * MS, 1, 7);
    expect_reply(5, read_of_key(), 2 * MS, 5, 0); /* and then the older one */
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("chain");
    TCase *tests = tcase_create("steps");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_write_goes_down_the_chain_and_the_tail_answers);
    tcase_add_test(tests, each_node_syncs_before_it_passes_on);
    tcase_add_test(tests, requests_are_passed_on_to_head_and_tail);
    tcase_add_test(tests, the_head_answers_a_retry_once_the_first_attempt_is_done);
    tcase_add_test(tests, a_dead_tail_is_replaced_by_its_predecessor);
    tcase_add_test(tests, a_dead_head_is_replaced_by_its_successor);
    tcase_add_test(tests, a_dead_middle_is_bridged_and_nothing_is_lost);
    tcase_add_test(tests, a_node_that_comes_back_becomes_the_tail);
    tcase_add_test(tests, a_quick_restart_keeps_the_place);
    tcase_add_test(tests, the_last_node_that_has_everything_is_never_removed);
    tcase_add_test(tests, a_restarted_master_goes_on_with_the_chain_that_it_had);
    tcase_add_test(tests, a_tail_that_is_cut_off_stops_when_its_lease_ends);
    tcase_add_test(tests, without_a_lease_it_would_serve_what_is_stale);
    tcase_add_test(tests, what_a_node_drops_when_it_joins_does_not_come_back_with_a_crash);
    tcase_add_test(tests, a_tail_that_has_not_caught_up_leads_no_learner_astray);
    tcase_add_test(tests, a_new_tail_keeps_what_it_has_committed_over_a_crash);
    tcase_add_test(tests, any_node_answers_what_is_clean);
    tcase_add_test(tests, a_node_asks_the_tail_about_what_is_dirty);
    tcase_add_test(tests, a_node_answers_the_version_that_the_tail_names);
    tcase_add_test(tests, a_dirty_version_may_never_be);
    suite_add_tcase(suite, tests);
    return suite;
}
