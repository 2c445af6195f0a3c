/* Micro-operations: what a transaction or an operation on several registers does, one after another.
 *
 *   [[:r :x nil] [:w :y 2]]   [[:append 5 1] [:r 5 [3 1]]]   [[:read :x 0] [:write :y 1]] */
#ifndef SIM_CHECK_RECORDED_MICRO_H
#define SIM_CHECK_RECORDED_MICRO_H

#include "sim/check/recorded/recorded.h"

enum micro_kind { MICRO_READ, MICRO_WRITE, MICRO_APPEND };

struct micro {
    enum micro_kind kind;
    value_id key;
    value_id value;           /* written, appended, or read (a list that was read: VALUE_NIL) */
    const struct datum *list; /* that was read, in a history of lists; NULL when nil was */
};

struct micro_list {
    struct micro *items;
    uint32_t count, capacity;
};

/* Adds what the operation does, in its order. `has_lists`: reads return lists. False with an error. */
bool micro_read(struct recorded *recorded, uint32_t operation, bool has_lists, struct micro_list *list,
                struct read_error *error);

#endif
