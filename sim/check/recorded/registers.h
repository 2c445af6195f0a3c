/* Recorded operations as a history of registers, for the search of linear.h: values by their numbers, positions in
 * the place of times. */
#ifndef SIM_CHECK_RECORDED_REGISTERS_H
#define SIM_CHECK_RECORDED_REGISTERS_H

#include "sim/check/linear.h"
#include "sim/check/recorded/judge.h"

struct register_list {
    struct operation *operations;
    uint32_t *origins; /* the recorded operation of each */
    uint32_t count, capacity, origin_capacity;
    bool has_own_values; /* values of the judge's own, not numbers of the document's */
};

/* Adds a recorded operation that did not fail. A read that returned `value`, or a write, or a cas that succeeded (or
 * may have, when its outcome is not known). */
void register_list_add(struct register_list *list, const struct recorded *recorded, uint32_t index, uint32_t key,
                       enum operation_kind kind, int64_t value, int64_t expected);

/* Judges them key by key, and adds to the judgement. */
void register_list_judge(struct register_list *list, struct recorded *recorded, int64_t initial, uint64_t max_steps,
                         struct judgement *judgement);
void register_list_free(struct register_list *list);

/* Judges a history of registers by options->register_level, which is not linearizability. `origins` names the recorded
 * operation of each (NULL: the history is a run of our own, and speaks for itself). */
void judge_level(const struct history *history, const uint32_t *origins, struct recorded *recorded,
                 const struct judge_options *options, int64_t initial, struct judgement *judgement);

#endif
