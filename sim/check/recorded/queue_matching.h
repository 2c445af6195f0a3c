/* The dequeues that are still to come, and whether they can take what is in a queue in its order: first in, first out.
 *
 * What is in the queue comes out before all that is put in later. So the next dequeues must take just these elements,
 * one after the other, and each must be one that no other left over has to precede. Of several that return the same
 * element the one completed first is taken: whatever the others allow, it does, too. One whose outcome is not known
 * takes what no other can: it may take anything, and is not missed where it was not needed. */
#ifndef SIM_CHECK_RECORDED_QUEUE_MATCHING_H
#define SIM_CHECK_RECORDED_QUEUE_MATCHING_H

#include "sim/check/recorded/queue.h"

struct queue_matching {
    const struct queue_operation *operations;
    uint32_t count;                        /* of operations, and the place of the heads of both rings */
    uint32_t *next_begun, *previous_begun; /* dequeues still to come, in order of invocation */
    uint32_t *next_ended, *previous_ended; /* the same in order of completion */
    uint32_t *given;                       /* by dequeue: the question that gave it an element last */
    uint32_t question;
    uint32_t *unknown;                     /* positions of the invocations of those whose outcome is not known */
    uint32_t unknown_count, unknown_taken; /* the first so many have taken place */
};

/* Of operations in order of invocation, which must outlive it. */
void queue_matching_init(struct queue_matching *matching, const struct queue_operation *operations, uint32_t count);
void queue_matching_free(struct queue_matching *matching);

void queue_matching_take(struct queue_matching *matching, uint32_t dequeue);     /* it has taken place */
void queue_matching_put_back(struct queue_matching *matching, uint32_t dequeue); /* the one taken last */

/* False if no order of the dequeues that are left takes `elements` first. */
bool queue_matching_fits(struct queue_matching *matching, const uint32_t *elements, uint32_t element_count);

#endif
