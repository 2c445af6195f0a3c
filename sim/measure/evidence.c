/* Choosing operations by window, kind, workload and system. */
#include "sim/measure/evidence.h"

#include "sim/measure/interval.h"

uint32_t evidence_system_of(const struct evidence *evidence, const struct operation *operation) {
    const struct measures_config *config = evidence->config;
    return operation->workload < config->workload_count ? config->workloads[operation->workload].target : 0;
}

static bool has_kind(const struct filter *filter, const struct operation *operation) {
    return (filter->kind == FILTER_ANY || filter->kind == operation->kind) &&
           (filter->workload == FILTER_ANY || filter->workload == operation->workload) &&
           (filter->system == FILTER_ANY || filter->system == evidence_system_of(filter->evidence, operation));
}

bool filter_has(const struct filter *filter, uint32_t operation) {
    const struct operation *it = &filter->evidence->history->operations[operation];
    return has_kind(filter, it) && window_has(filter->window, it->invoked);
}

bool filter_occurs(const struct filter *filter) {
    const struct history *history = filter->evidence->history;
    for (uint32_t i = 0; i < history->count; i++) {
        if (has_kind(filter, &history->operations[i])) {
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
