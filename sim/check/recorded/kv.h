/* Operations on strings by key. */
#ifndef SIM_CHECK_RECORDED_KV_H
#define SIM_CHECK_RECORDED_KV_H

#include "sim/check/recorded/registers.h"

enum kv_kind { KV_GET, KV_PUT, KV_APPEND };

struct kv_operation {
    enum kv_kind kind;
    value_id value;
    const char *text; /* of the value */
    uint32_t length;
    uint32_t recorded;
    bool is_pending; /* its outcome is not known */
};

/* Adds the operations of a key to the list as operations on a register, if what its gets returned tells which appends
 * made it, in which order. False, and nothing added, if that is open: when values repeat, or one append begins with
 * another, or a string can have come about in two ways. */
bool kv_resolve(const struct kv_operation *operations, uint32_t count, uint32_t key, value_id initial,
                const struct recorded *recorded, struct register_list *list);

#endif
