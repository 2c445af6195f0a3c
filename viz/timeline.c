/* The timeline: what went wrong, who led, what the clients noticed, over one axis of time. */
#include "viz/charts.h"
#include "viz/ribbon.h"
#include "viz/timeline_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { AXIS_HEIGHT = 22, ROW_GAP = 10, END_ROOM = 76 };

static struct rect row_rect(const struct timeline *line, double top, double height) {
    return (struct rect){line->plot.x, top, line->plot.width, height};
}

static void name_row(const struct timeline *line, double left, struct rect row, const char *name, const char *more) {
    double middle = row.y + row.height / 2, room = line->plot.x - left - 6;
    bool has_more = more != NULL && row.height >= 26;
    canvas_text_within(line->canvas, left, has_more ? middle - 7 : middle, room, ANCHOR_START, TYPE_BODY, INK_TEXT,
                       name);
    if (has_more) {
        canvas_text_within(line->canvas, left, middle + 8, room, ANCHOR_START, TYPE_AXIS, INK_FAINT, more);
    }
}

static void name_end(const struct timeline *line, double y, enum ink ink, const char *text) {
    canvas_text_within(line->canvas, line->plot.x + line->plot.width + 6, y, END_ROOM - 8, ANCHOR_START, TYPE_AXIS, ink,
                       text);
}

/* ---- Availability ---- */

static void draw_outcomes(const struct timeline *line, struct rect row) {
    struct slices slices = slices_of(fact_seconds(line->facts->duration), row.width / 2);
    struct fact_outcomes *outcomes = fact_slice_outcomes(line->facts, slices);
    ribbon_draw(line->canvas, row, outcomes, slices, fact_seconds(line->facts->duration));
    free(outcomes);
}

/* What the ribbon's colours mean, where there is room for a second line. */
static void name_availability_row(const struct timeline *line, double left, struct rect row) {
    bool has_key = row.height >= 22 && line->plot.x - left >= ribbon_short_key_width(line->canvas) + 6;
    double middle = row.y + row.height / 2;
    canvas_text_within(line->canvas, left, has_key ? middle - 7 : middle, line->plot.x - left - 6, ANCHOR_START,
                       TYPE_BODY, INK_TEXT, "availability");
    if (has_key) {
        ribbon_short_key(line->canvas, left, middle + 8);
    }
}

/* ---- Throughput ---- */

/* In wider slices than the ribbon: few operations a slice would show their chance, not their rate. */
static void draw_throughput(const struct timeline *line, struct rect row) {
    double duration = fact_seconds(line->facts->duration), most = 0;
    struct slices slices = slices_of(duration, line->plot.width / 8);
    struct fact_outcomes *outcomes = fact_slice_outcomes(line->facts, slices);
    double *rates = malloc(slices.count * sizeof *rates);
    if (rates == NULL) {
        abort();
    }
    for (uint32_t c = 0; c < slices.count; c++) { /* the last may be shorter than the others */
        rates[c] = outcomes[c].ok / slice_length(slices, c, duration);
        most = fmax(most, rates[c]);
    }
    double base = snap(row.y + row.height);
    canvas_line(line->canvas, row.x, base, row.x + row.width, base, pen_line(INK_GRID, 1));
    if (most > 0) {
        struct chart chart = {
            .canvas = line->canvas, .plot = row, .x = line->time, .y = axis_exact(UNIT_RATE, NULL, 0, most * 1.05)};
        char text[AXIS_LABEL_BYTES];
        chart_slices(&chart, slices, rates, pen_line(INK_TEXT, 1));
        name_end(line, chart_y(&chart, most), INK_FAINT, value_print(text, sizeof text, UNIT_RATE, most));
    }
    if (row.height >= 26) { /* above its line: the next row's labels begin below */
        name_end(line, base - 7, INK_FAINT, "0");
    }
    free(rates);
    free(outcomes);
}

/* ---- Latency ---- */

static void draw_latency_group(const struct chart *chart, const struct column *columns, struct slices slices,
                               enum ink ink) {
    double *p50 = malloc(2 * slices.count * sizeof *p50);
    if (p50 == NULL) {
        abort();
    }
    double *p99 = p50 + slices.count;
    for (uint32_t c = 0; c < slices.count; c++) {
        p50[c] = columns[c].count > 0 ? columns[c].p50 : (double)NAN;
        p99[c] = columns[c].count > 0 ? columns[c].p99 : (double)NAN;
    }
    chart_slices(chart, slices, p50, pen_line(ink, 1.5));
    chart_slices(chart, slices, p99, pen_line(ink, 0.75));
    free(p50);
}

static void draw_latency_row(const struct timeline *line, struct rect row) {
    struct slices slices = slices_of(fact_seconds(line->facts->duration), line->plot.width / 3);
    struct column *columns[GROUP_COUNT];
    double low = INFINITY, high = 0;
    for (int g = 0; g < GROUP_COUNT; g++) {
        size_t samples_count;
        struct sample *samples = fact_latencies(line->facts, (enum fact_group)g, true, &samples_count);
        columns[g] = reduce_samples(samples, samples_count, 0, slices.seconds * slices.count, slices.count);
        free(samples);
        for (uint32_t c = 0; c < slices.count; c++) {
            if (columns[g][c].count > 0) {
                low = fmin(low, fmax(columns[g][c].p50, 1e-9));
                high = fmax(high, columns[g][c].p99);
            }
        }
    }
    if (high > 0) {
        struct chart chart = {
            .canvas = line->canvas, .plot = row, .x = line->time, .y = axis_log(UNIT_SECONDS, NULL, low, high)};
        struct tick ticks[AXIS_MOST_TICKS];
        uint32_t tick_count = axis_ticks(&chart.y, row.height, 14, ticks);
        for (uint32_t i = 0; i < tick_count; i++) {
            if (ticks[i].is_major) {
                double y = snap(chart_y(&chart, ticks[i].value));
                canvas_line(line->canvas, row.x, y, row.x + row.width, y, pen_line(INK_GRID, 1));
                name_end(line, y, INK_FAINT, ticks[i].label);
            }
        }
        for (int g = 0; g < GROUP_COUNT; g++) {
            draw_latency_group(&chart, columns[g], slices, fact_group_ink((enum fact_group)g));
        }
    }
    free(columns[0]);
    free(columns[1]);
}

/* ---- Stale reads ---- */

static void draw_stale(const struct timeline *line, struct rect row) {
    const struct facts *facts = line->facts;
    double most = 0, duration = fact_seconds(facts->duration);
    struct slices slices = slices_of(duration, line->plot.width / 2);
    double *rates = fact_stale_rates(facts, slices);
    for (uint32_t c = 0; c < slices.count; c++) {
        most = fmax(most, rates[c]);
    }
    double base = snap(row.y + row.height);
    canvas_line(line->canvas, row.x, base, row.x + row.width, base, pen_line(INK_GRID, 1));
    for (uint32_t c = 0; c < slices.count && most > 0; c++) {
        double height = rates[c] / most * (row.height - 1), left = row.x + c * slices.seconds / duration * row.width;
        double right = fmin(row.x + (c + 1) * slices.seconds / duration * row.width, row.x + row.width);
        if (height > 0) {
            height = fmax(height, 2);
            canvas_rect(line->canvas, (struct rect){left, base - height, right - left + 0.3, height},
                        pen_fill(INK_PURPLE, 1));
        }
    }
    if (most > 0) {
        char text[AXIS_LABEL_BYTES];
        name_end(line, row.y + 7, INK_FAINT,
                 value_print(text, sizeof text, UNIT_RATE, most)); /* clear of the row above */
    } else {
        name_end(line, row.y + row.height / 2, INK_FAINT, "none");
    }
    free(rates);
}

/* What the colours and widths of the row's lines mean, as far as its height has room for lines of text. */
static void name_latency_row(const struct timeline *line, double left, struct rect row) {
    double y = row.y + row.height / 2 - (row.height >= 48 ? 15 : row.height >= 28 ? 7 : 0);
    double room = line->plot.x - left - 6;
    canvas_text_within(line->canvas, left, y, room, ANCHOR_START, TYPE_BODY, INK_TEXT, "latency");
    double x = left;
    for (int g = 0; g < GROUP_COUNT && row.height >= 28; g++) {
        const char *name = fact_group_name(line->facts, (enum fact_group)g);
        if (name != NULL) {
            struct rect drawn = canvas_text_within(line->canvas, x, y + 15, left + room - x, ANCHOR_START, TYPE_AXIS,
                                                   fact_group_ink((enum fact_group)g), name);
            x += drawn.width + 8;
        }
    }
    if (row.height >= 48) {
        canvas_text_within(line->canvas, left, y + 30, room, ANCHOR_START, TYPE_AXIS, INK_FAINT, "p50 bold, p99 thin");
    }
}

/* ---- The whole ---- */

static void draw_time_axis(const struct timeline *line) {
    struct tick ticks[AXIS_MOST_TICKS];
    double base = line->plot.y + line->plot.height;
    uint32_t count = axis_ticks(&line->time, line->plot.width, 76, ticks);
    canvas_line(line->canvas, line->plot.x, snap(base), line->plot.x + line->plot.width, snap(base),
                pen_line(INK_LINE, 1));
    for (uint32_t i = 0; i < count; i++) {
        double x = snap(line->plot.x + axis_place(&line->time, ticks[i].value) * line->plot.width);
        canvas_line(line->canvas, x, base, x, base + 4, pen_line(INK_LINE, 1));
        canvas_text(line->canvas, x, base + 13, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT, ticks[i].label);
    }
}

static void draw_playhead(const struct timeline *line, sim_time at) {
    double x = snap(timeline_x(line, at)), base = line->plot.y + line->plot.height;
    canvas_line(line->canvas, x, line->plot.y - 4, x, base, pen_line(INK_TEXT, 1));
    struct point arrow[] = {{x - 5, line->plot.y - 9}, {x + 5, line->plot.y - 9}, {x, line->plot.y - 2}};
    canvas_path(line->canvas, arrow, 3, true, pen_fill(INK_TEXT, 1));
}

static void hover_slices(const struct timeline *line) {
    enum { MOST = 240 };
    double duration = fact_seconds(line->facts->duration);
    struct slices slices = slices_of(duration, MOST);
    struct fact_outcomes *outcomes = fact_slice_outcomes(line->facts, slices);
    for (uint32_t c = 0; c < slices.count; c++) {
        struct fact_outcomes outcome = outcomes[c];
        uint32_t total = outcome.ok + outcome.failed + outcome.unknown;
        char at[AXIS_LABEL_BYTES], ok[AXIS_LABEL_BYTES], rate[AXIS_LABEL_BYTES];
        double from = slices.seconds * c, length = fmin(slices.seconds, duration - from);
        struct rect column = {line->plot.x + from / duration * line->plot.width, line->plot.y,
                              length / duration * line->plot.width, line->plot.height};
        value_print(at, sizeof at, UNIT_SECONDS, from);
        if (total == 0) {
            canvas_hover(line->canvas, column, "%s: no operation", at);
        } else {
            canvas_hover(line->canvas, column, "%s: %s of %u operations succeeded\n%s; %u failed, %u unknown", at,
                         value_print(ok, sizeof ok, UNIT_SHARE, (double)outcome.ok / total), total,
                         value_print(rate, sizeof rate, UNIT_RATE, outcome.ok / length), outcome.failed,
                         outcome.unknown);
        }
    }
    free(outcomes);
}

enum row_kind { ROW_FAULTS, ROW_LEADERS, ROW_AVAILABILITY, ROW_THROUGHPUT, ROW_LATENCY, ROW_STALE, ROW_COUNT };

/* Which rows say something in this run, and how high they like to be. */
static double wanted_height(const struct facts *facts, enum row_kind kind) {
    bool has_leaders = false;
    for (uint32_t s = 0; s < facts->system_count; s++) {
        has_leaders = has_leaders || facts->has_leader[s];
    }
    bool has_operations = facts->operation_count > 0;
    switch (kind) {
    case ROW_FAULTS:
        return facts->fault_count > TIMELINE_MOST_BANDS ? 28
               : facts->fault_count > 0                 ? timeline_fault_height(facts)
                                                        : 0;
    case ROW_LEADERS:
        return has_leaders || facts->reign_count > 0 ? 18 : 0;
    case ROW_AVAILABILITY:
        return has_operations ? 28 : 0;
    case ROW_THROUGHPUT:
        return has_operations ? 36 : 0;
    case ROW_LATENCY:
        return has_operations ? 52 : 0;
    default:
        return facts->has_stale_share ? 22 : 0;
    }
}

double timeline_height(const struct facts *facts) {
    double height = AXIS_HEIGHT + 12;
    for (int kind = 0; kind < ROW_COUNT; kind++) {
        double wanted = wanted_height(facts, (enum row_kind)kind);
        height += wanted > 0 ? wanted + ROW_GAP : 0;
    }
    return height;
}

static void draw_row(const struct timeline *line, double left, enum row_kind kind, struct rect row) {
    char faults[32];
    snprintf(faults, sizeof faults, "%u in all", line->facts->fault_count);
    static const char *const names[] = {"faults", "leader", "availability", "throughput", "latency", "stale reads"};
    static const char *const more[] = {NULL, NULL, NULL, "succeeded", NULL, NULL};
    static void (*const draw[])(const struct timeline *line, struct rect row) = {
        timeline_draw_faults, timeline_draw_leaders, draw_outcomes, draw_throughput, draw_latency_row, draw_stale};
    if (kind == ROW_LATENCY) {
        name_latency_row(line, left, row);
    } else if (kind == ROW_AVAILABILITY) {
        name_availability_row(line, left, row);
    } else {
        bool is_many = kind == ROW_FAULTS && line->facts->fault_count > TIMELINE_MOST_BANDS;
        name_row(line, left, row, names[kind], is_many ? faults : more[kind]);
    }
    draw[kind](line, row);
}

static double row_gap(double stretch) {
    return fmin(fmax(ROW_GAP * stretch, 6), 18);
}

/* Rows of names need no more than a name's height, and no less; curves take what is left. */
static double row_height(const struct facts *facts, enum row_kind kind, double stretch) {
    double wanted = wanted_height(facts, kind), height = wanted * stretch;
    if (kind == ROW_LEADERS && wanted > 0) {
        return fmin(fmax(height, 12), 26);
    }
    if (kind == ROW_FAULTS && wanted > 0) {
        return fmin(fmax(height, wanted * 0.75), wanted * 1.4);
    }
    return height;
}

static double rows_height(const struct facts *facts, double stretch) {
    double height = 2;
    for (int kind = 0; kind < ROW_COUNT; kind++) {
        double own = row_height(facts, (enum row_kind)kind, stretch);
        height += own > 0 ? own + row_gap(stretch) : 0;
    }
    return height;
}

/* The stretch at which the rows fill `height`, within reason. */
static double stretch_to(const struct facts *facts, double height) {
    double low = 0.3, high = 3;
    for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        if (rows_height(facts, middle) <= height) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

void timeline_draw(struct canvas *canvas, struct rect area, const struct facts *facts, sim_time playhead) {
    double left_room = area.width >= 700 ? 128 : 96;
    struct timeline line = {.canvas = canvas, .facts = facts};
    line.time = axis_exact(UNIT_SECONDS, NULL, 0, fact_seconds(facts->duration));
    line.plot = (struct rect){area.x + left_room, area.y + 12, fmax(area.width - left_room - END_ROOM, 20),
                              fmax(area.height - AXIS_HEIGHT - 12, 20)};
    double stretch = stretch_to(facts, line.plot.height);
    line.plot.height = fmin(line.plot.height, rows_height(facts, stretch)); /* the axis stands below the last row */
    timeline_draw_bands(&line);
    hover_slices(&line);
    double y = line.plot.y + 2;
    for (int kind = 0; kind < ROW_COUNT; kind++) {
        double height = row_height(facts, (enum row_kind)kind, stretch);
        if (height > 0) {
            draw_row(&line, area.x, (enum row_kind)kind, row_rect(&line, y, height));
            y += height + row_gap(stretch);
        }
    }
    draw_time_axis(&line);
    struct rect reach = {line.plot.x, line.plot.y - 12, line.plot.width, line.plot.height + 12};
    canvas_target(canvas, &(struct canvas_target){.rect = reach, .kind = TARGET_TIME, .until = facts->duration});
    if (playhead >= 0) {
        draw_playhead(&line, playhead);
    }
}
