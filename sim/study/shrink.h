/* Shrinking: the smallest scenario that fails in the same way, found by leaving things out and trying again.
 *
 * First every fault that struck is written down as a single one, with its time and its targets (resolve.h), and what
 * lies behind the failure is cut off. Then, round by round until nothing gets smaller: faults, operations, clients and
 * nodes are taken away (halves first, then single ones: Zeller's delta debugging), parameters fall back to their
 * defaults, distributions become constants, times become round and short. Each step is a run in a process of its own,
 * and stays only if that run fails with the same fingerprint. When nothing gets smaller with the seed at hand, some
 * other seeds are tried with each step. The result depends on the scenario alone. */
#ifndef SIM_STUDY_SHRINK_H
#define SIM_STUDY_SHRINK_H

#include "sim/study/trial.h"

struct shrink_size {
    uint32_t nodes, clients, faults, params;
    sim_time duration;
    uint64_t bytes; /* of the text */
};

struct shrink_progress {
    uint64_t runs, most_runs;
    struct shrink_size size;
    const char *step; /* "faults" */
};

struct shrink_options {
    const struct model_list *models;
    uint64_t most_runs;                                                      /* 0: 10000 */
    bool (*progress)(void *context, const struct shrink_progress *progress); /* false stops. NULL: nobody */
    void *progress_context;
};

struct shrink_result {
    struct fingerprint fingerprint; /* empty: the scenario does not fail, and nothing was done */
    struct text scenario;           /* free with text_free */
    struct shrink_size before, after;
    uint64_t runs;
    bool ran_out; /* of runs, or was stopped: it may get smaller still */
};

void shrink_scenario(const struct scenario *scenario, const struct shrink_options *options,
                     struct shrink_result *result);

struct shrink_size shrink_size_of(const struct scenario *scenario);

#endif
