#include "sim/measure/settle.h"

#include "sim/measure/heap.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* The keys that clients wrote, each once, ascending; free() it. */
static uint64_t *written_keys(const struct history *history, const struct workload_config *workloads,
                              uint32_t workload_count, uint32_t system, uint32_t *count) {
    uint64_t *keys = heap_alloc(history->count, sizeof *keys);
    uint32_t found = 0;
    *count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *it = &history->operations[i];
        bool is_ours = it->workload < workload_count && workloads[it->workload].target == system;
        if (is_ours && it->kind != OP_READ && it->kind != OP_REQUEST && it->outcome != OUTCOME_FAIL) {
            keys[found++] = it->key;
        }
    }
    qsort(keys, found, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < found; i++) {
        if (*count == 0 || keys[*count - 1] != keys[i]) {
            keys[(*count)++] = keys[i];
        }
    }
    return keys;
}

static bool differ(const struct settle_value *values, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        if (values[i].value != values[0].value) {
            return true;
        }
    }
    return false;
}

struct settle_watch settle_begin(struct arena *arena, const struct cluster *cluster, const struct history *history,
                                 const struct workload_config *workloads, uint32_t workload_count, uint32_t system) {
    const struct system_config *config = cluster_system(cluster, system);
    struct settle_watch watch = {.system = system, .began = world_now(cluster_world(cluster))};
    uint32_t key_count = 0, capacity = 0;
    uint64_t *keys = written_keys(history, workloads, workload_count, system, &key_count);
    struct settle_value *values = NULL;
    for (uint32_t i = 0; i < key_count; i++) {
        uint32_t first = watch.count;
        for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
            struct settle_value value = {.key = keys[i], .node = node};
            if (cluster_peek(cluster, node, keys[i], &value.value)) {
                values = heap_reserve(values, watch.count, &capacity, sizeof *values);
                values[watch.count++] = value;
            }
        }
        if (!differ(values + first, watch.count - first)) {
            watch.count = first;
        }
    }
    watch.bytes = (size_t)watch.count * sizeof *values;
    if (watch.count > 0) {
        watch.values = arena_alloc(arena, watch.bytes);
        memcpy(watch.values, values, watch.bytes);
    }
    free(values);
    free(keys);
    watch.next = watch.began + SIM_MILLISECOND;
    watch.converged = watch.count > 0 ? SIM_NEVER : watch.began;
    return watch;
}

bool settle_look(struct settle_watch *watch, const struct cluster *cluster) {
    sim_time now = world_now(cluster_world(cluster)), step = (now - watch->began) / 50;
    uint32_t kept = 0;
    for (uint32_t first = 0, next = 0; first < watch->count; first = next) {
        uint32_t key_begins = kept;
        for (next = first; next < watch->count && watch->values[next].key == watch->values[first].key; next++) {
            struct settle_value then = watch->values[next];
            int64_t value;
            if (cluster_peek(cluster, then.node, then.key, &value) && value == then.value) {
                watch->values[kept++] = then;
            }
        }
        if (!differ(watch->values + key_begins, kept - key_begins)) {
            kept = key_begins;
        }
    }
    watch->count = kept;
    watch->next = now + (step > SIM_MILLISECOND ? step : SIM_MILLISECOND);
    return kept == 0;
}
