/* What is made of the history when somebody first asks for it. */
#include "sim/measure/heap.h"
#include "sim/measure/internal.h"
#include "sim/measure/operations.h"
#include "sim/measure/outage.h"

#include <stdlib.h>

const struct stories *late_stories(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_stories) {
        late->stories = stories_make(&measures->evidence);
        late->has_stories = true;
    }
    return &late->stories;
}

const struct samples *late_latency(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_latency) {
        late->latency = operations_latency(&measures->evidence);
        late->has_latency = true;
    }
    return &late->latency;
}

const struct samples *late_completions(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_completions) {
        late->completions = outages_completions(&measures->evidence);
        late->has_completions = true;
    }
    return &late->completions;
}

const struct samples *late_trials(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_trials) {
        late->trials = staleness_trials(&measures->evidence, late_stories(measures));
        late->has_trials = true;
    }
    return &late->trials;
}

const struct staleness *late_staleness(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_staleness) {
        late->staleness = staleness_measure(&measures->evidence, late_stories(measures));
        late->has_staleness = true;
    }
    return &late->staleness;
}

const struct side_table *late_sides(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_sides) {
        struct side_table *sides = &late->sides;
        const struct window *partition = windows_find(&measures->windows, "partition");
        sides->items = sides_measure(measures->sides, &measures->evidence, partition,
                                     &late_staleness(measures)->versions, &sides->other, &sides->count);
        late->has_sides = true;
    }
    return &late->sides;
}

const struct names *late_names(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_names) {
        late->names = names_make(measures);
        late->has_names = true;
    }
    return &late->names;
}

void late_free(struct late *late) {
    if (late == NULL) {
        return;
    }
    stories_free(&late->stories);
    samples_free(&late->latency);
    samples_free(&late->completions);
    samples_free(&late->trials);
    staleness_free(&late->staleness);
    free(late->sides.items);
    for (uint32_t i = 0; i < late->names.count; i++) {
        free(late->names.items[i]);
    }
    free(late->names.items);
    free(late);
}
