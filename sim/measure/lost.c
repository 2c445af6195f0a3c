/* The final state against the history. */
#include "sim/measure/lost.h"

#include "sim/measure/heap.h"
#include "sim/measure/interval.h"

#include <stdlib.h>

static uint64_t lost_of_counter(const struct evidence *evidence, const struct story *story, const int64_t *values,
                                uint32_t count) {
    int64_t best = values[0], sum = 0, least = INT64_MAX;
    for (uint32_t i = 1; i < count; i++) {
        best = values[i] > best ? values[i] : best;
    }
    for (uint32_t i = 0; i < story->acked_count; i++) {
        int64_t amount = evidence->history->operations[story->acked[i]].value;
        sum += amount;
        least = amount < least ? amount : least;
    }
    return sum > best ? (uint64_t)((sum - best + least - 1) / least) : 0;
}

/* Where the acknowledged writes begin that are in none of the values, whichever of them counts in the end. All are
 * there, as far as anyone knows, if a value is nobody's: of lists, one with an element that was never acknowledged. */
static uint32_t first_lost(const struct evidence *evidence, const struct story *story, const int64_t *values,
                           uint32_t count, bool *is_known) {
    uint32_t first = 0;
    *is_known = count > 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct version *version = story_find(story, values[i]);
        uint32_t newer = story_first_newer(evidence, story, version);
        *is_known = *is_known && (values[i] == 0 || version != NULL);
        first = newer > first ? newer : first;
    }
    return *is_known ? first : story->acked_count;
}

bool lost_writes(const struct filter *filter, const struct stories *stories, const struct finals *finals,
                 uint64_t *lost) {
    const struct evidence *evidence = filter->evidence;
    bool is_all = window_has_all(filter->window, evidence->config->warmup, evidence->ended);
    int64_t *values = heap_alloc(finals->most, sizeof *values);
    bool was_judged = false;
    *lost = 0;
    for (uint32_t s = 0; s < stories->count; s++) {
        const struct story *story = &stories->items[s];
        bool is_counter = story->kind == STORY_COUNTER;
        if (story->kind == STORY_UNORDERED || story->acked_count == 0 || (is_counter && !is_all)) {
            continue;
        }
        uint32_t count = finals->of(finals->context, story->system, story->key, true, values);
        bool is_known = count > 0;
        if (is_known && is_counter) {
            *lost += lost_of_counter(evidence, story, values, count);
        } else if (is_known) {
            uint32_t first = first_lost(evidence, story, values, count, &is_known);
            for (uint32_t i = first; i < story->acked_count; i++) {
                *lost += filter_has(filter, story->acked[i]);
            }
        }
        was_judged = was_judged || is_known;
    }
    free(values);
    return was_judged;
}

static bool is_under_way(const struct evidence *evidence, const struct story *story) {
    for (uint32_t i = 0; i < story->count; i++) {
        const struct operation *it = &evidence->history->operations[story->operations[i]];
        if (it->kind != OP_READ && it->outcome == OUTCOME_INFO && it->completed == SIM_NEVER) {
            return true;
        }
    }
    return false;
}

bool lost_divergent_keys(const struct evidence *evidence, const struct stories *stories, const struct finals *finals,
                         uint64_t *keys) {
    int64_t *values = heap_alloc(finals->most, sizeof *values);
    bool was_judged = false;
    *keys = 0;
    for (uint32_t s = 0; s < stories->count; s++) {
        const struct story *story = &stories->items[s];
        if (is_under_way(evidence, story)) {
            continue;
        }
        uint32_t count = finals->of(finals->context, story->system, story->key, false, values);
        bool differs = false;
        for (uint32_t i = 1; i < count; i++) {
            differs = differs || values[i] != values[0];
        }
        was_judged = was_judged || count > 0;
        *keys += differs;
    }
    free(values);
    return was_judged;
}
