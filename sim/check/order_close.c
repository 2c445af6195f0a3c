/* Clocks from edges, and edges from clocks. */
#include "sim/check/order.h"

#include <stdlib.h>
#include <string.h>

/* ---- Closing -------------------------------------------------------------------------------------------------------
 */

static bool group_edges(struct order *order) {
    uint32_t *incoming = realloc(order->incoming, ((size_t)order->edge_count + 1) * sizeof *incoming);
    if (incoming == NULL) {
        return false;
    }
    order->incoming = incoming;
    uint32_t *first = order->first_incoming;
    memset(first, 0, ((size_t)order->count + 2) * sizeof *first);
    for (uint32_t e = 0; e < order->edge_count; e++) {
        first[order->edges[e].to + 1]++;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        first[i + 1] += first[i];
    }
    for (uint32_t e = order->edge_count; e-- > 0;) {
        incoming[--first[order->edges[e].to + 1]] = e;
    }
    /* The ends have become beginnings, one place further on. */
    memmove(first, first + 1, order->count * sizeof *first);
    first[order->count] = order->edge_count;
    return true;
}

/* Nodes in an order that the edges allow: depth first from each, along the edges backwards. `waiting` holds the edge to
 * go on with; UINT32_MAX: done. False when there is a cycle. */
static bool sort_nodes(struct order *order, uint32_t *stack) {
    uint32_t sorted = 0;
    uint32_t *next = order->waiting;
    bool *is_entered = calloc((size_t)order->count + 1, sizeof *is_entered);
    bool has_cycle = is_entered == NULL;
    for (uint32_t i = 0; i < order->count && !has_cycle; i++) {
        next[i] = order->first_incoming[i];
    }
    for (uint32_t root = 0; root < order->count && !has_cycle; root++) {
        uint32_t depth = 0;
        if (!is_entered[root]) {
            stack[depth++] = root;
            is_entered[root] = true;
        }
        while (depth > 0 && !has_cycle) {
            uint32_t node = stack[depth - 1];
            if (next[node] == order->first_incoming[node + 1]) {
                next[node] = UINT32_MAX;
                order->sorted[sorted++] = node;
                depth--;
                continue;
            }
            uint32_t from = order->edges[order->incoming[next[node]++]].from;
            if (!is_entered[from]) {
                stack[depth++] = from;
                is_entered[from] = true;
            } else {
                has_cycle = next[from] != UINT32_MAX;
                order->on_circle = from;
            }
        }
    }
    free(is_entered);
    return !has_cycle;
}

static void merge(uint32_t *restrict into, const uint32_t *restrict from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        into[i] = into[i] > from[i] ? into[i] : from[i];
    }
}

enum order_answer order_close(struct order *order) {
    uint32_t *stack = malloc(((size_t)order->count + 1) * sizeof *stack);
    if (stack == NULL || !group_edges(order)) {
        free(stack);
        return ORDER_FULL;
    }
    bool is_sorted = sort_nodes(order, stack);
    free(stack);
    order->steps += order->count + order->edge_count;
    if (!is_sorted) {
        return ORDER_CYCLE;
    }
    size_t width = order->chain_count;
    for (uint32_t s = 0; s < order->count; s++) {
        uint32_t node = order->sorted[s];
        uint32_t *clock = order->clocks + node * width;
        memset(clock, 0, width * sizeof *clock);
        for (uint32_t e = order->first_incoming[node]; e < order->first_incoming[node + 1]; e++) {
            merge(clock, order->clocks + order->edges[order->incoming[e]].from * width, order->chain_count);
        }
        clock[order->nodes[node].chain] = order->nodes[node].place;
    }
    order->steps += (order->edge_count + (uint64_t)order->count) * (width / 16);
    return ORDER_OK;
}

/* ---- Inferring -----------------------------------------------------------------------------------------------------
 */

struct inference {
    struct order *order;
    const struct order_question *question;
    struct order_conflict *conflict;
    uint32_t read; /* at hand */
    bool is_full, has_conflict;
};

static void add(struct inference *inference, uint32_t from, uint32_t to, enum order_link link) {
    struct order *order = inference->order;
    if (order_before(order, from, to)) {
        return;
    }
    if (order->edge_count == order->edge_capacity) {
        uint32_t capacity = order->edge_capacity * 2 + 1024;
        struct order_edge *edges =
            capacity > order->edge_capacity ? realloc(order->edges, capacity * sizeof *edges) : NULL;
        if (edges == NULL) {
            inference->is_full = true;
            return;
        }
        order->edges = edges;
        order->edge_capacity = capacity;
    }
    order->edges[order->edge_count++] =
        (struct order_edge){.from = from, .to = to, .witness = inference->read, .link = link};
}

/* Of the writes first..end of one chain and the read's key: the last that precedes the read was replaced by what it
 * read. */
static void look_back(struct inference *inference, uint32_t first, uint32_t end) {
    const struct order *order = inference->order;
    const struct order_node *read = &order->nodes[inference->read];
    uint32_t seen = order->clocks[(size_t)inference->read * order->chain_count + order->writes[first].chain];
    uint32_t low = first, high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (order->writes[middle].place <= seen) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low > first && order->writes[low - 1].node == inference->read) {
        low--;
    }
    if (low == first || order->writes[low - 1].node == read->source) {
        return;
    }
    uint32_t write = order->writes[low - 1].node;
    if (read->source == ORDER_INITIAL) {
        *inference->conflict = (struct order_conflict){true, inference->read, write};
        inference->has_conflict = true;
        return;
    }
    add(inference, write, read->source, LINK_REPLACED);
}

/* The first that comes behind what was read comes behind the read. */
static void look_ahead(struct inference *inference, uint32_t first, uint32_t end) {
    const struct order *order = inference->order;
    uint32_t source = order->nodes[inference->read].source, low = first, high = end;
    while (low < high && source != ORDER_INITIAL) {
        uint32_t middle = low + (high - low) / 2;
        if (order_before(order, source, order->writes[middle].node)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (low < end && order->writes[low].node == inference->read) {
        low++; /* it replaced the value itself, at once */
    }
    if (low < end && order->writes[low].node != source) {
        add(inference, inference->read, order->writes[low].node, LINK_UNSEEN);
    }
}

static bool is_asked(const struct inference *inference, uint32_t index) {
    const struct order_node *node = &inference->order->nodes[index];
    const struct operation *operation = &inference->order->history->operations[node->operation];
    const struct order_question *question = inference->question;
    return node->reads && node->is_sure && (node->source < inference->order->count || node->source == ORDER_INITIAL) &&
           (!question->only_answered || !node->is_loose) &&
           (question->process == UINT32_MAX || question->process == operation->process);
}

static int compare_edges(const void *left, const void *right) {
    const struct order_edge *a = left, *b = right;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    if (a->to != b->to) {
        return a->to < b->to ? -1 : 1;
    }
    return (a->witness > b->witness) - (a->witness < b->witness);
}

enum order_answer order_infer(struct order *order, const struct order_question *question, uint32_t *added,
                              struct order_conflict *conflict) {
    struct inference inference = {.order = order, .question = question, .conflict = conflict};
    uint32_t before = order->edge_count;
    *conflict = (struct order_conflict){0};
    for (uint32_t i = 0; i < order->count && !inference.has_conflict && !inference.is_full; i++) {
        if (!is_asked(&inference, i)) {
            continue;
        }
        inference.read = i;
        uint32_t key = order->nodes[i].key, last = order->key_writes[key + 1];
        for (uint32_t w = order->key_writes[key], end; w < last && !inference.has_conflict; w = end) {
            for (end = w + 1; end < last && order->writes[end].chain == order->writes[w].chain;) {
                end++;
            }
            look_back(&inference, w, end);
            if (question->one_order && !inference.has_conflict) {
                look_ahead(&inference, w, end);
            }
            order->steps++;
        }
    }
    if (order->edge_count > before) { /* many reads say the same */
        qsort(order->edges + before, order->edge_count - before, sizeof *order->edges, compare_edges);
    }
    uint32_t kept = before;
    for (uint32_t e = before; e < order->edge_count; e++) {
        if (e == before || order->edges[e].from != order->edges[kept - 1].from ||
            order->edges[e].to != order->edges[kept - 1].to) {
            order->edges[kept++] = order->edges[e];
        }
    }
    *added = kept - before;
    order->edge_count = kept;
    return inference.has_conflict ? ORDER_CYCLE : inference.is_full ? ORDER_FULL : ORDER_OK;
}
