/* The frame of reading: where the reader is, what it says there, and objects by their tables. */
#include "sim/scenario/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Path ---- */

size_t reader_enter(struct reader *reader, const char *key) {
    size_t mark = reader->path_length;
    size_t room = sizeof reader->path - 1 - mark, dot = mark > 0 && room > 0, length = strnlen(key, 200);
    length = length < room - dot ? length : room - dot;
    memcpy(reader->path + mark, ".", dot);
    memcpy(reader->path + mark + dot, key, length);
    reader->path_length = mark + dot + length;
    reader->path[reader->path_length] = '\0';
    return mark;
}

size_t reader_enter_element(struct reader *reader, uint32_t index) {
    char key[16];
    snprintf(key, sizeof key, "%u", index);
    return reader_enter(reader, key);
}

void reader_leave(struct reader *reader, size_t mark) {
    reader->path_length = mark;
    reader->path[mark] = '\0';
}

/* ---- Problems ---- */

static void add_problem(struct reader *reader, const cJSON *at, bool at_key, const char *what) {
    struct problems *problems = &reader->source->problems;
    struct json_place place =
        json_place_of(&reader->source->places, reader->preset_of != NULL ? reader->preset_of : at);
    problems_add(problems, place.file, at_key ? place.key_line : place.line, at_key ? place.key_column : place.column,
                 "%s%s%s", reader->path, reader->path_length > 0 ? ": " : "", what);
}

bool reader_fail(struct reader *reader, const cJSON *at, const char *format, ...) {
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    add_problem(reader, at, false, what);
    return false;
}

bool reader_fail_expected(struct reader *reader, const cJSON *item, const char *expected) {
    char shown[160];
    return reader_fail(reader, item, "found %s; expected %s", json_show(item, shown, sizeof shown), expected);
}

bool reader_fail_unknown(struct reader *reader, const cJSON *at, bool at_key, const char *what, const char *name,
                         const char *const *names, size_t count) {
    if (reader->source->problems.kept == PROBLEMS_MOST) { /* suggestions cost time, and nobody will see this one */
        reader->source->problems.count++;
        return false;
    }
    struct text text = {0};
    text_add(&text, "unknown %s \"%.100s\"; expected ", what, name);
    text_add(&text, count == 0 ? "none, for there is none" : count == 1 ? "" : "one of ");
    for (size_t i = 0; i < count && i < 30; i++) {
        text_add(&text, "%s%.60s", i > 0 ? ", " : "", names[i]);
    }
    text_add(&text, count > 30 ? ", ..." : "");
    const char *close = text_suggest(name, names, count);
    if (close != NULL) {
        text_add(&text, "; did you mean \"%.100s\"?", close);
    }
    add_problem(reader, at, at_key, text.bytes);
    text_free(&text);
    return false;
}

/* ---- Objects ---- */

static size_t count_fields(const struct object_type *type) {
    size_t count = 0;
    for (; type != NULL; type = type->also) {
        for (const struct field *field = type->fields; field->name != NULL; field++) {
            count++;
        }
    }
    return count;
}

static bool is_field(const struct object_type *type, const char *name) {
    for (; type != NULL; type = type->also) {
        for (const struct field *field = type->fields; field->name != NULL; field++) {
            if (strcmp(field->name, name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* True if every key is known. */
static bool check_keys(struct reader *reader, const struct object_type *type, const cJSON *item) {
    const cJSON *child;
    bool is_good = true;
    cJSON_ArrayForEach(child, item) {
        if (is_field(type, child->string)) {
            continue;
        }
        size_t count = count_fields(type), at = 0;
        const char **names = arena_alloc(&reader->source->arena, (count + 1) * sizeof *names);
        for (const struct object_type *part = type; part != NULL; part = part->also) {
            for (const struct field *field = part->fields; field->name != NULL; field++) {
                names[at++] = field->name;
            }
        }
        is_good = reader_fail_unknown(reader, child, true, "key", child->string, names, count);
    }
    return is_good;
}

static void fail_without_kind(struct reader *reader, const struct object_type *type, const cJSON *item) {
    struct text names = {0};
    for (const struct field *field = type->fields; field->name != NULL; field++) {
        if (field->is_alternative) {
            text_add(&names, "%s%s", names.length > 0 ? ", " : "", field->name);
        }
    }
    reader_fail(reader, item, "the kind is missing; expected one of %s", names.bytes);
    text_free(&names);
}

/* The one alternative that stands in the object, of the type's own fields. Where there is none, an unknown key was most
 * likely meant to be it, and enough is said. */
static const struct field *find_alternative(struct reader *reader, const struct object_type *type, const cJSON *item,
                                            bool has_unknown_key) {
    const struct field *found = NULL;
    uint32_t known = 0, count = 0;
    for (const struct field *field = type->fields; field->name != NULL; field++) {
        if (!field->is_alternative) {
            continue;
        }
        known++;
        const cJSON *child = json_get(item, field->name);
        if (child != NULL) {
            if (count++ > 0) {
                reader_fail(reader, child, "both \"%s\" and \"%s\" are given; expected one of them", found->name,
                            field->name);
            }
            found = count == 1 ? field : found;
        }
    }
    if (known > 0 && count == 0 && !has_unknown_key) {
        fail_without_kind(reader, type, item);
    }
    return count == 1 ? found : NULL;
}

static void read_preset(struct reader *reader, const struct field *field, const cJSON *item, void *object) {
    cJSON *preset = cJSON_Parse(field->preset);
    const cJSON *outer = reader->preset_of;
    reader->preset_of = outer != NULL ? outer : item;
    if (preset == NULL) {
        reader_fail(reader, item, "the default of \"%s\" is no JSON: %s", field->name, field->preset);
    } else {
        size_t mark = reader_enter(reader, field->name);
        reader_field(reader, field, preset, object);
        reader_leave(reader, mark);
    }
    cJSON_Delete(preset);
    reader->preset_of = outer;
}

static void read_fields(struct reader *reader, const struct object_type *type, const cJSON *item, char *object) {
    for (const struct field *field = type->fields; field->name != NULL; field++) {
        const cJSON *child = json_get(item, field->name);
        bool is_later = field->type == FIELD_CUSTOM && field->read == NULL;
        if (child == NULL && field->is_required) {
            char expected[512];
            reader_fail(reader, item, "\"%s\" is missing; expected %s", field->name,
                        field_expectation(field, expected, sizeof expected));
        } else if (child == NULL && field->preset != NULL && !is_later) {
            read_preset(reader, field, item, object);
        } else if (child != NULL && !is_later) {
            size_t mark = reader_enter(reader, field->name);
            reader_field(reader, field, child, object);
            reader_leave(reader, mark);
        }
    }
}

const struct field *reader_object(struct reader *reader, const struct object_type *type, const cJSON *item,
                                  void *object) {
    if (!cJSON_IsObject(item)) {
        reader_fail_expected(reader, item, type->what);
        return NULL;
    }
    bool has_unknown_key = !check_keys(reader, type, item);
    const struct field *alternative = find_alternative(reader, type, item, has_unknown_key);
    read_fields(reader, type, item, object);
    for (const struct object_type *part = type; part->also != NULL; part = part->also) {
        object = (char *)object + part->also_offset;
        read_fields(reader, part->also, item, object);
    }
    return alternative;
}

uint32_t reader_array(struct reader *reader, const cJSON *item, uint32_t low, uint32_t high, const char *expected) {
    if (!cJSON_IsArray(item)) {
        reader_fail_expected(reader, item, expected);
        return UINT32_MAX;
    }
    uint32_t count = (uint32_t)cJSON_GetArraySize(item);
    if (count < low || count > high) {
        if (low == high) {
            reader_fail(reader, item, "an array of %u elements; expected %s", count, expected);
        } else {
            reader_fail(reader, item, "an array of %u elements; expected %s, %s %u", count, expected,
                        count < low ? "at least" : "at most", count < low ? low : high);
        }
        return UINT32_MAX;
    }
    return count;
}

void *reader_alloc(struct reader *reader, uint64_t count, size_t element) {
    return arena_alloc(reader->arena, (count == 0 ? 1 : count) * element);
}

const char *const reader_target_words[] = {"leader", "followers", "minority", "majority", "all", "clients", NULL};
const char *const reader_window_words[] = {"all", "partition", "healing", "connected", NULL};

bool reader_check_name(struct reader *reader, const cJSON *at, bool at_key, const char *name,
                       const char *const *reserved) {
    size_t length = strlen(name);
    if (length == 0 || length > 100 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != length) {
        add_problem(reader, at, at_key, "this is no name; expected 1 to 100 letters, digits or any of - _ .");
        return false;
    }
    for (size_t i = 0; reserved[i] != NULL; i++) {
        if (strcmp(name, reserved[i]) == 0) {
            char what[192];
            snprintf(what, sizeof what, "\"%s\" has a meaning of its own; expected another name", name);
            add_problem(reader, at, at_key, what);
            return false;
        }
    }
    return true;
}

bool reader_sum_is_one(double sum) {
    return sum > 1 - 1e-9 && sum < 1 + 1e-9;
}
