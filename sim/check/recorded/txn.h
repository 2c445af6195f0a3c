/* Transactions as the checker sees them: what each did, and which versions of the keys there were.
 *
 * A version is a key with a value: of a register the value that was written; of a list the element that was appended
 * last. Version VALUE_NIL is the initial one: nothing written, the empty list. Values are written once, so that who
 * read a version read from whoever wrote it (Adya, Weak consistency, 1999; Kingsbury and Alvaro, Elle, 2020). */
#ifndef SIM_CHECK_RECORDED_TXN_H
#define SIM_CHECK_RECORDED_TXN_H

#include "sim/check/recorded/graph.h"
#include "sim/check/recorded/judge.h"
#include "sim/check/recorded/micro.h"

enum { TXN_NONE = UINT32_MAX };

struct txn {
    uint32_t first, count; /* micro-operations */
    uint32_t recorded;
    enum outcome outcome;
    uint32_t invoked, completed; /* positions */
    value_id process;
};

struct version {
    value_id key, value;
    uint32_t writer; /* the transaction that wrote it and did not fail; TXN_NONE */
    uint32_t writer_micro;
    uint32_t failed_writer; /* one that failed; TXN_NONE */
    bool is_ambiguous;      /* several transactions wrote it: nothing follows from it */
    bool is_intermediate;   /* its writer wrote the key again */
    bool is_read;           /* by a transaction that committed */
    uint32_t position;      /* of a list: place in the order of the key from 1; 0: nobody saw it */
    uint32_t next_of_key;   /* the next version of the key, in order of first mention; TXN_NONE */
};

/* A read by a committed transaction of a version that it did not write itself. */
struct version_read {
    uint32_t version, txn;
};

struct txn_history {
    struct recorded *recorded;
    const struct judge_options *options;
    struct judgement *judgement;
    struct txn *txns; /* by invocation */
    uint32_t txn_count;
    struct micro *micros;
    uint32_t micro_count;
    uint32_t *same_key; /* of each micro-operation: the one before it on its key in its transaction + 1, or 0 */
    struct version *versions;
    uint32_t version_count, version_capacity;
    uint32_t *buckets; /* of versions by key and value: version + 1, or 0 */
    uint32_t bucket_count;
    uint32_t *first_of_key; /* by key: its first version, the initial one; TXN_NONE */
    value_id *keys;         /* in order of first mention */
    uint32_t key_count, key_capacity;
    uint32_t *updater; /* by version: a transaction that read it and wrote its key, or TXN_NONE */
    struct graph graph;
};

bool txn_read_history(struct txn_history *history, struct read_error *error);
void txn_free_history(struct txn_history *history);

/* The version of a key with a value, made if there is none. */
uint32_t txn_version(struct txn_history *history, value_id key, value_id value);

/* Both find what is wrong in single reads, and add the edges between transactions (ww, wr, rw) to the graph. */
void txn_look_at_lists(struct txn_history *history);
void txn_look_at_registers(struct txn_history *history);

/* A committed transaction read the version in that micro-operation: aborted, intermediate and phantom reads. */
void txn_check_read(struct txn_history *history, uint32_t txn, uint32_t micro, uint32_t version, bool is_last);

/* The transaction read the version from outside and wrote its key: two that do so lose an update. */
void txn_note_update(struct txn_history *history, uint32_t txn, uint32_t version);

/* Describes the transaction: "T1 (line 3: process 0 ...)". */
void txn_describe(const struct txn_history *history, struct text *out, const char *name, uint32_t txn);

/* Names of keys and values for messages. */
const char *txn_show(const struct txn_history *history, value_id value, char *text, size_t size);

#endif
