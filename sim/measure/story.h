/* The history of one key after another: what its operations were, what kind of data it is, and who wrote a value.
 *
 * A key is judged if its versions can be told apart. Of a register, each has a value of its own: what a write or cas
 * put there, or what an increment or append says that it made. (An increment could make the very value that a write
 * puts there, too; then the one acknowledged later is taken to be meant.) A counter, with increments of positive
 * amounts alone, grows with each. Of a key with other increments nothing is said. Workloads on different systems have
 * keys of their own. */
#ifndef SIM_MEASURE_STORY_H
#define SIM_MEASURE_STORY_H

#include "sim/measure/evidence.h"

enum story_kind { STORY_REGISTER, STORY_COUNTER, STORY_UNORDERED };

/* A write that may have happened. */
struct version {
    int64_t value; /* that a read returns */
    uint32_t operation;
    bool is_acked;
    sim_time acked_at; /* if it is */
    uint32_t place;    /* among the acknowledged writes of the key, in order of invocation */
};

struct story {
    uint64_t key;
    uint32_t system;
    enum story_kind kind;
    const uint32_t *operations; /* of the key, but for failed ones, in order of invocation */
    uint32_t count;
    const uint32_t *acked; /* acknowledged writes, in order of invocation */
    uint32_t acked_count;
    const struct version *versions; /* by value; of a register */
    uint32_t version_count;
};

/* The stories of all keys, by system and key; below them, what they point into, one story's behind the other's. */
struct stories {
    struct story *items;
    uint32_t count;
    uint32_t *operations, *acked;
    struct version *versions;
    uint32_t operation_count, acked_count, version_count;
};

struct stories stories_make(const struct evidence *evidence); /* stories_free; the history is to stay as it is */
void stories_free(struct stories *stories);

/* Who wrote a value; NULL if nobody is known to have. Nobody writes 0 but who deletes the key: it says that there is
 * nothing, as before the first write. */
const struct version *story_find(const struct story *story, int64_t value);

/* The first of the acknowledged writes (place in `acked`) that are certainly newer than the version: those invoked
 * after it was acknowledged. At the same instant counts as after: messages take time, so what was acknowledged at t had
 * happened before t, and what is invoked at t happens after it. NULL stands for the key before all writes, to which all
 * are newer. A version that was never acknowledged may take effect at any time: none is certainly newer, and the answer
 * is acked_count. */
uint32_t story_first_newer(const struct evidence *evidence, const struct story *story, const struct version *version);

#endif
