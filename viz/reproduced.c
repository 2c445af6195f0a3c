#include "viz/reproduced.h"

#include "viz/chart.h"

#include <math.h>
#include <stdio.h>

enum { ROW = 26, AROUND = 96, FOOT = 22, NAMES_MOST = 480, PLOT_LEAST = 290, TEXTS = 230 };

double reproduced_height(uint32_t count) {
    return AROUND + FOOT + (double)count * ROW;
}

static bool has_share(const struct reproduced *row) {
    return isfinite(row->given) && row->given != 0 && isfinite(row->ours) && row->ours / row->given > 0;
}

/* An axis around 100 % that holds all intervals; logarithmic if something is several times what it should be. */
static struct chart_axis axis_for(const struct reproduced *rows, uint32_t count) {
    double low = 1, high = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (has_share(&rows[i])) {
            double share = rows[i].ours / rows[i].given;
            double from = isfinite(rows[i].low) ? rows[i].low / rows[i].given : share;
            double until = isfinite(rows[i].high) ? rows[i].high / rows[i].given : share;
            low = fmin(low, fmin(share, from > 0 ? from : share));
            high = fmax(high, fmax(share, until));
        }
    }
    if (high > 3 || low < 1.0 / 3) {
        return axis_log(UNIT_SHARE, "ours, as a share of what was given; logarithmic", low, high);
    }
    double room = fmax(fmax(high - 1, 1 - low) * 1.15, 0.02);
    return axis_exact(UNIT_SHARE, "ours, as a share of what was given", 1 - room, 1 + room);
}

/* The mark says it without the colour, too. */
static void draw_mark(struct canvas *canvas, double x, double y, enum reproduced_mark mark) {
    switch (mark) {
    case REPRODUCED_AGREES:
        canvas_circle(canvas, x, y, 4.5, pen_fill(INK_GREEN, 1));
        break;
    case REPRODUCED_CONTRADICTS:
        canvas_line(canvas, x - 4.5, y - 4.5, x + 4.5, y + 4.5, pen_line(INK_VERMILION, 2.5));
        canvas_line(canvas, x - 4.5, y + 4.5, x + 4.5, y - 4.5, pen_line(INK_VERMILION, 2.5));
        break;
    case REPRODUCED_OPEN:
    case REPRODUCED_BESIDE:
        canvas_circle(canvas, x, y, 4.5, pen_fill(INK_PAPER, 1));
        canvas_circle(canvas, x, y, 4.5, (struct pen){.ink = INK_BLUE, .width = 1.5, .alpha = 1});
        if (mark == REPRODUCED_OPEN) {
            canvas_text(canvas, x, y, ANCHOR_MIDDLE, TYPE_SMALL_STRONG, INK_TEXT, "?");
        }
        break;
    }
}

static enum ink ink_of(enum reproduced_mark mark) {
    return mark == REPRODUCED_AGREES ? INK_GREEN : mark == REPRODUCED_CONTRADICTS ? INK_VERMILION : INK_BLUE;
}

static void draw_row(const struct chart *chart, const struct reproduced *row, double y, double names) {
    struct canvas *canvas = chart->canvas;
    canvas_text_within(canvas, chart->plot.x - 12, y, names - 12, ANCHOR_END, TYPE_BODY, INK_TEXT, row->name);
    if (has_share(row)) {
        double x = chart_x(chart, row->ours / row->given);
        if (isfinite(row->low) && isfinite(row->high)) {
            double left = chart_x(chart, fmax(row->low / row->given, chart->x.low));
            double right = chart_x(chart, fmin(row->high / row->given, chart->x.high));
            canvas_line(canvas, left, y, right, y, pen_line(ink_of(row->mark), 2));
        }
        draw_mark(canvas, x, y, row->mark);
    }
    char text[128];
    snprintf(text, sizeof text, "%s%s%s", row->ours_text, row->given_text[0] != '\0' ? "; " : "", row->given_text);
    canvas_text_within(canvas, chart->plot.x + chart->plot.width + 14, y, TEXTS - 16, ANCHOR_START, TYPE_AXIS,
                       INK_FAINT, text);
}

static void draw_marks(struct canvas *canvas, double x, double y, const struct reproduced *rows, uint32_t count) {
    static const char *const words[] = {[REPRODUCED_AGREES] = "agrees, or differs as it should",
                                        [REPRODUCED_CONTRADICTS] = "contradicts",
                                        [REPRODUCED_OPEN] = "too few runs to tell",
                                        [REPRODUCED_BESIDE] = "beside: nothing was to be decided"};
    for (int mark = REPRODUCED_AGREES; mark <= REPRODUCED_BESIDE; mark++) {
        bool occurs = false;
        for (uint32_t i = 0; i < count; i++) {
            occurs = occurs || (has_share(&rows[i]) && rows[i].mark == (enum reproduced_mark)mark);
        }
        if (occurs) {
            draw_mark(canvas, x + 5, y, (enum reproduced_mark)mark);
            struct rect drawn = canvas_text(canvas, x + 16, y, ANCHOR_START, TYPE_AXIS, INK_FAINT, words[mark]);
            x = drawn.x + drawn.width + 24;
        }
    }
}

void reproduced_draw(struct canvas *canvas, struct rect area, const char *title, const struct reproduced *rows,
                     uint32_t count) {
    if (count == 0) {
        chart_empty(canvas, area, title, "there are no figures");
        return;
    }
    double names = 40;
    for (uint32_t i = 0; i < count; i++) {
        names = fmax(names, canvas_measure(canvas, TYPE_BODY, rows[i].name) + 14);
    }
    /* The title of the axis has to have room, too. */
    names = fmin(names, fmin(NAMES_MOST, fmax(area.width - TEXTS - PLOT_LEAST, area.width * 0.3)));
    struct chart_frame frame = {.title = title,
                                .note = "bars: what holds the true value with 99.9 %; figures that are 0 have no place",
                                .x = axis_for(rows, count),
                                .has_no_y = true,
                                .row_room = names,
                                .end_room = TEXTS};
    struct rect room = {area.x, area.y, area.width, area.height - FOOT};
    struct chart chart = chart_begin(canvas, room, &frame);
    double one = snap(chart_x(&chart, 1)), height = chart.plot.height / count;
    canvas_line(canvas, one, chart.plot.y, one, chart.plot.y + chart.plot.height, pen_line(INK_LINE, 1.5));
    for (uint32_t i = 1; i < count; i++) { /* from a name to its mark it is far */
        double y = snap(chart.plot.y + i * height);
        canvas_line(canvas, area.x, y, area.x + area.width, y, pen_line(INK_GRID, 0.5));
    }
    for (uint32_t i = 0; i < count; i++) {
        draw_row(&chart, &rows[i], chart.plot.y + (i + 0.5) * height, names);
    }
    draw_marks(canvas, area.x, area.y + area.height - FOOT / 2.0, rows, count);
}
