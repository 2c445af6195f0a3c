/* A single leader, step by step: small clusters with fixed latency, where every time can be said in advance. */
#include "models/leader/leader.h"
#include "tests/check_main.h"
#include "tests/cluster.h"

#define MS SIM_MILLISECOND
static const sim_time hop = 10 * MS; /* one way */
static const sim_time sync_time = 3 * MS;

static struct ld_params params_of(enum ld_replication replication) {
    return (struct ld_params){.replication = (int32_t)replication,
                              .copies = 1,
                              .reads = LD_READS_LEADER,
                              .staleness_bound = 200 * MS,
                              .failover = LD_QUORUM,
                              .failover_timeout = {300 * MS, 600 * MS},
                              .heartbeat = 50 * MS,
                              .fencing = true,
                              .max_clock_drift_ppm = 500,
                              .batch = 64};
}

static struct test_cluster *make(uint32_t nodes, const struct ld_params *params, const struct fault_config *fault) {
    return cluster_make(&(struct test_options){.model = &ld_model,
                                               .params = params,
                                               .nodes = nodes,
                                               .latency_ns = hop,
                                               .sync_ns = sync_time,
                                               .faults = fault,
                                               .fault_count = fault != NULL});
}

static void end(struct test_cluster *test) {
    cluster_print_violations(test);
    ck_assert_uint_eq(test->broken, 0);
    cluster_end(test);
}

/* The first leader, and all know it. */
static node_id begin(struct test_cluster *test) {
    cluster_begin(test);
    node_id leader = cluster_run_until_leader(test, SIM_SECOND);
    ck_assert_uint_eq(leader, 0);
    cluster_run_until(test, 500 * MS);
    return leader;
}

/* From 1 s to 2 s, the leader and the others do not reach each other; clients reach all. */
struct isolation {
    struct selector target;
    struct selector_group group;
    struct fault_config fault;
};

static const struct fault_config *isolate_leader(struct isolation *isolation) {
    isolation->target = (struct selector){.kind = SELECT_LEADER};
    isolation->group = (struct selector_group){&isolation->target, 1};
    isolation->fault = (struct fault_config){.name = "cut",
                                             .kind = FAULT_PARTITION,
                                             .form = PARTITION_ISOLATE,
                                             .at = SIM_SECOND,
                                             .length = SIM_SECOND,
                                             .groups = &isolation->group,
                                             .group_count = 1};
    return &isolation->fault;
}

static struct request operation(enum operation_kind kind, int64_t value, uint64_t sequence) {
    return (struct request){
        .kind = kind, .session = 1, .sequence = sequence, .settled = sequence - 1, .key = 5, .value = value};
}

static const struct test_reply *ask(struct test_cluster *test, node_id to, struct request request) {
    const struct test_reply *reply = cluster_call(test, 0, to, request, cluster_now(test) + 2 * SIM_SECOND);
    ck_assert_ptr_nonnull(reply);
    return reply;
}

static sim_time time_of(struct test_cluster *test, node_id to, struct request request) {
    sim_time asked = cluster_now(test);
    const struct test_reply *reply = ask(test, to, request);
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    return reply->at - asked;
}

/* ---- What a write waits for ---- */

static sim_time time_of_write(enum ld_replication replication, enum ld_bug bug) {
    struct ld_params params = params_of(replication);
    params.bug = (int32_t)bug;
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    sim_time took = time_of(test, leader, operation(OP_WRITE, 7, 1));
    end(test);
    return took;
}

START_TEST(an_asynchronous_write_waits_for_the_leaders_disk) {
    ck_assert_int_eq(time_of_write(LD_ASYNC, LD_BUG_NONE), 2 * hop + sync_time);
}
END_TEST

START_TEST(a_semi_synchronous_write_waits_for_a_follower_and_its_disk) {
    ck_assert_int_eq(time_of_write(LD_SEMI_SYNC, LD_BUG_NONE), 4 * hop + sync_time);
}
END_TEST

START_TEST(with_s01_it_waits_for_no_follower) {
    ck_assert_int_eq(time_of_write(LD_SEMI_SYNC, LD_BUG_S01), 2 * hop + sync_time);
}
END_TEST

START_TEST(a_synchronous_write_waits_for_the_slowest_follower) {
    struct ld_params params = params_of(LD_SYNC);
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    cluster_crash(test->cluster, 2);
    uint64_t call = cluster_ask(test, 0, leader, operation(OP_WRITE, 7, 1));
    cluster_run_until(test, 900 * MS);
    ck_assert_ptr_null(cluster_reply_to(test, call));
    cluster_restart(test->cluster, 2);
    cluster_run_until(test, 1100 * MS);
    ck_assert_ptr_nonnull(cluster_reply_to(test, call));
    end(test);
}
END_TEST

START_TEST(reads_at_the_leader_take_one_round_trip) {
    struct ld_params params = params_of(LD_SEMI_SYNC);
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    time_of(test, leader, operation(OP_WRITE, 7, 1));
    ck_assert_int_eq(time_of(test, leader, operation(OP_READ, 0, 2)), 2 * hop);
    const struct test_reply *reply = ask(test, 1, operation(OP_READ, 0, 3));
    ck_assert_int_eq(reply->reply.status, REPLY_REDIRECT);
    ck_assert_uint_eq(reply->reply.hint, leader);
    end(test);
}
END_TEST

START_TEST(a_retry_gets_the_first_answer) {
    struct ld_params params = params_of(LD_SEMI_SYNC);
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    ck_assert_int_eq(ask(test, leader, operation(OP_INCREMENT, 1, 1))->reply.value, 1);
    struct request retry = operation(OP_INCREMENT, 1, 1);
    retry.settled = 0;
    ck_assert_int_eq(ask(test, leader, retry)->reply.value, 1);
    ck_assert_int_eq(ask(test, leader, operation(OP_INCREMENT, 1, 2))->reply.value, 2);
    end(test);
}
END_TEST

/* ---- Failover ---- */

/* The candidate's epoch on its disk, the question, the vote on the voter's disk, the answer. */
START_TEST(a_successor_is_elected_when_the_leader_is_gone) {
    struct ld_params params = params_of(LD_SEMI_SYNC);
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    time_of(test, leader, operation(OP_WRITE, 7, 1));
    cluster_crash(test->cluster, leader);
    sim_time crashed = cluster_now(test);
    const struct probe *vote = cluster_run_until_probe(test, PROBE_VOTE, crashed + SIM_SECOND);
    ck_assert_ptr_nonnull(vote);
    sim_time stood_at = vote->at;
    node_id candidate = vote->node;
    ck_assert_int_ge(stood_at - crashed, 300 * MS - 50 * MS);
    ck_assert_int_le(stood_at - crashed, 600 * MS + 2 * hop);
    ck_assert_uint_eq(cluster_run_until_leader(test, crashed + SIM_SECOND), candidate);
    ck_assert_int_eq(cluster_now(test), stood_at + 2 * hop + 2 * sync_time);
    cluster_run_until(test, cluster_now(test) + 100 * MS);
    ck_assert_int_eq(ask(test, candidate, operation(OP_READ, 0, 2))->reply.value, 7);
    end(test);
}
END_TEST

START_TEST(a_cut_off_leader_stops_before_its_successor_begins) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_SEMI_SYNC);
    struct test_cluster *test = make(3, &params, isolate_leader(&isolation));
    node_id leader = begin(test);
    cluster_run_until(test, SIM_SECOND + 300 * MS);
    const struct test_reply *reply = ask(test, leader, operation(OP_READ, 0, 1));
    ck_assert_int_eq(reply->reply.status, REPLY_REDIRECT);
    ck_assert_uint_eq(reply->reply.hint, NODE_NONE);
    ck_assert_uint_ne(cluster_run_until_other_leader(test, leader, 2 * SIM_SECOND), NODE_NONE);
    end(test);
}
END_TEST

START_TEST(without_a_fence_it_goes_on_answering) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_SEMI_SYNC);
    params.fencing = false;
    struct test_cluster *test = make(3, &params, isolate_leader(&isolation));
    node_id leader = begin(test);
    cluster_run_until(test, SIM_SECOND + 900 * MS);
    ck_assert_uint_ne(cluster_current_leader(test), leader);
    ck_assert_int_eq(ask(test, leader, operation(OP_READ, 0, 1))->reply.status, REPLY_OK);
    end(test);
}
END_TEST

START_TEST(a_former_leader_gives_up_its_divergent_tail_and_says_how_much) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_ASYNC);
    params.fencing = false;
    struct test_cluster *test = make(3, &params, isolate_leader(&isolation));
    node_id leader = begin(test);
    cluster_run_until(test, SIM_SECOND + 10 * MS);
    for (uint64_t i = 1; i <= 5; i++) {
        ck_assert_int_eq(ask(test, leader, operation(OP_WRITE, (int64_t)i, i))->reply.status, REPLY_OK);
    }
    int64_t value = 0;
    ck_assert(cluster_peek(test->cluster, leader, 5, &value));
    ck_assert_int_eq(value, 5);
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, leader, "truncated entries"), 5);
    ck_assert(!cluster_peek(test->cluster, leader, 5, &value)); /* its state is the successor's */
    ck_assert_int_eq(cluster_number(test, leader, "last index"), cluster_number(test, 1, "last index"));
    end(test);
}
END_TEST

/* Its tail and what it shares with the successor are of one epoch, so that its hint leads to before what is known to
 * match. When the message with the first entry that conflicts is lost, that hint is the answer to the next one. */
START_TEST(a_former_leader_catches_up_entry_by_entry_though_messages_are_lost) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_SEMI_SYNC);
    params.batch = 1;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct test_cluster *test = cluster_make(&(struct test_options){.model = &ld_model,
                                                                        .params = &params,
                                                                        .seed = seed,
                                                                        .loss = 0.2,
                                                                        .latency_ns = hop,
                                                                        .sync_ns = sync_time,
                                                                        .faults = isolate_leader(&isolation),
                                                                        .fault_count = 1});
        cluster_begin(test);
        for (uint64_t i = 1; i <= 20; i++) {
            cluster_run_until(test, (i <= 10 ? 500 : 1000) * MS + (sim_time)i * MS);
            cluster_ask(test, 0, 0, operation(OP_WRITE, (int64_t)i, i));
        }
        cluster_run_until(test, 6 * SIM_SECOND);
        node_id leader = cluster_current_leader(test);
        ck_assert_uint_ne(leader, NODE_NONE);
        for (node_id node = 0; node < 3; node++) {
            ck_assert_int_eq(cluster_number(test, node, "last index"), cluster_number(test, leader, "last index"));
        }
        end(test);
    }
}
END_TEST

START_TEST(a_network_that_doubles_messages_does_not_make_more_of_them_while_a_node_is_behind) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_SEMI_SYNC);
    params.batch = 1;
    struct test_cluster *test =
        cluster_make(&(struct test_options){.model = &ld_model,
                                            .params = &params,
                                            .duplicate = 0.3,
                                            .latency = {.kind = DIST_UNIFORM, .a = 1e6, .b = 19e6},
                                            .sync_ns = sync_time,
                                            .faults = isolate_leader(&isolation),
                                            .fault_count = 1});
    begin(test);
    cluster_run_until(test, SIM_SECOND + 900 * MS);
    node_id leader = cluster_current_leader(test);
    for (uint64_t i = 1; i <= 200; i++) {
        cluster_ask(test, 0, leader, operation(OP_WRITE, (int64_t)i, i));
    }
    cluster_run_until(test, 2 * SIM_SECOND);
    uint64_t before = cluster_traffic(test->cluster).messages_sent;
    for (uint64_t i = 201; i <= 400; i++) {
        cluster_ask(test, 0, leader, operation(OP_WRITE, (int64_t)i, i));
        cluster_run_until(test, cluster_now(test) + 10 * MS);
    }
    cluster_run_until(test, 6 * SIM_SECOND);
    /* Each entry and its answer to and from two followers, a third more for those doubled, heartbeats, some again. */
    ck_assert_uint_lt(cluster_traffic(test->cluster).messages_sent - before, 8000);
    end(test);
}
END_TEST

START_TEST(a_lone_detector_promotes_without_asking_in_an_epoch_of_its_own) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_ASYNC);
    params.failover = LD_DETECTOR;
    params.fencing = false;
    struct test_cluster *test = make(2, &params, isolate_leader(&isolation));
    node_id leader = begin(test);
    cluster_run_until(test, SIM_SECOND + 900 * MS);
    uint64_t terms[2] = {cluster_term(test, 0), cluster_term(test, 1)};
    ck_assert_uint_eq(cluster_current_leader(test), 1);
    ck_assert_uint_gt(terms[1], terms[0]);
    ck_assert_uint_eq(terms[1] % 2, 1);
    ck_assert_int_eq(ask(test, leader, operation(OP_WRITE, 1, 1))->reply.status, REPLY_OK); /* two leaders */
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_uint_eq(cluster_current_leader(test), 1);
    ck_assert_int_eq(cluster_number(test, leader, "truncated entries"), 1);
    end(test);
}
END_TEST

START_TEST(what_was_acknowledged_survives_a_power_cut) {
    struct ld_params params = params_of(LD_SEMI_SYNC);
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    time_of(test, leader, operation(OP_WRITE, 7, 1));
    for (node_id node = 0; node < 3; node++) {
        cluster_crash(test->cluster, node);
    }
    for (node_id node = 0; node < 3; node++) {
        cluster_restart(test->cluster, node);
    }
    leader = cluster_run_until_leader(test, cluster_now(test) + 2 * SIM_SECOND);
    ck_assert_uint_ne(leader, NODE_NONE);
    cluster_run_until(test, cluster_now(test) + 200 * MS);
    ck_assert_int_eq(ask(test, leader, operation(OP_READ, 0, 2))->reply.value, 7);
    ck_assert_uint_eq(cluster_term(test, leader), 2);
    end(test);
}
END_TEST

/* ---- Reads at followers ---- */

START_TEST(a_token_sends_a_read_on_that_comes_too_early) {
    struct ld_params params = params_of(LD_SEMI_SYNC);
    params.reads = LD_READS_SESSION;
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin(test);
    const struct test_reply *reply = ask(test, leader, operation(OP_WRITE, 7, 1));
    uint64_t token = reply->reply.token;
    ck_assert_uint_eq(token, 2); /* index 1 began the epoch */
    /* Followers hear that it is committed with the next heartbeat. */
    struct request read = operation(OP_READ, 0, 2);
    read.token = token;
    uint64_t early = cluster_ask(test, 0, 1, read);
    read.token = token - 1;
    read.sequence = 3;
    reply = cluster_call(test, 1, 1, read, cluster_now(test) + SIM_SECOND);
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    ck_assert_int_eq(reply->reply.value, 0);
    ck_assert_int_eq(cluster_reply_to(test, early)->reply.status, REPLY_REDIRECT);
    cluster_run_until(test, cluster_now(test) + 60 * MS);
    read.token = token;
    read.sequence = 4;
    reply = ask(test, 1, read);
    ck_assert_int_eq(reply->reply.value, 7);
    ck_assert_uint_eq(reply->reply.token, token);
    end(test);
}
END_TEST

/* It does not know of its successor, but the client's token does. */
START_TEST(a_former_leader_without_a_fence_answers_no_session_that_has_seen_more) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_SEMI_SYNC);
    params.reads = LD_READS_SESSION;
    params.fencing = false;
    struct test_cluster *test = make(3, &params, isolate_leader(&isolation));
    node_id leader = begin(test);
    cluster_run_until(test, SIM_SECOND + 800 * MS);
    node_id successor = cluster_number(test, 1, "leader") == 1 ? 1 : 2;
    const struct test_reply *written = ask(test, successor, operation(OP_WRITE, 7, 1));
    ck_assert_int_eq(written->reply.status, REPLY_OK);
    struct request read = operation(OP_READ, 0, 2);
    ck_assert_int_eq(ask(test, leader, read)->reply.status, REPLY_OK); /* of one that has seen nothing */
    read.token = written->reply.token;
    ck_assert_int_eq(ask(test, leader, read)->reply.status, REPLY_FAIL);
    end(test);
}
END_TEST

START_TEST(a_follower_knows_how_old_its_state_may_be) {
    struct isolation isolation;
    struct ld_params params = params_of(LD_SEMI_SYNC);
    params.reads = LD_READS_BOUNDED;
    struct test_cluster *test = make(3, &params, isolate_leader(&isolation));
    node_id leader = begin(test);
    time_of(test, leader, operation(OP_WRITE, 7, 1));
    cluster_run_until(test, SIM_SECOND - hop);
    ck_assert_int_eq(ask(test, 1, operation(OP_READ, 0, 2))->reply.value, 7);
    cluster_run_until(test, SIM_SECOND + params.staleness_bound);
    ck_assert_int_eq(ask(test, 1, operation(OP_READ, 0, 3))->reply.status, REPLY_REDIRECT);
    end(test);
}
END_TEST

/* ---- Claims ---- */

START_TEST(what_is_acknowledged_is_safe_if_a_majority_cannot_miss_it) {
    static const struct {
        enum ld_replication replication;
        int64_t copies;
        enum ld_failover failover;
        size_t nodes;
        bool is_safe;
    } cases[] = {
        {LD_ASYNC, 1, LD_NEVER, 3, true},      {LD_ASYNC, 1, LD_QUORUM, 3, false},
        {LD_SEMI_SYNC, 1, LD_QUORUM, 3, true}, {LD_SEMI_SYNC, 1, LD_QUORUM, 5, false},
        {LD_SEMI_SYNC, 2, LD_QUORUM, 5, true}, {LD_SEMI_SYNC, 1, LD_QUORUM, 4, true},
        {LD_SYNC, 1, LD_QUORUM, 7, true},      {LD_SYNC, 1, LD_DETECTOR, 3, true},
        {LD_SEMI_SYNC, 0, LD_QUORUM, 5, true}, {LD_SEMI_SYNC, 2, LD_DETECTOR, 3, true},
        {LD_ASYNC, 1, LD_QUORUM, 2, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ld_params params = params_of(cases[i].replication);
        params.copies = cases[i].copies;
        params.failover = (int32_t)cases[i].failover;
        ck_assert_msg(ld_is_safe(&params, cases[i].nodes) == cases[i].is_safe, "case %zu", i);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("leader");
    TCase *writes = tcase_create("writes");
    tcase_add_test(writes, an_asynchronous_write_waits_for_the_leaders_disk);
    tcase_add_test(writes, a_semi_synchronous_write_waits_for_a_follower_and_its_disk);
    tcase_add_test(writes, with_s01_it_waits_for_no_follower);
    tcase_add_test(writes, a_synchronous_write_waits_for_the_slowest_follower);
    tcase_add_test(writes, reads_at_the_leader_take_one_round_trip);
    tcase_add_test(writes, a_retry_gets_the_first_answer);
    suite_add_tcase(suite, writes);
    TCase *failover = tcase_create("failover");
    tcase_add_test(failover, a_successor_is_elected_when_the_leader_is_gone);
    tcase_add_test(failover, a_cut_off_leader_stops_before_its_successor_begins);
    tcase_add_test(failover, without_a_fence_it_goes_on_answering);
    tcase_add_test(failover, a_former_leader_gives_up_its_divergent_tail_and_says_how_much);
    tcase_add_test(failover, a_former_leader_catches_up_entry_by_entry_though_messages_are_lost);
    tcase_add_test(failover, a_network_that_doubles_messages_does_not_make_more_of_them_while_a_node_is_behind);
    tcase_add_test(failover, a_lone_detector_promotes_without_asking_in_an_epoch_of_its_own);
    tcase_add_test(failover, what_was_acknowledged_survives_a_power_cut);
    suite_add_tcase(suite, failover);
    TCase *reads = tcase_create("reads");
    tcase_add_test(reads, a_token_sends_a_read_on_that_comes_too_early);
    tcase_add_test(reads, a_former_leader_without_a_fence_answers_no_session_that_has_seen_more);
    tcase_add_test(reads, a_follower_knows_how_old_its_state_may_be);
    suite_add_tcase(suite, reads);
    TCase *claims = tcase_create("claims");
    tcase_add_test(claims, what_is_acknowledged_is_safe_if_a_majority_cannot_miss_it);
    suite_add_tcase(suite, claims);
    return suite;
}
