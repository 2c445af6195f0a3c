/* Tables of a model: an array of entries, and an index into it by open addressing. */
#include "sim/base/hash.h"
#include "sim/spacelike.h"

#include <string.h>

static char *entry_at(const struct node_table *table, uint32_t number) {
    return (char *)table->entries + (size_t)number * table->entry_bytes;
}

static uint64_t key_at(const struct node_table *table, uint32_t number) {
    return *(const uint64_t *)(const void *)entry_at(table, number);
}

/* Of `key`: the number of its entry, plus 1; or a free place, 0, where it would go. */
static uint32_t *place_of(const struct node_table *table, uint64_t key) {
    uint32_t mask = table->place_count - 1;
    uint32_t at = (uint32_t)hash_add(0, key) & mask;
    while (table->places[at] != 0 && key_at(table, table->places[at] - 1) != key) {
        at = (at + 1) & mask;
    }
    return &table->places[at];
}

void *node_table_find(const struct node_table *table, uint64_t key) {
    if (table->count == 0) {
        return NULL;
    }
    uint32_t place = *place_of(table, key);
    return place == 0 ? NULL : entry_at(table, place - 1);
}

static void make_room(struct node *node, struct node_table *table) {
    if (table->count == table->capacity) {
        table->capacity = table->capacity == 0 ? 16 : 2 * table->capacity;
        table->entries = node_resize(node, table->entries, (size_t)table->capacity * table->entry_bytes);
    }
    if (2 * (table->count + 1) <= table->place_count) {
        return;
    }
    node_free(node, table->places);
    table->place_count = table->place_count == 0 ? 32 : 2 * table->place_count;
    table->places = node_alloc(node, table->place_count * sizeof *table->places);
    for (uint32_t i = 0; i < table->count; i++) {
        *place_of(table, key_at(table, i)) = i + 1;
    }
}

void *node_table_add(struct node *node, struct node_table *table, uint64_t key, size_t entry_bytes) {
    void *entry = node_table_find(table, key);
    if (entry != NULL) {
        return entry;
    }
    table->entry_bytes = (uint32_t)entry_bytes;
    make_room(node, table);
    entry = entry_at(table, table->count);
    memset(entry, 0, entry_bytes);
    memcpy(entry, &key, sizeof key);
    *place_of(table, key) = ++table->count;
    return entry;
}

/* What was found behind the place of the one that goes is put anew. */
void node_table_remove(struct node *node, struct node_table *table, void *entry) {
    (void)node;
    uint32_t mask = table->place_count - 1, last = table->count - 1;
    uint32_t number = (uint32_t)(((char *)entry - (char *)table->entries) / table->entry_bytes);
    uint32_t at = (uint32_t)(place_of(table, key_at(table, number)) - table->places);
    *place_of(table, key_at(table, last)) = number + 1;
    memmove(entry, entry_at(table, last), table->entry_bytes);
    table->count = last;
    table->places[at] = 0;
    for (at = (at + 1) & mask; table->places[at] != 0; at = (at + 1) & mask) {
        uint32_t place = table->places[at];
        table->places[at] = 0;
        *place_of(table, key_at(table, place - 1)) = place;
    }
}

void node_table_clear(struct node *node, struct node_table *table) {
    node_free(node, table->entries);
    node_free(node, table->places);
    *table = (struct node_table){0};
}
