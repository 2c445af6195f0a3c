#include "viz/html_many.h"

#include "viz/charts_many.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { MOST_POINTS = 500, MOST_COLUMNS = 8, MOST_METRICS = 400, MOST_CHECKS = 2000, MOST_FAILURES = 300 };

struct report {
    const struct many *many;
    const struct many_choice *choice;
    struct text *out;
};

/* ---- Head ---- */

static void add_head(const struct report *report) {
    static const struct page_link sections[] = {
        {"plots", "Plots"}, {"points", "Points"}, {"metrics", "All measures"}, {"origin", "Run it again"}};
    const struct many *many = report->many;
    uint64_t runs = 0, holds = 0, violated = 0, inconclusive = 0, crashed = 0;
    bool has_failures = false;
    for (uint32_t p = 0; p < many->point_count; p++) {
        runs += many->points[p].runs;
        holds += many->points[p].holds;
        violated += many->points[p].violated;
        inconclusive += many->points[p].inconclusive;
        crashed += many->points[p].crashed;
        has_failures = has_failures || many->points[p].failure_count > 0;
    }
    const char *class = holds == runs                                 ? "holds"
                        : violated + crashed > 0 || inconclusive == 0 ? "violated"
                                                                      : "inconclusive";
    text_add(report->out, "<header>\n");
    page_head(report->out, many->title, many->question, many->answer);
    text_add(report->out, "<p><span class=\"verdict %s\">%" PRIu64 " of %" PRIu64 " runs hold</span>", class, holds,
             runs);
    text_add(report->out, "<span class=\"faint\">");
    page_text(report->out, many->source);
    if (violated > 0) {
        text_add(report->out, "; %" PRIu64 " violated", violated);
    }
    if (inconclusive > 0) {
        text_add(report->out, "; %" PRIu64 " inconclusive", inconclusive);
    }
    if (crashed > 0) {
        text_add(report->out, "; %" PRIu64 " crashed", crashed);
    }
    text_add(report->out, "</span>%s</p>\n",
             has_failures ? " <a href=\"#first-error\">to the runs that did not hold</a>" : "");
    page_contents(report->out, sections, sizeof sections / sizeof sections[0]);
    text_add(report->out, "</header>\n");
}

/* ---- Pictures ---- */

static void add_chart(const struct report *report, many_chart draw, const struct many_choice *choice, double height,
                      const char *title) {
    struct canvas *canvas = page_figure(PAGE_WIDTH, height, title);
    draw(canvas, (struct rect){0, 0, PAGE_WIDTH, height}, report->many, choice);
    page_figure_end(report->out, canvas);
}

static uint32_t varied_axes(const struct many *many) {
    uint32_t count = 0;
    for (uint32_t a = 0; a < many->axis_count; a++) {
        count += many->axes[a].count > 1;
    }
    return count;
}

static bool has_labels(const struct many *many) {
    for (uint32_t p = 0; p < many->point_count; p++) {
        if (many->points[p].label_count > 0) {
            return true;
        }
    }
    return false;
}

static void add_plots(const struct report *report) {
    enum { MOST_SIDE_BY_SIDE = 40, MOST_HEAT_MAPS = 3 };
    const struct many *many = report->many;
    const struct many_metric *metrics[MANY_PANELS];
    uint32_t count = many_choose(many, report->choice, metrics, MANY_PANELS), varied = varied_axes(many);
    page_section(report->out, "plots", "Plots");
    if (varied > 0) {
        add_chart(report, sweep_draw, report->choice, count <= 2 ? 340 : count <= 4 ? 640 : 600, "over the parameters");
    }
    for (uint32_t i = 0; i < count && i < MOST_HEAT_MAPS && varied > 1; i++) {
        struct many_choice one = {&metrics[i]->name, 1, metrics[i]->window};
        add_chart(report, heat_map_draw, &one, 380, metrics[i]->name);
    }
    if (many->point_count > 1 && many->point_count <= MOST_SIDE_BY_SIDE) {
        uint32_t rows = (count + (count <= 4 ? 1 : 2)) / (count <= 4 ? 2 : 3);
        add_chart(report, designs_draw, report->choice, rows * (100 + many->point_count * 24.0) + 30,
                  "designs side by side");
    }
    if (many->point_count > 1) {
        add_chart(report, pareto_draw, report->choice, 460, "what one thing costs in another");
    }
    if (has_labels(many)) {
        add_chart(report, pacelc_many_draw, report->choice, 460, "the quadrant of PACELC");
    }
    if (many->metric_count > 0 && many->metrics[0].values[0].values != NULL) {
        add_chart(report, over_seeds_draw, report->choice, 420, "distribution over the seeds");
    }
    page_section_end(report->out);
}

/* ---- Tables ---- */

static void add_value(struct text *out, const struct many_metric *metric, const struct many_value *value) {
    char mean[AXIS_LABEL_BYTES], half[AXIS_LABEL_BYTES], text[2 * AXIS_LABEL_BYTES + 8];
    if (value->runs == 0) {
        page_cell(out, (double)NAN, "");
        return;
    }
    value_print(mean, sizeof mean, metric->unit, value->mean);
    if (isfinite(value->high) && value->high > value->mean) {
        snprintf(text, sizeof text, "%s ± %s", mean,
                 value_print(half, sizeof half, metric->unit, value->high - value->mean));
    } else {
        snprintf(text, sizeof text, "%s", mean);
    }
    page_cell(out, value->mean, text);
}

static void say_cut(struct text *out, uint64_t shown, uint64_t in_all) {
    if (shown < in_all) {
        text_add(out, "<p class=\"faint\">The first %" PRIu64 " of %" PRIu64 ".</p>\n", shown, in_all);
    }
}

static void add_points(const struct report *report) {
    const struct many *many = report->many;
    const struct many_metric *metrics[MOST_COLUMNS];
    uint32_t count = many_choose(many, report->choice, metrics, MOST_COLUMNS);
    const char *columns[MOST_COLUMNS + 3] = {"point", "hold", "runs"};
    for (uint32_t m = 0; m < count; m++) {
        columns[m + 3] = metrics[m]->name;
    }
    page_section(report->out, "points", many->has_front ? "Designs" : "Points");
    page_table(report->out, columns, count + 3);
    for (uint32_t p = 0; p < many->point_count && p < MOST_POINTS; p++) {
        const struct many_point *point = &many->points[p];
        char holds[32], runs[32];
        snprintf(holds, sizeof holds, "%" PRIu64, point->holds);
        snprintf(runs, sizeof runs, "%" PRIu64, point->runs);
        page_row(report->out);
        page_cell(report->out, (double)NAN, point->name[0] != '\0' ? point->name : "all");
        page_cell(report->out, (double)point->holds, holds);
        page_cell(report->out, (double)point->runs, runs);
        for (uint32_t m = 0; m < count; m++) {
            add_value(report->out, metrics[m], &metrics[m]->values[p]);
        }
        page_row_end(report->out);
    }
    page_table_end(report->out);
    say_cut(report->out, MOST_POINTS, many->point_count);
    page_paragraph(report->out, "faint", "Means over the seeds, ± half of their 95 % interval.");
    if (many->has_front) {
        text_add(report->out, "<p>On the Pareto front:");
        bool is_first = true;
        for (uint32_t p = 0; p < many->point_count; p++) {
            if (!many->points[p].is_dominated) {
                text_add(report->out, "%s ", is_first ? "" : ";");
                page_text(report->out, many->points[p].name);
                is_first = false;
            }
        }
        text_add(report->out, ".</p>\n");
    }
    page_section_end(report->out);
}

static void add_difference(struct text *out, const struct many_metric *metric, const struct many_value *value) {
    char size[AXIS_LABEL_BYTES], half[AXIS_LABEL_BYTES], text[2 * AXIS_LABEL_BYTES + 16];
    if (value->pairs < 2) {
        page_cell(out, (double)NAN, "");
        return;
    }
    if (value->difference == 0 && !value->is_different && !(value->difference_high > 0)) {
        page_cell(out, 0, "none");
        return;
    }
    snprintf(text, sizeof text, "%s%s ± %s%s", value->difference < 0 ? "−" : "+",
             value_print(size, sizeof size, metric->unit, fabs(value->difference)),
             value_print(half, sizeof half, metric->unit, value->difference_high - value->difference),
             value->is_different ? " *" : "");
    page_cell(out, value->difference, text);
}

/* Metrics down, points across: while they fit. */
static void add_metrics(const struct report *report) {
    enum { MOST_ACROSS = 8 };
    const struct many *many = report->many;
    bool has_pairs = many->has_front;
    uint32_t shown = many->point_count < MOST_ACROSS ? many->point_count : MOST_ACROSS, column_count = 2;
    const char *columns[2 * MOST_ACROSS + 2] = {"metric", "window"};
    for (uint32_t p = 0; p < shown; p++) {
        columns[column_count++] = many->points[p].name[0] != '\0' ? many->points[p].name : "all runs";
        if (has_pairs && p > 0) {
            columns[column_count++] = "difference";
        }
    }
    page_section(report->out, "metrics", "All measures");
    page_table(report->out, columns, column_count);
    uint32_t rows = 0;
    for (uint32_t m = 0; m < many->metric_count && rows < MOST_METRICS; m++) {
        const struct many_metric *metric = &many->metrics[m];
        if (many_metric_runs(many, metric) == 0) {
            continue;
        }
        rows++;
        page_row(report->out);
        page_cell(report->out, (double)NAN, metric->name);
        page_cell(report->out, (double)NAN, metric->window);
        for (uint32_t p = 0; p < shown; p++) {
            add_value(report->out, metric, &metric->values[p]);
            if (has_pairs && p > 0) {
                add_difference(report->out, metric, &metric->values[p]);
            }
        }
        page_row_end(report->out);
    }
    page_table_end(report->out);
    say_cut(report->out, shown, many->point_count);
    if (has_pairs) {
        page_paragraph(
            report->out, "faint",
            "Differences to the first design, seed by seed, ± half of their 95 % interval; * it excludes 0.");
    }
    page_section_end(report->out);
}

static void add_checks(const struct report *report) {
    static const char *const columns[] = {"check or expectation", "point", "held", "share", "95 % from", "to"};
    const struct many *many = report->many;
    uint64_t rows = 0, in_all = 0;
    for (uint32_t p = 0; p < many->point_count; p++) {
        in_all += many->points[p].check_count;
    }
    if (in_all == 0) {
        return;
    }
    page_section(report->out, "checks", "Checks and expectations");
    page_table(report->out, columns, 6);
    for (uint32_t p = 0; p < many->point_count; p++) {
        for (uint32_t i = 0; i < many->points[p].check_count && rows < MOST_CHECKS; i++, rows++) {
            const struct many_check *check = &many->points[p].checks[i];
            char held[64], share[AXIS_LABEL_BYTES];
            snprintf(held, sizeof held, "%" PRIu64 " of %" PRIu64, check->held, check->judged);
            page_row(report->out);
            page_cell(report->out, (double)NAN, check->name);
            page_cell(report->out, (double)NAN, many->points[p].name);
            page_cell(report->out, (double)check->held, held);
            page_cell(report->out, check->share, value_print(share, sizeof share, UNIT_SHARE, check->share));
            page_cell(report->out, check->low, value_print(share, sizeof share, UNIT_SHARE, check->low));
            page_cell(report->out, check->high, value_print(share, sizeof share, UNIT_SHARE, check->high));
            page_row_end(report->out);
        }
    }
    page_table_end(report->out);
    say_cut(report->out, rows, in_all);
    page_section_end(report->out);
}

static void add_failures(const struct report *report) {
    static const char *const columns[] = {"seed", "point", "the same run again"};
    const struct many *many = report->many;
    uint64_t rows = 0, in_all = 0;
    for (uint32_t p = 0; p < many->point_count; p++) {
        in_all += many->points[p].failure_count > 0 ? many->points[p].runs - many->points[p].holds : 0;
    }
    if (in_all == 0) {
        return;
    }
    page_section(report->out, "first-error", "Runs that did not hold");
    page_table(report->out, columns, 3);
    for (uint32_t p = 0; p < many->point_count; p++) {
        for (uint32_t i = 0; i < many->points[p].failure_count && rows < MOST_FAILURES; i++, rows++) {
            const struct many_failure *failure = &many->points[p].failures[i];
            char seed[32];
            snprintf(seed, sizeof seed, "%" PRIu64, failure->seed);
            page_row(report->out);
            page_cell(report->out, (double)failure->seed, seed);
            page_cell(report->out, (double)NAN, many->points[p].name);
            text_add(report->out, "<td><code>./");
            page_text(report->out, failure->replay);
            text_add(report->out, "</code></td>");
            page_row_end(report->out);
        }
    }
    page_table_end(report->out);
    say_cut(report->out, rows, in_all);
    page_section_end(report->out);
}

void html_many_report(const struct many *many, const struct many_choice *choice, const struct page_origin *origin,
                      struct text *out) {
    struct report report = {many, choice, out};
    page_begin(out, many->title);
    add_head(&report);
    add_plots(&report);
    add_points(&report);
    add_checks(&report);
    add_failures(&report);
    add_metrics(&report);
    page_section(out, "origin", "Where it comes from");
    page_origin(out, origin, "");
    page_section_end(out);
    page_end(out);
}
