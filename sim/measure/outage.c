/* One walk over invocations and completions in order of time. */
#include "sim/measure/outage.h"

#include "sim/measure/heap.h"

#include <stdlib.h>

/* The chosen operations as two sorted lists of times. */
struct walk {
    sim_time *invoked;   /* ascending */
    sim_time *completed; /* ascending, of those that were answered or given up; one bit tells a success */
    bool *is_ok;
    uint32_t invoked_count, completed_count;
    uint32_t begun, ended; /* those up to the present time */
    sim_time outage_after;
};

struct completion {
    sim_time at;
    bool is_ok;
};

static int compare_completions(const void *left, const void *right) {
    const struct completion *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return a->is_ok - b->is_ok;
}

static struct walk walk_make(const struct filter *filter, sim_time outage_after) {
    const struct history *history = filter->evidence->history;
    struct interval always = {INT64_MIN, INT64_MAX};
    struct window whole = {NULL, &always, 1};
    struct filter anytime = *filter;
    anytime.window = &whole;
    struct walk walk = {.outage_after = outage_after};
    struct completion *completions = heap_alloc(history->count, sizeof *completions);
    walk.invoked = heap_alloc(history->count, sizeof *walk.invoked);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *it = &history->operations[i];
        if (!filter_has(&anytime, i)) {
            continue;
        }
        walk.invoked[walk.invoked_count++] = it->invoked;
        if (it->completed != SIM_NEVER) {
            completions[walk.completed_count++] = (struct completion){it->completed, it->outcome == OUTCOME_OK};
        }
    }
    qsort(completions, walk.completed_count, sizeof *completions, compare_completions);
    walk.completed = heap_alloc(walk.completed_count, sizeof *walk.completed);
    walk.is_ok = heap_alloc(walk.completed_count, sizeof *walk.is_ok);
    for (uint32_t i = 0; i < walk.completed_count; i++) {
        walk.completed[i] = completions[i].at;
        walk.is_ok[i] = completions[i].is_ok;
    }
    free(completions);
    return walk;
}

static void walk_free(struct walk *walk) {
    free(walk->invoked);
    free(walk->completed);
    free(walk->is_ok);
}

/* Moves on to time `at`. Returns when somebody waits for the first time from then on: `at` itself if an operation is
 * under way, or the next invocation; SIM_NEVER if there is none. */
static sim_time first_waiting(struct walk *walk, sim_time at) {
    while (walk->begun < walk->invoked_count && walk->invoked[walk->begun] <= at) {
        walk->begun++;
    }
    while (walk->ended < walk->completed_count && walk->completed[walk->ended] <= at) {
        walk->ended++;
    }
    if (walk->begun > walk->ended) {
        return at;
    }
    return walk->begun < walk->invoked_count ? walk->invoked[walk->begun] : SIM_NEVER;
}

/* Judges the time between two successes, or a success and a border of the interval. */
static void judge_gap(const struct walk *walk, sim_time from, sim_time until, sim_time waiting, bool after_success,
                      struct outages *outages) {
    if (waiting >= until || until - waiting < walk->outage_after) {
        return;
    }
    bool was_idle = !after_success || waiting - from >= walk->outage_after;
    sim_time length = until - (was_idle ? waiting : from);
    outages->count++;
    outages->total += length;
    outages->longest = length > outages->longest ? length : outages->longest;
}

static bool walk_interval(struct walk *walk, struct interval interval, struct outages *outages) {
    sim_time from = interval.from;
    sim_time waiting = first_waiting(walk, from);
    bool was_asked = waiting < interval.until, after_success = false;
    for (uint32_t i = walk->ended; i < walk->completed_count && walk->completed[i] < interval.until; i++) {
        if (!walk->is_ok[i]) {
            continue;
        }
        judge_gap(walk, from, walk->completed[i], waiting, after_success, outages);
        from = walk->completed[i];
        waiting = first_waiting(walk, from);
        after_success = true;
    }
    judge_gap(walk, from, interval.until, waiting, after_success, outages);
    return was_asked;
}

bool outages_measure(const struct filter *filter, sim_time outage_after, struct outages *outages) {
    struct walk walk = walk_make(filter, outage_after);
    bool was_asked = false;
    *outages = (struct outages){0};
    for (uint32_t i = 0; i < filter->window->count; i++) {
        was_asked = walk_interval(&walk, filter->window->intervals[i], outages) || was_asked;
    }
    walk_free(&walk);
    return was_asked;
}
