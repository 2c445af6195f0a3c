/* Building graphs, and their strongly connected components. */
#include "sim/check/recorded/graph.h"

#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

void graph_init(struct graph *graph, uint32_t transaction_count) {
    memset(graph, 0, sizeof *graph);
    graph->transaction_count = graph->node_count = transaction_count;
}

void graph_free(struct graph *graph) {
    free(graph->edges);
    free(graph->first);
    free(graph->place);
    memset(graph, 0, sizeof *graph);
}

uint32_t graph_add_node(struct graph *graph) {
    return graph->node_count++;
}

void graph_add(struct graph *graph, struct edge edge) {
    if (edge.from != edge.to) {
        graph->edges = memory_reserve(graph->edges, graph->edge_count, &graph->edge_capacity, sizeof *graph->edges);
        graph->edges[graph->edge_count++] = edge;
    }
}

enum { FEW_EDGES = 64, EDGES_PER_HELPER = 4 };

static void link_directly(struct graph *graph, struct edge edge, const uint32_t *from, uint32_t from_count,
                          const uint32_t *to, const value_id *after, uint32_t to_count) {
    for (uint32_t i = 0; i < from_count; i++) {
        for (uint32_t k = 0; k < to_count; k++) {
            edge.from = from[i];
            edge.to = to[k];
            edge.after = after[k];
            graph_add(graph, edge);
        }
    }
}

/* Two chains of helper nodes over the targets: node k of the first leads to targets 0 to k, node k of the second to
 * targets k and on. A node that is target k itself uses node k - 1 of the first and node k + 1 of the second. */
void graph_link_all(struct graph *graph, struct edge edge, const uint32_t *from, uint32_t from_count,
                    const uint32_t *to, const value_id *after, uint32_t to_count) {
    if (to_count <= 1 ||
        (uint64_t)from_count * to_count <= FEW_EDGES + EDGES_PER_HELPER * ((uint64_t)from_count + to_count)) {
        link_directly(graph, edge, from, from_count, to, after, to_count);
        return;
    }
    uint32_t up = graph->node_count, down = up + to_count;
    graph->node_count += 2 * to_count;
    struct edge on = {.kind = EDGE_ON, .tier = edge.tier, .key = edge.key};
    uint32_t *place = graph->place;
    if (place == NULL) {
        place = graph->place = memory_alloc(graph->transaction_count, sizeof *place);
    }
    for (uint32_t k = 0; k < to_count; k++) {
        place[to[k]] = k + 1;
        for (int chain = 0; chain < 2; chain++) {
            on.from = (chain == 0 ? up : down) + k;
            on.to = to[k];
            on.after = after[k];
            graph_add(graph, on);
            if (chain == 0 ? k > 0 : k + 1 < to_count) {
                on.to = chain == 0 ? on.from - 1 : on.from + 1;
                on.after = VALUE_NIL;
                graph_add(graph, on);
            }
        }
    }
    for (uint32_t i = 0; i < from_count; i++) {
        edge.from = from[i];
        uint32_t own = place[from[i]];
        if (own == 0) {
            edge.to = up + to_count - 1;
            graph_add(graph, edge);
            continue;
        }
        if (own > 1) {
            edge.to = up + own - 2;
            graph_add(graph, edge);
        }
        if (own < to_count) {
            edge.to = down + own;
            graph_add(graph, edge);
        }
    }
    for (uint32_t k = 0; k < to_count; k++) {
        place[to[k]] = 0;
    }
}

/* A counting sort by the node that an edge leaves, which keeps the order of the edges. */
void graph_sort(struct graph *graph) {
    graph->first = memory_alloc((size_t)graph->node_count + 2, sizeof *graph->first);
    struct edge *sorted = memory_alloc(graph->edge_count, sizeof *sorted);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        graph->first[graph->edges[i].from + 2]++;
    }
    for (uint32_t n = 2; n <= graph->node_count + 1; n++) {
        graph->first[n] += graph->first[n - 1];
    }
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        sorted[graph->first[graph->edges[i].from + 1]++] = graph->edges[i];
    }
    free(graph->edges);
    graph->edges = sorted;
    graph->edge_capacity = graph->edge_count;
}

/* ---- Strongly connected components: Tarjan's algorithm (1972) with a stack of its own ---------------------------- */

struct tarjan {
    const uint32_t *first, *targets;
    uint32_t *index, *low, *next; /* index + 1 of the visit, 0: not visited; next: edge to look at */
    uint32_t *stack, *path;
    bool *is_on_stack;
    uint32_t visited, stack_count, path_count, component_count;
    uint32_t *component;
};

static void enter_node(struct tarjan *tarjan, uint32_t node) {
    tarjan->index[node] = tarjan->low[node] = ++tarjan->visited;
    tarjan->next[node] = tarjan->first[node];
    tarjan->stack[tarjan->stack_count++] = node;
    tarjan->is_on_stack[node] = true;
    tarjan->path[tarjan->path_count++] = node;
}

static void leave_node(struct tarjan *tarjan, uint32_t node) {
    tarjan->path_count--;
    if (tarjan->low[node] == tarjan->index[node]) {
        bool is_single = tarjan->stack[tarjan->stack_count - 1] == node;
        uint32_t member;
        do {
            member = tarjan->stack[--tarjan->stack_count];
            tarjan->is_on_stack[member] = false;
            tarjan->component[member] = is_single ? UINT32_MAX : tarjan->component_count;
        } while (member != node);
        tarjan->component_count += !is_single;
    }
    if (tarjan->path_count > 0) {
        uint32_t parent = tarjan->path[tarjan->path_count - 1];
        tarjan->low[parent] = tarjan->low[node] < tarjan->low[parent] ? tarjan->low[node] : tarjan->low[parent];
    }
}

static void visit_from(struct tarjan *tarjan, uint32_t root) {
    enter_node(tarjan, root);
    while (tarjan->path_count > 0) {
        uint32_t node = tarjan->path[tarjan->path_count - 1];
        if (tarjan->next[node] == tarjan->first[node + 1]) {
            leave_node(tarjan, node);
            continue;
        }
        uint32_t target = tarjan->targets[tarjan->next[node]++];
        if (tarjan->index[target] == 0) {
            enter_node(tarjan, target);
        } else if (tarjan->is_on_stack[target] && tarjan->index[target] < tarjan->low[node]) {
            tarjan->low[node] = tarjan->index[target];
        }
    }
}

void graph_components(uint32_t count, const uint32_t *from, const uint32_t *to, uint32_t edge_count,
                      uint32_t *component) {
    uint32_t *first = memory_alloc((size_t)count + 2, sizeof *first);
    uint32_t *targets = memory_alloc(edge_count, sizeof *targets);
    uint32_t *memory = memory_alloc((size_t)count * 5, sizeof *memory);
    bool *is_on_stack = memory_alloc(count, sizeof *is_on_stack);
    for (uint32_t i = 0; i < edge_count; i++) {
        first[from[i] + 2]++;
    }
    for (uint32_t n = 2; n <= count + 1; n++) {
        first[n] += first[n - 1];
    }
    for (uint32_t i = 0; i < edge_count; i++) {
        targets[first[from[i] + 1]++] = to[i];
    }
    struct tarjan tarjan = {.first = first,
                            .targets = targets,
                            .index = memory,
                            .low = memory + count,
                            .next = memory + (size_t)count * 2,
                            .stack = memory + (size_t)count * 3,
                            .path = memory + (size_t)count * 4,
                            .is_on_stack = is_on_stack,
                            .component = component};
    for (uint32_t n = 0; n < count; n++) {
        if (tarjan.index[n] == 0) {
            visit_from(&tarjan, n);
        }
    }
    free(first);
    free(targets);
    free(memory);
    free(is_on_stack);
}
