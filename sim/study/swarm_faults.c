/* The faults of a drawn scenario: which kinds, how heavy, when, at whom. */
#include "sim/study/swarm_parts.h"

#include "sim/base/units.h"

#include <stdio.h>
#include <string.h>

enum weight { WEIGHT_OFF, WEIGHT_LIGHT, WEIGHT_HEAVY };

struct plan {
    struct swarm *swarm;
    struct draw draw;
    enum fault_kind kind;
    enum weight weight;
    cJSON *fault;
};

#define STORM_BEGINS (200 * SIM_MILLISECOND)

/* ---- At whom ---- */

static cJSON *random_nodes(struct plan *plan, uint32_t most) {
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

static bool has_leader(const struct swarm *swarm) {
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        if (swarm->systems[i].model->has_leader) {
            return true;
        }
    }
    return false;
}

/* What a boundary adds has to be felt. */
static bool is_forced(const struct swarm *swarm, uint32_t kind) {
    return (swarm->forced & 1u << kind) != 0;
}

/* Leaders most, for that is where protocols are at their weakest. */
static cJSON *draw_target(struct plan *plan) {
    static const char *const roles[] = {"leader", "leader", "leader", "followers", "minority", "majority", "all"};
    const struct swarm *swarm = plan->swarm;
    if (is_forced(swarm, plan->kind) && has_leader(swarm) && swarm_chance(&plan->draw, 0.5)) {
        return cJSON_CreateString("leader");
    }
    uint64_t which = draw_below(&plan->draw, 14);
    uint64_t first = has_leader(swarm) ? 0 : 3;
    if (which >= first && which < sizeof roles / sizeof roles[0]) {
        return cJSON_CreateString(roles[which]);
    }
    const struct swarm_system *system = &swarm->systems[draw_below(&plan->draw, swarm->system_count)];
    if (which < 10) { /* the same node again and again */
        char name[96];
        snprintf(name, sizeof name, "%s/%d", system->name, (int)draw_between(&plan->draw, 1, system->nodes));
        return cJSON_CreateString(name);
    }
    return random_nodes(plan, (all_nodes(swarm) + 1) / 2);
}

static void draw_partition(struct plan *plan) {
    static const char *const named[] = {"halves", "majorities-ring", "bridge"};
    uint64_t which = draw_below(&plan->draw, 10);
    if (which < 3) {
        cJSON_AddStringToObject(plan->fault, "partition", named[which]);
        return;
    }
    cJSON *partition = cJSON_AddObjectToObject(plan->fault, "partition");
    if (which < 8) {
        cJSON_AddItemToObject(partition, "isolate", draw_target(plan));
        return;
    }
    cJSON *one_way = cJSON_AddObjectToObject(partition, "one-way");
    cJSON_AddItemToObject(one_way, "from", draw_target(plan));
    cJSON_AddItemToObject(one_way, "to", draw_target(plan));
}

/* ---- What ---- */

static void draw_degrade(struct plan *plan, cJSON *what) {
    double scale = plan->swarm->scale;
    if (swarm_chance(&plan->draw, 0.5)) {
        cJSON_AddItemToObject(what, "from", draw_target(plan));
    }
    if (swarm_chance(&plan->draw, 0.5)) {
        cJSON_AddItemToObject(what, "to", draw_target(plan));
    }
    cJSON *delay = cJSON_AddObjectToObject(what, "delay");
    cJSON *shape = cJSON_AddObjectToObject(delay, "lognormal");
    swarm_add_time(shape, "median", swarm_time(&plan->draw, 5 * scale, 80 * scale)); /* some outlast an election */
    cJSON_AddNumberToObject(shape, "sigma", 1.2);
    if (swarm_chance(&plan->draw, 0.3)) {
        cJSON_AddNumberToObject(what, "loss", (double)draw_between(&plan->draw, 1, 6) / 20);
    }
    if (swarm_chance(&plan->draw, 0.3)) {
        cJSON_AddNumberToObject(what, "duplicate", (double)draw_between(&plan->draw, 1, 6) / 20);
        if (swarm_chance(&plan->draw, 0.5)) { /* copies of old messages: of a term ago, of a life ago */
            cJSON *after = cJSON_AddObjectToObject(what, "replay_after");
            cJSON *age = cJSON_AddObjectToObject(after, "lognormal");
            swarm_add_time(age, "median", swarm_time(&plan->draw, 50 * scale, 2000 * scale));
            cJSON_AddNumberToObject(age, "sigma", 1);
        }
    }
}

static void draw_drop(struct plan *plan, cJSON *what) {
    const struct swarm *swarm = plan->swarm;
    const struct model *model = swarm->systems[draw_below(&plan->draw, swarm->system_count)].model;
    uint64_t count = 0;
    while (model->messages != NULL && model->messages[count].name != NULL) {
        count++;
    }
    uint64_t which = draw_below(&plan->draw, count + 2);
    const char *type = which < count ? model->messages[which].name : which == count ? "request" : "reply";
    cJSON_AddStringToObject(what, "type", type);
    cJSON_AddNumberToObject(what, "probability", (double)draw_between(&plan->draw, 1, 10) / 10);
}

static void draw_what(struct plan *plan) {
    const char *name = fault_kind_name(plan->kind);
    if (plan->kind == FAULT_PARTITION) {
        draw_partition(plan);
        return;
    }
    bool has_arguments = plan->kind == FAULT_SLOW_DISK || plan->kind == FAULT_SLOW_NODE ||
                         plan->kind == FAULT_CLOCK_JUMP || plan->kind == FAULT_CLOCK_DRIFT ||
                         plan->kind == FAULT_DEGRADE || plan->kind == FAULT_DROP_MESSAGES ||
                         plan->kind == FAULT_CORRUPT_DISK;
    if (!has_arguments) {
        cJSON_AddItemToObject(plan->fault, name, draw_target(plan));
        return;
    }
    cJSON *what = cJSON_AddObjectToObject(plan->fault, name);
    if (plan->kind == FAULT_DEGRADE) {
        draw_degrade(plan, what);
        return;
    }
    if (plan->kind == FAULT_DROP_MESSAGES) {
        draw_drop(plan, what);
        return;
    }
    cJSON_AddItemToObject(what, "of", draw_target(plan));
    if (plan->kind == FAULT_CLOCK_JUMP) {
        swarm_add_time(what, "by", (swarm_chance(&plan->draw, 0.5) ? 1 : -1) * swarm_time(&plan->draw, 10, 100000));
    } else if (plan->kind == FAULT_CORRUPT_DISK) {
        cJSON_AddBoolToObject(what, "detected", swarm_chance(&plan->draw, 0.5));
        cJSON_AddNumberToObject(what, "records", (double)draw_between(&plan->draw, 1, 5));
    } else if (plan->kind == FAULT_CLOCK_DRIFT) {
        int64_t most = (int64_t)plan->swarm->drift_ppm;
        int64_t ppm = draw_between(&plan->draw, -most, most);
        bool is_far = is_forced(plan->swarm, plan->kind); /* from half of it on, to either side */
        ppm = !is_far ? ppm : ppm < 0 ? ppm / 2 - most / 2 : ppm / 2 + most / 2;
        cJSON_AddNumberToObject(what, "ppm", (double)ppm);
    } else {
        cJSON_AddNumberToObject(what, "times", (double)(int64_t)swarm_log_uniform(&plan->draw, 2, 60));
    }
}

/* ---- When ---- */

/* These happen in an instant, and "for" would mean nothing. */
static bool is_instant(enum fault_kind kind) {
    return kind == FAULT_RESTART || kind == FAULT_CLOCK_JUMP || kind == FAULT_CORRUPT_DISK;
}

/* All occurrences end before the storm does. */
static void draw_when(struct plan *plan) {
    const struct swarm *swarm = plan->swarm;
    double scale = swarm->scale, storm_ms = (double)(swarm->storm - STORM_BEGINS) / 1e6;
    struct draw hurry = swarm_topic(swarm, "hurry");
    double patience =
        swarm_log_uniform(&hurry, 1, 4); /* of all faults of the run: what is rare together lasts longer */
    double least = plan->weight == WEIGHT_HEAVY ? 100 * scale * patience : 600 * scale * patience;
    double most_ms = least * 8 < storm_ms / 2 ? least * 8 : storm_ms / 2;
    sim_time gap = swarm_time(&plan->draw, least < most_ms ? least : most_ms, most_ms);
    bool is_long = plan->kind == FAULT_DEGRADE || plan->kind == FAULT_SLOW_DISK || plan->kind == FAULT_SLOW_NODE ||
                   plan->kind == FAULT_DROP_MESSAGES || plan->kind == FAULT_CLOCK_DRIFT;
    double gap_ms = (double)gap / 1e6;
    if (is_long && swarm_chance(&plan->draw, 0.4)) { /* all the time */
        swarm_add_time(plan->fault, "at", STORM_BEGINS);
        swarm_add_time(plan->fault, "for", swarm->storm - STORM_BEGINS);
        return;
    }
    double shortest = is_forced(swarm, plan->kind) ? gap_ms / 4 : gap_ms / 100;
    sim_time length =
        is_instant(plan->kind) ? 0 : swarm_time(&plan->draw, shortest < 1 ? 1 : shortest, gap_ms * 0.7 + 1);
    int64_t count = (swarm->storm - STORM_BEGINS - gap - length) / gap + 1;
    swarm_add_time(plan->fault, "at", STORM_BEGINS);
    swarm_add_time(plan->fault, "every", gap);
    swarm_add_time(plan->fault, "jitter", swarm_chance(&plan->draw, 0.8) ? gap : gap / 10);
    cJSON_AddNumberToObject(plan->fault, "count", count > 1 ? (double)count : 1);
    if (length > 0) {
        swarm_add_time(plan->fault, "for", length);
    }
}

/* ---- The mix ---- */

static bool is_allowed(const struct swarm *swarm, uint32_t kind) {
    return (swarm->allowed & 1u << kind) != 0;
}

/* With a boundary to be hunted, what it names comes seldom enough to take its course, and little else disturbs it. */
static enum weight draw_weight(const struct swarm *swarm, struct draw *draw, uint32_t kind) {
    double off = swarm->forced != 0 ? 0.9 : kind == FAULT_CRASH || kind == FAULT_PARTITION ? 0.25 : 0.65;
    double at = draw_unit(draw);
    if (is_forced(swarm, kind)) {
        return WEIGHT_LIGHT;
    }
    return at < off ? WEIGHT_OFF : at < off + (1 - off) / 2 ? WEIGHT_LIGHT : WEIGHT_HEAVY;
}

static void add_fault(struct swarm *swarm, cJSON *faults, uint32_t kind, uint32_t number) {
    char name[64];
    snprintf(name, sizeof name, "%s-%u", fault_kind_name((enum fault_kind)kind), number);
    struct plan plan = {.swarm = swarm, .draw = swarm_topic(swarm, name), .kind = (enum fault_kind)kind};
    plan.weight = draw_weight(swarm, &plan.draw, kind);
    if (plan.weight == WEIGHT_OFF) {
        return;
    }
    plan.fault = cJSON_CreateObject();
    cJSON_AddStringToObject(plan.fault, "name", name);
    draw_when(&plan);
    draw_what(&plan);
    cJSON_AddItemToArray(faults, plan.fault);
}

/* What some faults leave behind (a node that fell silent when its disk was full) a restart mends, as an operator would.
 */
static void add_repair(const struct swarm *swarm, cJSON *faults) {
    struct draw draw = swarm_topic(swarm, "repair");
    bool needs = is_allowed(swarm, FAULT_FULL_DISK) || is_allowed(swarm, FAULT_LOSE_DISK) ||
                 is_allowed(swarm, FAULT_CORRUPT_DISK);
    if (!needs && !swarm_chance(&draw, 0.3)) {
        return;
    }
    cJSON *fault = cJSON_CreateObject();
    cJSON_AddStringToObject(fault, "name", "repair");
    swarm_add_time(fault, "at", swarm->storm);
    swarm_add_time(fault, "for", 10 * SIM_MILLISECOND);
    cJSON_AddStringToObject(fault, "crash", "all");
    cJSON_AddItemToArray(faults, fault);
}

void swarm_draw_faults(struct swarm *swarm) {
    cJSON *faults = cJSON_AddArrayToObject(swarm->root, "faults");
    for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        uint32_t most = kind == FAULT_CRASH ? 3 : kind == FAULT_PARTITION ? 2 : 1;
        for (uint32_t number = 1; number <= most && is_allowed(swarm, kind); number++) {
            add_fault(swarm, faults, kind, number);
        }
    }
    if (is_allowed(swarm, FAULT_CRASH)) {
        add_repair(swarm, faults);
    }
}
