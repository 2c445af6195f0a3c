/* The failure detector: a follower that hears no leader for a drawn time takes it for dead.
 *
 * With a quorum as its witness it asks the others whether they miss the leader, too, and then for their votes: a
 * majority must agree that the leader is gone, and each gives its vote to one node an epoch, whose log is not behind
 * its own. Alone, it makes itself the leader, as a script or a monitor without a quorum does. */
#include "models/leader/leader.h"

static uint32_t votes_needed(const struct node *node) {
    bool is_alone = ld_params(node)->failover != LD_QUORUM || ld_has_bug(node, LD_BUG_S02);
    return is_alone ? 1 : (uint32_t)node_count(node) / 2 + 1;
}

/* The first node is the first leader: at the first boot it does not wait for anyone. */
void ld_arm_failover(struct node *node, bool is_first_boot) {
    const struct ld_params *params = ld_params(node);
    bool is_first = node_index(node) == 0;
    if (params->failover == LD_NEVER && !is_first) {
        return;
    }
    bool is_now = is_first && (is_first_boot || params->failover == LD_NEVER);
    sim_time delay = node_draw(node, LD_STREAM_FAILOVER, params->failover_timeout[0], params->failover_timeout[1]);
    node_arm(node, LD_TIMER_FAILOVER, is_now ? params->heartbeat : delay);
}

static bool hears_leader(const struct node *node, const struct ld_node *ld) {
    return ld->role == LD_LEADER ||
           (ld->has_heard && node_monotonic(node) - ld->heard_at < ld_params(node)->failover_timeout[0]);
}

static bool is_up_to_date(const struct ld_node *ld, const struct ld_vote *asked) {
    uint64_t last_epoch = ld_epoch_at(ld, ld->log.count);
    return asked->last_epoch > last_epoch || (asked->last_epoch == last_epoch && asked->last_index >= ld->log.count);
}

/* ---- Asking ---- */

static void ask_all(struct node *node, struct ld_node *ld, uint32_t type, uint64_t epoch) {
    struct ld_vote ask = {.epoch = epoch, .last_index = ld->log.count, .last_epoch = ld_epoch_at(ld, ld->log.count)};
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        if (i != ld->self) {
            node_send_after(node, ld->epoch_ticket, node_peer(node, i),
                            (struct outgoing){.type = type,
                                              .encoded_bytes = LD_HEADER_BYTES + 2 * LD_NUMBER_BYTES,
                                              .body = &ask,
                                              .body_bytes = sizeof ask});
        }
    }
}

static uint32_t granted(const struct ld_node *ld) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        count += ld->peers[i].has_granted;
    }
    return count;
}

static void stand(struct node *node, struct ld_node *ld) {
    ld_become_candidate(node, ld);
    ld_arm_failover(node, false);
    if (votes_needed(node) > 1) {
        ask_all(node, ld, LD_VOTE, ld->epoch);
    }
    ld_count_own_vote(node, ld);
}

void ld_failover_timeout(struct node *node, struct ld_node *ld) {
    if (votes_needed(node) == 1) {
        stand(node, ld);
        return;
    }
    ld->role = LD_SUSPECTING;
    ld->leader = NODE_NONE;
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        ld->peers[i].has_granted = i == ld->self;
    }
    ld_publish_role(node, ld);
    ld_arm_failover(node, false);
    ask_all(node, ld, LD_SUSPECT, ld->epoch + 1);
}

/* ---- Answering ---- */

static bool grant(struct node *node, struct ld_node *ld, node_id candidate, const struct ld_vote *asked) {
    bool is_free = ld->voted_for == NODE_NONE || ld->voted_for == candidate;
    if (asked->epoch != ld->epoch || !is_free || !is_up_to_date(ld, asked)) {
        return false;
    }
    if (ld->voted_for == NODE_NONE) {
        ld->voted_for = candidate;
        ld_save_epoch(node, ld);
        node_probe(node, PROBE_VOTE, candidate, ld->epoch, 0);
    }
    ld_arm_failover(node, false);
    return true;
}

/* Who hears the leader gives no vote, and does not take over the epoch of who does not: the lease stands on that. */
void ld_on_ballot(struct node *node, struct ld_node *ld, const struct message *message) {
    const struct ld_vote *asked = message->body;
    bool is_vote = message->type == LD_VOTE;
    bool hears = hears_leader(node, ld), is_granted = false;
    if (is_vote && !hears) {
        if (asked->epoch > ld->epoch) {
            ld_become_follower(node, ld, asked->epoch, NODE_NONE);
        }
        is_granted = grant(node, ld, message->from, asked);
    } else if (!hears) {
        is_granted = asked->epoch > ld->epoch && is_up_to_date(ld, asked);
    }
    struct ld_vote_reply reply = {.epoch = is_granted ? asked->epoch : ld->epoch, .is_granted = is_granted};
    node_send_after(node, ld->epoch_ticket, message->from,
                    (struct outgoing){.type = is_vote ? LD_VOTE_REPLY : LD_SUSPECT_REPLY,
                                      .encoded_bytes = LD_HEADER_BYTES + LD_NUMBER_BYTES,
                                      .body = &reply,
                                      .body_bytes = sizeof reply});
}

/* ---- Counting ---- */

static void count_vote(struct node *node, struct ld_node *ld, size_t voter) {
    ld->peers[voter].has_granted = true;
    if (granted(ld) < votes_needed(node)) {
        return;
    }
    if (ld->role == LD_SUSPECTING) {
        stand(node, ld);
    } else {
        ld_become_leader(node, ld);
    }
}

void ld_count_own_vote(struct node *node, struct ld_node *ld) {
    if (ld->role == LD_CANDIDATE && !ld->peers[ld->self].has_granted && node_disk_done(node, ld->epoch_ticket)) {
        count_vote(node, ld, ld->self);
    }
}

void ld_on_ballot_reply(struct node *node, struct ld_node *ld, const struct message *message) {
    const struct ld_vote_reply *reply = message->body;
    if (!reply->is_granted) {
        if (reply->epoch > ld->epoch && ld->role != LD_LEADER) {
            ld_become_follower(node, ld, reply->epoch, NODE_NONE);
        }
        return;
    }
    bool is_vote = message->type == LD_VOTE_REPLY;
    bool is_wanted = is_vote ? ld->role == LD_CANDIDATE && reply->epoch == ld->epoch
                             : ld->role == LD_SUSPECTING && reply->epoch == ld->epoch + 1;
    if (is_wanted) {
        count_vote(node, ld, node_peer_index(node, message->from));
    }
}
