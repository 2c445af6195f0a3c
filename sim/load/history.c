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
