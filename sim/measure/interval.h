/* Sets of time intervals: what windows are made of. */
#ifndef SIM_MEASURE_INTERVAL_H
#define SIM_MEASURE_INTERVAL_H

#include "sim/measure/measure.h"

/* Zeroed, it is empty. Ascending and disjoint once intervals_tidy was called; the other functions keep it so. */
struct intervals {
    struct interval *items; /* from malloc; intervals_free */
    uint32_t count, capacity;
};

void intervals_add(struct intervals *set, sim_time from, sim_time until); /* anywhere; an empty one is left out */
void intervals_tidy(struct intervals *set);                               /* sorts; unites what overlaps or touches */
void intervals_clip(struct intervals *set, sim_time from, sim_time until);
struct intervals intervals_minus(const struct intervals *set, const struct intervals *without);
void intervals_free(struct intervals *set);

/* Asked of every operation for every metric: it stands here so that loops over operations need no call. */
static inline bool window_has(const struct window *window, sim_time at) {
    uint32_t low = 0, high = window->count; /* the first interval that ends after `at` */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (window->intervals[middle].until <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < window->count && window->intervals[low].from <= at;
}

bool window_has_all(const struct window *window, sim_time from, sim_time until); /* of that stretch */
sim_time window_length(const struct window *window);                             /* of all its intervals together */

#endif
