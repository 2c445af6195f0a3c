/* Distributions of durations, as the scenario language names them. Sampling is by inversion of one uniform where a
 * closed form exists, so that a small change of a parameter changes every sample a little and in the same direction. */
#ifndef SIM_BASE_DIST_H
#define SIM_BASE_DIST_H

#include "sim/base/draw.h"

#include <stdint.h>

enum dist_kind {
    DIST_CONSTANT,    /* a */
    DIST_UNIFORM,     /* a to b */
    DIST_NORMAL,      /* mean a, standard deviation b, cut at 0: negative samples are drawn again (after 64, it is 0) */
    DIST_LOGNORMAL,   /* median a, sigma b (of the logarithm) */
    DIST_EXPONENTIAL, /* mean a */
    DIST_PARETO,      /* scale a, shape b: P(X > x) = (a/x)^b */
    DIST_WEIBULL,     /* scale a, shape b */
    DIST_GAMMA,       /* shape a, mean b */
    DIST_EMPIRICAL,   /* one of values[count], with replacement */
    DIST_MIXTURE,     /* parts[i] with chance weights[i]; weights sum to 1 */
    DIST_SHIFTED,     /* a plus parts[0] */
    DIST_KIND_COUNT
};

/* Durations in nanoseconds, as doubles: sigma, shape and weights are plain numbers. Zeroed, it is the constant 0. */
struct dist {
    enum dist_kind kind;
    uint32_t count;
    double a, b;
    const double *values; /* samples of DIST_EMPIRICAL, weights of DIST_MIXTURE */
    const struct dist *parts;
};

const char *dist_kind_name(enum dist_kind kind); /* as in a scenario: "lognormal" */

struct dist dist_constant(int64_t value_ns);

/* A sample, rounded to the nanosecond (half up), at least 0, at most INT64_MAX / 4. */
int64_t dist_draw(const struct dist *dist, struct draw *draw);

/* The expected value in nanoseconds, before the rounding and the bounds of dist_draw; infinity where there is none
 * (Pareto of shape at most 1). That of a normal distribution is of the cut one, so above its parameter a. */
double dist_mean(const struct dist *dist);

/* True of a constant, whose every draw gives the same value. */
static inline int dist_is_constant(const struct dist *dist) {
    return dist->kind == DIST_CONSTANT;
}

#endif
