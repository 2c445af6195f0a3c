/* The cluster's counters of messages, bytes and syncs, read at the borders of windows, so that each window has its own.
 */
#ifndef SIM_MEASURE_TRAFFIC_H
#define SIM_MEASURE_TRAFFIC_H

#include "sim/measure/measure.h"

struct traffic_note {
    sim_time at;
    struct traffic seen;
};

/* Lives in the world's state arena. */
struct traffic_notes {
    struct arena *arena;
    struct traffic_note *items; /* in order of time */
    uint32_t count, capacity;
};

void traffic_note(struct traffic_notes *notes, const struct cluster *cluster);

/* What was counted in a window of a run that ended at `ended`; the counters begin with the end of the warm-up. False if
 * the counters were not read at one of its borders. */
bool traffic_of_window(const struct traffic_notes *notes, const struct cluster *cluster, const struct window *window,
                       sim_time warmup, sim_time ended, struct traffic *traffic);

#endif
