#include "sim/scenario/source.h"

#include "sim/scenario/field.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_ARENA_BYTES ((size_t)1 << 30) /* addresses, not memory */

struct chain { /* the files from the first to the one being read */
    const struct chain *above;
    const char *name, *identity;
    uint32_t depth;
};

void source_init(struct source *source) {
    memset(source, 0, sizeof *source);
    arena_init(&source->arena, "reading a scenario", SOURCE_ARENA_BYTES);
    source->problems.arena = source->places.arena = &source->arena;
}

void source_free(struct source *source) {
    cJSON_Delete(source->tree);
    arena_free_all(&source->arena);
}

char *source_read_file(struct source *source, const char *path, size_t *length, const char **error) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        *error = strerror(errno);
        return NULL;
    }
    size_t size = 0, capacity = 1 << 14;
    char *bytes = arena_alloc(&source->arena, capacity + 1);
    for (;;) {
        size += fread(bytes + size, 1, capacity - size, file);
        if (size < capacity || size > JSON_MOST_BYTES) {
            break;
        }
        bytes = arena_grow(&source->arena, bytes, capacity + 1, 2 * capacity + 1);
        capacity *= 2;
    }
    bool has_failed = ferror(file) != 0;
    *error = has_failed ? strerror(errno) : "it has more than 16 MiB";
    fclose(file);
    *length = size;
    return has_failed || size > JSON_MOST_BYTES ? NULL : bytes;
}

const char *source_path(struct source *source, const char *file, const char *path) {
    const char *slash = strrchr(file, '/');
    return path[0] == '/' || slash == NULL ? arena_text(&source->arena, path)
                                           : arena_format(&source->arena, "%.*s/%s", (int)(slash - file), file, path);
}

static void add_problem(struct source *source, const cJSON *at, const char *path, const char *what) {
    struct json_place place = json_place_of(&source->places, at);
    problems_add(&source->problems, place.file, place.line, place.column, "%s: %s", path, what);
}

/* ---- extends ---- */

static void merge(cJSON *base, cJSON *over) {
    base->valueint = over->valueint; /* what is missing is missing in the file that is read first */
    while (over->child != NULL) {
        cJSON *child = cJSON_DetachItemViaPointer(over, over->child);
        cJSON *old = cJSON_GetObjectItemCaseSensitive(base, child->string);
        if (cJSON_IsNull(child)) {
            cJSON_Delete(child);
            cJSON_Delete(old != NULL ? cJSON_DetachItemViaPointer(base, old) : NULL);
        } else if (old == NULL) {
            fields_drop_other_kinds(base, child->string);
            cJSON_AddItemToArray(base, child); /* keeps its key */
        } else if (cJSON_IsObject(old) && cJSON_IsObject(child)) {
            merge(old, child);
            cJSON_Delete(child);
        } else {
            cJSON_ReplaceItemViaPointer(base, old, child);
        }
    }
}

static bool is_cycle(struct source *source, const cJSON *extends, const struct chain *chain, const char *identity) {
    const struct chain *first = chain;
    while (first != NULL && strcmp(first->identity, identity) != 0) {
        first = first->above;
    }
    if (first == NULL) {
        return false;
    }
    const char *story = arena_format(&source->arena, "%s", first->name);
    for (const struct chain *at = chain; at != first; at = at->above) {
        story = arena_format(&source->arena, "%s extends %s", at->name, story);
    }
    add_problem(source, extends, "extends",
                arena_format(&source->arena,
                             "%s extends %s, a cycle; expected files that end with one that extends none", first->name,
                             story));
    return true;
}

static cJSON *load(struct source *source, const char *text, size_t length, const struct chain *chain);

static cJSON *load_base(struct source *source, const cJSON *extends, const struct chain *chain) {
    if (!cJSON_IsString(extends)) {
        char shown[80];
        add_problem(source, extends, "extends",
                    arena_format(&source->arena, "found %s; expected the path of a scenario file",
                                 json_show(extends, shown, sizeof shown)));
        return NULL;
    }
    const char *path = source_path(source, chain->name, extends->valuestring);
    char resolved[PATH_MAX];
    const char *identity = arena_text(&source->arena, realpath(path, resolved) != NULL ? resolved : path);
    if (is_cycle(source, extends, chain, identity)) {
        return NULL;
    }
    size_t length = 0;
    const char *error = "too many files that extend each other";
    char *text = chain->depth < SOURCE_MOST_FILES ? source_read_file(source, path, &length, &error) : NULL;
    if (text == NULL) {
        add_problem(source, extends, "extends",
                    arena_format(&source->arena, "cannot read %s: %s; expected a scenario file", path, error));
        return NULL;
    }
    struct chain next = {chain, path, identity, chain->depth + 1};
    return load(source, text, length, &next);
}

static cJSON *load(struct source *source, const char *text, size_t length, const struct chain *chain) {
    uint32_t file = problems_add_file(&source->problems, chain->name, false);
    cJSON *tree = json_parse(text, length, file, &source->places, &source->problems);
    if (tree == NULL) {
        return NULL;
    }
    if (!cJSON_IsObject(tree)) {
        struct json_place place = json_place_of(&source->places, tree);
        char shown[80];
        problems_add(&source->problems, file, place.line, place.column, "found %s; expected an object",
                     json_show(tree, shown, sizeof shown));
        cJSON_Delete(tree);
        return NULL;
    }
    cJSON *extends = cJSON_DetachItemFromObjectCaseSensitive(tree, "extends");
    if (extends != NULL) {
        cJSON *base = load_base(source, extends, chain);
        cJSON_Delete(extends);
        if (base != NULL) {
            merge(base, tree);
        }
        cJSON_Delete(tree);
        return base;
    }
    return tree;
}

bool source_load(struct source *source, const char *path, const char *text, size_t length) {
    char resolved[PATH_MAX];
    const char *identity = arena_text(&source->arena, realpath(path, resolved) != NULL ? resolved : path);
    struct chain chain = {NULL, path, identity, 1};
    source->tree = load(source, text, length, &chain);
    return source->tree != NULL;
}

/* ---- let ---- */

struct lets {
    struct source *source;
    const cJSON *values; /* may be NULL */
    uint64_t copied;     /* values, against files that grow beyond bounds */
    char path[512];
};

/* "$rtt": a dollar sign and a name, and nothing else. */
static bool is_let_name(const cJSON *item) {
    if (!cJSON_IsString(item) || item->valuestring[0] != '$' || item->valuestring[1] == '\0') {
        return false;
    }
    const char *name = item->valuestring + 1;
    bool starts_with_digit = name[0] >= '0' && name[0] <= '9'; /* "$5" is a price */
    return !starts_with_digit &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == strlen(name);
}

static uint64_t count_values(const cJSON *item) {
    uint64_t count = 1;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        count += count_values(child);
    }
    return count;
}

static void report_undefined(struct lets *lets, const cJSON *item) {
    uint32_t count = lets->values == NULL ? 0 : (uint32_t)cJSON_GetArraySize(lets->values), at = 0;
    const char **names = arena_alloc(&lets->source->arena, (count + 1) * sizeof *names);
    const cJSON *value;
    cJSON_ArrayForEach(value, lets->values) {
        names[at++] = value->string;
    }
    const char *close = text_suggest(item->valuestring + 1, names, count);
    add_problem(lets->source, item, lets->path,
                arena_format(&lets->source->arena,
                             "unknown name \"%.200s\"; expected a name that \"let\" defines%s%.200s%s",
                             item->valuestring, close != NULL ? "; did you mean \"$" : "", close != NULL ? close : "",
                             close != NULL ? "\"?" : ""));
}

static cJSON *copy_let(struct lets *lets, const cJSON *item) {
    const cJSON *value = lets->values == NULL ? NULL : json_get(lets->values, item->valuestring + 1);
    if (value == NULL) {
        report_undefined(lets, item);
        return NULL;
    }
    lets->copied += count_values(value);
    if (lets->copied > JSON_MOST_VALUES) {
        if (lets->copied - count_values(value) <= JSON_MOST_VALUES) {
            add_problem(lets->source, item, lets->path,
                        "the names of \"let\" stand for too much; expected at most 1048576 values");
        }
        return NULL;
    }
    cJSON *copy = cJSON_Duplicate(value, true);
    struct json_place place = json_place_of(&lets->source->places, value);
    struct json_place use = json_place_of(&lets->source->places, item);
    place.key_line = use.file == place.file ? use.key_line : place.key_line;
    place.key_column = use.file == place.file ? use.key_column : place.key_column;
    json_set_place(&lets->source->places, copy, place);
    return copy;
}

static void substitute(struct lets *lets, cJSON *parent) {
    size_t mark = strlen(lets->path);
    uint32_t index = 0;
    for (cJSON *child = parent->child, *next; child != NULL; child = next, index++) {
        next = child->next;
        if (cJSON_IsObject(parent)) {
            snprintf(lets->path + mark, sizeof lets->path - mark, "%s%s", mark > 0 ? "." : "", child->string);
        } else {
            snprintf(lets->path + mark, sizeof lets->path - mark, ".%u", index);
        }
        cJSON *copy = is_let_name(child) ? copy_let(lets, child) : NULL;
        if (copy != NULL && cJSON_IsObject(parent)) {
            cJSON_ReplaceItemInObjectCaseSensitive(parent, child->string, copy);
        } else if (copy != NULL) {
            cJSON_ReplaceItemViaPointer(parent, child, copy);
        } else {
            substitute(lets, child);
        }
        lets->path[mark] = '\0';
    }
}

/* Values of "let" stand for themselves: a name in them would make the order of definitions matter. */
static void refuse_names(struct lets *lets, const cJSON *item) {
    if (is_let_name(item)) {
        add_problem(lets->source, item, lets->path, "a name inside \"let\"; expected a value without names");
    }
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        refuse_names(lets, child);
    }
}

bool source_apply_let(struct source *source) {
    uint32_t before = source->problems.count;
    cJSON *values = cJSON_DetachItemFromObjectCaseSensitive(source->tree, "let");
    struct lets lets = {.source = source, .values = values, .path = "let"};
    if (values != NULL && !cJSON_IsObject(values)) {
        char shown[80];
        add_problem(source, values, "let",
                    arena_format(&source->arena, "found %s; expected an object of names and values",
                                 json_show(values, shown, sizeof shown)));
    } else {
        if (values != NULL) {
            refuse_names(&lets, values);
        }
        lets.path[0] = '\0';
        substitute(&lets, source->tree);
    }
    cJSON_Delete(values);
    return source->problems.count == before;
}
