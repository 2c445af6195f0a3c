/* A write at its coordinator: to all home replicas, done when w of them have it on disk. */
#include "models/quorum/quorum.h"

#include <string.h>

/* Q04: whatever orders writes otherwise, the coordinator's wall clock does. */
static int64_t stamp_of(const struct node *node, const struct qr_operation *operation) {
    const struct qr_version *newest = qr_newest(operation->data);
    if (qr_has_bug(node, QR_BUG_Q04)) {
        return node_wall(node);
    }
    switch ((enum qr_timestamps)qr_params(node)->timestamps) {
    case QR_STAMP_COORDINATOR:
        return node_wall(node);
    case QR_STAMP_QUERY: /* ABD: one more than any of a quorum has seen */
        return newest == NULL ? 1 : newest->stamp + 1;
    default:
        return operation->request.clock;
    }
}

/* What the write replaces is what it had read: an application reads, merges, and puts. */
static disk_ticket store_sibling(struct node *node, struct quorum *quorum, struct qr_operation *operation,
                                 struct qr_version version) {
    const struct qr_cell *cell = node_table_find(&quorum->table, operation->request.key);
    struct qr_data *made = node_alloc(node, QR_DATA_BYTES);
    qr_supersede(made, cell != NULL ? cell->data : NULL, operation->data, quorum->self, quorum->nodes, version);
    made->key = operation->request.key;
    qr_set_data(node, operation, made);
    node_free(node, made);
    return qr_store(node, quorum, operation->data);
}

void qr_start_write(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    const struct qr_params *params = qr_params(node);
    const struct request *request = &operation->request;
    struct qr_version version = {.stamp = stamp_of(node, operation),
                                 .writer = request->session << 32 | (uint32_t)request->sequence,
                                 .value = request->value,
                                 .value_bytes = request->value_bytes};
    disk_ticket ticket = 0;
    operation->phase = QR_WRITING;
    operation->asked = operation->answered = 0;
    operation->target_count = operation->home_count;
    qr_need(node, quorum, operation, params->w);
    if (params->versions == QR_SIBLINGS) {
        ticket = store_sibling(node, quorum, operation, version);
    } else {
        struct qr_data *made = quorum->scratch;
        *made = (struct qr_data){.key = request->key, .count = 1};
        made->versions[0] = version;
        qr_set_data(node, operation, made);
    }
    uint32_t homes = params->contact == QR_CONTACT_DRAWN ? qr_draw_homes(node, operation, operation->needed)
                                                         : (1u << operation->home_count) - 1;
    qr_send_data(node, quorum, operation, QR_WRITE, homes, ticket);
    if (qr_is_sloppy(node, operation)) {
        qr_ask_stand_ins(node, quorum, operation, qr_suspects(quorum, operation));
        qr_wait(node, quorum, operation, QR_TIMER_HANDOFF, params->handoff_after);
    }
}

/* The coordinator goes on listening for those that it would have to keep hints for. */
void qr_on_write_ack(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_ack *ack = message->body;
    struct qr_operation *operation = qr_operation_of(quorum, &ack->name);
    if (operation == NULL || operation->phase != QR_WRITING) {
        return;
    }
    uint32_t target = qr_target_of(node, operation, message->from);
    if (target == operation->target_count) {
        return;
    }
    operation->answered |= 1u << target;
    if (!operation->is_answered && qr_has_quorum(operation)) {
        operation->is_answered = true;
        node_reply(node, &operation->request, (struct reply){.status = REPLY_OK});
    }
    if (operation->is_answered && (qr_is_everywhere(operation) || qr_params(node)->handoff == QR_HANDOFF_NONE)) {
        qr_end(node, quorum, operation);
    }
}
