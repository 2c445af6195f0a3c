#include "sim/measure/marks.h"

#include "sim/measure/heap.h"
#include "sim/measure/windows.h"

#include <stdlib.h>

static sim_time now_of(const struct marks *marks) {
    return world_now(cluster_world(marks->cluster));
}

static bool can_be_watched(const struct marks *marks, uint32_t system) {
    const struct system_config *config = cluster_system(marks->cluster, system);
    return config->model->peek != NULL && config->nodes > 1 && !marks->recorder->publishes[system];
}

static void begin_watches(struct marks *marks) {
    const struct measures_config *config = marks->config;
    for (uint32_t system = 0; system < cluster_configuration(marks->cluster)->system_count; system++) {
        if (!can_be_watched(marks, system)) {
            continue;
        }
        struct settle_watch watch = settle_begin(marks->arena, marks->cluster, load_history(marks->load),
                                                 config->workloads, config->workload_count, system);
        marks->watches = arena_array_reserve(marks->arena, marks->watches, marks->watch_count, &marks->watch_capacity,
                                             sizeof *marks->watches);
        marks->watches[marks->watch_count++] = watch;
    }
}

static void on_fault(void *context, uint32_t occurrence, bool starts) {
    struct marks *marks = context;
    uint32_t fault = cluster_occurrence(marks->cluster, occurrence)->fault;
    traffic_note(&marks->notes, marks->cluster);
    if (cluster_configuration(marks->cluster)->faults[fault].kind != FAULT_PARTITION) {
        return;
    }
    marks->partitions += starts ? 1 : (uint32_t)-1;
    marks->healed = marks->partitions > 0 ? SIM_NEVER : now_of(marks);
    if (marks->partitions == 0) {
        begin_watches(marks);
        if (marks->is_asked) {
            world_interrupt(cluster_world(marks->cluster)); /* whoever runs it did not know of these marks */
        }
    }
}

struct marks *marks_new(struct cluster *cluster, const struct load *load, const struct measures_config *config,
                        struct recorder *recorder) {
    struct arena *arena = world_state(cluster_world(cluster));
    struct marks *marks = arena_alloc(arena, sizeof *marks);
    *marks = (struct marks){.arena = arena,
                            .cluster = cluster,
                            .load = load,
                            .config = config,
                            .recorder = recorder,
                            .notes = {.arena = arena},
                            .healed = SIM_NEVER};
    recorder->notes = &marks->notes;
    cluster_observe(cluster, (struct cluster_observer){.context = marks, .fault = on_fault});
    return marks;
}

static sim_time earlier(const struct marks *marks, sim_time best, sim_time at) {
    return at > marks->last && at < best ? at : best;
}

sim_time marks_next(struct marks *marks) {
    marks->is_asked = true;
    sim_time next = SIM_NEVER;
    for (uint32_t i = 0; i < marks->config->phase_count; i++) {
        const struct phase_config *phase = &marks->config->phases[i];
        next = earlier(marks, next, phase->at);
        if (phase->length < SIM_NEVER - phase->at) {
            next = earlier(marks, next, phase->at + phase->length);
        }
    }
    if (marks->healed != SIM_NEVER) {
        next = earlier(marks, next, marks->healed + WINDOWS_HEALING_MOST);
    }
    for (uint32_t i = 0; i < marks->watch_count; i++) {
        if (marks->watches[i].converged == SIM_NEVER) {
            next = earlier(marks, next, marks->watches[i].next);
        }
    }
    return next;
}

void marks_look(struct marks *marks) {
    marks->last = now_of(marks);
    bool is_border = marks->watch_count == 0;
    for (uint32_t i = 0; i < marks->config->phase_count; i++) {
        const struct phase_config *phase = &marks->config->phases[i];
        is_border = is_border || phase->at == marks->last || marks->last - phase->at == phase->length;
    }
    is_border = is_border || (marks->healed != SIM_NEVER && marks->last == marks->healed + WINDOWS_HEALING_MOST);
    for (uint32_t i = 0; i < marks->watch_count; i++) {
        struct settle_watch *watch = &marks->watches[i];
        if (watch->converged == SIM_NEVER && watch->next <= marks->last && settle_look(watch, marks->cluster)) {
            watch->converged = marks->last;
            is_border = true;
        }
    }
    if (is_border) {
        traffic_note(&marks->notes, marks->cluster);
    }
}

static int compare_heals(const void *left, const void *right) {
    const struct heal *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return (a->system > b->system) - (a->system < b->system);
}

struct heal *marks_heals(const struct marks *marks, uint32_t *count, bool *sees) {
    const struct recorder *recorder = marks->recorder;
    struct heal *heals = heap_alloc(recorder->heal_count + marks->watch_count, sizeof *heals);
    *count = 0;
    for (uint32_t system = 0; system < recorder->system_count; system++) {
        sees[system] = recorder->publishes[system];
    }
    for (uint32_t i = 0; i < recorder->heal_count; i++) {
        if (recorder->publishes[recorder->heals[i].system]) {
            heals[(*count)++] = recorder->heals[i];
        }
    }
    for (uint32_t i = 0; i < marks->watch_count; i++) {
        const struct settle_watch *watch = &marks->watches[i];
        if (!recorder->publishes[watch->system]) {
            sees[watch->system] = true;
            heals[(*count)++] = (struct heal){
                .at = watch->began, .system = watch->system, .is_partition = true, .converged = watch->converged};
        }
    }
    qsort(heals, *count, sizeof *heals, compare_heals);
    return heals;
}
