/* The measures of a run of a small cluster whose every time is known: three nodes, 1 ms from anywhere to anywhere, one
 * client that writes at given times. Node 1 leads until it crashes at 2.5 s; node 2 takes over at 3 s, by the clock. */
#include "sim/measure/measure.h"

#include "tests/check_main.h"

#include <string.h>

#define MS SIM_MILLISECOND

/* ---- A model without a protocol ---- */

struct primary {
    bool leads;
    uint64_t term, index;
    int64_t value;
};

struct copy {
    uint64_t index;
    int64_t value;
};

enum { MESSAGE_COPY, MESSAGE_ASK };
enum { TIMER_TAKE_OVER, TIMER_COMMIT };

static void lead(struct node *node, struct primary *primary, uint64_t term) {
    primary->leads = true;
    primary->term = term;
    node_probe(node, PROBE_ROLE, ROLE_LEADER, term, 0);
}

static void start(struct node *node, void *state) {
    if (node_index(node) == 0) {
        lead(node, state, 1);
    } else if (node_index(node) == 1) {
        node_arm(node, TIMER_TAKE_OVER, 3000 * MS);
        node_arm(node, TIMER_COMMIT, 3020 * MS);
    }
}

static void send(struct node *node, node_id to, uint32_t type, const struct primary *primary) {
    struct copy copy = {primary->index, primary->value};
    node_send(node, to, (struct outgoing){type, 100, &copy, sizeof copy});
}

static void recover(struct node *node, void *state) {
    node_probe(node, PROBE_LOG_RESET, 0, 0, 0);
    for (size_t i = 0; i < node_count(node); i++) {
        if (i != node_index(node)) {
            send(node, node_peer(node, i), MESSAGE_ASK, state);
        }
    }
}

static void commit(struct node *node, struct primary *primary, int64_t value) {
    primary->index++;
    primary->value = value;
    node_probe(node, PROBE_COMMIT, primary->index, primary->term, 0);
    node_probe(node, PROBE_APPLY, primary->index, 0, 0);
    node_log_append(node, &value, sizeof value);
    for (size_t i = 0; i < node_count(node); i++) {
        if (i != node_index(node)) {
            send(node, node_peer(node, i), MESSAGE_COPY, primary);
        }
    }
}

static void timer(struct node *node, void *state, uint32_t timer) {
    struct primary *primary = state;
    if (timer == TIMER_TAKE_OVER) {
        lead(node, primary, 2);
    } else {
        commit(node, primary, primary->value);
    }
}

static void message(struct node *node, void *state, const struct message *message) {
    struct primary *primary = state;
    const struct copy *copy = message->body;
    if (message->type == MESSAGE_ASK) {
        if (primary->leads) {
            send(node, message->from, MESSAGE_COPY, primary);
        }
    } else if (copy->index > primary->index) {
        primary->index = copy->index;
        primary->value = copy->value;
        node_probe(node, PROBE_APPLY, copy->index, 0, 0);
    }
}

static void request(struct node *node, void *state, const struct request *request) {
    struct primary *primary = state;
    if (!primary->leads) {
        node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = node_peer(node, 1)});
        return;
    }
    commit(node, primary, request->value);
    node_reply(node, request, (struct reply){.status = REPLY_OK});
}

static bool peek(const void *state, uint64_t key, int64_t *value) {
    (void)key;
    *value = ((const struct primary *)state)->value;
    return true;
}

static const struct parameter no_parameters[] = {{.name = NULL}};
static const struct message_type messages[] = {{"primary.copy", ""}, {"primary.ask", ""}, {NULL, NULL}};
static const char *const timers[] = {"take over", "commit", NULL};
static const char *const no_records[] = {NULL};
static const struct model model = {.abi = SPACELIKE_ABI,
                                   .name = "primary",
                                   .state_bytes = sizeof(struct primary),
                                   .parameters = no_parameters,
                                   .messages = messages,
                                   .timers = timers,
                                   .records = no_records,
                                   .operations = 1u << OP_WRITE,
                                   .has_leader = true,
                                   .start = start,
                                   .recover = recover,
                                   .message = message,
                                   .timer = timer,
                                   .request = request,
                                   .peek = peek};

/* ---- The run ---- */

static const sim_time arrivals[] = {500 * MS, 1500 * MS, 2000 * MS, 2600 * MS, 5000 * MS, 5500 * MS, 8500 * MS};

struct lab {
    struct system_config system;
    struct network_config network;
    struct selector targets[2];
    struct selector_group groups[1];
    struct fault_config faults[2];
    struct workload_config workload;
    struct price price;
    struct cluster_config cluster_config;
    struct load_config load_config;
    struct measures_config config;
    struct world *world;
    struct cluster *cluster;
    struct load *load;
    struct measures *measures;
};

static void configure(struct lab *lab) {
    static const char *const client_names[] = {"client/1"};
    *lab = (struct lab){0};
    lab->system = (struct system_config){.name = "store", .model = &model, .nodes = 3, .cores = 1, .queue_limit = 100};
    lab->network.base =
        (struct path_config){.given = PATH_LATENCY | PATH_LOSS | PATH_DUPLICATE | PATH_BANDWIDTH | PATH_ORDERED,
                             .latency = dist_constant(MS)};
    lab->targets[0] = (struct selector){.kind = SELECT_NODE, .index = 0};
    lab->targets[1] = (struct selector){.kind = SELECT_NODE, .index = 2};
    lab->groups[0] = (struct selector_group){&lab->targets[1], 1};
    lab->faults[0] = (struct fault_config){
        .name = "kill", .kind = FAULT_CRASH, .at = 2500 * MS, .length = 2000 * MS, .targets = {&lab->targets[0], 1}};
    /* Node 3 misses what is written at 5.5 s and stays behind until the write at 8.5 s. */
    lab->faults[1] = (struct fault_config){.name = "cut",
                                           .kind = FAULT_PARTITION,
                                           .at = 5200 * MS,
                                           .length = 1000 * MS,
                                           .form = PARTITION_ISOLATE,
                                           .groups = lab->groups,
                                           .group_count = 1};
    lab->workload = (struct workload_config){.name = "",
                                             .kind = WORKLOAD_KV,
                                             .clients = 1,
                                             .first_client = 3,
                                             .arrivals = ARRIVALS_TRACE,
                                             .trace = arrivals,
                                             .trace_count = 7,
                                             .until = SIM_NEVER,
                                             .mix = {[OP_WRITE] = 1},
                                             .keys = {.kind = KEYS_UNIFORM, .count = 1},
                                             .value_bytes = 8,
                                             .deadline = SIM_SECOND,
                                             .route = ROUTE_LEADER,
                                             .retries = {.attempts = 1, .timeout = SIM_NEVER}};
    lab->price = (struct price){"node_hour", 3600};
    lab->cluster_config = (struct cluster_config){.network = &lab->network,
                                                  .systems = &lab->system,
                                                  .system_count = 1,
                                                  .faults = lab->faults,
                                                  .fault_count = 2,
                                                  .node_count = 3,
                                                  .client_count = 1,
                                                  .client_names = client_names};
    lab->load_config = (struct load_config){&lab->workload, 1, NULL, 0, 10 * SIM_SECOND};
    lab->config = (struct measures_config){.workloads = &lab->workload,
                                           .workload_count = 1,
                                           .faults = lab->faults,
                                           .fault_count = 2,
                                           .prices = &lab->price,
                                           .price_count = 1,
                                           .warmup = SIM_SECOND,
                                           .duration = 10 * SIM_SECOND,
                                           .outage_after = SIM_SECOND};
}

static void lab_run(struct lab *lab) {
    lab->world = world_new((struct world_options){.seed = 1, .state_bytes = 1 << 26, .record_bytes = 1 << 26});
    lab->cluster = cluster_new(lab->world, &lab->cluster_config);
    lab->load = load_new(lab->cluster, &lab->load_config);
    lab->measures = measures_new(lab->cluster, lab->load, &lab->config);
    cluster_start(lab->cluster);
    load_start(lab->load);
    world_run(lab->world, lab->config.warmup, UINT64_MAX);
    cluster_reset_traffic(lab->cluster);
    world_run(lab->world, lab->config.duration, UINT64_MAX);
    load_finish(lab->load);
    measures_finish(lab->measures);
}

static void lab_free(struct lab *lab) {
    measures_free(lab->measures);
    world_free(lab->world);
}

static void expect(const struct lab *lab, const char *name, const char *window, double expected) {
    double value;
    ck_assert_msg(measures_value(lab->measures, name, measures_find_window(lab->measures, window), &value),
                  "%s has no value", name);
    ck_assert_msg(value - expected < 1e-9 && expected - value < 1e-9, "%s is %.12g and not %.12g", name, value,
                  expected);
}

static void expect_none(const struct lab *lab, const char *name, const char *window) {
    double value;
    ck_assert_msg(!measures_value(lab->measures, name, measures_find_window(lab->measures, window), &value),
                  "%s has a value: %.12g", name, value);
}

START_TEST(operations_by_window) {
    struct lab lab;
    configure(&lab);
    lab_run(&lab);
    expect(&lab, "write.availability", "all", 5.0 / 6.0);
    expect(&lab, "write.availability", "kill", 0);
    expect(&lab, "write.availability", "cut", 1);
    expect(&lab, "store/write.throughput", "all", 5.0 / 9.0);
    expect(&lab, "write.latency.p50", "all", 0.002);
    expect(&lab, "write.latency.max", "partition", 0.002);
    expect_none(&lab, "write.latency.p50", "kill");
    expect_none(&lab, "read.availability", "all");
    expect_none(&lab, "shop/write.availability", "all");
    expect_none(&lab, "write.latency", "all");
    expect(&lab, "outage.count", "all", 1); /* between the answers at 2.002 s and 5.002 s */
    expect(&lab, "outage.longest", "all", 3);
    expect(&lab, "outage.total", "all", 3);
    expect(&lab, "availability", "all", 6.0 / 9.0);
    expect(&lab, "mtbf", "all", 6);
    expect(&lab, "mttr", "all", 3);
    expect(&lab, "outage.longest", "partition", 0);
    expect_none(&lab, "mttr", "partition");
    lab_free(&lab);
}
END_TEST

START_TEST(leadership_and_elections) {
    struct lab lab;
    configure(&lab);
    lab_run(&lab);
    ck_assert_uint_eq(measures_leadership_count(lab.measures), 2);
    const struct leadership *first = measures_leadership(lab.measures, 0);
    const struct leadership *second = measures_leadership(lab.measures, 1);
    ck_assert(first->leader == 0 && first->term == 1 && first->from == 0 && first->until == 2500 * MS);
    ck_assert(second->leader == 1 && second->term == 2 && second->from == 3000 * MS);
    ck_assert_int_eq(second->until, 10 * SIM_SECOND);
    expect(&lab, "election.count", "all", 2);
    expect(&lab, "store/election.count", "all", 2);
    expect(&lab, "election.count", "kill", 1);
    expect(&lab, "election.first", "all", 0);
    expect(&lab, "election.time.p50", "all", 0.52); /* lost at 2.5 s, first commit at 3.02 s */
    expect(&lab, "election.time.max", "kill", 0.52);
    expect_none(&lab, "election.time.max", "cut");
    lab_free(&lab);
}
END_TEST

START_TEST(convergence_and_healing) {
    struct lab lab;
    configure(&lab);
    lab_run(&lab);
    /* Node 1 restarts at 4.5 s, asks, and is answered 2 ms later. */
    expect(&lab, "convergence.time", "kill", 0.002);
    /* The cut ends at 6.2 s; node 3 hears of the present state with the write that node 2 does at 8.501 s. */
    expect(&lab, "convergence.time", "cut", 8.502 - 6.2);
    expect(&lab, "convergence.time", "all", 8.502 - 6.2);
    const struct window *healing = measures_find_window(lab.measures, "healing");
    ck_assert_uint_eq(healing->count, 1);
    ck_assert_int_eq(healing->intervals[0].from, 6200 * MS);
    ck_assert_int_eq(healing->intervals[0].until, 8502 * MS);
    expect(&lab, "write.lost", "all", 0);
    expect(&lab, "divergent.keys", "all", 0);
    expect(&lab, "write.lost", "healing", 0);
    expect_none(&lab, "divergent.keys", "healing");
    lab_free(&lab);
}
END_TEST

START_TEST(costs_after_the_warm_up) {
    struct lab lab;
    configure(&lab);
    lab_run(&lab);
    /* Six requests, five answers; a copy to two nodes by each of five writes and by the leader's first commit; the
     * restarted node asks two and is answered by one. */
    expect(&lab, "messages_per_op", "all", (6 + 5 + 2 * 6 + 3) / 5.0);
    expect(&lab, "disk.syncs", "all", 6);
    expect(&lab, "cross_region_bytes", "all", 0);
    expect(&lab, "cost.per_million_ops", "all", 3 * 9 / 5.0 * 1e6);
    expect(&lab, "queue.length.mean", "all", 0);
    expect_none(&lab, "store/queue.wait.mean", "all"); /* cores that take no time serve nothing */
    expect_none(&lab, "messages_per_op", "kill");
    expect_none(&lab, "queue.wait.mean", "kill");
    lab_free(&lab);
}
END_TEST

START_TEST(queues_are_averaged_over_nodes) {
    struct lab lab;
    configure(&lab);
    lab.config.fault_count = lab.cluster_config.fault_count = 0;
    lab.system.has_request_service = true;
    lab.system.request_service = dist_constant(10 * MS);
    lab_run(&lab);
    /* Node 1 serves six requests of 10 ms and a copy, node 2 six copies and two timers, node 3 seven copies. */
    expect(&lab, "queue.utilisation", "all", 0.06 / 9 / 3);
    expect(&lab, "queue.number.mean", "all", 0.06 / 9 / 3);
    expect(&lab, "queue.length.mean", "all", 0);
    expect(&lab, "queue.wait.mean", "all", 0);
    expect(&lab, "store/queue.sojourn.mean", "all", 0.06 / (7 + 8 + 7));
    expect_none(&lab, "mttr", "all");
    expect(&lab, "availability", "all", 1);
    lab_free(&lab);
}
END_TEST

START_TEST(names_are_those_that_make_sense) {
    struct lab lab;
    configure(&lab);
    lab_run(&lab);
    const char *expected[] = {"write.availability",
                              "write.throughput",
                              "write.latency.mean",
                              "write.latency.p50",
                              "write.latency.p90",
                              "write.latency.p99",
                              "write.latency.p999",
                              "write.latency.max",
                              "write.lost",
                              "divergent.keys",
                              "side.availability",
                              "availability",
                              "outage.count",
                              "outage.longest",
                              "outage.total",
                              "mtbf",
                              "mttr",
                              "majority.availability",
                              "convergence.time",
                              "election.count",
                              "election.first",
                              "election.first_term",
                              "election.leaderless.p50",
                              "election.leaderless.p99",
                              "election.leaderless.max",
                              "election.time.p50",
                              "election.time.p99",
                              "election.time.max",
                              "messages_per_op",
                              "bytes_per_op",
                              "cross_region_bytes",
                              "cross_region_bytes_per_op",
                              "disk.syncs",
                              "queue.length.mean",
                              "queue.wait.mean",
                              "queue.number.mean",
                              "queue.sojourn.mean",
                              "queue.utilisation",
                              "cost.per_million_ops"};
    ck_assert_uint_eq(measures_metric_count(lab.measures), sizeof expected / sizeof expected[0]);
    for (uint32_t i = 0; i < measures_metric_count(lab.measures); i++) {
        ck_assert_str_eq(measures_metric_name(lab.measures, i), expected[i]);
    }
    ck_assert_uint_eq(measures_window_count(lab.measures), 6);
    uint32_t count;
    struct series_bucket *buckets = measures_series(lab.measures, SIM_SECOND, &count);
    ck_assert_uint_eq(count, 10);
    ck_assert_uint_eq(buckets[2].ok[OP_WRITE], 1);
    ck_assert_uint_eq(buckets[2].unknown[OP_WRITE], 1);
    free(buckets);
    lab_free(&lab);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("measures");
    TCase *tests = tcase_create("run");
    tcase_add_test(tests, operations_by_window);
    tcase_add_test(tests, leadership_and_elections);
    tcase_add_test(tests, convergence_and_healing);
    tcase_add_test(tests, costs_after_the_warm_up);
    tcase_add_test(tests, queues_are_averaged_over_nodes);
    tcase_add_test(tests, names_are_those_that_make_sense);
    suite_add_tcase(suite, tests);
    return suite;
}
