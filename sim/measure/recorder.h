/* What is noted while a run goes on: who led when, and when replicas caught up after a partition or a restart. */
#ifndef SIM_MEASURE_RECORDER_H
#define SIM_MEASURE_RECORDER_H

#include "sim/measure/detection.h"
#include "sim/measure/own.h"
#include "sim/measure/traffic.h"

/* A node's time as leader in one term. */
struct tenure {
    struct leadership seen; /* until: SIM_NEVER while it lasts */
    uint32_t system;
    bool has_crashed;                   /* it ended by a crash */
    sim_time first_commit, last_commit; /* at which it advanced its commit index as leader of its term; SIM_NEVER */
};

/* The end of the last partition in force, or a restart; from then on the replicas of a system can catch up. */
struct heal {
    sim_time at;
    uint32_t system;
    bool is_partition;
    uint64_t target;    /* highest index that any node of the system had applied */
    sim_time converged; /* all live nodes of the system had applied it; SIM_NEVER: not yet */
};

/* A time during which no majority of a system's nodes was up. */
struct lack {
    sim_time from, until; /* until: SIM_NEVER while it lasts */
    uint32_t system;      /* index; the number of systems: some system */
};

/* Lives in the world's state arena, and is restored with it. */
struct recorder {
    struct arena *arena;
    const struct cluster *cluster;
    uint32_t node_count, system_count;
    struct tenure *tenures; /* in the order of their beginning */
    uint32_t tenure_count, tenure_capacity;
    uint32_t *open;      /* by node: its tenure that lasts, plus 1; 0: none */
    uint64_t *applied;   /* by node: highest index applied since it booted */
    uint64_t *committed; /* by node: commit index */
    bool *is_up;         /* by node */
    bool *applies;       /* by node: it has applied something at a time; who never does is no replica */
    bool *learns;        /* by node: it says that it has no vote: nobody waits for it */
    bool *publishes;     /* by system: a node has applied something */
    uint64_t *reached;   /* by system: highest index that a node has ever applied */
    struct heal *heals;  /* in order of time */
    uint32_t heal_count, heal_capacity;
    uint32_t *pending; /* heals that have not converged */
    uint32_t pending_count, pending_capacity;
    uint32_t *down;     /* by system: nodes that crashed and are not back */
    struct lack *lacks; /* in order of time */
    uint32_t lack_count, lack_capacity;
    uint32_t *lacking; /* by system, and then some system: its lack that lasts, plus 1; 0: none */
    uint32_t lacking_systems;
    bool has_crashes;
    uint32_t partitions; /* in force */
    struct own_samples own;
    struct detections detections;
    struct traffic_notes *notes; /* a note is made when a partition has healed; NULL: none */
};

struct recorder *recorder_new(struct cluster *cluster); /* observes it */

/* Closes the tenures that last. */
void recorder_finish(struct recorder *recorder, sim_time now);

#endif
