/* The machines, the network and the clients of a drawn scenario. */
#include "sim/base/maths.h"
#include "sim/base/units.h"
#include "sim/study/swarm_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parameters of a model ---- */

/* All durations of a run are stretched by one factor, so that their order stays; each a little by itself besides. Of a
 * range, where nodes draw at random what keeps them apart, often only the lower part is left. */
static void draw_duration(const struct swarm *swarm, struct draw *draw, const struct parameter *parameter,
                          cJSON *params) {
    cJSON *preset = cJSON_Parse(parameter->preset);
    double factor = swarm->scale * (swarm_chance(draw, 0.5) ? 1 : swarm_log_uniform(draw, 0.6, 1.7));
    bool is_range = cJSON_IsArray(preset);
    double width = is_range && swarm_chance(draw, 0.5) ? swarm_log_uniform(draw, 0.2, 1) : 1, first = 0;
    cJSON *drawn = cJSON_CreateArray();
    const cJSON *item = is_range ? preset->child : preset;
    for (; item != NULL; item = is_range ? item->next : NULL) {
        char text[40], error[8];
        int64_t value = 0;
        if (cJSON_IsString(item) && units_read_duration(item->valuestring, &value, error, sizeof error)) {
            double length = (double)value * factor;
            first = first == 0 ? length : first;
            units_write_duration(text, sizeof text, (sim_time)swarm_round(first + (length - first) * width));
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

/* Mostly the preset; often the lowest, where a pipeline or a batch has the least to hide behind. What is off by preset
 * (0) is switched on, with some small number. */
static void draw_count(struct draw *draw, const struct parameter *parameter, cJSON *params) {
    const double small = 16;
    double low = parameter->low >= 1 ? parameter->low : 1, preset = atof(parameter->preset), value = preset;
    double high = preset > 0 ? preset : parameter->high < small ? parameter->high : small;
    uint64_t which = draw_below(draw, 4);
    if (which == 1 && preset > 0) {
        value = low;
    } else if ((which == 1 || which == 2) && high > low) {
        value = (double)(int64_t)swarm_log_uniform(draw, low, high + 1);
    }
    cJSON_AddNumberToObject(params, parameter->name, value);
}

/* A margin for drift shows what it is worth where clocks may drift much. */
static void draw_drift_bound(struct swarm *swarm, const struct parameter *parameter, cJSON *params) {
    struct draw draw = swarm_topic(swarm, "drift bound");
    double preset = atof(parameter->preset), high = parameter->high, bound = preset;
    if (swarm->edge != NULL) {
        bound = swarm_round(swarm_log_uniform(&draw, high / 4, high));
    } else if (preset > 0 && swarm_chance(&draw, 0.5)) {
        bound = swarm_round(swarm_log_uniform(&draw, preset, high));
    }
    cJSON_AddNumberToObject(params, parameter->name, bound);
    swarm_allow_drift(swarm, bound);
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

static bool is_promise(const struct model *model, const struct parameter *parameter) {
    const char *const *name = model->promises;
    while (name != NULL && *name != NULL && strcmp(*name, parameter->name) != 0) {
        name++;
    }
    return name != NULL && *name != NULL;
}

/* What the model's author offers as a broken rule is for the user to switch on. */
static cJSON *draw_parameters(struct swarm *swarm, const struct model *model) {
    cJSON *params = cJSON_CreateObject();
    bool is_last_try = swarm->attempt + 1 == SWARM_MOST_ATTEMPTS;
    struct draw promises = swarm_topic(swarm, "promises");
    bool keeps_promises = swarm_chance(&promises, 0.7);
    for (const struct parameter *parameter = model->parameters;
         parameter != NULL && parameter->name != NULL && !is_last_try; parameter++) {
        bool is_kept = strcmp(parameter->name, "bug") == 0 || (keeps_promises && is_promise(model, parameter));
        if (is_kept || swarm_is_set(swarm, parameter->name)) {
            continue;
        }
        if (strcmp(parameter->name, SWARM_DRIFT_PARAMETER) == 0) {
            draw_drift_bound(swarm, parameter, params);
        } else {
            draw_parameter(swarm, parameter, params);
        }
    }
    return params;
}

/* ---- Machines and network ---- */

static void draw_clocks(const struct swarm *swarm, cJSON *system, uint32_t nodes) {
    struct draw draw = swarm_topic(swarm, "clocks");
    bool is_certain = swarm_drifts_beyond(swarm) || swarm->edge != NULL;
    if ((!swarm_chance(&draw, 0.5) && !is_certain) || swarm->drift_ppm <= 0) {
        return;
    }
    cJSON *clock = cJSON_AddObjectToObject(system, "clock"), *drifts = cJSON_AddArrayToObject(clock, "drift_ppm"),
          *offsets = cJSON_AddArrayToObject(clock, "offset");
    int64_t most = (int64_t)swarm->drift_ppm;
    bool is_extreme = swarm_chance(&draw, 0.5);
    for (uint32_t i = 0; i < nodes; i++) {
        char text[40];
        int64_t ppm = draw_between(&draw, -most, most);
        ppm = !is_extreme ? ppm : ppm < 0 ? -most : most;
        cJSON_AddItemToArray(drifts, cJSON_CreateNumber((double)ppm));
        units_write_duration(text, sizeof text, draw_between(&draw, -500, 500) * SIM_MILLISECOND);
        cJSON_AddItemToArray(offsets, cJSON_CreateString(text));
    }
}

void swarm_draw_system(struct swarm *swarm) {
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

void swarm_draw_network(struct swarm *swarm) {
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
        {0.3, 0, 0, 0, 0.7}, {0.2, 0.4, 0.2, 0.1, 0.1}, {0.8, 0.2, 0, 0, 0},
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
    cJSON_AddNumberToObject(keys, "count", (double)draw_between(draw, 1, swarm->edge != NULL ? 2 : 8));
}

/* The load stays below what a system serves that does one operation after another, or no progress would prove
 * nothing: what piles up in a storm must be done when it is over. */
static void draw_arrivals(const struct swarm *swarm, struct draw *draw, double clients, cJSON *workload) {
    cJSON *arrivals = cJSON_AddObjectToObject(workload, "arrivals");
    double most = 0.3 / swarm->operation_s < 120 ? 0.3 / swarm->operation_s : 120;
    double rate = swarm_log_uniform(draw, swarm->edge != NULL ? most / 2 : most / 4, most);
    if (swarm_chance(draw, 0.5)) {
        cJSON *think = cJSON_AddObjectToObject(cJSON_AddObjectToObject(arrivals, "closed"), "think");
        swarm_add_time(cJSON_AddObjectToObject(think, "exponential"), "mean",
                       (sim_time)swarm_round(clients / rate * 1e9));
    } else {
        char text[32];
        snprintf(text, sizeof text, "%.0f/s", rate < 2 ? 2 : swarm_round(rate));
        cJSON_AddStringToObject(arrivals, "poisson", text);
    }
}

void swarm_draw_workload(const struct swarm *swarm) {
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
