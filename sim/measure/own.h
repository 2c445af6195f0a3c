/* Metrics of models' own: what nodes report by PROBE_MEASURE, under the model's name. "gossip.rounds.p99" is the 99th
 * percentile of what the model "gossip" calls "rounds". */
#ifndef SIM_MEASURE_OWN_H
#define SIM_MEASURE_OWN_H

#include "sim/measure/evidence.h"

struct own_sample {
    int64_t value;
    sim_time at;
    uint32_t system, metric;
    node_id node;
};

/* While a run goes on, in the world's state arena, in order of time; after it, a sorted copy on the C heap. */
struct own_samples {
    struct own_sample *items;
    uint32_t count, capacity;
};

void own_add(struct own_samples *samples, struct arena *arena, struct own_sample sample);
struct own_samples own_sort(const struct own_samples *samples); /* by system, metric and value; free() its items */

/* How many samples make a number: the part of a name behind its last dot. */
extern const char *const own_statistics[]; /* "count", "sum", ..., "variation"; ends with NULL */

/* The value of a metric of a model by its full name, over all systems with that model or one (FILTER_ANY: all).
 * "variation" compares the sums of the nodes of these systems, also of those that reported nothing: their standard
 * deviation over their mean. */
bool own_value(const struct own_samples *sorted, const struct cluster_config *config, const char *name,
               const struct filter *filter, double *value);

#endif
