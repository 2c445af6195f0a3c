/* The systems: which model runs on how many machines, and what these are like. */
#include "sim/scenario/reader.h"

#include <string.h>

static const char *const full_choices[] = {"drop", "reject", NULL}; /* in the order of enum full_queue_policy */
static const char *const queue_bug_choices[] = {"none", "late-count", NULL};

static const struct field disk_fields[] = {{.name = "sync",
                                            .type = FIELD_DIST,
                                            .offset = offsetof(struct system_config, disk_sync),
                                            .preset = "\"0ms\"",
                                            .meaning = "From the start of a sync until what was written is durable"},
                                           {.name = NULL}};

const struct object_type disk_type = {
    .name = "disk", .what = "an object that describes the disks", .fields = disk_fields};

static const struct field clock_fields[] = {
    {.name = "offset",
     .type = FIELD_CUSTOM,
     .expected = "a duration such as \"-5ms\", or an array of them",
     .schema = "{\"anyOf\": [{\"$ref\": \"#/$defs/signed-duration\"}, {\"type\": \"array\", \"minItems\": 1, "
               "\"items\": {\"$ref\": \"#/$defs/signed-duration\"}}]}",
     .meaning = "Wall clock minus true time; an array is cycled over the nodes. Default 0"},
    {.name = "drift_ppm",
     .type = FIELD_CUSTOM,
     .expected = "a number, or an array of them",
     .schema = "{\"anyOf\": [{\"type\": \"number\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": "
               "\"number\"}}]}",
     .meaning =
         "How much too fast both clocks run, in parts per million; an array is cycled over the nodes. Default 0"},
    {.name = NULL}};

const struct object_type clock_type = {
    .name = "clock", .what = "an object with \"offset\" or \"drift_ppm\"", .fields = clock_fields};

static const struct field queue_fields[] = {
    {.name = "limit",
     .type = FIELD_COUNT,
     .offset = offsetof(struct system_config, queue_limit),
     .low = 0,
     .high = 1e9,
     .preset = "10000",
     .meaning = "Messages waiting for a core, beyond those in service"},
    {.name = "when_full",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct system_config, when_full),
     .choices = full_choices,
     .preset = "\"drop\"",
     .meaning = "reject: a request is answered with a failure at once; everything else is dropped"},
    {.name = "bug",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct system_config, queue_bug),
     .choices = queue_bug_choices,
     .preset = "\"none\"",
     .meaning = "late-count: the length of the queue is measured wrongly, to see the check of Little's law find it"},
    {.name = NULL}};

const struct object_type queue_type = {
    .name = "queue", .what = "an object with \"limit\" or \"when_full\"", .fields = queue_fields};

static const struct field system_fields[] = {
    {.name = "model",
     .type = FIELD_CUSTOM,
     .is_required = true,
     .schema = "{\"type\": \"string\"}",
     .expected = "the name of a model",
     .meaning = "What runs on the nodes"},
    {.name = "nodes",
     .type = FIELD_COUNT,
     .offset = offsetof(struct system_config, nodes),
     .low = 1,
     .high = SCENARIO_MOST_ENDPOINTS,
     .preset = "1",
     .meaning = "How many machines"},
    {.name = "params",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"object\"}",
     .expected = "an object of parameters",
     .meaning = "The model's parameters"},
    {.name = "disk", .type = FIELD_OBJECT, .object = &disk_type, .preset = "{}", .meaning = "The disks"},
    {.name = "clock", .type = FIELD_CUSTOM, .object = &clock_type, .meaning = "The clocks"},
    {.name = "cores",
     .type = FIELD_COUNT,
     .offset = offsetof(struct system_config, cores),
     .low = 1,
     .high = 100000,
     .preset = "1",
     .meaning = "Messages in service at the same time"},
    {.name = "service",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/distribution\"}}",
     .expected = "an object of message types and durations",
     .meaning = "Time on a core by message type (\"raft.append\"), \"request\" (of clients, and replies of other "
                "systems), \"timer\" (and completions of the disk) or \"default\" (all else, 0 if not given)"},
    {.name = "queue", .type = FIELD_OBJECT, .object = &queue_type, .preset = "{}", .meaning = "What waits for a core"},
    {.name = "placement",
     .type = FIELD_CUSTOM,
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": "
               "\"string\"}}]}",
     .expected = "an array of regions",
     .meaning = "The regions of the nodes; cycled"},
    {.name = "uses",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}",
     .expected = "an object of systems, such as {\"db\": \"store\"}",
     .meaning = "Other systems that this one calls, by the name that its model has for them"},
    {.name = NULL}};

const struct object_type system_type = {
    .name = "system", .what = "an object that describes a system", .fields = system_fields};

static void read_model(struct reader *reader, const cJSON *item, struct system_config *system) {
    const struct model_list *models = reader->options->models;
    const cJSON *name = json_get(item, "model");
    uint32_t count = models == NULL ? 0 : models->count;
    if (name == NULL) {
        return; /* said already */
    }
    size_t mark = reader_enter(reader, "model");
    const char **names = arena_alloc(&reader->source->arena, (count + 1) * sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = models->models[i]->name;
        if (cJSON_IsString(name) && strcmp(names[i], name->valuestring) == 0) {
            system->model = models->models[i];
        }
    }
    if (!cJSON_IsString(name)) {
        reader_fail_expected(reader, name, "the name of a model");
    } else if (system->model == NULL) {
        reader_fail_unknown(reader, name, false, "model", name->valuestring, names, count);
    }
    reader_leave(reader, mark);
}

static void read_params(struct reader *reader, const cJSON *item, struct system_config *system) {
    if (system->model == NULL) {
        return;
    }
    const struct object_type *type = fields_of_parameters(&reader->source->arena, system->model);
    const cJSON *given = json_get(item, "params");
    cJSON *empty = given == NULL ? cJSON_CreateObject() : NULL;
    void *params = reader_alloc(reader, system->model->params_bytes, 1);
    uint32_t before = reader->source->problems.count;
    size_t mark = reader_enter(reader, "params");
    if (given == NULL) {
        json_set_place(&reader->source->places, empty, json_place_of(&reader->source->places, item));
        given = empty;
    }
    reader_object(reader, type, given, params);
    if (reader->source->problems.count == before && system->model->check_params != NULL && system->nodes > 0) {
        const char *wrong = system->model->check_params(params, system->nodes);
        if (wrong != NULL) {
            reader_fail(reader, given, "%s", wrong);
        }
    }
    reader_leave(reader, mark);
    system->params = params;
    cJSON_Delete(empty);
}

/* A value, or an array of values that is cycled: the element for each node, through `read`. */
static bool read_cycled(struct reader *reader, const cJSON *item, const struct field *element, void *values,
                        size_t size, uint32_t nodes) {
    if (!cJSON_IsArray(item)) {
        if (!reader_field(reader, element, item, values)) {
            return false;
        }
        for (uint32_t i = 1; i < nodes; i++) {
            memcpy((char *)values + i * size, values, size);
        }
        return true;
    }
    uint32_t count =
        reader_array(reader, item, 1, SCENARIO_MOST_ENDPOINTS, "values, one for each node, or fewer that are cycled");
    if (count == UINT32_MAX) {
        return false;
    }
    bool is_good = true;
    const cJSON *child = item->child;
    double ignored; /* where an element is checked that no node has */
    for (uint32_t i = 0; i < count; i++, child = child->next) {
        size_t mark = reader_enter_element(reader, i);
        is_good =
            reader_field(reader, element, child, i < nodes ? (void *)((char *)values + i * size) : (void *)&ignored) &&
            is_good;
        reader_leave(reader, mark);
    }
    for (uint32_t i = count; i < nodes; i++) {
        memcpy((char *)values + i * size, (char *)values + (i - count) * size, size);
    }
    return is_good;
}

static void read_clock(struct reader *reader, const cJSON *item, struct system_config *system) {
    static const struct field offset = {.name = "", .type = FIELD_SIGNED_DURATION};
    static const struct field drift = {.name = "", .type = FIELD_REAL, .low = -999999, .high = 1e9};
    const cJSON *clock = json_get(item, "clock");
    if (clock == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "clock");
    reader_object(reader, &clock_type, clock, system);
    const cJSON *offsets = json_get(clock, "offset"), *drifts = json_get(clock, "drift_ppm");
    if (offsets != NULL) {
        size_t inner = reader_enter(reader, "offset");
        sim_time *values = reader_alloc(reader, system->nodes, sizeof *values);
        read_cycled(reader, offsets, &offset, values, sizeof *values, system->nodes);
        system->clock_offsets = values;
        reader_leave(reader, inner);
    }
    if (drifts != NULL) {
        size_t inner = reader_enter(reader, "drift_ppm");
        double *values = reader_alloc(reader, system->nodes, sizeof *values);
        read_cycled(reader, drifts, &drift, values, sizeof *values, system->nodes);
        system->clock_drifts = values;
        reader_leave(reader, inner);
    }
    reader_leave(reader, mark);
}

/* A model's message types and the three keys that every system has; the names for suggestions. */
static const char **service_names(struct reader *reader, const struct model *model, size_t *types) {
    *types = 0;
    while (model->messages != NULL && model->messages[*types].name != NULL) {
        (*types)++;
    }
    const char **names = arena_alloc(&reader->source->arena, (*types + 3) * sizeof *names);
    for (size_t i = 0; i < *types; i++) {
        names[i] = model->messages[i].name;
    }
    names[*types] = "default";
    names[*types + 1] = "request";
    names[*types + 2] = "timer";
    return names;
}

static void read_service(struct reader *reader, const cJSON *item, struct system_config *system) {
    const cJSON *service = json_get(item, "service");
    if (service == NULL || system->model == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "service"), types;
    const char **names = service_names(reader, system->model, &types);
    if (!cJSON_IsObject(service)) {
        reader_fail_expected(reader, service, "an object such as {\"default\": \"20us\"}");
        reader_leave(reader, mark);
        return;
    }
    struct dist *type_services = reader_alloc(reader, types, sizeof *type_services);
    bool *type_has_service = reader_alloc(reader, types, sizeof *type_has_service);
    const cJSON *child;
    cJSON_ArrayForEach(child, service) {
        size_t index = 0, inner = reader_enter(reader, child->string);
        while (index < types + 3 && strcmp(names[index], child->string) != 0) {
            index++;
        }
        if (index < types) {
            type_has_service[index] = reader_dist(reader, child, &type_services[index]);
        } else if (index == types) {
            reader_dist(reader, child, &system->service);
        } else if (index == types + 1) {
            system->has_request_service = reader_dist(reader, child, &system->request_service);
        } else if (index == types + 2) {
            system->has_timer_service = reader_dist(reader, child, &system->timer_service);
        } else {
            reader_fail_unknown(reader, child, true, "message type", child->string, names, types + 3);
        }
        reader_leave(reader, inner);
    }
    system->type_services = type_services;
    system->type_has_service = type_has_service;
    reader_leave(reader, mark);
}

static void read_placement(struct reader *reader, const cJSON *item, struct system_config *system) {
    const cJSON *placement = json_get(item, "placement");
    if (placement == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "placement");
    uint32_t count = 1;
    const cJSON *child = placement;
    if (!cJSON_IsString(placement)) {
        count = reader_array(reader, placement, 1, READER_MOST_ELEMENTS,
                             "an array of regions, such as [\"us-east\", \"eu-west\"]");
        child = placement->child;
    }
    if (count != UINT32_MAX) {
        uint32_t *cycle = reader_alloc(reader, count, sizeof *cycle);
        uint32_t *regions = reader_alloc(reader, system->nodes, sizeof *regions);
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = child == placement ? reader->path_length : reader_enter_element(reader, i);
            const char *name = reader_text(reader, child, "the name of a region");
            cycle[i] = name == NULL ? CONFIG_NO_REGION : reader_region(reader, child, false, name);
            reader_leave(reader, inner);
        }
        for (uint32_t i = 0; i < system->nodes; i++) {
            regions[i] = cycle[i % count];
        }
        system->regions = regions;
    }
    reader_leave(reader, mark);
}

static void read_uses(struct reader *reader, const cJSON *item, struct system_config *system) {
    const cJSON *uses = json_get(item, "uses");
    if (uses == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "uses");
    if (!cJSON_IsObject(uses)) {
        reader_fail_expected(reader, uses, "an object of systems, such as {\"db\": \"store\"}");
    } else {
        uint32_t count = (uint32_t)cJSON_GetArraySize(uses), at = 0;
        struct use_config *configs = reader_alloc(reader, count, sizeof *configs);
        const cJSON *child;
        cJSON_ArrayForEach(child, uses) {
            size_t inner = reader_enter(reader, child->string);
            const char *name = reader_text(reader, child, "the name of a system");
            uint32_t used = name == NULL ? UINT32_MAX : reader_system(reader, child, name);
            configs[at++] = (struct use_config){arena_text(reader->arena, child->string), used};
            if (used != UINT32_MAX && &reader->systems[used] == system) {
                reader_fail(reader, child, "the system uses itself; expected another one");
            }
            reader_leave(reader, inner);
        }
        system->uses = configs;
        system->use_count = count;
    }
    reader_leave(reader, mark);
}

static void read_system(struct reader *reader, const cJSON *item, struct system_config *system) {
    struct scenario *scenario = reader->scenario;
    system->nodes = 0;
    reader_object(reader, &system_type, item, system);
    if (!cJSON_IsObject(item)) {
        return;
    }
    read_model(reader, item, system);
    if (system->nodes > SCENARIO_MOST_ENDPOINTS - scenario->node_count) {
        reader_fail(reader, item, "more than %d nodes together; expected at most that", SCENARIO_MOST_ENDPOINTS);
        system->nodes = 0; /* from here on: unknown */
    }
    system->first_node = scenario->node_count;
    scenario->node_count += system->nodes;
    read_params(reader, item, system);
    read_clock(reader, item, system);
    read_service(reader, item, system);
    read_placement(reader, item, system);
    read_uses(reader, item, system);
}

void read_systems(struct reader *reader, const cJSON *systems) {
    struct scenario *scenario = reader->scenario;
    if (!cJSON_IsObject(systems)) {
        reader_fail_expected(reader, systems,
                             "an object of systems, such as {\"store\": {\"model\": \"raft\", \"nodes\": 3}}");
        return;
    }
    if (systems->child == NULL) {
        reader_fail(reader, systems,
                    "no system; expected at least one, such as {\"store\": {\"model\": \"raft\", \"nodes\": 3}}");
        return;
    }
    uint32_t count = (uint32_t)cJSON_GetArraySize(systems), at = 0;
    reader->systems = reader_alloc(reader, count, sizeof *reader->systems);
    const cJSON *child;
    cJSON_ArrayForEach(child, systems) { /* names first: systems refer to each other */
        reader->systems[at++].name = arena_text(reader->arena, child->string);
    }
    scenario->systems = reader->systems;
    scenario->system_count = count;
    at = 0;
    cJSON_ArrayForEach(child, systems) {
        size_t mark = reader_enter(reader, child->string);
        if (reader_check_name(reader, child, true, child->string, reader_target_words)) {
            for (uint32_t i = 0; i < scenario->network.region_count; i++) {
                if (strcmp(scenario->network.regions[i], child->string) == 0) {
                    reader_fail(reader, child, "a region has this name too; expected different names");
                }
            }
        }
        read_system(reader, child, &reader->systems[at++]);
        reader_leave(reader, mark);
    }
}
