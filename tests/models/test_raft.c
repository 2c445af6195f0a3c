/* Raft, step by step: small clusters with fixed latency, where every time can be said in advance. */
#include "models/raft/raft.h"
#include "sim/base/draw.h"
#include "sim/base/hash.h"
#include "tests/check_main.h"
#include "tests/cluster.h"
#include "tests/models/raft_weather.h"

static const sim_time latency = 10 * SIM_MILLISECOND; /* one way */
static const sim_time sync_time = 3 * SIM_MILLISECOND;

/* A cluster of `nodes`, not yet begun, with the given parameters and at most one fault. */
static struct test_cluster *make(uint32_t nodes, const struct rf_params *params, const struct fault_config *fault) {
    return cluster_make(&(struct test_options){.model = &rf_model,
                                               .params = params,
                                               .nodes = nodes,
                                               .latency_ns = latency,
                                               .sync_ns = sync_time,
                                               .faults = fault,
                                               .fault_count = fault != NULL});
}

static void end(struct test_cluster *test) {
    cluster_print_violations(test);
    ck_assert_uint_eq(test->broken, 0);
    cluster_end(test);
}

/* From 1 s on, for `length`, nobody but clients reaches the node or nodes that the selector names. */
struct isolation {
    struct selector target;
    struct selector_group group;
    struct fault_config fault;
};

static const struct fault_config *isolate(struct isolation *isolation, enum selector_kind kind, sim_time length) {
    isolation->target = (struct selector){.kind = kind};
    isolation->group = (struct selector_group){&isolation->target, 1};
    isolation->fault = (struct fault_config){.name = "cut",
                                             .kind = FAULT_PARTITION,
                                             .form = PARTITION_ISOLATE,
                                             .at = SIM_SECOND,
                                             .length = length,
                                             .groups = &isolation->group,
                                             .group_count = 1};
    return &isolation->fault;
}

static struct request write_of(uint64_t key, int64_t value, uint64_t sequence) {
    return (struct request){
        .kind = OP_WRITE, .session = 1, .sequence = sequence, .settled = sequence - 1, .key = key, .value = value};
}

static struct request increment_of(uint64_t key, uint64_t sequence) {
    return (struct request){
        .kind = OP_INCREMENT, .session = 1, .sequence = sequence, .settled = sequence - 1, .key = key, .value = 1};
}

static struct request read_of(uint64_t key, uint64_t sequence) {
    return (struct request){.kind = OP_READ, .session = 1, .sequence = sequence, .settled = sequence - 1, .key = key};
}

/* Asks the leader, expects `ok`, and returns how long it took. */
static sim_time time_of(struct test_cluster *test, struct request request, int64_t *value) {
    sim_time asked = cluster_now(test);
    const struct test_reply *reply =
        cluster_call(test, 0, cluster_current_leader(test), request, asked + 2 * SIM_SECOND);
    ck_assert_ptr_nonnull(reply);
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    *value = reply->reply.value;
    return reply->at - asked;
}

static node_id begin_and_elect(struct test_cluster *test) {
    cluster_begin(test);
    node_id leader = cluster_run_until_leader(test, SIM_SECOND);
    ck_assert_uint_ne(leader, NODE_NONE);
    /* Until its no-op is committed and all know it. */
    ck_assert(cluster_run_until_applied(test, 1, SIM_SECOND));
    return leader;
}

/* ---- Elections ---- */

static sim_time first_timeout(const char *name, const struct rf_params *params) {
    uint64_t key = draw_key(1, DRAW_MODEL, hash_add(hash_text(name), RF_STREAM_ELECTION));
    struct draw draw = draw_at(key, 0);
    return draw_between(&draw, params->election_timeout[0], params->election_timeout[1]);
}

static const char *const node_names[] = {"store/1", "store/2", "store/3"};

/* Of the three nodes, the one whose election timeout ends first. */
static node_id first_candidate(const struct rf_params *params) {
    node_id first = 0;
    for (node_id node = 1; node < 3; node++) {
        if (first_timeout(node_names[node], params) < first_timeout(node_names[first], params)) {
            first = node;
        }
    }
    return first;
}

static sim_time shortest_first_timeout(const struct rf_params *params) {
    return first_timeout(node_names[first_candidate(params)], params);
}

/* The shortest timeout, a round for the pre-votes, a sync of the own vote, and a round with a sync in it. */
START_TEST(exact_time_of_first_leader_with_fixed_latency) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    cluster_begin(test);
    ck_assert_uint_ne(cluster_run_until_leader(test, SIM_SECOND), NODE_NONE);
    ck_assert_int_eq(cluster_now(test),
                     shortest_first_timeout(&params) + 2 * latency + sync_time + 2 * latency + sync_time);
    end(test);
}
END_TEST

START_TEST(without_pre_vote_the_first_election_saves_a_round) {
    struct rf_params params = raft_defaults();
    params.pre_vote = false;
    struct test_cluster *test = make(3, &params, NULL);
    cluster_begin(test);
    ck_assert_uint_ne(cluster_run_until_leader(test, SIM_SECOND), NODE_NONE);
    ck_assert_int_eq(cluster_now(test), shortest_first_timeout(&params) + 2 * latency + 2 * sync_time);
    end(test);
}
END_TEST

START_TEST(cluster_of_one_elects_itself_when_its_vote_is_durable) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(1, &params, NULL);
    cluster_begin(test);
    ck_assert_uint_eq(cluster_run_until_leader(test, SIM_SECOND), 0);
    ck_assert_int_eq(cluster_now(test), first_timeout("store/1", &params) + sync_time);
    int64_t value;
    time_of(test, write_of(7, 5, 1), &value);
    ck_assert_int_eq(time_of(test, read_of(7, 2), &value), 2 * latency);
    ck_assert_int_eq(value, 5);
    end(test);
}
END_TEST

/* Both voters crash in the moment in which they vote: their votes must not reach the candidate. */
START_TEST(vote_is_durable_before_it_is_sent) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    cluster_begin(test);
    const struct probe *vote = cluster_run_until_probe(test, PROBE_VOTE, SIM_SECOND);
    ck_assert_ptr_nonnull(vote);
    node_id candidate = vote->node;
    ck_assert_uint_eq(vote->a, candidate);
    for (int i = 0; i < 2; i++) {
        vote = cluster_run_until_probe(test, PROBE_VOTE, SIM_SECOND);
        ck_assert_ptr_nonnull(vote);
        ck_assert_uint_eq(vote->a, candidate);
        node_id voter = vote->node;
        cluster_crash(test->cluster, voter);
        cluster_restart(test->cluster, voter);
        ck_assert_int_eq(cluster_number(test, voter, "voted for"), -1);
        ck_assert_uint_eq(cluster_term(test, voter), 0);
    }
    cluster_run_until(test, cluster_now(test) + 2 * latency + 2 * sync_time);
    ck_assert_uint_eq(cluster_current_leader(test), NODE_NONE);
    end(test);
}
END_TEST

/* Two nodes that hear only the third: it votes for one, crashes in that moment, and is asked by the other when it is
 * back. */
static uint32_t broken_when_a_voter_crashes(enum rf_bug bug) {
    struct rf_params params = raft_defaults();
    params.pre_vote = params.check_quorum = false;
    params.bug = (int32_t)bug;
    node_id first = first_candidate(&params), voter = (first + 1) % 3, second = (first + 2) % 3;
    struct selector ends[] = {{.kind = SELECT_NODE, .index = first}, {.kind = SELECT_NODE, .index = second}};
    struct selector_group groups[] = {{&ends[0], 1}, {&ends[1], 1}};
    struct fault_config cut = {.name = "cut",
                               .kind = FAULT_PARTITION,
                               .form = PARTITION_GROUPS,
                               .length = SIM_NEVER,
                               .groups = groups,
                               .group_count = 2};
    struct test_cluster *test = make(3, &params, &cut);
    cluster_begin(test);
    const struct probe *vote;
    do {
        vote = cluster_run_until_probe(test, PROBE_VOTE, SIM_SECOND);
        ck_assert_ptr_nonnull(vote);
    } while (vote->node != voter);
    ck_assert_uint_eq(vote->a, first);
    cluster_crash(test->cluster, voter);
    /* Back in time for the second candidate's question, but not for a message of the first. */
    sim_time question = first_timeout(node_names[second], &params) + sync_time + latency;
    ck_assert_int_gt(question, cluster_now(test));
    cluster_run_until(test, question - 1);
    cluster_restart(test->cluster, voter);
    cluster_run_until(test, question + sync_time + 2 * latency);
    uint32_t broken = test->broken;
    cluster_end(test);
    return broken;
}

START_TEST(vote_sent_before_it_is_durable_elects_two_leaders) {
    ck_assert_uint_eq(broken_when_a_voter_crashes(RF_BUG_NONE), 0);
    ck_assert_uint_eq(broken_when_a_voter_crashes(RF_BUG_R02), 1u << INVARIANT_ELECTION_SAFETY);
}
END_TEST

START_TEST(restarted_node_remembers_term_vote_and_log) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    node_id follower = leader == 0 ? 1 : 0;
    int64_t vote = cluster_number(test, follower, "voted for");
    cluster_crash(test->cluster, follower);
    cluster_restart(test->cluster, follower);
    ck_assert_uint_eq(cluster_term(test, follower), 1);
    ck_assert_int_eq(cluster_number(test, follower, "voted for"), vote);
    ck_assert_int_eq(cluster_number(test, follower, "last index"), 1);
    ck_assert_int_eq(cluster_number(test, follower, "commit index"), 0);
    end(test);
}
END_TEST

static uint64_t highest_term_after_isolation(bool pre_vote) {
    struct rf_params params = raft_defaults();
    params.pre_vote = pre_vote;
    params.check_quorum = pre_vote;
    struct isolation isolation;
    /* Without a leader to aim at: the drawn minority of a cluster of three is one node. */
    struct test_cluster *test = make(3, &params, isolate(&isolation, SELECT_MINORITY, 3 * SIM_SECOND));
    begin_and_elect(test);
    cluster_run_until(test, 6 * SIM_SECOND);
    uint64_t highest = 0;
    for (node_id node = 0; node < 3; node++) {
        highest = cluster_term(test, node) > highest ? cluster_term(test, node) : highest;
    }
    end(test);
    return highest;
}

START_TEST(pre_vote_keeps_term_of_stable_cluster) {
    ck_assert_uint_le(highest_term_after_isolation(true), 2); /* 2: the leader itself was cut off */
    ck_assert_uint_gt(highest_term_after_isolation(false), 5);
}
END_TEST

/* ---- Writes ---- */

/* To the leader, to a follower, its sync, and back twice; the leader's own sync is shorter than that. */
START_TEST(write_takes_two_round_trips_and_one_sync) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    begin_and_elect(test);
    int64_t value;
    ck_assert_int_eq(time_of(test, write_of(7, 42, 1), &value), 4 * latency + sync_time);
    ck_assert_int_eq(value, 42);
    end(test);
}
END_TEST

START_TEST(operations_have_the_meaning_that_the_interface_gives) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    begin_and_elect(test);
    struct request request = {.session = 9, .key = 3};
    static const struct {
        enum operation_kind kind;
        int64_t value, expected, result;
    } steps[] = {
        {OP_READ, 0, 0, 0},       {OP_WRITE, 5, 0, 5}, {OP_CAS, 6, 4, 0},     {OP_CAS, 6, 5, 1},
        {OP_INCREMENT, 4, 0, 10}, {OP_READ, 0, 0, 10}, {OP_REQUEST, 1, 0, 0}, {OP_READ, 0, 0, 10},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        request.kind = steps[i].kind;
        request.value = steps[i].value;
        request.expected = steps[i].expected;
        request.settled = request.sequence++;
        int64_t value;
        time_of(test, request, &value);
        ck_assert_int_eq(value, steps[i].result);
    }
    request = (struct request){.kind = OP_APPEND, .session = 9, .sequence = 20, .key = 4, .value = 8};
    int64_t value;
    time_of(test, request, &value);
    ck_assert_int_eq(value, operation_append(0, 8));
    end(test);
}
END_TEST

/* Three writes at once; each message to a follower waits for the answer to the one before it. */
START_TEST(without_pipeline_and_batch_entries_go_one_by_one) {
    struct rf_params params = raft_defaults();
    params.batch = params.pipeline = 1;
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    sim_time asked = cluster_now(test);
    uint64_t calls[3];
    for (uint32_t i = 0; i < 3; i++) {
        struct request request = write_of(i, 1, 1);
        request.session = i + 1;
        calls[i] = cluster_ask(test, i, leader, request);
    }
    cluster_run_until(test, asked + SIM_SECOND);
    for (uint32_t i = 0; i < 3; i++) {
        const struct test_reply *reply = cluster_reply_to(test, calls[i]);
        ck_assert_ptr_nonnull(reply);
        ck_assert_int_eq(reply->at - asked, 4 * latency + sync_time + i * (2 * latency + sync_time));
    }
    end(test);
}
END_TEST

START_TEST(follower_redirects_to_the_leader) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    const struct test_reply *reply = cluster_call(test, 0, (leader + 1) % 3, write_of(1, 1, 1), 2 * SIM_SECOND);
    ck_assert_ptr_nonnull(reply);
    ck_assert_int_eq(reply->reply.status, REPLY_REDIRECT);
    ck_assert_uint_eq(reply->reply.hint, leader);
    end(test);
}
END_TEST

START_TEST(retry_is_applied_once) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    uint64_t first = cluster_ask(test, 0, leader, increment_of(7, 1));
    uint64_t second = cluster_ask(test, 0, leader, increment_of(7, 1)); /* while the first waits in the log */
    cluster_run_until(test, cluster_now(test) + 200 * SIM_MILLISECOND);
    ck_assert_int_eq(cluster_reply_to(test, first)->reply.value, 1);
    ck_assert_int_eq(cluster_reply_to(test, second)->reply.value, 1);
    ck_assert_int_eq(cluster_number(test, leader, "last index"), 2);
    int64_t value;
    ck_assert_int_eq(time_of(test, increment_of(7, 1), &value), 2 * latency); /* after it was applied: from the table */
    ck_assert_int_eq(value, 1);

    /* The table is replicated: the next leader has it too. */
    ck_assert(cluster_run_until_applied(test, 2, 3 * SIM_SECOND));
    cluster_crash(test->cluster, leader);
    ck_assert_uint_ne(cluster_run_until_other_leader(test, leader, 5 * SIM_SECOND), NODE_NONE);
    cluster_run_until(test, cluster_now(test) + 200 * SIM_MILLISECOND);
    time_of(test, increment_of(7, 1), &value);
    ck_assert_int_eq(value, 1);
    time_of(test, increment_of(7, 2), &value);
    ck_assert_int_eq(value, 2);
    end(test);
}
END_TEST

/* ---- Lost leaders ---- */

START_TEST(deposed_leader_rejects_write) {
    struct rf_params params = raft_defaults();
    struct isolation isolation;
    struct test_cluster *test = make(3, &params, isolate(&isolation, SELECT_LEADER, 4 * SIM_SECOND));
    node_id former = begin_and_elect(test);
    cluster_run_until(test, SIM_SECOND + SIM_MILLISECOND);
    uint64_t stranded = cluster_ask(test, 0, former, write_of(7, 1, 1)); /* it does not know yet */
    node_id leader = cluster_run_until_other_leader(test, former, 3 * SIM_SECOND);
    ck_assert_uint_ne(leader, NODE_NONE);
    const struct test_reply *reply = cluster_call(test, 1, former, write_of(7, 2, 2), 4 * SIM_SECOND);
    ck_assert_int_eq(reply->reply.status, REPLY_REDIRECT);
    ck_assert_uint_eq(reply->reply.hint, NODE_NONE);
    ck_assert_int_eq(cluster_reply_to(test, stranded)->reply.status, REPLY_UNKNOWN);

    /* After healing, what the former leader had appended is gone. */
    cluster_run_until(test, 6 * SIM_SECOND);
    int64_t value = 0;
    for (node_id node = 0; node < 3; node++) {
        ck_assert(!cluster_peek(test->cluster, node, 7, &value));
        ck_assert_int_eq(cluster_number(test, node, "commit index"), 2);
    }
    end(test);
}
END_TEST

/* Dissertation 6.2: within an election timeout and a heartbeat of the last answer. */
START_TEST(leader_without_majority_steps_down) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    cluster_run_until(test, SIM_SECOND);
    cluster_crash(test->cluster, (leader + 1) % 3);
    cluster_run_until(test, 2 * SIM_SECOND);
    ck_assert_uint_eq(cluster_current_leader(test), leader); /* two of three are enough */
    cluster_crash(test->cluster, (leader + 2) % 3);
    const struct probe *role = cluster_run_until_probe(test, PROBE_ROLE, 3 * SIM_SECOND);
    ck_assert_ptr_nonnull(role);
    ck_assert_uint_eq(role->node, leader);
    ck_assert_uint_eq(role->a, ROLE_FOLLOWER);
    ck_assert_uint_eq(role->b, 1);
    ck_assert_int_ge(role->at - 2 * SIM_SECOND, 100 * SIM_MILLISECOND);
    ck_assert_int_le(role->at - 2 * SIM_SECOND, 150 * SIM_MILLISECOND + 50 * SIM_MILLISECOND + 2 * latency);
    end(test);
}
END_TEST

START_TEST(follower_with_divergent_tail_is_repaired) {
    struct rf_params params = raft_defaults();
    params.check_quorum = false;
    struct isolation isolation;
    struct test_cluster *test = make(3, &params, isolate(&isolation, SELECT_LEADER, 4 * SIM_SECOND));
    node_id former = begin_and_elect(test);
    cluster_run_until(test, SIM_SECOND + SIM_MILLISECOND);
    for (uint64_t i = 1; i <= 10; i++) { /* a tail that nobody else has */
        cluster_ask(test, 0, former, write_of(i, 1, i));
    }
    node_id leader = cluster_run_until_other_leader(test, former, 3 * SIM_SECOND);
    ck_assert_uint_ne(leader, NODE_NONE);
    for (uint64_t i = 1; i <= 5; i++) {
        struct request request = write_of(i, 2, i);
        request.session = 2;
        const struct test_reply *reply = cluster_call(test, 1, leader, request, 4 * SIM_SECOND);
        ck_assert_int_eq(reply->reply.status, REPLY_OK);
    }
    ck_assert_int_eq(cluster_number(test, former, "last index"), 11);
    ck_assert_int_eq(cluster_number(test, former, "commit index"), 1);
    cluster_run_until(test, 6 * SIM_SECOND);
    ck_assert_uint_eq(cluster_count_probes(test, PROBE_TRUNCATE, former), 1);
    ck_assert_int_eq(cluster_number(test, former, "applied index"), 7);
    int64_t value = 0;
    ck_assert(cluster_peek(test->cluster, former, 5, &value));
    ck_assert_int_eq(value, 2);
    ck_assert(!cluster_peek(test->cluster, former, 6, &value));
    end(test);
}
END_TEST

/* The leader answers the client and crashes at once: the next one does not know yet what is committed. */
START_TEST(read_of_new_leader_waits_for_its_no_op) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    node_id former = begin_and_elect(test);
    uint64_t call = cluster_ask(test, 0, former, write_of(7, 42, 1));
    ck_assert_uint_eq(cluster_run_until_probe(test, PROBE_COMMIT, SIM_SECOND)->node, former);
    cluster_crash(test->cluster, former);
    node_id leader = cluster_run_until_other_leader(test, former, 3 * SIM_SECOND);
    ck_assert_uint_ne(leader, NODE_NONE);
    ck_assert_int_eq(cluster_reply_to(test, call)->reply.status, REPLY_OK);
    int64_t value;
    ck_assert_int_lt(cluster_number(test, leader, "commit index"), 2);
    ck_assert_int_ge(time_of(test, read_of(7, 2), &value), 3 * latency + sync_time);
    ck_assert_int_eq(value, 42);
    end(test);
}
END_TEST

/* ---- Reads ---- */

static sim_time time_of_read(int32_t reads) {
    struct rf_params params = raft_defaults();
    params.reads = reads;
    params.heartbeat = 100 * SIM_MILLISECOND;
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    int64_t value;
    time_of(test, write_of(7, 42, 1), &value);
    /* Right after a heartbeat is answered, so that no round is under way when the read comes. */
    int64_t round = cluster_number(test, leader, "round");
    while (cluster_number(test, leader, "confirmed round") == round) {
        ck_assert(cluster_step(test, SIM_SECOND));
    }
    sim_time time = time_of(test, read_of(7, 2), &value);
    ck_assert_int_eq(value, 42);
    end(test);
    return time;
}

START_TEST(lease_read_needs_no_round) {
    ck_assert_int_eq(time_of_read(RF_READS_LEASE), 2 * latency);
}
END_TEST

START_TEST(read_index_needs_a_round_but_no_disk) {
    ck_assert_int_eq(time_of_read(RF_READS_INDEX), 4 * latency);
}
END_TEST

START_TEST(read_by_log_costs_as_much_as_a_write) {
    ck_assert_int_eq(time_of_read(RF_READS_LOG), 4 * latency + sync_time);
}
END_TEST

START_TEST(reads_that_arrive_during_a_round_share_the_next) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(3, &params, NULL);
    node_id leader = begin_and_elect(test);
    int64_t before = cluster_number(test, leader, "round");
    sim_time asked = cluster_now(test);
    uint64_t calls[TEST_CLIENTS];
    for (uint32_t i = 0; i < TEST_CLIENTS; i++) {
        calls[i] = cluster_ask(test, i, leader, read_of(i, 1));
    }
    cluster_run_until(test, asked + 7 * latency);
    ck_assert_int_eq(cluster_reply_to(test, calls[0])->at - asked, 4 * latency);
    for (uint32_t i = 1; i < TEST_CLIENTS; i++) {
        const struct test_reply *reply = cluster_reply_to(test, calls[i]);
        ck_assert_ptr_nonnull(reply);
        ck_assert_int_le(reply->at - asked, 6 * latency);
    }
    ck_assert_int_le(cluster_number(test, leader, "round") - before,
                     4); /* two for the reads; the others are heartbeats */
    end(test);
}
END_TEST

/* A write that waits for the followers' disks holds up neither reads nor the leader. */
START_TEST(slow_disks_of_followers_do_not_delay_reads) {
    struct rf_params params = raft_defaults();
    struct selector followers = {.kind = SELECT_FOLLOWERS};
    struct fault_config stall = {.name = "stall",
                                 .kind = FAULT_STALL_DISK,
                                 .at = SIM_SECOND,
                                 .length = 2 * SIM_SECOND,
                                 .targets = {&followers, 1}};
    struct test_cluster *test = make(3, &params, &stall);
    node_id leader = begin_and_elect(test);
    cluster_run_until(test, SIM_SECOND);
    uint64_t write = cluster_ask(test, 1, leader, write_of(7, 1, 1));
    cluster_run_until(test, 2 * SIM_SECOND);
    ck_assert_ptr_null(cluster_reply_to(test, write));
    int64_t value;
    ck_assert_int_le(time_of(test, read_of(7, 2), &value), 6 * latency);
    ck_assert_int_eq(value, 0);
    cluster_run_until(test, 4 * SIM_SECOND);
    ck_assert_int_eq(cluster_reply_to(test, write)->reply.status, REPLY_OK);
    ck_assert_uint_eq(cluster_term(test, leader), 1);
    end(test);
}
END_TEST

/* Dissertation 6.4.1: the lease is the followers' promise, so a follower keeps it over a restart. */
START_TEST(restarted_follower_does_not_break_a_lease) {
    struct rf_params params = raft_defaults();
    params.reads = RF_READS_LEASE;
    params.pre_vote = false;
    struct test_cluster *test = make(3, &params, NULL);
    begin_and_elect(test);
    cluster_run_until(test, SIM_SECOND);
    node_id leader = cluster_current_leader(test);
    node_id follower = (leader + 1) % 3;
    cluster_crash(test->cluster, follower);
    cluster_restart(test->cluster, follower);
    uint32_t votes = cluster_count_probes(test, PROBE_VOTE, follower);
    cluster_crash(test->cluster, leader);
    cluster_run_until(test, SIM_SECOND + params.election_timeout[0] - 1);
    ck_assert_uint_eq(cluster_count_probes(test, PROBE_VOTE, follower), votes);
    ck_assert_uint_ne(cluster_run_until_other_leader(test, leader, 4 * SIM_SECOND), NODE_NONE);
    end(test);
}
END_TEST

/* ---- What it says about itself ---- */

static uint64_t last_of(const struct test_cluster *test, enum probe_kind kind, node_id node) {
    uint64_t last = 0;
    for (uint32_t i = 0; i < test->probe_count; i++) {
        if (test->probes[i].kind == kind && test->probes[i].node == node) {
            last = test->probes[i].a;
        }
    }
    return last;
}

START_TEST(inspected_state_agrees_with_the_probes) {
    struct rf_params params = raft_defaults();
    struct test_cluster *test = make(5, &params, NULL);
    node_id former = begin_and_elect(test);
    int64_t value;
    for (uint64_t i = 1; i <= 20; i++) {
        time_of(test, increment_of(7, i), &value);
    }
    cluster_crash(test->cluster, former);
    ck_assert_uint_ne(cluster_run_until_other_leader(test, former, 9 * SIM_SECOND), NODE_NONE);
    cluster_restart(test->cluster, former);
    cluster_run_until(test, cluster_now(test) + SIM_SECOND);
    for (node_id node = 0; node < 5; node++) {
        ck_assert_int_eq(cluster_number(test, node, "last index"), (int64_t)last_of(test, PROBE_APPEND, node));
        ck_assert_int_eq(cluster_number(test, node, "commit index"), (int64_t)last_of(test, PROBE_COMMIT, node));
        ck_assert_int_eq(cluster_number(test, node, "applied index"), (int64_t)last_of(test, PROBE_APPLY, node));
        ck_assert_int_eq(cluster_number(test, node, "term"), (int64_t)cluster_term(test, node));
    }
    end(test);
}
END_TEST

START_TEST(same_seed_gives_the_same_run) {
    struct weather_options options = {.seed = 11};
    struct weather_result first = weather_run(&options), second = weather_run(&options);
    ck_assert_uint_eq(first.trace_hash, second.trace_hash);
    ck_assert_uint_eq(first.events, second.events);
    options.seed = 12;
    ck_assert_uint_ne(weather_run(&options).trace_hash, first.trace_hash);
}
END_TEST

START_TEST(parameters_that_contradict_each_other_are_refused) {
    struct rf_params params = raft_defaults();
    ck_assert_ptr_null(rf_model.check_params(&params, 3));
    params.heartbeat = params.election_timeout[0];
    ck_assert_ptr_nonnull(rf_model.check_params(&params, 3));
    params = raft_defaults();
    params.reads = RF_READS_LEASE;
    params.check_quorum = false;
    ck_assert_ptr_nonnull(rf_model.check_params(&params, 3));
}
END_TEST

static void add_cases(Suite *suite, const char *name, const TTest *const *tests) {
    TCase *cases = tcase_create(name);
    for (; *tests != NULL; tests++) {
        tcase_add_test(cases, *tests);
    }
    suite_add_tcase(suite, cases);
}

static Suite *make_suite(void) {
    Suite *suite = suite_create("raft");
    add_cases(suite, "elections",
              (const TTest *const[]){
                  exact_time_of_first_leader_with_fixed_latency, without_pre_vote_the_first_election_saves_a_round,
                  cluster_of_one_elects_itself_when_its_vote_is_durable, vote_is_durable_before_it_is_sent,
                  vote_sent_before_it_is_durable_elects_two_leaders, restarted_node_remembers_term_vote_and_log,
                  pre_vote_keeps_term_of_stable_cluster, NULL});
    add_cases(suite, "writes",
              (const TTest *const[]){write_takes_two_round_trips_and_one_sync,
                                     operations_have_the_meaning_that_the_interface_gives,
                                     without_pipeline_and_batch_entries_go_one_by_one, follower_redirects_to_the_leader,
                                     retry_is_applied_once, NULL});
    add_cases(suite, "lost leaders",
              (const TTest *const[]){deposed_leader_rejects_write, leader_without_majority_steps_down,
                                     follower_with_divergent_tail_is_repaired, read_of_new_leader_waits_for_its_no_op,
                                     NULL});
    add_cases(suite, "reads",
              (const TTest *const[]){
                  lease_read_needs_no_round, read_index_needs_a_round_but_no_disk, read_by_log_costs_as_much_as_a_write,
                  reads_that_arrive_during_a_round_share_the_next, slow_disks_of_followers_do_not_delay_reads,
                  restarted_follower_does_not_break_a_lease, NULL});
    add_cases(suite, "views",
              (const TTest *const[]){inspected_state_agrees_with_the_probes, same_seed_gives_the_same_run,
                                     parameters_that_contradict_each_other_are_refused, NULL});
    return suite;
}
