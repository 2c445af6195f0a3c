#include "tests/models/wars.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

const struct wars_leg wars_lnkd_ssd = {0.9122, 0.235, 10, 1.66};
const struct wars_leg wars_lnkd_disk = {0.38, 1.05, 1.51, 0.183};

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
static void try_once(struct wars *wars, size_t trial, gsl_rng *rng, const struct wars_leg *legs, int n, int r, int w) {
    double arrival[WARS_MOST_REPLICAS], acked[WARS_MOST_REPLICAS], reach[WARS_MOST_REPLICAS],
        answered[WARS_MOST_REPLICAS];
    for (int i = 0; i < n; i++) {
        arrival[i] = draw(rng, &legs[LEG_WRITE]);
        acked[i] = arrival[i] + draw(rng, &legs[LEG_ACK]);
        reach[i] = draw(rng, &legs[LEG_READ]);
        answered[i] = reach[i] + draw(rng, &legs[LEG_REPLY]);
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

struct wars wars_run(const struct wars_leg legs[WARS_LEGS], int n, int r, int w, size_t trials, unsigned long seed) {
    struct wars wars = {trials, malloc(trials * sizeof(double)), malloc(trials * sizeof(double)),
                        malloc(trials * sizeof(double))};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (size_t trial = 0; trial < trials; trial++) {
        try_once(&wars, trial, rng, legs, n, r, w);
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
