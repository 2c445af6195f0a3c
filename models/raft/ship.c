/* InstallSnapshot, the leader's side (Raft 7, figure 13): a follower that lacks entries which the leader has dropped
 * gets the snapshot, chunk by chunk, and the entries after it.
 *
 * One chunk is under way at a time. It is sent again when no answer came for an election timeout; the answer names the
 * chunk wanted next, so that a transfer goes on after a loss where it stopped, and begins anew at a follower that was
 * restarted. A follower gets to the end of the snapshot that was begun, even when there is a newer one. */
#include "models/raft/raft.h"

#include <string.h>

bool rf_needs_snapshot(const struct raft *raft, const struct rf_peer *peer) {
    return peer->shipped != NULL || peer->next_index < raft->log.first_index;
}

/* Values count with the bytes that they stand for, in the chunks as on the whole wire. */
static uint64_t wire_bytes(const struct rf_snapshot *snapshot) {
    return rf_image_bytes(snapshot) + snapshot->value_bytes;
}

static uint64_t chunk_count(const struct node *node, const struct rf_snapshot *snapshot) {
    uint64_t chunk = (uint64_t)rf_params(node)->snapshot_chunk;
    return (wire_bytes(snapshot) + chunk - 1) / chunk;
}

static uint64_t part(uint64_t whole, uint64_t chunk, uint64_t count) {
    return (uint64_t)((unsigned __int128)whole * chunk / count);
}

static void send_chunk(struct node *node, struct raft *raft, uint32_t to) {
    struct rf_peer *peer = &raft->peers[to];
    const struct rf_snapshot *snapshot = peer->shipped;
    uint64_t count = chunk_count(node, snapshot), whole = rf_image_bytes(snapshot);
    uint64_t offset = part(whole, peer->chunk, count);
    uint64_t bytes = part(whole, peer->chunk + 1, count) - offset;
    struct rf_install *install = node_alloc(node, sizeof *install + bytes);
    *install = (struct rf_install){.term = raft->term,
                                   .snapshot_index = snapshot->position.index,
                                   .image_bytes = whole,
                                   .chunk = peer->chunk,
                                   .chunk_count = count,
                                   .offset = offset,
                                   .count = bytes};
    memcpy(install->bytes, (const uint8_t *)&snapshot->position + offset, bytes);
    uint64_t on_wire =
        part(wire_bytes(snapshot), peer->chunk + 1, count) - part(wire_bytes(snapshot), peer->chunk, count);
    rf_send(node, raft, node_peer(node, to),
            (struct outgoing){.type = RF_INSTALL,
                              .encoded_bytes = (uint32_t)(RF_HEADER_BYTES + 6 * RF_NUMBER_BYTES + on_wire),
                              .body = install,
                              .body_bytes = sizeof *install + bytes});
    node_free(node, install);
    peer->chunk_sent_at = node_monotonic(node);
}

void rf_ship_snapshot(struct node *node, struct raft *raft, uint32_t to) {
    struct rf_peer *peer = &raft->peers[to];
    if (raft->snapshot == NULL) {
        return; /* only a disk that lost it leaves a log without its beginning */
    }
    if (peer->shipped == NULL) {
        peer->shipped = raft->snapshot;
        peer->shipped->references++;
        peer->chunk = 0;
        peer->in_flight_count = 0;
        send_chunk(node, raft, to);
    } else if (node_monotonic(node) - peer->chunk_sent_at >= rf_params(node)->election_timeout[0]) {
        send_chunk(node, raft, to);
    }
}

void rf_on_install_reply(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_install_reply *reply = message->body;
    if (reply->term > raft->term) {
        rf_become_follower(node, raft, reply->term, NODE_NONE);
        return;
    }
    uint32_t from = (uint32_t)node_peer_index(node, message->from);
    struct rf_peer *peer = &raft->peers[from];
    if (raft->role != RF_LEADER || reply->term < raft->term || !rf_is_peer(raft, from)) {
        return;
    }
    rf_raise_mark(peer, RF_MARK_HEARD, (uint64_t)node_monotonic(node));
    if (peer->shipped == NULL || peer->shipped->position.index != reply->snapshot_index) {
        return;
    }
    if (reply->match_index >= reply->snapshot_index) {
        rf_release_snapshot(node, peer->shipped); /* should the log have gone on without it, a newer one follows */
        peer->shipped = NULL;
        rf_advance_peer(node, raft, from, reply->match_index);
        if (raft->role == RF_LEADER) {
            rf_replicate(node, raft);
            rf_go_on_with_transfer(node, raft);
            rf_go_on_with_change(node, raft);
        }
        return;
    }
    /* An answer to the chunk under way, or one that was late and says more. An older one says nothing new. */
    bool is_new = reply->chunk == peer->chunk || reply->wanted > peer->chunk;
    if (is_new && reply->wanted != peer->chunk && reply->wanted < chunk_count(node, peer->shipped)) {
        peer->chunk = reply->wanted;
        send_chunk(node, raft, from);
    }
}
