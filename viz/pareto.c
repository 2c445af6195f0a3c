/* Two things that one would like to have both, one against the other: a place for each design or point, with the
 * intervals of its means. On the front is what no other point beats in both means. */
#include "viz/charts_many.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_NAMED = 100, CELL = 3 /* pixels */, CELLS = 1024 };

struct spot {
    const struct many_point *point;
    const struct many_value *x, *y;
    bool is_on_front;
};

/* ---- Which two metrics ---- */

static const char *const latencies[] = {
    "write.latency.p99", "append.latency.p99", "increment.latency.p99", "request.latency.p99",
    "read.latency.p99",  "cas.latency.p99",    "request.latency.mean",  NULL};
static const char *const costs[] = {"read.stale.share",
                                    "read.staleness.p99",
                                    "write.availability",
                                    "append.availability",
                                    "read.availability",
                                    "request.availability",
                                    "availability",
                                    "outage.longest",
                                    "messages_per_op",
                                    "cost.per_million_ops",
                                    NULL};

/* Whether the points differ by more than their intervals. */
static bool differs(const struct many *many, const struct many_metric *metric) {
    const struct many_value *least = NULL, *most = NULL;
    for (uint32_t p = 0; metric != NULL && p < many->point_count; p++) {
        const struct many_value *value = &metric->values[p];
        if (value->runs > 0) {
            least = least == NULL || value->mean < least->mean ? value : least;
            most = most == NULL || value->mean > most->mean ? value : most;
        }
    }
    return least != NULL && most->mean > least->mean && (!isfinite(most->low) || most->low > least->high);
}

/* The first metric of the names that differs, else the first that there is; never `other`. */
static const struct many_metric *first_that_differs(const struct many *many, const char *const *names,
                                                    const char *window, const struct many_metric *other) {
    const struct many_metric *first = NULL;
    for (; *names != NULL; names++) {
        const char *const one[] = {*names, NULL};
        const struct many_metric *metric = many_first(many, one, window);
        if (metric != NULL && metric != other && differs(many, metric)) {
            return metric;
        }
        first = first == NULL && metric != other ? metric : first;
    }
    return first;
}

/* Latency, and what was given for it: staleness, or availability, or else what differs. */
static void choose(const struct many *many, const struct many_choice *choice, const struct many_metric **x,
                   const struct many_metric **y) {
    const struct many_metric *asked[2] = {NULL, NULL};
    const char *window = choice->window != NULL ? choice->window : "all";
    if (choice->metric_count >= 2) {
        many_choose(many, choice, asked, 2);
        *x = asked[0];
        *y = asked[1];
        return;
    }
    *x = choice->metric_count == 1 ? many_metric(many, choice->metrics[0], window)
                                   : first_that_differs(many, latencies, window, NULL);
    *y = *x != NULL ? first_that_differs(many, costs, window, *x) : NULL;
}

/* ---- The front ---- */

static bool is_better(const struct many_metric *metric, double one, double other) {
    return metric->more_is_better ? one > other : one < other;
}

static void find_front(struct spot *spots, uint32_t count, const struct many_metric *x, const struct many_metric *y) {
    for (uint32_t i = 0; i < count; i++) {
        spots[i].is_on_front = true;
        for (uint32_t k = 0; k < count && spots[i].is_on_front; k++) {
            bool loses_x = is_better(x, spots[k].x->mean, spots[i].x->mean);
            bool loses_y = is_better(y, spots[k].y->mean, spots[i].y->mean);
            bool wins =
                is_better(x, spots[i].x->mean, spots[k].x->mean) || is_better(y, spots[i].y->mean, spots[k].y->mean);
            spots[i].is_on_front = !((loses_x || loses_y) && !wins);
        }
    }
}

/* The front last, so that nothing covers it. */
static int by_x(const void *a, const void *b) {
    const struct spot *one = a, *other = b;
    if (one->is_on_front != other->is_on_front) {
        return one->is_on_front ? 1 : -1;
    }
    return one->x->mean < other->x->mean ? -1 : one->x->mean > other->x->mean;
}

/* ---- Drawing ---- */

static void draw_whiskers(const struct chart *chart, const struct spot *spot, double x, double y) {
    const struct rect *plot = &chart->plot;
    struct pen pen = {.ink = INK_BLUE, .width = 1, .alpha = 0.6};
    canvas_clip(chart->canvas, *plot);
    if (isfinite(spot->x->low) && isfinite(spot->x->high)) {
        double left = chart_x(chart, fmax(spot->x->low, chart->x.low)), right = chart_x(chart, spot->x->high);
        canvas_line(chart->canvas, left, y, right, y, pen);
    }
    if (isfinite(spot->y->low) && isfinite(spot->y->high)) {
        double bottom = chart_y(chart, fmax(spot->y->low, chart->y.low)), top = chart_y(chart, spot->y->high);
        canvas_line(chart->canvas, x, bottom, x, top, pen);
    }
    canvas_unclip(chart->canvas);
}

/* Right of its spot, left, above or below: where no label and no other spot is; false if there is no such place. */
static bool name_spot(const struct chart *chart, const struct spot *spots, uint32_t count, uint32_t index) {
    struct canvas *canvas = chart->canvas;
    const char *name = spots[index].point->name;
    double x = chart_x(chart, spots[index].x->mean), y = chart_y(chart, spots[index].y->mean);
    double width = canvas_measure(canvas, TYPE_BODY, name), height = canvas_type_size(TYPE_BODY) * 1.1;
    const struct point places[] = {{x + 9, y - 9},          {x - 9 - width, y - 9},  {x + 9, y + 10},
                                   {x - 9 - width, y + 10}, {x - width / 2, y - 15}, {x - width / 2, y + 16}};
    for (int i = 0; i < 6; i++) {
        struct rect rect = {places[i].x, places[i].y - height / 2, width, height};
        bool is_free = rect_contains(chart->plot, rect);
        for (uint32_t l = 0; l < canvas_label_count(canvas) && is_free; l++) {
            is_free = !rect_overlaps(rect, canvas_label(canvas, l)->rect);
        }
        for (uint32_t k = 0; k < count && is_free; k++) {
            double px = chart_x(chart, spots[k].x->mean), py = chart_y(chart, spots[k].y->mean);
            is_free = !rect_overlaps(rect, (struct rect){px - 5, py - 5, 10, 10});
        }
        if (is_free) {
            canvas_text(canvas, places[i].x, places[i].y, ANCHOR_START, TYPE_BODY, INK_TEXT, name);
            return true;
        }
    }
    return false;
}

/* A staircase: between two designs of the front nothing was measured, so no line may promise a mixture of both. It
 * holds what the better one in x reaches in y. */
static void draw_front(const struct chart *chart, const struct spot *spots, uint32_t count, bool more_x_is_better) {
    struct fact_point *line = malloc((2 * count + 1) * sizeof *line);
    uint32_t length = 0;
    if (line == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        if (spots[i].is_on_front) {
            struct fact_point spot = {spots[i].x->mean, spots[i].y->mean};
            if (length > 0) {
                struct fact_point before = line[length - 1];
                line[length++] =
                    more_x_is_better ? (struct fact_point){before.x, spot.y} : (struct fact_point){spot.x, before.y};
            }
            line[length++] = spot;
        }
    }
    chart_curve(chart, line, length, (struct pen){.ink = INK_TEXT, .width = 1, .alpha = 0.6, .dash = 4});
    free(line);
}

/* So many spots that they cover each other: a dominated one whose place is taken is not drawn. */
static bool is_covered(const struct chart *chart, uint8_t *taken, double x, double y) {
    double column = (x - chart->plot.x) / CELL, row = (y - chart->plot.y) / CELL;
    if (!(column >= 0 && column < CELLS && row >= 0 && row < CELLS)) {
        return false;
    }
    uint8_t *cell = &taken[(uint32_t)row * CELLS + (uint32_t)column];
    bool was_taken = *cell != 0;
    *cell = 1;
    return was_taken;
}

static void draw_spot(const struct chart *chart, const struct many_metric *x, const struct many_metric *y,
                      const struct spot *spot, bool is_one_of_many) {
    double px = chart_x(chart, spot->x->mean), py = chart_y(chart, spot->y->mean);
    char x_text[160], y_text[160];
    if (is_one_of_many && !spot->is_on_front) {
        canvas_circle(chart->canvas, px, py, 2.5, pen_line(INK_BLUE, 1));
        return;
    }
    canvas_circle(chart->canvas, px, py, 4.5, pen_fill(spot->is_on_front ? INK_BLUE : INK_PAPER, 1));
    canvas_circle(chart->canvas, px, py, 4.5, pen_line(INK_BLUE, 1.5));
    many_value_text(x, spot->x, x_text, sizeof x_text);
    many_value_text(y, spot->y, y_text, sizeof y_text);
    canvas_hover(chart->canvas, (struct rect){px - 8, py - 8, 16, 16}, "%s\n%s: %s\n%s: %s", spot->point->name, x->name,
                 x_text, y->name, y_text);
}

/* The front comes last in the order of drawing, and first in that of naming: those names matter most. */
static void draw_spots(const struct chart *chart, const struct many_metric *x, const struct many_metric *y,
                       const struct spot *spots, uint32_t count) {
    bool are_many = count > MOST_NAMED;
    uint8_t *taken = calloc((size_t)CELLS * CELLS, 1);
    if (taken == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count && !are_many; i++) {
        draw_whiskers(chart, &spots[i], chart_x(chart, spots[i].x->mean), chart_y(chart, spots[i].y->mean));
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!are_many || spots[i].is_on_front ||
            !is_covered(chart, taken, chart_x(chart, spots[i].x->mean), chart_y(chart, spots[i].y->mean))) {
            draw_spot(chart, x, y, &spots[i], are_many);
        }
    }
    uint32_t named = 0;
    for (uint32_t i = count; i-- > 0 && named < MOST_NAMED && (spots[i].is_on_front || !are_many);) {
        name_spot(chart, spots, are_many ? 0 : count, i);
        named++;
    }
    free(taken);
}

static struct chart_axis axis_of(const struct many *many, const struct many_metric *metric, char *title, size_t size) {
    double low = 0, high = 1;
    bool starts_elsewhere;
    char name[128];
    many_range(many, metric, &low, &high);
    many_title(metric, name, sizeof name);
    struct chart_axis axis = many_axis_for(metric, title, low, high, &starts_elsewhere);
    snprintf(title, size, "%s (%s is better%s)", name, metric->more_is_better ? "more" : "less",
             axis.is_log        ? "; logarithmic"
             : starts_elsewhere ? "; not from 0"
                                : "");
    return axis;
}

void pareto_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice) {
    static const char title[] = "What one thing costs in another";
    const struct many_metric *x, *y;
    choose(many, choice, &x, &y);
    if (x == NULL || y == NULL || x == y || many->point_count < 2) {
        chart_empty(canvas, area, title,
                    many->point_count < 2 ? "there is one design only: nothing to compare it with"
                                          : "it takes two metrics: --metric NAME --metric NAME");
        return;
    }
    struct spot *spots = calloc(many->point_count, sizeof *spots);
    uint32_t count = 0;
    if (spots == NULL) {
        abort();
    }
    for (uint32_t p = 0; p < many->point_count; p++) {
        if (x->values[p].runs > 0 && y->values[p].runs > 0) {
            spots[count++] = (struct spot){.point = &many->points[p], .x = &x->values[p], .y = &y->values[p]};
        }
    }
    if (count == 0) {
        chart_empty(canvas, area, title, "no design has values of both metrics");
    } else {
        char x_title[200], y_title[200];
        struct chart_frame frame = {
            .title = title,
            .note = "means over the seeds with 95 % intervals; filled and dashed: no other is better in one of the two "
                    "and worse in none",
            .x = axis_of(many, x, x_title, sizeof x_title),
            .y = axis_of(many, y, y_title, sizeof y_title),
        };
        find_front(spots, count, x, y);
        qsort(spots, count, sizeof *spots, by_x);
        struct chart chart = chart_begin(canvas, area, &frame);
        draw_front(&chart, spots, count, x->more_is_better);
        draw_spots(&chart, x, y, spots, count);
    }
    free(spots);
}
