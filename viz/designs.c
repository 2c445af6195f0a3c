/* Designs side by side: for each metric a panel, for each design a row with its mean, the interval, and how far it is
 * from the first design. */
#include "viz/charts_many.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_ROW = 17, MOST_ROW = 34, AROUND_ROWS = 80, FOOT = 22 };

struct names {
    double room;
    enum type_style style;
};

static void end_text(const struct many_metric *metric, const struct many_value *value, char *text, size_t size) {
    char mean[AXIS_LABEL_BYTES], difference[AXIS_LABEL_BYTES];
    value_print(mean, sizeof mean, metric->unit, value->mean);
    if (value->pairs > 1 && value->difference != 0) {
        snprintf(text, size, "%s  %s%s%s", mean, value->difference < 0 ? "−" : "+",
                 value_print(difference, sizeof difference, metric->unit, fabs(value->difference)),
                 value->is_different ? " *" : "");
    } else {
        snprintf(text, size, "%s", mean);
    }
}

static double end_room(struct canvas *canvas, uint32_t count, const struct many_metric *metric, double most) {
    double room = 0;
    for (uint32_t p = 0; p < count; p++) {
        char text[96];
        if (metric->values[p].runs > 0) {
            end_text(metric, &metric->values[p], text, sizeof text);
            room = fmax(room, canvas_measure(canvas, TYPE_AXIS, text) + 14);
        }
    }
    return fmin(room, most);
}

/* Hollow: it may be no other than the first design, as far as the seeds tell. */
static void draw_row(const struct chart *chart, const struct many *many, const struct many_metric *metric,
                     uint32_t index, struct rect row, const struct names *names, double end) {
    struct canvas *canvas = chart->canvas;
    const struct many_value *value = &metric->values[index];
    double middle = row.y + row.height / 2;
    canvas_text_within(canvas, chart->plot.x - 10, middle, names->room - 10, ANCHOR_END, names->style, INK_TEXT,
                       many->points[index].name);
    if (value->runs == 0) {
        canvas_text_within(canvas, chart->plot.x + 8, middle, chart->plot.width - 16, ANCHOR_START, TYPE_AXIS,
                           INK_FAINT, "no value");
        return;
    }
    double x = chart_x(chart, value->mean);
    if (isfinite(value->low) && isfinite(value->high)) {
        double left = chart_x(chart, fmax(value->low, chart->x.low)),
               right = chart_x(chart, fmin(value->high, chart->x.high));
        canvas_line(canvas, left, middle, right, middle, pen_line(INK_BLUE, 2));
    }
    canvas_circle(canvas, x, middle, 4,
                  pen_fill(value->pairs > 1 && index > 0 && !value->is_different ? INK_PAPER : INK_BLUE, 1));
    canvas_circle(canvas, x, middle, 4, pen_line(INK_BLUE, 1.5));
    char text[96], all[160];
    end_text(metric, value, text, sizeof text);
    canvas_text_within(canvas, chart->plot.x + chart->plot.width + 10, middle, end - 10, ANCHOR_START, TYPE_AXIS,
                       INK_FAINT, text);
    many_value_text(metric, value, all, sizeof all);
    canvas_hover(canvas, row, "%s\n%s%s", many->points[index].name, all,
                 many->points[index].is_dominated ? "\nanother design is better in something and worse in nothing"
                                                  : "");
}

/* Smaller letters where names would be cut in the larger ones. */
static struct names measure_names(struct canvas *canvas, const struct many *many, uint32_t count, double most) {
    struct names names = {.style = TYPE_BODY};
    for (int round = 0; round < 2 && (round == 0 || names.room > most); round++) {
        names.style = round == 0 ? TYPE_BODY : TYPE_AXIS;
        names.room = 0;
        for (uint32_t p = 0; p < count; p++) {
            names.room = fmax(names.room, canvas_measure(canvas, names.style, many->points[p].name) + 16);
        }
    }
    names.room = fmin(names.room, most);
    return names;
}

static void draw_panel(struct canvas *canvas, struct rect area, const struct many *many,
                       const struct many_metric *metric) {
    char title[160], note[160];
    double low, high;
    bool starts_elsewhere;
    many_title(metric, title, sizeof title);
    many_range(many, metric, &low, &high);
    uint32_t room = (uint32_t)fmax((area.height - AROUND_ROWS) / LEAST_ROW, 1);
    uint32_t count = many->point_count < room ? many->point_count : room;
    struct names names = measure_names(canvas, many, count, area.width * 0.44);
    double end = end_room(canvas, count, metric, area.width - names.room - 90);
    struct chart_frame frame = {
        .title = title, .note = note, .has_no_y = true, .row_room = names.room, .end_room = end};
    frame.x = many_axis_for(metric, NULL, low, high, &starts_elsewhere);
    int used = snprintf(note, sizeof note, "%s is better%s", metric->more_is_better ? "more" : "less",
                        frame.x.is_log     ? "; logarithmic"
                        : starts_elsewhere ? "; not from 0"
                                           : "");
    if (count < many->point_count) {
        snprintf(note + used, sizeof note - (size_t)used, "; the first %u of %u", count, many->point_count);
    }
    struct chart chart = chart_begin(canvas, area, &frame);
    if (metric->values[0].runs > 0) {
        double x = snap(chart_x(&chart, metric->values[0].mean));
        canvas_line(canvas, x, chart.plot.y, x, chart.plot.y + chart.plot.height,
                    (struct pen){.ink = INK_LINE, .width = 1, .alpha = 1, .dash = 3});
    }
    double height = chart.plot.height / count;
    for (uint32_t p = 0; p < count; p++) {
        draw_row(&chart, many, metric, p, (struct rect){area.x, chart.plot.y + p * height, area.width, height}, &names,
                 end);
    }
}

void designs_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice) {
    static const char title[] = "Designs side by side";
    const struct many_metric *metrics[MANY_PANELS];
    struct rect panels[MANY_PANELS];
    uint32_t count = many_choose(many, choice, metrics, area.height < 500 ? 4 : MANY_PANELS);
    if (many->point_count < 2) {
        chart_empty(canvas, area, title, "there is one design only: nothing to compare it with");
        return;
    }
    if (count == 0) {
        chart_empty(canvas, area, title, many_why_empty(choice));
        return;
    }
    struct rect room = {area.x, area.y, area.width, area.height - FOOT};
    many_panels(room, count, AROUND_ROWS + (double)many->point_count * MOST_ROW, panels);
    for (uint32_t i = 0; i < count; i++) {
        draw_panel(canvas, panels[i], many, metrics[i]);
    }
    char note[240];
    bool has_pairs = metrics[0]->values[many->point_count - 1].pairs > 1;
    snprintf(note, sizeof note, "means over the seeds with 95 %% intervals%s",
             has_pairs ? "; at the right the difference to the first, seed by seed; filled and *: more than chance"
                       : "");
    canvas_text_within(canvas, area.x, area.y + area.height - FOOT / 2.0 + 2, area.width, ANCHOR_START, TYPE_AXIS,
                       INK_FAINT, note);
}
