/* Addressed chance: a draw is a function of where it is used, not of what was drawn before.
 *
 * The address is (seed, purpose, entity, counter): message n on link a-b, operation n of client k. So removing one
 * client or one message leaves every other draw as it was. An address gives a short private stream, because some
 * distributions need more than one number. */
#ifndef SIM_BASE_DRAW_H
#define SIM_BASE_DRAW_H

#include "sim/base/hash.h"

#include <stdint.h>

/* What a draw is for; a new purpose goes at the end, so that old traces keep their draws. */
enum draw_purpose {
    DRAW_LATENCY,
    DRAW_LOSS,
    DRAW_DUPLICATE,
    DRAW_SERVICE,
    DRAW_DISK,
    DRAW_MODEL,
    DRAW_ARRIVAL,
    DRAW_OPERATION,
    DRAW_ROUTE,
    DRAW_BACKOFF,
    DRAW_FAULT_TIME,
    DRAW_FAULT_TARGET,
    DRAW_CLOCK,
    DRAW_TEST,
    DRAW_RESAMPLE, /* of bootstrap intervals */
    DRAW_SWARM,    /* what a hunt makes a scenario of */
    DRAW_SYSTEM    /* what all nodes of a system know */
};

struct draw {
    uint64_t state;
};

#define DRAW_GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* The key of an entity: computed once, when the entity is made. `entity` is a hash of its name. */
uint64_t draw_key(uint64_t seed, enum draw_purpose purpose, uint64_t entity);

/* The stream of use number `counter` of that entity. */
static inline struct draw draw_at(uint64_t key, uint64_t counter) {
    return (struct draw){hash_mix(key + hash_mix(counter + DRAW_GOLDEN))};
}

static inline uint64_t draw_u64(struct draw *draw) { /* SplitMix64 (Steele, Lea and Flood 2014) */
    draw->state += DRAW_GOLDEN;
    return hash_mix(draw->state);
}

/* Uniform in (0, 1), never 0 or 1: odd multiples of 2^-53. */
static inline double draw_unit(struct draw *draw) {
    return ((double)(draw_u64(draw) >> 12) + 0.5) * 0x1p-52;
}

uint64_t draw_below(struct draw *draw, uint64_t bound);             /* uniform in 0..bound-1, without bias; bound > 0 */
int64_t draw_between(struct draw *draw, int64_t low, int64_t high); /* both included; low <= high */

#endif
