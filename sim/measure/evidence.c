/* Choosing operations by window, kind, workload and system. */
#include "sim/measure/evidence.h"

#include "sim/measure/interval.h"

uint32_t evidence_system_of(const struct evidence *evidence, uint32_t workload) {
    const struct measures_config *config = evidence->config;
    return workload < config->workload_count ? config->workloads[workload].target : 0;
}

static bool has_kind(const struct filter *filter, uint32_t kind, uint32_t workload) {
    return (filter->kind == FILTER_ANY || filter->kind == kind) &&
           (filter->workload == FILTER_ANY || filter->workload == workload) &&
           (filter->system == FILTER_ANY || filter->system == evidence_system_of(filter->evidence, workload));
}

bool filter_takes(const struct filter *filter, sim_time invoked, uint32_t kind, uint32_t workload) {
    return has_kind(filter, kind, workload) && window_has(filter->window, invoked);
}

bool filter_has(const struct filter *filter, uint32_t operation) {
    const struct operation *it = &filter->evidence->history->operations[operation];
    return filter_takes(filter, it->invoked, it->kind, it->workload);
}

bool filter_occurs(const struct filter *filter) {
    const struct history *history = filter->evidence->history;
    for (uint32_t i = 0; i < history->count; i++) {
        if (has_kind(filter, history->operations[i].kind, history->operations[i].workload)) {
            return true;
        }
    }
    return false;
}

static bool writes(const struct operation *operation) {
    return operation->kind == OP_WRITE || operation->kind == OP_CAS || operation->kind == OP_INCREMENT ||
           operation->kind == OP_APPEND;
}

bool operation_may_have_written(const struct operation *operation) {
    return writes(operation) && operation->outcome != OUTCOME_FAIL &&
           (operation->outcome == OUTCOME_INFO || operation->kind != OP_CAS || operation->result == 1);
}

bool operation_has_written(const struct operation *operation) {
    return operation->outcome == OUTCOME_OK && operation_may_have_written(operation);
}
