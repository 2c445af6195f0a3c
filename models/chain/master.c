/* The master (CR 3): it finds out who is silent, takes them out of the chain, and puts those who are back at its end.
 *
 * Assumed of it, as by the paper: it does not fail for good. It is one node, whose decisions are durable before anybody
 * hears of them; while it is down or cut off, the chain goes on until a lease runs out. */
#include "models/chain/chain.h"

static sim_time patience(const struct node *node) {
    const struct chain_params *params = chain_params(node);
    /* The node's clock may be slow and this one fast: (1 + d) / (1 - d), which is below 1 + 3 d for d up to a tenth. */
    return params->lease + params->lease / 1000000 * 3 * params->max_clock_drift_ppm +
           params->lease % 1000000 * 3 * params->max_clock_drift_ppm / 1000000 + 1;
}

static bool is_silent(const struct node *node, const struct chain_master *master, uint8_t peer) {
    return node_monotonic(node) - master->heard[peer] > patience(node);
}

static void save(struct node *node, struct chain_master *master) {
    master->ticket = node_record_put(node, CHAIN_RECORD_MASTER, &master->members, sizeof master->members);
}

static void send_config(struct node *node, const struct chain_master *master, uint8_t to, sim_time sent_at) {
    struct chain_config config = {.members = master->members, .sent_at = sent_at};
    uint32_t bytes = 40 + 4 * (uint32_t)master->members.count;
    node_send_after(node, master->ticket, node_peer(node, to),
                    (struct outgoing){CHAIN_CONFIG, bytes, &config, sizeof config});
}

static void announce(struct node *node, const struct chain_master *master) {
    for (uint8_t i = 0; i < master->members.count; i++) {
        send_config(node, master, master->members.nodes[i], -1);
    }
}

static void begin(struct node *node, struct chain *chain) {
    chain->master = node_alloc(node, sizeof *chain->master);
    for (size_t i = 0; i < node_count(node); i++) {
        chain->master->heard[i] = node_monotonic(node); /* whoever had a lease may have it still */
    }
    node_probe(node, PROBE_ROLE, ROLE_NONE, 0, 0);
}

void chain_master_start(struct node *node, struct chain *chain) {
    begin(node, chain);
    struct chain_members *members = &chain->master->members;
    *members = (struct chain_members){.epoch = 1,
                                      .reign = 1,
                                      .count = (uint8_t)(node_count(node) - 1),
                                      .joiner = CHAIN_NOBODY,
                                      .learner = CHAIN_NOBODY};
    for (uint8_t i = 0; i < members->count; i++) {
        members->nodes[i] = (uint8_t)(i + 1);
    }
    save(node, chain->master);
}

void chain_master_recover(struct node *node, struct chain *chain) {
    size_t bytes;
    const struct chain_members *members = node_record_get(node, CHAIN_RECORD_MASTER, &bytes);
    if (members == NULL || bytes != sizeof *members) {
        chain_master_start(node, chain); /* it crashed before its first decision was durable: nobody has heard of it */
        return;
    }
    begin(node, chain);
    chain->master->members = *members;
}

/* ---- Repair ---- */

static bool is_member(const struct chain_members *members, uint8_t node) {
    for (uint8_t i = 0; i < members->count; i++) {
        if (members->nodes[i] == node) {
            return true;
        }
    }
    return false;
}

/* Takes silent members out, unless nobody would be left who has all that was committed. */
static bool remove_silent(struct node *node, struct chain_master *master) {
    struct chain_members next = master->members;
    bool has_all = false;
    next.count = 0;
    for (uint8_t i = 0; i < master->members.count; i++) {
        uint8_t member = master->members.nodes[i];
        if (!is_silent(node, master, member)) {
            next.nodes[next.count++] = member;
            has_all = has_all || member != master->members.joiner;
        }
    }
    if (next.count == master->members.count || !has_all) {
        return false;
    }
    next.joiner = is_member(&next, next.joiner) ? next.joiner : CHAIN_NOBODY;
    master->members = next;
    return true;
}

/* The chain is another; `head` was the first of the one before. */
static void change(struct node *node, struct chain_master *master, uint8_t head) {
    master->members.epoch++;
    if (master->members.nodes[0] != head) {
        master->members.reign = master->members.epoch;
    }
    save(node, master);
    announce(node, master);
}

void chain_master_tick(struct node *node, struct chain *chain) {
    struct chain_master *master = chain->master;
    if (master->members.learner != CHAIN_NOBODY && is_silent(node, master, master->members.learner)) {
        master->members.learner = CHAIN_NOBODY;
    }
    uint8_t head = master->members.nodes[0];
    if (remove_silent(node, master)) {
        change(node, master, head);
    }
}

/* CR 3.3: a node joins as the tail. First it learns what it lacks, so that the chain does not wait for that. */
static void consider(struct node *node, struct chain_master *master, uint8_t from, const struct chain_beat *beat) {
    struct chain_members *members = &master->members;
    bool is_current = beat->epoch == members->epoch;
    if (is_current && members->joiner == from && beat->is_synced) {
        members->joiner = CHAIN_NOBODY;
        save(node, master);
    }
    if (members->learner == CHAIN_NOBODY && !is_member(members, from)) {
        members->learner = from;
    }
    bool is_tail = members->nodes[members->count - 1] == from;
    if (is_current && is_tail && beat->is_learner_ready && members->learner != CHAIN_NOBODY &&
        members->joiner == CHAIN_NOBODY) {
        members->nodes[members->count++] = members->learner;
        members->joiner = members->learner;
        members->learner = CHAIN_NOBODY;
        change(node, master, members->nodes[0]);
    }
}

void chain_on_beat(struct node *node, struct chain *chain, const struct message *message) {
    if (chain->master == NULL) {
        return;
    }
    const struct chain_beat *beat = message->body;
    uint8_t from = (uint8_t)node_peer_index(node, message->from);
    chain->master->heard[from] = node_monotonic(node);
    consider(node, chain->master, from, beat);
    send_config(node, chain->master, from, beat->sent_at);
}
