#include "sim/engine/queue.h"

enum { FIRST = 3 }; /* so that the four children of an entry begin at a multiple of 64 bytes */

/* Time and order as one number (times are not negative): two entries are compared without a jump, which a processor
 * would guess wrong every other time. */
static inline unsigned __int128 rank(const struct queue_entry *entry) {
    return (unsigned __int128)(uint64_t)entry->time << 64 | entry->order;
}

static inline bool is_before(const struct queue_entry *a, const struct queue_entry *b) {
    return rank(a) < rank(b);
}

void queue_init(struct queue *queue, struct arena *arena) {
    *queue = (struct queue){.arena = arena};
}

static inline uint32_t earliest_child(const struct queue_entry *entries, uint32_t first, uint32_t end) {
    if (first + 4 <= end) {
        uint32_t left = first + is_before(&entries[first + 1], &entries[first]);
        uint32_t right = first + 2 + is_before(&entries[first + 3], &entries[first + 2]);
        return is_before(&entries[right], &entries[left]) ? right : left;
    }
    uint32_t best = first;
    for (uint32_t child = first + 1; child < end; child++) {
        best = is_before(&entries[child], &entries[best]) ? child : best;
    }
    return best;
}

/* Puts an entry in at the free root, and moves earlier ones up until it stands right. */
static void sink(struct queue *queue, struct queue_entry entry) {
    struct queue_entry *entries = queue->entries;
    uint32_t end = queue->count + FIRST, at = FIRST;
    for (uint32_t child = 4 * at - 8; child < end; child = 4 * at - 8) {
        uint32_t best = earliest_child(entries, child, end);
        if (!is_before(&entries[best], &entry)) {
            break;
        }
        entries[at] = entries[best];
        at = best;
    }
    entries[at] = entry;
}

static void close_gap(struct queue *queue) {
    if (queue->has_gap) {
        queue->has_gap = false;
        if (queue->count > 0) {
            sink(queue, queue->entries[queue->count + FIRST]);
        }
    }
}

void queue_push(struct queue *queue, sim_time time, uint64_t sequence, uint32_t slot) {
    struct queue_entry entry = {time, sequence << QUEUE_SLOT_BITS | slot};
    if (queue->has_gap) {
        queue->has_gap = false;
        queue->count++;
        sink(queue, entry);
        return;
    }
    if (queue->count + FIRST >= queue->capacity) {
        queue->entries = arena_array_reserve(queue->arena, queue->entries, queue->count + FIRST, &queue->capacity,
                                             sizeof *queue->entries);
    }
    struct queue_entry *entries = queue->entries;
    uint32_t at = queue->count++ + FIRST;
    while (at > FIRST) {
        uint32_t parent = at / 4 + 2;
        if (!is_before(&entry, &entries[parent])) {
            break;
        }
        entries[at] = entries[parent];
        at = parent;
    }
    entries[at] = entry;
}

bool queue_pop(struct queue *queue, struct queue_entry *entry) {
    close_gap(queue);
    if (queue->count == 0) {
        return false;
    }
    *entry = queue->entries[FIRST];
    queue->count--;
    queue->has_gap = true;
    return true;
}

const struct queue_entry *queue_peek(struct queue *queue) {
    close_gap(queue);
    return queue->count == 0 ? NULL : &queue->entries[FIRST];
}

const struct queue_entry *queue_entry_at(const struct queue *queue, uint32_t index) {
    return &queue->entries[index + FIRST + queue->has_gap];
}
