/* The results of a sweep as JSON and CSV. */
#include "sim/study/points.h"

#include "sim/study/summary.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void points_replay(struct store *store, const struct grid *grid, uint64_t point, uint64_t seed, struct text *out) {
    cJSON *given = cJSON_Parse(store_provenance(store, "sets"));
    uint32_t count = (uint32_t)cJSON_GetArraySize(given);
    const char **sets = calloc(count + 1, sizeof *sets);
    if (sets == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *set = cJSON_GetStringValue(cJSON_GetArrayItem(given, (int)i));
        sets[i] = set != NULL ? set : "";
    }
    const char **all = grid_sets(grid, point, sets, count);
    summary_replay_of(store_provenance(store, "scenario"), seed, all, count + grid->axis_count, out);
    text_add(out, "%s", summary_plugins()[0] == '\0' ? store_provenance(store, "plugins") : "");
    grid_free_sets(grid, all, count);
    free(sets);
    cJSON_Delete(given);
}

/* ---- JSON ---- */

static void add_number(struct text *out, const char *key, double value) {
    text_add(out, ", \"%s\": ", key);
    text_add_json_number(out, value); /* null for infinite ends of intervals */
}

static void add_metric(const struct point_metric *metric, struct text *out) {
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};
    text_add_json(out, metric->window);
    text_add(out, ": {\"runs\": %zu, \"without\": %" PRIu64, metric->count, metric->without);
    add_number(out, "mean", metric->mean.value);
    add_number(out, "low", metric->mean.low);
    add_number(out, "high", metric->mean.high);
    add_number(out, "stddev", sqrt(statistics_variance(metric->values, metric->count)));
    add_number(out, "min", metric->values[0]);
    for (int q = 0; q < 3; q++) {
        struct estimate quantile =
            statistics_quantile_interval(metric->values, metric->count, quantiles[q].share, POINTS_LEVEL);
        text_add(out, ", \"%s\": [", quantiles[q].name);
        text_add_json_number(out, quantile.value);
        text_add(out, ", ");
        text_add_json_number(out, quantile.low);
        text_add(out, ", ");
        text_add_json_number(out, quantile.high);
        text_add(out, "]");
    }
    add_number(out, "max", metric->values[metric->count - 1]);
    text_add(out, "}");
}

static void add_metrics(const struct point_summary *summary, struct text *out) {
    text_add(out, ",\n     \"metrics\": {");
    for (uint32_t i = 0; i < summary->metric_count; i++) {
        const struct point_metric *metric = &summary->metrics[i];
        bool is_new = i == 0 || strcmp(metric->name, summary->metrics[i - 1].name) != 0;
        if (is_new) {
            text_add(out, "%s\n      ", i == 0 ? "" : "},");
            text_add_json(out, metric->name);
            text_add(out, ": {");
        } else {
            text_add(out, ",\n        ");
        }
        add_metric(metric, out);
    }
    text_add(out, "%s}", summary->metric_count > 0 ? "}" : "");
}

static void add_checks(const struct point_summary *summary, struct text *out) {
    text_add(out, ",\n     \"checks\": [");
    for (uint32_t i = 0; i < summary->check_count; i++) {
        const struct point_check *check = &summary->checks[i];
        text_add(out, "%s\n      {\"kind\": \"%s\", \"name\": ", i == 0 ? "" : ",", check->kind);
        text_add_json(out, check->name);
        text_add(out, ", \"held\": %" PRIu64 ", \"judged\": %" PRIu64, check->held, check->judged);
        add_number(out, "share", check->share.value);
        add_number(out, "low", check->share.low);
        add_number(out, "high", check->share.high);
        text_add(out, "}");
    }
    text_add(out, "]");
}

static void add_point(struct store *store, const struct grid *grid, const struct point_summary *summary,
                      struct text *out) {
    text_add(out, "{\"point\": %" PRIu64 ", \"parameters\": {", summary->point);
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        text_add(out, "%s", a == 0 ? "" : ", ");
        text_add_json(out, grid->axes[a].path);
        text_add(out, ": ");
        text_add_json(out, grid_value(grid, summary->point, a));
    }
    text_add(out,
             "},\n     \"runs\": %" PRIu64 ", \"holds\": %" PRIu64 ", \"violated\": %" PRIu64
             ", \"inconclusive\": %" PRIu64 ", \"crashed\": %" PRIu64,
             summary->runs, summary->holds, summary->violated, summary->inconclusive, summary->crashed);
    add_metrics(summary, out);
    add_checks(summary, out);
    text_add(out, ",\n     \"failing\": [");
    for (uint32_t i = 0; i < summary->failing_count; i++) {
        struct text replay = {0};
        points_replay(store, grid, summary->point, summary->failing[i], &replay);
        text_add(out, "%s{\"seed\": %" PRIu64 ", \"replay\": ", i == 0 ? "" : ", ", summary->failing[i]);
        text_add_json(out, replay.bytes);
        text_add(out, "}");
        text_free(&replay);
    }
    text_add(out, "]}");
}

void points_json(struct store *store, const struct grid *grid, const struct point_summary *summaries, uint64_t count,
                 struct text *out) {
    static const char *const keys[] = {"scenario", "scenario_hash", "version", "commit"};
    text_add(out, "{\"schema\": 1");
    for (int i = 0; i < 4; i++) {
        text_add(out, ", \"%s\": ", keys[i]);
        text_add_json(out, store_provenance(store, keys[i]));
    }
    text_add(out, ", \"level\": %g,\n \"points\": [", POINTS_LEVEL);
    for (uint64_t i = 0; i < count; i++) {
        text_add(out, "%s\n    ", i == 0 ? "" : ",");
        add_point(store, grid, &summaries[i], out);
    }
    text_add(out, "]}\n");
}

/* ---- CSV ---- */

static void add_cell(struct text *out, const char *text) {
    if (strpbrk(text, ",\"\n\r") == NULL) {
        text_add(out, ",%s", text);
        return;
    }
    text_add(out, ",\"");
    for (; *text != '\0'; text++) {
        text_add(out, *text == '"' ? "\"\"" : "%c", *text);
    }
    text_add(out, "\"");
}

struct columns {
    char **names; /* "metric@window" sorted as SQLite sorts them */
    double *values;
    uint32_t count;
};

static const char *const column_sql = "CASE \"window\" WHEN 'all' THEN metric ELSE metric || '@' || \"window\" END";

static bool list_columns(struct store *store, struct columns *columns, struct text *error) {
    struct text sql = {0};
    text_add(&sql, "SELECT DISTINCT %s AS name FROM metrics ORDER BY name", column_sql);
    sqlite3_stmt *statement;
    int status = sqlite3_prepare_v2(store_database(store), sql.bytes, -1, &statement, NULL);
    text_free(&sql);
    if (status != SQLITE_OK) {
        text_add(error, "%s: %s\n", store_path(store), sqlite3_errmsg(store_database(store)));
        return false;
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
        columns->names = realloc(columns->names, (columns->count + 1) * sizeof *columns->names);
        columns->values = realloc(columns->values, (columns->count + 1) * sizeof *columns->values);
        if (columns->names == NULL || columns->values == NULL) {
            abort();
        }
        columns->names[columns->count++] = strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return true;
}

static int by_name(const void *key, const void *name) {
    return strcmp(key, *(char *const *)name);
}

static void read_values(sqlite3_stmt *statement, const struct columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        columns->values[i] = NAN;
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
        char **place =
            bsearch(sqlite3_column_text(statement, 0), columns->names, columns->count, sizeof *columns->names, by_name);
        if (place != NULL && sqlite3_column_type(statement, 1) != SQLITE_NULL) {
            columns->values[place - columns->names] = sqlite3_column_double(statement, 1);
        }
    }
    sqlite3_reset(statement);
}

static void add_runs(const struct grid *grid, const struct columns *columns, sqlite3_stmt *runs, sqlite3_stmt *metrics,
                     struct text *out) {
    while (sqlite3_step(runs) == SQLITE_ROW) {
        sqlite3_int64 point = sqlite3_column_int64(runs, 0), seed = sqlite3_column_int64(runs, 1);
        text_add(out, "%lld", (long long)point);
        for (uint32_t a = 0; a < grid->axis_count; a++) {
            add_cell(out, grid_value(grid, (uint64_t)point, a));
        }
        text_add(out, ",%lld", (long long)seed);
        add_cell(out, (const char *)sqlite3_column_text(runs, 2));
        add_cell(out, (const char *)sqlite3_column_text(runs, 3));
        sqlite3_bind_int64(metrics, 1, point);
        sqlite3_bind_int64(metrics, 2, seed);
        read_values(metrics, columns);
        for (uint32_t i = 0; i < columns->count; i++) {
            text_add(out, ",");
            if (isfinite(columns->values[i])) {
                text_add_json_number(out, columns->values[i]);
            }
        }
        text_add(out, "\n");
    }
}

bool points_csv(struct store *store, const struct grid *grid, struct text *out, struct text *error) {
    struct columns columns = {0};
    struct text sql = {0};
    sqlite3_stmt *runs = NULL, *metrics = NULL;
    text_add(&sql, "SELECT %s, value FROM metrics WHERE point=? AND seed=?", column_sql);
    bool is_good = list_columns(store, &columns, error) &&
                   sqlite3_prepare_v2(store_database(store),
                                      "SELECT point, seed, verdict, trace_hash FROM runs ORDER BY point, seed", -1,
                                      &runs, NULL) == SQLITE_OK &&
                   sqlite3_prepare_v2(store_database(store), sql.bytes, -1, &metrics, NULL) == SQLITE_OK;
    if (is_good) {
        text_add(out, "point");
        for (uint32_t a = 0; a < grid->axis_count; a++) {
            add_cell(out, grid->axes[a].path);
        }
        text_add(out, ",seed,verdict,trace_hash");
        for (uint32_t i = 0; i < columns.count; i++) {
            add_cell(out, columns.names[i]);
        }
        text_add(out, "\n");
        add_runs(grid, &columns, runs, metrics, out);
    }
    sqlite3_finalize(runs);
    sqlite3_finalize(metrics);
    text_free(&sql);
    for (uint32_t i = 0; i < columns.count; i++) {
        free(columns.names[i]);
    }
    free(columns.names);
    free(columns.values);
    return is_good;
}
