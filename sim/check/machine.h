/* Linearizability of operations on any state machine: queues, strings that are appended to, registers that are written
 * together, and whatever else can be applied and taken back.
 *
 * The search is Wing and Gong's with Lowe's improvements (Testing for linearizability, 2017): operations are applied
 * one at a time, depth first; every configuration (which operations were applied, and to which state that led) is
 * remembered; a dead end is undone. Sets of operations and states are known by digests of 128 bits: two that differ
 * pass for the same with a chance of 2^-128. Registers with single writes, compare-and-set and the like have a faster
 * search of their own (linear.h). */
#ifndef SIM_CHECK_MACHINE_H
#define SIM_CHECK_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t a, b;
};

/* What the operations do. They are numbered from 0 in the order of their invocations. */
struct machine {
    void *state;
    /* Applies the operation if its result is what the state gives; else leaves the state alone. A pending operation has
     * no result to match. */
    bool (*apply)(void *state, uint32_t operation);
    void (*undo)(void *state, uint32_t operation); /* takes back the operation applied last */
    struct digest (*digest)(const void *state);
    /* NULL, or: false when the operation, not applied yet, can never be from this state on. */
    bool (*can_come)(const void *state, uint32_t operation);
};

#define MACHINE_NEVER UINT32_MAX

struct machine_operation {
    uint32_t invoked, completed; /* positions, no two alike; MACHINE_NEVER: it is pending, and may happen or not */
    uint32_t class;              /* pending operations that do the same are of the same class */
    bool is_read_only;           /* it never changes the state, whatever the state is */
};

enum machine_answer { MACHINE_RUNNING, MACHINE_FOUND, MACHINE_REFUTED, MACHINE_FULL };

struct machine_search;

/* Both arrays must outlive the search. `operations` are in the order of their invocations. */
struct machine_search *machine_search_new(struct machine machine, const struct machine_operation *operations,
                                          uint32_t count);

/* Goes on for about `max_steps` more, while the configurations take no more than `max_bytes`. */
enum machine_answer machine_search_advance(struct machine_search *search, uint64_t max_steps, size_t max_bytes);

uint64_t machine_search_steps(const struct machine_search *search); /* so far */
size_t machine_search_bytes(const struct machine_search *search);   /* of the configurations */

/* The longest order found: `order` has room for all operations. Returns how many. `*stuck` is the operation whose
 * completion no order gets past. */
uint32_t machine_search_longest(const struct machine_search *search, uint32_t *order, uint32_t *stuck);

void machine_search_free(struct machine_search *search);

#endif
