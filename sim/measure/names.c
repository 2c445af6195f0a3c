/* The metrics that a summary lists: those that make sense for this run, in the order of the tables. */
#include "sim/base/units.h"
#include "sim/measure/heap.h"
#include "sim/measure/internal.h"

#include <stdlib.h>

static void add_name(struct names *names, char *name) {
    names->items = heap_reserve(names->items, names->count, &names->capacity, sizeof *names->items);
    names->items[names->count++] = name;
}

static void add_operations(const struct measures *measures, struct names *names, const char *prefix,
                           uint32_t workload) {
    const char *slash = *prefix != '\0' ? "/" : "";
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        struct filter filter = {&measures->evidence, NULL, kind, workload, FILTER_ANY};
        bool occurs = filter_occurs(&filter);
        for (const struct metric *it = operation_metrics; occurs && it->name != NULL; it++) {
            add_name(names,
                     heap_format("%s%s%s.%s", prefix, slash, operation_name((enum operation_kind)kind), it->name));
        }
    }
}

/* As the scenario writes it. */
static const char *text_of_offset(const struct measures_config *config, sim_time offset) {
    for (uint32_t w = 0; w < config->workload_count; w++) {
        for (uint32_t i = 0; i < config->workloads[w].after_count; i++) {
            if (config->workloads[w].after[i] == offset && config->workloads[w].after_texts != NULL) {
                return config->workloads[w].after_texts[i];
            }
        }
    }
    return NULL;
}

/* Every offset that was tested, ascending. */
static void add_offsets(const struct measures *measures, struct names *names) {
    sim_time *offsets;
    uint32_t count = staleness_offsets(&measures->evidence, &offsets);
    for (uint32_t i = 0; i < count; i++) {
        char text[64];
        const char *given = text_of_offset(measures->evidence.config, offsets[i]);
        given = given != NULL ? given : units_write_duration(text, sizeof text, offsets[i]);
        add_name(names, heap_format("consistency.at.%s", given));
    }
    free(offsets);
}

static bool any_written(const struct measures *measures) {
    const struct history *history = measures->evidence.history;
    for (uint32_t i = 0; i < history->count; i++) {
        if (operation_may_have_written(&history->operations[i])) {
            return true;
        }
    }
    return false;
}

static bool any_has(const struct measures *measures, enum metric_group group) {
    const struct cluster_config *config = cluster_configuration(measures->cluster);
    for (uint32_t i = 0; i < config->system_count; i++) {
        const struct model *model = config->systems[i].model;
        bool converges = measures->sees[i] && measures->heal_count > 0;
        if ((group == GROUP_ELECTION && model->has_leader) || (group == GROUP_FINAL && model->peek != NULL) ||
            (group == GROUP_CONVERGENCE && converges)) {
            return true;
        }
    }
    return false;
}

static bool any_judges(const struct measures *measures) {
    for (uint32_t i = 0; i < measures->recorder->system_count; i++) {
        if (measures->recorder->detections.judges[i]) {
            return true;
        }
    }
    return false;
}

static bool makes_sense(const struct measures *measures, enum metric_group group) {
    switch (group) {
    case GROUP_STALENESS:
        return late_staleness(measures)->age.count > 0 && any_written(measures);
    case GROUP_SIDES:
        return late_sides(measures)->count > 0;
    case GROUP_VISIBILITY:
        return late_trials(measures)->count > 0;
    case GROUP_FINAL:
        return any_has(measures, group) && any_written(measures);
    case GROUP_UPTIME:
        return measures->evidence.history->count > 0;
    case GROUP_MAJORITY:
        return measures->recorder->has_crashes;
    case GROUP_CONVERGENCE:
        return any_has(measures, group);
    case GROUP_ELECTION:
        return any_has(measures, group) || measures->recorder->tenure_count > 0;
    case GROUP_DETECTION:
        return any_judges(measures);
    case GROUP_COST:
        return measures->evidence.config->price_count > 0 && measures->evidence.history->count > 0;
    default:
        return true;
    }
}

/* Of several systems, each one's queues and majority, too. */
static void add_systems(const struct measures *measures, struct names *names) {
    const struct cluster_config *config = cluster_configuration(measures->cluster);
    for (uint32_t i = 0; config->system_count > 1 && i < config->system_count; i++) {
        for (const struct metric *it = other_metrics; it->name != NULL; it++) {
            if (it->group == GROUP_QUEUE || (it->group == GROUP_MAJORITY && makes_sense(measures, it->group))) {
                add_name(names, heap_format("%s/%s", config->systems[i].name, it->name));
            }
        }
    }
}

/* Those of which there was a sample. */
static void add_own(const struct measures *measures, struct names *names) {
    const struct cluster_config *config = cluster_configuration(measures->cluster);
    const struct own_samples *own = &measures->own;
    for (uint32_t i = 0; i < own->count; i++) {
        const struct own_sample *sample = &own->items[i];
        bool is_first =
            i == 0 || sample->system != own->items[i - 1].system || sample->metric != own->items[i - 1].metric;
        const struct model *model = config->systems[sample->system].model;
        for (uint32_t other = 0; other < sample->system; other++) { /* two systems of a model have the names once */
            is_first = is_first && config->systems[other].model != model;
        }
        for (uint32_t s = 0; is_first && own_statistics[s] != NULL; s++) {
            add_name(names,
                     heap_format("%s.%s.%s", model->name, model->metrics[sample->metric].name, own_statistics[s]));
        }
    }
}

struct names names_make(const struct measures *measures) {
    struct names names = {0};
    const struct measures_config *config = measures->evidence.config;
    add_operations(measures, &names, "", FILTER_ANY);
    for (uint32_t i = 0; config->workload_count > 1 && i < config->workload_count; i++) {
        add_operations(measures, &names, config->workloads[i].name, i);
    }
    if (late_trials(measures)->count > 0) {
        add_offsets(measures, &names);
    }
    for (const struct metric *it = other_metrics; it->name != NULL; it++) {
        if (makes_sense(measures, it->group)) {
            add_name(&names, heap_format("%s", it->name));
        }
    }
    add_systems(measures, &names);
    add_own(measures, &names);
    return names;
}
