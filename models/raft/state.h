/* The replicated state: a map from keys to numbers (store.c), and the sessions of clients. */
#ifndef MODELS_RAFT_STATE_H
#define MODELS_RAFT_STATE_H

#include "models/raft/log.h"

struct rf_slot { /* of the table of keys */
    uint64_t key;
    int64_t value;
    uint32_t value_bytes;
};

struct rf_session { /* of the table of sessions */
    struct client_session common;
    uint64_t highest_seen; /* in requests to this node; not replicated, only saves a search of the log */
};

struct rf_session *rf_session_of(struct node *node, struct node_table *sessions,
                                 uint64_t id); /* made if there is none */

int64_t rf_store_apply(struct node *node, struct node_table *store, const struct rf_entry *entry);

#endif
