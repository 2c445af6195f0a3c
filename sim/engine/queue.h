/* The event queue: entries ordered by (time, sequence), and by nothing else.
 *
 * An entry has 16 bytes: time 64 bits, then sequence 40 and slot 24 in one word, so that comparing two entries is
 * comparing two pairs of words. The slot names what happens; the queue does not look at it. A 4-ary heap: four
 * children share a cache line. What is popped leaves a gap at the root, because most events schedule another: a push
 * fills the gap, and only if none comes does the last entry.
 *
 * Ties: entries of equal time leave in the order of their sequences, which is the order in which they were drawn. With
 * a salt other than 0, sequences are scrambled by a bijection of their 40 bits, so that ties leave in another order,
 * the same for the same salt. */
#ifndef SIM_ENGINE_QUEUE_H
#define SIM_ENGINE_QUEUE_H

#include "sim/base/arena.h"
#include "sim/spacelike.h"

#include <stdbool.h>

enum { QUEUE_SLOT_BITS = 24, QUEUE_SEQUENCE_BITS = 40 };

struct queue_entry {
    sim_time time;
    uint64_t order; /* sequence << QUEUE_SLOT_BITS | slot */
};

struct queue {
    struct queue_entry *entries; /* a heap from entries[3] on: the children of i are 4i-8 .. 4i-5 */
    uint32_t count, capacity;
    bool has_gap; /* entries[3] is free, and the `count` entries begin behind it */
    struct arena *arena;
};

void queue_init(struct queue *queue, struct arena *arena);
void queue_push(struct queue *queue, sim_time time, uint64_t sequence, uint32_t slot);

/* Takes the first entry; false when there is none. */
bool queue_pop(struct queue *queue, struct queue_entry *entry);

/* The first entry, left where it is; NULL when there is none. Valid until the next push or pop. */
const struct queue_entry *queue_peek(struct queue *queue);

/* Entry `index` of queue.count, in no order. */
const struct queue_entry *queue_entry_at(const struct queue *queue, uint32_t index);

static inline uint32_t queue_entry_slot(const struct queue_entry *entry) {
    return (uint32_t)(entry->order & ((1u << QUEUE_SLOT_BITS) - 1));
}
static inline uint64_t queue_entry_sequence(const struct queue_entry *entry) {
    return entry->order >> QUEUE_SLOT_BITS;
}

#endif
