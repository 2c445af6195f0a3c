/* What pictures of many runs show: the points of a sweep, or designs side by side, with what their runs measured. Plain
 * data, read from a sweep's results or from the JSON of a comparison, or made by hand in tests. */
#ifndef VIZ_MANY_H
#define VIZ_MANY_H

#include "sim/base/arena.h"
#include "sim/base/text.h"
#include "viz/value.h"

#include <stdint.h>

struct store;

struct many_axis {    /* what varies from point to point */
    const char *path; /* "systems.store.params.w" */
    const char *name; /* its last part: "w" */
    const char **texts;
    double *numbers; /* beside them; NAN throughout if they are no quantities of one unit */
    enum unit unit;
    uint32_t count;
};

enum { MANY_MOST_AXES = 16 };

struct many_value { /* of a metric at a point */
    size_t runs;    /* that have a value; if 0, the rest says nothing */
    double mean;
    double low, high;     /* 95 % interval of the mean; infinite where one run says nothing of others */
    const double *values; /* one a run, ascending; NULL: not known */
    size_t pairs;         /* seeds shared with the first point; 0: no difference is known */
    double difference, difference_low, difference_high; /* to the first point, seed by seed */
    bool is_different;                                  /* that interval excludes 0 */
};

struct many_metric {
    const char *name, *window;
    enum unit unit;
    bool more_is_better;
    struct many_value *values; /* by point */
};

struct many_check { /* at a point */
    const char *name;
    uint64_t held, judged;
    double share, low, high; /* Wilson's interval */
};

struct many_label { /* of PACELC */
    const char *system, *label;
    uint64_t runs; /* that bear it */
};

struct many_failure {
    uint64_t seed;
    const char *replay;
};

struct many_point {
    const char *name; /* "w=2, r=1"; of one of several scenarios its path too; "" if nothing varies */
    uint32_t *places; /* by axis: index of its value; NULL of designs */
    uint64_t runs, holds, violated, inconclusive, crashed;
    bool is_dominated; /* another design is better in something and worse in nothing */
    const struct many_check *checks;
    uint32_t check_count;
    const struct many_label *labels; /* in the order of systems */
    uint32_t label_count;
    const struct many_failure *failures;
    uint32_t failure_count;
};

struct many {
    const char *title;             /* of the scenario; of designs "N designs" */
    const char *question, *answer; /* of the scenario; or NULL */
    const char *source;            /* which runs: "20 runs at each of 6 points" */
    struct many_axis *axes;
    uint32_t axis_count;
    struct many_point *points; /* the last axis turns fastest */
    uint32_t point_count;
    struct many_metric *metrics;
    uint32_t metric_count;
    bool has_front;                /* is_dominated was judged */
    const char *const *objectives; /* by which */
    uint32_t objective_count;
    struct arena arena; /* holds all of it */
};

/* From a sweep's results; NULL with a message ended by a line break. */
struct many *many_of_store(struct store *store, struct text *error);

/* From what `spacelike compare --json` prints. NULL with a message if it is not that. */
struct many *many_of_comparison(const char *json, struct text *error);

struct many *many_new(void);
void many_free(struct many *many);

/* NULL: there is none of that name in that window. */
const struct many_metric *many_metric(const struct many *many, const char *name, const char *window);

/* The point at these places of all axes; UINT32_MAX: it has no runs. */
uint32_t many_point_at(const struct many *many, const uint32_t *places);

/* How many runs of all points have a value of it. */
size_t many_metric_runs(const struct many *many, const struct many_metric *metric);

/* ---- What is shown ---- */

/* What somebody asked for; zeroed, a choice is made. */
struct many_choice {
    const char *const *metrics;
    uint32_t metric_count;
    const char *window; /* NULL: "all" */
};

/* Metrics that answer the choice: those asked for, or else those that most questions are about, the ones that differ
 * most between the points first. Returns how many, at most `most`. */
uint32_t many_choose(const struct many *many, const struct many_choice *choice, const struct many_metric **metrics,
                     uint32_t most);

/* The first metric of `names` (ended by NULL) that at least one run has, whatever the workload's prefix; NULL: none. */
const struct many_metric *many_first(const struct many *many, const char *const *names, const char *window);

#endif
