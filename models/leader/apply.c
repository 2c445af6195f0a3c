/* Applying what is committed to the state, in the order of the log, each operation once. */
#include "models/leader/leader.h"

static int64_t apply(struct node *node, struct ld_node *ld, const struct ld_entry *entry) {
    struct request operation = {.kind = (enum operation_kind)entry->kind,
                                .key = entry->key,
                                .value = entry->value,
                                .expected = entry->expected,
                                .value_bytes = entry->value_bytes};
    return stored_apply(node, &ld->store, &operation);
}

static struct reply apply_once(struct node *node, struct ld_node *ld, const struct ld_entry *entry) {
    struct reply reply = {.status = REPLY_OK, .hint = NODE_NONE};
    if (entry->sequence == 0) { /* the caller keeps no session */
        reply.value = apply(node, ld, entry);
        return reply;
    }
    struct client_session *session = node_table_add(node, &ld->sessions, entry->session, sizeof *session);
    enum session_answer answer = session_find(session, entry->sequence, &reply.value);
    if (answer == SESSION_NEW) {
        reply.value = apply(node, ld, entry);
        session_keep(node, session, entry->sequence, reply.value);
    } else if (answer == SESSION_FORGOTTEN) {
        reply.status = REPLY_UNKNOWN;
    }
    session_settle(session, entry->settled);
    return reply;
}

void ld_apply(struct node *node, struct ld_node *ld) {
    bool is_safe = ld_is_safe(ld_params(node), node_count(node));
    while (ld->applied_index < ld->commit_index && ld->applied_index < ld->log.count) {
        const struct ld_entry *entry = &ld->log.entries[ld->applied_index++];
        if (is_safe) {
            node_probe(node, PROBE_APPLY, ld->applied_index, 0, ld_entry_hash(entry));
        }
        if (entry->kind == OP_KIND_COUNT) {
            continue;
        }
        struct reply reply = apply_once(node, ld, entry);
        if (ld->role == LD_LEADER) {
            ld_answer(node, ld, ld->applied_index, reply);
        }
    }
}

void ld_rebuild(struct node *node, struct ld_node *ld, uint64_t index) {
    node_table_clear(node, &ld->store);
    sessions_clear(node, &ld->sessions);
    ld->commit_index = ld->commit_index < index ? ld->commit_index : index;
    ld->applied_index = index;
    for (uint64_t i = 0; i < index; i++) {
        if (ld->log.entries[i].kind != OP_KIND_COUNT) {
            apply_once(node, ld, &ld->log.entries[i]);
        }
    }
}
