#include "sim/study/swarm.h"

#include "sim/base/hash.h"
#include "sim/base/maths.h"
#include "sim/base/units.h"
#include "sim/scenario/json.h"
#include "sim/study/swarm_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIFT_PARAMETER "max_clock_drift_ppm" /* a model that stands on clocks names its bound so */
enum { MOST_ATTEMPTS = 16 };                  /* parameters that do not go together are drawn again */

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

/* To two significant digits: scenarios are read by people. */
static double rounded(double value) {
    double unit = 1;
    while (value / unit >= 100) {
        unit *= 10;
    }
    return (double)(int64_t)(value / unit + 0.5) * unit;
}

sim_time swarm_time(struct draw *draw, double low_ms, double high_ms) {
    return (sim_time)rounded(swarm_log_uniform(draw, low_ms * 1e6, high_ms * 1e6));
}

void swarm_add_time(cJSON *object, const char *key, sim_time time) {
    char text[40];
    cJSON_AddStringToObject(object, key, units_write_duration(text, sizeof text, time));
}

/* ---- Parameters of a model ---- */

static bool is_set_by_user(const struct swarm *swarm, const char *name) {
    size_t length = strlen(name);
    for (uint32_t i = 0; i < swarm->options->param_count; i++) {
        if (strncmp(swarm->options->params[i], name, length) == 0 && swarm->options->params[i][length] == '=') {
            return true;
        }
    }
    return false;
}

/* All durations of a run are stretched by one factor, so that their order stays; each a little by itself besides. */
static void draw_duration(const struct swarm *swarm, struct draw *draw, const struct parameter *parameter,
                          cJSON *params) {
    cJSON *preset = cJSON_Parse(parameter->preset);
    double factor = swarm->scale * (swarm_chance(draw, 0.5) ? 1 : swarm_log_uniform(draw, 0.6, 1.7));
    bool is_range = cJSON_IsArray(preset);
    cJSON *drawn = cJSON_CreateArray();
    const cJSON *item = is_range ? preset->child : preset;
    for (; item != NULL; item = is_range ? item->next : NULL) {
        char text[40], error[8];
        int64_t value = 0;
        if (cJSON_IsString(item) && units_read_duration(item->valuestring, &value, error, sizeof error)) {
            units_write_duration(text, sizeof text, (sim_time)rounded((double)value * factor));
            cJSON_AddItemToArray(drawn, cJSON_CreateString(text));
        }
    }
    if (is_range) {
        cJSON_AddItemToObject(params, parameter->name, drawn);
    } else {
        cJSON_AddItemToObject(params, parameter->name, cJSON_DetachItemFromArray(drawn, 0));
        cJSON_Delete(drawn);
    }
    cJSON_Delete(preset);
}

/* Mostly the preset; often the lowest, where a pipeline or a batch has the least to hide behind. */
static void draw_count(struct draw *draw, const struct parameter *parameter, cJSON *params) {
    cJSON *preset = cJSON_Parse(parameter->preset);
    double low = parameter->low >= 1 ? parameter->low : 1, value = cJSON_IsNumber(preset) ? preset->valuedouble : low;
    uint64_t which = draw_below(draw, 4);
    if (which == 1) {
        value = low;
    } else if (which == 2 && value > low) {
        value = (double)(int64_t)swarm_log_uniform(draw, low, value + 1);
    }
    cJSON_AddNumberToObject(params, parameter->name, value);
    cJSON_Delete(preset);
}

static void draw_parameter(const struct swarm *swarm, const struct parameter *parameter, cJSON *params) {
    char topic[80];
    uint32_t choices = 0;
    snprintf(topic, sizeof topic, "parameter %s", parameter->name);
    struct draw draw = swarm_topic(swarm, topic);
    switch (parameter->type) {
    case PARAM_DURATION:
    case PARAM_DURATION_RANGE:
        draw_duration(swarm, &draw, parameter, params);
        break;
    case PARAM_COUNT:
        draw_count(&draw, parameter, params);
        break;
    case PARAM_FLAG:
        cJSON_AddBoolToObject(params, parameter->name,
                              (strcmp(parameter->preset, "true") == 0) != swarm_chance(&draw, 0.4));
        break;
    case PARAM_CHOICE:
        while (parameter->choices[choices] != NULL) {
            choices++;
        }
        cJSON_AddStringToObject(params, parameter->name, parameter->choices[draw_below(&draw, choices)]);
        break;
    default:
        break; /* shares, reals and sizes mean something of their own in each model: the preset */
    }
}

/* What the model's author offers as a broken rule is for the user to switch on. */
static cJSON *draw_parameters(const struct swarm *swarm, const struct model *model) {
    cJSON *params = cJSON_CreateObject();
    bool is_last_try = swarm->attempt + 1 == MOST_ATTEMPTS;
    for (const struct parameter *parameter = model->parameters; parameter->name != NULL && !is_last_try; parameter++) {
        bool is_kept = strcmp(parameter->name, "bug") == 0 || strcmp(parameter->name, DRIFT_PARAMETER) == 0;
        if (!is_kept && !is_set_by_user(swarm, parameter->name)) {
            draw_parameter(swarm, parameter, params);
        }
    }
    return params;
}

/* ---- Machines and network ---- */

static void draw_clocks(const struct swarm *swarm, cJSON *system, uint32_t nodes) {
    struct draw draw = swarm_topic(swarm, "clocks");
    if (!swarm_chance(&draw, 0.5) || swarm->drift_ppm <= 0) {
        return;
    }
    cJSON *clock = cJSON_AddObjectToObject(system, "clock"), *drifts = cJSON_AddArrayToObject(clock, "drift_ppm"),
          *offsets = cJSON_AddArrayToObject(clock, "offset");
    int64_t most = (int64_t)swarm->drift_ppm;
    for (uint32_t i = 0; i < nodes; i++) {
        char text[40];
        cJSON_AddItemToArray(drifts, cJSON_CreateNumber((double)draw_between(&draw, -most, most)));
        units_write_duration(text, sizeof text, draw_between(&draw, -500, 500) * SIM_MILLISECOND);
        cJSON_AddItemToArray(offsets, cJSON_CreateString(text));
    }
}

static void draw_system(struct swarm *swarm) {
    static const uint32_t sizes[] = {3, 3, 3, 3, 5, 5, 5, 5, 4, 7};
    const struct model *model = swarm->options->model;
    struct draw draw = swarm_topic(swarm, "machines");
    struct swarm_system *drawn = &swarm->systems[swarm->system_count++];
    *drawn = (struct swarm_system){"store", model, sizes[draw_below(&draw, sizeof sizes / sizeof sizes[0])]};
    cJSON *systems = cJSON_AddObjectToObject(swarm->root, "systems");
    cJSON *system = cJSON_AddObjectToObject(systems, drawn->name);
    cJSON_AddStringToObject(system, "model", model->name);
    cJSON_AddNumberToObject(system, "nodes", drawn->nodes);
    cJSON_AddItemToObject(system, "params", draw_parameters(swarm, model));
    cJSON *sync = cJSON_AddObjectToObject(cJSON_AddObjectToObject(system, "disk"), "sync");
    sim_time sync_mean = swarm_time(&draw, 0.5 * swarm->scale, 20 * swarm->scale);
    swarm_add_time(cJSON_AddObjectToObject(sync, "exponential"), "mean", sync_mean);
    swarm->operation_s += (double)sync_mean / 1e9;
    if (swarm_chance(&draw, 0.3)) { /* without service times, a slow node is as fast as any */
        cJSON *service = cJSON_AddObjectToObject(system, "service");
        cJSON *request = cJSON_AddObjectToObject(service, "default");
        swarm_add_time(cJSON_AddObjectToObject(request, "exponential"), "mean", swarm_time(&draw, 0.02, 0.2));
    }
    draw_clocks(swarm, system, drawn->nodes);
}

static void draw_network(struct swarm *swarm) {
    static const double chances[] = {0, 0, 0.01, 0.05}, doubles[] = {0, 0, 0.02, 0.1};
    struct draw draw = swarm_topic(swarm, "network");
    cJSON *network = cJSON_AddObjectToObject(swarm->root, "network");
    cJSON *latency = cJSON_AddObjectToObject(network, "latency");
    cJSON *shape = cJSON_AddObjectToObject(latency, "lognormal");
    sim_time median = swarm_time(&draw, 0.3 * swarm->scale, 8 * swarm->scale);
    double sigma = swarm_chance(&draw, 0.5) ? 0.3 : 1.2;
    swarm_add_time(shape, "median", median);
    cJSON_AddNumberToObject(shape, "sigma", sigma);
    swarm->operation_s += 2 * (double)median / 1e9 * maths_exp(sigma * sigma / 2);
    cJSON_AddNumberToObject(network, "loss", chances[draw_below(&draw, 4)]);
    cJSON_AddNumberToObject(network, "duplicate", doubles[draw_below(&draw, 4)]);
}

/* ---- Clients ---- */

static const char *const operations[OP_KIND_COUNT] = {"read", "write", "cas", "increment", "append", "request"};

static void draw_mix(const struct swarm *swarm, struct draw *draw, cJSON *workload) {
    static const double mixes[][OP_REQUEST] = {
        /* read, write, cas, increment, append */
        {0.5, 0.5, 0, 0, 0}, {0.25, 0, 0, 0.75, 0},     {0.2, 0.4, 0.4, 0, 0},
        {0.3, 0, 0, 0, 0.7}, {0.2, 0.4, 0.2, 0.1, 0.1},
    };
    uint32_t known = swarm->options->model->operations;
    if ((known & 1u << OP_READ) == 0) {
        cJSON_AddStringToObject(workload, "kind", "requests");
        return;
    }
    const double *mix = mixes[draw_below(draw, sizeof mixes / sizeof mixes[0])];
    cJSON *drawn = cJSON_CreateObject();
    double sum = 0;
    for (uint32_t kind = 0; kind < OP_REQUEST; kind++) {
        if (mix[kind] > 0 && (known & 1u << kind) != 0) {
            cJSON_AddNumberToObject(drawn, operations[kind], mix[kind]);
            sum += mix[kind];
        }
    }
    cJSON_AddStringToObject(workload, "kind", "kv");
    if (sum > 0.999) {
        cJSON_AddItemToObject(workload, "mix", drawn);
    } else {
        cJSON_Delete(drawn);
    }
    cJSON *keys = cJSON_AddObjectToObject(cJSON_AddObjectToObject(workload, "keys"), "uniform");
    cJSON_AddNumberToObject(keys, "count", (double)draw_between(draw, 1, 8));
}

/* The load stays below what a system serves that does one operation after another, or no progress would prove
 * nothing: what piles up in a storm must be done when it is over. */
static void draw_arrivals(const struct swarm *swarm, struct draw *draw, double clients, cJSON *workload) {
    cJSON *arrivals = cJSON_AddObjectToObject(workload, "arrivals");
    double most = 0.3 / swarm->operation_s < 120 ? 0.3 / swarm->operation_s : 120;
    double rate = swarm_log_uniform(draw, most / 6, most);
    if (swarm_chance(draw, 0.5)) {
        cJSON *think = cJSON_AddObjectToObject(cJSON_AddObjectToObject(arrivals, "closed"), "think");
        swarm_add_time(cJSON_AddObjectToObject(think, "exponential"), "mean", (sim_time)rounded(clients / rate * 1e9));
    } else {
        char text[32];
        snprintf(text, sizeof text, "%.0f/s", rate < 2 ? 2 : rounded(rate));
        cJSON_AddStringToObject(arrivals, "poisson", text);
    }
}

static void draw_workload(const struct swarm *swarm) {
    static const char *const routes[] = {"leader", "random", "sticky", "round-robin"};
    struct draw draw = swarm_topic(swarm, "clients");
    cJSON *workload = cJSON_AddObjectToObject(swarm->root, "workload");
    double clients = (double)draw_between(&draw, 2, 6);
    cJSON_AddNumberToObject(workload, "clients", clients);
    draw_mix(swarm, &draw, workload);
    draw_arrivals(swarm, &draw, clients, workload);
    swarm_add_time(workload, "deadline", swarm_time(&draw, 300 * swarm->scale, 3000 * swarm->scale));
    uint64_t first = swarm->options->model->has_leader ? 0 : 1;
    cJSON_AddStringToObject(workload, "route", routes[first + draw_below(&draw, 4 - first)]);
    if (swarm_chance(&draw, 0.7)) {
        cJSON *retries = cJSON_AddObjectToObject(workload, "retries");
        cJSON_AddNumberToObject(retries, "attempts", (double)draw_between(&draw, 2, 6));
        swarm_add_time(retries, "backoff", swarm_time(&draw, 5 * swarm->scale, 100 * swarm->scale));
        swarm_add_time(retries, "timeout", swarm_time(&draw, 100 * swarm->scale, 600 * swarm->scale));
    }
}

/* ---- The whole ---- */

/* What a claim lists; without claims, nothing is promised and nothing is off limits but what breaks any machine. */
static uint32_t tolerated_by(const struct model *model) {
    static const char *const harmless[] = {"partition", "crash",     "restart", "pause",
                                           "slow-disk", "slow-node", "degrade"};
    uint32_t all = UINT32_MAX, none = 0;
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
            none |= strcmp(fault_kind_name((enum fault_kind)kind), harmless[i]) == 0 ? 1u << kind : 0;
        }
    }
    for (const struct claim *claim = model->claims; claim != NULL && claim->check != NULL; claim++) {
        uint32_t named = strcmp(claim->faults, "*") == 0 ? UINT32_MAX : 0;
        for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
            const char *name = fault_kind_name((enum fault_kind)kind), *at = claim->faults;
            size_t length = strlen(name);
            while (*at != '\0' && !(strncmp(at, name, length) == 0 && (at[length] == ' ' || at[length] == '\0'))) {
                at += strcspn(at, " ");
                at += strspn(at, " ");
            }
            named |= *at != '\0' ? 1u << kind : 0;
        }
        all &= named;
    }
    return all == UINT32_MAX ? none : all;
}

static double drift_bound(const struct model *model) {
    for (const struct parameter *parameter = model->parameters; parameter->name != NULL; parameter++) {
        if (strcmp(parameter->name, DRIFT_PARAMETER) == 0) {
            return atof(parameter->preset);
        }
    }
    return 1000; /* of no consequence to a model that stands on no clock */
}

static void find_limits(struct swarm *swarm) {
    swarm->allowed = UINT32_MAX;
    swarm->drift_ppm = 1e9;
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        double bound = 0.8 * drift_bound(swarm->systems[i].model);
        swarm->allowed &= tolerated_by(swarm->systems[i].model);
        swarm->drift_ppm = bound < swarm->drift_ppm ? bound : swarm->drift_ppm;
    }
    if (swarm->options->goes_beyond) {
        swarm->allowed = UINT32_MAX;
        swarm->drift_ppm *= 400;
    }
}

static bool claims(const struct swarm *swarm, const char *check) {
    for (uint32_t i = 0; i < swarm->system_count; i++) {
        for (const struct claim *claim = swarm->systems[i].model->claims; claim != NULL && claim->check != NULL;
             claim++) {
            if (strcmp(claim->check, check) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void add_expectations(const struct swarm *swarm, const cJSON *given) {
    cJSON *expect = cJSON_CreateArray();
    for (size_t i = 0; scenario_check_names[i] != NULL; i++) {
        const char *name = scenario_check_names[i];
        bool is_wanted = claims(swarm, name) && scenario_check_is_supported(name);
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

static void draw_times(struct swarm *swarm) {
    struct draw draw = swarm_topic(swarm, "times");
    swarm->scale = swarm_chance(&draw, 0.6) ? 1 : rounded(swarm_log_uniform(&draw, 50, 200)) / 100;
    double storm_s = (double)draw_between(&draw, 6, 12) * swarm->scale;
    swarm->storm = (sim_time)(storm_s * 10) * 100 * SIM_MILLISECOND;
    swarm->end = swarm->storm + (sim_time)(70 * swarm->scale) * 100 * SIM_MILLISECOND;
}

static void make_from_model(struct swarm *swarm) {
    char title[128];
    snprintf(title, sizeof title, "Random weather %" PRIu64 " for %s", swarm->seed, swarm->options->model->name);
    cJSON_AddNumberToObject(swarm->root, "version", SCENARIO_VERSION);
    cJSON_AddStringToObject(swarm->root, "title", title);
    draw_times(swarm);
    swarm_add_time(swarm->root, "duration", swarm->end);
    swarm->drift_ppm = 0.8 * drift_bound(swarm->options->model) * (swarm->options->goes_beyond ? 400 : 1);
    draw_system(swarm);
    draw_network(swarm);
    draw_workload(swarm);
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
    find_limits(swarm);
    add_seed(swarm);
    swarm_draw_faults(swarm);
    add_expectations(swarm, given);
    cJSON_Delete(given);

    struct text text = {0}, sets[64] = {{0}};
    const char *settings[64];
    uint32_t count = options->param_count < 64 ? options->param_count : 64;
    for (uint32_t i = 0; i < count && options->model != NULL; i++) {
        text_add(&sets[i], "systems.store.params.%s", options->params[i]);
        settings[i] = sets[i].bytes;
    }
    json_print(swarm->root, &text);
    text_add(&text, "\n");
    cJSON_Delete(swarm->root);
    struct scenario_options reading = {
        .models = options->models, .sets = settings, .set_count = options->model != NULL ? count : 0};
    const char *path = options->scenario_path != NULL ? options->scenario_path : "drawn.json";
    struct scenario *scenario = scenario_parse(text.bytes, text.length, path, &reading, errors);
    text_free(&text);
    for (uint32_t i = 0; i < count; i++) {
        text_free(&sets[i]);
    }
    return scenario;
}

struct scenario *swarm_draw(const struct swarm_options *options, uint64_t seed, struct text *errors) {
    struct swarm swarm = {.options = options, .seed = seed};
    size_t before = errors->length;
    struct scenario *scenario = NULL;
    for (; scenario == NULL && swarm.attempt < MOST_ATTEMPTS; swarm.attempt++) {
        errors->length = before;
        scenario = attempt(&swarm, errors);
    }
    if (scenario != NULL) {
        errors->length = before;
    }
    return scenario;
}
