/* The moves that can lead on from a configuration. Two claims about them, with C a configuration from which a
 * linearization goes on, after the steps that fit and keep the value were placed.
 *
 * Pending operations. Take the way on from C that uses fewest of them, and let X be its first step, with a chain of
 * pending operations before it. If X fits the value s of C, the chain is empty: X changes the value (else it were
 * placed), to a value that its result fixes, so nothing after X can tell whether the chain was there. If X does not
 * fit s, X needs a value v and the chain goes from s to v, without meeting a value twice (else a part could go),
 * with a write nowhere but at its start (what precedes a write could go), and every cas in it succeeds (else it could
 * go). Or X avoids s, and keeps what it finds: then the first operation of the chain is enough, since X can follow it
 * directly. So: steps that fit, alone; and for the others just these chains.
 *
 * Settling. Suppose no step that is left needs s, nor does a pending cas expect it; no increments or appends are
 * pending; W is an open write of a; every step that is left and needs a is open and keeps a; no pending cas expects a;
 * and no step that avoids a value can come to depend on W (see is_safe_to_move). Then W and its readers can be placed
 * now: take them out of the way on, and put them in front. They are open, so nothing must precede them. What came
 * first in the way on did not need s, so it does not mind a. Where W was, only its readers needed it. If all steps that
 * need a are found so, it makes no difference that there may be other writes of a. The same holds for a pending write
 * of a that an open reader asks for. So that move is enough. */
#include "sim/check/linear_search.h"

#include <stdlib.h>

static bool add_move(struct linear_search *search, uint32_t step, uint32_t class_count) {
    if (search->move_count == search->move_capacity) {
        uint32_t capacity = search->move_capacity == 0 ? 64 : search->move_capacity * 2;
        struct linear_move *moves = realloc(search->moves, capacity * sizeof *moves);
        if (moves == NULL) {
            search->is_out_of_memory = true;
            return false;
        }
        search->moves = moves;
        search->move_capacity = capacity;
    }
    if (class_count > search->chain_capacity - search->chain_count) {
        uint32_t capacity = search->chain_capacity * 2 + class_count + 64;
        uint32_t *chains = realloc(search->chains, capacity * sizeof *chains);
        if (chains == NULL) {
            search->is_out_of_memory = true;
            return false;
        }
        search->chains = chains;
        search->chain_capacity = capacity;
    }
    search->moves[search->move_count++] = (struct linear_move){step, search->chain_count, class_count};
    for (uint32_t i = class_count; i-- > 0;) {
        search->chains[search->chain_count++] = search->chain[i];
    }
    return true;
}

bool linear_is_available(const struct linear_search *search, const struct linear_class *class) {
    const struct linear_plan *plan = &search->plan;
    return class->used < class->count &&
           plan->pending[plan->members[class->first + class->used]].opens <= search->passed;
}

static uint32_t first_open(const struct linear_search *search) {
    return search->next[search->plan.step_count];
}

static bool is_open(const struct linear_search *search, uint32_t step) {
    return step < search->plan.step_count && search->plan.steps[step].opens <= search->passed;
}

/* ---- Settling -------------------------------------------------------------------------------------------------- */

static bool is_done_with(const struct linear_search *search, struct linear_value value) {
    if (value.number == VALUE_DULL) {
        return true;
    }
    const struct linear_interest *interest = &search->plan.values[value.number];
    return interest->needed == 0 && !interest->expected;
}

/* All that needs the value is open, and keeps it. */
static bool is_read_at_once(const struct linear_search *search, struct linear_value value) {
    if (value.number == VALUE_DULL) {
        return true;
    }
    const struct linear_interest *interest = &search->plan.values[value.number];
    return interest->needed_to_go == 0 && !interest->expected &&
           (interest->needed == 0 || interest->last_opens <= search->passed);
}

/* With the write taken out of its place, a step that avoids a value might find that value, left by what precedes the
 * write: something that was invoked before the write completed. */
static bool is_safe_to_move(const struct linear_search *search, uint32_t write) {
    const struct linear_plan *plan = &search->plan;
    if (search->avoiding == 0) {
        return true;
    }
    if (plan->has_pending_risk) {
        return false;
    }
    for (uint32_t at = first_open(search); at < plan->step_count && plan->steps[at].opens <= plan->steps[write].closes;
         at = search->next[at]) {
        const struct linear_step *step = &plan->steps[at];
        if (at != write && !step->keeps && step->makes.number != VALUE_DULL &&
            plan->values[step->makes.number].avoided > 0) {
            return false;
        }
    }
    return true;
}

/* An available class of pending writes that make the value, or -1. */
static int32_t pending_write_of(const struct linear_search *search, struct linear_value value) {
    int32_t class = search->plan.values[value.number].maker_classes;
    while (class >= 0 && (search->plan.classes[class].kind != OP_WRITE ||
                          !linear_is_available(search, &search->plan.classes[class]))) {
        class = search->plan.classes[class].next_maker;
    }
    return class;
}

static bool settle(struct linear_search *search) {
    const struct linear_plan *plan = &search->plan;
    if (plan->has_shifts || !is_done_with(search, search->value)) {
        return false;
    }
    for (uint32_t at = first_open(search); is_open(search, at); at = search->next[at]) {
        const struct linear_step *step = &plan->steps[at];
        search->steps++;
        if (step->need == NEED_NOTHING && is_read_at_once(search, step->makes) && is_safe_to_move(search, at)) {
            return add_move(search, at, 0);
        }
        if (step->need == NEED_EQUAL && step->keeps && search->avoiding == 0 && is_read_at_once(search, step->needs)) {
            int32_t class = pending_write_of(search, step->needs);
            if (class >= 0) {
                search->chain[0] = (uint32_t) class;
                return add_move(search, at, 1);
            }
        }
    }
    return false;
}

/* ---- Steps that fit -------------------------------------------------------------------------------------------- */

static bool add_fitting(struct linear_search *search) {
    for (uint32_t at = first_open(search); is_open(search, at); at = search->next[at]) {
        search->steps++;
        if (linear_fits(&search->plan.steps[at], search->value.value) && !add_move(search, at, 0)) {
            return false;
        }
    }
    return true;
}

/* ---- Chains of pending operations ------------------------------------------------------------------------------ */

static bool is_over(const struct linear_search *search) {
    return search->is_out_of_memory || search->steps >= search->limit;
}

static void find_chains(struct linear_search *search, struct linear_frame *frame, uint32_t step, int64_t goal,
                        uint32_t length);

/* Of a list: a completed append made the value, or it is the initial one. */
static bool is_known(const struct linear_search *search, int64_t value) {
    if (!search->plan.only_appends) {
        return false;
    }
    struct linear_value known = linear_plan_value(&search->plan, value);
    return known.number != VALUE_DULL && search->plan.values[known.number].is_known;
}

/* The class makes the goal from `from`, as the last but `length` of the chain. */
static void lead_from(struct linear_search *search, struct linear_frame *frame, uint32_t step, uint32_t class,
                      int64_t from, uint32_t length) {
    search->chain[length] = class;
    if (from == search->value.value) {
        if (length + 1 == frame->chain_length) {
            add_move(search, step, length + 1);
            search->has_origin = search->plan.only_appends;
        }
        return; /* shorter ones were tried before; longer ones meet the value twice */
    }
    if (is_known(search, from)) {
        search->has_origin = true;
        return;
    }
    for (uint32_t i = 0; i <= length; i++) {
        if (search->goals[i] == from) {
            return;
        }
    }
    if (length + 1 == frame->chain_length) {
        frame->goes_deeper = true;
        return;
    }
    search->plan.classes[class].used++;
    find_chains(search, frame, step, from, length + 1);
    search->plan.classes[class].used--;
}

static void try_class(struct linear_search *search, struct linear_frame *frame, uint32_t step, uint32_t index,
                      int64_t goal, uint32_t length) {
    const struct linear_class *class = &search->plan.classes[index];
    search->steps++;
    if (!linear_is_available(search, class)) {
        return;
    }
    switch (class->kind) {
    case OP_WRITE:
        if (class->value == goal && length + 1 == frame->chain_length) { /* else a shorter chain, tried before */
            search->chain[length] = index;
            add_move(search, step, length + 1);
        }
        break;
    case OP_CAS:
        if (class->value == goal) {
            lead_from(search, frame, step, index, class->expected.value, length);
        }
        break;
    case OP_INCREMENT: {
        /* Neighbouring increments commute: one order of them is enough. */
        bool is_ordered = length == 0 || search->plan.classes[search->chain[length - 1]].kind != OP_INCREMENT ||
                          index <= search->chain[length - 1];
        if (is_ordered) {
            lead_from(search, frame, step, index, (int64_t)((uint64_t)goal - (uint64_t) class->value), length);
        }
        break;
    }
    case OP_APPEND:
        lead_from(search, frame, step, index, operation_unappend(goal, class->value), length);
        break;
    default:
        break;
    }
}

/* Chains of exactly frame->chain_length that end in `goal`, built from their end; `length` of them are chosen. */
static void find_chains(struct linear_search *search, struct linear_frame *frame, uint32_t step, int64_t goal,
                        uint32_t length) {
    const struct linear_plan *plan = &search->plan;
    search->goals[length] = goal;
    if (plan->has_shifts) { /* then a chain may pass through values that no step needs */
        for (uint32_t i = 0; i < plan->class_count && !is_over(search) && !search->has_origin; i++) {
            try_class(search, frame, step, i, goal, length);
        }
        return;
    }
    struct linear_value value = linear_plan_value(plan, goal);
    int32_t class = value.number == VALUE_DULL ? -1 : plan->values[value.number].maker_classes;
    for (; class >= 0 && !is_over(search); class = plan->classes[class].next_maker) {
        try_class(search, frame, step, (uint32_t) class, goal, length);
    }
}

/* Any one operation that changes the value lets a step in that avoids it. Of the writes whose values nothing tells
 * apart, the one invoked first stands for all. */
static void find_change(struct linear_search *search, uint32_t step) {
    const struct linear_plan *plan = &search->plan;
    uint32_t dull = UINT32_MAX, dull_member = UINT32_MAX;
    for (uint32_t i = 0; i < plan->class_count && !is_over(search); i++) {
        const struct linear_class *class = &plan->classes[i];
        search->steps++;
        if (!linear_is_available(search, class) || (class->kind == OP_WRITE && class->value == search->value.value) ||
            (class->kind == OP_CAS && class->expected.value != search->value.value)) {
            continue;
        }
        if (class->kind == OP_WRITE && class->makes.number == VALUE_DULL && !plan->has_shifts) {
            uint32_t member = plan->members[class->first + class->used];
            dull = member < dull_member ? i : dull;
            dull_member = member < dull_member ? member : dull_member;
            continue;
        }
        search->chain[0] = i;
        add_move(search, step, 1);
    }
    if (dull != UINT32_MAX) {
        search->chain[0] = dull;
        add_move(search, step, 1);
    }
}

/* A list tells how it came about: the step that needs it follows one chain of pending appends, behind the last
 * completed append before it. So there is one chain at most, and it is found from its end. If it does not begin at the
 * present value, no other will. */
static void find_only_chain(struct linear_search *search, struct linear_frame *frame, uint32_t step, int64_t goal) {
    search->has_origin = is_known(search, goal);
    frame->goes_deeper = true;
    for (frame->chain_length = 1; frame->goes_deeper && !search->has_origin && !is_over(search);
         frame->chain_length++) {
        frame->goes_deeper = false;
        find_chains(search, frame, step, goal, 0);
    }
    search->has_origin = false;
    frame->goes_deeper = false;
    frame->chain_length = 1;
}

static void add_chains(struct linear_search *search, struct linear_frame *frame) {
    frame->goes_deeper = false;
    for (uint32_t at = first_open(search); is_open(search, at) && !is_over(search); at = search->next[at]) {
        const struct linear_step *step = &search->plan.steps[at];
        search->steps++;
        if (linear_fits(step, search->value.value)) {
            continue;
        }
        if (search->plan.only_appends) {
            find_only_chain(search, frame, at, step->needs.value);
        } else if (step->need == NEED_EQUAL) {
            find_chains(search, frame, at, step->needs.value, 0);
        } else if (frame->chain_length == 1) {
            find_change(search, at);
        }
    }
}

enum linear_moves_answer linear_moves_find(struct linear_search *search, struct linear_frame *frame) {
    search->move_count = frame->first_move;
    search->chain_count = frame->first_chain;
    frame->next_move = frame->first_move;
    if (frame->chain_length == 0) {
        if (settle(search)) {
            frame->goes_deeper = false;
        } else {
            /* Every chain begins by leaving the value. */
            frame->goes_deeper = search->plan.pending_count > 0 && !linear_is_bound(search, search->value);
            add_fitting(search);
        }
        if (search->is_out_of_memory) {
            return MOVES_PAUSED;
        }
        frame->chain_length = 1;
    }
    while (search->move_count == frame->first_move && frame->goes_deeper) {
        add_chains(search, frame);
        if (is_over(search)) {
            search->move_count = frame->first_move;
            search->chain_count = frame->first_chain;
            frame->goes_deeper = true;
            return MOVES_PAUSED;
        }
        frame->chain_length++;
    }
    return search->move_count > frame->first_move ? MOVES_FOUND : MOVES_NONE;
}
