/* Roles and the changes between them (Raft 5.1 and 5.2; dissertation 9.6 for the pre-vote). Only the become functions
 * set a role. */
#include "models/raft/raft.h"

static void set_role(struct node *node, struct raft *raft, enum rf_role role) {
    static const enum node_role published[] = {
        [RF_FOLLOWER] = ROLE_FOLLOWER,   [RF_PRE_CANDIDATE] = ROLE_FOLLOWER,
        [RF_CANDIDATE] = ROLE_CANDIDATE, [RF_LEADER] = ROLE_LEADER,
        [RF_HALTED] = ROLE_NONE,
    };
    raft->role = role;
    bool is_learner = role == RF_FOLLOWER && !rf_is_voter(raft, raft->self);
    enum node_role shown = is_learner ? ROLE_LEARNER : published[role];
    if (raft->published_role == shown && raft->published_term == raft->term) {
        return;
    }
    raft->published_role = shown;
    raft->published_term = raft->term;
    node_probe(node, PROBE_ROLE, raft->published_role, raft->term, 0);
}

/* After a change of the membership. */
void rf_publish_role(struct node *node, struct raft *raft) {
    if (raft->published_role != ROLE_NONE) {
        set_role(node, raft, raft->role);
    }
}

/* Raft 5.2: drawn anew each time, so that split votes are rare and end soon. */
void rf_arm_election(struct node *node) {
    const struct rf_params *params = rf_params(node);
    sim_time delay = node_draw(node, RF_STREAM_ELECTION, params->election_timeout[0], params->election_timeout[1]);
    node_arm(node, RF_TIMER_ELECTION, delay);
}

/* A leader was heard within the minimum election timeout, on this node's own clock: the ground on which votes are
 * withheld (dissertation 4.2.3) and leases stand (6.4.1). */
bool rf_hears_leader(const struct node *node, const struct raft *raft) {
    if (raft->role == RF_LEADER) {
        return true;
    }
    return raft->has_heard_leader &&
           node_monotonic(node) - raft->leader_heard_at < rf_params(node)->election_timeout[0];
}

static void forget_votes(struct raft *raft) {
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        raft->peers[i].has_granted = false;
    }
}

static void stop_leading(struct node *node, struct raft *raft) {
    node_cancel(node, RF_TIMER_HEARTBEAT);
    node_cancel(node, RF_TIMER_TRANSFER);
    rf_release_clients(node, raft);
    raft->change = (struct rf_change){0};
    raft->is_transferring = false;
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        rf_release_snapshot(node, raft->peers[i].shipped);
        raft->peers[i].shipped = NULL;
    }
}

void rf_become_follower(struct node *node, struct raft *raft, uint64_t term, node_id leader) {
    bool was_leader = raft->role == RF_LEADER;
    /* Raft figure 2: a vote lasts as long as its term. R03: a step-down within the term forgets it. */
    if (term > raft->term || rf_has_bug(node, RF_BUG_R03)) {
        raft->term = term;
        raft->voted_for = NODE_NONE;
        rf_save_hard_state(node, raft);
    }
    raft->leader = leader;
    set_role(node, raft, RF_FOLLOWER);
    if (was_leader) {
        stop_leading(node, raft);
    }
    if (!node_is_armed(node, RF_TIMER_ELECTION)) {
        rf_arm_election(node);
    }
}

static void become_pre_candidate(struct node *node, struct raft *raft) {
    raft->leader = NODE_NONE;
    set_role(node, raft, RF_PRE_CANDIDATE);
    forget_votes(raft);
    raft->peers[raft->self].has_granted = true;
    if (rf_has_majority_of_votes(raft)) {
        rf_become_candidate(node, raft, false);
    } else {
        rf_ask_votes(node, raft, RF_PRE_VOTE, raft->term + 1, false);
    }
}

void rf_become_candidate(struct node *node, struct raft *raft, bool is_transfer) {
    raft->term++;
    raft->voted_for = node_self(node);
    raft->leader = NODE_NONE;
    rf_save_hard_state(node, raft);
    set_role(node, raft, RF_CANDIDATE);
    node_probe(node, PROBE_VOTE, raft->voted_for, raft->term, 0);
    forget_votes(raft);
    rf_arm_election(node);
    rf_ask_votes(node, raft, RF_VOTE, raft->term, is_transfer);
    rf_count_own_vote(node, raft);
}

void rf_election_timeout(struct node *node, struct raft *raft) {
    rf_arm_election(node);
    if (!rf_may_campaign(raft) || raft->is_installing) {
        return;
    }
    if (rf_pre_votes(node)) {
        become_pre_candidate(node, raft);
    } else {
        rf_become_candidate(node, raft, false);
    }
}

/* Raft figure 2, volatile state on leaders; next_index starts right after the leader's last entry. */
void rf_begin_peer(struct node *node, struct raft *raft, uint32_t index) {
    struct rf_peer *peer = &raft->peers[index];
    bool is_self = index == raft->self;
    peer->marks[RF_MARK_MATCH] = 0;
    peer->marks[RF_MARK_ROUND] = is_self ? UINT64_MAX : 0;
    peer->marks[RF_MARK_LEASE] = is_self ? UINT64_MAX : 0;
    /* The election was a contact with a majority: the time until the next one is due starts now. */
    peer->marks[RF_MARK_HEARD] = is_self ? UINT64_MAX : (uint64_t)node_monotonic(node);
    peer->next_index = rf_last_index(raft) + 1;
    peer->in_flight_head = peer->in_flight_count = 0;
    peer->is_probing = false;
    rf_release_snapshot(node, peer->shipped);
    peer->shipped = NULL;
}

void rf_become_leader(struct node *node, struct raft *raft) {
    raft->leader = node_self(node);
    node_cancel(node, RF_TIMER_ELECTION);
    set_role(node, raft, RF_LEADER);

    /* Raft 5.3, leader append-only: a leader keeps its log as it is. The switch drops what it does not know to be
     * committed, to start its term with a clean log. */
    if (rf_has_bug(node, RF_BUG_OVERWRITE_LEADER_LOG) && rf_last_index(raft) > raft->commit_index) {
        rf_log_truncate(node, raft, raft->commit_index + 1);
    }

    for (uint32_t i = 0; i < raft->peer_count; i++) {
        rf_begin_peer(node, raft, i);
    }
    raft->round = raft->confirmed_round = 0;
    raft->is_lease_void = false;

    /* Dissertation 6.4: only an entry of its own term tells a leader what is committed. */
    struct rf_entry noop = {.term = raft->term, .type = RF_ENTRY_NOOP};
    rf_log_append(node, raft, &noop);
    raft->term_start_index = rf_last_index(raft);
    rf_start_round(node, raft);
    node_arm(node, RF_TIMER_HEARTBEAT, rf_params(node)->heartbeat);
    rf_disk_progress(node, raft);
}

void rf_become_halted(struct node *node, struct raft *raft) {
    bool was_leader = raft->role == RF_LEADER;
    raft->leader = NODE_NONE;
    set_role(node, raft, RF_HALTED);
    node_cancel(node, RF_TIMER_ELECTION);
    if (was_leader) {
        stop_leading(node, raft);
    }
}
