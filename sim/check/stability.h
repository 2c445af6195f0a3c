/* Stable leadership: while nothing changes for the machines, and no more than a minority of a system is ill, its leader
 * stays (Ongaro's dissertation, 4.2.3, 6.2 and 9.6: what pre-vote and the check of the quorum are for). A server that
 * hears nobody, but is heard, must not depose one leader after another.
 *
 * Judged in stretches of time in which no fault begins or ends and those that hold are crashes, pauses and partitions
 * that leave a majority of the system's nodes alone; and there after some time in which a leader may be found. */
#ifndef SIM_CHECK_STABILITY_H
#define SIM_CHECK_STABILITY_H

#include "sim/check/verdict.h"
#include "sim/machine/cluster.h"

#define STABILITY_SETTLES (2 * SIM_SECOND)
enum { STABILITY_ELECTIONS = 3 }; /* so many in one stretch are elections without end; one more may be a late one */

struct election {
    node_id leader;
    sim_time at;
};

/* Asked at the end of a run, with the elections of one system in the order of their times. Violated at the
 * STABILITY_ELECTIONS-th of a stretch; looked_at: the elections judged, and one for each stretch. Inconclusive if there
 * was no such stretch. */
struct check_result stability_check(const struct cluster *cluster, uint32_t system, const struct election *elections,
                                    uint32_t count);

#endif
