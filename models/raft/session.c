/* Client sessions (dissertation 6.3): the results of operations that a client may still ask for again, so that a retry
 * gets its first answer instead of a second effect. Sessions never expire here; results go when the client says that
 * they are settled. */
#include "models/raft/raft.h"

static uint64_t slot_of(const struct rf_sessions *sessions, uint64_t id) {
    uint64_t mask = sessions->capacity - 1;
    uint64_t at = probe_hash(1, id) & mask;
    while (sessions->slots[at].is_used && sessions->slots[at].id != id) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct rf_sessions *sessions) {
    struct rf_sessions larger = {.count = sessions->count,
                                 .capacity = sessions->capacity ? 2 * sessions->capacity : 16};
    larger.slots = node_alloc(node, larger.capacity * sizeof *larger.slots);
    for (uint64_t i = 0; i < sessions->capacity; i++) {
        if (sessions->slots[i].is_used) {
            larger.slots[slot_of(&larger, sessions->slots[i].id)] = sessions->slots[i];
        }
    }
    node_free(node, sessions->slots);
    *sessions = larger;
}

struct rf_session *rf_session_of(struct node *node, struct rf_sessions *sessions, uint64_t id) {
    if (2 * (sessions->count + 1) > sessions->capacity) {
        grow(node, sessions);
    }
    struct rf_session *session = &sessions->slots[slot_of(sessions, id)];
    if (!session->is_used) {
        *session = (struct rf_session){.id = id, .is_used = true};
        sessions->count++;
    }
    return session;
}

enum rf_session_answer rf_session_find(const struct rf_session *session, uint64_t sequence, int64_t *value) {
    if (sequence <= session->settled) {
        return RF_SESSION_FORGOTTEN;
    }
    if (sequence > session->highest_applied) {
        return RF_SESSION_NEW;
    }
    for (uint32_t i = 0; i < session->count; i++) {
        if (session->results[i].sequence == sequence) {
            *value = session->results[i].value;
            return RF_SESSION_DONE;
        }
    }
    return RF_SESSION_NEW;
}

void rf_session_settle(struct rf_session *session, uint64_t settled) {
    if (settled <= session->settled) {
        return;
    }
    session->settled = settled;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < session->count; i++) {
        if (session->results[i].sequence > settled) {
            session->results[kept++] = session->results[i];
        }
    }
    session->count = kept;
}

void rf_session_keep(struct node *node, struct rf_session *session, uint64_t sequence, int64_t value) {
    if (session->count == session->capacity) {
        session->capacity = session->capacity ? 2 * session->capacity : 4;
        session->results = node_resize(node, session->results, session->capacity * sizeof *session->results);
    }
    session->results[session->count++] = (struct rf_result){.sequence = sequence, .value = value};
    if (session->highest_applied < sequence) {
        session->highest_applied = sequence;
    }
}
