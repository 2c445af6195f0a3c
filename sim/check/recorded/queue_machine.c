/* Reading operations on a queue, and searching for an order of them. */
#include "sim/check/recorded/groups.h"
#include "sim/check/recorded/memory.h"
#include "sim/check/recorded/queue.h"
#include "sim/check/recorded/queue_matching.h"

#include "sim/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static void add_operation(struct queue_history *queue, struct queue_operation operation) {
    queue->operations = memory_reserve(queue->operations, queue->count, &queue->capacity, sizeof *queue->operations);
    queue->operations[queue->count++] = operation;
}

/* Dequeues that found nothing return nil or say so. */
static bool is_empty_result(const struct recorded *recorded, const struct datum *value) {
    const char *name = datum_name(&recorded->document, value);
    return datum_is_nil(value) || (name != NULL && (strcmp(name, "empty") == 0 || strcmp(name, "exhausted") == 0));
}

static bool add_drain(struct queue_history *queue, struct queue_operation operation, uint32_t number,
                      struct read_error *error) {
    struct document *document = &queue->recorded->document;
    const struct datum *value = queue->recorded->operations[operation.recorded].result;
    if (datum_is_nil(value)) {
        return true;
    }
    if (!datum_is_sequence(value)) {
        return read_fail(error, value, "a drain returns the list of what it took");
    }
    operation.kind = QUEUE_DEQUEUE;
    operation.drain = number;
    for (uint32_t i = 0; i < value->count; i++) {
        operation.element = datum_value(document, datum_at(document, value, i));
        add_operation(queue, operation);
    }
    return true;
}

static bool is_one_of(const char *name, const char *const *names) {
    while (*names != NULL && strcmp(name, *names) != 0) {
        names++;
    }
    return *names != NULL;
}

static bool read_one(struct queue_history *queue, uint32_t index, struct read_error *error) {
    static const char *const puts[] = {"enqueue", "offer", "push", "put", "send", NULL};
    static const char *const takes[] = {"dequeue", "poll", "pop", "take", "receive", NULL};
    struct recorded *recorded = queue->recorded;
    const struct recorded_operation *operation = &recorded->operations[index];
    const char *name = recorded_function(recorded, operation);
    bool is_unknown = operation->outcome == OUTCOME_INFO;
    struct queue_operation item = {.recorded = index, .invoked = operation->invoked, .completed = operation->completed};
    if (is_one_of(name, puts)) {
        item.kind = QUEUE_ENQUEUE;
        item.element = datum_value(&recorded->document, recorded_value(operation));
    } else if (strcmp(name, "drain") == 0) {
        queue->has_drain = true;
        queue->has_unknown_drain = queue->has_unknown_drain || is_unknown;
        return is_unknown || add_drain(queue, item, index + 1, error);
    } else if (!is_one_of(name, takes)) {
        return judge_fail_function(recorded, index, "enqueue, dequeue or drain", error);
    } else if (is_unknown) {
        item.kind = QUEUE_UNKNOWN;
        queue->unknown_count++;
    } else if (is_empty_result(recorded, operation->result)) {
        item.kind = QUEUE_EMPTY;
        queue->empty_count++;
    } else {
        item.kind = QUEUE_DEQUEUE;
        item.element = datum_value(&recorded->document, operation->result);
    }
    add_operation(queue, item);
    return true;
}

static void number_elements(struct queue_history *queue) {
    uint32_t *numbers = memory_alloc(queue->count, sizeof *numbers);
    for (uint32_t i = 0; i < queue->count; i++) {
        numbers[i] = queue->operations[i].element;
    }
    queue->element_count = groups_number(numbers, queue->count);
    queue->values = memory_alloc(queue->element_count, sizeof *queue->values);
    for (uint32_t i = 0; i < queue->count; i++) {
        queue->values[numbers[i]] = queue->operations[i].element;
        queue->operations[i].element = numbers[i];
    }
    free(numbers);
}

static void find_takers(struct queue_history *queue) {
    bool *is_put = memory_alloc(queue->element_count, sizeof *is_put);
    queue->taken_by = memory_alloc(queue->element_count, sizeof *queue->taken_by);
    memset(queue->taken_by, 0xff, queue->element_count * sizeof *queue->taken_by);
    queue->is_distinct = true;
    for (uint32_t i = 0; i < queue->count; i++) {
        uint32_t element = queue->operations[i].element;
        if (queue->operations[i].kind == QUEUE_ENQUEUE) {
            queue->is_distinct = queue->is_distinct && !is_put[element];
            is_put[element] = true;
        } else if (queue->operations[i].kind == QUEUE_DEQUEUE) {
            queue->is_distinct = queue->is_distinct && queue->taken_by[element] == UINT32_MAX;
            queue->taken_by[element] = queue->taken_by[element] == UINT32_MAX ? i : queue->taken_by[element];
        }
    }
    free(is_put);
}

bool queue_read(struct recorded *recorded, struct queue_history *queue, struct read_error *error) {
    memset(queue, 0, sizeof *queue);
    queue->recorded = recorded;
    for (uint32_t i = 0; i < recorded->count; i++) {
        if (recorded->operations[i].outcome != OUTCOME_FAIL && !read_one(queue, i, error)) {
            return false;
        }
    }
    number_elements(queue);
    find_takers(queue);
    return true;
}

void queue_free(struct queue_history *queue) {
    free(queue->operations);
    free(queue->values);
    free(queue->taken_by);
    memset(queue, 0, sizeof *queue);
}

/* ---- The machine ----------------------------------------------------------------------------------------------------
 * In order, the digest is a polynomial in an odd number, divided by its power at the head: two queues of the same
 * elements in the same order have the same, wherever they are. Without order it is a sum. */

#define FACTOR_A UINT64_C(0x9e3779b97f4a7c15)
#define FACTOR_B UINT64_C(0xd1342543de82ef95)

struct queue_state {
    struct queue_operation *operations;
    uint32_t operation_count, operation_capacity;
    bool is_unordered;
    bool *is_used;   /* by recorded operation: an unknown dequeue has taken something */
    uint32_t *items; /* all that were ever put, in order; those from head to tail are in */
    uint32_t head, tail;
    uint32_t *counts; /* by element, without order */
    struct digest total;
    struct digest *powers, *inverses; /* by place */
    const struct queue_history *queue;
    struct queue_matching matching;
    bool has_matching; /* in order, with elements that repeat */
    uint32_t *latest;  /* by place: the latest beginning of a dequeue of an element up to there */
};

static uint64_t inverse_of(uint64_t odd) {
    uint64_t inverse = odd; /* Newton's iteration doubles the bits that are right: 3, 6, 12, ... */
    for (int i = 0; i < 5; i++) {
        inverse *= 2 - odd * inverse;
    }
    return inverse;
}

static void count_item(struct queue_state *state, uint32_t place, uint32_t element, uint64_t sign) {
    struct digest power = state->is_unordered ? (struct digest){1, 1} : state->powers[place];
    state->total.a += sign * hash_mix(element + UINT64_C(1)) * power.a;
    state->total.b += sign * hash_mix(element + UINT64_C(0x100000001)) * power.b;
}

/* With distinct elements, what a dequeue will take is plain: an element must not be put in behind one that is taken out
 * after it. */
static bool may_follow(const struct queue_state *state, uint32_t element) {
    const struct queue_history *queue = state->queue;
    if (state->is_unordered || !queue->is_distinct) {
        return true;
    }
    uint32_t dequeue = queue->taken_by[element], before = state->tail > 0 ? state->latest[state->tail - 1] : 0;
    if (dequeue != UINT32_MAX && before > queue->operations[dequeue].completed) {
        return false;
    }
    uint32_t begins = dequeue != UINT32_MAX       ? queue->operations[dequeue].invoked
                      : queue->unknown_count == 0 ? POSITION_NEVER
                                                  : 0; /* an unknown dequeue may take it */
    state->latest[state->tail] = begins > before ? begins : before;
    return true;
}

static void queue_undo(void *context, uint32_t index) {
    struct queue_state *state = context;
    const struct queue_operation *operation = &state->operations[index];
    if (operation->kind == QUEUE_ENQUEUE) {
        count_item(state, --state->tail, operation->element, UINT64_MAX);
        state->counts[operation->element]--;
    } else if (operation->kind != QUEUE_EMPTY) {
        uint32_t place = --state->head;
        bool is_named = operation->kind == QUEUE_DEQUEUE || state->is_unordered;
        uint32_t element = is_named ? operation->element : state->items[place];
        state->is_used[operation->recorded] = false;
        count_item(state, place, element, 1);
        state->counts[element]++;
        if (state->has_matching) {
            queue_matching_put_back(&state->matching, index);
        }
    }
}

static bool queue_apply(void *context, uint32_t index) {
    struct queue_state *state = context;
    const struct queue_operation *operation = &state->operations[index];
    uint32_t element = operation->element;
    switch (operation->kind) {
    case QUEUE_ENQUEUE:
        if (!may_follow(state, element)) {
            return false;
        }
        count_item(state, state->tail, element, 1);
        state->items[state->tail++] = element;
        state->counts[element]++;
        if (state->has_matching &&
            !queue_matching_fits(&state->matching, state->items + state->head, state->tail - state->head)) {
            queue_undo(context, index);
            return false;
        }
        return true;
    case QUEUE_DEQUEUE:
        if (state->is_unordered ? state->counts[element] == 0
                                : state->head == state->tail || state->items[state->head] != element) {
            return false;
        }
        count_item(state, state->head++, element, UINT64_MAX);
        state->counts[element]--;
        if (state->has_matching) {
            queue_matching_take(&state->matching, index);
        }
        return true;
    case QUEUE_UNKNOWN:
        if (state->head == state->tail) {
            return false;
        }
        if (state->is_unordered) {
            if (state->counts[element] == 0 || state->is_used[operation->recorded]) {
                return false;
            }
            state->is_used[operation->recorded] = true;
            count_item(state, state->head++, element, UINT64_MAX);
            state->counts[element]--;
            return true;
        }
        element = state->items[state->head];
        if (state->queue->is_distinct && state->queue->taken_by[element] != UINT32_MAX) {
            return false; /* another takes it */
        }
        count_item(state, state->head++, element, UINT64_MAX);
        state->counts[element]--;
        if (state->has_matching) {
            queue_matching_take(&state->matching, index);
        }
        return true;
    case QUEUE_EMPTY:
    default:
        return state->head == state->tail;
    }
}

static struct digest queue_digest(const void *context) {
    const struct queue_state *state = context;
    uint32_t length = state->tail - state->head;
    struct digest scale = state->is_unordered ? (struct digest){1, 1} : state->inverses[state->head];
    return (struct digest){hash_add(length, state->total.a * scale.a), hash_add(length, state->total.b * scale.b)};
}

static void add_move(struct queue_state *state, struct object *object, const struct queue_operation *operation,
                     uint32_t class) {
    state->operations = memory_reserve(state->operations, state->operation_count, &state->operation_capacity,
                                       sizeof *state->operations);
    state->operations[state->operation_count++] = *operation;
    object_add(object, state->queue->recorded, operation->recorded, class, operation->kind == QUEUE_EMPTY);
}

static bool is_free_to_take(const struct queue_history *queue, uint32_t element) {
    return !queue->is_distinct || queue->taken_by[element] == UINT32_MAX;
}

/* Without order, a dequeue of unknown outcome is one operation for each element that it may have taken, of which one
 * takes place at most. Each is of a class of its own: none can stand for another. */
static void add_unknown(struct queue_state *state, struct object *object, struct queue_operation operation) {
    for (uint32_t e = 0; e < state->queue->element_count; e++) {
        if (is_free_to_take(state->queue, e)) {
            operation.element = e;
            add_move(state, object, &operation, state->queue->element_count + 1 + state->operation_count);
        }
    }
}

bool queue_can_search(const struct queue_history *queue, bool is_unordered) {
    enum { MOST_ALTERNATIVES = 4096 };
    if (!is_unordered || queue->unknown_count == 0) {
        return !queue->has_unknown_drain;
    }
    uint64_t elements = 0;
    for (uint32_t e = 0; e < queue->element_count; e++) {
        elements += is_free_to_take(queue, e);
    }
    return !queue->has_unknown_drain && elements * queue->unknown_count <= MOST_ALTERNATIVES;
}

void queue_search(const struct queue_history *queue, bool is_unordered, uint64_t max_steps,
                  struct judgement *judgement) {
    struct queue_state state = {.is_unordered = is_unordered,
                                .is_used = memory_alloc(queue->recorded->count, sizeof *state.is_used),
                                .queue = queue,
                                .latest = memory_alloc(queue->count, sizeof *state.latest),
                                .items = memory_alloc(queue->count, sizeof *state.items),
                                .counts = memory_alloc(queue->element_count, sizeof *state.counts),
                                .powers = memory_alloc((size_t)queue->count + 1, sizeof *state.powers),
                                .inverses = memory_alloc((size_t)queue->count + 1, sizeof *state.inverses)};
    struct object object = {.machine = {&state, queue_apply, queue_undo, queue_digest, NULL}};
    state.powers[0] = state.inverses[0] = (struct digest){1, 1};
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct queue_operation *operation = &queue->operations[i];
        state.powers[i + 1] = (struct digest){state.powers[i].a * FACTOR_A, state.powers[i].b * FACTOR_B};
        state.inverses[i + 1] =
            (struct digest){state.inverses[i].a * inverse_of(FACTOR_A), state.inverses[i].b * inverse_of(FACTOR_B)};
        if (operation->kind == QUEUE_UNKNOWN && is_unordered) {
            add_unknown(&state, &object, *operation);
        } else {
            add_move(&state, &object, operation, operation->kind == QUEUE_UNKNOWN ? 0 : operation->element + 1);
        }
    }
    state.has_matching = !is_unordered && !queue->is_distinct;
    if (state.has_matching) {
        queue_matching_init(&state.matching, state.operations, state.operation_count);
    }
    objects_judge(&object, 1, queue->recorded, max_steps, judgement);
    object_free(&object);
    if (state.has_matching) {
        queue_matching_free(&state.matching);
    }
    free(state.operations);
    free(state.is_used);
    free(state.items);
    free(state.latest);
    free(state.counts);
    free(state.powers);
    free(state.inverses);
}
