/* The history of updates (CR 2, Hist), in memory and on disk. Nothing is sent on before it is durable, so what a
 * successor holds, its predecessor holds after a crash too. */
#include "models/chain/chain.h"

uint64_t chain_hash(const struct chain_update *update) {
    uint64_t hash = probe_hash(probe_hash(0, update->session), update->sequence);
    hash = probe_hash(probe_hash(hash, update->key), (uint64_t)update->after);
    return probe_hash(hash, update->kind);
}

uint64_t chain_reign_at(const struct chain *chain, uint64_t index) {
    return index > 0 ? chain->log[index - 1].reign : 0;
}

void chain_put(struct node *node, struct node_table *keys, const struct chain_update *update, uint64_t index) {
    struct chain_slot *slot = node_table_add(node, keys, update->key, sizeof *slot);
    slot->value = update->after;
    slot->index = index;
}

/* What follows from an update of the log: the newest value of its key, and that its client's operation is there. */
static void follow(struct node *node, struct chain *chain, uint64_t index) {
    const struct chain_update *update = &chain->log[index - 1];
    if (update->changes) {
        chain_put(node, &chain->newest, update, index);
    }
    if (update->sequence != 0) {
        struct client_session *session = node_table_add(node, &chain->sessions, update->session, sizeof *session);
        session_settle(session, update->settled);
        session_keep(node, session, update->sequence, (int64_t)index);
    }
}

/* In memory: the log, and what follows from it. */
static void add(struct node *node, struct chain *chain, const struct chain_update *update, disk_ticket ticket) {
    if (chain->last == chain->capacity) {
        chain->capacity = chain->capacity ? 2 * chain->capacity : 256;
        chain->log = node_resize(node, chain->log, chain->capacity * sizeof *chain->log);
        chain->tickets = node_resize(node, chain->tickets, chain->capacity * sizeof *chain->tickets);
    }
    chain->log[chain->last] = *update;
    chain->tickets[chain->last++] = ticket;
    follow(node, chain, chain->last);
}

/* The log that is published is the one on disk: a head that crashes takes up its reign again, and may give the index of
 * an update that nobody else has heard of to another one. */
static void publish(struct node *node, const struct chain *chain, uint64_t index) {
    const struct chain_update *update = &chain->log[index - 1];
    node_probe(node, PROBE_APPEND, index, update->reign, chain_hash(update));
}

void chain_log_append(struct node *node, struct chain *chain, const struct chain_update *update) {
    node_disk_extra(node, update->value_bytes);
    add(node, chain, update, node_log_append(node, update, sizeof *update));
}

/* Only what is not committed may go. What followed from it is made again from what stays. */
void chain_log_truncate(struct node *node, struct chain *chain, uint64_t from) {
    uint64_t kept = from - 1;
    node_log_truncate(node, kept);
    chain->last = kept;
    if (chain->durable > kept) {
        chain->durable = kept;
        node_probe(node, PROBE_TRUNCATE, from, 0, 0);
    }
    if (chain->link.sent > kept || chain->link.have > kept) {
        chain_begin_link(chain, chain->link.to); /* it may hold what was cut off */
    }
    node_table_clear(node, &chain->newest);
    sessions_clear(node, &chain->sessions);
    for (uint64_t i = 1; i <= kept; i++) {
        follow(node, chain, i);
    }
}

void chain_log_advance(struct node *node, struct chain *chain) {
    while (chain->durable < chain->last && node_disk_done(node, chain->tickets[chain->durable])) {
        publish(node, chain, ++chain->durable);
    }
}

/* The log ends before the first record that is short or unreadable: a torn write's, of which nobody was told. */
void chain_log_recover(struct node *node, struct chain *chain) {
    for (uint64_t number = 0; number < node_log_end(node); number++) {
        size_t bytes;
        const struct chain_update *update = node_log_read(node, number, &bytes);
        if (update == NULL || bytes != sizeof *update) {
            node_log_truncate(node, number);
            break;
        }
        add(node, chain, update, 0);
        publish(node, chain, ++chain->durable);
    }
}
