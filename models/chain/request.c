/* Clients: a node passes on what is not its own to do, writes to the head and reads to the tail, and whoever has the
 * answer sends it to the client. CRAQ (section 2.3): any node answers a read if it holds no newer version than the
 * committed one, and else asks the tail which version that is. */
#include "models/chain/chain.h"

static void send_away(struct node *node, const struct request *request) {
    node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = NODE_NONE});
}

static void pass_on(struct node *node, const struct chain *chain, uint32_t type, uint8_t to,
                    const struct request *request, uint32_t hops) {
    if (to == chain->self || hops >= CHAIN_MOST_HOPS) {
        send_away(node, request);
        return;
    }
    struct chain_forward forward = {.epoch = chain->members.epoch, .hops = hops + 1, .request = *request};
    uint32_t bytes = 80 + (request->kind == OP_READ ? 0 : request->value_bytes);
    node_send(node, node_peer(node, to), (struct outgoing){type, bytes, &forward, sizeof forward});
}

static int64_t clean_value(const struct chain *chain, uint64_t key) {
    const struct chain_slot *slot = node_table_find(&chain->clean, key);
    return slot != NULL ? slot->value : 0;
}

/* The key's value after update `index`, which this node holds, or a later committed one. */
static int64_t value_at(const struct chain *chain, uint64_t key, uint64_t index) {
    for (uint64_t i = index < chain->last ? index : chain->last; i > chain->committed; i--) {
        const struct chain_update *update = &chain->log[i - 1];
        if (update->key == key && update->changes) {
            return update->after;
        }
    }
    return clean_value(chain, key);
}

static void answer(struct node *node, const struct request *request, int64_t value) {
    node_reply(node, request, (struct reply){.status = REPLY_OK, .value = value, .value_bytes = request->value_bytes});
}

static void serve_read(struct node *node, struct chain *chain, const struct request *request, uint32_t hops) {
    bool may_answer = chain->place != CHAIN_NOBODY && chain->is_synced && chain_has_lease(node, chain);
    uint8_t tail = chain->members.nodes[chain->members.count - 1];
    const struct chain_slot *slot = node_table_find(&chain->newest, request->key);
    if (may_answer && chain_is_tail(chain)) {
        answer(node, request, clean_value(chain, request->key));
    } else if (!may_answer || chain_params(node)->reads == CHAIN_READS_TAIL) {
        pass_on(node, chain, CHAIN_FORWARD, tail, request, hops);
    } else if (slot == NULL || slot->index <= chain->committed) {
        answer(node, request, clean_value(chain, request->key));
    } else if (chain_has_bug(node, CHAIN_BUG_C01)) {
        answer(node, request, slot->value);
    } else {
        pass_on(node, chain, CHAIN_QUERY, tail, request, hops);
    }
}

static void on_request_of_master(struct node *node, struct chain *chain, const struct request *request, uint32_t hops) {
    const struct chain_members *members = &chain->master->members;
    uint8_t to = members->nodes[request->kind == OP_READ ? members->count - 1 : 0];
    pass_on(node, chain, CHAIN_FORWARD, to, request, hops);
}

void chain_on_request(struct node *node, struct chain *chain, const struct request *request, uint32_t hops) {
    if (chain->master != NULL) {
        on_request_of_master(node, chain, request, hops);
    } else if (!chain->has_members) {
        send_away(node, request);
    } else if (request->kind == OP_READ) {
        serve_read(node, chain, request, hops);
    } else if (chain_is_head(chain) && chain->is_synced) {
        chain_take(node, chain, request);
    } else {
        pass_on(node, chain, CHAIN_FORWARD, chain->members.nodes[0], request, hops);
    }
}

void chain_on_query(struct node *node, struct chain *chain, const struct message *message) {
    const struct chain_forward *query = message->body;
    if (query->epoch != chain->members.epoch || !chain_is_tail(chain) || !chain->is_synced ||
        !chain_has_lease(node, chain)) {
        send_away(node, &query->request);
        return;
    }
    struct chain_forward version = *query;
    version.committed = chain->committed;
    node_send(node, message->from, (struct outgoing){CHAIN_VERSION, 88, &version, sizeof version});
}

void chain_on_version(struct node *node, struct chain *chain, const struct message *message) {
    const struct chain_forward *version = message->body;
    if (version->epoch != chain->members.epoch || !chain->is_synced || version->committed > chain->last) {
        send_away(node, &version->request);
        return;
    }
    answer(node, &version->request, value_at(chain, version->request.key, version->committed));
}
