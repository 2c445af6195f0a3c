/* Votes: asking for them, giving them, counting them (Raft 5.2 and 5.4.1), and the same for the pre-vote, which binds
 * nobody (dissertation 9.6). */
#include "models/raft/raft.h"

static struct outgoing vote_message(uint32_t type, const struct rf_vote *vote) {
    return (struct outgoing){
        .type = type, .encoded_bytes = RF_HEADER_BYTES + 2 * RF_NUMBER_BYTES, .body = vote, .body_bytes = sizeof *vote};
}

static struct outgoing vote_reply_message(uint32_t type, const struct rf_vote_reply *reply) {
    return (struct outgoing){
        .type = type, .encoded_bytes = RF_HEADER_BYTES + RF_NUMBER_BYTES, .body = reply, .body_bytes = sizeof *reply};
}

void rf_ask_votes(struct node *node, struct raft *raft, uint32_t type, uint64_t term, bool is_transfer) {
    struct rf_vote vote = {
        .term = term, .last_index = rf_last_index(raft), .last_term = rf_last_term(raft), .is_transfer = is_transfer};
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        if (i != raft->self && rf_is_voter(raft, i)) {
            rf_send(node, raft, node_peer(node, i), vote_message(type, &vote));
        }
    }
}

/* Raft 5.4.1: the later last term wins; of equal ones, the longer log. R16 looks at the length only. */
static bool is_up_to_date(const struct node *node, const struct raft *raft, const struct rf_vote *asked) {
    if (asked->last_term != rf_last_term(raft) && !rf_has_bug(node, RF_BUG_R16)) {
        return asked->last_term > rf_last_term(raft);
    }
    return asked->last_index >= rf_last_index(raft);
}

/* Dissertation 9.6: yes if this node would vote, and has not heard from a leader for an election timeout. Nothing
 * changes here. */
void rf_on_pre_vote(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_vote *asked = message->body;
    bool is_granted = asked->term > raft->term && !rf_hears_leader(node, raft) && is_up_to_date(node, raft, asked);
    struct rf_vote_reply reply = {.term = is_granted ? asked->term : raft->term, .is_granted = is_granted};
    rf_send(node, raft, message->from, vote_reply_message(RF_PRE_VOTE_REPLY, &reply));
}

void rf_on_pre_vote_reply(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_vote_reply *reply = message->body;
    if (!reply->is_granted) {
        if (reply->term > raft->term) {
            rf_become_follower(node, raft, reply->term, NODE_NONE);
        }
        return;
    }
    if (raft->role != RF_PRE_CANDIDATE || reply->term != raft->term + 1) {
        return;
    }
    raft->peers[node_peer_index(node, message->from)].has_granted = true;
    if (rf_has_majority_of_votes(raft)) {
        rf_become_candidate(node, raft, false);
    }
}

static bool grant_vote(struct node *node, struct raft *raft, node_id candidate, const struct rf_vote *asked) {
    bool is_free = raft->voted_for == NODE_NONE || raft->voted_for == candidate;
    if (asked->term != raft->term || !is_free || !is_up_to_date(node, raft, asked)) {
        return false;
    }
    if (raft->voted_for == NODE_NONE) {
        raft->voted_for = candidate;
        rf_save_hard_state(node, raft);
        node_probe(node, PROBE_VOTE, candidate, raft->term, 0);
    }
    rf_arm_election(node);
    return true;
}

void rf_on_vote(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_vote *asked = message->body;
    /* Dissertation 4.2.3: whoever hears a leader neither votes nor takes over the term of a node that does not; unless
     * the leader itself has asked for it (3.10). */
    if (asked->term >= raft->term && !asked->is_transfer && rf_checks_quorum(node) && rf_hears_leader(node, raft)) {
        return;
    }
    if (asked->term > raft->term) {
        rf_become_follower(node, raft, asked->term, NODE_NONE);
    }

    bool is_granted = grant_vote(node, raft, message->from, asked);
    struct rf_vote_reply reply = {.term = raft->term, .is_granted = is_granted};
    struct outgoing answer = vote_reply_message(RF_VOTE_REPLY, &reply);
    /* Raft 5.1: term and vote are on stable storage before the reply. R02: the reply goes first. */
    if (rf_has_bug(node, RF_BUG_R02)) {
        node_send(node, message->from, answer);
    } else {
        rf_send(node, raft, message->from, answer);
    }
}

static void count_vote(struct node *node, struct raft *raft, size_t voter) {
    raft->peers[voter].has_granted = true;
    if (rf_has_majority_of_votes(raft)) {
        rf_become_leader(node, raft);
    }
}

void rf_on_vote_reply(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_vote_reply *reply = message->body;
    if (reply->term > raft->term) {
        rf_become_follower(node, raft, reply->term, NODE_NONE);
        return;
    }
    /* Raft 5.1: a reply to an earlier term's request says nothing now. R17 counts it. */
    bool is_stale = reply->term < raft->term && !rf_has_bug(node, RF_BUG_R17);
    if (raft->role == RF_CANDIDATE && reply->is_granted && !is_stale) {
        count_vote(node, raft, node_peer_index(node, message->from));
    }
}

void rf_count_own_vote(struct node *node, struct raft *raft) {
    if (!raft->peers[raft->self].has_granted && node_disk_done(node, raft->hard_state_ticket)) {
        count_vote(node, raft, raft->self);
    }
}

static bool has_majority(const struct raft *raft, uint64_t voters) {
    uint32_t votes = 0, all = 0;
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        bool is_voter = voters >> i & 1;
        all += is_voter;
        votes += is_voter && raft->peers[i].has_granted;
    }
    return votes > all / 2;
}

/* Raft 6: in joint consensus, of both the old and the new voters. */
bool rf_has_majority_of_votes(const struct raft *raft) {
    const struct rf_members *members = &raft->members;
    return has_majority(raft, members->voters) && (members->outgoing == 0 || has_majority(raft, members->outgoing));
}
