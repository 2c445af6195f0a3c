/* A model's description for programs. */
#include "sim/scenario/reader.h"

#include <string.h>

/* "key": "value", or null. */
static void add_text(struct text *out, const char *key, const char *value) {
    text_add(out, "\"%s\": ", key);
    if (value == NULL) {
        text_add(out, "null");
    } else {
        text_add_json(out, value);
    }
}

static void add_names(struct text *out, const char *key, const char *const *names) {
    text_add(out, "\"%s\": [", key);
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        text_add(out, "%s", i > 0 ? ", " : "");
        text_add_json(out, names[i]);
    }
    text_add(out, "]");
}

/* A list in one string, separated by spaces. */
static void add_words(struct text *out, const char *key, const char *words) {
    text_add(out, "\"%s\": [", key);
    for (const char *at = words; at != NULL && *at != '\0';) {
        int length = (int)strcspn(at, " ");
        struct text word = {0};
        text_add(&word, "%.*s", length, at);
        text_add(out, "%s", at != words ? ", " : "");
        text_add_json(out, word.bytes);
        text_free(&word);
        at += length;
        at += strspn(at, " ");
    }
    text_add(out, "]");
}

static void add_choices(const struct parameter *parameter, struct text *out) {
    text_add(out, ", \"choices\": [");
    for (size_t i = 0; parameter->choices[i] != NULL; i++) {
        text_add(out, "%s{", i > 0 ? ", " : "");
        add_text(out, "name", parameter->choices[i]);
        text_add(out, ", ");
        add_text(out, "meaning", parameter->choice_meanings != NULL ? parameter->choice_meanings[i] : NULL);
        text_add(out, "}");
    }
    text_add(out, "]");
}

static void add_parameter(const struct parameter *parameter, struct text *out) {
    static const char *const types[] = {
        [PARAM_COUNT] = "count",   [PARAM_REAL] = "real",
        [PARAM_SHARE] = "share",   [PARAM_FLAG] = "flag",
        [PARAM_CHOICE] = "choice", [PARAM_DURATION] = "duration",
        [PARAM_BYTES] = "bytes",   [PARAM_DURATION_RANGE] = "duration range",
    };
    text_add(out, "{");
    add_text(out, "name", parameter->name);
    text_add(out, ", ");
    add_text(out, "type", types[parameter->type]);
    text_add(out, ", \"default\": %s", parameter->preset);
    if (parameter->low != 0 || parameter->high != 0) { /* durations in seconds */
        text_add(out, ", \"low\": ");
        text_add_json_number(out, parameter->low);
        if (parameter->high >= parameter->low) {
            text_add(out, ", \"high\": ");
            text_add_json_number(out, parameter->high);
        }
    }
    if (parameter->type == PARAM_CHOICE) {
        add_choices(parameter, out);
    }
    text_add(out, ", ");
    add_text(out, "meaning", parameter->meaning);
    text_add(out, "}");
}

static void add_messages(const struct message_type *messages, struct text *out) {
    text_add(out, " \"messages\": [");
    for (size_t i = 0; messages != NULL && messages[i].name != NULL; i++) {
        text_add(out, "%s{", i > 0 ? ",\n  " : "");
        add_text(out, "name", messages[i].name);
        text_add(out, ", ");
        add_text(out, "meaning", messages[i].meaning);
        text_add(out, "}");
    }
    text_add(out, "],\n");
}

static void add_claims(const struct model *model, struct text *out) {
    text_add(out, " \"claims\": [");
    for (size_t i = 0; model->claims != NULL && model->claims[i].check != NULL; i++) {
        const struct claim *claim = &model->claims[i];
        text_add(out, "%s{", i > 0 ? ",\n  " : "");
        add_text(out, "check", claim->check);
        text_add(out, ", ");
        add_words(out, "faults", claim->faults);
        text_add(out, ", ");
        add_text(out, "unless", claim->unless);
        text_add(out, "}");
    }
    text_add(out, "],\n \"boundaries\": [");
    for (size_t i = 0; model->boundaries != NULL && model->boundaries[i].check != NULL; i++) {
        const struct boundary *boundary = &model->boundaries[i];
        text_add(out, "%s{", i > 0 ? ",\n  " : "");
        add_text(out, "check", boundary->check);
        text_add(out, ", ");
        add_words(out, "faults", boundary->faults);
        text_add(out, ", ");
        add_words(out, "params", boundary->params);
        text_add(out, ", ");
        add_text(out, "why", boundary->why);
        text_add(out, "}");
    }
    text_add(out, "],\n");
}

void scenario_explain_json(const struct model *model, struct text *out) {
    text_add(out, "{");
    add_text(out, "name", model->name);
    text_add(out, ", ");
    add_text(out, "summary", model->summary);
    text_add(out, ",\n ");
    add_text(out, "source", model->source);
    text_add(out, ",\n \"parameters\": [");
    for (size_t i = 0; model->parameters != NULL && model->parameters[i].name != NULL; i++) {
        text_add(out, "%s", i > 0 ? ",\n  " : "");
        add_parameter(&model->parameters[i], out);
    }
    text_add(out, "],\n");
    add_messages(model->messages, out);
    text_add(out, " ");
    add_names(out, "timers", model->timers);
    text_add(out, ", ");
    add_names(out, "records", model->records);
    text_add(out, ",\n");
    add_claims(model, out);
    const char *operations[OP_KIND_COUNT + 1] = {NULL};
    size_t count = 0;
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        if ((model->operations & 1u << kind) != 0) {
            operations[count++] = operation_name((enum operation_kind)kind);
        }
    }
    text_add(out, " ");
    add_names(out, "operations", operations);
    text_add(out, ", \"has_leader\": %s}\n", model->has_leader ? "true" : "false");
}
