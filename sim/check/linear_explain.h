/* Why a key is not linearizable: the smallest failing prefix, its culprit, and the operations in conflict. */
#ifndef SIM_CHECK_LINEAR_EXPLAIN_H
#define SIM_CHECK_LINEAR_EXPLAIN_H

#include "sim/check/linear.h"

/* Of `count` operations of one key, in order of invocation, known not to be linearizable, while those that completed
 * among the first `explained` completions are. Fills in witness and result (but for looked_at). False when memory is
 * exhausted. */
bool linear_explain(const struct history *history, const uint32_t *operations, uint32_t count, int64_t initial,
                    uint32_t explained, struct linear_witness *witness, struct check_result *result);

/* Sets relaxed[i] for as many of the operations as it can while the history still fails, the culprit never. A relaxed
 * operation may happen at any time after its invocation, or never: what it returned and when it completed plays no part
 * in the conflict. What is not relaxed contradicts itself. */
void linear_shrink(const struct history *history, const uint32_t *operations, uint32_t count, int64_t initial,
                   uint32_t culprit, bool *relaxed);

/* Steps that one search for an explanation may take. The whole of it is bounded by a multiple of this, and is not
 * part of the budget of the check: the verdict stands when it begins. */
uint64_t linear_explain_steps(uint32_t count);

#endif
