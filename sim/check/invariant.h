/* Invariants over probes: judged after each event, incrementally, from what models publish and nothing else.
 *
 * The five of Raft (Ongaro and Ousterhout 2014, figure 3), usable by every replicated log that publishes the same
 * probes:
 *   election-safety        at most one leader in a term
 *   leader-append-only     a leader never removes or overwrites entries of its own log
 *   log-matching           entries of the same index and term in two logs: all entries up to there are the same
 *   leader-completeness    an entry committed in a term is in the log of every leader of a later term
 *   state-machine-safety   no two nodes apply different entries at the same index; none skips an index
 *
 * Each costs O(1) amortised a probe: a mirror of each node's log keeps a chain hash of every prefix, so that comparing
 * two logs up to an index is comparing two words. Logs are per system: indices of two systems have nothing to do with
 * each other.
 *
 * A node that takes, installs or recovers from a snapshot says so (PROBE_SNAPSHOT), and its log counts as having all
 * that the snapshot covers. Part of state-machine-safety, then: the snapshot's log is the committed one, and two nodes'
 * states at the same index are the same. Part of log-matching: what stays in the log behind it follows it. */
#ifndef SIM_CHECK_INVARIANT_H
#define SIM_CHECK_INVARIANT_H

#include "sim/base/arena.h"
#include "sim/check/verdict.h"

enum invariant_kind {
    INVARIANT_ELECTION_SAFETY,
    INVARIANT_LEADER_APPEND_ONLY,
    INVARIANT_LOG_MATCHING,
    INVARIANT_LEADER_COMPLETENESS,
    INVARIANT_STATE_MACHINE_SAFETY,
    INVARIANT_COUNT
};

const char *invariant_name(enum invariant_kind kind); /* "election-safety" */

struct invariants; /* all state is in the arena */

/* For nodes `first` to `first + count - 1`, one system. `name_of` gives a node's name for the details. */
struct invariants *invariants_new(struct arena *arena, node_id first, uint32_t count,
                                  const char *(*name_of)(const void *context, node_id node), const void *context);

/* Judges one probe. Probes of nodes outside the range are ignored. Returns the set (bits 1 << kind) of invariants that
 * broke with this very probe; each breaks once, its first violation is kept. */
uint32_t invariants_judge(struct invariants *invariants, const struct probe *probe);

/* A crash: the node leads no more, and its log is what it publishes after its restart. */
void invariants_crashed(struct invariants *invariants, node_id node);

struct check_result invariants_result(const struct invariants *invariants, enum invariant_kind kind);

#endif
