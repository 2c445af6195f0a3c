#include "sim/command/plugin.h"

#include "models/registry.h"
#include "sim/base/hash.h"
#include "sim/base/text.h"
#include "sim/study/crash.h"
#include "sim/study/summary.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PLUGINS = 32, MOST_MODELS = 1024 };

const char plugin_help[] =
    "  --plugin FILE.so   also loads the models of this library (spacelike explain --template tells how to make one);\n"
    "                     may be given again\n";

/* Of the command line, and so of the whole process; libraries stay loaded until its end. */
static struct {
    const char *paths[MOST_PLUGINS];
    struct text doing[MOST_PLUGINS];  /* "loading the plug-in mine.so" */
    struct text outside;              /* what else a crash may come from: code of plug-ins that is no handler */
    struct text origin[MOST_PLUGINS]; /* "plug-in mine.so" */
    uint32_t count;
    const struct model *models[MOST_MODELS]; /* built in, then those of plug-ins in their order */
    uint32_t owner[MOST_MODELS];             /* place of its plug-in; UINT32_MAX: built in */
    uint32_t model_count;
    struct text description;
} loaded;

const struct model_list *built_in_models(void) {
    static struct model_list list;
    for (uint32_t i = loaded.model_count; i < model_registry_count; i++) {
        loaded.owner[i] = UINT32_MAX;
        loaded.models[loaded.model_count++] = model_registry[i];
    }
    list = (struct model_list){.models = loaded.models, .count = loaded.model_count};
    return &list;
}

static const char *origin_of(const char *model) {
    for (uint32_t i = 0; i < loaded.model_count; i++) {
        if (strcmp(loaded.models[i]->name, model) == 0) {
            return loaded.owner[i] != UINT32_MAX ? loaded.origin[loaded.owner[i]].bytes : NULL;
        }
    }
    return NULL;
}

static bool fail(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(const char *path, const char *format, ...) {
    fprintf(stderr, "spacelike: plug-in %s: ", path);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    return false;
}

static bool hash_file(const char *path, uint64_t *hash) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    unsigned char block[65536];
    size_t length;
    *hash = 0;
    while ((length = fread(block, 1, sizeof block, file)) > 0) {
        *hash = hash_add(*hash, hash_bytes(block, length));
    }
    bool is_read = ferror(file) == 0;
    fclose(file);
    return is_read;
}

static bool take_model(const char *path, const struct model *model) {
    struct text error = {0};
    if (model->abi != SPACELIKE_ABI) {
        return fail(path, "model %s says that it is for interface %u, and this program has %u; build it again",
                    model->name != NULL ? model->name : "without a name", model->abi, SPACELIKE_ABI);
    }
    if (!model_check(model, &error)) {
        fail(path, "%.*s", (int)strcspn(error.bytes, "\n"), error.bytes);
        text_free(&error);
        return false;
    }
    for (uint32_t i = 0; i < loaded.model_count; i++) {
        if (strcmp(loaded.models[i]->name, model->name) == 0) {
            const char *origin = origin_of(model->name);
            return fail(path, "there is a model %s already (%s); expected a name of its own", model->name,
                        origin != NULL ? origin : "built in");
        }
    }
    if (loaded.model_count == MOST_MODELS) {
        return fail(path, "expected at most %d models in all", MOST_MODELS);
    }
    loaded.owner[loaded.model_count] = loaded.count;
    loaded.models[loaded.model_count++] = model;
    return true;
}

static bool take_models(const char *path, const struct plugin *plugin) {
    if (plugin->abi != SPACELIKE_ABI) {
        return fail(path, "it was built for interface %u, and this program has %u; build it again with its header",
                    plugin->abi, SPACELIKE_ABI);
    }
    if (plugin->model_bytes != sizeof(struct model)) {
        return fail(path, "its struct model has %u bytes, and this program's has %zu; build it again with its header",
                    plugin->model_bytes, sizeof(struct model));
    }
    if (plugin->models == NULL || plugin->models[0] == NULL) {
        return fail(path, "it holds no model");
    }
    for (size_t i = 0; plugin->models[i] != NULL; i++) {
        if (!take_model(path, plugin->models[i])) {
            return false;
        }
    }
    return true;
}

/* dlopen looks for a name without a slash where the system's libraries are: a file here is meant. */
static void *open_library(const char *path) {
    struct text name = {0};
    text_add(&name, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    void *library = dlopen(name.bytes, RTLD_NOW | RTLD_LOCAL);
    text_free(&name);
    return library;
}

static bool load(const char *path) {
    uint64_t hash;
    for (uint32_t i = 0; i < loaded.count; i++) {
        if (strcmp(loaded.paths[i], path) == 0) {
            return true;
        }
    }
    if (loaded.count == MOST_PLUGINS) {
        return fail(path, "expected at most %d plug-ins", MOST_PLUGINS);
    }
    if (!hash_file(path, &hash)) {
        return fail(path, "there is no such file, or it cannot be read");
    }
    text_add(&loaded.origin[loaded.count], "plug-in %s", path);
    text_add(&loaded.doing[loaded.count], "loading the plug-in %s", path);
    loaded.paths[loaded.count] = path;
    crash_doing(loaded.doing[loaded.count].bytes);
    void *library = open_library(path);
    if (library == NULL) {
        const char *why = dlerror();
        return fail(path, "it cannot be loaded as a shared library: %s", why != NULL ? why : "nobody knows why");
    }
    const struct plugin *plugin = dlsym(library, "spacelike_plugin");
    if (plugin == NULL) {
        return fail(path, "it exports no symbol spacelike_plugin; expected \"const struct plugin spacelike_plugin\", "
                          "as spacelike.h says");
    }
    if (!take_models(path, plugin)) {
        return false;
    }
    loaded.outside.length = 0;
    text_add(&loaded.outside, "spacelike itself, or what a plug-in (%s) does outside of its handlers,", path);
    crash_doing(loaded.outside.bytes);
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    text_add(&loaded.description, ", plug-in %s %016" PRIx64, name, hash);
    summary_add_plugin(path);
    loaded.count++;
    return true;
}

enum exit_status plugins_take(int *argc, char **argv) {
    const char option[] = "--plugin";
    const size_t length = sizeof option - 1;
    int kept = 1;
    bool is_over = false;
    built_in_models();
    crash_origin(origin_of);
    for (int i = 1; i < *argc; i++) {
        is_over = is_over || strcmp(argv[i], "--") == 0;
        if (is_over || strncmp(argv[i], option, length) != 0 || (argv[i][length] != '\0' && argv[i][length] != '=')) {
            argv[kept++] = argv[i];
            continue;
        }
        const char *path = argv[i][length] == '=' ? argv[i] + length + 1 : i + 1 < *argc ? argv[++i] : "";
        if (path[0] == '\0') {
            return usage_error(argv[0], "--plugin needs a value: the path of a shared library");
        }
        if (!load(path)) {
            return EXIT_INPUT;
        }
    }
    argv[kept] = NULL;
    *argc = kept;
    return EXIT_HELD;
}

const char *plugins_description(void) {
    return loaded.description.bytes != NULL ? loaded.description.bytes : "";
}
