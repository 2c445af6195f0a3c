/* What the runs of a sweep say together, point by point of its grid. */
#ifndef SIM_STUDY_POINTS_H
#define SIM_STUDY_POINTS_H

#include "sim/study/statistics.h"
#include "sim/study/store.h"

#define POINTS_LEVEL 0.95 /* of all intervals */

enum { POINTS_FAILING_KEPT = 1000 };

struct point_metric {
    char *name, *window;
    double *values; /* one a run that has it, ascending */
    size_t count;
    uint64_t without; /* runs in which it had no samples, or does not occur */
    struct estimate mean;
};

struct point_check {
    char *kind, *name;
    uint64_t held, judged; /* runs; what was inconclusive was judged and not held. Of "pacelc": that bear it, and all */
    struct estimate share;
};

struct point_summary {
    uint64_t point;
    uint64_t runs, holds, violated, inconclusive, crashed;
    struct point_metric *metrics; /* in the order of names, then windows */
    uint32_t metric_count;
    struct point_check *checks;
    uint32_t check_count;
    uint64_t *failing; /* the first seeds whose run did not hold, ascending */
    uint32_t failing_count;
};

/* All points that have runs; `*summaries` is freed with points_free. */
bool points_read(struct store *store, struct point_summary **summaries, uint64_t *count, struct text *error);
void points_free(struct point_summary *summaries, uint64_t count);

const struct point_metric *points_metric(const struct point_summary *summary, const char *name, const char *window);

/* One JSON object of all, ended by a line break: {"schema": 1, "scenario", "version", "commit", "level", "points":
 * [{"point", "parameters", "runs", "holds", ..., "metrics": {NAME: {WINDOW: {"runs", "mean", "low", "high", "stddev",
 * "min", "p50": [value, low, high], "p90", "p99", "max"}}}, "checks": [...], "failing": [{"seed", "replay"}]}]}. */
void points_json(struct store *store, const struct grid *grid, const struct point_summary *summaries, uint64_t count,
                 struct text *out);

/* The command that runs a seed of a point again. */
void points_replay(struct store *store, const struct grid *grid, uint64_t point, uint64_t seed, struct text *out);

/* A line a run: point, its parameters, seed, verdict, trace_hash, then a column a metric, "name" or "name@window". */
bool points_csv(struct store *store, const struct grid *grid, struct text *out, struct text *error);

#endif
