/* Session guarantees (Terry, Demers and others, Session guarantees for weakly consistent replicated data, 1994), as
 * clients can see them, key by key. A session is a client; one operation of it precedes another if it was over before
 * the other began.
 *
 * Version a of a key is surely older than b if a is the initial one, or its write was over before b's write began.
 * Writes are known by their values: a value that was written twice says nothing.
 *   read-your-writes      no read returns a version surely older than one that its session wrote before
 *   monotonic-reads       ... than one that its session read before
 *   monotonic-writes      nobody reads the second of two writes of one session, and then the first
 *   writes-follow-reads   nobody reads a write, and then a version that its session had read before it wrote
 * The last two are looked for in single sessions that read: what a replica holds that nobody reads stays unseen. */
#ifndef SIM_CHECK_SESSION_H
#define SIM_CHECK_SESSION_H

#include "sim/check/order.h"
#include "sim/check/verdict.h"
#include "sim/load/history.h"

enum session_guarantee {
    SESSION_READ_YOUR_WRITES,
    SESSION_MONOTONIC_READS,
    SESSION_MONOTONIC_WRITES,
    SESSION_WRITES_FOLLOW_READS,
    SESSION_GUARANTEE_COUNT
};

const char *session_guarantee_name(enum session_guarantee guarantee); /* "read-your-writes" */

struct session_result {
    struct check_result check; /* the detail tells of the first violation, and how many there are */
    uint64_t violations;       /* reads that show one */
};

/* Judges the operations of kinds read, write, cas, increment and append of workload `workload` (UINT16_MAX for all).
 * `initial` is the value of a key never written; `speaker` describes operations (NULL: by clients and times). False
 * when memory is exhausted: the verdicts are inconclusive then. */
bool session_check(const struct history *history, uint16_t workload, int64_t initial,
                   const struct order_speaker *speaker, struct session_result results[static SESSION_GUARANTEE_COUNT]);

#endif
