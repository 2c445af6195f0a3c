/* Builds the plan of one key: O(n log n), and the same whatever the addresses. */
#include "sim/check/linear_plan.h"

#include "sim/base/hash.h"
#include "sim/base/sort.h"

#include <stdlib.h>
#include <string.h>

int linear_completion_order(const struct operation *a, uint32_t index_a, const struct operation *b, uint32_t index_b) {
    if (a->completed != b->completed) {
        return a->completed < b->completed ? -1 : 1;
    }
    return (index_a > index_b) - (index_a < index_b);
}

static int64_t wrapped_difference(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* What a completed operation needs and makes; the numbers of the values come later. */
static struct linear_step step_of(const struct operation *operation, uint32_t index) {
    struct linear_step step = {.operation = index, .need = NEED_EQUAL};
    switch ((enum operation_kind)operation->kind) {
    case OP_WRITE:
        step.need = NEED_NOTHING;
        step.makes.value = operation->value;
        break;
    case OP_CAS:
        step.need = operation->result == 0 ? NEED_OTHER : NEED_EQUAL;
        step.needs.value = operation->expected;
        step.makes.value = operation->value;
        step.keeps = operation->result == 0 || operation->value == operation->expected;
        break;
    case OP_INCREMENT:
        step.needs.value = wrapped_difference(operation->result, operation->value);
        step.makes.value = operation->result;
        step.keeps = operation->value == 0;
        break;
    case OP_APPEND:
        step.needs.value = operation_unappend(operation->result, operation->value);
        step.makes.value = operation->result;
        break;
    case OP_READ:
    default:
        step.needs.value = operation->result;
        step.keeps = true;
        break;
    }
    return step;
}

/* A pending operation that could change nothing says nothing. */
static bool is_idle(const struct operation *operation) {
    return operation->kind == OP_READ || (operation->kind == OP_CAS && operation->value == operation->expected) ||
           (operation->kind == OP_INCREMENT && operation->value == 0);
}

/* A list only becomes longer (two lists of one digest are out of the question: spacelike.h), and a sum of positive
 * numbers larger; numbers so large that the sum might wrap around are left out. */
static void see_growth(struct linear_plan *plan, const struct history *history, const uint32_t *operations,
                       uint32_t count) {
    bool all_increments = true;
    int64_t most = INT64_MAX / ((int64_t)count + 1);
    plan->only_appends = true;
    for (uint32_t i = 0; i < count; i++) {
        const struct operation *operation = &history->operations[operations[i]];
        bool reads = operation->kind == OP_READ;
        plan->only_appends &= reads || operation->kind == OP_APPEND;
        all_increments &= reads || (operation->kind == OP_INCREMENT && operation->value > 0 && operation->value < most);
    }
    plan->only_grows = plan->only_appends || all_increments;
}

/* ---- Sorting with context: qsort has none, so what is compared is copied into the elements. ------------------- */

static int compare_values(const void *left, const void *right) {
    int64_t a = ((const struct linear_interest *)left)->value, b = ((const struct linear_interest *)right)->value;
    return (a > b) - (a < b);
}

struct member_key {
    uint32_t kind, pending;
    int64_t value, expected;
};

static bool is_same_class(const struct member_key *a, const struct member_key *b) {
    return a->kind == b->kind && a->value == b->value && a->expected == b->expected;
}

static int compare_members(const void *left, const void *right) {
    const struct member_key *a = left, *b = right;
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    if (a->expected != b->expected) {
        return a->expected < b->expected ? -1 : 1;
    }
    return (a->pending > b->pending) - (a->pending < b->pending);
}

/* ---- The parts of a plan ----------------------------------------------------------------------------------- */

static void sort_operations(struct linear_plan *plan, const struct history *history, const uint32_t *operations,
                            uint32_t count, const bool *relaxed) {
    for (uint32_t i = 0; i < count; i++) {
        const struct operation *operation = &history->operations[operations[i]];
        bool open = operation->outcome == OUTCOME_INFO || (relaxed != NULL && relaxed[i]);
        if (!open) {
            plan->steps[plan->step_count++] = step_of(operation, operations[i]);
        } else if (!is_idle(operation)) {
            plan->pending[plan->pending_count++] = (struct linear_pending){.operation = operations[i]};
        }
    }
}

/* Completions in order; then, for each operation, how many completed before it was invoked. Operations that touch (one
 * completes at the nanosecond at which another is invoked) count as concurrent: their order is not known. */
static bool order_completions(struct linear_plan *plan, const struct history *history) {
    struct sort_entry *keys = malloc(2 * ((size_t)plan->step_count + 1) * sizeof *keys); /* half of it is spare */
    if (keys == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < plan->step_count; i++) {
        keys[i] = (struct sort_entry){sort_key_of(history->operations[plan->steps[i].operation].completed), i};
    }
    sort_entries(keys, keys + plan->step_count, plan->step_count);
    for (uint32_t i = 0; i < plan->step_count; i++) {
        plan->closing[i] = (uint32_t)keys[i].what;
        plan->steps[keys[i].what].closes = i;
    }
    uint32_t closed = 0;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        uint64_t invoked = sort_key_of(history->operations[plan->steps[i].operation].invoked);
        while (closed < plan->step_count && keys[closed].key < invoked) {
            closed++;
        }
        plan->steps[i].opens = closed;
    }
    closed = 0;
    for (uint32_t i = 0; i < plan->pending_count; i++) {
        uint64_t invoked = sort_key_of(history->operations[plan->pending[i].operation].invoked);
        while (closed < plan->step_count && keys[closed].key < invoked) {
            closed++;
        }
        plan->pending[i].opens = closed;
    }
    free(keys);
    return true;
}

/* The lowest free slot for each step while it is open, so that a set of open steps fits in few bits. */
static bool give_slots(struct linear_plan *plan) {
    uint32_t *free_slots = malloc((plan->step_count + 1) * sizeof *free_slots);
    if (free_slots == NULL) {
        return false;
    }
    uint32_t free_count = 0, closed = 0;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        for (; closed < plan->steps[i].opens; closed++) {
            free_slots[free_count++] = plan->steps[plan->closing[closed]].slot;
        }
        plan->steps[i].slot = free_count > 0 ? free_slots[--free_count] : plan->slot_count++;
    }
    free(free_slots);
    return true;
}

static bool group_pending(struct linear_plan *plan, const struct history *history) {
    struct member_key *keys = malloc((plan->pending_count + 1) * sizeof *keys);
    if (keys == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < plan->pending_count; i++) {
        const struct operation *operation = &history->operations[plan->pending[i].operation];
        int64_t expected = operation->kind == OP_CAS ? operation->expected : 0;
        keys[i] = (struct member_key){operation->kind, i, operation->value, expected};
    }
    qsort(keys, plan->pending_count, sizeof *keys, compare_members);
    for (uint32_t i = 0; i < plan->pending_count; i++) {
        plan->members[i] = keys[i].pending;
        if (i == 0 || !is_same_class(&keys[i - 1], &keys[i])) {
            plan->classes[plan->class_count++] = (struct linear_class){.kind = (enum operation_kind)keys[i].kind,
                                                                       .value = keys[i].value,
                                                                       .makes.value = keys[i].value,
                                                                       .expected.value = keys[i].expected,
                                                                       .first = i,
                                                                       .next_maker = -1};
            plan->has_shifts |= keys[i].kind == OP_INCREMENT || keys[i].kind == OP_APPEND;
        }
        plan->classes[plan->class_count - 1].count++;
    }
    free(keys);
    return true;
}

/* The interesting values, sorted and without repetition. Of a list also those that steps make: they tell where a
 * chain of pending appends must begin. */
static void collect_values(struct linear_plan *plan) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (plan->steps[i].need != NEED_NOTHING) {
            plan->values[count++] = (struct linear_interest){.value = plan->steps[i].needs.value, .maker_classes = -1};
        }
        if (plan->only_appends && !plan->steps[i].keeps) {
            plan->values[count++] = (struct linear_interest){.value = plan->steps[i].makes.value, .maker_classes = -1};
        }
    }
    for (uint32_t i = 0; i < plan->class_count; i++) {
        if (plan->classes[i].kind == OP_CAS) {
            plan->values[count++] =
                (struct linear_interest){.value = plan->classes[i].expected.value, .maker_classes = -1};
        }
    }
    qsort(plan->values, count, sizeof *plan->values, compare_values);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || plan->values[i].value != plan->values[i - 1].value) {
            plan->values[plan->value_count++] = plan->values[i];
        }
    }
}

/* The place of a value, or the empty one where it would stand. */
static uint32_t *place_of(const struct linear_plan *plan, int64_t value) {
    uint32_t mask = plan->place_count - 1, at = (uint32_t)hash_mix((uint64_t)value) & mask;
    while (plan->places[at] != 0 && plan->values[plan->places[at] - 1].value != value) {
        at = (at + 1) & mask;
    }
    return &plan->places[at];
}

/* The search asks for the numbers of values all the time. */
static bool place_values(struct linear_plan *plan) {
    plan->place_count = 4;
    while (plan->place_count < 2 * plan->value_count) {
        plan->place_count *= 2;
    }
    plan->places = calloc(plan->place_count, sizeof *plan->places);
    for (uint32_t i = 0; plan->places != NULL && i < plan->value_count; i++) {
        *place_of(plan, plan->values[i].value) = i + 1;
    }
    return plan->places != NULL;
}

static void count_step(struct linear_plan *plan, struct linear_step *step) {
    if (step->need != NEED_NOTHING) {
        step->needs = linear_plan_value(plan, step->needs.value);
        struct linear_interest *interest = &plan->values[step->needs.number];
        if (step->need == NEED_OTHER) {
            interest->avoided++;
            plan->avoiding++;
        } else {
            interest->needed++;
            interest->needed_to_go += !step->keeps;
            interest->last_opens = step->opens > interest->last_opens ? step->opens : interest->last_opens;
        }
    }
    if (!step->keeps) {
        step->makes = linear_plan_value(plan, step->makes.value);
        if (step->makes.number != VALUE_DULL) {
            plan->values[step->makes.number].makers++;
            plan->values[step->makes.number].is_known = true;
        }
    }
}

static void count_class(struct linear_plan *plan, uint32_t index) {
    struct linear_class *class = &plan->classes[index];
    if (class->kind != OP_WRITE && class->kind != OP_CAS) {
        return;
    }
    class->makes = linear_plan_value(plan, class->value);
    if (class->kind == OP_CAS) {
        class->expected = linear_plan_value(plan, class->expected.value);
        plan->values[class->expected.number].expected = true;
    }
    if (class->makes.number != VALUE_DULL) {
        struct linear_interest *interest = &plan->values[class->makes.number];
        interest->makers += class->count;
        class->next_maker = interest->maker_classes;
        interest->maker_classes = (int32_t)index;
        plan->has_pending_risk |= interest->avoided > 0;
    }
}

struct linear_value linear_plan_value(const struct linear_plan *plan, int64_t value) {
    uint32_t place = *place_of(plan, value);
    return (struct linear_value){value, place != 0 ? (int32_t)(place - 1) : VALUE_DULL};
}

bool linear_plan_build(struct linear_plan *plan, const struct history *history, const uint32_t *operations,
                       uint32_t count, const bool *relaxed, int64_t initial) {
    size_t room = (size_t)count + 1; /* malloc(0) may return NULL */
    memset(plan, 0, sizeof *plan);
    plan->steps = malloc(room * sizeof *plan->steps);
    plan->closing = malloc(room * sizeof *plan->closing);
    plan->pending = malloc(room * sizeof *plan->pending);
    plan->classes = malloc(room * sizeof *plan->classes);
    plan->members = malloc(room * sizeof *plan->members);
    plan->values = malloc(2 * room * sizeof *plan->values);
    if (plan->steps == NULL || plan->closing == NULL || plan->pending == NULL || plan->classes == NULL ||
        plan->members == NULL || plan->values == NULL) {
        linear_plan_free(plan);
        return false;
    }
    sort_operations(plan, history, operations, count, relaxed);
    see_growth(plan, history, operations, count);
    if (!order_completions(plan, history) || !give_slots(plan) || !group_pending(plan, history)) {
        linear_plan_free(plan);
        return false;
    }
    collect_values(plan);
    if (!place_values(plan)) {
        linear_plan_free(plan);
        return false;
    }
    for (uint32_t i = 0; i < plan->step_count; i++) {
        count_step(plan, &plan->steps[i]);
    }
    for (uint32_t i = 0; i < plan->class_count; i++) {
        count_class(plan, i);
    }
    plan->initial = linear_plan_value(plan, initial);
    if (plan->initial.number != VALUE_DULL) {
        plan->values[plan->initial.number].is_known = true;
    }
    return true;
}

void linear_plan_free(struct linear_plan *plan) {
    free(plan->steps);
    free(plan->closing);
    free(plan->pending);
    free(plan->classes);
    free(plan->members);
    free(plan->values);
    free(plan->places);
    memset(plan, 0, sizeof *plan);
}
