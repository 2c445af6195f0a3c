/* The measures of a run from beginning to end, and the plain looks at them. */
#include "sim/measure/heap.h"
#include "sim/measure/internal.h"
#include "sim/measure/series.h"

#include <assert.h>
#include <stdlib.h>

struct measures *measures_new(struct cluster *cluster, const struct load *load, const struct measures_config *config) {
    assert(config->fault_count == cluster_configuration(cluster)->fault_count);
    struct measures *measures = arena_alloc(world_state(cluster_world(cluster)), sizeof *measures);
    measures->cluster = cluster;
    measures->load = load;
    measures->recorder = recorder_new(cluster);
    measures->sides = sides_new(cluster, config);
    measures->marks = marks_new(cluster, load, config, measures->recorder);
    measures->evidence.config = config;
    return measures;
}

void measures_note(struct measures *measures) {
    traffic_note(&measures->marks->notes, measures->cluster);
}

void measures_finish(struct measures *measures) {
    struct evidence *evidence = &measures->evidence;
    assert(measures->occurrences == NULL);
    evidence->history = load_history(measures->load);
    sim_time now = world_now(cluster_world(measures->cluster));
    evidence->ended = now < evidence->config->duration ? now : evidence->config->duration;
    evidence->occurrence_count = cluster_occurrence_count(measures->cluster);
    measures->occurrences = heap_alloc(evidence->occurrence_count, sizeof *measures->occurrences);
    for (uint32_t i = 0; i < evidence->occurrence_count; i++) {
        measures->occurrences[i] = *cluster_occurrence(measures->cluster, i);
    }
    evidence->occurrences = measures->occurrences;
    const struct recorder *recorder = measures->recorder;
    recorder_finish(measures->recorder, evidence->ended);
    sides_finish(measures->sides, evidence->ended);
    measures->sees = heap_alloc(recorder->system_count, sizeof *measures->sees);
    measures->heals = marks_heals(measures->marks, &measures->heal_count, measures->sees);
    measures->windows = windows_make(evidence, measures->heals, measures->heal_count, measures->sees);
    measures->late = heap_alloc(1, sizeof *measures->late);
    measures->successions =
        elections_measure(evidence, recorder->tenures, recorder->tenure_count, &measures->succession_count);
    measures->own = own_sort(&recorder->own);
}

void measures_free(struct measures *measures) {
    free(measures->occurrences);
    late_free(measures);
    windows_free(&measures->windows);
    free(measures->successions);
    free(measures->own.items);
    free(measures->heals);
    free(measures->sees);
    measures->occurrences = NULL;
    measures->successions = NULL;
    measures->own.items = NULL;
    measures->heals = NULL;
    measures->sees = NULL;
    measures->succession_count = 0;
}

sim_time measures_next_mark(struct measures *measures) {
    return marks_next(measures->marks);
}

void measures_mark(struct measures *measures) {
    marks_look(measures->marks);
}

uint32_t measures_window_count(const struct measures *measures) {
    return measures->windows.count;
}

const struct window *measures_window(const struct measures *measures, uint32_t index) {
    return &measures->windows.items[index];
}

const struct window *measures_find_window(const struct measures *measures, const char *name) {
    return windows_find(&measures->windows, name);
}

uint32_t measures_metric_count(const struct measures *measures) {
    return late_names(measures)->count;
}

const char *measures_metric_name(const struct measures *measures, uint32_t index) {
    return late_names(measures)->items[index];
}

uint32_t measures_leadership_count(const struct measures *measures) {
    return measures->recorder->tenure_count;
}

const struct leadership *measures_leadership(const struct measures *measures, uint32_t index) {
    return &measures->recorder->tenures[index].seen;
}

uint32_t measures_side_count(const struct measures *measures) {
    return late_sides(measures)->count;
}

const struct partition_side *measures_side(const struct measures *measures, uint32_t index) {
    return &late_sides(measures)->items[index];
}

const struct partition_side *measures_side_other(const struct measures *measures) {
    return &late_sides(measures)->other;
}

struct stale_reads measures_stale_reads(const struct measures *measures, const struct window *window, uint32_t system) {
    const struct filter filter = {&measures->evidence, window, FILTER_ANY, FILTER_ANY, system};
    const struct samples *versions = &late_staleness(measures)->versions;
    struct stale_reads count = {0, 0};
    for (uint32_t i = 0; i < versions->count; i++) {
        if (samples_is_chosen(&versions->items[i], &filter)) {
            count.reads++;
            count.stale += versions->items[i].value > 0;
        }
    }
    return count;
}

struct series_bucket *measures_series(const struct measures *measures, sim_time width, uint32_t *count) {
    return series_make(&measures->evidence, late_latency(measures), late_staleness(measures), width, count);
}
