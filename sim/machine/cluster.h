/* A cluster: the simulated machines of a world, the network between them and the clients, and their faults.
 *
 * Built from a scenario's configuration, it boots the models' nodes, carries their messages, runs their disks,
 * clocks and cores, and applies faults. Clients are endpoints of the network: the load layer gives them a handler.
 * Everything a run's observer may want to know is told through struct cluster_observer. */
#ifndef SIM_MACHINE_CLUSTER_H
#define SIM_MACHINE_CLUSTER_H

#include "sim/engine/world.h"
#include "sim/machine/config.h"

struct cluster;

struct cluster_config {
    const struct network_config *network;
    const struct system_config *systems;
    uint32_t system_count;
    const struct fault_config *faults;
    uint32_t fault_count;
    uint32_t node_count;
    uint32_t client_count;
    const uint32_t *client_regions;  /* one per client (endpoint node_count + i); NULL: none */
    const char *const *client_names; /* one per client: "client/1", "shop/3" */
};

/* One copy of a message on its way: a duplicate is told by itself. Messages to oneself pass no network and are not
 * told. */
struct message_notice {
    node_id from, to;
    const char *type; /* "raft.append", "request", "reply" */
    uint32_t encoded_bytes;
    sim_time arrives; /* SIM_NEVER: lost on the way, and told by `lost` at once too */
};

/* Told at once, in the order given. Any function may be NULL. Messages cost nothing while nobody asks for them. */
struct cluster_observer {
    void *context;
    void (*probe)(void *context, const struct probe *probe);
    void (*crashed)(void *context, node_id node);
    void (*booted)(void *context, node_id node, bool is_restart);
    void (*fault)(void *context, uint32_t occurrence, bool starts); /* index for cluster_occurrence */
    void (*sent)(void *context, const struct message_notice *notice);
    void (*delivered)(void *context,
                      const struct message_notice *notice); /* to the machine: it may still wait for a core */
    void (*lost)(void *context, const struct message_notice *notice);
};

struct cluster *cluster_new(struct world *world, const struct cluster_config *config);
void cluster_observe(struct cluster *cluster, struct cluster_observer observer); /* at most 8 */

/* Boots every node at the present time (0), and schedules the faults. */
void cluster_start(struct cluster *cluster);

/* Another configuration from now on, between two calls of world_run. It has the same systems, models, parameters, nodes
 * and clients, and the same faults; network, disks, services and queues may be different, and faults may have been
 * added at the end, none of which begins before now. The configuration before it has to outlive the world as well. */
void cluster_change(struct cluster *cluster, const struct cluster_config *config);

struct world *cluster_world(const struct cluster *cluster);
const char *cluster_name(const struct cluster *cluster, node_id endpoint); /* "store/3", "client/12" */
uint32_t cluster_node_count(const struct cluster *cluster);
uint32_t cluster_system_of(const struct cluster *cluster, node_id node);
uint32_t cluster_region_of(const struct cluster *cluster, node_id endpoint); /* CONFIG_NO_REGION: none */
const struct cluster_config *cluster_configuration(const struct cluster *cluster);
const struct system_config *cluster_system(const struct cluster *cluster, uint32_t system);

/* ---- Nodes, seen from outside ---- */

bool cluster_is_up(const struct cluster *cluster, node_id node);
bool cluster_is_paused(const struct cluster *cluster, node_id node);
enum node_role cluster_role(const struct cluster *cluster, node_id node, uint64_t *term); /* as its last probe said */
node_id cluster_leader(const struct cluster *cluster, uint32_t system); /* live, of the highest term; or NODE_NONE */
/* The model's handler that runs right now; false if none does. Safe in a signal handler: this is for reports of
 * crashes. */
struct running_handler {
    const char *model;   /* its name */
    const char *handler; /* as struct model calls it: "message" */
    const char *about;   /* type of message, or timer; or NULL */
    const char *node;
    sim_time at;
};
bool cluster_running(const struct cluster *cluster, struct running_handler *running);

void cluster_inspect(const struct cluster *cluster, node_id node,
                     struct inspector *to); /* nothing for a node that is down */
bool cluster_peek(const struct cluster *cluster, node_id node, uint64_t key, int64_t *value);
/* All values that it keeps side by side; at most `room`. Returns how many. */
size_t cluster_siblings(const struct cluster *cluster, node_id node, uint64_t key, int64_t *values, size_t room);

/* True if a partition in force stops messages from a to b. */
bool cluster_is_cut(const struct cluster *cluster, node_id from, node_id to);

/* Mean one-way latency from a to b in ns, without faults. */
double cluster_mean_latency(const struct cluster *cluster, node_id from, node_id to);

/* Sends a client's request to a node; its reply comes to the handler set here, at the client's endpoint. */
typedef void (*cluster_client_handler)(void *context, node_id client, const struct reply *reply);
void cluster_on_reply(struct cluster *cluster, cluster_client_handler handler, void *context);
void cluster_request(struct cluster *cluster, node_id client, node_id to, const struct request *request);

/* The node that a client's requests are routed to: for partitions that name {"clients": node}. */
void cluster_set_route(struct cluster *cluster, node_id client, node_id node);

/* ---- Direct faults, for tests ---- */
void cluster_crash(struct cluster *cluster, node_id node);
void cluster_restart(struct cluster *cluster, node_id node);

/* ---- What happened ---- */

/* One occurrence of a fault: what it hit and what it touched. */
struct fault_occurrence {
    uint32_t fault; /* index in the configuration */
    sim_time start;
    sim_time end;              /* SIM_NEVER while it lasts */
    uint64_t messages_stopped; /* lost, or never sent because a write failed */
    uint64_t messages_changed; /* delayed, doubled, or served more slowly */
    uint64_t nodes; /* hit: crashed, paused, restarted, cut off, with another clock or a worse disk content; of what an
                       administrator asks: how often a leader accepted it */
    uint64_t disk_writes;   /* dropped, torn, delayed, failed, acknowledged without being done; of what was durable:
                               records lost or corrupted */
    const node_id *targets; /* nodes hit, ascending */
    uint32_t target_count;
};

uint32_t cluster_occurrence_count(const struct cluster *cluster);
const struct fault_occurrence *cluster_occurrence(const struct cluster *cluster, uint32_t index);
/* While an occurrence of a partition, degrade or drop-messages lasts: true if it acts on messages from `from` to `to`.
 */
bool cluster_occurrence_acts(const struct cluster *cluster, uint32_t index, node_id from, node_id to);
/* messages + nodes + disk writes, where the nodes of a partition or degrade count for nothing by themselves: a
 * partition that stopped no message touched nothing. */
uint64_t fault_touched_total(const struct fault_config *fault, const struct fault_occurrence *occurrence);

struct traffic { /* messages to oneself left out; since the start, or since cluster_reset_traffic (the end of the
                    warm-up) */
    uint64_t messages_sent, messages_delivered, messages_lost,
        messages_duplicated; /* lost: to a partition, loss, dead node or full queue */
    uint64_t bytes_sent, cross_region_bytes;
    uint64_t disk_writes, disk_bytes, disk_syncs;
    uint64_t queue_drops;
};
struct traffic cluster_traffic(const struct cluster *cluster);
void cluster_reset_traffic(struct cluster *cluster);

struct queue_measures {    /* of one node's cores, since the reset */
    double mean_length;    /* waiting, time average */
    double mean_number;    /* waiting and in service, time average */
    double mean_wait_s;    /* of those that began service */
    double mean_sojourn_s; /* of those that left: wait and service */
    double utilisation;    /* busy cores over cores */
    uint64_t arrivals, served, dropped;
};
struct queue_measures cluster_queue(const struct cluster *cluster, node_id node);

/* Little's law for a node's cores, since the reset. The number of inputs, summed over time, is the time that they
 * stayed, summed over the inputs: L T = (lambda T) W, exactly, also for what is still there or was lost in a crash. The
 * two are counted apart: the first when the number changes, the second when an input leaves. */
struct queue_balance {
    uint64_t inputs; /* that came */
    bool is_balanced;
    double waiting_s, stay_waiting_s; /* of those that wait */
    double number_s, stay_s;          /* of all: waiting and in service */
};
struct queue_balance cluster_queue_balance(const struct cluster *cluster, node_id node);

/* ---- Saying what an event is ---- */

/* True if the event is the delivery of a message; `*from` is who sent it, and the event's node gets it. */
bool cluster_event_is_delivery(const struct event *event, node_id *from);

/* True if the event is the cluster's: a delivery, a node's timer, core or disk, a fault; false if it is a client's. */
bool cluster_event_is_own(const struct event *event);

/* One line for people: "24.318 s  deliver raft.append store/2 -> store/1 (312 B)". */
void cluster_describe(const struct cluster *cluster, sim_time at, const struct event *event, char *text, size_t size);

#endif
