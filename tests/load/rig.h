/* Clients before a scripted server, for tests of the load: the server answers each request as the test says, and every
 * request is written down. One way takes 1 ms, and nothing else takes time. */
#ifndef TESTS_LOAD_RIG_H
#define TESTS_LOAD_RIG_H

#include "sim/load/load.h"

enum { RIG_NODES = 8, RIG_WORKLOADS = 3, RIG_CLIENTS = 64, RIG_SEEN = 100000 };

struct rig_request {
    sim_time at; /* of its arrival */
    node_id node;
    struct request request;
};

struct rig {
    struct world *world;
    struct cluster *cluster;
    struct load *load;
    struct network_config network;
    struct link_config links[RIG_NODES];
    struct system_config system;
    struct cluster_config config;
    struct workload_config workloads[RIG_WORKLOADS]; /* [0] is made by rig_prepare: closed, reads, deadline 1 s */
    struct load_config load_config;
    const char *names[RIG_CLIENTS];
    /* Fills in the answer of `node`; false: there is none. NULL: REPLY_OK with value 0. */
    bool (*answer)(struct rig *rig, node_id node, const struct request *request, struct reply *reply);
    struct rig_request *seen;
    uint32_t seen_count;
};

void rig_prepare(struct rig *rig, uint32_t nodes, uint32_t clients);
const struct history *rig_run(struct rig *rig, uint64_t seed, sim_time duration); /* once */
void rig_free(struct rig *rig);

#endif
