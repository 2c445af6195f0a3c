/* Consistent hashing: nodes own points of a circle, and a key belongs to the nodes that come next (Dynamo 4.2, 4.3). */
#ifndef MODELS_QUORUM_RING_H
#define MODELS_QUORUM_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qr_placement { QR_PLACE_RING, QR_PLACE_REGIONS };

struct qr_point {
    uint64_t position;
    uint32_t node;
};

struct qr_ring {
    struct qr_point *points; /* by position */
    uint32_t point_count, node_count;
    const uint32_t *regions; /* by node */
};

enum { QR_RING_ALWAYS = 1 }; /* the salt of a ring that is the same in every run */

/* `points` has room for nodes * vnodes. A node's points depend on the salt and its index alone, so that one that joins
 * takes keys from others and moves none between them. */
struct qr_ring qr_ring_make(struct qr_point *points, const uint32_t *regions, uint32_t nodes, uint32_t vnodes,
                            uint64_t salt);

/* Of each node, the share of the circle whose keys have it as their first replica. */
void qr_ring_shares(const struct qr_ring *ring, double *shares);

/* The share of the circle whose keys get another first replica when `after`, which has all points of `before`, takes
 * its place. */
double qr_ring_moved(const struct qr_ring *before, const struct qr_ring *after);

uint64_t qr_ring_position(uint64_t key);

/* The first `count` different nodes from the key's position on, into `nodes`; returns how many there are. The first
 * `replicas` of them are the key's home. With QR_PLACE_REGIONS those are spread as evenly over the regions as can be
 * (as Cassandra's NetworkTopologyStrategy does), and the others follow in the order of the circle. */
uint32_t qr_ring_walk(const struct qr_ring *ring, enum qr_placement placement, uint64_t key, uint32_t replicas,
                      uint16_t *nodes, uint32_t count);

#endif
