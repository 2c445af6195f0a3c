/* The JSON Schema (2020-12) of scenario files, from the same tables that read them.
 *
 * It is a little more lenient than the reader: a file that extends another one holds parts of objects only, so that
 * keys are required only where "extends" cannot supply them; and "$name" may stand for any value. */
#include "sim/scenario/reader.h"

#include <string.h>

#define LET_REF "{\"$ref\": \"#/$defs/let\"}"
#define LET_PATTERN "\\\\$[A-Za-z_-][A-Za-z0-9_-]*"
#define NUMBER_PATTERN "[0-9]+(\\\\.[0-9]+)? ?"
#define DURATION_UNITS "(ns|us|ms|s|min|h|d)"

const struct object_type *const scenario_object_types[] = {
    &dist_type,         &network_type,       &link_type,        &message_path_type, &regions_type,   &system_type,
    &disk_type,         &clock_type,         &queue_type,       &workload_type,     &arrivals_type,  &keys_type,
    &mix_type,          &retries_type,       &phase_type,       &fault_type,        &partition_type, &one_way_type,
    &corrupt_disk_type, &random_faults_type, &expectation_type, &bounds_type,       &target_type,    NULL};

static void write_object(const struct object_type *type, struct text *out);

/* Written by hand: the quantities, and short forms that several tables use. */
static const char *const plain_definitions[][2] = {
    {"let", "{\"type\": \"string\", \"pattern\": \"^" LET_PATTERN
            "$\", \"description\": \"A name that \\\"let\\\" defines\"}"},
    {"duration", "{\"type\": \"string\", \"pattern\": \"^(" NUMBER_PATTERN DURATION_UNITS "|" LET_PATTERN
                 ")$\", \"examples\": [\"150ms\"]}"},
    {"signed-duration", "{\"type\": \"string\", \"pattern\": \"^(-?" NUMBER_PATTERN DURATION_UNITS "|" LET_PATTERN
                        ")$\", \"examples\": [\"-5ms\"]}"},
    {"duration-range", "{\"anyOf\": [{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, \"items\": {\"$ref\": "
                       "\"#/$defs/duration\"}}, " LET_REF "]}"},
    {"bytes", "{\"type\": \"string\", \"pattern\": \"^(" NUMBER_PATTERN "(B|kB|KiB|MB|MiB|GB|GiB|TB|TiB)|" LET_PATTERN
              ")$\", \"examples\": [\"4KiB\"]}"},
    {"bandwidth", "{\"type\": \"string\", \"pattern\": \"^(" NUMBER_PATTERN
                  "((k|M|G|T)?bit/s|(k|Ki|M|Mi|G|Gi|T|Ti)?B/s)|" LET_PATTERN ")$\", \"examples\": [\"10Gbit/s\"]}"},
    {"rate", "{\"type\": \"string\", \"pattern\": \"^(" NUMBER_PATTERN "/(us|ms|s|min|h|d)|" LET_PATTERN
             ")$\", \"examples\": [\"500/s\"]}"},
    {"share", "{\"anyOf\": [{\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}, " LET_REF "]}"},
    {"count", "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, " LET_REF "]}"},
    {"ramp", "{\"anyOf\": [{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", \"minItems\": 2, "
             "\"maxItems\": 2, \"prefixItems\": [{\"$ref\": \"#/$defs/duration\"}, {\"anyOf\": [{\"type\": \"number\", "
             "\"minimum\": 0}, " LET_REF "]}]}}, " LET_REF "]}"},
    {"targets", "{\"anyOf\": [{\"$ref\": \"#/$defs/target\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": "
                "{\"$ref\": \"#/$defs/target\"}}]}"},
};

static bool has_definition(const struct object_type *type) {
    for (size_t i = 0; scenario_object_types[i] != NULL; i++) {
        if (scenario_object_types[i] == type) {
            return true;
        }
    }
    return false;
}

static void write_type(const struct object_type *type, struct text *out) {
    if (has_definition(type)) {
        text_add(out, "{\"$ref\": \"#/$defs/%s\"}", type->name);
    } else {
        write_object(type, out);
    }
}

static void write_range(const struct field *field, struct text *out) {
    if (field_has_range(field)) {
        text_add(out, ", \"minimum\": ");
        text_add_json_number(out, field->low);
        if (field->high >= field->low) {
            text_add(out, ", \"maximum\": ");
            text_add_json_number(out, field->high);
        }
    }
}

static void write_number(const struct field *field, const char *type, bool is_from_0, struct text *out) {
    text_add(out, "{\"type\": \"%s\"", type);
    write_range(field, out);
    text_add(out, "%s}", is_from_0 && !field_has_range(field) ? ", \"minimum\": 0" : "");
}

static void write_choices(const char *const *choices, struct text *out) {
    text_add(out, "{\"enum\": [");
    for (size_t i = 0; choices[i] != NULL; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_add_json(out, choices[i]);
    }
    text_add(out, "]}");
}

static void write_value(const struct field *field, struct text *out) {
    static const char *const references[] = {[FIELD_DURATION] = "duration",
                                             [FIELD_DURATION_REAL] = "duration",
                                             [FIELD_SIGNED_DURATION] = "signed-duration",
                                             [FIELD_DURATION_RANGE] = "duration-range",
                                             [FIELD_BYTES] = "bytes",
                                             [FIELD_BYTES32] = "bytes",
                                             [FIELD_BANDWIDTH] = "bandwidth",
                                             [FIELD_RATE] = "rate",
                                             [FIELD_DIST] = "distribution"};
    switch (field->type) {
    case FIELD_TEXT:
        text_add(out, "{\"type\": \"string\"}");
        break;
    case FIELD_FLAG:
        text_add(out, "{\"type\": \"boolean\"}");
        break;
    case FIELD_COUNT:
    case FIELD_COUNT64:
        write_number(field, "integer", true, out);
        break;
    case FIELD_INTEGER:
        write_number(field, "integer", false, out);
        break;
    case FIELD_REAL:
        write_number(field, "number", false, out);
        break;
    case FIELD_POSITIVE:
        text_add(out, "{\"type\": \"number\", \"exclusiveMinimum\": 0}");
        break;
    case FIELD_SHARE:
        if (field_has_range(field)) {
            write_number(field, "number", false, out);
        } else {
            text_add(out, "{\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}");
        }
        break;
    case FIELD_CHOICE:
        write_choices(field->choices, out);
        break;
    case FIELD_OBJECT:
        write_type(field->object, out);
        break;
    case FIELD_CUSTOM:
        if (field->object != NULL) {
            write_type(field->object, out);
        } else {
            text_add(out, "%s", field->schema);
        }
        break;
    default:
        text_add(out, "{\"$ref\": \"#/$defs/%s\"}", references[field->type]);
    }
}

/* Whether something stands before it is known by the byte before: the callers open with '{'. */
static void write_comma(struct text *out) {
    if (out->bytes[out->length - 1] != '{') {
        text_add(out, ", ");
    }
}

static void write_properties(const struct object_type *type, struct text *out) {
    bool is_mergeable = !type->is_whole;
    text_add(out, "{");
    for (; type != NULL; type = type->also) {
        for (const struct field *field = type->fields; field->name != NULL; field++) {
            write_comma(out);
            text_add_json(out, field->name);
            text_add(out, ": {");
            if (field->meaning != NULL) {
                text_add(out, "\"description\": ");
                text_add_json(out, field->meaning);
                text_add(out, ", ");
            }
            if (field->preset != NULL) {
                text_add(out, "\"default\": %s, ", field->preset);
            }
            text_add(out, "\"anyOf\": [");
            write_value(field, out);
            /* null takes a key of the extended file away. */
            text_add(out,
                     is_mergeable && !field->is_required ? ", " LET_REF ", {\"type\": \"null\"}]}" : ", " LET_REF "]}");
        }
    }
    text_add(out, "}");
}

static void write_required(const struct object_type *type, struct text *out) {
    const char *separator = ", \"required\": [";
    bool has_any = false;
    for (; type != NULL; type = type->also) {
        for (const struct field *field = type->fields; field->name != NULL; field++) {
            if (field->is_required) {
                text_add(out, "%s\"%s\"", separator, field->name);
                separator = ", ";
                has_any = true;
            }
        }
    }
    text_add(out, has_any ? "]" : "");
}

static void write_alternatives(const struct object_type *type, struct text *out) {
    uint32_t count = 0, alternatives = 0;
    for (const struct field *field = type->fields; field->name != NULL; field++) {
        count++;
        alternatives += field->is_alternative;
    }
    if (alternatives == count && alternatives > 0) {
        text_add(out, ", \"minProperties\": 1, \"maxProperties\": 1");
    } else if (alternatives > 0 && type->is_whole) {
        const char *separator = ", \"oneOf\": [";
        for (const struct field *field = type->fields; field->name != NULL; field++) {
            if (field->is_alternative) {
                text_add(out, "%s{\"required\": [\"%s\"]}", separator, field->name);
                separator = ", ";
            }
        }
        text_add(out, "]");
    }
}

/* The keywords of an object without the braces around them. */
static void write_object_body(const struct object_type *type, struct text *out) {
    text_add(out, "\"type\": \"object\", \"properties\": ");
    write_properties(type, out);
    text_add(out, ", \"additionalProperties\": false");
    if (type->is_whole) {
        write_required(type, out);
    }
    write_alternatives(type, out);
}

static void write_object(const struct object_type *type, struct text *out) {
    text_add(out, "{\"anyOf\": [");
    if (type->short_schema != NULL) {
        text_add(out, "%s, ", type->short_schema);
    }
    text_add(out, "{");
    write_object_body(type, out);
    text_add(out, "}, " LET_REF "]}");
}

/* A system's parameters depend on its model. */
static void write_system(const struct model_list *models, struct text *out) {
    uint32_t count = models == NULL ? 0 : models->count;
    text_add(out, "{\"anyOf\": [{");
    write_object_body(&system_type, out);
    text_add(out, ", \"allOf\": [{\"properties\": {\"model\": {\"anyOf\": [" LET_REF ", {\"enum\": [");
    for (uint32_t i = 0; i < count; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_add_json(out, models->models[i]->name);
    }
    text_add(out, "]}]}}}");
    for (uint32_t i = 0; i < count; i++) {
        const char *name = models->models[i]->name;
        text_add(out,
                 ",\n  {\"if\": {\"properties\": {\"model\": {\"const\": \"%s\"}}, \"required\": [\"model\"]}, "
                 "\"then\": {\"properties\": {\"params\": {\"$ref\": \"#/$defs/params-%s\"}}}}",
                 name, name);
    }
    text_add(out, "]}, " LET_REF "]}");
}

static void write_definitions(const struct model_list *models, struct text *out) {
    size_t plain = sizeof plain_definitions / sizeof plain_definitions[0];
    for (size_t i = 0; i < plain; i++) {
        text_add(out, "\"%s\": %s,\n", plain_definitions[i][0], plain_definitions[i][1]);
    }
    text_add(out, "\"check\": {\"anyOf\": [");
    write_choices(scenario_check_names, out);
    text_add(out, ", " LET_REF "]}");
    for (size_t i = 0; scenario_object_types[i] != NULL; i++) {
        text_add(out, ",\n\"%s\": ", scenario_object_types[i]->name);
        if (scenario_object_types[i] == &system_type) {
            write_system(models, out);
        } else {
            write_object(scenario_object_types[i], out);
        }
    }
    struct arena arena;
    arena_init(&arena, "the schema", (size_t)1 << 26);
    for (uint32_t i = 0; models != NULL && i < models->count; i++) {
        const struct object_type *type = fields_of_parameters(&arena, models->models[i]);
        text_add(out, ",\n\"%s\": ", type->name);
        write_object(type, out);
    }
    arena_free_all(&arena);
}

void scenario_schema(const struct model_list *models, struct text *out) {
    text_add(out,
             "{\n\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
             "\"title\": \"Scenario of Spacelike, version %d\",\n",
             SCENARIO_VERSION);
    write_object_body(&scenario_type, out);
    text_add(out, ",\n\"anyOf\": [{\"required\": [\"extends\"]}, {");
    struct text required = {0};
    write_required(&scenario_type, &required);
    text_add(out, "%s}],\n\"$defs\": {\n", required.bytes + strlen(", "));
    text_free(&required);
    write_definitions(models, out);
    text_add(out, "\n}\n}\n");
}
