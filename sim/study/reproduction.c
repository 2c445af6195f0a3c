#include "sim/study/reproduction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- One figure ---- */

static struct estimate share_above(const struct point_metric *metric, double limit) {
    uint64_t above = 0;
    for (size_t i = 0; i < metric->count; i++) {
        above += metric->values[i] > limit;
    }
    return statistics_share(above, metric->count, REPRODUCTION_LEVEL);
}

/* Where the mean square is what is known: the mean of roots lies below its root. */
static struct estimate root_mean_square(const struct point_metric *metric) {
    double *squares = calloc(metric->count, sizeof *squares);
    if (squares == NULL) {
        abort();
    }
    for (size_t i = 0; i < metric->count; i++) {
        squares[i] = metric->values[i] * metric->values[i];
    }
    struct estimate mean = statistics_mean_t(squares, metric->count, REPRODUCTION_LEVEL);
    free(squares);
    return (struct estimate){sqrt(mean.value), sqrt(fmax(mean.low, 0)), sqrt(mean.high)};
}

static struct estimate estimate_of(const struct figure *figure, const struct point_metric *metric) {
    switch (figure->statistic) {
    case STATISTIC_RMS:
        return root_mean_square(metric);
    case STATISTIC_QUANTILE:
        return statistics_quantile_interval(metric->values, metric->count, figure->quantile, REPRODUCTION_LEVEL);
    case STATISTIC_MAX:
        return (struct estimate){metric->values[metric->count - 1], NAN, NAN};
    case STATISTIC_SHARE:
        return share_above(metric, figure->above);
    default:
        return statistics_mean_t(metric->values, metric->count, REPRODUCTION_LEVEL);
    }
}

static bool is_precise(const struct figure *figure, const struct estimate *ours) {
    double half = fmax(ours->high - ours->value, ours->value - ours->low);
    double scale = ours->value != 0 ? fabs(ours->value) : 0.2; /* none of the runs: a share */
    return half <= figure->precision * scale;
}

static enum finding judge(const struct figure *figure, const struct estimate *ours) {
    bool is_inside = ours->low <= figure->given && figure->given <= ours->high;
    if (figure->comparison == COMPARISON_BESIDE || !figure->has_given) {
        return FINDING_BESIDE;
    }
    switch (figure->comparison) {
    case COMPARISON_EQUAL:
        return !is_inside ? FINDING_CONTRADICTS : is_precise(figure, ours) ? FINDING_AGREES : FINDING_OPEN;
    case COMPARISON_DIFFERS:
        return !is_inside ? FINDING_AGREES : is_precise(figure, ours) ? FINDING_CONTRADICTS : FINDING_OPEN;
    case COMPARISON_ABOVE:
        return ours->low > figure->given ? FINDING_AGREES : is_inside ? FINDING_OPEN : FINDING_CONTRADICTS;
    default:
        return ours->high < figure->given ? FINDING_AGREES : is_inside ? FINDING_OPEN : FINDING_CONTRADICTS;
    }
}

static struct measured measure_figure(const struct figure *figure, const struct point_summary *summary) {
    struct measured measured = {.ours = {NAN, NAN, NAN}, .finding = FINDING_OPEN};
    if (figure->statistic == STATISTIC_HELD) {
        for (uint32_t i = 0; i < summary->check_count; i++) {
            const struct point_check *check = &summary->checks[i];
            if (strcmp(check->kind, "check") == 0 && strcmp(check->name, figure->metric) == 0) {
                measured.runs = check->judged;
                measured.ours = statistics_share(check->held, check->judged, REPRODUCTION_LEVEL);
            }
        }
    } else {
        const struct point_metric *metric = points_metric(summary, figure->metric, figure->window);
        if (metric != NULL && metric->count > 0) {
            measured.runs = metric->count;
            measured.ours = estimate_of(figure, metric);
        }
    }
    if (measured.runs > 0) {
        measured.finding = judge(figure, &measured.ours);
    }
    return measured;
}

/* ---- All figures ---- */

static const struct point_summary *find_point(const struct point_summary *summaries, uint64_t count, uint64_t point) {
    for (uint64_t i = 0; i < count; i++) {
        if (summaries[i].point == point) {
            return &summaries[i];
        }
    }
    return NULL;
}

bool reproduction_measure(const struct reproduction *reproduction, struct store *const *stores,
                          struct measured *measured, struct text *error) {
    static const struct point_summary nothing;
    bool is_good = true;
    for (uint32_t e = 0; e < reproduction->experiment_count && is_good; e++) {
        struct point_summary *summaries = NULL;
        uint64_t count = 0;
        is_good = points_read(stores[e], &summaries, &count, error);
        for (uint32_t i = 0; i < reproduction->figure_count && is_good; i++) {
            const struct figure *figure = &reproduction->figures[i];
            if (figure->experiment == e) {
                const struct point_summary *summary = find_point(summaries, count, figure->point);
                measured[i] = measure_figure(figure, summary != NULL ? summary : &nothing);
            }
        }
        points_free(summaries, count);
    }
    return is_good;
}

enum finding reproduction_finding(const struct reproduction *reproduction, const struct measured *measured) {
    bool is_contradicted = false, is_open = false, agrees = false;
    for (uint32_t i = 0; i < reproduction->figure_count; i++) {
        is_contradicted = is_contradicted || measured[i].finding == FINDING_CONTRADICTS;
        is_open = is_open || measured[i].finding == FINDING_OPEN;
        agrees = agrees || measured[i].finding == FINDING_AGREES;
    }
    return is_contradicted ? FINDING_CONTRADICTS : is_open ? FINDING_OPEN : agrees ? FINDING_AGREES : FINDING_BESIDE;
}

const char *finding_word(enum finding finding) {
    static const char *const words[] = {[FINDING_AGREES] = "agrees",
                                        [FINDING_CONTRADICTS] = "contradicts",
                                        [FINDING_OPEN] = "open: too few runs",
                                        [FINDING_BESIDE] = "beside"};
    return words[finding];
}
