/* The search for a linearization of one key, resumable after any number of steps.
 *
 * Wing and Gong's depth-first search with Lowe's list and memory of configurations (Lowe 2017), and five things that
 * keep it small. Each is sound and complete; the proofs are beside the code.
 *   1. A step that keeps the value is placed as soon as it fits.
 *   2. A pending operation is used only just before a step that does not fit without it.
 *   3. The value is not left for good while a step that needs it is still to come.
 *   4. When nothing needs the value any more, a write whose readers are all open is placed at once with its readers.
 *   5. A list tells the one chain of pending appends that led to it, so that no other is tried. */
#ifndef SIM_CHECK_LINEAR_SEARCH_H
#define SIM_CHECK_LINEAR_SEARCH_H

#include "sim/check/linear_plan.h"
#include "sim/check/linear_seen.h"

enum linear_answer { LINEAR_RUNNING, LINEAR_FOUND, LINEAR_REFUTED, LINEAR_FULL };

enum { LINEAR_PENDING_BIT = 1 << 30 }; /* marks an index into the plan's pending operations */

struct linear_place {
    uint32_t what;              /* index of a step, or of a pending operation with LINEAR_PENDING_BIT */
    uint32_t class;             /* of a pending operation */
    uint32_t passed;            /* completions passed before it was placed */
    struct linear_value before; /* value before it */
};

/* Pending operations of some classes, in order, and then a step. */
struct linear_move {
    uint32_t step;
    uint32_t first_class, class_count; /* in `chains` */
};

struct linear_frame {
    uint32_t placed; /* length of `order` in this configuration */
    uint32_t first_move, next_move;
    uint32_t first_chain;
    uint32_t chain_length; /* of the chains to try next; 0: none tried yet */
    bool goes_deeper;      /* chains of that length or longer may exist */
};

struct linear_search {
    struct linear_plan plan;
    struct linear_seen seen;
    uint32_t *next, *previous;  /* unplaced steps by invocation, a ring through index step_count */
    bool *is_placed;            /* of steps */
    uint32_t passed;            /* completions up to the first of an unplaced step */
    uint64_t *open;             /* slots of placed steps that are open */
    uint64_t *used;             /* pending operations used */
    struct linear_value value;  /* of the register now */
    uint32_t avoiding;          /* unplaced steps that avoid a value */
    struct linear_place *order; /* the linearization so far */
    uint32_t placed;
    struct linear_frame *frames;
    uint32_t depth;
    struct linear_move *moves;
    uint32_t move_count, move_capacity;
    uint32_t *chains;
    uint32_t chain_count, chain_capacity;
    uint32_t *chain;       /* classes of the chain being built, last first */
    int64_t *goals;        /* beside it: the value that each must make */
    bool has_origin;       /* the chain of a list is found, whether it begins at the present value or not */
    uint32_t furthest;     /* largest `passed` of any configuration */
    uint64_t steps, limit; /* work done, and where to pause */
    bool is_out_of_memory;
};

/* As linear_plan_build. NULL when memory is exhausted. */
struct linear_search *linear_search_new(const struct history *history, const uint32_t *operations, uint32_t count,
                                        const bool *relaxed, int64_t initial);

/* Goes on until about `max_steps` more are done (at least one), or it has an answer. `max_bytes` bounds the memory of
 * seen configurations of this search. */
enum linear_answer linear_search_advance(struct linear_search *search, uint64_t max_steps, size_t max_bytes);
void linear_search_free(struct linear_search *search);

/* ---- Between the search and its moves ------------------------------------------------------------------------ */

static inline bool linear_fits(const struct linear_step *step, int64_t value) {
    return step->need == NEED_NOTHING || (step->needs.value == value) == (step->need == NEED_EQUAL);
}

enum linear_moves_answer { MOVES_FOUND, MOVES_NONE, MOVES_PAUSED };

/* Puts the frame's next moves on the list of moves: those without pending operations first, then those with chains
 * of one, of two, ... MOVES_PAUSED: the limit of steps came first (or memory ended); the same call, with a higher
 * limit, starts the same chains anew. */
enum linear_moves_answer linear_moves_find(struct linear_search *search, struct linear_frame *frame);

/* A step still to come needs the value, which nothing could make again once it is left. */
bool linear_is_bound(const struct linear_search *search, struct linear_value value);

/* The class's next operation may take effect now. */
bool linear_is_available(const struct linear_search *search, const struct linear_class *class);

#endif
