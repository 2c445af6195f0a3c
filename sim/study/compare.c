#include "sim/study/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A design's values of a metric, with their seeds, ascending. */
struct series {
    sqlite3_int64 *seeds;
    double *values;
    size_t count;
};

static bool read_series(const struct design *design, const char *metric, const char *window, struct series *series,
                        struct text *error) {
    *series = (struct series){0};
    sqlite3 *database = store_database(design->store);
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(
            database,
            "SELECT seed, value FROM metrics WHERE point=? AND metric=? AND \"window\"=? AND value IS NOT NULL"
            " ORDER BY seed",
            -1, &statement, NULL) != SQLITE_OK) {
        text_add(error, "%s: %s\n", store_path(design->store), sqlite3_errmsg(database));
        return false;
    }
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)design->point);
    sqlite3_bind_text(statement, 2, metric, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, window, -1, SQLITE_STATIC);
    size_t capacity = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (series->count == capacity) {
            capacity = capacity == 0 ? 64 : 2 * capacity;
            series->seeds = realloc(series->seeds, capacity * sizeof *series->seeds);
            series->values = realloc(series->values, capacity * sizeof *series->values);
            if (series->seeds == NULL || series->values == NULL) {
                abort();
            }
        }
        series->seeds[series->count] = sqlite3_column_int64(statement, 0);
        series->values[series->count++] = sqlite3_column_double(statement, 1);
    }
    sqlite3_finalize(statement);
    return true;
}

static void free_series(struct series *series) {
    free(series->seeds);
    free(series->values);
}

static void compare_series(const struct series *one, const struct series *reference, struct compared *result) {
    size_t most = one->count < reference->count ? one->count : reference->count;
    double *a = calloc(most + 1, sizeof *a), *b = calloc(most + 1, sizeof *b);
    if (a == NULL || b == NULL) {
        abort();
    }
    *result = (struct compared){.runs = one->count, .mean = statistics_mean_t(one->values, one->count, COMPARE_LEVEL)};
    for (size_t i = 0, k = 0; i < one->count && k < reference->count;) {
        if (one->seeds[i] == reference->seeds[k]) {
            a[result->pairs] = one->values[i++];
            b[result->pairs++] = reference->values[k++];
        } else if (one->seeds[i] < reference->seeds[k]) {
            i++;
        } else {
            k++;
        }
    }
    result->difference = statistics_paired_t(a, b, result->pairs, COMPARE_LEVEL);
    result->is_different = result->difference.low > 0 || result->difference.high < 0;
    free(a);
    free(b);
}

bool compare_metric(const struct design *designs, uint32_t count, const char *metric, const char *window,
                    struct compared *results, struct text *error) {
    struct series reference;
    if (!read_series(&designs[0], metric, window, &reference, error)) {
        return false;
    }
    bool is_good = true;
    for (uint32_t d = 0; d < count && is_good; d++) {
        struct series series;
        is_good = read_series(&designs[d], metric, window, &series, error);
        if (is_good) {
            compare_series(&series, &reference, &results[d]);
        }
        free_series(&series);
    }
    free_series(&reference);
    return is_good;
}

bool compare_more_is_better(const char *metric) {
    static const char *const ends[] = {"availability", "throughput", "mtbf"};
    size_t length = strlen(metric);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t end = strlen(ends[i]);
        if (length >= end && strcmp(metric + length - end, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Sums up an objective for a design against another: above 0 it is better, below 0 worse, 0 not known to be either. */
static bool judge(const struct design *one, const struct design *other, const char *objective, const char *window,
                  int *sign, struct text *error) {
    struct design pair[2] = {*other, *one};
    struct compared results[2];
    if (!compare_metric(pair, 2, objective, window, results, error)) {
        return false;
    }
    *sign = 0;
    if (results[1].is_different) {
        *sign = (results[1].difference.value > 0) == compare_more_is_better(objective) ? 1 : -1;
    }
    return true;
}

bool compare_front(const struct design *designs, uint32_t count, const char *const *objectives,
                   uint32_t objective_count, const char *window, bool *is_on_front, struct text *error) {
    for (uint32_t d = 0; d < count; d++) {
        is_on_front[d] = true;
        for (uint32_t other = 0; other < count && is_on_front[d]; other++) {
            bool is_better = false, is_worse = false;
            for (uint32_t o = 0; o < objective_count && other != d; o++) {
                int sign;
                if (!judge(&designs[other], &designs[d], objectives[o], window, &sign, error)) {
                    return false;
                }
                is_better = is_better || sign > 0;
                is_worse = is_worse || sign < 0;
            }
            is_on_front[d] = !is_better || is_worse;
        }
    }
    return true;
}
