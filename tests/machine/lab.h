/* A small cluster for tests, of a toy model that writes down all that happens to it.
 *
 * Fill a struct lab with lab_prepare, change its configuration, then lab_start. Between two lab_run the test acts
 * through the node handles, as handlers would; what must happen inside a handler is asked for with lab_tell. */
#ifndef TESTS_MACHINE_LAB_H
#define TESTS_MACHINE_LAB_H

#include "sim/machine/cluster.h"

enum { LAB_NODES = 24, LAB_CLIENTS = 8, LAB_SYSTEMS = 2, LAB_SEEN = 200000 };

enum toy_message { TOY_PING, TOY_PONG, TOY_TELL };
enum toy_timer { TOY_A, TOY_B };

enum toy_task {
    TASK_APPEND,       /* to the log: argument */
    TASK_APPEND_SEND,  /* the same, and a ping with it to node `to` once it is durable */
    TASK_APPEND_REPLY, /* the same, and the answer to the last request once it is durable */
    TASK_PUT,          /* record 0 := argument */
    TASK_TRUNCATE,     /* the log from number `argument` on */
    TASK_TRIM,         /* the log before number `argument` */
    TASK_COUNT_UP      /* volatile counter += argument */
};

enum what {
    SAW_DISK_FAILED, /* value: the ticket */
    SAW_START,
    SAW_RECOVER,
    SAW_PING,
    SAW_TIMER,
    SAW_REQUEST,
    SAW_DISK,
    SAW_REPLY,
    SAW_REPLY_OF_CALL
};

struct seen {
    sim_time at;
    node_id node;
    node_id from; /* of messages and requests; of replies at clients: who answered */
    enum what what;
    uint64_t value; /* of a ping: its number; of a timer: which; of the disk: the ticket; of a request: its call;
                       of a recovery: records in the log; of a reply: its status */
};

struct lab {
    struct world *world;
    struct cluster *cluster;
    struct cluster_config config;
    struct network_config network;
    struct system_config systems[LAB_SYSTEMS];
    struct fault_config faults[8];
    uint32_t client_regions[LAB_CLIENTS];
    const char *client_names[LAB_CLIENTS];
    struct node *nodes[LAB_NODES];
    struct request last_request[LAB_NODES];
    bool answers; /* requests are answered at once with REPLY_OK; else not at all */
    struct seen *seen;
    uint32_t seen_count;
};

/* One system "toy" of `nodes` nodes, `clients` clients, a constant latency of 1 ms, and nothing else that takes time.
 */
void lab_prepare(struct lab *lab, uint32_t nodes, uint32_t clients);
void lab_add_system(struct lab *lab, const char *name, uint32_t nodes);
struct fault_config *lab_add_fault(struct lab *lab, const char *name, enum fault_kind kind, sim_time at,
                                   sim_time length);

void lab_start(struct lab *lab, uint64_t seed); /* boots; SAW_START is seen */
void lab_run(struct lab *lab, sim_time until);
void lab_free(struct lab *lab);

void lab_ping(struct lab *lab, node_id from, node_id to, uint64_t number, uint32_t bytes);
void lab_tell(struct lab *lab, node_id node, enum toy_task task, uint64_t argument, node_id to);
void lab_ask(struct lab *lab, uint32_t client, node_id to, uint64_t call);

/* How often it was seen; UINT32_MAX for any node. */
uint32_t lab_count(const struct lab *lab, enum what what, node_id node);
/* When it was seen first with this value; -1: never. */
sim_time lab_when(const struct lab *lab, enum what what, node_id node, uint64_t value);
void lab_forget(struct lab *lab); /* what was seen so far */

/* The volatile counter of a node that is up. */
uint64_t lab_counter(const struct lab *lab, node_id node);

extern const struct model toy_model;          /* logs, timers, records */
extern const struct model toy_without_timers; /* the same without tables of timers and records */

#endif
