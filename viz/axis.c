#include "viz/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Axes ---- */

struct chart_axis axis_exact(enum unit unit, const char *title, double low, double high) {
    if (!(high > low)) {
        high = low + (low != 0 ? fabs(low) : 1);
    }
    return (struct chart_axis){.unit = unit, .low = low, .high = high, .title = title};
}

/* The smallest of 1, 2, 5 times a power of ten that is at least x > 0. */
static double round_up(double x) {
    double power = pow(10, floor(log10(x)));
    static const double steps[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++) {
        if (steps[i] * power >= x * (1 - 1e-9)) {
            return steps[i] * power;
        }
    }
    return 10 * power;
}

static double round_down(double x) {
    return 1 / round_up(1 / x);
}

struct chart_axis axis_from_zero(enum unit unit, const char *title, double high) {
    if (!(high > 0)) {
        high = 1;
    }
    double step = round_up(high / 5);
    return axis_exact(unit, title, 0, ceil(high / step - 1e-9) * step);
}

struct chart_axis axis_log(enum unit unit, const char *title, double low, double high) {
    if (!(low > 0)) {
        low = high > 0 ? high / 10 : 1;
    }
    high = high < low ? low : high;
    low = round_down(low);
    high = round_up(high);
    if (high < low * 10 * (1 - 1e-9)) { /* a decade at least, and what there is does not lie on its lower edge */
        low = round_down(low * 0.7);
        high = fmax(high, low * 10);
    }
    struct chart_axis axis = axis_exact(unit, title, low, high);
    axis.is_log = true;
    return axis;
}

double axis_place(const struct chart_axis *axis, double value) {
    if (axis->is_log) {
        return value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : (double)NAN;
    }
    return (value - axis->low) / (axis->high - axis->low);
}

/* ---- Ticks ---- */

struct scale {
    double size;
    const char *suffix;
};

/* One scale for a whole linear axis, by its largest value, so that ticks are easy to compare. */
static struct scale scale_of(const struct chart_axis *axis) {
    static const struct scale seconds[] = {{1e-9, " ns"}, {1e-6, " µs"}, {1e-3, " ms"},
                                           {1, " s"},     {60, " min"},  {3600, " h"}};
    static const double seconds_from[] = {0, 1e-6, 1e-3, 1, 180, 10800};
    static const struct scale counts[] = {{1, ""}, {1e3, " k"}, {1e6, " M"}, {1e9, " G"}};
    static const double counts_from[] = {0, 1e4, 1e6, 1e9};
    static const struct scale rates[] = {{1, "/s"}, {1e3, " k/s"}, {1e6, " M/s"}, {1e9, " G/s"}};
    static const struct scale bytes[] = {{1, " B"}, {1024, " KiB"}, {1048576, " MiB"}, {1073741824, " GiB"}};
    static const double bytes_from[] = {0, 1024, 1048576, 1073741824};
    const struct scale *scales = counts;
    const double *from = counts_from;
    int count = 4;
    switch (axis->unit) {
    case UNIT_SECONDS:
        scales = seconds, from = seconds_from, count = 6;
        break;
    case UNIT_SHARE:
        return (struct scale){0.01, " %"};
    case UNIT_RATE:
        scales = rates;
        break;
    case UNIT_BYTES:
        scales = bytes, from = bytes_from;
        break;
    default:
        break;
    }
    double largest = fmax(fabs(axis->low), fabs(axis->high));
    int chosen = 0;
    while (chosen + 1 < count && largest >= from[chosen + 1]) {
        chosen++;
    }
    return scales[chosen];
}

/* Steps of time are those of clocks above a second's tens. */
static double next_step(enum unit unit, double least, double scale) {
    static const double clock_steps[] = {15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    if (unit == UNIT_SECONDS && least > 10 && least <= 86400) {
        for (size_t i = 0; i < sizeof clock_steps / sizeof clock_steps[0]; i++) {
            if (clock_steps[i] >= least) {
                return clock_steps[i];
            }
        }
    }
    if (unit == UNIT_BYTES) {
        return fmax(round_up(least / scale) * scale, 1); /* round in KiB, not in bytes */
    }
    return unit == UNIT_COUNT ? fmax(round_up(least), 1) : round_up(least);
}

static uint32_t linear_ticks(const struct chart_axis *axis, double pixels, double spacing, struct tick *ticks) {
    double width = axis->high - axis->low;
    struct scale scale = scale_of(axis);
    double step = next_step(axis->unit, width * spacing / fmax(pixels, spacing), scale.size);
    /* Steps of less than a minute read in seconds, however late it is. */
    if (axis->unit == UNIT_SECONDS && scale.size > 1 && step < scale.size) {
        scale = step < 60 ? (struct scale){1, " s"} : (struct scale){60, " min"};
    }
    double in_scale = step / scale.size;
    int digits = 0;
    while (digits < 16 && (round(in_scale * pow(10, digits)) < 1 ||
                           fabs(in_scale * pow(10, digits) - round(in_scale * pow(10, digits))) > 1e-6)) {
        digits++;
    }
    uint32_t count = 0;
    for (double k = ceil(axis->low / step - 1e-9); k * step <= axis->high + step * 1e-9; k++) {
        if (count == AXIS_MOST_TICKS) {
            break;
        }
        struct tick *tick = &ticks[count++];
        *tick = (struct tick){.value = k * step, .is_major = true};
        double shown = tick->value / scale.size;
        snprintf(tick->label, sizeof tick->label, "%.*f%s", digits, fabs(shown) < 1e-12 ? 0 : shown,
                 shown == 0 && axis->unit != UNIT_SHARE ? "" : scale.suffix);
    }
    return count;
}

static void label_log(struct tick *tick, enum unit unit) {
    if (unit == UNIT_SHARE) { /* a share of 0.9999 has many digits, a power of ten has few */
        snprintf(tick->label, sizeof tick->label, "%.10g %%", tick->value * 100);
    } else {
        value_print(tick->label, sizeof tick->label, unit, tick->value);
    }
}

static uint32_t log_ticks(const struct chart_axis *axis, double pixels, double spacing, struct tick *ticks) {
    double decades = log10(axis->high / axis->low);
    double per_decade = pixels / decades;
    int every = (int)fmax(1, ceil(spacing / per_decade - 1e-9)); /* decades from label to label */
    bool labels_2_5 = per_decade * log10(2) >= spacing;
    uint32_t count = 0;
    for (int power = (int)floor(log10(axis->low) + 1e-9); power <= (int)ceil(log10(axis->high) - 1e-9); power++) {
        for (int digit = 1; digit <= 9; digit++) {
            double value = digit * pow(10, power);
            if (value < axis->low * (1 - 1e-9) || value > axis->high * (1 + 1e-9) || count == AXIS_MOST_TICKS) {
                continue;
            }
            if (digit > 1 && (every > 1 || per_decade < 40)) {
                continue;
            }
            bool is_major = digit == 1 ? power % every == 0 : labels_2_5 && (digit == 2 || digit == 5);
            if (digit == 1 && !is_major && every > 1) {
                continue;
            }
            struct tick *tick = &ticks[count++];
            *tick = (struct tick){.value = value, .is_major = is_major};
            if (is_major) {
                label_log(tick, axis->unit);
            }
        }
    }
    return count;
}

uint32_t axis_ticks(const struct chart_axis *axis, double pixels, double spacing, struct tick ticks[AXIS_MOST_TICKS]) {
    return axis->is_log ? log_ticks(axis, pixels, spacing, ticks) : linear_ticks(axis, pixels, spacing, ticks);
}
