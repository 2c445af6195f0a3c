/* The state machine: a map from keys to numbers, with the meanings of operations that spacelike.h gives. */
#include "models/leader/leader.h"

/* The slot of `key`, or the free one where it would go. */
static uint64_t slot_of(const struct ld_store *store, uint64_t key) {
    uint64_t mask = store->capacity - 1;
    uint64_t at = probe_hash(0, key) & mask;
    while (store->slots[at].is_used && store->slots[at].key != key) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct ld_store *store) {
    struct ld_store larger = {.count = store->count, .capacity = store->capacity ? 2 * store->capacity : 64};
    larger.slots = node_alloc(node, larger.capacity * sizeof *larger.slots);
    for (uint64_t i = 0; i < store->capacity; i++) {
        if (store->slots[i].is_used) {
            larger.slots[slot_of(&larger, store->slots[i].key)] = store->slots[i];
        }
    }
    node_free(node, store->slots);
    *store = larger;
}

const struct ld_slot *ld_store_find(const struct ld_store *store, uint64_t key) {
    if (store->capacity == 0) {
        return NULL;
    }
    const struct ld_slot *slot = &store->slots[slot_of(store, key)];
    return slot->is_used ? slot : NULL;
}

static void put(struct node *node, struct ld_store *store, const struct ld_entry *entry, int64_t value) {
    if (2 * (store->count + 1) > store->capacity) {
        grow(node, store);
    }
    struct ld_slot *slot = &store->slots[slot_of(store, entry->key)];
    store->count += !slot->is_used;
    *slot = (struct ld_slot){.key = entry->key, .value = value, .value_bytes = entry->value_bytes, .is_used = true};
}

int64_t ld_store_apply(struct node *node, struct ld_store *store, const struct ld_entry *entry) {
    const struct ld_slot *slot = ld_store_find(store, entry->key);
    struct operation_effect effect =
        operation_apply((enum operation_kind)entry->kind, slot ? slot->value : 0, entry->value, entry->expected);
    if (effect.writes) {
        put(node, store, entry, effect.after);
    }
    return effect.result;
}

void ld_store_clear(struct node *node, struct ld_store *store) {
    node_free(node, store->slots);
    *store = (struct ld_store){0};
}
