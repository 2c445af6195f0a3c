/* What the measures are computed from once a run is over, and how a part of it is chosen. Plain data, so that a test
 * makes it by hand, without a cluster. */
#ifndef SIM_MEASURE_EVIDENCE_H
#define SIM_MEASURE_EVIDENCE_H

#include "sim/measure/measure.h"

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

bool filter_has(const struct filter *filter, uint32_t operation);
bool filter_takes(const struct filter *filter, sim_time invoked, uint32_t kind, uint32_t workload);

/* True if an operation of the filter's kind, workload and system occurs in the history, in whatever window. */
bool filter_occurs(const struct filter *filter);

uint32_t evidence_system_of(const struct evidence *evidence, uint32_t workload);

/* True for what an operation that changes data may have changed: it did, or nobody knows that it did not. */
bool operation_may_have_written(const struct operation *operation);
bool operation_has_written(const struct operation *operation); /* acknowledged */

#endif
