#include "sim/study/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A suspicion of dependence costs a longer run, an overlooked one a false interval: so not the usual 0.05. */
#define DEPENDENCE_LEVEL 0.1

enum { MANY = 100000 };

static double *allocate(size_t count) {
    double *values = malloc((count > 0 ? count : 1) * sizeof *values);
    if (values == NULL) {
        abort();
    }
    return values;
}

/* ---- Means and shares ---- */

double statistics_mean(const double *values, size_t count) {
    return count > 0 ? gsl_stats_mean(values, 1, count) : NAN;
}

double statistics_variance(const double *values, size_t count) {
    return count > 1 ? gsl_stats_variance(values, 1, count) : 0;
}

struct estimate statistics_mean_t(const double *values, size_t count, double level) {
    struct estimate mean = {statistics_mean(values, count), -INFINITY, INFINITY};
    if (count > 1) {
        double t = gsl_cdf_tdist_Pinv(0.5 + level / 2, (double)(count - 1));
        double half = t * sqrt(statistics_variance(values, count) / (double)count);
        mean.low = mean.value - half;
        mean.high = mean.value + half;
    }
    return mean;
}

struct estimate statistics_paired_t(const double *a, const double *b, size_t count, double level) {
    double *differences = allocate(count);
    for (size_t i = 0; i < count; i++) {
        differences[i] = a[i] - b[i];
    }
    struct estimate mean = statistics_mean_t(differences, count, level);
    free(differences);
    return mean;
}

struct estimate statistics_share(uint64_t successes, uint64_t trials, double level) {
    if (trials == 0) {
        return (struct estimate){NAN, 0, 1};
    }
    double n = (double)trials, share = (double)successes / n;
    double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
    double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
    double half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    /* In exact arithmetic the ends meet 0 and 1; rounding must not lose that. */
    return (struct estimate){share, successes == 0 ? 0 : middle - half, successes == trials ? 1 : middle + half};
}

/* The x with P(X <= x) = chance of a beta variate, by bisection: gsl_cdf_beta_Pinv does not always converge. */
static double beta_quantile(double chance, double a, double b) {
    double low = 0, high = 1;
    for (int i = 0; i < 200; i++) {
        double middle = low + (high - low) / 2;
        if (gsl_cdf_beta_P(middle, a, b) < chance) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

struct estimate statistics_share_exact(uint64_t successes, uint64_t trials, double level) {
    if (trials == 0) {
        return (struct estimate){NAN, 0, 1};
    }
    double k = (double)successes, n = (double)trials;
    if (successes > MANY && trials - successes > MANY) {
        return statistics_share(successes, trials,
                                level); /* the same by then, where the beta function has no digits left */
    }
    if (successes == 0 || successes == trials) {
        double edge = pow(1 - level, 1 / n);
        return successes == 0 ? (struct estimate){0, 0, 1 - edge} : (struct estimate){1, edge, 1};
    }
    return (struct estimate){k / n, beta_quantile(0.5 - level / 2, k, n - k + 1),
                             beta_quantile(0.5 + level / 2, k + 1, n - k)};
}

/* ---- Quantiles ---- */

double statistics_quantile(const double *sorted, size_t count, double q) {
    if (count == 0) {
        return NAN;
    }
    double rank = ceil(q * (double)count - 1e-9); /* 0.07 * 100 is a little more than 7 */
    return sorted[rank < 1 ? 0 : rank > (double)count ? count - 1 : (size_t)rank - 1];
}

/* The greatest r with P(B <= r) <= chance for B binomial; -1 if there is none. */
static long long greatest_below(size_t count, double q, double chance) {
    long long low = -1, high = (long long)count;
    while (high - low > 1) {
        long long middle = low + (high - low) / 2;
        /* gsl_cdf_binomial_P takes 32 bits; this is the same by the incomplete beta function. */
        double below = gsl_cdf_beta_Q(q, (double)middle + 1, (double)(count - (size_t)middle));
        if (below <= chance) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* B, the number of values below the quantile, is binomial. The quantile is below X(l) when B < l, and above X(u) when
 * B >= u: either may happen with half of 1 - level at most. */
struct estimate statistics_quantile_interval(const double *sorted, size_t count, double q, double level) {
    struct estimate quantile = {statistics_quantile(sorted, count, q), -INFINITY, INFINITY};
    double tail = (1 - level) / 2;
    if (count == 0 || !(q > 0 && q < 1)) {
        return quantile;
    }
    long long lower = greatest_below(count, q, tail) + 1; /* P(B <= lower - 1) <= tail */
    if (lower >= 1) {
        quantile.low = sorted[lower - 1];
    }
    /* By symmetry: count - B is binomial with 1 - q. */
    long long upper = greatest_below(count, 1 - q, tail) + 1;
    if (upper >= 1) {
        quantile.high = sorted[count - (size_t)upper];
    }
    return quantile;
}

/* ---- Bootstrap ---- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Efron's acceleration from the statistic without each value in turn. */
static double acceleration(const double *values, size_t count, const struct bootstrap *bootstrap, double *work) {
    double *without = allocate(count);
    for (size_t i = 0; i < count; i++) {
        memcpy(work, values, i * sizeof *work);
        memcpy(work + i, values + i + 1, (count - i - 1) * sizeof *work);
        without[i] = bootstrap->statistic(bootstrap->context, work, count - 1);
    }
    double mean = statistics_mean(without, count), squares = 0, cubes = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = mean - without[i];
        squares += difference * difference;
        cubes += difference * difference * difference;
    }
    free(without);
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

static double corrected(const double *sorted, uint32_t count, double z, double bias, double a) {
    double moved = bias + (bias + z) / (1 - a * (bias + z));
    return statistics_quantile(sorted, count, gsl_cdf_ugaussian_P(moved));
}

struct estimate statistics_bootstrap(const double *values, size_t count, const struct bootstrap *bootstrap,
                                     double level) {
    if (count < 2) {
        return (struct estimate){count == 1 ? bootstrap->statistic(bootstrap->context, values, 1) : NAN, -INFINITY,
                                 INFINITY};
    }
    struct estimate estimate = {.value = bootstrap->statistic(bootstrap->context, values, count)};
    double *work = allocate(count), *results = allocate(bootstrap->resamples);
    double below = 0;
    for (uint32_t r = 0; r < bootstrap->resamples; r++) {
        struct draw draw = draw_at(bootstrap->key, r);
        for (size_t i = 0; i < count; i++) {
            work[i] = values[draw_below(&draw, count)];
        }
        results[r] = bootstrap->statistic(bootstrap->context, work, count);
        below += results[r] < estimate.value ? 1 : results[r] == estimate.value ? 0.5 : 0;
    }
    qsort(results, bootstrap->resamples, sizeof *results, ascending);
    /* All or none below: the correction would be infinite. */
    double share = fmin(fmax(below, 0.5), bootstrap->resamples - 0.5) / bootstrap->resamples;
    double bias = gsl_cdf_ugaussian_Pinv(share);
    double a = acceleration(values, count, bootstrap, work);
    double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
    estimate.low = corrected(results, bootstrap->resamples, -z, bias, a);
    estimate.high = corrected(results, bootstrap->resamples, z, bias, a);
    free(work);
    free(results);
    return estimate;
}

/* ---- Series ---- */

/* Von Neumann's ratio, and its normal approximation as Fishman uses it for batch means (Principles of Discrete Event
 * Simulation, 1978). */
static void test_dependence(struct batch_means *result, const double *means) {
    double successive = 0, lagged = 0, squares = 0, count = (double)result->batches;
    for (size_t i = 0; i < result->batches; i++) {
        double deviation = means[i] - result->mean.value;
        squares += deviation * deviation;
        if (i + 1 < result->batches) {
            double step = means[i + 1] - means[i];
            successive += step * step;
            lagged += deviation * (means[i + 1] - result->mean.value);
        }
    }
    result->von_neumann = 2;
    result->p = 1;
    if (squares > 0 && result->batches > 2) {
        result->lag1 = lagged / squares;
        result->von_neumann = successive / squares;
        double c = 1 - result->von_neumann / 2;
        result->p = gsl_cdf_ugaussian_Q(c * sqrt((count * count - 1) / (count - 2)));
    }
    result->is_dependent = result->p < DEPENDENCE_LEVEL;
}

struct batch_means statistics_batch_means(const double *values, size_t count, size_t batches, double level) {
    struct batch_means result = {.batches = batches, .batch_size = batches > 0 ? count / batches : 0};
    if (batches < 2 || result.batch_size == 0) {
        result.mean = (struct estimate){statistics_mean(values, count), -INFINITY, INFINITY};
        result.von_neumann = 2;
        result.p = 1;
        return result;
    }
    double *means = allocate(batches);
    const double *first = values + count % batches;
    for (size_t b = 0; b < batches; b++) {
        means[b] = statistics_mean(first + b * result.batch_size, result.batch_size);
    }
    result.mean = statistics_mean_t(means, batches, level);
    test_dependence(&result, means);
    free(means);
    return result;
}

size_t statistics_warmup_mser5(const double *values, size_t count) {
    enum { STEP = 5 };
    size_t batches = count / STEP;
    if (batches < 2) {
        return count;
    }
    /* From the end, so that mean and squares of what remains grow by one batch at a time (Welford 1962). */
    double mean = 0, squares = 0, least = INFINITY;
    size_t best = 0;
    for (size_t kept = 1; kept <= batches; kept++) {
        size_t batch = batches - kept;
        double value = statistics_mean(values + batch * STEP, STEP), delta = value - mean;
        mean += delta / (double)kept;
        squares += delta * (value - mean);
        double error = squares / ((double)kept * (double)kept);
        /* The last few batches vary little by luck alone; White keeps them out of the search. */
        if (kept >= STEP && error <= least) {
            least = error;
            best = batch;
        }
    }
    return best > batches / 2 ? count : best * STEP;
}
