/* Isolation of transactions, judged by their dependencies.
 *
 * Each level forbids certain cycles (Adya 1999; for snapshot isolation Cerone and Gotsman, Analysing snapshot
 * isolation, 2018: no cycle without two anti-dependencies in a row):
 *
 *   G0             only overwriting                                      forbidden from read uncommitted on
 *   G1c            overwriting and reading                               from read committed on
 *   G-single       the same with one anti-dependency                     from snapshot isolation on
 *   G-nonadjacent  several, but no two in a row                          from snapshot isolation on
 *   G2-item        any other                                             from serializable on
 *   G...-process, G...-realtime: with the order within processes, or in real time   from strict serializable on */
#include "sim/check/recorded/memory.h"
#include "sim/check/recorded/txn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum txn_order { ORDER_NONE, ORDER_PROCESS, ORDER_REALTIME, ORDER_COUNT };
enum shape { SHAPE_G0, SHAPE_G1C, SHAPE_G_SINGLE, SHAPE_G_NONADJACENT, SHAPE_G2, SHAPE_COUNT };

static const char *const names[SHAPE_COUNT][ORDER_COUNT] = {
    [SHAPE_G0] = {"G0", "G0-process", "G0-realtime"},
    [SHAPE_G1C] = {"G1c", "G1c-process", "G1c-realtime"},
    [SHAPE_G_SINGLE] = {"G-single", "G-single-process", "G-single-realtime"},
    [SHAPE_G_NONADJACENT] = {"G-nonadjacent", "G-nonadjacent-process", "G-nonadjacent-realtime"},
    [SHAPE_G2] = {"G2-item", "G2-item-process", "G2-item-realtime"},
};

static const enum judge_level weakest[SHAPE_COUNT] = {
    [SHAPE_G0] = LEVEL_READ_UNCOMMITTED,
    [SHAPE_G1C] = LEVEL_READ_COMMITTED,
    [SHAPE_G_SINGLE] = LEVEL_SNAPSHOT_ISOLATION,
    [SHAPE_G_NONADJACENT] = LEVEL_SNAPSHOT_ISOLATION,
    [SHAPE_G2] = LEVEL_SERIALIZABLE,
};

/* ---- Orders of processes and of real time ------------------------------------------------------------------------ */

static void add_process_order(struct txn_history *history) {
    uint32_t *last_of = memory_alloc(history->recorded->document.values.count, sizeof *last_of); /* transaction + 1 */
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        if (txn->process == VALUE_NIL || txn->outcome == OUTCOME_FAIL) {
            continue;
        }
        uint32_t last = last_of[txn->process];
        if (last > 0) {
            graph_add(&history->graph, (struct edge){.from = last - 1, .to = t, .kind = EDGE_PROCESS});
        }
        if (txn->outcome == OUTCOME_OK) {
            last_of[txn->process] = t + 1;
        }
    }
    free(last_of);
}

/* A helper node for each completion, in a chain: whoever was invoked after it comes after all on the chain up to it. */
static void add_realtime_order(struct txn_history *history) {
    uint32_t event_count = history->recorded->event_count;
    uint32_t *completed_at = memory_alloc((size_t)event_count + 1, sizeof *completed_at); /* transaction + 1 */
    uint32_t *helper_at =
        memory_alloc((size_t)event_count + 1, sizeof *helper_at); /* of the last completion so far + 1 */
    struct graph *graph = &history->graph;
    for (uint32_t t = 0; t < history->txn_count; t++) {
        if (history->txns[t].outcome == OUTCOME_OK) {
            completed_at[history->txns[t].completed] = t + 1;
        }
    }
    for (uint32_t position = 1; position <= event_count; position++) {
        helper_at[position] = helper_at[position - 1];
        if (completed_at[position] > 0) {
            uint32_t helper = graph_add_node(graph);
            graph_add(graph, (struct edge){.from = completed_at[position] - 1, .to = helper, .kind = EDGE_REALTIME});
            if (helper_at[position] > 0) {
                graph_add(graph, (struct edge){.from = helper_at[position] - 1, .to = helper, .kind = EDGE_ON});
            }
            helper_at[position] = helper + 1;
        }
    }
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        if (txn->outcome != OUTCOME_FAIL && helper_at[txn->invoked] > 0) {
            graph_add(graph, (struct edge){.from = helper_at[txn->invoked] - 1, .to = t, .kind = EDGE_ON});
        }
    }
    free(completed_at);
    free(helper_at);
}

/* ---- Cycles in words --------------------------------------------------------------------------------------------- */

static void write_edge(const struct txn_history *history, struct text *out, const struct edge *edge, uint32_t a,
                       uint32_t b) {
    bool has_lists = history->options->model == JUDGE_LIST_APPEND;
    const char *wrote = has_lists ? "appended" : "wrote";
    char key[48], before[48], after[48];
    txn_show(history, edge->key, key, sizeof key);
    txn_show(history, edge->before, before, sizeof before);
    txn_show(history, edge->after, after, sizeof after);
    switch ((enum edge_kind)edge->kind) {
    case EDGE_WW:
        text_add(out, "  T%u %s %s to key %s, and T%u %s %s after that", a, wrote, before, key, b, wrote, after);
        break;
    case EDGE_WR:
        text_add(out, "  T%u %s %s to key %s, and T%u read it", a, wrote, before, key, b);
        break;
    case EDGE_RW:
        if (edge->before == VALUE_NIL) {
            text_add(out, "  T%u read key %s in its initial state, to which T%u %s %s", a, key, b, wrote, after);
        } else {
            text_add(out, "  T%u read key %s when it %s %s, and T%u %s %s after that", a, key,
                     has_lists ? "ended in" : "was", before, b, wrote, after);
        }
        break;
    case EDGE_PROCESS:
        text_add(out, "  T%u came before T%u in the same process", a, b);
        break;
    case EDGE_REALTIME:
        text_add(out, "  T%u completed before T%u was invoked", a, b);
        break;
    }
    text_add(out, "\n");
}

static void write_cycle(const struct txn_history *history, struct text *out, const struct cycle *cycle) {
    for (uint32_t i = 0; i < cycle->count; i++) {
        char name[24];
        snprintf(name, sizeof name, "T%u, ", i + 1);
        txn_describe(history, out, name, cycle->edges[i].from);
    }
    for (uint32_t i = 0; i < cycle->count; i++) {
        write_edge(history, out, &cycle->edges[i], i + 1, (i + 1) % cycle->count + 1);
    }
}

/* ---- Searching --------------------------------------------------------------------------------------------------- */

struct search {
    struct txn_history *history;
    enum judge_level floor; /* no cycle of this search breaks a weaker level */
    enum shape wanted;      /* other shapes are taken only if none of them was found yet */
    bool is_found[SHAPE_COUNT];
    bool was_found[SHAPE_COUNT]; /* by a search that assumed less */
};

static enum shape shape_of(const struct cycle *cycle) {
    uint32_t reads = 0, writes_over_reads = 0, adjacent = 0;
    for (uint32_t i = 0; i < cycle->count; i++) {
        bool is_rw = cycle->edges[i].kind == EDGE_RW;
        reads += cycle->edges[i].kind == EDGE_WR;
        writes_over_reads += is_rw;
        adjacent += is_rw && cycle->edges[(i + 1) % cycle->count].kind == EDGE_RW;
    }
    return writes_over_reads == 0   ? reads == 0 ? SHAPE_G0 : SHAPE_G1C
           : writes_over_reads == 1 ? SHAPE_G_SINGLE
           : adjacent == 0          ? SHAPE_G_NONADJACENT
                                    : SHAPE_G2;
}

static enum txn_order order_of(const struct cycle *cycle) {
    enum txn_order order = ORDER_NONE;
    for (uint32_t i = 0; i < cycle->count; i++) {
        if (cycle->edges[i].kind == EDGE_REALTIME) {
            return ORDER_REALTIME;
        }
        order = cycle->edges[i].kind == EDGE_PROCESS ? ORDER_PROCESS : order;
    }
    return order;
}

static void take_cycle(void *context, const struct cycle *cycle) {
    struct search *search = context;
    enum shape shape = shape_of(cycle);
    if (search->was_found[shape] || (shape != search->wanted && search->is_found[shape])) {
        return;
    }
    search->is_found[shape] = true;
    enum judge_level level = weakest[shape] > search->floor ? weakest[shape] : search->floor;
    struct text *out =
        judgement_find(search->history->judgement, names[shape][order_of(cycle)], judge_level_names[level]);
    if (out != NULL) {
        write_cycle(search->history, out, cycle);
    }
}

static void search_shape(struct search *search, enum shape wanted, struct walk walk) {
    search->wanted = wanted;
    graph_find_cycles(&search->history->graph, walk, take_cycle, search);
}

/* All shapes that the level forbids, by edges of the given tiers and orders. */
static void search_shapes(struct search *search, enum judge_level level, uint8_t orders, uint8_t most_tier) {
    uint8_t flow = EDGE_WW | EDGE_WR | orders, all = flow | EDGE_RW;
    memcpy(search->was_found, search->is_found, sizeof search->was_found);
    search_shape(search, SHAPE_G0, (struct walk){EDGE_WW | orders, EDGE_WW, most_tier, WALK_ANY});
    if (level >= LEVEL_READ_COMMITTED) {
        search_shape(search, SHAPE_G1C, (struct walk){flow, EDGE_WR, most_tier, WALK_ANY});
    }
    if (level >= LEVEL_SNAPSHOT_ISOLATION) {
        search_shape(search, SHAPE_G_SINGLE, (struct walk){all, EDGE_RW, most_tier, WALK_ONE_RW});
        if (!search->is_found[SHAPE_G_SINGLE]) {
            search_shape(search, SHAPE_G_NONADJACENT, (struct walk){all, EDGE_RW, most_tier, WALK_NO_ADJACENT_RW});
        }
    }
    if (level >= LEVEL_SERIALIZABLE) {
        search_shape(search, SHAPE_G2, (struct walk){all, EDGE_RW, most_tier, WALK_ANY});
    }
}

static void search_all(struct txn_history *history) {
    enum judge_level level = history->options->level;
    struct search search = {.history = history, .floor = LEVEL_READ_UNCOMMITTED};
    search_shapes(&search, level, 0, 0);
    if (level >= LEVEL_SNAPSHOT_ISOLATION && history->options->model == JUDGE_RW_REGISTER) {
        search.floor = LEVEL_SNAPSHOT_ISOLATION;
        search_shapes(&search, level, 0, 1);
    }
    if (level >= LEVEL_STRICT_SERIALIZABLE) {
        search.floor = LEVEL_STRICT_SERIALIZABLE;
        search_shapes(&search, level, EDGE_PROCESS, 2);
        search_shapes(&search, level, EDGE_PROCESS | EDGE_REALTIME, 3);
    }
}

/* ---- The verdict ------------------------------------------------------------------------------------------------- */

static enum judge_level level_named(const char *name) {
    enum judge_level level = LEVEL_READ_UNCOMMITTED;
    while (level < LEVEL_STRICT_SERIALIZABLE && strcmp(judge_level_names[level], name) != 0) {
        level++;
    }
    return level;
}

/* What the level allows is no violation of it. */
static void drop_allowed(struct judgement *judgement, enum judge_level level) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        struct finding *finding = &judgement->findings[i];
        if (level_named(finding->breaks) <= level) {
            judgement->findings[kept++] = *finding;
            continue;
        }
        text_add(&judgement->note, "%s%s occurs (%llu), which %s allows.", judgement->note.length > 0 ? "\n" : "",
                 finding->name, (unsigned long long)finding->count, judge_level_names[level]);
        text_free(&finding->example);
    }
    judgement->finding_count = kept;
}

static void doubt_repeated_writes(struct txn_history *history) {
    for (uint32_t v = 0; v < history->version_count; v++) {
        const struct version *version = &history->versions[v];
        bool matters = version->is_read || history->options->model == JUDGE_LIST_APPEND;
        if (version->is_ambiguous && matters) {
            char key[48], value[48];
            judgement_doubt(history->judgement,
                            "%s was written to key %s by more than one transaction: who read it from whom is open.",
                            txn_show(history, version->value, value, sizeof value),
                            txn_show(history, version->key, key, sizeof key));
            return;
        }
    }
}

bool judge_transactions(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                        struct read_error *error) {
    struct txn_history history = {.recorded = recorded, .options = options, .judgement = judgement};
    bool is_read = txn_read_history(&history, error);
    if (is_read) {
        judgement->looked_at += history.txn_count;
        if (options->model == JUDGE_LIST_APPEND) {
            txn_look_at_lists(&history);
        } else {
            txn_look_at_registers(&history);
        }
        if (options->level >= LEVEL_STRICT_SERIALIZABLE) {
            add_process_order(&history);
            add_realtime_order(&history);
        }
        graph_sort(&history.graph);
        search_all(&history);
        drop_allowed(judgement, options->level);
        doubt_repeated_writes(&history);
    }
    txn_free_history(&history);
    return is_read;
}
