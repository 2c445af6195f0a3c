/* Addressed chance: a draw is a function of where it is used, not of what was drawn before.
 *
 * The address is (seed, purpose, entity, counter): message n on link a-b, operation n of client k. So removing one
 * client or one message leaves every other draw as it was. An address gives a short private stream, because some
 * distributions need more than one number. */
#ifndef SIM_BASE_DRAW_H
#define SIM_BASE_DRAW_H

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

/* The key of an entity: computed once, when the entity is made. `entity` is a hash of its name. */
uint64_t draw_key(uint64_t seed, enum draw_purpose purpose, uint64_t entity);

/* The stream of use number `counter` of that entity. */
struct draw draw_at(uint64_t key, uint64_t counter);

uint64_t draw_u64(struct draw *draw);
double draw_unit(struct draw *draw);                    /* uniform in (0, 1), never 0 or 1: odd multiples of 2^-53 */
uint64_t draw_below(struct draw *draw, uint64_t bound); /* uniform in 0..bound-1, without bias; bound > 0 */
int64_t draw_between(struct draw *draw, int64_t low, int64_t high); /* both included; low <= high */

#endif
