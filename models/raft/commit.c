/* The commit index: the leader's rule for advancing it, and what follows from it at every node. */
#include "models/raft/raft.h"

/* Raft 5.4.2: only an entry of the leader's own term is committed by counting; those before it follow. An older term's
 * entry on a majority can still be overwritten (figure 8). R01 counts it all the same. */
void rf_advance_commit(struct node *node, struct raft *raft) {
    uint64_t index = rf_majority_mark(raft, RF_MARK_MATCH);
    if (index <= raft->commit_index) {
        return;
    }
    if (rf_term_at(raft, index) == raft->term || rf_has_bug(node, RF_BUG_R01)) {
        rf_commit_to(node, raft, index);
        rf_serve_reads(node, raft);
        rf_members_committed(node, raft);
    }
}

void rf_commit_to(struct node *node, struct raft *raft, uint64_t index) {
    if (index <= raft->commit_index) {
        return;
    }
    raft->commit_index = index;
    node_probe(node, PROBE_COMMIT, index, raft->term, 0);
    rf_apply_committed(node, raft);
}
