/* Roles and epochs: who leads, since when, and for how long it may. */
#include "models/leader/leader.h"

/* What the disk keeps besides the log. */
struct epoch_record {
    uint64_t epoch;
    uint64_t voted_for;
};

void ld_save_epoch(struct node *node, struct ld_node *ld) {
    struct epoch_record record = {.epoch = ld->epoch, .voted_for = ld->voted_for};
    ld->epoch_ticket = node_record_put(node, LD_RECORD_EPOCH, &record, sizeof record);
}

void ld_publish_role(struct node *node, struct ld_node *ld) {
    static const enum node_role shown[] = {
        [LD_FOLLOWER] = ROLE_FOLLOWER, [LD_SUSPECTING] = ROLE_FOLLOWER, [LD_CANDIDATE] = ROLE_CANDIDATE,
        [LD_LEADER] = ROLE_LEADER,     [LD_HALTED] = ROLE_NONE,
    };
    if (shown[ld->role] != ld->published_role || ld->epoch != ld->published_epoch) {
        ld->published_role = shown[ld->role];
        ld->published_epoch = ld->epoch;
        node_probe(node, PROBE_ROLE, ld->published_role, ld->epoch, 0);
    }
}

void ld_become_follower(struct node *node, struct ld_node *ld, uint64_t epoch, node_id leader) {
    if (epoch > ld->epoch) {
        ld->epoch = epoch;
        ld->voted_for = NODE_NONE;
        ld_save_epoch(node, ld);
    }
    bool has_led = ld->role == LD_LEADER;
    ld->role = LD_FOLLOWER;
    ld->leader = leader;
    ld->verified_index = 0;
    ld_publish_role(node, ld);
    if (has_led) {
        node_cancel(node, LD_TIMER_HEARTBEAT);
        ld_drop_waiters(node, ld);
    }
    ld_arm_failover(node, false);
}

/* With a quorum, votes make every epoch one node's; a lone detector asks nobody, so epochs are dealt out by node. */
static uint64_t next_epoch(const struct node *node, const struct ld_node *ld) {
    uint64_t count = node_count(node);
    bool is_dealt = ld_params(node)->failover == LD_DETECTOR && !ld_has_bug(node, LD_BUG_S02);
    return is_dealt ? (ld->epoch / count + 1) * count + node_index(node) : ld->epoch + 1;
}

void ld_become_candidate(struct node *node, struct ld_node *ld) {
    ld->epoch = next_epoch(node, ld);
    ld->voted_for = node_self(node);
    ld->role = LD_CANDIDATE;
    ld->leader = NODE_NONE;
    ld_save_epoch(node, ld);
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        ld->peers[i].has_granted = false;
    }
    ld_publish_role(node, ld);
    node_probe(node, PROBE_VOTE, ld->voted_for, ld->epoch, 0);
}

void ld_become_leader(struct node *node, struct ld_node *ld) {
    ld->role = LD_LEADER;
    ld->leader = node_self(node);
    ld->led_since = node_monotonic(node);
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        ld->peers[i] = (struct ld_peer){.next_index = ld->log.count + 1, .acked_sent_at = -1, .asked_at = -1};
    }
    node_cancel(node, LD_TIMER_FAILOVER);
    ld_publish_role(node, ld);
    /* Only entries of its own epoch are committed by counting copies (Raft 5.4.2), so it begins with one. */
    struct ld_entry begin = {.epoch = ld->epoch, .kind = OP_KIND_COUNT};
    ld_append(node, ld, &begin);
    ld->epoch_start = ld->log.count;
    ld_heartbeat(node, ld);
    ld_log_synced(node, ld);
    ld_advance_commit(node, ld);
}

void ld_become_halted(struct node *node, struct ld_node *ld) {
    bool has_led = ld->role == LD_LEADER;
    ld->role = LD_HALTED;
    node_cancel(node, LD_TIMER_FAILOVER);
    node_cancel(node, LD_TIMER_HEARTBEAT);
    ld_publish_role(node, ld);
    if (has_led) {
        ld_drop_waiters(node, ld);
    }
}

/* A voter that acknowledged a message gives no vote for the shortest failover time, on its clock, after it came. On the
 * leader's clock, which may run that much slower, the time counts from the sending. */
bool ld_has_lease(const struct node *node, const struct ld_node *ld) {
    const struct ld_params *params = ld_params(node);
    if (!params->fencing || params->failover == LD_NEVER) {
        return true;
    }
    sim_time now = node_monotonic(node), lease = params->failover_timeout[0];
    lease -= lease / 1000000 * 2 * params->max_clock_drift_ppm + 1;
    uint32_t granted = 1; /* its own */
    for (uint32_t i = 0; i < ld->peer_count; i++) {
        const struct ld_peer *peer = &ld->peers[i];
        granted += i != ld->self && peer->acked_sent_at >= 0 && now - peer->acked_sent_at < lease;
    }
    return granted > ld->peer_count / 2;
}
