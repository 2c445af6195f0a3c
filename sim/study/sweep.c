#include "sim/study/sweep.h"

#include "sim/study/workers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BATCH = 64, BATCHES_PER_JOB = 8 };

struct item {
    uint64_t point, seed;
};

struct sweep {
    const struct sweep_options *options;
    struct store *store;
    struct item *items; /* still to do, in order */
    bool *is_done;      /* beside them */
    uint64_t count;
    uint64_t batch; /* runs a task */
    struct sweep_progress progress;
    struct text *error;
    bool is_stopped;
};

struct scenario *sweep_read(const struct sweep_options *options, uint64_t point, struct text *errors) {
    const char **sets = grid_sets(options->grid, point, options->sets, options->set_count);
    struct scenario_options reading = {
        .models = options->models, .sets = sets, .set_count = options->set_count + options->grid->axis_count};
    struct scenario *scenario = scenario_read(options->path, &reading, errors);
    grid_free_sets(options->grid, sets, options->set_count);
    return scenario;
}

/* ---- In a worker ---- */

static void write_run(const struct sweep_options *sweep, struct scenario *scenario, uint64_t point, uint64_t seed,
                      struct text *out) {
    struct run_options options = {0};
    scenario->seed = seed; /* nothing else of a scenario depends on it */
    struct run *run = run_execute(scenario, &options);
    record_write(run, point, sweep->kept, sweep->extra, out);
    run_free(run);
}

void sweep_record(struct scenario *scenario, uint64_t point, uint64_t seed, struct record *record) {
    const struct sweep_options all = {0};
    struct text out = {0};
    write_run(&all, scenario, point, seed, &out);
    if (!record_read(out.bytes, out.length, record)) {
        abort(); /* we wrote it ourselves */
    }
    text_free(&out);
}

static int run_batch(void *context, uint64_t task, struct worker_parts *parts) {
    struct sweep *sweep = context;
    struct scenario *scenario = NULL;
    uint64_t point = UINT64_MAX;
    struct text out = {0}, errors = {0};
    uint64_t end = (task + 1) * sweep->batch;
    for (uint64_t i = task * sweep->batch; i < end && i < sweep->count; i++) {
        const struct item *item = &sweep->items[i];
        if (item->point != point) {
            scenario_free(scenario);
            scenario = sweep_read(sweep->options, item->point, &errors);
            point = item->point;
        }
        if (scenario == NULL) {
            fprintf(stderr, "%s", errors.bytes); /* it could be read when the sweep began */
            return 1;
        }
        out.length = 0;
        write_run(sweep->options, scenario, item->point, item->seed, &out);
        worker_part(parts, out.bytes, out.length);
    }
    scenario_free(scenario);
    text_free(&out);
    return 0;
}

/* ---- In the parent ---- */

static bool count_run(struct sweep *sweep, const char *verdict) {
    sweep->progress.done++;
    sweep->progress.violated += strcmp(verdict, "violated") == 0;
    sweep->progress.crashed += strcmp(verdict, "crashed") == 0;
    const struct sweep_options *options = sweep->options;
    sweep->is_stopped = options->progress != NULL && !options->progress(options->progress_context, &sweep->progress);
    return !sweep->is_stopped;
}

static bool keep(struct sweep *sweep, const struct record *record) {
    if (!store_put(sweep->store, record, sweep->error)) {
        sweep->is_stopped = true;
        return false;
    }
    return count_run(sweep, record->verdict);
}

/* Parts come in the order of the batch. */
static uint64_t first_open(const struct sweep *sweep, uint64_t task) {
    uint64_t i = task * sweep->batch, end = i + sweep->batch < sweep->count ? i + sweep->batch : sweep->count;
    while (i < end && sweep->is_done[i]) {
        i++;
    }
    return i < end ? i : UINT64_MAX;
}

static bool run_done(void *context, uint64_t task, const char *bytes, size_t length) {
    struct sweep *sweep = context;
    struct record record;
    uint64_t place = first_open(sweep, task);
    if (place == UINT64_MAX || !record_read(bytes, length, &record)) {
        text_add(sweep->error, "a worker process sent something that is no run\n");
        sweep->is_stopped = true;
        return false;
    }
    sweep->is_done[place] = true;
    bool goes_on = keep(sweep, &record);
    record_free(&record);
    return goes_on;
}

/* The first run of a batch that is not done when its process has ended is the one that ended it. */
static bool batch_done(void *context, const struct worker_result *result) {
    struct sweep *sweep = context;
    uint64_t place = first_open(sweep, result->task);
    if (place == UINT64_MAX) {
        return true;
    }
    char detail[640];
    if (result->status < 0 && result->note[0] != '\0') {
        snprintf(detail, sizeof detail, "%s", result->note);
    } else if (result->status < 0) {
        snprintf(detail, sizeof detail, "ended by signal %d (%s)", result->signal, strsignal(result->signal));
    } else {
        snprintf(detail, sizeof detail, "ended with status %d", result->status);
    }
    sweep->is_done[place] = true;
    struct record record = {.point = sweep->items[place].point,
                            .seed = sweep->items[place].seed,
                            .verdict = "crashed",
                            .detail = detail,
                            .simulated_s = NAN};
    return keep(sweep, &record);
}

/* Every point must be readable before the first run: an error after hours would be a pity. */
static bool check_points(const struct sweep_options *options, struct text *error) {
    for (uint64_t point = 0; point < grid_point_count(options->grid); point++) {
        struct scenario *scenario = sweep_read(options, point, error);
        if (scenario == NULL) {
            for (uint32_t a = 0; a < options->grid->axis_count; a++) {
                text_add(error, "%s%s=%s", a == 0 ? "with " : ", ", options->grid->axes[a].path,
                         grid_value(options->grid, point, a));
            }
            text_add(error, options->grid->axis_count > 0 ? "\n" : "");
            return false;
        }
        scenario_free(scenario);
    }
    return true;
}

static void list_items(struct sweep *sweep) {
    const struct sweep_options *options = sweep->options;
    uint64_t seeds = options->seed_last - options->seed_first + 1;
    uint64_t all = seeds * grid_point_count(options->grid);
    uint64_t mine = all / options->shards + 1;
    sweep->items = calloc(mine, sizeof *sweep->items);
    sweep->is_done = calloc(mine, sizeof *sweep->is_done);
    if (sweep->items == NULL || sweep->is_done == NULL) {
        abort();
    }
    for (uint64_t i = options->shard - 1; i < all; i += options->shards) {
        struct item item = {i / seeds, options->seed_first + i % seeds};
        if (store_has(sweep->store, item.point, item.seed)) {
            sweep->progress.before++;
        } else {
            sweep->items[sweep->count++] = item;
        }
    }
    sweep->progress.runs = sweep->count;
}

static void drop_done(struct sweep *sweep) {
    uint64_t kept = 0;
    for (uint64_t i = 0; i < sweep->count; i++) {
        if (!sweep->is_done[i]) {
            sweep->items[kept++] = sweep->items[i];
        }
    }
    memset(sweep->is_done, 0, sweep->count * sizeof *sweep->is_done);
    sweep->count = kept;
}

static void run_items(struct sweep *sweep) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = sweep->options->jobs > 0 ? sweep->options->jobs : cores > 0 ? (uint64_t)cores : 1;
    const struct worker_part_task task = {run_batch, run_done, batch_done, sweep};
    while (sweep->count > 0 && !sweep->is_stopped) {
        sweep->batch = sweep->count / (jobs * BATCHES_PER_JOB);
        sweep->batch = sweep->batch < 1 ? 1 : sweep->batch > MOST_BATCH ? MOST_BATCH : sweep->batch;
        workers_run_parts((sweep->count + sweep->batch - 1) / sweep->batch, (uint32_t)jobs, &task);
        drop_done(sweep);
    }
}

bool sweep_run(struct store *store, const struct sweep_options *options, struct sweep_progress *result,
               struct text *error) {
    struct sweep sweep = {.options = options, .store = store, .error = error};
    *result = (struct sweep_progress){0};
    if (!check_points(options, error)) {
        return false;
    }
    size_t messages = error->length;
    list_items(&sweep);
    run_items(&sweep);
    *result = sweep.progress;
    free(sweep.items);
    free(sweep.is_done);
    return error->length == messages;
}
