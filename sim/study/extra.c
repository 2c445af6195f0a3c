#include "sim/study/extra.h"

#include "sim/study/statistics.h"
#include "sim/study/theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What batch means cover ---- */

enum { BATCHES = 20 };
#define INTERVAL_LEVEL 0.95

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
        struct batch_means means = statistics_batch_means(times, BATCHES * sizes[i], BATCHES, INTERVAL_LEVEL);
        add(context, covers, means.mean.low <= truth && truth <= means.mean.high);
        add(context, dependent, means.is_dependent);
    }
    free(times);
}

/* ---- What intervals from independent values cover ---- */

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(const void *context, const double *values, size_t count) {
    (void)context;
    return statistics_mean(values, count);
}

static bool covers(struct estimate estimate, double truth) {
    return estimate.low <= truth && truth <= estimate.high;
}

/* Of the first `count` values, which are exponential with mean `mean`. */
static void measure_sample(const double *values, size_t count, double mean, uint64_t seed, double covered[static 6]) {
    double sorted[100], others[100];
    uint64_t longer = 0;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = values[i];
        others[i] = values[count + i];
        longer += values[i] > mean;
    }
    qsort(sorted, count, sizeof *sorted, compare);
    struct bootstrap bootstrap = {.statistic = mean_of, .resamples = 1000, .key = draw_key(seed, DRAW_RESAMPLE, count)};
    covered[0] = covers(statistics_mean_t(values, count, INTERVAL_LEVEL), mean);
    covered[1] = covers(statistics_bootstrap(values, count, &bootstrap, INTERVAL_LEVEL), mean);
    covered[2] = covers(statistics_paired_t(values, others, count, INTERVAL_LEVEL), 0);
    covered[3] = covers(statistics_share(longer, count, INTERVAL_LEVEL), exp(-1));
    covered[4] = covers(statistics_quantile_interval(sorted, count, 0.5, INTERVAL_LEVEL), mean * log(2));
    covered[5] = covers(statistics_quantile_interval(sorted, count, 0.9, INTERVAL_LEVEL), mean * log(10));
}

/* Where every request has a core of its own, how long it stays is its exponential service time, and nothing else:
 * values of a simulated run that are known to be independent. */
static void measure_intervals(const struct run *run, void (*add)(void *context, const char *name, double value),
                              void *context) {
    static const size_t counts[] = {20, 100};
    static const char *const names[] = {"t", "bootstrap", "paired", "wilson", "median", "p90"};
    const struct workload_config *workload = &run->scenario->workloads[0];
    double mean = dist_mean(&run->scenario->systems[workload->target].request_service) / 1e9;
    size_t count;
    double *times = response_times(run, &count);
    for (size_t c = 0; c < 2; c++) {
        double covered[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
        if (count >= 2 * counts[c]) {
            measure_sample(times, counts[c], mean, run->seed, covered);
        }
        for (size_t i = 0; i < 6; i++) {
            char name[40];
            snprintf(name, sizeof name, "%s-of-%zu.cover", names[i], counts[c]);
            add(context, name, covered[i]);
        }
    }
    free(times);
}

const struct extra extras[] = {
    {"mm1-batch-means", measure_batch_means}, {"exponential-intervals", measure_intervals}, {.name = NULL}};

const struct extra *extra_find(const char *name) {
    const struct extra *extra = extras;
    while (extra->name != NULL && strcmp(extra->name, name) != 0) {
        extra++;
    }
    return extra->name != NULL ? extra : NULL;
}
