/* The decisions of a run written into its scenario: every fault that struck, once, at its time and its targets.
 *
 * What is periodic, random or aimed at a role depends on everything before it, so that a small change elsewhere moves
 * it. A single fault at a fixed time on named nodes does not. */
#ifndef SIM_STUDY_RESOLVE_H
#define SIM_STUDY_RESOLVE_H

#include "sim/study/run.h"

#include <cjson/cJSON.h>

/* Runs the scenario in this process, and replaces the "faults" of `root`, the tree of its text, by those that struck up
 * to `until`. With `keeps_chance`, faults that draw for single messages (degrade, drop-messages) stay as they are, for
 * their draws go by their names. `times` (NULL, or an array of the tree's library) gets the times at which operations
 * of workload 0 were invoked up to then. */
void resolve_faults(const struct scenario *scenario, cJSON *root, sim_time until, bool keeps_chance, cJSON *times);

#endif
