/* Latency, availability and throughput of client operations. */
#ifndef SIM_MEASURE_OPERATIONS_H
#define SIM_MEASURE_OPERATIONS_H

#include "sim/measure/quantile.h"

/* One sample for each operation that ended `ok`, sorted. */
struct samples operations_latency(const struct evidence *evidence);

/* The share that succeeded within the deadline of all that were invoked. Those that were still under way at the end of
 * the run and had time left are not counted. */
bool operations_availability(const struct filter *filter, double *share);

/* How that share counts one operation. */
enum operation_answer { ANSWER_OPEN, ANSWER_NONE, ANSWER_SERVED }; /* open: not counted */
enum operation_answer operations_answer(const struct evidence *evidence, const struct operation *operation);

uint32_t operations_ok(const struct filter *filter);

/* Successes per second of the window; false if the window is empty or no such operation was invoked in the whole run.
 */
bool operations_throughput(const struct filter *filter, double *per_second);

#endif
