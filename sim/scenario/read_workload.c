/* The workloads: what clients ask for, how often, of whom, and what they do when no answer comes. */
#include "sim/scenario/reader.h"

#include <string.h>

/* Those after WORKLOAD_KIND_COUNT are of the language, but not of this version. */
static const char *const kind_names[] = {"kv",   "register", "requests", "staleness", "append",
                                         "lock", "queue",    "ids",      "feed",      NULL};
static const char *const route_names[] = {"leader", "nearest",     "random",
                                          "sticky", "round-robin", NULL}; /* enum route_kind */
static const char *const jitter_names[] = {"none", "full", NULL};

static bool read_jitter(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    int32_t index = 0;
    struct field choice = *field;
    choice.type = FIELD_CHOICE;
    choice.offset = 0;
    bool is_good = reader_field(reader, &choice, item, &index);
    *(bool *)to = index == 1;
    return is_good;
}

static const struct field retries_fields[] = {
    {.name = "attempts",
     .type = FIELD_COUNT,
     .offset = offsetof(struct retries_config, attempts),
     .low = 1,
     .high = 1e6,
     .preset = "1",
     .meaning = "In all; 1 means no retry"},
    {.name = "backoff",
     .type = FIELD_DIST,
     .offset = offsetof(struct retries_config, backoff),
     .preset = "\"100ms\"",
     .meaning = "Wait before the second attempt"},
    {.name = "multiplier",
     .type = FIELD_REAL,
     .offset = offsetof(struct retries_config, multiplier),
     .low = 1,
     .high = 1000,
     .preset = "2",
     .meaning = "Of the backoff, for each further attempt"},
    {.name = "jitter",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct retries_config, full_jitter),
     .read = read_jitter,
     .choices = jitter_names,
     .preset = "\"full\"",
     .schema = "{\"enum\": [\"none\", \"full\"]}",
     .expected = "\"none\" or \"full\"",
     .meaning = "full: the wait is uniform from 0 to the backoff"},
    {.name = "budget",
     .type = FIELD_REAL,
     .offset = offsetof(struct retries_config, budget),
     .low = 0,
     .high = 1e6,
     .preset = "0",
     .meaning = "Retries are at most this share of first attempts, in the long run; 0 means no bound"},
    {.name = "timeout",
     .type = FIELD_DURATION,
     .offset = offsetof(struct retries_config, timeout),
     .low = 1e-9,
     .high = -1,
     .meaning = "An attempt without an answer is given up after this; if not given, only at the deadline"},
    {.name = NULL}};

const struct object_type retries_type = {
    .name = "retries", .what = "an object such as {\"attempts\": 3, \"backoff\": \"50ms\"}", .fields = retries_fields};

static const struct field workload_fields[] = {
    {.name = "kind",
     .type = FIELD_CUSTOM,
     .is_required = true,
     .expected = "one of \"kv\", \"register\", \"requests\", \"staleness\"",
     .schema = "{\"enum\": [\"kv\", \"register\", \"requests\", \"staleness\"]}",
     .meaning = "kv: operations on keys; register: on one key; requests: units of work without data; staleness: a "
                "write, and when it is acknowledged reads after it"},
    {.name = "target",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"string\"}",
     .expected = "the name of a system",
     .meaning = "The system that the clients ask; the only one if not given"},
    {.name = "clients",
     .type = FIELD_CUSTOM,
     .schema = "{\"anyOf\": [{\"$ref\": \"#/$defs/count\"}, {\"type\": \"object\", \"additionalProperties\": "
               "{\"$ref\": \"#/$defs/count\"}}]}",
     .expected = "a whole number from 1, or an object of regions and numbers",
     .meaning = "How many, or how many in each region. Default 1"},
    {.name = "arrivals",
     .type = FIELD_CUSTOM,
     .object = &arrivals_type,
     .meaning = "When operations are invoked. Default closed, without thinking"},
    {.name = "ramp",
     .type = FIELD_CUSTOM,
     .schema = "{\"$ref\": \"#/$defs/ramp\"}",
     .expected = "points such as [[\"0s\", 1], [\"30s\", 10]]",
     .meaning = "As in \"arrivals\""},
    {.name = "mix",
     .type = FIELD_CUSTOM,
     .object = &mix_type,
     .meaning = "Shares of the operations, of sum 1. Default: kv and register half reads and half writes; requests "
                "only requests"},
    {.name = "keys",
     .type = FIELD_CUSTOM,
     .object = &keys_type,
     .meaning = "Which keys operations are about. Default uniform over 1000, for kind register over 1"},
    {.name = "ycsb",
     .type = FIELD_CUSTOM,
     .schema = "{\"enum\": [\"A\", \"B\", \"C\", \"D\", \"F\"]}",
     .expected = "one of \"A\", \"B\", \"C\", \"D\", \"F\"",
     .meaning =
         "Mix and choice of keys of that workload of the Yahoo Cloud Serving Benchmark; \"keys\" may replace its keys"},
    {.name = "value_size",
     .type = FIELD_BYTES32,
     .offset = offsetof(struct workload_config, value_bytes),
     .preset = "\"64B\"",
     .meaning = "Size that a value stands for"},
    {.name = "deadline",
     .type = FIELD_DURATION,
     .offset = offsetof(struct workload_config, deadline),
     .low = 1e-9,
     .high = -1,
     .preset = "\"1s\"",
     .meaning = "After the invocation: an operation without an answer ends as unknown"},
    {.name = "route",
     .type = FIELD_CUSTOM,
     .schema = "{\"enum\": [\"leader\", \"nearest\", \"random\", \"sticky\", \"round-robin\"]}",
     .choices = route_names,
     .expected = "one of \"leader\", \"nearest\", \"random\", \"sticky\", \"round-robin\"",
     .meaning = "Which node a client asks. Default leader if the model has one, else random"},
    {.name = "retries",
     .type = FIELD_OBJECT,
     .offset = offsetof(struct workload_config, retries),
     .object = &retries_type,
     .preset = "{}",
     .meaning = "What a client does without a good answer"},
    {.name = "from",
     .type = FIELD_DURATION,
     .offset = offsetof(struct workload_config, from),
     .preset = "\"0s\"",
     .meaning = "The first operation is not before this"},
    {.name = "until",
     .type = FIELD_DURATION,
     .offset = offsetof(struct workload_config, until),
     .meaning = "No operation is invoked at or after this; the scenario's duration if not given"},
    {.name = "after",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/duration\"}}",
     .expected = "durations such as [\"0ms\", \"5ms\"]",
     .meaning = "Of kind staleness: how long after the acknowledgement reads follow. Default [\"0ms\"]"},
    {.name = NULL}};

const struct object_type workload_type = {
    .name = "workload", .what = "an object that describes a workload", .fields = workload_fields};

static bool read_kind(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    int32_t kind = 0;
    if (json_get(item, "kind") == NULL || !reader_choice(reader, item, "kind", kind_names, &kind)) {
        return false;
    }
    if (kind >= WORKLOAD_KIND_COUNT) {
        size_t mark = reader_enter(reader, "kind");
        reader_fail(reader, json_get(item, "kind"),
                    "\"%s\" is not supported yet by this version; expected one of \"kv\", \"register\", \"requests\", "
                    "\"staleness\"",
                    kind_names[kind]);
        reader_leave(reader, mark);
        return false;
    }
    workload->kind = (enum workload_kind)kind;
    return true;
}

static void read_target_system(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const cJSON *target = json_get(item, "target");
    if (target == NULL) {
        workload->target = reader->scenario->system_count == 1 ? 0 : UINT32_MAX;
        if (reader->scenario->system_count > 1) {
            reader_fail(reader, item, "\"target\" is missing; expected the name of a system, for there are several");
        }
        return;
    }
    size_t mark = reader_enter(reader, "target");
    workload->target = cJSON_IsString(target)
                           ? reader_system(reader, target, target->valuestring)
                           : (reader_fail_expected(reader, target, "the name of a system"), UINT32_MAX);
    reader_leave(reader, mark);
}

static void read_clients(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const cJSON *clients = json_get(item, "clients"), *child;
    double count = 1, sum = 0;
    workload->clients = 1;
    if (clients == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "clients");
    if (!cJSON_IsObject(clients)) {
        workload->clients = reader_count(reader, clients, 1, SCENARIO_MOST_ENDPOINTS, &count) ? (uint32_t)count : 1;
        reader_leave(reader, mark);
        return;
    }
    uint32_t before = reader->source->problems.count;
    cJSON_ArrayForEach(child, clients) {
        size_t inner = reader_enter(reader, child->string);
        reader_region(reader, child, true, child->string);
        if (reader_count(reader, child, 0, SCENARIO_MOST_ENDPOINTS, &count)) {
            sum += count;
        }
        reader_leave(reader, inner);
    }
    if (reader->source->problems.count == before && (sum < 1 || sum > SCENARIO_MOST_ENDPOINTS)) {
        reader_fail(reader, clients, "%.0f clients together; expected from 1 to %d", sum, SCENARIO_MOST_ENDPOINTS);
    }
    if (reader->source->problems.count == before) {
        workload->clients = (uint32_t)sum;
    }
    /* With too many endpoints the run is refused below, and no memory is spent on them here. */
    if (reader->source->problems.count == before && sum <= SCENARIO_MOST_ENDPOINTS - reader->scenario->endpoint_count) {
        uint32_t *regions = reader_alloc(reader, (uint64_t)sum, sizeof *regions), at = 0;
        cJSON_ArrayForEach(child, clients) {
            uint32_t region = reader_region(reader, child, true, child->string);
            for (uint32_t i = 0; i < (uint32_t)child->valuedouble; i++) {
                regions[at++] = region;
            }
        }
        workload->client_regions = regions;
    }
    reader_leave(reader, mark);
}

static void read_route(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const struct model *model = workload->target == UINT32_MAX ? NULL : reader->systems[workload->target].model;
    const cJSON *route = json_get(item, "route");
    int32_t which = 0;
    if (route == NULL) {
        workload->route = model != NULL && model->has_leader ? ROUTE_LEADER : ROUTE_RANDOM;
    } else if (reader_choice(reader, item, "route", route_names, &which)) {
        workload->route = (enum route_kind)which;
        if (workload->route == ROUTE_LEADER && model != NULL && !model->has_leader) {
            size_t mark = reader_enter(reader, "route");
            reader_fail(
                reader, route,
                "the model \"%s\" has no leader; expected \"nearest\", \"random\", \"sticky\" or \"round-robin\"",
                model->name);
            reader_leave(reader, mark);
        }
    }
}

static void read_after(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const cJSON *after = json_get(item, "after");
    if (workload->kind != WORKLOAD_STALENESS) {
        if (after != NULL) {
            reader_fail(reader, after, "\"after\" is for kind staleness only; expected no \"after\"");
        }
        return;
    }
    size_t mark = reader_enter(reader, "after");
    uint32_t count = after == NULL
                         ? 1
                         : reader_array(reader, after, 1, READER_MOST_ELEMENTS, "durations such as [\"0ms\", \"5ms\"]");
    if (count != UINT32_MAX) {
        sim_time *offsets = reader_alloc(reader, count, sizeof *offsets);
        const char **texts = reader_alloc(reader, count, sizeof *texts);
        texts[0] = "0ms"; /* what nobody gave */
        const cJSON *child = after == NULL ? NULL : after->child;
        for (uint32_t i = 0; i < count && child != NULL; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            reader_duration(reader, child, &offsets[i]);
            texts[i] = arena_format(reader->arena, "%s", cJSON_IsString(child) ? child->valuestring : "");
            reader_leave(reader, inner);
        }
        workload->after = offsets;
        workload->after_texts = texts;
        workload->after_count = count;
    }
    reader_leave(reader, mark);
}

static void check_times(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const cJSON *from = json_get(item, "from"), *until = json_get(item, "until");
    sim_time duration = reader->scenario->duration;
    if (duration > 0 && workload->from >= duration) {
        reader_fail(reader, from,
                    "the workload starts at the end of the run or after it; expected \"from\" before the duration");
    } else if (until != NULL && workload->until <= workload->from) {
        reader_fail(reader, until, "the workload ends before it starts; expected \"until\" after \"from\"");
    }
    if (until == NULL) {
        workload->until = duration;
    }
}

static void read_workload(struct reader *reader, cJSON *item, struct workload_config *workload) {
    struct scenario *scenario = reader->scenario;
    workload->retries.timeout = SIM_NEVER;
    reader_object(reader, &workload_type, item, workload);
    if (!cJSON_IsObject(item)) {
        return;
    }
    bool has_kind = read_kind(reader, item, workload);
    read_target_system(reader, item, workload);
    read_clients(reader, item, workload);
    workload->first_client = scenario->endpoint_count;
    scenario->endpoint_count += workload->clients;
    if (scenario->endpoint_count > SCENARIO_MOST_ENDPOINTS) {
        const cJSON *clients = json_get(item, "clients");
        reader_fail(reader, clients != NULL ? clients : item,
                    "more than %d nodes and clients together; expected at most that", SCENARIO_MOST_ENDPOINTS);
        scenario->endpoint_count = SCENARIO_MOST_ENDPOINTS;
    }
    read_arrivals(reader, item, workload);
    workload->keys.count = workload->kind == WORKLOAD_REGISTER ? 1 : 1000;
    if (has_kind) {
        read_mix(reader, item, workload);
    }
    if (json_get(item, "keys") != NULL) {
        read_keys(reader, json_get(item, "keys"), workload);
    }
    read_route(reader, item, workload);
    if (has_kind) {
        read_after(reader, item, workload);
    }
    check_times(reader, item, workload);
}

void read_workloads(struct reader *reader, const cJSON *root) {
    struct scenario *scenario = reader->scenario;
    cJSON *one = cJSON_GetObjectItemCaseSensitive(root, "workload"),
          *several = cJSON_GetObjectItemCaseSensitive(root, "workloads");
    scenario->endpoint_count = scenario->node_count;
    if (one != NULL && several != NULL) {
        reader_fail(reader, several, "both \"workload\" and \"workloads\" are given; expected one of them");
        return;
    }
    size_t mark = reader_enter(reader, one != NULL ? "workload" : "workloads");
    if (several != NULL && (!cJSON_IsObject(several) || several->child == NULL)) {
        reader_fail_expected(reader, several,
                             "an object of at least one workload, such as {\"shop\": {\"kind\": \"kv\"}}");
    } else if (one != NULL || several != NULL) {
        uint32_t count = one != NULL ? 1 : (uint32_t)cJSON_GetArraySize(several), at = 0;
        struct workload_config *workloads = reader_alloc(reader, count, sizeof *workloads);
        scenario->workloads = workloads;
        scenario->workload_count = count;
        if (one != NULL) {
            workloads[0].name = "";
            read_workload(reader, one, &workloads[0]);
        } else {
            cJSON *child;
            cJSON_ArrayForEach(child, several) {
                static const char *const none[] = {NULL};
                size_t inner = reader_enter(reader, child->string);
                reader_check_name(reader, child, true, child->string, none);
                workloads[at].name = arena_text(reader->arena, child->string);
                read_workload(reader, child, &workloads[at++]);
                reader_leave(reader, inner);
            }
        }
    }
    reader_leave(reader, mark);
}
