/* What is looked at between events: the counters where windows begin and end, and replicas that heal.
 *
 * Looking changes nothing in the run: no event, no draw. */
#ifndef SIM_MEASURE_MARKS_H
#define SIM_MEASURE_MARKS_H

#include "sim/measure/recorder.h"
#include "sim/measure/settle.h"
#include "sim/measure/traffic.h"

/* Lives in the world's state arena, and is restored with it. */
struct marks {
    struct arena *arena;
    const struct cluster *cluster;
    const struct load *load;
    const struct measures_config *config;
    struct recorder *recorder;
    struct traffic_notes notes;
    struct settle_watch *watches; /* in order of time */
    uint32_t watch_count, watch_capacity;
    uint32_t partitions; /* in force */
    sim_time healed;     /* when the last partition ended; SIM_NEVER while one holds, and before all */
    sim_time last;       /* mark */
    bool is_asked;       /* somebody runs the world from mark to mark */
};

struct marks *marks_new(struct cluster *cluster, const struct load *load, const struct measures_config *config,
                        struct recorder *recorder); /* observes the cluster */
sim_time marks_next(struct marks *marks);           /* SIM_NEVER: none */
void marks_look(struct marks *marks);

/* The heals of all systems that can be seen to converge, in order of time: those that publish what they apply, by the
 * recorder, the others by watches. `sees` has one flag a system. From malloc. */
struct heal *marks_heals(const struct marks *marks, uint32_t *count, bool *sees);

#endif
