#include "sim/scenario/field.h"

#include "sim/base/units.h"
#include "sim/scenario/reader.h"

#include <stdio.h>
#include <string.h>

const struct object_type *const field_unions[] = {&dist_type, &arrivals_type, &keys_type, NULL};

static const struct field *find_field(const struct object_type *type, const char *name) {
    for (const struct field *field = type->fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

static bool holds_only(const cJSON *object, const struct object_type *type) {
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        if (find_field(type, child->string) == NULL) {
            return false;
        }
    }
    return true;
}

void fields_drop_other_kinds(cJSON *object, const char *key) {
    for (size_t i = 0; field_unions[i] != NULL; i++) {
        const struct field *added = find_field(field_unions[i], key);
        if (added == NULL || !added->is_alternative || !holds_only(object, field_unions[i])) {
            continue;
        }
        for (cJSON *child = object->child, *next; child != NULL; child = next) {
            next = child->next;
            if (find_field(field_unions[i], child->string)->is_alternative && strcmp(child->string, key) != 0) {
                cJSON_Delete(cJSON_DetachItemViaPointer(object, child));
            }
        }
    }
}

static enum field_type type_of_parameter(enum parameter_type type) {
    switch (type) {
    case PARAM_COUNT:
        return FIELD_INTEGER;
    case PARAM_REAL:
        return FIELD_REAL;
    case PARAM_SHARE:
        return FIELD_SHARE;
    case PARAM_FLAG:
        return FIELD_FLAG;
    case PARAM_CHOICE:
        return FIELD_CHOICE;
    case PARAM_DURATION:
        return FIELD_DURATION;
    case PARAM_DURATION_RANGE:
        return FIELD_DURATION_RANGE;
    case PARAM_BYTES:
        return FIELD_BYTES;
    }
    return FIELD_REAL;
}

struct object_type *fields_of_parameters(struct arena *arena, const struct model *model) {
    size_t count = 0;
    while (model->parameters != NULL && model->parameters[count].name != NULL) {
        count++;
    }
    struct field *fields = arena_alloc(arena, (count + 1) * sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        const struct parameter *parameter = &model->parameters[i];
        fields[i] = (struct field){.name = parameter->name,
                                   .type = type_of_parameter(parameter->type),
                                   .offset = parameter->offset,
                                   .low = parameter->low,
                                   .high = parameter->high,
                                   .preset = parameter->preset,
                                   .choices = parameter->choices,
                                   .meaning = parameter->meaning};
        if (parameter->type == PARAM_COUNT && !field_has_range(&fields[i])) {
            fields[i].high = -1; /* from 0, without an upper end */
        }
    }
    struct object_type *type = arena_alloc(arena, sizeof *type);
    *type = (struct object_type){
        .name = arena_format(arena, "params-%s", model->name), .what = "an object of parameters", .fields = fields};
    return type;
}

bool field_has_range(const struct field *field) {
    return field->low != 0 || field->high != 0;
}

/* ---- Saying what is expected ---- */

static const char *kind_of(const struct field *field) {
    switch (field->type) {
    case FIELD_TEXT:
        return "text";
    case FIELD_FLAG:
        return "true or false";
    case FIELD_COUNT:
    case FIELD_COUNT64:
    case FIELD_INTEGER:
        return "a whole number";
    case FIELD_REAL:
        return "a number";
    case FIELD_POSITIVE:
        return "a number above 0";
    case FIELD_SHARE:
        return "a number from 0 to 1";
    case FIELD_DURATION:
    case FIELD_DURATION_REAL:
        return "a duration such as \"150ms\"";
    case FIELD_SIGNED_DURATION:
        return "a duration such as \"-5ms\"";
    case FIELD_DURATION_RANGE:
        return "two durations such as [\"150ms\", \"300ms\"], the lower one first";
    case FIELD_BYTES:
    case FIELD_BYTES32:
        return "a size such as \"4KiB\"";
    case FIELD_BANDWIDTH:
        return "a bandwidth such as \"10Gbit/s\"";
    case FIELD_RATE:
        return "a rate such as \"500/s\"";
    case FIELD_DIST:
        return "a duration such as \"150ms\" or a distribution such as {\"exponential\": {\"mean\": \"5ms\"}}";
    case FIELD_CHOICE:
        return "one of";
    case FIELD_OBJECT:
        return field->object->what;
    case FIELD_CUSTOM:
        return field->expected != NULL ? field->expected : field->object != NULL ? field->object->what : "a value";
    }
    return "a value";
}

static bool is_duration(enum field_type type) {
    return type == FIELD_DURATION || type == FIELD_SIGNED_DURATION || type == FIELD_DURATION_REAL ||
           type == FIELD_DURATION_RANGE;
}

/* The bound as the scenario writes it. */
static const char *bound(const struct field *field, double value, char *text, size_t size) {
    if (is_duration(field->type) && value * 1e9 < 9e18 && value * 1e9 > -9e18) {
        return units_write_duration(text, size, (int64_t)(value * 1e9 + (value < 0 ? -0.5 : 0.5)));
    }
    snprintf(text, size, "%.15g%s", value, field->type == FIELD_BYTES || field->type == FIELD_BYTES32 ? "B" : "");
    return text;
}

const char *field_expectation(const struct field *field, char *text, size_t size) {
    char low[64], high[64];
    if (field->type == FIELD_CHOICE) {
        size_t length = (size_t)snprintf(text, size, "one of");
        for (size_t i = 0; field->choices[i] != NULL && length < size; i++) {
            length += (size_t)snprintf(text + length, size - length, "%s \"%s\"", i > 0 ? "," : "", field->choices[i]);
        }
        return text;
    }
    const char *kind = field->type == FIELD_SHARE && field_has_range(field) ? "a number" : kind_of(field);
    if (!field_has_range(field)) {
        snprintf(text, size, "%s", kind);
    } else if (field->high < field->low) {
        snprintf(text, size, "%s, at least %s", kind, bound(field, field->low, low, sizeof low));
    } else {
        snprintf(text, size, "%s%s from %s to %s", kind, strstr(kind, "such as") != NULL ? "," : "",
                 bound(field, field->low, low, sizeof low), bound(field, field->high, high, sizeof high));
    }
    return text;
}
