/* Values as people read them: with their unit, and three digits. */
#ifndef VIZ_VALUE_H
#define VIZ_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum unit { UNIT_COUNT, UNIT_SECONDS, UNIT_SHARE, UNIT_RATE /* per second */, UNIT_BYTES };

enum { AXIS_LABEL_BYTES = 32 };

/* "3.2 ms", "99.95 %", "1.2 M", "500/s"; three digits. Returns `text`. */
char *value_print(char *text, size_t size, enum unit unit, double value);

/* The unit of a metric by its name, a workload's prefix or none. */
enum unit value_unit_of_metric(const char *metric);

/* Reads what a parameter of a scenario was set to: "3", "150ms", "500/s", "4KiB", in quotes or not. False if it is
 * none of these (a word, a range, a bandwidth). */
bool value_read(const char *text, enum unit *unit, double *value);

#endif
