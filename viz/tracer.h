/* What happened between the nodes, for pictures of a moment and of a stretch of time.
 *
 * A run keeps no trace: scenario and seed are the trace. A tracer watches a run from its start, follows the nodes' logs
 * by their probes, and keeps the newest messages and marks; when the run stands at the time of the picture, it is
 * asked. */
#ifndef VIZ_TRACER_H
#define VIZ_TRACER_H

#include "sim/study/run.h"

/* ---- What is recorded ---- */

enum fate { FATE_ARRIVES, FATE_LOST_ON_THE_WAY, FATE_LOST_AT_ARRIVAL };

struct voyage { /* of one copy of a message */
    sim_time sent;
    sim_time ends; /* lost on the way: when it would have arrived, about */
    node_id from, to;
    const char *type;
    uint32_t bytes;
    uint8_t fate; /* enum fate */
};

enum mark_kind { MARK_ROLE, MARK_CRASH, MARK_BOOT, MARK_VOTE };

struct mark { /* something at one node */
    sim_time at;
    node_id node;
    enum mark_kind kind;
    uint64_t a, b; /* of a role: enum node_role and term; of a vote: for whom and term */
};

struct log_part { /* entries from `first` up to the next part, all of one term */
    uint64_t first, term;
};

struct moment_look { /* what a node is drawn as */
    bool is_up, is_paused;
    bool has_reported; /* it has neither role nor log, but published something: a sample, or a suspicion */
    enum node_role role;
};

struct moment_node {
    struct moment_look look;
    uint64_t term;
    bool has_log;                  /* it published an entry */
    uint64_t end, commit, applied; /* index of the last entry; 0: none */
    const struct log_part *parts;
    uint32_t part_count;
};

/* What was shown before, where a state changed a moment ago (fade.h). */
struct moment_fade {
    const struct moment_look *before; /* by node */
    const double *shares;             /* by node: of the new look, 0 to 1 */
    const bool *cuts_before;          /* as cuts below */
    double cuts_share;
};

struct moment {
    sim_time at;
    struct moment_node *nodes;
    uint32_t node_count;
    bool *cuts;                   /* node_count squared: [from * node_count + to]; NULL: nothing is cut */
    const struct voyage *voyages; /* that are under way; lost ones until they would have arrived */
    uint32_t voyage_count;
    const struct moment_fade *fade; /* NULL: nothing fades */
};

struct stretch {
    sim_time from, until;
    const struct voyage *voyages; /* by sending; that touch the stretch */
    uint32_t voyage_count;
    const struct mark *marks; /* by time */
    uint32_t mark_count;
    const char *const *names; /* of the nodes */
    uint32_t node_count;      /* endpoints from here on are clients */
    bool is_cut_short;        /* the beginning of the stretch was not kept */
    bool has_chosen;          /* an event: what had an effect on it stays dark */
    node_id chosen_node;
    sim_time chosen_at;
    const char *chosen_label; /* or NULL */
};

/* ---- The tracer ---- */

struct tracer;

/* Watches `run`, just prepared. Keeps the newest `most` messages sent at `from` or later. */
struct tracer *tracer_new(struct run *run, sim_time from, uint32_t most);
void tracer_free(struct tracer *tracer);

/* What it noted so far, and back to there: a snapshot of the run does not hold it, so who goes back does both. */
struct tracer_notes;
struct tracer_notes *tracer_save(const struct tracer *tracer);
void tracer_restore(struct tracer *tracer, const struct tracer_notes *notes); /* of this tracer, by its own past */
size_t tracer_notes_bytes(const struct tracer_notes *notes);
void tracer_notes_free(struct tracer_notes *notes);

/* The run as it stands now. Valid until the run goes on; free with moment_free. */
struct moment *tracer_moment(const struct tracer *tracer);
void moment_free(struct moment *moment);

/* What was kept of the `span` up to `until`, or, if `span` is 0, of as long as `most` messages between nodes reach
 * back. Free with stretch_free. */
struct stretch *tracer_stretch(const struct tracer *tracer, sim_time until, sim_time span, uint32_t most);
void stretch_free(struct stretch *stretch);

/* The node at which something was published last, and when: the event that a violation came with. NODE_NONE: none. */
node_id tracer_last_probe(const struct tracer *tracer, sim_time *at);

/* The causal past of the chosen event: until when what a node did can have had an effect on it (-1: never), and which
 * messages carried such an effect. `horizons` has a place for each node, `has_effect` for each voyage. Each client is a
 * process of its own. Messages count as known from their arrival on, though they may wait for a core: the past shown is
 * never too small. */
void stretch_past(const struct stretch *stretch, sim_time *horizons, bool *has_effect);

#endif
