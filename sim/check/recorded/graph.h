/* A graph of dependencies between transactions, and its cycles.
 *
 * Nodes are transactions, and helper nodes that stand for "every one of these": with them the relations "completed
 * before it was invoked" and "wrote something that this one did not see" take a number of edges that is linear in the
 * number of transactions. An edge out of a transaction has a kind; an edge out of a helper node carries on what came
 * in. */
#ifndef SIM_CHECK_RECORDED_GRAPH_H
#define SIM_CHECK_RECORDED_GRAPH_H

#include "sim/check/recorded/value.h"

enum edge_kind {
    EDGE_WW = 1,       /* overwrote (or appended after) its version */
    EDGE_WR = 2,       /* read its version */
    EDGE_RW = 4,       /* overwrote the version that it read */
    EDGE_PROCESS = 8,  /* came later in the same process */
    EDGE_REALTIME = 16 /* was invoked after its completion */
};

enum { EDGE_ON = 32 }; /* out of a helper node */

struct edge {
    uint32_t from, to;
    uint8_t kind;
    uint8_t tier;           /* how much had to be assumed to infer it: 0 nothing */
    value_id key;           /* of EDGE_WW, EDGE_WR, EDGE_RW */
    value_id before, after; /* versions, as far as known: VALUE_NIL for the initial one */
};

struct graph {
    struct edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t transaction_count, node_count;
    uint32_t *first; /* of node n: edges first[n] to first[n + 1] - 1, once sorted */
    uint32_t *place; /* of graph_link_all: by transaction, all zero between calls */
};

void graph_init(struct graph *graph, uint32_t transaction_count);
void graph_free(struct graph *graph);
uint32_t graph_add_node(struct graph *graph);
void graph_add(struct graph *graph, struct edge edge); /* an edge from a node to itself is dropped */

/* From each of `from` to each of `to`, but not from a node to itself. `after` are the versions of `to`. */
void graph_link_all(struct graph *graph, struct edge edge, const uint32_t *from, uint32_t from_count,
                    const uint32_t *to, const value_id *after, uint32_t to_count);

void graph_sort(struct graph *graph); /* before any search; no edge is added after it */

/* Which walks count. */
enum walk_rule {
    WALK_ANY,
    WALK_ONE_RW,        /* exactly one anti-dependency */
    WALK_NO_ADJACENT_RW /* no two anti-dependencies follow one another, all the way round */
};

struct walk {
    uint8_t kinds;      /* edges that may be used */
    uint8_t first_kind; /* kinds that must occur */
    uint8_t most_tier;
    enum walk_rule rule;
};

struct cycle {
    struct edge *edges; /* each from one transaction to the next: `from` and `to` are transactions */
    uint32_t count, capacity;
};

/* Calls `found` with a cycle of each strongly connected component that has one, about the shortest there is. Exact in
 * whether there is one, but for WALK_ONE_RW, which gives up after a bounded number of steps. */
void graph_find_cycles(const struct graph *graph, struct walk walk,
                       void (*found)(void *context, const struct cycle *cycle), void *context);

/* Strongly connected components of `count` nodes with edges from[i] to to[i]: component[n] is a number; those of one
 * node without an edge to itself have number UINT32_MAX. */
void graph_components(uint32_t count, const uint32_t *from, const uint32_t *to, uint32_t edge_count,
                      uint32_t *component);

#endif
