/* Short cycles: breadth-first searches from the edges that must be part of one, within the components that have one.
 *
 * For "no two adjacent anti-dependencies" each node is doubled: reached by an anti-dependency, or by another edge. A
 * closed walk of the doubled graph is one that the rule allows, so that components of the doubled graph tell exactly
 * whether there is one. */
#include "sim/check/recorded/graph.h"

#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

/* Steps of one call to graph_find_cycles: what remains of them decides how hard it looks for shorter cycles. */
enum { MOST_STEPS = 20000000, NO_EDGE = UINT32_MAX };

/* A place of the walk: a node, and whether an anti-dependency led to it (rule WALK_NO_ADJACENT_RW only). */
struct finder {
    const struct graph *graph;
    struct walk walk;
    uint32_t *component; /* by place */
    uint32_t place_count;
    uint32_t *reached; /* by place: the search that reached it last */
    uint32_t *distance;
    uint32_t *parent_edge, *parent; /* by place */
    uint32_t *queue;                /* as a ring: two ends are used, because edges out of helper nodes cost nothing */
    uint32_t queue_size;
    uint32_t search_count;
    uint64_t steps;
    struct cycle best;
};

static bool is_doubled(const struct finder *finder) {
    return finder->walk.rule == WALK_NO_ADJACENT_RW;
}

static uint32_t place_of(const struct finder *finder, uint32_t node, bool by_rw) {
    return is_doubled(finder) ? node * 2 + by_rw : node;
}

static uint32_t node_of(const struct finder *finder, uint32_t place) {
    return is_doubled(finder) ? place / 2 : place;
}

/* Whether the walk may use the edge at a place, and where it leads. */
static bool steps_to(const struct finder *finder, uint32_t place, const struct edge *edge, uint8_t kinds,
                     uint32_t *next) {
    bool is_on = edge->kind == EDGE_ON;
    if ((!is_on && (edge->kind & kinds) == 0) || edge->tier > finder->walk.most_tier) {
        return false;
    }
    bool by_rw = is_doubled(finder) && place % 2 == 1;
    if (is_doubled(finder) && edge->kind == EDGE_RW && by_rw) {
        return false;
    }
    *next = place_of(finder, edge->to, is_on ? by_rw : edge->kind == EDGE_RW);
    return true;
}

static void find_components(struct finder *finder) {
    const struct graph *graph = finder->graph;
    uint32_t copies = is_doubled(finder) ? 2 : 1, count = 0;
    uint32_t *from = memory_alloc((size_t)graph->edge_count * copies, sizeof *from);
    uint32_t *to = memory_alloc((size_t)graph->edge_count * copies, sizeof *to);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        for (uint32_t copy = 0; copy < copies; copy++) {
            from[count] = place_of(finder, graph->edges[i].from, copy == 1);
            count += steps_to(finder, from[count], &graph->edges[i], finder->walk.kinds, &to[count]);
        }
    }
    graph_components(finder->place_count, from, to, count, finder->component);
    free(from);
    free(to);
}

/* ---- One search -----------------------------------------------------------------------------------------------------
 */

static void reach(struct finder *finder, uint32_t place, uint32_t parent, uint32_t edge, uint32_t distance,
                  uint32_t *head, uint32_t *tail, bool is_free) {
    finder->reached[place] = finder->search_count;
    finder->distance[place] = distance;
    finder->parent[place] = parent;
    finder->parent_edge[place] = edge;
    if (is_free) {
        *head = (*head + finder->queue_size - 1) % finder->queue_size;
        finder->queue[*head] = place;
    } else {
        finder->queue[*tail] = place;
        *tail = (*tail + 1) % finder->queue_size;
    }
}

/* Takes the edges of the walk from `start` to `goal`, helper nodes left out, and puts `edge` in front. */
static void keep_cycle(struct finder *finder, uint32_t first_edge, uint32_t start, uint32_t goal) {
    struct cycle *best = &finder->best;
    best->count = 0;
    for (uint32_t place = goal;;) {
        uint32_t index = place == start ? first_edge : finder->parent_edge[place];
        best->edges = memory_reserve(best->edges, best->count, &best->capacity, sizeof *best->edges);
        best->edges[best->count++] = finder->graph->edges[index];
        if (place == start) {
            break;
        }
        place = finder->parent[place];
    }
    for (uint32_t i = 0; i < best->count / 2; i++) {
        struct edge swapped = best->edges[i];
        best->edges[i] = best->edges[best->count - 1 - i];
        best->edges[best->count - 1 - i] = swapped;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < best->count; i++) {
        if (best->edges[i].kind != EDGE_ON) {
            best->edges[kept++] = best->edges[i];
        } else {
            best->edges[kept - 1].to = best->edges[i].to;
            best->edges[kept - 1].after = best->edges[i].after;
        }
    }
    best->count = kept;
}

/* The shortest way back from the head of the edge to its tail, if it is shorter than the best cycle so far. */
static void search_from(struct finder *finder, uint32_t edge_index, uint32_t start_place) {
    const struct graph *graph = finder->graph;
    const struct edge *edge = &graph->edges[edge_index];
    uint8_t kinds = finder->walk.rule == WALK_ONE_RW ? finder->walk.kinds & (uint8_t)~EDGE_RW : finder->walk.kinds;
    uint32_t head = 0, tail = 0, start;
    if (!steps_to(finder, start_place, edge, finder->walk.kinds, &start)) {
        return;
    }
    uint32_t component = finder->component[start_place],
             most = finder->best.count > 0 ? finder->best.count - 2 : NO_EDGE;
    finder->search_count++;
    reach(finder, start, start, edge_index, 0, &head, &tail, false);
    while (head != tail) {
        uint32_t place = finder->queue[head];
        head = (head + 1) % finder->queue_size;
        if (place == start_place) {
            keep_cycle(finder, edge_index, start, place);
            return;
        }
        uint32_t node = node_of(finder, place);
        for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
            uint32_t next;
            finder->steps++;
            if (!steps_to(finder, place, &graph->edges[i], kinds, &next) || finder->component[next] != component) {
                continue;
            }
            bool is_free = graph->edges[i].kind == EDGE_ON;
            uint32_t distance = finder->distance[place] + !is_free;
            bool is_nearer = finder->reached[next] != finder->search_count || distance < finder->distance[next];
            if (is_nearer && distance <= most) {
                reach(finder, next, place, i, distance, &head, &tail, is_free);
            }
        }
    }
}

struct start {
    uint32_t component, edge, place;
};

static int compare_starts(const void *left, const void *right) {
    const struct start *a = left, *b = right;
    if (a->component != b->component) {
        return a->component < b->component ? -1 : 1;
    }
    if (a->edge != b->edge) {
        return a->edge < b->edge ? -1 : 1;
    }
    return (a->place > b->place) - (a->place < b->place);
}

/* Edges of the first kind whose ends are in one component, component by component. */
static uint32_t find_starts(const struct finder *finder, struct start *starts) {
    const struct graph *graph = finder->graph;
    uint32_t copies = is_doubled(finder) ? 2 : 1, count = 0;
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        for (uint32_t copy = 0; copy < copies && edge->kind != EDGE_ON; copy++) {
            uint32_t place = place_of(finder, edge->from, copy == 1), next;
            bool is_start = (edge->kind & finder->walk.first_kind) != 0 &&
                            steps_to(finder, place, edge, finder->walk.kinds, &next) &&
                            finder->component[place] != NO_EDGE && finder->component[place] == finder->component[next];
            if (is_start) {
                starts[count++] = (struct start){finder->component[place], i, place};
            }
        }
    }
    qsort(starts, count, sizeof *starts, compare_starts);
    return count;
}

void graph_find_cycles(const struct graph *graph, struct walk walk,
                       void (*found)(void *context, const struct cycle *cycle), void *context) {
    struct finder finder = {.graph = graph, .walk = walk};
    finder.place_count = graph->node_count * (is_doubled(&finder) ? 2 : 1);
    finder.queue_size = 2 * finder.place_count + 2; /* a place may be reached a second time, one step nearer */
    finder.component = memory_alloc(finder.place_count, sizeof *finder.component);
    find_components(&finder);
    struct start *starts = memory_alloc((size_t)graph->edge_count * 2, sizeof *starts);
    uint32_t count = find_starts(&finder, starts);
    if (count > 0) {
        finder.reached = memory_alloc(finder.place_count, sizeof *finder.reached);
        finder.distance = memory_alloc(finder.place_count, sizeof *finder.distance);
        finder.parent = memory_alloc(finder.place_count, sizeof *finder.parent);
        finder.parent_edge = memory_alloc(finder.place_count, sizeof *finder.parent_edge);
        finder.queue = memory_alloc(finder.queue_size, sizeof *finder.queue);
    }
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i, component = starts[i].component;
        while (end < count && starts[end].component == component) {
            end++;
        }
        finder.best.count = 0;
        uint64_t limit = finder.steps + (finder.steps < MOST_STEPS ? (MOST_STEPS - finder.steps) / 2 : 0);
        for (uint32_t k = i; k < end && finder.best.count != 2 && (k == i || finder.steps < limit); k++) {
            search_from(&finder, starts[k].edge, starts[k].place);
        }
        if (finder.best.count > 0) {
            found(context, &finder.best);
        }
        i = end;
    }
    free(finder.component);
    free(finder.reached);
    free(finder.distance);
    free(finder.parent);
    free(finder.parent_edge);
    free(finder.queue);
    free(finder.best.edges);
    free(starts);
}
