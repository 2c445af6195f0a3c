/* What survives a crash: a log of what cells became, those of hints included. After a restart all of it is taken in
 * again, in any order: merging does not depend on it. A record that is short or unreadable belongs to a write that
 * nobody was told of, and is passed over.
 *
 * When the log is much longer than what is alive, everything is written again, and the records before that go once it
 * is durable. */
#include "models/quorum/quorum.h"

#include <string.h>

struct record {
    uint64_t home; /* of a hint; QR_NO_HOME */
    sim_time since;
    struct qr_data data;
};

disk_ticket qr_save(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_cell *cell) {
    struct record *record = quorum->outbox;
    size_t bytes = qr_data_bytes(cell->data);
    record->home = home;
    record->since = cell->since;
    memcpy(&record->data, cell->data, bytes);
    node_disk_extra(node, qr_value_bytes(cell->data));
    quorum->next_record++;
    return node_log_append(node, record, offsetof(struct record, data) + bytes);
}

static void restore(struct node *node, struct quorum *quorum, const struct record *record) {
    if (record->home != QR_NO_HOME) {
        qr_restore_hint(node, quorum, (uint32_t)record->home, &record->data);
        return;
    }
    struct qr_cell *cell = qr_find_or_add(node, &quorum->table, record->data.key);
    if (qr_take_in(node, quorum, cell, &record->data)) {
        cell->since = record->since;
    }
    qr_know_homes(node, quorum, cell);
}

/* A disk may decay without noticing: what it brings is not used as a size or a place before it is known to be one. */
static bool is_whole(const struct node *node, const struct quorum *quorum, const struct record *record, size_t bytes) {
    if (record == NULL || bytes < sizeof *record) {
        return false;
    }
    const struct qr_data *data = &record->data;
    bool has_siblings = qr_params(node)->versions == QR_SIBLINGS;
    bool is_sized = has_siblings ? data->count <= QR_MOST_SIBLINGS && data->actors == quorum->nodes
                                 : data->count == 1 && data->actors == 0;
    return is_sized && (record->home == QR_NO_HOME || record->home < quorum->nodes) &&
           bytes == offsetof(struct record, data) + qr_data_bytes(data);
}

void qr_recover(struct node *node, struct quorum *quorum) {
    quorum->first_record = node_log_first(node);
    quorum->next_record = node_log_end(node);
    for (uint64_t number = quorum->first_record; number < quorum->next_record; number++) {
        size_t bytes = 0;
        const struct record *record = node_log_read(node, number, &bytes);
        if (is_whole(node, quorum, record, bytes)) {
            restore(node, quorum, record);
        }
    }
}

/* ---- Compaction ---- */

static void write_all(struct node *node, struct quorum *quorum) {
    for (uint32_t i = 0; i < quorum->table.count; i++) {
        struct qr_cell *cell = &quorum->table.cells[i];
        quorum->compaction = qr_save(node, quorum, QR_NO_HOME, cell);
    }
    for (uint32_t home = 0; home < quorum->nodes; home++) {
        for (uint32_t i = 0; i < quorum->hints[home].count; i++) {
            quorum->compaction = qr_save(node, quorum, home, &quorum->hints[home].cells[i]);
        }
    }
}

void qr_disk_progress(struct node *node, struct quorum *quorum) {
    uint64_t alive = quorum->table.count + quorum->hint_count;
    if (quorum->compaction != 0 && node_disk_done(node, quorum->compaction)) {
        node_log_trim(node, quorum->compacted);
        quorum->first_record = quorum->compacted;
        quorum->compaction = 0;
    } else if (quorum->compaction == 0 && alive > 0 && quorum->next_record - quorum->first_record > 4 * alive + 4096) {
        quorum->compacted = quorum->next_record;
        write_all(node, quorum);
    }
}
