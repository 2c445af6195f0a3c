/* The names of metrics: what SCENARIO.md lists, and how people read their values. */
#ifndef SIM_MEASURE_METRIC_H
#define SIM_MEASURE_METRIC_H

#include <stdbool.h>

struct price {        /* in one currency */
    const char *name; /* "node_hour", "cross_region_gib", ... */
    double amount;
};

/* True if `name`, without a workload's prefix, names a metric: "read.latency.p99", "consistency.at.5ms". */
bool metric_is_known(const char *name);
bool metric_is_duration(const char *name); /* in seconds; people read it as "3.2 ms" */
bool metric_is_share(const char *name);    /* 0 to 1; people read it as "99.95 %" */

/* Names for suggestions, schema and help, with OP, OFFSET spelled out for the common ones; ends with NULL. */
extern const char *const metric_names[];

#endif
