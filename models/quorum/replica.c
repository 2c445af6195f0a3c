/* A node as the holder of keys: it takes in what is new to it, and says so when that is durable. */
#include "models/quorum/quorum.h"

#include <string.h>

void qr_know_homes(const struct node *node, const struct quorum *quorum, struct qr_cell *cell) {
    const struct qr_params *params = qr_params(node);
    uint16_t nodes[QR_MOST_REPLICAS];
    uint32_t n = (uint32_t)params->n;
    uint32_t count = qr_ring_walk(&quorum->ring, (enum qr_placement)params->placement, cell->key, n, nodes, n);
    cell->homes = 0;
    for (uint32_t i = 0; i < count; i++) {
        cell->homes |= UINT64_C(1) << nodes[i];
    }
}

static struct qr_cell *cell_of(struct node *node, struct quorum *quorum, uint64_t key) {
    struct qr_cell *cell = node_table_add(node, &quorum->table, key, sizeof(struct qr_cell));
    if (cell->homes == 0) {
        qr_know_homes(node, quorum, cell);
        if (qr_params(node)->ring == QR_RING_DRAWN) {
            node_probe(node, PROBE_MEASURE, QR_METRIC_KEPT, 1, 0);
        }
    }
    return cell;
}

static disk_ticket save(struct node *node, struct quorum *quorum, struct qr_cell *cell) {
    cell->since = node_wall(node);
    cell->ticket = qr_save(node, quorum, QR_NO_HOME, cell);
    return cell->ticket;
}

/* The ticket of what is there now: if the data is not new, whoever brought it may still have to wait for it. */
disk_ticket qr_store(struct node *node, struct quorum *quorum, const struct qr_data *data) {
    struct qr_cell *cell = cell_of(node, quorum, data->key);
    return qr_take_in(node, quorum, cell, data) ? save(node, quorum, cell) : cell->ticket;
}

/* Q03: what a repair brings is taken for the newest without looking. */
static disk_ticket store_unseen(struct node *node, struct quorum *quorum, const struct qr_data *data) {
    struct qr_cell *cell = cell_of(node, quorum, data->key);
    node_free(node, cell->data);
    cell->data = qr_copy(node, data);
    return save(node, quorum, cell);
}

static void acknowledge(struct node *node, const struct message *message, uint32_t type, disk_ticket ticket) {
    const struct qr_write *write = message->body;
    struct qr_ack ack = {.name = write->name};
    node_send_after(node, ticket, message->from, (struct outgoing){type, QR_HEADER_BYTES, &ack, sizeof ack});
}

void qr_on_write(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_write *write = message->body;
    disk_ticket ticket = 0;
    if (write->name.home == QR_NO_HOME) {
        ticket = qr_store(node, quorum, &write->data);
    } else if (!qr_keep_hint(node, quorum, write->name.home, &write->data, &ticket)) {
        return; /* no room: not kept, and not acknowledged */
    }
    acknowledge(node, message, QR_WRITE_ACK, ticket);
}

void qr_on_repair(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_write *repair = message->body;
    disk_ticket ticket = 0;
    if (repair->name.home != QR_NO_HOME) {
        if (!qr_keep_hint(node, quorum, repair->name.home, &repair->data, &ticket)) {
            return;
        }
    } else {
        ticket = qr_has_bug(node, QR_BUG_Q03) ? store_unseen(node, quorum, &repair->data)
                                              : qr_store(node, quorum, &repair->data);
    }
    acknowledge(node, message, QR_REPAIR_ACK, ticket);
}

/* What is returned is durable: else a crash could take back what a client has seen. A node that stands in for others
 * also returns what it keeps for them. */
void qr_on_read(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_read *read = message->body;
    const struct qr_cell *cell = node_table_find(&quorum->table, read->key);
    const struct qr_data *own = cell != NULL ? cell->data : NULL;
    const struct qr_data *hinted = qr_hinted(quorum, read->key);
    struct qr_write *reply = quorum->outbox;
    size_t bytes = sizeof(struct qr_name);
    disk_ticket ticket = hinted != NULL ? node_disk_last(node) : cell != NULL ? cell->ticket : 0;
    reply->name = read->name;
    reply->name.has_data = own != NULL || hinted != NULL;
    if (reply->name.has_data != 0) {
        quorum->siblings_dropped += qr_merge(&reply->data, own, hinted);
        bytes = offsetof(struct qr_write, data) + qr_data_bytes(&reply->data);
    }
    uint32_t encoded = QR_HEADER_BYTES + qr_wire_bytes(reply->name.has_data != 0 ? &reply->data : NULL);
    node_send_after(node, ticket, message->from, (struct outgoing){QR_READ_REPLY, encoded, reply, bytes});
}

/* A tombstone that every replica is thought to have by now. One that has not may bring the value back. */
void qr_purge_tombstones(struct node *node, struct quorum *quorum) {
    sim_time grace = qr_params(node)->tombstone_grace, now = node_wall(node);
    for (uint32_t i = quorum->table.count; i-- > 0;) {
        struct qr_cell *cell = qr_cell_at(&quorum->table, i);
        if (qr_is_tombstone(cell->data) && now - cell->since >= grace && node_disk_done(node, cell->ticket)) {
            qr_remove(node, &quorum->table, cell);
            quorum->purged++;
        }
    }
    node_arm(node, QR_TIMER_PURGE, grace / 4 + 1);
}
