/* Where two runs part: the first event that differs, what follows from it, and the metrics that it moved. */
#ifndef SIM_STUDY_DIFF_H
#define SIM_STUDY_DIFF_H

#include "sim/study/run.h"

enum { DIFF_FOLLOWING = 5, DIFF_METRICS = 12, DIFF_LINE = 240 };

struct diff_metric {
    const char *name; /* lives in the first scenario's run: valid until diff_free */
    bool has[2];
    double values[2];
};

struct diff {
    bool is_same;             /* no event differs */
    uint64_t event;           /* number of the first that differs, from 1 */
    sim_time at;              /* the earlier of the two times */
    char first[2][DIFF_LINE]; /* what it is in either run; empty: that run is over */
    bool differs_inside;      /* the same event in words, with another content */
    /* Events that no event of the other run within the next second equals, and that happen where the first one
     * happened, or where messages from there have arrived. */
    char following[2][DIFF_FOLLOWING][DIFF_LINE];
    uint32_t following_count[2];
    struct diff_metric metrics[DIFF_METRICS]; /* that moved by at least a hundredth, the most moved first */
    uint32_t metric_count, moved_count;
    enum verdict verdicts[2];
    struct run *runs[2];
};

/* Both runs in step, an event at a time; free with diff_free. */
void diff_runs(const struct scenario *a, const struct scenario *b, struct diff *diff);
void diff_free(struct diff *diff);

#endif
