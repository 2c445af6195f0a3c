/* What must come before what in a history of registers, whatever the clock said: the order of each client's operations,
 * which write each read saw, and what follows from both.
 *
 * A client's operation comes before another of the same client if it was over before the other began. Who wrote what a
 * read returned is known by the value, if it was written once (by successful operations, and those that nobody
 * answered). Operations that failed are left out, and so are unanswered ones that nothing depends on.
 *
 * Operations stand on chains, each in order: a client has one, or several if its operations overlap. What precedes an
 * operation is one number a chain, so that a history of n operations on c chains takes n * c words. */
#ifndef SIM_CHECK_ORDER_H
#define SIM_CHECK_ORDER_H

#include "sim/check/verdict.h"
#include "sim/load/history.h"

#include <stddef.h>

#define ORDER_INITIAL UINT32_MAX         /* source of a read of the initial value */
#define ORDER_NO_SOURCE (UINT32_MAX - 1) /* it found no value that is known, or whose writer could be known */
#define ORDER_OPEN (UINT32_MAX - 2)      /* several could have written it: not settled yet */
#define ORDER_NOBODY (UINT32_MAX - 3)    /* no operation wrote it */

struct order_node {
    uint32_t operation;    /* of the history */
    uint32_t key;          /* numbered from 0 */
    uint32_t chain, place; /* place on the chain, from 1 */
    uint32_t source;       /* node that wrote what it found, or one of the above */
    int64_t found, made;   /* values */
    bool reads, writes;    /* `found`, `made` count */
    bool avoids;           /* a refused cas: the value was not `found` */
    bool shifts;           /* an increment or append that nobody answered: what it made is not known */
    bool is_loose;         /* nobody answered it: it may have happened at any time since, or never */
    bool is_sure;          /* it was answered, or what it wrote was surely read */
};

enum order_link {
    LINK_PROGRAM,  /* the same client's, one after the other */
    LINK_READS,    /* the latter read what the former wrote */
    LINK_REPLACED, /* `witness` read the latter though the former came before it: so the latter replaced the former */
    LINK_UNSEEN    /* the former read what the latter replaced */
};

struct order_edge {
    uint32_t from, to;
    uint32_t witness; /* node; of LINK_REPLACED */
    enum order_link link;
};

/* A write's place among those of its key, and of its chain. */
struct order_write {
    uint32_t key, chain, place, node;
};

struct order_value {
    uint32_t key;
    int64_t value;
    uint32_t node;
};

struct order {
    const struct history *history;
    int64_t initial;
    struct order_node *nodes; /* in order of invocation */
    uint32_t count, chain_count, key_count;
    struct order_edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t base_edges;        /* of clients and reads; the others are inferred */
    struct order_value *values; /* what was made: by key, value, node */
    uint32_t value_count;
    struct order_write *writes; /* by key, chain, place */
    uint32_t write_count;
    uint32_t *key_writes; /* of each key: its first in `writes`; one more at the end */
    uint32_t *sorted;     /* nodes, each behind what precedes it */
    uint32_t *incoming;   /* edges by their target: `first_incoming[n]` on */
    uint32_t *first_incoming;
    uint32_t *waiting;  /* scratch, a word a node */
    uint32_t on_circle; /* a node on the circle that order_close has found */
    uint32_t *clocks;   /* of each node: by chain, the place up to which the chain precedes it */
    uint64_t steps;     /* work done so far */
};

enum order_answer { ORDER_OK, ORDER_CYCLE, ORDER_FULL };

/* Of `count` operations in order of invocation. `max_bytes` bounds the clocks. False when that or memory does not
 * suffice. Free it in both cases. */
bool order_build(struct order *order, const struct history *history, const uint32_t *operations, uint32_t count,
                 int64_t initial, size_t max_bytes);
void order_free(struct order *order);

/* The nodes that could have written what the node found: their number, and the first in `values`. Whether it may be the
 * initial value is for the caller to see. */
uint32_t order_candidates(const struct order *order, const struct order_node *node, uint32_t *first);

/* Forgets what was inferred, and takes the sources of the nodes as they are now. */
bool order_reset(struct order *order);

/* Computes the clocks from the edges. ORDER_CYCLE: the edges contradict each other. */
enum order_answer order_close(struct order *order);

/* After order_close: a precedes b. */
static inline bool order_before(const struct order *order, uint32_t a, uint32_t b) {
    return a != b && order->clocks[(size_t)b * order->chain_count + order->nodes[a].chain] >= order->nodes[a].place;
}

/* What the reads of some nodes imply. */
struct order_question {
    uint32_t process; /* only reads of this client; UINT32_MAX: of all */
    bool only_answered;
    bool one_order; /* all writes of the key are seen in one order: what was replaced is not read again */
};

struct order_conflict {
    bool is_initial; /* `read` returned the initial value though `write` precedes it; else the edges have a cycle */
    uint32_t read, write;
};

/* Adds the edges that follow from the clocks as they are, and says how many. ORDER_CYCLE: a read of the initial value
 * comes behind a write; `conflict` tells. */
enum order_answer order_infer(struct order *order, const struct order_question *question, uint32_t *added,
                              struct order_conflict *conflict);

/* ---- Words --------------------------------------------------------------------------------------------------------
 */

/* Describes an operation of the history: "client 3 read 5 of key 1, from 0.1 s to 0.2 s". */
struct order_speaker {
    void (*describe)(void *context, uint32_t operation, char *text, size_t size);
    void *context;
};

struct order_speaker order_speaker_of(const struct history *history); /* that speaks so; the history must outlive it */

/* Adds to result->detail the shortest cycle found, or the conflict, a line an operation; and sets result->at. */
void order_tell(const struct order *order, const struct order_conflict *conflict, const struct order_speaker *speaker,
                struct check_result *result);

/* Adds a sentence to the detail, as far as there is room. */
void order_say(struct check_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
