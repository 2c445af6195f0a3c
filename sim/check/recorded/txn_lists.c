/* Lists that are appended to and read whole: each read shows the order of all versions up to it, so that the order of
 * a key's versions is that of the longest list read (Elle, section 4). */
#include "sim/check/recorded/txn.h"

#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

/* A key's reads, gathered. */
struct list_reader {
    uint32_t version; /* its last element, or the initial version */
    uint32_t txn;
};

struct list_orders {
    struct txn_history *history;
    const struct datum **longest; /* by key: the longest list that a committed transaction read */
    uint32_t *longest_by;         /* the transaction */
    uint32_t **order;             /* by key: versions in order, without repetition */
    uint32_t *order_count;
    uint32_t *last_read_of; /* by value: the read that held it last, to find what a read holds twice */
    uint32_t read_number;
};

static value_id element_at(const struct txn_history *history, const struct datum *list, uint32_t index) {
    return datum_value(&history->recorded->document, datum_at(&history->recorded->document, list, index));
}

static uint32_t length_of(const struct datum *list) {
    return list == NULL ? 0 : list->count;
}

static bool is_committed_read(const struct txn *txn, const struct micro *micro) {
    return txn->outcome == OUTCOME_OK && micro->kind == MICRO_READ;
}

/* ---- The order of each key's versions ---------------------------------------------------------------------------- */

static void find_longest(struct list_orders *orders) {
    const struct txn_history *history = orders->history;
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        for (uint32_t m = txn->first; m < txn->first + txn->count; m++) {
            const struct micro *micro = &history->micros[m];
            if (is_committed_read(txn, micro) && length_of(micro->list) > length_of(orders->longest[micro->key])) {
                orders->longest[micro->key] = micro->list;
                orders->longest_by[micro->key] = t;
            }
        }
    }
}

static void order_versions(struct list_orders *orders, value_id key) {
    struct txn_history *history = orders->history;
    const struct datum *list = orders->longest[key];
    orders->order[key] = memory_alloc(length_of(list), sizeof(uint32_t));
    for (uint32_t i = 0; i < length_of(list); i++) {
        uint32_t version = txn_version(history, key, element_at(history, list, i));
        if (history->versions[version].position == 0) {
            orders->order[key][orders->order_count[key]++] = version;
            history->versions[version].position = orders->order_count[key];
        }
    }
}

/* ---- Single reads ---------------------------------------------------------------------------------------------------
 */

static void check_order(struct list_orders *orders, uint32_t t, const struct micro *micro) {
    const struct txn_history *history = orders->history;
    const struct datum *longest = orders->longest[micro->key];
    for (uint32_t i = 0; i < length_of(micro->list); i++) {
        if (element_at(history, micro->list, i) == element_at(history, longest, i)) {
            continue;
        }
        struct text *out =
            judgement_find(history->judgement, "incompatible order", judge_level_names[LEVEL_READ_COMMITTED]);
        if (out != NULL) {
            char key[64];
            txn_describe(history, out, "", t);
            txn_describe(history, out, "", orders->longest_by[micro->key]);
            text_add(out, "Their lists of key %s are no versions of one list: neither begins with the other.\n",
                     txn_show(history, micro->key, key, sizeof key));
        }
        return;
    }
}

static void check_elements(struct list_orders *orders, uint32_t t, uint32_t m) {
    struct txn_history *history = orders->history;
    const struct micro *micro = &history->micros[m];
    orders->read_number++;
    for (uint32_t i = 0; i < length_of(micro->list); i++) {
        value_id element = element_at(history, micro->list, i);
        if (orders->last_read_of[element] == orders->read_number) {
            struct text *out =
                judgement_find(history->judgement, "duplicate elements", judge_level_names[LEVEL_READ_UNCOMMITTED]);
            if (out != NULL) {
                char value[64];
                txn_describe(history, out, "", t);
                text_add(out, "read %s twice in one list.\n", txn_show(history, element, value, sizeof value));
            }
        }
        orders->last_read_of[element] = orders->read_number;
        txn_check_read(history, t, m, txn_version(history, micro->key, element), i + 1 == micro->list->count);
    }
}

/* What the transaction itself read and appended before must be what this read ends with; and if it had read the key,
 * all of it. (INT of Cerone, Bernardi and Gotsman, 2015.) */
static void check_internal(struct txn_history *history, uint32_t t, uint32_t m) {
    const struct micro *micro = &history->micros[m];
    uint32_t left = length_of(micro->list), before = history->same_key[m];
    bool fits = true;
    for (; before > 0 && history->micros[before - 1].kind == MICRO_APPEND; before = history->same_key[before - 1]) {
        fits = fits && left > 0 && element_at(history, micro->list, left - 1) == history->micros[before - 1].value;
        left -= left > 0;
    }
    if (before > 0) {
        const struct datum *earlier = history->micros[before - 1].list;
        fits = fits && left == length_of(earlier);
        for (uint32_t i = 0; fits && i < left; i++) {
            fits = element_at(history, micro->list, i) == element_at(history, earlier, i);
        }
    }
    struct text *out =
        fits ? NULL : judgement_find(history->judgement, "internal", judge_level_names[LEVEL_SNAPSHOT_ISOLATION]);
    if (out != NULL) {
        char key[64];
        txn_describe(history, out, "", t);
        text_add(out, "read key %s otherwise than it had read and written it before.\n",
                 txn_show(history, micro->key, key, sizeof key));
    }
}

/* The version that a transaction read before it appended to the key. */
static void check_update(struct txn_history *history, uint32_t t, uint32_t m) {
    uint32_t before = history->same_key[m];
    if (before == 0 || history->micros[before - 1].kind != MICRO_READ || history->same_key[before - 1] != 0) {
        return;
    }
    const struct micro *read = &history->micros[before - 1];
    value_id last = read->list == NULL || read->list->count == 0
                        ? (value_id)VALUE_NIL
                        : element_at(history, read->list, read->list->count - 1);
    txn_note_update(history, t, txn_version(history, read->key, last));
}

/* A committed append behind one that was aborted: the aborted version was not thrown away. */
static void check_dirty_updates(struct list_orders *orders, value_id key) {
    struct txn_history *history = orders->history;
    uint32_t aborted = TXN_NONE;
    for (uint32_t i = 0; i < orders->order_count[key]; i++) {
        const struct version *version = &history->versions[orders->order[key][i]];
        if (version->writer == TXN_NONE) {
            aborted = version->failed_writer != TXN_NONE ? version->failed_writer : aborted;
        } else if (history->txns[version->writer].outcome == OUTCOME_OK && aborted != TXN_NONE) {
            struct text *out =
                judgement_find(history->judgement, "dirty update", judge_level_names[LEVEL_READ_COMMITTED]);
            if (out != NULL) {
                txn_describe(history, out, "", version->writer);
                text_add(out, "appended behind what an aborted transaction had appended:\n");
                txn_describe(history, out, "", aborted);
            }
            aborted = TXN_NONE;
        }
    }
}

/* ---- Edges ----------------------------------------------------------------------------------------------------------
 */

static bool is_known_writer(const struct version *version) {
    return version->writer != TXN_NONE && !version->is_ambiguous;
}

struct key_readers {
    struct list_reader *items; /* of all keys, key by key */
    uint32_t count, capacity;
};

static int compare_readers(const void *left, const void *right) {
    const struct list_reader *a = left, *b = right;
    if (a->version != b->version) {
        return a->version < b->version ? -1 : 1;
    }
    return (a->txn > b->txn) - (a->txn < b->txn);
}

/* Committed reads by version, each transaction once. */
static void gather_readers(struct txn_history *history, struct key_readers *readers) {
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        for (uint32_t m = txn->first; m < txn->first + txn->count; m++) {
            const struct micro *micro = &history->micros[m];
            if (!is_committed_read(txn, micro)) {
                continue;
            }
            uint32_t length = length_of(micro->list);
            value_id last = length == 0 ? (value_id)VALUE_NIL : element_at(history, micro->list, length - 1);
            readers->items = memory_reserve(readers->items, readers->count, &readers->capacity, sizeof *readers->items);
            readers->items[readers->count++] = (struct list_reader){txn_version(history, micro->key, last), t};
        }
    }
    if (readers->count > 0) {
        qsort(readers->items, readers->count, sizeof *readers->items, compare_readers);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < readers->count; i++) {
        if (i == 0 || compare_readers(&readers->items[i], &readers->items[kept - 1]) != 0) {
            readers->items[kept++] = readers->items[i];
        }
    }
    readers->count = kept;
}

/* What comes after a version: the version next in the key's order, or all those that nobody saw. */
struct successors {
    uint32_t *writers;
    value_id *values;
    uint32_t count;
};

static void find_unseen(const struct txn_history *history, value_id key, struct successors *unseen) {
    unseen->count = 0;
    for (uint32_t v = history->first_of_key[key] - 1; v != TXN_NONE; v = history->versions[v].next_of_key) {
        const struct version *version = &history->versions[v];
        if (version->value != VALUE_NIL && !version->is_read && is_known_writer(version)) {
            unseen->writers[unseen->count] = version->writer;
            unseen->values[unseen->count++] = version->value;
        }
    }
}

static void link_after(struct list_orders *orders, value_id key, uint32_t version, uint32_t position,
                       const struct key_readers *readers, const uint32_t *first_reader, uint32_t *txns,
                       const struct successors *unseen) {
    struct txn_history *history = orders->history;
    uint32_t next = position;
    while (next < orders->order_count[key] && !is_known_writer(&history->versions[orders->order[key][next]])) {
        next++;
    }
    bool is_seen = next < orders->order_count[key];
    const struct version *after = is_seen ? &history->versions[orders->order[key][next]] : NULL;
    const uint32_t *writers = is_seen ? &after->writer : unseen->writers;
    const value_id *values = is_seen ? &after->value : unseen->values;
    uint32_t count = is_seen ? 1 : unseen->count;
    struct edge edge = {.kind = EDGE_WW, .key = key, .before = history->versions[version].value};
    if (is_known_writer(&history->versions[version])) {
        graph_link_all(&history->graph, edge, &history->versions[version].writer, 1, writers, values, count);
    }
    uint32_t reader_count = 0;
    for (uint32_t i = first_reader[version]; i < readers->count && readers->items[i].version == version; i++) {
        txns[reader_count++] = readers->items[i].txn;
    }
    edge.kind = EDGE_RW;
    graph_link_all(&history->graph, edge, txns, reader_count, writers, values, count);
    if (is_known_writer(&history->versions[version])) {
        edge = (struct edge){.kind = EDGE_WR,
                             .from = history->versions[version].writer,
                             .key = key,
                             .before = history->versions[version].value,
                             .after = history->versions[version].value};
        for (uint32_t i = 0; i < reader_count; i++) {
            edge.to = txns[i];
            graph_add(&history->graph, edge);
        }
    }
}

static void add_edges(struct list_orders *orders) {
    struct txn_history *history = orders->history;
    struct key_readers readers = {0};
    gather_readers(history, &readers);
    uint32_t *first_reader = memory_alloc((size_t)history->version_count + 1, sizeof *first_reader);
    for (uint32_t v = 0, i = 0; v <= history->version_count; v++) {
        while (i < readers.count && readers.items[i].version < v) {
            i++;
        }
        first_reader[v] = i;
    }
    uint32_t *txns = memory_alloc(readers.count, sizeof *txns);
    struct successors unseen = {.writers = memory_alloc(history->version_count, sizeof *unseen.writers),
                                .values = memory_alloc(history->version_count, sizeof *unseen.values)};
    for (uint32_t k = 0; k < history->key_count; k++) {
        value_id key = history->keys[k];
        find_unseen(history, key, &unseen);
        link_after(orders, key, history->first_of_key[key] - 1, 0, &readers, first_reader, txns, &unseen);
        for (uint32_t i = 0; i < orders->order_count[key]; i++) {
            link_after(orders, key, orders->order[key][i], i + 1, &readers, first_reader, txns, &unseen);
        }
    }
    free(unseen.writers);
    free(unseen.values);
    free(txns);
    free(first_reader);
    free(readers.items);
}

void txn_look_at_lists(struct txn_history *history) {
    uint32_t value_count = history->recorded->document.values.count;
    struct list_orders orders = {.history = history,
                                 .longest = memory_alloc(value_count, sizeof(const struct datum *)),
                                 .longest_by = memory_alloc(value_count, sizeof(uint32_t)),
                                 .order = memory_alloc(value_count, sizeof(uint32_t *)),
                                 .order_count = memory_alloc(value_count, sizeof(uint32_t)),
                                 .last_read_of = memory_alloc(value_count, sizeof(uint32_t))};
    find_longest(&orders);
    for (uint32_t k = 0; k < history->key_count; k++) {
        order_versions(&orders, history->keys[k]);
    }
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        for (uint32_t m = txn->first; m < txn->first + txn->count && txn->outcome == OUTCOME_OK; m++) {
            if (history->micros[m].kind == MICRO_READ) {
                check_order(&orders, t, &history->micros[m]);
                check_elements(&orders, t, m);
                check_internal(history, t, m);
            } else {
                check_update(history, t, m);
            }
        }
    }
    for (uint32_t k = 0; k < history->key_count; k++) {
        check_dirty_updates(&orders, history->keys[k]);
    }
    add_edges(&orders);
    for (uint32_t k = 0; k < history->key_count; k++) {
        free(orders.order[history->keys[k]]);
    }
    free(orders.longest);
    free(orders.longest_by);
    free(orders.order);
    free(orders.order_count);
    free(orders.last_read_of);
}
