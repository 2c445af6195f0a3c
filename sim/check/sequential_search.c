/* Depth-first search for an order of operations that explains every result and keeps what is known of the order.
 *
 * A configuration is the set of operations placed, and the values; those that led to a dead end are remembered by
 * digests of 128 bits (two that differ pass for the same with a chance of 2^-128). Two rules keep it small, both sound:
 * an operation that fits and changes nothing is placed at once, since nothing misses it later; and a value that was
 * made by one operation alone is not left while one that surely read it is to come. */
#include "sim/check/consistency.h"

#include "sim/base/hash.h"

#include <stdlib.h>
#include <string.h>

struct digest128 {
    uint64_t a, b;
};

/* A value of a key, and who made it: a node, or ORDER_INITIAL. */
struct held {
    int64_t value;
    uint32_t writer;
};

struct step {
    uint32_t node;
    struct held before;
    bool is_forced;
};

struct sequential {
    const struct order *order;
    struct held *held;      /* by key */
    uint32_t *missing;      /* of each node: edges from nodes that are not placed */
    uint32_t *readers;      /* of each node: sure readers that are not placed */
    uint32_t *first_reader; /* of each key: the same of the initial value */
    uint32_t *outgoing, *first_outgoing;
    bool *is_placed;
    uint32_t *ready; /* nodes whose predecessors are placed, in no order; those that are placed have left */
    uint32_t *place_in_ready;
    uint32_t ready_count;
    struct step *steps;
    uint32_t placed, sure_left;
    struct digest128 digest;
    struct digest128 *seen;
    size_t seen_count, seen_capacity;
    uint32_t deepest, stuck;
};

/* ---- Configurations ------------------------------------------------------------------------------------------------
 */

static void flip(struct sequential *search, uint64_t a, uint64_t b) {
    uint64_t word = hash_add(hash_add(3, a), b);
    search->digest.a ^= hash_mix(word);
    search->digest.b ^= hash_mix(word ^ UINT64_C(0x9e3779b97f4a7c15));
}

static void flip_value(struct sequential *search, uint32_t key) {
    flip(search, (UINT64_C(1) << 40) + key, (uint64_t)search->held[key].value);
    flip(search, (UINT64_C(2) << 40) + key, search->held[key].writer);
}

enum seen { SEEN_FIRST, SEEN_AGAIN, SEEN_NO_ROOM };

static enum seen see(struct sequential *search, size_t max_bytes) {
    if (search->seen_count * 2 >= search->seen_capacity) {
        size_t capacity = search->seen_capacity == 0 ? 1024 : search->seen_capacity * 2;
        struct digest128 *seen =
            (capacity + search->seen_capacity) * sizeof *seen <= max_bytes ? calloc(capacity, sizeof *seen) : NULL;
        if (seen == NULL) {
            return SEEN_NO_ROOM;
        }
        for (size_t i = 0; i < search->seen_capacity; i++) {
            if (search->seen[i].a != 0) {
                size_t at = (size_t)search->seen[i].a & (capacity - 1);
                while (seen[at].a != 0) {
                    at = (at + 1) & (capacity - 1);
                }
                seen[at] = search->seen[i];
            }
        }
        free(search->seen);
        search->seen = seen;
        search->seen_capacity = capacity;
    }
    struct digest128 digest = {search->digest.a | 1, search->digest.b};
    size_t at = (size_t)digest.a & (search->seen_capacity - 1);
    while (search->seen[at].a != 0) {
        if (search->seen[at].a == digest.a && search->seen[at].b == digest.b) {
            return SEEN_AGAIN;
        }
        at = (at + 1) & (search->seen_capacity - 1);
    }
    search->seen[at] = digest;
    search->seen_count++;
    return SEEN_FIRST;
}

/* ---- Placing and taking back ---------------------------------------------------------------------------------------
 */

static void enter_ready(struct sequential *search, uint32_t node) {
    search->place_in_ready[node] = search->ready_count;
    search->ready[search->ready_count++] = node;
}

static void leave_ready(struct sequential *search, uint32_t node) {
    uint32_t place = search->place_in_ready[node], last = search->ready[--search->ready_count];
    search->ready[place] = last;
    search->place_in_ready[last] = place;
}

static uint32_t *readers_of(struct sequential *search, uint32_t key, uint32_t writer) {
    return writer == ORDER_INITIAL ? &search->first_reader[key] : &search->readers[writer];
}

static void count_reader(struct sequential *search, const struct order_node *node, uint32_t change) {
    if (node->reads && node->is_sure && (node->source < search->order->count || node->source == ORDER_INITIAL)) {
        *readers_of(search, node->key, node->source) += change;
    }
}

static bool fits(const struct sequential *search, const struct order_node *node) {
    const struct held *held = &search->held[node->key];
    if (node->reads && node->is_sure && (node->source < search->order->count || node->source == ORDER_INITIAL)) {
        return held->writer == node->source;
    }
    return node->avoids ? held->value != node->found : !node->reads || held->value == node->found;
}

/* The value that the key has now may go. */
static bool may_replace(struct sequential *search, const struct order_node *node) {
    const struct held *held = &search->held[node->key];
    uint32_t own = node->reads && node->is_sure && node->source == held->writer;
    return *readers_of(search, node->key, held->writer) == own;
}

static void place(struct sequential *search, uint32_t index, bool is_forced) {
    const struct order *order = search->order;
    const struct order_node *node = &order->nodes[index];
    struct held *held = &search->held[node->key];
    search->steps[search->placed++] = (struct step){index, *held, is_forced};
    search->is_placed[index] = true;
    search->sure_left -= node->is_sure;
    leave_ready(search, index);
    count_reader(search, node, UINT32_MAX);
    flip(search, 0, index);
    if (node->writes || node->shifts) {
        const struct operation *operation = &order->history->operations[node->operation];
        flip_value(search, node->key);
        held->value = !node->shifts                  ? node->made
                      : operation->kind == OP_APPEND ? operation_append(held->value, operation->value)
                                                     : (int64_t)((uint64_t)held->value + (uint64_t)operation->value);
        held->writer = index;
        flip_value(search, node->key);
    }
    for (uint32_t e = search->first_outgoing[index]; e < search->first_outgoing[index + 1]; e++) {
        if (--search->missing[search->outgoing[e]] == 0) {
            enter_ready(search, search->outgoing[e]);
        }
    }
}

static void take_back(struct sequential *search) {
    struct step step = search->steps[--search->placed];
    const struct order_node *node = &search->order->nodes[step.node];
    for (uint32_t e = search->first_outgoing[step.node + 1]; e-- > search->first_outgoing[step.node];) {
        if (search->missing[search->outgoing[e]]++ == 0) {
            leave_ready(search, search->outgoing[e]);
        }
    }
    if (node->writes || node->shifts) {
        flip_value(search, node->key);
        search->held[node->key] = step.before;
        flip_value(search, node->key);
    }
    flip(search, 0, step.node);
    count_reader(search, node, 1);
    enter_ready(search, step.node);
    search->sure_left += node->is_sure;
    search->is_placed[step.node] = false;
}

static void place_keepers(struct sequential *search, uint64_t *steps) {
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (uint32_t i = 0; i < search->ready_count; i++) {
            uint32_t index = search->ready[i];
            const struct order_node *node = &search->order->nodes[index];
            *steps -= *steps > 0;
            if (!node->writes && !node->shifts && fits(search, node)) {
                place(search, index, true);
                is_new = true;
                i--;
            }
        }
    }
    if (search->placed >= search->deepest) {
        search->deepest = search->placed;
        for (uint32_t i = search->ready_count; i-- > 0;) {
            search->stuck = search->order->nodes[search->ready[i]].is_sure ? search->ready[i] : search->stuck;
        }
    }
}

/* ---- The search ----------------------------------------------------------------------------------------------------
 */

/* The first move behind `after` (a node, or UINT32_MAX for the first of all) in order of invocation: sure ones, then
 * loose ones. UINT32_MAX: none is left. */
static uint32_t next_move(struct sequential *search, uint32_t after, uint64_t *steps) {
    const struct order *order = search->order;
    uint32_t best = UINT32_MAX;
    uint64_t low = after == UINT32_MAX ? 0 : after + 1 + (order->nodes[after].is_sure ? 0 : (UINT64_C(1) << 32));
    uint64_t best_rank = UINT64_MAX;
    for (uint32_t i = 0; i < search->ready_count; i++) {
        uint32_t index = search->ready[i];
        const struct order_node *node = &order->nodes[index];
        uint64_t rank = index + (node->is_sure ? 0 : (UINT64_C(1) << 32));
        *steps -= *steps > 0;
        if (rank >= low && rank < best_rank && (node->writes || node->shifts) && fits(search, node) &&
            may_replace(search, node)) {
            best = index;
            best_rank = rank;
        }
    }
    return best;
}

/* Takes back the last choice with what was forced behind it. Returns it; UINT32_MAX: there was none. */
static uint32_t retreat(struct sequential *search) {
    while (search->placed > 0) {
        struct step last = search->steps[search->placed - 1];
        take_back(search);
        if (!last.is_forced) {
            return last.node;
        }
    }
    return UINT32_MAX;
}

static enum sequential_answer run_search(struct sequential *search, uint64_t *steps, size_t max_bytes) {
    uint32_t after = UINT32_MAX;
    place_keepers(search, steps);
    while (search->sure_left > 0) {
        if (*steps == 0) {
            return SEQUENTIAL_FULL;
        }
        uint32_t move = next_move(search, after, steps);
        if (move == UINT32_MAX) {
            after = retreat(search);
            if (after == UINT32_MAX) {
                return SEQUENTIAL_REFUTED;
            }
            continue;
        }
        place(search, move, false);
        place_keepers(search, steps);
        enum seen seen = see(search, max_bytes);
        if (seen == SEEN_NO_ROOM) {
            return SEQUENTIAL_FULL;
        }
        after = seen == SEEN_FIRST ? UINT32_MAX : retreat(search);
    }
    return SEQUENTIAL_FOUND;
}

static bool prepare(struct sequential *search) {
    const struct order *order = search->order;
    size_t room = (size_t)order->count + 2;
    search->held = malloc(((size_t)order->key_count + 1) * sizeof *search->held);
    search->first_reader = calloc((size_t)order->key_count + 1, sizeof *search->first_reader);
    search->missing = calloc(room, sizeof *search->missing);
    search->readers = calloc(room, sizeof *search->readers);
    search->first_outgoing = calloc(room, sizeof *search->first_outgoing);
    search->outgoing = malloc(((size_t)order->edge_count + 1) * sizeof *search->outgoing);
    search->is_placed = calloc(room, sizeof *search->is_placed);
    search->ready = malloc(room * sizeof *search->ready);
    search->place_in_ready = calloc(room, sizeof *search->place_in_ready);
    search->steps = malloc(room * sizeof *search->steps);
    if (search->held == NULL || search->first_reader == NULL || search->missing == NULL || search->readers == NULL ||
        search->first_outgoing == NULL || search->outgoing == NULL || search->is_placed == NULL ||
        search->ready == NULL || search->place_in_ready == NULL || search->steps == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < order->key_count; k++) {
        search->held[k] = (struct held){order->initial, ORDER_INITIAL};
    }
    for (uint32_t e = 0; e < order->edge_count; e++) {
        search->missing[order->edges[e].to]++;
        search->first_outgoing[order->edges[e].from + 1]++;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        search->first_outgoing[i + 1] += search->first_outgoing[i];
        search->sure_left += order->nodes[i].is_sure;
        count_reader(search, &order->nodes[i], 1);
        if (search->missing[i] == 0) {
            enter_ready(search, i);
        }
    }
    for (uint32_t e = order->edge_count; e-- > 0;) {
        search->outgoing[--search->first_outgoing[order->edges[e].from + 1]] = order->edges[e].to;
    }
    memmove(search->first_outgoing, search->first_outgoing + 1, order->count * sizeof *search->first_outgoing);
    search->first_outgoing[order->count] = order->edge_count;
    return true;
}

enum sequential_answer sequential_search(const struct order *order, uint64_t *steps, size_t max_bytes,
                                         uint32_t *stuck) {
    struct sequential search = {.order = order};
    enum sequential_answer answer = prepare(&search) ? run_search(&search, steps, max_bytes) : SEQUENTIAL_FULL;
    *stuck = search.stuck;
    free(search.held);
    free(search.first_reader);
    free(search.missing);
    free(search.readers);
    free(search.first_outgoing);
    free(search.outgoing);
    free(search.is_placed);
    free(search.ready);
    free(search.place_in_ready);
    free(search.steps);
    free(search.seen);
    return answer;
}
