/* What clients ask: the kind of an operation, its key, and what belongs together. */
#include "sim/load/internal.h"

void load_remember(struct client *client, const struct operation *operation) {
    struct seen *seen = &client->seen[operation->key % SEEN_KEYS];
    if (operation->kind == OP_READ || operation->kind == OP_INCREMENT || operation->kind == OP_APPEND) {
        *seen = (struct seen){operation->key, operation->result};
    } else if (operation->kind == OP_WRITE || (operation->kind == OP_CAS && operation->result == 1)) {
        *seen = (struct seen){operation->key, operation->value};
    }
}

static enum operation_kind choose_kind(const struct workload_config *workload, struct draw *draw) {
    double u = draw_unit(draw);
    enum operation_kind last = OP_READ;
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        if (workload->mix[kind] > 0) {
            last = (enum operation_kind)kind;
            u -= workload->mix[kind];
            if (u < 0) {
                break;
            }
        }
    }
    return last;
}

static int64_t last_seen(const struct client *client, uint64_t key) {
    const struct seen *seen = &client->seen[key % SEEN_KEYS];
    return seen->key == key ? seen->value : 0;
}

struct plan load_new_plan(struct load *load, struct client *client) {
    const struct workload_config *workload = load_workload_of(load, client);
    struct draw draw = draw_at(client->operation_key, client->draws++);
    struct plan plan = {.kind = OP_REQUEST};
    if (workload->kind == WORKLOAD_REQUESTS) {
        return plan;
    }
    if (workload->kind == WORKLOAD_STALENESS) {
        plan.kind = OP_WRITE;
        plan.offset = (uint16_t)(workload->after_count > 0 ? client->trials++ % workload->after_count + 1 : 0);
    } else {
        plan.kind = choose_kind(workload, &draw);
    }
    plan.key = keys_choose(&load->states[client->workload].keys, &draw, plan.kind == OP_WRITE);
    if (plan.kind == OP_WRITE && workload->deletions > 0) {
        plan.deletes = draw_unit(&draw) * workload->mix[OP_WRITE] < workload->deletions;
    }
    plan.expected = plan.kind == OP_CAS ? last_seen(client, plan.key) : 0;
    if (workload->read_modify_write && plan.kind == OP_WRITE) {
        plan.kind = OP_READ;
        plan.is_half = true;
    }
    return plan;
}

bool load_plan_follow_up(const struct workload_config *workload, const struct plan *done,
                         const struct operation *operation, struct plan *plan, sim_time *wait) {
    *plan = (struct plan){.key = operation->key};
    *wait = 0;
    if (operation->outcome != OUTCOME_OK) {
        return false;
    }
    if (workload->kind == WORKLOAD_STALENESS && operation->kind == OP_WRITE) {
        plan->kind = OP_READ;
        plan->offset = done->offset;
        *wait = workload->after_count > 0 ? workload->after[done->offset - 1] : 0;
        return true;
    }
    plan->kind = OP_CAS;
    plan->expected = operation->result;
    return done->is_half;
}
