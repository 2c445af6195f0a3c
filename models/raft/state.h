/* The replicated state: a map from keys to numbers, and the sessions of clients. */
#ifndef MODELS_RAFT_STATE_H
#define MODELS_RAFT_STATE_H

#include "models/raft/log.h"

struct rf_session { /* of the table of sessions */
    struct client_session common;
    uint64_t highest_seen; /* in requests to this node; not replicated, only saves a search of the log */
};

/* The client's session, made if there is none. */
static inline struct rf_session *rf_session_of(struct node *node, struct node_table *sessions, uint64_t id) {
    return node_table_add(node, sessions, id, sizeof(struct rf_session));
}

#endif
