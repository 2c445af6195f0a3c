/* Leadership transfer (dissertation 3.10): the leader stops taking operations, brings its successor's log up to date,
 * and tells it to stand for election at once. If that has not worked within an election timeout, it goes on itself.
 *
 * The successor's election asks nobody whether he hears a leader, so no lease holds against it; and the message may be
 * late. Having sent it, a leader serves no more reads by lease in its term (R15 does). */
#include "models/raft/raft.h"

/* Of those asked for, the voter that has most of the log. */
static uint32_t best_successor(const struct node *node, const struct raft *raft, const struct admin_request *request) {
    uint32_t best = raft->peer_count;
    for (size_t i = 0; i < request->target_count; i++) {
        uint32_t at = (uint32_t)node_peer_index(node, request->targets[i]);
        bool may = at != raft->self && rf_is_voter(raft, at);
        if (may && (best == raft->peer_count ||
                    raft->peers[at].marks[RF_MARK_MATCH] > raft->peers[best].marks[RF_MARK_MATCH])) {
            best = at;
        }
    }
    return best;
}

enum admin_answer rf_transfer_leadership(struct node *node, struct raft *raft, const struct admin_request *request) {
    if (raft->role != RF_LEADER || raft->is_transferring) {
        return ADMIN_REFUSED;
    }
    if (request->target_count == 1 && request->targets[0] == node_self(node)) {
        return ADMIN_DONE;
    }
    uint32_t successor = best_successor(node, raft, request);
    if (successor == raft->peer_count) {
        return ADMIN_REFUSED;
    }
    raft->is_transferring = true;
    raft->successor = successor;
    node_arm(node, RF_TIMER_TRANSFER, rf_params(node)->election_timeout[0]);
    rf_replicate(node, raft);
    rf_go_on_with_transfer(node, raft);
    return ADMIN_ACCEPTED;
}

void rf_go_on_with_transfer(struct node *node, struct raft *raft) {
    if (!raft->is_transferring || raft->peers[raft->successor].marks[RF_MARK_MATCH] < rf_last_index(raft)) {
        return;
    }
    raft->is_lease_void = true;
    struct rf_timeout_now now = {.term = raft->term};
    rf_send(node, raft, node_peer(node, raft->successor),
            (struct outgoing){
                .type = RF_TIMEOUT_NOW, .encoded_bytes = RF_HEADER_BYTES, .body = &now, .body_bytes = sizeof now});
}

void rf_transfer_timeout(struct raft *raft) {
    raft->is_transferring = false;
}

void rf_on_timeout_now(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_timeout_now *now = message->body;
    bool may = now->term == raft->term && raft->role == RF_FOLLOWER && rf_may_campaign(raft);
    if (may && !raft->is_installing) {
        rf_become_candidate(node, raft, true);
    }
}
