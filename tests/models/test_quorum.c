/* The leaderless store under a fixed latency of 1 ms: exact times, and what each parameter changes. */
#include "models/registry.h"
#include "sim/study/run.h"
#include "tests/models/quorum_lab.h"

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

static Suite *make_suite(void) {
    Suite *suite = suite_create("quorum");
    TCase *plain = tcase_create("plain");
    tcase_add_loop_test(plain, a_write_is_done_when_w_replicas_have_it_on_disk, 1, 4);
    tcase_add_loop_test(plain, a_read_waits_for_r_replicas, 1, 4);
    tcase_add_loop_test(plain, a_client_that_coordinates_is_one_round_trip_from_every_replica, 1, 4);
    tcase_add_test(plain, an_acknowledged_write_survives_the_crash_of_all_nodes);
    suite_add_tcase(suite, plain);
    return suite;
}
