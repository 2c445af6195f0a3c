#include "sim/study/diff.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WINDOW = 20000 }; /* events of either run after the first difference */

/* ---- Events in words ---- */

struct seen {
    char line[DIFF_LINE];
    uint64_t hash;
    node_id node, from; /* from: of a delivery, else NODE_NONE */
    sim_time at;
    bool is_there;
};

struct side {
    const struct scenario *scenario;
    struct run *run;
    struct seen last;
    struct seen *window;
    uint32_t count;
};

static void watch(void *context, sim_time now, const struct event *event, uint64_t hash) {
    struct side *side = context;
    struct seen *seen = &side->last;
    cluster_describe(side->run->cluster, now, event, seen->line, sizeof seen->line);
    cluster_event_is_delivery(event, &seen->from);
    seen->hash = hash;
    seen->node = event->node;
    seen->at = now;
    seen->is_there = true;
}

static bool step(struct side *side) {
    side->last.is_there = false;
    side->last.line[0] = '\0';
    while (!side->last.is_there && world_now(side->run->world) < side->scenario->duration) {
        if (run_advance(side->run, side->scenario->duration, 1) == 0 && !side->last.is_there) {
            break;
        }
    }
    return side->last.is_there;
}

/* ---- What follows ---- */

static void collect(struct side *side) {
    sim_time until = side->last.at + SIM_SECOND;
    side->window = calloc(MOST_WINDOW, sizeof *side->window);
    if (side->window == NULL) {
        abort();
    }
    while (side->last.is_there && side->count < MOST_WINDOW && side->last.at <= until) {
        side->window[side->count++] = side->last;
        step(side);
    }
}

static int by_line(const void *a, const void *b) {
    return strcmp(a, b);
}

/* Marks the endpoints that an event's effect has reached so far; a fault may reach any. */
static bool is_reached(bool *reached, const struct seen *seen) {
    if (seen->node == NODE_NONE) {
        return true;
    }
    bool is_touched = reached[seen->node] || (seen->from != NODE_NONE && reached[seen->from]);
    reached[seen->node] = is_touched;
    return is_touched;
}

static void find_following(const struct side *side, const struct side *other, char lines[][DIFF_LINE],
                           uint32_t *count) {
    char(*sorted)[DIFF_LINE] = calloc(other->count + 1, sizeof *sorted);
    bool *reached = calloc(side->scenario->endpoint_count, sizeof *reached);
    if (sorted == NULL || reached == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < other->count; i++) {
        memcpy(sorted[i], other->window[i].line, DIFF_LINE);
    }
    qsort(sorted, other->count, sizeof *sorted, by_line);
    bool is_everywhere = side->count > 0 && side->window[0].node == NODE_NONE;
    for (uint32_t i = 0; i < side->scenario->endpoint_count; i++) {
        reached[i] = is_everywhere || (side->count > 0 && side->window[0].node == i);
    }
    for (uint32_t i = 1; i < side->count && *count < DIFF_FOLLOWING; i++) {
        const struct seen *seen = &side->window[i];
        if (is_reached(reached, seen) && bsearch(seen->line, sorted, other->count, sizeof *sorted, by_line) == NULL) {
            memcpy(lines[(*count)++], seen->line, DIFF_LINE);
        }
    }
    free(sorted);
    free(reached);
}

/* ---- Metrics ---- */

static double movement(const struct diff_metric *metric) {
    if (metric->has[0] != metric->has[1]) {
        return INFINITY;
    }
    double size = fabs(metric->values[0]) > fabs(metric->values[1]) ? fabs(metric->values[0]) : fabs(metric->values[1]);
    return size > 0 ? fabs(metric->values[1] - metric->values[0]) / size : 0;
}

static void add_metric(struct diff *diff, const struct diff_metric *metric) {
    uint32_t at = diff->metric_count;
    diff->moved_count++;
    while (at > 0 && movement(&diff->metrics[at - 1]) < movement(metric)) {
        at--;
    }
    if (at == DIFF_METRICS) {
        return;
    }
    diff->metric_count += diff->metric_count < DIFF_METRICS;
    for (uint32_t i = diff->metric_count - 1; i > at; i--) {
        diff->metrics[i] = diff->metrics[i - 1];
    }
    diff->metrics[at] = *metric;
}

static void compare_metrics(struct diff *diff) {
    const struct measures *a = diff->runs[0]->measures, *b = diff->runs[1]->measures;
    for (uint32_t i = 0; i < measures_metric_count(a); i++) {
        struct diff_metric metric = {.name = measures_metric_name(a, i)};
        metric.has[0] = measures_value(a, metric.name, measures_find_window(a, "all"), &metric.values[0]);
        metric.has[1] = measures_value(b, metric.name, measures_find_window(b, "all"), &metric.values[1]);
        if ((metric.has[0] || metric.has[1]) && movement(&metric) >= 0.01) {
            add_metric(diff, &metric);
        }
    }
}

/* ---- The whole ---- */

static bool is_same_line(const struct side *sides) {
    return strcmp(sides[0].last.line, sides[1].last.line) == 0;
}

/* Names may stand for other numbers in another scenario, so that words are compared; of two runs of the same words,
 * the first event whose content differs is the difference. */
static void find_first(struct side *sides, struct diff *diff) {
    uint64_t number = 0, first_inside = 0;
    struct seen inside[2];
    bool has_hash = sides[0].scenario->hash == sides[1].scenario->hash;
    for (;;) {
        bool a = step(&sides[0]), b = step(&sides[1]);
        number++;
        if (!a && !b) {
            break;
        }
        if (!is_same_line(sides)) {
            diff->event = number;
            return;
        }
        if (first_inside == 0 && has_hash && sides[0].last.hash != sides[1].last.hash) {
            first_inside = number;
            inside[0] = sides[0].last;
            inside[1] = sides[1].last;
        }
    }
    diff->is_same = first_inside == 0;
    diff->event = first_inside;
    diff->differs_inside = first_inside > 0;
    if (first_inside > 0) {
        sides[0].last = inside[0];
        sides[1].last = inside[1];
    }
}

void diff_runs(const struct scenario *a, const struct scenario *b, struct diff *diff) {
    struct side sides[2] = {{.scenario = a}, {.scenario = b}};
    memset(diff, 0, sizeof *diff);
    for (int i = 0; i < 2; i++) {
        struct run_options options = {.linear_steps = 0};
        diff->runs[i] = sides[i].run = run_prepare(sides[i].scenario, &options);
        world_watch(sides[i].run->world, watch, &sides[i]);
    }
    find_first(sides, diff);
    if (!diff->is_same) {
        bool has_both = sides[0].last.is_there && sides[1].last.is_there;
        diff->at = has_both && sides[1].last.at < sides[0].last.at ? sides[1].last.at : sides[0].last.at;
        for (int i = 0; i < 2; i++) {
            memcpy(diff->first[i], sides[i].last.line, DIFF_LINE);
        }
        for (int i = 0; i < 2 && !diff->differs_inside; i++) {
            collect(&sides[i]);
        }
        for (int i = 0; i < 2 && !diff->differs_inside; i++) {
            find_following(&sides[i], &sides[1 - i], diff->following[i], &diff->following_count[i]);
        }
    }
    for (int i = 0; i < 2; i++) {
        world_watch(sides[i].run->world, NULL, NULL);
        while (world_now(sides[i].run->world) < sides[i].scenario->duration) {
            run_advance(sides[i].run, sides[i].scenario->duration, UINT64_MAX);
        }
        run_conclude(sides[i].run);
        diff->verdicts[i] = sides[i].run->verdict;
        free(sides[i].window);
    }
    compare_metrics(diff);
}

void diff_free(struct diff *diff) {
    run_free(diff->runs[0]);
    run_free(diff->runs[1]);
}
