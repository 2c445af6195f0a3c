/* Replication, the follower's side: the receiver of AppendEntries (Raft 5.3 and figure 2). */
#include "models/raft/raft.h"

static void send_reply(struct node *node, struct raft *raft, const struct message *message, disk_ticket ticket,
                       struct rf_append_reply reply) {
    const struct rf_append *append = message->body;
    reply.term = raft->term;
    reply.prev_index = append->prev_index;
    reply.round = append->round;
    reply.sent_at = append->sent_at;
    rf_send_after(node, raft, ticket, message->from,
                  (struct outgoing){.type = RF_APPEND_REPLY,
                                    .encoded_bytes = RF_HEADER_BYTES + 7 * RF_NUMBER_BYTES,
                                    .body = &reply,
                                    .body_bytes = sizeof reply});
}

/* What is compacted was committed, and is the same in the log of every later leader. */
static bool matches_at(const struct raft *raft, uint64_t index, uint64_t term) {
    if (index < raft->log.first_index) {
        return true;
    }
    return index <= rf_last_index(raft) && rf_term_at(raft, index) == term;
}

/* Raft 5.3, end: the term of the conflicting entry and the first index of that term here; no term if the log is too
 * short. */
static struct rf_append_reply refusal(const struct raft *raft, uint64_t prev_index) {
    if (prev_index > rf_last_index(raft)) {
        return (struct rf_append_reply){.conflict_index = rf_last_index(raft) + 1};
    }
    uint64_t term = rf_term_at(raft, prev_index);
    return (struct rf_append_reply){.conflict_term = term, .conflict_index = rf_first_of_term(raft, term)};
}

/* Figure 2, AppendEntries 3 and 4. A message may be late, so that the log already goes beyond it: only an entry of
 * another term is a conflict, and what it does not touch stays. */
static void take_entries(struct node *node, struct raft *raft, const struct rf_append *append) {
    for (uint64_t i = 0; i < append->count; i++) {
        uint64_t index = append->prev_index + 1 + i;
        if (matches_at(raft, index, append->entries[i].term)) {
            continue;
        }
        if (index <= rf_last_index(raft)) {
            rf_log_truncate(node, raft, index);
        }
        rf_log_append(node, raft, &append->entries[i]);
    }
    /* R05: whatever follows the message's last entry is cut off, conflict or not; what is compacted is out of reach. */
    uint64_t end = append->prev_index + append->count + 1;
    end = end < raft->log.first_index ? raft->log.first_index : end;
    if (rf_has_bug(node, RF_BUG_R05) && end <= rf_last_index(raft)) {
        rf_log_truncate(node, raft, end);
    }
}

/* Figure 2, AppendEntries 5: beyond the message's last entry, this log may differ from the leader's. R06 forgets that.
 */
static void take_commit_index(struct node *node, struct raft *raft, const struct rf_append *append) {
    uint64_t covered = append->prev_index + append->count;
    if (rf_has_bug(node, RF_BUG_R06)) {
        covered = rf_last_index(raft);
    }
    rf_commit_to(node, raft, append->commit_index < covered ? append->commit_index : covered);
}

/* R08: what is compacted has no term here, which is taken for a conflict. */
static bool drops_log(struct node *node, struct raft *raft, uint64_t prev_index) {
    if (!rf_has_bug(node, RF_BUG_R08) || prev_index == 0 || prev_index + 1 >= raft->log.first_index) {
        return false;
    }
    uint64_t first = raft->snapshot->position.index + 1;
    if (first <= rf_last_index(raft)) {
        rf_log_truncate(node, raft, first);
    }
    return true;
}

void rf_hear_leader(struct node *node, struct raft *raft, uint64_t term, node_id leader) {
    if (term > raft->term || raft->role != RF_FOLLOWER || raft->leader != leader) {
        rf_become_follower(node, raft, term, leader);
    }
    raft->leader_heard_at = node_monotonic(node);
    raft->has_heard_leader = true;
    rf_arm_election(node);
}

/* Figure 2: what is acknowledged is durable. With entries, the reply waits for them; a heartbeat is answered at once,
 * with what is durable by then, so that a slow disk delays neither reads nor the leader's check of its majority. R19
 * acknowledges what is only in memory. */
static void acknowledge(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_append *append = message->body;
    uint64_t covered = append->prev_index + append->count;
    disk_ticket ticket = 0;
    if (!rf_has_bug(node, RF_BUG_R19)) {
        if (append->count == 0) {
            covered = rf_durable_index(node, raft, covered);
        } else {
            ticket = rf_ticket_at(raft, covered);
        }
    }
    send_reply(node, raft, message, ticket, (struct rf_append_reply){.is_success = true, .match_index = covered});
}

void rf_on_append(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_append *append = message->body;
    if (append->term < raft->term) { /* a deposed leader: the term in the reply tells it */
        send_reply(node, raft, message, 0, (struct rf_append_reply){.is_success = false});
        return;
    }
    if (append->term == raft->term && raft->role == RF_LEADER) {
        return; /* two leaders of one term: only with a rule broken, and the checker of election safety tells of it */
    }
    rf_hear_leader(node, raft, append->term, message->from);
    if (append->count > 0 && raft->is_installing) {
        return; /* nothing goes behind a snapshot that may be gone after a crash */
    }

    if (drops_log(node, raft, append->prev_index) || !matches_at(raft, append->prev_index, append->prev_term)) {
        send_reply(node, raft, message, 0, refusal(raft, append->prev_index));
        return;
    }
    take_entries(node, raft, append);
    take_commit_index(node, raft, append);

    acknowledge(node, raft, message);
}
