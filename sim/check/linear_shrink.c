/* The operations in conflict: a set from which no operation can be left out (Zeller and Hildebrandt's delta debugging,
 * 2002, by halves), found among the last completions first, since that is where the conflict nearly always is. */
#include "sim/check/linear_explain.h"
#include "sim/check/linear_search.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_WINDOW = 16, WINDOW_GROWTH = 4, SHRINK_BYTES = 256 << 20, SHRINK_STEPS = 20000000 };

struct candidate {
    sim_time completed;
    uint32_t at;    /* place in `operations` */
    uint32_t order; /* 0: tried first */
};

static int compare_candidates(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    if (a->completed != b->completed) {
        return a->completed < b->completed ? -1 : 1;
    }
    return (a->at > b->at) - (a->at < b->at);
}

struct shrink {
    const struct history *history;
    const uint32_t *operations;
    uint32_t count;
    int64_t initial;
    bool *relaxed;
    struct candidate *candidates; /* not relaxed yet, by completion */
    uint32_t candidate_count;
    uint64_t steps_left; /* of the searches and of making their plans; nothing more is relaxed when it is 0 */
};

static bool still_fails(struct shrink *shrink) {
    struct linear_search *search =
        linear_search_new(shrink->history, shrink->operations, shrink->count, shrink->relaxed, shrink->initial);
    bool fails = search != NULL &&
                 linear_search_advance(search, linear_explain_steps(shrink->count), SHRINK_BYTES) == LINEAR_REFUTED;
    uint64_t steps = shrink->count + (search != NULL ? search->steps : 0);
    shrink->steps_left -= steps < shrink->steps_left ? steps : shrink->steps_left;
    linear_search_free(search);
    return fails;
}

/* Relaxes the candidates from `first` up to `end` if the rest still fails. */
static bool try_relaxing(struct shrink *shrink, uint32_t first, uint32_t end) {
    if (shrink->steps_left == 0) {
        return false;
    }
    for (uint32_t i = first; i < end; i++) {
        shrink->relaxed[shrink->candidates[i].at] = true;
    }
    if (still_fails(shrink)) {
        memmove(shrink->candidates + first, shrink->candidates + end,
                (shrink->candidate_count - end) * sizeof *shrink->candidates);
        shrink->candidate_count -= end - first;
        return true;
    }
    for (uint32_t i = first; i < end; i++) {
        shrink->relaxed[shrink->candidates[i].at] = false;
    }
    return false;
}

void linear_shrink(const struct history *history, const uint32_t *operations, uint32_t count, int64_t initial,
                   uint32_t culprit, bool *relaxed) {
    struct shrink shrink = {history, operations, count, initial, relaxed, NULL, 0, SHRINK_STEPS};
    shrink.candidates = malloc(((size_t)count + 1) * sizeof *shrink.candidates);
    if (shrink.candidates == NULL) {
        return; /* nothing is left out */
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct operation *operation = &history->operations[operations[i]];
        /* Relaxed increments and appends could make any value at any time, and a search among them would not end. */
        bool shifts = operation->kind == OP_INCREMENT || operation->kind == OP_APPEND;
        if (!relaxed[i] && operation->outcome == OUTCOME_OK && operations[i] != culprit && !shifts) {
            shrink.candidates[shrink.candidate_count++] = (struct candidate){operation->completed, i, 0};
        }
    }
    qsort(shrink.candidates, shrink.candidate_count, sizeof *shrink.candidates, compare_candidates);
    for (uint32_t window = FIRST_WINDOW; window < shrink.candidate_count; window *= WINDOW_GROWTH) {
        if (try_relaxing(&shrink, 0, shrink.candidate_count - window)) {
            break;
        }
    }
    /* People understand a conflict best by its writes: reads go first. */
    for (uint32_t i = 0; i < shrink.candidate_count; i++) {
        shrink.candidates[i].order = history->operations[operations[shrink.candidates[i].at]].kind != OP_READ;
    }
    qsort(shrink.candidates, shrink.candidate_count, sizeof *shrink.candidates, compare_candidates);
    for (uint32_t size = (shrink.candidate_count + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2) {
        for (uint32_t first = 0; first < shrink.candidate_count;) {
            uint32_t end = first + size < shrink.candidate_count ? first + size : shrink.candidate_count;
            first = try_relaxing(&shrink, first, end) ? first : end;
        }
    }
    free(shrink.candidates);
}
