/* Updates along the chain (CR 2 and 3): the head takes them, each node passes on what is durable, the tail commits, and
 * what is committed is told back. Nodes answer how far they follow, and what got lost is sent again from there. The
 * paper's links lose nothing and keep the order; here an early batch waits for the ones before it. */
#include "models/chain/chain.h"

static void copy_bytes(void *to, const void *from, size_t bytes) {
    unsigned char *target = to;
    const unsigned char *source = from;
    for (size_t i = 0; i < bytes; i++) {
        target[i] = source[i];
    }
}

/* ---- Committing ---- */

static void answer_waiters(struct node *node, struct chain *chain) {
    uint32_t done = 0;
    while (done < chain->waiter_count && chain->waiters[done].index <= chain->committed) {
        const struct chain_waiter *waiter = &chain->waiters[done++];
        node_reply(node, &waiter->request,
                   (struct reply){.status = REPLY_OK, .value = chain->log[waiter->index - 1].result});
    }
    for (uint32_t i = done; done > 0 && i < chain->waiter_count; i++) {
        chain->waiters[i - done] = chain->waiters[i];
    }
    chain->waiter_count -= done;
}

void chain_release_waiters(struct node *node, struct chain *chain) {
    for (uint32_t i = 0; i < chain->waiter_count; i++) {
        node_reply(node, &chain->waiters[i].request, (struct reply){.status = REPLY_UNKNOWN});
    }
    chain->waiter_count = 0;
}

static void commit_to(struct node *node, struct chain *chain, uint64_t index) {
    chain_log_advance(node, chain);
    index = index < chain->durable ? index : chain->durable;
    if (index <= chain->committed) {
        return;
    }
    node_probe(node, PROBE_COMMIT, index, chain->members.reign, 0);
    while (chain->committed < index) {
        const struct chain_update *update = &chain->log[chain->committed++];
        if (update->changes) {
            chain_put(node, &chain->clean, update, chain->committed);
        }
        node_probe(node, PROBE_APPLY, chain->committed, update->reign, chain_hash(update));
    }
    answer_waiters(node, chain);
}

/* CR 2.1: what the tail holds is done, and the tail tells the client. */
void chain_commit_as_tail(struct node *node, struct chain *chain) {
    if (!chain_is_tail(chain) || !chain->is_synced || !chain_has_lease(node, chain)) {
        return;
    }
    uint64_t before = chain->committed > chain->silent_to ? chain->committed : chain->silent_to;
    commit_to(node, chain, chain->last);
    for (uint64_t i = before; i < chain->committed; i++) {
        const struct chain_update *update = &chain->log[i];
        struct request request = {.from = update->client, .call = update->call};
        node_reply(node, &request, (struct reply){.status = REPLY_OK, .value = update->result});
    }
}

/* ---- The head ---- */

static void work_out(const struct chain *chain, const struct request *request, struct chain_update *update) {
    const struct chain_slot *slot = node_table_find(&chain->newest, request->key);
    struct operation_effect effect =
        operation_apply(request->kind, slot != NULL ? slot->value : 0, request->value, request->expected);
    update->changes = effect.writes;
    update->after = effect.after;
    update->result = effect.result;
}

static void wait_for(struct node *node, struct chain *chain, uint64_t index, const struct request *request) {
    if (chain->waiter_count == chain->waiter_capacity) {
        chain->waiter_capacity = chain->waiter_capacity ? 2 * chain->waiter_capacity : 16;
        chain->waiters = node_resize(node, chain->waiters, chain->waiter_capacity * sizeof *chain->waiters);
    }
    uint32_t place = chain->waiter_count++;
    while (place > 0 && chain->waiters[place - 1].index > index) {
        chain->waiters[place] = chain->waiters[place - 1];
        place--;
    }
    chain->waiters[place] = (struct chain_waiter){index, *request};
}

/* A retry gets the answer of its first attempt, or waits for it. */
static bool answer_retry(struct node *node, struct chain *chain, const struct request *request) {
    const struct client_session *session = node_table_find(&chain->sessions, request->session);
    int64_t index = 0;
    enum session_answer answer =
        request->sequence == 0 || session == NULL ? SESSION_NEW : session_find(session, request->sequence, &index);
    if (answer == SESSION_NEW) {
        return false;
    }
    struct reply reply = {.status = REPLY_UNKNOWN};
    if (answer == SESSION_DONE) {
        if ((uint64_t)index > chain->committed) {
            wait_for(node, chain, (uint64_t)index, request);
            return true;
        }
        reply = (struct reply){.status = REPLY_OK, .value = chain->log[index - 1].result};
    }
    node_reply(node, request, reply);
    return true;
}

void chain_take(struct node *node, struct chain *chain, const struct request *request) {
    if (answer_retry(node, chain, request)) {
        return;
    }
    if (chain->last - chain->committed + chain->waiter_count >= CHAIN_MOST_PENDING) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL});
        return;
    }
    struct chain_update update = {.reign = chain->members.reign,
                                  .session = request->session,
                                  .sequence = request->sequence,
                                  .settled = request->settled,
                                  .key = request->key,
                                  .call = request->call,
                                  .client = request->from,
                                  .value_bytes = request->value_bytes,
                                  .kind = request->kind};
    work_out(chain, request, &update);
    chain_log_append(node, chain, &update);
    if (chain_has_bug(node, CHAIN_BUG_C03)) {
        node_reply(node, request, (struct reply){.status = REPLY_OK, .value = update.result});
    }
}

/* ---- Down the chain ---- */

static void send_batch(struct node *node, struct chain *chain, uint64_t previous, uint64_t count) {
    struct chain_batch *batch = chain->outbox;
    uint32_t bytes = 64;
    *batch = (struct chain_batch){.epoch = chain->members.epoch,
                                  .previous = previous,
                                  .previous_reign = chain_reign_at(chain, previous),
                                  .began_with = chain->began_with,
                                  .committed = chain->committed,
                                  .count = count};
    for (uint64_t i = 0; i < count; i++) {
        batch->updates[i] = chain->log[previous + i];
        bytes += 72 + batch->updates[i].value_bytes;
    }
    node_send_after(
        node, chain->epoch_ticket, node_peer(node, chain->link.to),
        (struct outgoing){CHAIN_UPDATE, bytes, batch, sizeof *batch + (size_t)count * sizeof batch->updates[0]});
}

void chain_begin_link(struct chain *chain, uint8_t to) {
    chain->link = (struct chain_link){.to = to, .sent = chain->durable};
}

/* Of a log that may still lose its end nobody hears: a learner whose log has the same end would take it for the
 * chain's.
 */
static bool may_lead_on(const struct chain *chain) {
    return chain->link.to != CHAIN_NOBODY && chain->is_synced;
}

void chain_greet(struct node *node, struct chain *chain) {
    if (may_lead_on(chain)) {
        send_batch(node, chain, chain->link.is_known ? chain->link.have : chain->link.sent, 0);
    }
}

void chain_push(struct node *node, struct chain *chain) {
    struct chain_link *link = &chain->link;
    uint64_t most = (uint64_t)chain_params(node)->batch;
    if (!may_lead_on(chain) || !link->is_known) {
        return;
    }
    while (link->sent < chain->durable && link->sent - link->have < CHAIN_MOST_BATCHES * most) {
        uint64_t count = chain->durable - link->sent;
        count = count < most ? count : most;
        send_batch(node, chain, link->sent, count);
        link->sent += count;
    }
}

void chain_resend(struct node *node, struct chain *chain) {
    struct chain_link *link = &chain->link;
    if (!link->is_known || !link->is_heard) {
        chain_greet(node, chain);
    }
    if (link->is_known && link->have < chain->durable && link->have == link->had) {
        link->sent = link->have;
        chain_push(node, chain);
    }
    link->had = link->have;
    link->is_heard = false;
}

/* ---- What comes down ---- */

void chain_forget_stash(struct node *node, struct chain *chain) {
    for (uint32_t i = 0; i < chain->stash_count; i++) {
        node_free(node, chain->stash[i]);
    }
    chain->stash_count = 0;
}

static void stash(struct node *node, struct chain *chain, const struct chain_batch *batch) {
    if (chain->stash_count < CHAIN_MOST_STASHED) {
        size_t bytes = sizeof *batch + (size_t)batch->count * sizeof batch->updates[0];
        struct chain_batch *copy = node_alloc(node, bytes);
        copy_bytes(copy, batch, bytes);
        chain->stash[chain->stash_count++] = copy;
    }
}

/* Where the log may agree with the predecessor's: before its updates of the reign that differs. */
static uint64_t earlier(const struct chain *chain, uint64_t index) {
    if (index > chain->last) {
        return chain->last;
    }
    uint64_t reign = chain_reign_at(chain, index);
    while (index > chain->committed && chain_reign_at(chain, index) == reign) {
        index--;
    }
    return index;
}

static void refuse(struct node *node, const struct chain *chain, uint64_t previous) {
    struct chain_ack ack = {.epoch = chain->members.epoch, .have = earlier(chain, previous), .is_refusal = true};
    node_send_after(node, chain->epoch_ticket, node_peer(node, chain_predecessor(chain)),
                    (struct outgoing){CHAIN_ACK, 40, &ack, sizeof ack});
}

/* False if the batch does not follow what is here. */
static bool take_batch(struct node *node, struct chain *chain, const struct chain_batch *batch) {
    if (batch->previous > chain->last || chain_reign_at(chain, batch->previous) != batch->previous_reign) {
        return false;
    }
    uint64_t index = batch->previous;
    for (uint64_t i = 0; i < batch->count; i++) {
        bool is_here = ++index <= chain->last && chain_reign_at(chain, index) == batch->updates[i].reign;
        if (!is_here && index <= chain->last) {
            chain_log_truncate(node, chain, index);
        }
        if (!is_here) {
            chain_log_append(node, chain, &batch->updates[i]);
        }
    }
    chain->is_matched = true;
    chain->matched = index > chain->matched ? index : chain->matched;
    chain->to_sync = batch->began_with;
    if (!chain->is_synced && chain->last > chain->matched && chain->matched >= chain->committed) {
        chain_log_truncate(node, chain, chain->matched + 1); /* of another past, or to come again */
    }
    commit_to(node, chain, batch->committed < chain->matched ? batch->committed : chain->matched);
    return true;
}

static void take_stashed(struct node *node, struct chain *chain) {
    for (uint32_t i = 0; i < chain->stash_count;) {
        struct chain_batch *batch = chain->stash[i];
        if (batch->previous > chain->last) {
            i++;
            continue;
        }
        chain->stash[i] = chain->stash[--chain->stash_count];
        take_batch(node, chain, batch);
        node_free(node, batch);
        i = 0;
    }
}

void chain_on_update(struct node *node, struct chain *chain, const struct message *message) {
    const struct chain_batch *batch = message->body;
    uint8_t predecessor = chain_predecessor(chain);
    if (!chain->has_members || batch->epoch != chain->members.epoch || predecessor == CHAIN_NOBODY ||
        message->from != node_peer(node, predecessor)) {
        return;
    }
    if (batch->previous > chain->last && batch->count > 0) {
        stash(node, chain, batch);
    } else if (take_batch(node, chain, batch)) {
        take_stashed(node, chain);
        chain_on_durable(node, chain);
    } else {
        refuse(node, chain, batch->previous);
    }
}

/* ---- Up the chain ---- */

void chain_acknowledge(struct node *node, struct chain *chain) {
    uint8_t predecessor = chain_predecessor(chain);
    if (predecessor == CHAIN_NOBODY || !chain->is_matched) {
        return;
    }
    uint64_t have = chain->matched < chain->durable ? chain->matched : chain->durable;
    struct chain_ack ack = {.epoch = chain->members.epoch, .have = have, .committed = chain->committed};
    node_send_after(node, chain->epoch_ticket, node_peer(node, predecessor),
                    (struct outgoing){CHAIN_ACK, 40, &ack, sizeof ack});
}

void chain_on_ack(struct node *node, struct chain *chain, const struct message *message) {
    const struct chain_ack *ack = message->body;
    struct chain_link *link = &chain->link;
    if (ack->epoch != chain->members.epoch || link->to == CHAIN_NOBODY || message->from != node_peer(node, link->to)) {
        return;
    }
    link->is_heard = true;
    if (ack->is_refusal) {
        if (!link->is_known) {
            link->sent = ack->have < link->sent ? ack->have : link->sent > 0 ? link->sent - 1 : 0;
            chain_greet(node, chain);
        }
        return;
    }
    /* More than is here it can only have if the disk here lost something: what it has beyond that is of another past.
     */
    uint64_t have = ack->have < chain->durable ? ack->have : chain->durable;
    if (!link->is_known || have > link->have) {
        link->have = have;
        link->sent = link->is_known && link->sent > link->have ? link->sent : link->have;
        link->is_known = true;
    }
    uint64_t before = chain->committed;
    if (chain->place != CHAIN_NOBODY && !chain_is_tail(chain)) {
        commit_to(node, chain, ack->committed);
    }
    if (chain->committed > before) {
        chain_acknowledge(node, chain);
    }
    chain_push(node, chain);
}

/* ---- The disk ---- */

/* A new member's log is part of the chain's: it has all, and what it dropped is gone. It serves when that is on disk,
 * and stays true of it after a crash: if it began anew with what it is told first, which may be an old message, it
 * might drop what it has committed. */
static void join_when_caught_up(struct node *node, struct chain *chain) {
    if (!chain->is_matched || chain->matched < chain->to_sync || chain->durable < chain->to_sync) {
        return;
    }
    if (chain->synced_epoch != chain->members.epoch) {
        chain->synced_epoch = chain->members.epoch;
        chain->synced_ticket = chain_save_epoch(node, chain);
    }
    if (node_disk_done(node, chain->synced_ticket)) {
        chain->is_synced = true;
        chain_greet(node, chain);
    }
}

void chain_on_durable(struct node *node, struct chain *chain) {
    chain_log_advance(node, chain);
    if (!chain->is_synced && chain->place != CHAIN_NOBODY) {
        join_when_caught_up(node, chain);
    }
    chain_push(node, chain);
    chain_commit_as_tail(node, chain);
    chain_acknowledge(node, chain);
}
