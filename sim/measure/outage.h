/* Outages: times in which clients asked and nothing succeeded. */
#ifndef SIM_MEASURE_OUTAGE_H
#define SIM_MEASURE_OUTAGE_H

#include "sim/measure/quantile.h"

/* The completion of every operation that has one, answered or given up, by time. */
struct samples outages_completions(const struct evidence *evidence);

struct outages {
    uint32_t count;
    sim_time longest, total;
};

/* In the filter's window, over the operations of its workload or system. An outage lasts from the last success (at the
 * start of the window: from then, or from the first invocation) until the next one (or the end of the window), if
 * operations waited in vain for `outage_after` of it. A pause of that length in which nobody asked is no part of it.
 * False if no operation was invoked or under way in the window. */
bool outages_measure(const struct filter *filter, const struct samples *completions, sim_time outage_after,
                     struct outages *outages);

#endif
