/* Applying committed entries to the state machine, in the order of the log, each once (Raft 5.3; dissertation 6.3). */
#include "models/raft/raft.h"

static int64_t apply(struct node *node, struct raft *raft, const struct rf_entry *entry) {
    struct request operation = {.kind = (enum operation_kind)entry->kind,
                                .key = entry->key,
                                .value = entry->value,
                                .expected = entry->expected,
                                .value_bytes = entry->value_bytes};
    return stored_apply(node, &raft->store, &operation);
}

/* Dissertation 6.3: the table of sessions is part of the replicated state, so every node sees the same duplicates. */
static struct reply apply_once(struct node *node, struct raft *raft, const struct rf_entry *entry) {
    struct reply reply = {.status = REPLY_OK};
    /* The caller keeps no session; with R26, nobody does. */
    if (entry->sequence == 0 || rf_has_bug(node, RF_BUG_R26)) {
        reply.value = apply(node, raft, entry);
        return reply;
    }
    struct rf_session *session = rf_session_of(node, &raft->sessions, entry->session);
    enum session_answer answer = session_find(&session->common, entry->sequence, &reply.value);
    if (answer == SESSION_NEW) {
        reply.value = apply(node, raft, entry);
        session_keep(node, &session->common, entry->sequence, reply.value);
    } else if (answer == SESSION_FORGOTTEN) {
        reply.status = REPLY_UNKNOWN;
    }
    session_settle(&session->common, entry->settled);
    return reply;
}

static struct reply apply_operation(struct node *node, struct raft *raft, const struct rf_entry *entry) {
    if (entry->kind != OP_READ) {
        return apply_once(node, raft, entry);
    }
    const struct stored_value *slot = node_table_find(&raft->store, entry->key);
    return (struct reply){
        .status = REPLY_OK, .value = slot ? slot->value : 0, .value_bytes = slot ? slot->value_bytes : 0};
}

void rf_apply_committed(struct node *node, struct raft *raft) {
    uint64_t every = (uint64_t)rf_params(node)->snapshot_every;
    while (raft->applied_index < raft->commit_index && raft->applied_index < rf_last_index(raft)) {
        uint64_t index = ++raft->applied_index;
        const struct rf_entry *entry = rf_entry_at(raft, index);
        uint64_t hash = rf_entry_hash(entry);
        node_probe(node, PROBE_APPLY, index, 0, hash);
        raft->applied_chain = probe_hash(probe_hash(raft->applied_chain, entry->term), hash);
        if (entry->type == RF_ENTRY_OPERATION) {
            struct reply reply = apply_operation(node, raft, entry);
            if (raft->role == RF_LEADER) {
                rf_answer_applied(node, raft, index, reply);
            }
        }
        if (every > 0 && index % every == 0) {
            rf_take_snapshot(node, raft);
        }
    }
}
