/* What a branch changes in the middle of a run: "faults=[...]", "network.latency=5ms". A run has the machines, clients
 * and parameters that it began with; what it reads anew for each message, sync, service or arrival may change. */
#include "sim/scenario/source.h"

#include "sim/base/units.h"

#include <string.h>

/* Paths that may change, with everything below them; "*" is any one key. */
static const char *const changeable[] = {
    "network.latency",      "network.loss",     "network.duplicate",      "network.bandwidth",    "network.ordered",
    "network.links",        "network.messages", "systems.*.disk.sync",    "systems.*.service",    "systems.*.queue",
    "workload.arrivals",    "workload.mix",     "workload.value_size",    "workload.deadline",    "workload.retries",
    "workloads.*.arrivals", "workloads.*.mix",  "workloads.*.value_size", "workloads.*.deadline", "workloads.*.retries",
};

static bool is_below(const char *path, const char *pattern) {
    while (*pattern != '\0') {
        if (*pattern == '*') {
            size_t length = strcspn(path, ".");
            if (length == 0) {
                return false;
            }
            path += length;
            pattern++;
        } else if (*path++ != *pattern++) {
            return false;
        }
    }
    return *path == '\0' || *path == '.';
}

static bool may_change(const char *path) {
    for (size_t i = 0; i < sizeof changeable / sizeof changeable[0]; i++) {
        if (is_below(path, changeable[i])) {
            return true;
        }
    }
    return false;
}

/* ---- Added faults ---- */

struct added {
    struct source *source;
    uint32_t file;
    sim_time from; /* nothing begins before */
    int number;    /* of the fault in the change, from 0 */
};

static bool fail_fault(const struct added *added, const char *format, const char *found) {
    char from[32];
    problems_add(&added->source->problems, added->file, 1, 1, format, added->number, found,
                 units_write_duration(from, sizeof from, added->from));
    return false;
}

/* "+2s" counts from the branch; without a time the fault begins with it. What is no duration is left to the reader. */
static bool settle_start(const struct added *added, cJSON *fault) {
    const cJSON *at = json_get(fault, "at");
    int64_t start = 0;
    char error[160], text[32];
    if (at != NULL && (!cJSON_IsString(at) || at->valuestring[0] == '$')) {
        return fail_fault(added,
                          "faults.%d.at: %s; expected a time such as \"+2s\", from the branch on, or one of the "
                          "run from %s on",
                          cJSON_IsString(at) ? "a name of \"let\"" : "no text");
    }
    if (at != NULL) {
        bool is_relative = at->valuestring[0] == '+';
        if (!units_read_duration(at->valuestring + is_relative, &start, error, sizeof error)) {
            return fail_fault(added, "faults.%d.at: %s, such as \"+2s\", from the branch on, or a time from %s on",
                              error);
        }
        if (is_relative && start > SIM_NEVER / 2 - added->from) {
            return fail_fault(added, "faults.%d.at: \"%s\" is too late; expected a time from %s on", at->valuestring);
        }
        start += is_relative ? added->from : 0;
        if (start < added->from) {
            return fail_fault(added,
                              "faults.%d.at: \"%s\" is before the branch; expected a time from %s on, or \"+2s\", "
                              "counted from the branch",
                              at->valuestring);
        }
    } else {
        start = added->from;
    }
    cJSON *settled = cJSON_CreateString(units_write_duration(text, sizeof text, start));
    json_set_place(&added->source->places, settled, (struct json_place){added->file, 1, 1, 1, 1});
    if (at != NULL) {
        cJSON_ReplaceItemInObjectCaseSensitive(fault, "at", settled);
    } else {
        cJSON_AddItemToObject(fault, "at", settled);
    }
    return true;
}

static bool add_faults(struct added *added, const char *text) {
    struct source *source = added->source;
    cJSON *items = json_parse(text, strlen(text), added->file, &source->places, &source->problems);
    if (items == NULL) {
        return false;
    }
    if (!cJSON_IsArray(items)) {
        char shown[80];
        problems_add(&source->problems, added->file, 1, 1, "faults: %s; expected an array of faults to be added",
                     json_show(items, shown, sizeof shown));
        cJSON_Delete(items);
        return false;
    }
    cJSON *faults = cJSON_GetObjectItemCaseSensitive(source->tree, "faults");
    if (!cJSON_IsArray(faults)) {
        cJSON_DeleteItemFromObjectCaseSensitive(source->tree, "faults");
        faults = cJSON_AddArrayToObject(source->tree, "faults");
        json_set_place(&source->places, faults, (struct json_place){added->file, 1, 1, 1, 1});
    }
    bool is_good = true;
    for (added->number = 0; items->child != NULL; added->number++) {
        cJSON *fault = cJSON_DetachItemViaPointer(items, items->child);
        is_good = (!cJSON_IsObject(fault) || settle_start(added, fault)) && is_good;
        cJSON_AddItemToArray(faults, fault);
    }
    cJSON_Delete(items);
    return is_good;
}

/* ---- Changes ---- */

bool source_apply_change(struct source *source, const char *change, sim_time from) {
    size_t length = strcspn(change, "=");
    char path[1024];
    struct added added = {source, problems_add_file(&source->problems, "--branch", true), from, 0};
    if (length == 0 || length >= sizeof path || change[length] == '\0') {
        problems_add(&source->problems, added.file, 1, 1,
                     "\"%.200s\" changes nothing; expected path=value, such as network.loss=0.1 or faults=[{\"crash\": "
                     "\"leader\"}]",
                     change);
        return false;
    }
    memcpy(path, change, length);
    path[length] = '\0';
    if (strcmp(path, "faults") == 0) {
        return add_faults(&added, change + length + 1);
    }
    if (!may_change(path)) {
        problems_add(&source->problems, added.file, 1, 1,
                     "%.200s cannot change in the middle of a run; expected faults (to be added), latency, loss, "
                     "duplicate, bandwidth, ordered, links or messages of network, disk.sync, service or queue of a "
                     "system, or arrivals, mix, value_size, deadline or retries of a workload",
                     path);
        return false;
    }
    return source_apply_set(source, "--branch", change);
}
