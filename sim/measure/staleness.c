/* Staleness in time and in versions, in O(n log n) for each key. */
#include "sim/measure/staleness.h"

#include "sim/measure/heap.h"

#include <stdlib.h>

/* What reads of one key are judged with; places are those of story->acked. */
struct judge {
    const struct operation *operations;
    const struct story *story;
    uint32_t *by_completion; /* places, by time of acknowledgement */
    sim_time *first_acked;   /* by place: the earliest acknowledgement at this or a later place */
    uint32_t *tree;          /* Fenwick tree over places: acknowledged so far */
    int64_t *sums;           /* of a counter: after so many acknowledgements */
    uint32_t acked_so_far;
};

struct by_time {
    sim_time completed;
    uint32_t place;
};

static int compare_times(const void *left, const void *right) {
    const struct by_time *a = left, *b = right;
    if (a->completed != b->completed) {
        return a->completed < b->completed ? -1 : 1;
    }
    return (a->place > b->place) - (a->place < b->place);
}

static void order_by_completion(struct judge *judge) {
    uint32_t count = judge->story->acked_count;
    struct by_time *order = heap_alloc(count, sizeof *order);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = (struct by_time){judge->operations[judge->story->acked[i]].completed, i};
    }
    qsort(order, count, sizeof *order, compare_times);
    for (uint32_t i = 0; i < count; i++) {
        judge->by_completion[i] = order[i].place;
    }
    free(order);
}

static struct judge judge_make(const struct evidence *evidence, const struct story *story) {
    uint32_t count = story->acked_count;
    struct judge judge = {
        .operations = evidence->history->operations,
        .story = story,
        .by_completion = heap_alloc(count, sizeof *judge.by_completion),
        .first_acked = heap_alloc(count + 1, sizeof *judge.first_acked),
        .tree = heap_alloc(count + 1, sizeof *judge.tree),
        .sums = heap_alloc(count + 1, sizeof *judge.sums),
    };
    order_by_completion(&judge);
    judge.first_acked[count] = SIM_NEVER;
    for (uint32_t i = count; i-- > 0;) {
        sim_time completed = judge.operations[story->acked[i]].completed;
        judge.first_acked[i] = completed < judge.first_acked[i + 1] ? completed : judge.first_acked[i + 1];
    }
    for (uint32_t i = 0; i < count; i++) {
        judge.sums[i + 1] = judge.sums[i] + judge.operations[story->acked[judge.by_completion[i]]].value;
    }
    return judge;
}

static void judge_free(struct judge *judge) {
    free(judge->by_completion);
    free(judge->first_acked);
    free(judge->tree);
    free(judge->sums);
}

static sim_time completion(const struct judge *judge, uint32_t rank) {
    return judge->operations[judge->story->acked[judge->by_completion[rank]]].completed;
}

/* Counts the writes acknowledged up to `now` in; `now` never goes back. */
static void advance(struct judge *judge, sim_time now) {
    while (judge->acked_so_far < judge->story->acked_count && completion(judge, judge->acked_so_far) <= now) {
        uint32_t place = judge->by_completion[judge->acked_so_far++];
        for (uint32_t i = place + 1; i <= judge->story->acked_count; i += i & -i) {
            judge->tree[i]++;
        }
    }
}

static uint32_t acked_before_place(const struct judge *judge, uint32_t place) {
    uint32_t sum = 0;
    for (uint32_t i = place; i > 0; i -= i & -i) {
        sum += judge->tree[i];
    }
    return sum;
}

static void judge_counter(const struct evidence *evidence, const struct judge *judge, uint32_t read,
                          struct staleness *staleness) {
    const struct operation *it = &judge->operations[read];
    uint32_t low = 0,
             high = judge->acked_so_far; /* the first number of acknowledgements whose sum exceeds the result */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (judge->sums[middle + 1] > it->result) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    uint32_t behind = judge->acked_so_far - low;
    samples_add(&staleness->age, evidence, behind > 0 ? it->invoked - completion(judge, low) : 0, read);
    samples_add(&staleness->versions, evidence, behind, read);
}

static void judge_version(const struct evidence *evidence, const struct judge *judge, uint32_t read,
                          struct staleness *staleness) {
    const struct operation *it = &judge->operations[read];
    const struct version *version = story_find(judge->story, it->result);
    if (it->result != 0 && version == NULL) {
        return; /* what was read is no known version */
    }
    uint32_t newer = story_first_newer(evidence, judge->story, version);
    bool is_stale = judge->first_acked[newer] <= it->invoked;
    uint32_t behind = is_stale ? judge->acked_so_far - acked_before_place(judge, newer) : 0;
    samples_add(&staleness->age, evidence, is_stale ? it->invoked - judge->first_acked[newer] : 0, read);
    samples_add(&staleness->versions, evidence, behind, read);
}

static void judge_story(const struct evidence *evidence, const struct story *story, struct staleness *staleness) {
    struct judge judge = judge_make(evidence, story);
    for (uint32_t i = 0; i < story->count; i++) {
        uint32_t read = story->operations[i];
        if (judge.operations[read].kind != OP_READ) {
            continue;
        }
        advance(&judge, judge.operations[read].invoked);
        if (story->kind == STORY_COUNTER) {
            judge_counter(evidence, &judge, read, staleness);
        } else {
            judge_version(evidence, &judge, read, staleness);
        }
    }
    judge_free(&judge);
}

struct staleness staleness_measure(const struct evidence *evidence, const struct stories *stories) {
    struct staleness staleness = {0};
    for (uint32_t i = 0; i < stories->count; i++) {
        if (stories->items[i].kind != STORY_UNORDERED) {
            judge_story(evidence, &stories->items[i], &staleness);
        }
    }
    samples_sort(&staleness.age);
    samples_sort(&staleness.versions);
    return staleness;
}

void staleness_free(struct staleness *staleness) {
    samples_free(&staleness->age);
    samples_free(&staleness->versions);
}
