#include "sim/measure/own.h"

#include "sim/base/maths.h"
#include "sim/measure/heap.h"
#include "sim/measure/interval.h"
#include "sim/measure/quantile.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT, SUM, MEAN, MIN, P50, P99, MAX, VARIATION };

const char *const own_statistics[] = {"count", "sum", "mean", "min", "p50", "p99", "max", "variation", NULL};

void own_add(struct own_samples *samples, struct arena *arena, struct own_sample sample) {
    samples->items =
        arena_array_reserve(arena, samples->items, samples->count, &samples->capacity, sizeof *samples->items);
    samples->items[samples->count++] = sample;
}

static int compare_samples(const void *left, const void *right) {
    const struct own_sample *a = left, *b = right;
    if (a->system != b->system) {
        return a->system < b->system ? -1 : 1;
    }
    if (a->metric != b->metric) {
        return a->metric < b->metric ? -1 : 1;
    }
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return (a->at > b->at) - (a->at < b->at);
}

struct own_samples own_sort(const struct own_samples *samples) {
    struct own_samples sorted = {.count = samples->count};
    sorted.items = heap_alloc(samples->count, sizeof *sorted.items);
    if (samples->count > 0) {
        memcpy(sorted.items, samples->items, samples->count * sizeof *sorted.items);
        qsort(sorted.items, sorted.count, sizeof *sorted.items, compare_samples);
    }
    return sorted;
}

/* The values of a metric in a window, ascending if they are of one system; free() them. */
static int64_t *collect(const struct own_samples *sorted, const bool *systems, uint32_t metric,
                        const struct window *window, uint32_t *count) {
    int64_t *values = heap_alloc(sorted->count, sizeof *values);
    *count = 0;
    for (uint32_t i = 0; i < sorted->count; i++) {
        const struct own_sample *sample = &sorted->items[i];
        if (systems[sample->system] && sample->metric == metric && window_has(window, sample->at)) {
            values[(*count)++] = sample->value;
        }
    }
    return values;
}

static double statistic_of(int64_t *values, uint32_t count, int statistic) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += (double)values[i];
    }
    switch (statistic) {
    case COUNT:
        return count;
    case SUM:
        return sum;
    case MEAN:
        return sum / count;
    case MIN:
        return (double)quantile_of(values, count, 0);
    case P50:
        return (double)quantile_of(values, count, 500);
    case P99:
        return (double)quantile_of(values, count, 990);
    default:
        return (double)quantile_of(values, count, 1000);
    }
}

/* How unevenly the nodes of the systems chosen have it. */
static bool variation(const struct own_samples *sorted, const struct cluster_config *config, const bool *systems,
                      uint32_t metric, const struct window *window, double *value) {
    const struct system_config *last = &config->systems[config->system_count - 1];
    double *sums = heap_alloc(last->first_node + last->nodes, sizeof *sums), nodes = 0, total = 0, squares = 0;
    for (uint32_t i = 0; i < sorted->count; i++) {
        const struct own_sample *sample = &sorted->items[i];
        if (systems[sample->system] && sample->metric == metric && window_has(window, sample->at)) {
            sums[sample->node] += (double)sample->value;
            total += (double)sample->value;
        }
    }
    for (uint32_t s = 0; s < config->system_count; s++) {
        nodes += systems[s] ? config->systems[s].nodes : 0;
    }
    for (uint32_t s = 0; s < config->system_count; s++) {
        const struct system_config *system = &config->systems[s];
        for (node_id node = system->first_node; systems[s] && node < system->first_node + system->nodes; node++) {
            double from_mean = sums[node] - total / nodes;
            squares += from_mean * from_mean;
        }
    }
    free(sums);
    *value = total > 0 ? maths_sqrt(squares / nodes) / (total / nodes) : 0;
    return total > 0;
}

bool own_value(const struct own_samples *sorted, const struct cluster_config *config, const char *name,
               const struct filter *filter, double *value) {
    bool *systems = heap_alloc(config->system_count, sizeof *systems), is_found = false;
    uint32_t metric = 0, statistic = 0, count = 0;
    for (uint32_t i = 0; i < config->system_count; i++) {
        systems[i] = (filter->system == FILTER_ANY || filter->system == i) &&
                     metric_find_own(name, config->systems[i].model, &metric, &statistic);
        is_found = is_found || systems[i];
    }
    if (is_found && statistic == VARIATION) {
        is_found = variation(sorted, config, systems, metric, filter->window, value);
    } else if (is_found) {
        int64_t *values = collect(sorted, systems, metric, filter->window, &count);
        bool is_plain = statistic == COUNT; /* how often something happened: never is an answer */
        *value = count > 0 ? statistic_of(values, count, (int)statistic) : 0;
        if (metric_is_scaled(name)) {
            *value /= 1e9;
        }
        is_found = count > 0 || is_plain;
        free(values);
    }
    free(systems);
    return is_found;
}
