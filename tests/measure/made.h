/* Histories made by hand, for tests of measures: times in milliseconds, one workload. */
#ifndef TESTS_MEASURE_MADE_H
#define TESTS_MEASURE_MADE_H

#include "sim/measure/staleness.h"

enum { OPEN = -1 }; /* as a completion: it was still under way when the run ended */

struct made {
    struct arena arena;
    struct history history;
    struct workload_config workload;
    struct measures_config config;
    struct evidence evidence;
    struct interval interval; /* of `all` */
    struct window all;
};

/* The run lasts `ended_ms`; the window `all` begins at `warmup_ms`. The deadline is 1 s. */
void made_begin(struct made *made, int64_t warmup_ms, int64_t ended_ms);
void made_end(struct made *made);

/* Adds an operation, by a client of its own, and returns its index. Invocations do not go back in time. `value` is
 * the argument, or the result of a read. */
uint32_t made_add(struct made *made, enum operation_kind kind, enum outcome outcome, int64_t invoked_ms,
                  int64_t completed_ms, uint64_t key, int64_t value);
struct operation *made_operation(struct made *made, uint32_t index);

/* Of what was added so far. */
struct staleness made_staleness(const struct made *made);
struct samples made_trials(const struct made *made);

struct filter made_filter(const struct made *made); /* everything in `all` */

#endif
