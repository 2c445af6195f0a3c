/* A leader in every region, step by step: fixed latency, where every time can be said in advance. */
#include "models/multileader/multileader.h"
#include "tests/check_main.h"
#include "tests/cluster.h"

#define MS SIM_MILLISECOND
static const sim_time hop = 10 * MS; /* one way */
static const sim_time sync_time = 3 * MS;

static struct ml_params params_of(enum ml_conflicts conflicts, enum ml_topology topology) {
    return (struct ml_params){.conflicts = (int32_t)conflicts, .topology = (int32_t)topology, .retry = 500 * MS};
}

static struct test_cluster *begin(const struct ml_params *params, const struct fault_config *fault) {
    struct test_cluster *test = cluster_make(&(struct test_options){.model = &ml_model,
                                                                    .params = params,
                                                                    .nodes = 3,
                                                                    .latency_ns = hop,
                                                                    .sync_ns = sync_time,
                                                                    .faults = fault,
                                                                    .fault_count = fault != NULL});
    cluster_begin(test);
    return test;
}

static struct request operation(enum operation_kind kind, int64_t value) {
    return (struct request){.kind = kind, .session = 1, .key = 5, .value = value};
}

static const struct test_reply *ask(struct test_cluster *test, node_id to, struct request request) {
    const struct test_reply *reply = cluster_call(test, 0, to, request, cluster_now(test) + SIM_SECOND);
    ck_assert_ptr_nonnull(reply);
    return reply;
}

/* What the node holds, 0 for nothing. */
static int64_t held(struct test_cluster *test, node_id node) {
    int64_t value = 0;
    cluster_peek(test->cluster, node, 5, &value);
    return value;
}

START_TEST(a_write_waits_for_its_own_disk_only) {
    struct ml_params params = params_of(ML_LAST_WRITE, ML_ALL);
    struct test_cluster *test = begin(&params, NULL);
    const struct test_reply *reply = ask(test, 1, operation(OP_WRITE, 7));
    ck_assert_int_eq(reply->reply.status, REPLY_OK);
    ck_assert_int_eq(reply->at, 2 * hop + sync_time);
    /* The update leaves when it is on disk, as the answer does, and is merged when it comes. */
    ck_assert_int_eq(held(test, 0), 7);
    ck_assert_int_eq(held(test, 2), 7);
    ck_assert_int_eq(cluster_number(test, 1, "unacknowledged updates"), 2);
    cluster_run_until(test, 3 * hop + 2 * sync_time); /* there on disk, and back */
    ck_assert_int_eq(cluster_number(test, 1, "unacknowledged updates"), 0);
    cluster_end(test);
}
END_TEST

/* A change at node 1: when it is known at node 2 and at node 0. On a ring 1 tells 2, and 2 tells 0; of a star 0 is the
 * centre, which tells 2. Each waits for its disk before it passes on. */
static void expect_known(enum ml_topology topology, sim_time at_second, sim_time at_first) {
    struct ml_params params = params_of(ML_LAST_WRITE, topology);
    struct test_cluster *test = begin(&params, NULL);
    cluster_ask(test, 0, 1, operation(OP_WRITE, 7));
    const struct {
        node_id node;
        sim_time at;
    } steps[] = {{at_second < at_first ? 2 : 0, at_second < at_first ? at_second : at_first},
                 {at_second < at_first ? 0 : 2, at_second < at_first ? at_first : at_second}};
    for (int i = 0; i < 2; i++) {
        cluster_run_until(test, steps[i].at - 1);
        ck_assert_int_eq(held(test, steps[i].node), 0);
        cluster_run_until(test, steps[i].at);
        ck_assert_int_eq(held(test, steps[i].node), 7);
    }
    cluster_end(test);
}

START_TEST(on_a_ring_news_go_all_the_way_round) {
    expect_known(ML_RING, 2 * hop + sync_time, 3 * hop + 2 * sync_time);
}
END_TEST

START_TEST(on_a_star_news_go_through_the_centre) {
    expect_known(ML_STAR, 3 * hop + 2 * sync_time, 2 * hop + sync_time);
}
END_TEST

static void write_at_two_places(struct test_cluster *test) {
    cluster_ask(test, 0, 0, operation(OP_WRITE, 10));
    cluster_ask(test, 1, 2, operation(OP_WRITE, 20));
    cluster_run_until(test, 200 * MS);
}

START_TEST(of_two_writes_at_once_one_wins_everywhere) {
    struct ml_params params = params_of(ML_LAST_WRITE, ML_ALL);
    struct test_cluster *test = begin(&params, NULL);
    write_at_two_places(test);
    for (node_id node = 0; node < 3; node++) {
        ck_assert_int_eq(held(test, node), 20); /* stamped alike; the higher replica */
    }
    cluster_end(test);
}
END_TEST

START_TEST(with_s03_each_takes_what_comes_last) {
    struct ml_params params = params_of(ML_LAST_WRITE, ML_ALL);
    params.bug = ML_BUG_S03;
    struct test_cluster *test = begin(&params, NULL);
    write_at_two_places(test);
    ck_assert_int_eq(held(test, 0), 20);
    ck_assert_int_eq(held(test, 2), 10);
    cluster_end(test);
}
END_TEST

START_TEST(siblings_stay_until_a_write_knows_them) {
    struct ml_params params = params_of(ML_SIBLINGS, ML_ALL);
    struct test_cluster *test = begin(&params, NULL);
    write_at_two_places(test);
    for (node_id node = 0; node < 3; node++) {
        ck_assert_int_eq(cluster_number(test, node, "keys with siblings"), 1);
    }
    ask(test, 1, operation(OP_WRITE, 30));
    cluster_run_until(test, 400 * MS);
    for (node_id node = 0; node < 3; node++) {
        ck_assert_int_eq(cluster_number(test, node, "keys with siblings"), 0);
        ck_assert_int_eq(held(test, node), 30);
    }
    cluster_end(test);
}
END_TEST

START_TEST(counts_at_once_in_two_places_add_up) {
    struct ml_params params = params_of(ML_COUNTER, ML_RING);
    struct test_cluster *test = begin(&params, NULL);
    cluster_ask(test, 0, 0, operation(OP_INCREMENT, 3));
    cluster_ask(test, 1, 2, operation(OP_INCREMENT, 4));
    cluster_run_until(test, 200 * MS);
    for (node_id node = 0; node < 3; node++) {
        ck_assert_int_eq(held(test, node), 7);
    }
    ck_assert_int_eq(ask(test, 1, operation(OP_WRITE, 1))->reply.status, REPLY_FAIL);
    cluster_end(test);
}
END_TEST

START_TEST(a_node_that_was_down_is_told_what_it_missed) {
    struct ml_params params = params_of(ML_LAST_WRITE, ML_ALL);
    struct test_cluster *test = begin(&params, NULL);
    cluster_crash(test->cluster, 2);
    ask(test, 0, operation(OP_WRITE, 7));
    cluster_run_until(test, 400 * MS);
    cluster_restart(test->cluster, 2);
    cluster_run_until(test, 500 * MS + hop - 1);
    ck_assert_int_eq(held(test, 2), 0);
    cluster_run_until(test, 1000 * MS + hop); /* the second retry: at the first the update is younger than the pause */
    ck_assert_int_eq(held(test, 2), 7);
    cluster_end(test);
}
END_TEST

START_TEST(what_was_acknowledged_survives_a_crash_and_goes_out_then) {
    struct ml_params params = params_of(ML_LAST_WRITE, ML_ALL);
    struct test_cluster *test = begin(&params, NULL);
    cluster_crash(test->cluster, 1);
    cluster_crash(test->cluster, 2);
    ask(test, 0, operation(OP_WRITE, 7));
    cluster_crash(test->cluster, 0);
    for (node_id node = 0; node < 3; node++) {
        cluster_restart(test->cluster, node);
    }
    sim_time now = cluster_now(test);
    ck_assert_int_eq(held(test, 0), 7);
    cluster_run_until(test, now + hop);
    ck_assert_int_eq(held(test, 1), 7);
    cluster_end(test);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("multileader");
    TCase *exchange = tcase_create("exchange");
    tcase_add_test(exchange, a_write_waits_for_its_own_disk_only);
    tcase_add_test(exchange, on_a_ring_news_go_all_the_way_round);
    tcase_add_test(exchange, on_a_star_news_go_through_the_centre);
    tcase_add_test(exchange, a_node_that_was_down_is_told_what_it_missed);
    tcase_add_test(exchange, what_was_acknowledged_survives_a_crash_and_goes_out_then);
    suite_add_tcase(suite, exchange);
    TCase *conflicts = tcase_create("conflicts");
    tcase_add_test(conflicts, of_two_writes_at_once_one_wins_everywhere);
    tcase_add_test(conflicts, with_s03_each_takes_what_comes_last);
    tcase_add_test(conflicts, siblings_stay_until_a_write_knows_them);
    tcase_add_test(conflicts, counts_at_once_in_two_places_add_up);
    suite_add_tcase(suite, conflicts);
    return suite;
}
