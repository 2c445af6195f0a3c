/* The state machine: a map from keys to numbers, with the meanings of operations that spacelike.h gives. */
#include "models/leader/leader.h"

int64_t ld_store_apply(struct node *node, struct node_table *store, const struct ld_entry *entry) {
    struct ld_slot *slot = node_table_find(store, entry->key);
    struct operation_effect effect =
        operation_apply((enum operation_kind)entry->kind, slot ? slot->value : 0, entry->value, entry->expected);
    if (effect.writes) {
        slot = node_table_add(node, store, entry->key, sizeof *slot);
        slot->value = effect.after;
        slot->value_bytes = entry->value_bytes;
    }
    return effect.result;
}
