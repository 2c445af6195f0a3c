/* What charts of many runs share: panels, scales, words. */
#include "viz/charts_many.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void many_panels(struct rect area, uint32_t count, double most, struct rect *panels) {
    enum { GAP_X = 36, GAP_Y = 22 };
    uint32_t columns = count <= 1 ? 1 : count <= 4 ? 2 : 3;
    if (area.width < 560) {
        columns = 1;
    }
    uint32_t rows = (count + columns - 1) / columns;
    double width = (area.width - (columns - 1) * GAP_X) / columns,
           height = fmin((area.height - (rows - 1) * GAP_Y) / rows, most);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = i / columns, column = i % columns;
        panels[i] = (struct rect){area.x + column * (width + GAP_X), area.y + row * (height + GAP_Y), width, height};
    }
}

bool many_range(const struct many *many, const struct many_metric *metric, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (uint32_t i = 0; i < many->point_count; i++) {
        const struct many_value *value = &metric->values[i];
        if (value->runs > 0) {
            *low = fmin(*low, fmin(value->mean, isfinite(value->low) ? value->low : value->mean));
            *high = fmax(*high, fmax(value->mean, isfinite(value->high) ? value->high : value->mean));
        }
    }
    return *high >= *low;
}

struct chart_axis many_axis_for(const struct many_metric *metric, const char *title, double low, double high,
                                bool *does_not_start_at_0) {
    *does_not_start_at_0 = false;
    if (metric->unit == UNIT_SHARE) {
        high = fmin(high, 1); /* an interval of Student's may reach beyond what a share can be */
        low = fmax(low, 0);
        if (low < 0.5 || high < 0.9) {
            return high < 0.5 ? axis_from_zero(UNIT_SHARE, title, high) : axis_exact(UNIT_SHARE, title, 0, 1);
        }
        double step = pow(10, floor(log10(fmax(1 - low, 1e-6))));
        *does_not_start_at_0 = true;
        return axis_exact(UNIT_SHARE, title, fmax(1 - ceil((1 - low) / step + 1e-9) * step, 0), 1);
    }
    if (low > 0 && high > low * 30) {
        return axis_log(metric->unit, title, low, high);
    }
    if (low < 0) {
        return axis_exact(metric->unit, title, low * 1.05, high > 0 ? high * 1.05 : 0);
    }
    return axis_from_zero(metric->unit, title, high * 1.02);
}

void many_title(const struct many_metric *metric, char *text, size_t size) {
    if (strcmp(metric->window, "all") == 0) {
        snprintf(text, size, "%s", metric->name);
    } else {
        snprintf(text, size, "%s in %s", metric->name, metric->window);
    }
}

void many_value_text(const struct many_metric *metric, const struct many_value *value, char *text, size_t size) {
    char mean[AXIS_LABEL_BYTES], low[AXIS_LABEL_BYTES], high[AXIS_LABEL_BYTES];
    if (value->runs == 0) {
        snprintf(text, size, "no value");
        return;
    }
    value_print(mean, sizeof mean, metric->unit, value->mean);
    if (isfinite(value->low) && isfinite(value->high)) {
        snprintf(text, size, "%s, 95 %%: %s to %s, %zu runs", mean,
                 value_print(low, sizeof low, metric->unit, value->low),
                 value_print(high, sizeof high, metric->unit, value->high), value->runs);
    } else {
        snprintf(text, size, "%s, %zu %s", mean, value->runs, value->runs == 1 ? "run" : "runs");
    }
}

const char *many_why_empty(const struct many_choice *choice) {
    return choice->metric_count > 0 ? "no run has a value of that metric in that window"
           : choice->window != NULL ? "no run has a value of the usual metrics in that window"
                                    : "no run has a value of the usual metrics; --metric NAME shows another";
}
