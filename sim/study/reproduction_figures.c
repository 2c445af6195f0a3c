/* The figures of reproduction.json. */
#include "sim/study/reproduction_parts.h"

#include "sim/base/units.h"

#include <math.h>
#include <string.h>

struct figure_in {
    struct figure figure;
    const char *experiment, *form, *check;
    bool is_max, is_rms;
    int32_t expect;
};

/* A number; or a duration, as seconds. */
static bool read_value(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    char error[160];
    int64_t ns;
    if (cJSON_IsNumber(item)) {
        *(double *)to = item->valuedouble;
        return true;
    }
    if (cJSON_IsString(item) && units_read_duration(item->valuestring, &ns, error, sizeof error)) {
        *(double *)to = (double)ns / 1e9;
        return true;
    }
    return reader_fail_expected(reader, item, field->expected);
}

static const char *const expect_choices[] = {"equal", "above", "below", "differs", "beside", NULL};

#define VALUE_FIELD(key, member)                                                                                       \
    {                                                                                                                  \
        .name = key, .type = FIELD_CUSTOM, .offset = offsetof(struct figure_in, member), .read = read_value,           \
        .expected = "a number, or a duration such as \"287ms\""                                                        \
    }

static const struct field figure_fields[] = {
    TEXT_FIELD(struct figure_in, "name", figure.name, true),
    TEXT_FIELD(struct figure_in, "experiment", experiment, false),
    {.name = "at", .type = FIELD_CUSTOM, .expected = "an object of paths and values of the grid"},
    TEXT_FIELD(struct figure_in, "metric", figure.metric, false),
    TEXT_FIELD(struct figure_in, "window", figure.window, false),
    TEXT_FIELD(struct figure_in, "check", check, false),
    {.name = "quantile", .type = FIELD_SHARE, .offset = offsetof(struct figure_in, figure.quantile)},
    {.name = "max", .type = FIELD_FLAG, .offset = offsetof(struct figure_in, is_max)},
    {.name = "root_mean_square", .type = FIELD_FLAG, .offset = offsetof(struct figure_in, is_rms)},
    VALUE_FIELD("above", figure.above),
    VALUE_FIELD("published", figure.given),
    TEXT_FIELD(struct figure_in, "closed_form", form, false),
    {.name = "with", .type = FIELD_CUSTOM, .expected = "an object of the closed form's arguments"},
    {.name = "expect",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct figure_in, expect),
     .choices = expect_choices,
     .preset = "\"equal\""},
    TEXT_FIELD(struct figure_in, "because", figure.because, false),
    {.name = "precision",
     .type = FIELD_POSITIVE,
     .offset = offsetof(struct figure_in, figure.precision),
     .preset = "0.1"},
    TEXT_FIELD(struct figure_in, "unit", figure.unit, false),
    {.name = NULL}};

static const struct object_type figure_type = {
    .name = "figure", .what = "an object that describes a figure", .fields = figure_fields};

static void find_experiment(struct reader *reader, const cJSON *item, const char *name, const struct reproduction *of,
                            struct figure *figure) {
    const char **names = reader_alloc(reader, of->experiment_count, sizeof *names);
    for (uint32_t i = 0; i < of->experiment_count; i++) {
        names[i] = of->experiments[i].name;
        if (name != NULL && strcmp(name, names[i]) == 0) {
            figure->experiment = i;
            return;
        }
    }
    if (name != NULL) {
        reader_fail_unknown(reader, json_get(item, "experiment"), false, "experiment", name, names,
                            of->experiment_count);
    } else if (of->experiment_count > 1) {
        reader_fail(reader, item, "\"experiment\" is missing; there are several");
    }
}

/* Values as a grid has them: JSON text, or the plain text of a string. */
static bool is_value(const cJSON *item, const char *value) {
    struct text text = {0};
    if (cJSON_IsString(item)) {
        text_add(&text, "%s", item->valuestring);
    } else {
        json_print(item, &text);
    }
    cJSON *a = cJSON_Parse(text.bytes), *b = cJSON_Parse(value);
    bool is_same = strcmp(text.bytes, value) == 0 || (a != NULL && b != NULL && cJSON_Compare(a, b, true));
    cJSON_Delete(a);
    cJSON_Delete(b);
    text_free(&text);
    return is_same;
}

static void find_point(struct reader *reader, const cJSON *item, const struct grid *grid, struct figure *figure) {
    const cJSON *at = json_get(item, "at"), *child;
    figure->point = 0;
    cJSON_ArrayForEach(child, at) {
        bool is_axis = false;
        for (uint32_t a = 0; a < grid->axis_count; a++) {
            is_axis = is_axis || strcmp(grid->axes[a].path, child->string) == 0;
        }
        if (!is_axis) {
            reader_fail(reader, child, "the experiment does not vary \"%.200s\"", child->string);
            return;
        }
    }
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        const cJSON *wanted = at != NULL ? json_get(at, grid->axes[a].path) : NULL;
        uint32_t value = 0;
        while (wanted != NULL && value < grid->axes[a].count && !is_value(wanted, grid->axes[a].values[value])) {
            value++;
        }
        if (wanted == NULL || value == grid->axes[a].count) {
            reader_fail(reader, at != NULL ? at : item, "expected one of the values of \"%.200s\" under \"at\"",
                        grid->axes[a].path);
            return;
        }
        figure->point = figure->point * grid->axes[a].count + value;
    }
}

static void read_arguments(struct reader *reader, const cJSON *item, struct figure *figure) {
    static const struct field value = {.read = read_value, .expected = "a number, or a duration such as \"10ms\""};
    const cJSON *with = json_get(item, "with"), *child;
    uint32_t count = 0;
    while (figure->theory->arguments[count] != NULL) {
        const cJSON *argument = with != NULL ? json_get(with, figure->theory->arguments[count]) : NULL;
        if (argument == NULL) {
            reader_fail(reader, with != NULL ? with : item, "\"%s\" is missing in \"with\"",
                        figure->theory->arguments[count]);
            return;
        }
        read_value(reader, &value, argument, &figure->arguments[count++]);
    }
    cJSON_ArrayForEach(child, with) {
        uint32_t i = 0;
        while (i < count && strcmp(figure->theory->arguments[i], child->string) != 0) {
            i++;
        }
        if (i == count) {
            reader_fail_unknown(reader, child, true, "argument", child->string,
                                (const char *const *)figure->theory->arguments, count);
        }
    }
    figure->given = figure->theory->value(figure->arguments);
    if (!isfinite(figure->given)) {
        reader_fail(reader, with, "the closed form has no value for these arguments");
    }
}

static void read_given(struct reader *reader, const cJSON *item, const char *form, struct figure *figure) {
    bool is_published = json_get(item, "published") != NULL;
    figure->has_given = form != NULL || is_published;
    if (form != NULL && is_published) {
        reader_fail(reader, item, "both \"published\" and \"closed_form\" are given; expected one of them");
    } else if (form != NULL) {
        figure->theory = theory_find(form);
        if (figure->theory == NULL) {
            const char *names[64];
            size_t count = 0;
            for (const struct theory *it = theories; it->name != NULL && count < 64; it++) {
                names[count++] = it->name;
            }
            reader_fail_unknown(reader, json_get(item, "closed_form"), false, "closed form", form, names, count);
            return;
        }
        read_arguments(reader, item, figure);
    }
}

static bool is_metric(const struct reader *reader, const struct experiment *experiment, const char *metric) {
    const struct model_list *list = reader->options->models;
    const char *slash = strrchr(metric, '/'), *name = slash != NULL ? slash + 1 : metric;
    bool is_known = experiment->extra != NULL || metric_is_known(name);
    for (uint32_t i = 0; i < list->count && !is_known; i++) {
        uint32_t which, statistic;
        is_known = metric_find_own(name, list->models[i], &which, &statistic); /* of a model's own */
    }
    return is_known;
}

static void choose_statistic(struct reader *reader, const cJSON *item, const struct figure_in *in,
                             const struct reproduction *of, struct figure *figure) {
    bool has_quantile = json_get(item, "quantile") != NULL, has_above = json_get(item, "above") != NULL;
    figure->statistic = in->check != NULL ? STATISTIC_HELD
                        : in->is_max      ? STATISTIC_MAX
                        : in->is_rms      ? STATISTIC_RMS
                        : has_quantile    ? STATISTIC_QUANTILE
                        : has_above       ? STATISTIC_SHARE
                                          : STATISTIC_MEAN;
    if (has_quantile + has_above + in->is_max + in->is_rms + (in->check != NULL) > 1) {
        reader_fail(reader, item,
                    "expected one of \"check\", \"quantile\", \"max\", \"root_mean_square\" and \"above\"");
    } else if ((in->check != NULL) == (figure->metric != NULL)) {
        reader_fail(reader, item, "expected either \"metric\" or \"check\"");
    } else if (in->check != NULL) {
        figure->metric = in->check;
    } else if (!is_metric(reader, &of->experiments[figure->experiment], figure->metric)) {
        size_t names = 0;
        while (metric_names[names] != NULL) {
            names++;
        }
        reader_fail_unknown(reader, json_get(item, "metric"), false, "metric", figure->metric, metric_names, names);
    }
}

static const char *unit_of(const struct figure *figure) {
    const char *slash = strrchr(figure->metric, '/'), *metric = slash != NULL ? slash + 1 : figure->metric;
    bool is_count = figure->statistic == STATISTIC_SHARE || figure->statistic == STATISTIC_HELD;
    return is_count || metric_is_share(metric) ? "%" : metric_is_duration(metric) ? "ms" : "";
}

static void read_figure(struct reader *reader, const cJSON *item, const struct reproduction *of,
                        struct figure *figure) {
    struct figure_in in = {.figure = {.window = "all"}};
    size_t before = reader->source->problems.count;
    reader_object(reader, &figure_type, item, &in);
    if (reader->source->problems.count > before) {
        return;
    }
    *figure = in.figure;
    figure->comparison = (enum comparison)in.expect;
    find_experiment(reader, item, in.experiment, of, figure);
    read_given(reader, item, in.form, figure);
    choose_statistic(reader, item, &in, of, figure);
    if (reader->source->problems.count > before) {
        return;
    }
    find_point(reader, item, &of->experiments[figure->experiment].grid, figure);
    bool needs_reason = figure->comparison == COMPARISON_DIFFERS || figure->comparison == COMPARISON_BESIDE;
    if (needs_reason && figure->because == NULL && figure->has_given) {
        reader_fail(reader, item, "\"because\" is missing; expected why the two need not be equal");
    } else if (!figure->has_given && figure->comparison != COMPARISON_BESIDE) {
        reader_fail(reader, item, "expected \"published\" or \"closed_form\", or \"expect\": \"beside\"");
    }
    if (figure->unit == NULL) {
        figure->unit = unit_of(figure);
    } else if (strcmp(figure->unit, "ms") != 0 && strcmp(figure->unit, "s") != 0 && strcmp(figure->unit, "us") != 0 &&
               strcmp(figure->unit, "%") != 0 && strcmp(figure->unit, "") != 0) {
        reader_fail(reader, json_get(item, "unit"), "expected \"us\", \"ms\", \"s\", \"%%\" or \"\"");
    }
}

void reproduction_read_figures(struct reader *reader, const cJSON *item, struct reproduction *to) {
    uint32_t count = reader_array(reader, item, 1, READER_MOST_ELEMENTS, "an array of figures");
    if (count == UINT32_MAX) {
        return;
    }
    to->figures = reader_alloc(reader, count, sizeof *to->figures);
    const cJSON *child = item->child;
    for (uint32_t i = 0; i < count; i++, child = child->next) {
        size_t mark = reader_enter_element(reader, i);
        read_figure(reader, child, to, &to->figures[to->figure_count++]);
        reader_leave(reader, mark);
    }
}
