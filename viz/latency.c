/* How long operations took: distribution, tail, and over time. */
#include "viz/chart.h"
#include "viz/charts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct latencies {
    const char *name; /* NULL: the run has none of the group */
    double *values;   /* ascending, seconds */
    size_t count;
};

static void take_latencies(const struct facts *facts, struct latencies groups[GROUP_COUNT]) {
    for (int g = 0; g < GROUP_COUNT; g++) {
        enum fact_group group = (enum fact_group)g;
        size_t count;
        struct sample *samples = fact_latencies(facts, group, false, &count);
        double *values = malloc((count + 1) * sizeof *values);
        if (values == NULL) {
            abort();
        }
        for (size_t i = 0; i < count; i++) {
            values[i] = samples[i].value;
        }
        sort_numbers(values, count);
        free(samples);
        groups[g] = (struct latencies){.name = fact_group_name(facts, group), .values = values, .count = count};
    }
}

static void free_latencies(struct latencies groups[GROUP_COUNT]) {
    for (int g = 0; g < GROUP_COUNT; g++) {
        free(groups[g].values);
    }
}

/* From the least to the largest latency of all; false if there is none. One in a thousand may be faster than the axis
 * begins: a few that took next to nothing would leave the others no room. */
static bool range_of(const struct latencies groups[GROUP_COUNT], double *low, double *high) {
    *low = INFINITY;
    *high = 0;
    for (int g = 0; g < GROUP_COUNT; g++) {
        if (groups[g].count > 0) {
            *low = fmin(*low, quantile_at(groups[g].values, groups[g].count, 0.001));
            *high = fmax(*high, groups[g].values[groups[g].count - 1]);
        }
    }
    /* An operation that took no time has no place on a logarithmic axis. */
    *low = fmax(*low, 1e-9);
    return *high > 0;
}

static void describe(const struct facts *facts, char *note, size_t size) {
    char warmup[AXIS_LABEL_BYTES];
    if (facts->warmup > 0) {
        snprintf(note, size, "operations that succeeded, after the warm-up of %s",
                 value_print(warmup, sizeof warmup, UNIT_SECONDS, fact_seconds(facts->warmup)));
    } else {
        snprintf(note, size, "operations that succeeded");
    }
}

/* ---- The distribution ---- */

/* At each pixel column the share of values up to there: exact at every pixel, however many values there are. */
static void draw_cdf(const struct chart *chart, const struct latencies *latencies, enum ink ink, bool is_above) {
    enum { COLUMNS = 800 };
    struct fact_point points[COLUMNS + 1];
    size_t below = 0;
    for (int c = 0; c <= COLUMNS; c++) {
        double x = chart->x.low * pow(chart->x.high / chart->x.low, (double)c / COLUMNS);
        while (below < latencies->count && latencies->values[below] <= x) {
            below++;
        }
        double share = (double)below / (double)latencies->count;
        double shown = is_above ? 1 - share : share;
        points[c] = (struct fact_point){x, is_above && shown <= 0 ? (double)NAN : shown};
    }
    chart_steps(chart, points, COLUMNS + 1, pen_line(ink, 1.5));
}

static void mark_quantile(const struct chart *chart, const struct latencies *latencies, enum ink ink, double share,
                          double shown) {
    double x = chart_x(chart, quantile_at(latencies->values, latencies->count, share)), y = chart_y(chart, shown);
    if (!isnan(x) && !isnan(y) && x >= chart->plot.x && y >= chart->plot.y && y <= chart->plot.y + chart->plot.height) {
        canvas_circle(chart->canvas, x, y, 3, pen_fill(ink, 1));
    }
}

/* At the right: below a distribution and above a tail, where neither curve goes. */
static void add_key(const struct chart *chart, const struct latencies groups[GROUP_COUNT], bool is_tail) {
    struct end_label entries[GROUP_COUNT];
    uint32_t count = 0;
    for (int g = 0; g < GROUP_COUNT; g++) {
        const struct latencies *latencies = &groups[g];
        if (latencies->count > 0) {
            char p50[AXIS_LABEL_BYTES], p99[AXIS_LABEL_BYTES];
            struct end_label *entry = &entries[count++];
            entry->ink = fact_group_ink((enum fact_group)g);
            snprintf(
                entry->text, sizeof entry->text, "%s  p50 %s  p99 %s", latencies->name,
                value_print(p50, sizeof p50, UNIT_SECONDS, quantile_at(latencies->values, latencies->count, 0.5)),
                value_print(p99, sizeof p99, UNIT_SECONDS, quantile_at(latencies->values, latencies->count, 0.99)));
        }
    }
    chart_key(chart, entries, count, is_tail ? KEY_TOP_RIGHT : KEY_BOTTOM_RIGHT);
}

static void hover_quantiles(const struct chart *chart, const struct latencies groups[GROUP_COUNT]) {
    enum { COLUMNS = 120 };
    double width = chart->plot.width / COLUMNS;
    for (int c = 0; c < COLUMNS; c++) {
        char text[256], latency[AXIS_LABEL_BYTES];
        double x = chart->x.low * pow(chart->x.high / chart->x.low, (c + 0.5) / COLUMNS);
        int used = snprintf(text, sizeof text, "at most %s", value_print(latency, sizeof latency, UNIT_SECONDS, x));
        for (int g = 0; g < GROUP_COUNT; g++) {
            const struct latencies *latencies = &groups[g];
            size_t low = 0, high = latencies->count;
            while (low < high) {
                size_t middle = (low + high) / 2;
                if (latencies->values[middle] <= x) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if (latencies->count > 0) {
                char share[AXIS_LABEL_BYTES];
                used += snprintf(text + used, sizeof text - (size_t)used, "\n%s of %s",
                                 value_print(share, sizeof share, UNIT_SHARE, (double)low / (double)latencies->count),
                                 latencies->name);
            }
        }
        struct rect column = {chart->plot.x + c * width, chart->plot.y, width, chart->plot.height};
        canvas_hover(chart->canvas, column, "%s", text);
    }
}

static void draw_distribution(struct canvas *canvas, struct rect area, const struct facts *facts, bool is_tail) {
    const char *title = is_tail ? "The slowest operations" : "Latency, distribution";
    struct latencies groups[GROUP_COUNT];
    double low, high;
    take_latencies(facts, groups);
    if (!range_of(groups, &low, &high)) {
        chart_empty(canvas, area, title, "no operation succeeded after the warm-up");
        free_latencies(groups);
        return;
    }
    char note[128];
    describe(facts, note, sizeof note);
    size_t most = groups[0].count > groups[1].count ? groups[0].count : groups[1].count;
    struct chart_frame frame = {
        .title = title,
        .note = note,
        .x = axis_log(UNIT_SECONDS, "latency, logarithmic", low, high),
        .y = is_tail ? axis_log(UNIT_SHARE, "share of operations that took longer, logarithmic",
                                fmin(1.0 / (double)most, 0.1), 1)
                     : axis_exact(UNIT_SHARE, "share of operations that took at most as long", 0, 1),
    };
    struct chart chart = chart_begin(canvas, area, &frame);
    for (int g = 0; g < GROUP_COUNT; g++) {
        enum ink ink = fact_group_ink((enum fact_group)g);
        if (groups[g].count > 0) {
            draw_cdf(&chart, &groups[g], ink, is_tail);
            mark_quantile(&chart, &groups[g], ink, 0.5, 0.5);
            mark_quantile(&chart, &groups[g], ink, 0.99, is_tail ? 0.01 : 0.99);
        }
    }
    add_key(&chart, groups, is_tail);
    hover_quantiles(&chart, groups);
    free_latencies(groups);
}

void latency_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    draw_distribution(canvas, area, facts, false);
}

void tail_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    draw_distribution(canvas, area, facts, true);
}

/* ---- Over time ---- */

struct over_time {
    struct column *columns[GROUP_COUNT];
    size_t counts[GROUP_COUNT];
    struct slices slices;
    double low, high;
    bool is_cut; /* some were faster than the axis begins */
};

static void reduce_over_time(const struct facts *facts, double most_slices, struct over_time *over) {
    double least_p50 = INFINITY; /* the axis begins two decades below at the latest */
    *over = (struct over_time){.slices = slices_of(fact_seconds(facts->duration), most_slices), .low = INFINITY};
    uint32_t columns = over->slices.count;
    for (int g = 0; g < GROUP_COUNT; g++) {
        struct sample *samples = fact_latencies(facts, (enum fact_group)g, true, &over->counts[g]);
        over->columns[g] = reduce_samples(samples, over->counts[g], 0, over->slices.seconds * columns, columns);
        free(samples);
        for (uint32_t c = 0; c < columns; c++) {
            if (over->columns[g][c].count > 0) {
                over->low = fmin(over->low, over->columns[g][c].least);
                least_p50 = fmin(least_p50, over->columns[g][c].p50);
                over->high = fmax(over->high, over->columns[g][c].most);
            }
        }
    }
    over->is_cut = over->low < least_p50 / 100;
    over->low = fmax(fmax(over->low, least_p50 / 100), 1e-9);
}

static struct rect slice_rect(const struct chart *chart, struct slices slices, uint32_t index) {
    double left = chart_x(chart, index * slices.seconds);
    double right = chart_x(chart, fmin((index + 1) * slices.seconds, chart->x.high));
    return (struct rect){left, chart->plot.y, right - left, chart->plot.height};
}

/* From the least to the largest of each slice; light, behind the lines. */
static void draw_range(const struct chart *chart, const struct column *columns, struct slices slices, enum ink ink) {
    canvas_clip(chart->canvas, chart->plot);
    for (uint32_t c = 0; c < slices.count; c++) {
        if (columns[c].count > 0) {
            struct rect bar = slice_rect(chart, slices, c);
            bar.y = chart_y(chart, columns[c].most);
            bar.height = fmax(chart_y(chart, fmax(columns[c].least, chart->y.low)) - bar.y, 1);
            canvas_rect(chart->canvas, bar, pen_fill(ink, 0.12));
        }
    }
    canvas_unclip(chart->canvas);
}

static double draw_quantile_line(const struct chart *chart, const struct column *columns, struct slices slices,
                                 bool is_p99, struct pen pen) {
    double *values = malloc(slices.count * sizeof *values);
    if (values == NULL) {
        abort();
    }
    for (uint32_t c = 0; c < slices.count; c++) {
        values[c] = columns[c].count == 0 ? (double)NAN : is_p99 ? columns[c].p99 : columns[c].p50;
    }
    double last = chart_slices(chart, slices, values, pen);
    free(values);
    return last;
}

static void hover_over_time(const struct chart *chart, const struct facts *facts, const struct over_time *over) {
    const char *names[GROUP_COUNT] = {fact_group_name(facts, GROUP_READS), fact_group_name(facts, GROUP_WRITES)};
    for (uint32_t c = 0; c < over->slices.count; c++) {
        char text[256], at[AXIS_LABEL_BYTES], p50[AXIS_LABEL_BYTES], p99[AXIS_LABEL_BYTES], most[AXIS_LABEL_BYTES];
        int used =
            snprintf(text, sizeof text, "%s", value_print(at, sizeof at, UNIT_SECONDS, over->slices.seconds * c));
        for (int g = 0; g < GROUP_COUNT; g++) {
            const struct column *column = &over->columns[g][c];
            if (column->count > 0) {
                used += snprintf(text + used, sizeof text - (size_t)used, "\n%s: p50 %s, p99 %s, most %s (%u)",
                                 names[g], value_print(p50, sizeof p50, UNIT_SECONDS, column->p50),
                                 value_print(p99, sizeof p99, UNIT_SECONDS, column->p99),
                                 value_print(most, sizeof most, UNIT_SECONDS, column->most), column->count);
            }
        }
        canvas_hover(chart->canvas, slice_rect(chart, over->slices, c), "%s", text);
    }
}

void latency_over_time_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    static const char title[] = "Latency over time";
    struct over_time over;
    reduce_over_time(facts, fmax(fmin(area.width / 5, 300), 20), &over);
    if (over.high <= 0) {
        chart_empty(canvas, area, title, "no operation succeeded");
    } else {
        struct end_label labels[2 * GROUP_COUNT];
        uint32_t label_count = 0;
        for (int g = 0; g < GROUP_COUNT; g++) {
            if (over.counts[g] > 0) {
                for (int q = 0; q < 2; q++) {
                    struct end_label *label = &labels[label_count++];
                    label->ink = fact_group_ink((enum fact_group)g);
                    snprintf(label->text, sizeof label->text, "%s %s", fact_group_name(facts, (enum fact_group)g),
                             q == 0 ? "p50" : "p99");
                }
            }
        }
        struct chart_frame frame = {
            .title = title,
            .note = over.is_cut
                        ? "p50 (bold) and p99 of each slice of time; light: to the slowest; the fastest are below "
                          "the axis"
                        : "p50 (bold) and p99 of each slice of time; light: from the fastest to the slowest",
            .x = axis_exact(UNIT_SECONDS, "time of the invocation", 0, fact_seconds(facts->duration)),
            .y = axis_log(UNIT_SECONDS, "latency, logarithmic", over.low, over.high),
            .end_room = chart_end_room(canvas, labels, label_count),
            .faults = facts,
        };
        struct chart chart = chart_begin(canvas, area, &frame);
        label_count = 0;
        for (int g = 0; g < GROUP_COUNT; g++) {
            enum ink ink = fact_group_ink((enum fact_group)g);
            if (over.counts[g] > 0) {
                draw_range(&chart, over.columns[g], over.slices, ink);
                labels[label_count++].y =
                    draw_quantile_line(&chart, over.columns[g], over.slices, false, pen_line(ink, 2));
                labels[label_count++].y =
                    draw_quantile_line(&chart, over.columns[g], over.slices, true, pen_line(ink, 1));
            }
        }
        chart_end_labels(&chart, labels, label_count);
        hover_over_time(&chart, facts, &over);
    }
    for (int g = 0; g < GROUP_COUNT; g++) {
        free(over.columns[g]);
    }
}
