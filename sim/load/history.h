/* The history of a run: every client operation with its invocation, completion and result, in order of invocation.
 * Checkers judge it and measures count it; it knows nothing of the system that served it. */
#ifndef SIM_LOAD_HISTORY_H
#define SIM_LOAD_HISTORY_H

#include "sim/base/arena.h"
#include "sim/spacelike.h"

enum outcome {
    OUTCOME_OK,   /* done, with a result */
    OUTCOME_FAIL, /* surely did not happen */
    OUTCOME_INFO  /* may or may not have happened, at any time after the invocation */
};

struct operation {
    sim_time invoked;
    sim_time completed; /* SIM_NEVER for OUTCOME_INFO that never was answered; for INFO at the deadline: the deadline */
    uint64_t key;
    int64_t value;     /* argument of write, increment, append; new value of cas */
    int64_t expected;  /* of cas */
    int64_t result;    /* of an OK operation, as spacelike.h defines it for each kind */
    uint32_t process;  /* the client; one client may have several operations open */
    uint32_t sequence; /* of the client's session, from 1 */
    node_id served_by; /* node whose reply completed it, or NODE_NONE */
    uint8_t kind;      /* enum operation_kind */
    uint8_t outcome;   /* enum outcome */
    uint16_t attempts; /* requests sent, redirects included; 65535: that many or more */
    uint16_t workload; /* index of the workload in the scenario */
    uint16_t offset;   /* of a read of a staleness workload: its place in `after`, from 1; else 0 */
};

struct history {
    struct operation *operations; /* ordered by (invoked, order of invocation) */
    uint32_t count, capacity;
    struct arena *arena;
};

const char *outcome_name(enum outcome outcome); /* "ok", "fail", "info" */

/* Appends an operation and returns its index. The history's arena must be set; all else starts zeroed. Operations
 * come in the order of their invocation; what is not known yet is filled in at the index later. */
uint32_t history_add(struct history *history, struct operation operation);

/* The list to which `value` was appended when it got the digest `list`: the inverse of operation_append, so that a
 * checker knows the list that an acknowledged append found. */
int64_t operation_unappend(int64_t list, int64_t value);

#endif
