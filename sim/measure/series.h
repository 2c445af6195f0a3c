/* The operations of a run in equal buckets of time. */
#ifndef SIM_MEASURE_SERIES_H
#define SIM_MEASURE_SERIES_H

#include "sim/measure/staleness.h"

/* `latency` and `staleness` are sorted. free() the result. */
struct series_bucket *series_make(const struct evidence *evidence, const struct samples *latency,
                                  const struct staleness *staleness, sim_time width, uint32_t *count);

#endif
