/* Judging recorded histories: one rule a model, as Knossos, Jepsen and Elle define them.
 *
 *   register, cas-register   linearizability; a read of nil says nothing, nor does a cas that failed (Knossos), unless
 *                            strict, as logs are judged (Porcupine)
 *   multi-register           the same for operations that read and write several registers at once
 *   kv                       get, put, append on strings by key; never written is "" (Porcupine)
 *   mutex                    acquire and release of a lock that knows no owner
 *   queue                    first in, first out; or only that what comes out went in, once, and nothing is lost
 *   set, set-full            what was added is in the final read; in every read from some time on (Jepsen)
 *   counter                  each read lies between what surely was and what may have been added (Jepsen)
 *   bank                     every read has the same total (Jepsen)
 *   unique-ids               no id is generated twice
 *   long-fork                no two reads see two writes in opposite orders (Jepsen)
 *   list-append, rw-register transactions, by their dependencies (Adya 1999; Kingsbury and Alvaro, Elle, VLDB 2020) */
#ifndef SIM_CHECK_RECORDED_JUDGE_H
#define SIM_CHECK_RECORDED_JUDGE_H

#include "sim/base/text.h"
#include "sim/check/consistency.h"
#include "sim/check/recorded/recorded.h"
#include "sim/check/session.h"
#include "sim/check/verdict.h"
#include "sim/check/witness.h"

enum judge_model {
    JUDGE_REGISTER,
    JUDGE_CAS_REGISTER,
    JUDGE_MULTI_REGISTER,
    JUDGE_KV,
    JUDGE_MUTEX,
    JUDGE_QUEUE,
    JUDGE_SET,
    JUDGE_SET_FULL,
    JUDGE_COUNTER,
    JUDGE_LIST_APPEND,
    JUDGE_RW_REGISTER,
    JUDGE_BANK,
    JUDGE_LONG_FORK,
    JUDGE_UNIQUE_IDS,
    JUDGE_MODEL_COUNT
};

extern const char *const judge_model_names[JUDGE_MODEL_COUNT];

/* Levels of isolation, each with all that those before it forbid. */
enum judge_level {
    LEVEL_READ_UNCOMMITTED,
    LEVEL_READ_COMMITTED,
    LEVEL_SNAPSHOT_ISOLATION,
    LEVEL_SERIALIZABLE,
    LEVEL_STRICT_SERIALIZABLE,
    LEVEL_COUNT
};

extern const char *const judge_level_names[LEVEL_COUNT];

/* Levels of consistency of registers: linearizable, those of consistency.h, then the session guarantees of session.h:
 * all, and each. */
enum {
    JUDGE_LINEARIZABLE,
    JUDGE_FIRST_CONSISTENCY,
    JUDGE_SESSIONS = JUDGE_FIRST_CONSISTENCY + CONSISTENCY_MODEL_COUNT,
    JUDGE_FIRST_SESSION,
    JUDGE_REGISTER_LEVEL_COUNT = JUDGE_FIRST_SESSION + SESSION_GUARANTEE_COUNT
};

const char *judge_register_level_name(uint32_t level);

struct judge_options {
    enum judge_model model;
    uint32_t register_level; /* of register and cas-register */
    enum judge_level level;  /* of transactions */
    const char *initial;     /* initial value of registers, as EDN; NULL: 0 (kv: "", transactions and strict: nil) */
    bool is_strict;          /* of registers: a read of nil found none, a cas that failed met another value */
    bool is_keyed;           /* values are [KEY VALUE] pairs, each key by itself (jepsen.independent) */
    bool is_unordered;       /* of a queue: elements may come out in any order */
    bool is_drained;         /* of a queue: whatever went in must have come out when the history ends */
    bool is_linearizable;    /* of set-full: a stale read is a violation too */
    bool has_total;
    int64_t total; /* of the bank */
    bool allows_negative_balances;
    uint32_t group;     /* keys that a read of long-fork covers; 0: as many as the first read */
    uint64_t max_steps; /* of a search; 0: 200 million */
};

/* One way in which a history is wrong. */
struct finding {
    const char *name;   /* "G-single", "lost" */
    const char *breaks; /* the weakest level of isolation that it breaks; NULL of other models */
    uint64_t count;
    struct text example; /* lines separated by '\n' */
};

struct judgement {
    enum verdict verdict;
    uint64_t looked_at; /* operations judged */
    struct finding *findings;
    uint32_t finding_count, finding_capacity;
    struct witness witness; /* of the first that is not linearizable; empty otherwise */
    struct text note;       /* what else is to be said: why it is inconclusive; counts that are no violation */
};

/* False if the history is not one of this model: the error says where. Free the judgement in both cases. */
bool judge(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
           struct read_error *error);
void judgement_free(struct judgement *judgement);

/* ---- For the judges ---------------------------------------------------------------------------------------------- */

/* Counts one more case of the finding. Returns where to describe it, if it is the first; else NULL. */
struct text *judgement_find(struct judgement *judgement, const char *name, const char *breaks);

/* Makes the verdict inconclusive, unless it is worse, and says why. */
void judgement_doubt(struct judgement *judgement, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The number of a scalar written as EDN; false with an error. */
bool judge_read_scalar(struct recorded *recorded, const char *text, value_id *value, struct read_error *error);

/* "this model has no :f \"frob\"; ..." */
bool judge_fail_function(struct recorded *recorded, uint32_t operation, const char *expected, struct read_error *error);

/* Why no order explains the operations; all are numbers of recorded operations. */
struct order_failure {
    uint32_t culprit;       /* whose completion no order gets past */
    const uint32_t *others; /* the smallest failing prefix, or all */
    uint32_t other_count;
    const uint32_t *path; /* the longest order that fits */
    uint32_t path_count;
    const uint32_t *conflict; /* that contradict each other; may be empty */
    uint32_t conflict_count;
    int64_t path_value; /* value_id that the longest order leaves; -1: not known */
};

/* Describes it, and keeps it as the judgement's witness. */
void judge_explain_order(struct recorded *recorded, struct judgement *judgement, struct text *out,
                         const struct order_failure *failure);

bool judge_registers(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_multi_register(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_kv(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_mutex(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_queue(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_set(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_set_full(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_counter(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_bank(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_long_fork(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_unique_ids(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
bool judge_transactions(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);

#endif
