/* Histories for the tests of the linearizability checker: written by hand, made at random, and judged by brute force.
 */
#ifndef TESTS_CHECK_HISTORIES_H
#define TESTS_CHECK_HISTORIES_H

#include "sim/base/draw.h"
#include "sim/load/history.h"

struct arena;

/* Starts an empty history in an arena of its own. */
void histories_open(struct arena *arena, struct history *history);
void histories_clear(struct history *history);

/* Shape of a random history that is linearizable by construction. */
struct histories_shape {
    uint32_t operations, keys;
    uint32_t kinds;   /* bit 1 << kind */
    int64_t values;   /* arguments are below it; 0: every write has its own value */
    uint32_t overlap; /* how many operations are open at a time, about */
    uint32_t info_percent, fail_percent;
    uint32_t cas_hit_percent; /* cas that expect the value that they find */
};

/* Draws the instant of each operation, runs a register through them in that order, and opens an interval around each.
 */
void histories_make(struct history *history, const struct histories_shape *shape, struct draw *draw);

/* Tries every order of every subset that holds all completed operations of `key`. */
bool histories_brute_force(const struct history *history, uint64_t key, int64_t initial);

#endif
