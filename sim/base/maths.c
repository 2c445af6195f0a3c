/* Elementary functions from +, -, *, / and square root alone. The methods are the usual ones: the argument is split
 * exactly into a power of two and a rest near 1 (or near 0), and a short series serves the rest. See Muller et al.,
 * Handbook of Floating-Point Arithmetic, 2nd edition, chapters 4 and 10; the split of ln 2 is fdlibm's. */
#include "sim/base/maths.h"

#include <stdint.h>
#include <string.h>

/* ln 2 in two parts; the first has 32 significant bits, so that its product with an exponent is exact. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

#define MATHS_INFINITY ((double)__builtin_inff())
#define MATHS_NAN ((double)__builtin_nanf(""))

/* A number as an unevaluated sum, |low| at most half a unit in the last place of `high`. */
struct pair {
    double high, low;
};

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^exponent, for exponents of normal numbers. */
static double power_of_two(int exponent) {
    return from_bits((uint64_t)(exponent + 1023) << 52);
}

/* Splits a positive finite x into 2^exponent times a factor from sqrt(1/2) to sqrt(2), exactly. */
static double split(double x, int *exponent) {
    int shift = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54; /* a subnormal number becomes a normal one */
        shift = -54;
    }
    uint64_t bits = bits_of(x);
    *exponent = (int)(bits >> 52) - 1023 + shift;
    double factor = from_bits((bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
    if (factor > 0x1.6a09e667f3bcdp+0) {
        factor *= 0.5;
        *exponent += 1;
    }
    return factor;
}

double maths_log(double x) {
    if (!(x > 0)) {
        return x == 0 ? -MATHS_INFINITY : MATHS_NAN;
    }
    if (x == MATHS_INFINITY) {
        return x;
    }
    int exponent;
    double f = split(x, &exponent) - 1; /* exact */
    /* log(1 + f) = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...), |s| < 0.172: the first term left out is below 2^-60. */
    double s = f / (2 + f);
    double z = s * s;
    double sum = 2.0 / 23;
    sum = sum * z + 2.0 / 21;
    sum = sum * z + 2.0 / 19;
    sum = sum * z + 2.0 / 17;
    sum = sum * z + 2.0 / 15;
    sum = sum * z + 2.0 / 13;
    sum = sum * z + 2.0 / 11;
    sum = sum * z + 2.0 / 9;
    sum = sum * z + 2.0 / 7;
    sum = sum * z + 2.0 / 5;
    sum = sum * z + 2.0 / 3;
    double rest = 2 * s + s * (z * sum);
    return exponent * LN2_HIGH + (exponent * LN2_LOW + rest);
}

/* e^(x + low) for a `low` that is small beside 1. */
static double exp_of_sum(double x, double low) {
    if (x != x) {
        return x;
    }
    if (x > 710) {
        return MATHS_INFINITY;
    }
    if (x < -746) {
        return 0;
    }
    int exponent = (int)(x * 0x1.71547652b82fep+0 + (x < 0 ? -0.5 : 0.5));
    double high = x - exponent * LN2_HIGH; /* exact: the product is, and the difference cancels */
    double correction = exponent * LN2_LOW - low;
    double r = high - correction;
    correction = (high - r) - correction; /* what r lost */
    /* Taylor's series, |r| < 0.347: the first term left out is below 2^-57. */
    double sum = 1.0 / 6227020800;
    sum = sum * r + 1.0 / 479001600;
    sum = sum * r + 1.0 / 39916800;
    sum = sum * r + 1.0 / 3628800;
    sum = sum * r + 1.0 / 362880;
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 0.5;
    double value = 1 + (r + (r * r * sum + correction));
    /* In two steps, because 2^exponent alone may be beyond the range; only the last product can round. */
    int half = exponent / 2;
    return value * power_of_two(half) * power_of_two(exponent - half);
}

double maths_exp(double x) {
    return exp_of_sum(x, 0);
}

static struct pair fast_sum(double a, double b) { /* exact when |a| >= |b| or a = 0 (Dekker) */
    double sum = a + b;
    return (struct pair){sum, b - (sum - a)};
}

static struct pair product(double a, double b) { /* exact (Dekker and Veltkamp), without fused multiply-add */
    double p = a * b;
    double a_scaled = a * 0x1.0000002p27, b_scaled = b * 0x1.0000002p27;
    double a_high = a_scaled - (a_scaled - a), b_high = b_scaled - (b_scaled - b);
    double a_low = a - a_high, b_low = b - b_high;
    return (struct pair){p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

static struct pair product_of_pairs(struct pair a, struct pair b) {
    struct pair p = product(a.high, b.high);
    return fast_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

/* The logarithm of a positive finite x with an error near 2^-68 of it: a power multiplies the logarithm's error by up
 * to 745. */
static struct pair log_of(double x) {
    int exponent;
    double f = split(x, &exponent) - 1;
    struct pair divisor = fast_sum(2, f);
    struct pair s = {f / divisor.high, 0};
    struct pair back = product(s.high, divisor.high);
    s.low = (((f - back.high) - back.low) - s.high * divisor.low) / divisor.high;
    struct pair z = product_of_pairs(s, s);
    struct pair cube = product_of_pairs(product_of_pairs(s, z), (struct pair){2.0 / 3, 0x1.5555555555555p-55});
    double y = z.high;
    double sum = 2.0 / 25;
    sum = sum * y + 2.0 / 23;
    sum = sum * y + 2.0 / 21;
    sum = sum * y + 2.0 / 19;
    sum = sum * y + 2.0 / 17;
    sum = sum * y + 2.0 / 15;
    sum = sum * y + 2.0 / 13;
    sum = sum * y + 2.0 / 11;
    sum = sum * y + 2.0 / 9;
    sum = sum * y + 2.0 / 7;
    sum = sum * y + 2.0 / 5;
    double tail = s.high * (y * y * sum);
    struct pair rest = fast_sum(2 * s.high, cube.high);
    rest.low += 2 * s.low + cube.low + tail;
    struct pair total = fast_sum(exponent * LN2_HIGH, rest.high);
    return fast_sum(total.high, total.low + (rest.low + exponent * LN2_LOW));
}

double maths_pow(double base, double power) {
    if (power == 0 || base == 1) {
        return 1;
    }
    if (!(base >= 0) || power != power) {
        return MATHS_NAN;
    }
    if (base == 0 || base == MATHS_INFINITY) {
        return (base == 0) == (power > 0) ? 0 : MATHS_INFINITY;
    }
    struct pair log = log_of(base);
    double estimate = log.high * power; /* |log| is at least 2^-53, so a power that is left below 2^63 */
    if (estimate > 710) {
        return MATHS_INFINITY;
    }
    if (estimate < -746) {
        return 0;
    }
    if (power > -0x1p-900 && power < 0x1p-900) {
        return 1; /* the split products below would underflow */
    }
    struct pair exponent = product(log.high, power);
    return exp_of_sum(exponent.high, exponent.low + log.low * power);
}

double maths_sqrt(double x) {
    return __builtin_sqrt(x);
}

static double polynomial(const double *coefficients, double x) { /* of degree 7, the constant term first */
    double sum = coefficients[7];
    for (int i = 6; i >= 0; i--) {
        sum = sum * x + coefficients[i];
    }
    return sum;
}

double maths_normal_quantile(double p) {
    static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[8] = {1.0,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    if (!(p >= 0 && p <= 1)) {
        return MATHS_NAN;
    }
    double q = p - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    double tail = q < 0 ? p : 1 - p;
    if (tail == 0) {
        return q < 0 ? -MATHS_INFINITY : MATHS_INFINITY;
    }
    double r = maths_sqrt(-maths_log(tail));
    double value =
        r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6) : polynomial(e, r - 5) / polynomial(f, r - 5);
    return q < 0 ? -value : value;
}

double maths_gamma(double x) {
    if (!(x > 0)) {
        return MATHS_NAN;
    }
    if (x > 172) {
        return MATHS_INFINITY;
    }
    double divisor = 1; /* gamma(x) = gamma(x + n) / (x (x + 1) ... (x + n - 1)) */
    while (x < 16) {
        divisor *= x;
        x += 1;
    }
    double w = 1 / (x * x); /* Stirling's series; the first term left out is below 2^-58 */
    double series = (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188))))) / x;
    double root = maths_pow(x * 0x1.78b56362cef38p-2, x / 2); /* (x/e)^(x/2): its square may be beyond the range */
    return root * (maths_sqrt(0x1.921fb54442d18p+2 / x) * maths_exp(series) / divisor) * root;
}

double maths_normal_density(double z) {
    return 0x1.9884533d43651p-2 * maths_exp(-0.5 * z * z);
}

/* P(Z > z) / density(z) for z >= 2 by Laplace's continued fraction 1/(z + 1/(z + 2/(z + 3/...))). */
static double mills_ratio(double z) {
    double fraction = z;
    for (int i = 150; i > 0; i--) {
        fraction = z + i / fraction;
    }
    return 1 / fraction;
}

double maths_normal_hazard(double z) {
    if (z >= 2) {
        return 1 / mills_ratio(z);
    }
    double density = maths_normal_density(z);
    if (z <= -2) {
        return density / (1 - density * mills_ratio(-z));
    }
    double term = z, sum = z; /* P(Z <= z) = 1/2 + density(z) (z + z^3/3 + z^5/(3*5) + ...) */
    for (int i = 3; i < 80; i += 2) {
        term *= z * z / i;
        sum += term;
    }
    return density / (0.5 - density * sum);
}
