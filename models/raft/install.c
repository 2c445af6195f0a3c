/* InstallSnapshot, the follower's side (Raft 7, figure 13). */
#include "models/raft/raft.h"

#include <string.h>

static void send_reply(struct node *node, const struct raft *raft, node_id to, disk_ticket ticket,
                       struct rf_install_reply reply) {
    reply.term = raft->term;
    rf_send_after(node, raft, ticket, to,
                  (struct outgoing){.type = RF_INSTALL_REPLY,
                                    .encoded_bytes = RF_HEADER_BYTES + 4 * RF_NUMBER_BYTES,
                                    .body = &reply,
                                    .body_bytes = sizeof reply});
}

/* Images of two leaders may differ in their order, so a new leader's transfer begins anew, as does that of another
 * snapshot. A late chunk of an older one changes nothing. */
static bool take_chunk(struct node *node, struct raft *raft, const struct rf_install *install) {
    struct rf_incoming *incoming = &raft->incoming;
    if (install->term == incoming->term && install->snapshot_index < incoming->index) {
        return false;
    }
    if (install->term != incoming->term || install->snapshot_index != incoming->index) {
        node_free(node, incoming->image);
        *incoming = (struct rf_incoming){.term = install->term,
                                         .index = install->snapshot_index,
                                         .image_bytes = install->image_bytes,
                                         .image = node_alloc(node, (size_t)install->image_bytes)};
    }
    if (install->chunk == incoming->wanted) {
        memcpy(incoming->image + install->offset, install->bytes, (size_t)install->count);
        incoming->wanted++;
    }
    return incoming->wanted == install->chunk_count;
}

/* Figure 13, 6 and 7: an entry of the same index and term as the snapshot's last one means that the log goes on behind
 * it in the right way; else nothing of the log is of use. R09 drops it anyway, and R10 keeps it anyway. */
static bool keeps_log(const struct node *node, const struct raft *raft, const struct rf_position *position) {
    bool is_there = position->index <= rf_last_index(raft);
    if (rf_has_bug(node, RF_BUG_R10)) {
        return is_there;
    }
    return is_there && rf_term_at(raft, position->index) == position->term && !rf_has_bug(node, RF_BUG_R09);
}

static void install(struct node *node, struct raft *raft, struct rf_snapshot *snapshot) {
    bool is_kept = keeps_log(node, raft, &snapshot->position);
    uint64_t covered = raft->snapshot ? raft->snapshot->position.index : 0;
    uint64_t first = raft->log.first_index > covered ? raft->log.first_index : covered + 1;
    if (!is_kept) {
        if (rf_last_index(raft) >= first) {
            node_probe(node, PROBE_TRUNCATE, first, 0, 0);
        }
        rf_log_restart(raft, snapshot->position.index, snapshot->position.term);
    }
    snapshot->position.next_record = rf_record_of(raft, snapshot->position.index + 1);
    rf_adopt_snapshot(node, raft, snapshot);
    node_probe(node, PROBE_COMMIT, raft->commit_index, raft->term, 0);
    rf_members_reset(node, raft, &snapshot->position);
    raft->owes_install_reply = true;
    if (is_kept) {
        rf_save_snapshot(node, raft, rf_ticket_at(raft, snapshot->position.index));
    } else {
        rf_begin_installing(node, raft);
    }
}

void rf_answer_installed(struct node *node, struct raft *raft) {
    if (raft->owes_install_reply && raft->leader != NODE_NONE && raft->leader != node_self(node)) {
        uint64_t index = raft->snapshot->position.index;
        send_reply(node, raft, raft->leader, raft->snapshot_ticket,
                   (struct rf_install_reply){.snapshot_index = index, .match_index = index});
    }
    raft->owes_install_reply = false;
}

/* R09 does so for a message that is late, too. */
static void drop_behind(struct node *node, struct raft *raft, uint64_t index) {
    bool is_behind = index >= raft->log.first_index && index < rf_last_index(raft);
    if (rf_has_bug(node, RF_BUG_R09) && is_behind) {
        rf_log_truncate(node, raft, index + 1);
    }
}

void rf_on_install(struct node *node, struct raft *raft, const struct message *message) {
    const struct rf_install *chunk = message->body;
    struct rf_install_reply reply = {.snapshot_index = chunk->snapshot_index, .chunk = chunk->chunk};
    if (chunk->term < raft->term) {
        send_reply(node, raft, message->from, 0, reply);
        return;
    }
    if (chunk->term == raft->term && raft->role == RF_LEADER) {
        return;
    }
    rf_hear_leader(node, raft, chunk->term, message->from);
    if (chunk->snapshot_index <= raft->commit_index) { /* all of it is here, durable or on its way to the disk */
        drop_behind(node, raft, chunk->snapshot_index);
        reply.wanted = chunk->chunk;
        reply.match_index = rf_durable_index(node, raft, chunk->snapshot_index);
        send_reply(node, raft, message->from, 0, reply);
        return;
    }
    if (!take_chunk(node, raft, chunk)) {
        reply.wanted = raft->incoming.wanted;
        send_reply(node, raft, message->from, 0, reply);
        return;
    }
    struct rf_incoming *incoming = &raft->incoming;
    struct rf_snapshot *snapshot = rf_snapshot_of_image(node, incoming->image, (size_t)incoming->image_bytes);
    node_free(node, incoming->image);
    *incoming = (struct rf_incoming){0};
    if (snapshot) {
        install(node, raft, snapshot);
    }
}
