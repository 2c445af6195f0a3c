/* Counting operations. */
#include "sim/measure/operations.h"

#include "sim/measure/interval.h"

struct samples operations_latency(const struct evidence *evidence) {
    struct samples latency = {0};
    for (uint32_t i = 0; i < evidence->history->count; i++) {
        const struct operation *it = &evidence->history->operations[i];
        if (it->outcome == OUTCOME_OK) {
            samples_add(&latency, evidence, it->completed - it->invoked, i);
        }
    }
    samples_sort(&latency);
    return latency;
}

static sim_time deadline_of(const struct evidence *evidence, const struct operation *operation) {
    const struct measures_config *config = evidence->config;
    sim_time deadline = SIM_NEVER;
    if (operation->workload < config->workload_count) {
        deadline = config->workloads[operation->workload].deadline;
    }
    return deadline < SIM_NEVER - operation->invoked ? operation->invoked + deadline : SIM_NEVER;
}

enum operation_answer operations_answer(const struct evidence *evidence, const struct operation *operation) {
    sim_time deadline = deadline_of(evidence, operation);
    if (operation->outcome == OUTCOME_INFO && operation->completed == SIM_NEVER && deadline > evidence->ended) {
        return ANSWER_OPEN;
    }
    return operation->outcome == OUTCOME_OK && operation->completed <= deadline ? ANSWER_SERVED : ANSWER_NONE;
}

bool operations_availability(const struct filter *filter, double *share) {
    const struct evidence *evidence = filter->evidence;
    uint64_t asked = 0, served = 0;
    for (uint32_t i = 0; i < evidence->history->count; i++) {
        if (filter_has(filter, i)) {
            enum operation_answer answer = operations_answer(evidence, &evidence->history->operations[i]);
            asked += answer != ANSWER_OPEN;
            served += answer == ANSWER_SERVED;
        }
    }
    *share = asked > 0 ? (double)served / (double)asked : 0;
    return asked > 0;
}

uint32_t operations_ok(const struct filter *filter) {
    const struct history *history = filter->evidence->history;
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        count += history->operations[i].outcome == OUTCOME_OK && filter_has(filter, i);
    }
    return count;
}

bool operations_throughput(const struct filter *filter, double *per_second) {
    sim_time length = window_length(filter->window);
    if (length == 0 || !filter_occurs(filter)) {
        return false;
    }
    *per_second = (double)operations_ok(filter) / ((double)length / 1e9);
    return true;
}
