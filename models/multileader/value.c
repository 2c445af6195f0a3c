/* One face for all kinds of values: what a client's operation does to one, and how two become one. */
#include "models/multileader/multileader.h"

#include <string.h>

size_t ml_value_bytes(enum ml_conflicts conflicts) {
    switch (conflicts) {
    case ML_SIBLINGS:
        return sizeof(struct ml_siblings);
    case ML_COUNTER:
        return sizeof(struct ml_counter);
    case ML_SET:
        return sizeof(struct ml_orset);
    case ML_LAST_WRITE:
    case ML_REGISTER:
        break;
    }
    return sizeof(struct ml_register);
}

uint32_t ml_value_encoded(enum ml_conflicts conflicts, const union ml_value *value, size_t nodes) {
    uint32_t vector = ML_NUMBER_BYTES * (uint32_t)nodes;
    uint32_t bytes = 0;
    switch (conflicts) {
    case ML_SIBLINGS:
        for (uint32_t i = 0; i < nodes; i++) {
            const struct ml_version *version = &value->siblings.versions[i];
            bytes += version->number > 0 ? 3 * ML_NUMBER_BYTES + (uint32_t)version->value_bytes : 0;
        }
        return vector + bytes;
    case ML_COUNTER:
        return 2 * vector;
    case ML_SET:
        return vector + 2 * ML_NUMBER_BYTES * ml_orset_dots(&value->set);
    case ML_LAST_WRITE:
    case ML_REGISTER:
        break;
    }
    return 2 * ML_NUMBER_BYTES + value->one.value_bytes;
}

bool ml_value_merge(struct node *node, union ml_value *to, const union ml_value *from) {
    enum ml_conflicts conflicts = (enum ml_conflicts)ml_params(node)->conflicts;
    size_t bytes = ml_value_bytes(conflicts);
    union ml_value before;
    memcpy(&before, to, bytes);
    if (ml_has_bug(node, ML_BUG_S03)) { /* what comes last is what counts */
        memcpy(to, from, bytes);
        return memcmp(&before, to, bytes) != 0;
    }
    switch (conflicts) {
    case ML_SIBLINGS:
        ml_siblings_merge(&to->siblings, &from->siblings);
        break;
    case ML_COUNTER:
        ml_counter_merge(&to->counter, &from->counter);
        break;
    case ML_SET:
        ml_orset_merge(&to->set, &from->set, ml_has_bug(node, ML_BUG_Q06));
        break;
    case ML_LAST_WRITE:
    case ML_REGISTER:
        ml_register_merge(&to->one, &from->one);
        break;
    }
    return memcmp(&before, to, bytes) != 0;
}

int64_t ml_value_read(enum ml_conflicts conflicts, const union ml_value *value, uint32_t *value_bytes) {
    const struct ml_version *shown;
    *value_bytes = 0;
    switch (conflicts) {
    case ML_SIBLINGS:
        shown = ml_siblings_shown(&value->siblings);
        *value_bytes = shown != NULL ? (uint32_t)shown->value_bytes : 0;
        return shown != NULL ? shown->value : 0;
    case ML_COUNTER:
        return ml_counter_value(&value->counter);
    case ML_SET:
        return ml_orset_digest(&value->set);
    case ML_LAST_WRITE:
    case ML_REGISTER:
        break;
    }
    *value_bytes = value->one.value_bytes;
    return value->one.value;
}

/* ---- Operations ---- */

/* By the wall clock, as it is; a CRDT's register takes care that a write is later than all that its node has seen. */
static sim_time stamp_of(struct node *node, struct ml_node *ml) {
    const sim_time since =
        (sim_time)1 << 60; /* wall clocks count from long before the run, so that none shows less than 0 */
    sim_time now = node_wall(node) + since;
    if (ml->conflicts == ML_REGISTER) {
        now = now > ml->latest ? now : ml->latest + 1;
    }
    ml->latest = now > ml->latest ? now : ml->latest;
    return now;
}

static void write_value(struct node *node, struct ml_node *ml, union ml_value *to, int64_t value,
                        uint32_t value_bytes) {
    uint32_t replica = (uint32_t)node_index(node);
    sim_time stamp = stamp_of(node, ml);
    if (ml->conflicts == ML_SIBLINGS) {
        ml_siblings_write(&to->siblings, replica, value, stamp, value_bytes);
        return;
    }
    struct ml_register write = {.value = value, .stamp = stamp, .replica = replica, .value_bytes = value_bytes};
    ml->dropped += !ml_register_write(&to->one, &write);
}

static bool apply_to_one(struct node *node, struct ml_node *ml, union ml_value *to, const struct request *request,
                         int64_t *result) {
    if (request->kind == OP_READ || request->kind == OP_REQUEST) {
        return false;
    }
    uint32_t value_bytes;
    int64_t before = ml_value_read((enum ml_conflicts)ml->conflicts, to, &value_bytes);
    struct operation_effect effect = operation_apply(request->kind, before, request->value, request->expected);
    if (effect.writes) {
        write_value(node, ml, to, effect.after, request->value_bytes);
    }
    *result = effect.result;
    return true;
}

static uint32_t element_of(int64_t value) {
    return (uint32_t)((uint64_t)value % ML_MOST_ELEMENTS);
}

bool ml_value_apply(struct node *node, struct ml_node *ml, union ml_value *to, const struct request *request,
                    int64_t *result) {
    uint32_t replica = (uint32_t)node_index(node);
    if (ml->conflicts == ML_COUNTER) {
        if (request->kind != OP_INCREMENT) {
            return false;
        }
        ml_counter_add(&to->counter, replica, request->value);
        *result = ml_counter_value(&to->counter);
        return true;
    }
    if (ml->conflicts == ML_SET) {
        if (request->kind == OP_APPEND) {
            ml_orset_add(&to->set, replica, element_of(request->value));
            *result = ml_orset_digest(&to->set);
        } else if (request->kind == OP_CAS) {
            *result = ml_orset_remove(&to->set, element_of(request->expected));
        } else {
            return false;
        }
        return true;
    }
    return apply_to_one(node, ml, to, request, result);
}
