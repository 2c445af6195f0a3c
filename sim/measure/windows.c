/* P, H and E: a partition holds, the system heals from one, or neither. And one window for each fault and phase. */
#include "sim/measure/windows.h"

#include "sim/measure/heap.h"

#include <stdlib.h>
#include <string.h>

static void add_window(struct windows *windows, const struct evidence *evidence, const char *name,
                       struct intervals set) {
    uint32_t capacity = windows->capacity;
    windows->items = heap_reserve(windows->items, windows->count, &capacity, sizeof *windows->items);
    windows->sets = heap_reserve(windows->sets, windows->count, &windows->capacity, sizeof *windows->sets);
    intervals_clip(&set, evidence->config->warmup, evidence->ended);
    windows->sets[windows->count] = set;
    windows->items[windows->count++] = (struct window){name, set.items, set.count};
}

static bool is_of_kind(const struct evidence *evidence, uint32_t occurrence, enum fault_kind kind) {
    return evidence->config->faults[evidence->occurrences[occurrence].fault].kind == kind;
}

static void add_occurrence(struct intervals *set, const struct evidence *evidence, uint32_t occurrence) {
    const struct fault_occurrence *it = &evidence->occurrences[occurrence];
    intervals_add(set, it->start, it->end < evidence->ended ? it->end : evidence->ended);
}

static struct intervals partition_intervals(const struct evidence *evidence) {
    struct intervals set = {0};
    for (uint32_t i = 0; i < evidence->occurrence_count; i++) {
        if (is_of_kind(evidence, i, FAULT_PARTITION)) {
            add_occurrence(&set, evidence, i);
        }
    }
    intervals_tidy(&set);
    return set;
}

/* When every system that can be seen to converge had converged after the partition that ended at `at`. Where none
 * can be seen, healing takes as long as it may. */
static sim_time converged_at(sim_time at, const struct heal *heals, uint32_t heal_count, const bool *publishes) {
    sim_time converged = at;
    bool is_seen = false;
    for (uint32_t i = 0; i < heal_count; i++) {
        if (heals[i].is_partition && heals[i].at == at && publishes[heals[i].system]) {
            is_seen = true;
            converged = heals[i].converged > converged ? heals[i].converged : converged;
        }
    }
    return is_seen ? converged : SIM_NEVER;
}

static struct intervals healing_intervals(const struct evidence *evidence, const struct intervals *partitions,
                                          const struct heal *heals, uint32_t heal_count, const bool *publishes) {
    struct intervals set = {0};
    for (uint32_t i = 0; i < partitions->count; i++) {
        sim_time from = partitions->items[i].until;
        sim_time next = i + 1 < partitions->count ? partitions->items[i + 1].from : evidence->ended;
        sim_time until = converged_at(from, heals, heal_count, publishes);
        until = until < from + WINDOWS_HEALING_MOST ? until : from + WINDOWS_HEALING_MOST;
        intervals_add(&set, from, until < next ? until : next);
    }
    return set;
}

static void add_faults(struct windows *windows, const struct evidence *evidence) {
    for (uint32_t fault = 0; fault < evidence->config->fault_count; fault++) {
        struct intervals set = {0};
        for (uint32_t i = 0; i < evidence->occurrence_count; i++) {
            if (evidence->occurrences[i].fault == fault) {
                add_occurrence(&set, evidence, i);
            }
        }
        intervals_tidy(&set);
        add_window(windows, evidence, evidence->config->faults[fault].name, set);
    }
}

/* Phases of the same name make one window. */
static void add_phases(struct windows *windows, const struct evidence *evidence) {
    const struct measures_config *config = evidence->config;
    for (uint32_t i = 0; i < config->phase_count; i++) {
        struct intervals set = {0};
        bool is_first = true;
        for (uint32_t k = 0; k < config->phase_count; k++) {
            if (strcmp(config->phases[k].name, config->phases[i].name) == 0) {
                sim_time left = SIM_NEVER - config->phases[k].at;
                sim_time length = config->phases[k].length < left ? config->phases[k].length : left;
                intervals_add(&set, config->phases[k].at, config->phases[k].at + length);
                is_first = is_first && k >= i;
            }
        }
        if (!is_first) {
            intervals_free(&set);
            continue;
        }
        intervals_tidy(&set);
        add_window(windows, evidence, config->phases[i].name, set);
    }
}

struct windows windows_make(const struct evidence *evidence, const struct heal *heals, uint32_t heal_count,
                            const bool *publishes) {
    struct windows windows = {0};
    struct intervals all = {0};
    intervals_add(&all, 0, evidence->ended);
    struct intervals partition = partition_intervals(evidence);
    struct intervals healing = healing_intervals(evidence, &partition, heals, heal_count, publishes);
    struct intervals rest = intervals_minus(&all, &partition);
    struct intervals connected = intervals_minus(&rest, &healing);
    intervals_free(&rest);
    add_window(&windows, evidence, "all", all);
    add_window(&windows, evidence, "partition", partition);
    add_window(&windows, evidence, "healing", healing);
    add_window(&windows, evidence, "connected", connected);
    add_faults(&windows, evidence);
    add_phases(&windows, evidence);
    return windows;
}

const struct window *windows_find(const struct windows *windows, const char *name) {
    for (uint32_t i = 0; i < windows->count; i++) {
        if (strcmp(windows->items[i].name, name) == 0) {
            return &windows->items[i];
        }
    }
    return NULL;
}

void windows_free(struct windows *windows) {
    for (uint32_t i = 0; i < windows->count; i++) {
        intervals_free(&windows->sets[i]);
    }
    free(windows->items);
    free(windows->sets);
    *windows = (struct windows){0};
}
