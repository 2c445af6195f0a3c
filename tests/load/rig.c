#include "tests/load/rig.h"

#include <stdlib.h>

struct rig_params {
    struct rig *rig;
};

static void boot(struct node *node, void *state) {
    (void)node;
    (void)state;
}

static void on_request(struct node *node, void *state, const struct request *request) {
    (void)state;
    struct rig *rig = ((const struct rig_params *)node_params(node))->rig;
    if (rig->seen_count < RIG_SEEN) {
        rig->seen[rig->seen_count++] =
            (struct rig_request){.at = world_now(rig->world), .node = node_self(node), .request = *request};
    }
    struct reply reply = {.status = REPLY_OK, .hint = NODE_NONE};
    if (rig->answer == NULL || rig->answer(rig, node_self(node), request, &reply)) {
        node_reply(node, request, reply);
    }
}

static const struct model server = {
    .abi = SPACELIKE_ABI,
    .name = "server",
    .state_bytes = 8,
    .params_bytes = sizeof(struct rig_params),
    .operations = (1u << OP_KIND_COUNT) - 1,
    .has_leader = true,
    .start = boot,
    .recover = boot,
    .request = on_request,
};

void rig_prepare(struct rig *rig, uint32_t nodes, uint32_t clients) {
    static const char *const names[] = {"client/1", "client/2", "client/3", "client/4",
                                        "client/5", "client/6", "client/7", "client/8"};
    struct rig_params *params = calloc(1, sizeof *params);
    params->rig = rig;
    *rig = (struct rig){.seen = calloc(RIG_SEEN, sizeof *rig->seen)};
    for (uint32_t i = 0; i < RIG_CLIENTS; i++) {
        rig->names[i] = names[i % (sizeof names / sizeof names[0])];
    }
    rig->network.base = (struct path_config){.given = 31, .latency = dist_constant(SIM_MILLISECOND)};
    rig->network.links = rig->links;
    rig->system = (struct system_config){
        .name = "store", .model = &server, .params = params, .nodes = nodes, .cores = 1, .queue_limit = 10000};
    rig->config = (struct cluster_config){.network = &rig->network,
                                          .systems = &rig->system,
                                          .system_count = 1,
                                          .node_count = nodes,
                                          .client_names = rig->names};
    rig->workloads[0] = (struct workload_config){.name = "",
                                                 .kind = WORKLOAD_KV,
                                                 .clients = clients,
                                                 .first_client = nodes,
                                                 .arrivals = ARRIVALS_CLOSED,
                                                 .until = SIM_NEVER,
                                                 .mix = {[OP_READ] = 1},
                                                 .keys = {.kind = KEYS_UNIFORM, .count = 1000},
                                                 .value_bytes = 100,
                                                 .deadline = SIM_SECOND,
                                                 .route = ROUTE_LEADER,
                                                 .retries = {.attempts = 1, .multiplier = 2, .timeout = SIM_NEVER}};
    rig->load_config = (struct load_config){.workloads = rig->workloads, .workload_count = 1};
}

const struct history *rig_run(struct rig *rig, uint64_t seed, sim_time duration) {
    rig->load_config.duration = duration;
    rig->config.client_count = 0;
    for (uint32_t i = 0; i < rig->load_config.workload_count; i++) {
        rig->config.client_count += rig->workloads[i].clients;
    }
    rig->world = world_new(
        (struct world_options){.seed = seed, .state_bytes = (size_t)1 << 30, .record_bytes = (size_t)1 << 30});
    rig->cluster = cluster_new(rig->world, &rig->config);
    rig->load = load_new(rig->cluster, &rig->load_config);
    cluster_start(rig->cluster);
    load_start(rig->load);
    world_run(rig->world, duration, UINT64_MAX);
    load_finish(rig->load);
    return load_history(rig->load);
}

void rig_free(struct rig *rig) {
    if (rig->world != NULL) {
        world_free(rig->world);
    }
    free((void *)(uintptr_t)rig->system.params);
    free(rig->seen);
}
