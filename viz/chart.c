#include "viz/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TITLE_HEIGHT = 26,
    NOTE_HEIGHT = 18,
    BAND_ROW = 15,
    TICK_GAP = 6,
    X_SPACING = 76,
    Y_SPACING = 44,
    END_GAP = 8,
    MOST_BAND_ROWS = 2,
    MOST_BANDS = 60
};

double snap(double pixel) {
    return floor(pixel) + 0.5;
}

double chart_x(const struct chart *chart, double value) {
    return chart->plot.x + axis_place(&chart->x, value) * chart->plot.width;
}

double chart_y(const struct chart *chart, double value) {
    return chart->plot.y + (1 - axis_place(&chart->y, value)) * chart->plot.height;
}

/* ---- Faults ---- */

/* A row's right end so far, for names that must not meet. */
static void place_name(const struct chart *chart, const struct fact_fault *fault, double *row_ends, uint32_t rows) {
    struct canvas *canvas = chart->canvas;
    const struct rect *plot = &chart->plot;
    double x = fmax(chart_x(chart, fact_seconds(fault->from)), plot->x);
    double width = canvas_measure(canvas, TYPE_AXIS, fault->name);
    double left = fmin(x, plot->x + plot->width - width); /* near the right end it may begin before its band */
    for (uint32_t row = 0; row < rows; row++) {
        if (left >= row_ends[row]) {
            double y = plot->y - 12 - row * BAND_ROW;
            canvas_text(canvas, left, y, ANCHOR_START, TYPE_AXIS, INK_TEXT, fault->name);
            row_ends[row] = left + width + 8;
            return;
        }
    }
}

/* So many faults that bands would be a pattern of their own have only their strips. */
static void draw_band(const struct chart *chart, const struct fact_fault *fault, bool is_behind) {
    const struct rect *plot = &chart->plot;
    double left = chart_x(chart, fact_seconds(fault->from)), right = chart_x(chart, fact_seconds(fault->until));
    left = fmax(left, plot->x);
    right = fmin(fmax(right, left + 1), plot->x + plot->width); /* a moment is a line */
    if (right > left) {
        struct rect band = {left, plot->y, right - left, plot->height};
        struct rect strip = {left, plot->y - 4, right - left, 3}; /* seen where the plot is filled to the top */
        if (is_behind) {
            canvas_rect(chart->canvas, band, pen_fill(INK_BAND, 1));
        }
        canvas_rect(chart->canvas, strip, pen_fill(INK_LINE, 1));
    }
}

static bool is_in_view(const struct chart *chart, const struct fact_fault *fault) {
    return fact_seconds(fault->until) >= chart->x.low && fact_seconds(fault->from) <= chart->x.high;
}

static uint32_t band_rows(const struct facts *facts) {
    return facts == NULL || facts->fault_count == 0 || facts->fault_count > MOST_BANDS ? 0
           : facts->fault_count <= 3                                                   ? 1
                                                                                       : MOST_BAND_ROWS;
}

/* Bands over time axis x (in seconds), and the names as far as they have room. */
static void draw_faults(const struct chart *chart, const struct facts *facts) {
    double row_ends[MOST_BAND_ROWS] = {-1e9, -1e9};
    uint32_t rows = band_rows(facts);
    double drawn_until = -1e9;
    for (uint32_t i = 0; i < facts->fault_count; i++) {
        double right = chart_x(chart, fact_seconds(facts->faults[i].until));
        if (right < drawn_until + 0.5) {
            continue; /* those pixels are taken */
        }
        drawn_until = right;
        if (is_in_view(chart, &facts->faults[i])) {
            draw_band(chart, &facts->faults[i], facts->fault_count <= MOST_BANDS);
        }
    }
    for (uint32_t i = 0; i < facts->fault_count && rows > 0; i++) {
        if (is_in_view(chart, &facts->faults[i])) {
            place_name(chart, &facts->faults[i], row_ends, rows);
        }
    }
}

/* ---- The frame ---- */

static double draw_title(struct canvas *canvas, struct rect area, const char *title, const char *note) {
    double y = area.y;
    if (title != NULL) {
        canvas_text_within(canvas, area.x, y + 11, area.width, ANCHOR_START, TYPE_TITLE, INK_TEXT, title);
        y += TITLE_HEIGHT;
    }
    if (note != NULL) {
        canvas_text_within(canvas, area.x, y + 7, area.width, ANCHOR_START, TYPE_BODY, INK_FAINT, note);
        y += NOTE_HEIGHT;
    }
    return y - area.y + (title != NULL || note != NULL ? 6 : 0);
}

static double label_room(struct canvas *canvas, const struct chart_axis *axis, double pixels) {
    struct tick ticks[AXIS_MOST_TICKS];
    uint32_t count = axis_ticks(axis, pixels, Y_SPACING, ticks);
    double widest = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ticks[i].is_major) {
            widest = fmax(widest, canvas_measure(canvas, TYPE_AXIS, ticks[i].label));
        }
    }
    return widest + TICK_GAP + 2;
}

static void draw_y_axis(const struct chart *chart) {
    struct tick ticks[AXIS_MOST_TICKS];
    const struct rect *plot = &chart->plot;
    uint32_t count = axis_ticks(&chart->y, plot->height, Y_SPACING, ticks);
    for (uint32_t i = 0; i < count; i++) {
        double y = snap(chart_y(chart, ticks[i].value));
        canvas_line(chart->canvas, plot->x, y, plot->x + plot->width, y,
                    pen_line(INK_GRID, ticks[i].is_major ? 1 : 0.5));
        if (ticks[i].is_major) {
            canvas_text(chart->canvas, plot->x - TICK_GAP, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, ticks[i].label);
        }
    }
}

/* Where places are narrower than a word, every second or third has its name, or fewer. */
static void draw_names(const struct chart *chart, double base) {
    const double slot = chart->plot.width / chart->name_count;
    double widest = 0;
    for (uint32_t i = 0; i < chart->name_count; i++) {
        widest = fmax(widest, canvas_measure(chart->canvas, TYPE_AXIS, chart->names[i]));
    }
    uint32_t every = (uint32_t)fmax(1, ceil((fmin(widest, 90) + 8) / slot));
    for (uint32_t i = 0; i < chart->name_count; i += every) {
        canvas_text_within(chart->canvas, chart_x(chart, i), base + 12, slot * every - 6, ANCHOR_MIDDLE, TYPE_AXIS,
                           INK_FAINT, chart->names[i]);
    }
}

/* Each where its value is; a name that would meet the one before is left out, its line is not. */
static void draw_names_at_places(const struct chart *chart, double base) {
    double free_from = -1e9;
    for (uint32_t i = 0; i < chart->name_count; i++) {
        double x = snap(chart_x(chart, chart->places[i]));
        double width = canvas_measure(chart->canvas, TYPE_AXIS, chart->names[i]);
        canvas_line(chart->canvas, x, chart->plot.y, x, base, pen_line(INK_GRID, 0.5));
        canvas_line(chart->canvas, x, base, x, base + 4, pen_line(INK_LINE, 1));
        if (x - width / 2 >= free_from) {
            canvas_text(chart->canvas, x, base + 12, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT, chart->names[i]);
            free_from = x + width / 2 + 8;
        }
    }
}

static void draw_x_axis(const struct chart *chart) {
    struct tick ticks[AXIS_MOST_TICKS];
    const struct rect *plot = &chart->plot;
    struct canvas *canvas = chart->canvas;
    double base = plot->y + plot->height;
    uint32_t count = chart->names != NULL ? 0 : axis_ticks(&chart->x, plot->width, X_SPACING, ticks);
    if (chart->names != NULL) {
        (chart->places != NULL ? draw_names_at_places : draw_names)(chart, base);
    }
    for (uint32_t i = 0; i < count; i++) {
        double x = snap(chart_x(chart, ticks[i].value));
        if (chart->x.is_log) {
            canvas_line(canvas, x, plot->y, x, base, pen_line(INK_GRID, ticks[i].is_major ? 1 : 0.5));
        }
        canvas_line(canvas, x, base, x, base + (ticks[i].is_major ? 4 : 2), pen_line(INK_LINE, 1));
        if (ticks[i].is_major) {
            canvas_text(canvas, x, base + 12, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT, ticks[i].label);
        }
    }
    canvas_line(canvas, plot->x, snap(base), plot->x + plot->width, snap(base), pen_line(INK_LINE, 1));
    if (chart->x.title != NULL) {
        canvas_text_within(canvas, plot->x + plot->width / 2, base + 28, plot->width, ANCHOR_MIDDLE, TYPE_AXIS,
                           INK_FAINT, chart->x.title);
    }
}

struct chart chart_begin(struct canvas *canvas, struct rect area, const struct chart_frame *frame) {
    struct chart chart = {.canvas = canvas,
                          .x = frame->x,
                          .y = frame->y,
                          .names = frame->names,
                          .places = frame->places,
                          .name_count = frame->name_count};
    if (frame->names != NULL && frame->places == NULL) {
        chart.x = axis_exact(UNIT_COUNT, frame->x.title, -0.5, frame->name_count - 0.5);
    }
    double top = draw_title(canvas, area, frame->title, frame->note);
    if (frame->y.title != NULL) { /* above its axis and level: nobody reads a turned text with ease */
        canvas_text(canvas, area.x, area.y + top + 5, ANCHOR_START, TYPE_AXIS, INK_FAINT, frame->y.title);
        top += 18;
    }
    top += band_rows(frame->faults) * BAND_ROW + (band_rows(frame->faults) > 0 ? 6 : 0);
    double bottom = frame->x.title != NULL ? 36 : 20;
    double height = fmax(area.height - top - bottom, 10);
    double left = frame->has_no_y ? fmax(frame->row_room, 1) : label_room(canvas, &frame->y, height);
    /* Half of the last tick's label stands beyond the plot. */
    double right = fmax(frame->end_room, 22);
    chart.end_room = right;
    chart.plot = (struct rect){area.x + left, area.y + top, fmax(area.width - left - right, 10), height};
    if (frame->faults != NULL) {
        draw_faults(&chart, frame->faults);
    }
    if (!frame->has_no_y) {
        draw_y_axis(&chart);
    }
    draw_x_axis(&chart);
    return chart;
}

void chart_empty(struct canvas *canvas, struct rect area, const char *title, const char *why) {
    double top = draw_title(canvas, area, title, NULL);
    struct rect room = {area.x, area.y + top, area.width, area.height - top};
    canvas_rounded(canvas, room, 6, pen_fill(INK_AREA, 1));
    canvas_text_within(canvas, room.x + room.width / 2, room.y + room.height / 2, room.width - 24, ANCHOR_MIDDLE,
                       TYPE_BODY, INK_FAINT, why);
}

/* ---- Curves ---- */

static void draw_points(const struct chart *chart, struct point *points, size_t count, struct pen pen) {
    struct rect room = {chart->plot.x, chart->plot.y - 1, chart->plot.width, chart->plot.height + 2};
    canvas_clip(chart->canvas, room);
    canvas_path(chart->canvas, points, count, false, pen);
    canvas_unclip(chart->canvas);
}

void chart_curve(const struct chart *chart, const struct fact_point *points, size_t count, struct pen pen) {
    struct point *placed = malloc((count + 1) * sizeof *placed);
    if (placed == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        placed[i] = (struct point){chart_x(chart, points[i].x), chart_y(chart, points[i].y)};
    }
    draw_points(chart, placed, count, pen);
    free(placed);
}

void chart_steps(const struct chart *chart, const struct fact_point *points, size_t count, struct pen pen) {
    struct point *placed = malloc((2 * count + 1) * sizeof *placed);
    size_t used = 0;
    if (placed == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        struct point here = {chart_x(chart, points[i].x), chart_y(chart, points[i].y)};
        if (i > 0) {
            placed[used] = (struct point){here.x, placed[used - 1].y};
            used++;
        }
        placed[used++] = here;
    }
    draw_points(chart, placed, used, pen);
    free(placed);
}

double chart_slices(const struct chart *chart, struct slices slices, const double *values, struct pen pen) {
    struct fact_point *points = malloc((slices.count + 1) * sizeof *points);
    double last = (double)NAN;
    if (points == NULL) {
        abort();
    }
    for (uint32_t c = 0; c < slices.count; c++) {
        /* What is below the axis stands on it. */
        double value = isnan(values[c]) ? values[c] : fmax(values[c], chart->y.low);
        points[c] = (struct fact_point){c * slices.seconds, value};
        last = isnan(value) ? last : chart_y(chart, value);
    }
    points[slices.count] =
        (struct fact_point){fmin(slices.count * slices.seconds, chart->x.high), points[slices.count - 1].y};
    chart_steps(chart, points, slices.count + 1, pen);
    free(points);
    return last;
}

static bool is_whole(struct fact_point low, struct fact_point high) {
    return isfinite(low.x) && isfinite(low.y) && isfinite(high.y);
}

void chart_band(const struct chart *chart, const struct fact_point *low, const struct fact_point *high, size_t count,
                enum ink ink) {
    struct point *outline = malloc((2 * count + 1) * sizeof *outline);
    if (outline == NULL) {
        abort();
    }
    canvas_clip(chart->canvas, chart->plot);
    for (size_t from = 0; from < count;) {
        size_t until = from;
        while (until < count && is_whole(low[until], high[until])) {
            until++;
        }
        size_t length = until - from;
        for (size_t i = 0; i < length; i++) {
            double x = chart_x(chart, low[from + i].x);
            outline[i] = (struct point){x, chart_y(chart, high[from + i].y)};
            outline[2 * length - 1 - i] = (struct point){x, chart_y(chart, low[from + i].y)};
        }
        if (length > 1) {
            canvas_path(chart->canvas, outline, 2 * length, true, pen_fill(ink, 0.16));
        }
        from = until > from ? until : from + 1;
    }
    canvas_unclip(chart->canvas);
    free(outline);
}

/* ---- Labels at the ends ---- */

double chart_end_room(struct canvas *canvas, const struct end_label *labels, uint32_t count) {
    double widest = 0;
    for (uint32_t i = 0; i < count; i++) {
        widest = fmax(widest, canvas_measure(canvas, TYPE_BODY, labels[i].text));
    }
    return widest + END_GAP + 2;
}

void chart_end_labels(const struct chart *chart, const struct end_label *labels, uint32_t count) {
    enum { MOST = 32 };
    double at[MOST];
    count = count < MOST ? count : MOST;
    for (uint32_t i = 0; i < count; i++) {
        double lowest = chart->plot.y + chart->plot.height;
        at[i] = isnan(labels[i].y) ? lowest : fmin(fmax(labels[i].y, chart->plot.y), lowest);
    }
    place_labels(at, count, 16, chart->plot.y + 2, chart->plot.y + chart->plot.height - 2);
    for (uint32_t i = 0; i < count; i++) {
        if (!isnan(at[i])) {
            canvas_text_within(chart->canvas, chart->plot.x + chart->plot.width + END_GAP, at[i],
                               chart->end_room - END_GAP, ANCHOR_START, TYPE_BODY, labels[i].ink, labels[i].text);
        }
    }
}

void chart_key(const struct chart *chart, const struct end_label *entries, uint32_t count, enum key_place place) {
    enum { LINE = 18, MARK = 18 };
    double widest = 0;
    for (uint32_t i = 0; i < count; i++) {
        widest = fmax(widest, canvas_measure(chart->canvas, TYPE_BODY, entries[i].text));
    }
    widest = fmin(widest, chart->plot.width - 40);
    double left = place == KEY_TOP_LEFT ? chart->plot.x + 8 : chart->plot.x + chart->plot.width - 8 - widest - MARK;
    double y =
        place != KEY_BOTTOM_RIGHT ? chart->plot.y + 14 : chart->plot.y + chart->plot.height - 14 - (count - 1.0) * LINE;
    for (uint32_t i = 0; i < count; i++, y += LINE) {
        canvas_rect(chart->canvas, (struct rect){left - 4, y - 9, widest + MARK + 8, LINE}, pen_fill(INK_PAPER, 0.85));
        canvas_line(chart->canvas, left, y, left + MARK - 5, y, pen_line(entries[i].ink, 2));
        canvas_text_within(chart->canvas, left + MARK, y, widest + 1, ANCHOR_START, TYPE_BODY, entries[i].ink,
                           entries[i].text);
    }
}
