/* How old the data was that reads returned. */
#ifndef SIM_MEASURE_STALENESS_H
#define SIM_MEASURE_STALENESS_H

#include "sim/measure/quantile.h"
#include "sim/measure/story.h"

/* One sample a read that can be judged, in each, by value. */
struct staleness {
    struct samples age;      /* ns since the data was certainly outdated when the read was invoked; 0: it was not */
    struct samples versions; /* acknowledged writes that the read missed; 0: none, the read is not stale */
};

/* A read is stale if, when it was invoked, a write to its key had been acknowledged that is certainly newer than what
 * it returned: invoked after the acknowledgement of the write that was read (story.h). Its age counts from the first
 * such acknowledgement. Of a counter, it is stale if its value is below the sum of the increments acknowledged before
 * it; its age counts from the acknowledgement with which the sum exceeded the value. Reads of a value that nobody is
 * known to have written are left out. */
struct staleness staleness_measure(const struct evidence *evidence, const struct stories *stories);
void staleness_free(struct staleness *staleness);

/* Of reads of staleness workloads: 1 if it returned the value that had just been acknowledged to its client, or one
 * that is not certainly older; 0 if not. By offset. */
struct samples staleness_trials(const struct evidence *evidence, const struct stories *stories);

/* The share of trials at an offset that were not stale. */
bool staleness_consistent_at(const struct samples *trials, const struct filter *filter, sim_time offset, double *share);

/* The offsets that were tested, ascending, each once; free() them. */
uint32_t staleness_offsets(const struct evidence *evidence, sim_time **offsets);

/* The offset from which on a share of 0.999 is not stale. Shares of longer offsets count with those of shorter ones
 * where chance has them fall; between two offsets that were tested it is interpolated (where no stale read was
 * seen at the longer one, as if half a read had been). False if no offset that was tested is long enough. */
bool staleness_visibility(const struct samples *trials, const struct filter *filter, sim_time *offset);

#endif
