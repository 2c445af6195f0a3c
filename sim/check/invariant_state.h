/* What the invariants remember of one system: mirrors of the logs, what was committed and applied, who led. */
#ifndef SIM_CHECK_INVARIANT_STATE_H
#define SIM_CHECK_INVARIANT_STATE_H

#include "sim/check/invariant.h"

/* An entry of a node's log, and the hash of the log up to and with it: equal chains, equal logs up to there. */
struct log_entry {
    uint64_t term, content, chain;
};

/* A node's log as its probes tell it. What a snapshot covers, the first `base` entries, is as in the committed log, and
 * is not kept twice: index base + 1 is entries[0]. */
struct log_mirror {
    struct log_entry *entries;
    uint32_t base;
    uint32_t length; /* with the base */
    uint32_t capacity;
    uint32_t applied; /* entries applied since the log was last empty */
    bool leads;
    uint64_t term; /* that it leads in */
    sim_time since;
};

/* A fact about a pair of numbers, in a table of open addressing. */
struct fact {
    uint64_t a, b, value;
    sim_time at;
    node_id node;
    bool is_used;
};

struct fact_table {
    struct fact *facts;
    uint32_t count, capacity;
};

struct committed_entry {
    struct log_entry entry;
    node_id node; /* the first to know */
    sim_time at;
};

/* Entries up to `last`, beyond those of the run before, were committed in `term` or earlier. */
struct commit_run {
    uint32_t last;
    uint64_t term;
};

struct applied_entry {
    uint64_t content;
    node_id node; /* the first to apply it */
    sim_time at;
};

struct invariants {
    struct arena *arena;
    node_id first;
    uint32_t count;
    const char *(*name_of)(const void *context, node_id node);
    const void *context;
    struct log_mirror *mirrors;
    uint32_t *leaders; /* places of the nodes that lead now */
    uint32_t leader_count;
    struct fact_table leader_of; /* (term, 0): who led it first */
    struct fact_table chain_of;  /* (index, term): the chain of the first such entry, and whose it was */
    struct fact_table state_of;  /* (index, 0): the hash of the first state there that a snapshot told of */
    struct committed_entry *committed;
    uint32_t committed_count, committed_capacity;
    struct commit_run *runs; /* terms grow from run to run */
    uint32_t run_count, run_capacity;
    struct applied_entry *applied;
    uint32_t applied_count, applied_capacity;
    struct check_result results[INVARIANT_COUNT];
    uint32_t broke; /* by the probe being judged */
};

/* The fact about (a, b), made if there is none: *is_new says so. */
struct fact *fact_of(struct arena *arena, struct fact_table *table, uint64_t a, uint64_t b, bool *is_new);

struct log_mirror *mirror_of(struct invariants *invariants, node_id node);
const char *invariants_node_name(const struct invariants *invariants, node_id node);

/* The entry at an index, from 1 to the log's length. */
const struct log_entry *mirror_entry(const struct invariants *invariants, const struct log_mirror *mirror,
                                     uint64_t index);

/* The chain of an entry put behind the first `length` of the log. */
uint64_t log_chain(const struct invariants *invariants, const struct log_mirror *mirror, uint32_t length, uint64_t term,
                   uint64_t content);

/* Adds an entry at the log's end; shortens the log to `length`, but not below its base. */
void mirror_append(struct invariants *invariants, struct log_mirror *mirror, uint64_t term, uint64_t content);
void mirror_cut(struct log_mirror *mirror, uint64_t length);
void mirror_empty(struct log_mirror *mirror);
/* The first `base` entries are the committed ones from now on; what follows them stays. */
void mirror_rebase(struct invariants *invariants, struct log_mirror *mirror, uint32_t base);

/* The node leads in the term from now on, or no more. */
void mirror_lead(struct invariants *invariants, struct log_mirror *mirror, uint64_t term, sim_time at);
void mirror_stop_leading(struct invariants *invariants, struct log_mirror *mirror);

/* Takes down a violation, unless the invariant broke before. */
void invariants_break(struct invariants *invariants, enum invariant_kind kind, sim_time at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- The judges: each sees a probe before the mirrors change. ------------------------------------------------- */

void judge_election_safety(struct invariants *invariants, const struct probe *probe);
void judge_leader_append_only(struct invariants *invariants, const struct probe *probe);
void judge_log_matching(struct invariants *invariants, const struct probe *probe);
void judge_leader_completeness(struct invariants *invariants, const struct probe *probe);
void judge_state_machine_safety(struct invariants *invariants, const struct probe *probe);

#endif
