/* Who has a vote (Raft 6; dissertation 4.1): the configuration of the newest entry in the log, committed or not.
 *
 * The system begins with the configuration that its parameters give. Entries of configurations are removed with the log
 * and come back with it; a snapshot holds the one that was in force at its index. */
#include "models/raft/raft.h"

static uint64_t first_nodes(uint64_t count) {
    return count >= RF_MOST_NODES ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static void take_newest(struct node *node, struct raft *raft) {
    raft->members = rf_newest_config(raft)->members;
    rf_publish_role(node, raft);
}

static void add_config(struct node *node, struct raft *raft, struct rf_config config) {
    if (raft->config_count == raft->config_capacity) {
        raft->config_capacity = raft->config_capacity ? 2 * raft->config_capacity : 4;
        raft->configs = node_resize(node, raft->configs, raft->config_capacity * sizeof *raft->configs);
    }
    raft->configs[raft->config_count++] = config;
}

void rf_members_begin(struct node *node, struct raft *raft) {
    const struct rf_params *params = rf_params(node);
    uint64_t voters = first_nodes(params->voters > 0 ? (uint64_t)params->voters : raft->peer_count);
    uint64_t learners = first_nodes((uint64_t)params->voters + (uint64_t)params->learners) & ~voters;
    uint64_t nodes = first_nodes(raft->peer_count);
    add_config(node, raft, (struct rf_config){.members = {.voters = voters & nodes, .learners = learners & nodes}});
    raft->members = raft->configs[0].members;
}

void rf_members_push(struct node *node, struct raft *raft, uint64_t index, struct rf_members members) {
    add_config(node, raft, (struct rf_config){index, members});
    take_newest(node, raft);
}

void rf_members_truncate(struct node *node, struct raft *raft, uint64_t index) {
    if (rf_newest_config(raft)->index < index || raft->config_count == 1) {
        return;
    }
    while (raft->config_count > 1 && rf_newest_config(raft)->index >= index) {
        raft->config_count--;
    }
    take_newest(node, raft);
}

void rf_members_reset(struct node *node, struct raft *raft, const struct rf_position *position) {
    raft->config_count = 0;
    add_config(node, raft, (struct rf_config){position->members_index, position->members});
    uint64_t first = raft->log.first_index > position->index ? raft->log.first_index : position->index + 1;
    for (uint64_t index = first; index <= rf_last_index(raft); index++) {
        const struct rf_entry *entry = rf_entry_at(raft, index);
        if (entry->type == RF_ENTRY_MEMBERS) {
            struct rf_members members = {entry->key, (uint64_t)entry->value, (uint64_t)entry->expected};
            add_config(node, raft, (struct rf_config){index, members});
        }
    }
    take_newest(node, raft);
}

const struct rf_config *rf_newest_config(const struct raft *raft) {
    return &raft->configs[raft->config_count - 1];
}

const struct rf_config *rf_config_at(const struct raft *raft, uint64_t index) {
    uint32_t at = raft->config_count - 1;
    while (at > 0 && raft->configs[at].index > index) {
        at--;
    }
    return &raft->configs[at];
}

static bool has_vote(const struct rf_members *members, uint32_t index) {
    return (members->voters | members->outgoing) >> index & 1;
}

bool rf_is_voter(const struct raft *raft, uint32_t index) {
    return has_vote(&raft->members, index);
}

/* Dissertation 4.2.2: a server that its newest configuration leaves out stands for election all the same while that
 * may not be committed: perhaps nobody else can win. */
bool rf_may_campaign(const struct raft *raft) {
    if (rf_is_voter(raft, raft->self)) {
        return true;
    }
    bool is_pending = raft->config_count > 1 && rf_newest_config(raft)->index > raft->commit_index;
    return is_pending && has_vote(&raft->configs[raft->config_count - 2].members, raft->self);
}

uint64_t rf_everybody(const struct raft *raft) {
    const struct rf_members *members = &raft->members;
    return members->voters | members->outgoing | members->learners | raft->change.joining;
}

bool rf_is_peer(const struct raft *raft, uint32_t index) {
    return index != raft->self && (rf_everybody(raft) >> index & 1);
}
