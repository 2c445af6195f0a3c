/* Axes: where a value stands, which ticks it has, and how values read. */
#ifndef VIZ_AXIS_H
#define VIZ_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit { UNIT_COUNT, UNIT_SECONDS, UNIT_SHARE, UNIT_RATE /* per second */, UNIT_BYTES };

struct axis {
    enum unit unit;
    bool is_log;
    double low, high;  /* low < high; both positive if is_log */
    const char *title; /* what it shows; the unit stands at the ticks */
};

enum { AXIS_MOST_TICKS = 128, AXIS_LABEL_BYTES = 32 };

struct tick {
    double value;
    bool is_major; /* has a label */
    char label[AXIS_LABEL_BYTES];
};

/* An axis of exactly low..high; a width of nothing becomes one. */
struct axis axis_exact(enum unit unit, const char *title, double low, double high);
/* From 0 (or from `low` if it is negative) to a round number at or above `high`. */
struct axis axis_from_zero(enum unit unit, const char *title, double high);
/* Logarithmic, ends on 1, 2 or 5 times a power of ten, at least a decade long. */
struct axis axis_log(enum unit unit, const char *title, double low, double high);

double axis_place(const struct axis *axis,
                  double value); /* 0 at low, 1 at high; NAN for what has no place (log of 0) */

/* Ticks that stand at least `spacing` pixels apart on an axis of `pixels`; returns how many. Labels that a tick carries
 * have their unit, and as many digits as tell neighbours apart. */
uint32_t axis_ticks(const struct axis *axis, double pixels, double spacing, struct tick ticks[AXIS_MOST_TICKS]);

/* "3.2 ms", "99.95 %", "1.2 M", "500/s"; three digits. Returns `text`. */
char *value_print(char *text, size_t size, enum unit unit, double value);

#endif
