/* The network: latency by path, loss, duplicates, bandwidth, order; and partitions of every form. */
#include "sim/base/maths.h"
#include "tests/machine/lab.h"

#include <check.h>
#include <string.h>

#define MS SIM_MILLISECOND

static struct lab lab;

static void tear_down(void) {
    lab_free(&lab);
}

static const struct selector *select_node(uint32_t place, node_id id) {
    static struct selector selectors[8];
    selectors[place] = (struct selector){.kind = SELECT_NODE, .index = id, .system = UINT32_MAX};
    return &selectors[place];
}

/* ---- Paths ---- */

START_TEST(the_more_particular_path_wins) {
    static const char *const regions[2] = {"east", "west"};
    static const sim_time round_trip[4] = {2 * MS, 80 * MS, 80 * MS, 4 * MS};
    static const uint32_t placement[4] = {0, 1, 1, CONFIG_NO_REGION};
    struct link_config link = {.from = *select_node(0, 0),
                               .to = *select_node(1, 2),
                               .path = {.given = PATH_LATENCY, .latency = dist_constant(7 * MS)}};
    struct message_path_config message = {.type = "request",
                                          .path = {.given = PATH_LATENCY, .latency = dist_constant(9 * MS)}};
    lab_prepare(&lab, 4, 1);
    lab.network.regions = regions;
    lab.network.region_count = 2;
    lab.network.round_trip = round_trip;
    lab.network.links = &link;
    lab.network.link_count = 1;
    lab.network.messages = &message;
    lab.network.message_count = 1;
    lab.systems[0].regions = placement;
    lab_start(&lab, 1);
    lab_ping(&lab, 0, 1, 1, 10); /* east to west */
    lab_ping(&lab, 1, 2, 2, 10); /* within west */
    lab_ping(&lab, 0, 2, 3, 10); /* the link */
    lab_ping(&lab, 2, 0, 4, 10); /* the link has one direction */
    lab_ping(&lab, 0, 3, 5, 10); /* no region: the default */
    lab_ask(&lab, 0, 2, 6);      /* the message type */
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 40 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 2, 2), 2 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 2, 3), 7 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 4), 40 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 3, 5), MS);
    ck_assert_int_eq(lab_when(&lab, SAW_REQUEST, 2, 6), 9 * MS);
    ck_assert_double_eq(cluster_mean_latency(lab.cluster, 0, 2), 7e6);
    ck_assert_uint_eq(cluster_traffic(lab.cluster).cross_region_bytes, 30);
}
END_TEST

START_TEST(messages_queue_for_bandwidth) {
    lab_prepare(&lab, 3, 0);
    lab.network.base.bits_per_second = 8e6; /* a kilobyte a millisecond */
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < 3; i++) {
        lab_ping(&lab, 0, 1, i, 2000);
    }
    lab_ping(&lab, 0, 2, 9, 1000); /* each link has its own */
    lab_run(&lab, SIM_SECOND);
    for (uint64_t i = 0; i < 3; i++) {
        ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, i), 2 * MS * (sim_time)(i + 1) + MS);
    }
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 2, 9), 2 * MS);
}
END_TEST

START_TEST(a_hopeless_bandwidth_delays_for_ever_and_breaks_nothing) {
    lab_prepare(&lab, 2, 0);
    lab.network.base.bits_per_second = 1e-9;
    lab.network.base.latency = dist_constant(INT64_MAX / 4);
    struct fault_config *fault = lab_add_fault(&lab, "worse", FAULT_DEGRADE, 0, SIM_NEVER);
    fault->targets = (struct selector_group){select_node(0, 0), 1};
    fault->to = (struct selector_group){select_node(1, 1), 1};
    fault->delay = dist_constant(INT64_MAX / 4);
    lab_add_fault(&lab, "worse-2", FAULT_DEGRADE, 0, SIM_NEVER);
    lab.faults[1] = lab.faults[0];
    lab.faults[1].name = "worse-2";
    lab_start(&lab, 1);
    lab_run(&lab, MS);
    for (uint64_t i = 0; i < 100; i++) {
        lab_ping(&lab, 0, 1, i, 1u << 30);
    }
    lab_run(&lab, 1000 * SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 0);
}
END_TEST

START_TEST(an_ordered_link_keeps_the_order_and_another_does_not) {
    for (int ordered = 0; ordered < 2; ordered++) {
        lab_prepare(&lab, 2, 0);
        lab.network.base.latency = (struct dist){.kind = DIST_EXPONENTIAL, .a = 5e6};
        lab.network.base.duplicate = 0.1;
        lab.network.base.ordered = ordered == 1;
        lab_start(&lab, 1);
        for (uint64_t i = 0; i < 2000; i++) {
            lab_run(&lab, (sim_time)i * MS);
            lab_ping(&lab, 0, 1, i, 10);
        }
        lab_run(&lab, 10 * SIM_SECOND);
        uint64_t last = 0;
        uint32_t overtaken = 0;
        for (uint32_t i = 0; i < lab.seen_count; i++) {
            if (lab.seen[i].what == SAW_PING) {
                overtaken += lab.seen[i].value < last;
                last = lab.seen[i].value;
            }
        }
        if (ordered == 1) {
            ck_assert_uint_eq(overtaken, 0);
        } else {
            ck_assert_uint_gt(overtaken, 500);
            lab_free(&lab);
        }
    }
}
END_TEST

/* A count of n trials with chance p lies within five standard deviations: wrong by chance once in a million. */
static void ck_assert_share(uint64_t count, uint64_t trials, double chance) {
    double mean = (double)trials * chance;
    double deviation = maths_sqrt(mean * (1 - chance));
    ck_assert_double_le((double)count, mean + 5 * deviation);
    ck_assert_double_ge((double)count, mean - 5 * deviation);
}

/* Of a question and its answer, the latencies are independent: both are above the median, or both below, half of the
 * time. */
START_TEST(the_two_directions_of_a_link_draw_by_themselves) {
    const sim_time median = (sim_time)(5e6 * 0.6931471805599453);
    uint32_t alike = 0, trials = 2000;
    lab_prepare(&lab, 2, 0);
    lab.network.base.latency = (struct dist){.kind = DIST_EXPONENTIAL, .a = 5e6};
    lab_start(&lab, 1);
    for (uint64_t i = 0; i < trials; i++) {
        lab_ping(&lab, 0, 1, i, 10);
        lab_ping(&lab, 1, 0, i, 10);
    }
    lab_run(&lab, SIM_SECOND);
    for (uint64_t i = 0; i < trials; i++) {
        alike += (lab_when(&lab, SAW_PING, 1, i) > median) == (lab_when(&lab, SAW_PING, 0, i) > median);
    }
    ck_assert_share(alike, trials, 0.5);
}
END_TEST

START_TEST(losses_and_duplicates_come_at_their_rates) {
    lab_prepare(&lab, 2, 0);
    lab.network.base.loss = 0.03;
    lab.network.base.duplicate = 0.07;
    lab_start(&lab, 11);
    for (uint64_t i = 0; i < 100000; i++) {
        lab_ping(&lab, 0, 1, i, 10);
    }
    lab_run(&lab, SIM_SECOND);
    struct traffic traffic = cluster_traffic(lab.cluster);
    ck_assert_share(traffic.messages_lost, 100000, 0.03);
    ck_assert_share(traffic.messages_duplicated, 100000, 0.07);
    ck_assert_uint_eq(traffic.messages_delivered, 100000 + traffic.messages_duplicated - traffic.messages_lost);
}
END_TEST

START_TEST(weather_of_a_link_does_not_depend_on_other_links) {
    sim_time times[2][200];
    for (uint32_t run = 0; run < 2; run++) {
        lab_prepare(&lab, 3, 0);
        lab.network.base.latency = (struct dist){.kind = DIST_EXPONENTIAL, .a = 5e6};
        lab_start(&lab, 1);
        for (uint64_t i = 0; i < 200; i++) {
            lab_ping(&lab, 0, 1, i, 10);
            if (run == 1) {
                lab_ping(&lab, 0, 2, i, 10);
                lab_ping(&lab, 2, 1, 1000 + i, 10);
            }
        }
        lab_run(&lab, SIM_SECOND);
        for (uint64_t i = 0; i < 200; i++) {
            times[run][i] = lab_when(&lab, SAW_PING, 1, i);
        }
        if (run == 0) {
            lab_free(&lab);
        }
    }
    ck_assert_mem_eq(times[0], times[1], sizeof times[0]);
}
END_TEST

/* ---- Faults of links ---- */

START_TEST(degrade_adds_delay_loss_and_duplicates_one_way_and_counts) {
    lab_prepare(&lab, 3, 0);
    struct fault_config *fault = lab_add_fault(&lab, "worse", FAULT_DEGRADE, 10 * MS, 30 * MS);
    fault->targets = (struct selector_group){select_node(0, 0), 1};
    fault->to = (struct selector_group){select_node(1, 1), 1};
    fault->delay = dist_constant(20 * MS);
    fault->duplicate = 1;
    lab_start(&lab, 1);
    lab_run(&lab, 15 * MS);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_ping(&lab, 1, 0, 2, 10);
    lab_ping(&lab, 0, 2, 3, 10);
    lab_run(&lab, 40 * MS);
    lab_ping(&lab, 0, 1, 4, 10);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 1), 36 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 2), 16 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 2, 3), 16 * MS);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 1, 4), 41 * MS);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, 1), 3);
    const struct fault_occurrence *occurrence = cluster_occurrence(lab.cluster, 0);
    ck_assert_uint_eq(occurrence->messages_changed, 1);
    ck_assert_uint_eq(fault_touched_total(fault, occurrence), 1);
    ck_assert_int_eq(occurrence->start, 10 * MS);
    ck_assert_int_eq(occurrence->end, 40 * MS);
}
END_TEST

START_TEST(drop_messages_drops_its_type_and_counts) {
    lab_prepare(&lab, 2, 1);
    struct fault_config *fault = lab_add_fault(&lab, "drop", FAULT_DROP_MESSAGES, 0, SIM_NEVER);
    fault->message = "toy.ping";
    fault->probability = 1;
    lab_start(&lab, 1);
    lab_run(&lab, MS);
    lab_ping(&lab, 0, 1, 1, 10);
    lab_ask(&lab, 0, 1, 2);
    lab_run(&lab, SIM_SECOND);
    ck_assert_uint_eq(lab_count(&lab, SAW_PING, UINT32_MAX), 0);
    ck_assert_uint_eq(lab_count(&lab, SAW_REPLY, 2), 1);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->messages_stopped, 1);
}
END_TEST

START_TEST(every_occurrence_has_its_own_weather) {
    bool dropped[2][200] = {{false}};
    lab_prepare(&lab, 2, 0);
    struct fault_config *fault = lab_add_fault(&lab, "drop", FAULT_DROP_MESSAGES, 0, 500 * MS);
    fault->schedule = FAULT_EVERY;
    fault->every = SIM_SECOND;
    fault->count = 2;
    fault->probability = 0.5;
    lab_start(&lab, 1);
    uint32_t stopped = 0;
    for (uint32_t run = 0; run < 2; run++) {
        lab_run(&lab, run * SIM_SECOND + MS);
        for (uint64_t i = 0; i < 200; i++) {
            lab_ping(&lab, 0, 1, run * 1000 + i, 10);
        }
        lab_run(&lab, run * SIM_SECOND + 10 * MS);
        for (uint64_t i = 0; i < 200; i++) {
            dropped[run][i] = lab_when(&lab, SAW_PING, 1, run * 1000 + i) < 0;
        }
        stopped += (uint32_t)cluster_occurrence(lab.cluster, run)->messages_stopped;
    }
    ck_assert_share(stopped, 400, 0.5);
    ck_assert_mem_ne(dropped[0], dropped[1], sizeof dropped[0]);
}
END_TEST

/* ---- Partitions ---- */

static bool reaches[LAB_NODES + LAB_CLIENTS][LAB_NODES + LAB_CLIENTS];

/* Sends a message from everyone to everyone during the partition, which begins at 10 ms. */
static void find_reach(void) {
    uint32_t nodes = lab.config.node_count;
    memset(reaches, 0, sizeof reaches);
    lab_start(&lab, 4);
    lab_run(&lab, 20 * MS);
    for (node_id from = 0; from < nodes; from++) {
        for (node_id to = 0; to < nodes; to++) {
            lab_ping(&lab, from, to, from, 10);
        }
    }
    for (uint32_t i = 0; i < lab.config.client_count; i++) {
        for (node_id to = 0; to < nodes; to++) {
            lab_ask(&lab, i, to, i);
        }
    }
    lab_run(&lab, 30 * MS);
    for (uint32_t i = 0; i < lab.seen_count; i++) {
        const struct seen *seen = &lab.seen[i];
        if (seen->what == SAW_PING || seen->what == SAW_REQUEST || seen->what == SAW_REPLY) {
            reaches[seen->from][seen->node] = true;
        }
    }
}

static uint32_t count_stopped(void) {
    uint32_t stopped = 0;
    for (node_id from = 0; from < lab.config.node_count; from++) {
        for (node_id to = 0; to < lab.config.node_count; to++) {
            stopped += !reaches[from][to];
        }
    }
    return stopped;
}

static struct fault_config *add_partition(enum partition_form form) {
    struct fault_config *fault = lab_add_fault(&lab, "cut", FAULT_PARTITION, 10 * MS, SIM_SECOND);
    fault->form = form;
    return fault;
}

START_TEST(groups_are_cut_from_each_other_and_who_is_in_none_keeps_every_link) {
    struct selector first[2] = {*select_node(0, 0), *select_node(1, 1)};
    struct selector second[2] = {*select_node(2, 2), *select_node(3, 3)};
    struct selector_group groups[2] = {{first, 2}, {second, 2}};
    lab_prepare(&lab, 5, 1);
    struct fault_config *fault = add_partition(PARTITION_GROUPS);
    fault->groups = groups;
    fault->group_count = 2;
    find_reach();
    for (node_id from = 0; from < 5; from++) {
        for (node_id to = 0; to < 5; to++) {
            bool is_cut = from < 4 && to < 4 && from / 2 != to / 2;
            ck_assert_int_eq(reaches[from][to], !is_cut);
        }
        ck_assert(reaches[5][from] && reaches[from][5]);
    }
    const struct fault_occurrence *occurrence = cluster_occurrence(lab.cluster, 0);
    ck_assert_uint_eq(occurrence->messages_stopped, 8);
    ck_assert_uint_eq(fault_touched_total(fault, occurrence), 8); /* the nodes count for nothing by themselves */
}
END_TEST

START_TEST(a_group_may_name_clients_and_those_routed_to_a_node) {
    struct selector first[2] = {*select_node(0, 0), {.kind = SELECT_CLIENTS_OF, .index = 0}};
    struct selector second[1] = {*select_node(1, 1)};
    struct selector_group groups[2] = {{first, 2}, {second, 1}};
    lab_prepare(&lab, 3, 2);
    struct fault_config *fault = add_partition(PARTITION_GROUPS);
    fault->groups = groups;
    fault->group_count = 2;
    lab_start(&lab, 1);
    cluster_set_route(lab.cluster, 3, 0);
    cluster_set_route(lab.cluster, 4, 1);
    lab_run(&lab, 20 * MS);
    for (uint32_t client = 0; client < 2; client++) {
        for (node_id to = 0; to < 3; to++) {
            lab_ask(&lab, client, to, client * 10 + to);
        }
    }
    lab_run(&lab, 30 * MS);
    for (uint32_t client = 0; client < 2; client++) {
        for (node_id to = 0; to < 3; to++) {
            bool is_cut = client == 0 && to == 1;
            ck_assert_int_eq(lab_when(&lab, SAW_REQUEST, to, client * 10 + to) >= 0, !is_cut);
        }
    }
}
END_TEST

START_TEST(isolate_cuts_its_target_from_all_nodes_and_no_client) {
    struct selector_group group = {select_node(0, 2), 1};
    lab_prepare(&lab, 5, 1);
    struct fault_config *fault = add_partition(PARTITION_ISOLATE);
    fault->groups = &group;
    fault->group_count = 1;
    find_reach();
    for (node_id from = 0; from < 5; from++) {
        for (node_id to = 0; to < 5; to++) {
            ck_assert_int_eq(reaches[from][to], (from == 2) == (to == 2));
        }
        ck_assert(reaches[5][from] && reaches[from][5]);
    }
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->target_count, 1);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->targets[0], 2);
}
END_TEST

START_TEST(isolating_nobody_touches_nothing) {
    struct selector leader = {.kind = SELECT_LEADER, .system = UINT32_MAX}; /* there is none */
    struct selector_group group = {&leader, 1};
    lab_prepare(&lab, 4, 0);
    struct fault_config *fault = add_partition(PARTITION_ISOLATE);
    fault->groups = &group;
    fault->group_count = 1;
    find_reach();
    ck_assert_uint_eq(count_stopped(), 0);
    ck_assert_uint_eq(fault_touched_total(fault, cluster_occurrence(lab.cluster, 0)), 0);
}
END_TEST

START_TEST(clients_with_a_region_are_cut_off_with_it) {
    static const char *const regions[2] = {"east", "west"};
    static const sim_time round_trip[4] = {2 * MS, 2 * MS, 2 * MS, 2 * MS};
    static const uint32_t placement[4] = {0, 0, 1, 1};
    struct selector west = {.kind = SELECT_REGION, .index = 1};
    struct selector_group group = {&west, 1};
    lab_prepare(&lab, 4, 3);
    lab.network.regions = regions;
    lab.network.region_count = 2;
    lab.network.round_trip = round_trip;
    lab.systems[0].regions = placement;
    lab.client_regions[0] = 0;
    lab.client_regions[1] = 1; /* client 2 has none */
    struct fault_config *fault = add_partition(PARTITION_ISOLATE);
    fault->groups = &group;
    fault->group_count = 1;
    find_reach();
    for (node_id node = 0; node < 4; node++) {
        ck_assert_int_eq(reaches[4][node], node < 2);
        ck_assert_int_eq(reaches[5][node], node >= 2);
        ck_assert(reaches[6][node] && reaches[node][6]);
    }
}
END_TEST

START_TEST(halves_split_a_system_in_two) {
    lab_prepare(&lab, 5, 1);
    add_partition(PARTITION_HALVES);
    find_reach();
    uint32_t small = 0, large = 0;
    for (node_id from = 0; from < 5; from++) {
        uint32_t seen = 0;
        for (node_id to = 0; to < 5; to++) {
            seen += reaches[from][to];
            ck_assert_int_eq(reaches[from][to], reaches[to][from]);
        }
        small += seen == 2;
        large += seen == 3;
    }
    ck_assert_uint_eq(small, 2);
    ck_assert_uint_eq(large, 3);
}
END_TEST

START_TEST(one_node_bridges_the_halves) {
    lab_prepare(&lab, 5, 0);
    add_partition(PARTITION_BRIDGE);
    find_reach();
    uint32_t bridges = 0;
    for (node_id from = 0; from < 5; from++) {
        uint32_t seen = 0;
        for (node_id to = 0; to < 5; to++) {
            seen += reaches[from][to];
        }
        bridges += seen == 5;
        ck_assert(seen == 5 || seen == 3); /* the other of its half, itself and the bridge */
    }
    ck_assert_uint_eq(bridges, 1);
}
END_TEST

/* Every node sees a majority, and no two nodes the same one. */
START_TEST(a_majorities_ring_leaves_everyone_another_majority) {
    uint32_t nodes = (uint32_t)_i;
    lab_prepare(&lab, nodes, 0);
    add_partition(PARTITION_RING);
    find_reach();
    uint32_t sets[LAB_NODES];
    for (node_id from = 0; from < nodes; from++) {
        uint32_t seen = 0;
        sets[from] = 0;
        for (node_id to = 0; to < nodes; to++) {
            seen += reaches[from][to];
            sets[from] |= (uint32_t)reaches[from][to] << to;
            ck_assert_int_eq(reaches[from][to], reaches[to][from]);
        }
        ck_assert_uint_gt(seen, nodes / 2);
        ck_assert_uint_lt(seen, nodes);
        for (node_id other = 0; other < from; other++) {
            ck_assert_uint_ne(sets[other], sets[from]);
        }
    }
}
END_TEST

START_TEST(one_way_cuts_one_direction) {
    struct selector all = {.kind = SELECT_ALL};
    struct selector_group groups[2] = {{select_node(0, 1), 1}, {&all, 1}};
    lab_prepare(&lab, 4, 1);
    struct fault_config *fault = add_partition(PARTITION_ONE_WAY);
    fault->groups = groups;
    fault->group_count = 2;
    find_reach();
    for (node_id from = 0; from < 4; from++) {
        for (node_id to = 0; to < 4; to++) {
            ck_assert_int_eq(reaches[from][to], from != 1 || to == 1);
        }
        ck_assert(reaches[4][from] && reaches[from][4]);
    }
}
END_TEST

START_TEST(a_partition_stops_what_is_under_way_and_ends) {
    struct selector_group group = {select_node(0, 0), 1};
    lab_prepare(&lab, 2, 0);
    lab.network.base.latency = dist_constant(10 * MS);
    struct fault_config *fault = add_partition(PARTITION_ISOLATE);
    fault->length = 10 * MS;
    fault->groups = &group;
    fault->group_count = 1;
    lab_start(&lab, 1);
    lab_run(&lab, 5 * MS);
    lab_ping(&lab, 1, 0, 1, 10); /* under way when it begins, due while it stands */
    lab_run(&lab, 15 * MS);
    lab_ping(&lab, 1, 0, 2, 10); /* stopped at its send, though it would arrive after the end */
    lab_run(&lab, 21 * MS);
    lab_ping(&lab, 1, 0, 3, 10);
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 1), -1);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 2), -1);
    ck_assert_int_eq(lab_when(&lab, SAW_PING, 0, 3), 31 * MS);
    ck_assert_uint_eq(cluster_occurrence(lab.cluster, 0)->messages_stopped, 2);
}
END_TEST

/* ---- Calls between systems ---- */

START_TEST(a_system_calls_another) {
    struct use_config use = {.name = "db", .system = 1};
    lab_prepare(&lab, 1, 0);
    lab_add_system(&lab, "db", 3);
    lab.systems[0].uses = &use;
    lab.systems[0].use_count = 1;
    lab_start(&lab, 1);
    size_t count = 0;
    node_id db = node_use(lab.nodes[0], "db", &count);
    ck_assert_uint_eq(db, 1);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(node_use(lab.nodes[0], "cache", &count), NODE_NONE);
    ck_assert_uint_eq(node_peer_index(lab.nodes[0], 2), 1); /* not of its system */
    node_call(lab.nodes[0], 2, (struct request){.kind = OP_REQUEST, .call = 77});
    lab_run(&lab, SIM_SECOND);
    ck_assert_int_eq(lab_when(&lab, SAW_REQUEST, 2, 77), MS);
    ck_assert_int_eq(lab_when(&lab, SAW_REPLY_OF_CALL, 0, REPLY_OK), 2 * MS);
    ck_assert_str_eq(cluster_name(lab.cluster, 3), "db/3");
}
END_TEST

/* ---- What observers are told ---- */

struct notices {
    uint32_t sent, delivered, lost_on_the_way, lost_at_arrival;
    sim_time last_arrival;
    const char *last_type;
};

static void note_sent(void *context, const struct message_notice *notice) {
    struct notices *notices = context;
    notices->sent++;
    notices->last_arrival = notice->arrives;
    notices->last_type = notice->type;
}

static void note_delivered(void *context, const struct message_notice *notice) {
    struct notices *notices = context;
    notices->delivered++;
    ck_assert_int_eq(notice->arrives, world_now(lab.world));
}

static void note_lost(void *context, const struct message_notice *notice) {
    struct notices *notices = context;
    notices->lost_on_the_way += notice->arrives == SIM_NEVER;
    notices->lost_at_arrival += notice->arrives != SIM_NEVER;
}

static uint64_t observed_hash(struct notices *notices) {
    lab_prepare(&lab, 3, 1);
    lab.network.base.loss = 0.3;
    lab.network.base.duplicate = 0.2;
    lab_start(&lab, 5);
    if (notices != NULL) {
        cluster_observe(lab.cluster,
                        (struct cluster_observer){
                            .context = notices, .sent = note_sent, .delivered = note_delivered, .lost = note_lost});
    }
    for (uint64_t i = 0; i < 200; i++) {
        lab_ping(&lab, 0, 1, i, 10);
        lab_ping(&lab, 1, 1, i, 10); /* to itself: no message of the network */
    }
    lab_run(&lab, SIM_SECOND);
    lab_ask(&lab, 0, 2, 1);
    cluster_crash(lab.cluster, 2);
    lab_run(&lab, 2 * SIM_SECOND);
    struct traffic traffic = cluster_traffic(lab.cluster);
    if (notices != NULL) {
        ck_assert_uint_eq(notices->sent, traffic.messages_sent + traffic.messages_duplicated);
        ck_assert_uint_eq(notices->delivered, traffic.messages_delivered);
        ck_assert_uint_eq(notices->lost_on_the_way + notices->lost_at_arrival, traffic.messages_lost);
    }
    uint64_t hash = world_hash(lab.world);
    lab_free(&lab);
    return hash;
}

START_TEST(observers_are_told_what_becomes_of_each_copy) {
    struct notices notices = {0};
    uint64_t seen = observed_hash(&notices), unseen = observed_hash(NULL);
    ck_assert_uint_eq(seen, unseen); /* looking changes nothing */
    ck_assert_uint_gt(notices.delivered, 100);
    ck_assert_uint_gt(notices.lost_on_the_way, 20);
    ck_assert_str_eq(notices.last_type, "request");
    ck_assert(notices.lost_at_arrival > 0 || notices.last_arrival == SIM_NEVER); /* the node is down */
    lab_prepare(&lab, 1, 0);                                                     /* for the fixture's end */
    lab_start(&lab, 1);
}
END_TEST

START_TEST(a_cut_is_seen_while_it_lasts) {
    struct selector_group group = {.members = select_node(0, 0), .count = 1};
    lab_prepare(&lab, 3, 0);
    struct fault_config *fault = lab_add_fault(&lab, "cut", FAULT_PARTITION, 10 * MS, 10 * MS);
    fault->form = PARTITION_ISOLATE;
    fault->groups = &group;
    fault->group_count = 1;
    lab_start(&lab, 1);
    ck_assert(!cluster_is_cut(lab.cluster, 0, 1));
    lab_run(&lab, 15 * MS);
    ck_assert(cluster_is_cut(lab.cluster, 0, 1) && cluster_is_cut(lab.cluster, 2, 0));
    ck_assert(!cluster_is_cut(lab.cluster, 1, 2) && !cluster_is_cut(lab.cluster, 0, 0));
    lab_run(&lab, 25 * MS);
    ck_assert(!cluster_is_cut(lab.cluster, 0, 1));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("net");
    TCase *tcase = tcase_create("net");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, the_more_particular_path_wins);
    tcase_add_test(tcase, observers_are_told_what_becomes_of_each_copy);
    tcase_add_test(tcase, a_cut_is_seen_while_it_lasts);
    tcase_add_test(tcase, messages_queue_for_bandwidth);
    tcase_add_test(tcase, a_hopeless_bandwidth_delays_for_ever_and_breaks_nothing);
    tcase_add_test(tcase, an_ordered_link_keeps_the_order_and_another_does_not);
    tcase_add_test(tcase, the_two_directions_of_a_link_draw_by_themselves);
    tcase_add_test(tcase, losses_and_duplicates_come_at_their_rates);
    tcase_add_test(tcase, weather_of_a_link_does_not_depend_on_other_links);
    tcase_add_test(tcase, degrade_adds_delay_loss_and_duplicates_one_way_and_counts);
    tcase_add_test(tcase, drop_messages_drops_its_type_and_counts);
    tcase_add_test(tcase, every_occurrence_has_its_own_weather);
    tcase_add_test(tcase, groups_are_cut_from_each_other_and_who_is_in_none_keeps_every_link);
    tcase_add_test(tcase, a_group_may_name_clients_and_those_routed_to_a_node);
    tcase_add_test(tcase, isolate_cuts_its_target_from_all_nodes_and_no_client);
    tcase_add_test(tcase, isolating_nobody_touches_nothing);
    tcase_add_test(tcase, clients_with_a_region_are_cut_off_with_it);
    tcase_add_test(tcase, halves_split_a_system_in_two);
    tcase_add_test(tcase, one_node_bridges_the_halves);
    tcase_add_loop_test(tcase, a_majorities_ring_leaves_everyone_another_majority, 4, 12);
    tcase_add_test(tcase, one_way_cuts_one_direction);
    tcase_add_test(tcase, a_partition_stops_what_is_under_way_and_ends);
    tcase_add_test(tcase, a_system_calls_another);
    suite_add_tcase(suite, tcase);
    return suite;
}

#include "tests/check_main.h"
