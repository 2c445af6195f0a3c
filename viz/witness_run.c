#include "viz/witness_run.h"

bool witness_of_workload(const struct run *run, uint16_t workload, struct witness *witness) {
    struct linear_witness found;
    struct linear_options options = {.max_steps = run->options.linear_steps};
    enum workload_kind kind = run->scenario->workloads[workload].kind;
    *witness = (struct witness){0};
    if (kind != WORKLOAD_KV && kind != WORKLOAD_REGISTER && kind != WORKLOAD_STALENESS) {
        return false;
    }
    if (linear_check(load_history(run->load), workload, &options, &found).verdict == VERDICT_VIOLATED) {
        witness_of_history(witness, load_history(run->load), &found);
    }
    linear_witness_free(&found);
    return witness->count > 0;
}

bool witness_of_run(const struct run *run, struct witness *witness) {
    *witness = (struct witness){0};
    for (uint32_t w = 0; w < run->scenario->workload_count; w++) {
        if (witness_of_workload(run, (uint16_t)w, witness)) {
            return true;
        }
        witness_free(witness);
    }
    return false;
}
