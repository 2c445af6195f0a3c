/* Values set on the command line: "systems.store.nodes=3", "faults.0.at=5s". */
#include "sim/scenario/field.h"
#include "sim/scenario/source.h"

#include <stdlib.h>
#include <string.h>

struct setting {
    struct source *source;
    uint32_t file;
    const char *path;
    cJSON *value; /* not yet in the tree */
};

static bool fail(const struct setting *setting, const char *what) {
    problems_add(&setting->source->problems, setting->file, 1, 1, "%.200s: %s", setting->path, what);
    return false;
}

/* JSON where it is, else text: --set title=Short and --set systems.store.nodes=3 both say what they mean. */
static cJSON *read_value(struct setting *setting, const char *text) {
    struct problems ignored = {.arena = &setting->source->arena};
    cJSON *value = json_parse(text, strlen(text), setting->file, &setting->source->places, &ignored);
    size_t bad;
    if (value == NULL && !text_is_utf8(text, strlen(text), &bad)) {
        fail(setting, "the value is not UTF-8; expected UTF-8");
        return NULL;
    }
    if (value == NULL) {
        value = cJSON_CreateString(text);
        json_set_place(&setting->source->places, value, (struct json_place){setting->file, 1, 1, 1, 1});
    }
    return value;
}

/* The member of `object` that `path` goes through, and in `*rest` what follows it ("" at the end). Keys may hold dots
 * ("raft.append"), so that the longest that fits is meant. */
static cJSON *find_member(const cJSON *object, const char *path, const char **rest) {
    cJSON *best = NULL;
    size_t best_length = 0;
    for (cJSON *child = object->child; child != NULL; child = child->next) {
        size_t length = strlen(child->string);
        if (length > 0 && strncmp(path, child->string, length) == 0 && (path[length] == '\0' || path[length] == '.') &&
            length > best_length) {
            best = child;
            best_length = length;
        }
    }
    *rest = path + best_length + (path[best_length] == '.');
    return best;
}

static cJSON *find_element(const struct setting *setting, const cJSON *array, const char *path, const char **rest) {
    size_t digits = strspn(path, "0123456789");
    int count = cJSON_GetArraySize(array);
    if (digits == 0 || digits > 7 || (path[digits] != '\0' && path[digits] != '.')) {
        fail(setting, arena_format(&setting->source->arena,
                                   "\"%.100s\" names no element; expected a number from 0 to %d", path, count - 1));
        return NULL;
    }
    int index = atoi(path);
    if (index >= count) {
        fail(setting, arena_format(&setting->source->arena,
                                   "there is no element %d; expected one of the %d, counted from 0", index, count));
        return NULL;
    }
    *rest = path + digits + (path[digits] == '.');
    return cJSON_GetArrayItem(array, index);
}

/* Of a key that is not there yet. Where keys are types of messages, they have two parts ("raft.append"), but for those
 * that all models have. */
static size_t key_length(const cJSON *object, const char *path) {
    static const char *const plain[] = {"default", "request", "reply", "timer"};
    size_t length = strcspn(path, ".");
    const char *name = object->string != NULL ? object->string : "";
    bool has_parts = strcmp(name, "messages") == 0 || strcmp(name, "service") == 0;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        has_parts = has_parts && !(strlen(plain[i]) == length && strncmp(path, plain[i], length) == 0);
    }
    return has_parts && path[length] == '.' ? length + 1 + strcspn(path + length + 1, ".") : length;
}

/* Adds the key that `path` starts with, holding the value at the path's end and an object otherwise. */
static bool add_member(struct setting *setting, cJSON *object, const char *path) {
    size_t length = key_length(object, path);
    if (length == 0) {
        return fail(setting, "an empty key in the path; expected keys separated by single dots");
    }
    char *key = arena_alloc(&setting->source->arena, length + 1);
    memcpy(key, path, length);
    fields_drop_other_kinds(object, key);
    if (path[length] == '\0') {
        cJSON_AddItemToObject(object, key, setting->value);
        setting->value = NULL;
        return true;
    }
    cJSON *inner = cJSON_AddObjectToObject(object, key);
    json_set_place(&setting->source->places, inner, (struct json_place){setting->file, 1, 1, 1, 1});
    return add_member(setting, inner, path + length + 1);
}

static bool replace(struct setting *setting, cJSON *parent, cJSON *old) {
    if (cJSON_IsObject(parent)) {
        cJSON_ReplaceItemInObjectCaseSensitive(parent, old->string, setting->value);
    } else {
        cJSON_ReplaceItemViaPointer(parent, old, setting->value);
    }
    setting->value = NULL;
    return true;
}

static bool apply(struct setting *setting) {
    cJSON *at = setting->source->tree;
    const char *path = setting->path;
    for (;;) {
        const char *rest = "";
        cJSON *next = NULL;
        if (cJSON_IsObject(at)) {
            next = find_member(at, path, &rest);
            if (next == NULL) {
                return add_member(setting, at, path);
            }
        } else if (cJSON_IsArray(at)) {
            next = find_element(setting, at, path, &rest);
            if (next == NULL) {
                return false;
            }
        } else {
            char shown[80];
            return fail(setting, arena_format(&setting->source->arena,
                                              "%.*s is %s and has nothing inside; expected a path to a value",
                                              (int)(path - setting->path - 1), setting->path,
                                              json_show(at, shown, sizeof shown)));
        }
        if (*rest == '\0' && rest[-1] != '.') {
            return replace(setting, at, next);
        }
        at = next;
        path = rest;
    }
}

bool source_apply_set(struct source *source, const char *option, const char *text) {
    struct setting setting = {.source = source, .file = problems_add_file(&source->problems, option, true)};
    size_t length = strcspn(text, "=");
    setting.path = arena_format(&source->arena, "%.*s", (int)length, text);
    if (length == 0 || text[length] == '\0') {
        return fail(&setting, "no value; expected path=value, such as systems.store.nodes=3");
    }
    if (strncmp(setting.path, "extends", 7) == 0) {
        return fail(&setting, "files are put together before values are set; expected another key");
    }
    if (length > 1000) {
        return fail(&setting, "the path is too long; expected at most 1000 characters");
    }
    setting.value = read_value(&setting, text + length + 1);
    bool is_good = setting.value != NULL && apply(&setting);
    cJSON_Delete(setting.value);
    return is_good;
}
