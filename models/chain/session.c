/* Which operations of which client are in the log, so that a retry gets the first attempt's answer instead of a second
 * effect. Sessions never expire here; operations go when the client says that they are settled. */
#include "models/chain/chain.h"

static uint64_t slot_of(const struct chain_sessions *sessions, uint64_t id) {
    uint64_t mask = sessions->capacity - 1;
    uint64_t at = probe_hash(1, id) & mask;
    while (sessions->slots[at].is_used && sessions->slots[at].id != id) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct node *node, struct chain_sessions *sessions) {
    struct chain_sessions larger = {.count = sessions->count,
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

enum chain_session_answer chain_session_find(const struct chain_sessions *sessions, const struct request *request,
                                             uint64_t *index) {
    if (request->sequence == 0 || sessions->capacity == 0) {
        return CHAIN_SESSION_NEW;
    }
    const struct chain_session *session = &sessions->slots[slot_of(sessions, request->session)];
    for (uint32_t i = 0; session->is_used && i < session->count; i++) {
        if (session->done[i].sequence == request->sequence) {
            *index = session->done[i].index;
            return CHAIN_SESSION_DONE;
        }
    }
    return session->is_used && request->sequence <= session->settled ? CHAIN_SESSION_FORGOTTEN : CHAIN_SESSION_NEW;
}

static void settle(struct chain_session *session, uint64_t settled) {
    uint32_t kept = 0;
    if (settled <= session->settled) {
        return;
    }
    session->settled = settled;
    for (uint32_t i = 0; i < session->count; i++) {
        if (session->done[i].sequence > settled) {
            session->done[kept++] = session->done[i];
        }
    }
    session->count = kept;
}

void chain_session_keep(struct node *node, struct chain_sessions *sessions, const struct chain_update *update,
                        uint64_t index) {
    if (update->sequence == 0) {
        return;
    }
    if (2 * (sessions->count + 1) > sessions->capacity) {
        grow(node, sessions);
    }
    struct chain_session *session = &sessions->slots[slot_of(sessions, update->session)];
    if (!session->is_used) {
        *session = (struct chain_session){.id = update->session, .is_used = true};
        sessions->count++;
    }
    settle(session, update->settled);
    if (session->count == session->capacity) {
        session->capacity = session->capacity ? 2 * session->capacity : 4;
        session->done = node_resize(node, session->done, session->capacity * sizeof *session->done);
    }
    session->done[session->count++] = (struct chain_done){update->sequence, index};
}

void chain_sessions_clear(struct node *node, struct chain_sessions *sessions) {
    for (uint64_t i = 0; i < sessions->capacity; i++) {
        node_free(node, sessions->slots[i].done);
    }
    node_free(node, sessions->slots);
    *sessions = (struct chain_sessions){0};
}
