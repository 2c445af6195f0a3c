/* The replicated state as a flat image, and back: the store and the sessions (dissertation 5.1, 6.3). */
#include "models/raft/raft.h"

#include <string.h>

enum { SLOT_WORDS = 3, SESSION_WORDS = 4, RESULT_WORDS = 2 };

/* Sessions that only a leader has seen are not replicated state. */
static bool is_replicated(const struct rf_session *session) {
    return session->is_used && (session->highest_applied > 0 || session->settled > 0);
}

/* ---- The hash ---- */

static uint64_t slot_hash(const struct rf_slot *slot) {
    uint64_t hash = probe_hash(probe_hash(0, slot->key), (uint64_t)slot->value);
    return probe_hash(hash, slot->value_bytes);
}

static uint64_t session_hash(const struct rf_session *session) {
    uint64_t hash = probe_hash(probe_hash(0, session->id), session->settled);
    hash = probe_hash(hash, session->highest_applied);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < session->count; i++) {
        sum += probe_hash(probe_hash(0, session->results[i].sequence), (uint64_t)session->results[i].value);
    }
    return probe_hash(hash, sum);
}

uint64_t rf_state_hash(const struct raft *raft) {
    uint64_t slots = 0, sessions = 0; /* sums: the places in a table depend on how it grew */
    for (uint64_t i = 0; i < raft->store.capacity; i++) {
        slots += raft->store.slots[i].is_used ? slot_hash(&raft->store.slots[i]) : 0;
    }
    for (uint64_t i = 0; i < raft->sessions.capacity; i++) {
        sessions += is_replicated(&raft->sessions.slots[i]) ? session_hash(&raft->sessions.slots[i]) : 0;
    }
    return probe_hash(probe_hash(0, slots), sessions);
}

/* ---- Writing ---- */

static void put_slots(const struct rf_store *store, struct rf_snapshot *snapshot, uint64_t **at) {
    for (uint64_t i = 0; i < store->capacity; i++) {
        const struct rf_slot *slot = &store->slots[i];
        if (slot->is_used) {
            *(*at)++ = slot->key;
            *(*at)++ = (uint64_t)slot->value;
            *(*at)++ = slot->value_bytes;
            snapshot->slot_count++;
            snapshot->value_bytes += slot->value_bytes;
        }
    }
}

static void put_sessions(const struct rf_sessions *sessions, struct rf_snapshot *snapshot, uint64_t **at) {
    for (uint64_t i = 0; i < sessions->capacity; i++) {
        const struct rf_session *session = &sessions->slots[i];
        if (!is_replicated(session)) {
            continue;
        }
        *(*at)++ = session->id;
        *(*at)++ = session->settled;
        *(*at)++ = session->highest_applied;
        *(*at)++ = session->count;
        for (uint32_t k = 0; k < session->count; k++) {
            *(*at)++ = session->results[k].sequence;
            *(*at)++ = (uint64_t)session->results[k].value;
        }
        snapshot->session_count++;
    }
}

struct rf_snapshot *rf_image_of_state(struct node *node, const struct raft *raft) {
    uint64_t words = raft->store.count * SLOT_WORDS;
    for (uint64_t i = 0; i < raft->sessions.capacity; i++) {
        const struct rf_session *session = &raft->sessions.slots[i];
        words += is_replicated(session) ? SESSION_WORDS + RESULT_WORDS * (uint64_t)session->count : 0;
    }
    struct rf_snapshot *snapshot = node_alloc(node, sizeof *snapshot + words * sizeof snapshot->words[0]);
    snapshot->references = 1;
    snapshot->word_count = words;
    uint64_t *at = snapshot->words;
    put_slots(&raft->store, snapshot, &at);
    put_sessions(&raft->sessions, snapshot, &at);
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
    struct rf_session *session = rf_session_of(node, &raft->sessions, at[0]);
    uint64_t count = at[3];
    const uint64_t *result = at + SESSION_WORDS;
    for (uint64_t i = 0; i < count; i++, result += RESULT_WORDS) {
        rf_session_keep(node, session, result[0], (int64_t)result[1]);
    }
    session->settled = at[1];
    session->highest_applied = at[2];
    return result;
}

void rf_state_of_image(struct node *node, struct raft *raft, const struct rf_snapshot *snapshot) {
    for (uint64_t i = 0; i < raft->sessions.capacity; i++) {
        node_free(node, raft->sessions.slots[i].results);
    }
    node_free(node, raft->sessions.slots);
    node_free(node, raft->store.slots);
    raft->sessions = (struct rf_sessions){0};
    raft->store = (struct rf_store){0};
    const uint64_t *at = snapshot->words;
    for (uint64_t i = 0; i < snapshot->slot_count; i++, at += SLOT_WORDS) {
        struct rf_entry entry = {
            .kind = OP_WRITE, .key = at[0], .value = (int64_t)at[1], .value_bytes = (uint32_t)at[2]};
        rf_store_apply(node, &raft->store, &entry);
    }
    for (uint64_t i = 0; i < snapshot->session_count; i++) {
        at = take_session(node, raft, at);
    }
}
