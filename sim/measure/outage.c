/* One walk over invocations and completions in order of time. */
#include "sim/measure/outage.h"

#include "sim/measure/heap.h"

#include <stdlib.h>

/* The chosen operations as two sorted lists of times. */
struct walk {
    sim_time *invoked;   /* ascending */
    sim_time *completed; /* ascending, of those that were answered or given up */
    bool *is_ok;
    uint32_t invoked_count, completed_count;
    uint32_t begun, ended; /* those up to the present time */
    sim_time outage_after;
};

struct samples outages_completions(const struct evidence *evidence) {
    struct samples completions = {0};
    for (uint32_t i = 0; i < evidence->history->count; i++) {
        if (evidence->history->operations[i].completed != SIM_NEVER) {
            samples_add(&completions, evidence, evidence->history->operations[i].completed, i);
        }
    }
    samples_sort(&completions);
    return completions;
}

static struct walk walk_make(const struct filter *filter, const struct samples *completions, sim_time outage_after) {
    const struct history *history = filter->evidence->history;
    struct interval always = {INT64_MIN, INT64_MAX};
    struct window whole = {NULL, &always, 1};
    struct filter anytime = *filter;
    anytime.window = &whole;
    struct walk walk = {
        .invoked = heap_alloc(history->count, sizeof *walk.invoked),
        .completed = heap_alloc(completions->count, sizeof *walk.completed),
        .is_ok = heap_alloc(completions->count, sizeof *walk.is_ok),
        .outage_after = outage_after,
    };
    for (uint32_t i = 0; i < history->count; i++) {
        if (filter_has(&anytime, i)) {
            walk.invoked[walk.invoked_count++] = history->operations[i].invoked;
        }
    }
    for (uint32_t i = 0; i < completions->count; i++) {
        const struct sample *completion = &completions->items[i];
        if (samples_is_chosen(completion, &anytime)) {
            walk.completed[walk.completed_count] = completion->value;
            walk.is_ok[walk.completed_count++] = history->operations[completion->operation].outcome == OUTCOME_OK;
        }
    }
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

bool outages_measure(const struct filter *filter, const struct samples *completions, sim_time outage_after,
                     struct outages *outages) {
    struct walk walk = walk_make(filter, completions, outage_after);
    bool was_asked = false;
    *outages = (struct outages){0};
    for (uint32_t i = 0; i < filter->window->count; i++) {
        was_asked = walk_interval(&walk, filter->window->intervals[i], outages) || was_asked;
    }
    walk_free(&walk);
    return was_asked;
}
