/* Why the operations of a run are not linearizable. */
#ifndef VIZ_WITNESS_RUN_H
#define VIZ_WITNESS_RUN_H

#include "sim/check/witness.h"
#include "sim/study/run.h"

/* Of one workload; false, and an empty witness, if its operations are linearizable or of another kind. The check is
 * done again: a run keeps its verdict, not the search. witness_free in either case. */
bool witness_of_workload(const struct run *run, uint16_t workload, struct witness *witness);

/* Of the first workload that is not linearizable. */
bool witness_of_run(const struct run *run, struct witness *witness);

#endif
