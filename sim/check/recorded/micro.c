#include "sim/check/recorded/micro.h"

#include "sim/check/recorded/memory.h"

#include <string.h>

static bool kind_of(const char *name, enum micro_kind *kind) {
    static const struct {
        const char *name;
        enum micro_kind kind;
    } kinds[] = {{"r", MICRO_READ},      {"read", MICRO_READ},     {"w", MICRO_WRITE},
                 {"write", MICRO_WRITE}, {"append", MICRO_APPEND}, {"a", MICRO_APPEND}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (name != NULL && strcmp(name, kinds[i].name) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    }
    return false;
}

static bool add_micro(struct recorded *recorded, const struct datum *datum, bool has_lists, struct micro_list *list,
                      struct read_error *error) {
    struct document *document = &recorded->document;
    struct micro micro = {.value = VALUE_NIL};
    if (datum->kind != DATUM_LIST || datum->count < 2 || datum->count > 3 ||
        !kind_of(datum_name(document, datum_at(document, datum, 0)), &micro.kind)) {
        return read_fail(error, datum, "expected a micro-operation such as [:r KEY VALUE] or [%s KEY VALUE]",
                         has_lists ? ":append" : ":w");
    }
    if (micro.kind != MICRO_READ && (micro.kind == MICRO_APPEND) != has_lists) {
        return read_fail(error, datum_at(document, datum, 0),
                         has_lists ? "this model has reads and appends (writes: --model rw-register)"
                                   : "this model has reads and writes (appends: --model list-append)");
    }
    micro.key = datum_value(document, datum_at(document, datum, 1));
    const struct datum *value = datum->count == 3 ? datum_at(document, datum, 2) : NULL;
    if (micro.kind != MICRO_READ || !has_lists) {
        micro.value = datum_value(document, value);
    } else if (!datum_is_nil(value)) {
        if (!datum_is_sequence(value)) {
            return read_fail(error, value, "a read of this model returns a list");
        }
        micro.list = value;
    }
    list->items = memory_reserve(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = micro;
    return true;
}

/* {:f :write, :value {:x 1 :y 2}}: an older form of operations on several registers. */
static void add_map(struct recorded *recorded, const struct datum *map, bool is_write, struct micro_list *list) {
    struct document *document = &recorded->document;
    for (uint32_t i = 0; i < map->count; i += 2) {
        list->items = memory_reserve(list->items, list->count, &list->capacity, sizeof *list->items);
        list->items[list->count++] = (struct micro){.kind = is_write ? MICRO_WRITE : MICRO_READ,
                                                    .key = datum_value(document, datum_at(document, map, i)),
                                                    .value = datum_value(document, datum_at(document, map, i + 1))};
    }
}

bool micro_read(struct recorded *recorded, uint32_t index, bool has_lists, struct micro_list *list,
                struct read_error *error) {
    const struct recorded_operation *operation = &recorded->operations[index];
    const struct datum *value = recorded_value(operation);
    if (value != NULL && value->kind == DATUM_MAP && !has_lists) {
        add_map(recorded, value, strcmp(recorded_function(recorded, operation), "write") == 0, list);
        return true;
    }
    if (datum_is_nil(value)) {
        return true; /* an empty transaction */
    }
    if (value->kind != DATUM_LIST) {
        return read_fail(error, value, "expected a list of micro-operations such as [[:r :x nil] [%s :y 2]]",
                         has_lists ? ":append" : ":w");
    }
    for (uint32_t i = 0; i < value->count; i++) {
        if (!add_micro(recorded, datum_at(&recorded->document, value, i), has_lists, list, error)) {
            return false;
        }
    }
    return true;
}
