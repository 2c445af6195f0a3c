/* What commands that run sweeps share: their options, and a sweep from the path of a scenario to a store. */
#ifndef SIM_COMMAND_SWEEPING_H
#define SIM_COMMAND_SWEEPING_H

#include "sim/command/command.h"
#include "sim/study/sweep.h"

struct sweep_plan {
    const char *command;
    const char *seeds, *jobs, *window; /* as given; NULL: not */
    const char **vary, **sets, **metrics;
    uint32_t vary_count, set_count, metric_count;
    struct sweep_options options; /* seeds, jobs and shard; filled by sweep_plan_check */
};

void sweep_plan_init(struct sweep_plan *plan, int argc, const char *command); /* room for argc values of each list */
void sweep_plan_free(struct sweep_plan *plan);

/* Reads seeds and jobs, and looks whether the metrics exist; EXIT_INPUT after a message. */
enum exit_status sweep_plan_check(struct sweep_plan *plan);
enum exit_status sweep_check_metrics(const char *command, const char *const *metrics, uint32_t count);

struct sweeping {
    const struct sweep_plan *plan;
    struct sweep_options options;
    struct scenario *scenario; /* at no point of the grid */
    struct grid grid;
    struct store *store;
    const char *label;            /* for the line about the time taken; NULL: the scenario's path */
    bool replaces;                /* results of anything else in the file are thrown away, instead of an error */
    struct sweep_progress result; /* of sweeping_run */
    double wall_s;
};

/* Reads the scenario and fills the grid: by --vary, else by the scenario's own "vary" (if `with_vary`). */
enum exit_status sweeping_open(struct sweeping *sweeping, const struct sweep_plan *plan, const char *path,
                               bool with_vary);

/* Runs what is missing in the file `db`, with progress on a terminal, and a line about the time taken. */
enum exit_status sweeping_run(struct sweeping *sweeping, const char *db);

void sweeping_close(struct sweeping *sweeping); /* the store too, if it is not NULL */

#endif
