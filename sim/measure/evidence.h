/* What the measures are computed from once a run is over, and how a part of it is chosen. Plain data, so that a test
 * makes it by hand, without a cluster. */
#ifndef SIM_MEASURE_EVIDENCE_H
#define SIM_MEASURE_EVIDENCE_H

#include "sim/measure/interval.h"

struct evidence {
    const struct history *history;
    const struct measures_config *config;
    const struct fault_occurrence *occurrences;
    uint32_t occurrence_count;
    sim_time ended; /* when the run was over */
};

#define FILTER_ANY UINT32_MAX

/* The operations of a window, of one kind and one workload or system, or of any. */
struct filter {
    const struct evidence *evidence;
    const struct window *window;
    uint32_t kind, workload, system; /* FILTER_ANY: all */
};

/* These are asked of every operation for every metric: they stand here so that such loops need no calls. */
static inline uint32_t evidence_system_of(const struct evidence *evidence, uint32_t workload) {
    const struct measures_config *config = evidence->config;
    return workload < config->workload_count ? config->workloads[workload].target : 0;
}

static inline bool filter_has_kind(const struct filter *filter, uint32_t kind, uint32_t workload) {
    return (filter->kind == FILTER_ANY || filter->kind == kind) &&
           (filter->workload == FILTER_ANY || filter->workload == workload) &&
           (filter->system == FILTER_ANY || filter->system == evidence_system_of(filter->evidence, workload));
}

static inline bool filter_takes(const struct filter *filter, sim_time invoked, uint32_t kind, uint32_t workload) {
    return filter_has_kind(filter, kind, workload) && window_has(filter->window, invoked);
}

static inline bool filter_has(const struct filter *filter, uint32_t operation) {
    const struct operation *it = &filter->evidence->history->operations[operation];
    return filter_takes(filter, it->invoked, it->kind, it->workload);
}

/* True if an operation of the filter's kind, workload and system occurs in the history, in whatever window. */
bool filter_occurs(const struct filter *filter);

/* True for what an operation that changes data may have changed: it did, or nobody knows that it did not. */
bool operation_may_have_written(const struct operation *operation);
bool operation_has_written(const struct operation *operation); /* acknowledged */

#endif
