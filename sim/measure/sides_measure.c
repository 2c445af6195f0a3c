/* Counting the operations of each side. */
#include "sim/measure/sides.h"

#include "sim/measure/heap.h"
#include "sim/measure/interval.h"
#include "sim/measure/operations.h"

#include <stdlib.h>

static const struct side_stretch *stretch_at(const struct sides *sides, sim_time at) {
    uint32_t low = 0, high = sides->stretch_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sides->stretches[middle].until <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < sides->stretch_count && sides->stretches[low].from <= at ? &sides->stretches[low] : NULL;
}

uint16_t sides_of_operation(const struct sides *sides, const struct operation *operation) {
    const struct side_stretch *stretch = stretch_at(sides, operation->invoked);
    if (stretch == NULL || stretch->side_of == NULL) {
        return SIDE_NONE;
    }
    uint16_t side = stretch->side_of[cluster_node_count(sides->cluster) + operation->process];
    return side != SIDE_NONE && stretch->lives[side] ? side : SIDE_NONE;
}

/* ---- Latencies of all sides and kinds, sorted together ---- */

struct timed {
    uint32_t side, kind;
    int64_t latency;
};

static int compare_timed(const void *left, const void *right) {
    const struct timed *a = left, *b = right;
    if (a->side != b->side) {
        return a->side < b->side ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return (a->latency > b->latency) - (a->latency < b->latency);
}

static double rank_of(const struct timed *times, uint32_t count, uint32_t permille) {
    return (double)times[quantile_rank(count, permille) - 1].latency / 1e9;
}

static void set_latencies(struct timed *times, uint32_t count, struct partition_side *sides) {
    qsort(times, count, sizeof *times, compare_timed);
    for (uint32_t first = 0, next = 0; first < count; first = next) {
        while (next < count && times[next].side == times[first].side && times[next].kind == times[first].kind) {
            next++;
        }
        struct partition_side *side = &sides[times[first].side];
        side->latency_p50[times[first].kind] = rank_of(times + first, next - first, 500);
        side->latency_p99[times[first].kind] = rank_of(times + first, next - first, 990);
    }
}

/* ---- Counting ---- */

struct asker {
    uint32_t side, process;
};

static int compare_askers(const void *left, const void *right) {
    const struct asker *a = left, *b = right;
    if (a->side != b->side) {
        return a->side < b->side ? -1 : 1;
    }
    return (a->process > b->process) - (a->process < b->process);
}

static void count_clients(struct asker *askers, uint32_t count, struct partition_side *sides) {
    qsort(askers, count, sizeof *askers, compare_askers);
    for (uint32_t i = 0; i < count; i++) {
        bool is_new = i == 0 || compare_askers(&askers[i], &askers[i - 1]) != 0;
        sides[askers[i].side].clients += is_new;
    }
}

static void begin(const struct sides *sides, struct partition_side *items) {
    for (uint32_t i = 0; i <= sides->count; i++) {
        for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
            items[i].latency_p50[kind] = items[i].latency_p99[kind] = -1;
        }
        if (i < sides->count) {
            items[i].system = sides->items[i].system;
            items[i].nodes = sides->items[i].nodes;
            items[i].node_count = sides->items[i].count;
        }
    }
    for (uint32_t s = 0; s < sides->stretch_count; s++) {
        for (uint32_t i = 0; i < sides->stretches[s].side_count; i++) {
            items[i].lives = items[i].lives || sides->stretches[s].lives[i];
        }
    }
}

static void count_operations(const struct sides *sides, const struct evidence *evidence, const struct window *window,
                             struct partition_side *items) {
    const struct history *history = evidence->history;
    struct timed *times = heap_alloc(history->count, sizeof *times);
    struct asker *askers = heap_alloc(history->count, sizeof *askers);
    uint32_t time_count = 0, asker_count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *it = &history->operations[i];
        enum operation_answer answer = operations_answer(evidence, it);
        if (answer == ANSWER_OPEN || !window_has(window, it->invoked)) {
            continue;
        }
        uint16_t side = sides_of_operation(sides, it);
        uint32_t place = side == SIDE_NONE ? sides->count : side;
        items[place].asked[it->kind]++;
        items[place].served[it->kind] += answer == ANSWER_SERVED;
        askers[asker_count++] = (struct asker){place, it->process};
        if (it->outcome == OUTCOME_OK) {
            times[time_count++] = (struct timed){place, it->kind, it->completed - it->invoked};
        }
    }
    set_latencies(times, time_count, items);
    count_clients(askers, asker_count, items);
    free(times);
    free(askers);
}

static void count_stale(const struct sides *sides, const struct evidence *evidence, const struct window *window,
                        const struct samples *versions, struct partition_side *items) {
    for (uint32_t i = 0; i < versions->count; i++) {
        const struct sample *sample = &versions->items[i];
        if (window_has(window, sample->invoked)) {
            uint16_t side = sides_of_operation(sides, &evidence->history->operations[sample->operation]);
            struct partition_side *item = &items[side == SIDE_NONE ? sides->count : side];
            item->reads++;
            item->stale_reads += sample->value > 0;
        }
    }
}

struct partition_side *sides_measure(const struct sides *sides, const struct evidence *evidence,
                                     const struct window *window, const struct samples *versions,
                                     struct partition_side *other, uint32_t *count) {
    struct partition_side *items = heap_alloc(sides->count + 1, sizeof *items);
    begin(sides, items);
    if (sides->stretch_count > 0) {
        count_operations(sides, evidence, window, items);
        count_stale(sides, evidence, window, versions, items);
    }
    *other = items[sides->count];
    *count = sides->count;
    return items;
}
