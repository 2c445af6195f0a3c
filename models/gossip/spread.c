/* Rounds (Demers 1.3, 1.4): each node calls on partners that it picks at random, tells them what it knows or asks what
 * they know, and in time loses interest in what is known everywhere. */
#include "models/gossip/gossip.h"

uint64_t gossip_round(const struct node *node) {
    return (uint64_t)(node_monotonic(node) / gossip_params(node)->period);
}

/* Aligned rounds begin at the multiples of the period, after a restart too. */
static void arm(struct node *node) {
    sim_time period = gossip_params(node)->period;
    sim_time rest = gossip_params(node)->aligned ? period - node_monotonic(node) % period : period;
    node_arm(node, GOSSIP_TIMER_ROUND, rest);
}

void gossip_begin_rounds(struct node *node) {
    if (gossip_params(node)->aligned) {
        arm(node);
    } else {
        node_arm(node, GOSSIP_TIMER_ROUND, node_draw(node, GOSSIP_STREAM_PHASE, 0, gossip_params(node)->period - 1));
    }
}

static node_id any_partner(struct node *node) {
    int64_t place = node_draw(node, GOSSIP_STREAM_PARTNER, 0, (int64_t)node_count(node) - 2);
    return node_peer(node, (size_t)place + ((size_t)place >= node_index(node)));
}

/* ---- Losing interest (Demers 1.4) ---- */

static bool wants_feedback(const struct node *node) {
    return gossip_params(node)->spreading == GOSSIP_RUMOR && gossip_params(node)->feedback == GOSSIP_FEEDBACK;
}

static bool is_blind(const struct node *node) {
    return gossip_params(node)->spreading == GOSSIP_RUMOR && gossip_params(node)->feedback == GOSSIP_BLIND;
}

/* One more reason to stop. */
static void tire(struct node *node, struct gossip_entry *entry) {
    const struct gossip_params *params = gossip_params(node);
    if (params->loss == GOSSIP_COUNTER) {
        entry->is_hot = entry->is_hot && ++entry->counter < (uint64_t)params->k;
    } else if (entry->is_hot) {
        entry->is_hot = node_draw(node, GOSSIP_STREAM_COIN, 1, params->k) != 1;
    }
}

/* With pull, a node judges once a round, over all who asked in it (Demers, table 3). */
static void judge_pulls(struct node *node, struct gossip *gossip) {
    for (uint64_t i = 0; i < gossip->capacity; i++) {
        struct gossip_entry *entry = &gossip->entries[i];
        if (entry->is_hot && entry->was_needed) {
            entry->counter = 0;
        } else if (entry->is_hot && entry->was_known) {
            tire(node, entry);
        }
        entry->was_needed = entry->was_known = false;
    }
}

/* ---- Sending ---- */

static void send_hot(struct node *node, struct gossip *gossip, node_id to, uint32_t type, bool wants_answer) {
    struct gossip_batch *batch = node_alloc(node, sizeof *batch + (size_t)gossip->count * sizeof batch->updates[0]);
    uint32_t bytes = 24;
    batch->wants_answer = wants_answer;
    batch->wants_feedback = wants_feedback(node);
    for (uint64_t i = 0; i < gossip->capacity; i++) {
        struct gossip_entry *entry = &gossip->entries[i];
        if (entry->is_hot) {
            batch->updates[batch->count++] = entry->update;
            bytes += 36 + entry->update.value_bytes;
            if (is_blind(node)) {
                tire(node, entry);
            }
        }
    }
    if (batch->count > 0) {
        node_probe(node, PROBE_MEASURE, GOSSIP_METRIC_SENT, batch->count, 0);
    }
    if (batch->count > 0 || wants_answer) {
        size_t size = sizeof *batch + (size_t)batch->count * sizeof batch->updates[0];
        node_send_after(node, gossip->ticket, to, (struct outgoing){type, bytes, batch, size});
    }
    node_free(node, batch);
}

void gossip_on_round(struct node *node, struct gossip *gossip) {
    enum gossip_mode mode = (enum gossip_mode)gossip_params(node)->mode;
    arm(node);
    judge_pulls(node, gossip);
    for (int64_t i = 0; i < gossip_params(node)->fanout && node_count(node) > 1; i++) {
        node_id partner = any_partner(node);
        if (mode == GOSSIP_PULL) {
            node_send(node, partner, (struct outgoing){GOSSIP_MESSAGE_PULL, 24, "", 1});
        } else {
            send_hot(node, gossip, partner, GOSSIP_MESSAGE_PUSH, mode == GOSSIP_PUSH_PULL);
        }
    }
}

void gossip_on_pull(struct node *node, struct gossip *gossip, const struct message *message) {
    send_hot(node, gossip, message->from, GOSSIP_MESSAGE_ANSWER, false);
}

/* ---- Receiving ---- */

static void measure(struct node *node, const struct gossip_update *update, bool is_news) {
    if (!is_news) {
        node_probe(node, PROBE_MEASURE, GOSSIP_METRIC_REDUNDANT, 1, 0);
        return;
    }
    node_probe(node, PROBE_MEASURE, GOSSIP_METRIC_ROUNDS, gossip_round(node) - update->birth_round, 0);
    node_probe(node, PROBE_MEASURE, GOSSIP_METRIC_DELAY, (uint64_t)(node_wall(node) - update->stamp), 0);
}

/* A push, or the answer to a pull. */
void gossip_on_batch(struct node *node, struct gossip *gossip, const struct message *message) {
    const struct gossip_batch *batch = message->body;
    size_t size = sizeof(struct gossip_verdicts) + (size_t)batch->count * sizeof(struct gossip_verdict);
    struct gossip_verdicts *verdicts = node_alloc(node, size);
    if (batch->wants_answer) { /* what was known before */
        send_hot(node, gossip, message->from, GOSSIP_MESSAGE_ANSWER, false);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct gossip_update *update = &batch->updates[i];
        bool is_news = gossip_take(node, gossip, update);
        measure(node, update, is_news);
        verdicts->items[i] = (struct gossip_verdict){update->key, update->stamp, update->origin, !is_news};
    }
    verdicts->count = batch->count;
    verdicts->of_pull = message->type == GOSSIP_MESSAGE_ANSWER;
    if (batch->wants_feedback && batch->count > 0) {
        node_send(node, message->from,
                  (struct outgoing){GOSSIP_MESSAGE_FEEDBACK, 24 + 24 * batch->count, verdicts, size});
    }
    node_free(node, verdicts);
}

void gossip_on_feedback(struct node *node, struct gossip *gossip, const struct message *message) {
    const struct gossip_verdicts *verdicts = message->body;
    for (uint32_t i = 0; i < verdicts->count; i++) {
        const struct gossip_verdict *verdict = &verdicts->items[i];
        struct gossip_entry *entry = gossip_find(gossip, verdict->key);
        if (entry == NULL || !entry->is_hot || entry->update.stamp != verdict->stamp ||
            entry->update.origin != verdict->origin) {
            continue; /* about an older update */
        }
        if (verdicts->of_pull) {
            entry->was_needed = entry->was_needed || !verdict->was_known;
            entry->was_known = entry->was_known || verdict->was_known;
        } else if (verdict->was_known) {
            tire(node, entry);
        }
    }
}
