/* The names of metrics: what SCENARIO.md lists, and how people read their values. */
#ifndef SIM_MEASURE_METRIC_H
#define SIM_MEASURE_METRIC_H

#include "sim/spacelike.h"

struct price {        /* in one currency */
    const char *name; /* "node_hour", "cross_region_gib", ... */
    double amount;
};

/* True if `name`, without a workload's prefix, names a metric: "read.latency.p99", "consistency.at.5ms". */
bool metric_is_known(const char *name);
bool metric_is_duration(const char *name); /* in seconds; people read it as "3.2 ms" */
bool metric_is_share(const char *name);    /* 0 to 1; people read it as "99.95 %" */
bool metric_is_scaled(const char *name);   /* of a model's own: samples are billionths of it, nanoseconds say */

/* True if `name` is a metric of the model's own with a statistic, "gossip.rounds.p99": number `*metric` of its table,
 * and of own_statistics. */
bool metric_find_own(const char *name, const struct model *model, uint32_t *metric, uint32_t *statistic);

/* Names for suggestions, schema and help, with OP, OFFSET spelled out for the common ones; ends with NULL. */
extern const char *const metric_names[];

#endif
