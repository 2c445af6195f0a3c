/* Operations on a queue, as read from a history, and the state machine of a queue. */
#ifndef SIM_CHECK_RECORDED_QUEUE_H
#define SIM_CHECK_RECORDED_QUEUE_H

#include "sim/check/recorded/objects.h"

enum queue_kind {
    QUEUE_ENQUEUE,
    QUEUE_DEQUEUE, /* that returned `element` */
    QUEUE_EMPTY,   /* a dequeue that found nothing */
    QUEUE_UNKNOWN  /* a dequeue whose outcome is not known: it may have taken any element */
};

struct queue_operation {
    enum queue_kind kind;
    uint32_t element;            /* number of the value, from 0 */
    uint32_t recorded;           /* operation of the history */
    uint32_t invoked, completed; /* positions; POSITION_NEVER */
    uint32_t drain;              /* of the elements of one drain: its number from 1, else 0 */
};

struct queue_history {
    struct recorded *recorded;
    struct queue_operation *operations; /* by invocation; the elements of a drain in their order */
    uint32_t count, capacity;
    uint32_t *values; /* value of each element */
    uint32_t element_count;
    uint32_t unknown_count; /* dequeues that may have taken an element */
    uint32_t empty_count;   /* dequeues that found nothing */
    bool has_unknown_drain; /* which may have taken any number of elements */
    bool has_drain;
    bool is_distinct;   /* every element is put in once, and comes out once at most */
    uint32_t *taken_by; /* by element: the operation that takes it out first; UINT32_MAX */
};

bool queue_read(struct recorded *recorded, struct queue_history *queue, struct read_error *error);
void queue_free(struct queue_history *queue);

/* Whether queue_search can follow what the operations of unknown outcome may have taken. */
bool queue_can_search(const struct queue_history *queue, bool is_unordered);

/* Decides by search whether the history is linearizable, and adds to the judgement. */
void queue_search(const struct queue_history *queue, bool is_unordered, uint64_t max_steps,
                  struct judgement *judgement);

#endif
