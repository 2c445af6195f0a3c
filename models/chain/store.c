/* A map from keys to values, each with the index of the update that set it. */
#include "models/chain/chain.h"

static uint64_t slot_of(const struct chain_store *store, uint64_t key) {
    uint64_t mask = store->capacity - 1;
    uint64_t at = probe_hash(0, key) & mask;
    while (store->slots[at].is_used && store->slots[at].key != key) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct chain_store *store) {
    struct chain_store larger = {.count = store->count, .capacity = store->capacity ? 2 * store->capacity : 64};
    larger.slots = node_alloc(node, larger.capacity * sizeof *larger.slots);
    for (uint64_t i = 0; i < store->capacity; i++) {
        if (store->slots[i].is_used) {
            larger.slots[slot_of(&larger, store->slots[i].key)] = store->slots[i];
        }
    }
    node_free(node, store->slots);
    *store = larger;
}

const struct chain_slot *chain_store_find(const struct chain_store *store, uint64_t key) {
    if (store->capacity == 0) {
        return NULL;
    }
    const struct chain_slot *slot = &store->slots[slot_of(store, key)];
    return slot->is_used ? slot : NULL;
}

void chain_store_put(struct node *node, struct chain_store *store, uint64_t key, int64_t value, uint64_t index) {
    if (2 * (store->count + 1) > store->capacity) {
        grow(node, store);
    }
    struct chain_slot *slot = &store->slots[slot_of(store, key)];
    store->count += !slot->is_used;
    *slot = (struct chain_slot){.key = key, .value = value, .index = index, .is_used = true};
}

void chain_store_clear(struct node *node, struct chain_store *store) {
    node_free(node, store->slots);
    *store = (struct chain_store){0};
}
