/* What a node knows: of each key the newest update, in memory and in the disk's log. */
#include "models/gossip/gossip.h"

static uint64_t place_of(const struct gossip *gossip, uint64_t key) {
    uint64_t mask = gossip->capacity - 1, at = probe_hash(0, key) & mask;
    while (gossip->entries[at].is_used && gossip->entries[at].update.key != key) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct gossip *gossip) {
    struct gossip larger = {.count = gossip->count, .capacity = gossip->capacity ? 2 * gossip->capacity : 16};
    larger.entries = node_alloc(node, larger.capacity * sizeof *larger.entries);
    for (uint64_t i = 0; i < gossip->capacity; i++) {
        if (gossip->entries[i].is_used) {
            larger.entries[place_of(&larger, gossip->entries[i].update.key)] = gossip->entries[i];
        }
    }
    node_free(node, gossip->entries);
    gossip->entries = larger.entries;
    gossip->capacity = larger.capacity;
}

struct gossip_entry *gossip_find(const struct gossip *gossip, uint64_t key) {
    if (gossip->capacity == 0) {
        return NULL;
    }
    struct gossip_entry *entry = &gossip->entries[place_of(gossip, key)];
    return entry->is_used ? entry : NULL;
}

bool gossip_is_newer(const struct gossip_update *a, const struct gossip_update *b) {
    return a->stamp > b->stamp || (a->stamp == b->stamp && a->origin > b->origin);
}

static bool is_news(const struct node *node, const struct gossip_entry *entry, const struct gossip_update *update) {
    if (entry == NULL) {
        return true;
    }
    const struct gossip_update *known = &entry->update;
    if (gossip_params(node)->bug == GOSSIP_BUG_G01) {
        return known->stamp != update->stamp || known->origin != update->origin;
    }
    return gossip_is_newer(update, known);
}

static void put(struct node *node, struct gossip *gossip, const struct gossip_update *update, bool is_hot) {
    if (2 * (gossip->count + 1) > gossip->capacity) {
        grow(node, gossip);
    }
    struct gossip_entry *entry = &gossip->entries[place_of(gossip, update->key)];
    gossip->count += !entry->is_used;
    *entry = (struct gossip_entry){.update = *update, .is_used = true, .is_hot = is_hot};
}

bool gossip_take(struct node *node, struct gossip *gossip, const struct gossip_update *update) {
    if (!is_news(node, gossip_find(gossip, update->key), update)) {
        return false;
    }
    put(node, gossip, update, true);
    node_disk_extra(node, update->value_bytes);
    gossip->ticket = node_log_append(node, update, sizeof *update);
    return true;
}

/* A restarted node knows again what was durable, and takes no interest in telling it, unless it tells all for good. */
void gossip_recover(struct node *node, struct gossip *gossip) {
    bool is_hot = gossip_params(node)->spreading == GOSSIP_FOREVER;
    for (uint64_t number = 0; number < node_log_end(node); number++) {
        size_t bytes;
        const struct gossip_update *update = node_log_read(node, number, &bytes);
        if (update == NULL || bytes != sizeof *update) {
            node_log_truncate(node, number);
            break;
        }
        if (is_news(node, gossip_find(gossip, update->key), update)) {
            put(node, gossip, update, is_hot);
        }
    }
}
