/* Levels of consistency between linearizability and nothing: sequential and causal.
 *
 *   sequential          one order of all operations explains every result, and keeps the order of each client's own
 *                       (Lamport, How to make a multiprocessor computer that correctly executes multiprocess programs,
 *                       1979)
 *   sequential-per-key  the same key by key, each with an order of its own
 *   causal-memory       each client has an order of its own operations and everybody's writes that explains what it
 *                       found; all keep what comes before what: a client's own order, a write before its reads, and
 *                       what follows from the two (Ahamad and others, Causal memory, 1995)
 *   causal-convergence  all replicas put concurrent writes in one order, and a read returns the last of the writes that
 *                       come before it (Burckhardt, Principles of eventual consistency, 2014)
 *   causal              either of the last two: neither a system that applies writes as they come nor one in which the
 *                       last writer wins is accused
 *
 * The causal levels are decided by the patterns of Bouajjani, Enea, Guerraoui and Hamza (On verifying causal
 * consistency, POPL 2017), in polynomial time where each value is written once; where one is written several times,
 * every assignment of readers to writers is tried. Sequential consistency is NP-hard: what must come before what is
 * derived, and if that is no contradiction, an order is searched.
 *
 * A client's operation comes before another if it was over before that began; time means nothing else. Operations that
 * nobody answered may have happened, at any time after what the client had done before, or never. */
#ifndef SIM_CHECK_CONSISTENCY_H
#define SIM_CHECK_CONSISTENCY_H

#include "sim/check/order.h"
#include "sim/check/verdict.h"

enum consistency_model {
    CONSISTENCY_SEQUENTIAL,
    CONSISTENCY_SEQUENTIAL_PER_KEY,
    CONSISTENCY_CAUSAL,
    CONSISTENCY_CAUSAL_MEMORY,
    CONSISTENCY_CAUSAL_CONVERGENCE,
    CONSISTENCY_MODEL_COUNT
};

extern const char *const consistency_model_names[CONSISTENCY_MODEL_COUNT];

struct consistency_options {
    uint64_t max_steps;                  /* 0: 200 million */
    size_t max_bytes;                    /* 0: 1 GiB */
    int64_t initial;                     /* value of a key never written */
    const struct order_speaker *speaker; /* NULL: as "client 3 read 5 of key 1, from ... to ..." */
};

/* Judges the operations of kinds read, write, cas, increment and append of workload `workload` (UINT16_MAX for all).
 * Inconclusive when the budget of steps or bytes is used up. The detail tells of a contradiction. */
struct check_result consistency_check(const struct history *history, uint16_t workload, enum consistency_model level,
                                      const struct consistency_options *options);

/* ---- Between its files ------------------------------------------------------------------------------------------- */

struct consistency {
    const struct history *history;
    enum consistency_model level;
    struct consistency_options options;
    uint64_t steps_left;
    struct check_result *result;
};

/* Judge a history, or a key of it, whose order is built; `result` is set unless it holds. */
void causal_judge(struct consistency *check, struct order *order);
void sequential_judge(struct consistency *check, struct order *order);

/* The verdict, if there is no worse one yet. */
void consistency_give_up(struct consistency *check);

/* A read of what nobody wrote violates every level. True if there is one. */
bool consistency_finds_phantom(struct consistency *check, const struct order *order);

/* Takes the steps done since `before` from the budget; false when it is used up. */
bool consistency_pay(struct consistency *check, const struct order *order, uint64_t before);

enum sequential_answer { SEQUENTIAL_FOUND, SEQUENTIAL_REFUTED, SEQUENTIAL_FULL };

/* Searches an order of all sure nodes that keeps what is known of it. `*steps` are left over; `*stuck` is a node that
 * none got past. */
enum sequential_answer sequential_search(const struct order *order, uint64_t *steps, size_t max_bytes, uint32_t *stuck);

#endif
