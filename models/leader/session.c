/* Client sessions: the results of operations that a client may still ask for again, so that a retry gets its first
 * answer instead of a second effect (Ongaro's dissertation, 6.3). They are part of the replicated state. Sessions never
 * expire here; results go when the client says that they are settled. */
#include "models/leader/leader.h"

static uint64_t slot_of(const struct ld_sessions *sessions, uint64_t id) {
    uint64_t mask = sessions->capacity - 1;
    uint64_t at = probe_hash(1, id) & mask;
    while (sessions->slots[at].is_used && sessions->slots[at].id != id) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct ld_sessions *sessions) {
    struct ld_sessions larger = {.count = sessions->count,
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

struct ld_session *ld_session_of(struct node *node, struct ld_sessions *sessions, uint64_t id) {
    if (2 * (sessions->count + 1) > sessions->capacity) {
        grow(node, sessions);
    }
    struct ld_session *session = &sessions->slots[slot_of(sessions, id)];
    if (!session->is_used) {
        *session = (struct ld_session){.id = id, .is_used = true};
        sessions->count++;
    }
    return session;
}

enum ld_session_answer ld_session_find(const struct ld_session *session, uint64_t sequence, int64_t *value) {
    if (sequence <= session->settled) {
        return LD_SESSION_FORGOTTEN;
    }
    for (uint32_t i = 0; i < session->count; i++) {
        if (session->results[i].sequence == sequence) {
            *value = session->results[i].value;
            return LD_SESSION_DONE;
        }
    }
    return LD_SESSION_NEW;
}

void ld_session_settle(struct ld_session *session, uint64_t settled) {
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

void ld_session_keep(struct node *node, struct ld_session *session, uint64_t sequence, int64_t value) {
    if (session->count == session->capacity) {
        session->capacity = session->capacity ? 2 * session->capacity : 4;
        session->results = node_resize(node, session->results, session->capacity * sizeof *session->results);
    }
    session->results[session->count++] = (struct ld_result){.sequence = sequence, .value = value};
}

void ld_sessions_clear(struct node *node, struct ld_sessions *sessions) {
    for (uint64_t i = 0; i < sessions->capacity; i++) {
        node_free(node, sessions->slots[i].results);
    }
    node_free(node, sessions->slots);
    *sessions = (struct ld_sessions){0};
}
