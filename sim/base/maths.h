/* Logarithm, exponential, power and the normal quantile, with the same bits on every machine and compiler.
 *
 * The C library's differ between processors (with and without fused multiply-add) and architectures. These use
 * only +, -, *, / and square root in double precision, which IEEE 754 fixes to the bit, and are compiled without contraction.
 * Relative error below 2e-15. */
#ifndef SIM_BASE_MATHS_H
#define SIM_BASE_MATHS_H

double maths_log(double x);                /* x > 0; 0 gives -infinity, below it a NaN */
double maths_exp(double x);                /* overflows to infinity, underflows to 0 */
double maths_pow(double base, double power); /* base >= 0 */
double maths_sqrt(double x);
double maths_normal_quantile(double p); /* 0 < p < 1 (Wichura, Algorithm AS 241, PPND16) */

#endif
