/* Axes: where a value stands, and which ticks it has. */
#ifndef VIZ_AXIS_H
#define VIZ_AXIS_H

#include "viz/value.h"

#include <stdbool.h>
#include <stdint.h>

struct chart_axis {
    enum unit unit;
    bool is_log;
    double low, high;  /* low < high; both positive if is_log */
    const char *title; /* what it shows; the unit stands at the ticks */
};

enum { AXIS_MOST_TICKS = 128 };

struct tick {
    double value;
    bool is_major; /* has a label */
    char label[AXIS_LABEL_BYTES];
};

/* An axis of exactly low..high; a width of nothing becomes one. */
struct chart_axis axis_exact(enum unit unit, const char *title, double low, double high);
/* From 0 (or from `low` if it is negative) to a round number at or above `high`. */
struct chart_axis axis_from_zero(enum unit unit, const char *title, double high);
/* Logarithmic, ends on 1, 2 or 5 times a power of ten, at least a decade long. */
struct chart_axis axis_log(enum unit unit, const char *title, double low, double high);

double axis_place(const struct chart_axis *axis,
                  double value); /* 0 at low, 1 at high; NAN for what has no place (log of 0) */

/* Ticks that stand at least `spacing` pixels apart on an axis of `pixels`; returns how many. Labels that a tick carries
 * have their unit, and as many digits as tell neighbours apart. */
uint32_t axis_ticks(const struct chart_axis *axis, double pixels, double spacing, struct tick ticks[AXIS_MOST_TICKS]);

#endif
