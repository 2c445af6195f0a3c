/* Nodes: crashes and what survives them, pauses, clocks, cores and their queues, memory. */
#include "tests/machine/lab.h"

#include <check.h>
#include <string.h>

#define MS SIM_MILLISECOND

static struct lab lab;
static struct selector selectors[4];

static void tear_down(void) {
    lab_free(&lab);
}

static struct selector_group one_node(node_id id) {
    selectors[0] = (struct selector){.kind = SELECT_NODE, .index = id, .system = UINT32_MAX};
    return (struct selector_group){.members = selectors, .count = 1};
}

/* ---- Messages and timers at exact times ---- */

START_TEST(a_message_arrives_after_the_latency) {
    lab_prepare(&lab, 2, 1);
    lab_start(&lab, 1);
    ck_assert_uint_eq(lab_count(&lab, SAW_START, UINT32_MAX), 2);
    lab_run(&lab, 5 * MS);
    lab_ping(&lab, 0, 1, 7, 100);
    lab_ping(&lab, 0, 0, 8, 100); /* to oneself: no network */
    lab_ask(&lab, 0, 1, 9);
    lab_run(&lab, 20 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 7), 6 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 8), 5 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_REQUEST, 1, 9), 6 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_REPLY, 2, REPLY_OK), 7 * MS);
}
END_TEST

START_TEST(traffic_balances_and_leaves_out_messages_to_oneself) {
    lab_prepare(&lab, 3, 1);
    lab.network.base.duplicate = 0.2;
    lab.network.base.loss = 0.1;
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < 1000; i++) {
        lab_ping(&lab, 0, 1 + (node_id)(i % 2), i, 10);
        lab_ping(&lab, 2, 2, i, 10);
    }
    lab_run(&lab, SIM_SECOND);
    struct traffic traffic = cluster_traffic(lab.cluster);
    ck_assert_uint_eq(traffic.messages_sent, 1000);
    ck_assert_uint_eq(traffic.bytes_sent, 10000);
    ck_assert_uint_gt(traffic.messages_lost, 0);
    ck_assert_uint_eq(traffic.messages_sent + traffic.messages_duplicated,
                      traffic.messages_delivered + traffic.messages_lost);
}
END_TEST

START_TEST(a_timer_fires_once_at_its_last_deadline) {
    lab_prepare(&lab, 1, 0);
    lab_start(&lab, 1);
    node_arm(lab.nodes[0], TOY_A, 10 * MS);
    node_arm(lab.nodes[0], TOY_B, 4 * MS);
    lab_run(&lab, 3 * MS);
    node_arm(lab.nodes[0], TOY_A, 20 * MS);
    ck_assert(node_is_armed(lab.nodes[0], TOY_A));
    node_cancel(lab.nodes[0], TOY_B);
    ck_assert(!node_is_armed(lab.nodes[0], TOY_B));
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_TIMER, 0), 1);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 0, TOY_A), 23 * MS);
}
END_TEST

/* ---- Crashes ---- */

START_TEST(a_crash_loses_memory_timers_and_unsynced_writes) {
    lab_prepare(&lab, 2, 0);
    lab.systems[0].disk_sync = dist_constant(5 * MS);
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_COUNT_UP, 3, 0);
    lab_tell(&lab, 0, TASK_APPEND, 11, 0);
    lab_run(&lab, 6 * MS);
    ck_assert_uint_eq(lab_counter(&lab, 0), 3);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 12, 1);
    lab_tell(&lab, 0, TASK_PUT, 13, 0);
    node_arm(lab.nodes[0], TOY_A, 50 * MS);
    lab_run(&lab, 8 * MS);
    lab_ping(&lab, 1, 0, 5, 10);
    cluster_crash(lab.cluster, 0);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    lab_run(&lab, 30 * MS);
    cluster_restart(lab.cluster, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_counter(&lab, 0), 0);
    ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, 1), 30 * MS); /* one record survived */
    size_t bytes = 0;
    uint64_t record = 0;
    memcpy(&record, node_log_read(lab.nodes[0], 0, &bytes), sizeof record);
    ck_assert_uint_eq(record, 11);
    ck_assert_ptr_null(node_record_get(lab.nodes[0], 0, &bytes));
    ck_assert_uint_eq(lab_count(&lab, SAW_TIMER, 0), 0);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, UINT32_MAX), 0); /* neither to the dead, nor what waited for the disk */
    lab_tell(&lab, 0, TASK_APPEND_SEND, 14, 1);                  /* and the disk works again */
    lab_run(&lab, 2 * SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 14), SIM_SECOND + 6 * MS);
}
END_TEST

START_TEST(a_node_is_down_while_any_crash_holds_it) {
    lab_prepare(&lab, 2, 0);
    struct selector first = {.kind = SELECT_NODE, .index = 0, .system = UINT32_MAX};
    lab_add_fault(&lab, "a", FAULT_CRASH, 10 * MS, 10 * MS)->targets = (struct selector_group){&first, 1};
    lab_add_fault(&lab, "b", FAULT_CRASH, 15 * MS, 15 * MS)->targets = (struct selector_group){&first, 1};
    lab_start(&lab, 1);
    lab_run(&lab, 19 * MS);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    lab_run(&lab, 25 * MS);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    lab_run(&lab, 31 * MS);
    ck_assert(cluster_is_up(lab.cluster, 0));
    ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, 0), 30 * MS);
}
END_TEST

START_TEST(a_restart_ends_the_crashes_that_hold_a_node) {
    lab_prepare(&lab, 2, 0);
    struct selector first = {.kind = SELECT_NODE, .index = 0, .system = UINT32_MAX};
    struct selector_group group = {&first, 1};
    lab_add_fault(&lab, "endless", FAULT_CRASH, 10 * MS, SIM_NEVER)->targets = group;
    lab_add_fault(&lab, "up", FAULT_RESTART, 20 * MS, SIM_NEVER)->targets = group;
    lab_add_fault(&lab, "short", FAULT_CRASH, 30 * MS, 5 * MS)->targets = group;
    lab_start(&lab, 1);
    lab_run(&lab, 25 * MS);
    ck_assert(cluster_is_up(lab.cluster, 0));
    lab_run(&lab, 33 * MS);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    lab_run(&lab, 36 * MS);
    ck_assert(cluster_is_up(lab.cluster, 0));
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(cluster_occurrence(lab.cluster, i)->nodes, 1);
    }
}
END_TEST

/* ---- Pauses ---- */

START_TEST(a_pause_holds_messages_and_timers) {
    lab_prepare(&lab, 2, 0);
    lab_add_fault(&lab, "gc", FAULT_PAUSE, 10 * MS, 30 * MS)->targets = one_node(1);
    lab_start(&lab, 1);
    node_arm(lab.nodes[1], TOY_A, 20 * MS);
    node_arm(lab.nodes[1], TOY_B, 50 * MS);
    lab_run(&lab, 12 * MS);
    ck_assert(cluster_is_paused(lab.cluster, 1));
    lab_ping(&lab, 0, 1, 1, 10);
    lab_run(&lab, 15 * MS);
    lab_ping(&lab, 0, 1, 2, 10);
    lab_run(&lab, 39 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1) + lab_count(&lab, SAW_TIMER, 1), 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 40 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 2), 40 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 1, TOY_A), 40 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 1, TOY_B), 50 * MS);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->nodes, 1);
}
END_TEST

/* What waited through a pause is handled before what arrives at the very moment of its end. */
START_TEST(nothing_overtakes_what_waited_through_a_pause) {
    lab_prepare(&lab, 2, 0);
    lab_add_fault(&lab, "gc", FAULT_PAUSE, 10 * MS, 30 * MS)->targets = one_node(1);
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_run(&lab, 39 * MS);
    lab_ping(&lab, 0, 1, 2, 10); /* arrives at 40 ms, when the pause ends */
    lab_ping(&lab, 0, 1, 3, 10);
    lab_run(&lab, SIM_SECOND);
    uint64_t expected = 1;
    for (uint32_t i = 0; i < lab.seen_count; i++) {
        if (lab.seen[i].what == SAW_PING) {
            ck_assert_uint_eq(lab.seen[i].value, expected++);
            ck_assert_int_eq(lab.seen[i].at, 40 * MS);
        }
    }
    ck_assert_uint_eq(expected, 4);
}
END_TEST

START_TEST(a_pause_stretches_a_service_and_holds_what_waits_for_the_disk) {
    lab_prepare(&lab, 2, 0);
    lab.systems[0].service = dist_constant(4 * MS);
    lab.systems[0].disk_sync = dist_constant(2 * MS);
    lab_add_fault(&lab, "gc", FAULT_PAUSE, 5 * MS, 20 * MS)->targets = one_node(1);
    lab_start(&lab, 1);
    lab_tell(&lab, 1, TASK_APPEND_SEND, 9, 0); /* served at 4, durable at 6: during the pause */
    lab_run(&lab, MS + MS / 2);
    lab_ping(&lab, 0, 1, 1, 10); /* arrives at 2.5; in service from 4; 1 ms of it is done when the pause begins */
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 28 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 9), 25 * MS + MS + 4 * MS);
}
END_TEST

/* ---- Clocks ---- */

START_TEST(drift_moves_clocks_and_timers_exactly) {
    static const double drifts[3] = {0, 100000, -100000}; /* ppm: a tenth fast, a tenth slow */
    lab_prepare(&lab, 3, 0);
    lab.systems[0].clock_drifts = drifts;
    lab_start(&lab, 1);
    for (node_id id = 0; id < 3; id++) {
        node_arm(lab.nodes[id], TOY_A, 99 * MS);
    }
    lab_run(&lab, 50 * MS);
    ck_assert_int_eq(node_monotonic(lab.nodes[0]), 50 * MS);
    ck_assert_int_eq(node_monotonic(lab.nodes[1]), 55 * MS);
    ck_assert_int_eq(node_monotonic(lab.nodes[2]), 45 * MS);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 0, TOY_A), 99 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 1, TOY_A), 90 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 2, TOY_A), 110 * MS);
    lab_run(&lab, 200 * SIM_SECOND); /* the product of time and rate has more than 63 bits */
    ck_assert_int_eq(node_monotonic(lab.nodes[1]), 220 * SIM_SECOND);
    ck_assert_int_eq(node_monotonic(lab.nodes[2]), 180 * SIM_SECOND);
}
END_TEST

/* Never early on its own clock, and at most a nanosecond or two late, whatever the rates. */
START_TEST(a_timer_is_never_early_on_its_own_clock) {
    static double drifts[LAB_NODES];
    lab_prepare(&lab, LAB_NODES, 0);
    for (uint32_t i = 0; i < LAB_NODES; i++) {
        drifts[i] = (i % 2 == 0 ? 1 : -1) * (double)(i * i * i) * 7.3;
    }
    lab.systems[0].clock_drifts = drifts;
    lab_start(&lab, 1);
    lab_run(&lab, 123456789);
    for (node_id id = 0; id < LAB_NODES; id++) {
        sim_time delay = 1000003 * (sim_time)(id + 1);
        sim_time due = node_monotonic(lab.nodes[id]) + delay;
        lab_forget(&lab);
        node_arm(lab.nodes[id], TOY_A, delay);
        while (lab_count(&lab, SAW_TIMER, id) == 0) {
            ck_assert_uint_eq(world_run(lab.world, SIM_NEVER, 1), 1);
        }
        ck_assert_int_ge(node_monotonic(lab.nodes[id]), due);
        ck_assert_int_le(node_monotonic(lab.nodes[id]), due + 2);
    }
}
END_TEST

START_TEST(a_drift_fault_moves_armed_timers_and_ends) {
    lab_prepare(&lab, 1, 0);
    struct fault_config *fault = lab_add_fault(&lab, "drift", FAULT_CLOCK_DRIFT, 10 * MS, 20 * MS);
    fault->targets = one_node(0);
    fault->ppm = 500000; /* half as fast again */
    lab_start(&lab, 1);
    node_arm(lab.nodes[0], TOY_A, 25 * MS); /* 10 at 1, then 15 at 1.5: at 20 */
    node_arm(lab.nodes[0], TOY_B, 50 * MS); /* 10, then 30 by 30 ms, then 10 more: at 40 */
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 0, TOY_A), 20 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 0, TOY_B), 40 * MS);
    ck_assert_int_eq(node_monotonic(lab.nodes[0]), SIM_SECOND + 10 * MS);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->nodes, 1);
}
END_TEST

START_TEST(a_model_without_timers_survives_a_drift_and_a_crash) {
    lab_prepare(&lab, 1, 0);
    lab.systems[0].model = &toy_without_timers;
    struct fault_config *fault = lab_add_fault(&lab, "drift", FAULT_CLOCK_DRIFT, 10 * MS, 20 * MS);
    fault->targets = one_node(0);
    fault->ppm = 100;
    lab_add_fault(&lab, "crash", FAULT_CRASH, 40 * MS, 20 * MS)->targets = fault->targets;
    lab_start(&lab, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert(cluster_is_up(lab.cluster, 0));
}
END_TEST

START_TEST(a_clock_jump_moves_the_wall_clock_only) {
    static const sim_time offsets[2] = {3 * MS, -3 * MS};
    lab_prepare(&lab, 2, 0);
    lab.systems[0].clock_offsets = offsets;
    struct fault_config *fault = lab_add_fault(&lab, "jump", FAULT_CLOCK_JUMP, 10 * MS, SIM_NEVER);
    fault->targets = one_node(1);
    fault->by = -100 * MS;
    lab_start(&lab, 1);
    node_arm(lab.nodes[1], TOY_A, 30 * MS);
    lab_run(&lab, 5 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[0]), 8 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[1]), 2 * MS);
    lab_run(&lab, 50 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[0]), 53 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[1]), 50 * MS - 103 * MS);
    ck_assert_int_eq(node_monotonic(lab.nodes[1]), 50 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 1, TOY_A), 30 * MS);
    const struct fault_occurrence *jump = cluster_occurrence(lab.cluster, 0);
    ck_assert_uint_eq(jump->nodes, 1);
    ck_assert_int_eq(jump->end, 10 * MS);
    ck_assert_uint_eq(fault_touched_total(fault, jump), 1);
}
END_TEST

/* ---- Cores ---- */

START_TEST(a_core_serves_one_at_a_time_in_order) {
    lab_prepare(&lab, 2, 1);
    lab.systems[0].service = dist_constant(3 * MS);
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < 4; i++) {
        lab_ping(&lab, 0, 1, i, 10);
    }
    lab_run(&lab, SIM_SECOND);
    for (uint64_t i = 0; i < 4; i++) {
        ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, i), MS + 3 * MS * (sim_time)(i + 1));
    }
}
END_TEST

START_TEST(several_cores_serve_side_by_side) {
    lab_prepare(&lab, 2, 0);
    lab.systems[0].service = dist_constant(3 * MS);
    lab.systems[0].cores = 3;
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < 7; i++) {
        lab_ping(&lab, 0, 1, i, 10);
    }
    lab_run(&lab, SIM_SECOND);
    for (uint64_t i = 0; i < 7; i++) {
        ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, i), MS + 3 * MS * (sim_time)(i / 3 + 1));
    }
}
END_TEST

START_TEST(each_kind_of_input_has_its_service) {
    static const struct dist services[3] = {{.kind = DIST_CONSTANT, .a = 2e6}, {0}, {0}};
    static const bool given[3] = {true, false, false};
    lab_prepare(&lab, 2, 1);
    lab.systems[0].type_services = services;
    lab.systems[0].type_has_service = given;
    lab.systems[0].request_service = dist_constant(5 * MS);
    lab.systems[0].has_request_service = true;
    lab.systems[0].timer_service = dist_constant(7 * MS);
    lab.systems[0].has_timer_service = true;
    lab_start(&lab, 1);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_run(&lab, 10 * MS);
    lab_ask(&lab, 0, 1, 2);
    lab_run(&lab, 30 * MS);
    node_arm(lab.nodes[1], TOY_A, MS);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 3 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_REQUEST, 1, 2), 16 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_TIMER, 1, TOY_A), 38 * MS);
}
END_TEST

START_TEST(a_cancelled_timer_that_waits_for_a_core_does_not_fire) {
    lab_prepare(&lab, 1, 0);
    lab.systems[0].service = dist_constant(10 * MS);
    lab_start(&lab, 1);
    node_arm(lab.nodes[0], TOY_A, 5 * MS);
    lab_run(&lab, 8 * MS);
    node_cancel(lab.nodes[0], TOY_A);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_TIMER, 0), 0);
}
END_TEST

START_TEST(a_full_queue_drops) {
    lab_prepare(&lab, 2, 0);
    lab.systems[0].service = dist_constant(10 * MS);
    lab.systems[0].queue_limit = 2;
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < 6; i++) {
        lab_ping(&lab, 0, 1, i, 10);
    }
    lab_run(&lab, 2 * MS);
    node_arm(lab.nodes[1], TOY_A, 0); /* the node's own timers are never turned away */
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 3); /* one in service, two that wait */
    ck_assert_uint_eq(lab_count(&lab, SAW_TIMER, 1), 1);
    ck_assert_uint_eq(cluster_traffic(lab.cluster).queue_drops, 3);
    ck_assert_uint_eq(cluster_queue(lab.cluster, 1).dropped, 3);
}
END_TEST

START_TEST(a_full_queue_rejects_requests) {
    lab_prepare(&lab, 1, 4);
    lab.systems[0].service = dist_constant(10 * MS);
    lab.systems[0].queue_limit = 1;
    lab.systems[0].when_full = FULL_REJECT;
    lab_start(&lab, 1);
    for (uint32_t i = 0; i < 4; i++) {
        lab_ask(&lab, i, 0, i);
    }
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_REQUEST, 0), 2);
    for (node_id client = 1; client <= 2; client++) {
        ck_assert_int_eq(lab_when(&lab, SAW_REPLY, client, REPLY_OK), MS + 10 * MS * (sim_time)client + MS);
        ck_assert_int_eq(lab_when(&lab, SAW_REPLY, client + 2, REPLY_FAIL), 2 * MS);
    }
}
END_TEST

START_TEST(a_slow_node_takes_longer_and_counts_what_it_stretched) {
    lab_prepare(&lab, 2, 0);
    lab.systems[0].service = dist_constant(2 * MS);
    struct fault_config *fault = lab_add_fault(&lab, "slow", FAULT_SLOW_NODE, 10 * MS, 30 * MS);
    fault->targets = one_node(1);
    fault->times = 5;
    lab_start(&lab, 1);
    lab_run(&lab, 10 * MS);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_run(&lab, 50 * MS);
    lab_ping(&lab, 0, 1, 2, 10);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 21 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 2), 53 * MS);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->messages_changed, 1);
    ck_assert_uint_eq(fault_touched_total(fault, cluster_occurrence(lab.cluster, 0)), 1);
}
END_TEST

/* Little's law holds for the measures exactly, up to what is in the system at the ends: L = lambda W. */
START_TEST(littles_law_holds_for_the_measures) {
    lab_prepare(&lab, 2, 0);
    lab.systems[0].service = (struct dist){.kind = DIST_EXPONENTIAL, .a = 1e6};
    lab.systems[0].cores = (uint32_t)_i;
    lab_start(&lab, 3);
    struct dist gap = {.kind = DIST_EXPONENTIAL, .a = 1.25e6 / _i};
    uint64_t key = draw_key(9, DRAW_TEST, (uint64_t)_i);
    sim_time at = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        struct draw draw = draw_at(key, i);
        at += dist_draw(&gap, &draw);
        lab_run(&lab, at);
        lab_ping(&lab, 0, 1, i, 10);
    }
    lab_run(&lab, at + 100 * MS); /* all are served */
    struct queue_measures measures = cluster_queue(lab.cluster, 1);
    double seconds = (double)world_now(lab.world) / 1e9;
    double rate = (double)measures.arrivals / seconds;
    ck_assert_uint_eq(measures.arrivals, 20000);
    ck_assert_uint_eq(measures.served, 20000);
    ck_assert_double_eq_tol(measures.mean_number, rate * measures.mean_sojourn_s, 1e-9);
    ck_assert_double_eq_tol(measures.mean_length, rate * measures.mean_wait_s, 1e-9);
    ck_assert_double_eq_tol(measures.mean_number - measures.mean_length, measures.utilisation * _i, 1e-9);
    ck_assert_double_eq_tol(measures.utilisation, 0.8, 0.08); /* 1 ms every 1.25 ms */
}
END_TEST

/* ---- Memory ---- */

START_TEST(resized_memory_keeps_its_bytes_and_is_zero_beyond) {
    lab_prepare(&lab, 1, 0);
    lab_start(&lab, 1);
    uint8_t *memory = node_alloc(lab.nodes[0], 100);
    memset(memory, 0xaa, 100);
    memory = node_resize(lab.nodes[0], memory, 50);
    memory = node_resize(lab.nodes[0], memory, 80);
    for (uint32_t i = 0; i < 80; i++) {
        ck_assert_uint_eq(memory[i], i < 50 ? 0xaa : 0);
    }
    memset(memory, 0xbb, 80);
    memory = node_resize(lab.nodes[0], memory, 5000);
    for (uint32_t i = 0; i < 5000; i++) {
        ck_assert_uint_eq(memory[i], i < 80 ? 0xbb : 0);
    }
    node_free(lab.nodes[0], memory);
    node_free(lab.nodes[0], NULL);
}
END_TEST

START_TEST(draws_of_a_node_depend_on_seed_name_and_stream) {
    int64_t draws[4][20];
    for (uint32_t run = 0; run < 2; run++) {
        lab_prepare(&lab, 2 + run, 0); /* one node more leaves the draws of the others */
        lab_start(&lab, 4);
        for (uint32_t i = 0; i < 20; i++) {
            draws[run][i] = node_draw(lab.nodes[0], 1, 0, 1000000);
            draws[2][i] = node_draw(lab.nodes[1], 1, 0, 1000000);
            draws[3][i] = node_draw(lab.nodes[0], 2, 0, 1000000);
        }
        if (run == 0) {
            lab_free(&lab);
        }
    }
    ck_assert_mem_eq(draws[0], draws[1], sizeof draws[0]);
    ck_assert_mem_ne(draws[0], draws[2], sizeof draws[0]);
    ck_assert_mem_ne(draws[0], draws[3], sizeof draws[0]);
}
END_TEST

START_TEST(a_system_has_one_id_for_all_its_nodes_and_another_with_every_seed) {
    uint64_t ids[3];
    for (uint64_t seed = 4; seed < 6; seed++) {
        lab_prepare(&lab, 2, 0);
        lab_add_system(&lab, "other", 1);
        lab_start(&lab, seed);
        ids[seed - 4] = node_system_id(lab.nodes[0]);
        ids[2] = node_system_id(lab.nodes[2]);
        ck_assert_uint_eq(node_system_id(lab.nodes[1]), ids[seed - 4]);
        cluster_crash(lab.cluster, 0);
        cluster_restart(lab.cluster, 0);
        ck_assert_uint_eq(node_system_id(lab.nodes[0]), ids[seed - 4]);
        if (seed == 4) {
            lab_free(&lab);
        }
    }
    ck_assert(ids[0] != ids[1] && ids[1] != ids[2]);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("node");
    TCase *tcase = tcase_create("node");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, a_message_arrives_after_the_latency);
    tcase_add_test(tcase, traffic_balances_and_leaves_out_messages_to_oneself);
    tcase_add_test(tcase, a_timer_fires_once_at_its_last_deadline);
    tcase_add_test(tcase, a_crash_loses_memory_timers_and_unsynced_writes);
    tcase_add_test(tcase, a_node_is_down_while_any_crash_holds_it);
    tcase_add_test(tcase, a_restart_ends_the_crashes_that_hold_a_node);
    tcase_add_test(tcase, a_pause_holds_messages_and_timers);
    tcase_add_test(tcase, nothing_overtakes_what_waited_through_a_pause);
    tcase_add_test(tcase, a_pause_stretches_a_service_and_holds_what_waits_for_the_disk);
    tcase_add_test(tcase, drift_moves_clocks_and_timers_exactly);
    tcase_add_test(tcase, a_timer_is_never_early_on_its_own_clock);
    tcase_add_test(tcase, a_drift_fault_moves_armed_timers_and_ends);
    tcase_add_test(tcase, a_model_without_timers_survives_a_drift_and_a_crash);
    tcase_add_test(tcase, a_clock_jump_moves_the_wall_clock_only);
    tcase_add_test(tcase, a_core_serves_one_at_a_time_in_order);
    tcase_add_test(tcase, several_cores_serve_side_by_side);
    tcase_add_test(tcase, each_kind_of_input_has_its_service);
    tcase_add_test(tcase, a_cancelled_timer_that_waits_for_a_core_does_not_fire);
    tcase_add_test(tcase, a_full_queue_drops);
    tcase_add_test(tcase, a_full_queue_rejects_requests);
    tcase_add_test(tcase, a_slow_node_takes_longer_and_counts_what_it_stretched);
    tcase_add_loop_test(tcase, littles_law_holds_for_the_measures, 1, 4);
    tcase_add_test(tcase, resized_memory_keeps_its_bytes_and_is_zero_beyond);
    tcase_add_test(tcase, draws_of_a_node_depend_on_seed_name_and_stream);
    tcase_add_test(tcase, a_system_has_one_id_for_all_its_nodes_and_another_with_every_seed);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
