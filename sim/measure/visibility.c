/* The trials of staleness workloads: how long after its acknowledgement is a write seen by a read? The question of
 * Bailis and others, Probabilistically Bounded Staleness for Practical Partial Quorums, 2012. */
#include "sim/measure/staleness.h"
#include "sim/measure/story.h"

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
        const struct version *version = result != 0 ? story_find(story, result) : NULL;
        uint32_t write = write_before(evidence, story, i, acked);
        if (write != UINT32_MAX && (result == 0 || version != NULL)) {
            samples_add(trials, evidence, story_first_newer(evidence, story, version) > write, index);
        }
    }
}

struct samples staleness_trials(const struct evidence *evidence) {
    struct samples trials = {0};
    struct stories *stories = stories_open(evidence);
    struct story story;
    while (stories_next(stories, &story)) {
        if (story.kind == STORY_REGISTER) {
            judge_trials(evidence, &story, &trials);
        }
    }
    stories_close(stories);
    return trials;
}

bool staleness_consistent_at(const struct samples *trials, const struct filter *filter, sim_time offset,
                             double *share) {
    uint32_t count = 0, fresh = 0;
    for (uint32_t i = 0; i < trials->count; i++) {
        const struct sample *trial = &trials->items[i];
        const struct operation *read = &filter->evidence->history->operations[trial->operation];
        if (offset_of(filter->evidence, read) == offset && samples_is_chosen(trial, filter)) {
            count++;
            fresh += trial->value == 1;
        }
    }
    *share = count > 0 ? (double)fresh / (double)count : 0;
    return count > 0;
}

bool staleness_visibility(const struct samples *trials, const struct filter *filter, sim_time *offset) {
    const struct measures_config *config = filter->evidence->config;
    *offset = SIM_NEVER;
    for (uint32_t w = 0; w < config->workload_count; w++) {
        for (uint32_t i = 0; i < config->workloads[w].after_count; i++) {
            sim_time tried = config->workloads[w].after[i];
            double share;
            if (tried < *offset && staleness_consistent_at(trials, filter, tried, &share) && share >= 0.999) {
                *offset = tried;
            }
        }
    }
    return *offset != SIM_NEVER;
}
