/* Registers that are written and read. Who read a version from whom is plain, but the order of versions must be
 * inferred, and each inference holds only if the system keeps some promise (Elle, section 4.2):
 *
 *   tier 0  the initial version precedes all others
 *   tier 1  who reads a version and writes the key, writes the next one: true under snapshot isolation
 *   tier 2  versions do not go back within a process: true if sessions are strong
 *   tier 3  versions do not go back in real time: true under strict serializability
 *
 * A cycle that uses edges of a tier shows that not all promises up to that tier were kept. */
#include "sim/check/recorded/groups.h"
#include "sim/check/recorded/memory.h"
#include "sim/check/recorded/txn.h"

#include <stdlib.h>
#include <string.h>

enum { TIER_INITIAL, TIER_UPDATE, TIER_PROCESS, TIER_REALTIME, TIER_COUNT };

static const char *const tier_levels[] = {[TIER_UPDATE] = "snapshot-isolation",
                                          [TIER_PROCESS] = "strict-serializable",
                                          [TIER_REALTIME] = "strict-serializable"};

/* What a transaction has to do with a key, seen from outside: the version it read first and the one it wrote last. */
struct contact {
    uint32_t txn;
    uint32_t key;           /* number of the key */
    uint32_t read, written; /* versions; TXN_NONE */
};

struct version_edge {
    uint32_t from, to;
    uint8_t tier;
};

struct register_orders {
    struct txn_history *history;
    struct contact *contacts; /* by transaction */
    uint32_t contact_count, contact_capacity;
    struct version_edge *edges;
    uint32_t edge_count, edge_capacity;
};

static void add_edge(struct register_orders *orders, uint32_t from, uint32_t to, uint8_t tier) {
    if (from != to && from != TXN_NONE && to != TXN_NONE) {
        orders->edges =
            memory_reserve(orders->edges, orders->edge_count, &orders->edge_capacity, sizeof *orders->edges);
        orders->edges[orders->edge_count++] = (struct version_edge){from, to, tier};
    }
}

/* ---- Single transactions --------------------------------------------------------------------------------------------
 */

static void check_internal(struct txn_history *history, uint32_t t, uint32_t m) {
    uint32_t before = history->same_key[m];
    if (before == 0 || history->micros[before - 1].value == history->micros[m].value) {
        return;
    }
    struct text *out = judgement_find(history->judgement, "internal", judge_level_names[LEVEL_SNAPSHOT_ISOLATION]);
    if (out != NULL) {
        char key[64], value[64];
        txn_describe(history, out, "", t);
        text_add(out, "read key %s otherwise than as %s, as which it had read or written it before.\n",
                 txn_show(history, history->micros[m].key, key, sizeof key),
                 txn_show(history, history->micros[before - 1].value, value, sizeof value));
    }
}

/* The contact of the transaction with the key, made if there is none: those of the transaction begin at `first`. */
static struct contact *contact_of(struct register_orders *orders, uint32_t t, uint32_t *contact_at, value_id key,
                                  uint32_t first) {
    uint32_t *place = &contact_at[key]; /* contact + 1 */
    if (*place <= first) {
        orders->contacts = memory_reserve(orders->contacts, orders->contact_count, &orders->contact_capacity,
                                          sizeof *orders->contacts);
        orders->contacts[orders->contact_count++] =
            (struct contact){.txn = t, .key = key, .read = TXN_NONE, .written = TXN_NONE};
        *place = orders->contact_count;
    }
    return &orders->contacts[*place - 1];
}

static void find_contacts(struct register_orders *orders) {
    struct txn_history *history = orders->history;
    uint32_t *contact_at = memory_alloc(history->recorded->document.values.count, sizeof *contact_at);
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        uint32_t first = orders->contact_count;
        for (uint32_t m = txn->first; m < txn->first + txn->count && txn->outcome != OUTCOME_FAIL; m++) {
            const struct micro *micro = &history->micros[m];
            uint32_t version = txn_version(history, micro->key, micro->value);
            if (micro->kind == MICRO_WRITE) {
                contact_of(orders, t, contact_at, micro->key, first)->written = version;
            } else if (txn->outcome == OUTCOME_OK) {
                txn_check_read(history, t, m, version, true);
                check_internal(history, t, m);
                if (history->same_key[m] == 0) {
                    contact_of(orders, t, contact_at, micro->key, first)->read = version;
                }
            }
        }
        for (uint32_t c = first; c < orders->contact_count; c++) {
            const struct contact *contact = &orders->contacts[c];
            if (txn->outcome == OUTCOME_OK && contact->read != TXN_NONE && contact->written != TXN_NONE) {
                txn_note_update(history, t, contact->read);
                add_edge(orders, contact->read, contact->written, TIER_UPDATE);
            }
        }
    }
    free(contact_at);
}

/* ---- Orders in time ---------------------------------------------------------------------------------------------- */

static uint32_t first_version(const struct contact *contact) {
    return contact->read != TXN_NONE ? contact->read : contact->written;
}

static uint32_t last_version(const struct contact *contact) {
    return contact->written != TXN_NONE ? contact->written : contact->read;
}

struct moment {
    uint32_t position, contact;
    bool is_completion;
};

static int compare_moments(const void *left, const void *right) {
    const struct moment *a = left, *b = right;
    if (a->position != b->position) {
        return a->position < b->position ? -1 : 1;
    }
    return (a->contact > b->contact) - (a->contact < b->contact);
}

/* The transitive reduction of "completed before it was invoked" on one key: a transaction follows those that were done
 * when it began and are not followed by another that was done by then. */
static void order_in_time(struct register_orders *orders, const uint32_t *members, uint32_t count,
                          struct moment *moments, uint32_t *frontier) {
    const struct txn_history *history = orders->history;
    uint32_t moment_count = 0, frontier_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct txn *txn = &history->txns[orders->contacts[members[i]].txn];
        moments[moment_count++] = (struct moment){txn->invoked, members[i], false};
        if (txn->outcome == OUTCOME_OK) {
            moments[moment_count++] = (struct moment){txn->completed, members[i], true};
        }
    }
    qsort(moments, moment_count, sizeof *moments, compare_moments);
    for (uint32_t i = 0; i < moment_count; i++) {
        const struct contact *contact = &orders->contacts[moments[i].contact];
        if (!moments[i].is_completion) {
            for (uint32_t f = 0; f < frontier_count; f++) {
                add_edge(orders, last_version(&orders->contacts[frontier[f]]), first_version(contact), TIER_REALTIME);
            }
            continue;
        }
        uint32_t kept = 0;
        for (uint32_t f = 0; f < frontier_count; f++) {
            bool is_followed =
                history->txns[orders->contacts[frontier[f]].txn].completed < history->txns[contact->txn].invoked;
            if (!is_followed) {
                frontier[kept++] = frontier[f];
            }
        }
        frontier[kept++] = moments[i].contact;
        frontier_count = kept;
    }
}

static void order_in_processes(struct register_orders *orders, const uint32_t *members, uint32_t count,
                               uint32_t *last_of) {
    const struct txn_history *history = orders->history;
    for (uint32_t i = 0; i < count; i++) {
        const struct contact *contact = &orders->contacts[members[i]];
        const struct txn *txn = &history->txns[contact->txn];
        if (txn->process == VALUE_NIL) {
            continue;
        }
        uint32_t last = last_of[txn->process];
        if (last > 0) {
            add_edge(orders, last_version(&orders->contacts[last - 1]), first_version(contact), TIER_PROCESS);
        }
        if (txn->outcome == OUTCOME_OK) {
            last_of[txn->process] = members[i] + 1;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        last_of[history->txns[orders->contacts[members[i]].txn].process] = 0;
    }
}

static void order_keys(struct register_orders *orders) {
    struct txn_history *history = orders->history;
    uint32_t *keys = memory_alloc(orders->contact_count, sizeof *keys);
    for (uint32_t c = 0; c < orders->contact_count; c++) {
        keys[c] = orders->contacts[c].key;
    }
    struct groups groups = groups_make(keys, orders->contact_count, history->recorded->document.values.count);
    struct moment *moments = memory_alloc((size_t)orders->contact_count * 2, sizeof *moments);
    uint32_t *frontier = memory_alloc(orders->contact_count, sizeof *frontier);
    uint32_t *last_of = memory_alloc(history->recorded->document.values.count, sizeof *last_of);
    for (uint32_t k = 0; k < history->key_count; k++) {
        uint32_t first = groups.first[history->keys[k]], count = groups.first[history->keys[k] + 1] - first;
        order_in_processes(orders, groups.members + first, count, last_of);
        order_in_time(orders, groups.members + first, count, moments, frontier);
    }
    free(keys);
    free(moments);
    free(frontier);
    free(last_of);
    groups_free(&groups);
}

/* ---- Orders that contradict themselves ------------------------------------------------------------------------------
 */

/* Drops the edges of a tier for each key on which they, with those of the tiers before, go round in a circle. */
static void drop_circles(struct register_orders *orders, uint8_t tier) {
    struct txn_history *history = orders->history;
    uint32_t *from = memory_alloc(orders->edge_count, sizeof *from);
    uint32_t *to = memory_alloc(orders->edge_count, sizeof *to);
    uint32_t *component = memory_alloc(history->version_count, sizeof *component);
    bool *is_circular = memory_alloc(history->recorded->document.values.count, sizeof *is_circular);
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < orders->edge_count; i++) {
        if (orders->edges[i].tier <= tier) {
            from[count] = orders->edges[i].from;
            to[count++] = orders->edges[i].to;
        }
    }
    graph_components(history->version_count, from, to, count, component);
    for (uint32_t v = 0; v < history->version_count; v++) {
        value_id key = history->versions[v].key;
        if (component[v] == TXN_NONE || is_circular[key]) {
            continue;
        }
        is_circular[key] = true;
        struct text *out = judgement_find(history->judgement, "cyclic versions", tier_levels[tier]);
        if (out == NULL) {
            continue;
        }
        char text[64];
        text_add(out, "Versions of key %s, each seen after another:", txn_show(history, key, text, sizeof text));
        for (uint32_t w = v, listed = 0; w < history->version_count && listed < 6; w++) {
            if (component[w] == component[v]) {
                text_add(out, "%s %s", listed++ == 0 ? "" : ",",
                         txn_show(history, history->versions[w].value, text, sizeof text));
            }
        }
        text_add(out, "\n");
    }
    for (uint32_t i = 0; i < orders->edge_count; i++) {
        if (orders->edges[i].tier != tier || !is_circular[history->versions[orders->edges[i].from].key]) {
            orders->edges[kept++] = orders->edges[i];
        }
    }
    orders->edge_count = kept;
    free(from);
    free(to);
    free(component);
    free(is_circular);
}

/* ---- Dependencies of transactions -------------------------------------------------------------------------------- */

static int compare_edges(const void *left, const void *right) {
    const struct version_edge *a = left, *b = right;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    if (a->tier != b->tier) {
        return a->tier < b->tier ? -1 : 1;
    }
    return (a->to > b->to) - (a->to < b->to);
}

static bool is_known_writer(const struct version *version) {
    return version->writer != TXN_NONE && !version->is_ambiguous && !version->is_intermediate;
}

struct successors {
    uint32_t *writers;
    value_id *values;
    uint32_t count;
};

/* Writers of the versions that come after one: by the edges of one tier, or all others of the key. */
static void add_successor(const struct txn_history *history, struct successors *after, uint32_t index) {
    const struct version *version = &history->versions[index];
    if (version->value != VALUE_NIL && is_known_writer(version)) {
        after->writers[after->count] = version->writer;
        after->values[after->count++] = version->value;
    }
}

static void link_version(struct register_orders *orders, uint32_t index, uint8_t tier, const uint32_t *readers,
                         uint32_t reader_count, const struct successors *after) {
    struct txn_history *history = orders->history;
    const struct version *version = &history->versions[index];
    struct edge edge = {.kind = EDGE_RW, .tier = tier, .key = version->key, .before = version->value};
    graph_link_all(&history->graph, edge, readers, reader_count, after->writers, after->values, after->count);
    if (version->value != VALUE_NIL && is_known_writer(version)) {
        edge.kind = EDGE_WW;
        graph_link_all(&history->graph, edge, &version->writer, 1, after->writers, after->values, after->count);
    }
}

static void link_read_versions(struct register_orders *orders, uint32_t index, const uint32_t *readers,
                               uint32_t reader_count, struct successors *after) {
    struct txn_history *history = orders->history;
    const struct version *version = &history->versions[index];
    if (version->value == VALUE_NIL) {
        after->count = 0;
        for (uint32_t v = version->next_of_key; v != TXN_NONE; v = history->versions[v].next_of_key) {
            add_successor(history, after, v);
        }
        link_version(orders, index, TIER_INITIAL, readers, reader_count, after);
    } else if (is_known_writer(version)) {
        for (uint32_t r = 0; r < reader_count; r++) {
            graph_add(&history->graph, (struct edge){.kind = EDGE_WR,
                                                     .from = version->writer,
                                                     .to = readers[r],
                                                     .key = version->key,
                                                     .before = version->value,
                                                     .after = version->value});
        }
    }
}

static void add_dependencies(struct register_orders *orders) {
    struct txn_history *history = orders->history;
    uint32_t *read = memory_alloc(orders->contact_count, sizeof *read);
    uint32_t *reader = memory_alloc(orders->contact_count, sizeof *reader);
    uint32_t read_count = 0, next = 0;
    for (uint32_t c = 0; c < orders->contact_count; c++) {
        if (orders->contacts[c].read != TXN_NONE) {
            read[read_count] = orders->contacts[c].read;
            reader[read_count++] = orders->contacts[c].txn;
        }
    }
    struct groups readers = groups_make(read, read_count, history->version_count);
    for (uint32_t i = 0; i < read_count; i++) {
        readers.members[i] = reader[readers.members[i]];
    }
    if (orders->edge_count > 0) {
        qsort(orders->edges, orders->edge_count, sizeof *orders->edges, compare_edges);
    }
    struct successors after = {.writers = memory_alloc(history->version_count, sizeof *after.writers),
                               .values = memory_alloc(history->version_count, sizeof *after.values)};
    for (uint32_t v = 0; v < history->version_count; v++) {
        const uint32_t *readers_of = readers.members + readers.first[v];
        uint32_t reader_count = readers.first[v + 1] - readers.first[v];
        link_read_versions(orders, v, readers_of, reader_count, &after);
        while (next < orders->edge_count && orders->edges[next].from == v) {
            uint8_t tier = orders->edges[next].tier;
            after.count = 0;
            for (; next < orders->edge_count && orders->edges[next].from == v && orders->edges[next].tier == tier;
                 next++) {
                if (after.count == 0 || orders->edges[next].to != orders->edges[next - 1].to) {
                    add_successor(history, &after, orders->edges[next].to);
                }
            }
            link_version(orders, v, tier, readers_of, reader_count, &after);
        }
    }
    free(read);
    free(reader);
    free(after.writers);
    free(after.values);
    groups_free(&readers);
}

void txn_look_at_registers(struct txn_history *history) {
    struct register_orders orders = {.history = history};
    find_contacts(&orders);
    if (history->options->level >= LEVEL_STRICT_SERIALIZABLE) {
        order_keys(&orders);
    }
    uint32_t initial_count = orders.edge_count;
    for (uint32_t i = 0; i < initial_count; i++) { /* nothing comes before the initial version */
        const struct version *version = &history->versions[orders.edges[i].from];
        add_edge(&orders, history->first_of_key[version->key] - 1, orders.edges[i].from, TIER_INITIAL);
    }
    if (history->options->level >= LEVEL_SNAPSHOT_ISOLATION) {
        for (uint8_t tier = TIER_UPDATE; tier < TIER_COUNT; tier++) {
            drop_circles(&orders, tier);
        }
    }
    add_dependencies(&orders);
    free(orders.contacts);
    free(orders.edges);
}
