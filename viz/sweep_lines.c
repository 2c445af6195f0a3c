/* A sweep as lines: the mean of each point with its 95 % interval, over the parameter that varies most. */
#include "viz/charts_many.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LINES = 6, MOST_DOTS = 400, MOST_NAMED = 12 };

struct lines {
    const struct many *many;
    uint32_t x_axis;
    uint32_t order[256]; /* places of the x axis, by their number */
    uint32_t place_count;
    uint32_t line_count, lines_in_all;
    uint32_t first_points[MOST_LINES]; /* a point of each line */
};

static bool is_quantity(const struct many_axis *axis) {
    return axis->count > 0 && !isnan(axis->numbers[0]);
}

/* The quantity with most values, else the first axis: what a line can run along. */
static uint32_t choose_x(const struct many *many) {
    uint32_t chosen = 0, best = 0;
    for (uint32_t a = 0; a < many->axis_count; a++) {
        uint32_t score = many->axes[a].count > 1 ? many->axes[a].count + (is_quantity(&many->axes[a]) ? 100000 : 0) : 0;
        if (score > best) {
            best = score;
            chosen = a;
        }
    }
    return chosen;
}

static void find_lines(const struct many *many, struct lines *lines) {
    *lines = (struct lines){.many = many, .x_axis = choose_x(many)};
    const struct many_axis *axis = &many->axes[lines->x_axis];
    lines->place_count = axis->count < 256 ? axis->count : 256;
    for (uint32_t i = 0; i < lines->place_count; i++) {
        uint32_t at = i;
        for (; at > 0 && axis->numbers[lines->order[at - 1]] > axis->numbers[i]; at--) {
            lines->order[at] = lines->order[at - 1];
        }
        lines->order[at] = i;
    }
    /* A point begins a line if no point before it lies on the same one; a line has few points. */
    for (uint32_t p = 0; p < many->point_count; p++) {
        bool is_new = true;
        uint32_t places[MANY_MOST_AXES] = {0};
        memcpy(places, many->points[p].places, many->axis_count * sizeof places[0]);
        for (places[lines->x_axis] = 0; places[lines->x_axis] < many->points[p].places[lines->x_axis] && is_new;
             places[lines->x_axis]++) {
            is_new = many_point_at(many, places) == UINT32_MAX;
        }
        if (is_new && lines->lines_in_all++ < MOST_LINES) {
            lines->first_points[lines->line_count++] = p;
        }
    }
}

/* The point of a line at a place of the x axis; UINT32_MAX: it has no runs. */
static uint32_t point_at(const struct lines *lines, uint32_t line, uint32_t place) {
    uint32_t places[MANY_MOST_AXES] = {0};
    memcpy(places, lines->many->points[lines->first_points[line]].places, lines->many->axis_count * sizeof places[0]);
    places[lines->x_axis] = place;
    return many_point_at(lines->many, places);
}

static void name_line(const struct lines *lines, uint32_t line, char *text, size_t size) {
    const struct many *many = lines->many;
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t a = 0; a < many->axis_count && used < size; a++) {
        if (a != lines->x_axis && many->axes[a].count > 1) {
            used += (size_t)snprintf(text + used, size - used, "%s%s=%s", used > 0 ? ", " : "", many->axes[a].name,
                                     many->axes[a].texts[many->points[lines->first_points[line]].places[a]]);
        }
    }
}

/* Values that lie many times apart stand on a logarithmic axis. */
static struct chart_axis x_axis_of(const struct many_axis *axis, const struct lines *lines) {
    double low = axis->numbers[lines->order[0]], high = axis->numbers[lines->order[lines->place_count - 1]];
    if (low > 0 && high >= 30 * low && axis->count > 2) {
        struct chart_axis log = axis_exact(axis->unit, axis->path, low, high);
        log.is_log = true;
        return log;
    }
    double room = (high - low) * 0.03;
    return axis_exact(axis->unit, axis->path, low - (low >= 0 && low - room < 0 ? low : room), high + room);
}

static double x_of(const struct lines *lines, uint32_t rank) {
    const struct many_axis *axis = &lines->many->axes[lines->x_axis];
    return is_quantity(axis) ? axis->numbers[lines->order[rank]] : rank;
}

/* Single runs as faint dots behind the mean, while they are few enough to be told apart. */
static void draw_runs(const struct chart *chart, const struct many_value *value, double x, enum ink ink) {
    for (size_t i = 0; i < value->runs && value->values != NULL && value->runs <= MOST_DOTS; i++) {
        double y = chart_y(chart, value->values[i]);
        if (y >= chart->plot.y && y <= chart->plot.y + chart->plot.height) {
            canvas_circle(chart->canvas, chart_x(chart, x), y, 1.5, pen_fill(ink, 0.25));
        }
    }
}

static double draw_line(const struct chart *chart, const struct lines *lines, const struct many_metric *metric,
                        uint32_t line) {
    struct fact_point mean[256], low[256], high[256];
    enum ink ink = ink_of_series(line);
    double last = (double)NAN;
    for (uint32_t i = 0; i < lines->place_count; i++) {
        uint32_t point = point_at(lines, line, lines->order[i]);
        const struct many_value *value = point != UINT32_MAX ? &metric->values[point] : NULL;
        double x = x_of(lines, i);
        bool has = value != NULL && value->runs > 0;
        mean[i] = (struct fact_point){x, has ? value->mean : (double)NAN};
        low[i] = (struct fact_point){x, has ? fmax(value->low, chart->y.low) : (double)NAN};
        high[i] = (struct fact_point){x, has ? fmin(value->high, chart->y.high) : (double)NAN};
        if (has && !isfinite(value->high)) {
            low[i].y = high[i].y = (double)NAN;
        }
        if (has) {
            draw_runs(chart, value, x, ink);
            last = chart_y(chart, value->mean);
        }
    }
    chart_band(chart, low, high, lines->place_count, ink);
    chart_curve(chart, mean, lines->place_count, pen_line(ink, 1.5));
    for (uint32_t i = 0; i < lines->place_count; i++) {
        double y = chart_y(chart, mean[i].y), x = chart_x(chart, mean[i].x);
        if (!isnan(y)) {
            canvas_circle(chart->canvas, x, y, 3, pen_fill(ink, 1));
        }
    }
    return last;
}

static void hover_points(const struct chart *chart, const struct lines *lines, const struct many_metric *metric) {
    double width = chart->plot.width / lines->place_count;
    for (uint32_t i = 0; i < lines->place_count; i++) {
        char text[512], line_name[64], value[128];
        int used = snprintf(text, sizeof text, "%s=%s", lines->many->axes[lines->x_axis].name,
                            lines->many->axes[lines->x_axis].texts[lines->order[i]]);
        for (uint32_t l = 0; l < lines->line_count && used < 400; l++) {
            uint32_t point = point_at(lines, l, lines->order[i]);
            if (point != UINT32_MAX) {
                name_line(lines, l, line_name, sizeof line_name);
                many_value_text(metric, &metric->values[point], value, sizeof value);
                used += snprintf(text + used, sizeof text - (size_t)used, "\n%s%s%s", line_name,
                                 line_name[0] != '\0' ? ": " : "", value);
            }
        }
        double x = chart_x(chart, x_of(lines, i));
        canvas_hover(chart->canvas, (struct rect){x - width / 2, chart->plot.y, width, chart->plot.height}, "%s", text);
    }
}

static void draw_panel(struct canvas *canvas, struct rect area, const struct lines *lines,
                       const struct many_metric *metric) {
    const struct many_axis *axis = &lines->many->axes[lines->x_axis];
    struct end_label labels[MOST_LINES] = {{0}};
    char title[160], note[160];
    double low, high;
    bool starts_elsewhere;
    many_title(metric, title, sizeof title);
    if (!many_range(lines->many, metric, &low, &high)) {
        chart_empty(canvas, area, title, "no run has a value");
        return;
    }
    for (uint32_t l = 0; l < lines->line_count; l++) {
        labels[l].ink = ink_of_series(l);
        name_line(lines, l, labels[l].text, sizeof labels[l].text);
    }
    struct chart_axis y = many_axis_for(metric, NULL, low, high, &starts_elsewhere);
    int used = snprintf(note, sizeof note, "mean over the seeds%s, 95 %% band",
                        y.is_log           ? ", logarithmic"
                        : starts_elsewhere ? " (not from 0)"
                                           : "");
    if (lines->line_count < lines->lines_in_all) {
        snprintf(note + used, sizeof note - (size_t)used, "; the first %u of %u lines", lines->line_count,
                 lines->lines_in_all);
    }
    struct chart_frame frame = {.title = title, .note = note, .y = y};
    frame.end_room = lines->lines_in_all > 1 ? fmin(chart_end_room(canvas, labels, lines->line_count), 260) : 0;
    const char *names[256];
    double places[256];
    for (uint32_t i = 0; i < lines->place_count; i++) {
        names[i] = axis->texts[lines->order[i]];
        places[i] = axis->numbers[lines->order[i]];
    }
    if (is_quantity(axis)) {
        frame.x = x_axis_of(axis, lines);
        frame.places = places;
    }
    if (lines->place_count <= MOST_NAMED || !is_quantity(axis)) { /* of few values, those that were swept */
        frame.names = names;
        frame.name_count = lines->place_count;
    }
    frame.x.title = axis->path;
    struct chart chart = chart_begin(canvas, area, &frame);
    for (uint32_t l = 0; l < lines->line_count; l++) {
        labels[l].y = draw_line(&chart, lines, metric, l);
    }
    if (lines->lines_in_all > 1) {
        chart_end_labels(&chart, labels, lines->line_count);
    }
    hover_points(&chart, lines, metric);
}

void sweep_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice) {
    const struct many_metric *metrics[MANY_PANELS];
    uint32_t most = area.height < 300 ? 2 : choice->metric_count > 4 ? MANY_PANELS : 4;
    uint32_t count = many_choose(many, choice, metrics, most);
    if (many->axis_count == 0 || many->point_count < 2) {
        chart_empty(canvas, area, "Over the parameters",
                    "nothing varies from run to run but the seed: --vary PATH=A,B,C");
        return;
    }
    if (count == 0) {
        chart_empty(canvas, area, "Over the parameters", many_why_empty(choice));
        return;
    }
    struct rect panels[MANY_PANELS];
    struct lines lines;
    find_lines(many, &lines);
    many_panels(area, count, area.height, panels);
    for (uint32_t i = 0; i < count; i++) {
        draw_panel(canvas, panels[i], &lines, metrics[i]);
    }
}
