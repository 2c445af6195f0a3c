/* Fewer clients, fewer and simpler operations. */
#include "sim/scenario/json.h"
#include "sim/study/shrink_parts.h"

#include <string.h>

static cJSON *find_workload(cJSON *root) {
    cJSON *workload = cJSON_GetObjectItemCaseSensitive(root, "workload");
    cJSON *several = cJSON_GetObjectItemCaseSensitive(root, "workloads");
    return workload != NULL ? workload : several != NULL ? several->child : NULL;
}

static cJSON *find_arrivals(cJSON *root) {
    cJSON *arrivals = cJSON_GetObjectItemCaseSensitive(find_workload(root), "arrivals");
    return arrivals != NULL ? cJSON_GetObjectItemCaseSensitive(arrivals, "trace") : NULL;
}

static bool try_all_without(struct shrink *shrink) {
    cJSON *candidate = shrink_copy(shrink);
    cJSON_DeleteItemFromObjectCaseSensitive(candidate, "workload");
    cJSON_DeleteItemFromObjectCaseSensitive(candidate, "workloads");
    cJSON_DeleteItemFromObjectCaseSensitive(candidate, "phases");
    return shrink_try(shrink, candidate);
}

static bool try_single_workloads(struct shrink *shrink) {
    bool is_smaller = false;
    for (int i = cJSON_GetArraySize(json_get(shrink->best, "workloads")) - 1; i > 0 && !shrink->is_over; i--) {
        cJSON *candidate = shrink_copy(shrink);
        cJSON_DeleteItemFromArray(cJSON_GetObjectItemCaseSensitive(candidate, "workloads"), i);
        is_smaller = shrink_try(shrink, candidate) || is_smaller;
    }
    return is_smaller;
}

static bool try_fewer_clients(struct shrink *shrink) {
    const cJSON *clients = json_get(find_workload(shrink->best), "clients");
    for (int count = 1; cJSON_IsNumber(clients) && count < (int)clients->valuedouble && !shrink->is_over; count++) {
        cJSON *candidate = shrink_copy(shrink);
        cJSON_SetNumberValue(cJSON_GetObjectItemCaseSensitive(find_workload(candidate), "clients"), count);
        if (shrink_try(shrink, candidate)) {
            return true;
        }
    }
    return false;
}

static bool try_without_parts(struct shrink *shrink) {
    static const char *const parts[] = {"retries", "deadline", "route", "mix", "value_size", "until", "from"};
    bool is_smaller = false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !shrink->is_over; i++) {
        if (json_get(find_workload(shrink->best), parts[i]) != NULL) {
            cJSON *candidate = shrink_copy(shrink);
            cJSON_DeleteItemFromObjectCaseSensitive(find_workload(candidate), parts[i]);
            is_smaller = shrink_try(shrink, candidate) || is_smaller;
        }
    }
    return is_smaller;
}

static bool try_one_key(struct shrink *shrink) {
    const cJSON *keys = json_get(find_workload(shrink->best), "keys");
    const cJSON *count = keys != NULL && keys->child != NULL ? json_get(keys->child, "count") : NULL;
    if (!cJSON_IsNumber(count) || count->valuedouble <= 1) {
        return false;
    }
    cJSON *candidate = shrink_copy(shrink);
    cJSON *copy = cJSON_GetObjectItemCaseSensitive(find_workload(candidate), "keys");
    cJSON_SetNumberValue(cJSON_GetObjectItemCaseSensitive(copy->child, "count"), 1);
    return shrink_try(shrink, candidate);
}

bool shrink_load(struct shrink *shrink) {
    if (find_workload(shrink->best) == NULL) {
        return false;
    }
    if (try_all_without(shrink)) {
        return true;
    }
    bool is_smaller = try_single_workloads(shrink);
    is_smaller = try_fewer_clients(shrink) || is_smaller;
    is_smaller = try_without_parts(shrink) || is_smaller;
    is_smaller = try_one_key(shrink) || is_smaller;
    if (find_arrivals(shrink->best) != NULL) {
        int before = cJSON_GetArraySize(find_arrivals(shrink->best));
        shrink_array(shrink, find_arrivals);
        is_smaller = cJSON_GetArraySize(find_arrivals(shrink->best)) < before || is_smaller;
    }
    return is_smaller;
}
