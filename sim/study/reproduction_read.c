/* reproduction.json: read by tables of fields, as scenarios are. */
#include "sim/scenario/reader.h"
#include "sim/study/extra.h"
#include "sim/study/reproduction_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 26 }; /* addresses, not memory */

/* ---- Lists and seeds ---- */

struct list {
    const char **items;
    uint32_t count;
};

static bool read_list(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    struct list *list = to;
    list->count = reader_array(reader, item, 0, READER_MOST_ELEMENTS, field->expected);
    if (list->count == UINT32_MAX) {
        list->count = 0;
        return false;
    }
    list->items = reader_alloc(reader, list->count, sizeof *list->items);
    const cJSON *child = item->child;
    for (uint32_t i = 0; i < list->count; i++, child = child->next) {
        size_t mark = reader_enter_element(reader, i);
        list->items[i] = reader_text(reader, child, field->expected);
        reader_leave(reader, mark);
        if (list->items[i] == NULL) {
            list->count = i;
            return false;
        }
    }
    return true;
}

/* "1-40" */
static bool read_seeds(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    uint64_t *seeds = to;
    const char *text = reader_text(reader, item, field->expected);
    char *end = NULL;
    if (text == NULL) {
        return false;
    }
    seeds[0] = strtoull(text, &end, 10);
    bool is_good = end != text && *end == '-' && text[0] != '-';
    const char *second = end + 1;
    if (is_good) {
        seeds[1] = strtoull(second, &end, 10);
        is_good = end != second && *end == '\0' && *second != '-' && seeds[0] <= seeds[1] &&
                  seeds[1] - seeds[0] < 10000000 && seeds[1] <= SWEEP_LAST_SEED;
    }
    return is_good || reader_fail_expected(reader, item, field->expected);
}

/* ---- Experiments ---- */

struct experiment_in {
    const char *scenario, *extra;
    struct list sets, quick_sets, samples;
    uint64_t seeds[2], quick[2];
};

static const struct field experiment_fields[] = {
    TEXT_FIELD(struct experiment_in, "scenario", scenario, true),
    {.name = "set",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct experiment_in, sets),
     .read = read_list,
     .expected = "an array of settings such as \"systems.store.nodes=3\""},
    {.name = "vary", .type = FIELD_CUSTOM, .expected = "an object of paths and arrays of values"},
    {.name = "seeds",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct experiment_in, seeds),
     .read = read_seeds,
     .is_required = true,
     .expected = "a range of seeds such as \"1-40\""},
    {.name = "quick",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct experiment_in, quick),
     .read = read_seeds,
     .expected = "a range of seeds such as \"1-4\""},
    {.name = "quick_set",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct experiment_in, quick_sets),
     .read = read_list,
     .expected = "an array of settings such as \"duration=60s\""},
    TEXT_FIELD(struct experiment_in, "measure", extra, false),
    {.name = "samples",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct experiment_in, samples),
     .read = read_list,
     .expected = "an array of metrics"},
    {.name = NULL}};

static const struct object_type experiment_type = {
    .name = "experiment", .what = "an object with \"scenario\" and \"seeds\"", .fields = experiment_fields};

static void read_measure(struct reader *reader, const cJSON *item, const char *name, struct experiment *to) {
    const char *names[16];
    size_t count = 0;
    for (const struct extra *it = extras; it->name != NULL; it++) {
        names[count++] = it->name;
    }
    to->extra = name != NULL ? extra_find(name) : NULL;
    if (name != NULL && to->extra == NULL) {
        reader_fail_unknown(reader, json_get(item, "measure"), false, "measure", name, names, count);
    }
}

static void read_grid(struct reader *reader, const cJSON *item, struct grid *grid) {
    struct text text = {0}, error = {0};
    const cJSON *vary = json_get(item, "vary");
    if (vary != NULL) {
        text_add(&text, "{\"vary\": ");
        json_print(vary, &text);
        text_add(&text, "}");
        if (!grid_add_scenario(grid, text.bytes, &error)) {
            reader_fail(reader, vary, "%s", error.bytes);
        }
    }
    text_free(&text);
    text_free(&error);
}

/* "metric", or "metric@window" */
static void split_samples(struct reader *reader, struct experiment *to, uint32_t count) {
    to->sample_count = count;
    to->sample_windows = reader_alloc(reader, count, sizeof *to->sample_windows);
    for (uint32_t i = 0; i < count; i++) {
        char *metric = arena_text(reader->arena, to->samples[i]), *at = strchr(metric, '@');
        to->sample_windows[i] = at != NULL ? at + 1 : "all";
        to->samples[i] = metric;
        if (at != NULL) {
            *at = '\0';
        }
    }
}

static void join_quick_sets(struct reader *reader, struct experiment *to, const struct list *more) {
    to->quick_set_count = to->set_count + more->count;
    to->quick_sets = reader_alloc(reader, to->quick_set_count, sizeof *to->quick_sets);
    for (uint32_t i = 0; i < to->quick_set_count; i++) {
        to->quick_sets[i] = i < to->set_count ? to->sets[i] : more->items[i - to->set_count];
    }
}

static void read_experiment(struct reader *reader, const cJSON *item, const char *folder, struct experiment *to) {
    struct experiment_in in = {0};
    size_t before = reader->source->problems.count;
    reader_object(reader, &experiment_type, item, &in);
    if (reader->source->problems.count > before) {
        return;
    }
    to->name = arena_text(reader->arena, item->string);
    to->scenario = arena_format(reader->arena, "%s/%s", folder, in.scenario);
    to->sets = in.sets.items;
    to->set_count = in.sets.count;
    join_quick_sets(reader, to, &in.quick_sets);
    to->samples = in.samples.items;
    split_samples(reader, to, in.samples.count);
    to->first = in.seeds[0];
    to->last = in.seeds[1];
    to->quick_last = in.quick[1] > 0 ? in.quick[1] : in.seeds[1];
    if (in.quick[1] > 0 && (in.quick[0] != to->first || in.quick[1] > to->last)) {
        reader_fail(reader, json_get(item, "quick"), "expected the first of the seeds");
    }
    read_measure(reader, item, in.extra, to);
    read_grid(reader, item, &to->grid);
}

static void read_experiments(struct reader *reader, const cJSON *item, struct reproduction *to) {
    if (!cJSON_IsObject(item) || item->child == NULL) {
        reader_fail_expected(reader, item, "an object of experiments");
        return;
    }
    to->experiments = reader_alloc(reader, (uint64_t)cJSON_GetArraySize(item), sizeof *to->experiments);
    const cJSON *child;
    cJSON_ArrayForEach(child, item) {
        size_t mark = reader_enter(reader, child->string);
        static const char *const none[] = {NULL};
        reader_check_name(reader, child, true, child->string, none);
        read_experiment(reader, child, to->folder, &to->experiments[to->experiment_count++]);
        reader_leave(reader, mark);
    }
}

/* ---- The whole ---- */

static const struct field reproduction_fields[] = {
    TEXT_FIELD(struct reproduction, "title", title, true),
    TEXT_FIELD(struct reproduction, "question", question, true),
    TEXT_FIELD(struct reproduction, "source", source, true),
    TEXT_FIELD(struct reproduction, "says", says, false),
    {.name = "experiments", .type = FIELD_CUSTOM, .is_required = true, .expected = "an object of experiments"},
    {.name = "figures", .type = FIELD_CUSTOM, .is_required = true, .expected = "an array of figures"},
    {.name = NULL}};

static const struct object_type reproduction_type = {
    .name = "reproduction", .what = "an object with \"title\" and \"figures\"", .fields = reproduction_fields};

/* What is needed of each run, so that long studies of short runs keep little. */
static void list_kept(struct reader *reader, struct reproduction *of) {
    for (uint32_t e = 0; e < of->experiment_count; e++) {
        struct experiment *experiment = &of->experiments[e];
        uint32_t count = 0;
        experiment->kept =
            reader_alloc(reader, of->figure_count + experiment->sample_count + 1, sizeof *experiment->kept);
        for (uint32_t i = 0; i < of->figure_count; i++) {
            if (of->figures[i].experiment == e && of->figures[i].statistic != STATISTIC_HELD) {
                experiment->kept[count++] = of->figures[i].metric;
            }
        }
        for (uint32_t i = 0; i < experiment->sample_count; i++) {
            experiment->kept[count++] = experiment->samples[i];
        }
    }
}

static void read_all(struct reader *reader, struct reproduction *to) {
    const cJSON *root = reader->source->tree;
    size_t before = reader->source->problems.count;
    reader_object(reader, &reproduction_type, root, to);
    if (reader->source->problems.count > before) {
        return;
    }
    size_t mark = reader_enter(reader, "experiments");
    read_experiments(reader, json_get(root, "experiments"), to);
    reader_leave(reader, mark);
    if (reader->source->problems.count == before) {
        mark = reader_enter(reader, "figures");
        reproduction_read_figures(reader, json_get(root, "figures"), to);
        reader_leave(reader, mark);
        list_kept(reader, to);
    }
}

struct reproduction *reproduction_read(const char *folder, const char *name, const struct model_list *models,
                                       struct text *errors) {
    struct reproduction *result = calloc(1, sizeof *result);
    if (result == NULL) {
        abort();
    }
    struct source source;
    source_init(&source);
    arena_init(&result->arena, "reproduction", ARENA_BYTES);
    result->name = arena_text(&result->arena, name);
    result->folder = arena_format(&result->arena, "%s/%s", folder, name);
    const char *path = arena_format(&result->arena, "%s/reproduction.json", result->folder), *error = NULL;
    size_t length = 0, before = errors->length;
    char *text = source_read_file(&source, path, &length, &error);
    if (text == NULL) {
        text_add(errors, "%s: %s\n", path, error);
    } else {
        struct scenario_options options = {.models = models};
        struct reader reader = {.options = &options, .source = &source, .arena = &result->arena};
        if (source_load(&source, path, text, length)) {
            read_all(&reader, result);
        }
        problems_print(&source.problems, errors);
    }
    source_free(&source);
    if (errors->length > before) {
        reproduction_free(result);
        return NULL;
    }
    return result;
}

void reproduction_free(struct reproduction *reproduction) {
    for (uint32_t i = 0; reproduction != NULL && i < reproduction->experiment_count; i++) {
        grid_free(&reproduction->experiments[i].grid);
    }
    if (reproduction != NULL) {
        arena_free_all(&reproduction->arena);
        free(reproduction);
    }
}
