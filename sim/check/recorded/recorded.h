/* Histories recorded elsewhere, in memory: operations of processes, each from its invocation to its completion.
 *
 * The order of events is that of the file: position 1 is its first event. Only where a file has no events but
 * operations with times (our own ops.csv), the times give the positions. What an operation's value means is the
 * business of the model that judges it: here it stays as it was written. */
#ifndef SIM_CHECK_RECORDED_RECORDED_H
#define SIM_CHECK_RECORDED_RECORDED_H

#include "sim/check/recorded/datum.h"
#include "sim/load/history.h"

enum {
    POSITION_BEFORE = 0,         /* invoked before the recording began: its invocation is not in the file */
    POSITION_NEVER = UINT32_MAX, /* never completed, or with an unknown outcome: it may take effect at any time */
};

struct recorded_operation {
    value_id process; /* VALUE_NIL when the file names none */
    enum outcome outcome;
    uint32_t invoked, completed;       /* positions of its events */
    const struct datum *function;      /* what it does: `:f`; NULL when absent */
    const struct datum *key;           /* beside the value (Porcupine's and our own files); NULL when absent */
    const struct datum *argument;      /* value of the invocation; NULL when absent */
    const struct datum *result;        /* value of the completion; NULL when absent */
    const struct datum *event;         /* for messages: its invocation, or else its completion */
    sim_time invoked_at, completed_at; /* for messages; -1 when the file gives none */
};

struct recorded {
    struct document document;
    struct recorded_operation *operations; /* by invocation */
    uint32_t count, capacity;
    uint32_t event_count;    /* positions are from 1 to this */
    bool is_log;             /* by the lines of a log */
    uint32_t skipped;        /* events of no client: a nemesis, a log line */
    struct history *history; /* of ops.csv: the operations with Spacelike's own meaning of them; else NULL */
    struct arena arena;      /* of `history` */
};

/* Reads a history of any format, told by its content. False with the error filled in. Free it in both cases. */
bool recorded_read(struct recorded *recorded, const char *bytes, size_t length, struct read_error *error);
void recorded_free(struct recorded *recorded);

/* The value that a completed operation returned or took: that of its completion, or else of its invocation. NULL for
 * none. Of an operation that is not known to have happened it is that of the invocation, because its completion may
 * carry anything (`:timed-out`). */
const struct datum *recorded_value(const struct recorded_operation *operation);

/* The name of what it does; "" when the file gives none. */
const char *recorded_function(const struct recorded *recorded, const struct recorded_operation *operation);

/* "line 17: process 3 read 4 (ok)": at most 160 bytes. Returns `text`. */
enum { RECORDED_LINE_BYTES = 160 };
const char *recorded_describe(struct recorded *recorded, uint32_t operation, char text[static RECORDED_LINE_BYTES]);

/* ---- For the readers --------------------------------------------------------------------------------------------- */

bool recorded_read_events(struct recorded *recorded, struct read_error *error); /* of the document's data */
bool recorded_is_log(const char *bytes, size_t length);
bool recorded_read_log(struct recorded *recorded, const char *bytes, size_t length, struct read_error *error);
bool recorded_read_csv(struct recorded *recorded, const char *bytes, size_t length, struct read_error *error);
uint32_t recorded_add(struct recorded *recorded, struct recorded_operation operation);

#endif
