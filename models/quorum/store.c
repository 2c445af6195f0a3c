/* What a node knows of its keys. */
#include "models/quorum/quorum.h"

#include <string.h>

void qr_remove(struct node *node, struct node_table *table, struct qr_cell *cell) {
    node_free(node, cell->data);
    node_table_remove(node, table, cell);
}

bool qr_take_in(struct node *node, struct quorum *quorum, struct qr_cell *cell, const struct qr_data *data) {
    if (cell->data == NULL) {
        cell->data = qr_copy(node, data);
        return true;
    }
    if (data->actors == 0) { /* last write wins */
        bool wins = qr_is_newer(&data->versions[0], &cell->data->versions[0]);
        if (wins) {
            memcpy(cell->data, data, qr_data_bytes(data));
        }
        return wins;
    }
    uint64_t before = qr_digest(cell->data);
    quorum->siblings_dropped += qr_merge(quorum->scratch, cell->data, data);
    if (qr_digest(quorum->scratch) == before) {
        return false;
    }
    size_t bytes = qr_data_bytes(quorum->scratch);
    cell->data = node_resize(node, cell->data, bytes);
    memcpy(cell->data, quorum->scratch, bytes);
    return true;
}
