#include "sim/study/points.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *array, size_t count, size_t element) {
    if ((count & (count - 1)) != 0 || (count != 0 && count < 8)) { /* room for 8, then for every power of two */
        return array;
    }
    array = realloc(array, (count < 8 ? 8 : 2 * count) * element);
    if (array == NULL) {
        abort();
    }
    return array;
}

static char *copy(const unsigned char *text) {
    char *result = strdup(text != NULL ? (const char *)text : "");
    if (result == NULL) {
        abort();
    }
    return result;
}

static bool is_same(const char *name, sqlite3_stmt *statement, int column) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text != NULL && strcmp(name, text) == 0;
}

static bool prepare(struct store *store, const char *sql, uint64_t point, sqlite3_stmt **statement,
                    struct text *error) {
    if (sqlite3_prepare_v2(store_database(store), sql, -1, statement, NULL) != SQLITE_OK) {
        text_add(error, "%s: %s\n", store_path(store), sqlite3_errmsg(store_database(store)));
        return false;
    }
    sqlite3_bind_int64(*statement, 1, (sqlite3_int64)point);
    return true;
}

/* ---- One point ---- */

static bool read_verdicts(struct store *store, struct point_summary *summary, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store, "SELECT seed, verdict FROM runs WHERE point=? ORDER BY seed", summary->point, &statement,
                 error)) {
        return false;
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
        summary->runs++;
        summary->holds += is_same("holds", statement, 1);
        summary->violated += is_same("violated", statement, 1);
        summary->inconclusive += is_same("inconclusive", statement, 1);
        summary->crashed += is_same("crashed", statement, 1);
        if (!is_same("holds", statement, 1) && summary->failing_count < POINTS_FAILING_KEPT) {
            summary->failing = grow(summary->failing, summary->failing_count, sizeof *summary->failing);
            summary->failing[summary->failing_count++] = (uint64_t)sqlite3_column_int64(statement, 0);
        }
    }
    sqlite3_finalize(statement);
    return true;
}

/* The rows come sorted by name, window and value. */
static bool read_metrics(struct store *store, struct point_summary *summary, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store,
                 "SELECT metric, window, value FROM metrics WHERE point=? AND value IS NOT NULL"
                 " ORDER BY metric, window, value",
                 summary->point, &statement, error)) {
        return false;
    }
    struct point_metric *metric = NULL;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (metric == NULL || !is_same(metric->name, statement, 0) || !is_same(metric->window, statement, 1)) {
            summary->metrics = grow(summary->metrics, summary->metric_count, sizeof *summary->metrics);
            metric = &summary->metrics[summary->metric_count++];
            *metric = (struct point_metric){.name = copy(sqlite3_column_text(statement, 0)),
                                            .window = copy(sqlite3_column_text(statement, 1))};
        }
        metric->values = grow(metric->values, metric->count, sizeof *metric->values);
        metric->values[metric->count++] = sqlite3_column_double(statement, 2);
    }
    sqlite3_finalize(statement);
    for (uint32_t i = 0; i < summary->metric_count; i++) {
        metric = &summary->metrics[i];
        metric->without = summary->runs - metric->count;
        metric->mean = statistics_mean_t(metric->values, metric->count, POINTS_LEVEL);
    }
    return true;
}

static bool read_checks(struct store *store, struct point_summary *summary, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store,
                 "SELECT kind, name, sum(verdict='holds'), count(*) FROM checks WHERE point=? GROUP BY kind, name"
                 " ORDER BY kind, min(number), name",
                 summary->point, &statement, error)) {
        return false;
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
        summary->checks = grow(summary->checks, summary->check_count, sizeof *summary->checks);
        struct point_check *check = &summary->checks[summary->check_count++];
        *check = (struct point_check){.kind = copy(sqlite3_column_text(statement, 0)),
                                      .name = copy(sqlite3_column_text(statement, 1)),
                                      .held = (uint64_t)sqlite3_column_int64(statement, 2),
                                      .judged = (uint64_t)sqlite3_column_int64(statement, 3)};
        if (strcmp(check->kind, "pacelc") == 0) {
            check->judged = summary->runs; /* a row is a run that bears this label */
        }
        check->share = statistics_share(check->held, check->judged, POINTS_LEVEL);
    }
    sqlite3_finalize(statement);
    return true;
}

/* ---- All points ---- */

bool points_read(struct store *store, struct point_summary **summaries, uint64_t *count, struct text *error) {
    *summaries = NULL;
    *count = 0;
    sqlite3_stmt *statement;
    if (!prepare(store, "SELECT DISTINCT point FROM runs ORDER BY point", 0, &statement, error)) {
        return false;
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
        *summaries = grow(*summaries, *count, sizeof **summaries);
        (*summaries)[(*count)++] = (struct point_summary){.point = (uint64_t)sqlite3_column_int64(statement, 0)};
    }
    sqlite3_finalize(statement);
    bool is_good = true;
    for (uint64_t i = 0; i < *count && is_good; i++) {
        struct point_summary *summary = &(*summaries)[i];
        is_good = read_verdicts(store, summary, error) && read_metrics(store, summary, error) &&
                  read_checks(store, summary, error);
    }
    return is_good;
}

void points_free(struct point_summary *summaries, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        struct point_summary *summary = &summaries[i];
        for (uint32_t m = 0; m < summary->metric_count; m++) {
            free(summary->metrics[m].name);
            free(summary->metrics[m].window);
            free(summary->metrics[m].values);
        }
        for (uint32_t c = 0; c < summary->check_count; c++) {
            free(summary->checks[c].kind);
            free(summary->checks[c].name);
        }
        free(summary->metrics);
        free(summary->checks);
        free(summary->failing);
    }
    free(summaries);
}

const struct point_metric *points_metric(const struct point_summary *summary, const char *name, const char *window) {
    for (uint32_t i = 0; i < summary->metric_count; i++) {
        if (strcmp(summary->metrics[i].name, name) == 0 && strcmp(summary->metrics[i].window, window) == 0) {
            return &summary->metrics[i];
        }
    }
    return NULL;
}
