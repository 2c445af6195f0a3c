/* Exact quantiles by sorting. */
#include "sim/measure/quantile.h"

#include "sim/base/sort.h"
#include "sim/measure/heap.h"

#include <stdlib.h>

void samples_add(struct samples *samples, const struct evidence *evidence, int64_t value, uint32_t operation) {
    const struct operation *it = &evidence->history->operations[operation];
    samples->items = heap_reserve(samples->items, samples->count, &samples->capacity, sizeof *samples->items);
    samples->items[samples->count++] = (struct sample){value, it->invoked, operation, it->workload, it->kind};
}

/* Of equal values, in the order of their operations; mostly they come in that order. */
void samples_sort(struct samples *samples) {
    uint32_t count = samples->count;
    struct sort_entry *entries = heap_alloc(2 * (size_t)count, sizeof *entries);
    struct sample *sorted = heap_alloc(count, sizeof *sorted);
    bool is_ordered = true;
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (struct sort_entry){samples->items[i].operation, i};
        is_ordered = is_ordered && (i == 0 || entries[i - 1].key <= entries[i].key);
    }
    if (!is_ordered) {
        sort_entries(entries, entries + count, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        entries[i].key = sort_key_of(samples->items[entries[i].what].value);
    }
    sort_entries(entries, entries + count, count);
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = samples->items[entries[i].what];
    }
    free(entries);
    free(samples->items);
    *samples = (struct samples){sorted, count, count};
}

void samples_free(struct samples *samples) {
    free(samples->items);
    *samples = (struct samples){0};
}

struct chosen samples_choose(const struct samples *samples, const struct filter *filter) {
    struct chosen chosen = {heap_alloc(samples->count, sizeof *chosen.values), 0};
    for (uint32_t i = 0; i < samples->count; i++) {
        if (samples_is_chosen(&samples->items[i], filter)) {
            chosen.values[chosen.count++] = samples->items[i].value;
        }
    }
    return chosen;
}

void chosen_free(struct chosen *chosen) {
    free(chosen->values);
    *chosen = (struct chosen){0};
}

bool chosen_mean(const struct chosen *chosen, double *mean) {
    __int128 sum = 0;
    for (uint32_t i = 0; i < chosen->count; i++) {
        sum += chosen->values[i];
    }
    *mean = chosen->count > 0 ? (double)sum / (double)chosen->count : 0;
    return chosen->count > 0;
}

uint64_t quantile_rank(uint64_t count, uint32_t permille) {
    uint64_t rank = (count * permille + 999) / 1000;
    return rank > 0 ? rank : 1;
}

bool chosen_quantile(const struct chosen *chosen, uint32_t permille, int64_t *value) {
    if (chosen->count > 0) {
        *value = chosen->values[quantile_rank(chosen->count, permille) - 1];
    }
    return chosen->count > 0;
}

static int compare_numbers(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int64_t quantile_of(int64_t *values, uint32_t count, uint32_t permille) {
    qsort(values, count, sizeof *values, compare_numbers);
    return values[quantile_rank(count, permille) - 1];
}
