/* Requests that wait at a leader: for their entry to be applied, or for a round of heartbeats. */
#include "models/raft/raft.h"

#include <string.h>

struct rf_waiter *rf_queue_front(struct rf_queue *queue) {
    return queue->count > 0 ? &queue->waiters[queue->head] : NULL;
}

const struct rf_waiter *rf_queue_back(const struct rf_queue *queue) {
    return queue->count > 0 ? &queue->waiters[queue->head + queue->count - 1] : NULL;
}

void rf_queue_pop(struct rf_queue *queue) {
    queue->head++;
    queue->count--;
    if (queue->count == 0) {
        queue->head = 0;
    }
}

static void make_room(struct node *node, struct rf_queue *queue) {
    if (queue->head + queue->count < queue->capacity) {
        return;
    }
    if (queue->head > queue->capacity / 2) {
        memmove(queue->waiters, queue->waiters + queue->head, queue->count * sizeof *queue->waiters);
        queue->head = 0;
        return;
    }
    queue->capacity = queue->capacity ? 2 * queue->capacity : 16;
    queue->waiters = node_resize(node, queue->waiters, queue->capacity * sizeof *queue->waiters);
}

void rf_queue_insert(struct node *node, struct rf_queue *queue, struct rf_waiter waiter) {
    make_room(node, queue);
    uint32_t at = queue->head + queue->count;
    for (; at > queue->head && queue->waiters[at - 1].index > waiter.index; at--) {
        queue->waiters[at] = queue->waiters[at - 1];
    }
    queue->waiters[at] = waiter;
    queue->count++;
}
