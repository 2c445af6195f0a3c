/* How long a system was without a working leader. */
#ifndef SIM_MEASURE_ELECTION_H
#define SIM_MEASURE_ELECTION_H

#include "sim/measure/evidence.h"
#include "sim/measure/recorder.h"

struct succession {
    sim_time lost;       /* when the leader before was lost */
    sim_time time;       /* until the next one's first commit in its own term */
    sim_time leaderless; /* until the next one has its votes */
    uint32_t system;
};

/* A leader counts from its first commit: one that is replaced before belongs to the search for the next. It is lost
 * when it crashed, or no longer took itself for the leader. Where a partition or pause hit it and holds until that
 * moment, or until another leads in a higher term while it still believes, it was lost when the fault began, or at its
 * last commit if that came later. One that was replaced while it still believed,
 * for no such reason, was not lost.
 * `*count` successions, in the order of the leaders; free() them. */
struct succession *elections_measure(const struct evidence *evidence, const struct tenure *tenures,
                                     uint32_t tenure_count, uint32_t *count);

#endif
