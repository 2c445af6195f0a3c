/* The keys of a node: found by hash, gone through in the order in which they came, and kept on disk as a log of
 * changes, of which the newest of each key counts. */
#include "models/multileader/multileader.h"

struct ml_key *ml_key_at(const struct ml_node *ml, uint32_t number) {
    return (struct ml_key *)ml->keys.entries + number;
}

struct ml_key *ml_key_of(struct node *node, struct ml_node *ml, uint64_t key) {
    return node_table_add(node, &ml->keys, key, sizeof(struct ml_key));
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
