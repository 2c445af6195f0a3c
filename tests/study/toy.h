/* A model for tests of runs and verdicts: it breaks invariants at given times, and its behaviour may depend on where
 * its state lies in memory, which no model's may. */
#ifndef TESTS_STUDY_TOY_H
#define TESTS_STUDY_TOY_H

#include "sim/scenario/scenario.h"

/* Parameters: "leaders" nodes say at "lead_at" that they lead term 1; at "differ_at", unless it is 0, every node
 * applies another entry at index 1; "impure" is "no", "timer", "bytes" or "probe". */
extern const struct model toy_model;

/* The toy, and all models of the registry. */
const struct model_list *toy_and_registry(void);

/* A scenario from text in which ' stands for "; fails the test if it cannot be read. */
struct scenario *scenario_of(const char *text, uint64_t seed);

#endif
