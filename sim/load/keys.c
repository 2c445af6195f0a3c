#include "sim/load/keys.h"

#include "sim/base/maths.h"

/* Zipf by rejection-inversion (Hoermann and Derflinger, Rejection-inversion to generate variates from monotone discrete
 * distributions, 1996): constant time for any count, exact up to rounding. */

/* The integral of x^-exponent from 1 to x. */
static double integral(double x, double exponent) {
    double log_x = maths_log(x);
    double power = (1 - exponent) * log_x;
    if (power > -1e-8 && power < 1e-8) {
        return log_x * (1 + power / 2);
    }
    return (maths_exp(power) - 1) / (1 - exponent);
}

static double integral_inverse(double y, double exponent) {
    double scaled = y * (1 - exponent);
    if (scaled > -1e-8 && scaled < 1e-8) {
        return maths_exp(y * (1 - scaled / 2));
    }
    return maths_exp(maths_log(scaled > -1 ? 1 + scaled : 0x1p-60) / (1 - exponent));
}

static double weight(double x, double exponent) {
    return maths_exp(-exponent * maths_log(x));
}

void keys_init(struct keys *keys, const struct keys_config *config) {
    *keys = (struct keys){.config = config, .newest = config->kind == KEYS_LATEST ? config->count : 0};
    double exponent = config->exponent;
    keys->zipf_low = integral(1.5, exponent) - 1;
    keys->zipf_high = integral((double)config->count + 0.5, exponent);
    keys->zipf_squeeze = 2 - integral_inverse(integral(2.5, exponent) - weight(2, exponent), exponent);
}

uint64_t keys_draw_zipf(const struct keys *keys, struct draw *draw) {
    double exponent = keys->config->exponent;
    uint64_t count = keys->config->count;
    for (;;) {
        double u = keys->zipf_high + draw_unit(draw) * (keys->zipf_low - keys->zipf_high);
        double x = integral_inverse(u, exponent);
        double nearest = x + 0.5;
        uint64_t rank = nearest < 1 ? 1 : nearest >= (double)count ? count : (uint64_t)nearest;
        if ((double)rank - x <= keys->zipf_squeeze ||
            u >= integral((double)rank + 0.5, exponent) - weight((double)rank, exponent)) {
            return rank - 1;
        }
    }
}

uint64_t keys_choose(struct keys *keys, struct draw *draw, bool is_insert) {
    const struct keys_config *config = keys->config;
    switch (config->kind) {
    case KEYS_ZIPF:
        return keys_draw_zipf(keys, draw);
    case KEYS_HOTSPOT: {
        uint64_t hot = (uint64_t)(config->hot_keys * (double)config->count + 0.5);
        hot = hot == 0 ? 1 : hot >= config->count ? config->count : hot;
        if (draw_unit(draw) < config->hot_operations || hot == config->count) {
            return draw_below(draw, hot);
        }
        return hot + draw_below(draw, config->count - hot);
    }
    case KEYS_LATEST:
        return is_insert ? keys->newest++ : keys->newest - 1 - keys_draw_zipf(keys, draw);
    case KEYS_SEQUENTIAL:
        return keys->newest++ % config->count;
    default:
        return draw_below(draw, config->count);
    }
}
