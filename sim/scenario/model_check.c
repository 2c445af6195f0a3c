/* Whether a model's tables are sound. Those that are built in are tried by a test; a plug-in's when it is loaded. */
#include "sim/machine/config.h"
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <string.h>

enum { MOST_NAMES = 4096, MOST_BYTES = 1 << 30 };

static bool fail(const struct model *model, struct text *error, const char *what, const char *name) {
    text_add(error, "model %s: ", model->name != NULL ? model->name : "without a name");
    text_add(error, what, name);
    text_add(error, "\n");
    return false;
}

/* What scenario files and metrics can hold without quoting. */
static bool is_name(const char *name, const char *also) {
    size_t length = name != NULL ? strlen(name) : 0;
    if (length == 0 || length > 60 || name[0] < 'a' || name[0] > 'z') {
        return false;
    }
    for (const char *at = name; *at != '\0'; at++) {
        bool is_word = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '_' || *at == '-';
        if (!is_word && strchr(also, *at) == NULL) {
            return false;
        }
    }
    return true;
}

static size_t bytes_of(enum parameter_type type) {
    switch (type) {
    case PARAM_FLAG:
        return sizeof(bool);
    case PARAM_CHOICE:
        return sizeof(int32_t);
    case PARAM_DURATION_RANGE:
        return 2 * sizeof(sim_time);
    case PARAM_REAL:
    case PARAM_SHARE:
    case PARAM_COUNT:
    case PARAM_DURATION:
    case PARAM_BYTES:
        return sizeof(int64_t);
    }
    return 0;
}

static bool check_parameter(const struct model *model, size_t place, struct text *error) {
    const struct parameter *parameter = &model->parameters[place];
    const char *name = parameter->name;
    size_t bytes = bytes_of(parameter->type);
    if (!is_name(name, "")) {
        return fail(model, error, "the name of parameter \"%.60s\" is not of lower-case letters, digits, _ and -",
                    name);
    }
    for (size_t i = 0; i < place; i++) {
        if (strcmp(model->parameters[i].name, name) == 0) {
            return fail(model, error, "there are two parameters \"%s\"", name);
        }
    }
    if (bytes == 0) {
        return fail(model, error, "parameter \"%s\" has a type that there is not", name);
    }
    if (parameter->offset > model->params_bytes || model->params_bytes - parameter->offset < bytes) {
        return fail(model, error, "parameter \"%s\" lies outside of params_bytes", name);
    }
    if (parameter->meaning == NULL) {
        return fail(model, error, "parameter \"%s\" has no meaning", name);
    }
    if (parameter->preset == NULL) {
        return fail(model, error, "parameter \"%s\" has no preset", name);
    }
    if (parameter->type == PARAM_CHOICE && (parameter->choices == NULL || parameter->choices[0] == NULL)) {
        return fail(model, error, "parameter \"%s\" is a choice without choices", name);
    }
    return true;
}

static bool check_messages(const struct model *model, struct text *error) {
    size_t length = strlen(model->name);
    for (size_t i = 0; model->messages != NULL && model->messages[i].name != NULL; i++) {
        const struct message_type *type = &model->messages[i];
        if (i >= MOST_NAMES) {
            return fail(model, error, "the table of %s does not end", "messages");
        }
        if (!is_name(type->name, ".") || strncmp(type->name, model->name, length) != 0 || type->name[length] != '.') {
            return fail(model, error, "message \"%.60s\" is not called like the model and a word: \"name.word\"",
                        type->name);
        }
        if (type->meaning == NULL) {
            return fail(model, error, "message \"%s\" has no meaning", type->name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(model->messages[j].name, type->name) == 0) {
                return fail(model, error, "there are two messages \"%s\"", type->name);
            }
        }
    }
    return true;
}

static bool check_names(const struct model *model, const char *table, const char *const *names, struct text *error) {
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        if (i >= MOST_NAMES) {
            return fail(model, error, "the table of %s does not end", table);
        }
        if (!is_name(names[i], "")) {
            return fail(model, error, "\"%.60s\", of timers or records, is not of lower-case letters, digits, _ and -",
                        names[i]);
        }
    }
    return true;
}

static bool is_fault(const char *name, size_t length) {
    for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        const char *known = fault_kind_name((enum fault_kind)kind);
        if (strlen(known) == length && strncmp(known, name, length) == 0) {
            return true;
        }
    }
    return length == 1 && name[0] == '*';
}

static bool check_fault_names(const struct model *model, const char *names, struct text *error) {
    for (const char *at = names; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (!is_fault(at, length)) {
            return fail(model, error, "a claim names the fault \"%.60s\", and there is no such kind", at);
        }
        at += length + strspn(at + length, " ");
    }
    return true;
}

static bool check_claim(const struct model *model, const struct claim *claim, struct text *error) {
    bool is_known = false;
    for (size_t i = 0; scenario_check_names[i] != NULL; i++) {
        is_known = is_known || strcmp(scenario_check_names[i], claim->check) == 0;
    }
    if (!is_known) {
        return fail(model, error, "it claims \"%.60s\", and there is no such check", claim->check);
    }
    if (claim->faults == NULL) {
        return fail(model, error, "the claim of %s names no faults; \"*\" means all", claim->check);
    }
    return check_fault_names(model, claim->faults, error);
}

static bool check_boundary(const struct model *model, const struct boundary *boundary, struct text *error) {
    bool is_claimed = false;
    for (const struct claim *claim = model->claims; claim != NULL && claim->check != NULL; claim++) {
        is_claimed = is_claimed || strcmp(claim->check, boundary->check) == 0;
    }
    if (!is_claimed) {
        return fail(model, error, "a boundary is of \"%.60s\", which it does not claim", boundary->check);
    }
    if ((boundary->faults == NULL && boundary->params == NULL) || boundary->why == NULL) {
        return fail(model, error, "the boundary of %s needs faults or parameters, and the reason", boundary->check);
    }
    return boundary->faults == NULL || check_fault_names(model, boundary->faults, error);
}

static bool check_handlers(const struct model *model, struct text *error) {
    if (model->start == NULL) {
        return fail(model, error, "it has no handler %s", "start");
    }
    if (model->messages != NULL && model->messages[0].name != NULL && model->message == NULL) {
        return fail(model, error, "it has messages, but no handler %s", "message");
    }
    if (model->timers != NULL && model->timers[0] != NULL && model->timer == NULL) {
        return fail(model, error, "it has timers, but no handler %s", "timer");
    }
    if (model->operations != 0 && model->request == NULL) {
        return fail(model, error, "it has operations, but no handler %s", "request");
    }
    if (model->operations >> OP_KIND_COUNT != 0) {
        return fail(model, error, "%s names kinds that there are not", "operations");
    }
    return true;
}

/* Defaults are read as a scenario without parameters reads them. How many nodes a model wants is its own affair. */
static bool check_defaults(const struct model *model, struct text *error) {
    static const int sizes[] = {3, 1, 2, 4, 5};
    const struct model *const models[] = {model};
    struct model_list list = {.models = models, .count = 1};
    struct scenario_options options = {.models = &list};
    struct text problems = {0};
    bool is_good = false;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && !is_good; i++) {
        char text[256];
        int length = snprintf(text, sizeof text,
                              "{\"version\": 1, \"title\": \"-\", \"duration\": \"1s\", "
                              "\"systems\": {\"it\": {\"model\": \"%s\", \"nodes\": %d}}}",
                              model->name, sizes[i]);
        struct scenario *scenario =
            scenario_parse(text, (size_t)length, "defaults", &options, i == 0 ? &problems : &(struct text){0});
        is_good = scenario != NULL;
        scenario_free(scenario);
    }
    if (!is_good) {
        fail(model, error, "its defaults cannot be used: %s", problems.bytes);
        error->length -= error->length > 0; /* the problem ends its line itself */
    }
    text_free(&problems);
    return is_good;
}

bool model_check(const struct model *model, struct text *error) {
    if (!is_name(model->name, "")) {
        return fail(model, error, "its name is not of lower-case letters, digits, _ and -%s", "");
    }
    if (model->summary == NULL) {
        return fail(model, error, "it has no %s", "summary");
    }
    if (model->state_bytes > MOST_BYTES || model->params_bytes > MOST_BYTES) {
        return fail(model, error, "state_bytes and params_bytes must be below %s", "1 GiB");
    }
    for (size_t i = 0; model->parameters != NULL && model->parameters[i].name != NULL; i++) {
        if (i >= MOST_NAMES) {
            return fail(model, error, "the table of %s does not end", "parameters");
        }
        if (!check_parameter(model, i, error)) {
            return false;
        }
    }
    for (const struct claim *claim = model->claims; claim != NULL && claim->check != NULL; claim++) {
        if (!check_claim(model, claim, error)) {
            return false;
        }
    }
    for (const struct boundary *boundary = model->boundaries; boundary != NULL && boundary->check != NULL; boundary++) {
        if (!check_boundary(model, boundary, error)) {
            return false;
        }
    }
    return check_messages(model, error) && check_names(model, "timers", model->timers, error) &&
           check_names(model, "records", model->records, error) && check_handlers(model, error) &&
           check_defaults(model, error);
}
