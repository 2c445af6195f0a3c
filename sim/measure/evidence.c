/* Choosing operations by window, kind, workload and system. */
#include "sim/measure/evidence.h"

bool filter_occurs(const struct filter *filter) {
    const struct history *history = filter->evidence->history;
    for (uint32_t i = 0; i < history->count; i++) {
        if (filter_has_kind(filter, history->operations[i].kind, history->operations[i].workload)) {
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
