/* Depth-first search with undo. A frame is a configuration that was reached; its moves lead to others. */
#include "sim/check/linear_search.h"

#include <stdlib.h>

/* ---- Placing and taking back --------------------------------------------------------------------------------- */

static void flip_bit(uint64_t *set, uint32_t bit) {
    set[bit / 64] ^= UINT64_C(1) << (bit % 64);
}

static void remember(struct linear_search *search, uint32_t what, uint32_t class) {
    search->order[search->placed++] = (struct linear_place){what, class, search->passed, search->value};
}

/* Counts a step out (sign -1) of what is still to come, or back in (+1). */
static void count_step(struct linear_search *search, const struct linear_step *step, uint32_t sign) {
    struct linear_interest *values = search->plan.values;
    if (step->need == NEED_EQUAL) {
        values[step->needs.number].needed += sign;
        values[step->needs.number].needed_to_go += step->keeps ? 0 : sign;
    } else if (step->need == NEED_OTHER) {
        values[step->needs.number].avoided += sign;
        search->avoiding += sign;
    }
    if (!step->keeps && step->makes.number != VALUE_DULL) {
        values[step->makes.number].makers += sign;
    }
}

static void place_step(struct linear_search *search, uint32_t index) {
    const struct linear_plan *plan = &search->plan;
    const struct linear_step *step = &plan->steps[index];
    remember(search, index, 0);
    search->next[search->previous[index]] = search->next[index];
    search->previous[search->next[index]] = search->previous[index];
    search->is_placed[index] = true;
    flip_bit(search->open, step->slot);
    count_step(search, step, UINT32_MAX);
    if (!step->keeps) {
        search->value = step->makes;
    }
    while (search->passed < plan->step_count && search->is_placed[plan->closing[search->passed]]) {
        flip_bit(search->open, plan->steps[plan->closing[search->passed]].slot);
        search->passed++;
    }
    search->furthest = search->passed > search->furthest ? search->passed : search->furthest;
}

static void place_pending(struct linear_search *search, uint32_t index) {
    struct linear_class *class = &search->plan.classes[index];
    uint32_t pending = search->plan.members[class->first + class->used++];
    remember(search, pending | LINEAR_PENDING_BIT, index);
    flip_bit(search->used, pending);
    if (class->kind == OP_INCREMENT) {
        int64_t sum = (int64_t)((uint64_t)search->value.value + (uint64_t) class->value);
        search->value = linear_plan_value(&search->plan, sum);
    } else if (class->kind == OP_APPEND) {
        search->value = linear_plan_value(&search->plan, operation_append(search->value.value, class->value));
    } else {
        search->value = class->makes;
        if (class->makes.number != VALUE_DULL) {
            search->plan.values[class->makes.number].makers--;
        }
    }
}

static void take_back(struct linear_search *search) {
    struct linear_plan *plan = &search->plan;
    const struct linear_place *place = &search->order[--search->placed];
    while (search->passed > place->passed) {
        search->passed--;
        flip_bit(search->open, plan->steps[plan->closing[search->passed]].slot);
    }
    search->value = place->before;
    if (place->what & LINEAR_PENDING_BIT) {
        struct linear_class *class = &plan->classes[place->class];
        class->used--;
        flip_bit(search->used, place->what & ~(uint32_t)LINEAR_PENDING_BIT);
        if (class->makes.number != VALUE_DULL && (class->kind == OP_WRITE || class->kind == OP_CAS)) {
            plan->values[class->makes.number].makers++;
        }
        return;
    }
    uint32_t index = place->what;
    search->next[search->previous[index]] = index;
    search->previous[search->next[index]] = index;
    search->is_placed[index] = false;
    flip_bit(search->open, plan->steps[index].slot);
    count_step(search, &plan->steps[index], 1);
}

static void take_back_to(struct linear_search *search, uint32_t placed) {
    while (search->placed > placed) {
        take_back(search);
    }
}

/* ---- Moves --------------------------------------------------------------------------------------------------- */

/* Places every open step that keeps the value and fits. If any linearization goes on from here, one goes on with such
 * a step placed now: move it to the front. It fits; it is open, so that all that must precede it is placed already; and
 * where it was, nothing misses it, since it kept the value. One pass is enough: what it lets in comes later in the
 * list. */
static void place_keepers(struct linear_search *search) {
    const struct linear_plan *plan = &search->plan;
    for (uint32_t at = search->next[plan->step_count];
         at < plan->step_count && plan->steps[at].opens <= search->passed;) {
        uint32_t after = search->next[at];
        search->steps++;
        if (plan->steps[at].keeps && linear_fits(&plan->steps[at], search->value.value)) {
            place_step(search, at);
            after = search->next[search->previous[at]];
        }
        at = after;
    }
}

bool linear_is_bound(const struct linear_search *search, struct linear_value value) {
    const struct linear_plan *plan = &search->plan;
    if (value.number == VALUE_DULL || plan->values[value.number].needed == 0) {
        return false;
    }
    return plan->only_grows || (!plan->has_shifts && plan->values[value.number].makers == 0);
}

/* The search left a value that it must not leave yet. */
static bool is_missed(const struct linear_search *search, struct linear_value left) {
    return left.number != search->value.number && linear_is_bound(search, left);
}

/* False if the move leads nowhere for sure; what it placed is then still to be taken back. Steps that keep a value on
 * the way are placed as soon as it is there, perhaps the move's own step among them. */
static bool make_move(struct linear_search *search, struct linear_move move) {
    for (uint32_t i = 0; i < move.class_count; i++) {
        struct linear_value left = search->value;
        place_pending(search, search->chains[move.first_class + i]);
        if (is_missed(search, left)) {
            return false;
        }
        place_keepers(search);
    }
    if (search->is_placed[move.step]) {
        return true;
    }
    struct linear_value left = search->value;
    place_step(search, move.step);
    if (is_missed(search, left)) {
        return false;
    }
    place_keepers(search);
    return true;
}

static enum linear_seen_answer look_up(struct linear_search *search, size_t max_bytes) {
    const struct linear_plan *plan = &search->plan;
    uint32_t used_words = (plan->pending_count + 63) / 64;
    while (used_words > 0 && search->used[used_words - 1] == 0) {
        used_words--;
    }
    /* Nothing tells dull values apart, unless a pending increment or append starts from one. */
    int64_t value = plan->has_shifts ? search->value.value : search->value.number;
    struct linear_configuration configuration = {search->passed, value, search->open, search->used, used_words};
    return linear_seen_add(&search->seen, &configuration, max_bytes, &search->steps);
}

static void push_frame(struct linear_search *search) {
    search->frames[search->depth++] = (struct linear_frame){.placed = search->placed,
                                                            .first_move = search->move_count,
                                                            .next_move = search->move_count,
                                                            .first_chain = search->chain_count};
}

static void pop_frame(struct linear_search *search) {
    const struct linear_frame *frame = &search->frames[--search->depth];
    search->move_count = frame->first_move;
    search->chain_count = frame->first_chain;
    if (search->depth > 0) {
        take_back_to(search, search->frames[search->depth - 1].placed);
    }
}

enum linear_answer linear_search_advance(struct linear_search *search, uint64_t max_steps, size_t max_bytes) {
    search->limit = search->steps + max_steps;
    while (search->passed < search->plan.step_count) {
        if (search->depth == 0) {
            return LINEAR_REFUTED;
        }
        if (search->steps >= search->limit) {
            return LINEAR_RUNNING;
        }
        search->steps++;
        struct linear_frame *frame = &search->frames[search->depth - 1];
        if (frame->next_move == search->move_count) {
            enum linear_moves_answer answer = linear_moves_find(search, frame);
            if (answer == MOVES_PAUSED) {
                return search->is_out_of_memory ? LINEAR_FULL : LINEAR_RUNNING;
            }
            if (answer == MOVES_NONE) {
                pop_frame(search);
            }
            continue;
        }
        bool goes_on = make_move(search, search->moves[frame->next_move++]);
        enum linear_seen_answer seen = goes_on ? look_up(search, max_bytes) : SEEN_BEFORE;
        if (seen == SEEN_FULL) {
            return LINEAR_FULL;
        }
        if (seen == SEEN_NEW) {
            push_frame(search);
        } else {
            take_back_to(search, frame->placed);
        }
    }
    return LINEAR_FOUND;
}

/* ---- Making and freeing --------------------------------------------------------------------------------------- */

/* A step needs a value that is not there at the start and that nothing makes. */
static bool is_hopeless(const struct linear_plan *plan) {
    for (uint32_t i = 0; i < plan->value_count && !plan->has_shifts; i++) {
        if (plan->values[i].needed > 0 && plan->values[i].makers == 0 && plan->initial.number != (int32_t)i) {
            return true;
        }
    }
    return false;
}

struct linear_search *linear_search_new(const struct history *history, const uint32_t *operations, uint32_t count,
                                        const bool *relaxed, int64_t initial) {
    struct linear_search *search = calloc(1, sizeof *search);
    if (search == NULL || !linear_plan_build(&search->plan, history, operations, count, relaxed, initial)) {
        free(search);
        return NULL;
    }
    const struct linear_plan *plan = &search->plan;
    uint32_t steps = plan->step_count;
    search->next = malloc(((size_t)steps + 1) * sizeof *search->next);
    search->previous = malloc(((size_t)steps + 1) * sizeof *search->previous);
    search->is_placed = calloc((size_t)steps + 1, sizeof *search->is_placed);
    search->seen.open_words = (plan->slot_count + 63) / 64;
    search->open = calloc((size_t)search->seen.open_words + 1, sizeof *search->open);
    search->used = calloc((size_t)plan->pending_count / 64 + 1, sizeof *search->used);
    search->order = malloc(((size_t)steps + plan->pending_count + 1) * sizeof *search->order);
    search->frames = malloc(((size_t)steps + 2) * sizeof *search->frames);
    search->chain = malloc(((size_t)plan->pending_count + 1) * sizeof *search->chain);
    search->goals = malloc(((size_t)plan->pending_count + 1) * sizeof *search->goals);
    if (search->next == NULL || search->previous == NULL || search->is_placed == NULL || search->open == NULL ||
        search->used == NULL || search->order == NULL || search->frames == NULL || search->chain == NULL ||
        search->goals == NULL) {
        linear_search_free(search);
        return NULL;
    }
    for (uint32_t i = 0; i <= steps; i++) {
        search->next[i] = i == steps ? 0 : i + 1;
        search->previous[i] = i == 0 ? steps : i - 1;
    }
    search->value = plan->initial;
    search->avoiding = plan->avoiding;
    if (!is_hopeless(plan)) {
        place_keepers(search);
        push_frame(search);
    }
    return search;
}

void linear_search_free(struct linear_search *search) {
    if (search == NULL) {
        return;
    }
    linear_plan_free(&search->plan);
    linear_seen_free(&search->seen);
    free(search->next);
    free(search->previous);
    free(search->is_placed);
    free(search->open);
    free(search->used);
    free(search->order);
    free(search->frames);
    free(search->moves);
    free(search->chains);
    free(search->chain);
    free(search->goals);
    free(search);
}
