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
    const char *note; /* of one that was killed: what its code was doing, as crash.h has it; else "" */
    double wall_s;
};

/* Runs tasks 0 to `tasks` - 1, `jobs` at the same time (0: one a core). `task` runs in the worker. `done` runs here, in
 * the order of the tasks' ends; it returns false to stop (what still runs is killed, its results are dropped). */
void workers_run(uint64_t tasks, uint32_t jobs, int (*task)(void *context, uint64_t task, struct text *out),
                 bool (*done)(void *context, const struct worker_result *result), void *context);

/* For tasks of many parts, each of which counts as soon as it is done: what a task hands to worker_part arrives here at
 * `part`, whole and in order, while the task goes on, also if the task is killed later. `part` and `done` return false
 * to stop; the result given to `done` has no bytes. */
struct worker_parts;
void worker_part(struct worker_parts *parts, const char *bytes, size_t length);
struct worker_part_task {
    int (*run)(void *context, uint64_t task, struct worker_parts *parts); /* in the worker */
    bool (*part)(void *context, uint64_t task, const char *bytes, size_t length);
    bool (*done)(void *context, const struct worker_result *result);
    void *context;
};
void workers_run_parts(uint64_t tasks, uint32_t jobs, const struct worker_part_task *task);

#endif
