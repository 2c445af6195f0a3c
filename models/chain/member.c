/* The chain as a node knows it: the master tells, and lends each node a lease.
 *
 * A lease says that the master removes the node from the chain only after it has run out. It counts from the moment
 * when the node asked, on the node's own clock. The epoch is durable before anything is done in it, so that a restarted
 * node takes nothing from an older one. */
#include "models/chain/chain.h"

bool chain_is_head(const struct chain *chain) {
    return chain->place == 0;
}

bool chain_is_tail(const struct chain *chain) {
    return chain->place != CHAIN_NOBODY && chain->place + 1 == chain->members.count;
}

static bool is_learner(const struct chain *chain) {
    return chain->has_members && chain->place == CHAIN_NOBODY && chain->members.learner == chain->self;
}

uint8_t chain_predecessor(const struct chain *chain) {
    if (is_learner(chain)) {
        return chain->members.nodes[chain->members.count - 1];
    }
    return chain->place == CHAIN_NOBODY || chain->place == 0 ? CHAIN_NOBODY : chain->members.nodes[chain->place - 1];
}

static uint8_t successor(const struct chain *chain) {
    if (chain->place == CHAIN_NOBODY) {
        return CHAIN_NOBODY;
    }
    return chain_is_tail(chain) ? chain->members.learner : chain->members.nodes[chain->place + 1];
}

bool chain_has_lease(const struct node *node, const struct chain *chain) {
    return chain_has_bug(node, CHAIN_BUG_C02) || node_monotonic(node) < chain->lease_until;
}

void chain_beat(struct node *node, struct chain *chain) {
    struct chain_beat beat = {
        .epoch = chain->members.epoch,
        .sent_at = node_monotonic(node),
        .is_synced = chain->is_synced,
        .is_learner_ready = chain_is_tail(chain) && chain->members.learner != CHAIN_NOBODY && chain->link.is_known &&
                            chain->link.have + (uint64_t)chain_params(node)->batch >= chain->durable,
    };
    node_send(node, node_peer(node, 0), (struct outgoing){CHAIN_BEAT, 48, &beat, sizeof beat});
}

disk_ticket chain_save_epoch(struct node *node, const struct chain *chain) {
    struct chain_epoch record = {.epoch = chain->members.epoch, .synced_epoch = chain->synced_epoch};
    return node_record_put(node, CHAIN_RECORD_EPOCH, &record, sizeof record);
}

static void publish_role(struct node *node, const struct chain *chain) {
    enum node_role role = chain_is_head(chain)           ? ROLE_LEADER
                          : chain->place == CHAIN_NOBODY ? ROLE_LEARNER
                                                         : ROLE_FOLLOWER;
    node_probe(node, PROBE_ROLE, role, chain->members.reign, 0);
}

/* CR 3: what was to be sent to the old successor is sent to the new one, from where that one is. */
static void follow_link(struct node *node, struct chain *chain) {
    if (chain->link.to != successor(chain)) {
        chain_begin_link(chain, successor(chain));
        chain_greet(node, chain);
    }
}

static void enter(struct node *node, struct chain *chain, const struct chain_members *members) {
    bool is_new = members->epoch != chain->members.epoch;
    bool was_head = chain_is_head(chain);
    chain->members = *members;
    chain->has_members = true;
    chain->place = CHAIN_NOBODY;
    for (uint8_t i = 0; i < members->count; i++) {
        chain->place = members->nodes[i] == chain->self ? i : chain->place;
    }
    if (is_new) {
        chain->epoch_ticket = chain_save_epoch(node, chain);
    }
    bool has_all = members->joiner != chain->self || chain->synced_epoch == members->epoch;
    chain->is_synced = chain->place != CHAIN_NOBODY && has_all;
    if (chain_has_bug(node, CHAIN_BUG_C04)) {
        chain->is_synced = chain->place != CHAIN_NOBODY;
    }
    chain->is_matched = false;
    chain->matched = 0;
    chain->began_with = chain->last;
    chain_forget_stash(node, chain);
    publish_role(node, chain);
    if (was_head && !chain_is_head(chain)) {
        chain_release_waiters(node, chain);
    }
    if (chain->link.to == successor(chain) && chain->link.is_known) {
        chain->link.sent = chain->link.have; /* what is under way is of the old epoch, and counts no more */
        chain_push(node, chain);
    } else {
        chain_begin_link(chain, successor(chain));
    }
    chain_greet(node, chain);
    chain_commit_as_tail(node, chain);
}

void chain_on_config(struct node *node, struct chain *chain, const struct message *message) {
    const struct chain_config *config = message->body;
    if (config->members.epoch < chain->members.epoch) {
        return;
    }
    if (config->members.epoch > chain->members.epoch || !chain->has_members) {
        enter(node, chain, &config->members);
    } else {
        chain->members.learner = config->members.learner;
        follow_link(node, chain);
    }
    if (config->sent_at >= 0 && chain->place != CHAIN_NOBODY) {
        sim_time until = config->sent_at + chain_params(node)->lease;
        chain->lease_until = until > chain->lease_until ? until : chain->lease_until;
        chain_commit_as_tail(node, chain);
    }
}
