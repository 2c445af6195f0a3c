/* Faults of disks and links: each touches what it should and nothing else, and counts it. */
#include "tests/machine/lab.h"

#include <check.h>
#include <string.h>

#define MS SIM_MILLISECOND

static struct lab lab;
static const struct selector first = {.kind = SELECT_NODE, .index = 0, .system = UINT32_MAX};
static const struct selector second = {.kind = SELECT_NODE, .index = 1, .system = UINT32_MAX};
static const struct selector_group first_node = {&first, 1};
static const struct selector_group second_node = {&second, 1};

static void set_up(void) {
    lab_prepare(&lab, 2, 1);
    lab.systems[0].disk_sync = dist_constant(5 * MS);
}

static void tear_down(void) {
    lab_free(&lab);
}

static struct fault_config *at_first(const char *name, enum fault_kind kind, sim_time at, sim_time length) {
    struct fault_config *fault = lab_add_fault(&lab, name, kind, at, length);
    fault->targets = first_node;
    return fault;
}

static const struct fault_occurrence *occurrence(uint32_t index) {
    ck_assert_uint_lt(index, cluster_occurrence_count(lab.cluster));
    return cluster_occurrence(lab.cluster, index);
}

static void check_touched(uint32_t index, uint64_t nodes, uint64_t stopped, uint64_t changed, uint64_t writes) {
    const struct fault_occurrence *seen = occurrence(index);
    ck_assert_uint_eq(seen->nodes, nodes);
    ck_assert_uint_eq(seen->messages_stopped, stopped);
    ck_assert_uint_eq(seen->messages_changed, changed);
    ck_assert_uint_eq(seen->disk_writes, writes);
    ck_assert_uint_eq(fault_touched_total(&lab.faults[seen->fault], seen), nodes + stopped + changed + writes);
}

/* Bytes of a record of a node's log; UINT64_MAX: there is none. */
static uint64_t size_at(node_id node, uint64_t number, uint64_t *value) {
    size_t bytes = 7;
    *value = 0;
    const void *found = node_log_read(lab.nodes[node], number, &bytes);
    if (found == NULL) {
        ck_assert_uint_eq(bytes, 0);
        return UINT64_MAX;
    }
    memcpy(value, found, bytes < sizeof *value ? bytes : sizeof *value);
    return bytes;
}

static void check_log(node_id node, const uint64_t *values, uint64_t count) {
    ck_assert_uint_eq(node_log_end(lab.nodes[node]), count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t value = 0;
        ck_assert_uint_eq(size_at(node, i, &value), sizeof value);
        ck_assert_uint_eq(value, values[i]);
    }
}

/* The value of the named record; 0: none or unreadable. */
static uint64_t record_of(node_id node) {
    size_t bytes = 7;
    uint64_t value = 0;
    const void *found = node_record_get(lab.nodes[node], 0, &bytes);
    ck_assert_uint_eq(bytes, found == NULL ? 0 : sizeof value);
    if (found != NULL) {
        memcpy(&value, found, sizeof value);
    }
    return value;
}

static void tell_both(enum toy_task task, uint64_t argument) {
    lab_tell(&lab, 0, task, argument, 1);
    lab_tell(&lab, 1, task, argument, 0);
}

/* ---- Loss of a disk ---- */

START_TEST(a_lost_disk_comes_back_empty_through_start) {
    at_first("loss", FAULT_LOSE_DISK, 20 * MS, 10 * MS);
    lab_start(&lab, 1);
    tell_both(TASK_APPEND, 11);
    tell_both(TASK_APPEND, 12);
    tell_both(TASK_PUT, 13);
    lab_run(&lab, 18 * MS);
    tell_both(TASK_APPEND, 14); /* under way when it strikes */
    lab_forget(&lab);
    lab_run(&lab, 29 * MS);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    lab_run(&lab, 40 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_START, 0, 0), 30 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_RECOVER, UINT32_MAX), 0);
    ck_assert_uint_eq(node_log_first(lab.nodes[0]), 0);
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), 0);
    ck_assert_uint_eq(record_of(0), 0);
    check_log(1, (uint64_t[]){11, 12, 14}, 3);
    ck_assert_uint_eq(record_of(1), 13);
    check_touched(0, 1, 0, 0, 4); /* three records, one write */
    lab_tell(&lab, 0, TASK_APPEND, 15, 0);
    lab_run(&lab, SIM_SECOND);
    check_log(0, (uint64_t[]){15}, 1);
}
END_TEST

START_TEST(without_a_length_a_lost_disk_is_replaced_at_once) {
    at_first("loss", FAULT_LOSE_DISK, 20 * MS, SIM_NEVER);
    lab_start(&lab, 1);
    lab_forget(&lab);
    lab_run(&lab, 20 * MS);
    ck_assert(cluster_is_up(lab.cluster, 0));
    ck_assert_int_eq(lab_when(&lab, SAW_START, 0, 0), 20 * MS);
    ck_assert_int_eq(occurrence(0)->end, 20 * MS);
    check_touched(0, 1, 0, 0, 0);
}
END_TEST

/* The disk of a node that is down can be lost too; the crash still holds the node. Only once something is durable
 * again, a boot is a recovery. */
START_TEST(a_disk_is_lost_while_its_node_is_down) {
    at_first("kill", FAULT_CRASH, 20 * MS, 30 * MS);
    at_first("loss", FAULT_LOSE_DISK, 30 * MS, SIM_NEVER);
    at_first("again", FAULT_CRASH, 100 * MS, 10 * MS);
    at_first("third", FAULT_CRASH, 200 * MS, 10 * MS);
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND, 11, 0);
    lab_run(&lab, 10 * MS);
    lab_forget(&lab);
    lab_run(&lab, 45 * MS);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    check_touched(1, 1, 0, 0, 1);
    lab_run(&lab, 150 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_START, 0, 0), 50 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_START, 0), 2); /* at 50 and at 110 ms */
    lab_tell(&lab, 0, TASK_APPEND, 12, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, 1), 210 * MS);
}
END_TEST

/* ---- Torn writes ---- */

struct aftermath {
    uint64_t end, record, counted;
    uint64_t sizes[8], values[8];
};

/* Two durable records, six appends and two puts under way. */
static struct aftermath tear(uint64_t seed) {
    struct aftermath after = {0};
    at_first("torn", FAULT_TORN_WRITE, 20 * MS, SIM_NEVER);
    lab_start(&lab, seed);
    tell_both(TASK_APPEND, 0x1111111111111111);
    tell_both(TASK_APPEND, 0x2222222222222222);
    tell_both(TASK_PUT, 1);
    lab_run(&lab, 18 * MS);
    for (uint64_t i = 3; i <= 8; i++) {
        tell_both(i % 2 == 0 ? TASK_APPEND_SEND : TASK_APPEND, i * 0x1111111111111111);
        if (i == 5 || i == 7) {
            tell_both(TASK_PUT, i);
        }
    }
    lab_run(&lab, SIM_SECOND);
    after.end = node_log_end(lab.nodes[0]);
    after.record = record_of(0);
    after.counted = occurrence(0)->disk_writes;
    for (uint64_t i = 0; i < after.end; i++) {
        after.sizes[i] = size_at(0, i, &after.values[i]);
    }
    return after;
}

START_TEST(a_torn_write_leaves_a_part_of_what_was_under_way) {
    bool has_short = false, has_gap = false, has_nothing = false, has_whole = false;
    bool has_record[8] = {false};
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct aftermath after = tear(seed);
        ck_assert_uint_ge(after.end, 2);
        ck_assert_uint_le(after.end, 8);
        ck_assert(after.record == 1 || after.record == 5 || after.record == 7);
        has_record[after.record] = true;
        uint64_t whole = 0;
        for (uint64_t i = 0; i < after.end; i++) {
            uint64_t right = (i + 1) * 0x1111111111111111;
            if (after.sizes[i] == 8) {
                ck_assert_uint_eq(after.values[i], right);
                ck_assert_uint_ne(i, 2); /* the oldest never is whole */
                whole += i > 2;
            } else if (after.sizes[i] != UINT64_MAX) {
                ck_assert_uint_eq(i, 2); /* no other is short */
                ck_assert_uint_lt(after.sizes[i], 8);
                ck_assert_uint_ge(after.sizes[i], 1);
                has_short = true;
            } else {
                ck_assert_uint_ge(i, 2);
                has_gap = true;
            }
        }
        ck_assert(after.end == 2 ||
                  after.sizes[after.end - 1] != UINT64_MAX); /* what lies behind the end is not there */
        ck_assert_uint_le(after.counted + whole, 8);
        ck_assert_uint_ge(after.counted + whole + 2, 8); /* and up to two puts */
        has_whole = has_whole || whole > 0;
        has_nothing = has_nothing || after.end == 2;
        check_touched(0, 1, 0, 0, after.counted);
        ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, after.end), 20 * MS);
        ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 0); /* what waited for the disk died with the memory */
        ck_assert_uint_eq(node_log_end(lab.nodes[1]), 8);   /* the other node is not touched */
        tear_down();
        set_up();
    }
    ck_assert(has_short && has_gap && has_nothing && has_whole && has_record[1] && has_record[5] && has_record[7]);
    lab_start(&lab, 1);
}
END_TEST

START_TEST(a_torn_write_is_the_same_for_the_same_seed) {
    struct aftermath one = tear(7);
    uint64_t hash = world_hash(lab.world);
    tear_down();
    set_up();
    struct aftermath other = tear(7);
    ck_assert_uint_eq(world_hash(lab.world), hash);
    ck_assert_mem_eq(&one, &other, sizeof one);
}
END_TEST

START_TEST(behind_a_truncation_that_was_lost_nothing_of_the_log_is_there) {
    bool has_old = false, has_new = false;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        at_first("torn", FAULT_TORN_WRITE, 20 * MS, 10 * MS);
        lab_start(&lab, seed);
        for (uint64_t i = 0; i < 4; i++) {
            lab_tell(&lab, 0, TASK_APPEND, 10 + i, 0);
        }
        lab_run(&lab, 18 * MS);
        lab_tell(&lab, 0, TASK_PUT, 1, 0); /* the oldest; whole or not at all */
        lab_tell(&lab, 0, TASK_TRUNCATE, 2, 0);
        lab_tell(&lab, 0, TASK_APPEND, 22, 0);
        lab_tell(&lab, 0, TASK_APPEND, 23, 0);
        lab_tell(&lab, 0, TASK_APPEND, 24, 0);
        lab_run(&lab, SIM_SECOND);
        uint64_t end = node_log_end(lab.nodes[0]), value = 0;
        bool is_new = end < 4 || size_at(0, 3, &value) == UINT64_MAX || value == 23;
        for (uint64_t i = 0; i < end; i++) {
            bool is_there = size_at(0, i, &value) == 8;
            ck_assert(is_there || (is_new && i >= 2));
            ck_assert(!is_there || value == (is_new && i >= 2 ? 20 : 10) + i);
        }
        has_new = has_new || is_new;
        has_old = has_old || !is_new;
        ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, end), 30 * MS);
        tear_down();
        set_up();
    }
    ck_assert(has_old && has_new);
    lab_start(&lab, 1);
}
END_TEST

START_TEST(a_torn_write_without_writes_is_a_crash) {
    at_first("torn", FAULT_TORN_WRITE, 20 * MS, 10 * MS);
    at_first("down", FAULT_TORN_WRITE, 25 * MS, 10 * MS);
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND, 11, 0);
    lab_run(&lab, 34 * MS);
    ck_assert(!cluster_is_up(lab.cluster, 0));
    lab_run(&lab, SIM_SECOND);
    check_log(0, (uint64_t[]){11}, 1);
    check_touched(0, 1, 0, 0, 0);
    check_touched(1, 0, 0, 0, 0); /* it was down already, and is held */
    ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, 1), 35 * MS);
}
END_TEST

/* ---- Corruption ---- */

static void corrupt(uint32_t records, bool is_detected) {
    struct fault_config *fault = at_first("rot", FAULT_CORRUPT_DISK, 20 * MS, SIM_NEVER);
    fault->records = records;
    fault->is_detected = is_detected;
    lab_start(&lab, 3);
    for (uint64_t i = 0; i < 5; i++) {
        tell_both(TASK_APPEND, 10 + i);
    }
    tell_both(TASK_PUT, 1);
    lab_run(&lab, 30 * MS);
}

START_TEST(corruption_changes_one_byte_of_so_many_records) {
    corrupt(3, false);
    uint32_t wrong = record_of(0) != 1;
    ck_assert_uint_ne(record_of(0), 0);
    for (uint64_t i = 0; i < 5; i++) {
        uint64_t value = 0;
        ck_assert_uint_eq(size_at(0, i, &value), 8);
        uint64_t difference = value ^ (10 + i);
        uint32_t bytes = 0;
        for (; difference != 0; difference >>= 8) {
            bytes += (difference & 0xff) != 0;
        }
        ck_assert_uint_le(bytes, 1);
        wrong += bytes;
    }
    ck_assert_uint_eq(wrong, 3);
    check_touched(0, 1, 0, 0, 3);
    check_log(1, (uint64_t[]){10, 11, 12, 13, 14}, 5);
    ck_assert(cluster_is_up(lab.cluster, 0));
    ck_assert_int_eq(occurrence(0)->end, 20 * MS);
}
END_TEST

START_TEST(detected_corruption_makes_records_unreadable) {
    corrupt(100, true);
    uint64_t value = 0;
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), 5);
    for (uint64_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(size_at(0, i, &value), UINT64_MAX);
    }
    ck_assert_uint_eq(record_of(0), 0);
    check_touched(0, 1, 0, 0, 6);
    lab_tell(&lab, 0, TASK_PUT, 2, 0); /* writing mends */
    lab_tell(&lab, 0, TASK_TRUNCATE, 1, 0);
    lab_tell(&lab, 0, TASK_APPEND, 21, 0);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(record_of(0), 2);
    ck_assert_uint_eq(size_at(0, 0, &value), UINT64_MAX);
    ck_assert_uint_eq(size_at(0, 1, &value), 8);
    ck_assert_uint_eq(value, 21);
}
END_TEST

START_TEST(an_empty_disk_cannot_decay) {
    at_first("rot", FAULT_CORRUPT_DISK, 20 * MS, SIM_NEVER)->records = 1;
    lab_start(&lab, 1);
    lab_run(&lab, SIM_SECOND);
    check_touched(0, 0, 0, 0, 0);
}
END_TEST

/* ---- Lies ---- */

START_TEST(a_crash_loses_what_a_lying_disk_acknowledged) {
    at_first("lie", FAULT_LYING_SYNC, 10 * MS, 90 * MS);
    at_first("kill", FAULT_CRASH, 50 * MS, 10 * MS);
    lab_start(&lab, 1);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 11, 1);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 12, 1);
    lab_run(&lab, 30 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 13, 1);
    lab_run(&lab, 49 * MS);
    ck_assert(node_disk_done(lab.nodes[0], 3));
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 12), 26 * MS); /* acknowledged when an honest disk would */
    ck_assert_int_eq(lab_when(&lab, SAW_DISK, 0, 3), 35 * MS);
    check_log(0, (uint64_t[]){11}, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_RECOVER, 0, 1), 60 * MS);
    check_log(0, (uint64_t[]){11}, 1);
    check_touched(0, 0, 0, 0, 2);
    check_touched(1, 1, 0, 0, 2);
}
END_TEST

START_TEST(the_end_of_a_lie_makes_up_for_it) {
    at_first("lie", FAULT_LYING_SYNC, 10 * MS, 40 * MS);
    at_first("kill", FAULT_CRASH, 56 * MS, 10 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND, 11, 0);
    lab_run(&lab, 30 * MS);
    lab_tell(&lab, 0, TASK_APPEND, 12, 0);
    lab_run(&lab, 54 * MS);
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), 0);
    lab_run(&lab, 55 * MS); /* a sync of its own, of 5 ms */
    check_log(0, (uint64_t[]){11, 12}, 2);
    lab_run(&lab, SIM_SECOND);
    check_log(0, (uint64_t[]){11, 12}, 2);
    ck_assert_uint_eq(lab_count(&lab, SAW_DISK, 0), 2); /* told once each */
    check_touched(0, 0, 0, 0, 2);
    check_touched(1, 1, 0, 0, 0);
}
END_TEST

/* A sync that ends after the lie is honest, and covers what was lied about. */
START_TEST(a_sync_under_way_at_the_end_of_a_lie_is_honest) {
    at_first("lie", FAULT_LYING_SYNC, 10 * MS, 12 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 11 * MS);
    lab_tell(&lab, 0, TASK_APPEND, 11, 0);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 12, 1);
    lab_run(&lab, 24 * MS);
    ck_assert_uint_eq(node_log_end(lab.nodes[0]), 0);
    lab_run(&lab, SIM_SECOND);
    check_log(0, (uint64_t[]){11, 12}, 2);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 12), 26 * MS);
    check_touched(0, 0, 0, 0, 1);
    ck_assert_uint_eq(cluster_traffic(lab.cluster).disk_syncs, 2);
}
END_TEST

/* ---- No room ---- */

START_TEST(writes_to_a_full_disk_fail_and_their_sends_are_dropped) {
    at_first("full", FAULT_FULL_DISK, 10 * MS, 20 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 8 * MS);
    tell_both(TASK_APPEND_SEND, 11); /* before it is full: durable at 13 */
    lab_run(&lab, 15 * MS);
    tell_both(TASK_APPEND_SEND, 12);
    tell_both(TASK_PUT, 1);
    lab_run(&lab, 40 * MS);
    tell_both(TASK_APPEND_SEND, 13);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 11), 14 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 12), -1);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 13), 46 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_DISK, 0, 1), 13 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_DISK_FAILED, 0, 2), 20 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_DISK_FAILED, 0, 3), 25 * MS); /* of the next sync */
    ck_assert_int_eq(lab_when(&lab, SAW_DISK, 0, 4), 45 * MS);
    ck_assert(node_disk_done(lab.nodes[0], 1) && node_disk_done(lab.nodes[0], 4));
    ck_assert(!node_disk_done(lab.nodes[0], 2) && !node_disk_done(lab.nodes[0], 3));
    check_log(0, (uint64_t[]){11, 13}, 2); /* a failed append takes no number */
    ck_assert_uint_eq(record_of(0), 0);
    check_log(1, (uint64_t[]){11, 12, 13}, 3);
    ck_assert_uint_eq(lab_count(&lab, SAW_DISK_FAILED, 1), 0);
    check_touched(0, 0, 1, 0, 2);
}
END_TEST

/* The disk has room again at 30 ms, but the model knows of the failure only at 31: what it writes until then, and what
 * waits for that, may rest on what failed. */
START_TEST(writes_fail_until_the_model_knows_of_the_failure) {
    lab.systems[0].disk_sync = dist_constant(10 * MS);
    at_first("full", FAULT_FULL_DISK, 20 * MS, 10 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 21 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 11, 1);
    lab_run(&lab, 30 * MS + MS / 2);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 12, 1); /* told of at 41 */
    lab_run(&lab, 31 * MS + MS / 2);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 13, 1); /* 12 is not told yet: told of at 51 */
    lab_run(&lab, 60 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 14, 1);
    lab_run(&lab, SIM_SECOND);
    for (uint64_t ticket = 1; ticket <= 3; ticket++) {
        ck_assert_int_eq(lab_when(&lab, SAW_DISK_FAILED, 0, ticket), (21 + 10 * (sim_time)ticket) * MS);
    }
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 1);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 14), 71 * MS);
    check_log(0, (uint64_t[]){14}, 1);
    check_touched(0, 0, 3, 0, 3);
}
END_TEST

/* Sends that wait for a ticket that has failed already are dropped, and a crash makes a new beginning. */
START_TEST(a_crash_ends_the_failures_of_a_full_disk) {
    at_first("full", FAULT_FULL_DISK, 10 * MS, 20 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 12 * MS);
    lab_tell(&lab, 0, TASK_APPEND, 11, 0);
    lab_run(&lab, 28 * MS);
    struct outgoing message = {.type = TOY_PONG, .encoded_bytes = 8, .body = &(uint64_t[2]){42, 0}, .body_bytes = 16};
    node_send_after(lab.nodes[0], 1, 1, message);
    lab_tell(&lab, 0, TASK_APPEND, 12, 0);
    lab_run(&lab, 31 * MS);
    cluster_crash(lab.cluster, 0);
    cluster_restart(lab.cluster, 0);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 13, 1);
    lab_run(&lab, SIM_SECOND);
    check_log(0, (uint64_t[]){13}, 1);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 1);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 13), 37 * MS);
    check_touched(0, 0, 1, 0, 2);
}
END_TEST

/* ---- Stalls and slowness ---- */

START_TEST(a_stall_that_never_ends_counts_what_waits_for_it) {
    at_first("stall", FAULT_STALL_DISK, 10 * MS, SIM_NEVER);
    lab_start(&lab, 1);
    lab_run(&lab, 8 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, 20 * MS);
    tell_both(TASK_APPEND_SEND, 2);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 0);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 0), 1);
    check_touched(0, 0, 0, 0, 2);
}
END_TEST

START_TEST(a_crash_on_a_stalled_or_slow_disk_is_not_their_doing) {
    at_first("stall", FAULT_STALL_DISK, 10 * MS, 100 * MS);
    at_first("slow", FAULT_SLOW_DISK, 10 * MS, 100 * MS)->times = 2;
    at_first("kill", FAULT_CRASH, 23 * MS, 10 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND, 1, 1);
    lab_run(&lab, SIM_SECOND);
    check_touched(0, 0, 0, 0, 0); /* the sync would have ended at 30 */
    check_touched(1, 0, 0, 0, 1); /* it did take longer */
    check_touched(2, 1, 0, 0, 1);
}
END_TEST

START_TEST(a_disk_that_takes_no_time_is_not_slowed) {
    lab.systems[0].disk_sync = dist_constant(0);
    at_first("slow", FAULT_SLOW_DISK, 10 * MS, 100 * MS)->times = 50;
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_tell(&lab, 0, TASK_APPEND_SEND, 1, 1);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 21 * MS);
    check_touched(0, 0, 0, 0, 0);
}
END_TEST

START_TEST(a_slow_node_stretches_services_only) {
    static const struct dist services[3] = {{.kind = DIST_CONSTANT, .a = 2e6}, {0}, {0}};
    static const bool given[3] = {true, false, false};
    lab.systems[0].type_services = services;
    lab.systems[0].type_has_service = given;
    lab.systems[0].disk_sync = dist_constant(0);
    struct fault_config *fault = lab_add_fault(&lab, "slow", FAULT_SLOW_NODE, 10 * MS, 100 * MS);
    fault->targets = second_node;
    fault->times = 10;
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_ping(&lab, 1, 0, 2, 10);
    lab_run(&lab, 90 * MS);
    lab_ask(&lab, 0, 1, 3); /* takes no time, and still does not */
    lab_run(&lab, 200 * MS);
    lab_ping(&lab, 0, 1, 4, 10);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 41 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 2), 23 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_REQUEST, 1, 3), 91 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 4), 203 * MS);
    check_touched(0, 0, 0, 1, 0);
}
END_TEST

/* ---- Links ---- */

static struct fault_config *degrade_way(double loss, double duplicate) {
    struct fault_config *fault = at_first("bad", FAULT_DEGRADE, 10 * MS, 100 * MS);
    fault->to = second_node;
    fault->loss = loss;
    fault->duplicate = duplicate;
    return fault;
}

static void ping_both_ways(uint64_t count) {
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    for (uint64_t i = 0; i < count; i++) {
        lab_ping(&lab, 0, 1, i, 10);
        lab_ping(&lab, 1, 0, i, 10);
    }
    lab_run(&lab, SIM_SECOND);
}

static void check_degraded(uint64_t stopped, uint64_t changed) {
    ck_assert_uint_eq(occurrence(0)->messages_stopped, stopped);
    ck_assert_uint_eq(occurrence(0)->messages_changed, changed);
    ck_assert_uint_eq(fault_touched_total(&lab.faults[0], occurrence(0)), stopped + changed);
}

START_TEST(degrading_one_way_counts_what_it_lost) {
    degrade_way(0.3, 0);
    ping_both_ways(1000);
    uint32_t arrived = lab_count(&lab, SAW_PING, 1);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 0), 1000);
    ck_assert_uint_gt(arrived, 600); /* 700 on average, standard deviation 14.5 */
    ck_assert_uint_lt(arrived, 800);
    check_degraded(1000 - arrived, 0);
}
END_TEST

START_TEST(degrading_one_way_counts_what_it_doubled_not_what_the_link_does) {
    lab.network.base.duplicate = 0.2;
    lab.network.base.loss = 0.1;
    degrade_way(0, 0.25);
    ping_both_ways(1000);
    const struct fault_occurrence *seen = occurrence(0);
    ck_assert_uint_eq(seen->messages_stopped, 0);
    ck_assert_uint_gt(seen->messages_changed, 140); /* 200 on average, standard deviation 12.6 */
    ck_assert_uint_lt(seen->messages_changed, 260);
}
END_TEST

START_TEST(a_replay_comes_late_and_holds_nobody_up) {
    lab.network.base.ordered = true;
    struct fault_config *fault = degrade_way(0, 1);
    fault->replay_after = dist_constant(300 * MS);
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_run(&lab, 200 * MS);
    lab_ping(&lab, 0, 1, 2, 10);
    lab_run(&lab, 300 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 21 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 2), 201 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 2);
    lab_forget(&lab);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 321 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 1);
    check_degraded(0, 1);
}
END_TEST

START_TEST(a_filter_drops_its_type_with_its_probability) {
    struct fault_config *fault = lab_add_fault(&lab, "filter", FAULT_DROP_MESSAGES, 10 * MS, 100 * MS);
    fault->message = "toy.ping";
    fault->probability = 0.5;
    lab_start(&lab, 1);
    lab_run(&lab, 20 * MS);
    struct outgoing pong = {.type = TOY_PONG, .encoded_bytes = 8, .body = &(uint64_t[2]){7, 0}, .body_bytes = 16};
    for (uint64_t i = 0; i < 1000; i++) {
        lab_ping(&lab, 0, 1, i, 10);
        node_send(lab.nodes[1], 0, pong);
    }
    lab_run(&lab, SIM_SECOND);
    uint32_t arrived = lab_count(&lab, SAW_PING, 1);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 0), 1000);
    ck_assert_uint_gt(arrived, 420); /* 500 on average, standard deviation 15.8 */
    ck_assert_uint_lt(arrived, 580);
    check_degraded(1000 - arrived, 0);
}
END_TEST

START_TEST(a_filter_for_what_nobody_sends_touches_nothing) {
    struct fault_config *fault = lab_add_fault(&lab, "filter", FAULT_DROP_MESSAGES, 10 * MS, 100 * MS);
    fault->message = "toy.pong";
    fault->probability = 1;
    ping_both_ways(10);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, UINT32_MAX), 20);
    check_degraded(0, 0);
}
END_TEST

/* ---- Clocks ---- */

START_TEST(clock_jumps_add_up_both_ways) {
    at_first("forward", FAULT_CLOCK_JUMP, 10 * MS, SIM_NEVER)->by = 70 * MS;
    at_first("back", FAULT_CLOCK_JUMP, 20 * MS, SIM_NEVER)->by = -100 * MS;
    at_first("none", FAULT_CLOCK_JUMP, 30 * MS, SIM_NEVER);
    lab_start(&lab, 1);
    lab_run(&lab, 15 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[0]), 85 * MS);
    lab_run(&lab, 40 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[0]), 10 * MS);
    ck_assert_int_eq(node_monotonic(lab.nodes[0]), 40 * MS);
    ck_assert_int_eq(node_wall(lab.nodes[1]), 40 * MS);
    check_touched(0, 1, 0, 0, 0);
    check_touched(1, 1, 0, 0, 0);
    check_touched(2, 0, 0, 0, 0);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("faults");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_lost_disk_comes_back_empty_through_start);
    tcase_add_test(tcase, without_a_length_a_lost_disk_is_replaced_at_once);
    tcase_add_test(tcase, a_disk_is_lost_while_its_node_is_down);
    tcase_add_test(tcase, a_torn_write_leaves_a_part_of_what_was_under_way);
    tcase_add_test(tcase, a_torn_write_is_the_same_for_the_same_seed);
    tcase_add_test(tcase, behind_a_truncation_that_was_lost_nothing_of_the_log_is_there);
    tcase_add_test(tcase, a_torn_write_without_writes_is_a_crash);
    tcase_add_test(tcase, corruption_changes_one_byte_of_so_many_records);
    tcase_add_test(tcase, detected_corruption_makes_records_unreadable);
    tcase_add_test(tcase, an_empty_disk_cannot_decay);
    tcase_add_test(tcase, a_crash_loses_what_a_lying_disk_acknowledged);
    tcase_add_test(tcase, the_end_of_a_lie_makes_up_for_it);
    tcase_add_test(tcase, a_sync_under_way_at_the_end_of_a_lie_is_honest);
    tcase_add_test(tcase, writes_to_a_full_disk_fail_and_their_sends_are_dropped);
    tcase_add_test(tcase, writes_fail_until_the_model_knows_of_the_failure);
    tcase_add_test(tcase, a_crash_ends_the_failures_of_a_full_disk);
    tcase_add_test(tcase, a_stall_that_never_ends_counts_what_waits_for_it);
    tcase_add_test(tcase, a_crash_on_a_stalled_or_slow_disk_is_not_their_doing);
    tcase_add_test(tcase, a_disk_that_takes_no_time_is_not_slowed);
    tcase_add_test(tcase, a_slow_node_stretches_services_only);
    tcase_add_test(tcase, degrading_one_way_counts_what_it_lost);
    tcase_add_test(tcase, degrading_one_way_counts_what_it_doubled_not_what_the_link_does);
    tcase_add_test(tcase, a_replay_comes_late_and_holds_nobody_up);
    tcase_add_test(tcase, a_filter_drops_its_type_with_its_probability);
    tcase_add_test(tcase, a_filter_for_what_nobody_sends_touches_nothing);
    tcase_add_test(tcase, clock_jumps_add_up_both_ways);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
