/* Hinted handoff (Dynamo 4.6): a write kept for a home replica that did not answer, and sent to it again and again
 * until it does. A node keeps a bounded number of hints; what finds no room is not kept, and is counted. */
#include "models/quorum/quorum.h"

#include <string.h>

static struct qr_cell *add(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_data *data,
                           bool *is_new) {
    struct node_table *table = &quorum->hints[home];
    uint32_t before = table->count;
    struct qr_cell *hint = node_table_add(node, table, data->key, sizeof(struct qr_cell));
    quorum->hint_count += table->count - before;
    *is_new = qr_take_in(node, quorum, hint, data);
    if (!node_is_armed(node, QR_TIMER_HINTS)) {
        node_arm(node, QR_TIMER_HINTS, qr_params(node)->hint_interval);
    }
    return hint;
}

bool qr_keep_hint(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_data *data,
                  disk_ticket *ticket) {
    if (quorum->hint_count >= (uint64_t)qr_params(node)->hint_limit &&
        node_table_find(&quorum->hints[home], data->key) == NULL) {
        quorum->hints_dropped++;
        return false;
    }
    bool is_new;
    struct qr_cell *hint = add(node, quorum, home, data, &is_new);
    if (is_new) {
        hint->ticket = qr_save(node, quorum, home, hint);
    }
    *ticket = hint->ticket;
    return true;
}

/* From the disk. Those that had been handed off before the crash are handed off again, which does no harm. */
void qr_restore_hint(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_data *data) {
    bool is_new;
    add(node, quorum, home, data, &is_new);
}

const struct qr_data *qr_hinted(const struct quorum *quorum, uint64_t key) {
    for (uint32_t home = 0; quorum->hint_count > 0 && home < quorum->nodes; home++) {
        const struct qr_cell *hint = node_table_find(&quorum->hints[home], key);
        if (hint != NULL) {
            return hint->data;
        }
    }
    return NULL;
}

static void send_batch(struct node *node, struct quorum *quorum, uint32_t home) {
    const struct node_table *table = &quorum->hints[home];
    struct qr_write *write = quorum->outbox;
    uint32_t count = table->count < QR_HINT_BATCH ? table->count : QR_HINT_BATCH;
    for (uint32_t i = 0; i < count; i++) {
        size_t bytes = qr_data_bytes(qr_cell_at(table, i)->data);
        write->name = (struct qr_name){.home = QR_NO_HOME};
        memcpy(&write->data, qr_cell_at(table, i)->data, bytes);
        node_send(node, node_peer(node, home),
                  (struct outgoing){QR_HANDOFF, QR_HEADER_BYTES + qr_wire_bytes(&write->data), write,
                                    offsetof(struct qr_write, data) + bytes});
    }
    quorum->hints_in_flight[home] = count;
}

void qr_hand_off(struct node *node, struct quorum *quorum) {
    for (uint32_t home = 0; home < quorum->nodes; home++) {
        send_batch(node, quorum, home);
    }
    if (quorum->hint_count > 0) {
        node_arm(node, QR_TIMER_HINTS, qr_params(node)->hint_interval);
    }
}

void qr_on_handoff(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_write *write = message->body;
    struct qr_ack ack = {.name = write->name, .key = write->data.key, .digest = qr_digest(&write->data)};
    node_send_after(node, qr_store(node, quorum, &write->data), message->from,
                    (struct outgoing){QR_HANDOFF_ACK, QR_HEADER_BYTES + 2 * QR_NUMBER_BYTES, &ack, sizeof ack});
}

/* A hint that has changed meanwhile stays. When a batch is through, the next one follows at once. */
void qr_on_handoff_ack(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_ack *ack = message->body;
    uint32_t home = (uint32_t)node_peer_index(node, message->from);
    struct qr_cell *hint = home < quorum->nodes ? node_table_find(&quorum->hints[home], ack->key) : NULL;
    if (hint == NULL) {
        return;
    }
    if (qr_digest(hint->data) == ack->digest) {
        qr_remove(node, &quorum->hints[home], hint);
        quorum->hint_count--;
    }
    if (quorum->hints_in_flight[home] > 0 && --quorum->hints_in_flight[home] == 0) {
        send_batch(node, quorum, home);
    }
}
