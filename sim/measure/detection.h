/* Failure detection: how long until the nodes of a system know that one of them is down, and how often they are wrong.
 */
#ifndef SIM_MEASURE_DETECTION_H
#define SIM_MEASURE_DETECTION_H

#include "sim/measure/measure.h"

/* A crash, and what the others said while it lasted. */
struct detection {
    sim_time down;
    sim_time first; /* somebody took it for failed, or suspected it; SIM_NEVER */
    sim_time all;   /* every other live node of the system took it for failed; SIM_NEVER */
    uint32_t system;
    uint32_t knowing; /* nodes that took it for failed */
};

struct false_alarm {
    sim_time at;
    uint32_t system;
};

/* Node `by` takes node `about` of its system for failed. */
struct burial {
    node_id by, about;
};

/* Lives in the world's state arena. */
struct detections {
    struct arena *arena;
    const struct cluster *cluster;
    struct detection *items; /* in order of time */
    uint32_t count, capacity;
    uint32_t *open;             /* by node: its crash that lasts, plus 1; 0: it is up */
    struct false_alarm *alarms; /* nodes that were up, and taken for failed */
    uint32_t alarm_count, alarm_capacity;
    struct burial *burials; /* those that hold: nobody has come to another opinion, or crashed, since */
    uint32_t burial_count, burial_capacity;
    bool *judges; /* by system: its nodes judge one another */
};

void detections_begin(struct detections *detections, struct arena *arena, const struct cluster *cluster);
void detections_crashed(struct detections *detections, node_id node);
void detections_booted(struct detections *detections, node_id node);
void detections_probe(struct detections *detections, const struct probe *probe); /* PROBE_SUSPECT */

#endif
