#include "sim/check/order.h"

#include <stdlib.h>
#include <string.h>

/* ---- Nodes ---------------------------------------------------------------------------------------------------------
 */

static const struct operation *operation_of(const struct order *order, const struct order_node *node) {
    return &order->history->operations[node->operation];
}

static struct order_node node_of(uint32_t index, const struct operation *operation) {
    bool is_ok = operation->outcome == OUTCOME_OK;
    struct order_node node = {.operation = index, .source = ORDER_NO_SOURCE, .is_loose = !is_ok, .is_sure = is_ok};
    switch ((enum operation_kind)operation->kind) {
    case OP_READ:
        node.reads = true;
        node.found = operation->result;
        break;
    case OP_WRITE:
        node.writes = true;
        node.made = operation->value;
        break;
    case OP_CAS:
        node.found = operation->expected;
        node.avoids = is_ok && operation->result == 0;
        node.reads = node.writes = !node.avoids;
        node.made = operation->value;
        break;
    case OP_INCREMENT:
    case OP_APPEND:
        node.shifts = !is_ok;
        node.reads = node.writes = is_ok;
        node.made = operation->result;
        node.found = operation->kind == OP_INCREMENT
                         ? (int64_t)((uint64_t)operation->result - (uint64_t)operation->value)
                         : operation_unappend(operation->result, operation->value);
        break;
    default:
        break;
    }
    return node;
}

struct key_entry {
    uint64_t key;
    uint32_t node;
};

static int compare_key_entries(const void *left, const void *right) {
    const struct key_entry *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

/* What is special about a key. */
struct key_facts {
    bool has_shifts, has_others, has_avoids; /* unanswered increments or appends; writes or cas; refused cas */
};

static bool number_keys(struct order *order) {
    struct key_entry *entries = malloc(((size_t)order->count + 1) * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        entries[i] = (struct key_entry){operation_of(order, &order->nodes[i])->key, i};
    }
    qsort(entries, order->count, sizeof *entries, compare_key_entries);
    for (uint32_t i = 0; i < order->count; i++) {
        order->key_count += i == 0 || entries[i].key != entries[i - 1].key;
        order->nodes[entries[i].node].key = order->key_count - 1;
    }
    free(entries);
    return true;
}

static int compare_values(const void *left, const void *right) {
    const struct order_value *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

static void list_values(struct order *order) {
    order->value_count = 0;
    for (uint32_t i = 0; i < order->count; i++) {
        if (order->nodes[i].writes) {
            order->values[order->value_count++] = (struct order_value){order->nodes[i].key, order->nodes[i].made, i};
        }
    }
    qsort(order->values, order->value_count, sizeof *order->values, compare_values);
}

uint32_t order_candidates(const struct order *order, const struct order_node *node, uint32_t *first) {
    uint32_t low = 0, high = order->value_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct order_value *value = &order->values[middle];
        if (value->key < node->key || (value->key == node->key && value->value < node->found)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint32_t count = 0;
    while (low + count < order->value_count && order->values[low + count].key == node->key &&
           order->values[low + count].value == node->found) {
        count++;
    }
    *first = low;
    return count;
}

/* Unanswered operations that nothing depends on go: nobody found what they made, and no refused cas may owe its refusal
 * to them, and no unanswered increment its result. Unanswered reads say nothing. */
static bool drop_idle(struct order *order, const struct key_facts *facts) {
    bool *is_found = calloc((size_t)order->count + 1, sizeof *is_found);
    if (is_found == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        uint32_t first, count = order->nodes[i].reads ? order_candidates(order, &order->nodes[i], &first) : 0;
        for (uint32_t c = 0; c < count; c++) {
            is_found[order->values[first + c].node] |= order->values[first + c].node != i;
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < order->count; i++) {
        const struct order_node *node = &order->nodes[i];
        if (!node->is_loose || node->shifts ||
            (node->writes && (is_found[i] || facts[node->key].has_avoids || facts[node->key].has_shifts))) {
            order->nodes[kept++] = *node;
        }
    }
    order->count = kept;
    free(is_found);
    return true;
}

static void find_source(const struct order *order, const struct key_facts *facts, uint32_t index) {
    struct order_node *node = &order->nodes[index];
    uint32_t first, found = order_candidates(order, node, &first), other = 0, writer = ORDER_NOBODY;
    for (uint32_t c = 0; c < found; c++) {
        if (order->values[first + c].node != index) {
            writer = order->values[first + c].node;
            other++;
        }
    }
    bool may_be_initial = node->found == order->initial;
    if (facts[node->key].has_shifts && (facts[node->key].has_others || (other == 0 && !may_be_initial))) {
        node->source = ORDER_NO_SOURCE; /* an unanswered increment or append may have made it */
    } else if (other + may_be_initial > 1) {
        node->source = ORDER_OPEN;
    } else {
        node->source = may_be_initial ? ORDER_INITIAL : writer;
    }
}

static bool make_nodes(struct order *order, const uint32_t *operations, uint32_t count) {
    order->nodes = malloc(((size_t)count + 1) * sizeof *order->nodes);
    order->values = malloc(((size_t)count + 1) * sizeof *order->values);
    if (order->nodes == NULL || order->values == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct operation *operation = &order->history->operations[operations[i]];
        if (operation->outcome != OUTCOME_FAIL) {
            order->nodes[order->count++] = node_of(operations[i], operation);
        }
    }
    struct key_facts *facts = number_keys(order) ? calloc((size_t)order->key_count + 1, sizeof *facts) : NULL;
    if (facts == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        const struct order_node *node = &order->nodes[i];
        const struct operation *operation = operation_of(order, node);
        facts[node->key].has_shifts |= node->shifts;
        facts[node->key].has_avoids |= node->avoids;
        facts[node->key].has_others |= operation->kind == OP_WRITE || operation->kind == OP_CAS ||
                                       (operation->kind == OP_INCREMENT && operation->value <= 0);
    }
    list_values(order);
    bool has_memory = drop_idle(order, facts);
    list_values(order);
    for (uint32_t i = 0; i < order->count && has_memory; i++) {
        if (order->nodes[i].reads) {
            find_source(order, facts, i);
        }
    }
    free(facts);
    return has_memory;
}

/* ---- Chains and edges ----------------------------------------------------------------------------------------------
 */

static bool add_edge(struct order *order, struct order_edge edge) {
    if (order->edge_count == order->edge_capacity) {
        uint32_t capacity = order->edge_capacity == 0 ? 1024 : order->edge_capacity * 2;
        struct order_edge *edges =
            capacity > order->edge_capacity ? realloc(order->edges, capacity * sizeof *edges) : NULL;
        if (edges == NULL) {
            return false;
        }
        order->edges = edges;
        order->edge_capacity = capacity;
    }
    order->edges[order->edge_count++] = edge;
    return true;
}

/* The last operation of each chain of a client. */
struct lane {
    uint32_t process, chain;
    uint32_t last; /* node */
};

struct process_entry {
    uint32_t process, node;
};

static int compare_processes(const void *left, const void *right) {
    const struct process_entry *a = left, *b = right;
    if (a->process != b->process) {
        return a->process < b->process ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

/* The nodes of one client, in order of invocation: each stands on the first chain that is over, and behind the last
 * one of every other chain that was over before it began. */
static bool chain_process(struct order *order, const struct process_entry *entries, uint32_t count, uint32_t *before,
                          struct lane *lanes) {
    uint32_t lane_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = entries[i].node, own = UINT32_MAX;
        struct order_node *node = &order->nodes[index];
        sim_time invoked = operation_of(order, node)->invoked;
        for (uint32_t l = 0; l < lane_count; l++) {
            uint32_t last = lanes[l].last;
            while (last != UINT32_MAX && operation_of(order, &order->nodes[last])->completed >= invoked) {
                last = before[last];
            }
            if (last != UINT32_MAX && !add_edge(order, (struct order_edge){.from = last, .to = index})) {
                return false;
            }
            own = own == UINT32_MAX && last == lanes[l].last ? l : own;
        }
        if (node->is_loose || own == UINT32_MAX) {
            node->chain = order->chain_count++;
            node->place = 1;
            before[index] = UINT32_MAX;
            if (!node->is_loose) {
                lanes[lane_count++] = (struct lane){entries[i].process, node->chain, index};
            }
            continue;
        }
        node->chain = lanes[own].chain;
        node->place = order->nodes[lanes[own].last].place + 1;
        before[index] = lanes[own].last;
        lanes[own].last = index;
    }
    return true;
}

static bool chain_all(struct order *order) {
    size_t room = (size_t)order->count + 1;
    struct process_entry *entries = malloc(room * sizeof *entries);
    uint32_t *before = malloc(room * sizeof *before);
    struct lane *lanes = malloc(room * sizeof *lanes);
    bool is_done = entries != NULL && before != NULL && lanes != NULL;
    for (uint32_t i = 0; i < order->count && is_done; i++) {
        entries[i] = (struct process_entry){operation_of(order, &order->nodes[i])->process, i};
    }
    if (is_done) {
        qsort(entries, order->count, sizeof *entries, compare_processes);
    }
    for (uint32_t i = 0, end; i < order->count && is_done; i = end) {
        for (end = i; end < order->count && entries[end].process == entries[i].process;) {
            end++;
        }
        is_done = chain_process(order, entries + i, end - i, before, lanes);
    }
    free(entries);
    free(before);
    free(lanes);
    return is_done;
}

static int compare_writes(const void *left, const void *right) {
    const struct order_write *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->chain != b->chain) {
        return a->chain < b->chain ? -1 : 1;
    }
    return (a->place > b->place) - (a->place < b->place);
}

static bool list_writes(struct order *order) {
    order->writes = malloc(((size_t)order->count + 1) * sizeof *order->writes);
    order->key_writes = calloc((size_t)order->key_count + 2, sizeof *order->key_writes);
    if (order->writes == NULL || order->key_writes == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        const struct order_node *node = &order->nodes[i];
        if (node->writes) {
            order->writes[order->write_count++] = (struct order_write){node->key, node->chain, node->place, i};
            order->key_writes[node->key + 1]++;
        }
    }
    qsort(order->writes, order->write_count, sizeof *order->writes, compare_writes);
    for (uint32_t k = 0; k < order->key_count; k++) {
        order->key_writes[k + 1] += order->key_writes[k];
    }
    return true;
}

/* Who was surely read: the source of a sure one. */
static void mark_sure(struct order *order) {
    for (uint32_t i = 0; i < order->count; i++) {
        order->nodes[i].is_sure = !order->nodes[i].is_loose;
    }
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (uint32_t i = 0; i < order->count; i++) {
            const struct order_node *node = &order->nodes[i];
            if (node->is_sure && node->reads && node->source < order->count && !order->nodes[node->source].is_sure) {
                order->nodes[node->source].is_sure = is_new = true;
            }
        }
    }
}

static uint32_t program_edges(const struct order *order) {
    uint32_t count = 0;
    while (count < order->base_edges && order->edges[count].link == LINK_PROGRAM) {
        count++;
    }
    return count;
}

bool order_reset(struct order *order) {
    order->edge_count = program_edges(order);
    mark_sure(order);
    for (uint32_t i = 0; i < order->count; i++) {
        const struct order_node *node = &order->nodes[i];
        if (node->reads && node->source < order->count &&
            !add_edge(order, (struct order_edge){.from = node->source, .to = i, .link = LINK_READS})) {
            return false;
        }
    }
    order->base_edges = order->edge_count;
    return true;
}

bool order_build(struct order *order, const struct history *history, const uint32_t *operations, uint32_t count,
                 int64_t initial, size_t max_bytes) {
    *order = (struct order){.history = history, .initial = initial};
    if (!make_nodes(order, operations, count) || !chain_all(order) || !list_writes(order)) {
        return false;
    }
    order->base_edges = order->edge_count;
    size_t room = (size_t)order->count + 1, words = room * ((size_t)order->chain_count + 1);
    if (words > max_bytes / sizeof *order->clocks || !order_reset(order)) {
        return false;
    }
    order->sorted = malloc(room * sizeof *order->sorted);
    order->first_incoming = malloc((room + 1) * sizeof *order->first_incoming);
    order->waiting = malloc(room * sizeof *order->waiting);
    order->clocks = malloc(words * sizeof *order->clocks);
    return order->sorted != NULL && order->first_incoming != NULL && order->waiting != NULL && order->clocks != NULL;
}

void order_free(struct order *order) {
    free(order->nodes);
    free(order->edges);
    free(order->values);
    free(order->writes);
    free(order->key_writes);
    free(order->sorted);
    free(order->incoming);
    free(order->first_incoming);
    free(order->waiting);
    free(order->clocks);
    memset(order, 0, sizeof *order);
}
