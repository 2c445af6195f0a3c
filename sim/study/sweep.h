/* A sweep: many runs of a scenario, for every point of a grid and every seed of a range, on worker processes, into a
 * store.
 *
 * Work is numbered: item = point * seeds + (seed - first). Shard i of n does the items that are i - 1 modulo n,
 * whatever is there already is left out, and what a run gives depends on its point and seed alone: so the rows of the
 * result are the same however the work was divided and interrupted. A run that takes its process down is recorded as
 * crashed, and only that one is lost. */
#ifndef SIM_STUDY_SWEEP_H
#define SIM_STUDY_SWEEP_H

#include "sim/study/store.h"

/* SQLite's integers have a sign. */
#define SWEEP_LAST_SEED ((uint64_t)INT64_MAX)

struct sweep_progress {
    uint64_t runs, done; /* of this call; done includes the failed */
    uint64_t before;     /* that were there already */
    uint64_t violated, crashed;
};

struct sweep_options {
    const char *path; /* of the scenario */
    const struct model_list *models;
    const char *const *sets; /* for all points, before the grid's */
    uint32_t set_count;
    const struct grid *grid;
    uint64_t seed_first, seed_last;
    uint32_t shard, shards;    /* counted from 1; 1 of 1 is the whole */
    uint32_t jobs;             /* 0: one a core */
    const char *const *kept;   /* only these metrics are kept of a run; ends with NULL. NULL: all */
    const struct extra *extra; /* a measure beyond the metrics; NULL: none */
    bool (*progress)(void *context,
                     const struct sweep_progress *progress); /* after each run; false stops. NULL: nobody */
    void *progress_context;
};

/* False with messages in `error`: the scenario cannot be read at some point of the grid, or the store cannot be
 * written. What is in the store then is good. `result` holds the counts at the end. */
bool sweep_run(struct store *store, const struct sweep_options *options, struct sweep_progress *result,
               struct text *error);

/* Reads the scenario at a point of the grid; NULL with messages. */
struct scenario *sweep_read(const struct sweep_options *options, uint64_t point, struct text *errors);

/* One run in this process, as its record; free with record_free. */
void sweep_record(struct scenario *scenario, uint64_t point, uint64_t seed, struct record *record);

#endif
