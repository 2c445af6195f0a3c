/* What the simulated machines and the network are like: filled by the scenario reader, read-only during a run.
 * Durations are in nanoseconds. Names of nodes, systems, regions and message types are resolved to indices. */
#ifndef SIM_MACHINE_CONFIG_H
#define SIM_MACHINE_CONFIG_H

#include "sim/base/dist.h"
#include "sim/spacelike.h"

#define CONFIG_NO_REGION UINT32_MAX

/* ---- Systems ---- */

enum full_queue_policy {
    FULL_DROP,
    FULL_REJECT
}; /* reject: a request is answered REPLY_FAIL at once; others are dropped */

/* late-count: the number at a node's cores is brought up to date over time when an input comes, and not when one
 * leaves; for the check of Little's law to find. */
enum queue_bug { QUEUE_BUG_NONE, QUEUE_BUG_LATE_COUNT };

struct use_config {
    const char *name; /* as the model calls it */
    uint32_t system;  /* index */
};

struct system_config {
    const char *name;
    const struct model *model;
    const void *params; /* model->params_bytes */
    uint32_t nodes;     /* at least 1 */
    node_id first_node; /* ids are consecutive; systems in the order of the scenario */

    const uint32_t *regions; /* one per node; NULL or CONFIG_NO_REGION: none */

    struct dist disk_sync; /* from the start of a sync until it is durable; one sync at a time, later writes wait for
                              the next */

    const sim_time *clock_offsets; /* wall clock minus true time, one per node; NULL: 0 */
    const double *clock_drifts;    /* parts per million, one per node; NULL: 0 */

    uint32_t cores;
    struct dist service;              /* of everything without a service of its own */
    const struct dist *type_services; /* one per message type of the model; NULL: all as `service` */
    const bool *type_has_service;     /* beside it */
    struct dist request_service,
        timer_service; /* of client requests, replies of other systems; of timers and disk completions */
    bool has_request_service, has_timer_service;
    uint32_t queue_limit; /* messages waiting, beyond those in service */
    enum full_queue_policy when_full;
    enum queue_bug queue_bug;

    const struct use_config *uses;
    uint32_t use_count;
};

/* ---- Network ---- */

/* Which properties a piece of configuration gives; a more particular piece wins property by property. */
enum { PATH_LATENCY = 1, PATH_LOSS = 2, PATH_DUPLICATE = 4, PATH_BANDWIDTH = 8, PATH_ORDERED = 16 };

struct path_config {
    uint32_t given;         /* PATH_* bits */
    struct dist latency;    /* one way */
    double loss, duplicate; /* chance of a message */
    double bits_per_second; /* 0: without bound */
    bool ordered;           /* first in, first out, for each pair of endpoints */
};

enum selector_kind {
    SELECT_NODE,       /* index: node id */
    SELECT_SYSTEM,     /* index: system */
    SELECT_REGION,     /* index: region; its nodes and its clients */
    SELECT_CLIENTS,    /* all clients of all workloads */
    SELECT_CLIENTS_OF, /* clients whose requests are routed to node `index` at that moment */
    SELECT_LEADER,     /* of system `system`, or of any if UINT32_MAX: nodes that say so, in the highest term */
    SELECT_FOLLOWERS,  /* live nodes of the system(s) that are not the leader */
    SELECT_MINORITY,   /* the largest minority of a system's nodes, drawn */
    SELECT_MAJORITY,   /* the smallest majority of a system's nodes, drawn */
    SELECT_RANDOM,     /* `index` different nodes, drawn */
    SELECT_ALL         /* every node */
};

struct selector {
    enum selector_kind kind;
    uint32_t index;
    uint32_t system; /* where a kind is about one system; UINT32_MAX: the first (leader, followers: any) */
};

struct link_config {
    struct selector from, to; /* SELECT_NODE, _SYSTEM, _REGION or _CLIENTS; one direction */
    struct path_config path;
};

struct message_path_config {
    const char *type; /* "raft.append", "request", "reply" */
    struct path_config path;
};

struct network_config {
    struct path_config base; /* all properties given */
    const char *const *regions;
    uint32_t region_count;
    const sim_time *round_trip;      /* region_count squared, row by row; one way is half */
    struct dist region_jitter;       /* added to each one-way latency between regions or within one */
    const struct link_config *links; /* later ones win over earlier ones */
    uint32_t link_count;
    const struct message_path_config *messages;
    uint32_t message_count;
};

/* ---- Faults ---- */

enum fault_kind {
    FAULT_PARTITION,
    FAULT_CRASH, /* a node is down as long as any crash, loss of disk or torn write holds it; a restart ends them all */
    FAULT_RESTART,
    FAULT_PAUSE,
    FAULT_LOSE_DISK,    /* a crash that empties the disk; a length of SIM_NEVER: the restart comes at once */
    FAULT_TORN_WRITE,   /* a crash in the middle of writing; SIM_NEVER as for FAULT_LOSE_DISK */
    FAULT_CORRUPT_DISK, /* durable records change or become unreadable; takes no time */
    FAULT_SLOW_DISK,    /* syncs that begin while it lasts */
    FAULT_STALL_DISK,   /* syncs that would end while it lasts end with it */
    FAULT_LYING_SYNC,   /* syncs that end while it lasts only say so; its end makes up for them */
    FAULT_FULL_DISK,    /* writes made while it lasts fail */
    FAULT_CLOCK_JUMP,   /* takes no time */
    FAULT_CLOCK_DRIFT,
    FAULT_SLOW_NODE, /* services that begin while it lasts */
    FAULT_DEGRADE,
    FAULT_DROP_MESSAGES,
    FAULT_MEMBER_ADD,
    FAULT_MEMBER_REMOVE,
    FAULT_TRANSFER_LEADER,
    FAULT_KIND_COUNT
};

const char *fault_kind_name(enum fault_kind kind); /* "slow-disk" */

enum partition_form {
    PARTITION_GROUPS,
    PARTITION_ISOLATE,
    PARTITION_HALVES,
    PARTITION_RING,
    PARTITION_BRIDGE,
    PARTITION_ONE_WAY
};

struct selector_group {
    const struct selector *members;
    uint32_t count;
};

enum fault_schedule { FAULT_ONCE, FAULT_EVERY, FAULT_RANDOM };

struct fault_config {
    const char *name; /* unique; the reader names those without one "partition-1" and so on */
    enum fault_kind kind;

    enum fault_schedule schedule;
    sim_time at;                    /* first start, of FAULT_ONCE and FAULT_EVERY; the earliest of FAULT_RANDOM */
    sim_time length;                /* SIM_NEVER: until the end (crash: until a restart) */
    sim_time every, jitter;         /* each start is put off by a uniform draw of 0..jitter */
    uint32_t count;                 /* most occurrences of FAULT_EVERY; 0: no bound */
    sim_time mean_gap, mean_length; /* of FAULT_RANDOM, both exponential */
    uint32_t most;                  /* of FAULT_RANDOM: occurrences at the same time; 0: 1 */

    enum partition_form form;
    const struct selector_group
        *groups; /* of PARTITION_GROUPS; ISOLATE: groups[0]; ONE_WAY: groups[0] to groups[1] is cut */
    uint32_t group_count;

    struct selector_group targets; /* of what a fault without direction hits; `from` of degrade */
    struct selector_group to;      /* of degrade */
    double times;                  /* slow-disk, slow-node */
    double ppm;                    /* clock-drift: the rate while it lasts */
    sim_time by;                   /* clock-jump */
    double loss, duplicate;        /* degrade, added to what the link has: chances combine as independent */
    struct dist delay;             /* degrade, added to the latency */
    struct dist replay_after;      /* degrade, added to that of a second copy */
    bool is_detected;              /* corrupt-disk: reading reports it */
    uint32_t records;              /* corrupt-disk: so many on each disk */
    const char *message;           /* drop-messages: type; NULL: all */
    double probability;            /* drop-messages */
};

#endif
