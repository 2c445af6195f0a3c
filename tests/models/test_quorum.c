/* The leaderless store under a fixed latency of 1 ms: exact times, and what each parameter changes. */
#include "models/registry.h"
#include "sim/study/run.h"
#include "tests/models/quorum_lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

START_TEST(a_write_is_done_when_w_replicas_have_it_on_disk) {
    static const sim_time expected_ms[] = {0, 3, 5,
                                           5}; /* by w: client, own disk 1 ms, client; or one round trip more */
    struct qr_params params = quorum_params();
    params.w = _i;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){.sync_ns = SIM_MILLISECOND});
    const struct test_reply *reply = quorum_write(test, 0, 0, 7, 70);
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    ck_assert_int_eq(reply->at, expected_ms[_i] * SIM_MILLISECOND);
    cluster_end(test);
}
END_TEST

START_TEST(a_read_waits_for_r_replicas) {
    static const sim_time expected_ms[] = {0, 2, 4, 4};
    struct qr_params params = quorum_params();
    params.r = _i;
    params.read_repair = QR_REPAIR_NONE;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    quorum_write(test, 0, 0, 7, 70);
    cluster_run_until(test, SIM_SECOND);
    const struct test_reply *reply = quorum_read(test, 1, 0, 7);
    ck_assert_int_eq(reply->reply.value, 70);
    ck_assert_int_eq(reply->at - SIM_SECOND, expected_ms[_i] * SIM_MILLISECOND);
    cluster_end(test);
}
END_TEST

START_TEST(a_client_that_coordinates_is_one_round_trip_from_every_replica) {
    struct qr_params params = quorum_params();
    params.coordinator = QR_COORDINATOR_CLIENT;
    params.r = params.w = _i;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    ck_assert_int_eq(quorum_write(test, 0, 0, 7, 70)->at, 2 * SIM_MILLISECOND);
    cluster_run_until(test, SIM_SECOND);
    ck_assert_int_eq(quorum_read(test, 0, 1, 7)->at - SIM_SECOND, 2 * SIM_MILLISECOND);
    cluster_end(test);
}
END_TEST

START_TEST(an_acknowledged_write_survives_the_crash_of_all_nodes) {
    struct qr_params params = quorum_params();
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){.sync_ns = SIM_MILLISECOND});
    quorum_write(test, 0, 0, 7, 70);
    for (node_id node = 0; node < 3; node++) {
        cluster_crash(test->cluster, node);
    }
    for (node_id node = 0; node < 3; node++) {
        cluster_restart(test->cluster, node);
    }
    ck_assert_int_eq(quorum_read(test, 0, 1, 7)->reply.value, 70);
    cluster_end(test);
}
END_TEST

static int64_t held_by(const struct test_cluster *test, node_id node, uint64_t key) {
    int64_t value = -1;
    cluster_peek(test->cluster, node, key, &value);
    return value;
}

/* ---- The ring ---- */

/* A node owns V of nV random points; of its share, the coefficient of variation is sqrt((n - 1) / (nV + 1)). */
static double variation_of_shares(uint32_t nodes, uint32_t vnodes) {
    struct qr_point *points = calloc((size_t)nodes * vnodes, sizeof *points);
    struct qr_ring ring = qr_ring_make(points, NULL, nodes, vnodes, QR_RING_ALWAYS);
    double *shares = calloc(nodes, sizeof *shares), sum = 0;
    qr_ring_shares(&ring, shares);
    for (uint32_t i = 0; i < nodes; i++) {
        sum += (shares[i] * nodes - 1) * (shares[i] * nodes - 1);
    }
    free(shares);
    free(points);
    return sqrt(sum / nodes);
}

/* With so many nodes one ring is enough to see the closed form: its mean square is an average over them. */
START_TEST(shares_of_the_ring_vary_as_the_closed_form_says) {
    static const uint32_t vnodes[] = {1, 4, 16, 64, 256};
    double n = 2000, v = vnodes[_i], expected = sqrt((n - 1) / (n * v + 1));
    double measured = variation_of_shares((uint32_t)n, vnodes[_i]);
    /* Of a share's square the standard deviation is at most sqrt(8) times its mean: five of them, over 2000 nodes. */
    ck_assert_double_eq_tol(measured * measured / (expected * expected), 1, 5 * sqrt(8.0 / n));
}
END_TEST

START_TEST(a_node_that_joins_takes_its_share_and_nothing_else_moves) {
    enum { NODES = 10, VNODES = 256, KEYS = 100000 };
    struct qr_point *before = calloc((NODES + 1) * VNODES, sizeof *before);
    struct qr_point *after = calloc((NODES + 1) * VNODES, sizeof *after);
    struct qr_ring old = qr_ring_make(before, NULL, NODES, VNODES, QR_RING_ALWAYS);
    struct qr_ring new = qr_ring_make(after, NULL, NODES + 1, VNODES, QR_RING_ALWAYS);
    uint32_t moved = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        uint16_t was, is;
        qr_ring_walk(&old, QR_PLACE_RING, key, 1, &was, 1);
        qr_ring_walk(&new, QR_PLACE_RING, key, 1, &is, 1);
        moved += was != is;
        ck_assert(was == is || is == NODES);
    }
    /* 1 / (n + 1) of the keys, up to the variation of one node's share: five times 6 %. */
    ck_assert_double_eq_tol((double)moved / KEYS, 1.0 / (NODES + 1), 5 * 0.06 / (NODES + 1));
    ck_assert_double_eq_tol((double)moved / KEYS, qr_ring_moved(&old, &new),
                            0.005); /* of so many keys: five deviations */
    free(before);
    free(after);
}
END_TEST

START_TEST(a_ring_of_one_point_is_a_whole_circle) {
    struct qr_point one, two[2];
    struct qr_ring alone = qr_ring_make(&one, NULL, 1, 1, 5), both = qr_ring_make(two, NULL, 2, 1, 5);
    double shares[2];
    qr_ring_shares(&alone, shares);
    ck_assert(shares[0] == 1);
    qr_ring_shares(&both, shares);
    ck_assert_double_eq_tol(shares[0] + shares[1], 1, 1e-12);
    ck_assert_double_eq_tol(qr_ring_moved(&alone, &both), shares[1], 1e-12);
    ck_assert(qr_ring_moved(&both, &both) == 0);
}
END_TEST

/* The points of the ring are those of the system's number: nodes agree on the homes of a key, and say what they own. */
START_TEST(a_drawn_ring_is_one_ring_for_all_nodes) {
    struct qr_params params = quorum_params();
    params.ring = QR_RING_DRAWN;
    params.n = params.r = params.w = 1;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){.nodes = 5});
    for (uint64_t key = 1; key <= 20; key++) {
        quorum_write(test, 0, (node_id)(key % 5), key, (int64_t)key);
        cluster_run_until(test, cluster_now(test) + SIM_SECOND);
        uint32_t holders = 0;
        for (node_id node = 0; node < 5; node++) {
            holders += held_by(test, node, key) == (int64_t)key;
        }
        ck_assert_uint_eq(holders, 1);
        ck_assert_int_eq(quorum_read(test, 1, (node_id)((key + 2) % 5), key)->reply.value, (int64_t)key);
    }
    cluster_end(test);
}
END_TEST

START_TEST(replicas_are_different_nodes_and_spread_over_regions) {
    enum { NODES = 9, VNODES = 16 };
    static const uint32_t regions[NODES] = {0, 1, 2, 0, 1, 2, 0, 1, 2};
    struct qr_point *points = calloc(NODES * VNODES, sizeof *points);
    struct qr_ring ring = qr_ring_make(points, regions, NODES, VNODES, QR_RING_ALWAYS);
    for (uint64_t key = 0; key < 1000; key++) {
        uint16_t nodes[NODES];
        uint32_t seen = 0, of_region[3] = {0};
        ck_assert_uint_eq(qr_ring_walk(&ring, QR_PLACE_REGIONS, key, 6, nodes, NODES), NODES);
        for (uint32_t i = 0; i < NODES; i++) {
            seen |= 1u << nodes[i];
            of_region[regions[nodes[i]]] += i < 6;
        }
        ck_assert_uint_eq(seen, (1u << NODES) - 1);
        ck_assert(of_region[0] == 2 && of_region[1] == 2 && of_region[2] == 2);
    }
    free(points);
}
END_TEST

/* ---- Repair ---- */

/* Node 2 misses the write: it is down meanwhile. */
static struct test_cluster *with_a_stale_replica(const struct qr_params *params) {
    struct test_cluster *test = quorum_cluster(params, &(struct test_options){0});
    quorum_write(test, 0, 0, 7, 70);
    cluster_run_until(test, SIM_SECOND);
    cluster_crash(test->cluster, 2);
    quorum_write(test, 0, 0, 7, 71);
    cluster_run_until(test, 3 * SIM_SECOND);
    cluster_restart(test->cluster, 2);
    cluster_run_until(test, 4 * SIM_SECOND);
    return test;
}

START_TEST(a_read_repairs_as_it_was_told) {
    static const struct {
        int32_t repair;
        sim_time took;     /* by node 2, which answers itself at once and another one after a round trip */
        int64_t held_then; /* by node 2, when the answer arrives: it repairs itself at once */
    } expected[] = {{QR_REPAIR_NONE, 4, 70}, {QR_REPAIR_BACKGROUND, 4, 71}, {QR_REPAIR_BLOCKING, 4, 71}};
    struct qr_params params = quorum_params();
    params.handoff = QR_HANDOFF_NONE;
    params.read_repair = expected[_i].repair;
    struct test_cluster *test = with_a_stale_replica(&params);
    ck_assert_int_eq(held_by(test, 2, 7), 70);
    const struct test_reply *reply = quorum_read(test, 0, 2, 7);
    ck_assert_int_eq(reply->reply.value, 71);
    ck_assert_int_eq(reply->at - 4 * SIM_SECOND, expected[_i].took * SIM_MILLISECOND);
    ck_assert_int_eq(held_by(test, 2, 7), expected[_i].held_then);
    cluster_run_until(test, 5 * SIM_SECOND);
    ck_assert_int_eq(held_by(test, 2, 7), expected[_i].repair == QR_REPAIR_NONE ? 70 : 71);
    cluster_end(test);
}
END_TEST

START_TEST(write_back_takes_a_second_round_trip_only_where_replicas_differ) {
    struct qr_params params = quorum_params();
    params.handoff = QR_HANDOFF_NONE;
    params.w = 3; /* all three must have what is returned */
    params.r = 1;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    quorum_write(test, 0, 0, 7, 70);
    cluster_run_until(test, SIM_SECOND);
    /* The own replica has answered; the other two must confirm: 1 ms to ask, a round trip, 1 ms to answer. */
    ck_assert_int_eq(quorum_read(test, 0, 0, 7)->at - SIM_SECOND, 4 * SIM_MILLISECOND);
    cluster_end(test);
}
END_TEST

START_TEST(a_hint_brings_what_a_replica_missed) {
    struct qr_params params = quorum_params();
    params.handoff = QR_HANDOFF_HINTS;
    struct test_cluster *test = with_a_stale_replica(&params);
    ck_assert_int_eq(held_by(test, 2, 7), 71); /* kept at 2 s, tried each second */
    ck_assert_int_eq(cluster_number(test, 0, "hints"), 0);
    cluster_end(test);
}
END_TEST

START_TEST(hints_beyond_the_limit_are_dropped_and_counted) {
    struct qr_params params = quorum_params();
    params.handoff = QR_HANDOFF_HINTS;
    params.hint_limit = 2;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    cluster_crash(test->cluster, 2);
    for (uint64_t key = 0; key < 5; key++) {
        quorum_write(test, 0, 0, key, 70);
    }
    cluster_run_until(test, 5 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, 0, "hints"), 2);
    ck_assert_int_eq(cluster_number(test, 0, "hints dropped"), 3);
    cluster_end(test);
}
END_TEST

START_TEST(a_stand_in_counts_to_a_sloppy_quorum_and_hands_off) {
    struct qr_params params = quorum_params();
    params.n = params.w = 2;
    params.r = 1;
    params.handoff = QR_HANDOFF_SLOPPY;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    struct qr_point points[3 * 16];
    struct qr_ring ring = qr_ring_make(points, NULL, 3, 16, QR_RING_ALWAYS);
    uint16_t nodes[3];
    qr_ring_walk(&ring, QR_PLACE_RING, 7, 2, nodes, 3); /* two homes, and who stands in */
    cluster_crash(test->cluster, nodes[1]);
    const struct test_reply *reply = quorum_write(test, 0, nodes[0], 7, 70);
    /* 1 ms to the coordinator, 50 ms of patience, a round trip to the stand-in, 1 ms back. */
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    ck_assert_int_eq(reply->at, 54 * SIM_MILLISECOND);
    ck_assert_int_eq(cluster_number(test, nodes[2], "hints"), 1);
    cluster_run_until(test, SIM_SECOND / 2);
    cluster_restart(test->cluster, nodes[1]);
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_int_eq(held_by(test, nodes[1], 7), 70);
    ck_assert_int_eq(cluster_number(test, nodes[2], "hints"), 0);
    cluster_end(test);
}
END_TEST

START_TEST(hash_trees_bring_what_a_replica_missed_and_cost_little_when_nothing_differs) {
    struct qr_params params = quorum_params();
    params.handoff = QR_HANDOFF_NONE;
    params.anti_entropy = SIM_SECOND;
    struct test_cluster *test = with_a_stale_replica(&params);
    cluster_run_until(test, 15 * SIM_SECOND);
    ck_assert_int_eq(held_by(test, 2, 7), 71);
    cluster_reset_traffic(test->cluster);
    cluster_run_until(test, 25 * SIM_SECOND);
    struct traffic traffic = cluster_traffic(test->cluster);
    ck_assert_uint_eq(traffic.messages_sent, 30); /* a root each second from each of three nodes */
    ck_assert_uint_eq(traffic.bytes_sent, 30 * (24 + 10));
    cluster_end(test);
}
END_TEST

/* ---- Versions ---- */

START_TEST(the_later_stamp_wins_in_whatever_order_writes_come) {
    struct qr_params params = quorum_params();
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    struct request late = {.kind = OP_WRITE, .key = 7, .value = 72, .session = 1, .sequence = 1, .clock = 2000};
    struct request early = {.kind = OP_WRITE, .key = 7, .value = 71, .session = 2, .sequence = 1, .clock = 1000};
    cluster_call(test, 0, 0, late, 60 * SIM_SECOND);
    ck_assert_int_eq(cluster_call(test, 1, 1, early, 60 * SIM_SECOND)->reply.status, REPLY_OK);
    ck_assert_int_eq(quorum_read(test, 2, 2, 7)->reply.value, 72);
    cluster_end(test);
}
END_TEST

START_TEST(concurrent_writes_are_kept_as_siblings_until_a_write_replaces_what_it_read) {
    struct qr_params params = quorum_params();
    params.versions = QR_SIBLINGS;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    cluster_ask(test, 0, 0, (struct request){.kind = OP_WRITE, .key = 7, .value = 71, .session = 1, .clock = 1});
    cluster_ask(test, 1, 1, (struct request){.kind = OP_WRITE, .key = 7, .value = 72, .session = 2, .clock = 2});
    cluster_run_until(test, SIM_SECOND);
    int64_t values[4];
    for (node_id node = 0; node < 3; node++) {
        ck_assert_uint_eq(cluster_siblings(test->cluster, node, 7, values, 4), 2);
        ck_assert(values[0] == 71 && values[1] == 72);
    }
    quorum_write(test, 2, 2, 7, 73);
    cluster_run_until(test, 2 * SIM_SECOND);
    for (node_id node = 0; node < 3; node++) {
        ck_assert_uint_eq(cluster_siblings(test->cluster, node, 7, values, 4), 1);
        ck_assert_int_eq(values[0], 73);
    }
    cluster_end(test);
}
END_TEST

/* Merging is commutative, associative and idempotent: any two replicas that have heard of the same agree. */
START_TEST(merging_obeys_the_laws_of_a_semilattice) {
    enum { ACTORS = 3, STEPS = 400 };
    _Alignas(8) char room[8][QR_DATA_BYTES];
    struct qr_data *replicas[ACTORS], *spare[5];
    for (int i = 0; i < 8; i++) {
        *(i < 3 ? &replicas[i] : &spare[i - 3]) = (struct qr_data *)(void *)room[i];
    }
    uint64_t chance = 5;
    for (uint32_t i = 0; i < ACTORS; i++) {
        qr_supersede(replicas[i], NULL, NULL, i, ACTORS, (struct qr_version){.stamp = i, .value = (int64_t)i + 1});
        replicas[i]->key = 7;
    }
    for (int step = 0; step < STEPS; step++) {
        chance = probe_hash(chance, (uint64_t)step);
        uint32_t a = (uint32_t)(chance % ACTORS), b = (uint32_t)(chance / 8 % ACTORS),
                 c = (uint32_t)(chance / 64 % ACTORS);
        qr_merge(spare[0], replicas[a], replicas[b]);
        qr_merge(spare[1], replicas[b], replicas[a]);
        ck_assert(qr_digest(spare[0]) == qr_digest(spare[1]));
        qr_merge(spare[2], spare[0], replicas[c]);
        qr_merge(spare[3], replicas[b], replicas[c]);
        qr_merge(spare[4], replicas[a], spare[3]);
        ck_assert(qr_digest(spare[2]) == qr_digest(spare[4]));
        qr_merge(spare[3], spare[2], spare[2]);
        ck_assert(qr_digest(spare[3]) == qr_digest(spare[2]));
        if (chance / 512 % 2 == 0) { /* a writes, knowing what c has; or a hears of b */
            struct qr_version version = {.stamp = step + 10, .value = step + 10};
            qr_supersede(spare[1], replicas[a], replicas[c], a, ACTORS, version);
            qr_merge(spare[0], replicas[a], spare[1]);
            ck_assert(qr_digest(spare[0]) == qr_digest(spare[1]));
        }
        memcpy(replicas[a], spare[0], qr_data_bytes(spare[0]));
    }
}
END_TEST

START_TEST(a_tombstone_is_purged_after_its_grace) {
    struct qr_params params = quorum_params();
    params.tombstone_grace = 4 * SIM_SECOND;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    quorum_write(test, 0, 0, 7, 70);
    quorum_write(test, 0, 0, 7, 0);
    cluster_run_until(test, 3 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, 0, "tombstones"), 1);
    ck_assert_int_eq(quorum_read(test, 0, 1, 7)->reply.value, 0);
    cluster_run_until(test, 6 * SIM_SECOND);
    ck_assert_int_eq(cluster_number(test, 0, "tombstones"), 0);
    ck_assert_int_eq(cluster_number(test, 0, "tombstones purged"), 1);
    ck_assert_int_eq(cluster_number(test, 0, "keys"), 0);
    ck_assert_int_eq(quorum_read(test, 0, 1, 7)->reply.value, 0);
    cluster_end(test);
}
END_TEST

/* ---- Time ---- */

START_TEST(a_late_answer_is_replaced_by_another_replica) {
    struct qr_params params = quorum_params();
    params.contact = QR_CONTACT_NEEDED;
    params.read_repair = QR_REPAIR_NONE;
    params.handoff = QR_HANDOFF_NONE;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    quorum_write(test, 0, 0, 7, 70);
    cluster_run_until(test, SIM_SECOND);
    uint32_t late = 0;
    cluster_crash(test->cluster, 1);
    for (int i = 0; i < 6; i++) {
        sim_time asked = cluster_now(test);
        const struct test_reply *reply = quorum_read(test, 0, 0, 7);
        sim_time took = reply->at - asked;
        ck_assert_int_eq(reply->reply.value, 70);
        /* A round trip to node 2; or 20 ms of patience with node 1 first. From then on it is asked last. */
        ck_assert(took == 4 * SIM_MILLISECOND || took == 24 * SIM_MILLISECOND);
        late += took == 24 * SIM_MILLISECOND;
    }
    ck_assert_uint_eq(late, 1);
    cluster_end(test);
}
END_TEST

START_TEST(a_coordinator_gives_up_after_its_timeout) {
    struct qr_params params = quorum_params();
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){0});
    cluster_crash(test->cluster, 1);
    cluster_crash(test->cluster, 2);
    const struct test_reply *write = quorum_write(test, 0, 0, 7, 70);
    ck_assert_int_eq(write->reply.status, REPLY_UNKNOWN);
    ck_assert_int_eq(write->at, 1002 * SIM_MILLISECOND);
    ck_assert_int_eq(quorum_read(test, 0, 0, 7)->reply.status, REPLY_FAIL);
    cluster_end(test);
}
END_TEST

START_TEST(the_log_is_compacted_and_loses_nothing) {
    struct qr_params params = quorum_params();
    params.n = params.r = params.w = 1;
    struct test_cluster *test = quorum_cluster(&params, &(struct test_options){.nodes = 1});
    for (int i = 1; i <= 10000; i++) {
        quorum_write(test, 0, 0, (uint64_t)i % 10, i);
    }
    ck_assert_int_lt(cluster_number(test, 0, "log records"), 5000);
    cluster_crash(test->cluster, 0);
    cluster_restart(test->cluster, 0);
    for (int key = 0; key < 10; key++) {
        ck_assert_int_eq(held_by(test, 0, (uint64_t)key), key == 0 ? 10000 : 9990 + key);
    }
    cluster_end(test);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("quorum");
    TCase *plain = tcase_create("plain");
    tcase_add_loop_test(plain, a_write_is_done_when_w_replicas_have_it_on_disk, 1, 4);
    tcase_add_loop_test(plain, a_read_waits_for_r_replicas, 1, 4);
    tcase_add_loop_test(plain, a_client_that_coordinates_is_one_round_trip_from_every_replica, 1, 4);
    tcase_add_test(plain, an_acknowledged_write_survives_the_crash_of_all_nodes);
    suite_add_tcase(suite, plain);
    TCase *ring = tcase_create("ring");
    tcase_add_loop_test(ring, shares_of_the_ring_vary_as_the_closed_form_says, 0, 5);
    tcase_add_test(ring, a_node_that_joins_takes_its_share_and_nothing_else_moves);
    tcase_add_test(ring, a_ring_of_one_point_is_a_whole_circle);
    tcase_add_test(ring, a_drawn_ring_is_one_ring_for_all_nodes);
    tcase_add_test(ring, replicas_are_different_nodes_and_spread_over_regions);
    suite_add_tcase(suite, ring);
    TCase *repair = tcase_create("repair");
    tcase_add_loop_test(repair, a_read_repairs_as_it_was_told, 0, 3);
    tcase_add_test(repair, write_back_takes_a_second_round_trip_only_where_replicas_differ);
    tcase_add_test(repair, a_hint_brings_what_a_replica_missed);
    tcase_add_test(repair, hints_beyond_the_limit_are_dropped_and_counted);
    tcase_add_test(repair, a_stand_in_counts_to_a_sloppy_quorum_and_hands_off);
    tcase_add_test(repair, hash_trees_bring_what_a_replica_missed_and_cost_little_when_nothing_differs);
    suite_add_tcase(suite, repair);
    TCase *versions = tcase_create("versions");
    tcase_add_test(versions, the_later_stamp_wins_in_whatever_order_writes_come);
    tcase_add_test(versions, concurrent_writes_are_kept_as_siblings_until_a_write_replaces_what_it_read);
    tcase_add_test(versions, merging_obeys_the_laws_of_a_semilattice);
    tcase_add_test(versions, a_tombstone_is_purged_after_its_grace);
    suite_add_tcase(suite, versions);
    TCase *time = tcase_create("time");
    tcase_add_test(time, a_late_answer_is_replaced_by_another_replica);
    tcase_add_test(time, a_coordinator_gives_up_after_its_timeout);
    tcase_add_test(time, the_log_is_compacted_and_loses_nothing);
    suite_add_tcase(suite, time);
    return suite;
}
