/* The parameters of a chain, and the rules that may be broken on purpose. */
#ifndef MODELS_CHAIN_PARAMETERS_H
#define MODELS_CHAIN_PARAMETERS_H

#include "sim/spacelike.h"

enum { CHAIN_MOST_NODES = 64 };

enum chain_reads {
    CHAIN_READS_TAIL, /* chain replication: the tail answers */
    CHAIN_READS_CRAQ  /* any node answers, and asks the tail which version counts where it holds a newer one */
};

enum chain_bug {
    CHAIN_BUG_NONE,
    CHAIN_BUG_C01, /* a node answers with a version that the tail has not committed */
    CHAIN_BUG_C02, /* nodes go on without a lease */
    CHAIN_BUG_C03, /* the head answers before the others have the update */
    CHAIN_BUG_C04  /* a new tail serves before it has all that its predecessor has */
};

struct chain_params {
    int32_t reads;      /* enum chain_reads */
    sim_time heartbeat; /* between two messages to the master, and two tries to send again */
    sim_time lease;     /* how long a node may act after it asked the master */
    int64_t max_clock_drift_ppm;
    int64_t batch; /* updates of one message at most */
    int32_t bug;   /* enum chain_bug */
};

extern const struct parameter chain_parameters[];
extern const struct claim chain_claims[];
extern const struct boundary chain_boundaries[];
const char *chain_check_params(const void *params, size_t nodes);

#endif
