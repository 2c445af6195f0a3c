/* What reproductions say, for people (Markdown) and for programs (CSV, JSON). */
#include "sim/study/reproduction.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_BEGINS "<!-- figures -->\n"
#define TABLE_ENDS "<!-- end of figures -->\n"

/* ---- Values ---- */

static double scale_of(const struct figure *figure) {
    const char *unit = figure->unit;
    return strcmp(unit, "us") == 0 ? 1e6 : strcmp(unit, "ms") == 0 ? 1e3 : strcmp(unit, "%") == 0 ? 100 : 1;
}

/* Two digits of the interval's half width; without an interval, four of the value. */
static int decimals_of(double value, const struct estimate *interval, double scale) {
    double half = interval == NULL ? NAN : fmax(interval->high - interval->value, interval->value - interval->low);
    double decimals = NAN;
    if (isfinite(half) && half > 0) {
        decimals = 1 - floor(log10(half * scale));
    } else if (isfinite(value) && value != 0) {
        decimals = 3 - floor(log10(fabs(value * scale)));
    }
    return isnan(decimals) || decimals < 0 ? 0 : decimals > 9 ? 9 : (int)decimals;
}

static void add_number(const struct figure *figure, double value, const struct estimate *interval, struct text *out) {
    double scale = scale_of(figure);
    if (!isfinite(value)) {
        text_add(out, "%s", isnan(value) ? "-" : value > 0 ? "∞" : "-∞");
        return;
    }
    text_add(out, "%.*f", decimals_of(value, interval, scale), value * scale);
}

void figure_show(const struct figure *figure, double value, const struct estimate *interval, struct text *out) {
    add_number(figure, value, interval, out);
    if (isfinite(value) && figure->unit[0] != '\0') {
        text_add(out, " %s", figure->unit);
    }
}

/* ---- Pages ---- */

static const char *sign_of(const struct figure *figure) {
    static const char *const signs[] = {[COMPARISON_EQUAL] = "",
                                        [COMPARISON_ABOVE] = "more than ",
                                        [COMPARISON_BELOW] = "less than ",
                                        [COMPARISON_DIFFERS] = "",
                                        [COMPARISON_BESIDE] = ""};
    return signs[figure->comparison];
}

static void add_given(const struct figure *figure, const struct measured *measured, struct text *out) {
    if (!figure->has_given) {
        text_add(out, "-");
        return;
    }
    text_add(out, "%s", sign_of(figure));
    bool has_interval = figure->theory != NULL && isfinite(measured->ours.low);
    figure_show(figure, figure->given, has_interval ? &measured->ours : NULL, out);
}

static void add_ours(const struct figure *figure, const struct measured *measured, struct text *out) {
    figure_show(figure, measured->ours.value, &measured->ours, out);
    if (!isnan(measured->ours.low)) {
        text_add(out, " (");
        add_number(figure, measured->ours.low, &measured->ours, out);
        text_add(out, " to ");
        add_number(figure, measured->ours.high, &measured->ours, out);
        text_add(out, ")");
    }
}

static void add_finding(const struct figure *figure, const struct measured *measured, struct text *out) {
    const struct estimate *ours = &measured->ours;
    bool is_told = figure->has_given && figure->given != 0 && isfinite(ours->value);
    double off = (ours->value - figure->given) / fabs(figure->given) * 100;
    if (measured->finding == FINDING_BESIDE && is_told) {
        text_add(out, "%+.*f %%", fabs(off) < 10 ? 1 : 0, off);
    } else if (measured->finding == FINDING_AGREES && figure->comparison == COMPARISON_DIFFERS) {
        text_add(out, "differs, as explained: %+.*f %%", fabs(off) < 10 ? 1 : 0, off);
    } else if (measured->finding != FINDING_BESIDE) {
        text_add(out, "%s", finding_word(measured->finding));
    }
    if (figure->because != NULL) {
        text_add(out, "%s%s", measured->finding == FINDING_BESIDE && !is_told ? "" : "; ", figure->because);
    }
}

static void add_table(const struct reproduction *reproduction, const struct measured *measured, struct text *out) {
    text_add(out, "| figure | published, or closed form | ours (99.9 %% interval) | runs | |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < reproduction->figure_count; i++) {
        const struct figure *figure = &reproduction->figures[i];
        text_add(out, "| %s | ", figure->name);
        add_given(figure, &measured[i], out);
        text_add(out, " | ");
        add_ours(figure, &measured[i], out);
        text_add(out, " | %" PRIu64 " | ", measured[i].runs);
        add_finding(figure, &measured[i], out);
        text_add(out, " |\n");
    }
}

static void add_verdict(const struct reproduction *reproduction, const struct measured *measured, struct text *out) {
    uint32_t judged = 0, agree = 0, contradict = 0;
    for (uint32_t i = 0; i < reproduction->figure_count; i++) {
        judged += measured[i].finding != FINDING_BESIDE;
        agree += measured[i].finding == FINDING_AGREES;
        contradict += measured[i].finding == FINDING_CONTRADICTS;
    }
    text_add(out, "Verdict: ");
    if (judged == 0) {
        text_add(out, "side by side, nothing to decide");
    } else if (agree == judged) {
        text_add(out, judged == 1 ? "agrees" : "all %u agree", judged);
    } else {
        text_add(out, "%u of %u agree", agree, judged);
        if (contradict > 0) {
            text_add(out, ", **%u contradict**", contradict);
        }
    }
    text_add(out, ".%s%s\n", reproduction->says != NULL ? " " : "",
             reproduction->says != NULL ? reproduction->says : "");
}

/* Each formula once, with its source. */
static void add_formulas(const struct reproduction *reproduction, struct text *out) {
    bool is_any = false;
    for (const struct theory *theory = theories; theory->name != NULL; theory++) {
        bool is_used = false;
        for (uint32_t i = 0; i < reproduction->figure_count; i++) {
            is_used = is_used || reproduction->figures[i].theory == theory;
        }
        if (is_used) {
            text_add(out, "%s- `%s`: %s. %s.\n", is_any ? "" : "\nClosed forms, computed in `sim/study/theory.c`:\n\n",
                     theory->name, theory->formula, theory->source);
            is_any = true;
        }
    }
}

static void add_experiments(const struct reproduction *reproduction, struct text *out) {
    text_add(out, "\nExperiments:\n\n");
    for (uint32_t e = 0; e < reproduction->experiment_count; e++) {
        const struct experiment *experiment = &reproduction->experiments[e];
        const char *file = strrchr(experiment->scenario, '/');
        text_add(out, "- `%s`: [%s](%s)", experiment->name, file + 1,
                 experiment->scenario + strlen(reproduction->folder) + 1);
        for (uint32_t i = 0; i < experiment->set_count; i++) {
            text_add(out, "%s`%s`", i == 0 ? " with " : ", ", experiment->sets[i]);
        }
        for (uint32_t a = 0; a < experiment->grid.axis_count; a++) {
            const struct axis *axis = &experiment->grid.axes[a];
            text_add(out, "%s`%s` of ", a == 0 ? ", for " : " and ", axis->path);
            for (uint32_t v = 0; v < axis->count; v++) {
                text_add(out, "%s`%s`", v == 0 ? "" : ", ", axis->values[v]);
            }
        }
        text_add(out, "; seeds %" PRIu64 " to %" PRIu64 "\n", experiment->first, experiment->last);
    }
}

void reproduction_page(const struct reproduction *reproduction, const struct measured *measured, struct text *out) {
    text_add(out, "# %s\n\n<!-- Generated by `spacelike reproduce %s`. -->\n\n%s\n\nSource: %s.\n\n" TABLE_BEGINS,
             reproduction->title, reproduction->name, reproduction->question, reproduction->source);
    add_verdict(reproduction, measured, out);
    text_add(out, "\n");
    add_table(reproduction, measured, out);
    text_add(out, TABLE_ENDS "\n![ours as a share of what was given, with intervals](figures.svg)\n");
    add_formulas(reproduction, out);
    add_experiments(reproduction, out);
    text_add(out, "\nAgain: `spacelike reproduce %s`. For charts: [figures.csv](figures.csv)", reproduction->name);
    bool has_samples = false;
    for (uint32_t e = 0; e < reproduction->experiment_count; e++) {
        has_samples = has_samples || reproduction->experiments[e].sample_count > 0;
    }
    text_add(out, has_samples ? ", [samples.csv](samples.csv).\n" : ".\n");
}

static void add_part(const char *name, const char *page, struct text *out) {
    const char *begin = strstr(page, TABLE_BEGINS), *end = strstr(page, TABLE_ENDS), *line = strchr(page, '\n');
    if (begin == NULL || end == NULL || page[0] != '#' || line == NULL) {
        return;
    }
    text_add(out, "\n## [%.*s](%s)\n\n", (int)(line - page - 2), page + 2, name);
    begin += sizeof TABLE_BEGINS - 1;
    text_add_bytes(out, begin, (size_t)(end - begin));
}

void reproduction_index(const char *head, const char *const *names, const char *const *texts, uint32_t count,
                        struct text *out) {
    text_add(out, "%s", head);
    for (uint32_t i = 0; i < count; i++) {
        add_part(names[i], texts[i], out);
    }
}

/* ---- For programs ---- */

static void add_csv_text(struct text *out, const char *field) {
    text_add(out, "\"");
    for (; *field != '\0'; field++) {
        text_add(out, *field == '"' ? "\"\"" : "%c", *field);
    }
    text_add(out, "\"");
}

static void add_csv_number(struct text *out, double value) {
    text_add(out, ",");
    if (isfinite(value)) {
        text_add(out, "%.6g", value);
    }
}

void reproduction_figures_csv(const struct reproduction *reproduction, const struct measured *measured,
                              struct text *out) {
    text_add(out, "figure,experiment,point,given,ours,low,high,runs,finding\n");
    for (uint32_t i = 0; i < reproduction->figure_count; i++) {
        const struct figure *figure = &reproduction->figures[i];
        add_csv_text(out, figure->name);
        text_add(out, ",%s,%" PRIu64, reproduction->experiments[figure->experiment].name, figure->point);
        add_csv_number(out, figure->has_given ? figure->given : NAN);
        add_csv_number(out, measured[i].ours.value);
        add_csv_number(out, measured[i].ours.low);
        add_csv_number(out, measured[i].ours.high);
        text_add(out, ",%" PRIu64 ",%s\n", measured[i].runs, finding_word(measured[i].finding));
    }
}

struct samples {
    struct text *out;
    const struct experiment *experiment;
};

static bool add_sample(void *context, bool is_header, int columns, const struct store_cell *cells) {
    const struct samples *samples = context;
    if (!is_header && columns == 4) {
        text_add(samples->out, "%s,%s,", samples->experiment->name, cells[0].text);
        const struct grid *grid = &samples->experiment->grid;
        struct text point = {0};
        for (uint32_t a = 0; a < grid->axis_count; a++) {
            text_add(&point, "%s%s", a == 0 ? "" : " ", grid_value(grid, strtoull(cells[0].text, NULL, 10), a));
        }
        add_csv_text(samples->out, point.bytes != NULL ? point.bytes : "");
        text_add(samples->out, ",%s,%s,", cells[1].text, cells[2].text);
        text_add(samples->out, "%s\n", cells[3].text != NULL ? cells[3].text : "");
        text_free(&point);
    }
    return true;
}

bool reproduction_samples_csv(const struct reproduction *reproduction, struct store *const *stores, struct text *out,
                              struct text *error) {
    bool is_good = true;
    for (uint32_t e = 0; e < reproduction->experiment_count && is_good; e++) {
        const struct experiment *experiment = &reproduction->experiments[e];
        for (uint32_t i = 0; i < experiment->sample_count && is_good; i++) {
            if (out->length == 0) {
                text_add(out, "experiment,point,parameters,seed,metric,value\n");
            }
            struct samples samples = {out, experiment};
            struct text sql = {0};
            text_add(
                &sql,
                "SELECT point, seed, metric, printf('%%.6g', value) FROM metrics WHERE metric='%s' AND window='%s' "
                "AND value IS NOT NULL ORDER BY point, seed",
                experiment->samples[i], experiment->sample_windows[i]);
            is_good = store_query(stores[e], sql.bytes, add_sample, &samples, error);
            text_free(&sql);
        }
    }
    return is_good;
}

static void add_json_field(struct text *out, const char *key, double value) {
    text_add(out, ", \"%s\": ", key);
    text_add_json_number(out, value);
}

void reproduction_json(const struct reproduction *reproduction, const struct measured *measured, struct text *out) {
    text_add(out, "{\"name\": ");
    text_add_json(out, reproduction->name);
    text_add(out, ", \"title\": ");
    text_add_json(out, reproduction->title);
    text_add(out, ", \"finding\": \"%s\", \"figures\": [", finding_word(reproduction_finding(reproduction, measured)));
    for (uint32_t i = 0; i < reproduction->figure_count; i++) {
        const struct figure *figure = &reproduction->figures[i];
        text_add(out, "%s\n  {\"name\": ", i == 0 ? "" : ",");
        text_add_json(out, figure->name);
        text_add(out, ", \"experiment\": ");
        text_add_json(out, reproduction->experiments[figure->experiment].name);
        text_add(out, ", \"point\": %" PRIu64 ", \"closed_form\": %s%s%s", figure->point,
                 figure->theory != NULL ? "\"" : "", figure->theory != NULL ? figure->theory->name : "null",
                 figure->theory != NULL ? "\"" : "");
        add_json_field(out, "given", figure->has_given ? figure->given : NAN);
        add_json_field(out, "ours", measured[i].ours.value);
        add_json_field(out, "low", measured[i].ours.low);
        add_json_field(out, "high", measured[i].ours.high);
        text_add(out, ", \"runs\": %" PRIu64 ", \"finding\": \"%s\"}", measured[i].runs,
                 finding_word(measured[i].finding));
    }
    text_add(out, "]}");
}
