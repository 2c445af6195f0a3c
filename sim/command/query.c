/* spacelike query: common questions to the results of a sweep, and any question in SQL. */
#include "sim/command/points_show.h"
#include "sim/command/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };

/* Rows as they come, in a format; the last column may be the command that runs a row's point and seed again. */
struct rows {
    enum format format;
    struct table table;
    char **names; /* of the columns */
    int columns;
    uint64_t count;
    struct store *store;
    const struct grid *grid; /* not NULL: the first columns are point and seed, and a replay is added */
};

/* ---- Formats ---- */

static void print_csv(const char *text, bool is_first) {
    printf("%s", is_first ? "" : ",");
    if (strpbrk(text, ",\"\n\r") == NULL) {
        printf("%s", text);
        return;
    }
    printf("\"");
    for (; *text != '\0'; text++) {
        printf(*text == '"' ? "\"\"" : "%c", *text);
    }
    printf("\"");
}

static void print_json(struct rows *rows, const struct store_cell *cell, int column) {
    struct text text = {0};
    text_add_json(&text, rows->names[column]);
    text_add(&text, ": ");
    if (cell->text == NULL || cell->is_number) {
        text_add(&text, "%s", cell->text != NULL ? cell->text : "null");
    } else {
        text_add_json(&text, cell->text);
    }
    printf("%s%s", column == 0 ? "" : ", ", text.bytes);
    text_free(&text);
}

static void keep_names(struct rows *rows, int columns, const struct store_cell *cells) {
    rows->columns = columns;
    rows->names = calloc((size_t)columns + 1, sizeof *rows->names);
    if (rows->names == NULL) {
        abort();
    }
    for (int i = 0; i < columns; i++) {
        rows->names[i] = strdup(cells[i].text);
    }
}

static void put_row(struct rows *rows, int columns, const struct store_cell *cells) {
    printf("%s", rows->format == FORMAT_JSON ? rows->count == 0 ? "{" : ",\n {" : "");
    for (int i = 0; i < columns; i++) {
        const char *text = cells[i].text != NULL ? cells[i].text : "";
        switch (rows->format) {
        case FORMAT_TABLE:
            table_cell(&rows->table, "%.*s", (int)strcspn(text, "\n"), text);
            break;
        case FORMAT_JSON:
            print_json(rows, &cells[i], i);
            break;
        case FORMAT_CSV:
            print_csv(text, i == 0);
        }
    }
    switch (rows->format) {
    case FORMAT_TABLE:
        table_end_row(&rows->table);
        break;
    case FORMAT_JSON:
        printf("}");
        break;
    case FORMAT_CSV:
        printf("\n");
    }
    rows->count++;
}

static bool take_row(void *context, bool is_header, int columns, const struct store_cell *cells) {
    struct rows *rows = context;
    struct text replay = {0};
    struct store_cell all[TABLE_MOST_COLUMNS];
    if (columns >= TABLE_MOST_COLUMNS) {
        columns = TABLE_MOST_COLUMNS - 1;
    }
    memcpy(all, cells, (size_t)columns * sizeof *all);
    if (rows->grid != NULL) {
        if (!is_header) {
            points_replay(rows->store, rows->grid, strtoull(cells[0].text, NULL, 10), strtoull(cells[1].text, NULL, 10),
                          &replay);
        }
        all[columns++] = (struct store_cell){is_header ? "replay" : replay.bytes, false};
    }
    if (is_header) {
        keep_names(rows, columns, all);
    }
    if (!is_header || rows->format != FORMAT_JSON) {
        put_row(rows, columns, all);
    }
    text_free(&replay);
    return true;
}

static enum exit_status answer(const char *command, struct store *store, const char *sql, enum format format,
                               const struct grid *grid) {
    struct rows rows = {.format = format, .store = store, .grid = grid, .table = {.align = "l"}};
    struct text error = {0};
    printf("%s", format == FORMAT_JSON ? "[" : "");
    bool is_good = store_query(store, sql, take_row, &rows, &error);
    printf("%s", format == FORMAT_JSON ? "]\n" : "");
    table_print(&rows.table, 0, stdout);
    if (!is_good) {
        fflush(stdout);
        fprintf(stderr, "spacelike %s: %s", command, error.bytes);
    }
    for (int i = 0; i < rows.columns; i++) {
        free(rows.names[i]);
    }
    free(rows.names);
    text_free(&error);
    return is_good ? EXIT_HELD : EXIT_INPUT;
}

/* ---- Questions ---- */

struct question {
    const char *db, *sql, *window;
    const char **metrics;
    uint32_t metric_count;
    bool failing, list, checks, provenance, json, csv;
};

static enum exit_status answer_csv(const char *command, struct store *store, const struct grid *grid) {
    struct text out = {0}, error = {0};
    bool is_good = points_csv(store, grid, &out, &error);
    if (is_good) {
        fwrite(out.bytes, 1, out.length, stdout);
    } else {
        fprintf(stderr, "spacelike %s: %s", command, error.bytes);
    }
    text_free(&out);
    text_free(&error);
    return is_good ? EXIT_HELD : EXIT_INPUT;
}

static enum exit_status ask(const char *command, struct store *store, const struct grid *grid,
                            const struct question *question) {
    enum format format = question->json ? FORMAT_JSON : question->csv ? FORMAT_CSV : FORMAT_TABLE;
    if (question->sql != NULL) {
        return answer(command, store, question->sql, format, NULL);
    }
    if (question->failing) {
        return answer(
            command, store,
            "SELECT point, seed, verdict, coalesce(nullif(detail, ''), (SELECT name FROM checks c WHERE"
            " c.point = r.point AND c.seed = r.seed AND c.verdict = r.verdict ORDER BY number LIMIT 1), '') AS why"
            " FROM runs r WHERE verdict <> 'holds' ORDER BY point, seed",
            format, grid);
    }
    if (question->list) {
        return answer(command, store,
                      "SELECT metric, window, count(value) AS runs, min(value) AS least, avg(value) AS mean,"
                      " max(value) AS greatest FROM metrics GROUP BY metric, window ORDER BY metric, window",
                      format, NULL);
    }
    if (question->checks) {
        return answer(command, store,
                      "SELECT point, kind, name, sum(verdict='holds') AS held, sum(verdict='violated') AS violated,"
                      " sum(verdict='inconclusive') AS inconclusive FROM checks GROUP BY point, kind, name"
                      " ORDER BY point, kind, min(number)",
                      format, NULL);
    }
    if (question->provenance) {
        return answer(command, store, "SELECT key, value FROM provenance WHERE key <> 'scenario_text'", format, NULL);
    }
    if (question->csv) {
        return answer_csv(command, store, grid);
    }
    struct points_view view = {question->metrics, question->metric_count,
                               question->window != NULL ? question->window : "all"};
    /* How the runs went was the sweep's exit status; here it only matters whether the question could be answered. */
    enum exit_status status = points_report(command, store, &view, question->json, NULL);
    return status == EXIT_INPUT ? status : EXIT_HELD;
}

static enum exit_status run_query(int argc, char **argv) {
    struct question question = {0};
    question.metrics = calloc((size_t)argc, sizeof *question.metrics);
    if (question.metrics == NULL) {
        abort();
    }
    const struct option_spec specs[] = {
        {.name = "--metric", .takes_value = true, .values = question.metrics, .value_count = &question.metric_count},
        {.name = "--window", .takes_value = true, .value = &question.window},
        {.name = "--sql", .takes_value = true, .value = &question.sql},
        {.name = "--failing", .flag = &question.failing},
        {.name = "--metrics", .flag = &question.list},
        {.name = "--checks", .flag = &question.checks},
        {.name = "--provenance", .flag = &question.provenance},
        {.name = "--json", .flag = &question.json},
        {.name = "--csv", .flag = &question.csv},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    enum exit_status status = EXIT_INPUT;
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0], "expected the file of a sweep's results");
    } else if (operands == 1) {
        struct text error = {0};
        struct grid grid = {0};
        struct store *store = store_open_existing(argv[1], &error);
        if (store == NULL || !points_grid(store, &grid, &error)) {
            fprintf(stderr, "spacelike %s: %s", argv[0], error.bytes);
        } else {
            status = ask(argv[0], store, &grid, &question);
        }
        store_close(store);
        grid_free(&grid);
        text_free(&error);
    }
    free(question.metrics);
    return status;
}

const struct command command_query = {
    .name = "query",
    .arguments = "DB [options]",
    .summary = "answers questions to the results of a sweep",
    .help =
        "Without options: the results point by point, as sweep prints them.\n\n"
        "  --metric NAME    one line for this metric and point, with its quantiles over the seeds; may be given again\n"
        "  --window NAME    of the metrics (default: all)\n"
        "  --metrics        which metrics there are, in which windows\n"
        "  --checks         each check and expectation, by point\n"
        "  --failing        the runs that did not hold, and the commands that run them again\n"
        "  --provenance     which version and scenario the results are of\n"
        "  --sql TEXT       the answer to any SQL. Tables: runs(point, seed, verdict, trace_hash, events, simulated_s, "
        "detail),\n"
        "                   parameters(point, path, value), metrics(point, seed, metric, window, value),\n"
        "                   checks(point, seed, number, kind, name, verdict, at_s, detail), provenance(key, value)\n"
        "  --json, --csv    the answer as JSON or CSV (without a question: a line a run, a column a metric)\n\n"
        "examples, after spacelike sweep scenarios/raft/leader-crash.json --seeds 1-20 --db crash.db:\n"
        "  spacelike query crash.db --metric election.time.p50\n"
        "  spacelike query crash.db --sql \"SELECT seed, value FROM metrics WHERE metric = 'outage.longest'\n"
        "      AND window = 'all' ORDER BY value DESC LIMIT 5\"\n",
    .run = run_query,
};
