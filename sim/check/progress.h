/* Liveness: once the last fault has ended, operations succeed again within a bound.
 *
 * No finite run proves that a system would never have gone on; a bound that is long beside elections and retries makes
 * the accusation fair. What is judged is the whole of a workload: one operation that succeeds is progress. */
#ifndef SIM_CHECK_PROGRESS_H
#define SIM_CHECK_PROGRESS_H

#include "sim/check/verdict.h"
#include "sim/load/load.h"

/* Less time than this after the last fault says nothing about liveness. */
#define PROGRESS_LEAST_CALM (2 * SIM_SECOND)
#define PROGRESS_BOUND (10 * SIM_SECOND)
/* A network that loses messages may lose what all of a few operations took. */
#define PROGRESS_LEAST_ASKED 5

struct progress_question {
    const struct cluster *cluster;
    const struct history *history;
    uint16_t workload; /* index */
    uint32_t system;   /* that it asks */
    sim_time bound;    /* 0: PROGRESS_BOUND; what is left of the run if that is less */
};

/* True when no fault holds any more; `*since` is when the last one ended. */
bool progress_is_healed(const struct cluster *cluster, sim_time *since);

/* Asked at the end of a run. Violated if no operation of the workload succeeded within the bound although one could
 * have: the detail says of each node of the system whether it is up and what its state is (`inspect`). Inconclusive if
 * a fault lasts to the end, if too little of the run is left after the last one, or if the workload asked nothing then,
 * or too little. */
struct check_result progress_check(const struct progress_question *question);

#endif
