/* At whom the faults of a drawn scenario go. */
#include "sim/study/swarm_parts.h"

#include <stdio.h>

cJSON *swarm_random_nodes(struct swarm_plan *plan, uint32_t most) {
    cJSON *target = cJSON_CreateObject();
    cJSON_AddNumberToObject(target, "random", (double)draw_between(&plan->draw, 1, most));
    return target;
}

static uint32_t all_nodes(const struct swarm *swarm) {
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        nodes += swarm->systems[i].nodes;
    }
    return nodes;
}

bool swarm_has_leader(const struct swarm *swarm) {
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        if (swarm->systems[i].model->has_leader) {
            return true;
        }
    }
    return false;
}

bool swarm_is_allowed(const struct swarm *swarm, uint32_t kind) {
    return (swarm->allowed & 1u << kind) != 0;
}

/* What a boundary adds has to be felt. */
bool swarm_is_forced(const struct swarm *swarm, uint32_t kind) {
    return (swarm->forced & 1u << kind) != 0;
}

/* The same node again and again. */
void swarm_draw_node(const struct swarm *swarm, struct draw *draw, char *name, size_t size) {
    const struct swarm_system *system = &swarm->systems[draw_below(draw, swarm->system_count)];
    snprintf(name, size, "%s/%d", system->name, (int)draw_between(draw, 1, system->nodes));
}

/* Leaders most, for that is where protocols are at their weakest. */
cJSON *swarm_draw_target(struct swarm_plan *plan) {
    static const char *const roles[] = {"leader", "leader", "leader", "followers", "minority", "majority", "all"};
    const struct swarm *swarm = plan->swarm;
    if (plan->kind == FAULT_TRANSFER_LEADER) { /* to whom */
        return swarm_chance(&plan->draw, 0.5) ? cJSON_CreateString("followers") : swarm_random_nodes(plan, 2);
    }
    if (plan->aim != NULL && swarm_chance(&plan->draw, 0.8)) {
        return cJSON_CreateString(plan->aim);
    }
    if (swarm_is_forced(swarm, plan->kind) && swarm_has_leader(swarm) && swarm_chance(&plan->draw, 0.5)) {
        return cJSON_CreateString("leader");
    }
    uint64_t which = draw_below(&plan->draw, 14);
    uint64_t first = swarm_has_leader(swarm) ? 0 : 3;
    if (which >= first && which < sizeof roles / sizeof roles[0]) {
        return cJSON_CreateString(roles[which]);
    }
    if (which < 10) {
        char name[96];
        swarm_draw_node(swarm, &plan->draw, name, sizeof name);
        return cJSON_CreateString(name);
    }
    return swarm_random_nodes(plan, (all_nodes(swarm) + 1) / 2);
}
