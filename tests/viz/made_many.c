#include "tests/viz/made_many.h"

#include <math.h>
#include <string.h>

static void *take(struct many *many, size_t count, size_t size) {
    return arena_alloc(&many->arena, (count + 1) * size);
}

static void make_axis(struct many *many, const struct many_shape *shape, uint32_t a) {
    static const char *const paths[] = {"systems.store.params.election_timeout", "systems.store.disk.sync",
                                        "workload.clients"};
    static const char *const names[] = {"election_timeout", "sync", "clients"};
    struct many_axis *axis = &many->axes[a];
    bool is_word = a == 0 && shape->is_word;
    *axis = (struct many_axis){.path = paths[a], .name = names[a], .count = shape->values[a]};
    axis->unit = a == 2 ? UNIT_COUNT : UNIT_SECONDS;
    axis->texts = take(many, axis->count, sizeof *axis->texts);
    axis->numbers = take(many, axis->count, sizeof *axis->numbers);
    for (uint32_t i = 0; i < axis->count; i++) {
        axis->numbers[i] = is_word ? (double)NAN : a == 2 ? i + 1 : pow(1.7, i) * 1e-3;
        axis->texts[i] =
            is_word ? arena_format(&many->arena, "%s-%u", shape->has_long_names ? "a-value-with-a-long-name" : "way", i)
            : a == 2 ? arena_format(&many->arena, "%u", i + 1)
                     : arena_format(&many->arena, "%.3gms", axis->numbers[i] * 1e3);
    }
}

/* Of two systems; the first point bears PC/EC in most of its runs. */
static void make_labels(struct many *many, struct many_point *point, uint32_t p) {
    static const char *const names[] = {"PC/EC", "PA/EL", "PC/EL", "PA/EC", "P?/EC", "P-/E?"};
    struct many_label *labels = take(many, 3, sizeof *labels);
    labels[0] = (struct many_label){"store", names[(p + 1) % 6], 2};
    labels[1] = (struct many_label){"store", names[p % 6], 8};
    labels[2] = (struct many_label){"cache", names[(p + 3) % 6], 10};
    point->labels = labels;
    point->label_count = 3;
}

static void make_points(struct many *many, const struct many_shape *shape) {
    many->point_count = shape->axes == 0 ? shape->points : 1;
    for (uint32_t a = 0; a < shape->axes; a++) {
        many->point_count *= shape->values[a];
    }
    many->points = take(many, many->point_count, sizeof *many->points);
    for (uint32_t p = 0; p < many->point_count; p++) {
        struct many_point *point = &many->points[p];
        uint32_t rest = p;
        *point = (struct many_point){.runs = shape->runs, .holds = shape->runs, .is_dominated = p % 2 == 1};
        if (shape->has_labels) {
            make_labels(many, point, p);
        }
        point->places = take(many, shape->axes, sizeof *point->places);
        for (uint32_t a = shape->axes; a-- > 0;) {
            point->places[a] = rest % shape->values[a];
            rest /= shape->values[a];
        }
        point->name = shape->axes > 0 ? arena_format(&many->arena, "election_timeout=%u, sync=%u", p, p)
                      : shape->points == 1
                          ? ""
                          : arena_format(&many->arena, "%s %u",
                                         shape->has_long_names
                                             ? "a design whose name is longer than any panel is wide, and then some"
                                             : "design",
                                         p);
    }
}

/* A sequence that looks random and is the same everywhere, from 0 to 1. */
static double next(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 33) / 2147483648.0;
}

static void make_value(struct many *many, const struct many_shape *shape, const struct many_metric *metric,
                       struct many_value *value, uint32_t point, uint64_t *state) {
    double base = shape->is_wide ? pow(10, -4 + 4.0 * point / many->point_count) : 0.003 + 0.0001 * point;
    double *values = take(many, shape->runs, sizeof *values);
    if (metric->unit == UNIT_SHARE) {
        base = metric->more_is_better ? 0.999 - 0.0005 * (point % 7) : 0.01 * (point % 5);
    } else if (metric->unit == UNIT_COUNT) {
        base = 10 + point;
    }
    for (uint32_t i = 0; i < shape->runs; i++) {
        values[i] = metric->unit == UNIT_SHARE ? base : base * (1 + 0.01 * i / shape->runs);
        value->mean += values[i] / shape->runs;
    }
    double half = shape->runs > 1 ? value->mean * 0.02 * next(state) : (double)INFINITY;
    value->runs = shape->has_gaps && point % 3 == 1 ? 0 : shape->runs;
    value->low = value->mean - half;
    value->high = value->mean + half;
    value->values = shape->has_no_values ? NULL : values;
    if (shape->has_no_values) {
        value->pairs = shape->runs;
        value->difference = value->mean - metric->values[0].mean;
        value->difference_low = value->difference - half;
        value->difference_high = value->difference + half;
        value->is_different = value->difference_low > 0 || value->difference_high < 0;
    }
}

struct many *made_many(const struct many_shape *shape) {
    static const struct {
        const char *name, *window;
        enum unit unit;
        bool more_is_better;
    } metrics[] = {
        {"write.latency.p50", "all", UNIT_SECONDS, false},      {"write.latency.p99", "all", UNIT_SECONDS, false},
        {"read.stale.share", "all", UNIT_SHARE, false},         {"write.availability", "all", UNIT_SHARE, true},
        {"election.time.p50", "all", UNIT_SECONDS, false},      {"messages_per_op", "all", UNIT_COUNT, false},
        {"write.latency.p50", "partition", UNIT_SECONDS, false}};
    enum { METRICS = sizeof metrics / sizeof metrics[0] };
    struct many *many = many_new();
    uint64_t state = 1;
    many->title = "Five nodes and a <leader> that is \"cut off\" & comes back";
    many->source = "some runs at each of some points";
    many->axis_count = shape->axes;
    many->axes = take(many, shape->axes, sizeof *many->axes);
    many->has_front = shape->axes == 0 && shape->points > 1;
    for (uint32_t a = 0; a < shape->axes; a++) {
        make_axis(many, shape, a);
    }
    make_points(many, shape);
    many->metric_count = shape->has_no_metrics ? 0 : METRICS;
    many->metrics = take(many, METRICS, sizeof *many->metrics);
    for (uint32_t m = 0; m < many->metric_count; m++) {
        struct many_metric *metric = &many->metrics[m];
        *metric = (struct many_metric){.name = metrics[m].name,
                                       .window = metrics[m].window,
                                       .unit = metrics[m].unit,
                                       .more_is_better = metrics[m].more_is_better,
                                       .values = take(many, many->point_count, sizeof *metric->values)};
        for (uint32_t p = 0; p < many->point_count; p++) {
            make_value(many, shape, metric, &metric->values[p], p, &state);
        }
    }
    return many;
}
