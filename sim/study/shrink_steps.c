/* Fewer faults, fewer and simpler machines, a simpler network, round times. */
#include "sim/base/units.h"
#include "sim/scenario/json.h"
#include "sim/study/shrink_parts.h"

#include <stdio.h>
#include <string.h>

static cJSON *get(cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static bool read_time(const cJSON *item, int64_t *time) {
    char error[80];
    return cJSON_IsString(item) && units_read_duration(item->valuestring, time, error, sizeof error);
}

static void put_time(cJSON *object, const char *key, sim_time time) {
    char text[40];
    cJSON_ReplaceItemInObjectCaseSensitive(object, key,
                                           cJSON_CreateString(units_write_duration(text, sizeof text, time)));
}

/* Without a member of `object`, which is part of the candidate. */
static bool try_without_member(struct shrink *shrink, cJSON *candidate, cJSON *object, const char *key) {
    if (object == NULL || get(object, key) == NULL) {
        cJSON_Delete(candidate);
        return false;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    return shrink_try(shrink, candidate);
}

/* ---- Faults ---- */

static cJSON *find_faults(cJSON *root) {
    return get(root, "faults");
}

/* The arrays of names below an item: targets and the groups of partitions. */
static uint32_t list_target_arrays(cJSON *item, cJSON **arrays, uint32_t count, uint32_t most) {
    if (cJSON_IsArray(item) && cJSON_IsString(item->child)) {
        if (count < most) {
            arrays[count++] = item;
        }
        return count;
    }
    for (cJSON *child = item->child; child != NULL; child = child->next) {
        count = list_target_arrays(child, arrays, count, most);
    }
    return count;
}

/* Single targets out of every fault. */
static bool shrink_targets(struct shrink *shrink, int fault) {
    enum { MOST = 16 };
    cJSON *arrays[MOST];
    bool is_smaller = false;
    uint32_t count = list_target_arrays(cJSON_GetArrayItem(find_faults(shrink->best), fault), arrays, 0, MOST);
    for (uint32_t a = 0; a < count; a++) {
        for (int i = cJSON_GetArraySize(arrays[a]) - 1; i >= 0; i--) {
            cJSON *candidate = shrink_copy(shrink), *copies[MOST];
            list_target_arrays(cJSON_GetArrayItem(find_faults(candidate), fault), copies, 0, MOST);
            if (cJSON_GetArraySize(copies[a]) > 1) {
                cJSON_DeleteItemFromArray(copies[a], i);
                is_smaller = shrink_try(shrink, candidate) || is_smaller;
                list_target_arrays(cJSON_GetArrayItem(find_faults(shrink->best), fault), arrays, 0, MOST);
            } else {
                cJSON_Delete(candidate);
            }
        }
    }
    return is_smaller;
}

bool shrink_faults(struct shrink *shrink) {
    if (find_faults(shrink->best) == NULL) {
        return false;
    }
    int before = cJSON_GetArraySize(find_faults(shrink->best));
    shrink_array(shrink, find_faults);
    int after = cJSON_GetArraySize(find_faults(shrink->best));
    bool is_smaller = after < before;
    for (int i = 0; i < after && after <= 20; i++) {
        is_smaller = shrink_targets(shrink, i) || is_smaller;
    }
    return is_smaller;
}

/* The fault that an occurrence comes from: "crash-1" of "crash-1.5". */
static size_t origin_length(const cJSON *fault) {
    const cJSON *name = json_get(fault, "name");
    const char *dot = cJSON_IsString(name) ? strrchr(name->valuestring, '.') : NULL;
    return dot != NULL ? (size_t)(dot - name->valuestring) : cJSON_IsString(name) ? strlen(name->valuestring) : 0;
}

static bool is_of(const cJSON *fault, const char *origin) {
    return origin_length(fault) == strlen(origin) &&
           strncmp(json_get(fault, "name")->valuestring, origin, strlen(origin)) == 0;
}

void shrink_fault_origins(struct shrink *shrink) {
    char origin[128];
    for (int i = cJSON_GetArraySize(find_faults(shrink->best)) - 1; i >= 0 && !shrink->is_over; i--) {
        cJSON *fault = cJSON_GetArrayItem(find_faults(shrink->best), i), *next;
        if (fault == NULL || origin_length(fault) == 0 || origin_length(fault) >= sizeof origin) {
            continue;
        }
        snprintf(origin, sizeof origin, "%.*s", (int)origin_length(fault), json_get(fault, "name")->valuestring);
        cJSON *candidate = shrink_copy(shrink), *faults = find_faults(candidate);
        bool is_first = true; /* of its origin: the others were tried with it */
        for (int j = i + 1; j < cJSON_GetArraySize(faults) && is_first; j++) {
            is_first = !is_of(cJSON_GetArrayItem(faults, j), origin);
        }
        for (fault = faults->child; fault != NULL && is_first; fault = next) {
            next = fault->next;
            if (is_of(fault, origin)) {
                cJSON_Delete(cJSON_DetachItemViaPointer(faults, fault));
            }
        }
        if (is_first) {
            shrink_try(shrink, candidate);
        } else {
            cJSON_Delete(candidate);
        }
    }
}

/* ---- Nodes ---- */

/* True if nothing is left of the item once the name is out of it. */
static bool drop_name(cJSON *item, const char *name) {
    cJSON *next;
    bool had_children = item->child != NULL;
    for (cJSON *child = item->child; child != NULL; child = next) {
        next = child->next;
        bool is_it = cJSON_IsString(child) && strcmp(child->valuestring, name) == 0 && child->string == NULL;
        if (is_it || ((cJSON_IsArray(child) || cJSON_IsObject(child)) && drop_name(child, name))) {
            cJSON_Delete(cJSON_DetachItemViaPointer(item, child));
        }
    }
    return had_children && item->child == NULL;
}

/* A fault that has lost its targets is no fault. */
static void drop_node(cJSON *root, const char *name) {
    cJSON *faults = find_faults(root), *next;
    for (cJSON *fault = faults != NULL ? faults->child : NULL; fault != NULL; fault = next) {
        int before = cJSON_GetArraySize(fault);
        next = fault->next;
        drop_name(fault, name);
        bool is_named = false;
        for (const cJSON *child = fault->child; child != NULL; child = child->next) {
            is_named = is_named || (cJSON_IsString(child) && strcmp(child->valuestring, name) == 0);
        }
        if (is_named || cJSON_GetArraySize(fault) < before) {
            cJSON_Delete(cJSON_DetachItemViaPointer(faults, fault));
        }
    }
}

bool shrink_nodes(struct shrink *shrink) {
    bool is_smaller = false, goes_on = true;
    int systems = cJSON_GetArraySize(get(shrink->best, "systems"));
    for (int s = 0; s < systems; s++) {
        for (goes_on = true; goes_on && !shrink->is_over;) {
            cJSON *candidate = shrink_copy(shrink), *system = cJSON_GetArrayItem(get(candidate, "systems"), s);
            cJSON *nodes = get(system, "nodes");
            int count = cJSON_IsNumber(nodes) ? (int)nodes->valuedouble : 1;
            char name[160];
            if (count < 2) {
                cJSON_Delete(candidate);
                break;
            }
            snprintf(name, sizeof name, "%.128s/%d", system->string, count);
            cJSON_SetNumberValue(nodes, count - 1);
            drop_node(candidate, name);
            goes_on = shrink_try(shrink, candidate);
            is_smaller = is_smaller || goes_on;
        }
    }
    return is_smaller;
}

/* ---- Machines ---- */

/* A constant of about the size of the distribution at `key`, if it is none yet. */
static bool try_constant(struct shrink *shrink, cJSON *(*find)(cJSON *root, int system), int system, const char *key) {
    static const char *const constants[] = {"0ms", "1ms", "5ms", "10ms", "20ms", "50ms"};
    cJSON *owner = find(shrink->best, system);
    if (owner == NULL || get(owner, key) == NULL || cJSON_IsString(get(owner, key))) {
        return false;
    }
    for (size_t i = 0; i < sizeof constants / sizeof constants[0] && !shrink->is_over; i++) {
        cJSON *candidate = shrink_copy(shrink);
        cJSON_ReplaceItemInObjectCaseSensitive(find(candidate, system), key, cJSON_CreateString(constants[i]));
        if (shrink_try(shrink, candidate)) {
            return true;
        }
    }
    return false;
}

static cJSON *find_system(cJSON *root, int system) {
    return cJSON_GetArrayItem(get(root, "systems"), system);
}

static cJSON *find_disk(cJSON *root, int system) {
    return get(find_system(root, system), "disk");
}

static bool shrink_system(struct shrink *shrink, int system) {
    static const char *const parts[] = {"clock", "service", "queue", "cores", "disk", "params"};
    bool is_smaller = false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        cJSON *candidate = shrink_copy(shrink);
        is_smaller = try_without_member(shrink, candidate, find_system(candidate, system), parts[i]) || is_smaller;
    }
    const cJSON *params = get(find_system(shrink->best, system), "params");
    for (int i = cJSON_GetArraySize(params) - 1; i >= 0; i--) {
        cJSON *candidate = shrink_copy(shrink), *copy = get(find_system(candidate, system), "params");
        cJSON_DeleteItemFromArray(copy, i);
        is_smaller = shrink_try(shrink, candidate) || is_smaller;
    }
    return try_constant(shrink, find_disk, system, "sync") || is_smaller;
}

bool shrink_machines(struct shrink *shrink) {
    bool is_smaller = false;
    for (int i = 0; i < cJSON_GetArraySize(get(shrink->best, "systems")); i++) {
        is_smaller = shrink_system(shrink, i) || is_smaller;
    }
    cJSON *candidate = shrink_copy(shrink);
    return try_without_member(shrink, candidate, candidate, "tie_salt") || is_smaller;
}

/* ---- Network ---- */

static cJSON *find_network(cJSON *root, int unused) {
    (void)unused;
    return get(root, "network");
}

bool shrink_network(struct shrink *shrink) {
    static const char *const parts[] = {"loss", "duplicate", "bandwidth", "ordered", "links", "messages", "latency"};
    cJSON *candidate = shrink_copy(shrink);
    bool is_smaller = try_without_member(shrink, candidate, candidate, "network");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        candidate = shrink_copy(shrink);
        is_smaller = try_without_member(shrink, candidate, find_network(candidate, 0), parts[i]) || is_smaller;
    }
    return try_constant(shrink, find_network, 0, "latency") || is_smaller;
}

/* ---- Times ---- */

/* The roundest time that still fails: whole seconds first, single milliseconds last. */
static bool round_time(struct shrink *shrink, int fault, const char *key) {
    static const sim_time units[] = {SIM_SECOND,           500 * SIM_MILLISECOND, 100 * SIM_MILLISECOND,
                                     50 * SIM_MILLISECOND, 10 * SIM_MILLISECOND,  SIM_MILLISECOND};
    int64_t time = 0;
    if (!read_time(json_get(cJSON_GetArrayItem(find_faults(shrink->best), fault), key), &time)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0] && time % units[i] != 0; i++) {
        for (int up = 0; up < 2; up++) {
            sim_time rounded = (time / units[i] + up) * units[i];
            cJSON *candidate = shrink_copy(shrink);
            put_time(cJSON_GetArrayItem(find_faults(candidate), fault), key, rounded);
            if (rounded > 0 && shrink_try(shrink, candidate)) {
                return true;
            }
            if (rounded <= 0) {
                cJSON_Delete(candidate);
            }
        }
    }
    return false;
}

/* All faults from number `first` on come earlier: half of the time since what was before them goes. */
static bool try_earlier(struct shrink *shrink, int first) {
    const cJSON *faults = find_faults(shrink->best);
    int64_t before = 0, at = 0;
    read_time(json_get(cJSON_GetArrayItem(faults, first - 1), "at"), &before);
    if (!read_time(json_get(cJSON_GetArrayItem(faults, first), "at"), &at) || at - before < 200 * SIM_MILLISECOND) {
        return false;
    }
    sim_time by = (at - before) / 2 / (10 * SIM_MILLISECOND) * (10 * SIM_MILLISECOND);
    cJSON *candidate = shrink_copy(shrink);
    for (int i = first; i < cJSON_GetArraySize(faults); i++) {
        cJSON *fault = cJSON_GetArrayItem(find_faults(candidate), i);
        if (read_time(json_get(fault, "at"), &at)) {
            put_time(fault, "at", at - by);
        }
    }
    return shrink_try(shrink, candidate);
}

bool shrink_times(struct shrink *shrink) {
    bool is_smaller = false;
    for (int i = 0; i < cJSON_GetArraySize(find_faults(shrink->best)) && !shrink->is_over; i++) {
        is_smaller = try_earlier(shrink, i) || is_smaller;
    }
    for (int i = 0; i < cJSON_GetArraySize(find_faults(shrink->best)) && !shrink->is_over; i++) {
        cJSON *candidate = shrink_copy(shrink);
        is_smaller =
            try_without_member(shrink, candidate, cJSON_GetArrayItem(find_faults(candidate), i), "for") || is_smaller;
        is_smaller = round_time(shrink, i, "for") || is_smaller;
        is_smaller = round_time(shrink, i, "at") || is_smaller;
    }
    return is_smaller;
}
