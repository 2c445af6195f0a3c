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
    snprintf(note, size, "%s of %s %s after the warm-up succeeded within the deadline",
             value_print(share, sizeof share, UNIT_SHARE, total > 0 ? all->ok / total : 0),
             value_print(count, sizeof count, UNIT_COUNT, total), total == 1 ? "operation" : "operations");
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
    double duration = fact_seconds(facts->duration);
    struct slices slices = slices_of(duration, chart.plot.width / 3);
    struct fact_outcomes *outcomes = fact_slice_outcomes(facts, slices);
    ribbon_draw(canvas, chart.plot, outcomes, slices, duration);
    for (uint32_t c = 0; c < slices.count; c++) {
        uint32_t total = outcomes[c].ok + outcomes[c].failed + outcomes[c].unknown;
        if (total > 0) {
            double left = chart_x(&chart, c * slices.seconds);
            double right = chart_x(&chart, fmin((c + 1) * slices.seconds, duration));
            char at[AXIS_LABEL_BYTES], share[AXIS_LABEL_BYTES];
            canvas_hover(canvas, (struct rect){left, chart.plot.y, right - left, chart.plot.height},
                         "%s: %s of %u succeeded\n%u failed, %u unknown",
                         value_print(at, sizeof at, UNIT_SECONDS, slices.seconds * c),
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

/* How many, and how stale. */
static void describe_staleness(const struct facts *facts, char *note, size_t size) {
    char share[AXIS_LABEL_BYTES], p99[AXIS_LABEL_BYTES], most[AXIS_LABEL_BYTES];
    int used = snprintf(note, size, "%s of the reads after the warm-up were stale",
                        value_print(share, sizeof share, UNIT_SHARE, facts->stale_share));
    if (facts->has_staleness) {
        used += snprintf(note + used, size - (size_t)used, ", by up to %s (p99 of all reads %s)",
                         value_print(most, sizeof most, UNIT_SECONDS, facts->staleness_most_s),
                         value_print(p99, sizeof p99, UNIT_SECONDS, facts->staleness_p99_s));
        if (facts->versions_most > 0) {
            snprintf(note + used, size - (size_t)used, " and %.0f %s", facts->versions_most,
                     facts->versions_most == 1 ? "version" : "versions");
        }
    }
}

static void draw_stale_over_time(struct canvas *canvas, struct rect area, const struct facts *facts) {
    struct slices slices = slices_of(fact_seconds(facts->duration), area.width / 5);
    double *rates = fact_stale_rates(facts, slices), most = 0;
    for (uint32_t c = 0; c < slices.count; c++) {
        most = fmax(most, rates[c]);
    }
    char note[192];
    describe_staleness(facts, note, sizeof note);
    struct chart_frame frame = {
        .title = "Stale reads",
        .note = note,
        .x = axis_exact(UNIT_SECONDS, "time of the read", 0, fact_seconds(facts->duration)),
        .y = axis_from_zero(UNIT_RATE, "stale reads per second", most),
        .faults = facts,
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    for (uint32_t c = 0; c < slices.count; c++) {
        double left = chart_x(&chart, c * slices.seconds), y = chart_y(&chart, rates[c]);
        double right = chart_x(&chart, fmin((c + 1) * slices.seconds, chart.x.high));
        if (rates[c] > 0) {
            canvas_rect(canvas, (struct rect){left, y, right - left, chart.plot.y + chart.plot.height - y},
                        pen_fill(INK_PURPLE, 1));
            char at[AXIS_LABEL_BYTES], rate[AXIS_LABEL_BYTES];
            canvas_hover(canvas, (struct rect){left, chart.plot.y, right - left, chart.plot.height}, "%s: %s stale",
                         value_print(at, sizeof at, UNIT_SECONDS, c * slices.seconds),
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
