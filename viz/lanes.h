/* Things with a beginning and an end that overlap in time stand in lanes below one another. */
#ifndef VIZ_LANES_H
#define VIZ_LANES_H

#include "sim/spacelike.h"

enum { LANES_MOST = 3 };

struct lanes {
    uint32_t count;            /* of lanes in use, at least 1 */
    sim_time ends[LANES_MOST]; /* of what is in them so far */
};

/* The lane of the next thing, in the order of beginnings: the first that is free, or the last. */
uint32_t lanes_take(struct lanes *lanes, sim_time from, sim_time until);

#endif
