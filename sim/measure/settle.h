/* Convergence of replicas that publish no applied index: seen by looking into them.
 *
 * When a partition ends, the keys are noted for which live nodes hold different values. The replicas of a key have
 * converged when all nodes that still hold what they held then hold the same: the others have taken something newer.
 * They are looked at every millisecond, later every fiftieth of the time that has passed, so the time found is at most
 * 2 % or a millisecond too long. A node that holds nothing for a key has no opinion: it may be no replica of it. */
#ifndef SIM_MEASURE_SETTLE_H
#define SIM_MEASURE_SETTLE_H

#include "sim/load/load.h"

struct settle_value {
    uint64_t key;
    node_id node;
    int64_t value; /* when the partition ended */
};

/* Lives in the world's state arena. */
struct settle_watch {
    uint32_t system;
    sim_time began, next, converged; /* next: when to look again; converged: SIM_NEVER: not yet */
    struct settle_value *values;     /* of keys that differ, by key */
    uint32_t count;
    size_t bytes;
};

/* Notes what differs now in a system whose nodes can be looked into. */
struct settle_watch settle_begin(struct arena *arena, const struct cluster *cluster, const struct history *history,
                                 const struct workload_config *workloads, uint32_t workload_count, uint32_t system);

/* Forgets what differs no more; true if nothing differs. */
bool settle_look(struct settle_watch *watch, const struct cluster *cluster);

#endif
