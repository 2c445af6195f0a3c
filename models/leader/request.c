/* Clients: the leader takes writes; reads go where the parameter `reads` lets them. */
#include "models/leader/leader.h"

static void redirect(struct node *node, const struct ld_node *ld, const struct request *request) {
    bool is_own = ld->leader == node_self(node);
    node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = is_own ? NODE_NONE : ld->leader});
}

/* ---- Reads ---- */

static void answer_read(struct node *node, const struct ld_node *ld, const struct request *request) {
    const struct stored_value *slot = node_table_find(&ld->store, request->key);
    bool has_tokens = ld_params(node)->reads == LD_READS_SESSION;
    node_reply(node, request,
               (struct reply){.status = REPLY_OK,
                              .value = slot != NULL ? slot->value : 0,
                              .value_bytes = slot != NULL ? slot->value_bytes : 0,
                              .hint = NODE_NONE,
                              .token = has_tokens ? ld->applied_index : 0});
}

/* Whether a follower may answer from what it has applied. */
static bool may_read(const struct node *node, const struct ld_node *ld, const struct request *request) {
    const struct ld_params *params = ld_params(node);
    switch ((enum ld_reads)params->reads) {
    case LD_READS_ANY:
        return true;
    case LD_READS_BOUNDED:
        return ld->fresh_at >= 0 && node_monotonic(node) - ld->fresh_at <= params->staleness_bound;
    case LD_READS_SESSION:
        return ld->applied_index >= request->token;
    case LD_READS_LEADER:
        break;
    }
    return false;
}

/* A token that is ahead of a leader comes from its successor: only one without a fence can be told so. */
static bool is_behind_token(const struct node *node, const struct ld_node *ld, const struct request *request) {
    return ld_params(node)->reads == LD_READS_SESSION && ld->applied_index < request->token;
}

static void read_at_leader(struct node *node, const struct ld_node *ld, const struct request *request) {
    bool knows_all = ld->commit_index >= ld->epoch_start; /* what its predecessor acknowledged */
    if (!knows_all || is_behind_token(node, ld, request)) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL, .hint = NODE_NONE});
    } else {
        answer_read(node, ld, request);
    }
}

/* ---- Writes ---- */

static struct ld_waiter *waiter_at(const struct ld_node *ld, uint32_t place) {
    return &ld->waiters[(ld->waiter_head + place) % ld->waiter_capacity];
}

static void wait_for(struct node *node, struct ld_node *ld, uint64_t index, const struct request *request) {
    if (ld->waiter_count == ld->waiter_capacity) {
        uint32_t capacity = ld->waiter_capacity ? 2 * ld->waiter_capacity : 64;
        struct ld_waiter *waiters = node_alloc(node, capacity * sizeof *waiters);
        for (uint32_t i = 0; i < ld->waiter_count; i++) {
            waiters[i] = *waiter_at(ld, i);
        }
        node_free(node, ld->waiters);
        ld->waiters = waiters;
        ld->waiter_head = 0;
        ld->waiter_capacity = capacity;
    }
    ld->waiter_count++;
    *waiter_at(ld, ld->waiter_count - 1) = (struct ld_waiter){.index = index, .request = *request};
}

void ld_answer(struct node *node, struct ld_node *ld, uint64_t index, struct reply reply) {
    if (ld->waiter_count == 0 || waiter_at(ld, 0)->index != index) {
        return; /* of an earlier epoch: nobody waits here */
    }
    reply.token = ld_params(node)->reads == LD_READS_SESSION && reply.status == REPLY_OK ? index : 0;
    node_reply(node, &waiter_at(ld, 0)->request, reply);
    ld->waiter_head = (ld->waiter_head + 1) % ld->waiter_capacity;
    ld->waiter_count--;
}

void ld_drop_waiters(struct node *node, struct ld_node *ld) {
    for (uint32_t i = 0; i < ld->waiter_count; i++) {
        node_reply(node, &waiter_at(ld, i)->request, (struct reply){.status = REPLY_UNKNOWN, .hint = NODE_NONE});
    }
    ld->waiter_count = 0;
}

/* A retry gets the answer of its first attempt, or waits in its place. A false no costs only a second entry: when that
 * is applied, the session's table is the judge. */
static bool answer_retry(struct node *node, struct ld_node *ld, const struct request *request) {
    if (request->sequence == 0) {
        return false;
    }
    struct reply reply = {.status = REPLY_OK, .hint = NODE_NONE};
    const struct client_session *session = node_table_add(node, &ld->sessions, request->session, sizeof *session);
    enum session_answer answer = session_find(session, request->sequence, &reply.value);
    if (answer != SESSION_NEW) {
        reply.status = answer == SESSION_DONE ? REPLY_OK : REPLY_UNKNOWN;
        reply.token = ld_params(node)->reads == LD_READS_SESSION ? ld->applied_index : 0;
        node_reply(node, request, reply);
        return true;
    }
    for (uint32_t i = 0; i < ld->waiter_count; i++) {
        struct request *waiting = &waiter_at(ld, i)->request;
        if (waiting->session == request->session && waiting->sequence == request->sequence) {
            *waiting = *request;
            return true;
        }
    }
    return false;
}

static void write_at_leader(struct node *node, struct ld_node *ld, const struct request *request) {
    if (ld->waiter_count >= LD_MOST_WAITING) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL, .hint = NODE_NONE});
        return;
    }
    if (answer_retry(node, ld, request)) {
        return;
    }
    struct ld_entry entry = {.epoch = ld->epoch,
                             .session = request->session,
                             .sequence = request->sequence,
                             .settled = request->settled,
                             .key = request->key,
                             .value = request->value,
                             .expected = request->expected,
                             .value_bytes = request->value_bytes,
                             .kind = request->kind};
    ld_append(node, ld, &entry);
    wait_for(node, ld, ld->log.count, request);
    ld_ship(node, ld, false);
    ld_log_synced(node, ld);
    ld_advance_commit(node, ld);
}

void ld_on_request(struct node *node, struct ld_node *ld, const struct request *request) {
    bool is_read = request->kind == OP_READ;
    bool leads = ld->role == LD_LEADER;
    if (is_read && !leads && may_read(node, ld, request)) {
        answer_read(node, ld, request);
    } else if (!leads || !ld_has_lease(node, ld)) { /* fencing: a successor may serve already */
        redirect(node, ld, request);
    } else if (is_read) {
        read_at_leader(node, ld, request);
    } else {
        write_at_leader(node, ld, request);
    }
}
