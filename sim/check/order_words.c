/* Contradictions of an order in words: a short circle of operations, each with the reason why it comes behind the one
 * before it. */
#include "sim/check/order.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STARTS = 64, OPERATION_BYTES = 200 };

void order_say(struct check_result *result, const char *format, ...) {
    size_t length = strlen(result->detail);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->detail + length, sizeof result->detail - length, format, arguments);
    va_end(arguments);
}

/* ---- Operations ----------------------------------------------------------------------------------------------------
 */

static void describe_plainly(void *context, uint32_t index, char *text, size_t size) {
    const struct history *history = context;
    const struct operation *operation = &history->operations[index];
    char invoked[VERDICT_TIME_BYTES], completed[VERDICT_TIME_BYTES], what[80];
    if (operation->kind == OP_READ) {
        snprintf(what, sizeof what, "read %" PRId64 " of", operation->result);
    } else if (operation->kind == OP_CAS) {
        snprintf(what, sizeof what, "set %" PRId64 " to %" PRId64 "%s at", operation->expected, operation->value,
                 operation->outcome == OUTCOME_OK && operation->result == 0 ? " in vain" : "");
    } else if (operation->kind == OP_WRITE) {
        snprintf(what, sizeof what, "wrote %" PRId64 " to", operation->value);
    } else if (operation->outcome == OUTCOME_OK) {
        snprintf(what, sizeof what, "%s %" PRId64 ", giving %" PRId64 ", at",
                 operation->kind == OP_INCREMENT ? "added" : "appended", operation->value, operation->result);
    } else {
        snprintf(what, sizeof what, "%s %" PRId64 " at", operation->kind == OP_INCREMENT ? "added" : "appended",
                 operation->value);
    }
    verdict_time(invoked, operation->invoked);
    if (operation->outcome == OUTCOME_OK) {
        snprintf(text, size, "client %" PRIu32 " %s key %" PRIu64 ", from %s to %s", operation->process + 1, what,
                 operation->key, invoked, verdict_time(completed, operation->completed));
    } else {
        snprintf(text, size, "client %" PRIu32 " %s key %" PRIu64 ", from %s, without an answer",
                 operation->process + 1, what, operation->key, invoked);
    }
}

struct order_speaker order_speaker_of(const struct history *history) {
    return (struct order_speaker){describe_plainly, (void *)(uintptr_t)history};
}

/* ---- Paths ---------------------------------------------------------------------------------------------------------
 */

struct path {
    uint32_t *edges; /* in the order of the walk */
    uint32_t length, cost;
};

/* What a search for a path needs: words by node. */
struct walk {
    uint32_t *way;   /* the edge that leads on; UINT32_MAX: not reached */
    uint32_t *costs; /* of the way from there */
    uint32_t *queue; /* two words a node */
};

/* The path of edges from `from` to `to` that passes least often from one client to another: going on with the same
 * client costs nothing. With from == to a circle. False when there is none, or none cheaper than `limit`. */
static bool find_path(const struct order *order, uint32_t from, uint32_t to, uint32_t limit, const struct walk *walk,
                      struct path *path) {
    memset(walk->way, 0xff, ((size_t)order->count + 1) * sizeof *walk->way);
    memset(walk->costs, 0xff, ((size_t)order->count + 1) * sizeof *walk->costs);
    uint32_t middle = order->count, head = middle, tail = middle; /* free edges are pushed in front */
    bool is_first = true;
    walk->queue[tail++] = to;
    while (head < tail) {
        uint32_t node = walk->queue[head++];
        uint32_t cost = is_first ? 0 : walk->costs[node];
        if (!is_first && node == from) {
            break;
        }
        is_first = false;
        for (uint32_t i = order->first_incoming[node]; i < order->first_incoming[node + 1]; i++) {
            uint32_t edge = order->incoming[i], source = order->edges[edge].from;
            bool is_free = order->edges[edge].link == LINK_PROGRAM;
            if (cost + !is_free >= walk->costs[source] || cost + !is_free >= limit) {
                continue;
            }
            bool is_new = walk->costs[source] == UINT32_MAX;
            walk->costs[source] = cost + !is_free;
            walk->way[source] = edge;
            if (is_free && head > 0) {
                walk->queue[--head] = source;
            } else if (is_new) {
                walk->queue[tail++] = source;
            }
        }
    }
    if (walk->way[from] == UINT32_MAX) {
        return false;
    }
    path->length = 0;
    path->cost = walk->costs[from];
    for (uint32_t node = from; path->length == 0 || node != to;) {
        path->edges[path->length++] = walk->way[node];
        node = order->edges[walk->way[node]].to;
    }
    return true;
}

/* The shortest circle through one of the few nodes that are tried: that which the closing came upon, and those that the
 * last inferences lead to, since a new circle has a new edge. */
static bool find_circle(const struct order *order, struct path *path, const struct walk *walk, uint32_t *best) {
    uint32_t length = 0, cost = UINT32_MAX, edge = order->edge_count;
    for (uint32_t start = 0; start < MOST_STARTS && (start == 0 || edge > 0); start++) {
        uint32_t node = start == 0 ? order->on_circle : order->edges[--edge].to;
        if (find_path(order, node, node, cost, walk, path)) {
            length = path->length;
            cost = path->cost;
            memcpy(best, path->edges, length * sizeof *best);
        }
    }
    path->length = length;
    memcpy(path->edges, best, length * sizeof *best);
    return length > 0;
}

/* ---- Telling -------------------------------------------------------------------------------------------------------
 */

struct telling {
    const struct order *order;
    const struct order_speaker *speaker;
    struct check_result *result;
};

static const char *describe(const struct telling *telling, uint32_t node, char text[static OPERATION_BYTES]) {
    const struct order *order = telling->order;
    const struct operation *operation = &order->history->operations[order->nodes[node].operation];
    telling->speaker->describe(telling->speaker->context, order->nodes[node].operation, text, OPERATION_BYTES);
    if (operation->outcome == OUTCOME_OK && operation->completed > telling->result->at) {
        telling->result->at = operation->completed;
    }
    return text;
}

/* Why the edge's target, which is told as number `number`, comes behind the one before it. */
static void tell_reason(const struct telling *telling, const struct order_edge *edge, uint32_t number) {
    char text[OPERATION_BYTES];
    switch (edge->link) {
    case LINK_PROGRAM:
        order_say(telling->result, "the same client's, after (%" PRIu32 ") was over", number);
        break;
    case LINK_READS:
        order_say(telling->result, "it found what (%" PRIu32 ") had written", number);
        break;
    case LINK_REPLACED:
        order_say(telling->result, "it replaced what (%" PRIu32 ") wrote, since this found it behind that: %s", number,
                  describe(telling, edge->witness, text));
        break;
    case LINK_UNSEEN:
        order_say(telling->result, "(%" PRIu32 ") still found what it replaced", number);
        break;
    }
}

static void tell_path(const struct telling *telling, const struct path *path, bool is_circle) {
    const struct order *order = telling->order;
    char text[OPERATION_BYTES];
    uint32_t number = 1;
    order_say(telling->result, "\n  (1) %s", describe(telling, order->edges[path->edges[0]].from, text));
    for (uint32_t i = 0; i < path->length; i++) {
        const struct order_edge *edge = &order->edges[path->edges[i]];
        bool is_last = i + 1 == path->length;
        if (!is_last && edge->link == LINK_PROGRAM && order->edges[path->edges[i + 1]].link == LINK_PROGRAM) {
            continue; /* the client's next operations lead on */
        }
        if (is_last && is_circle) {
            order_say(telling->result, "\n  and (1) comes behind (%" PRIu32 "): ", number);
        } else {
            order_say(telling->result, "\n  (%" PRIu32 ") %s: ", number + 1, describe(telling, edge->to, text));
        }
        tell_reason(telling, edge, number++);
    }
}

void order_tell(const struct order *order, const struct order_conflict *conflict, const struct order_speaker *speaker,
                struct check_result *result) {
    size_t room = (size_t)order->count + 1;
    struct path path = {.edges = malloc(room * sizeof *path.edges)};
    struct walk walk = {malloc(room * sizeof *walk.way), malloc(room * sizeof *walk.costs),
                        malloc(3 * room * sizeof *walk.queue)};
    uint32_t *best = malloc(room * sizeof *best);
    struct telling telling = {order, speaker, result};
    if (path.edges != NULL && walk.way != NULL && walk.costs != NULL && walk.queue != NULL && best != NULL) {
        if (conflict->is_initial) {
            if (find_path(order, conflict->write, conflict->read, UINT32_MAX, &walk, &path)) {
                tell_path(&telling, &path, false);
                order_say(result, "\n  and yet that one found the initial value.");
            }
        } else if (find_circle(order, &path, &walk, best)) {
            tell_path(&telling, &path, true);
        }
    }
    free(path.edges);
    free(walk.way);
    free(walk.costs);
    free(walk.queue);
    free(best);
}
