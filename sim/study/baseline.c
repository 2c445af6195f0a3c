#include "sim/study/baseline.h"

#include "sim/study/compare.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1, MOST_SEEDS = 1000 };

#define LUCK 0.001 /* chance that luck alone makes a difference that counts, a metric */

struct baseline {
    cJSON *tree;
};

/* ---- Writing ---- */

void baseline_begin(struct text *out, const char *version, const char *commit, uint64_t first, uint64_t last) {
    text_add(out, "{\"schema\": %d,\n \"version\": ", SCHEMA);
    text_add_json(out, version);
    text_add(out, ",\n \"commit\": ");
    text_add_json(out, commit);
    text_add(out, ",\n \"seeds\": [%" PRIu64 ", %" PRIu64 "],\n \"scenarios\": {", first, last);
}

void baseline_end(struct text *out) {
    text_add(out, "\n }}\n");
}

struct writer {
    struct text *out;
    char *metric, *window; /* of the row before */
};

static bool write_trace(void *context, bool is_header, int columns, const struct store_cell *cells) {
    struct text *out = context;
    (void)columns;
    if (!is_header) {
        text_add(out, out->bytes[out->length - 1] == '[' ? "" : ", ");
        text_add_json(out, cells[0].text);
    }
    return true;
}

static void replace(char **name, const char *by) {
    free(*name);
    *name = strdup(by);
    if (*name == NULL) {
        abort();
    }
}

/* Rows of metric, window, value, in the order of seeds. */
static bool write_value(void *context, bool is_header, int columns, const struct store_cell *cells) {
    struct writer *writer = context;
    (void)columns;
    if (is_header) {
        return true;
    }
    bool is_new_metric = writer->metric == NULL || strcmp(writer->metric, cells[0].text) != 0;
    bool is_new_window = is_new_metric || strcmp(writer->window, cells[1].text) != 0;
    if (is_new_window) {
        text_add(writer->out, "%s", writer->metric == NULL ? "" : is_new_metric ? "]}," : "], ");
        if (is_new_metric) {
            text_add(writer->out, "\n     ");
            text_add_json(writer->out, cells[0].text);
            text_add(writer->out, ": {");
        }
        text_add_json(writer->out, cells[1].text);
        text_add(writer->out, ": [");
        replace(&writer->metric, cells[0].text);
        replace(&writer->window, cells[1].text);
    } else {
        text_add(writer->out, ", ");
    }
    text_add(writer->out, "%s", cells[2].text != NULL ? cells[2].text : "null");
    return true;
}

bool baseline_add(struct text *out, struct store *store, bool is_first, struct text *error) {
    text_add(out, "%s\n  ", is_first ? "" : ",");
    text_add_json(out, store_provenance(store, "scenario"));
    text_add(out, ": {\"hash\": ");
    text_add_json(out, store_provenance(store, "scenario_hash"));
    text_add(out, ",\n   \"traces\": [");
    struct writer writer = {.out = out};
    bool is_good =
        store_query(store, "SELECT trace_hash FROM runs WHERE point=0 ORDER BY seed", write_trace, out, error);
    text_add(out, "],\n   \"metrics\": {");
    is_good = is_good && store_query(store,
                                     "SELECT metric, \"window\", value FROM metrics WHERE point=0"
                                     " ORDER BY metric, \"window\", seed",
                                     write_value, &writer, error);
    text_add(out, writer.metric != NULL ? "]}}}" : "}}");
    free(writer.metric);
    free(writer.window);
    return is_good;
}

/* ---- Reading ---- */

struct baseline *baseline_read(const char *path, struct text *error) {
    FILE *file = fopen(path, "rb");
    struct text content = {0};
    char block[65536];
    size_t length;
    if (file == NULL) {
        text_add(error, "%s: cannot be read: %s\n", path, strerror(errno));
        return NULL;
    }
    while ((length = fread(block, 1, sizeof block, file)) > 0) {
        text_add_bytes(&content, block, length);
    }
    fclose(file);
    struct baseline *baseline = calloc(1, sizeof *baseline);
    if (baseline == NULL) {
        abort();
    }
    baseline->tree = content.bytes != NULL ? cJSON_Parse(content.bytes) : NULL;
    text_free(&content);
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(baseline->tree, "schema");
    const cJSON *seeds = cJSON_GetObjectItemCaseSensitive(baseline->tree, "seeds");
    if (!cJSON_IsNumber(schema) || schema->valuedouble != SCHEMA || cJSON_GetArraySize(seeds) != 2 ||
        !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(baseline->tree, "scenarios"))) {
        text_add(error, "%s: this is no baseline of schema %d\n", path, SCHEMA);
        baseline_free(baseline);
        return NULL;
    }
    return baseline;
}

void baseline_free(struct baseline *baseline) {
    if (baseline != NULL) {
        cJSON_Delete(baseline->tree);
        free(baseline);
    }
}

void baseline_seeds(const struct baseline *baseline, uint64_t *first, uint64_t *last) {
    const cJSON *seeds = cJSON_GetObjectItemCaseSensitive(baseline->tree, "seeds");
    *first = (uint64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(seeds, 0));
    *last = (uint64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(seeds, 1));
}

/* ---- Comparing ---- */

static const char *text_of(const cJSON *object, const char *key) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text != NULL ? text : "";
}

static void add_finding(struct baseline_result *result, enum baseline_change change, const char *metric,
                        const char *window, double was, double is) {
    result->findings = realloc(result->findings, (result->finding_count + 1) * sizeof *result->findings);
    struct baseline_finding *finding = result->findings == NULL ? NULL : &result->findings[result->finding_count++];
    if (finding == NULL) {
        abort();
    }
    *finding = (struct baseline_finding){.change = change, .was = was, .is = is};
    replace(&finding->metric, metric);
    replace(&finding->window, window);
}

void baseline_free_result(struct baseline_result *result) {
    for (uint32_t i = 0; i < result->finding_count; i++) {
        free(result->findings[i].metric);
        free(result->findings[i].window);
    }
    free(result->findings);
    *result = (struct baseline_result){0};
}

/* Values of one metric then or now; those without samples are left out. */
struct values {
    double items[MOST_SEEDS];
    size_t count, seeds;
};

static void read_old(const cJSON *array, struct values *values) {
    values->count = values->seeds = 0;
    for (const cJSON *item = array != NULL ? array->child : NULL; item != NULL && values->seeds < MOST_SEEDS;
         item = item->next, values->seeds++) {
        if (cJSON_IsNumber(item)) {
            values->items[values->count++] = item->valuedouble;
        }
    }
}

static bool take_new(void *context, bool is_header, int columns, const struct store_cell *cells) {
    struct values *values = context;
    (void)columns;
    if (!is_header && values->seeds++ < MOST_SEEDS && cells[0].text != NULL) {
        values->items[values->count++] = strtod(cells[0].text, NULL);
    }
    return true;
}

static bool read_new(struct store *store, const char *metric, const char *window, struct values *values,
                     struct text *error) {
    char *sql = sqlite3_mprintf("SELECT value FROM metrics WHERE point=0 AND metric=%Q AND \"window\"=%Q ORDER BY seed",
                                metric, window);
    values->count = values->seeds = 0;
    bool is_good = store_query(store, sql, take_new, values, error);
    sqlite3_free(sql);
    return is_good;
}

/* The chance of a difference of means this large by luck (Welch 1947); 0 or 1 when nothing varies. */
static double chance_of(const struct values *a, const struct values *b) {
    double mean_a = statistics_mean(a->items, a->count), mean_b = statistics_mean(b->items, b->count);
    double n = (double)a->count, m = (double)b->count;
    double part_a = statistics_variance(a->items, a->count) / n, part_b = statistics_variance(b->items, b->count) / m;
    if (part_a + part_b <= 0 || a->count < 2 || b->count < 2) {
        return mean_a == mean_b ? 1 : 0;
    }
    double freedom = (part_a + part_b) * (part_a + part_b) / (part_a * part_a / (n - 1) + part_b * part_b / (m - 1));
    double t = fabs(mean_a - mean_b) / sqrt(part_a + part_b);
    return 2 * gsl_cdf_tdist_Q(t, freedom);
}

static const char *last_part(const char *metric) {
    const char *slash = strrchr(metric, '/');
    return slash != NULL ? slash + 1 : metric;
}

static void judge(struct baseline_result *result, const char *metric, const char *window, const struct values *old,
                  const struct values *new, double band) {
    double was = statistics_mean(old->items, old->count), is = statistics_mean(new->items, new->count);
    result->compared += old->seeds;
    if (result->is_exact) {
        bool is_same = old->count == new->count;
        for (size_t i = 0; i < old->count && is_same; i++) {
            is_same = old->items[i] == new->items[i];
        }
        if (!is_same) {
            add_finding(result, BASELINE_DIFFERS, metric, window, was, is);
        }
    } else if (old->count > 0 && new->count == 0) {
        add_finding(result, BASELINE_GONE, metric, window, was, is);
    } else if (old->count > 0) {
        double limit =
            metric_is_share(last_part(metric)) ? BASELINE_SHARE_BAND * band / BASELINE_BAND : band * fabs(was);
        if (fabs(is - was) > limit && chance_of(old, new) < LUCK) {
            bool is_better = (is > was) == compare_more_is_better(metric);
            add_finding(result, is_better ? BASELINE_BETTER : BASELINE_WORSE, metric, window, was, is);
        }
    }
}

static bool compare_traces(const cJSON *kept, struct store *store, struct baseline_result *result, struct text *error) {
    struct text traces = {0};
    text_add(&traces, "[");
    bool is_good =
        store_query(store, "SELECT trace_hash FROM runs WHERE point=0 ORDER BY seed", write_trace, &traces, error);
    text_add(&traces, "]");
    cJSON *now = cJSON_Parse(traces.bytes);
    if (is_good && !cJSON_Compare(now, cJSON_GetObjectItemCaseSensitive(kept, "traces"), true)) {
        add_finding(result, BASELINE_DIFFERS, "trace", "all", NAN, NAN);
    }
    cJSON_Delete(now);
    text_free(&traces);
    return is_good;
}

bool baseline_compare(const struct baseline *baseline, struct store *store, double band, struct baseline_result *result,
                      struct text *error) {
    *result = (struct baseline_result){0};
    const cJSON *scenarios = cJSON_GetObjectItemCaseSensitive(baseline->tree, "scenarios");
    const cJSON *kept = cJSON_GetObjectItemCaseSensitive(scenarios, store_provenance(store, "scenario"));
    result->is_known = kept != NULL;
    result->is_changed =
        result->is_known && strcmp(text_of(kept, "hash"), store_provenance(store, "scenario_hash")) != 0;
    if (!result->is_known || result->is_changed) {
        return true;
    }
    result->is_exact = strcmp(text_of(baseline->tree, "version"), store_provenance(store, "version")) == 0 &&
                       strcmp(text_of(baseline->tree, "commit"), store_provenance(store, "commit")) == 0;
    bool is_good = !result->is_exact || compare_traces(kept, store, result, error);
    struct values *old = malloc(sizeof *old), *new = malloc(sizeof *new);
    if (old == NULL || new == NULL) {
        abort();
    }
    const cJSON *metrics = cJSON_GetObjectItemCaseSensitive(kept, "metrics");
    for (const cJSON *metric = metrics != NULL ? metrics->child : NULL; metric != NULL && is_good;
         metric = metric->next) {
        for (const cJSON *window = metric->child; window != NULL && is_good; window = window->next) {
            read_old(window, old);
            is_good = read_new(store, metric->string, window->string, new, error);
            if (is_good) {
                judge(result, metric->string, window->string, old, new, band);
            }
        }
    }
    free(old);
    free(new);
    return is_good;
}
