/* The named windows of a run. */
#ifndef SIM_MEASURE_WINDOWS_H
#define SIM_MEASURE_WINDOWS_H

#include "sim/measure/evidence.h"
#include "sim/measure/interval.h"
#include "sim/measure/recorder.h"

struct windows {
    struct window *items;   /* "all", "partition", "healing", "connected", then faults and phases in their order */
    struct intervals *sets; /* what the items point into */
    uint32_t count, capacity;
};

#define WINDOWS_HEALING_MOST (30 * SIM_SECOND)

/* `heals` in order of time; `publishes` says of each system whether its replicas can be seen to converge. */
struct windows windows_make(const struct evidence *evidence, const struct heal *heals, uint32_t heal_count,
                            const bool *publishes);
const struct window *windows_find(const struct windows *windows, const char *name);
void windows_free(struct windows *windows);

#endif
