/* Names, the digest of lists, and appending to a history. */
#include "sim/load/history.h"

#include "sim/base/hash.h"

const char *operation_name(enum operation_kind kind) {
    static const char *const names[OP_KIND_COUNT] = {"read", "write", "cas", "increment", "append", "request"};
    return kind < OP_KIND_COUNT ? names[kind] : "unknown";
}

const char *outcome_name(enum outcome outcome) {
    static const char *const names[] = {"ok", "fail", "info"};
    return outcome <= OUTCOME_INFO ? names[outcome] : "unknown";
}

/* The value is mixed before it meets the list's digest: small values differ in few bits, and without the mixing two
 * lists whose digests differ in just those bits would collide. */
static uint64_t append_salt(int64_t value) {
    return hash_mix((uint64_t)value + UINT64_C(0x9e3779b97f4a7c15));
}

int64_t operation_append(int64_t list, int64_t value) {
    return (int64_t)(hash_mix((uint64_t)list ^ append_salt(value)));
}

struct operation_effect operation_apply(enum operation_kind kind, int64_t before, int64_t value, int64_t expected) {
    struct operation_effect effect = {.after = before};
    switch (kind) {
    case OP_READ:
        effect.result = before;
        return effect;
    case OP_WRITE:
        effect.after = effect.result = value;
        break;
    case OP_CAS:
        if (before != expected) {
            return effect;
        }
        effect.after = value;
        effect.result = 1;
        break;
    case OP_INCREMENT:
        effect.after = effect.result = (int64_t)((uint64_t)before + (uint64_t)value);
        break;
    case OP_APPEND:
        effect.after = effect.result = operation_append(before, value);
        break;
    case OP_REQUEST:
    case OP_KIND_COUNT:
        return effect;
    }
    effect.writes = true;
    return effect;
}

int64_t stored_apply(struct node *node, struct node_table *store, const struct request *operation) {
    struct stored_value *stored = node_table_find(store, operation->key);
    struct operation_effect effect =
        operation_apply(operation->kind, stored != NULL ? stored->value : 0, operation->value, operation->expected);
    if (effect.writes) {
        stored = node_table_add(node, store, operation->key, sizeof *stored);
        stored->value = effect.after;
        stored->value_bytes = operation->value_bytes;
    }
    return effect.result;
}

/* The inverse of hash_mix: an xor with one's own upper bits is undone by repeating it, a product by the inverse of
 * the odd factor modulo 2^64. */
static uint64_t unmix(uint64_t x) {
    x = x ^ (x >> 31) ^ (x >> 62);
    x *= UINT64_C(0x319642b2d24d8ec3);
    x = x ^ (x >> 27) ^ (x >> 54);
    x *= UINT64_C(0x96de1b173f119089);
    return x ^ (x >> 30) ^ (x >> 60);
}

int64_t operation_unappend(int64_t list, int64_t value) {
    return (int64_t)(unmix((uint64_t)list) ^ append_salt(value));
}

uint32_t history_add(struct history *history, struct operation operation) {
    history->operations = arena_array_reserve(history->arena, history->operations, history->count, &history->capacity,
                                              sizeof *history->operations);
    history->operations[history->count] = operation;
    return history->count++;
}
