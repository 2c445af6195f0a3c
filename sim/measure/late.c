/* What is made of the history when somebody first asks for it. */
#include "sim/measure/heap.h"
#include "sim/measure/internal.h"
#include "sim/measure/operations.h"

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

/* The place of one of the run's own windows; of another, the one behind them all. */
static uint32_t place_of_window(const struct measures *measures, const struct window *window) {
    uint32_t place = 0;
    while (place < measures->windows.count && &measures->windows.items[place] != window) {
        place++;
    }
    return place;
}

static bool is_alike(const struct filter *a, const struct filter *b) {
    return a->kind == b->kind && a->workload == b->workload && a->system == b->system;
}

static void forget_choices(struct choices *choices, uint32_t windows) {
    for (uint32_t i = 0; choices->items != NULL && i <= windows; i++) {
        chosen_free(&choices->items[i]);
    }
    free(choices->items);
    free(choices->are_made);
    *choices = (struct choices){0};
}

const struct chosen *late_choose(const struct measures *measures, const struct samples *samples,
                                 const struct filter *filter) {
    struct choices *choices = &measures->late->choices;
    uint32_t windows = measures->windows.count, place = place_of_window(measures, filter->window);
    if (choices->items == NULL || choices->samples != samples || !is_alike(&choices->filter, filter)) {
        forget_choices(choices, windows);
        *choices = (struct choices){.filter = *filter,
                                    .samples = samples,
                                    .items = heap_alloc(windows + 1, sizeof *choices->items),
                                    .are_made = heap_alloc(windows + 1, sizeof *choices->are_made)};
    }
    if (!choices->are_made[place] || place == windows) {
        chosen_free(&choices->items[place]);
        choices->items[place] = samples_choose(samples, filter);
        choices->are_made[place] = true;
    }
    return &choices->items[place];
}

static void forget_uptime(struct uptime *uptime) {
    free(uptime->items);
    free(uptime->are_made);
    free(uptime->were_asked);
    *uptime = (struct uptime){0};
}

const struct outages *late_outages(const struct measures *measures, const struct filter *filter) {
    struct uptime *uptime = &measures->late->uptime;
    uint32_t windows = measures->windows.count, place = place_of_window(measures, filter->window);
    if (uptime->items == NULL || !is_alike(&uptime->filter, filter)) {
        forget_uptime(uptime);
        *uptime = (struct uptime){.filter = *filter,
                                  .items = heap_alloc(windows + 1, sizeof *uptime->items),
                                  .are_made = heap_alloc(windows + 1, sizeof *uptime->are_made),
                                  .were_asked = heap_alloc(windows + 1, sizeof *uptime->were_asked)};
    }
    if (!uptime->are_made[place] || place == windows) {
        uptime->were_asked[place] = outages_measure(filter, late_completions(measures),
                                                    measures->evidence.config->outage_after, &uptime->items[place]);
        uptime->are_made[place] = true;
    }
    return uptime->were_asked[place] ? &uptime->items[place] : NULL;
}

const struct names *late_names(const struct measures *measures) {
    struct late *late = measures->late;
    if (!late->has_names) {
        late->names = names_make(measures);
        late->has_names = true;
    }
    return &late->names;
}

void late_free(struct measures *measures) {
    struct late *late = measures->late;
    if (late == NULL) {
        return;
    }
    forget_choices(&late->choices, measures->windows.count);
    forget_uptime(&late->uptime);
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
    measures->late = NULL;
}
