/* What there is: models, explain, schema. */
#include "models/templates/templates.h"
#include "sim/base/text.h"
#include "sim/command/command.h"
#include "sim/study/output.h"

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

/* ---- Templates ---- */

static void print_steps(const char *name) {
    printf("Build it, run it, check it:\n\n"
           "  cc -shared -fPIC -O2 $(pkg-config --cflags spacelike) %s.c -o %s.so\n"
           "  spacelike run --plugin ./%s.so %s.json\n"
           "  spacelike test --plugin ./%s.so %s.json --seeds 1-20\n"
           "  spacelike explain --plugin ./%s.so %s\n",
           name, name, name, name, name, name, name, name);
}

static enum exit_status write_template(const struct model_template *sample, const char *folder) {
    char names[2][64];
    struct text error = {0};
    snprintf(names[0], sizeof names[0], "%s.c", sample->name);
    snprintf(names[1], sizeof names[1], "%s.json", sample->name);
    struct output_file files[] = {{names[0], {0}}, {names[1], {0}}};
    text_add(&files[0].content, "%s", sample->source);
    text_add(&files[1].content, "%s", sample->scenario);
    bool is_written = output_write(folder, files, 2, &error);
    if (is_written) {
        printf("%s/%s and %s/%s are written. ", folder, names[0], folder, names[1]);
        print_steps(sample->name);
    } else {
        fprintf(stderr, "spacelike explain: %s", error.bytes);
    }
    text_free(&files[0].content);
    text_free(&files[1].content);
    text_free(&error);
    return is_written ? EXIT_HELD : EXIT_INPUT;
}

static enum exit_status show_template(const char *command, const char *name, bool is_scenario, const char *folder) {
    struct text names = {0};
    for (const struct model_template *sample = model_templates; sample->name != NULL; sample++) {
        text_add(&names, "%s%s", names.length > 0 ? ", " : "", sample->name);
        if (strcmp(sample->name, name) == 0) {
            text_free(&names);
            if (folder != NULL) {
                return write_template(sample, folder);
            }
            fputs(is_scenario ? sample->scenario : sample->source, stdout);
            return EXIT_HELD;
        }
    }
    enum exit_status status =
        usage_error(command, "--template %s: there is no such template; expected one of %s", name, names.bytes);
    text_free(&names);
    return status;
}

static enum exit_status run_explain(int argc, char **argv) {
    const char *sample = NULL, *folder = NULL;
    bool is_scenario = false, json = false;
    const struct option_spec specs[] = {{.name = "--json", .flag = &json},
                                        {.name = "--template", .takes_value = true, .value = &sample},
                                        {.name = "--out", .takes_value = true, .value = &folder},
                                        {.name = "--scenario", .flag = &is_scenario},
                                        {.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands >= 0 && json && (operands == 0 || sample != NULL)) {
        return usage_error(argv[0], "--json describes a model");
    }
    if (operands == 0 && sample != NULL) {
        return show_template(argv[0], sample, is_scenario, folder);
    }
    if (operands >= 0 && (folder != NULL || is_scenario || sample != NULL)) {
        return usage_error(argv[0], sample != NULL ? "expected either a model or --template"
                                                   : "--out and --scenario are of --template");
    }
    if (operands != 1) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "expected the name of one model, or --template");
    }
    const struct model_list *list = built_in_models();
    const char *names[256];
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count && count < 256; i++) {
        if (strcmp(list->models[i]->name, argv[1]) == 0) {
            struct text out = {0};
            (json ? scenario_explain_json : scenario_explain)(list->models[i], &out);
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
    .help = "Lists the built-in models and those of plug-ins, a line each.\n\n  --json   as JSON\n",
    .run = run_models,
    .takes_plugins = true,
};

const struct command command_explain = {
    .name = "explain",
    .arguments = "MODEL [--json] | --template NAME [--scenario] [--out DIR]",
    .summary = "describes a model: parameters with units and defaults, messages, claims; or shows how to write one",
    .help =
        "Describes a model: every parameter with type, default, range and meaning; its messages and timers; what it\n"
        "claims to guarantee, under which faults, and what breaks it beyond them.\n\n"
        "  --json             the same as JSON\n"
        "  --template NAME    instead, the source of a model to begin with, which is a plug-in: pingpong is the "
        "smallest\n"
        "                     that talks, primary-backup keeps data on disks\n"
        "  --scenario         of the template, its scenario\n"
        "  --out DIR          writes both there, and says how to build, run and check them\n\n"
        "examples:\n"
        "  spacelike explain raft\n"
        "  spacelike explain --template pingpong > pingpong.c\n"
        "  spacelike explain --template primary-backup --out .\n",
    .run = run_explain,
    .takes_plugins = true,
};

const struct command command_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "prints the JSON Schema of scenario files",
    .help = "Prints the JSON Schema (2020-12) of scenario files: editors complete and check with it.\n\n"
            "example: spacelike schema > scenarios/schema.json\n",
    .run = run_schema,
    .takes_plugins = true,
};
