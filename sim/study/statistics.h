/* Honest figures from samples: intervals for means, shares and quantiles, and what the samples must be for them.
 *
 * Runs with different seeds are independent, so the intervals over seeds assume nothing else than what each function
 * says. Observations within one run are not independent: batch means and warm-up detection are for those. Sources: Law,
 * Simulation Modeling and Analysis (5th edition, 2015), chapter 9, where no other is named. What each interval covers
 * in truth is measured in tests/study/test_statistics.c. */
#ifndef SIM_STUDY_STATISTICS_H
#define SIM_STUDY_STATISTICS_H

#include "sim/base/draw.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value with an interval that covers the true one with the confidence `level` (0.95) asked for. Where the samples are
 * too few for an end, that end is infinite; without samples, the value is a NaN. */
struct estimate {
    double value, low, high;
};

double statistics_mean(const double *values, size_t count);
double statistics_variance(const double *values, size_t count); /* of the population, unbiased; 0 for one value */

/* The mean of independent values by Student's t: exact for normal ones, close for others when there are many. */
struct estimate statistics_mean_t(const double *values, size_t count, double level);

/* The mean of the differences a[i] - b[i] by Student's t: for two designs under the same weather (same seeds), whose
 * common luck the differences do not contain. */
struct estimate statistics_paired_t(const double *a, const double *b, size_t count, double level);

/* The share of successes (Wilson 1927). Sound for 0 and for all successes too, where the normal interval is empty. */
struct estimate statistics_share(uint64_t successes, uint64_t trials, double level);

/* The same without approximation (Clopper and Pearson 1934): it covers at least `level`. Without a success, or with
 * nothing else, all the doubt is on one side: the bound is then the one-sided one, 3 / trials for a level of 0.95. */
struct estimate statistics_share_exact(uint64_t successes, uint64_t trials, double level);

/* The smallest value that at least the share `q` of all values does not exceed: an observed one. `sorted` ascends. */
double statistics_quantile(const double *sorted, size_t count, double q);

/* The quantile of the population between two order statistics; covers at least `level`, whatever the distribution
 * (David and Nagaraja, Order Statistics, 2003, 7.1). */
struct estimate statistics_quantile_interval(const double *sorted, size_t count, double q, double level);

/* Any statistic of independent values, by resampling: Efron's bias-corrected and accelerated bootstrap (BCa, 1987). The
 * resamples are drawn from the addressed stream `key` (draw_key), so the interval is always the same. */
struct bootstrap {
    double (*statistic)(const void *context, const double *values, size_t count); /* of values in any order */
    const void *context;
    uint32_t resamples; /* 2000 are enough for a level of 0.95 */
    uint64_t key;
};
struct estimate statistics_bootstrap(const double *values, size_t count, const struct bootstrap *bootstrap,
                                     double level);

/* The mean of a stationary series of dependent values, by batch means. `batches` (20 is usual, at least 2) of count /
 * batches values each; values that fill no batch are dropped from the front, where the warm-up is. */
struct batch_means {
    struct estimate mean;
    size_t batches, batch_size;
    double lag1; /* autocorrelation of neighbouring batch means */
    double
        von_neumann; /* ratio of the mean square successive difference to the variance; 2 if independent, less if not */
    double p;        /* the chance of a ratio this small if the batch means were independent and normal */
    bool is_dependent; /* p < 0.1: the batches are too short, and the interval is too narrow */
};
struct batch_means statistics_batch_means(const double *values, size_t count, size_t batches, double level);

/* How many values to drop from the front of a series to lose its warm-up: MSER-5 (White 1997; White, Cobb and Spratt
 * 2000), the cut that minimises the standard error of the mean of what remains, in steps of 5. `count` when the minimum
 * lies in the second half: the series is too short to tell. */
size_t statistics_warmup_mser5(const double *values, size_t count);

#endif
