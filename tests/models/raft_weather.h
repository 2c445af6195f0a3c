/* Bad weather for Raft: small clusters under random faults, loss, duplicates and slow disks, with clients that insist.
 *
 * Everything follows from the seed: parameters of the cluster, faults, and what the clients ask. For the first part of
 * a run faults come and go; then all heal, and the cluster must make progress and agree. */
#ifndef TESTS_MODELS_RAFT_WEATHER_H
#define TESTS_MODELS_RAFT_WEATHER_H

#include "models/raft/raft.h"
#include "tests/cluster.h"

/* The defaults of the model's table. */
struct rf_params raft_defaults(void);

struct weather_options {
    uint64_t seed;
    enum rf_bug bug;
    sim_time stormy, calm; /* lengths of the two parts; 0: 8 s, and 6 s or, with late messages, 40 s */
    /* Narrows what the seed would choose otherwise. */
    uint32_t nodes;      /* 0: 3 or 5 */
    bool plain_protocol; /* no pre-vote, no check-quorum */
    bool one_by_one;     /* entries go one a message, one message at a time */
    bool is_hasty;       /* faults follow each other faster than elections end */
    bool is_late;        /* some messages travel for longer than an election takes */
    bool crashes_only;
    bool tears_writes; /* crashes come in the middle of writing */
    bool fills_disks;  /* now and then a disk is full */
    bool snapshots;    /* small and often */
    bool members;      /* nodes are added and removed, and leaders asked to hand over */
    bool is_told;      /* prints violations */
    bool jumps;        /* wall clocks jump; reads are by lease */
};

struct weather_result {
    uint32_t broken; /* bits 1 << enum invariant_kind */
    uint64_t events;
    uint64_t trace_hash;
    uint32_t acknowledged;         /* increments */
    uint32_t asked;                /* different increments */
    uint32_t stale;                /* answers that miss what was acknowledged before the question */
    int64_t counted;               /* sum of the counters in the end */
    bool made_progress;            /* after the storm, an operation was answered */
    bool is_converged;             /* all nodes hold the same counters in the end */
    uint32_t leaders, crashes;     /* seen on the way: weather without them proves nothing */
    uint64_t spoilt_writes;        /* torn or lost in the middle of writing, or failed for want of room */
    uint32_t snapshots, installed; /* PROBE_SNAPSHOT, and those of them that brought a node on */
    uint32_t changes, transfers;   /* accepted by a leader */
};

struct weather_result weather_run(const struct weather_options *options);

#endif
