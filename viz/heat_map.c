/* The mean of one metric over two parameters: a cell a point, with its number. The colour is one ink, from pale to
 * full, so that it reads the same to every eye and on both papers; numbers stay legible on all of it. */
#include "viz/charts_many.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEY_WIDTH = 96, KEY_STEPS = 24, MOST_HOVERS = 2500 };

static const double palest = 0.05, fullest = 0.6; /* more would take the contrast from the numbers */

struct heat_map {
    const struct many *many;
    const struct many_metric *metric;
    uint32_t x_axis, y_axis; /* of the many */
    double low, high;
    bool has_hovers; /* so many cells that a page would be too large have none */
};

/* The two axes with most values, in the order of the sweep; false if there are no two. */
static bool choose_axes(struct heat_map *map) {
    const struct many *many = map->many;
    uint32_t best = UINT32_MAX, second = UINT32_MAX;
    for (uint32_t a = 0; a < many->axis_count; a++) {
        if (many->axes[a].count < 2) {
            continue;
        }
        if (best == UINT32_MAX || many->axes[a].count > many->axes[best].count) {
            second = best;
            best = a;
        } else if (second == UINT32_MAX || many->axes[a].count > many->axes[second].count) {
            second = a;
        }
    }
    map->x_axis = best;
    map->y_axis = second;
    return second != UINT32_MAX;
}

/* The point at two places; what else varies is at its first value. UINT32_MAX: it has no runs. */
static uint32_t point_at(const struct heat_map *map, uint32_t x, uint32_t y) {
    uint32_t places[MANY_MOST_AXES] = {0};
    places[map->x_axis] = x;
    places[map->y_axis] = y;
    return many_point_at(map->many, places);
}

static double shade(const struct heat_map *map, double value) {
    bool is_log = map->low > 0 && map->high > 30 * map->low;
    double place = !(map->high > map->low) ? 0.5
                   : is_log                ? log(value / map->low) / log(map->high / map->low)
                                           : (value - map->low) / (map->high - map->low);
    return palest + place * (fullest - palest);
}

static void draw_cell(struct canvas *canvas, const struct heat_map *map, struct rect cell, uint32_t x, uint32_t y) {
    uint32_t point = point_at(map, x, y);
    const struct many_value *value = point != UINT32_MAX ? &map->metric->values[point] : NULL;
    struct rect inner = {cell.x + 1, cell.y + 1, cell.width - 2, cell.height - 2};
    double middle = cell.y + cell.height / 2;
    if (value == NULL || value->runs == 0) {
        canvas_rect(canvas, inner, pen_line(INK_GRID, 1));
        canvas_text_within(canvas, cell.x + cell.width / 2, middle, cell.width - 6, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT,
                           "none");
        return;
    }
    char text[AXIS_LABEL_BYTES], half[AXIS_LABEL_BYTES], around[AXIS_LABEL_BYTES + 8], all[160];
    value_print(text, sizeof text, map->metric->unit, value->mean);
    canvas_rect(canvas, inner, pen_fill(INK_BLUE, shade(map, value->mean)));
    bool has_interval = isfinite(value->high) && value->high > value->mean && cell.height >= 40 && cell.width >= 70;
    if (cell.height >= 14 && canvas_measure(canvas, TYPE_BODY, text) <= cell.width - 6) {
        canvas_text(canvas, cell.x + cell.width / 2, middle - (has_interval ? 7 : 0), ANCHOR_MIDDLE, TYPE_BODY,
                    INK_TEXT, text);
    }
    if (has_interval) {
        snprintf(around, sizeof around, "± %s",
                 value_print(half, sizeof half, map->metric->unit, value->high - value->mean));
        canvas_text_within(canvas, cell.x + cell.width / 2, middle + 9, cell.width - 6, ANCHOR_MIDDLE, TYPE_AXIS,
                           INK_TEXT, around);
    }
    if (map->has_hovers) {
        many_value_text(map->metric, value, all, sizeof all);
        canvas_hover(canvas, cell, "%s\n%s", map->many->points[point].name, all);
    }
}

static void draw_scale(struct canvas *canvas, const struct heat_map *map, double right, double y) {
    char low[AXIS_LABEL_BYTES], high[AXIS_LABEL_BYTES];
    value_print(low, sizeof low, map->metric->unit, map->low);
    value_print(high, sizeof high, map->metric->unit, map->high);
    struct rect drawn = canvas_text(canvas, right, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, high);
    double left = drawn.x - 8 - KEY_WIDTH, step = (double)KEY_WIDTH / KEY_STEPS;
    for (int i = 0; i < KEY_STEPS; i++) {
        canvas_rect(canvas, (struct rect){left + i * step, y - 5, step, 10},
                    pen_fill(INK_BLUE, palest + (fullest - palest) * i / (KEY_STEPS - 1)));
    }
    canvas_text(canvas, left - 8, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, low);
}

static void describe(const struct heat_map *map, char *note, size_t size) {
    size_t used = (size_t)snprintf(note, size, "mean over the seeds");
    for (uint32_t a = 0; a < map->many->axis_count && used < size; a++) {
        if (a != map->x_axis && a != map->y_axis && map->many->axes[a].count > 1) {
            used += (size_t)snprintf(note + used, size - used, ", at %s=%s", map->many->axes[a].name,
                                     map->many->axes[a].texts[0]);
        }
    }
    if (used < size && map->low > 0 && map->high > 30 * map->low) {
        snprintf(note + used, size - used, "; colour logarithmic");
    }
}

void heat_map_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice) {
    struct heat_map map = {.many = many};
    const struct many_metric *metrics[1];
    if (!choose_axes(&map)) {
        chart_empty(canvas, area, "Over two parameters",
                    many->axis_count == 0 ? "nothing varies but the seed: a heat map needs two --vary"
                                          : "one parameter varies: a heat map needs two --vary");
        return;
    }
    if (many_choose(many, choice, metrics, 1) == 0) {
        chart_empty(canvas, area, "Over two parameters", many_why_empty(choice));
        return;
    }
    map.metric = metrics[0];
    map.low = INFINITY;
    map.high = -INFINITY;
    for (uint32_t p = 0; p < many->point_count; p++) {
        if (map.metric->values[p].runs > 0) {
            map.low = fmin(map.low, map.metric->values[p].mean);
            map.high = fmax(map.high, map.metric->values[p].mean);
        }
    }
    char title[160], note[200];
    many_title(map.metric, title, sizeof title);
    describe(&map, note, sizeof note);
    const struct many_axis *x = &many->axes[map.x_axis], *y = &many->axes[map.y_axis];
    map.has_hovers = x->count * y->count <= MOST_HOVERS;
    struct chart_frame frame = {.title = title, .note = note, .names = x->texts, .name_count = x->count};
    frame.x.title = x->path;
    frame.y = axis_exact(UNIT_COUNT, y->path, 0, 1);
    frame.has_no_y = true;
    double names = 0;
    for (uint32_t i = 0; i < y->count; i++) {
        names = fmax(names, canvas_measure(canvas, TYPE_AXIS, y->texts[i]));
    }
    names = fmin(names, 160) + 10;
    frame.row_room = names;
    struct chart chart = chart_begin(canvas, area, &frame);
    double width = chart.plot.width / x->count, height = chart.plot.height / y->count;
    for (uint32_t row = 0; row < y->count; row++) {
        double top = chart.plot.y + chart.plot.height - (row + 1) * height; /* the first at the bottom, as on an axis */
        for (uint32_t column = 0; column < x->count; column++) {
            draw_cell(canvas, &map, (struct rect){chart.plot.x + column * width, top, width, height}, column, row);
        }
        if (height >= 12 || row % (uint32_t)ceil(12 / height) == 0) {
            canvas_text_within(canvas, chart.plot.x - 8, top + height / 2, names - 6, ANCHOR_END, TYPE_AXIS, INK_FAINT,
                               y->texts[row]);
        }
    }
    if (map.high > map.low) {
        draw_scale(canvas, &map, area.x + area.width, area.y + 33);
    }
}
