#include "sim/scenario/scenario.h"

#include "sim/base/hash.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

#define SCENARIO_ARENA_BYTES ((size_t)1 << 30) /* addresses, not memory */

/* ---- The whole file's keys ---- */

static bool read_version(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)to;
    if (!cJSON_IsNumber(item) || item->valuedouble != SCENARIO_VERSION) {
        return reader_fail_expected(reader, item, field->expected);
    }
    return true;
}

static bool read_seed(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    const double exact = 9007199254740992.0; /* 2^53: from here on doubles skip whole numbers */
    uint64_t *seed = to;
    if (cJSON_IsNumber(item)) {
        double value = item->valuedouble;
        if (value >= exact) {
            return reader_fail(reader, item,
                               "the number is too large to be exact; expected less than 2^53, or write it as a string");
        }
        if (value < 0 || value != (double)(uint64_t)value) {
            return reader_fail_expected(reader, item, field->expected);
        }
        *seed = (uint64_t)value;
        return true;
    }
    if (!cJSON_IsString(item) || *item->valuestring == '\0' ||
        strspn(item->valuestring, "0123456789") != strlen(item->valuestring)) {
        return reader_fail_expected(reader, item, field->expected);
    }
    uint64_t value = 0;
    for (const char *digit = item->valuestring; *digit != '\0'; digit++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value)) {
            return reader_fail_expected(reader, item, field->expected);
        }
    }
    *seed = value;
    return true;
}

static bool read_size(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    static const char *const sizes[] = {"small", "large", NULL};
    const struct field choice = {.name = field->name, .type = FIELD_CHOICE, .choices = sizes};
    int32_t which = 0;
    bool is_good = reader_field(reader, &choice, item, &which);
    *(bool *)to = which == 1;
    return is_good;
}

/* "vary" is for sweeps: here only its shape is checked, a path and the values it takes. */
static bool read_vary(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)to;
    if (!cJSON_IsObject(item)) {
        return reader_fail_expected(reader, item, field->expected);
    }
    bool is_good = true;
    const cJSON *child;
    cJSON_ArrayForEach(child, item) {
        size_t mark = reader_enter(reader, child->string);
        is_good = reader_array(reader, child, 1, READER_MOST_ELEMENTS, "an array of values") != UINT32_MAX && is_good;
        reader_leave(reader, mark);
    }
    return is_good;
}

static bool read_prices(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    static const struct field amount = {.name = "", .type = FIELD_REAL, .low = 0, .high = 1e12};
    struct scenario *scenario = to;
    if (!cJSON_IsObject(item)) {
        return reader_fail_expected(reader, item, field->expected);
    }
    uint32_t count = (uint32_t)cJSON_GetArraySize(item), at = 0;
    struct price *prices = reader_alloc(reader, count, sizeof *prices);
    bool is_good = true;
    const cJSON *child;
    cJSON_ArrayForEach(child, item) {
        size_t mark = reader_enter(reader, child->string);
        prices[at].name = arena_text(reader->arena, child->string);
        is_good = reader_field(reader, &amount, child, &prices[at].amount) && is_good;
        reader_leave(reader, mark);
        at++;
    }
    scenario->prices = prices;
    scenario->price_count = count;
    return is_good;
}

#define ARRAY_OF(def) "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/" def "\"}}"
#define MAP_OF(def)                                                                                                    \
    "{\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": {\"$ref\": \"#/$defs/" def "\"}}"

static const struct field scenario_fields[] = {
    {.name = "$schema", .type = FIELD_CUSTOM, .schema = "{\"type\": \"string\"}", .meaning = "For editors"},
    {.name = "version",
     .type = FIELD_CUSTOM,
     .read = read_version,
     .schema = "{\"const\": 1}",
     .expected = "1, the version of the language",
     .meaning = "Of the scenario language"},
    {.name = "extends",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"string\"}",
     .expected = "the path of a scenario file",
     .meaning =
         "A file that this one is merged over: objects by key, arrays and scalars replace, null takes a key away"},
    {.name = "let",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"object\"}",
     .expected = "an object of names and values",
     .meaning = "Values that \"$name\" stands for"},
    {.name = "title",
     .type = FIELD_TEXT,
     .offset = offsetof(struct scenario, title),
     .is_required = true,
     .meaning = "One line"},
    {.name = "question",
     .type = FIELD_TEXT,
     .offset = offsetof(struct scenario, question),
     .meaning = "What the scenario is to find out"},
    {.name = "answer", .type = FIELD_TEXT, .offset = offsetof(struct scenario, answer), .meaning = "What it shows"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct scenario, seed),
     .read = read_seed,
     .preset = "1",
     .schema = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 9007199254740991}, {\"type\": "
               "\"string\", \"pattern\": \"^[0-9]+$\"}]}",
     .expected = "a whole number from 0, as a string up to 18446744073709551615",
     .meaning = "Of all chance in a run"},
    {.name = "tie_salt",
     .type = FIELD_COUNT64,
     .offset = offsetof(struct scenario, tie_salt),
     .preset = "0",
     .meaning = "Another order of events at the same instant, for each number; 0: that of their scheduling"},
    {.name = "duration",
     .type = FIELD_DURATION,
     .offset = offsetof(struct scenario, duration),
     .low = 1e-9,
     .high = -1,
     .is_required = true,
     .meaning = "Simulated time"},
    {.name = "warmup",
     .type = FIELD_DURATION,
     .offset = offsetof(struct scenario, warmup),
     .preset = "\"0s\"",
     .meaning = "Measures leave this first part out"},
    {.name = "outage_after",
     .type = FIELD_DURATION,
     .offset = offsetof(struct scenario, outage_after),
     .low = 1e-9,
     .high = -1,
     .preset = "\"1s\"",
     .meaning = "So long without a success is an outage"},
    {.name = "available_at",
     .type = FIELD_SHARE,
     .offset = offsetof(struct scenario, pacelc_available),
     .preset = "0.99",
     .meaning = "PACELC: a side of a partition that serves this share of every kind of operation is available"},
    {.name = "network", .type = FIELD_CUSTOM, .object = &network_type, .meaning = "What lies between the machines"},
    {.name = "systems",
     .type = FIELD_CUSTOM,
     .is_required = true,
     .schema = MAP_OF("system"),
     .expected = "an object of systems, such as {\"store\": {\"model\": \"raft\", \"nodes\": 3}}",
     .meaning = "What runs, by name"},
    {.name = "workload", .type = FIELD_CUSTOM, .object = &workload_type, .meaning = "What the clients do"},
    {.name = "workloads",
     .type = FIELD_CUSTOM,
     .schema = MAP_OF("workload"),
     .expected = "an object of workloads",
     .meaning = "Several workloads, by name"},
    {.name = "phases",
     .type = FIELD_CUSTOM,
     .schema = ARRAY_OF("phase"),
     .expected = "an array of phases",
     .meaning = "Windows that may multiply the load"},
    {.name = "faults",
     .type = FIELD_CUSTOM,
     .schema = ARRAY_OF("fault"),
     .expected = "an array of faults",
     .meaning = "What goes wrong"},
    {.name = "expect",
     .type = FIELD_CUSTOM,
     .schema = ARRAY_OF("expectation"),
     .expected = "an array of expectations",
     .meaning = "What must come out"},
    {.name = "vary",
     .type = FIELD_CUSTOM,
     .read = read_vary,
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"minItems\": 1}}",
     .expected = "an object of paths and values, such as {\"systems.store.params.w\": [1, 2, 3]}",
     .meaning = "What sweep and compare vary by default"},
    {.name = "prices",
     .type = FIELD_CUSTOM,
     .read = read_prices,
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"number\", \"minimum\": 0}}",
     .expected = "an object of names and amounts, such as {\"node_hour\": 0.096}",
     .meaning = "In one currency"},
    {.name = "size",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct scenario, is_large),
     .read = read_size,
     .schema = "{\"enum\": [\"small\", \"large\"]}",
     .expected = "\"small\" or \"large\"",
     .meaning = "large keeps a scenario out of quick tests"},
    {.name = NULL}};

const struct object_type scenario_type = {.name = "scenario", .what = "an object", .fields = scenario_fields};

/* ---- Reading ---- */

static void read_network(struct reader *reader, const cJSON *network) {
    struct network_config *config = &reader->scenario->network;
    config->base.latency = dist_constant(500 * SIM_MICROSECOND);
    config->base.given = PATH_LATENCY | PATH_LOSS | PATH_DUPLICATE | PATH_BANDWIDTH | PATH_ORDERED;
    if (network != NULL) {
        size_t mark = reader_enter(reader, "network");
        reader_object(reader, &network_type, network, config);
        if (cJSON_IsObject(network)) {
            read_regions(reader, network);
        }
        reader_leave(reader, mark);
    }
}

static void read_topics(struct reader *reader, const cJSON *root) {
    struct scenario *scenario = reader->scenario;
    const cJSON *network = json_get(root, "network"), *systems = json_get(root, "systems"),
                *warmup = json_get(root, "warmup");
    reader_object(reader, &scenario_type, root, scenario);
    if (warmup != NULL && scenario->duration > 0 && scenario->warmup >= scenario->duration) {
        size_t mark = reader_enter(reader, "warmup");
        reader_fail(reader, warmup, "the warm-up takes the whole run; expected less than the duration");
        reader_leave(reader, mark);
    }
    read_network(reader, network);
    if (systems != NULL) {
        size_t mark = reader_enter(reader, "systems");
        read_systems(reader, systems);
        reader_leave(reader, mark);
    }
    if (network != NULL) {
        size_t mark = reader_enter(reader, "network");
        read_links(reader, network);
        reader_leave(reader, mark);
    }
    read_workloads(reader, root);
    read_phases(reader, json_get(root, "phases"));
    read_faults(reader, json_get(root, "faults"));
    read_expectations(reader, json_get(root, "expect"));
}

static bool apply_options(struct source *source, const struct scenario_options *options) {
    bool is_good = true;
    for (uint32_t i = 0; i < options->set_count; i++) {
        is_good = source_apply_set(source, "--set", options->sets[i]) && is_good;
    }
    for (uint32_t i = 0; i < options->change_count; i++) {
        is_good = source_apply_change(source, options->changes[i], options->change_at) && is_good;
    }
    return is_good && source_apply_let(source);
}

/* The scenario of a source whose tree is whole; problems tell whether it is good. */
static struct scenario *build(struct source *source, const char *path, const struct scenario_options *options) {
    struct scenario *scenario = calloc(1, sizeof *scenario);
    if (scenario == NULL) {
        abort();
    }
    arena_init(&scenario->arena, "the scenario", SCENARIO_ARENA_BYTES);
    struct reader reader = {.options = options, .source = source, .scenario = scenario, .arena = &scenario->arena};
    scenario->path = arena_text(&scenario->arena, path);
    read_topics(&reader, source->tree);
    struct text resolved = {0};
    json_print(source->tree, &resolved);
    text_add(&resolved, "\n");
    scenario->resolved = arena_text(&scenario->arena, resolved.bytes);
    scenario->hash = hash_bytes(resolved.bytes, resolved.length);
    text_free(&resolved);
    if (options->has_seed) {
        scenario->seed = options->seed;
    }
    return scenario;
}

static struct scenario *finish(struct source *source, struct scenario *scenario, struct text *errors) {
    if (source->problems.count > 0) {
        problems_print(&source->problems, errors);
        scenario_free(scenario);
        scenario = NULL;
    }
    source_free(source);
    return scenario;
}

struct scenario *scenario_parse(const char *text, size_t length, const char *path,
                                const struct scenario_options *options, struct text *errors) {
    struct source source;
    struct scenario *scenario = NULL;
    source_init(&source);
    if (source_load(&source, path, text, length) && apply_options(&source, options)) {
        scenario = build(&source, path, options);
    }
    return finish(&source, scenario, errors);
}

struct scenario *scenario_read(const char *path, const struct scenario_options *options, struct text *errors) {
    struct source source;
    struct scenario *scenario = NULL;
    const char *error = "";
    size_t length = 0;
    source_init(&source);
    const char *text = source_read_file(&source, path, &length, &error);
    if (text == NULL) {
        uint32_t file = problems_add_file(&source.problems, path, false);
        problems_add(&source.problems, file, 1, 1, "cannot read the file: %s; expected a scenario file", error);
    } else if (source_load(&source, path, text, length) && apply_options(&source, options)) {
        scenario = build(&source, path, options);
    }
    return finish(&source, scenario, errors);
}

void scenario_free(struct scenario *scenario) {
    if (scenario != NULL) {
        arena_free_all(&scenario->arena);
        free(scenario);
    }
}
