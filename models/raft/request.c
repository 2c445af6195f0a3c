/* Clients (Raft 8, dissertation 6): only the leader serves them; others say whom they take for the leader. */
#include "models/raft/raft.h"

void rf_redirect(struct node *node, const struct raft *raft, const struct request *request) {
    node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = raft->leader});
}

static void wait_for(struct node *node, struct raft *raft, uint64_t index, const struct request *request) {
    rf_queue_insert(node, &raft->pending, (struct rf_waiter){.index = index, .request = *request});
}

/* The index of an entry for the same operation that is not applied yet; 0 when there is none. */
static uint64_t find_pending(const struct raft *raft, const struct request *request) {
    for (uint64_t index = raft->applied_index + 1; index <= rf_last_index(raft); index++) {
        const struct rf_entry *entry = rf_entry_at(raft, index);
        if (entry->type == RF_ENTRY_OPERATION && entry->session == request->session &&
            entry->sequence == request->sequence) {
            return index;
        }
    }
    return 0;
}

/* A retry gets the answer of its first attempt, or waits with it. A false no costs only a second entry: when that
 * is applied, the session's table is the judge. */
static bool answer_retry(struct node *node, struct raft *raft, const struct request *request) {
    if (request->sequence == 0 || rf_has_bug(node, RF_BUG_R26)) {
        return false;
    }
    struct rf_session *session = rf_session_of(node, &raft->sessions, request->session);
    struct reply reply = {.status = REPLY_OK};
    enum session_answer answer = session_find(&session->common, request->sequence, &reply.value);
    if (answer != SESSION_NEW) {
        reply.status = answer == SESSION_DONE ? REPLY_OK : REPLY_UNKNOWN;
        node_reply(node, request, reply);
        return true;
    }
    if (request->sequence > session->highest_seen) {
        session->highest_seen = request->sequence;
        return false;
    }
    uint64_t index = find_pending(raft, request);
    if (index > 0) {
        wait_for(node, raft, index, request);
    }
    return index > 0;
}

static void append_operation(struct node *node, struct raft *raft, const struct request *request) {
    struct rf_entry entry = {.term = raft->term,
                             .session = request->session,
                             .sequence = request->sequence,
                             .settled = request->settled,
                             .key = request->key,
                             .value = request->value,
                             .expected = request->expected,
                             .value_bytes = request->kind == OP_READ ? 0 : request->value_bytes,
                             .type = RF_ENTRY_OPERATION,
                             .kind = (uint8_t)request->kind};
    rf_log_append(node, raft, &entry);
    wait_for(node, raft, rf_last_index(raft), request);
    rf_replicate(node, raft);
    rf_disk_progress(node, raft);
}

void rf_on_request(struct node *node, struct raft *raft, const struct request *request) {
    if (raft->role != RF_LEADER) {
        rf_redirect(node, raft, request);
        return;
    }
    if (raft->pending.count + raft->reads.count >= RF_MOST_WAITING) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL});
        return;
    }
    if (request->kind == OP_READ && rf_params(node)->reads != RF_READS_LOG) {
        rf_read(node, raft, request);
    } else if (raft->is_transferring) {
        /* Dissertation 3.10: the log must come to an end, for the next leader to have all of it. */
        node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = node_peer(node, raft->successor)});
    } else if (!answer_retry(node, raft, request)) {
        append_operation(node, raft, request);
    }
}

void rf_answer_applied(struct node *node, struct raft *raft, uint64_t index, struct reply reply) {
    struct rf_waiter *waiter;
    while ((waiter = rf_queue_front(&raft->pending)) && waiter->index <= index) {
        node_reply(node, &waiter->request, reply);
        rf_queue_pop(&raft->pending);
    }
}

/* What is in the log may yet be committed by the next leader; what is not, surely was not done. R18 takes it for done
 * because the entry is still there. */
void rf_release_clients(struct node *node, struct raft *raft) {
    struct reply reply = {.status = rf_has_bug(node, RF_BUG_R18) ? REPLY_OK : REPLY_UNKNOWN};
    struct rf_waiter *waiter;
    while ((waiter = rf_queue_front(&raft->pending))) {
        reply.value = waiter->request.value;
        node_reply(node, &waiter->request, reply);
        rf_queue_pop(&raft->pending);
    }
    while ((waiter = rf_queue_front(&raft->reads))) {
        rf_redirect(node, raft, &waiter->request);
        rf_queue_pop(&raft->reads);
    }
}
