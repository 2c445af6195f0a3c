/* Sequential consistency: what must come before what, until nothing new follows; then a search for an order. */
#include "sim/check/consistency.h"

#include <inttypes.h>

/* True if the order stands, and nothing more follows from it. */
static bool derive(struct consistency *check, struct order *order) {
    struct order_question question = {.process = UINT32_MAX, .one_order = true};
    struct order_conflict conflict = {0};
    for (uint32_t added = 1; added > 0;) {
        uint64_t before = order->steps;
        enum order_answer answer = order_close(order);
        if (answer == ORDER_OK) {
            answer = order_infer(order, &question, &added, &conflict);
        }
        if (answer == ORDER_CYCLE) {
            check->result->verdict = VERDICT_VIOLATED;
            order_say(check->result, "No order of the operations that keeps each client's own explains the results:");
            order_tell(order, &conflict, check->options.speaker, check->result);
            return false;
        }
        if (answer == ORDER_FULL || !consistency_pay(check, order, before)) {
            consistency_give_up(check);
            return false;
        }
    }
    return true;
}

void sequential_judge(struct consistency *check, struct order *order) {
    uint32_t stuck = 0;
    if (consistency_finds_phantom(check, order) || !derive(check, order)) {
        return;
    }
    switch (sequential_search(order, &check->steps_left, check->options.max_bytes, &stuck)) {
    case SEQUENTIAL_FOUND:
        break;
    case SEQUENTIAL_FULL:
        consistency_give_up(check);
        break;
    case SEQUENTIAL_REFUTED: {
        char text[200];
        const struct order_node *node = &order->nodes[stuck];
        check->options.speaker->describe(check->options.speaker->context, node->operation, text, sizeof text);
        check->result->verdict = VERDICT_VIOLATED;
        check->result->at = check->history->operations[node->operation].completed;
        order_say(check->result,
                  "No order of the operations that keeps each client's own explains the results. None gets past\n  %s",
                  text);
        break;
    }
    }
}
