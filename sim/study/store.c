#include "sim/study/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, APPLICATION = 0x53504c4b /* "SPLK": tells our files from other people's */ };

struct store {
    sqlite3 *database;
    char *path;
    sqlite3_stmt *has, *put_run, *put_metric, *put_check;
    struct text values[8]; /* of provenance, that were asked for */
    uint32_t value_count;
};

static const char *const schema =
    "CREATE TABLE IF NOT EXISTS provenance(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS parameters(point INTEGER NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(point, path)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS runs(point INTEGER NOT NULL, seed INTEGER NOT NULL, verdict TEXT NOT NULL,"
    " trace_hash TEXT, events INTEGER, simulated_s REAL, detail TEXT NOT NULL, PRIMARY KEY(point, seed)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS metrics(point INTEGER NOT NULL, seed INTEGER NOT NULL, metric TEXT NOT NULL,"
    " window TEXT NOT NULL, value REAL, PRIMARY KEY(point, seed, metric, window)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS checks(point INTEGER NOT NULL, seed INTEGER NOT NULL, number INTEGER NOT NULL,"
    " kind TEXT NOT NULL, name TEXT NOT NULL, verdict TEXT NOT NULL, at_s REAL, detail TEXT NOT NULL,"
    " PRIMARY KEY(point, seed, number)) WITHOUT ROWID;";

static bool fail(const struct store *store, struct text *error) {
    text_add(error, "%s: %s\n", store->path, sqlite3_errmsg(store->database));
    return false;
}

static bool execute(struct store *store, const char *sql, struct text *error) {
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK || fail(store, error);
}

static bool prepare(struct store *store, const char *sql, sqlite3_stmt **statement, struct text *error) {
    return sqlite3_prepare_v2(store->database, sql, -1, statement, NULL) == SQLITE_OK || fail(store, error);
}

/* Runs a statement that returns no rows, and makes it ready for the next time. */
static bool step(struct store *store, sqlite3_stmt *statement, struct text *error) {
    bool is_done = sqlite3_step(statement) == SQLITE_DONE || fail(store, error);
    sqlite3_reset(statement);
    return is_done;
}

/* ---- Opening ---- */

static struct store *open_file(const char *path, int flags, struct text *error) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL || (store->path = strdup(path)) == NULL) {
        abort();
    }
    if (sqlite3_open_v2(path, &store->database, flags, NULL) != SQLITE_OK) {
        fail(store, error);
        store_close(store);
        return NULL;
    }
    sqlite3_busy_timeout(store->database, 60000); /* somebody may look at a sweep that goes on */
    return store;
}

static bool count_of(struct store *store, const char *sql, uint64_t *count, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store, sql, &statement, error)) {
        return false;
    }
    bool is_read = sqlite3_step(statement) == SQLITE_ROW || fail(store, error);
    *count = is_read ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return is_read;
}

/* Empty, or ours. */
static bool check_owner(struct store *store, struct text *error) {
    uint64_t application = 0, tables = 0;
    if (!count_of(store, "PRAGMA application_id", &application, error) ||
        !count_of(store, "SELECT count(*) FROM sqlite_master", &tables, error)) {
        return false;
    }
    if (tables > 0 && application != APPLICATION) {
        text_add(error, "%s: this file does not hold the results of a sweep\n", store->path);
        return false;
    }
    return true;
}

struct store *store_open(const char *path, struct text *error) {
    struct store *store = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    if (store == NULL) {
        return NULL;
    }
    /* With a write-ahead log and "normal", a commit survives the death of the program; when the machine loses power,
     * the last few may be lost, but no half of one stays. */
    char mark[64];
    snprintf(mark, sizeof mark, "PRAGMA application_id=%d", APPLICATION);
    bool is_open =
        check_owner(store, error) && execute(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", error) &&
        execute(store, mark, error) && execute(store, schema, error) &&
        prepare(store, "SELECT 1 FROM runs WHERE point=? AND seed=? AND verdict<>'crashed'", &store->has, error) &&
        prepare(store, "INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?)", &store->put_run, error) &&
        prepare(store, "INSERT OR REPLACE INTO metrics VALUES(?,?,?,?,?)", &store->put_metric, error) &&
        prepare(store, "INSERT OR REPLACE INTO checks VALUES(?,?,?,?,?,?,?,?)", &store->put_check, error);
    if (!is_open) {
        store_close(store);
        return NULL;
    }
    return store;
}

struct store *store_open_existing(const char *path, struct text *error) {
    struct store *store = open_file(path, SQLITE_OPEN_READONLY, error);
    if (store != NULL && (!check_owner(store, error) || store_provenance(store, "format")[0] == '\0')) {
        if (error->length == 0) {
            text_add(error, "%s: there are no results in this file\n", path);
        }
        store_close(store);
        return NULL;
    }
    return store;
}

void store_close(struct store *store) {
    if (store == NULL) {
        return;
    }
    sqlite3_finalize(store->has);
    sqlite3_finalize(store->put_run);
    sqlite3_finalize(store->put_metric);
    sqlite3_finalize(store->put_check);
    sqlite3_close(store->database);
    for (uint32_t i = 0; i < store->value_count; i++) {
        text_free(&store->values[i]);
    }
    free(store->path);
    free(store);
}

const char *store_path(const struct store *store) {
    return store->path;
}

sqlite3 *store_database(struct store *store) {
    return store->database;
}

/* ---- Provenance ---- */

const char *store_provenance(struct store *store, const char *key) {
    sqlite3_stmt *statement = NULL;
    struct text value = {0};
    if (sqlite3_prepare_v2(store->database, "SELECT value FROM provenance WHERE key=?", -1, &statement, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            text_add(&value, "%s", (const char *)sqlite3_column_text(statement, 0));
        }
    }
    sqlite3_finalize(statement);
    if (value.bytes == NULL) {
        return "";
    }
    uint32_t place = store->value_count < 8 ? store->value_count++ : 7;
    text_free(&store->values[place]);
    store->values[place] = value;
    return value.bytes;
}

static bool put_provenance(struct store *store, const char *key, const char *value, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store, "INSERT OR REPLACE INTO provenance VALUES(?,?)", &statement, error)) {
        return false;
    }
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
    bool is_put = step(store, statement, error);
    sqlite3_finalize(statement);
    return is_put;
}

static bool put_parameters(struct store *store, const struct grid *grid, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store, "INSERT OR REPLACE INTO parameters VALUES(?,?,?)", &statement, error)) {
        return false;
    }
    bool is_put = true;
    for (uint64_t point = 0; point < grid_point_count(grid) && is_put; point++) {
        for (uint32_t a = 0; a < grid->axis_count && is_put; a++) {
            sqlite3_bind_int64(statement, 1, (sqlite3_int64)point);
            sqlite3_bind_text(statement, 2, grid->axes[a].path, -1, SQLITE_STATIC);
            sqlite3_bind_text(statement, 3, grid_value(grid, point, a), -1, SQLITE_STATIC);
            is_put = step(store, statement, error);
        }
    }
    sqlite3_finalize(statement);
    return is_put;
}

/* What differs between results that may not be mixed, in words. */
struct identity {
    const char *key, *what, *value;
};

static bool check_identity(struct store *store, const struct identity *identity, const char *other,
                           struct text *error) {
    const char *own = store_provenance(store, identity->key);
    if (strcmp(own, identity->value) == 0) {
        return true;
    }
    bool is_long = strlen(own) > 80 || strlen(identity->value) > 80;
    text_add(error, "%s: it holds results of another %s than %s", store->path, identity->what, other);
    if (!is_long) {
        text_add(error, ": %s, not %s", own, identity->value);
    }
    text_add(error, "; results of different ones are not mixed\n");
    return false;
}

bool store_claim(struct store *store, const struct provenance *provenance, const struct grid *grid,
                 struct text *error) {
    char format[16];
    snprintf(format, sizeof format, "%d", FORMAT);
    const struct identity identities[] = {
        {"format", "format of results", format},
        {"version", "version", provenance->version},
        {"commit", "commit", provenance->commit},
        {"scenario_hash", "scenario", provenance->scenario_hash},
        {"sets", "choice of --set", provenance->sets},
        {"vary", "grid of parameters", provenance->vary},
        {"measures", "choice of metrics", provenance->measures != NULL ? provenance->measures : ""},
    };
    enum { COUNT = sizeof identities / sizeof identities[0] };
    if (!execute(store, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    bool is_new = store_provenance(store, "format")[0] == '\0', is_good = true;
    for (int i = 0; i < COUNT && is_good; i++) {
        is_good = is_new ? put_provenance(store, identities[i].key, identities[i].value, error)
                         : check_identity(store, &identities[i], "what is asked for", error);
    }
    if (is_new) {
        is_good = is_good && put_provenance(store, "scenario", provenance->scenario, error) &&
                  put_provenance(store, "plugins", provenance->plugins, error) &&
                  put_provenance(store, "scenario_text", provenance->scenario_text, error) &&
                  put_parameters(store, grid, error);
    }
    return execute(store, is_good ? "COMMIT" : "ROLLBACK", error) && is_good;
}

/* ---- Runs ---- */

bool store_has(struct store *store, uint64_t point, uint64_t seed) {
    sqlite3_bind_int64(store->has, 1, (sqlite3_int64)point);
    sqlite3_bind_int64(store->has, 2, (sqlite3_int64)seed);
    bool has = sqlite3_step(store->has) == SQLITE_ROW;
    sqlite3_reset(store->has);
    return has;
}

static void bind_key(sqlite3_stmt *statement, const struct record *record) {
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)record->point);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)record->seed);
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text) {
    sqlite3_bind_text(statement, column, text, -1, SQLITE_TRANSIENT);
}

/* SQLite keeps a NaN as null. */
static bool put_record(struct store *store, const struct record *record, struct text *error) {
    char hash[32];
    snprintf(hash, sizeof hash, "%016" PRIx64, record->trace_hash);
    bind_key(store->put_run, record);
    bind_text(store->put_run, 3, record->verdict);
    bind_text(store->put_run, 4, hash);
    sqlite3_bind_int64(store->put_run, 5, (sqlite3_int64)record->events);
    sqlite3_bind_double(store->put_run, 6, record->simulated_s);
    bind_text(store->put_run, 7, record->detail);
    bool is_put = step(store, store->put_run, error);
    for (uint32_t i = 0; i < record->metric_count && is_put; i++) {
        const struct record_metric *metric = &record->metrics[i];
        bind_key(store->put_metric, record);
        bind_text(store->put_metric, 3, metric->name);
        bind_text(store->put_metric, 4, metric->window);
        sqlite3_bind_double(store->put_metric, 5, metric->value);
        is_put = step(store, store->put_metric, error);
    }
    for (uint32_t i = 0; i < record->check_count && is_put; i++) {
        const struct record_check *check = &record->checks[i];
        bind_key(store->put_check, record);
        sqlite3_bind_int64(store->put_check, 3, i);
        bind_text(store->put_check, 4, check->kind);
        bind_text(store->put_check, 5, check->name);
        bind_text(store->put_check, 6, check->verdict);
        sqlite3_bind_double(store->put_check, 7, check->at_s);
        bind_text(store->put_check, 8, check->detail);
        is_put = step(store, store->put_check, error);
    }
    return is_put;
}

bool store_put(struct store *store, const struct record *record, struct text *error) {
    if (!execute(store, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    bool is_put = put_record(store, record, error);
    return execute(store, is_put ? "COMMIT" : "ROLLBACK", error) && is_put;
}

/* ---- Merging ---- */

static bool check_mixable(struct store *store, const char *path, bool *is_new, struct text *error) {
    struct store *other = store_open_existing(path, error);
    if (other == NULL) {
        return false;
    }
    static const char *const keys[][2] = {
        {"format", "format of results"},  {"version", "version"},      {"commit", "commit"},
        {"scenario_hash", "scenario"},    {"sets", "choice of --set"}, {"vary", "grid of parameters"},
        {"measures", "choice of metrics"}};
    *is_new = store_provenance(store, "format")[0] == '\0';
    bool is_good = true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && is_good && !*is_new; i++) {
        struct identity identity = {keys[i][0], keys[i][1], store_provenance(other, keys[i][0])};
        is_good = check_identity(store, &identity, path, error);
    }
    store_close(other);
    return is_good;
}

/* A crashed run gives way to one that did not crash. */
static bool copy_runs(struct store *store, const char *path, bool is_new, uint64_t *added, struct text *error) {
    uint64_t before = 0, after = 0, conflicts = 0;
    if (is_new && !execute(store,
                           "INSERT INTO provenance SELECT * FROM other.provenance;"
                           "INSERT INTO parameters SELECT * FROM other.parameters",
                           error)) {
        return false;
    }
    bool is_good =
        count_of(store,
                 "SELECT count(*) FROM runs a JOIN other.runs b USING(point, seed) WHERE a.trace_hash <> b.trace_hash"
                 " AND a.verdict <> 'crashed' AND b.verdict <> 'crashed'",
                 &conflicts, error);
    if (conflicts > 0) {
        text_add(error,
                 "%s: %" PRIu64 " runs differ from the same runs of the others; the same seed must give the same run\n",
                 path, conflicts);
        is_good = false;
    }
    is_good = is_good && count_of(store, "SELECT count(*) FROM runs", &before, error) &&
              execute(store,
                      "CREATE TEMP TABLE fresh AS SELECT point, seed FROM other.runs b WHERE NOT EXISTS"
                      " (SELECT 1 FROM runs a WHERE a.point = b.point AND a.seed = b.seed"
                      "  AND (a.verdict <> 'crashed' OR b.verdict = 'crashed'));"
                      "INSERT OR REPLACE INTO runs SELECT b.* FROM fresh JOIN other.runs b USING(point, seed);"
                      "INSERT OR REPLACE INTO metrics SELECT b.* FROM fresh JOIN other.metrics b USING(point, seed);"
                      "INSERT OR REPLACE INTO checks SELECT b.* FROM fresh JOIN other.checks b USING(point, seed);"
                      "DROP TABLE fresh",
                      error) &&
              count_of(store, "SELECT count(*) FROM runs", &after, error);
    *added = after - before;
    return is_good;
}

bool store_merge(struct store *store, const char *path, uint64_t *added, struct text *error) {
    bool is_new = false;
    *added = 0;
    if (!check_mixable(store, path, &is_new, error)) {
        return false;
    }
    sqlite3_stmt *attach;
    if (!prepare(store, "ATTACH ? AS other", &attach, error)) {
        return false;
    }
    sqlite3_bind_text(attach, 1, path, -1, SQLITE_STATIC);
    bool is_good = step(store, attach, error);
    sqlite3_finalize(attach);
    if (is_good) {
        is_good = execute(store, "BEGIN IMMEDIATE", error) && copy_runs(store, path, is_new, added, error);
        is_good = execute(store, is_good ? "COMMIT" : "ROLLBACK", error) && is_good;
        sqlite3_exec(store->database, "DETACH other", NULL, NULL, NULL);
    }
    return is_good;
}

/* ---- Queries ---- */

/* A real number in the shortest form that reads back the same; SQLite's own text has 15 digits. */
static void fill_cell(sqlite3_stmt *statement, int column, struct store_cell *cell, struct text *number) {
    int type = sqlite3_column_type(statement, column);
    cell->is_number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    if (type == SQLITE_FLOAT) {
        number->length = 0;
        text_add_json_number(number, sqlite3_column_double(statement, column));
        cell->text = number->bytes;
    } else {
        cell->text = (const char *)sqlite3_column_text(statement, column);
    }
}

bool store_query(struct store *store, const char *sql, store_row row, void *context, struct text *error) {
    sqlite3_stmt *statement;
    if (!prepare(store, sql, &statement, error)) {
        return false;
    }
    int columns = sqlite3_column_count(statement), status = SQLITE_DONE;
    struct store_cell *cells = calloc((size_t)columns + 1, sizeof *cells);
    struct text *numbers = calloc((size_t)columns + 1, sizeof *numbers);
    if (cells == NULL || numbers == NULL) {
        abort();
    }
    for (int i = 0; i < columns; i++) {
        cells[i] = (struct store_cell){sqlite3_column_name(statement, i), false};
    }
    bool goes_on = row(context, true, columns, cells);
    while (goes_on && (status = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++) {
            fill_cell(statement, i, &cells[i], &numbers[i]);
        }
        goes_on = row(context, false, columns, cells);
    }
    bool is_good = status == SQLITE_DONE || status == SQLITE_ROW || fail(store, error);
    for (int i = 0; i < columns; i++) {
        text_free(&numbers[i]);
    }
    sqlite3_finalize(statement);
    free(cells);
    free(numbers);
    return is_good;
}
