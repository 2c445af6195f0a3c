/* Versions of a key: which is newer, and what two replicas know together.
 *
 * Last write wins keeps the version with the latest stamp. Siblings are kept by a version vector for the key, with a
 * dot for each sibling (Preguica and others, Dotted Version Vectors, 2012): a version is superseded if the other side's
 * clock covers its dot and the other side has it no more. A clock covers all dots of a node up to its number, because a
 * node that coordinates a write stores it first, together with all that it knew of the key. */
#include "models/quorum/quorum.h"

#include <string.h>

size_t qr_data_bytes(const struct qr_data *data) {
    size_t clock = (data->actors * sizeof(uint32_t) + 7) / 8 * 8;
    return sizeof *data + data->count * sizeof data->versions[0] + clock;
}

uint32_t qr_value_bytes(const struct qr_data *data) {
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < data->count; i++) {
        bytes += data->versions[i].value_bytes;
    }
    return bytes;
}

uint32_t qr_wire_bytes(const struct qr_data *data) {
    return data == NULL ? 0
                        : QR_NUMBER_BYTES + data->count * QR_VERSION_BYTES + qr_value_bytes(data) +
                              data->actors * (uint32_t)sizeof(uint32_t);
}

uint32_t *qr_clock(struct qr_data *data) {
    return (uint32_t *)(void *)(data->versions + data->count);
}

static const uint32_t *clock_of(const struct qr_data *data) {
    return (const uint32_t *)(const void *)(data->versions + data->count);
}

bool qr_is_newer(const struct qr_version *a, const struct qr_version *b) {
    return a->stamp != b->stamp ? a->stamp > b->stamp : a->writer > b->writer;
}

const struct qr_version *qr_newest(const struct qr_data *data) {
    const struct qr_version *newest = NULL;
    for (uint32_t i = 0; data != NULL && i < data->count; i++) {
        newest = newest == NULL || qr_is_newer(&data->versions[i], newest) ? &data->versions[i] : newest;
    }
    return newest;
}

bool qr_is_tombstone(const struct qr_data *data) {
    return data->count == 1 && data->versions[0].value == 0;
}

/* The order of siblings is the same wherever the same are kept (qr_merge sorts them). */
uint64_t qr_digest(const struct qr_data *data) {
    if (data == NULL) {
        return 0;
    }
    uint64_t hash = probe_hash(3, data->key);
    for (uint32_t i = 0; i < data->count; i++) {
        hash = probe_hash(probe_hash(hash, (uint64_t)data->versions[i].stamp), data->versions[i].writer);
    }
    for (uint32_t i = 0; i < data->actors; i++) {
        hash = probe_hash(hash, clock_of(data)[i]);
    }
    return hash;
}

struct qr_data *qr_copy(struct node *node, const struct qr_data *data) {
    size_t bytes = qr_data_bytes(data);
    struct qr_data *copy = node_alloc(node, bytes);
    memcpy(copy, data, bytes);
    return copy;
}

/* ---- Siblings ---- */

static bool covers(const struct qr_data *data, uint64_t dot) {
    uint64_t actor = dot >> 32;
    return data != NULL && actor < data->actors && clock_of(data)[actor] >= (uint32_t)dot;
}

static bool has(const struct qr_data *data, uint64_t dot) {
    for (uint32_t i = 0; i < data->count; i++) {
        if (data->versions[i].writer == dot) {
            return true;
        }
    }
    return false;
}

/* By their dots; when there are too many, the one with the earliest stamp goes. Returns whether one went. */
static bool add_sibling(struct qr_version *siblings, uint32_t *count, const struct qr_version *version) {
    bool is_full = *count == QR_MOST_SIBLINGS;
    if (is_full) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < *count; i++) {
            oldest = qr_is_newer(&siblings[oldest], &siblings[i]) ? i : oldest;
        }
        if (qr_is_newer(&siblings[oldest], version)) {
            return true;
        }
        memmove(&siblings[oldest], &siblings[oldest + 1], (*count - oldest - 1) * sizeof *siblings);
        (*count)--;
    }
    uint32_t at = *count;
    for (; at > 0 && siblings[at - 1].writer > version->writer; at--) {
        siblings[at] = siblings[at - 1];
    }
    siblings[at] = *version;
    (*count)++;
    return is_full;
}

static void put_clock(struct qr_data *to, const struct qr_data *a, const struct qr_data *b) {
    uint32_t *clock = qr_clock(to);
    memset(clock, 0, (to->actors * sizeof *clock + 7) / 8 * 8);
    for (uint32_t i = 0; i < to->actors; i++) {
        uint32_t one = a != NULL && i < a->actors ? clock_of(a)[i] : 0;
        uint32_t other = b != NULL && i < b->actors ? clock_of(b)[i] : 0;
        clock[i] = one > other ? one : other;
    }
}

uint32_t qr_merge(struct qr_data *to, const struct qr_data *a, const struct qr_data *b) {
    if (a == NULL || b == NULL) {
        const struct qr_data *only = a != NULL ? a : b;
        memcpy(to, only, qr_data_bytes(only));
        return 0;
    }
    if (a->actors == 0) { /* last write wins */
        const struct qr_data *winner = qr_is_newer(&b->versions[0], &a->versions[0]) ? b : a;
        memcpy(to, winner, qr_data_bytes(winner));
        return 0;
    }
    uint32_t dropped = 0;
    *to = (struct qr_data){.key = a->key, .actors = a->actors};
    for (uint32_t i = 0; i < a->count; i++) {
        if (has(b, a->versions[i].writer) || !covers(b, a->versions[i].writer)) {
            dropped += add_sibling(to->versions, &to->count, &a->versions[i]);
        }
    }
    for (uint32_t i = 0; i < b->count; i++) {
        if (!covers(a, b->versions[i].writer)) {
            dropped += add_sibling(to->versions, &to->count, &b->versions[i]);
        }
    }
    put_clock(to, a, b);
    return dropped;
}

void qr_supersede(struct qr_data *to, const struct qr_data *local, const struct qr_data *context, uint32_t actor,
                  uint32_t actors, struct qr_version version) {
    *to = (struct qr_data){.actors = actors};
    put_clock(to, local, context);
    uint32_t count = qr_clock(to)[actor] + 1;
    version.writer = (uint64_t)actor << 32 | count;
    to->key = local != NULL ? local->key : context != NULL ? context->key : 0;
    for (uint32_t i = 0; local != NULL && i < local->count; i++) {
        if (!covers(context, local->versions[i].writer)) {
            add_sibling(to->versions, &to->count, &local->versions[i]);
        }
    }
    add_sibling(to->versions, &to->count, &version);
    put_clock(to, local, context);
    qr_clock(to)[actor] = count;
}
