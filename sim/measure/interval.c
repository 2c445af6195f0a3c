/* Interval algebra. Intervals are half open, so that neighbours share no instant and lengths add up. */
#include "sim/measure/interval.h"

#include "sim/measure/heap.h"

#include <stdlib.h>

void intervals_add(struct intervals *set, sim_time from, sim_time until) {
    if (from >= until) {
        return;
    }
    set->items = heap_reserve(set->items, set->count, &set->capacity, sizeof *set->items);
    set->items[set->count++] = (struct interval){from, until};
}

static int compare_intervals(const void *left, const void *right) {
    const struct interval *a = left, *b = right;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return (a->until > b->until) - (a->until < b->until);
}

void intervals_tidy(struct intervals *set) {
    if (set->count == 0) {
        return;
    }
    qsort(set->items, set->count, sizeof *set->items, compare_intervals);
    uint32_t last = 0;
    for (uint32_t i = 1; i < set->count; i++) {
        struct interval next = set->items[i];
        if (next.from > set->items[last].until) {
            set->items[++last] = next;
        } else if (next.until > set->items[last].until) {
            set->items[last].until = next.until;
        }
    }
    set->count = last + 1;
}

void intervals_clip(struct intervals *set, sim_time from, sim_time until) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        struct interval part = set->items[i];
        part.from = part.from > from ? part.from : from;
        part.until = part.until < until ? part.until : until;
        if (part.from < part.until) {
            set->items[kept++] = part;
        }
    }
    set->count = kept;
}

struct intervals intervals_minus(const struct intervals *set, const struct intervals *without) {
    struct intervals rest = {0};
    uint32_t next = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        sim_time from = set->items[i].from, until = set->items[i].until;
        while (next < without->count && without->items[next].until <= from) {
            next++;
        }
        for (uint32_t k = next; k < without->count && without->items[k].from < until; k++) {
            intervals_add(&rest, from, without->items[k].from);
            from = without->items[k].until;
        }
        intervals_add(&rest, from, until);
    }
    return rest;
}

void intervals_free(struct intervals *set) {
    free(set->items);
    *set = (struct intervals){0};
}

sim_time window_length(const struct window *window) {
    sim_time length = 0;
    for (uint32_t i = 0; i < window->count; i++) {
        length += window->intervals[i].until - window->intervals[i].from;
    }
    return length;
}

bool window_has_all(const struct window *window, sim_time from, sim_time until) {
    return from >= until ||
           (window->count == 1 && window->intervals[0].from <= from && window->intervals[0].until >= until);
}
