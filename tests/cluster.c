#include "tests/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Observing ---- */

static void keep_probe(void *context, const struct probe *probe) {
    struct test_cluster *test = context;
    test->probes = arena_array_reserve(test->probe_stream, test->probes, test->probe_count, &test->probe_capacity,
                                       sizeof *test->probes);
    test->probes[test->probe_count++] = *probe;
    test->broken |= invariants_judge(test->invariants, probe);
}

static void note_crash(void *context, node_id node) {
    struct test_cluster *test = context;
    invariants_crashed(test->invariants, node);
}

static void keep_reply(void *context, node_id client, const struct reply *reply) {
    struct test_cluster *test = context;
    test->replies = arena_array_reserve(test->reply_stream, test->replies, test->reply_count, &test->reply_capacity,
                                        sizeof *test->replies);
    test->replies[test->reply_count++] =
        (struct test_reply){.at = world_now(test->world), .client = client - test->client, .reply = *reply};
}

static const char *name_of(const void *context, node_id node) {
    const struct test_cluster *test = context;
    return cluster_name(test->cluster, node);
}

/* ---- Building ---- */

static void configure(struct test_cluster *test, const struct test_options *options) {
    static const char *const names[TEST_CLIENTS] = {"client/1", "client/2", "client/3", "client/4",
                                                    "client/5", "client/6", "client/7", "client/8"};
    memcpy(test->client_names, names, sizeof names);
    sim_time latency = options->latency_ns > 0 ? options->latency_ns : SIM_MILLISECOND;
    test->network.base = (struct path_config){
        .given = PATH_LATENCY | PATH_LOSS | PATH_DUPLICATE | PATH_BANDWIDTH | PATH_ORDERED,
        .latency = options->latency.a > 0 ? options->latency : dist_constant(latency),
        .loss = options->loss,
        .duplicate = options->duplicate,
    };
    test->system = (struct system_config){
        .name = "store",
        .model = options->model,
        .params = options->params,
        .nodes = options->nodes > 0 ? options->nodes : 3,
        .disk_sync = options->sync.a > 0 ? options->sync : dist_constant(options->sync_ns),
        .clock_drifts = options->drifts_ppm,
        .cores = 1,
        .queue_limit = UINT32_MAX,
    };
    test->config = (struct cluster_config){
        .network = &test->network,
        .systems = &test->system,
        .system_count = 1,
        .faults = options->faults,
        .fault_count = options->fault_count,
        .node_count = test->system.nodes,
        .client_count = TEST_CLIENTS,
        .client_names = test->client_names,
    };
}

struct test_cluster *cluster_make(const struct test_options *options) {
    struct test_cluster *test = calloc(1, sizeof *test);
    configure(test, options);
    test->world = world_new((struct world_options){.seed = options->seed > 0 ? options->seed : 1,
                                                   .state_bytes = (size_t)1 << 30,
                                                   .record_bytes = (size_t)1 << 32});
    test->probe_stream = world_stream(test->world, "the probes of a test");
    test->reply_stream = world_stream(test->world, "the replies of a test");
    test->cluster = cluster_new(test->world, &test->config);
    test->client = test->config.node_count;
    test->invariants = invariants_new(world_state(test->world), 0, test->config.node_count, name_of, test);
    cluster_observe(test->cluster,
                    (struct cluster_observer){.context = test, .probe = keep_probe, .crashed = note_crash});
    cluster_on_reply(test->cluster, keep_reply, test);
    return test;
}

void cluster_begin(struct test_cluster *test) {
    cluster_start(test->cluster);
}

void cluster_end(struct test_cluster *test) {
    world_free(test->world);
    free(test);
}

/* ---- Time ---- */

sim_time cluster_now(const struct test_cluster *test) {
    return world_now(test->world);
}

void cluster_run_until(struct test_cluster *test, sim_time at) {
    world_run(test->world, at, UINT64_MAX);
}

bool cluster_step(struct test_cluster *test, sim_time deadline) {
    return world_run(test->world, deadline, 1) == 1;
}

node_id cluster_run_until_leader(struct test_cluster *test, sim_time deadline) {
    return cluster_run_until_other_leader(test, NODE_NONE, deadline);
}

node_id cluster_run_until_other_leader(struct test_cluster *test, node_id former, sim_time deadline) {
    node_id leader;
    while ((leader = cluster_current_leader(test)) == NODE_NONE || leader == former) {
        if (!cluster_step(test, deadline)) {
            return NODE_NONE;
        }
    }
    return leader;
}

static bool is_applied_everywhere(const struct test_cluster *test, uint64_t index) {
    for (node_id node = 0; node < test->client; node++) {
        if (cluster_is_up(test->cluster, node) && cluster_number(test, node, "applied index") < (int64_t)index) {
            return false;
        }
    }
    return true;
}

bool cluster_run_until_applied(struct test_cluster *test, uint64_t index, sim_time deadline) {
    while (!is_applied_everywhere(test, index)) {
        if (!cluster_step(test, deadline)) {
            return false;
        }
    }
    return true;
}

const struct probe *cluster_run_until_probe(struct test_cluster *test, enum probe_kind kind, sim_time deadline) {
    uint32_t seen = test->probe_count;
    do {
        for (; seen < test->probe_count; seen++) {
            if (test->probes[seen].kind == kind) {
                return &test->probes[seen];
            }
        }
    } while (cluster_step(test, deadline));
    return NULL;
}

/* ---- Clients ---- */

uint64_t cluster_ask(struct test_cluster *test, uint32_t client, node_id to, struct request request) {
    request.call = ++test->calls;
    cluster_request(test->cluster, test->client + client, to, &request);
    return request.call;
}

const struct test_reply *cluster_reply_to(const struct test_cluster *test, uint64_t call) {
    for (uint32_t i = 0; i < test->reply_count; i++) {
        if (test->replies[i].reply.call == call) {
            return &test->replies[i];
        }
    }
    return NULL;
}

const struct test_reply *cluster_call(struct test_cluster *test, uint32_t client, node_id to, struct request request,
                                      sim_time deadline) {
    uint64_t call = cluster_ask(test, client, to, request);
    while (cluster_reply_to(test, call) == NULL && cluster_step(test, deadline)) {
    }
    return cluster_reply_to(test, call);
}

/* ---- Looking ---- */

node_id cluster_current_leader(const struct test_cluster *test) {
    return cluster_leader(test->cluster, 0);
}

uint64_t cluster_term(const struct test_cluster *test, node_id node) {
    uint64_t term;
    cluster_role(test->cluster, node, &term);
    return term;
}

struct number_finder {
    struct inspector inspector; /* first: the inspector's functions get this address */
    const char *name;
    int64_t value;
};

static void find_number(struct inspector *to, const char *name, int64_t value) {
    struct number_finder *finder = (struct number_finder *)to;
    if (strcmp(name, finder->name) == 0) {
        finder->value = value;
    }
}

static void ignore_text(struct inspector *to, const char *name, const char *value) {
    (void)to;
    (void)name;
    (void)value;
}

static void find_node(struct inspector *to, const char *name, node_id value) {
    find_number(to, name, value == NODE_NONE ? -1 : (int64_t)value);
}

int64_t cluster_number(const struct test_cluster *test, node_id node, const char *name) {
    struct number_finder finder = {
        .inspector = {.number = find_number, .text = ignore_text, .node = find_node}, .name = name, .value = -1};
    cluster_inspect(test->cluster, node, &finder.inspector);
    return finder.value;
}

uint32_t cluster_count_probes(const struct test_cluster *test, enum probe_kind kind, node_id node) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < test->probe_count; i++) {
        count += test->probes[i].kind == kind && (node == NODE_NONE || test->probes[i].node == node);
    }
    return count;
}

void cluster_print_violations(const struct test_cluster *test) {
    for (int kind = 0; kind < INVARIANT_COUNT; kind++) {
        struct check_result result = invariants_result(test->invariants, (enum invariant_kind)kind);
        if (result.verdict == VERDICT_VIOLATED) {
            fprintf(stderr, "seed %llu, %s: %s\n", (unsigned long long)world_seed(test->world),
                    invariant_name((enum invariant_kind)kind), result.detail);
        }
    }
}
