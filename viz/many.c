#include "viz/many.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 30 };

struct many *many_new(void) {
    struct many *many = calloc(1, sizeof *many);
    if (many == NULL) {
        abort();
    }
    arena_init(&many->arena, "results of many runs", ARENA_BYTES);
    return many;
}

void many_free(struct many *many) {
    if (many != NULL) {
        arena_free_all(&many->arena);
        free(many);
    }
}

const struct many_metric *many_metric(const struct many *many, const char *name, const char *window) {
    for (uint32_t i = 0; i < many->metric_count; i++) {
        if (strcmp(many->metrics[i].name, name) == 0 && strcmp(many->metrics[i].window, window) == 0) {
            return &many->metrics[i];
        }
    }
    return NULL;
}

static int compare_places(const struct many *many, const uint32_t *one, const uint32_t *other) {
    for (uint32_t a = 0; a < many->axis_count; a++) {
        if (one[a] != other[a]) {
            return one[a] < other[a] ? -1 : 1;
        }
    }
    return 0;
}

uint32_t many_point_at(const struct many *many, const uint32_t *places) {
    uint32_t low = 0, high = many->point_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_places(many, many->points[middle].places, places) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < many->point_count && compare_places(many, many->points[low].places, places) == 0 ? low : UINT32_MAX;
}

size_t many_metric_runs(const struct many *many, const struct many_metric *metric) {
    size_t runs = 0;
    for (uint32_t i = 0; i < many->point_count; i++) {
        runs += metric->values[i].runs;
    }
    return runs;
}

static const char *without_workload(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

const struct many_metric *many_first(const struct many *many, const char *const *names, const char *window) {
    for (; *names != NULL; names++) {
        for (uint32_t i = 0; i < many->metric_count; i++) {
            const struct many_metric *metric = &many->metrics[i];
            if (strcmp(without_workload(metric->name), *names) == 0 && strcmp(metric->window, window) == 0 &&
                many_metric_runs(many, metric) > 0) {
                return metric;
            }
        }
    }
    return NULL;
}

/* ---- A choice ---- */

static const char *const usual[] = {
    "write.latency.p50",  "write.latency.p99",    "read.latency.p50",     "read.latency.p99",
    "read.stale.share",   "request.latency.p50",  "request.latency.p99",  "append.latency.p99",
    "write.availability", "request.availability", "read.availability",    "outage.longest",
    "election.time.p50",  "messages_per_op",      "cost.per_million_ops", "election.first"};

/* How far the points are apart, in units of their own uncertainty: what differs says more than what does not. */
static double contrast(const struct many *many, const struct many_metric *metric) {
    double least = INFINITY, most = -INFINITY, doubt = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < many->point_count; i++) {
        const struct many_value *value = &metric->values[i];
        if (value->runs > 0) {
            least = fmin(least, value->mean);
            most = fmax(most, value->mean);
            doubt += isfinite(value->high - value->low) ? value->high - value->low : 0;
            count++;
        }
    }
    return count == 0 || !(most > least) ? 0 : (most - least) / (doubt / count + 1e-3 * (most - least));
}

struct ranked {
    const struct many_metric *metric;
    double contrast;
    uint32_t order;
};

static int best_first(const void *a, const void *b) {
    const struct ranked *one = a, *other = b;
    bool differs = one->contrast > 3, other_differs = other->contrast > 3;
    if (differs != other_differs) {
        return differs ? -1 : 1;
    }
    return one->order < other->order ? -1 : one->order > other->order;
}

uint32_t many_choose(const struct many *many, const struct many_choice *choice, const struct many_metric **metrics,
                     uint32_t most) {
    const char *window = choice->window != NULL ? choice->window : "all";
    uint32_t count = 0;
    if (choice->metric_count > 0) {
        for (uint32_t i = 0; i < choice->metric_count && count < most; i++) {
            const struct many_metric *metric = many_metric(many, choice->metrics[i], window);
            if (metric != NULL && many_metric_runs(many, metric) > 0) {
                metrics[count++] = metric;
            }
        }
        return count;
    }
    enum { MOST_RANKED = 256, USUAL = sizeof usual / sizeof usual[0] };
    struct ranked ranked[MOST_RANKED];
    uint32_t ranked_count = 0;
    for (uint32_t u = 0; u < USUAL; u++) {
        for (uint32_t i = 0; i < many->metric_count && ranked_count < MOST_RANKED; i++) {
            const struct many_metric *metric = &many->metrics[i];
            if (strcmp(metric->window, window) == 0 && strcmp(without_workload(metric->name), usual[u]) == 0 &&
                many_metric_runs(many, metric) > 0) {
                ranked[ranked_count] = (struct ranked){metric, contrast(many, metric), ranked_count};
                ranked_count++;
            }
        }
    }
    qsort(ranked, ranked_count, sizeof ranked[0], best_first);
    while (count < ranked_count && count < most) {
        metrics[count] = ranked[count].metric;
        count++;
    }
    return count;
}
