#include "sim/command/sweeping.h"

#include "sim/base/units.h"
#include "sim/study/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Plans ---- */

void sweep_plan_init(struct sweep_plan *plan, int argc, const char *command) {
    *plan = (struct sweep_plan){.command = command};
    const char ***lists[] = {&plan->vary, &plan->sets, &plan->metrics};
    for (int i = 0; i < 3; i++) {
        *lists[i] = calloc((size_t)argc, sizeof ***lists);
        if (*lists[i] == NULL) {
            abort();
        }
    }
}

void sweep_plan_free(struct sweep_plan *plan) {
    free(plan->vary);
    free(plan->sets);
    free(plan->metrics);
}

static bool is_of_a_model(const char *name) {
    const struct model_list *list = built_in_models();
    uint32_t metric, statistic;
    for (uint32_t i = 0; i < list->count; i++) {
        if (metric_find_own(name, list->models[i], &metric, &statistic)) {
            return true;
        }
    }
    return false;
}

enum exit_status sweep_check_metrics(const char *command, const char *const *metrics, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const char *slash = strrchr(metrics[i], '/');
        const char *name = slash != NULL ? slash + 1 : metrics[i];
        if (!metric_is_known(name) && !is_of_a_model(name)) {
            size_t names = 0;
            while (metric_names[names] != NULL) {
                names++;
            }
            const char *near = text_suggest(name, metric_names, names);
            return usage_error(command, "there is no metric \"%s\"%s%s%s", name,
                               near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                               near != NULL ? "\"?" : "");
        }
    }
    return EXIT_HELD;
}

enum exit_status sweep_plan_check(struct sweep_plan *plan) {
    uint64_t jobs = 0;
    struct sweep_options *options = &plan->options;
    *options = (struct sweep_options){.models = built_in_models(),
                                      .sets = plan->sets,
                                      .set_count = plan->set_count,
                                      .seed_first = 1,
                                      .seed_last = 20,
                                      .shard = 1,
                                      .shards = 1};
    if ((plan->seeds != NULL &&
         !options_read_range(plan->command, "--seeds", plan->seeds, &options->seed_first, &options->seed_last)) ||
        (plan->jobs != NULL && !options_read_u64(plan->command, "--jobs", plan->jobs, &jobs))) {
        return EXIT_INPUT;
    }
    if (options->seed_last > SWEEP_LAST_SEED || options->seed_last - options->seed_first >= UINT32_MAX) {
        return usage_error(plan->command, "--seeds %s: expected at most 2^32 seeds below 2^63", plan->seeds);
    }
    if (jobs > 256) {
        return usage_error(plan->command, "--jobs %s: expected at most 256", plan->jobs);
    }
    options->jobs = (uint32_t)jobs;
    return sweep_check_metrics(plan->command, plan->metrics, plan->metric_count);
}

/* ---- Progress ---- */

struct progress {
    double started, shown_at;
};

static bool show_progress(void *context, const struct sweep_progress *sweep) {
    struct progress *progress = context;
    double now = wall_seconds();
    if (now - progress->shown_at < 0.2) {
        return true;
    }
    progress->shown_at = now;
    double rate = (double)sweep->done / (now - progress->started + 1e-9);
    char left[32];
    units_print_duration(left, sizeof left, (double)(sweep->runs - sweep->done) / rate);
    fprintf(stderr, "\r  %" PRIu64 " of %" PRIu64 " runs, %.3g a second, %s left", sweep->done, sweep->runs, rate,
            left);
    if (sweep->violated + sweep->crashed > 0) {
        fprintf(stderr, ", %" PRIu64 " violated, %" PRIu64 " crashed", sweep->violated, sweep->crashed);
    }
    fprintf(stderr, " \x1b[K");
    fflush(stderr);
    return true;
}

static void show_end(const char *path, const struct sweep_progress *sweep, const struct progress *progress) {
    if (is_terminal(stderr)) {
        fprintf(stderr, "\r\x1b[K");
    }
    double wall_s = wall_seconds() - progress->started;
    char wall[32], each[32];
    fprintf(stderr, "%s: %" PRIu64 " runs in %s", path, sweep->done, units_print_duration(wall, sizeof wall, wall_s));
    if (sweep->done > 0) {
        fprintf(stderr, ", %s a run", units_print_duration(each, sizeof each, wall_s / (double)sweep->done));
    }
    if (sweep->before > 0) {
        fprintf(stderr, "; %" PRIu64 " were there already", sweep->before);
    }
    fprintf(stderr, "\n");
}

/* ---- Sweeps ---- */

static bool is_window(const struct scenario *scenario, const char *name) {
    static const char *const fixed[] = {"all", "partition", "healing", "connected"};
    bool is_found = false;
    for (int i = 0; i < 4; i++) {
        is_found = is_found || strcmp(name, fixed[i]) == 0;
    }
    for (uint32_t i = 0; i < scenario->fault_count; i++) {
        is_found = is_found || strcmp(name, scenario->faults[i].name) == 0;
    }
    for (uint32_t i = 0; i < scenario->phase_count; i++) {
        is_found = is_found || strcmp(name, scenario->phases[i].name) == 0;
    }
    return is_found;
}

static enum exit_status fill_grid(struct sweeping *sweeping, bool with_vary) {
    const struct sweep_plan *plan = sweeping->plan;
    struct text error = {0};
    bool is_none = plan->vary_count == 1 && strcmp(plan->vary[0], "none") == 0;
    bool is_good =
        plan->vary_count > 0 || !with_vary || grid_add_scenario(&sweeping->grid, sweeping->scenario->resolved, &error);
    for (uint32_t i = 0; i < plan->vary_count && is_good && !is_none; i++) {
        is_good = grid_add(&sweeping->grid, plan->vary[i], &error);
    }
    enum exit_status status = is_good ? EXIT_HELD : usage_error(plan->command, "--vary %s", error.bytes);
    text_free(&error);
    return status;
}

enum exit_status sweeping_open(struct sweeping *sweeping, const struct sweep_plan *plan, const char *path,
                               bool with_vary) {
    struct text errors = {0};
    struct grid none = {0};
    *sweeping = (struct sweeping){.plan = plan, .options = plan->options};
    sweeping->options.path = path;
    sweeping->options.grid = &none;
    sweeping->scenario = sweep_read(&sweeping->options, 0, &errors);
    sweeping->options.grid = &sweeping->grid;
    enum exit_status status = EXIT_INPUT;
    if (sweeping->scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
    } else if (plan->window != NULL && !is_window(sweeping->scenario, plan->window)) {
        usage_error(plan->command, "--window %s: expected all, partition, healing, connected, a fault or a phase",
                    plan->window);
    } else {
        status = fill_grid(sweeping, with_vary);
    }
    text_free(&errors);
    return status;
}

static void write_list(struct text *out, const char *const *items, uint32_t count) {
    text_add(out, "[");
    for (uint32_t i = 0; i < count; i++) {
        text_add(out, "%s", i == 0 ? "" : ", ");
        text_add_json(out, items[i]);
    }
    text_add(out, "]");
}

static void write_measures(struct text *out, const struct sweep_options *options) {
    uint32_t count = 0;
    while (options->kept != NULL && options->kept[count] != NULL) {
        count++;
    }
    text_add(out, "%s%s", options->extra != NULL ? options->extra->name : "", options->extra != NULL ? " and " : "");
    if (options->kept != NULL) {
        write_list(out, options->kept, count);
    }
}

static bool claim(const struct sweeping *sweeping, struct text *error) {
    const struct scenario *scenario = sweeping->scenario;
    struct text sets = {0}, vary = {0}, measures = {0};
    char hash[32];
    snprintf(hash, sizeof hash, "%016" PRIx64, scenario->hash);
    write_list(&sets, sweeping->options.sets, sweeping->options.set_count);
    grid_write(&sweeping->grid, &vary);
    write_measures(&measures, &sweeping->options);
    struct provenance provenance = {
        .version = SPACELIKE_VERSION,
        .commit = build_commit(),
        .scenario = scenario->path,
        .plugins = summary_plugins(),
        .scenario_hash = hash,
        .scenario_text = scenario->resolved,
        .sets = sets.bytes,
        .vary = vary.bytes,
        .measures = measures.bytes,
    };
    bool is_ours = store_claim(sweeping->store, &provenance, &sweeping->grid, error);
    text_free(&sets);
    text_free(&vary);
    text_free(&measures);
    return is_ours;
}

static void remove_store(const char *db) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        struct text path = {0};
        text_add(&path, "%s%s", db, endings[i]);
        remove(path.bytes);
        text_free(&path);
    }
}

static bool open_store(struct sweeping *sweeping, const char *db, struct text *error) {
    sweeping->store = store_open(db, error);
    if (sweeping->store == NULL) {
        return false;
    }
    bool is_ours = claim(sweeping, error);
    if (!is_ours && sweeping->replaces) {
        store_close(sweeping->store);
        remove_store(db);
        text_free(error);
        sweeping->store = store_open(db, error);
        is_ours = sweeping->store != NULL && claim(sweeping, error);
    }
    return is_ours;
}

enum exit_status sweeping_run(struct sweeping *sweeping, const char *db) {
    struct text error = {0};
    struct progress progress = {.started = wall_seconds()};
    sweeping->options.progress = is_terminal(stderr) ? show_progress : NULL;
    sweeping->options.progress_context = &progress;
    bool is_good =
        open_store(sweeping, db, &error) && sweep_run(sweeping->store, &sweeping->options, &sweeping->result, &error);
    sweeping->wall_s = wall_seconds() - progress.started;
    if (is_good) {
        show_end(sweeping->label != NULL ? sweeping->label : sweeping->options.path, &sweeping->result, &progress);
    } else {
        fprintf(stderr, "%sspacelike %s: %s", is_terminal(stderr) ? "\r\x1b[K" : "", sweeping->plan->command,
                error.bytes);
    }
    text_free(&error);
    return is_good ? EXIT_HELD : EXIT_INPUT;
}

void sweeping_close(struct sweeping *sweeping) {
    store_close(sweeping->store);
    scenario_free(sweeping->scenario);
    grid_free(&sweeping->grid);
}
