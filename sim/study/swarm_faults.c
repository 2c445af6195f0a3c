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
    const char *aim; /* at whom all of it goes; NULL: drawn */
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

static bool is_allowed(const struct swarm *swarm, uint32_t kind) {
    return (swarm->allowed & 1u << kind) != 0;
}

/* What a boundary adds has to be felt. */
static bool is_forced(const struct swarm *swarm, uint32_t kind) {
    return (swarm->forced & 1u << kind) != 0;
}

/* The same node again and again. */
static void draw_node(const struct swarm *swarm, struct draw *draw, char *name, size_t size) {
    const struct swarm_system *system = &swarm->systems[draw_below(draw, swarm->system_count)];
    snprintf(name, size, "%s/%d", system->name, (int)draw_between(draw, 1, system->nodes));
}

/* Leaders most, for that is where protocols are at their weakest. */
static cJSON *draw_target(struct plan *plan) {
    static const char *const roles[] = {"leader", "leader", "leader", "followers", "minority", "majority", "all"};
    const struct swarm *swarm = plan->swarm;
    if (plan->kind == FAULT_TRANSFER_LEADER) { /* to whom */
        return swarm_chance(&plan->draw, 0.5) ? cJSON_CreateString("followers") : random_nodes(plan, 2);
    }
    if (plan->aim != NULL && swarm_chance(&plan->draw, 0.8)) {
        return cJSON_CreateString(plan->aim);
    }
    if (is_forced(swarm, plan->kind) && has_leader(swarm) && swarm_chance(&plan->draw, 0.5)) {
        return cJSON_CreateString("leader");
    }
    uint64_t which = draw_below(&plan->draw, 14);
    uint64_t first = has_leader(swarm) ? 0 : 3;
    if (which >= first && which < sizeof roles / sizeof roles[0]) {
        return cJSON_CreateString(roles[which]);
    }
    if (which < 10) {
        char name[96];
        draw_node(swarm, &plan->draw, name, sizeof name);
        return cJSON_CreateString(name);
    }
    return random_nodes(plan, (all_nodes(swarm) + 1) / 2);
}

/* Two targets that are not one: of an aimed one, the other end is all the others, or a few. */
static void draw_one_way(struct plan *plan, cJSON *one_way) {
    cJSON *one = draw_target(plan), *other = NULL;
    if (plan->aim == NULL) {
        other = draw_target(plan);
    } else {
        other = swarm_chance(&plan->draw, 0.5) ? cJSON_CreateString("all") : random_nodes(plan, 3);
    }
    bool is_mute = swarm_chance(&plan->draw, 0.5); /* or deaf */
    cJSON_AddItemToObject(one_way, "from", is_mute ? one : other);
    cJSON_AddItemToObject(one_way, "to", is_mute ? other : one);
}

static void draw_partition(struct plan *plan) {
    static const char *const named[] = {"halves", "majorities-ring", "bridge"};
    uint64_t which = draw_below(&plan->draw, 10);
    if (which < 3 && plan->aim == NULL) {
        cJSON_AddStringToObject(plan->fault, "partition", named[which]);
        return;
    }
    cJSON *partition = cJSON_AddObjectToObject(plan->fault, "partition");
    if (which < 8) {
        cJSON_AddItemToObject(partition, "isolate", draw_target(plan));
    } else {
        draw_one_way(plan, cJSON_AddObjectToObject(partition, "one-way"));
    }
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

/* What a boundary demands goes from half of the most on, to either side; else there is often nothing between the two.
 */
static int64_t draw_drift(struct plan *plan) {
    int64_t most = (int64_t)plan->swarm->drift_ppm, ppm = draw_between(&plan->draw, -most, most);
    if (is_forced(plan->swarm, plan->kind)) {
        return ppm < 0 ? ppm / 2 - most / 2 : ppm / 2 + most / 2;
    }
    bool is_extreme = swarm_chance(&plan->draw, 0.5);
    return !is_extreme ? ppm : ppm < 0 ? -most : most;
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
        cJSON_AddNumberToObject(what, "ppm", (double)draw_drift(plan));
    } else {
        cJSON_AddNumberToObject(what, "times", (double)(int64_t)swarm_log_uniform(&plan->draw, 2, 60));
    }
}

/* ---- When ---- */

/* These happen in an instant, and "for" would mean nothing. */
static bool is_instant(enum fault_kind kind) {
    return kind == FAULT_RESTART || kind == FAULT_CLOCK_JUMP || kind == FAULT_CORRUPT_DISK;
}

/* From one occurrence to the next. */
static sim_time draw_gap(const struct swarm *swarm, struct draw *draw, enum weight weight) {
    double scale = swarm->scale, storm_ms = (double)(swarm->storm - STORM_BEGINS) / 1e6;
    struct draw hurry = swarm_topic(swarm, "hurry");
    double patience =
        swarm_log_uniform(&hurry, 1, 4); /* of all faults of the run: what is rare together lasts longer */
    double least = weight == WEIGHT_HEAVY ? 100 * scale * patience : 600 * scale * patience;
    double most = least * 8 < storm_ms / 2 ? least * 8 : storm_ms / 2;
    return swarm_time(draw, least < most ? least : most, most);
}

/* All occurrences end before the storm does. */
static void draw_when(struct plan *plan) {
    const struct swarm *swarm = plan->swarm;
    sim_time gap = draw_gap(swarm, &plan->draw, plan->weight);
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

/* ---- Volleys ---- */

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
        if (is_forced(swarm, kind) && at++ == number) {
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
    while (is_any || !is_allowed(swarm, kind)) {
        kind = (uint32_t)draw_below(draw, FAULT_KIND_COUNT);
        is_any = false;
    }
    return (enum fault_kind)kind;
}

static void add_shot(struct swarm *swarm, cJSON *faults, struct volley *volley) {
    char name[64];
    snprintf(name, sizeof name, "volley-%u-%u", volley->number, ++volley->faults);
    struct plan plan = {.swarm = swarm, .draw = swarm_topic(swarm, name), .weight = WEIGHT_LIGHT, .aim = volley->aim};
    plan.kind = swarm->edge != NULL ? edge_kind(swarm, volley->first_kind + volley->faults)
                                    : draw_kind(swarm, &plan.draw, volley->faults == 1);
    double gap_ms = (double)volley->every / 1e6, scale = swarm->scale;
    double shortest = is_forced(swarm, plan.kind) ? gap_ms / 4 : gap_ms / 100;
    sim_time length = is_instant(plan.kind) ? 0 : swarm_time(&plan.draw, shortest + 1, gap_ms * 0.7 + 2);
    int64_t count = (swarm->storm - volley->begins - volley->after - length) / volley->every + 1;
    plan.fault = cJSON_CreateObject();
    cJSON_AddStringToObject(plan.fault, "name", name);
    swarm_add_time(plan.fault, "at", volley->begins + volley->after);
    swarm_add_time(plan.fault, "every", volley->every);
    cJSON_AddNumberToObject(plan.fault, "count", count > 1 ? (double)count : 1);
    if (length > 0) {
        swarm_add_time(plan.fault, "for", length);
    }
    draw_what(&plan);
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
    volley.every = draw_gap(swarm, &draw, swarm_chance(&draw, 0.5) ? WEIGHT_LIGHT : WEIGHT_HEAVY);
    volley.begins = STORM_BEGINS + (sim_time)draw_below(&draw, (uint64_t)volley.every);
    draw_node(swarm, &draw, aim, sizeof aim);
    double certain = swarm->edge != NULL ? 1 : 0.7;
    volley.aim = !swarm_chance(&draw, certain)                       ? NULL
                 : has_leader(swarm) && swarm_chance(&draw, certain) ? "leader"
                                                                     : aim;
    int64_t most = draw_between(&draw, 2, MOST_FAULTS_OF_A_VOLLEY);
    for (int64_t i = 0; i < most && volley.after < volley.every; i++) {
        add_shot(swarm, faults, &volley);
    }
}

/* ---- What is left behind ---- */

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

void swarm_draw_faults(struct swarm *swarm) {
    cJSON *faults = cJSON_AddArrayToObject(swarm->root, "faults");
    for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        uint32_t most = kind == FAULT_CRASH ? 3 : kind == FAULT_PARTITION ? 2 : 1;
        for (uint32_t number = 1; number <= most && is_allowed(swarm, kind); number++) {
            add_fault(swarm, faults, kind, number);
        }
    }
    for (uint32_t number = 1; number <= MOST_VOLLEYS && swarm->options->boundary == NULL; number++) {
        add_volley(swarm, faults, number);
    }
    if (is_allowed(swarm, FAULT_CRASH)) {
        add_repair(swarm, faults);
    }
}
