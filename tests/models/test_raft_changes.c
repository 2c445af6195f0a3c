/* Raft's memberships and leaders as operators change them, step by step: fixed latency, so that every time can be said
 * in advance. Random weather with changes is in test_raft_weather.c. */
#include "models/raft/raft.h"
#include "tests/check_main.h"
#include "tests/cluster.h"
#include "tests/models/raft_weather.h"

static const sim_time latency = 10 * SIM_MILLISECOND; /* one way */
static const sim_time sync_time = 3 * SIM_MILLISECOND;
static const sim_time asked_at = SIM_SECOND; /* what is asked of the cluster first */

enum { MOST_STEPS = 8, MOST_TARGETS = 4 };

/* A cluster, and what happens to it at set times. */
struct plan {
    struct rf_params params;
    uint32_t nodes;
    struct fault_config faults[MOST_STEPS];
    struct selector selectors[MOST_STEPS][MOST_TARGETS];
    struct selector_group groups[MOST_STEPS];
    uint32_t fault_count;
};

static struct plan plan_of(uint32_t nodes) {
    return (struct plan){.params = raft_defaults(), .nodes = nodes};
}

static struct fault_config *add_step(struct plan *plan, const char *name, enum fault_kind kind, sim_time at,
                                     sim_time length, struct selector target) {
    uint32_t number = plan->fault_count++;
    plan->selectors[number][0] = target;
    plan->groups[number] = (struct selector_group){plan->selectors[number], 1};
    plan->faults[number] =
        (struct fault_config){.name = name, .kind = kind, .at = at, .length = length, .targets = plan->groups[number]};
    return &plan->faults[number];
}

static struct selector the_node(node_id node) {
    return (struct selector){.kind = SELECT_NODE, .index = node};
}

static const struct selector the_leader = {.kind = SELECT_LEADER};

static void add_target(struct plan *plan, node_id node) {
    struct selector_group *group = &plan->groups[plan->fault_count - 1];
    plan->selectors[plan->fault_count - 1][group->count++] = the_node(node);
    plan->faults[plan->fault_count - 1].targets = *group;
}

/* Begun, with a leader whose no-op everybody has applied, long before the first step. */
static struct test_cluster *begin(struct plan *plan) {
    struct test_cluster *test = cluster_make(&(struct test_options){.model = &rf_model,
                                                                    .params = &plan->params,
                                                                    .nodes = plan->nodes,
                                                                    .latency_ns = latency,
                                                                    .sync_ns = sync_time,
                                                                    .faults = plan->faults,
                                                                    .fault_count = plan->fault_count});
    cluster_begin(test);
    ck_assert_uint_ne(cluster_run_until_leader(test, SIM_SECOND), NODE_NONE);
    cluster_run_until(test, asked_at - 50 * SIM_MILLISECOND);
    return test;
}

/* The leader does not depend on what comes later: a plan without steps tells who it is. */
static node_id leader_of(const struct plan *plan) {
    struct plan bare = *plan;
    bare.fault_count = 0;
    struct test_cluster *test = begin(&bare);
    node_id leader = cluster_current_leader(test);
    cluster_end(test);
    return leader;
}

static node_id follower_of(const struct plan *plan) {
    return (leader_of(plan) + 1) % (plan->params.voters > 0 ? (uint32_t)plan->params.voters : plan->nodes);
}

static void end(struct test_cluster *test) {
    cluster_print_violations(test);
    ck_assert_uint_eq(test->broken, 0);
    cluster_end(test);
}

static struct request write_of(uint64_t key, int64_t value) {
    return (struct request){.kind = OP_WRITE, .session = key, .sequence = 1, .key = key, .value = value};
}

/* When the node's commit index passed `index`, or -1. */
static sim_time committed_at(const struct test_cluster *test, node_id node, uint64_t index) {
    for (uint32_t i = 0; i < test->probe_count; i++) {
        const struct probe *probe = &test->probes[i];
        if (probe->kind == PROBE_COMMIT && probe->node == node && probe->a >= index) {
            return probe->at;
        }
    }
    return -1;
}

/* When the node took the role for the first time since, or -1. */
static sim_time took_role_at(const struct test_cluster *test, node_id node, enum node_role role, sim_time since) {
    for (uint32_t i = 0; i < test->probe_count; i++) {
        const struct probe *probe = &test->probes[i];
        if (probe->kind == PROBE_ROLE && probe->node == node && probe->a == role && probe->at >= since) {
            return probe->at;
        }
    }
    return -1;
}

static uint32_t count_elections(const struct test_cluster *test, sim_time since) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < test->probe_count; i++) {
        const struct probe *probe = &test->probes[i];
        count += probe->kind == PROBE_ROLE && probe->a == ROLE_LEADER && probe->at >= since;
    }
    return count;
}

static int64_t all_but(uint32_t nodes, node_id node) {
    return (int64_t)((UINT64_C(1) << nodes) - 1 - (UINT64_C(1) << node));
}

/* A message to the followers, their sync, and its answer. */
static const sim_time round_time = 2 * latency + sync_time;

/* ---- One server at a time ---- */

START_TEST(removal_of_a_follower_takes_one_round) {
    struct plan plan = plan_of(5);
    node_id leader = leader_of(&plan), gone = follower_of(&plan);
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, SIM_SECOND, the_node(gone));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at + 500 * SIM_MILLISECOND);
    ck_assert_int_eq(committed_at(test, leader, 2), asked_at + round_time);
    for (node_id node = 0; node < 5; node++) {
        bool is_left = node != gone;
        ck_assert_int_eq(cluster_number(test, node, "voters"), is_left ? all_but(5, gone) : all_but(6, 5));
    }
    end(test);
}
END_TEST

/* A round in which the new one says that it has nothing, when the leader's term is on its disk; one in which an empty
 * message finds where the logs match; one for the entries. Then it has caught up. */
static const sim_time joining_time = 2 * latency + sync_time + 2 * latency + round_time;

START_TEST(server_catches_up_before_it_gets_a_vote) {
    struct plan plan = plan_of(5);
    plan.params.voters = 4;
    node_id leader = leader_of(&plan);
    add_step(&plan, "add", FAULT_MEMBER_ADD, asked_at, SIM_SECOND, the_node(4));
    struct test_cluster *test = begin(&plan);
    ck_assert_int_eq(cluster_number(test, 4, "last index"), 0);
    cluster_run_until(test, asked_at + joining_time - 1);
    ck_assert_int_eq(cluster_number(test, leader, "voters"), 15);
    cluster_run_until(test, asked_at + 500 * SIM_MILLISECOND);
    ck_assert_int_eq(committed_at(test, leader, 2), asked_at + joining_time + round_time);
    ck_assert_int_eq(cluster_number(test, 4, "voters"), 31);
    ck_assert_int_ge(took_role_at(test, 4, ROLE_FOLLOWER, asked_at), 0);
    end(test);
}
END_TEST

/* Dissertation 4.2.1: it would hold up every commit. */
START_TEST(server_that_does_not_answer_gets_no_vote) {
    struct plan plan = plan_of(5);
    plan.params.voters = 4;
    node_id leader = leader_of(&plan);
    add_step(&plan, "dead", FAULT_CRASH, 900 * SIM_MILLISECOND, SIM_NEVER, the_node(4));
    add_step(&plan, "add", FAULT_MEMBER_ADD, asked_at, SIM_SECOND, the_node(4));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 6 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, leader, "voters"), 15);
    ck_assert_int_eq(cluster_number(test, leader, "last index"), 1);
    const struct test_reply *reply = cluster_call(test, 0, leader, write_of(7, 1), 7 * SIM_SECOND);
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    end(test);
}
END_TEST

START_TEST(two_servers_are_added_one_after_the_other) {
    struct plan plan = plan_of(5);
    plan.params.voters = 3;
    node_id leader = leader_of(&plan);
    add_step(&plan, "add", FAULT_MEMBER_ADD, asked_at, 2 * SIM_SECOND, the_node(3));
    add_target(&plan, 4);
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, leader, "voters"), 31);
    ck_assert_int_eq(cluster_number(test, leader, "last index"), 3); /* the no-op and two changes */
    end(test);
}
END_TEST

/* Dissertation 4.2.2: it goes when its successors have what says so, and one of them takes over. */
START_TEST(leader_that_is_removed_steps_down_when_that_is_committed) {
    struct plan plan = plan_of(4);
    node_id leader = leader_of(&plan);
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, 3 * SIM_SECOND, the_node(leader));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_int_eq(took_role_at(test, leader, ROLE_LEARNER, asked_at + 1), asked_at + round_time);
    ck_assert_uint_ne(cluster_current_leader(test), leader);
    ck_assert_uint_ne(cluster_current_leader(test), NODE_NONE);
    ck_assert_uint_eq(cluster_count_probes(test, PROBE_VOTE, leader), 1); /* its own, in the first election */
    end(test);
}
END_TEST

/* R23 of the table of known bugs: the majority is that of the new members. The leader, removed, and one other have the
 * entry; two more do not. */
START_TEST(leader_that_is_removed_does_not_count_itself) {
    struct plan plan = plan_of(4);
    node_id leader = leader_of(&plan);
    for (uint32_t i = 1; i <= 2; i++) {
        add_step(&plan, i == 1 ? "down" : "down too", FAULT_CRASH, asked_at - 1, 2 * SIM_SECOND,
                 the_node((leader + i) % 4));
    }
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, 50 * SIM_MILLISECOND, the_node(leader));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at + 100 * SIM_MILLISECOND);
    ck_assert_int_eq(cluster_number(test, (leader + 3) % 4, "last index"), 2);
    ck_assert_int_eq(committed_at(test, leader, 2), -1);
    cluster_run_until(test, 5 * SIM_SECOND);
    end(test);
}
END_TEST

/* R24: what is in the log decides, committed or not, also after a restart. */
START_TEST(membership_survives_a_restart) {
    struct plan plan = plan_of(5);
    node_id leader = leader_of(&plan), gone = follower_of(&plan), witness = (gone + 1) % 5;
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, SIM_SECOND, the_node(gone));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at + latency + sync_time);
    ck_assert_int_eq(committed_at(test, leader, 2), -1);
    cluster_crash(test->cluster, witness);
    cluster_restart(test->cluster, witness);
    ck_assert_int_eq(cluster_number(test, witness, "voters"), all_but(5, gone));
    cluster_run_until(test, 3 * SIM_SECOND);
    end(test);
}
END_TEST

/* ---- Joint consensus ---- */

START_TEST(joint_consensus_takes_two_rounds) {
    struct plan plan = plan_of(5);
    plan.params.membership = RF_JOINT;
    node_id leader = leader_of(&plan), gone = follower_of(&plan);
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, SIM_SECOND, the_node(gone));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at + round_time - 1);
    ck_assert_int_eq(cluster_number(test, leader, "outgoing voters"), 31);
    cluster_run_until(test, asked_at + 500 * SIM_MILLISECOND);
    ck_assert_int_eq(committed_at(test, leader, 2), asked_at + round_time);
    ck_assert_int_eq(committed_at(test, leader, 3), asked_at + 2 * round_time);
    ck_assert_int_eq(cluster_number(test, leader, "outgoing voters"), 0);
    ck_assert_int_eq(cluster_number(test, leader, "voters"), all_but(5, gone));
    end(test);
}
END_TEST

/* Of the old voters a majority is down: the new ones, who are all there, must not decide alone. R22 lets them. */
static sim_time joint_commit(enum rf_bug bug) {
    struct plan plan = plan_of(6);
    plan.params.voters = 3;
    plan.params.membership = RF_JOINT;
    plan.params.check_quorum = false;
    plan.params.bug = (int32_t)bug;
    node_id leader = leader_of(&plan);
    add_step(&plan, "add", FAULT_MEMBER_ADD, asked_at, SIM_SECOND, the_node(3));
    add_target(&plan, 4);
    add_target(&plan, 5);
    for (uint32_t i = 1; i <= 2; i++) {
        add_step(&plan, i == 1 ? "down" : "down too", FAULT_CRASH, asked_at + joining_time - 1, SIM_SECOND,
                 the_node((leader + i) % 3));
    }
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at + 500 * SIM_MILLISECOND);
    ck_assert_int_ge(cluster_number(test, leader, "last index"), 2);
    sim_time committed = committed_at(test, leader, 2);
    cluster_end(test);
    return committed;
}

START_TEST(joint_consensus_needs_majorities_of_old_and_new) {
    ck_assert_int_eq(joint_commit(RF_BUG_NONE), -1);
    ck_assert_int_eq(joint_commit(RF_BUG_R22), asked_at + joining_time + round_time);
}
END_TEST

/* The joint entry is in the log of the next leader: it finishes what was begun. */
START_TEST(next_leader_leaves_joint_consensus) {
    struct plan plan = plan_of(5);
    plan.params.membership = RF_JOINT;
    node_id leader = leader_of(&plan), gone = follower_of(&plan);
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, 10 * SIM_MILLISECOND, the_node(gone));
    add_step(&plan, "kill", FAULT_CRASH, asked_at + latency + sync_time + 1, SIM_NEVER, the_node(leader));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 4 * SIM_SECOND);
    node_id next = cluster_current_leader(test);
    ck_assert_uint_ne(next, NODE_NONE);
    ck_assert_uint_ne(next, leader);
    ck_assert_int_eq(cluster_number(test, next, "voters"), all_but(5, gone));
    ck_assert_int_eq(cluster_number(test, next, "outgoing voters"), 0);
    end(test);
}
END_TEST

/* ---- Learners and disruptive servers ---- */

START_TEST(learner_gets_the_log_and_has_no_say) {
    struct plan plan = plan_of(4);
    plan.params.voters = 3;
    plan.params.learners = 1;
    plan.params.check_quorum = false;
    node_id leader = leader_of(&plan);
    struct test_cluster *test = begin(&plan);
    ck_assert_int_eq(cluster_number(test, 3, "applied index"), 1);
    ck_assert_int_ge(took_role_at(test, 3, ROLE_LEARNER, 0), 0);

    /* With both other voters gone, an entry is on two nodes of four, and not committed. */
    cluster_crash(test->cluster, (leader + 1) % 3);
    cluster_crash(test->cluster, (leader + 2) % 3);
    uint64_t call = cluster_ask(test, 0, leader, write_of(7, 1));
    cluster_run_until(test, 2 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, 3, "last index"), 2);
    ck_assert_ptr_null(cluster_reply_to(test, call));

    cluster_crash(test->cluster, leader);
    cluster_run_until(test, 5 * SIM_SECOND);
    ck_assert_uint_eq(cluster_current_leader(test), NODE_NONE);
    ck_assert_uint_eq(cluster_count_probes(test, PROBE_VOTE, 3), 0);
    end(test);
}
END_TEST

/* A server that was removed hears no leader any more, and does not know why (dissertation 4.2.3). */
static uint32_t elections_after_a_removal(bool check_quorum, bool pre_vote) {
    struct plan plan = plan_of(4);
    plan.params.pre_vote = pre_vote;
    plan.params.check_quorum = check_quorum;
    node_id gone = follower_of(&plan);
    add_step(&plan, "remove", FAULT_MEMBER_REMOVE, asked_at, SIM_SECOND, the_node(gone));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 5 * SIM_SECOND);
    uint32_t elections = count_elections(test, asked_at);
    end(test);
    return elections;
}

START_TEST(removed_server_does_not_disturb_the_others) {
    ck_assert_uint_eq(elections_after_a_removal(true, true), 0);
    ck_assert_uint_eq(elections_after_a_removal(true, false), 0);
    ck_assert_uint_eq(elections_after_a_removal(false, true), 0);
    ck_assert_uint_gt(elections_after_a_removal(false, false), 5);
}
END_TEST

/* ---- Leadership transfer ---- */

/* TimeoutNow, the successor's own vote, the others' votes. */
static const sim_time transfer_time = latency + sync_time + latency + sync_time + latency;

START_TEST(transfer_takes_three_messages_and_two_syncs) {
    struct plan plan = plan_of(3);
    node_id successor = follower_of(&plan);
    add_step(&plan, "hand-over", FAULT_TRANSFER_LEADER, asked_at, SIM_SECOND, the_node(successor));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 2 * SIM_SECOND);
    ck_assert_int_eq(took_role_at(test, successor, ROLE_LEADER, asked_at), asked_at + transfer_time);
    ck_assert_uint_eq(count_elections(test, asked_at), 1);
    end(test);
}
END_TEST

/* What the leader got right before must be with its successor first; what comes after is sent there. */
START_TEST(transfer_waits_until_the_successor_has_all) {
    struct plan plan = plan_of(3);
    node_id leader = leader_of(&plan), successor = follower_of(&plan);
    add_step(&plan, "hand-over", FAULT_TRANSFER_LEADER, asked_at, SIM_SECOND, the_node(successor));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at - latency - SIM_MILLISECOND);
    uint64_t before = cluster_ask(test, 0, leader, write_of(7, 1));
    cluster_run_until(test, asked_at);
    uint64_t after = cluster_ask(test, 1, leader, write_of(8, 1));
    cluster_run_until(test, 2 * SIM_SECOND);
    ck_assert_int_eq(took_role_at(test, successor, ROLE_LEADER, asked_at),
                     asked_at - SIM_MILLISECOND + round_time + transfer_time);
    ck_assert_int_eq(cluster_reply_to(test, before)->reply.status, REPLY_OK);
    ck_assert_int_eq(cluster_reply_to(test, after)->reply.status, REPLY_REDIRECT);
    ck_assert_uint_eq(cluster_reply_to(test, after)->reply.hint, successor);
    end(test);
}
END_TEST

/* Dissertation 3.10: after an election timeout the leader goes on itself. */
START_TEST(transfer_to_a_dead_server_is_given_up) {
    struct plan plan = plan_of(3);
    node_id leader = leader_of(&plan), successor = follower_of(&plan);
    add_step(&plan, "dead", FAULT_CRASH, asked_at - SIM_MILLISECOND / 2, SIM_NEVER, the_node(successor));
    add_step(&plan, "hand-over", FAULT_TRANSFER_LEADER, asked_at, 10 * SIM_MILLISECOND, the_node(successor));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at);
    uint64_t early = cluster_ask(test, 0, leader, write_of(7, 1));
    cluster_run_until(test, asked_at + plan.params.election_timeout[0] - latency);
    uint64_t late = cluster_ask(test, 1, leader, write_of(8, 1));
    cluster_run_until(test, 2 * SIM_SECOND);
    ck_assert_int_eq(cluster_reply_to(test, early)->reply.status, REPLY_REDIRECT);
    ck_assert_int_eq(cluster_reply_to(test, late)->reply.status, REPLY_OK);
    ck_assert_uint_eq(cluster_current_leader(test), leader);
    end(test);
}
END_TEST

/* ---- Reads and answers that a broken rule spoils ---- */

/* A leader is cut off from the others, whose clocks go on while its own wall clock is set back: its lease must end all
 * the same. R14 measures it by the wall clock. */
static int64_t read_after_a_clock_jump(enum rf_bug bug) {
    struct plan plan = plan_of(3);
    plan.params.reads = RF_READS_LEASE;
    plan.params.bug = (int32_t)bug;
    node_id former = leader_of(&plan);
    struct fault_config *cut = add_step(&plan, "cut", FAULT_PARTITION, asked_at, 3 * SIM_SECOND, the_leader);
    cut->form = PARTITION_ISOLATE;
    cut->groups = &plan.groups[0];
    cut->group_count = 1;
    add_step(&plan, "jump", FAULT_CLOCK_JUMP, asked_at, SIM_NEVER, the_node(former))->by = -400 * SIM_MILLISECOND;
    add_step(&plan, "slow", FAULT_CLOCK_DRIFT, asked_at, SIM_SECOND, the_node(former))->ppm = -400; /* within bounds */
    plan.params.heartbeat = 149 * SIM_MILLISECOND; /* so that the lease, not the check of the majority, comes first */
    struct test_cluster *test = begin(&plan);
    node_id next = cluster_run_until_other_leader(test, former, 2 * SIM_SECOND);
    ck_assert_uint_ne(next, NODE_NONE);
    uint64_t read = cluster_ask(test, 1, former, (struct request){.kind = OP_READ, .session = 9, .sequence = 1});
    cluster_run_until(test, 3 * SIM_SECOND);
    int64_t status = cluster_reply_to(test, read) != NULL ? (int64_t)cluster_reply_to(test, read)->reply.status : -1;
    cluster_end(test);
    return status;
}

START_TEST(lease_does_not_follow_the_wall_clock) {
    ck_assert_int_ne(read_after_a_clock_jump(RF_BUG_NONE), REPLY_OK);
    ck_assert_int_eq(read_after_a_clock_jump(RF_BUG_R14), REPLY_OK);
}
END_TEST

/* A leader asks for another one, and is cut off when its request has arrived: the election asks nobody to keep his
 * promise to it, so that its lease is void. R15 reads by it. */
static int64_t read_after_asking_for_another_leader(enum rf_bug bug) {
    struct plan plan = plan_of(3);
    plan.params.reads = RF_READS_LEASE;
    plan.params.bug = (int32_t)bug;
    node_id former = leader_of(&plan), successor = follower_of(&plan);
    struct fault_config *cut =
        add_step(&plan, "cut", FAULT_PARTITION, asked_at + latency + 1, SIM_SECOND, the_node(former));
    cut->form = PARTITION_ISOLATE;
    cut->groups = &plan.groups[0];
    cut->group_count = 1;
    add_step(&plan, "hand-over", FAULT_TRANSFER_LEADER, asked_at, SIM_SECOND, the_node(successor));
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at + transfer_time);
    ck_assert_uint_eq(cluster_current_leader(test), successor);
    uint64_t read = cluster_ask(test, 1, former, (struct request){.kind = OP_READ, .session = 9, .sequence = 1});
    cluster_run_until(test, 3 * SIM_SECOND);
    int64_t status = cluster_reply_to(test, read) != NULL ? (int64_t)cluster_reply_to(test, read)->reply.status : -1;
    cluster_end(test);
    return status;
}

START_TEST(lease_ends_with_the_request_for_another_leader) {
    ck_assert_int_ne(read_after_asking_for_another_leader(RF_BUG_NONE), REPLY_OK);
    ck_assert_int_eq(read_after_asking_for_another_leader(RF_BUG_R15), REPLY_OK);
}
END_TEST

/* One follower hears nobody, but is heard: without pre-vote and the check of the quorum (R21) it deposes every leader.
 */
static uint32_t elections_with_a_deaf_server(enum rf_bug bug) {
    struct plan plan = plan_of(3);
    plan.params.bug = (int32_t)bug;
    node_id deaf = follower_of(&plan);
    struct fault_config *cut = add_step(&plan, "deaf", FAULT_PARTITION, asked_at, 5 * SIM_SECOND, the_node(deaf));
    plan.selectors[1][0] = the_node((deaf + 1) % 3);
    plan.selectors[1][1] = the_node((deaf + 2) % 3);
    struct selector_group ends[] = {{plan.selectors[1], 2}, plan.groups[0]};
    cut->form = PARTITION_ONE_WAY;
    cut->groups = ends;
    cut->group_count = 2;
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, 6 * SIM_SECOND);
    uint32_t elections = count_elections(test, asked_at);
    end(test);
    return elections;
}

START_TEST(deaf_server_does_not_depose_leaders) {
    ck_assert_uint_eq(elections_with_a_deaf_server(RF_BUG_NONE), 0);
    ck_assert_uint_gt(elections_with_a_deaf_server(RF_BUG_R21), 5);
}
END_TEST

/* The leader has an entry that nobody else has, and learns of a later term. R18 tells its client that it is done. */
static enum reply_status answer_of_a_deposed_leader(enum rf_bug bug) {
    struct plan plan = plan_of(3);
    plan.params.bug = (int32_t)bug;
    node_id leader = leader_of(&plan);
    struct fault_config *cut = add_step(&plan, "cut", FAULT_PARTITION, asked_at, SIM_SECOND, the_leader);
    cut->form = PARTITION_ISOLATE;
    cut->groups = &plan.groups[0];
    cut->group_count = 1;
    struct test_cluster *test = begin(&plan);
    cluster_run_until(test, asked_at);
    uint64_t call = cluster_ask(test, 0, leader, write_of(7, 1));
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_ptr_nonnull(cluster_reply_to(test, call));
    enum reply_status status = cluster_reply_to(test, call)->reply.status;
    cluster_end(test);
    return status;
}

START_TEST(deposed_leader_does_not_promise_what_may_be_lost) {
    ck_assert_int_eq(answer_of_a_deposed_leader(RF_BUG_NONE), REPLY_UNKNOWN);
    ck_assert_int_eq(answer_of_a_deposed_leader(RF_BUG_R18), REPLY_OK);
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
    Suite *suite = suite_create("raft changes");
    add_cases(
        suite, "one server at a time",
        (const TTest *const[]){removal_of_a_follower_takes_one_round, server_catches_up_before_it_gets_a_vote,
                               server_that_does_not_answer_gets_no_vote, two_servers_are_added_one_after_the_other,
                               leader_that_is_removed_steps_down_when_that_is_committed,
                               leader_that_is_removed_does_not_count_itself, membership_survives_a_restart, NULL});
    add_cases(suite, "joint consensus",
              (const TTest *const[]){joint_consensus_takes_two_rounds, joint_consensus_needs_majorities_of_old_and_new,
                                     next_leader_leaves_joint_consensus, NULL});
    add_cases(
        suite, "learners and disruptive servers",
        (const TTest *const[]){learner_gets_the_log_and_has_no_say, removed_server_does_not_disturb_the_others, NULL});
    add_cases(suite, "transfer",
              (const TTest *const[]){transfer_takes_three_messages_and_two_syncs,
                                     transfer_waits_until_the_successor_has_all, transfer_to_a_dead_server_is_given_up,
                                     NULL});
    add_cases(suite, "broken rules",
              (const TTest *const[]){
                  lease_does_not_follow_the_wall_clock, lease_ends_with_the_request_for_another_leader,
                  deaf_server_does_not_depose_leaders, deposed_leader_does_not_promise_what_may_be_lost, NULL});
    return suite;
}
