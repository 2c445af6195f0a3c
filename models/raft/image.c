/* The replicated state as a flat image, and back: the store and the sessions (dissertation 5.1, 6.3). */
#include "models/raft/raft.h"

#include <string.h>

enum { SLOT_WORDS = 3, SESSION_WORDS = 4, RESULT_WORDS = 2 };

/* Sessions that only a leader has seen are not replicated state. */
static bool is_replicated(const struct client_session *session) {
    return session->highest > 0 || session->settled > 0;
}

static const struct stored_value *slot_at(const struct raft *raft, uint32_t number) {
    return &((const struct stored_value *)raft->store.entries)[number];
}

static const struct client_session *session_at(const struct raft *raft, uint32_t number) {
    return &((const struct rf_session *)raft->sessions.entries)[number].common;
}

/* ---- The hash ---- */

static uint64_t slot_hash(const struct stored_value *slot) {
    uint64_t hash = probe_hash(probe_hash(0, slot->key), (uint64_t)slot->value);
    return probe_hash(hash, slot->value_bytes);
}

static uint64_t session_hash(const struct client_session *session) {
    uint64_t hash = probe_hash(probe_hash(0, session->id), session->settled);
    hash = probe_hash(hash, session->highest);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < session->count; i++) {
        sum += probe_hash(probe_hash(0, session->results[i].sequence), (uint64_t)session->results[i].value);
    }
    return probe_hash(hash, sum);
}

uint64_t rf_state_hash(const struct raft *raft) {
    uint64_t slots = 0, sessions = 0; /* sums: the order of sessions depends on who asked first here */
    for (uint32_t i = 0; i < raft->store.count; i++) {
        slots += slot_hash(slot_at(raft, i));
    }
    for (uint32_t i = 0; i < raft->sessions.count; i++) {
        sessions += is_replicated(session_at(raft, i)) ? session_hash(session_at(raft, i)) : 0;
    }
    return probe_hash(probe_hash(0, slots), sessions);
}

/* ---- Writing ---- */

static void put_slots(const struct raft *raft, struct rf_snapshot *snapshot, uint64_t **at) {
    for (uint32_t i = 0; i < raft->store.count; i++) {
        const struct stored_value *slot = slot_at(raft, i);
        *(*at)++ = slot->key;
        *(*at)++ = (uint64_t)slot->value;
        *(*at)++ = slot->value_bytes;
        snapshot->slot_count++;
        snapshot->value_bytes += slot->value_bytes;
    }
}

static void put_sessions(const struct raft *raft, struct rf_snapshot *snapshot, uint64_t **at) {
    for (uint32_t i = 0; i < raft->sessions.count; i++) {
        const struct client_session *session = session_at(raft, i);
        if (!is_replicated(session)) {
            continue;
        }
        *(*at)++ = session->id;
        *(*at)++ = session->settled;
        *(*at)++ = session->highest;
        *(*at)++ = session->count;
        for (uint32_t k = 0; k < session->count; k++) {
            *(*at)++ = session->results[k].sequence;
            *(*at)++ = (uint64_t)session->results[k].value;
        }
        snapshot->session_count++;
    }
}

struct rf_snapshot *rf_image_of_state(struct node *node, const struct raft *raft) {
    uint64_t words = (uint64_t)raft->store.count * SLOT_WORDS;
    for (uint32_t i = 0; i < raft->sessions.count; i++) {
        const struct client_session *session = session_at(raft, i);
        words += is_replicated(session) ? SESSION_WORDS + RESULT_WORDS * (uint64_t)session->count : 0;
    }
    struct rf_snapshot *snapshot = node_alloc(node, sizeof *snapshot + words * sizeof snapshot->words[0]);
    snapshot->references = 1;
    snapshot->word_count = words;
    uint64_t *at = snapshot->words;
    put_slots(raft, snapshot, &at);
    put_sessions(raft, snapshot, &at);
    return snapshot;
}

/* ---- Reading ---- */

/* A disk that decays unnoticed may have changed any word. */
bool rf_is_sound(const struct rf_snapshot *snapshot) {
    uint64_t left = snapshot->word_count;
    if (snapshot->slot_count > left / SLOT_WORDS || snapshot->session_count > left) {
        return false;
    }
    const uint64_t *at = snapshot->words + snapshot->slot_count * SLOT_WORDS;
    left -= snapshot->slot_count * SLOT_WORDS;
    for (uint64_t i = 0; i < snapshot->session_count; i++) {
        if (left < SESSION_WORDS || at[3] > (left - SESSION_WORDS) / RESULT_WORDS) {
            return false;
        }
        uint64_t size = SESSION_WORDS + RESULT_WORDS * at[3];
        at += size;
        left -= size;
    }
    return left == 0;
}

static const uint64_t *take_session(struct node *node, struct raft *raft, const uint64_t *at) {
    struct client_session *session = &rf_session_of(node, &raft->sessions, at[0])->common;
    uint64_t count = at[3];
    const uint64_t *result = at + SESSION_WORDS;
    for (uint64_t i = 0; i < count; i++, result += RESULT_WORDS) {
        session_keep(node, session, result[0], (int64_t)result[1]);
    }
    session->settled = at[1];
    session->highest = at[2];
    return result;
}

void rf_state_of_image(struct node *node, struct raft *raft, const struct rf_snapshot *snapshot) {
    sessions_clear(node, &raft->sessions);
    node_table_clear(node, &raft->store);
    const uint64_t *at = snapshot->words;
    for (uint64_t i = 0; i < snapshot->slot_count; i++, at += SLOT_WORDS) {
        struct stored_value *stored = node_table_add(node, &raft->store, at[0], sizeof *stored);
        stored->value = (int64_t)at[1];
        stored->value_bytes = (uint32_t)at[2];
    }
    for (uint64_t i = 0; i < snapshot->session_count; i++) {
        at = take_session(node, raft, at);
    }
}
