/* Causal consistency, by the patterns that no causally consistent history has (Bouajjani and others 2017). */
#include "sim/check/consistency.h"

#include <inttypes.h>
#include <stdlib.h>

/* A contradiction with one level, kept in words until it is known that it counts. */
struct objection {
    bool is_raised;
    struct check_result told;
};

enum causal_answer { CAUSAL_HOLDS, CAUSAL_VIOLATED, CAUSAL_FULL };

static void raise(const struct consistency *check, struct order *order, const struct order_conflict *conflict,
                  struct objection *objection) {
    if (!objection->is_raised) {
        objection->is_raised = true;
        objection->told.at = -1;
        order_tell(order, conflict, check->options.speaker, &objection->told);
    }
}

/* What is common to all: clients' own order and reads contradict each other, or a read returned what was replaced by a
 * write that came before it. Leaves the edges of convergence behind. */
static enum causal_answer judge_common(struct consistency *check, struct order *order, struct objection *objection) {
    struct order_conflict conflict = {0};
    struct order_question question = {.process = UINT32_MAX, .only_answered = true};
    uint32_t added;
    enum order_answer answer = order_reset(order) ? order_close(order) : ORDER_FULL;
    if (answer == ORDER_OK) {
        answer = order_infer(order, &question, &added, &conflict);
    }
    for (uint32_t e = order->base_edges; e < order->edge_count && answer == ORDER_OK; e++) {
        if (order_before(order, order->edges[e].to, order->edges[e].from)) {
            order->edges[order->base_edges] = order->edges[e]; /* this one alone makes the circle */
            order->edge_count = order->base_edges + 1;
            answer = order_close(order);
        }
    }
    if (answer == ORDER_CYCLE) {
        raise(check, order, &conflict, objection);
    }
    return answer == ORDER_OK ? CAUSAL_HOLDS : answer == ORDER_FULL ? CAUSAL_FULL : CAUSAL_VIOLATED;
}

static enum causal_answer judge_convergence(struct consistency *check, struct order *order,
                                            struct objection *objection) {
    struct order_conflict none = {0};
    enum order_answer answer = order_close(order);
    if (answer == ORDER_CYCLE) {
        raise(check, order, &none, objection);
    }
    return answer == ORDER_OK ? CAUSAL_HOLDS : answer == ORDER_FULL ? CAUSAL_FULL : CAUSAL_VIOLATED;
}

/* The order of one client: what it read implies more, until nothing new follows. */
static enum causal_answer judge_client(struct consistency *check, struct order *order, uint32_t process,
                                       struct objection *objection) {
    struct order_question question = {.process = process, .only_answered = true, .one_order = true};
    struct order_conflict conflict = {0};
    uint32_t added = 1;
    order->edge_count = order->base_edges;
    while (added > 0) {
        uint64_t before = order->steps;
        enum order_answer answer = order_close(order);
        if (answer == ORDER_OK) {
            answer = order_infer(order, &question, &added, &conflict);
        }
        if (answer == ORDER_CYCLE) {
            raise(check, order, &conflict, objection);
            return CAUSAL_VIOLATED;
        }
        if (answer == ORDER_FULL || !consistency_pay(check, order, before)) {
            return CAUSAL_FULL;
        }
    }
    return CAUSAL_HOLDS;
}

/* ---- One assignment of readers to writers ------------------------------------------------------------------------
 */

struct causal {
    struct consistency *check;
    struct order *order;
    uint32_t *clients; /* those that read, ascending */
    uint32_t client_count;
    uint32_t *open; /* nodes whose source is not settled */
    uint32_t open_count;
    struct objection common, convergence, memory; /* the first of each kind */
};

static enum causal_answer judge_memory(struct causal *causal) {
    for (uint32_t c = 0; c < causal->client_count; c++) {
        enum causal_answer answer = judge_client(causal->check, causal->order, causal->clients[c], &causal->memory);
        if (answer != CAUSAL_HOLDS) {
            return answer;
        }
    }
    return CAUSAL_HOLDS;
}

/* With all sources settled, and what is common judged. */
static enum causal_answer judge_level(struct causal *causal) {
    enum consistency_model level = causal->check->level;
    enum causal_answer answer = CAUSAL_VIOLATED;
    if (level != CONSISTENCY_CAUSAL_MEMORY) {
        answer = judge_convergence(causal->check, causal->order, &causal->convergence);
    }
    if (level != CONSISTENCY_CAUSAL_CONVERGENCE && answer == CAUSAL_VIOLATED) {
        answer = judge_memory(causal);
    }
    return answer;
}

static enum causal_answer judge_sources(struct causal *causal, uint32_t settled);

/* Tries each writer of the next read that is not settled, the latest first. */
static enum causal_answer settle_next(struct causal *causal, uint32_t settled) {
    struct order *order = causal->order;
    uint32_t index = causal->open[settled], first;
    struct order_node *node = &order->nodes[index];
    uint32_t count = order_candidates(order, node, &first);
    enum causal_answer worst = CAUSAL_VIOLATED;
    bool may_be_initial = node->found == order->initial;
    for (uint32_t c = count + may_be_initial; c-- > 0 && worst == CAUSAL_VIOLATED;) {
        uint32_t source = may_be_initial ? (c == 0 ? ORDER_INITIAL : order->values[first + c - 1].node)
                                         : order->values[first + c].node;
        if (source == index) {
            continue;
        }
        node->source = source;
        worst = judge_sources(causal, settled + 1);
    }
    node->source = ORDER_OPEN;
    return worst;
}

static enum causal_answer judge_sources(struct causal *causal, uint32_t settled) {
    uint64_t before = causal->order->steps;
    enum causal_answer answer = judge_common(causal->check, causal->order, &causal->common);
    if (!consistency_pay(causal->check, causal->order, before)) {
        return CAUSAL_FULL;
    }
    if (answer != CAUSAL_HOLDS) {
        return answer;
    }
    return settled < causal->open_count ? settle_next(causal, settled) : judge_level(causal);
}

/* ---- All ----------------------------------------------------------------------------------------------------------
 */

static int compare_numbers(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* What an unanswered operation found plays no part: no client learned of it. */
static void list_readers(struct causal *causal) {
    const struct history *history = causal->check->history;
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < causal->order->count; i++) {
        struct order_node *node = &causal->order->nodes[i];
        if (node->is_loose) {
            node->reads = false;
        } else if (node->reads) {
            causal->clients[count++] = history->operations[node->operation].process;
            if (node->source == ORDER_OPEN) {
                causal->open[causal->open_count++] = i;
            }
        }
    }
    qsort(causal->clients, count, sizeof *causal->clients, compare_numbers);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || causal->clients[i] != causal->clients[i - 1]) {
            causal->clients[kept++] = causal->clients[i];
        }
    }
    causal->client_count = kept;
}

static void tell_objections(const struct causal *causal) {
    struct check_result *result = causal->check->result;
    const struct objection *told[] = {&causal->convergence, &causal->memory};
    static const char *const sentences[] = {"No one order of the writes, the last of which wins, explains it:",
                                            "No order of a client's own explains it:"};
    bool is_both = causal->convergence.is_raised && causal->memory.is_raised;
    result->verdict = VERDICT_VIOLATED;
    if (causal->open_count > 0) {
        order_say(result, "Values were written several times, and no way to tell whose were read explains it all. If "
                          "each was the latest:\n");
    }
    if (!causal->convergence.is_raised && !causal->memory.is_raised) {
        order_say(result, "What causes what contradicts itself:%s", causal->common.told.detail);
        result->at = causal->common.told.at;
    }
    for (int i = 0; i < 2; i++) {
        if (told[i]->is_raised) {
            order_say(result, "%s%s%.*s", i == 1 && is_both ? "\n" : "", sentences[i], is_both ? 900 : 1900,
                      told[i]->told.detail);
            result->at = result->at > told[i]->told.at ? result->at : told[i]->told.at;
        }
    }
}

void causal_judge(struct consistency *check, struct order *order) {
    struct causal causal = {.check = check, .order = order};
    if (consistency_finds_phantom(check, order)) {
        return;
    }
    causal.clients = malloc(((size_t)order->count + 1) * sizeof *causal.clients);
    causal.open = malloc(((size_t)order->count + 1) * sizeof *causal.open);
    enum causal_answer answer = CAUSAL_FULL;
    if (causal.clients != NULL && causal.open != NULL) {
        list_readers(&causal);
        answer = judge_sources(&causal, 0);
    }
    if (answer == CAUSAL_VIOLATED) {
        tell_objections(&causal);
    } else if (answer == CAUSAL_FULL) {
        consistency_give_up(check);
    }
    free(causal.clients);
    free(causal.open);
}
