/* Exact quantiles by sorting. */
#include "sim/measure/quantile.h"

#include "sim/measure/heap.h"

#include <stdlib.h>

void samples_add(struct samples *samples, const struct evidence *evidence, int64_t value, uint32_t operation) {
    const struct operation *it = &evidence->history->operations[operation];
    samples->items = heap_reserve(samples->items, samples->count, &samples->capacity, sizeof *samples->items);
    samples->items[samples->count++] = (struct sample){value, it->invoked, operation, it->workload, it->kind};
}

static int compare_samples(const void *left, const void *right) {
    const struct sample *a = left, *b = right;
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

void samples_sort(struct samples *samples) {
    if (samples->count > 0) {
        qsort(samples->items, samples->count, sizeof *samples->items, compare_samples);
    }
}

void samples_free(struct samples *samples) {
    free(samples->items);
    *samples = (struct samples){0};
}

uint32_t samples_count(const struct samples *samples, const struct filter *filter) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < samples->count; i++) {
        count += samples_is_chosen(&samples->items[i], filter);
    }
    return count;
}

bool samples_mean(const struct samples *samples, const struct filter *filter, double *mean) {
    __int128 sum = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < samples->count; i++) {
        if (samples_is_chosen(&samples->items[i], filter)) {
            sum += samples->items[i].value;
            count++;
        }
    }
    *mean = count > 0 ? (double)sum / (double)count : 0;
    return count > 0;
}

uint64_t quantile_rank(uint64_t count, uint32_t permille) {
    uint64_t rank = (count * permille + 999) / 1000;
    return rank > 0 ? rank : 1;
}

bool samples_quantile(const struct samples *samples, const struct filter *filter, uint32_t permille, int64_t *value) {
    uint32_t count = samples_count(samples, filter);
    uint64_t left = quantile_rank(count, permille);
    for (uint32_t i = 0; count > 0 && i < samples->count; i++) {
        if (samples_is_chosen(&samples->items[i], filter) && --left == 0) {
            *value = samples->items[i].value;
            return true;
        }
    }
    return false;
}

static int compare_numbers(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int64_t quantile_of(int64_t *values, uint32_t count, uint32_t permille) {
    qsort(values, count, sizeof *values, compare_numbers);
    return values[quantile_rank(count, permille) - 1];
}
