/* Logarithm, exponential, power and the normal quantile, with the same bits on every machine and compiler.
 *
 * The C library's differ between processors (with and without fused multiply-add) and architectures. These use
 * only +, -, *, / and square root in double precision, which IEEE 754 fixes to the bit, and are compiled without
 * contraction. Relative error below 2e-15 where not said otherwise; results below 2^-1022 are within one unit of
 * the last place. A NaN gives a NaN. */
#ifndef SIM_BASE_MATHS_H
#define SIM_BASE_MATHS_H

double maths_log(double x);                  /* x > 0; 0 gives -infinity, below it a NaN */
double maths_exp(double x);                  /* overflows to infinity, underflows to 0 */
double maths_pow(double base, double power); /* base >= 0, below it a NaN; infinities as in C's pow */
double maths_sqrt(double x);

/* 0 < p < 1; 0 and 1 give -infinity and infinity, outside a NaN (Wichura, Algorithm AS 241, PPND16). */
double maths_normal_quantile(double p);

/* For expected values, so slower and less exact: relative error below 1e-13. */
double maths_gamma(double x);          /* the gamma function; 0 < x; overflows to infinity above 171.6 */
double maths_normal_density(double z); /* of the standard normal distribution */
double maths_normal_hazard(double z);  /* density(z) / P(Z > z): the mean of what lies beyond z */

#endif
