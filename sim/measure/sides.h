/* The sides of partitions: who could still talk with whom, while each partition held.
 *
 * The nodes of a system between which messages pass both ways, directly or over others of them, are one side. A client
 * is on the side whose nodes it can talk with, if it can talk with those of one side only: one that reaches several is
 * on none, and neither is one that reaches nobody. Sides with the same nodes are the same side, however often a
 * partition cuts them off. */
#ifndef SIM_MEASURE_SIDES_H
#define SIM_MEASURE_SIDES_H

#include "sim/measure/quantile.h"

enum { SIDE_NONE = UINT16_MAX };

/* A stretch of time in which the same partitions held. */
struct side_stretch {
    sim_time from, until;
    const uint16_t *side_of; /* by endpoint; NULL: too many endpoints to keep */
    uint8_t *lives;          /* by side: a node of it was up at a time */
    uint32_t side_count;     /* sides known by then */
};

struct side_nodes {
    uint32_t system;
    const node_id *nodes; /* ascending */
    uint32_t count;
};

/* Lives in the world's state arena, and is restored with it. */
struct sides {
    struct arena *arena;
    const struct cluster *cluster;
    const struct measures_config *config;
    uint32_t partitions; /* in force */
    struct side_stretch *stretches;
    uint32_t stretch_count, stretch_capacity;
    struct side_nodes *items;
    uint32_t count, capacity;
    size_t kept_bytes;
    bool is_open; /* the last stretch goes on */
};

struct sides *sides_new(struct cluster *cluster, const struct measures_config *config); /* observes it */
void sides_finish(struct sides *sides, sim_time ended);

/* The side of an operation that was invoked while a partition held; SIDE_NONE. */
uint16_t sides_of_operation(const struct sides *sides, const struct operation *operation);

/* What clients of each side met while a partition held: `*count` sides, from malloc; `other` is of those on no side.
 * The window is that of the partitions. */
struct partition_side *sides_measure(const struct sides *sides, const struct evidence *evidence,
                                     const struct window *window, const struct samples *versions,
                                     struct partition_side *other, uint32_t *count);

#endif
