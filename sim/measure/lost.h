/* What is left at the end: acknowledged writes that are lost, keys on which the replicas differ. */
#ifndef SIM_MEASURE_LOST_H
#define SIM_MEASURE_LOST_H

#include "sim/measure/story.h"

/* What live nodes hold for a key when the run is over. */
struct finals {
    const void *context;
    uint32_t most; /* values that `of` may give for one key */
    /* Fills `values` and returns how many; 0: nobody can tell. With `authority`, only the value that counts is given if
     * one node's does: that of the leader. */
    uint32_t (*of)(const void *context, uint32_t system, uint64_t key, bool authority, int64_t *values);
};

/* Acknowledged writes, of those that the filter takes, that are certainly lost. Let the key's final value be
 * that of a write f: a write acknowledged after it was invoked after f's acknowledgement, and nothing that came later
 * can have put f's value back. So it is lost; if the key holds nothing, all are. Where nodes differ, it is lost if it
 * is so by each of the values. Of a counter: what the final value lacks of the acknowledged sum, in increments of the
 * size of the smallest. A final value that nobody is known to have written says nothing. Of counters, nothing but the
 * whole time after the warm-up can be judged. False if no key could be judged. */
bool lost_writes(const struct filter *filter, const struct stories *stories, const struct finals *finals,
                 uint64_t *lost);

/* Keys for which live nodes hold different values, without those with a write still under way. */
bool lost_divergent_keys(const struct evidence *evidence, const struct stories *stories, const struct finals *finals,
                         uint64_t *keys);

#endif
