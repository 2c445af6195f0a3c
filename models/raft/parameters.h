/* What a scenario may set, and what the model promises. The text of both is in parameters.c. */
#ifndef MODELS_RAFT_PARAMETERS_H
#define MODELS_RAFT_PARAMETERS_H

#include "sim/spacelike.h"

enum { RF_MOST_NODES = 64 }; /* sets of nodes are the bits of a word, in the order of node_peer */

enum rf_reads { RF_READS_LOG, RF_READS_INDEX, RF_READS_LEASE };
enum rf_membership { RF_SINGLE, RF_JOINT };

/* Rules that may be broken on purpose; R01 and so on are rows of the table of known bugs of real systems. */
enum rf_bug {
    RF_BUG_NONE,
    RF_BUG_R01,
    RF_BUG_R02,
    RF_BUG_R03,
    RF_BUG_R05,
    RF_BUG_R06,
    RF_BUG_R08,
    RF_BUG_R09,
    RF_BUG_R10,
    RF_BUG_R11,
    RF_BUG_R12,
    RF_BUG_R13,
    RF_BUG_R14,
    RF_BUG_R15,
    RF_BUG_R16,
    RF_BUG_R17,
    RF_BUG_R18,
    RF_BUG_R19,
    RF_BUG_R20,
    RF_BUG_R21,
    RF_BUG_R22,
    RF_BUG_R26,
    RF_BUG_R30,
    RF_BUG_OVERWRITE_LEADER_LOG
};

struct rf_params {
    sim_time election_timeout[2];
    sim_time heartbeat;
    bool pre_vote;
    bool check_quorum;
    int32_t reads; /* enum rf_reads */
    int64_t max_clock_drift_ppm;
    int64_t batch;
    int64_t pipeline;
    int64_t snapshot_every, snapshot_trailing; /* entries; 0: no snapshots */
    int64_t snapshot_chunk;                    /* bytes */
    int32_t membership;                        /* enum rf_membership */
    int64_t voters, learners;                  /* nodes, in their order; no voters: all */
    int32_t bug;                               /* enum rf_bug */
};

const struct rf_params *rf_params(const struct node *node);
bool rf_has_bug(const struct node *node, enum rf_bug bug);
bool rf_pre_votes(const struct node *node);     /* as the parameters say; with R21, never */
bool rf_checks_quorum(const struct node *node); /* likewise */

/* Of the model's table. */
extern const struct parameter rf_parameters[];
extern const struct claim rf_claims[];
extern const struct boundary rf_boundaries[];
const char *rf_check_params(const void *given, size_t nodes);
bool rf_claim_stands(const struct claim *claim, const void *params, size_t nodes);

#endif
