/* What each operation of one key needs and makes: the form in which the search sees a history.
 *
 * Every kind of operation on the register says the same two things once its result is known. It needs the value to be
 * a certain one (a read, a successful cas, an increment, an append), or any but a certain one (a failed cas), or
 * nothing (a write); and it either keeps the value or makes a certain one. Pending operations have no result: a
 * write, a cas, an increment and an append that may yet happen are `pending`, the rest are steps. */
#ifndef SIM_CHECK_LINEAR_PLAN_H
#define SIM_CHECK_LINEAR_PLAN_H

#include "sim/load/history.h"

enum { VALUE_DULL = -1 }; /* number of a value that no operation of the key needs, avoids or expects */

enum linear_need { NEED_NOTHING, NEED_EQUAL, NEED_OTHER };

/* A value of the register, with its number among the interesting ones of the key. */
struct linear_value {
    int64_t value;
    int32_t number;
};

/* A completed operation. */
struct linear_step {
    uint32_t operation; /* index in the history */
    enum linear_need need;
    struct linear_value needs, makes; /* `makes` only if it does not keep the value */
    bool keeps;
    uint32_t opens;  /* completions before its invocation: it may be placed once that many have been */
    uint32_t closes; /* its own place in the order of completions */
    uint32_t slot;   /* bit that stands for it while it is open; reused by later operations */
};

/* An operation that may take effect at any time after its invocation, or never. */
struct linear_pending {
    uint32_t operation;
    uint32_t opens;
};

/* Pending operations that do the same. Whichever of them takes effect, the one invoked first can stand in for it,
 * because it is available whenever the others are: so they are used in the order of invocation. */
struct linear_class {
    enum operation_kind kind;
    int64_t value;
    struct linear_value makes;    /* of write and cas */
    struct linear_value expected; /* of cas */
    uint32_t first, count;        /* in `members` */
    uint32_t used;
    int32_t next_maker; /* the next class that makes the same interesting value, or -1 */
};

/* What remains to be done about an interesting value; the search keeps the counts. */
struct linear_interest {
    int64_t value;
    uint32_t needed;       /* steps that need it */
    uint32_t needed_to_go; /* those of them that change it */
    uint32_t avoided;      /* steps that need another */
    uint32_t makers;       /* steps and pending operations that make it */
    uint32_t last_opens;   /* largest `opens` of the steps that need it */
    bool expected;         /* by a pending cas */
    bool is_known;         /* of a list: a step makes it, or it is the initial one */
    int32_t maker_classes; /* classes of pending writes and cas that make it: head of a list, or -1 */
};

struct linear_plan {
    struct linear_step *steps; /* in order of invocation */
    uint32_t step_count;
    uint32_t *closing; /* steps in order of completion */
    uint32_t slot_count;
    struct linear_pending *pending; /* in order of invocation */
    uint32_t pending_count;
    struct linear_class *classes;
    uint32_t class_count;
    uint32_t *members; /* of the classes: indices into `pending` */
    struct linear_interest *values;
    uint32_t value_count;
    uint32_t *places; /* 1 + the number of a value, at a place that its hash begins; 0: none. A power of two of them */
    uint32_t place_count;
    struct linear_value initial;
    bool has_shifts;       /* pending increments or appends: what they make depends on when they happen */
    bool only_appends;     /* and reads: a list whose digests tell all that was appended to it, and in which order */
    bool only_grows;       /* the same, or increments by more than 0 and reads: no value is met twice */
    bool has_pending_risk; /* a pending operation makes a value that a step avoids */
    uint32_t avoiding;     /* steps that avoid a value: failed cas */
};

/* Builds the plan of `count` operations of one key, `operations` being their indices in the order of invocation.
 * Those with relaxed[i] (NULL: none) are taken as pending though they completed. False when memory is exhausted; the
 * plan is empty then. */
bool linear_plan_build(struct linear_plan *plan, const struct history *history, const uint32_t *operations,
                       uint32_t count, const bool *relaxed, int64_t initial);
void linear_plan_free(struct linear_plan *plan);

/* The value with its number. */
struct linear_value linear_plan_value(const struct linear_plan *plan, int64_t value);

/* Order of completions: by time, then by index in the history. */
int linear_completion_order(const struct operation *a, uint32_t index_a, const struct operation *b, uint32_t index_b);

#endif
