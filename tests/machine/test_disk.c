/* Disks: order and group commit of syncs, sends that wait for them, the log, and faults of disks. */
#include "tests/machine/lab.h"

#include <check.h>
#include <string.h>

#define MS SIM_MILLISECOND

static struct lab lab;
static const struct selector first = {.kind = SELECT_NODE, .index = 0, .system = UINT32_MAX};
static const struct selector_group first_node = {&first, 1};

static void set_up(void) {
    lab_prepare(&lab, 2, 1);
    lab.systems[0].disk_sync = dist_constant(5 * MS);
}

static void tear_down(void) {
    lab_free(&lab);
}

static uint64_t log_at(uint64_t number) {
    size_t bytes = 0;
    uint64_t record = 0;
    const void *found = node_log_read(lab.nodes[0], number, &bytes);
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(bytes, sizeof record);
    memcpy(&record, found, sizeof record);
    return record;
}

START_TEST(a_send_waits_until_its_write_is_durable) {
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 6 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_DISK, 0, 1), 5 * MS);
    ck_assert(node_disk_done(lab.nodes[0], 1));
    ck_assert(!node_disk_done(lab.nodes[0], 2));
}
END_TEST

START_TEST(a_reply_waits_until_its_write_is_durable) {
    lab.answers = false;
    lab_start(&lab, 1);
    lab_ask(&lab, 0, 0, 5);
    lab_run(&lab, 2 * MS);
    lab_tell(&lab, 0, TASK_APPEND_REPLY, 1, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_REPLY, 2, REPLY_OK), 2 * MS + 5 * MS + MS);
}
END_TEST

START_TEST(a_send_after_a_durable_write_leaves_at_once) {
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND, 1, 0);
    lab_run(&lab, 10 * MS);
    struct outgoing message = {.type = TOY_PONG, .encoded_bytes = 8, .body = &(uint64_t[2]){42, 0}, .body_bytes = 16};
    node_send_after(lab.nodes[0], 1, 1, message);
    node_send_after(lab.nodes[0], 0, 1, message); /* ticket 0 is always done */
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 42), 11 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 2);
}
END_TEST

/* One sync at a time; what is written meanwhile shares the next. */
START_TEST(writes_during_a_sync_share_the_next) {
    lab_start(&lab, 1);
    for (uint64_t i = 1; i <= 4; i++) {
        lab_run(&lab, (sim_time)(i - 1) * MS); /* at 0, 1, 2 and 3 ms */
        lab_tell(&lab, 0, TASK_APPEND_SEND, i, 1);
    }
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 6 * MS);
    for (uint64_t i = 2; i <= 4; i++) {
        ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, i), 11 * MS);
    }
    ck_assert_uint_eq(lab_count(&lab, SAW_DISK, 0), 2);
    ck_assert_int_eq(lab_when(&lab, SAW_DISK, 0, 4), 10 * MS);
    struct traffic traffic = cluster_traffic(lab.cluster);
    ck_assert_uint_eq(traffic.disk_syncs, 2);
    ck_assert_uint_eq(traffic.disk_writes, 4);
    ck_assert_uint_eq(traffic.disk_bytes, 32);
}
END_TEST

START_TEST(the_log_is_appended_truncated_and_trimmed_in_order) {
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < 100; i++) {
        lab_tell(&lab, 0, TASK_APPEND, 100 + i, 0);
    }
    lab_tell(&lab, 0, TASK_TRUNCATE, 90, 0);
    lab_tell(&lab, 0, TASK_APPEND, 7, 0);
    lab_tell(&lab, 0, TASK_TRIM, 20, 0);
    lab_tell(&lab, 0, TASK_TRIM, 10, 0); /* behind what is gone: nothing */
    lab_tell(&lab, 0, TASK_PUT, 1, 0);
    lab_tell(&lab, 0, TASK_PUT, 2, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(node_log_first(lab.nodes[0]), 20);
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), 91);
    ck_assert_uint_eq(log_at(20), 120);
    ck_assert_uint_eq(log_at(89), 189);
    ck_assert_uint_eq(log_at(90), 7);
    size_t bytes = 0;
    ck_assert_ptr_null(node_log_read(lab.nodes[0], 19, &bytes));
    ck_assert_ptr_null(node_log_read(lab.nodes[0], 91, &bytes));
    uint64_t record = 0;
    memcpy(&record, node_record_get(lab.nodes[0], 0, &bytes), sizeof record);
    ck_assert_uint_eq(record, 2);
}
END_TEST

START_TEST(a_log_trimmed_to_its_end_goes_on_from_there) {
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND, 1, 0);
    lab_tell(&lab, 0, TASK_APPEND, 2, 0);
    lab_tell(&lab, 0, TASK_TRIM, 50, 0);
    lab_tell(&lab, 0, TASK_APPEND, 3, 0);
    lab_tell(&lab, 0, TASK_TRUNCATE, 0, 0); /* what is trimmed stays trimmed */
    lab_tell(&lab, 0, TASK_APPEND, 4, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(node_log_first(lab.nodes[0]), 2);
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), 3);
    ck_assert_uint_eq(log_at(2), 4);
}
END_TEST

/* A crash at a time drawn within the syncs: what survives is a prefix of what was written, and holds all that was done.
 */
START_TEST(a_crash_leaves_a_prefix_that_holds_all_that_was_durable) {
    lab_start(&lab, (uint64_t)_i);
    sim_time crash = 17 * MS + _i * MS / 3;
    uint64_t written = 0;
    for (sim_time at = 0; at < crash; at += MS) {
        lab_run(&lab, at);
        lab_tell(&lab, 0, TASK_APPEND_SEND, written++, 1);
    }
    lab_run(&lab, crash);
    uint64_t durable = 0;
    while (node_disk_done(lab.nodes[0], durable + 1)) {
        durable++;
    }
    cluster_crash(lab.cluster, 0);
    cluster_restart(lab.cluster, 0);
    ck_assert_uint_gt(durable, 0);
    ck_assert_uint_lt(durable, written);
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), durable);
    for (uint64_t i = 0; i < durable; i++) {
        ck_assert_uint_eq(log_at(i), i);
    }
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), (uint32_t)durable);
}
END_TEST

START_TEST(a_slow_disk_multiplies_syncs_and_counts_their_writes) {
    struct fault_config *fault = lab_add_fault(&lab, "slow", FAULT_SLOW_DISK, 10 * MS, 100 * MS);
    fault->targets = first_node;
    fault->times = 4;
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, 200 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 2, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 41 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 2), 206 * MS);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->disk_writes, 1);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->nodes, 0);
}
END_TEST

START_TEST(a_disk_slowed_beyond_all_time_breaks_nothing) {
    struct fault_config *fault = lab_add_fault(&lab, "slow", FAULT_SLOW_DISK, 0, SIM_NEVER);
    fault->targets = first_node;
    fault->times = 1e300;
    lab_start(&lab, 1);
    lab_run(&lab, MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, 1000 * SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 0);
}
END_TEST

START_TEST(two_slow_disk_faults_multiply_and_end_at_exactly_one) {
    for (uint32_t i = 0; i < 2; i++) {
        struct fault_config *fault =
            lab_add_fault(&lab, i == 0 ? "a" : "b", FAULT_SLOW_DISK, 10 * MS + i * 10 * MS, 100 * MS);
        fault->targets = first_node;
        fault->times = 3;
    }
    lab_start(&lab, 1);
    lab_run(&lab, 50 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, 200 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 2, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 96 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 2), 206 * MS);
}
END_TEST

START_TEST(a_stalled_disk_finishes_when_the_stall_ends) {
    struct fault_config *fault = lab_add_fault(&lab, "stall", FAULT_STALL_DISK, 10 * MS, 40 * MS);
    fault->targets = first_node;
    lab_start(&lab, 1);
    lab_run(&lab, 8 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 2, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 51 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 2), 56 * MS);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->disk_writes, 2);
}
END_TEST

START_TEST(a_crash_counts_the_writes_that_it_dropped) {
    struct fault_config *fault = lab_add_fault(&lab, "kill", FAULT_CRASH, 3 * MS, 10 * MS);
    fault->targets = first_node;
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND, 1, 0);
    lab_tell(&lab, 0, TASK_APPEND, 2, 0);
    lab_run(&lab, SIM_SECOND);
    const struct fault_occurrence *occurrence = cluster_occurrence(lab.cluster, 0);
    ck_assert_uint_eq(occurrence->disk_writes, 2);
    ck_assert_uint_eq(occurrence->nodes, 1);
    ck_assert_uint_eq(fault_touched_total(fault, occurrence), 3);
    ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, 0), 13 * MS);
}
END_TEST

START_TEST(extra_bytes_count_for_the_next_write_only) {
    lab_start(&lab, 1);
    node_disk_extra(lab.nodes[0], 4096);
    lab_tell(&lab, 0, TASK_APPEND, 1, 0);
    lab_tell(&lab, 0, TASK_APPEND, 2, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(cluster_traffic(lab.cluster).disk_bytes, 4096 + 16);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("disk");
    TCase *tcase = tcase_create("disk");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_send_waits_until_its_write_is_durable);
    tcase_add_test(tcase, a_reply_waits_until_its_write_is_durable);
    tcase_add_test(tcase, a_send_after_a_durable_write_leaves_at_once);
    tcase_add_test(tcase, writes_during_a_sync_share_the_next);
    tcase_add_test(tcase, the_log_is_appended_truncated_and_trimmed_in_order);
    tcase_add_test(tcase, a_log_trimmed_to_its_end_goes_on_from_there);
    tcase_add_loop_test(tcase, a_crash_leaves_a_prefix_that_holds_all_that_was_durable, 0, 12);
    tcase_add_test(tcase, a_slow_disk_multiplies_syncs_and_counts_their_writes);
    tcase_add_test(tcase, a_disk_slowed_beyond_all_time_breaks_nothing);
    tcase_add_test(tcase, two_slow_disk_faults_multiply_and_end_at_exactly_one);
    tcase_add_test(tcase, a_stalled_disk_finishes_when_the_stall_ends);
    tcase_add_test(tcase, a_crash_counts_the_writes_that_it_dropped);
    tcase_add_test(tcase, extra_bytes_count_for_the_next_write_only);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
