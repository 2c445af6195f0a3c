/* The results of a sweep in SQLite. Every finished run is committed as a whole: whenever the program dies, the file
 * holds complete runs only, and the sweep goes on from them.
 *
 * Tables, for anyone's SQL (all without rowid):
 *   runs        point, seed, verdict ('holds', 'violated', 'inconclusive', 'crashed'), trace_hash (16 hexadecimal
 * digits), events, simulated_s, detail (of a crash); key (point, seed) parameters  point, path, value (text as --set
 * takes it); key (point, path) metrics     point, seed, metric, window, value (seconds for durations; null without
 * samples); key (point, seed, metric, window) checks      point, seed, number, kind ('check', 'expectation'), name,
 * verdict, at_s, detail; key (point, seed, number) provenance  key, value: format, version, commit, scenario,
 * scenario_hash, scenario_text, sets, vary, plugins The rows of the first four depend on version, scenario, grid and
 * seeds alone. */
#ifndef SIM_STUDY_STORE_H
#define SIM_STUDY_STORE_H

#include "sim/study/grid.h"
#include "sim/study/record.h"

#include <sqlite3.h>

/* What makes results comparable; all texts. Two stores with different ones are never mixed. */
struct provenance {
    const char *version, *commit;
    const char *scenario; /* its path, which may differ */
    const char *plugins;  /* " --plugin ./mine.so" for replays, or "": likewise; `commit` tells what is in them */
    const char *scenario_hash, *scenario_text;
    const char *sets;     /* JSON array: the --set of the whole sweep */
    const char *vary;     /* grid_write */
    const char *measures; /* JSON array of the metrics kept; NULL: all */
};

struct store;

/* Opens or makes the file; ":memory:" keeps nothing. NULL with a message ended by a line break in `error`. */
struct store *store_open(const char *path, struct text *error);
struct store *store_open_existing(const char *path, struct text *error); /* read-only: must be a sweep's results */
void store_close(struct store *store);
const char *store_path(const struct store *store);
sqlite3 *store_database(struct store *store);

/* Writes provenance and parameters if there are none; else false with a message if they differ from these. */
bool store_claim(struct store *store, const struct provenance *provenance, const struct grid *grid, struct text *error);

/* The value of a key of provenance; "" if there is none. Valid until the store is closed. */
const char *store_provenance(struct store *store, const char *key);

/* True if the run is there and did not crash. */
bool store_has(struct store *store, uint64_t point, uint64_t seed);

/* In a transaction of its own; replaces the run if it is there. */
bool store_put(struct store *store, const struct record *record, struct text *error);

/* Copies all runs of another store. False with a message if the two may not be mixed, or if they disagree about a run.
 */
bool store_merge(struct store *store, const char *path, uint64_t *added, struct text *error);

/* A value of a row. */
struct store_cell {
    const char *text; /* NULL: null */
    bool is_number;
};

/* SQL for people: calls `row` with the values of each row, and before with the names of the columns (`is_header`). */
typedef bool (*store_row)(void *context, bool is_header, int columns, const struct store_cell *cells);
bool store_query(struct store *store, const char *sql, store_row row, void *context, struct text *error);

#endif
