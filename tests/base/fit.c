#include "tests/base/fit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* P(K > x) of the Kolmogorov distribution, the limit of sqrt(n) D. */
static double kolmogorov_tail(double x) {
    if (x < 0.2) {
        return 1; /* the series converges slowly there, and the value differs from 1 by less than 1e-12 */
    }
    double sum = 0;
    for (int k = 1; k < 100; k++) {
        sum += (k % 2 == 1 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    }
    return sum;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double fit_ks(double *samples, size_t count, double (*cdf)(double x, const void *context), const void *context) {
    qsort(samples, count, sizeof *samples, compare);
    double n = (double)count, distance = 0;
    for (size_t i = 0; i < count; i++) {
        double p = cdf(samples[i], context);
        distance = fmax(distance, fmax(p - (double)i / n, (double)(i + 1) / n - p));
    }
    return kolmogorov_tail(distance * (sqrt(n) + 0.12 + 0.11 / sqrt(n))); /* Stephens 1970, for finite n */
}

double fit_chi_square(const double *seen, const double *expected, size_t cells) {
    double sum = 0;
    for (size_t i = 0; i < cells; i++) {
        sum += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
    }
    return gsl_cdf_chisq_Q(sum, (double)(cells - 1));
}

double fit_even(const double *seen, size_t cells) {
    double total = 0, sum = 0;
    for (size_t i = 0; i < cells; i++) {
        total += seen[i];
    }
    double expected = total / (double)cells;
    for (size_t i = 0; i < cells; i++) {
        sum += (seen[i] - expected) * (seen[i] - expected) / expected;
    }
    return gsl_cdf_chisq_Q(sum, (double)(cells - 1));
}
