#include "tests/models/wars.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

const struct wars_system wars_systems[WARS_SYSTEMS] = {
    [WARS_SSD] = {"SSD", {0.9122, 0.235, 10, 1.66}, {0.9122, 0.235, 10, 1.66}, 0},
    [WARS_DISK] = {"DISK", {0.38, 1.05, 1.51, 0.183}, {0.9122, 0.235, 10, 1.66}, 0},
    [WARS_YMMR] = {"YMMR", {0.939, 3, 3.35, 0.0028}, {0.982, 1.5, 3.8, 0.0217}, 0},
    [WARS_WAN] = {"WAN", {0.38, 1.05, 1.51, 0.183}, {0.9122, 0.235, 10, 1.66}, 75},
};

static double draw(gsl_rng *rng, const struct wars_leg *leg) {
    return gsl_rng_uniform(rng) < leg->share ? gsl_ran_pareto(rng, leg->shape, leg->scale)
                                             : gsl_ran_exponential(rng, 1 / leg->rate);
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double kth(const double *values, int n, int k) {
    double sorted[WARS_MOST_REPLICAS];
    for (int i = 0; i < n; i++) {
        sorted[i] = values[i];
    }
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    return sorted[k - 1];
}

/* A write reaches replica i after W, its acknowledgement comes back after A; a read that starts t after the w-th
 * acknowledgement reaches it after R and is answered after S. It is consistent if one of the first r replicas that
 * answer had the write when the read came: W <= acknowledged + t + R. */
static void try_once(struct wars *wars, size_t trial, gsl_rng *rng, const struct wars_system *system, int n, int r,
                     int w) {
    double arrival[WARS_MOST_REPLICAS], acked[WARS_MOST_REPLICAS], reach[WARS_MOST_REPLICAS],
        answered[WARS_MOST_REPLICAS];
    int writer = (int)gsl_rng_uniform_int(rng, (unsigned long)n),
        reader = (int)gsl_rng_uniform_int(rng, (unsigned long)n);
    for (int i = 0; i < n; i++) {
        double write_far = i == writer ? 0 : system->far, read_far = i == reader ? 0 : system->far;
        arrival[i] = draw(rng, &system->write) + write_far;
        acked[i] = arrival[i] + draw(rng, &system->other) + write_far;
        reach[i] = draw(rng, &system->other) + read_far;
        answered[i] = reach[i] + draw(rng, &system->other) + read_far;
    }
    double done = kth(acked, n, w), read = kth(answered, n, r), visible = 1e300;
    for (int i = 0; i < n; i++) {
        double needed = arrival[i] - done - reach[i];
        visible = answered[i] <= read && needed < visible ? needed : visible;
    }
    wars->write[trial] = done;
    wars->read[trial] = read;
    wars->visible[trial] = visible;
}

struct wars wars_run(const struct wars_system *system, int n, int r, int w, size_t trials, unsigned long seed) {
    struct wars wars = {trials, malloc(trials * sizeof(double)), malloc(trials * sizeof(double)),
                        malloc(trials * sizeof(double))};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (size_t trial = 0; trial < trials; trial++) {
        try_once(&wars, trial, rng, system, n, r, w);
    }
    gsl_rng_free(rng);
    qsort(wars.read, trials, sizeof(double), compare);
    qsort(wars.write, trials, sizeof(double), compare);
    qsort(wars.visible, trials, sizeof(double), compare);
    return wars;
}

void wars_free(struct wars *wars) {
    free(wars->read);
    free(wars->write);
    free(wars->visible);
}

double wars_quantile(const double *sorted, size_t count, double q) {
    return sorted[(size_t)(q * (double)(count - 1))];
}

double wars_share_up_to(const double *sorted, size_t count, double at) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (double)low / (double)count;
}
