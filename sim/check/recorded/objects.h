/* Independent objects of one history, each a state machine: a history is linearizable if and only if its projection on
 * each object is (Herlihy and Wing, 1990). Their searches take turns, and the first one refuted ends them all, so that
 * a hard object starves no easy one. */
#ifndef SIM_CHECK_RECORDED_OBJECTS_H
#define SIM_CHECK_RECORDED_OBJECTS_H

#include "sim/check/machine.h"
#include "sim/check/recorded/judge.h"

struct object {
    struct machine machine;
    struct machine_operation *operations;
    uint32_t *origins; /* recorded operations */
    uint32_t count, capacity, origin_capacity;
};

/* Adds a recorded operation that did not fail, in the order of invocations. `class` matters only if its outcome is not
 * known. */
void object_add(struct object *object, const struct recorded *recorded, uint32_t index, uint32_t class,
                bool is_read_only);
void object_free(struct object *object); /* but for the machine's state */

/* `max_steps` of all together; 0: 200 million. Adds to the judgement. */
void objects_judge(struct object *objects, uint32_t count, struct recorded *recorded, uint64_t max_steps,
                   struct judgement *judgement);

#endif
