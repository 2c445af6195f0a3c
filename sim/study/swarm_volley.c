/* Faults that belong together: volleys within the storm, and the lull after it. */
#include "sim/study/swarm_parts.h"

#include <stdio.h>

/* Many bugs take a second fault before the system has got over the first: a leader that is cut off while it hands over,
 * a crash while a snapshot is on its way. Independent faults seldom come that close. A volley is two or three faults
 * that follow each other within the time of an election or less, again and again, mostly at the same target. */
struct volley {
    const char *aim;
    sim_time begins, every, after; /* `after`: the next fault, counted from the beginning of the volley */
    uint32_t number, faults;
    uint64_t first_kind; /* at an edge */
};

enum { MOST_VOLLEYS = 2, MOST_FAULTS_OF_A_VOLLEY = 3 };

/* At an edge, one after the other of what the edge is made of. */
static enum fault_kind edge_kind(const struct swarm *swarm, uint64_t number) {
    uint64_t at = 0;
    for (uint32_t kind = 0;; kind = (kind + 1) % FAULT_KIND_COUNT) {
        if (swarm_is_forced(swarm, kind) && at++ == number) {
            return (enum fault_kind)kind;
        }
    }
}

/* First anything; then most often what takes a node away. */
static enum fault_kind draw_kind(const struct swarm *swarm, struct draw *draw, bool is_first) {
    static const enum fault_kind removals[] = {FAULT_PARTITION, FAULT_PARTITION, FAULT_PARTITION, FAULT_CRASH,
                                               FAULT_CRASH,     FAULT_PAUSE,     FAULT_RESTART};
    uint32_t kind = removals[draw_below(draw, sizeof removals / sizeof removals[0])];
    bool is_any = swarm_chance(draw, is_first ? 0.7 : 0.3);
    while (is_any || !swarm_is_allowed(swarm, kind)) {
        kind = (uint32_t)draw_below(draw, FAULT_KIND_COUNT);
        is_any = false;
    }
    return (enum fault_kind)kind;
}

static void add_shot(struct swarm *swarm, cJSON *faults, struct volley *volley) {
    char name[64];
    snprintf(name, sizeof name, "volley-%u-%u", volley->number, ++volley->faults);
    struct swarm_plan plan = {
        .swarm = swarm, .draw = swarm_topic(swarm, name), .weight = SWARM_LIGHT, .aim = volley->aim};
    plan.kind = swarm->edge != NULL ? edge_kind(swarm, volley->first_kind + volley->faults)
                                    : draw_kind(swarm, &plan.draw, volley->faults == 1);
    double gap_ms = (double)volley->every / 1e6, scale = swarm->scale;
    double shortest = swarm_is_forced(swarm, plan.kind) ? gap_ms / 4 : gap_ms / 100;
    sim_time length = swarm_is_instant(plan.kind) ? 0 : swarm_time(&plan.draw, shortest + 1, gap_ms * 0.7 + 2);
    int64_t count = (swarm->storm - volley->begins - volley->after - length) / volley->every + 1;
    plan.fault = cJSON_CreateObject();
    cJSON_AddStringToObject(plan.fault, "name", name);
    swarm_add_time(plan.fault, "at", volley->begins + volley->after);
    swarm_add_time(plan.fault, "every", volley->every);
    cJSON_AddNumberToObject(plan.fault, "count", count > 1 ? (double)count : 1);
    if (length > 0) {
        swarm_add_time(plan.fault, "for", length);
    }
    swarm_draw_what(&plan);
    cJSON_AddItemToArray(faults, plan.fault);
    volley->after += swarm_chance(&plan.draw, 0.3) ? length : 0; /* or from its end on */
    volley->after += swarm_time(&plan.draw, scale, 300 * scale);
}

static void add_volley(struct swarm *swarm, cJSON *faults, uint32_t number) {
    char topic[64], aim[96];
    snprintf(topic, sizeof topic, "volley-%u", number);
    struct draw draw = swarm_topic(swarm, topic);
    if (!swarm_chance(&draw, swarm->edge != NULL ? 0.7 : 0.4)) {
        return;
    }
    struct volley volley = {.number = number, .first_kind = draw_below(&draw, FAULT_KIND_COUNT)};
    volley.every = swarm_draw_gap(swarm, &draw, swarm_chance(&draw, 0.5) ? SWARM_LIGHT : SWARM_HEAVY);
    volley.begins = SWARM_STORM_BEGINS + (sim_time)draw_below(&draw, (uint64_t)volley.every);
    swarm_draw_node(swarm, &draw, aim, sizeof aim);
    double certain = swarm->edge != NULL ? 1 : 0.7;
    volley.aim = !swarm_chance(&draw, certain)                             ? NULL
                 : swarm_has_leader(swarm) && swarm_chance(&draw, certain) ? "leader"
                                                                           : aim;
    int64_t most = draw_between(&draw, 2, MOST_FAULTS_OF_A_VOLLEY);
    for (int64_t i = 0; i < most && volley.after < volley.every; i++) {
        add_shot(swarm, faults, &volley);
    }
}

void swarm_draw_volleys(struct swarm *swarm, cJSON *faults) {
    for (uint32_t number = 1; number <= MOST_VOLLEYS && swarm->allowed != 0; number++) {
        add_volley(swarm, faults, number);
    }
}

/* ---- Lulls ---- */

/* One node of each system stays ill while the others have peace. */
void swarm_draw_lull(struct swarm *swarm) {
    cJSON *faults = cJSON_GetObjectItemCaseSensitive(swarm->root, "faults");
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        char name[64], node[96];
        snprintf(name, sizeof name, "lull-%u", i + 1);
        struct draw draw = swarm_topic(swarm, name);
        uint64_t which = draw_below(&draw, 5);
        snprintf(node, sizeof node, "%s/%d", swarm->systems[i].name,
                 (int)draw_between(&draw, 1, swarm->systems[i].nodes));
        cJSON *fault = cJSON_CreateObject();
        cJSON_AddStringToObject(fault, "name", name);
        swarm_add_time(fault, "at", swarm->storm + 50 * SIM_MILLISECOND);
        swarm_add_time(fault, "for", swarm->lull - 50 * SIM_MILLISECOND);
        if (which < 2) {
            cJSON_AddStringToObject(fault, which == 0 ? "crash" : "pause", node);
        } else {
            cJSON *partition = cJSON_AddObjectToObject(fault, "partition");
            cJSON *way = which == 2 ? partition : cJSON_AddObjectToObject(partition, "one-way");
            cJSON_AddStringToObject(way, which == 2 ? "isolate" : which == 3 ? "from" : "to", node);
            if (which > 2) {
                cJSON_AddStringToObject(way, which == 3 ? "to" : "from", swarm->systems[i].name);
            }
        }
        cJSON_AddItemToArray(faults, fault);
    }
}
