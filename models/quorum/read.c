/* A read at its coordinator: r replicas are asked, and the newest of their answers counts. */
#include "models/quorum/quorum.h"

#include <string.h>

/* Whom to ask first: those that count, that are not suspected, that are near. */
static uint32_t rank_of(const struct node *node, const struct quorum *quorum, const struct qr_operation *operation,
                        uint32_t target) {
    uint32_t index = operation->targets[target];
    bool is_counted = (operation->counted & 1u << target) != 0;
    bool is_suspected = (quorum->suspected >> index & 1) != 0;
    bool is_near = node_region(node, index) == node_region(node, quorum->self);
    uint32_t turn = (target + (uint32_t)(operation->sequence % operation->home_count)) % operation->home_count;
    return (is_counted ? 0 : 1024u) + (is_suspected ? 512u : 0) + (is_near ? 0 : 256u) +
           (index == quorum->self ? 0 : 64u) + turn;
}

static bool ask_next(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    uint32_t best = operation->home_count, best_rank = UINT32_MAX;
    for (uint32_t i = 0; i < operation->home_count; i++) {
        uint32_t rank = rank_of(node, quorum, operation, i);
        if ((operation->asked & 1u << i) == 0 && rank < best_rank) {
            best = i;
            best_rank = rank;
        }
    }
    if (best < operation->home_count) {
        qr_send_read(node, quorum, operation, best);
    }
    return best < operation->home_count;
}

void qr_start_read(struct node *node, struct quorum *quorum, struct qr_operation *operation, enum qr_phase phase) {
    const struct qr_params *params = qr_params(node);
    operation->phase = phase;
    qr_need(node, quorum, operation, params->r);
    if (params->contact != QR_CONTACT_NEEDED) {
        uint32_t homes = params->contact == QR_CONTACT_DRAWN ? qr_draw_homes(node, operation, operation->needed)
                                                             : (1u << operation->home_count) - 1;
        for (uint32_t i = 0; i < operation->home_count; i++) {
            if ((homes & 1u << i) != 0) {
                qr_send_read(node, quorum, operation, i);
            }
        }
    } else {
        for (uint32_t i = 0; i < operation->needed; i++) {
            ask_next(node, quorum, operation);
        }
        if (params->speculate_after > 0) {
            qr_wait(node, quorum, operation, QR_TIMER_SPECULATE, params->speculate_after);
        }
    }
    if (qr_is_sloppy(node, operation)) {
        qr_ask_stand_ins(node, quorum, operation, qr_suspects(quorum, operation));
        qr_wait(node, quorum, operation, QR_TIMER_HANDOFF, params->handoff_after);
    }
}

/* Dean and Barroso, The Tail at Scale, 2013: a second replica is asked when the first is late. */
void qr_speculate(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    bool is_reading = operation->phase == QR_READING || operation->phase == QR_QUERYING;
    if (operation->is_answered || !is_reading) {
        return;
    }
    qr_suspect_missing(quorum, operation);
    if (ask_next(node, quorum, operation)) {
        qr_wait(node, quorum, operation, QR_TIMER_SPECULATE, qr_params(node)->speculate_after);
    }
}

/* Of siblings, the application shows the one with the latest stamp. */
void qr_answer_read(struct node *node, struct qr_operation *operation) {
    const struct qr_version *newest = qr_newest(operation->data);
    struct reply reply = {.status = REPLY_OK, .hint = NODE_NONE};
    if (newest != NULL) {
        reply.value = newest->value;
        reply.value_bytes = qr_value_bytes(operation->data);
    }
    operation->is_answered = true;
    node_reply(node, &operation->request, reply);
}

static void merge_answer(struct node *node, struct quorum *quorum, struct qr_operation *operation,
                         const struct qr_data *data) {
    if (data != NULL && operation->data == NULL) {
        operation->data = qr_copy(node, data);
    } else if (data != NULL) {
        quorum->siblings_dropped += qr_merge(quorum->scratch, operation->data, data);
        qr_set_data(node, operation, quorum->scratch);
    }
}

void qr_on_read_reply(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_write *reply = message->body;
    struct qr_operation *operation = qr_operation_of(quorum, &reply->name);
    if (operation == NULL || (operation->phase != QR_READING && operation->phase != QR_QUERYING)) {
        return;
    }
    uint32_t target = qr_target_of(node, operation, message->from);
    if (target == operation->target_count || (operation->answered & 1u << target) != 0) {
        return;
    }
    const struct qr_data *data = reply->name.has_data != 0 ? &reply->data : NULL;
    operation->answered |= 1u << target;
    operation->digests[target] = qr_params(node)->read_repair == QR_REPAIR_NONE ? 0 : qr_digest(data);
    merge_answer(node, quorum, operation, data);
    if (operation->is_answered) {
        if ((operation->asked & ~operation->answered) == 0) {
            qr_repair_in_background(node, quorum, operation);
            qr_end(node, quorum, operation);
        }
    } else if (qr_has_quorum(operation) && operation->phase == QR_QUERYING) {
        qr_start_write(node, quorum, operation);
    } else if (qr_has_quorum(operation)) {
        qr_read_has_quorum(node, quorum, operation);
    }
}
