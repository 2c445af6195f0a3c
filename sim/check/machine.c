/* Depth-first search with undo over any state machine. Two rules keep it small; both are sound.
 *
 *   An operation that fits and never changes the state is applied at once: if any order goes on from here, one does
 * with that operation moved to the front, since nothing misses it where it was. Of pending operations that do the same,
 * the one invoked first stands for all: it is available whenever they are. One that would leave the state as it is, is
 * never used. */
#include "sim/check/machine.h"

#include "sim/base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_OPERATION = -1, LOOK_AHEAD = 48, FIRST_SEEN = 1024 };

/* An operation that was applied. Forced ones have no alternatives. */
struct placed {
    uint32_t operation;
    uint32_t passed; /* before it */
    bool is_forced;
};

struct machine_search {
    struct machine machine;
    const struct machine_operation *operations;
    uint32_t count, step_count; /* all; those that completed */
    uint32_t *next, *previous;  /* unapplied completed operations by invocation: a ring through index `count` */
    bool *is_applied;
    uint32_t *closing; /* completed operations in order of completion */
    uint32_t *opens;   /* of each operation: completions before its invocation */
    uint32_t passed;   /* completions up to the first of an operation that is not applied */
    uint32_t *pending; /* pending operations by class, then invocation */
    uint32_t pending_count;
    uint32_t *class_of;   /* of each pending operation */
    uint32_t *class_used; /* by class: how many are applied */
    uint32_t *class_first;
    uint32_t class_count;
    struct placed *order;
    uint32_t placed;
    uint32_t *longest; /* the order that first passed the most completions */
    uint32_t longest_count, furthest;
    struct digest applied; /* of the set of applied operations */
    struct digest *seen;   /* open addressing; {0, 0} is free */
    size_t seen_count, seen_capacity;
    int64_t candidate; /* the move to try next: an operation, or count + class; NO_OPERATION: none is left */
    uint64_t steps;
};

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        fprintf(stderr, "spacelike: no memory for %zu items of %zu bytes to search a history with\n", count, size);
        exit(4);
    }
    return memory;
}

/* ---- Configurations that were seen ------------------------------------------------------------------------------- */

static struct digest *find_seen(struct digest *seen, size_t capacity, struct digest digest) {
    size_t at = (size_t)digest.a & (capacity - 1);
    while ((seen[at].a != 0 || seen[at].b != 0) && (seen[at].a != digest.a || seen[at].b != digest.b)) {
        at = (at + 1) & (capacity - 1);
    }
    return &seen[at];
}

static void grow_seen(struct machine_search *search) {
    size_t capacity = search->seen_capacity == 0 ? FIRST_SEEN : search->seen_capacity * 2;
    struct digest *seen = allocate(capacity, sizeof *seen);
    for (size_t i = 0; i < search->seen_capacity; i++) {
        if (search->seen[i].a != 0 || search->seen[i].b != 0) {
            *find_seen(seen, capacity, search->seen[i]) = search->seen[i];
        }
    }
    free(search->seen);
    search->seen = seen;
    search->seen_capacity = capacity;
}

/* False if the present configuration was seen before. */
static bool see(struct machine_search *search) {
    if (search->seen_count * 2 >= search->seen_capacity) {
        grow_seen(search);
    }
    struct digest state = search->machine.digest(search->machine.state);
    struct digest digest = {hash_add(hash_add(1, search->applied.a), state.a) | 1,
                            hash_add(hash_add(2, search->applied.b), state.b)};
    struct digest *place = find_seen(search->seen, search->seen_capacity, digest);
    if (place->a != 0 || place->b != 0) {
        return false;
    }
    *place = digest;
    search->seen_count++;
    return true;
}

/* ---- Applying and taking back ------------------------------------------------------------------------------------ */

static void flip(struct machine_search *search, uint32_t operation) {
    search->applied.a ^= hash_mix(operation * UINT64_C(2) + 1);
    search->applied.b ^= hash_mix(operation * UINT64_C(2) + UINT64_C(0x100000000002));
}

static bool is_pending(const struct machine_search *search, uint32_t operation) {
    return search->operations[operation].completed == MACHINE_NEVER;
}

static void save_longest(struct machine_search *search) {
    search->furthest = search->passed;
    search->longest_count = search->placed;
    for (uint32_t i = 0; i < search->placed; i++) {
        search->longest[i] = search->order[i].operation;
    }
}

/* Enters an operation that the machine has applied. */
static void enter(struct machine_search *search, uint32_t operation, bool is_forced) {
    search->order[search->placed++] = (struct placed){operation, search->passed, is_forced};
    flip(search, operation);
    search->is_applied[operation] = true;
    if (is_pending(search, operation)) {
        search->class_used[search->class_of[operation]]++;
        return;
    }
    search->next[search->previous[operation]] = search->next[operation];
    search->previous[search->next[operation]] = search->previous[operation];
    while (search->passed < search->step_count && search->is_applied[search->closing[search->passed]]) {
        search->passed++;
    }
}

static uint32_t take_back(struct machine_search *search) {
    struct placed *placed = &search->order[--search->placed];
    uint32_t operation = placed->operation;
    search->machine.undo(search->machine.state, operation);
    search->passed = placed->passed;
    flip(search, operation);
    search->is_applied[operation] = false;
    if (is_pending(search, operation)) {
        search->class_used[search->class_of[operation]]--;
    } else {
        search->next[search->previous[operation]] = operation;
        search->previous[search->next[operation]] = operation;
    }
    return operation;
}

static bool is_open(const struct machine_search *search, uint32_t operation) {
    return operation < search->count && search->opens[operation] <= search->passed;
}

static bool is_same(struct digest a, struct digest b) {
    return a.a == b.a && a.b == b.b;
}

/* Applies the open operations that fit and never change the state. */
static void apply_keepers(struct machine_search *search) {
    for (uint32_t at = search->next[search->count]; is_open(search, at);) {
        uint32_t after = search->next[at];
        search->steps++;
        if (search->operations[at].is_read_only && search->machine.apply(search->machine.state, at)) {
            enter(search, at, true);
            after = search->next[search->previous[at]];
        }
        at = after;
    }
}

static bool is_hopeless(struct machine_search *search) {
    if (search->machine.can_come == NULL) {
        return false;
    }
    uint32_t at = search->next[search->count];
    for (int i = 0; i < LOOK_AHEAD && at < search->count; i++, at = search->next[at]) {
        if (!search->machine.can_come(search->machine.state, at)) {
            return true;
        }
    }
    return false;
}

/* ---- Moves ----------------------------------------------------------------------------------------------------------
 */

/* The moves of a configuration: the open operations by invocation, then the classes of pending ones. */
static int64_t first_move(const struct machine_search *search) {
    uint32_t at = search->next[search->count];
    return is_open(search, at) ? (int64_t)at : search->class_count > 0 ? (int64_t)search->count : NO_OPERATION;
}

static int64_t move_after(const struct machine_search *search, int64_t move) {
    if (move < (int64_t)search->count) {
        uint32_t at = search->next[move];
        if (is_open(search, at)) {
            return at;
        }
        return search->class_count > 0 ? (int64_t)search->count : NO_OPERATION;
    }
    return move + 1 < (int64_t)search->count + search->class_count ? move + 1 : NO_OPERATION;
}

/* The operation that the move applies, or NO_OPERATION. */
static int64_t operation_of(const struct machine_search *search, int64_t move) {
    if (move < (int64_t)search->count) {
        return move;
    }
    uint32_t class = (uint32_t)(move - (int64_t)search->count);
    uint32_t at = search->class_first[class] + search->class_used[class];
    if (at >= search->class_first[class + 1]) {
        return NO_OPERATION;
    }
    return search->opens[search->pending[at]] <= search->passed ? (int64_t)search->pending[at] : NO_OPERATION;
}

static void retreat_to(struct machine_search *search, uint32_t placed) {
    while (search->placed > placed) {
        take_back(search);
    }
}

/* Tries a move; true if it led to a configuration worth going on from. */
static bool try_move(struct machine_search *search, int64_t move) {
    int64_t operation = operation_of(search, move);
    search->steps++;
    if (operation == NO_OPERATION) {
        return false;
    }
    struct digest before = search->machine.digest(search->machine.state);
    if (!search->machine.apply(search->machine.state, (uint32_t)operation)) {
        return false;
    }
    if (is_pending(search, (uint32_t)operation) && is_same(search->machine.digest(search->machine.state), before)) {
        search->machine.undo(search->machine.state, (uint32_t)operation);
        return false;
    }
    uint32_t placed = search->placed;
    enter(search, (uint32_t)operation, false);
    apply_keepers(search);
    if (search->passed > search->furthest) {
        save_longest(search);
    }
    if (!see(search) || is_hopeless(search)) {
        retreat_to(search, placed);
        return false;
    }
    return true;
}

/* Takes back the last choice, and what was forced after it, and turns to the next move. */
static bool backtrack(struct machine_search *search) {
    while (search->placed > 0) {
        bool is_forced = search->order[search->placed - 1].is_forced;
        uint32_t operation = take_back(search);
        if (!is_forced) {
            int64_t move =
                is_pending(search, operation) ? (int64_t)search->count + search->class_of[operation] : operation;
            search->candidate = move_after(search, move);
            return true;
        }
    }
    return false;
}

enum machine_answer machine_search_advance(struct machine_search *search, uint64_t max_steps, size_t max_bytes) {
    uint64_t limit = search->steps + max_steps;
    while (search->passed < search->step_count) {
        if (search->steps >= limit) {
            return MACHINE_RUNNING;
        }
        /* A table that grows stands beside the new one for a while. */
        if (search->seen_capacity * 3 * sizeof *search->seen > max_bytes &&
            search->seen_count * 2 >= search->seen_capacity) {
            return MACHINE_FULL;
        }
        if (search->candidate == NO_OPERATION) {
            if (!backtrack(search)) {
                return MACHINE_REFUTED;
            }
            continue;
        }
        search->candidate =
            try_move(search, search->candidate) ? first_move(search) : move_after(search, search->candidate);
    }
    return MACHINE_FOUND;
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------- */

struct closing_key {
    uint32_t completed, operation;
};

static int compare_closing(const void *left, const void *right) {
    const struct closing_key *a = left, *b = right;
    return (a->completed > b->completed) - (a->completed < b->completed);
}

static void order_completions(struct machine_search *search) {
    struct closing_key *keys = allocate(search->count, sizeof *keys);
    for (uint32_t i = 0; i < search->count; i++) {
        if (!is_pending(search, i)) {
            keys[search->step_count++] = (struct closing_key){search->operations[i].completed, i};
        }
    }
    qsort(keys, search->step_count, sizeof *keys, compare_closing);
    uint32_t closed = 0;
    for (uint32_t i = 0; i < search->step_count; i++) {
        search->closing[i] = keys[i].operation;
    }
    for (uint32_t i = 0; i < search->count; i++) {
        while (closed < search->step_count && keys[closed].completed < search->operations[i].invoked) {
            closed++;
        }
        search->opens[i] = closed;
    }
    free(keys);
}

struct pending_key {
    uint32_t class, operation;
};

static int compare_pending(const void *left, const void *right) {
    const struct pending_key *a = left, *b = right;
    if (a->class != b->class) {
        return a->class < b->class ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

/* Pending operations by class; the classes are numbered anew from 0. */
static void group_pending(struct machine_search *search) {
    struct pending_key *keys = allocate(search->count, sizeof *keys);
    for (uint32_t i = 0; i < search->count; i++) {
        if (is_pending(search, i)) {
            keys[search->pending_count++] = (struct pending_key){search->operations[i].class, i};
        }
    }
    qsort(keys, search->pending_count, sizeof *keys, compare_pending);
    search->pending = allocate(search->pending_count, sizeof *search->pending);
    search->class_of = allocate(search->count, sizeof *search->class_of);
    search->class_used = allocate(search->pending_count, sizeof *search->class_used);
    search->class_first = allocate((size_t)search->pending_count + 1, sizeof *search->class_first);
    for (uint32_t i = 0; i < search->pending_count; i++) {
        if (i == 0 || keys[i].class != keys[i - 1].class) {
            search->class_first[search->class_count++] = i;
        }
        search->pending[i] = keys[i].operation;
        search->class_of[keys[i].operation] = search->class_count - 1;
    }
    search->class_first[search->class_count] = search->pending_count;
    free(keys);
}

struct machine_search *machine_search_new(struct machine machine, const struct machine_operation *operations,
                                          uint32_t count) {
    struct machine_search *search = allocate(1, sizeof *search);
    search->machine = machine;
    search->operations = operations;
    search->count = count;
    search->next = allocate((size_t)count + 1, sizeof *search->next);
    search->previous = allocate((size_t)count + 1, sizeof *search->previous);
    search->is_applied = allocate(count, sizeof *search->is_applied);
    search->closing = allocate(count, sizeof *search->closing);
    search->opens = allocate(count, sizeof *search->opens);
    search->order = allocate(count, sizeof *search->order);
    search->longest = allocate(count, sizeof *search->longest);
    order_completions(search);
    group_pending(search);
    uint32_t last = count;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_pending(search, i)) {
            search->next[last] = i;
            search->previous[i] = last;
            last = i;
        }
    }
    search->next[last] = count;
    search->previous[count] = last;
    apply_keepers(search);
    save_longest(search);
    search->candidate = is_hopeless(search) ? NO_OPERATION : first_move(search);
    return search;
}

size_t machine_search_bytes(const struct machine_search *search) {
    return search->seen_capacity * sizeof *search->seen;
}

uint64_t machine_search_steps(const struct machine_search *search) {
    return search->steps;
}

uint32_t machine_search_longest(const struct machine_search *search, uint32_t *order, uint32_t *stuck) {
    memcpy(order, search->longest, search->longest_count * sizeof *order);
    *stuck = search->furthest < search->step_count ? search->closing[search->furthest] : search->count;
    return search->longest_count;
}

void machine_search_free(struct machine_search *search) {
    if (search == NULL) {
        return;
    }
    free(search->next);
    free(search->previous);
    free(search->is_applied);
    free(search->closing);
    free(search->opens);
    free(search->pending);
    free(search->class_of);
    free(search->class_used);
    free(search->class_first);
    free(search->order);
    free(search->longest);
    free(search->seen);
    free(search);
}
