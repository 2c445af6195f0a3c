/* What the clients got, and what the machines did for it: availability, staleness, elections, load. */
#include "viz/chart.h"
#include "viz/charts.h"
#include "viz/ribbon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Availability ---- */

static void describe_availability(const struct facts *facts, char *note, size_t size) {
    struct fact_outcomes *all = fact_outcomes(facts, facts->warmup, facts->duration, 1);
    double total = (double)all->ok + all->failed + all->unknown;
    char share[AXIS_LABEL_BYTES], count[AXIS_LABEL_BYTES];
    snprintf(note, size, "%s of %s operations after the warm-up succeeded within their deadline",
             value_print(share, sizeof share, UNIT_SHARE, total > 0 ? all->ok / total : 0),
             value_print(count, sizeof count, UNIT_COUNT, total));
    free(all);
}

void availability_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    static const char title[] = "Availability";
    if (facts->operation_count == 0) {
        chart_empty(canvas, area, title, "no operation was invoked: the scenario has no workload");
        return;
    }
    char note[160];
    describe_availability(facts, note, sizeof note);
    struct chart_frame frame = {
        .title = title,
        .note = note,
        .x = axis_exact(UNIT_SECONDS, "time of the invocation", 0, fact_seconds(facts->duration)),
        .y = axis_exact(UNIT_SHARE, "share of the operations", 0, 1),
        .faults = facts,
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    uint32_t columns = (uint32_t)fmax(chart.plot.width / 3, 1);
    struct fact_outcomes *outcomes = fact_outcomes(facts, 0, facts->duration, columns);
    double width = chart.plot.width / columns, seconds = fact_seconds(facts->duration) / columns;
    ribbon_draw(canvas, chart.plot, outcomes, columns);
    for (uint32_t c = 0; c < columns; c++) {
        uint32_t total = outcomes[c].ok + outcomes[c].failed + outcomes[c].unknown;
        if (total > 0) {
            double x = chart.plot.x + c * width;
            char at[AXIS_LABEL_BYTES], share[AXIS_LABEL_BYTES];
            canvas_hover(canvas, (struct rect){x, chart.plot.y, width, chart.plot.height},
                         "%s: %s of %u succeeded\n%u failed, %u unknown",
                         value_print(at, sizeof at, UNIT_SECONDS, seconds * c),
                         value_print(share, sizeof share, UNIT_SHARE, (double)outcomes[c].ok / total), total,
                         outcomes[c].failed, outcomes[c].unknown);
        }
    }
    ribbon_key(canvas, area.x + area.width, area.y + 11);
    free(outcomes);
}

/* ---- Staleness ---- */

static void draw_consistency_curve(struct canvas *canvas, struct rect area, const struct facts *facts) {
    double high = 0, low = 1;
    for (uint32_t i = 0; i < facts->consistency_count; i++) {
        high = fmax(high, facts->consistency[i].x);
        low = fmin(low, facts->consistency[i].y);
    }
    struct chart_frame frame = {
        .title = "Consistency by the age of a write",
        .note = low > 0.1 ? "share of reads that returned the acknowledged write; the axis does not start at 0"
                          : "share of reads that returned the acknowledged write",
        .x = axis_from_zero(UNIT_SECONDS, "time between the acknowledgement of the write and the read", high),
        .y = axis_exact(UNIT_SHARE, "consistent reads", low > 0.1 ? floor(low * 10 - 1e-9) / 10 : 0, 1),
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    chart_curve(&chart, facts->consistency, facts->consistency_count, pen_line(INK_PURPLE, 1.5));
    for (uint32_t i = 0; i < facts->consistency_count; i++) {
        double x = chart_x(&chart, facts->consistency[i].x), y = chart_y(&chart, facts->consistency[i].y);
        char age[AXIS_LABEL_BYTES], share[AXIS_LABEL_BYTES];
        canvas_circle(canvas, x, y, 3, pen_fill(INK_PURPLE, 1));
        canvas_hover(canvas, (struct rect){x - 8, chart.plot.y, 16, chart.plot.height}, "%s after: %s consistent",
                     value_print(age, sizeof age, UNIT_SECONDS, facts->consistency[i].x),
                     value_print(share, sizeof share, UNIT_SHARE, facts->consistency[i].y));
    }
}

static void draw_stale_over_time(struct canvas *canvas, struct rect area, const struct facts *facts) {
    double seconds = fact_seconds(facts->duration) / fmax(facts->stale_count, 1), most = 0;
    uint32_t columns = (uint32_t)fmax(area.width / 4, 10);
    double *rates = calloc(columns, sizeof *rates);
    if (rates == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < facts->stale_count; i++) {
        uint32_t column = (uint32_t)((i + 0.5) / facts->stale_count * columns);
        rates[column < columns ? column : columns - 1] += facts->stale[i];
    }
    double column_seconds = fact_seconds(facts->duration) / columns;
    for (uint32_t c = 0; c < columns; c++) {
        rates[c] /= column_seconds;
        most = fmax(most, rates[c]);
    }
    char note[96], share[AXIS_LABEL_BYTES];
    snprintf(note, sizeof note, "%s of the reads after the warm-up were stale",
             value_print(share, sizeof share, UNIT_SHARE, facts->stale_share));
    struct chart_frame frame = {
        .title = "Stale reads",
        .note = note,
        .x = axis_exact(UNIT_SECONDS, "time of the read", 0, seconds * facts->stale_count),
        .y = axis_from_zero(UNIT_RATE, "stale reads", most),
        .faults = facts,
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    for (uint32_t c = 0; c < columns; c++) {
        double x = chart.plot.x + c * chart.plot.width / columns, y = chart_y(&chart, rates[c]);
        struct rect bar = {x, y, chart.plot.width / columns, chart.plot.y + chart.plot.height - y};
        if (rates[c] > 0) {
            canvas_rect(canvas, bar, pen_fill(INK_PURPLE, 1));
            char at[AXIS_LABEL_BYTES], rate[AXIS_LABEL_BYTES];
            canvas_hover(canvas, (struct rect){x, chart.plot.y, bar.width, chart.plot.height}, "%s: %s stale",
                         value_print(at, sizeof at, UNIT_SECONDS, c * column_seconds),
                         value_print(rate, sizeof rate, UNIT_RATE, rates[c]));
        }
    }
    free(rates);
}

void staleness_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    if (facts->consistency_count > 0) {
        draw_consistency_curve(canvas, area, facts);
    } else if (!facts->has_stale_share) {
        chart_empty(canvas, area, "Stale reads", "no read can be judged: the workload reads nothing that it wrote");
    } else if (facts->stale_share <= 0) {
        chart_empty(canvas, area, "Stale reads", "no read was stale");
    } else {
        draw_stale_over_time(canvas, area, facts);
    }
}

/* ---- Load ---- */

struct load_bar {
    const struct fact_node *node;
    double rate; /* operations that its replies completed, per second */
};

static void load_text(const struct load_bar *bar, char *text, size_t size) {
    char rate[AXIS_LABEL_BYTES], busy[AXIS_LABEL_BYTES];
    value_print(rate, sizeof rate, UNIT_RATE, bar->rate);
    if (bar->node->has_queue) {
        snprintf(text, size, "%s, cores %s busy", rate,
                 value_print(busy, sizeof busy, UNIT_SHARE, bar->node->queue.utilisation));
    } else {
        snprintf(text, size, "%s", rate);
    }
}

static void draw_load_bar(struct canvas *canvas, const struct load_bar *bar, struct rect row, double most,
                          double names) {
    enum { TEXT_ROOM = 210 };
    double middle = row.y + row.height / 2, left = row.x + names;
    bool has_text = row.height >= 13;
    char text[96];
    load_text(bar, text, sizeof text);
    double room = row.width - names - TEXT_ROOM, width = most > 0 ? bar->rate / most * fmax(room, 10) : 0;
    double thick = fmin(row.height * 0.6, 22);
    struct rect shape = {left, middle - thick / 2, fmax(width, 1), thick};
    canvas_rect(canvas, shape, pen_fill(INK_BLUE, 0.85));
    if (has_text) {
        canvas_text_within(canvas, left - 8, middle, names - 10, ANCHOR_END, TYPE_BODY, INK_TEXT, bar->node->name);
        canvas_text_within(canvas, left + fmax(width, 1) + 8, middle, TEXT_ROOM - 10, ANCHOR_START, TYPE_BODY,
                           INK_FAINT, text);
    }
    canvas_hover(canvas, row, "%s: %s\nmean queue %.3g, dropped %llu", bar->node->name, text,
                 bar->node->queue.mean_length, (unsigned long long)bar->node->queue.dropped);
}

static int busiest_first(const void *a, const void *b) {
    const struct load_bar *one = a, *other = b;
    if (one->rate != other->rate) {
        return one->rate > other->rate ? -1 : 1;
    }
    return one->node < other->node ? -1 : one->node > other->node;
}

void load_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    static const char title[] = "Load of each node";
    if (facts->node_count == 0 || facts->operation_count == 0) {
        chart_empty(canvas, area, title, "no operation was invoked: the scenario has no workload");
        return;
    }
    struct load_bar *bars = calloc(facts->node_count, sizeof *bars);
    if (bars == NULL) {
        abort();
    }
    double seconds = fact_seconds(facts->duration - facts->warmup), most = 0, names = 40;
    for (uint32_t i = 0; i < facts->operation_count; i++) {
        const struct operation *operation = &facts->operations[i];
        if (operation->invoked >= facts->warmup && operation->served_by < facts->node_count) {
            bars[operation->served_by].rate += 1 / seconds;
        }
    }
    for (uint32_t i = 0; i < facts->node_count; i++) {
        bars[i].node = &facts->nodes[i];
        most = fmax(most, bars[i].rate);
        names = fmax(names, fmin(canvas_measure(canvas, TYPE_BODY, facts->nodes[i].name), 160) + 16);
    }
    double top = 58;
    canvas_text(canvas, area.x, area.y + 11, ANCHOR_START, TYPE_TITLE, INK_TEXT, title);
    uint32_t room = (uint32_t)fmax((area.height - top) / 14, 1),
             count = facts->node_count < room ? facts->node_count : room;
    char note[160];
    int used =
        snprintf(note, sizeof note, "operations that a node's reply completed, after the warm-up; bars start at 0");
    if (count < facts->node_count) {
        snprintf(note + used, sizeof note - (size_t)used, "; the %u busiest of %u", count, facts->node_count);
        qsort(bars, facts->node_count, sizeof *bars, busiest_first);
    }
    canvas_text_within(canvas, area.x, area.y + 33, area.width, ANCHOR_START, TYPE_BODY, INK_FAINT, note);
    double height = fmin((area.height - top) / count, 40);
    for (uint32_t i = 0; i < count; i++) {
        draw_load_bar(canvas, &bars[i], (struct rect){area.x, area.y + top + i * height, area.width, height}, most,
                      names);
    }
    free(bars);
}
