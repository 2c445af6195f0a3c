/* Clients: they invoke operations as their workloads say, follow redirects, retry, and write the history. */
#ifndef SIM_LOAD_LOAD_H
#define SIM_LOAD_LOAD_H

#include "sim/load/config.h"
#include "sim/load/history.h"
#include "sim/machine/cluster.h"

struct load;

struct load_config {
    const struct workload_config *workloads;
    uint32_t workload_count;
    const struct phase_config *phases;
    uint32_t phase_count;
    sim_time duration; /* no operation is invoked at or after it */
};

struct load *load_new(struct cluster *cluster, const struct load_config *config);
void load_start(struct load *load);

/* Another configuration from now on, between two calls of world_run: the same clients, kinds of workloads, targets,
 * keys and routes; arrivals, mix, sizes, deadlines and retries may be different. What is under way goes on as it began.
 */
void load_change(struct load *load, const struct load_config *config);

/* At the end of a run: what is still open ends as info, completed SIM_NEVER. */
void load_finish(struct load *load);

const struct history *load_history(const struct load *load);

#endif
