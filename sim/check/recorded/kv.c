/* Strings by key that are put, got and appended to, as in Porcupine's tests. A key never written holds "", and a get
 * that returned nil returned "".
 *
 * Most keys are registers in disguise (kv_resolve). Where that is not plain, the state is a string, and order shows in
 * it: a string that an unapplied get does not begin with can lead nowhere, unless a put comes before that get. */
#include "sim/check/recorded/kv.h"

#include "sim/check/recorded/groups.h"
#include "sim/check/recorded/memory.h"
#include "sim/check/recorded/objects.h"

#include "sim/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* What an operation changed, to be taken back. */
struct kv_change {
    uint32_t length; /* of the string before */
    struct digest digest;
    char *replaced; /* by a put */
};

struct kv_state {
    const struct kv_operation *operations;
    const struct object *object;
    char *bytes;
    uint32_t length, capacity;
    struct digest digest;
    struct kv_change *changes;
    uint32_t change_count;
    uint32_t *puts; /* places of the puts among the operations */
    uint32_t put_count;
    bool *is_applied; /* of the puts, by place among the operations */
};

static void add_bytes(struct kv_state *state, const char *bytes, uint32_t length) {
    if (state->length + length > state->capacity) {
        uint32_t capacity = (state->length + length) * 2;
        char *more = memory_alloc(capacity, 1);
        if (state->length > 0) {
            memcpy(more, state->bytes, state->length);
        }
        free(state->bytes);
        state->bytes = more;
        state->capacity = capacity;
    }
    if (length > 0) {
        memcpy(state->bytes + state->length, bytes, length);
    }
    for (uint32_t i = 0; i < length; i++) {
        state->digest.a = hash_add(state->digest.a, (unsigned char)bytes[i]);
        state->digest.b = hash_add(state->digest.b, (unsigned char)bytes[i]);
    }
    state->length += length;
}

static void clear(struct kv_state *state) {
    state->length = 0;
    state->digest = (struct digest){1, 2};
}

static bool kv_apply(void *context, uint32_t index) {
    struct kv_state *state = context;
    const struct kv_operation *operation = &state->operations[index];
    struct kv_change change = {.length = state->length, .digest = state->digest};
    if (operation->kind == KV_GET) {
        if (operation->length != state->length || memcmp(operation->text, state->bytes, state->length) != 0) {
            return false;
        }
    } else if (operation->kind == KV_PUT) {
        change.replaced = memory_alloc(state->length, 1);
        if (state->length > 0) {
            memcpy(change.replaced, state->bytes, state->length);
        }
        clear(state);
        add_bytes(state, operation->text, operation->length);
        state->is_applied[index] = true;
    } else {
        add_bytes(state, operation->text, operation->length);
    }
    state->changes[state->change_count++] = change;
    return true;
}

static void kv_undo(void *context, uint32_t index) {
    struct kv_state *state = context;
    struct kv_change *change = &state->changes[--state->change_count];
    if (change->replaced != NULL) {
        clear(state);
        add_bytes(state, change->replaced, change->length);
        free(change->replaced);
        state->is_applied[index] = false;
    }
    state->length = change->length;
    state->digest = change->digest;
}

static struct digest kv_digest(const void *context) {
    return ((const struct kv_state *)context)->digest;
}

static bool begins_with(const struct kv_operation *get, const char *bytes, uint32_t length) {
    return length <= get->length && (length == 0 || memcmp(get->text, bytes, length) == 0);
}

static bool kv_can_come(const void *context, uint32_t index) {
    const struct kv_state *state = context;
    const struct kv_operation *get = &state->operations[index];
    if (get->kind != KV_GET || begins_with(get, state->bytes, state->length)) {
        return true;
    }
    for (uint32_t i = 0; i < state->put_count; i++) {
        uint32_t put = state->puts[i];
        if (!state->is_applied[put] &&
            state->object->operations[put].invoked < state->object->operations[index].completed &&
            begins_with(get, state->operations[put].text, state->operations[put].length)) {
            return true;
        }
    }
    return false;
}

static struct kv_state *make_state(const struct object *object, const struct kv_operation *operations, value_id initial,
                                   const struct values *values) {
    struct kv_state *state = memory_alloc(1, sizeof *state);
    state->operations = operations;
    state->object = object;
    state->bytes = memory_alloc(1, 1);
    state->changes = memory_alloc(object->count, sizeof *state->changes);
    state->puts = memory_alloc(object->count, sizeof *state->puts);
    state->is_applied = memory_alloc(object->count, sizeof *state->is_applied);
    for (uint32_t i = 0; i < object->count; i++) {
        if (operations[i].kind == KV_PUT) {
            state->puts[state->put_count++] = i;
        }
    }
    clear(state);
    add_bytes(state, values_text(values, initial), values->items[initial].length);
    return state;
}

static void free_state(struct kv_state *state) {
    for (uint32_t i = 0; i < state->change_count; i++) {
        free(state->changes[i].replaced);
    }
    free(state->bytes);
    free(state->changes);
    free(state->puts);
    free(state->is_applied);
    free(state);
}

/* ---- Reading the history ----------------------------------------------------------------------------------------- */

struct kv_reading {
    struct kv_operation *operations; /* by invocation */
    uint32_t *keys;                  /* of each */
    uint32_t count;
};

static bool read_kv(struct recorded *recorded, struct kv_reading *reading, struct read_error *error) {
    value_id empty = values_add(&recorded->document.values, VALUE_KIND_STRING, "", 0);
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const char *name = recorded_function(recorded, operation);
        const struct datum *value = recorded_value(operation);
        struct kv_operation kv = {.recorded = i, .is_pending = operation->outcome == OUTCOME_INFO};
        if (operation->outcome == OUTCOME_FAIL) {
            continue;
        }
        if (strcmp(name, "get") == 0 || strcmp(name, "read") == 0) {
            kv.kind = KV_GET;
            if (operation->outcome == OUTCOME_INFO) {
                continue; /* says nothing */
            }
        } else if (strcmp(name, "put") == 0 || strcmp(name, "write") == 0) {
            kv.kind = KV_PUT;
        } else if (strcmp(name, "append") == 0) {
            kv.kind = KV_APPEND;
        } else {
            return judge_fail_function(recorded, i, "get, put or append", error);
        }
        kv.value = datum_is_nil(value) ? empty : datum_value(&recorded->document, value);
        reading->keys[reading->count] = datum_value(&recorded->document, operation->key);
        reading->operations[reading->count++] = kv;
    }
    for (uint32_t i = 0; i < reading->count; i++) {
        struct kv_operation *operation = &reading->operations[i];
        operation->text = values_text(&recorded->document.values, operation->value);
        operation->length = recorded->document.values.items[operation->value].length;
    }
    return true;
}

/* Numbers the classes of pending operations: by kind and value. */
static void make_object(struct recorded *recorded, struct object *object, const struct kv_operation *operations,
                        uint32_t count, value_id initial) {
    uint32_t *classes = memory_alloc(count, sizeof *classes);
    for (uint32_t i = 0; i < count; i++) {
        classes[i] = operations[i].value * 2 + (operations[i].kind == KV_PUT);
    }
    groups_number(classes, count);
    for (uint32_t i = 0; i < count; i++) {
        object_add(object, recorded, operations[i].recorded, classes[i], operations[i].kind == KV_GET);
    }
    free(classes);
    struct kv_state *state = make_state(object, operations, initial, &recorded->document.values);
    object->machine = (struct machine){state, kv_apply, kv_undo, kv_digest, kv_can_come};
}

/* Keys that are registers join the list; the others become objects. */
static uint32_t split_keys(struct recorded *recorded, const struct kv_reading *reading, const struct groups *groups,
                           value_id initial, struct register_list *registers, struct object *objects,
                           struct kv_operation *sorted) {
    uint32_t object_count = 0;
    for (uint32_t g = 0; g < groups->count; g++) {
        uint32_t first = groups->first[g], count = groups->first[g + 1] - first;
        for (uint32_t i = first; i < first + count; i++) {
            sorted[i] = reading->operations[groups->members[i]];
        }
        if (!kv_resolve(sorted + first, count, g, initial, recorded, registers)) {
            make_object(recorded, &objects[object_count++], sorted + first, count, initial);
        }
    }
    return object_count;
}

bool judge_kv(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
              struct read_error *error) {
    if (recorded->history != NULL) {
        return judge_registers(recorded, options, judgement, error);
    }
    struct kv_reading reading = {.operations = memory_alloc(recorded->count, sizeof *reading.operations),
                                 .keys = memory_alloc(recorded->count, sizeof *reading.keys)};
    value_id initial;
    bool is_read = judge_read_scalar(recorded, options->initial != NULL ? options->initial : "\"\"", &initial, error) &&
                   read_kv(recorded, &reading, error);
    if (is_read) {
        uint32_t key_count = groups_number(reading.keys, reading.count);
        struct groups groups = groups_make(reading.keys, reading.count, key_count);
        struct register_list registers = {.has_own_values = true};
        struct object *objects = memory_alloc(key_count, sizeof *objects);
        struct kv_operation *sorted = memory_alloc(reading.count, sizeof *sorted);
        uint32_t object_count = split_keys(recorded, &reading, &groups, initial, &registers, objects, sorted);
        register_list_judge(&registers, recorded, initial, options->max_steps, judgement);
        if (judgement->finding_count == 0) {
            objects_judge(objects, object_count, recorded, options->max_steps, judgement);
        }
        for (uint32_t i = 0; i < object_count; i++) {
            free_state(objects[i].machine.state);
            object_free(&objects[i]);
        }
        free(objects);
        free(sorted);
        register_list_free(&registers);
        groups_free(&groups);
    }
    free(reading.operations);
    free(reading.keys);
    return is_read;
}
