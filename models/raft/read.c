/* Reads that bypass the log (dissertation 6.4): by ReadIndex, or by a lease on the leader's clock.
 *
 * A leader's state is current if all that was committed before the read is applied, and if it still leads. The first:
 * it waits until its commit index, or the no-op that began its term if that is not committed yet, is applied. The
 * second: a round of heartbeats that starts after the read's arrival is acknowledged by a majority; or, with a lease, a
 * majority acknowledged a message so lately that it cannot have voted since. Reads share rounds: while one is under
 * way, those that arrive wait for the next. */
#include "models/raft/raft.h"

static void answer_read(struct node *node, struct raft *raft, const struct request *request) {
    const struct stored_value *slot = node_table_find(&raft->store, request->key);
    node_reply(node, request,
               (struct reply){
                   .status = REPLY_OK, .value = slot ? slot->value : 0, .value_bytes = slot ? slot->value_bytes : 0});
}

/* R14: the wall clock, which may jump, and no margin for drift. */
sim_time rf_lease_clock(const struct node *node) {
    return rf_has_bug(node, RF_BUG_R14) ? node_wall(node) : node_monotonic(node);
}

/* Dissertation 6.4.1. A follower that acknowledged a message does not vote for the minimum election timeout of its own
 * clock, counted from its receipt; the lease counts from the sending, on the leader's clock. If neither clock's rate is
 * off by more than d, the lease ends first when it lasts at most timeout * (1 - d) / (1 + d). */
static bool holds_lease(const struct node *node, struct raft *raft) {
    const struct rf_params *params = rf_params(node);
    int64_t million = 1000000, drift = rf_has_bug(node, RF_BUG_R14) ? 0 : params->max_clock_drift_ppm;
    sim_time length = params->election_timeout[0] * (million - drift) / (million + drift);
    if (raft->is_lease_void && !rf_has_bug(node, RF_BUG_R15)) {
        return false; /* the election that it asked for asks nobody to keep his promise (dissertation 6.4.1) */
    }
    uint64_t now = (uint64_t)rf_lease_clock(node);
    uint64_t acknowledged = rf_majority_mark(raft, RF_MARK_LEASE);
    if (acknowledged >= now) {
        return true; /* a cluster of one */
    }
    return acknowledged > 0 && now - acknowledged < (uint64_t)length;
}

/* Dissertation 6.4, step 1: what a leader knows to be committed is all that is only once an entry of its own term is.
 * R13 takes the commit index as it is. */
static uint64_t read_index(const struct node *node, const struct raft *raft) {
    bool is_enough = raft->commit_index > raft->term_start_index || rf_has_bug(node, RF_BUG_R13);
    return is_enough ? raft->commit_index : raft->term_start_index;
}

static bool is_current(const struct node *node, const struct raft *raft) {
    return raft->applied_index >= (rf_has_bug(node, RF_BUG_R13) ? 0 : raft->term_start_index);
}

void rf_read(struct node *node, struct raft *raft, const struct request *request) {
    bool has_lease = rf_params(node)->reads == RF_READS_LEASE && is_current(node, raft) && holds_lease(node, raft);
    /* R12: who takes itself for the leader answers. */
    if (has_lease || rf_has_bug(node, RF_BUG_R12)) {
        answer_read(node, raft, request);
        return;
    }
    rf_queue_insert(node, &raft->reads,
                    (struct rf_waiter){.index = read_index(node, raft), .round = raft->round + 1, .request = *request});
    rf_serve_reads(node, raft);
}

static void confirm_rounds(struct raft *raft) {
    uint64_t confirmed = rf_majority_mark(raft, RF_MARK_ROUND);
    raft->confirmed_round = confirmed < raft->round ? confirmed : raft->round;
}

void rf_serve_reads(struct node *node, struct raft *raft) {
    confirm_rounds(raft);
    const struct rf_waiter *newest = rf_queue_back(&raft->reads);
    if (newest && newest->round > raft->round && raft->confirmed_round == raft->round) {
        rf_start_read_round(node, raft); /* none is under way, and somebody waits for the next */
        confirm_rounds(raft);
    }
    struct rf_waiter *waiter;
    while ((waiter = rf_queue_front(&raft->reads)) && waiter->round <= raft->confirmed_round &&
           waiter->index <= raft->applied_index) {
        answer_read(node, raft, &waiter->request);
        rf_queue_pop(&raft->reads);
    }
}
