#include "sim/check/recorded/objects.h"

#include "sim/check/recorded/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_STEPS UINT64_C(200000000)
#define MOST_BYTES ((size_t)1 << 30) /* of all objects together */

enum { FIRST_SLICE = 10000 };

void object_add(struct object *object, const struct recorded *recorded, uint32_t index, uint32_t class,
                bool is_read_only) {
    const struct recorded_operation *operation = &recorded->operations[index];
    object->operations =
        memory_reserve(object->operations, object->count, &object->capacity, sizeof *object->operations);
    object->origins = memory_reserve(object->origins, object->count, &object->origin_capacity, sizeof *object->origins);
    object->origins[object->count] = index;
    object->operations[object->count++] = (struct machine_operation){
        operation->invoked, operation->outcome == OUTCOME_INFO ? MACHINE_NEVER : operation->completed, class,
        is_read_only};
}

void object_free(struct object *object) {
    free(object->operations);
    free(object->origins);
}

static void explain(struct object *object, const struct machine_search *search, struct recorded *recorded,
                    struct judgement *judgement) {
    struct text *out = judgement_find(judgement, "not linearizable", NULL);
    uint32_t *order = memory_alloc(object->count, sizeof *order);
    uint32_t stuck, length = machine_search_longest(search, order, &stuck);
    if (out != NULL && stuck < object->count) {
        for (uint32_t i = 0; i < length; i++) {
            order[i] = object->origins[order[i]];
        }
        uint32_t culprit = object->origins[stuck], other_count = 0;
        for (uint32_t i = 0; i < object->count; i++) { /* one recorded operation may be several here, side by side */
            if (other_count == 0 || object->origins[other_count - 1] != object->origins[i]) {
                object->origins[other_count++] = object->origins[i];
            }
        }
        struct order_failure failure = {.culprit = culprit,
                                        .others = object->origins,
                                        .other_count = other_count,
                                        .path = order,
                                        .path_count = length,
                                        .path_value = -1};
        judge_explain_order(recorded, judgement, out, &failure);
    }
    free(order);
}

void objects_judge(struct object *objects, uint32_t count, struct recorded *recorded, uint64_t max_steps,
                   struct judgement *judgement) {
    uint64_t steps_left = max_steps == 0 ? DEFAULT_STEPS : max_steps;
    struct machine_search **searches = memory_alloc(count, sizeof(struct machine_search *));
    bool *is_done = memory_alloc(count, sizeof *is_done);
    uint32_t open = count, undecided = 0;
    bool is_refuted = false;
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        judgement->looked_at += objects[i].count;
    }
    for (uint64_t slice = FIRST_SLICE; open > 0 && steps_left > 0 && !is_refuted; slice *= 2) {
        for (uint32_t i = 0; i < count && steps_left > 0 && !is_refuted; i++) {
            if (is_done[i]) {
                continue;
            }
            if (searches[i] == NULL) {
                searches[i] = machine_search_new(objects[i].machine, objects[i].operations, objects[i].count);
            }
            uint64_t before = machine_search_steps(searches[i]);
            size_t others = bytes - machine_search_bytes(searches[i]);
            enum machine_answer answer = machine_search_advance(searches[i], slice < steps_left ? slice : steps_left,
                                                                others < MOST_BYTES ? MOST_BYTES - others : 0);
            bytes = others + machine_search_bytes(searches[i]);
            uint64_t used = machine_search_steps(searches[i]) - before;
            steps_left -= used < steps_left ? used : steps_left;
            if (answer == MACHINE_REFUTED) {
                explain(&objects[i], searches[i], recorded, judgement);
                is_refuted = true;
            }
            if (answer != MACHINE_RUNNING) {
                undecided += answer == MACHINE_FULL;
                is_done[i] = true;
                open--;
                bytes = others;
                machine_search_free(searches[i]);
                searches[i] = NULL;
            }
        }
    }
    undecided += open;
    if (undecided > 0 && !is_refuted) {
        judgement_doubt(judgement,
                        "%" PRIu32 " of %" PRIu32 " objects were not decided within the budget of steps or memory.",
                        undecided, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        machine_search_free(searches[i]);
    }
    free(searches);
    free(is_done);
}
