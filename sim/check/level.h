/* The strongest consistency level that the reads of a window keep.
 *
 * What counts are the answers given in the window; writes count whenever they were made. So what a window is blamed for
 * is in what its own operations saw. An operation outside that reads and writes counts as a plain write of what it
 * made.
 *
 *   linearizable         linear.h
 *   sequential, sequential-per-key, causal   consistency.h; each is looked for if the one before does not hold
 *   session              the four session guarantees of session.h
 *   eventual             none of these, but the live replicas agree when the run ends
 *   divergent            not even that
 * Sequential per key and causal do not imply one another; here the first stands above the second. */
#ifndef SIM_CHECK_LEVEL_H
#define SIM_CHECK_LEVEL_H

#include "sim/check/session.h"
#include "sim/measure/measure.h"

enum consistency_level {
    LEVEL_DIVERGENT,
    LEVEL_EVENTUAL,
    LEVEL_SESSION,
    LEVEL_CAUSAL,
    LEVEL_SEQUENTIAL_PER_KEY,
    LEVEL_SEQUENTIAL,
    LEVEL_LINEARIZABLE,
    LEVEL_COUNT
};

const char *level_name(enum consistency_level level);

struct level_question {
    const struct history *history;
    const bool *workloads; /* by index: those that count, of one system */
    uint32_t workload_count;
    const struct window *window;
    bool knows_end, agrees_at_end; /* whether replicas agree when the run ends, if that is known */
    uint64_t max_steps;            /* budget of linear.h and consistency.h; 0: their defaults */
    uint32_t left_out;             /* bits 1 << level: not looked for, as another window could not decide it */
};

struct level_result {
    enum consistency_level level; /* if it is decided */
    bool is_decided;              /* false: a checker ran out of its budget, or nobody knows the end */
    uint64_t answers;             /* operations of the window that said something about the data; 0: all levels hold */
    uint32_t open;                /* bits 1 << level: stronger than `level`, and not decided within the budget */
    uint32_t judged;              /* bits 1 << level: looked for */
    enum verdict sessions[SESSION_GUARANTEE_COUNT]; /* judged also where a stronger level holds */
    uint64_t violations[SESSION_GUARANTEE_COUNT];
    char why[256]; /* what is known about the next stronger level: a sentence without a full stop; may be empty */
};

struct level_result level_judge(const struct level_question *question);

#endif
