/* The trials of staleness workloads: how long after its acknowledgement is a write seen by a read? The question of
 * Bailis and others, Probabilistically Bounded Staleness for Practical Partial Quorums, 2012. */
#include "sim/base/maths.h"
#include "sim/measure/heap.h"
#include "sim/measure/staleness.h"

#include <stdlib.h>

static sim_time offset_of(const struct evidence *evidence, const struct operation *read) {
    const struct measures_config *config = evidence->config;
    if (read->kind != OP_READ || read->offset == 0 || read->workload >= config->workload_count ||
        read->offset > config->workloads[read->workload].after_count) {
        return -1;
    }
    return config->workloads[read->workload].after[read->offset - 1];
}

/* The place among the acknowledged writes of the one that the read at `at` of the story follows: the same client's,
 * acknowledged just the offset earlier. UINT32_MAX if there is none. */
static uint32_t write_before(const struct evidence *evidence, const struct story *story, uint32_t at, uint32_t place) {
    const struct operation *operations = evidence->history->operations;
    const struct operation *read = &operations[story->operations[at]];
    sim_time acked = read->invoked - offset_of(evidence, read);
    while (place-- > 0) {
        const struct operation *write = &operations[story->acked[place]];
        if (write->process == read->process && write->completed == acked) {
            return place;
        }
    }
    return UINT32_MAX;
}

static void judge_trials(const struct evidence *evidence, const struct story *story, struct samples *trials) {
    const struct operation *operations = evidence->history->operations;
    uint32_t acked = 0; /* acknowledged writes that were invoked before the read */
    for (uint32_t i = 0; i < story->count; i++) {
        uint32_t index = story->operations[i];
        acked += operation_has_written(&operations[index]);
        if (offset_of(evidence, &operations[index]) < 0) {
            continue;
        }
        int64_t result = operations[index].result;
        const struct version *version = story_find(story, result);
        uint32_t write = write_before(evidence, story, i, acked);
        if (write != UINT32_MAX && (result == 0 || version != NULL)) {
            samples_add(trials, evidence, story_first_newer(evidence, story, version) > write, index);
        }
    }
}

static int compare_offsets(const void *left, const void *right) {
    const sim_time *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

uint32_t staleness_offsets(const struct evidence *evidence, sim_time **offsets) {
    const struct measures_config *config = evidence->config;
    uint32_t count = 0, kept = 0, capacity = 0;
    *offsets = NULL;
    for (uint32_t w = 0; w < config->workload_count; w++) {
        for (uint32_t i = 0; i < config->workloads[w].after_count; i++) {
            *offsets = heap_reserve(*offsets, count, &capacity, sizeof **offsets);
            (*offsets)[count++] = config->workloads[w].after[i];
        }
    }
    if (count > 0) {
        qsort(*offsets, count, sizeof **offsets, compare_offsets);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || (*offsets)[i] != (*offsets)[kept - 1]) {
            (*offsets)[kept++] = (*offsets)[i];
        }
    }
    return kept;
}

static uint32_t place_of(const sim_time *offsets, uint32_t count, sim_time offset) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (offsets[middle] < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* By their offsets, so that those of one are found together. */
static struct samples order_by_offset(const struct evidence *evidence, struct samples *trials) {
    const struct operation *operations = evidence->history->operations;
    struct samples ordered = {heap_alloc(trials->count, sizeof *ordered.items), trials->count, trials->count};
    sim_time *offsets;
    uint32_t count = staleness_offsets(evidence, &offsets);
    uint32_t *next = heap_alloc(count + 1, sizeof *next);
    for (uint32_t i = 0; i < trials->count; i++) {
        next[place_of(offsets, count, offset_of(evidence, &operations[trials->items[i].operation])) + 1]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        next[i + 1] += next[i];
    }
    for (uint32_t i = 0; i < trials->count; i++) {
        const struct sample *trial = &trials->items[i];
        ordered.items[next[place_of(offsets, count, offset_of(evidence, &operations[trial->operation]))]++] = *trial;
    }
    free(next);
    free(offsets);
    samples_free(trials);
    return ordered;
}

struct samples staleness_trials(const struct evidence *evidence, const struct stories *stories) {
    struct samples trials = {0};
    for (uint32_t i = 0; i < stories->count; i++) {
        if (stories->items[i].kind == STORY_REGISTER) {
            judge_trials(evidence, &stories->items[i], &trials);
        }
    }
    return order_by_offset(evidence, &trials);
}

/* The trials of one offset. */
struct tally {
    sim_time offset;
    double count, fresh;
};

/* The first trial whose offset is not below the given one. */
static uint32_t first_trial(const struct samples *trials, const struct filter *filter, sim_time offset) {
    const struct operation *operations = filter->evidence->history->operations;
    uint32_t low = 0, high = trials->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (offset_of(filter->evidence, &operations[trials->items[middle].operation]) < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct tally tally_of(const struct samples *trials, const struct filter *filter, sim_time offset) {
    struct tally tally = {.offset = offset};
    uint32_t end = first_trial(trials, filter, offset + 1);
    for (uint32_t i = first_trial(trials, filter, offset); i < end; i++) {
        if (samples_is_chosen(&trials->items[i], filter)) {
            tally.count++;
            tally.fresh += trials->items[i].value == 1;
        }
    }
    return tally;
}

bool staleness_consistent_at(const struct samples *trials, const struct filter *filter, sim_time offset,
                             double *share) {
    struct tally tally = tally_of(trials, filter, offset);
    *share = tally.count > 0 ? tally.fresh / tally.count : 0;
    return tally.count > 0;
}

/* Shares grow with the offset; where chance has them fall, neighbours are pooled (Ayer and others, An empirical
 * distribution function for sampling with incomplete information, 1955). */
static void pool(struct tally *tallies, uint32_t count) {
    struct tally *blocks = heap_alloc(count, sizeof *blocks);
    uint32_t *ends = heap_alloc(count, sizeof *ends); /* of each block: the tally behind its last one */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct tally block = tallies[i];
        while (kept > 0 && blocks[kept - 1].fresh * block.count > block.fresh * blocks[kept - 1].count) {
            kept--;
            block.fresh += blocks[kept].fresh;
            block.count += blocks[kept].count;
        }
        blocks[kept] = block;
        ends[kept++] = i + 1;
    }
    for (uint32_t block = 0, i = 0; block < kept; block++) {
        for (; i < ends[block]; i++) {
            tallies[i].fresh = blocks[block].fresh;
            tallies[i].count = blocks[block].count;
        }
    }
    free(ends);
    free(blocks);
}

/* Where no read was stale, half a read: none that would be seen in so many. */
static double stale_share(const struct tally *tally) {
    double stale = tally->count - tally->fresh;
    return (stale > 0 ? stale : 0.5) / tally->count;
}

/* Between two offsets that were tested, the logarithm of the stale share is taken for a straight line. */
static sim_time crossing(const struct tally *below, const struct tally *above, double stale) {
    if (stale_share(above) >= stale) {
        return above->offset;
    }
    double high = maths_log(stale_share(below)), low = maths_log(stale_share(above));
    double part = (high - maths_log(stale)) / (high - low);
    return below->offset + (sim_time)(part * (double)(above->offset - below->offset) + 0.5);
}

bool staleness_visibility(const struct samples *trials, const struct filter *filter, sim_time *offset) {
    const double stale = 0.001;
    sim_time *offsets;
    uint32_t count = staleness_offsets(filter->evidence, &offsets), kept = 0, at = 0;
    struct tally *tallies = heap_alloc(count, sizeof *tallies);
    for (uint32_t i = 0; i < count; i++) {
        struct tally tally = tally_of(trials, filter, offsets[i]);
        if (tally.count > 0) {
            tallies[kept++] = tally;
        }
    }
    pool(tallies, kept);
    while (at < kept && tallies[at].count - tallies[at].fresh > stale * tallies[at].count) {
        at++;
    }
    bool is_known = at < kept;
    *offset = !is_known ? SIM_NEVER : at == 0 ? tallies[0].offset : crossing(&tallies[at - 1], &tallies[at], stale);
    free(tallies);
    free(offsets);
    return is_known;
}
