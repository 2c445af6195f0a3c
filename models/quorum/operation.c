/* Operations under way at their coordinator: slots, answers counted, and what happens when time runs out. */
#include "models/quorum/quorum.h"

#include <string.h>

static uint32_t slot_of(const struct quorum *quorum, const struct qr_operation *operation) {
    return (uint32_t)(operation - quorum->operations);
}

struct qr_operation *qr_begin(struct node *node, struct quorum *quorum, const struct request *request) {
    uint32_t slot;
    if (quorum->free_count > 0) {
        slot = quorum->free_slots[--quorum->free_count];
    } else if (quorum->operation_count == QR_MOST_OPERATIONS) {
        return NULL;
    } else {
        if (quorum->operation_count == quorum->operation_capacity) {
            uint32_t capacity = quorum->operation_capacity == 0 ? 16 : 2 * quorum->operation_capacity;
            quorum->operations = node_resize(node, quorum->operations, capacity * sizeof *quorum->operations);
            quorum->free_slots = node_resize(node, quorum->free_slots, capacity * sizeof *quorum->free_slots);
            quorum->operation_capacity = capacity;
        }
        slot = quorum->operation_count++;
    }
    struct qr_operation *operation = &quorum->operations[slot];
    operation->phase = QR_READING;
    operation->sequence = quorum->next_sequence++;
    operation->request = *request;
    operation->is_answered = false;
    operation->home_count = operation->target_count = operation->listed = 0;
    operation->counted = operation->asked = operation->answered = operation->needed = 0;
    operation->data = NULL;
    return operation;
}

struct qr_operation *qr_operation_of(struct quorum *quorum, const struct qr_name *name) {
    if (name->slot >= quorum->operation_count) {
        return NULL;
    }
    struct qr_operation *operation = &quorum->operations[name->slot];
    return operation->phase != QR_FREE && operation->sequence == name->sequence ? operation : NULL;
}

struct qr_name qr_name_of(const struct quorum *quorum, const struct qr_operation *operation) {
    return (struct qr_name){.sequence = operation->sequence, .slot = slot_of(quorum, operation), .home = QR_NO_HOME};
}

void qr_set_data(struct node *node, struct qr_operation *operation, const struct qr_data *data) {
    node_free(node, operation->data);
    operation->data = qr_copy(node, data);
}

uint32_t qr_target_of(const struct node *node, const struct qr_operation *operation, node_id from) {
    size_t index = node_peer_index(node, from);
    for (uint32_t i = 0; i < operation->target_count; i++) {
        if (operation->targets[i] == index) {
            return i;
        }
    }
    return operation->target_count;
}

bool qr_has_quorum(const struct qr_operation *operation) {
    return (uint32_t)__builtin_popcount(operation->answered & operation->counted) >= operation->needed;
}

/* ---- Lines of operations that wait ---- */

static struct qr_due *front_of(const struct qr_line *line) {
    return line->count == 0 ? NULL : &line->dues[line->head];
}

static void pop(struct qr_line *line) {
    line->head = (line->head + 1) & (line->capacity - 1);
    line->count--;
}

static bool is_over(struct quorum *quorum, const struct qr_due *due) {
    return qr_operation_of(quorum, &(struct qr_name){.sequence = due->sequence, .slot = due->slot}) == NULL;
}

static void make_room(struct node *node, struct qr_line *line) {
    if (line->count < line->capacity) {
        return;
    }
    uint32_t capacity = line->capacity == 0 ? 16 : 2 * line->capacity;
    struct qr_due *dues = node_alloc(node, capacity * sizeof *dues);
    for (uint32_t i = 0; i < line->count; i++) {
        dues[i] = line->dues[(line->head + i) & (line->capacity - 1)];
    }
    node_free(node, line->dues);
    line->dues = dues;
    line->capacity = capacity;
    line->head = 0;
}

void qr_wait(struct node *node, struct quorum *quorum, const struct qr_operation *operation, uint32_t timer,
             sim_time delay) {
    struct qr_line *line = &quorum->lines[timer];
    make_room(node, line);
    line->dues[(line->head + line->count++) & (line->capacity - 1)] =
        (struct qr_due){operation->sequence, node_monotonic(node) + delay, slot_of(quorum, operation)};
    if (!node_is_armed(node, timer)) {
        node_arm(node, timer, delay);
    }
}

void qr_line_timer(struct node *node, struct quorum *quorum, uint32_t timer) {
    struct qr_line *line = &quorum->lines[timer];
    sim_time now = node_monotonic(node);
    struct qr_due *due;
    while ((due = front_of(line)) != NULL && (due->due <= now || is_over(quorum, due))) {
        struct qr_name name = {.sequence = due->sequence, .slot = due->slot};
        pop(line);
        struct qr_operation *operation = qr_operation_of(quorum, &name);
        if (operation == NULL) {
            continue;
        }
        if (timer == QR_TIMER_TIMEOUT) {
            qr_timeout(node, quorum, operation);
        } else if (timer == QR_TIMER_HANDOFF) {
            qr_suspect_missing(quorum, operation);
            qr_ask_stand_ins(node, quorum, operation, qr_missing(operation));
        } else {
            qr_speculate(node, quorum, operation);
        }
    }
    if (due != NULL) {
        node_arm(node, timer, due->due - now);
    }
}

void qr_end(struct node *node, struct quorum *quorum, struct qr_operation *operation) {
    node_free(node, operation->data);
    operation->data = NULL;
    operation->phase = QR_FREE;
    quorum->free_slots[quorum->free_count++] = slot_of(quorum, operation);
    for (uint32_t timer = 0; timer < QR_LINE_COUNT; timer++) {
        struct qr_due *due;
        while ((due = front_of(&quorum->lines[timer])) != NULL && is_over(quorum, due)) {
            pop(&quorum->lines[timer]);
        }
    }
}
