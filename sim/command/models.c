/* What there is: models, explain, schema. */
#include "sim/base/text.h"
#include "sim/command/command.h"

#include <string.h>

static enum exit_status run_models(int argc, char **argv) {
    bool json = false;
    const struct option_spec specs[] = {{.name = "--json", .flag = &json}, {.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands != 0) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "unexpected \"%s\"", argv[1]);
    }
    const struct model_list *list = built_in_models();
    struct text out = {0};
    for (uint32_t i = 0; i < list->count; i++) {
        const struct model *model = list->models[i];
        if (!json) {
            text_add(&out, "%-10s %s\n", model->name, model->summary);
            continue;
        }
        text_add(&out, "%s{\"name\": ", i == 0 ? "[" : ",\n ");
        text_add_json(&out, model->name);
        text_add(&out, ", \"summary\": ");
        text_add_json(&out, model->summary);
        text_add(&out, ", \"source\": ");
        text_add_json(&out, model->source);
        text_add(&out, "}");
    }
    text_add(&out, "%s", json ? "]\n" : "\nspacelike explain MODEL lists its parameters, messages and claims\n");
    fwrite(out.bytes, 1, out.length, stdout);
    text_free(&out);
    return EXIT_HELD;
}

static enum exit_status run_explain(int argc, char **argv) {
    const struct option_spec specs[] = {{.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands != 1) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "expected the name of one model");
    }
    const struct model_list *list = built_in_models();
    const char *names[256];
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count && count < 256; i++) {
        if (strcmp(list->models[i]->name, argv[1]) == 0) {
            struct text out = {0};
            scenario_explain(list->models[i], &out);
            fwrite(out.bytes, 1, out.length, stdout);
            text_free(&out);
            return EXIT_HELD;
        }
        names[count++] = list->models[i]->name;
    }
    const char *near = text_suggest(argv[1], names, count);
    return near != NULL ? usage_error(argv[0], "there is no model \"%s\"; did you mean \"%s\"?", argv[1], near)
                        : usage_error(argv[0], "there is no model \"%s\"; spacelike models lists them", argv[1]);
}

static enum exit_status run_schema(int argc, char **argv) {
    const struct option_spec specs[] = {{.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands != 0) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "unexpected \"%s\"", argv[1]);
    }
    struct text out = {0};
    scenario_schema(built_in_models(), &out);
    fwrite(out.bytes, 1, out.length, stdout);
    text_free(&out);
    return EXIT_HELD;
}

const struct command command_models = {
    .name = "models",
    .arguments = "[--json]",
    .summary = "lists the protocols and systems that can be run",
    .help = "Lists the built-in models, a line each.\n\n  --json   as JSON\n",
    .run = run_models,
};

const struct command command_explain = {
    .name = "explain",
    .arguments = "MODEL",
    .summary = "describes a model: parameters with units and defaults, messages, claims",
    .help =
        "Describes a model: every parameter with type, default, range and meaning; its messages and timers; what it\n"
        "claims to guarantee, under which faults.\n\nexample: spacelike explain raft\n",
    .run = run_explain,
};

const struct command command_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "prints the JSON Schema of scenario files",
    .help = "Prints the JSON Schema (2020-12) of scenario files: editors complete and check with it.\n\n"
            "example: spacelike schema > scenarios/schema.json\n",
    .run = run_schema,
};
