/* What survives a crash: term and vote as the record "hard-state", and the log (Raft figure 2, persistent state).
 *
 * A node makes no claim before it is durable: every message waits for the newest hard state, a successful append reply
 * also for the entries that it acknowledges. A leader sends entries before its own sync and counts itself when that is
 * done (dissertation 10.2.1). Commit and applied index are volatile; a restarted node begins with its snapshot's, and
 * learns them anew.
 *
 * A crash in the middle of writing leaves what nobody was told of: a record cut short, or a gap. The log ends before
 * it. A disk that loses what it had acknowledged is not told from that, and Raft does not claim to survive one. */
#include "models/raft/raft.h"

struct hard_state {
    uint64_t term;
    uint64_t voted_for;
};

void rf_save_hard_state(struct node *node, struct raft *raft) {
    struct hard_state state = {.term = raft->term, .voted_for = raft->voted_for};
    raft->hard_state_ticket = node_record_put(node, RF_RECORD_HARD_STATE, &state, sizeof state);
}

/* The node goes on as if it had what it lacks: the invariants tell of that. */
static void skip_gap(struct raft *raft, uint64_t entries) {
    raft->log.first_index += entries;
    raft->log.base_term = 0;
    raft->commit_index = raft->applied_index = raft->log.first_index - 1;
}

void rf_recover_from_disk(struct node *node, struct raft *raft) {
    size_t bytes = 0;
    const struct hard_state *state = node_record_get(node, RF_RECORD_HARD_STATE, &bytes);
    if (state && bytes == sizeof *state) {
        raft->term = state->term;
        raft->voted_for = (node_id)state->voted_for;
    }
    rf_recover_snapshot(node, raft);
    uint64_t number = rf_record_of(raft, raft->log.first_index);
    if (node_log_first(node) > number) { /* entries are gone that no snapshot covers; R30, or a disk that decays */
        skip_gap(raft, node_log_first(node) - number);
        number = node_log_first(node);
    }
    for (; number < node_log_end(node); number++) {
        const struct rf_entry *entry = node_log_read(node, number, &bytes);
        if (!entry || bytes != sizeof *entry) {
            node_log_truncate(node, number);
            break;
        }
        rf_log_restore(node, raft, entry);
    }
    /* An entry may have reached the disk without the term that was written before it. Nothing was said in that term. */
    if (rf_last_term(raft) > raft->term) {
        raft->term = rf_last_term(raft);
        raft->voted_for = NODE_NONE;
        rf_save_hard_state(node, raft);
    }
}

/* The leader's own place in the majority: what is durable here; with R19, what is in memory. */
static void count_own_entries(struct node *node, struct raft *raft) {
    uint64_t *match = &raft->peers[raft->self].marks[RF_MARK_MATCH];
    uint64_t last = rf_last_index(raft);
    uint64_t reached = rf_has_bug(node, RF_BUG_R19) ? last : rf_durable_index(node, raft, last);
    if (reached > *match) {
        *match = reached;
        rf_advance_commit(node, raft);
    }
}

void rf_disk_progress(struct node *node, struct raft *raft) {
    rf_snapshot_progress(node, raft);
    if (raft->role == RF_CANDIDATE) {
        rf_count_own_vote(node, raft);
    } else if (raft->role == RF_LEADER) {
        count_own_entries(node, raft);
    }
}
