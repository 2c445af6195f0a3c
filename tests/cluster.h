/* A cluster for tests: one system of nodes on a plain network, a few clients, and the invariants watching.
 *
 * Time goes by events: a test runs the cluster until something holds, or until a time, and looks at what was said. All
 * that is said is kept: probes and replies, in order. Faults may be configured, or made directly with cluster_crash and
 * cluster_restart. Any model serves that publishes the probes of a replicated log. */
#ifndef TESTS_CLUSTER_H
#define TESTS_CLUSTER_H

#include "sim/check/invariant.h"
#include "sim/machine/cluster.h"

enum { TEST_CLIENTS = 8 };

struct test_options { /* zeroed fields: seed 1, 3 nodes, latency 1 ms, sync 0, no loss, no faults */
    const struct model *model;
    const void *params;
    uint64_t seed;
    uint32_t nodes;
    sim_time latency_ns; /* one way */
    struct dist latency; /* instead of latency_ns, when its `a` is not 0 */
    sim_time sync_ns;
    struct dist sync;         /* instead of sync_ns, likewise */
    double loss, duplicate;   /* between nodes, and of clients as well */
    const double *drifts_ppm; /* one per node; NULL: 0 */
    const struct fault_config *faults;
    uint32_t fault_count;
};

struct test_reply {
    sim_time at;
    node_id client;
    struct reply reply;
};

struct test_cluster {
    struct world *world;
    struct cluster *cluster;
    struct invariants *invariants;
    uint32_t broken; /* bits 1 << enum invariant_kind */
    node_id client;  /* the first of TEST_CLIENTS */
    uint64_t calls;  /* made by cluster_ask */
    struct probe *probes;
    uint32_t probe_count, probe_capacity;
    struct test_reply *replies;
    uint32_t reply_count, reply_capacity;
    struct arena *probe_stream, *reply_stream;
    struct network_config network; /* what the cluster was built from */
    struct system_config system;
    struct cluster_config config;
    const char *client_names[TEST_CLIENTS];
};

/* Built, but not started: cluster_begin boots the nodes at time 0. Free with cluster_end. */
struct test_cluster *cluster_make(const struct test_options *options);
void cluster_begin(struct test_cluster *test);
void cluster_end(struct test_cluster *test);

/* ---- Time ---- */

sim_time cluster_now(const struct test_cluster *test);
void cluster_run_until(struct test_cluster *test, sim_time at);
bool cluster_step(struct test_cluster *test,
                  sim_time deadline); /* one event; false when there is none up to the deadline */

/* Run until it holds; false (or NODE_NONE) if it does not by the deadline. */
node_id cluster_run_until_leader(struct test_cluster *test, sim_time deadline);
node_id cluster_run_until_other_leader(struct test_cluster *test, node_id former, sim_time deadline);
bool cluster_run_until_applied(struct test_cluster *test, uint64_t index, sim_time deadline); /* at every live node */

/* The next probe of this kind published after the call; NULL if there is none by the deadline. Valid until the next
 * step. */
const struct probe *cluster_run_until_probe(struct test_cluster *test, enum probe_kind kind, sim_time deadline);

/* ---- Clients ---- */

/* Sends `request` from client number `client` (0 to TEST_CLIENTS - 1), with a call of its own, which is returned. */
uint64_t cluster_ask(struct test_cluster *test, uint32_t client, node_id to, struct request request);
const struct test_reply *cluster_reply_to(const struct test_cluster *test, uint64_t call); /* NULL: none so far */

/* Asks and waits for the answer; NULL if there is none by the deadline. */
const struct test_reply *cluster_call(struct test_cluster *test, uint32_t client, node_id to, struct request request,
                                      sim_time deadline);

/* ---- Looking ---- */

node_id cluster_current_leader(const struct test_cluster *test);
uint64_t cluster_term(const struct test_cluster *test, node_id node);
int64_t cluster_number(const struct test_cluster *test, node_id node,
                       const char *name); /* as the model's inspect says; -1 when it says nothing */
uint32_t cluster_count_probes(const struct test_cluster *test, enum probe_kind kind, node_id node);
void cluster_print_violations(const struct test_cluster *test);

#endif
