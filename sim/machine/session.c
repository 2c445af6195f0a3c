/* Which operations of a client were done, and with what result. */
#include "sim/spacelike.h"

enum session_answer session_find(const struct client_session *session, uint64_t sequence, int64_t *value) {
    if (sequence <= session->settled) {
        return SESSION_FORGOTTEN;
    }
    if (sequence > session->highest) {
        return SESSION_NEW;
    }
    for (uint32_t i = 0; i < session->count; i++) {
        if (session->results[i].sequence == sequence) {
            *value = session->results[i].value;
            return SESSION_DONE;
        }
    }
    return SESSION_NEW;
}

void session_settle(struct client_session *session, uint64_t settled) {
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

void session_keep(struct node *node, struct client_session *session, uint64_t sequence, int64_t value) {
    if (session->count == session->capacity) {
        session->capacity = session->capacity ? 2 * session->capacity : 4;
        session->results = node_resize(node, session->results, session->capacity * sizeof *session->results);
    }
    session->results[session->count++] = (struct client_result){.sequence = sequence, .value = value};
    session->highest = session->highest < sequence ? sequence : session->highest;
}

void sessions_clear(struct node *node, struct node_table *sessions) {
    for (uint32_t i = 0; i < sessions->count; i++) {
        const char *entry = (const char *)sessions->entries + (size_t)i * sessions->entry_bytes;
        node_free(node, ((const struct client_session *)(const void *)entry)->results);
    }
    node_table_clear(node, sessions);
}
