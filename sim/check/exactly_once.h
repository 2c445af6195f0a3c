/* Exactly once, seen from counters: an increment that was asked once is counted once, however often it was sent.
 *
 * A key on which clients only read and increment is a counter. At the end of the run no node may hold more for it than
 * all increments that may have happened, and a whole counter no less than those that were acknowledged: that other half
 * is the check no-lost-writes. */
#ifndef SIM_CHECK_EXACTLY_ONCE_H
#define SIM_CHECK_EXACTLY_ONCE_H

#include "sim/check/verdict.h"
#include "sim/load/load.h"

/* Asked at the end of a run, of one workload on system `system`, whose keys no other workload touches. Looks at
 * nothing if the workload has no counters, or the model does not let its values be seen (`peek`). */
struct check_result exactly_once_check(const struct cluster *cluster, const struct history *history, uint16_t workload,
                                       uint32_t system);

#endif
