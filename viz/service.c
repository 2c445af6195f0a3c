/* What the clients got: availability and staleness. */
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
