#include "sim/study/resolve.h"

#include "sim/base/units.h"
#include "sim/scenario/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct resolution {
    struct run *run;
    uint32_t endpoints;
    bool *acts;           /* occurrence by occurrence: from * endpoints + to */
    uint32_t occurrences; /* that have a matrix */
};

/* ---- Seen while it runs ---- */

static void on_fault(void *context, uint32_t occurrence, bool starts) {
    struct resolution *resolution = context;
    if (!starts) {
        return;
    }
    size_t size = (size_t)resolution->endpoints * resolution->endpoints;
    resolution->acts = realloc(resolution->acts, (occurrence + 1) * size * sizeof *resolution->acts);
    if (resolution->acts == NULL) {
        abort();
    }
    resolution->occurrences = occurrence + 1;
    for (node_id from = 0; from < resolution->endpoints; from++) {
        for (node_id to = 0; to < resolution->endpoints; to++) {
            resolution->acts[occurrence * size + from * resolution->endpoints + to] =
                cluster_occurrence_acts(resolution->run->cluster, occurrence, from, to);
        }
    }
}

static const bool *row_of(const struct resolution *resolution, uint32_t occurrence, node_id from) {
    size_t size = (size_t)resolution->endpoints * resolution->endpoints;
    return resolution->acts + occurrence * size + (size_t)from * resolution->endpoints;
}

/* ---- Written down ---- */

/* Clients have no names as targets: a partition that cuts some of them cannot be written in this way. */
static bool cuts_clients(const struct resolution *resolution, uint32_t occurrence) {
    uint32_t nodes = resolution->run->scenario->node_count;
    for (node_id from = 0; from < resolution->endpoints; from++) {
        for (node_id to = 0; to < resolution->endpoints; to++) {
            if ((from >= nodes || to >= nodes) && row_of(resolution, occurrence, from)[to]) {
                return true;
            }
        }
    }
    return false;
}

static cJSON *name_of(const struct resolution *resolution, node_id node) {
    return cJSON_CreateString(cluster_name(resolution->run->cluster, node));
}

static bool has_same_row(const struct resolution *resolution, uint32_t occurrence, node_id a, node_id b) {
    uint32_t nodes = resolution->run->scenario->node_count;
    return memcmp(row_of(resolution, occurrence, a), row_of(resolution, occurrence, b), nodes * sizeof(bool)) == 0;
}

static bool is_cut(const struct resolution *resolution, uint32_t occurrence, node_id from) {
    uint32_t nodes = resolution->run->scenario->node_count;
    return memchr(row_of(resolution, occurrence, from), 1, nodes * sizeof(bool)) != NULL;
}

/* Nodes that lose the same links are a group; it is one partition into groups if each group loses all the others. */
static bool is_grouped(const struct resolution *resolution, uint32_t occurrence) {
    uint32_t nodes = resolution->run->scenario->node_count;
    for (node_id a = 0; a < nodes; a++) {
        for (node_id b = 0; b < nodes; b++) {
            bool are_both = is_cut(resolution, occurrence, a) && is_cut(resolution, occurrence, b);
            bool is_apart = are_both && !has_same_row(resolution, occurrence, a, b);
            if (row_of(resolution, occurrence, a)[b] != is_apart) {
                return false;
            }
        }
    }
    return true;
}

static cJSON *group_of(const struct resolution *resolution, uint32_t occurrence, node_id like) {
    cJSON *group = cJSON_CreateArray();
    for (node_id node = 0; node < resolution->run->scenario->node_count; node++) {
        if (has_same_row(resolution, occurrence, like, node)) {
            cJSON_AddItemToArray(group, name_of(resolution, node));
        }
    }
    return group;
}

static bool is_first_of_group(const struct resolution *resolution, uint32_t occurrence, node_id node) {
    for (node_id before = 0; before < node; before++) {
        if (has_same_row(resolution, occurrence, before, node)) {
            return false;
        }
    }
    return is_cut(resolution, occurrence, node);
}

static cJSON *nodes_reached(const struct resolution *resolution, uint32_t occurrence, node_id from) {
    cJSON *reached = cJSON_CreateArray();
    for (node_id to = 0; to < resolution->run->scenario->node_count; to++) {
        if (row_of(resolution, occurrence, from)[to]) {
            cJSON_AddItemToArray(reached, name_of(resolution, to));
        }
    }
    return reached;
}

static cJSON *when(const struct resolution *resolution, uint32_t index, uint32_t part) {
    const struct fault_occurrence *occurrence = cluster_occurrence(resolution->run->cluster, index);
    const char *name = resolution->run->scenario->faults[occurrence->fault].name;
    uint32_t number = 1;
    for (uint32_t i = 0; i < index; i++) {
        number += cluster_occurrence(resolution->run->cluster, i)->fault == occurrence->fault;
    }
    char text[160];
    cJSON *fault = cJSON_CreateObject();
    /* The first one keeps its name, and with it the draws for single messages. */
    snprintf(text, sizeof text, number == 1 ? "%s" : "%s.%u", name, number);
    size_t length = strlen(text);
    if (part > 0) {
        snprintf(text + length, sizeof text - length, "_%u", part);
    }
    cJSON_AddStringToObject(fault, "name", text);
    units_write_duration(text, sizeof text, occurrence->start);
    cJSON_AddStringToObject(fault, "at", text);
    bool is_instant = occurrence->end == occurrence->start;
    if (!is_instant && occurrence->end < resolution->run->ended) {
        units_write_duration(text, sizeof text, occurrence->end - occurrence->start);
        cJSON_AddStringToObject(fault, "for", text);
    }
    return fault;
}

static void write_partition(const struct resolution *resolution, uint32_t index, cJSON *faults) {
    uint32_t nodes = resolution->run->scenario->node_count, parts = 0;
    if (is_grouped(resolution, index)) {
        cJSON *groups = cJSON_CreateArray();
        for (node_id node = 0; node < nodes; node++) {
            if (is_first_of_group(resolution, index, node)) {
                cJSON_AddItemToArray(groups, group_of(resolution, index, node));
            }
        }
        if (cJSON_GetArraySize(groups) >= 2) {
            cJSON *fault = when(resolution, index, 0);
            cJSON_AddItemToObject(cJSON_AddObjectToObject(fault, "partition"), "groups", groups);
            cJSON_AddItemToArray(faults, fault);
        } else {
            cJSON_Delete(groups); /* it cut nothing */
        }
        return;
    }
    for (node_id node = 0; node < nodes; node++) {
        if (is_first_of_group(resolution, index, node)) {
            cJSON *fault = when(resolution, index, parts++);
            cJSON *one_way = cJSON_AddObjectToObject(cJSON_AddObjectToObject(fault, "partition"), "one-way");
            cJSON_AddItemToObject(one_way, "from", group_of(resolution, index, node));
            cJSON_AddItemToObject(one_way, "to", nodes_reached(resolution, index, node));
            cJSON_AddItemToArray(faults, fault);
        }
    }
}

static cJSON *targets_of(const struct resolution *resolution, uint32_t index) {
    const struct fault_occurrence *occurrence = cluster_occurrence(resolution->run->cluster, index);
    cJSON *targets = cJSON_CreateArray();
    for (uint32_t i = 0; i < occurrence->target_count; i++) {
        cJSON_AddItemToArray(targets, name_of(resolution, occurrence->targets[i]));
    }
    return targets;
}

static void write_other(const struct resolution *resolution, uint32_t index, enum fault_kind kind, const cJSON *given,
                        cJSON *faults) {
    const char *key = fault_kind_name(kind);
    const cJSON *what = json_get(given, key);
    cJSON *fault = when(resolution, index, 0), *targets = targets_of(resolution, index);
    bool has_targets = cJSON_GetArraySize(targets) > 0;
    bool has_arguments = json_get(what, "of") != NULL && json_get(what, "random") == NULL; /* else it is a target */
    if (kind == FAULT_DROP_MESSAGES || kind == FAULT_DEGRADE || has_arguments) {
        cJSON *copy = cJSON_Duplicate(what, true);
        cJSON_AddItemToObject(fault, key, copy);
        if (json_get(copy, "of") != NULL) {
            cJSON_ReplaceItemInObjectCaseSensitive(copy, "of", targets);
        } else {
            if (kind == FAULT_DEGRADE && json_get(copy, "from") != NULL && has_targets) {
                cJSON_ReplaceItemInObjectCaseSensitive(copy, "from", cJSON_Duplicate(targets, true));
            }
            const struct fault_occurrence *occurrence = cluster_occurrence(resolution->run->cluster, index);
            if (kind == FAULT_DEGRADE && json_get(copy, "to") != NULL && has_targets) {
                cJSON_ReplaceItemInObjectCaseSensitive(copy, "to",
                                                       nodes_reached(resolution, index, occurrence->targets[0]));
            }
            has_targets = has_targets || kind == FAULT_DROP_MESSAGES;
            cJSON_Delete(targets);
        }
    } else {
        cJSON_AddItemToObject(fault, key, targets);
    }
    if (has_targets) {
        cJSON_AddItemToArray(faults, fault);
    } else {
        cJSON_Delete(fault); /* nobody was there to be hit */
    }
}

static void write_faults(const struct resolution *resolution, cJSON *root, sim_time until, bool keeps_chance) {
    cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(root, "faults");
    cJSON *faults = cJSON_AddArrayToObject(root, "faults");
    const struct run *run = resolution->run;
    for (uint32_t i = 0; i < run->scenario->fault_count && keeps_chance; i++) {
        enum fault_kind kind = run->scenario->faults[i].kind;
        if (kind == FAULT_DEGRADE || kind == FAULT_DROP_MESSAGES) {
            cJSON_AddItemToArray(faults, cJSON_Duplicate(cJSON_GetArrayItem(given, (int)i), true));
        }
    }
    for (uint32_t i = 0; i < resolution->occurrences; i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        enum fault_kind kind = run->scenario->faults[occurrence->fault].kind;
        const cJSON *item = cJSON_GetArrayItem(given, (int)occurrence->fault);
        bool is_chance = kind == FAULT_DEGRADE || kind == FAULT_DROP_MESSAGES;
        /* A crash or pause of a node that is down already counts for nothing, but may keep it down for longer. */
        bool had_effect = kind == FAULT_CRASH || kind == FAULT_LOSE_DISK || kind == FAULT_TORN_WRITE ||
                          kind == FAULT_PAUSE ||
                          fault_touched_total(&run->scenario->faults[occurrence->fault], occurrence) > 0;
        if (occurrence->start > until || !had_effect || (is_chance && keeps_chance)) {
            continue;
        }
        if (kind == FAULT_PARTITION && cuts_clients(resolution, i)) {
            cJSON *fault = when(resolution, i, 0);
            cJSON_AddItemToObject(fault, "partition", cJSON_Duplicate(json_get(item, "partition"), true));
            cJSON_AddItemToArray(faults, fault);
        } else if (kind == FAULT_PARTITION) {
            write_partition(resolution, i, faults);
        } else {
            write_other(resolution, i, kind, item, faults);
        }
    }
    cJSON_Delete(given);
}

static void write_times(const struct run *run, sim_time until, cJSON *times) {
    const struct history *history = load_history(run->load);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->workload == 0 && operation->invoked <= until) {
            char text[40];
            units_write_duration(text, sizeof text, operation->invoked);
            cJSON_AddItemToArray(times, cJSON_CreateString(text));
        }
    }
}

void resolve_faults(const struct scenario *scenario, cJSON *root, sim_time until, bool keeps_chance, cJSON *times) {
    struct run_options options = {.linear_steps = 1};
    struct resolution resolution = {.run = run_prepare(scenario, &options), .endpoints = scenario->endpoint_count};
    struct run *run = resolution.run;
    cluster_observe(run->cluster, (struct cluster_observer){.context = &resolution, .fault = on_fault});
    while (world_now(run->world) < scenario->duration) {
        run_advance(run, scenario->duration, UINT64_MAX);
    }
    run->ended = world_now(run->world);
    load_finish(run->load);
    write_faults(&resolution, root, until, keeps_chance);
    if (times != NULL) {
        write_times(run, until, times);
    }
    run_free(run);
    free(resolution.acts);
}
