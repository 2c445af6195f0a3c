/* What became of the futures of a run, kept beyond them, and shown side by side. */
#ifndef SIM_COMMAND_BRANCH_SHOW_H
#define SIM_COMMAND_BRANCH_SHOW_H

#include "sim/command/report.h"
#include "sim/study/story.h"

struct future_metric {
    char *name;
    double value; /* from the branch to the end of the run */
};

struct future_check {
    char *name; /* with what it is about, where there are several: "election-safety of store" */
    enum verdict verdict;
    bool is_expected; /* a violation */
    char *detail;
};

/* One of them. */
struct future {
    sim_time from;       /* when it branched off */
    const char *changes; /* as on the command line; NULL: none */
    enum verdict verdict;
    uint64_t trace_hash;
    struct future_metric *metrics;
    uint32_t metric_count;
    struct future_check *checks;
    uint32_t check_count;
    struct text broken; /* expectations that broke, a line each */
    struct story *story;
    struct text summary; /* JSON */
};

/* Takes from a concluded run what is shown; `from` and `changes` are set. */
void future_take(struct future *future, struct run *run, const char *replay);
void future_free(struct future *future);

/* `futures[0]` is the one without changes. */
void futures_show(const struct scenario *scenario, const struct future *futures, uint32_t count,
                  const struct report_style *style, FILE *to);

/* `state`: JSON of where they part. */
void futures_json(const struct future *futures, uint32_t count, const char *state, FILE *to);

#endif
