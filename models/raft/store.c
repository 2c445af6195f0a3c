/* The state machine: a map from keys to numbers, with the meanings of operations that spacelike.h gives. */
#include "models/raft/raft.h"

struct rf_session *rf_session_of(struct node *node, struct node_table *sessions, uint64_t id) {
    return node_table_add(node, sessions, id, sizeof(struct rf_session));
}

int64_t rf_store_apply(struct node *node, struct node_table *store, const struct rf_entry *entry) {
    struct rf_slot *slot = node_table_find(store, entry->key);
    struct operation_effect effect =
        operation_apply((enum operation_kind)entry->kind, slot ? slot->value : 0, entry->value, entry->expected);
    if (effect.writes) {
        slot = node_table_add(node, store, entry->key, sizeof *slot);
        slot->value = effect.after;
        slot->value_bytes = entry->value_bytes;
    }
    return effect.result;
}
