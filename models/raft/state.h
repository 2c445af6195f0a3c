/* The replicated state: the key-value map (store.c) and the sessions of clients (session.c). */
#ifndef MODELS_RAFT_STATE_H
#define MODELS_RAFT_STATE_H

#include "models/raft/log.h"

struct rf_slot {
    uint64_t key;
    int64_t value;
    uint32_t value_bytes;
    bool is_used;
};

/* The key-value state machine: open addressing, capacity a power of two. Looked up, never iterated. */
struct rf_store {
    struct rf_slot *slots;
    uint64_t count, capacity;
};

struct rf_result {
    uint64_t sequence;
    int64_t value;
};

struct rf_session {
    uint64_t id;
    uint64_t settled;         /* results up to this sequence are forgotten */
    uint64_t highest_applied; /* no result above it can exist */
    uint64_t highest_seen;    /* in requests to this node; not replicated, only saves a search of the log */
    struct rf_result *results;
    uint32_t count, capacity;
    bool is_used;
};

struct rf_sessions { /* open addressing, as the store */
    struct rf_session *slots;
    uint64_t count, capacity;
};

/* ---- Sessions ---- */

/* The session's record, made if there is none. Valid until the next call. */
struct rf_session *rf_session_of(struct node *node, struct rf_sessions *sessions, uint64_t id);
enum rf_session_answer { RF_SESSION_NEW, RF_SESSION_DONE, RF_SESSION_FORGOTTEN };
enum rf_session_answer rf_session_find(const struct rf_session *session, uint64_t sequence, int64_t *value);
void rf_session_settle(struct rf_session *session, uint64_t settled);
void rf_session_keep(struct node *node, struct rf_session *session, uint64_t sequence, int64_t value);

/* ---- The map ---- */
int64_t rf_store_apply(struct node *node, struct rf_store *store, const struct rf_entry *entry);
const struct rf_slot *rf_store_find(const struct rf_store *store, uint64_t key); /* NULL: never written */

#endif
