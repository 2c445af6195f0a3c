/* The keys of a node: an array of cells, and an index into it. */
#include "models/quorum/quorum.h"

#include <string.h>

static uint32_t *place_of(const struct qr_table *table, uint64_t key) {
    uint32_t mask = table->place_count - 1;
    uint32_t at = (uint32_t)probe_hash(4, key) & mask;
    while (table->places[at] != 0 && table->cells[table->places[at] - 1].key != key) {
        at = (at + 1) & mask;
    }
    return &table->places[at];
}

struct qr_cell *qr_find(const struct qr_table *table, uint64_t key) {
    if (table->count == 0) {
        return NULL;
    }
    uint32_t place = *place_of(table, key);
    return place == 0 ? NULL : &table->cells[place - 1];
}

static void make_room(struct node *node, struct qr_table *table) {
    if (table->count == table->capacity) {
        table->capacity = table->capacity == 0 ? 16 : 2 * table->capacity;
        table->cells = node_resize(node, table->cells, table->capacity * sizeof *table->cells);
    }
    if (4 * (table->count + 1) <= 3 * table->place_count) {
        return;
    }
    node_free(node, table->places);
    table->place_count = table->place_count == 0 ? 32 : 2 * table->place_count;
    table->places = node_alloc(node, table->place_count * sizeof *table->places);
    for (uint32_t i = 0; i < table->count; i++) {
        *place_of(table, table->cells[i].key) = i + 1;
    }
}

struct qr_cell *qr_find_or_add(struct node *node, struct qr_table *table, uint64_t key) {
    struct qr_cell *cell = qr_find(table, key);
    if (cell != NULL) {
        return cell;
    }
    make_room(node, table);
    table->cells[table->count] = (struct qr_cell){.key = key};
    *place_of(table, key) = ++table->count;
    return &table->cells[table->count - 1];
}

/* The last cell takes the place of the one that goes; what was found behind its place in the index is put anew. */
void qr_remove(struct node *node, struct qr_table *table, struct qr_cell *cell) {
    uint32_t mask = table->place_count - 1;
    uint32_t at = (uint32_t)(place_of(table, cell->key) - table->places);
    *place_of(table, table->cells[table->count - 1].key) = (uint32_t)(cell - table->cells) + 1;
    node_free(node, cell->data);
    *cell = table->cells[--table->count];
    table->places[at] = 0;
    for (at = (at + 1) & mask; table->places[at] != 0; at = (at + 1) & mask) {
        uint32_t place = table->places[at];
        table->places[at] = 0;
        *place_of(table, table->cells[place - 1].key) = place;
    }
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
