/* Log shipping, the leader's side: what to send to whom, what counts as committed, and how long it may lead.
 *
 * Entries go out at once, without waiting for acknowledgements of those before. What is lost shows at the next message,
 * a heartbeat at the latest: the follower lacks what it follows, and says where its log ends. */
#include "models/leader/leader.h"

static void ship_to(struct node *node, struct ld_node *ld, uint32_t to) {
    struct ld_peer *peer = &ld->peers[to];
    uint64_t prev = peer->next_index - 1, left = ld->log.count - prev;
    uint64_t batch = (uint64_t)ld_params(node)->batch;
    struct ld_ship *ship = ld->outbox;
    *ship = (struct ld_ship){.epoch = ld->epoch,
                             .prev_index = prev,
                             .prev_epoch = ld_epoch_at(ld, prev),
                             .commit_index = ld->commit_index,
                             .sent_at = node_monotonic(node),
                             .echo = peer->asked_at,
                             .count = left < batch ? left : batch};
    uint32_t encoded = LD_HEADER_BYTES + 5 * LD_NUMBER_BYTES;
    for (uint64_t i = 0; i < ship->count; i++) {
        ship->entries[i] = ld->log.entries[prev + i];
        encoded += LD_ENTRY_BYTES + ship->entries[i].value_bytes;
    }
    peer->next_index += ship->count;
    node_send_after(node, ld->epoch_ticket, node_peer(node, to),
                    (struct outgoing){.type = LD_SHIP,
                                      .encoded_bytes = encoded,
                                      .body = ship,
                                      .body_bytes = sizeof *ship + ship->count * sizeof ship->entries[0]});
}

void ld_ship(struct node *node, struct ld_node *ld, bool is_heartbeat) {
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        if (i != ld->self && (is_heartbeat || ld->peers[i].next_index <= ld->log.count)) {
            ship_to(node, ld, i);
        }
    }
}

/* A fenced leader that no majority hears gives up: others may have promoted a successor by now. */
void ld_heartbeat(struct node *node, struct ld_node *ld) {
    const struct ld_params *params = ld_params(node);
    sim_time now = node_monotonic(node);
    if (!ld_has_lease(node, ld) && now - ld->led_since >= params->failover_timeout[0]) {
        ld_become_follower(node, ld, ld->epoch, NODE_NONE);
        return;
    }
    ld_ship(node, ld, true);
    node_arm(node, LD_TIMER_HEARTBEAT, params->heartbeat);
}

/* The highest index that so many followers have on disk. */
static uint64_t copied_to(const struct ld_node *ld, uint32_t followers) {
    uint64_t reached = ld->log.durable;
    uint64_t sorted[LD_MOST_NODES]; /* descending */
    uint32_t count = 0;
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        uint32_t at = count;
        if (i == ld->self) {
            continue;
        }
        for (; at > 0 && sorted[at - 1] < ld->peers[i].match_index; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = ld->peers[i].match_index;
        count++;
    }
    return followers == 0 || sorted[followers - 1] > reached ? reached : sorted[followers - 1];
}

void ld_advance_commit(struct node *node, struct ld_node *ld) {
    const struct ld_params *params = ld_params(node);
    /* S01: acknowledged before any replica has it. */
    uint32_t followers = ld_has_bug(node, LD_BUG_S01) ? 0 : ld_copies(params, node_count(node));
    uint64_t index = copied_to(ld, followers);
    if (index <= ld->commit_index || index < ld->epoch_start) {
        return;
    }
    ld->commit_index = index;
    if (ld_is_safe(params, node_count(node))) {
        node_probe(node, PROBE_COMMIT, index, ld->epoch, 0);
    }
    ld_apply(node, ld);
}

static void on_match(struct node *node, struct ld_node *ld, uint32_t from, const struct ld_ship_reply *reply,
                     bool is_news) {
    struct ld_peer *peer = &ld->peers[from];
    peer->match_index = reply->match_index > peer->match_index ? reply->match_index : peer->match_index;
    peer->next_index = peer->next_index > peer->match_index ? peer->next_index : peer->match_index + 1;
    if (is_news && peer->next_index <= ld->log.count) { /* it lags by more than a batch */
        ship_to(node, ld, from);
    }
    ld_advance_commit(node, ld);
}

/* Goes back to where the logs may match. Where they surely do, its guess does not count: one that says that it has less
 * gets what follows with the next message, and if it has lost its disk, no message helps. */
static void on_mismatch(struct node *node, struct ld_node *ld, uint32_t from, const struct ld_ship_reply *reply) {
    struct ld_peer *peer = &ld->peers[from];
    bool is_guess = reply->match_index < peer->match_index;
    uint64_t next = (is_guess ? peer->match_index : reply->match_index) + 1;
    if (next >= peer->next_index || reply->sent_at < peer->reshipped_at) {
        return; /* it speaks of what was sent before that */
    }
    peer->next_index = next;
    peer->reshipped_at = node_monotonic(node);
    if (!is_guess) {
        ship_to(node, ld, from);
    }
}

/* Each message that was sent is reacted to once, by its first answer: a network that doubles messages would else make
 * more and more of them while a follower is behind. */
void ld_on_ship_reply(struct node *node, struct ld_node *ld, const struct message *message) {
    const struct ld_ship_reply *reply = message->body;
    if (reply->epoch > ld->epoch) {
        ld_become_follower(node, ld, reply->epoch, NODE_NONE);
        return;
    }
    if (ld->role != LD_LEADER || reply->epoch < ld->epoch) {
        return;
    }
    uint32_t from = (uint32_t)node_peer_index(node, message->from);
    struct ld_peer *peer = &ld->peers[from];
    bool is_news = reply->sent_at > peer->acked_sent_at;
    peer->acked_sent_at = is_news ? reply->sent_at : peer->acked_sent_at;
    peer->asked_at = reply->asked_at > peer->asked_at ? reply->asked_at : peer->asked_at;
    if (reply->is_matching) {
        on_match(node, ld, from, reply, is_news);
    } else {
        on_mismatch(node, ld, from, reply);
    }
}
