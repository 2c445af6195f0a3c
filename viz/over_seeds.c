/* How a metric is distributed over the seeds: the share of runs up to each value, with the band that holds the true
 * distribution in 95 of 100 cases, whatever its shape (Dvoretzky, Kiefer and Wolfowitz 1956; Massart 1990). */
#include "viz/charts_many.h"

#include "viz/reduce.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_LINES = 6, MOST_BANDS = 3, MOST_STEPS = 400 }; /* more bands over one another would be mud */

static const char *const elections[] = {"election.time.p50", "election.time.max", "election.first", NULL};

static bool has_values(const struct many_value *value) {
    return value->runs > 0 && value->values != NULL;
}

/* A staircase of at most MOST_STEPS steps, each exact: of many runs, evenly chosen ones. */
static size_t make_steps(const struct many_value *value, double end, double shift, struct fact_point *points) {
    size_t steps = value->runs < MOST_STEPS ? value->runs : MOST_STEPS, used = 0;
    double before = 0;
    for (size_t i = 1; i <= steps; i++) {
        size_t rank = value->runs * i / steps;
        double share = (double)rank / (double)value->runs, at = value->values[rank - 1];
        points[used++] = (struct fact_point){at, fmin(fmax(before + shift, 0), 1)};
        points[used++] = (struct fact_point){at, fmin(fmax(share + shift, 0), 1)};
        before = share;
    }
    points[used++] = (struct fact_point){end, fmin(fmax(1 + shift, 0), 1)};
    return used;
}

static void draw_distribution(const struct chart *chart, const struct many_value *value, enum ink ink, bool has_band) {
    struct fact_point middle[2 * MOST_STEPS + 1], low[2 * MOST_STEPS + 1], high[2 * MOST_STEPS + 1];
    double half = sqrt(log(2 / 0.05) / (2 * (double)value->runs)), end = chart->x.high;
    size_t count = make_steps(value, end, 0, middle);
    if (has_band) {
        make_steps(value, end, -half, low);
        make_steps(value, end, half, high);
        chart_band(chart, low, high, count, ink);
    }
    chart_curve(chart, middle, count, pen_line(ink, 1.5));
}

static void hover_columns(const struct chart *chart, const struct many *many, const struct many_metric *metric,
                          const uint32_t *shown, uint32_t count) {
    enum { COLUMNS = 80 };
    double width = chart->plot.width / COLUMNS;
    for (int c = 0; c < COLUMNS; c++) {
        double x = chart->x.low + (chart->x.high - chart->x.low) * (c + 0.5) / COLUMNS;
        if (chart->x.is_log) {
            x = chart->x.low * pow(chart->x.high / chart->x.low, (c + 0.5) / COLUMNS);
        }
        char text[512], at[AXIS_LABEL_BYTES], share[AXIS_LABEL_BYTES];
        int used = snprintf(text, sizeof text, "at most %s", value_print(at, sizeof at, metric->unit, x));
        for (uint32_t i = 0; i < count && used < 400; i++) {
            const struct many_value *value = &metric->values[shown[i]];
            size_t below = 0;
            while (below < value->runs && value->values[below] <= x) {
                below++;
            }
            used += snprintf(text + used, sizeof text - (size_t)used, "\n%s%s%s of %zu runs",
                             many->points[shown[i]].name, many->points[shown[i]].name[0] != '\0' ? ": " : "",
                             value_print(share, sizeof share, UNIT_SHARE, (double)below / (double)value->runs),
                             value->runs);
        }
        canvas_hover(chart->canvas, (struct rect){chart->plot.x + c * width, chart->plot.y, width, chart->plot.height},
                     "%s", text);
    }
}

static void fill_key(const struct many *many, const struct many_metric *metric, uint32_t point, struct end_label *key) {
    const struct many_value *value = &metric->values[point];
    char p50[AXIS_LABEL_BYTES], p90[AXIS_LABEL_BYTES];
    snprintf(key->text, sizeof key->text, "%.36s%sp50 %s  p90 %s", many->points[point].name,
             many->points[point].name[0] != '\0' ? "  " : "",
             value_print(p50, sizeof p50, metric->unit, quantile_at(value->values, value->runs, 0.5)),
             value_print(p90, sizeof p90, metric->unit, quantile_at(value->values, value->runs, 0.9)));
}

static const struct many_metric *choose(const struct many *many, const struct many_choice *choice) {
    const struct many_metric *metrics[1];
    if (choice->metric_count == 0) {
        const struct many_metric *metric = many_first(many, elections, choice->window != NULL ? choice->window : "all");
        if (metric != NULL) {
            return metric;
        }
    }
    return many_choose(many, choice, metrics, 1) > 0 ? metrics[0] : NULL;
}

void over_seeds_draw(struct canvas *canvas, struct rect area, const struct many *many,
                     const struct many_choice *choice) {
    const struct many_metric *metric = choose(many, choice);
    uint32_t shown[MOST_LINES], count = 0, in_all = 0;
    char title[200], name[160], note[160];
    if (metric == NULL) {
        chart_empty(canvas, area, "Distribution over the seeds", many_why_empty(choice));
        return;
    }
    many_title(metric, name, sizeof name);
    snprintf(title, sizeof title, "%s, distribution over the seeds", name);
    double low = INFINITY, high = -INFINITY;
    for (uint32_t p = 0; p < many->point_count; p++) {
        const struct many_value *value = &metric->values[p];
        if (has_values(value)) {
            in_all++;
            if (count < MOST_LINES) {
                low = fmin(low, value->values[0]);
                high = fmax(high, value->values[value->runs - 1]);
                shown[count++] = p;
            }
        }
    }
    if (count == 0) {
        chart_empty(canvas, area, title, "the values of single runs are not in this file; a sweep's --db keeps them");
        return;
    }
    int used = snprintf(note, sizeof note, "share of the runs up to each value%s",
                        count <= MOST_BANDS ? "; light: 95 % band of the true one" : "");
    if (count < in_all) {
        snprintf(note + used, sizeof note - (size_t)used, "; the first %u of %u points", count, in_all);
    }
    struct chart_frame frame = {.title = title, .note = note, .y = axis_exact(UNIT_SHARE, "share of the runs", 0, 1)};
    bool is_log = low > 0 && high > 30 * low;
    frame.x = is_log ? axis_log(metric->unit, NULL, low, high) : axis_from_zero(metric->unit, NULL, fmax(high, 0));
    if (low < 0) {
        frame.x = axis_exact(metric->unit, NULL, low, high);
    }
    char x_title[200];
    snprintf(x_title, sizeof x_title, "%s%s", name, is_log ? ", logarithmic" : "");
    frame.x.title = x_title;
    struct chart chart = chart_begin(canvas, area, &frame);
    struct end_label key[MOST_LINES];
    for (uint32_t i = 0; i < count; i++) {
        draw_distribution(&chart, &metric->values[shown[i]], ink_of_series(i), count <= MOST_BANDS);
        key[i].ink = ink_of_series(i);
        fill_key(many, metric, shown[i], &key[i]);
    }
    /* Beside the curves: they rise from 0 to 100 % between the least and the largest value. */
    bool is_free_left = axis_place(&chart.x, low) > 1 - axis_place(&chart.x, high);
    chart_key(&chart, key, count, is_free_left ? KEY_TOP_LEFT : KEY_BOTTOM_RIGHT);
    hover_columns(&chart, many, metric, shown, count);
}
