/* Operations that read and write several registers at once. Registers that occur together in some operation, and those
 * that occur with these, are one object; the objects are judged each by itself. */
#include "sim/check/recorded/groups.h"
#include "sim/check/recorded/memory.h"
#include "sim/check/recorded/micro.h"
#include "sim/check/recorded/objects.h"
#include "sim/check/recorded/registers.h"

#include "sim/base/hash.h"

#include <stdlib.h>

struct multi_operation {
    uint32_t first, count; /* micro-operations */
    uint32_t recorded;
};

struct multi_change {
    value_id key, value; /* before */
};

/* One for all objects: a register belongs to one object only, but changes and digests are an object's own. */
struct multi_registers {
    const struct micro *micros;
    value_id *values; /* by key */
};

struct multi_state {
    const struct multi_registers *registers;
    const struct multi_operation *operations;
    struct multi_change *changes;
    uint32_t change_count, change_capacity;
    struct digest digest;
};

static struct digest digest_of(value_id key, value_id value) {
    uint64_t both = (uint64_t)key << 32 | value;
    return (struct digest){hash_mix(both + 1), hash_add(1, both)};
}

static void set_register(struct multi_state *state, value_id key, value_id value) {
    struct digest before = digest_of(key, state->registers->values[key]), after = digest_of(key, value);
    state->digest.a ^= before.a ^ after.a;
    state->digest.b ^= before.b ^ after.b;
    state->registers->values[key] = value;
}

static void take_back_to(struct multi_state *state, uint32_t count) {
    while (state->change_count > count) {
        struct multi_change change = state->changes[--state->change_count];
        set_register(state, change.key, change.value);
    }
}

static uint32_t writes_of(const struct multi_state *state, uint32_t index) {
    const struct multi_operation *operation = &state->operations[index];
    uint32_t count = 0;
    for (uint32_t i = 0; i < operation->count; i++) {
        count += state->registers->micros[operation->first + i].kind == MICRO_WRITE;
    }
    return count;
}

static bool multi_apply(void *context, uint32_t index) {
    struct multi_state *state = context;
    const struct multi_operation *operation = &state->operations[index];
    uint32_t before = state->change_count;
    for (uint32_t i = 0; i < operation->count; i++) {
        const struct micro *micro = &state->registers->micros[operation->first + i];
        value_id value = state->registers->values[micro->key];
        if (micro->kind == MICRO_WRITE) {
            state->changes =
                memory_reserve(state->changes, state->change_count, &state->change_capacity, sizeof *state->changes);
            state->changes[state->change_count++] = (struct multi_change){micro->key, value};
            set_register(state, micro->key, micro->value);
        } else if (micro->value != VALUE_NIL && micro->value != value) {
            take_back_to(state, before);
            return false;
        }
    }
    return true;
}

static void multi_undo(void *context, uint32_t index) {
    struct multi_state *state = context;
    take_back_to(state, state->change_count - writes_of(state, index));
}

static struct digest multi_digest(const void *context) {
    return ((const struct multi_state *)context)->digest;
}

/* ---- Which registers go together --------------------------------------------------------------------------------- */

static uint32_t root_of(uint32_t *parents, uint32_t key) {
    while (parents[key] != key) {
        parents[key] = parents[parents[key]];
        key = parents[key];
    }
    return key;
}

struct multi_reading {
    struct micro_list micros;
    struct multi_operation *operations;
    uint32_t count;
    bool is_simple; /* every operation is one read or write */
};

/* Of an operation that may not have happened, reads say nothing. */
static void drop_unknown_reads(struct multi_reading *reading, struct multi_operation *operation) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < operation->count; i++) {
        struct micro micro = reading->micros.items[operation->first + i];
        if (micro.kind == MICRO_WRITE) {
            reading->micros.items[operation->first + kept++] = micro;
        }
    }
    operation->count = kept;
    reading->micros.count = operation->first + kept;
}

static bool read_multi(struct recorded *recorded, struct multi_reading *reading, struct read_error *error) {
    reading->is_simple = true;
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *recorded_operation = &recorded->operations[i];
        if (recorded_operation->outcome == OUTCOME_FAIL) {
            continue;
        }
        struct multi_operation operation = {.first = reading->micros.count, .recorded = i};
        if (!micro_read(recorded, i, false, &reading->micros, error)) {
            return false;
        }
        operation.count = reading->micros.count - operation.first;
        if (recorded_operation->outcome == OUTCOME_INFO) {
            drop_unknown_reads(reading, &operation);
        }
        if (operation.count > 0) {
            reading->operations[reading->count++] = operation;
            reading->is_simple = reading->is_simple && operation.count == 1;
        }
    }
    return true;
}

static void judge_simple(struct recorded *recorded, const struct multi_reading *reading, value_id initial,
                         uint64_t max_steps, struct judgement *judgement) {
    struct register_list list = {0};
    for (uint32_t i = 0; i < reading->count; i++) {
        const struct micro *micro = &reading->micros.items[reading->operations[i].first];
        if (micro->kind == MICRO_WRITE || micro->value != VALUE_NIL) {
            register_list_add(&list, recorded, reading->operations[i].recorded, micro->key,
                              micro->kind == MICRO_WRITE ? OP_WRITE : OP_READ, micro->value, 0);
        }
    }
    register_list_judge(&list, recorded, initial, max_steps, judgement);
    register_list_free(&list);
}

/* Numbers the objects, and gives each operation the number of its own. */
static uint32_t find_objects(const struct multi_reading *reading, uint32_t value_count, uint32_t *object_of) {
    uint32_t *parents = memory_alloc(value_count, sizeof *parents);
    for (uint32_t i = 0; i < value_count; i++) {
        parents[i] = i;
    }
    for (uint32_t i = 0; i < reading->count; i++) {
        const struct micro *micros = &reading->micros.items[reading->operations[i].first];
        for (uint32_t m = 1; m < reading->operations[i].count; m++) {
            parents[root_of(parents, micros[m].key)] = root_of(parents, micros[0].key);
        }
    }
    for (uint32_t i = 0; i < reading->count; i++) {
        object_of[i] = root_of(parents, reading->micros.items[reading->operations[i].first].key);
    }
    free(parents);
    return groups_number(object_of, reading->count);
}

static void judge_objects(struct recorded *recorded, const struct multi_reading *reading, value_id initial,
                          uint64_t max_steps, struct judgement *judgement) {
    uint32_t *object_of = memory_alloc(reading->count, sizeof *object_of);
    struct multi_registers registers = {.micros = reading->micros.items,
                                        .values = memory_alloc(recorded->document.values.count, sizeof(value_id))};
    for (uint32_t i = 0; i < recorded->document.values.count; i++) {
        registers.values[i] = initial;
    }
    uint32_t count = find_objects(reading, recorded->document.values.count, object_of);
    struct groups groups = groups_make(object_of, reading->count, count);
    struct object *objects = memory_alloc(count, sizeof *objects);
    struct multi_state *states = memory_alloc(count, sizeof *states);
    struct multi_operation *sorted = memory_alloc(reading->count, sizeof *sorted);
    for (uint32_t g = 0; g < count; g++) {
        states[g] = (struct multi_state){.registers = &registers, .operations = sorted + groups.first[g]};
        objects[g].machine = (struct machine){&states[g], multi_apply, multi_undo, multi_digest, NULL};
        for (uint32_t i = groups.first[g]; i < groups.first[g + 1]; i++) {
            sorted[i] = reading->operations[groups.members[i]];
            object_add(&objects[g], recorded, sorted[i].recorded, i - groups.first[g],
                       writes_of(&states[g], i - groups.first[g]) == 0);
        }
    }
    objects_judge(objects, count, recorded, max_steps, judgement);
    for (uint32_t g = 0; g < count; g++) {
        object_free(&objects[g]);
        free(states[g].changes);
    }
    free(objects);
    free(states);
    free(sorted);
    free(registers.values);
    free(object_of);
    groups_free(&groups);
}

bool judge_multi_register(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                          struct read_error *error) {
    struct multi_reading reading = {.operations = memory_alloc(recorded->count, sizeof *reading.operations)};
    value_id initial;
    bool is_read = judge_read_scalar(recorded, options->initial != NULL ? options->initial : "0", &initial, error) &&
                   read_multi(recorded, &reading, error);
    if (is_read && reading.is_simple) {
        judge_simple(recorded, &reading, initial, options->max_steps, judgement);
    } else if (is_read) {
        judge_objects(recorded, &reading, initial, options->max_steps, judgement);
    }
    free(reading.operations);
    free(reading.micros.items);
    return is_read;
}
