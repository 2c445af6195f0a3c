/* Designs side by side under the same weather: the same seeds, whose draws are addressed, so that what both designs do
 * meets the same latencies, losses and faults. Differences are taken seed by seed. */
#ifndef SIM_STUDY_COMPARE_H
#define SIM_STUDY_COMPARE_H

#include "sim/study/statistics.h"
#include "sim/study/store.h"

#define COMPARE_LEVEL 0.95

struct design {
    struct store *store;
    uint64_t point; /* of the store's grid */
};

/* A metric of a design, against the first design. */
struct compared {
    size_t runs;                /* that have a value */
    struct estimate mean;       /* NaN without values */
    size_t pairs;               /* seeds for which both have a value */
    struct estimate difference; /* this one less the first, mean over the pairs; of the first itself: 0 */
    bool is_different;          /* the interval of the difference excludes 0 */
};

/* Fills `results`, one a design. */
bool compare_metric(const struct design *designs, uint32_t count, const char *metric, const char *window,
                    struct compared *results, struct text *error);

/* Whether more of the metric is better: availability, throughput, uptime; of all others less is. */
bool compare_more_is_better(const char *metric);

/* Marks the designs that no other dominates. One dominates another when it is better in some objective and worse in
 * none; "better" and "worse" are differences whose interval excludes 0. An objective that one of the two has no values
 * of decides nothing. */
bool compare_front(const struct design *designs, uint32_t count, const char *const *objectives,
                   uint32_t objective_count, const char *window, bool *is_on_front, struct text *error);

#endif
