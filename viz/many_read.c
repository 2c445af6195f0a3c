/* Results of many runs from a sweep's store. */
#include "sim/study/compare.h"
#include "sim/study/points.h"
#include "viz/many.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { FAILURES_KEPT = 50 };

static void *take(struct many *many, size_t count, size_t size) {
    return arena_alloc(&many->arena, (count + 1) * size);
}

static const char *last_part(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

/* ---- What varies ---- */

static void take_axis(struct many *many, struct many_axis *axis, const struct axis *grid) {
    *axis = (struct many_axis){.path = arena_text(&many->arena, grid->path),
                               .count = grid->count,
                               .texts = take(many, grid->count, sizeof *axis->texts),
                               .numbers = take(many, grid->count, sizeof *axis->numbers)};
    axis->name = last_part(axis->path);
    bool is_number = true;
    for (uint32_t i = 0; i < grid->count; i++) {
        enum unit unit = UNIT_COUNT;
        const char *text = grid->values[i];
        size_t length = strlen(text);
        bool is_quoted = length >= 2 && text[0] == '"' && text[length - 1] == '"';
        axis->texts[i] =
            is_quoted ? arena_format(&many->arena, "%.*s", (int)length - 2, text + 1) : arena_text(&many->arena, text);
        is_number = is_number && value_read(text, &unit, &axis->numbers[i]) && (i == 0 || unit == axis->unit);
        axis->unit = i == 0 ? unit : axis->unit;
    }
    for (uint32_t i = 0; i < grid->count && !is_number; i++) {
        axis->numbers[i] = (double)NAN;
    }
}

static void take_place(struct many *many, struct many_point *point, const struct grid *grid, uint64_t number) {
    struct text name = {0};
    point->places = take(many, many->axis_count, sizeof *point->places);
    for (uint32_t a = many->axis_count; a-- > 0;) { /* the first axis turns slowest */
        point->places[a] = (uint32_t)(number % grid->axes[a].count);
        number /= grid->axes[a].count;
    }
    for (uint32_t a = 0; a < many->axis_count; a++) {
        text_add(&name, "%s%s=%s", a > 0 ? ", " : "", many->axes[a].name, many->axes[a].texts[point->places[a]]);
    }
    point->name = arena_text(&many->arena, name.bytes != NULL ? name.bytes : "");
    text_free(&name);
}

/* ---- What was measured ---- */

static struct many_metric *metric_of(struct many *many, uint32_t *capacity, const struct point_metric *from) {
    for (uint32_t i = 0; i < many->metric_count; i++) {
        if (strcmp(many->metrics[i].name, from->name) == 0 && strcmp(many->metrics[i].window, from->window) == 0) {
            return &many->metrics[i];
        }
    }
    many->metrics =
        arena_array_reserve(&many->arena, many->metrics, many->metric_count, capacity, sizeof *many->metrics);
    struct many_metric *metric = &many->metrics[many->metric_count++];
    *metric = (struct many_metric){.name = arena_text(&many->arena, from->name),
                                   .window = arena_text(&many->arena, from->window),
                                   .unit = value_unit_of_metric(from->name),
                                   .more_is_better = compare_more_is_better(from->name),
                                   .values = take(many, many->point_count, sizeof *metric->values)};
    return metric;
}

static void take_metrics(struct many *many, const struct point_summary *summaries) {
    uint32_t capacity = 0;
    for (uint32_t p = 0; p < many->point_count; p++) {
        for (uint32_t m = 0; m < summaries[p].metric_count; m++) {
            const struct point_metric *from = &summaries[p].metrics[m];
            struct many_value *value = &metric_of(many, &capacity, from)->values[p];
            double *values = take(many, from->count, sizeof *values);
            memcpy(values, from->values, from->count * sizeof *values);
            *value = (struct many_value){.runs = from->count,
                                         .mean = from->mean.value,
                                         .low = from->mean.low,
                                         .high = from->mean.high,
                                         .values = values};
        }
    }
}

/* "store: PA/EL" */
static struct many_label label_of(struct many *many, const struct point_check *check) {
    const char *colon = strstr(check->name, ": ");
    size_t length = colon != NULL ? (size_t)(colon - check->name) : 0;
    return (struct many_label){.system = arena_format(&many->arena, "%.*s", (int)length, check->name),
                               .label = arena_text(&many->arena, colon != NULL ? colon + 2 : check->name),
                               .runs = check->held};
}

static void take_checks(struct many *many, struct many_point *point, const struct point_summary *summary) {
    struct many_check *checks = take(many, summary->check_count, sizeof *checks);
    struct many_label *labels = take(many, summary->check_count, sizeof *labels);
    for (uint32_t i = 0; i < summary->check_count; i++) {
        const struct point_check *from = &summary->checks[i];
        if (strcmp(from->kind, "pacelc") == 0) {
            labels[point->label_count++] = label_of(many, from);
            continue;
        }
        checks[point->check_count++] = (struct many_check){.name = arena_text(&many->arena, from->name),
                                                           .held = from->held,
                                                           .judged = from->judged,
                                                           .share = from->share.value,
                                                           .low = from->share.low,
                                                           .high = from->share.high};
    }
    point->checks = checks;
    point->labels = labels;
}

static void take_failures(struct many *many, struct many_point *point, struct store *store, const struct grid *grid,
                          const struct point_summary *summary) {
    uint32_t count = summary->failing_count < FAILURES_KEPT ? summary->failing_count : FAILURES_KEPT;
    struct many_failure *failures = take(many, count, sizeof *failures);
    for (uint32_t i = 0; i < count; i++) {
        struct text replay = {0};
        points_replay(store, grid, summary->point, summary->failing[i], &replay);
        failures[i] = (struct many_failure){summary->failing[i], arena_text(&many->arena, replay.bytes)};
        text_free(&replay);
    }
    point->failures = failures;
    point->failure_count = count;
}

static const char *text_of(struct many *many, const cJSON *scenario, const char *key) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(scenario, key));
    return text != NULL ? arena_text(&many->arena, text) : NULL;
}

static void take_title(struct many *many, struct store *store) {
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t p = 0; p < many->point_count; p++) {
        least = many->points[p].runs < least ? many->points[p].runs : least;
        most = many->points[p].runs > most ? many->points[p].runs : most;
    }
    cJSON *scenario = cJSON_Parse(store_provenance(store, "scenario_text"));
    many->title = text_of(many, scenario, "title");
    if (many->title == NULL) {
        many->title = arena_text(&many->arena, store_provenance(store, "scenario"));
    }
    many->question = text_of(many, scenario, "question");
    many->answer = text_of(many, scenario, "answer");
    cJSON_Delete(scenario);
    if (many->point_count == 1) {
        many->source = arena_format(&many->arena, "%" PRIu64 " runs", most);
    } else if (least == most) {
        many->source = arena_format(&many->arena, "%" PRIu64 " runs at each of %u points", most, many->point_count);
    } else {
        many->source =
            arena_format(&many->arena, "%" PRIu64 " to %" PRIu64 " runs at %u points", least, most, many->point_count);
    }
}

struct many *many_of_store(struct store *store, struct text *error) {
    struct grid grid = {0};
    struct point_summary *summaries = NULL;
    uint64_t count = 0;
    struct many *many = NULL;
    if (!grid_read(&grid, store_provenance(store, "vary"), error)) {
        text_add(error, "%s: its grid of parameters cannot be read\n", store_path(store));
    } else if (points_read(store, &summaries, &count, error)) {
        many = many_new();
        many->axis_count = grid.axis_count;
        many->axes = take(many, grid.axis_count, sizeof *many->axes);
        for (uint32_t a = 0; a < grid.axis_count; a++) {
            take_axis(many, &many->axes[a], &grid.axes[a]);
        }
        many->point_count = (uint32_t)count;
        many->points = take(many, count, sizeof *many->points);
        for (uint32_t p = 0; p < many->point_count; p++) {
            struct many_point *point = &many->points[p];
            *point = (struct many_point){.runs = summaries[p].runs,
                                         .holds = summaries[p].holds,
                                         .violated = summaries[p].violated,
                                         .inconclusive = summaries[p].inconclusive,
                                         .crashed = summaries[p].crashed};
            take_place(many, point, &grid, summaries[p].point);
            take_checks(many, point, &summaries[p]);
            take_failures(many, point, store, &grid, &summaries[p]);
        }
        take_metrics(many, summaries);
        take_title(many, store);
    }
    points_free(summaries, count);
    grid_free(&grid);
    return many;
}
