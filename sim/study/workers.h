/* Many independent tasks on worker processes. Each task runs in a process of its own, forked from this one: a crash of
 * one is a result, and takes nothing else down. */
#ifndef SIM_STUDY_WORKERS_H
#define SIM_STUDY_WORKERS_H

#include "sim/base/text.h"

#include <stdint.h>

struct worker_result {
    uint64_t task;
    int status; /* what the task returned, 0 to 127; or -1: it was killed by `signal` */
    int signal;
    const char *bytes; /* what the task added to its text, NUL-terminated; also when it was killed: nothing then */
    size_t length;
    double wall_s;
};

/* Runs tasks 0 to `tasks` - 1, `jobs` at the same time (0: one a core). `task` runs in the worker. `done` runs here, in
 * the order of the tasks' ends; it returns false to stop (what still runs is killed, its results are dropped). */
void workers_run(uint64_t tasks, uint32_t jobs, int (*task)(void *context, uint64_t task, struct text *out),
                 bool (*done)(void *context, const struct worker_result *result), void *context);

#endif
