/* Sides of partitions of a toy cluster: five nodes, two in region 0 and three in region 1, and clients in both. */
#include "sim/measure/sides.h"

#include "tests/check_main.h"
#include "tests/machine/lab.h"

#include <stdio.h>
#include <string.h>

#define MS SIM_MILLISECOND
enum { A, B, C, D, E, NODES, CLIENTS = 4 }; /* clients 0 and 1 in region 0, client 2 in region 1, client 3 in none */

static struct lab lab;
static struct workload_config workload;
static struct measures_config config;
static struct sides *sides;
static const uint32_t regions[NODES] = {0, 0, 1, 1, 1};

static const struct selector left[] = {{.kind = SELECT_NODE, .index = A}, {.kind = SELECT_NODE, .index = B}};
static const struct selector right[] = {
    {.kind = SELECT_NODE, .index = C}, {.kind = SELECT_NODE, .index = D}, {.kind = SELECT_NODE, .index = E}};
static const struct selector_group two_groups[] = {{left, 2}, {right, 3}}, only_left = {left, 2}, only_a = {left, 1};

static void prepare(void) {
    lab_prepare(&lab, NODES, CLIENTS);
    lab.systems[0].regions = regions;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        lab.client_regions[i] = i < 2 ? 0 : i == 2 ? 1 : CONFIG_NO_REGION;
    }
    lab.config.client_regions = lab.client_regions;
}

static struct fault_config *partition_at(const char *name, sim_time at, sim_time length, enum partition_form form) {
    struct fault_config *fault = lab_add_fault(&lab, name, FAULT_PARTITION, at, length);
    fault->form = form;
    return fault;
}

static void run(void) {
    lab_start(&lab, 1);
    workload = (struct workload_config){.name = "", .clients = CLIENTS, .first_client = NODES, .deadline = SIM_SECOND};
    config = (struct measures_config){.workloads = &workload, .workload_count = 1, .duration = SIM_SECOND};
    sides = sides_new(lab.cluster, &config);
    lab_run(&lab, SIM_SECOND);
    sides_finish(sides, SIM_SECOND);
}

static void clean_up(void) {
    lab_free(&lab);
}

/* "01|234": the nodes of each side. */
static void expect_sides(const char *wanted) {
    char found[128];
    size_t used = 0;
    found[0] = '\0';
    for (uint32_t i = 0; i < sides->count; i++) {
        used += (size_t)snprintf(found + used, sizeof found - used, "%s", i == 0 ? "" : "|");
        for (uint32_t n = 0; n < sides->items[i].count; n++) {
            used += (size_t)snprintf(found + used, sizeof found - used, "%u", sides->items[i].nodes[n]);
        }
    }
    ck_assert_str_eq(found, wanted);
}

static uint16_t side_at(sim_time at, uint32_t client) {
    struct operation operation = {.invoked = at, .process = client};
    return sides_of_operation(sides, &operation);
}

START_TEST(groups_are_sides_and_clients_go_with_their_region) {
    struct fault_config *fault = partition_at("cut", 100 * MS, 100 * MS, PARTITION_GROUPS);
    fault->groups = two_groups;
    fault->group_count = 2;
    run();
    expect_sides("01|234");
    ck_assert_uint_eq(side_at(150 * MS, 0), 0);
    ck_assert_uint_eq(side_at(150 * MS, 1), 0);
    ck_assert_uint_eq(side_at(150 * MS, 2), 1);
    ck_assert_uint_eq(side_at(150 * MS, 3), SIDE_NONE); /* reaches both */
    ck_assert_uint_eq(side_at(100 * MS, 0), 0);
    ck_assert_uint_eq(side_at(99 * MS, 0), SIDE_NONE);
    ck_assert_uint_eq(side_at(200 * MS, 0), SIDE_NONE);
    ck_assert_uint_eq(sides->stretch_count, 1);
}
END_TEST

START_TEST(a_node_in_no_group_joins_the_sides) {
    static const struct selector others[] = {{.kind = SELECT_NODE, .index = C}, {.kind = SELECT_NODE, .index = D}};
    static const struct selector_group groups[] = {{left, 2}, {others, 2}};
    struct fault_config *fault = partition_at("cut", 100 * MS, 100 * MS, PARTITION_GROUPS);
    fault->groups = groups;
    fault->group_count = 2;
    run();
    expect_sides("01234"); /* E reaches all */
    ck_assert_uint_eq(side_at(150 * MS, 0), 0);
}
END_TEST

START_TEST(a_cut_in_one_direction_parts_too) {
    static const struct selector_group ways[] = {{left, 2}, {right, 3}};
    struct fault_config *fault = partition_at("cut", 100 * MS, 100 * MS, PARTITION_ONE_WAY);
    fault->groups = ways;
    fault->group_count = 2;
    run();
    expect_sides("01|234");                             /* who is heard and hears nothing gets no answer */
    ck_assert_uint_eq(side_at(150 * MS, 0), SIDE_NONE); /* clients still reach everybody */
}
END_TEST

START_TEST(two_partitions_at_once_make_smaller_sides) {
    struct fault_config *first = partition_at("first", 100 * MS, 200 * MS, PARTITION_GROUPS);
    first->groups = two_groups;
    first->group_count = 2;
    struct fault_config *second = partition_at("second", 200 * MS, 200 * MS, PARTITION_ISOLATE);
    second->groups = &only_a;
    second->group_count = 1;
    run();
    expect_sides("01|234|0|1|1234");
    ck_assert_uint_eq(sides->stretch_count, 3);
    ck_assert_uint_eq(side_at(150 * MS, 2), 1);
    ck_assert_uint_eq(side_at(250 * MS, 2), 1);
    ck_assert_uint_eq(side_at(350 * MS, 2), 4);
}
END_TEST

START_TEST(a_partition_that_comes_back_has_the_same_sides) {
    struct fault_config *fault = partition_at("cut", 100 * MS, 50 * MS, PARTITION_GROUPS);
    fault->groups = two_groups;
    fault->group_count = 2;
    fault->schedule = FAULT_EVERY;
    fault->every = 100 * MS;
    run();
    expect_sides("01|234");
    ck_assert_uint_ge(sides->stretch_count, 8);
    ck_assert_uint_eq(side_at(520 * MS, 0), 0);
    ck_assert_uint_eq(side_at(560 * MS, 0), SIDE_NONE);
    ck_assert_ptr_eq(sides->stretches[0].side_of, sides->stretches[5].side_of);
}
END_TEST

START_TEST(a_side_whose_nodes_are_all_down_has_no_clients_to_serve) {
    struct fault_config *crash = lab_add_fault(&lab, "crash", FAULT_CRASH, 50 * MS, 100 * MS);
    crash->targets = only_left;
    struct fault_config *fault = partition_at("cut", 100 * MS, 20 * MS, PARTITION_GROUPS);
    fault->groups = two_groups;
    fault->group_count = 2;
    struct fault_config *again = partition_at("again", 140 * MS, 40 * MS, PARTITION_GROUPS);
    again->groups = two_groups;
    again->group_count = 2;
    run();
    ck_assert_uint_eq(side_at(110 * MS, 0), SIDE_NONE);
    ck_assert_uint_eq(side_at(110 * MS, 2), 1);
    ck_assert_uint_eq(side_at(145 * MS, 0), 0); /* a node boots while it lasts */
}
END_TEST

START_TEST(operations_are_counted_by_side) {
    struct fault_config *fault = partition_at("cut", 100 * MS, 100 * MS, PARTITION_GROUPS);
    fault->groups = two_groups;
    fault->group_count = 2;
    run();
    struct operation operations[] = {
        {.invoked = 90 * MS, .completed = 95 * MS, .process = 0, .kind = OP_READ},
        {.invoked = 110 * MS, .completed = 112 * MS, .process = 0, .kind = OP_READ},
        {.invoked = 120 * MS, .completed = 126 * MS, .process = 1, .kind = OP_READ},
        {.invoked = 130 * MS, .completed = 131 * MS, .process = 1, .kind = OP_WRITE, .outcome = OUTCOME_FAIL},
        {.invoked = 140 * MS, .completed = 141 * MS, .process = 2, .kind = OP_WRITE},
        {.invoked = 150 * MS, .completed = 155 * MS, .process = 3, .kind = OP_READ},
    };
    struct history history = {.operations = operations, .count = 6};
    struct evidence evidence = {.history = &history, .config = &config, .ended = SIM_SECOND};
    struct interval interval = {100 * MS, 200 * MS};
    struct window window = {"partition", &interval, 1};
    struct samples versions = {0};
    samples_add(&versions, &evidence, 0, 1);
    samples_add(&versions, &evidence, 2, 2);
    struct partition_side other;
    uint32_t count;
    struct partition_side *items = sides_measure(sides, &evidence, &window, &versions, &other, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(items[0].clients, 2);
    ck_assert_uint_eq(items[0].asked[OP_READ], 2);
    ck_assert_uint_eq(items[0].served[OP_READ], 2);
    ck_assert_uint_eq(items[0].asked[OP_WRITE], 1);
    ck_assert_uint_eq(items[0].served[OP_WRITE], 0);
    ck_assert(items[0].latency_p50[OP_READ] == 0.002 && items[0].latency_p99[OP_READ] == 0.006);
    ck_assert(items[0].latency_p50[OP_WRITE] < 0);
    ck_assert_uint_eq(items[0].reads, 2);
    ck_assert_uint_eq(items[0].stale_reads, 1);
    ck_assert_uint_eq(items[1].served[OP_WRITE], 1);
    ck_assert_uint_eq(other.asked[OP_READ], 1);
    ck_assert_uint_eq(other.clients, 1);
    ck_assert(items[0].lives && items[1].lives);
    samples_free(&versions);
    free(items);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("sides");
    TCase *all = tcase_create("partitions");
    tcase_add_checked_fixture(all, prepare, clean_up);
    tcase_add_test(all, groups_are_sides_and_clients_go_with_their_region);
    tcase_add_test(all, a_node_in_no_group_joins_the_sides);
    tcase_add_test(all, a_cut_in_one_direction_parts_too);
    tcase_add_test(all, two_partitions_at_once_make_smaller_sides);
    tcase_add_test(all, a_partition_that_comes_back_has_the_same_sides);
    tcase_add_test(all, a_side_whose_nodes_are_all_down_has_no_clients_to_serve);
    tcase_add_test(all, operations_are_counted_by_side);
    suite_add_tcase(suite, all);
    return suite;
}
