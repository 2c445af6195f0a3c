/* Branches: a run comes to a moment once, and from there takes several futures, one after the other.
 *
 * Each future begins with the very same state, and meets the same weather: chance is addressed, so that a message that
 * is sent in two of them takes the same time in both. */
#ifndef SIM_STUDY_BRANCH_H
#define SIM_STUDY_BRANCH_H

#include "sim/study/run.h"

/* From now on, between two calls of run_advance and before the conclusion, the run is one of `scenario`: the run's own
 * scenario read again with changes from this moment on (scenario_options.changes). Both have to outlive the run. False,
 * with a sentence in `error` and nothing changed, if they differ in what cannot change. */
bool run_change(struct run *run, const struct scenario *scenario, struct text *error);

/* Told of each future when it is over, concluded, before the next begins. */
typedef void (*branch_teller)(void *context, struct run *run, uint32_t branch);

/* The futures of a run that stands where they part. `scenarios` has one a branch; NULL: unchanged. The run ends as the
 * last of them. False with a sentence in `error` as of run_change. */
bool branches_run(struct run *run, const struct scenario *const *scenarios, uint32_t count, branch_teller tell,
                  void *context, struct text *error);

#endif
