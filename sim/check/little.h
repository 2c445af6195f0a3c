/* Little's law (1961), as a check of the machine itself: in every queue of every run, the mean number is the rate of
 * arrivals times the mean stay. Over a finite time it holds exactly once what is there at either end is counted for the
 * part of its stay that lies within; so a difference of a nanosecond is a fault of the simulation. */
#ifndef SIM_CHECK_LITTLE_H
#define SIM_CHECK_LITTLE_H

#include "sim/check/verdict.h"
#include "sim/machine/cluster.h"

/* Asked at the end of a run, of all nodes; looked_at: what came to their cores since the measures were reset. */
struct check_result little_check(const struct cluster *cluster);

#endif
