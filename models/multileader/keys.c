/* The keys of a node: found by hash, gone through in the order in which they came, and kept on disk as a log of
 * changes, of which the newest of each key counts. */
#include "models/multileader/multileader.h"

static uint32_t place_of(const struct ml_node *ml, uint64_t key) {
    uint32_t mask = ml->place_count - 1;
    uint32_t at = (uint32_t)probe_hash(0, key) & mask;
    while (ml->places[at] != 0 && ml->keys[ml->places[at] - 1].key != key) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct ml_node *ml) {
    ml->capacity = ml->capacity > 0 ? 2 * ml->capacity : 32;
    ml->keys = node_resize(node, ml->keys, ml->capacity * sizeof *ml->keys);
    node_free(node, ml->places);
    ml->place_count = 2 * ml->capacity;
    ml->places = node_alloc(node, ml->place_count * sizeof *ml->places);
    for (uint32_t i = 0; i < ml->count; i++) {
        ml->places[place_of(ml, ml->keys[i].key)] = i + 1;
    }
}

const struct ml_key *ml_key_find(const struct ml_node *ml, uint64_t key) {
    uint32_t number = ml->place_count > 0 ? ml->places[place_of(ml, key)] : 0;
    return number > 0 ? &ml->keys[number - 1] : NULL;
}

struct ml_key *ml_key_of(struct node *node, struct ml_node *ml, uint64_t key) {
    if (ml->count == ml->capacity) {
        grow(node, ml);
    }
    uint32_t *place = &ml->places[place_of(ml, key)];
    if (*place == 0) {
        ml->keys[ml->count] = (struct ml_key){.key = key};
        *place = ++ml->count;
    }
    return &ml->keys[*place - 1];
}

void ml_store_key(struct node *node, struct ml_key *key) {
    enum ml_conflicts conflicts = (enum ml_conflicts)ml_params(node)->conflicts;
    struct ml_update record = {.key = key->key, .version = key->version, .origin = key->origin, .value = key->value};
    uint32_t value_bytes = 0;
    ml_value_read(conflicts, &key->value, &value_bytes);
    node_disk_extra(node, value_bytes);
    key->ticket = node_log_append(node, &record, offsetof(struct ml_update, value) + ml_value_bytes(conflicts));
}

static sim_time stamp_of(enum ml_conflicts conflicts, const union ml_value *value) {
    return conflicts == ML_LAST_WRITE || conflicts == ML_REGISTER ? value->one.stamp : 0;
}

/* A torn write ends the log before it: nobody was told of what it held, nor of what came behind. */
void ml_recover_keys(struct node *node, struct ml_node *ml) {
    enum ml_conflicts conflicts = (enum ml_conflicts)ml_params(node)->conflicts;
    size_t wanted = offsetof(struct ml_update, value) + ml_value_bytes(conflicts);
    for (uint64_t number = node_log_first(node); number < node_log_end(node); number++) {
        size_t bytes = 0;
        const struct ml_update *record = node_log_read(node, number, &bytes);
        if (record == NULL || bytes != wanted) {
            node_log_truncate(node, number);
            break;
        }
        struct ml_key *key = ml_key_of(node, ml, record->key);
        key->version = record->version;
        key->origin = record->origin;
        for (size_t i = 0; i < ml_value_bytes(conflicts); i++) { /* the record ends where its kind of value does */
            ((uint8_t *)&key->value)[i] = ((const uint8_t *)&record->value)[i];
        }
        sim_time stamp = stamp_of(conflicts, &key->value);
        ml->latest = stamp > ml->latest ? stamp : ml->latest;
    }
}
