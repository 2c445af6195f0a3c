/* The results of a sweep for people: by point, or a line a metric. Shared by sweep, merge and query. */
#ifndef SIM_COMMAND_POINTS_SHOW_H
#define SIM_COMMAND_POINTS_SHOW_H

#include "sim/command/command.h"
#include "sim/study/points.h"

struct points_view {
    const char *const *metrics; /* those asked for; none: a choice */
    uint32_t metric_count;
    const char *window; /* "all" */
};

/* A value as people read the metric: "3.2 ms", "99.95 %", "512". */
char *show_metric(char *text, size_t size, const char *metric, double value);

/* Whether a metric is among those shown when none is asked for: what most questions are about. */
bool points_is_chosen(const char *metric);

/* A paragraph a point; with metrics asked for, a line a point and metric instead. False with a message on stderr if
 * there are no values of a metric that was asked for. */
bool points_show(struct store *store, const struct grid *grid, const struct point_summary *summaries, uint64_t count,
                 const struct points_view *view, FILE *to);

/* A line that says how many runs did not hold, and how to see the first; nothing if all did. */
void points_show_failing(struct store *store, const struct grid *grid, const struct point_summary *summaries,
                         uint64_t count, FILE *to);

/* The exit status that the runs amount to. */
enum exit_status points_status(const struct point_summary *summaries, uint64_t count);

/* The grid of a store's sweep. */
bool points_grid(struct store *store, struct grid *grid, struct text *error);

/* The results as asked for: `csv`, a file, may be NULL; `json`: on stdout instead of text. Returns the exit status of
 * the runs. */
enum exit_status points_report(const char *command, struct store *store, const struct points_view *view, bool json,
                               const char *csv);

/* The labels of PACELC that the runs bear, and what decides them; nothing if no partition took place. */
void points_show_pacelc(const struct point_summary *summary, const char *indent, FILE *to);

#endif
