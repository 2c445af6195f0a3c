#include "sim/study/extra.h"

#include "sim/study/statistics.h"
#include "sim/study/theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What batch means cover ---- */

enum { BATCHES = 20 };
#define BATCH_LEVEL 0.95

/* The stay at an M/M/1 station, in theory. */
static double true_response(const struct run *run) {
    const struct workload_config *workload = &run->scenario->workloads[0];
    const struct system_config *system = &run->scenario->systems[workload->target];
    const struct theory *theory = theory_find("mm1_response");
    return theory->value((const double[]){workload->rate, 1e9 / dist_mean(&system->request_service)});
}

/* The answered requests after the warm-up, in the order of their invocation. */
static double *response_times(const struct run *run, size_t *count) {
    const struct history *history = load_history(run->load);
    double *times = calloc(history->count + 1, sizeof *times);
    if (times == NULL) {
        abort();
    }
    *count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->invoked >= run->scenario->warmup && operation->outcome == OUTCOME_OK) {
            times[(*count)++] = (double)(operation->completed - operation->invoked) / 1e9;
        }
    }
    return times;
}

/* Whether an interval by twenty batches, of the first values after the warm-up, covers the truth, and whether the batch
 * means were found to be dependent: 1 or 0 each, for several sizes. */
static void measure_batch_means(const struct run *run, void (*add)(void *context, const char *name, double value),
                                void *context) {
    static const size_t sizes[] = {16, 64, 256, 1024, 4096};
    size_t count;
    double *times = response_times(run, &count), truth = true_response(run);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char covers[40], dependent[40];
        snprintf(covers, sizeof covers, "batches-of-%zu.cover", sizes[i]);
        snprintf(dependent, sizeof dependent, "batches-of-%zu.dependent", sizes[i]);
        if (BATCHES * sizes[i] > count) {
            add(context, covers, NAN);
            add(context, dependent, NAN);
            continue;
        }
        struct batch_means means = statistics_batch_means(times, BATCHES * sizes[i], BATCHES, BATCH_LEVEL);
        add(context, covers, means.mean.low <= truth && truth <= means.mean.high);
        add(context, dependent, means.is_dependent);
    }
    free(times);
}

const struct extra extras[] = {{"mm1-batch-means", measure_batch_means}, {.name = NULL}};

const struct extra *extra_find(const char *name) {
    const struct extra *extra = extras;
    while (extra->name != NULL && strcmp(extra->name, name) != 0) {
        extra++;
    }
    return extra->name != NULL ? extra : NULL;
}
