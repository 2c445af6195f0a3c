/* What a read does about replicas that are behind: nothing; repair them when all have answered; repair those that were
 * asked before it answers (Cassandra); or make sure that w replicas have what it returns (ABD, phase 2). */
#include "models/quorum/quorum.h"

/* Bits of the targets whose answers are all that the answers say together. */
static uint32_t up_to_date(const struct qr_operation *operation) {
    uint64_t digest = qr_digest(operation->data);
    uint32_t bits = 0;
    for (uint32_t i = 0; i < operation->target_count; i++) {
        bits |= (operation->answered & 1u << i) != 0 && operation->digests[i] == digest ? 1u << i : 0;
    }
    return bits;
}

static uint32_t homes_of(const struct qr_operation *operation) {
    return (1u << operation->home_count) - 1;
}

void qr_repair_in_background(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    uint32_t stale = operation->answered & homes_of(operation) & ~up_to_date(operation);
    if (operation->data != NULL && stale != 0) {
        qr_send_data(node, quorum, operation, QR_REPAIR, stale, 0);
    }
}

static void repair_first(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t targets) {
    uint32_t fresh = up_to_date(operation);
    operation->phase = QR_REPAIRING;
    operation->answered = fresh;
    qr_send_data(node, quorum, operation, QR_REPAIR, targets & ~fresh, 0);
}

static void answer_and_end(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    qr_answer_read(node, operation);
    qr_end(node, quorum, operation);
}

/* Q05: a read returns what it found, without the second phase. */
void qr_read_has_quorum(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    enum qr_read_repair repair =
        qr_has_bug(node, QR_BUG_Q05) ? QR_REPAIR_NONE : (enum qr_read_repair)qr_params(node)->read_repair;
    if (repair == QR_REPAIR_BACKGROUND) {
        qr_answer_read(node, operation);
        if ((operation->asked & ~operation->answered) == 0) {
            qr_repair_in_background(node, quorum, operation);
            qr_end(node, quorum, operation);
        }
        return;
    }
    if (repair == QR_REPAIR_WRITE_BACK) {
        qr_need(node, quorum, operation, qr_params(node)->w);
    }
    uint32_t fresh = (uint32_t)__builtin_popcount(up_to_date(operation) & operation->counted);
    if (repair == QR_REPAIR_NONE || operation->data == NULL || fresh >= operation->needed) {
        answer_and_end(node, quorum, operation);
    } else if (repair == QR_REPAIR_BLOCKING) {
        repair_first(node, quorum, operation, operation->answered);
    } else {
        repair_first(node, quorum, operation, homes_of(operation) | operation->answered);
    }
}

void qr_on_repair_ack(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct qr_ack *ack = message->body;
    struct qr_operation *operation = qr_operation_of(quorum, &ack->name);
    if (operation == NULL || operation->phase != QR_REPAIRING) {
        return;
    }
    uint32_t target = qr_target_of(node, operation, message->from);
    operation->answered |= target < operation->target_count ? 1u << target : 0;
    if (qr_has_quorum(operation)) {
        answer_and_end(node, quorum, operation);
    }
}
