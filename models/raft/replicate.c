/* Replication, the leader's side (Raft 5.3): what to send to whom, and what the replies mean.
 *
 * A follower whose log is known to match up to next_index - 1 gets entries in batches, several under way at a time
 * (dissertation 10.2.1): next_index advances at the send. A lost message shows at the next one, whose prev_index the
 * follower does not have; its refusal makes the leader probe with empty messages until one succeeds. Heartbeats are
 * empty messages at next_index - 1, so they find losses as well. */
#include "models/raft/raft.h"

static uint64_t majority_mark_of(struct raft *raft, uint64_t voters, enum rf_mark mark) {
    uint64_t *sorted = raft->sorted; /* descending */
    uint32_t count = 0;
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        if (!(voters >> i & 1)) {
            continue;
        }
        uint64_t value = raft->peers[i].marks[mark];
        uint32_t at = count++;
        for (; at > 0 && sorted[at - 1] < value; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = value;
    }
    return sorted[count / 2];
}

/* Raft 6: in joint consensus, what majorities of both the old and the new voters have reached. */
uint64_t rf_majority_mark(struct raft *raft, enum rf_mark mark) {
    uint64_t reached = majority_mark_of(raft, raft->members.voters, mark);
    if (raft->members.outgoing != 0) {
        uint64_t old = majority_mark_of(raft, raft->members.outgoing, mark);
        reached = old < reached ? old : reached;
    }
    return reached;
}

static bool may_send_entries(const struct node *node, const struct raft *raft, const struct rf_peer *peer) {
    return !peer->is_probing && !rf_needs_snapshot(raft, peer) && peer->next_index <= rf_last_index(raft) &&
           peer->in_flight_count < (uint64_t)rf_params(node)->pipeline;
}

static void add_in_flight(const struct node *node, struct rf_peer *peer, uint64_t last_index) {
    uint32_t size = (uint32_t)rf_params(node)->pipeline;
    peer->in_flight[(peer->in_flight_head + peer->in_flight_count) % size] = last_index;
    peer->in_flight_count++;
}

static void drop_in_flight(const struct node *node, struct rf_peer *peer, uint64_t up_to) {
    uint32_t size = (uint32_t)rf_params(node)->pipeline;
    while (peer->in_flight_count > 0 && peer->in_flight[peer->in_flight_head] <= up_to) {
        peer->in_flight_head = (peer->in_flight_head + 1) % size;
        peer->in_flight_count--;
    }
}

/* Sends `count` entries after prev_index. */
static void send_entries(struct node *node, struct raft *raft, uint32_t to, uint64_t prev_index, uint64_t count) {
    struct rf_append *append = raft->outbox;
    *append = (struct rf_append){.term = raft->term,
                                 .prev_index = prev_index,
                                 .prev_term = rf_term_at(raft, prev_index),
                                 .commit_index = raft->commit_index,
                                 .round = raft->round,
                                 .sent_at = rf_lease_clock(node),
                                 .count = count};
    uint32_t encoded = RF_HEADER_BYTES + 6 * RF_NUMBER_BYTES;
    for (uint64_t i = 0; i < count; i++) {
        append->entries[i] = *rf_entry_at(raft, prev_index + 1 + i);
        encoded += RF_ENTRY_BYTES + append->entries[i].value_bytes;
    }
    rf_send(node, raft, node_peer(node, to),
            (struct outgoing){.type = RF_APPEND,
                              .encoded_bytes = encoded,
                              .body = append,
                              .body_bytes = sizeof *append + count * sizeof append->entries[0]});
}

/* A follower that gets a snapshot is asked about nothing: only that its leader lives. */
static void send_append(struct node *node, struct raft *raft, uint32_t to) {
    struct rf_peer *peer = &raft->peers[to];
    if (rf_needs_snapshot(raft, peer)) {
        rf_ship_snapshot(node, raft, to);
        send_entries(node, raft, to, 0, 0);
        return;
    }
    uint64_t count = 0;
    if (may_send_entries(node, raft, peer)) {
        uint64_t batch = (uint64_t)rf_params(node)->batch;
        count = rf_last_index(raft) + 1 - peer->next_index;
        count = count < batch ? count : batch;
    }
    send_entries(node, raft, to, peer->next_index - 1, count);
    if (count > 0) {
        peer->next_index += count;
        add_in_flight(node, peer, peer->next_index - 1);
    }
}

static void send_lacking(struct node *node, struct raft *raft, uint32_t to) {
    while (may_send_entries(node, raft, &raft->peers[to])) {
        send_append(node, raft, to);
    }
}

void rf_replicate(struct node *node, struct raft *raft) {
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        if (rf_is_peer(raft, i)) {
            send_lacking(node, raft, i);
        }
    }
}

void rf_start_round(struct node *node, struct raft *raft) {
    raft->round++;
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        if (rf_is_peer(raft, i)) {
            send_append(node, raft, i);
        }
    }
}

void rf_start_read_round(struct node *node, struct raft *raft) {
    raft->round++;
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        if (rf_is_peer(raft, i)) {
            uint64_t match = raft->peers[i].marks[RF_MARK_MATCH];
            send_entries(node, raft, i, match + 1 < raft->log.first_index ? 0 : match, 0);
        }
    }
}

/* Dissertation 6.2: a leader that a majority has not answered for an election timeout steps down, so that its clients
 * look elsewhere. */
static bool has_lost_majority(const struct node *node, struct raft *raft) {
    uint64_t heard_at = rf_majority_mark(raft, RF_MARK_HEARD);
    uint64_t now = (uint64_t)node_monotonic(node);
    return heard_at < now && now - heard_at >= (uint64_t)rf_params(node)->election_timeout[0];
}

void rf_heartbeat_timeout(struct node *node, struct raft *raft) {
    if (rf_checks_quorum(node) && has_lost_majority(node, raft)) {
        rf_become_follower(node, raft, raft->term, NODE_NONE);
        return;
    }
    rf_start_round(node, raft);
    rf_give_up_change(node, raft);
    node_arm(node, RF_TIMER_HEARTBEAT, rf_params(node)->heartbeat);
}

void rf_raise_mark(struct rf_peer *peer, enum rf_mark mark, uint64_t value) {
    if (peer->marks[mark] < value) {
        peer->marks[mark] = value;
    }
}

void rf_advance_peer(struct node *node, struct raft *raft, uint32_t index, uint64_t match_index) {
    struct rf_peer *peer = &raft->peers[index];
    if (match_index > rf_last_index(raft)) {
        return; /* only a reply of another term (R17) can claim that */
    }
    rf_raise_mark(peer, RF_MARK_MATCH, match_index);
    drop_in_flight(node, peer, match_index);
    if (match_index + 1 >= peer->next_index) { /* not by an answer about less than what is being probed */
        peer->is_probing = false;
    }
    if (peer->next_index <= match_index) {
        peer->next_index = match_index + 1;
    }
    if (peer->shipped && peer->next_index >= raft->log.first_index) { /* the log alone is enough again */
        rf_release_snapshot(node, peer->shipped);
        peer->shipped = NULL;
    }
    rf_advance_commit(node, raft);
}

/* Raft 5.3: skip all entries of the conflicting term at once. If the leader has that term, the logs may match up to its
 * last entry of it; if not, they can only match before the follower's first one. */
static uint64_t index_to_try(const struct raft *raft, const struct rf_append_reply *reply, uint64_t match_index) {
    uint64_t next = reply->conflict_index;
    if (reply->conflict_term > 0) {
        uint64_t after = rf_first_of_term(raft, reply->conflict_term + 1);
        if (rf_term_at(raft, after - 1) == reply->conflict_term) {
            next = after;
        }
    }
    if (next > reply->prev_index) {
        next = reply->prev_index;
    }
    if (next > rf_last_index(raft) + 1) {
        next = rf_last_index(raft) + 1;
    }
    return next > match_index ? next : match_index + 1;
}

static void back_off(struct node *node, struct raft *raft, uint32_t to, const struct rf_append_reply *reply) {
    struct rf_peer *peer = &raft->peers[to];
    /* Messages overtake each other: a refusal of what was acknowledged since, or of another probe, is out of date. */
    if (reply->prev_index <= peer->marks[RF_MARK_MATCH] || peer->shipped) {
        return;
    }
    if (peer->is_probing && reply->prev_index != peer->next_index - 1) {
        return;
    }
    peer->next_index = index_to_try(raft, reply, peer->marks[RF_MARK_MATCH]);
    peer->in_flight_count = 0;
    peer->is_probing = true;
    send_append(node, raft, to);
}

void rf_on_append_reply(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_append_reply *reply = message->body;
    if (reply->term > raft->term) {
        rf_become_follower(node, raft, reply->term, NODE_NONE);
        return;
    }
    /* Raft 5.1: as for votes; R17 counts what was acknowledged in an earlier term, though it may be gone since. */
    bool is_stale = reply->term < raft->term && !rf_has_bug(node, RF_BUG_R17);
    uint32_t from = (uint32_t)node_peer_index(node, message->from);
    if (raft->role != RF_LEADER || is_stale || !rf_is_peer(raft, from)) {
        return;
    }
    struct rf_peer *peer = &raft->peers[from];
    rf_raise_mark(peer, RF_MARK_ROUND, reply->round);
    rf_raise_mark(peer, RF_MARK_LEASE, (uint64_t)reply->sent_at);
    rf_raise_mark(peer, RF_MARK_HEARD, (uint64_t)node_monotonic(node));
    if (!reply->is_success) {
        back_off(node, raft, from, reply);
        rf_serve_reads(node, raft);
        return;
    }
    rf_advance_peer(node, raft, from, reply->match_index);
    if (raft->role != RF_LEADER) {
        return; /* that was the commit of the configuration that leaves it out */
    }
    send_lacking(node, raft, from);
    rf_serve_reads(node, raft);
    rf_go_on_with_transfer(node, raft);
    rf_go_on_with_change(node, raft);
}
