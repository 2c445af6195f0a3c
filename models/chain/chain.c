/* A replicated chain as a model: its table, and which file handles what happens. */
#include "models/chain/chain.h"

/* ---- Boot ---- */

static void tick(struct node *node, struct chain *chain) {
    node_arm(node, CHAIN_TIMER_TICK, chain_params(node)->heartbeat);
    if (chain->master != NULL) {
        chain_master_tick(node, chain);
        return;
    }
    chain_beat(node, chain);
    chain_resend(node, chain);
    chain_acknowledge(node, chain);
}

static void boot(struct node *node, struct chain *chain) {
    chain->self = (uint8_t)node_index(node);
    chain->place = CHAIN_NOBODY;
    chain->link.to = CHAIN_NOBODY;
    chain->stash = node_alloc(node, CHAIN_MOST_STASHED * sizeof *chain->stash);
    chain->outbox =
        node_alloc(node, sizeof *chain->outbox + (size_t)chain_params(node)->batch * sizeof(struct chain_update));
}

static void start(struct node *node, void *state) {
    struct chain *chain = state;
    boot(node, chain);
    if (chain->self == 0) {
        chain_master_start(node, chain);
    } else {
        node_probe(node, PROBE_LOG_RESET, 0, 0, 0);
    }
    tick(node, chain);
}

static void recover(struct node *node, void *state) {
    struct chain *chain = state;
    boot(node, chain);
    if (chain->self == 0) {
        chain_master_recover(node, chain);
    } else {
        size_t bytes;
        const struct chain_epoch *record = node_record_get(node, CHAIN_RECORD_EPOCH, &bytes);
        if (record != NULL && bytes == sizeof *record) {
            chain->members.epoch = record->epoch;
            chain->synced_epoch = record->synced_epoch;
        }
        node_probe(node, PROBE_LOG_RESET, 0, 0, 0);
        chain_log_recover(node, chain);
        chain->silent_to = chain->last;
    }
    tick(node, chain);
}

/* ---- Dispatch ---- */

static void on_forward(struct node *node, struct chain *chain, const struct message *message) {
    const struct chain_forward *forward = message->body;
    chain_on_request(node, chain, &forward->request, forward->hops);
}

static void on_message(struct node *node, void *state, const struct message *message) {
    static void (*const handlers[])(struct node *, struct chain *, const struct message *) = {
        [CHAIN_BEAT] = chain_on_beat,       [CHAIN_CONFIG] = chain_on_config, [CHAIN_UPDATE] = chain_on_update,
        [CHAIN_ACK] = chain_on_ack,         [CHAIN_FORWARD] = on_forward,     [CHAIN_QUERY] = chain_on_query,
        [CHAIN_VERSION] = chain_on_version,
    };
    struct chain *chain = state;
    if (!chain->is_halted) {
        handlers[message->type](node, chain, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    (void)timer;
    tick(node, state);
}

static void on_request(struct node *node, void *state, const struct request *request) {
    struct chain *chain = state;
    if (!chain->is_halted) {
        chain_on_request(node, chain, request, 0);
    }
}

/* What the disk of a node with a failed write holds, the node does not know: it falls silent until it is restarted. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    (void)ticket;
    struct chain *chain = state;
    if (failed && !chain->is_halted) {
        chain->is_halted = true;
        chain->place = CHAIN_NOBODY;
        node_cancel(node, CHAIN_TIMER_TICK);
        node_probe(node, PROBE_ROLE, ROLE_NONE, chain->members.reign, 0);
    } else if (!chain->is_halted && chain->master == NULL) {
        chain_on_durable(node, chain);
    }
}

/* ---- Looking ---- */

static void inspect(const void *state, struct inspector *to) {
    const struct chain *chain = state;
    if (chain->master != NULL) {
        to->text(to, "role", "master");
        to->number(to, "epoch", (int64_t)chain->master->members.epoch);
        to->number(to, "members", chain->master->members.count);
        return;
    }
    to->text(to, "role",
             chain->place == CHAIN_NOBODY ? "none"
             : chain_is_head(chain)       ? "head"
             : chain_is_tail(chain)       ? "tail"
                                          : "middle");
    to->number(to, "epoch", (int64_t)chain->members.epoch);
    to->number(to, "place", chain->place == CHAIN_NOBODY ? -1 : chain->place);
    to->number(to, "synced", chain->is_synced);
    to->number(to, "last index", (int64_t)chain->last);
    to->number(to, "committed index", (int64_t)chain->committed);
}

/* The newest version: it would go down the chain, if everything else stopped. */
static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct chain *chain = state;
    const struct chain_slot *slot = node_table_find(&chain->newest, key);
    if (chain->place == CHAIN_NOBODY || !chain->is_synced || slot == NULL) {
        return false;
    }
    *value = slot->value;
    return true;
}

static const struct message_type messages[] = {
    [CHAIN_BEAT] = {"chain.beat", "a node tells the master that it lives, and asks for a lease"},
    [CHAIN_CONFIG] = {"chain.config", "the master tells the members, in order, and lends a lease"},
    [CHAIN_UPDATE] = {"chain.update", "updates for the successor; without any, the question how far it follows"},
    [CHAIN_ACK] = {"chain.ack", "how far the successor follows, and what is committed"},
    [CHAIN_FORWARD] = {"chain.forward", "a client's request for the head or the tail"},
    [CHAIN_QUERY] = {"chain.query", "which version of a key is committed?"},
    [CHAIN_VERSION] = {"chain.version", "the tail's answer to that"},
    {NULL, NULL},
};
static const char *const timers[] = {"tick", NULL};
static const char *const records[] = {"epoch", "master", NULL};

const struct model chain_model = {
    .abi = SPACELIKE_ABI,
    .name = "chain",
    .summary = "a replicated key-value store by chain replication or CRAQ; node 1 is the master that repairs the chain",
    .source = "van Renesse and Schneider, Chain Replication, OSDI 2004; Terrace and Freedman, Object Storage on CRAQ, "
              "USENIX ATC 2009",
    .state_bytes = sizeof(struct chain),
    .params_bytes = sizeof(struct chain_params),
    .parameters = chain_parameters,
    .messages = messages,
    .timers = timers,
    .records = records,
    .claims = chain_claims,
    .boundaries = chain_boundaries,
    .operations = 1u << OP_READ | 1u << OP_WRITE | 1u << OP_CAS | 1u << OP_INCREMENT | 1u << OP_APPEND,
    .has_leader = true,
    .check_params = chain_check_params,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .disk_done = on_disk_done,
    .inspect = inspect,
    .peek = peek,
};
