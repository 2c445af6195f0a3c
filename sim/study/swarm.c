#include "sim/study/swarm.h"

#include "sim/base/hash.h"
#include "sim/base/maths.h"
#include "sim/base/units.h"
#include "sim/check/stability.h"
#include "sim/scenario/json.h"
#include "sim/study/swarm_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Draws ---- */

struct draw swarm_topic(const struct swarm *swarm, const char *topic) {
    return draw_at(draw_key(swarm->seed, DRAW_SWARM, hash_text(topic)), swarm->attempt);
}

bool swarm_chance(struct draw *draw, double probability) {
    return draw_unit(draw) < probability;
}

double swarm_log_uniform(struct draw *draw, double low, double high) {
    return low * maths_exp(draw_unit(draw) * maths_log(high / low));
}

double swarm_round(double value) {
    double unit = 1;
    while (value / unit >= 100) {
        unit *= 10;
    }
    return (double)(int64_t)(value / unit + 0.5) * unit;
}

sim_time swarm_time(struct draw *draw, double low_ms, double high_ms) {
    return (sim_time)swarm_round(swarm_log_uniform(draw, low_ms * 1e6, high_ms * 1e6));
}

void swarm_add_time(cJSON *object, const char *key, sim_time time) {
    char text[40];
    cJSON_AddStringToObject(object, key, units_write_duration(text, sizeof text, time));
}

/* ---- Parameters that are set ---- */

static bool sets(const char *setting, const char *parameter) {
    size_t length = strlen(parameter);
    return strncmp(setting, parameter, length) == 0 && setting[length] == '=';
}

/* The next of the settings that a boundary names, at `*at`; NULL when there are no more. */
static const char *next_setting(const char **at, size_t *length) {
    if (*at == NULL || **at == '\0') {
        return NULL;
    }
    const char *setting = *at;
    *length = strcspn(setting, " ");
    *at += *length + strspn(setting + *length, " ");
    return setting;
}

/* Of the boundary that is crossed, or at whose edge the run stays. */
static const char *boundary_params(const struct swarm *swarm) {
    const struct boundary *boundary = swarm->edge != NULL ? swarm->edge : swarm->options->boundary;
    return boundary != NULL ? boundary->params : NULL;
}

bool swarm_is_set(const struct swarm *swarm, const char *parameter) {
    const struct swarm_options *options = swarm->options;
    bool is_set = false;
    for (uint32_t i = 0; i < options->param_count; i++) {
        is_set = is_set || sets(options->params[i], parameter);
    }
    const char *at = boundary_params(swarm), *setting;
    size_t length;
    while ((setting = next_setting(&at, &length)) != NULL) {
        is_set = is_set || sets(setting, parameter);
    }
    return is_set;
}

/* ---- What is allowed, and what is expected ---- */

/* The kinds of a list of names. */
static uint32_t kinds_named(const char *names) {
    uint32_t named = strcmp(names, "*") == 0 ? UINT32_MAX : 0;
    for (const char *at = names; *at != '\0';) {
        size_t length = strcspn(at, " ");
        for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
            const char *name = fault_kind_name((enum fault_kind)kind);
            named |= *name == *at && strncmp(at, name, length) == 0 && name[length] == '\0' ? 1u << kind : 0;
        }
        at += length + strspn(at + length, " ");
    }
    return named;
}

/* `draft` is the scenario without faults: its systems have the parameters that were drawn. */
static bool stands(const struct scenario *draft, uint32_t system, const struct claim *claim) {
    const struct system_config *config = &draft->systems[system];
    return config->model->claim_stands == NULL || config->model->claim_stands(claim, config->params, config->nodes);
}

/* The faults under which a system claims something at all. */
static uint32_t faults_of_claims(const struct scenario *draft, uint32_t system) {
    uint32_t any = 0;
    for (const struct claim *claim = draft->systems[system].model->claims; claim != NULL && claim->check != NULL;
         claim++) {
        any |= stands(draft, system, claim) ? kinds_named(claim->faults) : 0;
    }
    return any;
}

/* A claim that bears fewer faults than others is judged in some seeds, without the faults that it does not bear, and
 * left alone in others. */
static bool is_claimed(const struct swarm *swarm, const struct scenario *draft, uint32_t system,
                       const struct claim *claim) {
    if (!stands(draft, system, claim)) {
        return false;
    }
    struct draw draw = swarm_topic(swarm, claim->check);
    bool is_narrow = (faults_of_claims(draft, system) & ~kinds_named(claim->faults)) != 0;
    return !is_narrow || swarm_chance(&draw, 0.5);
}

/* What a claim lists; without claims, nothing is promised and nothing is off limits but what breaks any machine. */
static uint32_t tolerated_by(const struct swarm *swarm, const struct scenario *draft, uint32_t system) {
    const struct model *model = draft->systems[system].model;
    uint32_t all = UINT32_MAX;
    for (const struct claim *claim = model->claims; claim != NULL && claim->check != NULL; claim++) {
        all &= is_claimed(swarm, draft, system, claim) ? kinds_named(claim->faults) : UINT32_MAX;
    }
    return all == UINT32_MAX ? kinds_named("partition crash restart pause slow-disk slow-node degrade") : all;
}

#define DRIFT_OF_NO_CONSEQUENCE 1000 /* to a model that stands on no clock, in parts per million */

/* NULL if the model stands on no clock. */
static const struct parameter *find_drift_bound(const struct model *model) {
    const struct parameter *parameter = model->parameters;
    while (parameter != NULL && parameter->name != NULL && strcmp(parameter->name, SWARM_DRIFT_PARAMETER) != 0) {
        parameter++;
    }
    return parameter != NULL && parameter->name != NULL ? parameter : NULL;
}

static bool claims(const struct swarm *swarm, const struct scenario *draft, const char *check) {
    for (uint32_t i = 0; i < draft->system_count; i++) {
        for (const struct claim *claim = draft->systems[i].model->claims; claim != NULL && claim->check != NULL;
             claim++) {
            if (strcmp(claim->check, check) == 0 && is_claimed(swarm, draft, i, claim)) {
                return true;
            }
        }
    }
    return false;
}

static bool may_be_edge(const struct model *model, const struct boundary *boundary) {
    bool is_within = boundary->faults != NULL;
    for (const struct claim *claim = model->claims; claim != NULL && claim->check != NULL; claim++) {
        is_within = is_within && (kinds_named(boundary->faults) & ~kinds_named(claim->faults)) == 0;
    }
    return is_within;
}

/* Where a promise ends it is kept with the least to spare: some seeds go to such a place, and stay on its near side. */
static void choose_edge(struct swarm *swarm) {
    const struct model *model = swarm->options->model;
    struct draw draw = swarm_topic(swarm, "edge");
    bool stays = model == NULL || swarm->options->boundary != NULL || !swarm_chance(&draw, 0.25);
    uint64_t count = 0, number = 0;
    for (const struct boundary *each = stays ? NULL : model->boundaries; each != NULL && each->check != NULL; each++) {
        bool is_out = (swarm->no_edges & UINT64_C(1) << number++ % 64) != 0;
        if (!is_out && may_be_edge(model, each) && draw_below(&draw, ++count) == 0) {
            swarm->edge = each;
        }
    }
}

/* Parameters that void the claim leave no edge to stay at: another one is chosen. */
static bool is_at_edge(struct swarm *swarm, const struct scenario *draft) {
    if (swarm->edge == NULL || claims(swarm, draft, swarm->edge->check)) {
        return true;
    }
    swarm->no_edges |= UINT64_C(1) << (uint64_t)(swarm->edge - swarm->options->model->boundaries) % 64;
    swarm->edge = NULL;
    choose_edge(swarm);
    return false;
}

static double preset_drift_bound(const struct model *model) {
    const struct parameter *parameter = find_drift_bound(model);
    return parameter != NULL ? atof(parameter->preset) : DRIFT_OF_NO_CONSEQUENCE;
}

static double drift_bound(const struct system_config *system) {
    const struct parameter *parameter = find_drift_bound(system->model);
    if (parameter == NULL) {
        return DRIFT_OF_NO_CONSEQUENCE;
    }
    return (double)*(const int64_t *)(const void *)((const char *)system->params + parameter->offset);
}

bool swarm_drifts_beyond(const struct swarm *swarm) {
    const struct boundary *boundary = swarm->options->boundary;
    const char *faults = boundary != NULL ? boundary->faults : NULL;
    return swarm->options->goes_beyond || (faults != NULL && (kinds_named(faults) & 1u << FAULT_CLOCK_DRIFT) != 0);
}

void swarm_allow_drift(struct swarm *swarm, double bound) {
    const double within = 0.8, beyond = 900000; /* up to ten times as slow */
    double most = within * bound;
    swarm->drift_ppm = swarm_drifts_beyond(swarm) && most < beyond ? beyond : most;
}

static void find_limits(struct swarm *swarm, const struct scenario *draft) {
    double least = 1e9;
    swarm->allowed = UINT32_MAX;
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        double bound = drift_bound(&draft->systems[i]);
        swarm->allowed &= tolerated_by(swarm, draft, i);
        least = bound < least ? bound : least;
    }
    const struct boundary *boundary = swarm->edge != NULL ? swarm->edge : swarm->options->boundary;
    swarm_allow_drift(swarm, least);
    swarm->forced = boundary != NULL && boundary->faults != NULL ? kinds_named(boundary->faults) : 0;
    swarm->allowed = swarm->options->goes_beyond ? UINT32_MAX : swarm->allowed | swarm->forced;
}

static void add_expectations(const struct swarm *swarm, const struct scenario *draft, const cJSON *given) {
    const struct boundary *boundary = swarm->options->boundary;
    cJSON *expect = cJSON_CreateArray();
    for (size_t i = 0; scenario_check_names[i] != NULL; i++) {
        const char *name = scenario_check_names[i];
        bool is_wanted = boundary != NULL ? strcmp(name, boundary->check) == 0 : claims(swarm, draft, name);
        is_wanted = is_wanted && scenario_check_is_supported(name);
        const cJSON *item;
        cJSON_ArrayForEach(item, given) {
            const cJSON *check = json_get(item, "check");
            is_wanted = is_wanted || (cJSON_IsString(check) && strcmp(check->valuestring, name) == 0);
        }
        if (is_wanted) {
            cJSON *wanted = cJSON_CreateObject();
            cJSON_AddStringToObject(wanted, "check", name);
            cJSON_AddItemToArray(expect, wanted);
        }
    }
    cJSON_DeleteItemFromObjectCaseSensitive(swarm->root, "expect");
    cJSON_AddItemToObject(swarm->root, "expect", expect);
}

static void add_seed(const struct swarm *swarm) {
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, swarm->seed);
    cJSON_DeleteItemFromObjectCaseSensitive(swarm->root, "seed");
    cJSON_DeleteItemFromObjectCaseSensitive(swarm->root, "tie_salt");
    cJSON *seed =
        swarm->seed < (UINT64_C(1) << 53) ? cJSON_CreateNumber((double)swarm->seed) : cJSON_CreateString(text);
    cJSON_AddItemToObject(swarm->root, "seed", seed);
    struct draw draw = swarm_topic(swarm, "ties");
    if (swarm_chance(&draw, 0.5)) {
        cJSON_AddNumberToObject(swarm->root, "tie_salt", (double)draw_between(&draw, 1, 1000000));
    }
}

/* Long enough for elections without end to show. */
#define LULL (STABILITY_SETTLES + 3 * SIM_SECOND)

static void draw_times(struct swarm *swarm) {
    struct draw draw = swarm_topic(swarm, "times");
    swarm->scale = swarm_chance(&draw, 0.6) ? 1 : swarm_round(swarm_log_uniform(&draw, 50, 200)) / 100;
    double storm_s = (double)draw_between(&draw, 6, 12) * swarm->scale;
    swarm->storm = (sim_time)(storm_s * 10) * 100 * SIM_MILLISECOND;
    swarm->lull = swarm_chance(&draw, 0.3) ? LULL : 0;
    swarm->end = swarm->storm + swarm->lull + (sim_time)(70 * swarm->scale) * 100 * SIM_MILLISECOND;
}

static void make_from_model(struct swarm *swarm) {
    char title[128];
    snprintf(title, sizeof title, "Random weather %" PRIu64 " for %s", swarm->seed, swarm->options->model->name);
    cJSON_AddNumberToObject(swarm->root, "version", SCENARIO_VERSION);
    cJSON_AddStringToObject(swarm->root, "title", title);
    draw_times(swarm);
    swarm_add_time(swarm->root, "duration", swarm->end);
    swarm_allow_drift(swarm, preset_drift_bound(swarm->options->model));
    swarm_draw_system(swarm);
    swarm_draw_network(swarm);
    swarm_draw_workload(swarm);
}

static const struct model *find_model(const struct model_list *models, const char *name) {
    for (uint32_t i = 0; i < models->count; i++) {
        if (strcmp(models->models[i]->name, name) == 0) {
            return models->models[i];
        }
    }
    return NULL;
}

/* A long scenario is cut short: many short runs find more than few long ones. */
static void make_from_scenario(struct swarm *swarm) {
    static const char *const dropped[] = {"faults", "vary", "warmup", NULL};
    char error[80];
    int64_t duration = 0;
    const cJSON *given = json_get(swarm->root, "duration"), *item;
    if (cJSON_IsString(given)) {
        units_read_duration(given->valuestring, &duration, error, sizeof error);
    }
    bool has_plan = json_get(swarm->root, "phases") != NULL || json_get(swarm->root, "workloads") != NULL;
    const sim_time longest = 20 * SIM_SECOND;
    swarm->scale = 1;
    swarm->end = duration > longest && !has_plan ? longest : duration;
    swarm->storm = swarm->end / 3 * 2;
    for (int i = 0; dropped[i] != NULL; i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(swarm->root, dropped[i]);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(swarm->root, "duration");
    swarm_add_time(swarm->root, "duration", swarm->end);
    cJSON_ArrayForEach(item, json_get(swarm->root, "systems")) {
        const cJSON *model = json_get(item, "model"), *nodes = json_get(item, "nodes");
        if (swarm->system_count < SWARM_MOST_SYSTEMS && cJSON_IsString(model)) {
            swarm->systems[swarm->system_count++] =
                (struct swarm_system){item->string, find_model(swarm->options->models, model->valuestring),
                                      cJSON_IsNumber(nodes) ? (uint32_t)nodes->valuedouble : 1};
        }
    }
}

/* Replicas can only agree when nobody writes any more: clients stop in the middle of the calm at the end. */
static void stop_clients(struct swarm *swarm) {
    swarm_add_time(cJSON_GetObjectItemCaseSensitive(swarm->root, "workload"), "until",
                   swarm->storm + swarm->lull + (swarm->end - swarm->storm - swarm->lull) / 2);
}

/* Reads what is drawn so far, with the parameters of the user and of the boundary. */
static struct scenario *read_drawn(const struct swarm *swarm, struct text *errors) {
    const struct swarm_options *options = swarm->options;
    struct text text = {0}, sets[64] = {{0}};
    const char *settings[64], *setting;
    const char *at = boundary_params(swarm);
    uint32_t count = 0;
    size_t length;
    while (options->model != NULL && count < 64 && (setting = next_setting(&at, &length)) != NULL) {
        text_add(&sets[count++], "systems.store.params.%.*s", (int)length, setting);
    }
    for (uint32_t i = 0; options->model != NULL && i < options->param_count && count < 64; i++) {
        text_add(&sets[count++], "systems.store.params.%s", options->params[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        settings[i] = sets[i].bytes;
    }
    json_print(swarm->root, &text);
    text_add(&text, "\n");
    struct scenario_options reading = {.models = options->models, .sets = settings, .set_count = count};
    const char *path = options->scenario_path != NULL ? options->scenario_path : "drawn.json";
    struct scenario *scenario = scenario_parse(text.bytes, text.length, path, &reading, errors);
    text_free(&text);
    for (uint32_t i = 0; i < count; i++) {
        text_free(&sets[i]);
    }
    return scenario;
}

static struct scenario *attempt(struct swarm *swarm, struct text *errors) {
    const struct swarm_options *options = swarm->options;
    swarm->root = options->model != NULL ? cJSON_CreateObject() : cJSON_Parse(options->scenario);
    swarm->system_count = 0;
    swarm->operation_s = 0;
    cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(swarm->root, "expect");
    if (options->model != NULL) {
        make_from_model(swarm);
    } else {
        make_from_scenario(swarm);
    }
    struct scenario *draft = read_drawn(swarm, errors), *scenario = NULL;
    if (draft != NULL && is_at_edge(swarm, draft)) {
        if (options->model != NULL && claims(swarm, draft, "convergence")) {
            stop_clients(swarm);
        }
        find_limits(swarm, draft);
        add_seed(swarm);
        swarm_draw_faults(swarm);
        if (claims(swarm, draft, "stable-leader") && swarm->lull > 0) {
            swarm_draw_lull(swarm);
        }
        add_expectations(swarm, draft, given);
        scenario = read_drawn(swarm, errors);
    }
    scenario_free(draft);
    cJSON_Delete(given);
    cJSON_Delete(swarm->root);
    return scenario;
}

struct scenario *swarm_draw(const struct swarm_options *options, uint64_t seed, struct text *errors) {
    struct swarm swarm = {.options = options, .seed = seed};
    choose_edge(&swarm); /* once: parameters that do not go with it are drawn again */
    size_t before = errors->length;
    struct scenario *scenario = NULL;
    for (; scenario == NULL && swarm.attempt < SWARM_MOST_ATTEMPTS; swarm.attempt++) {
        bool is_last_try = swarm.attempt + 1 == SWARM_MOST_ATTEMPTS; /* with presets, and anywhere */
        swarm.edge = is_last_try ? NULL : swarm.edge;
        errors->length = before;
        scenario = attempt(&swarm, errors);
    }
    if (scenario != NULL) {
        errors->length = before;
    }
    return scenario;
}
