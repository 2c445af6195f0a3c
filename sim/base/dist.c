/* Samples of durations. Everything is computed in doubles of nanoseconds from our own log and exp, and rounded once at
 * the end; C leaves the order of two calls in one expression open, so each draw has its own statement. */
#include "sim/base/dist.h"

#include "sim/base/maths.h"

/* With a mean of at least 0 a normal sample is refused with a chance of at most one half, so that running out of tries
 * has a chance below 2^-64. A mean far below 0 would otherwise never end. */
enum { NORMAL_TRIES = 64 };

const char *dist_kind_name(enum dist_kind kind) {
    static const char *const names[DIST_KIND_COUNT] = {
        [DIST_CONSTANT] = "constant",       [DIST_UNIFORM] = "uniform",
        [DIST_NORMAL] = "normal",           [DIST_LOGNORMAL] = "lognormal",
        [DIST_EXPONENTIAL] = "exponential", [DIST_PARETO] = "pareto",
        [DIST_WEIBULL] = "weibull",         [DIST_GAMMA] = "gamma",
        [DIST_EMPIRICAL] = "empirical",     [DIST_MIXTURE] = "mixture",
        [DIST_SHIFTED] = "shifted",
    };
    return (unsigned)kind < DIST_KIND_COUNT ? names[kind] : "unknown";
}

struct dist dist_constant(int64_t value_ns) {
    return (struct dist){.kind = DIST_CONSTANT, .a = (double)value_ns};
}

static double sample_normal(double mean, double deviation, struct draw *draw) {
    for (int i = 0; i < NORMAL_TRIES; i++) {
        double sample = mean + deviation * maths_normal_quantile(draw_unit(draw));
        if (sample >= 0) {
            return sample;
        }
    }
    return 0;
}

/* Of scale 1 and shape >= 1: Marsaglia and Tsang, A simple method for generating gamma variables, 2000. */
static double sample_gamma_from_one(double shape, struct draw *draw) {
    double d = shape - 1.0 / 3;
    double c = 1 / maths_sqrt(9 * d);
    for (;;) {
        double x = maths_normal_quantile(draw_unit(draw));
        double u = draw_unit(draw);
        double v = 1 + c * x;
        if (v <= 0) {
            continue;
        }
        v = v * v * v;
        if (u < 1 - 0.0331 * (x * x) * (x * x) || maths_log(u) < 0.5 * x * x + d * (1 - v + maths_log(v))) {
            return d * v;
        }
    }
}

static double sample_gamma(double shape, double mean, struct draw *draw) {
    if (!(shape > 0)) {
        return mean; /* also a NaN, which would never be accepted */
    }
    if (shape >= 1) {
        return mean / shape * sample_gamma_from_one(shape, draw);
    }
    /* The boost of the same paper, section 6: gamma(a) is gamma(a + 1) times u^(1/a). */
    double sample = sample_gamma_from_one(shape + 1, draw);
    double u = draw_unit(draw);
    return mean / shape * sample * maths_exp(maths_log(u) / shape);
}

static const struct dist *choose_part(const struct dist *dist, struct draw *draw) {
    double u = draw_unit(draw);
    uint32_t last = dist->count - 1; /* takes what is missing when the weights sum to a little below 1 */
    for (uint32_t i = 0; i < last; i++) {
        if (u < dist->values[i]) {
            return &dist->parts[i];
        }
        u -= dist->values[i];
    }
    return &dist->parts[last];
}

static double sample(const struct dist *dist, struct draw *draw) {
    switch (dist->kind) {
    case DIST_CONSTANT:
        return dist->a;
    case DIST_UNIFORM:
        return dist->a + (dist->b - dist->a) * draw_unit(draw);
    case DIST_NORMAL:
        return sample_normal(dist->a, dist->b, draw);
    case DIST_LOGNORMAL:
        return dist->a * maths_exp(dist->b * maths_normal_quantile(draw_unit(draw)));
    case DIST_EXPONENTIAL:
        return dist->a * -maths_log(1 - draw_unit(draw));
    case DIST_PARETO:
        return dist->a * maths_exp(-maths_log(1 - draw_unit(draw)) / dist->b);
    case DIST_WEIBULL: {
        double exponential = -maths_log(1 - draw_unit(draw));
        return dist->a * maths_exp(maths_log(exponential) / dist->b);
    }
    case DIST_GAMMA:
        return sample_gamma(dist->a, dist->b, draw);
    case DIST_EMPIRICAL:
        return dist->count == 0 ? 0 : dist->values[draw_below(draw, dist->count)];
    case DIST_MIXTURE:
        return dist->count == 0 ? 0 : sample(choose_part(dist, draw), draw);
    case DIST_SHIFTED:
        return dist->a + sample(&dist->parts[0], draw);
    case DIST_KIND_COUNT:
        break;
    }
    return 0;
}

static int64_t round_half_up(double x) {
    if (!(x > 0)) {
        return 0; /* also a NaN */
    }
    if (x >= 0x1p61) {
        return INT64_MAX / 4;
    }
    int64_t whole = (int64_t)x;
    return x - (double)whole >= 0.5 ? whole + 1 : whole; /* adding 0.5 first would round 0.49999999999999994 up */
}

int64_t dist_draw(const struct dist *dist, struct draw *draw) {
    return round_half_up(sample(dist, draw));
}

static double mean_of_normal(double mean, double deviation) {
    if (!(deviation > 0)) {
        return mean > 0 ? mean : 0;
    }
    double z = -mean / deviation;
    double hazard = maths_normal_hazard(z);
    double kept = maths_normal_density(z) / hazard; /* the chance that one try is not refused */
    double truncated = mean + deviation * hazard;
    return z > 0 ? truncated * (1 - maths_pow(1 - kept, NORMAL_TRIES)) : truncated;
}

double dist_mean(const struct dist *dist) {
    double sum = 0;
    switch (dist->kind) {
    case DIST_CONSTANT:
    case DIST_EXPONENTIAL:
        return dist->a;
    case DIST_UNIFORM:
        return dist->a + (dist->b - dist->a) / 2;
    case DIST_NORMAL:
        return mean_of_normal(dist->a, dist->b);
    case DIST_LOGNORMAL:
        return dist->a * maths_exp(dist->b * dist->b / 2);
    case DIST_PARETO:
        return dist->b > 1 ? dist->a * dist->b / (dist->b - 1) : (double)__builtin_inff();
    case DIST_WEIBULL:
        return dist->a * maths_gamma(1 + 1 / dist->b);
    case DIST_GAMMA:
        return dist->b;
    case DIST_EMPIRICAL:
        for (uint32_t i = 0; i < dist->count; i++) {
            sum += dist->values[i];
        }
        return dist->count == 0 ? 0 : sum / dist->count;
    case DIST_MIXTURE:
        for (uint32_t i = 0; i < dist->count; i++) {
            if (dist->values[i] > 0) { /* no share of an infinite mean is 0, and not a NaN */
                sum += dist->values[i] * dist_mean(&dist->parts[i]);
            }
        }
        return sum;
    case DIST_SHIFTED:
        return dist->a + dist_mean(&dist->parts[0]);
    case DIST_KIND_COUNT:
        break;
    }
    return 0;
}
