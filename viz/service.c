/* What the clients got, and what the machines did for it: availability, staleness, elections, load. */
#include "viz/chart.h"
#include "viz/charts.h"

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

static void draw_ribbon_column(const struct chart *chart, const struct fact_outcomes *outcome, double x, double width) {
    double total = (double)outcome->ok + outcome->failed + outcome->unknown;
    const double shares[] = {outcome->failed / total, outcome->unknown / total, outcome->ok / total};
    static const enum ink inks[] = {INK_VERMILION, INK_YELLOW, INK_GREEN};
    double base = chart->plot.y + chart->plot.height, top = chart->plot.y;
    for (int i = 0; i < 3; i++) {
        double height = shares[i] * chart->plot.height;
        if (height > 0) {
            height = fmin(fmax(height, 1), base - top); /* one failure among thousands must be seen */
            canvas_rect(chart->canvas, (struct rect){x, base - height, width, height}, pen_fill(inks[i], i == 2 ? 0.75 : 1));
            base -= height;
        }
    }
}

static void add_outcome_key(struct canvas *canvas, double right, double y) {
    static const char *const names[] = {"succeeded", "unknown", "failed"};
    static const enum ink inks[] = {INK_GREEN, INK_YELLOW, INK_VERMILION};
    double x = right;
    for (int i = 2; i >= 0; i--) {
        double width = canvas_measure(canvas, TYPE_BODY, names[i]);
        canvas_text(canvas, x, y, ANCHOR_END, TYPE_BODY, INK_TEXT, names[i]);
        x -= width + 16;
        struct rect box = {x, y - 5, 10, 10};
        canvas_rect(canvas, box, pen_fill(inks[i], i == 0 ? 0.75 : 1));
        if (inks[i] == INK_YELLOW) {
            canvas_rect(canvas, box, pen_line(INK_FAINT, 1));
        }
        x -= 14;
    }
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
        .band_rows = facts->fault_count > 0 ? 2 : 0,
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    chart_faults(&chart, facts, frame.band_rows);
    uint32_t columns = (uint32_t)fmax(chart.plot.width / 3, 1);
    struct fact_outcomes *outcomes = fact_outcomes(facts, 0, facts->duration, columns);
    double width = chart.plot.width / columns, seconds = fact_seconds(facts->duration) / columns;
    for (uint32_t c = 0; c < columns; c++) {
        uint32_t total = outcomes[c].ok + outcomes[c].failed + outcomes[c].unknown;
        if (total > 0) {
            double x = chart.plot.x + c * width;
            draw_ribbon_column(&chart, &outcomes[c], x, fmin(width + 0.4, chart.plot.x + chart.plot.width - x));
            char at[AXIS_LABEL_BYTES], share[AXIS_LABEL_BYTES];
            canvas_hover(canvas, (struct rect){x, chart.plot.y, width, chart.plot.height},
                         "%s: %s of %u succeeded\n%u failed, %u unknown", value_print(at, sizeof at, UNIT_SECONDS, seconds * c),
                         value_print(share, sizeof share, UNIT_SHARE, (double)outcomes[c].ok / total), total,
                         outcomes[c].failed, outcomes[c].unknown);
        }
    }
    add_outcome_key(canvas, area.x + area.width, area.y + 11);
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
        .band_rows = facts->fault_count > 0 ? 2 : 0,
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    chart_faults(&chart, facts, frame.band_rows);
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

/* ---- Elections ---- */

/* Times from the end of a reign to the next leader of the same system: while another still led, nothing was missing. */
static double *leaderless_times(const struct facts *facts, size_t *count) {
    double *times = malloc((facts->reign_count + 1) * sizeof *times);
    if (times == NULL) {
        abort();
    }
    *count = 0;
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        const struct leadership *reign = &facts->reigns[i];
        sim_time next = SIM_NEVER;
        for (uint32_t k = 0; k < facts->reign_count; k++) {
            const struct leadership *other = &facts->reigns[k];
            if (k == i || facts->nodes[other->leader].system != facts->nodes[reign->leader].system) {
                continue;
            }
            bool covers = other->from <= reign->until && (other->until > reign->until || (other->until == reign->until && k > i));
            next = covers ? -1 : other->from > reign->until && other->from < next ? other->from : next;
            if (covers) {
                break;
            }
        }
        if (next != SIM_NEVER && next >= 0) {
            times[(*count)++] = fact_seconds(next - reign->until);
        }
    }
    sort_numbers(times, *count);
    return times;
}

void elections_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    static const char title[] = "Time without a leader";
    size_t count;
    double *times = leaderless_times(facts, &count);
    if (count == 0) {
        chart_empty(canvas, area, title,
                    facts->reign_count == 0 ? "nobody led: the model has no leader" : "no leader was lost and followed by another");
        free(times);
        return;
    }
    char note[128];
    snprintf(note, sizeof note, "from the loss of a leader to the next one; %zu %s", count, count == 1 ? "change" : "changes");
    struct chart_frame frame = {
        .title = title,
        .note = note,
        .x = axis_from_zero(UNIT_SECONDS, "time without a leader", times[count - 1]),
        .y = axis_exact(UNIT_SHARE, "share of the changes that took at most as long", 0, 1),
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    struct fact_point *points = malloc((count + 2) * sizeof *points);
    if (points == NULL) {
        abort();
    }
    points[0] = (struct fact_point){0, 0};
    for (size_t i = 0; i < count; i++) {
        points[i + 1] = (struct fact_point){times[i], (double)(i + 1) / (double)count};
    }
    points[count + 1] = (struct fact_point){chart.x.high, 1};
    chart_steps(&chart, points, count + 2, pen_line(INK_BLUE, 1.5));
    for (size_t i = 0; i < count && count <= 200; i++) {
        char time[AXIS_LABEL_BYTES];
        double x = chart_x(&chart, times[i]);
        canvas_circle(canvas, x, chart_y(&chart, points[i + 1].y), 2.5, pen_fill(INK_BLUE, 1));
        canvas_hover(canvas, (struct rect){x - 5, chart.plot.y, 10, chart.plot.height}, "%s",
                     value_print(time, sizeof time, UNIT_SECONDS, times[i]));
    }
    free(points);
    free(times);
}

/* ---- Load ---- */

struct load_bar {
    const struct fact_node *node;
    double rate; /* operations that its replies completed, per second */
};

static void draw_load_bar(struct canvas *canvas, const struct load_bar *bar, struct rect row, double most, double names) {
    double middle = row.y + row.height / 2, left = row.x + names;
    bool has_text = row.height >= 13;
    char rate[AXIS_LABEL_BYTES], busy[AXIS_LABEL_BYTES], text[96];
    value_print(rate, sizeof rate, UNIT_RATE, bar->rate);
    if (bar->node->has_queue) {
        snprintf(text, sizeof text, "%s, cores %s busy", rate,
                 value_print(busy, sizeof busy, UNIT_SHARE, bar->node->queue.utilisation));
    } else {
        snprintf(text, sizeof text, "%s", rate);
    }
    double room = row.width - names - 170, width = most > 0 ? bar->rate / most * fmax(room, 10) : 0;
    double thick = fmin(row.height * 0.6, 22);
    struct rect shape = {left, middle - thick / 2, fmax(width, 1), thick};
    canvas_rect(canvas, shape, pen_fill(INK_BLUE, 0.85));
    if (has_text) {
        canvas_text_within(canvas, left - 8, middle, names - 10, ANCHOR_END, TYPE_BODY, INK_TEXT, bar->node->name);
        canvas_text_within(canvas, left + fmax(width, 1) + 8, middle, 160, ANCHOR_START, TYPE_BODY, INK_FAINT, text);
    }
    canvas_hover(canvas, row, "%s: %s\nmean queue %.3g, dropped %llu", bar->node->name, text, bar->node->queue.mean_length,
                 (unsigned long long)bar->node->queue.dropped);
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
    canvas_text_within(canvas, area.x, area.y + 33, area.width, ANCHOR_START, TYPE_BODY, INK_FAINT,
                       "operations that a node's reply completed, after the warm-up; bars start at 0");
    double height = fmin((area.height - top) / facts->node_count, 40);
    for (uint32_t i = 0; i < facts->node_count; i++) {
        draw_load_bar(canvas, &bars[i], (struct rect){area.x, area.y + top + i * height, area.width, height}, most, names);
    }
    free(bars);
}
