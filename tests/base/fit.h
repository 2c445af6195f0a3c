/* Tests of fit, for tests of samplers. Seeds are fixed, so that a test at level FIT_LEVEL either always fails or never
 * does; a correct sampler had that chance to fail when its seed was chosen. */
#ifndef TESTS_BASE_FIT_H
#define TESTS_BASE_FIT_H

#include <stddef.h>

#define FIT_LEVEL 0.001

/* Kolmogorov-Smirnov: the chance that the empirical distribution of `count` samples of the continuous distribution
 * `cdf` is as far from it as that of `samples`. Sorts the samples. */
double fit_ks(double *samples, size_t count, double (*cdf)(double x, const void *context), const void *context);

/* Chi-square: the chance that counts of `cells` cells with these expected counts (each at least 5, and of the same sum)
 * are as far from them as `seen`. */
double fit_chi_square(const double *seen, const double *expected, size_t cells);

/* Chi-square where every cell is as likely. */
double fit_even(const double *seen, size_t cells);

#endif
