#include "tests/check/histories.h"

#include <stdlib.h>
#include <string.h>

void histories_open(struct arena *arena, struct history *history) {
    arena_init(arena, "histories", (size_t)256 << 20);
    memset(history, 0, sizeof *history);
    history->arena = arena;
}

void histories_clear(struct history *history) {
    history->count = 0;
}

/* Runs one operation on the register and returns its result. */
static int64_t run(const struct operation *operation, int64_t *value) {
    switch ((enum operation_kind)operation->kind) {
    case OP_READ:
        return *value;
    case OP_WRITE:
        *value = operation->value;
        return 0;
    case OP_CAS:
        if (*value != operation->expected) {
            return 0;
        }
        *value = operation->value;
        return 1;
    case OP_INCREMENT:
        *value += operation->value;
        return *value;
    case OP_APPEND:
        *value = operation_append(*value, operation->value);
        return *value;
    default:
        return 0;
    }
}

static uint8_t draw_kind(uint32_t kinds, struct draw *draw) {
    for (;;) {
        uint8_t kind = (uint8_t)draw_below(draw, OP_REQUEST);
        if (kinds & (1u << kind)) {
            return kind;
        }
    }
}

static int compare_invocations(const void *left, const void *right) {
    const struct operation *a = left, *b = right;
    if (a->invoked != b->invoked) {
        return a->invoked < b->invoked ? -1 : 1;
    }
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

void histories_make(struct history *history, const struct histories_shape *shape, struct draw *draw) {
    int64_t *values = calloc(shape->keys, sizeof *values);
    sim_time reach = (sim_time)shape->overlap * 5;
    history->count = 0;
    for (uint32_t i = 0; i < shape->operations; i++) {
        sim_time instant = (sim_time)i * 10 + reach;
        struct operation operation = {.invoked = instant - draw_between(draw, 0, reach),
                                      .completed = instant + draw_between(draw, 0, reach),
                                      .key = draw_below(draw, shape->keys),
                                      .process = (uint32_t)draw_below(draw, 20),
                                      .sequence = i,
                                      .kind = draw_kind(shape->kinds, draw)};
        int64_t *value = &values[operation.key];
        operation.value = shape->values == 0 ? (int64_t)i + 1 : draw_between(draw, 0, shape->values - 1);
        if (operation.kind == OP_INCREMENT) {
            operation.value = draw_between(draw, 0, 2);
        }
        bool hits = draw_below(draw, 100) < shape->cas_hit_percent;
        operation.expected = hits                 ? *value
                             : shape->values == 0 ? draw_between(draw, 0, (int64_t)i + 10)
                                                  : draw_between(draw, 0, shape->values - 1);
        uint64_t luck = draw_below(draw, 100);
        if (luck < shape->fail_percent) {
            operation.outcome = OUTCOME_FAIL;
        } else if (luck < shape->fail_percent + shape->info_percent) {
            operation.outcome = OUTCOME_INFO;
            operation.completed = SIM_NEVER;
            if (draw_below(draw, 2) == 0) {
                run(&operation, value);
            }
        } else {
            operation.result = run(&operation, value);
        }
        history_add(history, operation);
    }
    qsort(history->operations, history->count, sizeof *history->operations, compare_invocations);
    free(values);
}

struct brute {
    const struct operation *operations[16];
    uint32_t count;
};

static bool extend(const struct brute *brute, uint32_t placed, int64_t value) {
    sim_time first_completion = SIM_NEVER;
    bool all_done = true;
    for (uint32_t i = 0; i < brute->count; i++) {
        const struct operation *operation = brute->operations[i];
        if (!(placed & (1u << i)) && operation->outcome == OUTCOME_OK) {
            all_done = false;
            first_completion = operation->completed < first_completion ? operation->completed : first_completion;
        }
    }
    if (all_done) {
        return true;
    }
    for (uint32_t i = 0; i < brute->count; i++) {
        const struct operation *operation = brute->operations[i];
        if ((placed & (1u << i)) || operation->invoked > first_completion) {
            continue;
        }
        int64_t after = value;
        int64_t result = run(operation, &after);
        bool fits = operation->outcome == OUTCOME_INFO || operation->kind == OP_WRITE || result == operation->result;
        if (fits && extend(brute, placed | (1u << i), after)) {
            return true;
        }
    }
    return false;
}

bool histories_brute_force(const struct history *history, uint64_t key, int64_t initial) {
    struct brute brute = {.count = 0};
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->key == key && operation->outcome != OUTCOME_FAIL && brute.count < 16) {
            brute.operations[brute.count++] = operation;
        }
    }
    return extend(&brute, 0, initial);
}
