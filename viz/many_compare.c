/* Results of many runs from the JSON of a comparison. */
#include "sim/study/compare.h"
#include "viz/many.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MOST_DECISIVE = 16 };

static const cJSON *member(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *item) {
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

/* A count in a file that somebody may have changed. */
static uint64_t count_of(const cJSON *item) {
    double value = number(item);
    return value >= 0 && value < 1e15 ? (uint64_t)value : 0;
}

/* [value, low, high]; an infinite end is null. */
static void take_estimate(const cJSON *array, double *value, double *low, double *high) {
    *value = number(cJSON_GetArrayItem(array, 0));
    *low = number(cJSON_GetArrayItem(array, 1));
    *high = number(cJSON_GetArrayItem(array, 2));
    *low = isnan(*low) ? -(double)INFINITY : *low;
    *high = isnan(*high) ? (double)INFINITY : *high;
}

/* How many characters at the start are the same in all designs' names, up to a space: no reader needs them. */
static size_t common_start(const cJSON *designs) {
    const char *first = cJSON_GetStringValue(member(cJSON_GetArrayItem(designs, 0), "name"));
    size_t common = first != NULL ? strlen(first) : 0;
    const cJSON *design;
    cJSON_ArrayForEach(design, designs) {
        const char *name = cJSON_GetStringValue(member(design, "name"));
        size_t same = 0;
        while (name != NULL && same < common && name[same] == first[same]) {
            same++;
        }
        common = same;
    }
    while (common > 0 && first[common - 1] != ' ' && first[common - 1] != '/') {
        common--;
    }
    return common;
}

/* "w=2" of "scenario.json  systems.store.params.w=2"; "healthy" of "scenarios/raft/healthy.json". */
static const char *short_name(struct many *many, const char *name, size_t common) {
    struct text out = {0};
    const char *word = name + (common < strlen(name) ? common : 0);
    while (*word != '\0') {
        size_t length = strcspn(word, " ");
        const char *equals = memchr(word, '=', length), *from = word;
        for (const char *at = word; equals != NULL && at < equals; at++) {
            from = *at == '.' ? at + 1 : from;
        }
        size_t shown = length - (size_t)(from - word);
        if (equals == NULL && shown > 5 && strncmp(from + shown - 5, ".json", 5) == 0) {
            shown -= 5;
        }
        text_add(&out, "%s%.*s", out.length > 0 ? ", " : "", (int)shown, from);
        word += length;
        word += strspn(word, " ");
    }
    const char *kept = arena_text(&many->arena, out.bytes != NULL ? out.bytes : name);
    text_free(&out);
    return kept;
}

/* "store: PA/EL" */
static void take_labels(struct many *many, struct many_point *point, const cJSON *labels) {
    struct many_label *kept = arena_alloc(&many->arena, ((size_t)cJSON_GetArraySize(labels) + 1) * sizeof *kept);
    const cJSON *label;
    cJSON_ArrayForEach(label, labels) {
        const char *name = cJSON_GetStringValue(member(label, "name")),
                   *colon = name != NULL ? strstr(name, ": ") : NULL;
        if (colon != NULL) {
            kept[point->label_count++] =
                (struct many_label){.system = arena_format(&many->arena, "%.*s", (int)(colon - name), name),
                                    .label = arena_text(&many->arena, colon + 2),
                                    .runs = count_of(member(label, "runs"))};
        }
    }
    point->labels = kept;
}

static bool take_designs(struct many *many, const cJSON *designs) {
    int count = cJSON_GetArraySize(designs);
    size_t common = common_start(designs);
    if (!cJSON_IsArray(designs) || count < 1 || count > 10000) {
        return false;
    }
    many->points = arena_alloc(&many->arena, (size_t)count * sizeof *many->points);
    many->has_front = true;
    const cJSON *design;
    cJSON_ArrayForEach(design, designs) {
        const char *name = cJSON_GetStringValue(member(design, "name"));
        if (name == NULL) {
            return false;
        }
        many->points[many->point_count++] =
            (struct many_point){.name = short_name(many, name, common),
                                .runs = count_of(member(design, "runs")),
                                .holds = count_of(member(design, "holds")),
                                .is_dominated = cJSON_IsFalse(member(design, "on_front"))};
        take_labels(many, &many->points[many->point_count - 1], member(member(design, "pacelc"), "labels"));
    }
    return true;
}

static bool take_metric(struct many *many, const cJSON *from, const char *window) {
    struct many_metric *metric = &many->metrics[many->metric_count++];
    *metric = (struct many_metric){.name = arena_text(&many->arena, from->string),
                                   .window = window,
                                   .unit = value_unit_of_metric(from->string),
                                   .more_is_better = compare_more_is_better(from->string)};
    if ((uint32_t)cJSON_GetArraySize(from) != many->point_count) {
        return false;
    }
    metric->values = arena_alloc(&many->arena, many->point_count * sizeof *metric->values);
    uint32_t p = 0;
    const cJSON *design;
    cJSON_ArrayForEach(design, from) {
        struct many_value *value = &metric->values[p++];
        value->runs = count_of(member(design, "runs"));
        value->pairs = count_of(member(design, "pairs"));
        value->is_different = cJSON_IsTrue(member(design, "different"));
        take_estimate(member(design, "mean"), &value->mean, &value->low, &value->high);
        take_estimate(member(design, "difference"), &value->difference, &value->difference_low,
                      &value->difference_high);
        value->runs = isnan(value->mean) ? 0 : value->runs;
    }
    return true;
}

static struct many_metric *metric_of(struct many *many, const char *name, const char *window, uint32_t most) {
    for (uint32_t i = 0; i < many->metric_count; i++) {
        if (strcmp(many->metrics[i].name, name) == 0 && strcmp(many->metrics[i].window, window) == 0) {
            return &many->metrics[i];
        }
    }
    if (many->metric_count == most) {
        return NULL;
    }
    struct many_metric *metric = &many->metrics[many->metric_count++];
    *metric = (struct many_metric){.name = arena_text(&many->arena, name),
                                   .window = arena_text(&many->arena, window),
                                   .unit = value_unit_of_metric(name),
                                   .more_is_better = compare_more_is_better(name),
                                   .values = arena_alloc(&many->arena, many->point_count * sizeof *metric->values)};
    return metric;
}

/* Metrics of other windows, that decide the label of PACELC. */
static void take_decisive(struct many *many, const cJSON *designs, uint32_t most) {
    uint32_t point = 0;
    const cJSON *design, *entry;
    cJSON_ArrayForEach(design, designs) {
        cJSON_ArrayForEach(entry, member(member(design, "pacelc"), "metrics")) {
            const char *name = cJSON_GetStringValue(member(entry, "metric"));
            const char *window = cJSON_GetStringValue(member(entry, "window"));
            struct many_metric *metric = name != NULL && window != NULL ? metric_of(many, name, window, most) : NULL;
            if (metric != NULL && metric->values[point].runs == 0) {
                struct many_value *value = &metric->values[point];
                take_estimate(member(entry, "mean"), &value->mean, &value->low, &value->high);
                value->runs = isnan(value->mean) ? 0 : count_of(member(entry, "runs"));
            }
        }
        point++;
    }
}

static void take_objectives(struct many *many, const cJSON *objectives) {
    int count = cJSON_GetArraySize(objectives);
    const char **names = arena_alloc(&many->arena, (size_t)(count + 1) * sizeof *names);
    for (int i = 0; i < count; i++) {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(objectives, i));
        if (name != NULL) {
            names[many->objective_count++] = arena_text(&many->arena, name);
        }
    }
    many->objectives = names;
}

static bool take_all(struct many *many, const cJSON *json) {
    const cJSON *metrics = member(json, "metrics"), *metric;
    const char *window = cJSON_GetStringValue(member(json, "window"));
    window = arena_text(&many->arena, window != NULL ? window : "all");
    if (!take_designs(many, member(json, "designs")) || !cJSON_IsObject(metrics)) {
        return false;
    }
    uint32_t most = (uint32_t)cJSON_GetArraySize(metrics) + MOST_DECISIVE;
    many->metrics = arena_alloc(&many->arena, most * sizeof *many->metrics);
    cJSON_ArrayForEach(metric, metrics) {
        if (!take_metric(many, metric, window)) {
            return false;
        }
    }
    take_decisive(many, member(json, "designs"), most);
    take_objectives(many, member(json, "objectives"));
    many->title = arena_format(&many->arena, "%u designs under the same weather", many->point_count);
    many->source = arena_format(&many->arena, "%" PRIu64 " runs each", many->points[0].runs);
    return true;
}

struct many *many_of_comparison(const char *json, struct text *error) {
    cJSON *parsed = cJSON_Parse(json);
    struct many *many = many_new();
    bool is_good = take_all(many, parsed);
    cJSON_Delete(parsed);
    if (!is_good) {
        text_add(error, "expected what spacelike compare --json prints: \"designs\" and \"metrics\"\n");
        many_free(many);
        return NULL;
    }
    return many;
}
