/* The faults of a drawn scenario: which kinds, how heavy, when, at whom. */
#include "sim/study/swarm_parts.h"

#include "sim/base/units.h"

#include <stdio.h>
#include <string.h>

/* Two targets that are not one: of an aimed one, the other end is all the others, or a few. */
static void draw_one_way(struct swarm_plan *plan, cJSON *one_way) {
    cJSON *one = swarm_draw_target(plan), *other = NULL;
    if (plan->aim == NULL) {
        other = swarm_draw_target(plan);
    } else {
        other = swarm_chance(&plan->draw, 0.5) ? cJSON_CreateString("all") : swarm_random_nodes(plan, 3);
    }
    bool is_mute = swarm_chance(&plan->draw, 0.5); /* or deaf */
    cJSON_AddItemToObject(one_way, "from", is_mute ? one : other);
    cJSON_AddItemToObject(one_way, "to", is_mute ? other : one);
}

static void draw_partition(struct swarm_plan *plan) {
    static const char *const named[] = {"halves", "majorities-ring", "bridge"};
    uint64_t which = draw_below(&plan->draw, 10);
    if (which < 3 && plan->aim == NULL) {
        cJSON_AddStringToObject(plan->fault, "partition", named[which]);
        return;
    }
    cJSON *partition = cJSON_AddObjectToObject(plan->fault, "partition");
    if (which < 8) {
        cJSON_AddItemToObject(partition, "isolate", swarm_draw_target(plan));
    } else {
        draw_one_way(plan, cJSON_AddObjectToObject(partition, "one-way"));
    }
}

/* ---- What ---- */

static void draw_degrade(struct swarm_plan *plan, cJSON *what) {
    double scale = plan->swarm->scale;
    if (swarm_chance(&plan->draw, 0.5)) {
        cJSON_AddItemToObject(what, "from", swarm_draw_target(plan));
    }
    if (swarm_chance(&plan->draw, 0.5)) {
        cJSON_AddItemToObject(what, "to", swarm_draw_target(plan));
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

static void draw_drop(struct swarm_plan *plan, cJSON *what) {
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

/* What a boundary demands goes from half of the most on, to either side; else there is often nothing between the two.
 */
static int64_t draw_drift(struct swarm_plan *plan) {
    int64_t most = (int64_t)plan->swarm->drift_ppm, ppm = draw_between(&plan->draw, -most, most);
    if (swarm_is_forced(plan->swarm, plan->kind)) {
        return ppm < 0 ? ppm / 2 - most / 2 : ppm / 2 + most / 2;
    }
    bool is_extreme = swarm_chance(&plan->draw, 0.5);
    return !is_extreme ? ppm : ppm < 0 ? -most : most;
}

void swarm_draw_what(struct swarm_plan *plan) {
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
        cJSON_AddItemToObject(plan->fault, name, swarm_draw_target(plan));
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
    cJSON_AddItemToObject(what, "of", swarm_draw_target(plan));
    if (plan->kind == FAULT_CLOCK_JUMP) {
        swarm_add_time(what, "by", (swarm_chance(&plan->draw, 0.5) ? 1 : -1) * swarm_time(&plan->draw, 10, 100000));
    } else if (plan->kind == FAULT_CORRUPT_DISK) {
        cJSON_AddBoolToObject(what, "detected", swarm_chance(&plan->draw, 0.5));
        cJSON_AddNumberToObject(what, "records", (double)draw_between(&plan->draw, 1, 5));
    } else if (plan->kind == FAULT_CLOCK_DRIFT) {
        cJSON_AddNumberToObject(what, "ppm", (double)draw_drift(plan));
    } else {
        cJSON_AddNumberToObject(what, "times", (double)(int64_t)swarm_log_uniform(&plan->draw, 2, 60));
    }
}

/* ---- When ---- */

/* These happen in an instant, and "for" would mean nothing. */
bool swarm_is_instant(enum fault_kind kind) {
    return kind == FAULT_RESTART || kind == FAULT_CLOCK_JUMP || kind == FAULT_CORRUPT_DISK;
}

/* From one occurrence to the next. */
sim_time swarm_draw_gap(const struct swarm *swarm, struct draw *draw, enum swarm_weight weight) {
    double scale = swarm->scale, storm_ms = (double)(swarm->storm - SWARM_STORM_BEGINS) / 1e6;
    struct draw hurry = swarm_topic(swarm, "hurry");
    double patience =
        swarm_log_uniform(&hurry, 1, 4); /* of all faults of the run: what is rare together lasts longer */
    double least = weight == SWARM_HEAVY ? 100 * scale * patience : 600 * scale * patience;
    double most = least * 8 < storm_ms / 2 ? least * 8 : storm_ms / 2;
    return swarm_time(draw, least < most ? least : most, most);
}

/* All occurrences end before the storm does. */
static void draw_when(struct swarm_plan *plan) {
    const struct swarm *swarm = plan->swarm;
    sim_time gap = swarm_draw_gap(swarm, &plan->draw, plan->weight);
    bool is_long = plan->kind == FAULT_DEGRADE || plan->kind == FAULT_SLOW_DISK || plan->kind == FAULT_SLOW_NODE ||
                   plan->kind == FAULT_DROP_MESSAGES || plan->kind == FAULT_CLOCK_DRIFT;
    double gap_ms = (double)gap / 1e6;
    if (is_long && swarm_chance(&plan->draw, 0.4)) { /* all the time */
        swarm_add_time(plan->fault, "at", SWARM_STORM_BEGINS);
        swarm_add_time(plan->fault, "for", swarm->storm - SWARM_STORM_BEGINS);
        return;
    }
    double shortest = swarm_is_forced(swarm, plan->kind) ? gap_ms / 4 : gap_ms / 100;
    sim_time length =
        swarm_is_instant(plan->kind) ? 0 : swarm_time(&plan->draw, shortest < 1 ? 1 : shortest, gap_ms * 0.7 + 1);
    int64_t count = (swarm->storm - SWARM_STORM_BEGINS - gap - length) / gap + 1;
    swarm_add_time(plan->fault, "at", SWARM_STORM_BEGINS);
    swarm_add_time(plan->fault, "every", gap);
    swarm_add_time(plan->fault, "jitter", swarm_chance(&plan->draw, 0.8) ? gap : gap / 10);
    cJSON_AddNumberToObject(plan->fault, "count", count > 1 ? (double)count : 1);
    if (length > 0) {
        swarm_add_time(plan->fault, "for", length);
    }
}

/* ---- The mix ---- */

/* With a boundary to be hunted, what it names comes seldom enough to take its course, and little else disturbs it. */
static enum swarm_weight draw_weight(const struct swarm *swarm, struct draw *draw, uint32_t kind) {
    double off = swarm->forced != 0 ? 0.9 : kind == FAULT_CRASH || kind == FAULT_PARTITION ? 0.25 : 0.65;
    double at = draw_unit(draw);
    if (swarm_is_forced(swarm, kind)) {
        return SWARM_LIGHT;
    }
    return at < off ? SWARM_OFF : at < off + (1 - off) / 2 ? SWARM_LIGHT : SWARM_HEAVY;
}

static void add_fault(struct swarm *swarm, cJSON *faults, uint32_t kind, uint32_t number) {
    char name[64];
    snprintf(name, sizeof name, "%s-%u", fault_kind_name((enum fault_kind)kind), number);
    struct swarm_plan plan = {.swarm = swarm, .draw = swarm_topic(swarm, name), .kind = (enum fault_kind)kind};
    plan.weight = draw_weight(swarm, &plan.draw, kind);
    if (plan.weight == SWARM_OFF) {
        return;
    }
    plan.fault = cJSON_CreateObject();
    cJSON_AddStringToObject(plan.fault, "name", name);
    draw_when(&plan);
    swarm_draw_what(&plan);
    cJSON_AddItemToArray(faults, plan.fault);
}

/* ---- What is left behind ---- */

/* What some faults leave behind (a node that fell silent when its disk was full) a restart mends, as an operator would.
 */
static void add_repair(const struct swarm *swarm, cJSON *faults) {
    struct draw draw = swarm_topic(swarm, "repair");
    bool needs = swarm_is_allowed(swarm, FAULT_FULL_DISK) || swarm_is_allowed(swarm, FAULT_LOSE_DISK) ||
                 swarm_is_allowed(swarm, FAULT_CORRUPT_DISK);
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
        for (uint32_t number = 1; number <= most && swarm_is_allowed(swarm, kind); number++) {
            add_fault(swarm, faults, kind, number);
        }
    }
    if (swarm->options->boundary == NULL) {
        swarm_draw_volleys(swarm, faults);
    }
    if (swarm_is_allowed(swarm, FAULT_CRASH)) {
        add_repair(swarm, faults);
    }
}
