/* What a hunt drew, for people: a line for each system, the network, the clients and each fault. */
#include "sim/scenario/json.h"
#include "sim/study/swarm.h"

#include <stdlib.h>

static void add_line(struct text *out, const char *label, const cJSON *item) {
    char *compact = item != NULL ? cJSON_PrintUnformatted(item) : NULL;
    if (compact != NULL) {
        text_add(out, "  %-8s %s\n", label, compact);
    }
    free(compact);
}

void swarm_describe(const struct scenario *scenario, struct text *out) {
    cJSON *root = cJSON_Parse(scenario->resolved);
    const cJSON *item;
    text_add(out, "  %-8s %.3g s\n", "lasts", (double)scenario->duration / 1e9);
    cJSON_ArrayForEach(item, json_get(root, "systems")) {
        add_line(out, item->string, item);
    }
    add_line(out, "network", json_get(root, "network"));
    add_line(out, "clients", json_get(root, "workload"));
    add_line(out, "clients", json_get(root, "workloads"));
    cJSON_ArrayForEach(item, json_get(root, "faults")) {
        add_line(out, "fault", item);
    }
    add_line(out, "tie salt", json_get(root, "tie_salt"));
    cJSON_Delete(root);
}
