/* Log shipping, the follower's side: what fits behind its log is kept, what conflicts gives way. So a former leader
 * that comes back loses the tail that nobody else has; how much shows as "truncated entries". */
#include "models/leader/leader.h"

static void reply_to(struct node *node, const struct ld_node *ld, node_id leader, struct ld_ship_reply reply) {
    reply.epoch = ld->epoch;
    reply.asked_at = node_monotonic(node);
    node_send_after(node, ld->epoch_ticket, leader,
                    (struct outgoing){.type = LD_SHIP_REPLY,
                                      .encoded_bytes = LD_HEADER_BYTES + 4 * LD_NUMBER_BYTES,
                                      .body = &reply,
                                      .body_bytes = sizeof reply});
}

static uint64_t lower(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static void keep_entries(struct node *node, struct ld_node *ld, const struct ld_ship *ship) {
    for (uint64_t i = 0; i < ship->count; i++) {
        uint64_t index = ship->prev_index + 1 + i;
        if (index <= ld->log.count && ld_epoch_at(ld, index) == ship->entries[i].epoch) {
            continue;
        }
        if (index <= ld->log.count) {
            ld_truncate(node, ld, index - 1);
        }
        ld_append(node, ld, &ship->entries[i]);
    }
    uint64_t end = ship->prev_index + ship->count;
    ld->verified_index = end > ld->verified_index ? end : ld->verified_index;
}

static void follow_commit(struct node *node, struct ld_node *ld, const struct ld_ship *ship) {
    uint64_t index = lower(ship->commit_index, ld->verified_index);
    if (index > ld->commit_index) {
        ld->commit_index = index;
        if (ld_is_safe(ld_params(node), node_count(node))) {
            node_probe(node, PROBE_COMMIT, index, ld->epoch, 0);
        }
        ld_apply(node, ld);
    }
    if (ld->applied_index >= ship->commit_index && ship->echo > ld->fresh_at) {
        ld->fresh_at = ship->echo;
    }
}

/* Where the logs may match: before what the follower lacks, or before all of the epoch that conflicts (Raft 5.3). */
static uint64_t match_hint(const struct ld_node *ld, const struct ld_ship *ship) {
    if (ship->prev_index > ld->log.count) {
        return ld->log.count;
    }
    uint64_t index = ship->prev_index, epoch = ld_epoch_at(ld, index);
    while (index > 0 && ld_epoch_at(ld, index) == epoch) {
        index--;
    }
    return index;
}

void ld_on_ship(struct node *node, struct ld_node *ld, const struct message *message) {
    const struct ld_ship *ship = message->body;
    struct ld_ship_reply reply = {.match_index = ld->log.count, .sent_at = ship->sent_at};
    if (ship->epoch < ld->epoch) { /* fences off a former leader: it learns of the newer epoch */
        reply_to(node, ld, message->from, reply);
        return;
    }
    if (ship->epoch == ld->epoch && ld->role == LD_LEADER) {
        return; /* two leaders in one epoch: only with S02 */
    }
    if (ship->epoch > ld->epoch || ld->role != LD_FOLLOWER || ld->leader != message->from) {
        ld_become_follower(node, ld, ship->epoch, message->from);
    }
    ld->has_heard = true;
    ld->heard_at = node_monotonic(node);
    ld_arm_failover(node, false);
    if (ship->prev_index > ld->log.count || ld_epoch_at(ld, ship->prev_index) != ship->prev_epoch) {
        reply.match_index = match_hint(ld, ship);
        reply_to(node, ld, message->from, reply);
        return;
    }
    keep_entries(node, ld, ship);
    ld_log_synced(node, ld);
    follow_commit(node, ld, ship);
    reply.is_matching = true;
    reply.match_index = lower(ld->log.durable, ld->verified_index);
    reply_to(node, ld, message->from, reply);
}

void ld_follower_synced(struct node *node, struct ld_node *ld) {
    if (ld->leader != NODE_NONE) {
        reply_to(node, ld, ld->leader,
                 (struct ld_ship_reply){
                     .is_matching = true, .match_index = lower(ld->log.durable, ld->verified_index), .sent_at = -1});
    }
}
