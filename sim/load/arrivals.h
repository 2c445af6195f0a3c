/* When a client invokes its next operation. Each client is a stream of its own: with Poisson arrivals of the whole
 * workload's rate over its clients, so that together they are Poisson again, and taking one away leaves the others. */
#ifndef SIM_LOAD_ARRIVALS_H
#define SIM_LOAD_ARRIVALS_H

#include "sim/load/load.h"

/* What the rate is multiplied with at a time: ramp times phases. */
double arrivals_factor(const struct workload_config *workload, const struct load_config *config, sim_time at);

/* The most that arrivals_factor can give. */
double arrivals_most(const struct workload_config *workload, const struct load_config *config);

/* The time of arrival after `before` (open arrivals), of client `client` of the workload; SIM_NEVER: none. `key`
 * addresses its draws, `*number` counts them. */
sim_time arrivals_next(const struct workload_config *workload, const struct load_config *config, uint32_t client,
                       sim_time before, uint64_t key, uint64_t *number);

#endif
