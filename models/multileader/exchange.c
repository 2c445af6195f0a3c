/* What a leader tells the others, and when: each change at once, as the key's whole state, and again until it is
 * acknowledged. So nothing that a crash or the network loses stays lost, and nothing has to come in order.
 *
 * Nothing leaves before it is on the own disk: what a crash takes back must be known nowhere, or a number would be
 * given twice. */
#include "models/multileader/multileader.h"

#include <string.h>

bool ml_is_neighbour(const struct node *node, size_t index) {
    size_t self = node_index(node);
    switch ((enum ml_topology)ml_params(node)->topology) {
    case ML_RING:
        return index != self && index == (self + 1) % node_count(node);
    case ML_STAR: /* the first node is its centre */
        return index != self && (self == 0 || index == 0);
    case ML_ALL:
        break;
    }
    return index != self;
}

static void send_update(struct node *node, struct ml_key *key, size_t to) {
    enum ml_conflicts conflicts = (enum ml_conflicts)ml_params(node)->conflicts;
    struct ml_update update = {.key = key->key, .version = key->version, .origin = key->origin, .value = key->value};
    uint32_t encoded =
        ML_HEADER_BYTES + 2 * ML_NUMBER_BYTES + ml_value_encoded(conflicts, &key->value, node_count(node));
    key->links[to].sent_at = node_monotonic(node);
    node_send_after(node, key->ticket, node_peer(node, to),
                    (struct outgoing){.type = ML_UPDATE,
                                      .encoded_bytes = encoded,
                                      .body = &update,
                                      .body_bytes = offsetof(struct ml_update, value) + ml_value_bytes(conflicts)});
}

/* Where everybody tells everybody, only a change that was made here has to be told; on a ring or a star, changes of
 * others are passed on, until they change nothing any more. With S03 everything does, and it ends where it began. */
void ml_spread(struct node *node, struct ml_key *key, size_t from) {
    size_t self = node_index(node);
    bool is_passed_on = ml_params(node)->topology != ML_ALL;
    for (size_t i = 0; i < node_count(node); i++) {
        bool is_home = ml_has_bug(node, ML_BUG_S03) && i == key->origin;
        if (ml_is_neighbour(node, i) && (from == self || (is_passed_on && i != from && !is_home))) {
            key->links[i].owed = key->version;
            send_update(node, key, i);
        }
    }
}

static void acknowledge(struct node *node, const struct ml_key *key, node_id to, uint64_t version) {
    struct ml_ack ack = {.key = key->key, .version = version};
    node_send_after(node, key->ticket, to,
                    (struct outgoing){.type = ML_ACK,
                                      .encoded_bytes = ML_HEADER_BYTES + 2 * ML_NUMBER_BYTES,
                                      .body = &ack,
                                      .body_bytes = sizeof ack});
}

void ml_on_update(struct node *node, struct ml_node *ml, const struct message *message) {
    const struct ml_update *update = message->body;
    struct ml_key *key = ml_key_of(node, ml, update->key);
    union ml_value from = {.counter = {{0}, {0}}};
    memcpy(&from, &update->value, ml_value_bytes((enum ml_conflicts)ml->conflicts));
    if (ml_value_merge(node, &key->value, &from)) {
        key->version++;
        key->origin = update->origin;
        bool has_stamp = ml->conflicts == ML_LAST_WRITE || ml->conflicts == ML_REGISTER;
        if (has_stamp && key->value.one.stamp > ml->latest) {
            ml->latest = key->value.one.stamp;
        }
        ml_store_key(node, key);
        ml_spread(node, key, node_peer_index(node, message->from));
    }
    acknowledge(node, key, message->from, update->version);
}

void ml_on_ack(struct node *node, struct ml_node *ml, const struct message *message) {
    const struct ml_ack *ack = message->body;
    struct ml_link *link = &ml_key_of(node, ml, ack->key)->links[node_peer_index(node, message->from)];
    link->acked = ack->version > link->acked ? ack->version : link->acked;
}

void ml_retry(struct node *node, struct ml_node *ml) {
    sim_time now = node_monotonic(node), retry = ml_params(node)->retry;
    for (uint32_t k = 0; k < ml->keys.count; k++) {
        struct ml_key *key = ml_key_at(ml, k);
        for (size_t i = 0; i < node_count(node); i++) {
            const struct ml_link *link = &key->links[i];
            if (ml_is_neighbour(node, i) && link->acked < link->owed && now - link->sent_at >= retry) {
                send_update(node, key, i);
            }
        }
    }
    node_arm(node, ML_TIMER_RETRY, retry);
}
