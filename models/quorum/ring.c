#include "models/quorum/ring.h"

#include "sim/spacelike.h"

#include <stdlib.h>

static int compare_points(const void *left, const void *right) {
    const struct qr_point *a = left, *b = right;
    if (a->position != b->position) {
        return a->position < b->position ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

struct qr_ring qr_ring_make(struct qr_point *points, const uint32_t *regions, uint32_t nodes, uint32_t vnodes,
                            uint64_t salt) {
    for (uint32_t node = 0; node < nodes; node++) {
        for (uint32_t i = 0; i < vnodes; i++) {
            uint64_t position = probe_hash(probe_hash(salt, node), i);
            points[node * vnodes + i] = (struct qr_point){position, node};
        }
    }
    qsort(points, (size_t)nodes * vnodes, sizeof *points, compare_points);
    return (struct qr_ring){points, nodes * vnodes, nodes, regions};
}

uint64_t qr_ring_position(uint64_t key) {
    return probe_hash(2, key);
}

static uint32_t first_point(const struct qr_ring *ring, uint64_t position) {
    uint32_t low = 0, high = ring->point_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ring->points[middle].position < position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ring->point_count ? low : 0;
}

/* From the point before to this one, around the circle. */
static double arc(const struct qr_ring *ring, uint32_t point) {
    uint32_t before = (point == 0 ? ring->point_count : point) - 1;
    uint64_t length = ring->points[point].position - ring->points[before].position;
    return before == point ? 1 : (double)length / 0x1p64;
}

void qr_ring_shares(const struct qr_ring *ring, double *shares) {
    for (uint32_t node = 0; node < ring->node_count; node++) {
        shares[node] = 0;
    }
    for (uint32_t i = 0; i < ring->point_count; i++) {
        shares[ring->points[i].node] += arc(ring, i);
    }
}

double qr_ring_moved(const struct qr_ring *before, const struct qr_ring *after) {
    double share = 0;
    for (uint32_t i = 0; i < after->point_count; i++) {
        const struct qr_point *point = &after->points[i];
        share += before->points[first_point(before, point->position)].node != point->node ? arc(after, i) : 0;
    }
    return share;
}

static uint32_t count_in_region(const struct qr_ring *ring, uint32_t region, const uint16_t *nodes, uint32_t count) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        found += ring->regions[nodes[i]] == region;
    }
    return found;
}

static bool is_among(uint32_t node, const uint16_t *nodes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i] == node) {
            return true;
        }
    }
    return false;
}

/* Goes on around the circle with nodes that are not there yet, and whose region has at most `most` of them before. */
static uint32_t walk(const struct qr_ring *ring, uint32_t start, uint32_t most, uint16_t *nodes, uint32_t found,
                     uint32_t count) {
    for (uint32_t i = 0; i < ring->point_count && found < count; i++) {
        uint32_t at = start + i < ring->point_count ? start + i : start + i - ring->point_count;
        uint32_t node = ring->points[at].node;
        if (!is_among(node, nodes, found) &&
            (most == UINT32_MAX || count_in_region(ring, ring->regions[node], nodes, found) <= most)) {
            nodes[found++] = (uint16_t)node;
        }
    }
    return found;
}

uint32_t qr_ring_walk(const struct qr_ring *ring, enum qr_placement placement, uint64_t key, uint32_t replicas,
                      uint16_t *nodes, uint32_t count) {
    uint32_t start = first_point(ring, qr_ring_position(key)), found = 0;
    count = count < ring->node_count ? count : ring->node_count;
    replicas = replicas < count ? replicas : count;
    /* One of each region, then a second of each, and so on. */
    for (uint32_t most = 0; placement == QR_PLACE_REGIONS && found < replicas; most++) {
        found = walk(ring, start, most, nodes, found, replicas);
    }
    return walk(ring, start, UINT32_MAX, nodes, found, count);
}
