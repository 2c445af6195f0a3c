/* The coordinator of an operation: whom it asks, how many answers it needs, and when it gives up (Dynamo 4.5).
 *
 * A key's home replicas are the first n nodes from its place on the ring. With a sloppy quorum, nodes further on stand
 * in for those that do not answer (Dynamo 4.6). */
#include "models/quorum/quorum.h"

#include <string.h>

/* Q02: stand-ins count to a write's quorum, though nobody reads from them. */
bool qr_is_sloppy(const struct node *node, const struct qr_operation *operation) {
    return qr_params(node)->handoff == QR_HANDOFF_SLOPPY ||
           (qr_has_bug(node, QR_BUG_Q02) && operation->phase == QR_WRITING);
}

static bool is_local(const struct node *node, const struct quorum *quorum, uint32_t index) {
    return node_region(node, index) == node_region(node, quorum->self);
}

/* A quorum of the coordinator's region, if the key has replicas there (Cassandra's LOCAL_QUORUM); else of all. */
static uint32_t counted_homes(const struct node *node, const struct quorum *quorum,
                              const struct qr_operation *operation) {
    uint32_t all = (1u << operation->home_count) - 1, local = 0;
    for (uint32_t i = 0; i < operation->home_count; i++) {
        local |= is_local(node, quorum, operation->targets[i]) ? 1u << i : 0;
    }
    return qr_params(node)->scope == QR_SCOPE_LOCAL && local != 0 ? local : all;
}

/* Q01: one answer is enough, whatever was promised. */
void qr_need(struct node *node, struct quorum *quorum, struct qr_operation *operation, int64_t quorum_size) {
    uint32_t homes = (uint32_t)__builtin_popcount(counted_homes(node, quorum, operation));
    uint32_t size = qr_has_bug(node, QR_BUG_Q01) ? 1 : (uint32_t)quorum_size;
    operation->needed = size < homes ? size : homes;
}

static void find_targets(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    const struct qr_params *params = qr_params(node);
    uint32_t n = (uint32_t)params->n;
    bool needs_stand_ins = params->handoff == QR_HANDOFF_SLOPPY || qr_has_bug(node, QR_BUG_Q02);
    operation->listed = qr_ring_walk(&quorum->ring, (enum qr_placement)params->placement, operation->request.key, n,
                                     operation->targets, needs_stand_ins ? 2 * n : n);
    operation->home_count = operation->target_count = n;
    operation->counted = counted_homes(node, quorum, operation);
}

static bool is_home(const struct quorum *quorum, const struct qr_operation *operation) {
    for (uint32_t i = 0; i < operation->home_count; i++) {
        if (operation->targets[i] == quorum->self) {
            return true;
        }
    }
    return false;
}

void qr_on_request(struct node *node, struct quorum *quorum, const struct request *request) {
    const struct qr_params *params = qr_params(node);
    struct qr_operation *operation = qr_begin(node, quorum, request);
    if (operation == NULL) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL});
        return;
    }
    find_targets(node, quorum, operation);
    bool writes = request->kind == OP_WRITE;
    /* A dot is given by a node that stores the key: it knows what it gave before (version.c). */
    if (writes && params->versions == QR_SIBLINGS && !is_home(quorum, operation)) {
        uint32_t home = operation->targets[request->sequence % operation->home_count];
        qr_end(node, quorum, operation);
        node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = node_peer(node, home)});
        return;
    }
    qr_wait(node, quorum, operation, QR_TIMER_TIMEOUT, params->timeout);
    if (!writes) {
        qr_start_read(node, quorum, operation, QR_READING);
    } else if (params->versions == QR_SIBLINGS || params->timestamps == QR_STAMP_QUERY) {
        qr_start_read(node, quorum, operation, QR_QUERYING);
    } else {
        qr_start_write(node, quorum, operation);
    }
}

/* ---- Sending ---- */

uint32_t qr_draw_homes(struct node *node, const struct qr_operation *operation, uint32_t count) {
    uint32_t bits = 0;
    for (uint32_t left = operation->home_count, i = 0; i < operation->home_count && count > 0; i++, left--) {
        if (node_draw(node, QR_STREAM_REPLICAS, 1, left) <= count) {
            bits |= 1u << i;
            count--;
        }
    }
    return bits;
}

void qr_send_read(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t target) {
    struct qr_read read = {.name = qr_name_of(quorum, operation), .key = operation->request.key};
    operation->asked |= 1u << target;
    node_send(node, node_peer(node, operation->targets[target]),
              (struct outgoing){QR_READ, QR_HEADER_BYTES + QR_NUMBER_BYTES, &read, sizeof read});
}

void qr_send_data(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t type,
                  uint32_t targets, disk_ticket ticket) {
    struct qr_write *write = quorum->outbox;
    size_t bytes = qr_data_bytes(operation->data);
    write->name = qr_name_of(quorum, operation);
    memcpy(&write->data, operation->data, bytes);
    struct outgoing message = {type, QR_HEADER_BYTES + qr_wire_bytes(operation->data), write,
                               offsetof(struct qr_write, data) + bytes};
    operation->asked |= targets;
    for (uint32_t i = 0; i < operation->target_count; i++) {
        if ((targets & 1u << i) != 0) {
            write->name.home = i < operation->home_count ? QR_NO_HOME : operation->stands_for[i];
            node_send_after(node, ticket, node_peer(node, operation->targets[i]), message);
        }
    }
}

/* ---- Sloppy quorums ---- */

/* Its place among the targets; target_count: there is none. */
static uint32_t stand_in_of(const struct qr_operation *operation, uint32_t home) {
    uint32_t place = operation->home_count;
    while (place < operation->target_count && operation->stands_for[place] != home) {
        place++;
    }
    return place;
}

uint32_t qr_missing(const struct qr_operation *operation) {
    return operation->asked & ~operation->answered & ((1u << operation->home_count) - 1);
}

uint32_t qr_suspects(const struct quorum *quorum, const struct qr_operation *operation) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < operation->home_count; i++) {
        bits |= (quorum->suspected >> operation->targets[i] & 1) != 0 ? 1u << i : 0;
    }
    return bits;
}

void qr_suspect_missing(struct quorum *quorum, const struct qr_operation *operation) {
    for (uint32_t i = 0; i < operation->home_count; i++) {
        quorum->suspected |= (qr_missing(operation) >> i & 1) != 0 ? UINT64_C(1) << operation->targets[i] : 0;
    }
}

/* The answer of a stand-in counts for the home replica that it stands for. */
bool qr_is_everywhere(const struct qr_operation *operation) {
    uint32_t missing = qr_missing(operation);
    for (uint32_t i = 0; i < operation->home_count; i++) {
        uint32_t place = stand_in_of(operation, operation->targets[i]);
        bool is_kept = place < operation->target_count && (operation->answered >> place & 1) != 0;
        missing &= is_kept ? ~(1u << i) : UINT32_MAX;
    }
    return missing == 0;
}

/* A write goes to n nodes, even when w of them have it. */
void qr_ask_stand_ins(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t homes) {
    bool is_done = operation->is_answered && operation->phase != QR_WRITING;
    if (is_done || operation->phase == QR_REPAIRING || !qr_is_sloppy(node, operation)) {
        return;
    }
    for (uint32_t i = 0; i < operation->home_count && operation->target_count < operation->listed; i++) {
        uint32_t home = operation->targets[i], place = operation->target_count;
        if ((homes & 1u << i) == 0 || stand_in_of(operation, home) < operation->target_count) {
            continue;
        }
        operation->stands_for[place] = (uint16_t)home;
        operation->counted |= (operation->counted & 1u << i) != 0 ? 1u << place : 0;
        operation->target_count++;
        if (operation->phase == QR_WRITING) {
            qr_send_data(node, quorum, operation, QR_WRITE, 1u << place, 0);
        } else {
            qr_send_read(node, quorum, operation, place);
        }
    }
}

/* ---- The end of patience ---- */

/* What has been written anywhere may still be read: the outcome of a write is unknown. */
static void give_up(struct node *node, struct qr_operation *operation) {
    bool may_be_done = operation->request.kind == OP_WRITE && operation->phase == QR_WRITING;
    enum reply_status status = may_be_done ? REPLY_UNKNOWN : REPLY_FAIL;
    node_reply(node, &operation->request, (struct reply){.status = status, .hint = NODE_NONE});
    operation->is_answered = true;
}

static void keep_hints(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    for (uint32_t i = 0; i < operation->home_count; i++) {
        disk_ticket ticket;
        if ((qr_missing(operation) >> i & 1) != 0 && operation->targets[i] != quorum->self) {
            qr_keep_hint(node, quorum, operation->targets[i], operation->data, &ticket);
        }
    }
}

void qr_timeout(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    const struct qr_params *params = qr_params(node);
    if (!operation->is_answered) {
        give_up(node, operation);
    }
    qr_suspect_missing(quorum, operation);
    if (operation->phase == QR_WRITING && params->handoff == QR_HANDOFF_HINTS) {
        keep_hints(node, quorum, operation);
    } else if (operation->phase == QR_READING && params->read_repair == QR_REPAIR_BACKGROUND) {
        qr_repair_in_background(node, quorum, operation);
    }
    qr_end(node, quorum, operation);
}
