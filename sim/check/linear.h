/* Linearizability of a history of key-value operations, key by key (a history is linearizable if and only if its
 * projection on each key is: Herlihy and Wing, 1990, locality).
 *
 * The search is Wing and Gong's with Lowe's improvements (Testing for linearizability, 2017): linearize one
 * operation at a time in depth first, remember every (set of linearized operations, state) seen, and undo on a dead
 * end. Failed operations never happened. An `info` operation is open for ever: it may take effect at any time after its
 * invocation or never; an `info` read says nothing and is left out. All keys advance round-robin in slices of steps,
 * and the first refuted key ends the search, so that a hard key starves no easy one. Operations that touch (one
 * completes at the very nanosecond at which another is invoked) count as concurrent, since their order is not known. */
#ifndef SIM_CHECK_LINEAR_H
#define SIM_CHECK_LINEAR_H

#include "sim/check/verdict.h"
#include "sim/load/history.h"

struct linear_options {
    uint64_t max_steps; /* of all keys together; 0: 200 million */
    uint64_t max_bytes; /* of the memory of seen configurations; 0: 1 GiB */
    int64_t initial;    /* value of a key never written */
};

/* Indices into the history's operations; what a person needs to see why a key is not linearizable. */
struct linear_witness {
    uint64_t key;
    uint32_t *prefix; /* the smallest set closed under invocation time that fails: operations invoked up to the
                         completion of the culprit */
    uint32_t prefix_count;
    uint32_t *path; /* the longest linearization found, in order */
    uint32_t path_count;
    int64_t path_value; /* value of the key after it */
    uint32_t culprit;   /* the operation whose result nothing explains */
    uint32_t *conflict; /* the operations that contradict each other, those that the detail names, ascending */
    uint32_t conflict_count;
};

/* Judges the operations of kinds read, write, cas, increment and append of workload `workload` (UINT16_MAX for all).
 * `witness` may be NULL; its arrays come from malloc, and linear_witness_free frees them. The detail explains the
 * conflict in at most 12 lines: the operations around the culprit, with clients and times, and why no order of them
 * works. */
struct check_result linear_check(const struct history *history, uint16_t workload, const struct linear_options *options,
                                 struct linear_witness *witness);
void linear_witness_free(struct linear_witness *witness);

#endif
