#include "viz/value.h"

#include "sim/base/units.h"
#include "sim/measure/metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The micro sign where the scenario language has to do with "us". */
static void prettify(char *text, size_t size) {
    size_t length = strlen(text);
    if (length > 3 && length + 2 <= size && strcmp(text + length - 3, " us") == 0) {
        memcpy(text + length - 3, " µs", sizeof " µs");
    }
}

char *value_print(char *text, size_t size, enum unit unit, double value) {
    if (isnan(value)) {
        snprintf(text, size, "-");
        return text;
    }
    switch (unit) {
    case UNIT_SECONDS:
        if (fabs(value) >= 180) { /* "2.5 min", "5 h" */
            bool is_hours = fabs(value) >= 10800;
            snprintf(text, size, "%.3g %s", value / (is_hours ? 3600 : 60), is_hours ? "h" : "min");
            return text;
        }
        units_print_duration(text, size, value);
        prettify(text, size);
        return text;
    case UNIT_SHARE:
        return units_print_share(text, size, value);
    case UNIT_BYTES:
        return units_print_bytes(text, size, value);
    case UNIT_RATE: {
        units_print_count(text, size, value);
        size_t length = strlen(text);
        snprintf(text + length, size - length, "/s");
        return text;
    }
    default:
        return units_print_count(text, size, value);
    }
}

enum unit value_unit_of_metric(const char *metric) {
    static const char rate[] = ".throughput";
    size_t length = strlen(metric);
    bool is_rate = length >= sizeof rate - 1 && strcmp(metric + length - (sizeof rate - 1), rate) == 0;
    return metric_is_duration(metric)        ? UNIT_SECONDS
           : metric_is_share(metric)         ? UNIT_SHARE
           : is_rate                         ? UNIT_RATE
           : strstr(metric, "bytes") != NULL ? UNIT_BYTES
                                             : UNIT_COUNT;
}

bool value_read(const char *text, enum unit *unit, double *value) {
    char bare[64], error[160];
    size_t length = strlen(text);
    bool is_quoted = length >= 2 && text[0] == '"' && text[length - 1] == '"';
    if (length == 0 || length >= sizeof bare) {
        return false;
    }
    snprintf(bare, sizeof bare, "%.*s", (int)(is_quoted ? length - 2 : length), text + (is_quoted ? 1 : 0));
    char *end;
    *value = strtod(bare, &end);
    *unit = UNIT_COUNT;
    if (end != bare && *end == '\0' && isfinite(*value)) {
        return true;
    }
    int64_t whole;
    if (units_read_duration(bare, &whole, error, sizeof error)) {
        *unit = UNIT_SECONDS;
        *value = (double)whole / 1e9;
        return true;
    }
    if (units_read_rate(bare, value, error, sizeof error)) {
        *unit = UNIT_RATE;
        return true;
    }
    if (units_read_bytes(bare, &whole, error, sizeof error)) {
        *unit = UNIT_BYTES;
        *value = (double)whole;
        return true;
    }
    return false;
}
