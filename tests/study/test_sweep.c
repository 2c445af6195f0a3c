/* Sweeps of a model that takes its process down with some seeds: what is kept, what is lost, what a merge makes of it.
 */
#include "sim/study/points.h"
#include "sim/study/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"

/* ---- The model: answers every request; of seven seeds, about one kills the process at its start. ---- */

struct brittle_params {
    bool brittle;
};

static void start(struct node *node, void *state) {
    (void)state;
    const struct brittle_params *params = node_params(node);
    if (node_draw(node, 0, 0, 6) == 0 && params->brittle) {
        raise(SIGKILL);
    }
}

static void request(struct node *node, void *state, const struct request *asked) {
    (void)state;
    node_reply(node, asked, (struct reply){.status = REPLY_OK});
}

static const struct parameter parameters[] = {{"brittle", PARAM_FLAG, offsetof(struct brittle_params, brittle), "true",
                                               0, 0, NULL, NULL, "whether some seeds end the process"},
                                              {.name = NULL}};
static const struct message_type messages[] = {{NULL, NULL}};
static const char *const nothing[] = {NULL};
static const struct claim claims[] = {{NULL, NULL, NULL}};
static const struct model brittle = {.abi = SPACELIKE_ABI,
                                     .name = "brittle",
                                     .summary = "ends its process with some seeds",
                                     .source = "a test",
                                     .state_bytes = 8,
                                     .params_bytes = sizeof(struct brittle_params),
                                     .parameters = parameters,
                                     .messages = messages,
                                     .timers = nothing,
                                     .records = nothing,
                                     .claims = claims,
                                     .operations = 1u << OP_REQUEST,
                                     .start = start,
                                     .recover = start,
                                     .request = request};
static const struct model *const models[] = {&brittle};
static const struct model_list list = {models, 1};

static const char scenario_text[] = "{\"version\": 1, \"title\": \"brittle\", \"duration\": \"1s\","
                                    " \"systems\": {\"desk\": {\"model\": \"brittle\", \"nodes\": 1}},"
                                    " \"workload\": {\"kind\": \"requests\", \"target\": \"desk\", \"clients\": 2, "
                                    "\"arrivals\": {\"poisson\": \"50/s\"}},"
                                    " \"expect\": [{\"metric\": \"request.availability\", \"at_least\": 0.5}]}";

/* ---- Fixture: a folder with the scenario ---- */

static char folder[] = "/tmp/spacelike-sweep-XXXXXX";
static char scenario_path[64];
static struct grid grid;
static struct text error;

static char *path_of(const char *name) {
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void set_up(void) {
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(scenario_path, sizeof scenario_path, "%s/brittle.json", folder);
    FILE *file = fopen(scenario_path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(scenario_text, file);
    fclose(file);
    grid = (struct grid){0};
    error = (struct text){0};
}

static void tear_down(void) {
    static const char *const names[] = {"brittle.json", "whole.db", "one.db",  "two.db",
                                        "three.db",     "all.db",   "other.db"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(path_of(names[i]));
    }
    rmdir(folder);
    grid_free(&grid);
    text_free(&error);
}

static struct store *open_claimed(const char *name, const char *version) {
    struct store *store = store_open(path_of(name), &error);
    ck_assert_msg(store != NULL, "%s", error.bytes);
    struct text vary = {0};
    grid_write(&grid, &vary);
    struct provenance provenance = {.version = version,
                                    .plugins = "",
                                    .commit = "c",
                                    .scenario = scenario_path,
                                    .scenario_hash = "h",
                                    .scenario_text = scenario_text,
                                    .sets = "[]",
                                    .vary = vary.bytes};
    ck_assert_msg(store_claim(store, &provenance, &grid, &error), "%s", error.bytes);
    text_free(&vary);
    return store;
}

static struct sweep_options options_for(uint64_t last, uint32_t shard, uint32_t shards) {
    return (struct sweep_options){.path = scenario_path,
                                  .models = &list,
                                  .grid = &grid,
                                  .seed_first = 1,
                                  .seed_last = last,
                                  .shard = shard,
                                  .shards = shards,
                                  .jobs = 2};
}

static struct sweep_progress sweep(struct store *store, const struct sweep_options *options) {
    struct sweep_progress result;
    ck_assert_msg(sweep_run(store, options, &result, &error), "%s", error.bytes);
    return result;
}

static bool add_row(void *context, bool is_header, int columns, const struct store_cell *cells) {
    for (int i = 0; i < columns && !is_header; i++) {
        text_add(context, "%s|", cells[i].text != NULL ? cells[i].text : "null");
    }
    text_add(context, "\n");
    return true;
}

/* The rows of the four tables that are to be the same. */
static char *dump(struct store *store) {
    static const char *const queries[] = {"SELECT * FROM runs ORDER BY 1, 2", "SELECT * FROM parameters ORDER BY 1, 2",
                                          "SELECT * FROM metrics ORDER BY 1, 2, 3, 4",
                                          "SELECT * FROM checks ORDER BY 1, 2, 3"};
    struct text out = {0};
    for (int i = 0; i < 4; i++) {
        ck_assert_msg(store_query(store, queries[i], add_row, &out, &error), "%s", error.bytes);
    }
    return out.bytes;
}

/* ---- Cases ---- */

START_TEST(a_crash_loses_its_own_run_only) {
    struct store *store = open_claimed("whole.db", "1");
    struct sweep_options options = options_for(200, 1, 1);
    struct sweep_progress result = sweep(store, &options);
    ck_assert_uint_eq(result.done, 200);
    ck_assert_uint_gt(result.crashed, 10);
    ck_assert_uint_lt(result.crashed, 60);
    struct point_summary *summaries;
    uint64_t count;
    ck_assert(points_read(store, &summaries, &count, &error));
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(summaries[0].runs, 200);
    ck_assert_uint_eq(summaries[0].crashed, result.crashed);
    ck_assert_uint_eq(summaries[0].holds, 200 - result.crashed);
    const struct point_metric *metric = points_metric(&summaries[0], "request.availability", "all");
    ck_assert_ptr_nonnull(metric);
    ck_assert_uint_eq(metric->count, 200 - result.crashed);
    ck_assert_uint_eq(metric->without, result.crashed);
    points_free(summaries, count);
    store_close(store);
}
END_TEST

START_TEST(which_runs_crash_does_not_depend_on_jobs) {
    struct store *store = open_claimed("one.db", "1"), *other = open_claimed("two.db", "1");
    struct sweep_options options = options_for(60, 1, 1);
    sweep(store, &options);
    options.jobs = 7;
    sweep(other, &options);
    char *first = dump(store), *second = dump(other);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    store_close(store);
    store_close(other);
}
END_TEST

static bool stop_soon(void *context, const struct sweep_progress *progress) {
    (void)context;
    return progress->done < 13;
}

START_TEST(a_stopped_sweep_goes_on_where_it_was) {
    ck_assert(grid_add(&grid, "systems.desk.cores=1,2", &error));
    struct store *whole = open_claimed("whole.db", "1"), *parts = open_claimed("one.db", "1");
    struct sweep_options options = options_for(40, 1, 1);
    sweep(whole, &options);
    options.progress = stop_soon;
    ck_assert_uint_eq(sweep(parts, &options).done, 13);
    store_close(parts);
    parts = open_claimed("one.db", "1");
    options.progress = NULL;
    struct sweep_progress rest = sweep(parts, &options);
    ck_assert_uint_le(rest.before, 13); /* crashed ones are tried again */
    ck_assert_uint_eq(rest.before + rest.runs, 80);
    char *first = dump(whole), *second = dump(parts);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    store_close(whole);
    store_close(parts);
}
END_TEST

START_TEST(shards_merge_to_the_rows_of_the_whole) {
    static const char *const names[] = {"one.db", "two.db", "three.db"};
    ck_assert(grid_add(&grid, "systems.desk.cores=1,2", &error));
    struct store *whole = open_claimed("whole.db", "1");
    struct sweep_options options = options_for(25, 1, 1);
    sweep(whole, &options);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 3; i++) {
        struct store *shard = open_claimed(names[i], "1");
        options = options_for(25, i + 1, 3);
        sum += sweep(shard, &options).done;
        store_close(shard);
    }
    ck_assert_uint_eq(sum, 50);
    struct store *all = store_open(path_of("all.db"), &error);
    for (int round = 0; round < 2; round++) { /* the second adds nothing */
        for (int i = 2; i >= 0; i--) {
            uint64_t added;
            ck_assert_msg(store_merge(all, path_of(names[i]), &added, &error), "%s", error.bytes);
            ck_assert_uint_eq(added, round == 1 ? 0 : i == 2 ? 16 : 17);
        }
    }
    char *first = dump(whole), *second = dump(all);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    store_close(whole);
    store_close(all);
}
END_TEST

static void expect_refused(bool is_good, const char *part) {
    ck_assert(!is_good);
    ck_assert_msg(strstr(error.bytes, part) != NULL, "\"%s\" does not say \"%s\"", error.bytes, part);
    error.length = 0;
}

START_TEST(other_versions_grids_and_files_are_refused) {
    uint64_t added;
    struct store *store = open_claimed("one.db", "1"), *other = open_claimed("two.db", "2");
    expect_refused(store_merge(store, path_of("two.db"), &added, &error), "another version");
    store_close(other);
    ck_assert(grid_add(&grid, "systems.desk.cores=1,2", &error));
    other = open_claimed("three.db", "1");
    expect_refused(store_merge(store, path_of("three.db"), &added, &error), "another grid of parameters");
    expect_refused(store_merge(store, scenario_path, &added, &error), "not a database");
    expect_refused(store_merge(store, path_of("none.db"), &added, &error), "unable to open");
    store_close(other);
    store_close(store);
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(path_of("other.db"), &database), SQLITE_OK);
    sqlite3_exec(database, "CREATE TABLE people(name)", NULL, NULL, NULL);
    sqlite3_close(database);
    ck_assert_ptr_null(store_open(path_of("other.db"), &error));
    ck_assert_ptr_nonnull(strstr(error.bytes, "does not hold the results of a sweep"));
}
END_TEST

START_TEST(a_seed_with_two_results_is_refused) {
    struct store *one = open_claimed("one.db", "1"), *two = open_claimed("two.db", "1");
    struct record record = {.seed = 3, .verdict = "holds", .detail = "", .trace_hash = 1};
    ck_assert(store_put(one, &record, &error));
    record.trace_hash = 2;
    ck_assert(store_put(two, &record, &error));
    store_close(two);
    uint64_t added;
    expect_refused(store_merge(one, path_of("two.db"), &added, &error), "1 runs differ");
    store_close(one);
}
END_TEST

START_TEST(a_point_that_cannot_be_read_stops_the_sweep_before_it_starts) {
    ck_assert(grid_add(&grid, "systems.desk.cores=1,-3", &error));
    struct store *store = open_claimed("one.db", "1");
    struct sweep_options options = options_for(5, 1, 1);
    struct sweep_progress result;
    expect_refused(sweep_run(store, &options, &result, &error), "systems.desk.cores=-3");
    ck_assert(!store_has(store, 0, 1));
    store_close(store);
}
END_TEST

START_TEST(a_record_reads_back_to_the_bit) {
    struct sweep_options options = options_for(1, 1, 1);
    const char *sets[] = {"systems.desk.params.brittle=false"};
    options.sets = sets;
    options.set_count = 1;
    struct scenario *scenario = sweep_read(&options, 0, &error);
    ck_assert_msg(scenario != NULL, "%s", error.bytes);
    scenario->seed = 5;
    struct run_options plain = {0};
    struct run *run = run_execute(scenario, &plain);
    struct record record;
    sweep_record(scenario, 4, 5, &record);
    ck_assert_uint_eq(record.point, 4);
    ck_assert_uint_eq(record.seed, 5);
    ck_assert_uint_eq(record.trace_hash, run->trace_hash);
    ck_assert_str_eq(record.verdict, "holds");
    const struct window *all = measures_find_window(run->measures, "all");
    ck_assert_uint_gt(measures_metric_count(run->measures), 5);
    for (uint32_t i = 0; i < measures_metric_count(run->measures); i++) {
        const char *name = measures_metric_name(run->measures, i);
        double value, kept = record_value(&record, name, "all");
        bool has_value = measures_value(run->measures, name, all, &value);
        ck_assert(has_value ? kept == value : kept != kept);
    }
    ck_assert_uint_eq(record.check_count, 1);
    ck_assert_str_eq(record.checks[0].name, "request.availability >= 0.5");
    record_free(&record);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("sweep");
    TCase *tests = tcase_create("sweep");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_crash_loses_its_own_run_only);
    tcase_add_test(tests, which_runs_crash_does_not_depend_on_jobs);
    tcase_add_test(tests, a_stopped_sweep_goes_on_where_it_was);
    tcase_add_test(tests, shards_merge_to_the_rows_of_the_whole);
    tcase_add_test(tests, other_versions_grids_and_files_are_refused);
    tcase_add_test(tests, a_seed_with_two_results_is_refused);
    tcase_add_test(tests, a_point_that_cannot_be_read_stops_the_sweep_before_it_starts);
    tcase_add_test(tests, a_record_reads_back_to_the_bit);
    suite_add_tcase(suite, tests);
    return suite;
}
