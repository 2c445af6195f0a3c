/* Changes of membership, the leader's side: one server at a time (dissertation 4.1), or any change by joint consensus
 * (Raft 6; dissertation 4.3). Those who join catch up first (dissertation 4.2.1).
 *
 * One change at a time: the next begins when the entry of the one before is committed. */
#include "models/raft/raft.h"

enum { MOST_ROUNDS = 10 };          /* of catching up (dissertation 4.2.1) */
enum { MOST_SILENT_TIMEOUTS = 10 }; /* election timeouts, until one that does not answer is given up */

static uint64_t set_of(const struct node *node, const struct admin_request *request) {
    uint64_t set = 0;
    for (size_t i = 0; i < request->target_count; i++) {
        set |= UINT64_C(1) << node_peer_index(node, request->targets[i]);
    }
    return set;
}

static uint64_t lowest(uint64_t set) {
    return set & (~set + 1);
}

static bool is_changing(const struct raft *raft) {
    return raft->change.joining != 0 || raft->members.outgoing != 0 ||
           rf_newest_config(raft)->index > raft->commit_index;
}

static void append_members(struct node *node, struct raft *raft, struct rf_members members) {
    struct rf_entry entry = {.term = raft->term,
                             .type = RF_ENTRY_MEMBERS,
                             .key = members.voters,
                             .value = (int64_t)members.outgoing,
                             .expected = (int64_t)members.learners};
    rf_log_append(node, raft, &entry);
}

static void leave_joint(struct node *node, struct raft *raft) {
    struct rf_members members = raft->members;
    members.outgoing = 0;
    append_members(node, raft, members);
}

/* Raft 6: from the joint entry on, elections and commits need majorities of the old and of the new voters. The new ones
 * alone decide only when that entry is committed; R22 does not wait for it. */
static void append_change(struct node *node, struct raft *raft) {
    struct rf_members members = raft->change.wanted;
    raft->change = (struct rf_change){0};
    if (rf_params(node)->membership == RF_JOINT) {
        members.outgoing = raft->members.voters;
    }
    append_members(node, raft, members);
    if (members.outgoing != 0 && rf_has_bug(node, RF_BUG_R22)) {
        leave_joint(node, raft);
    }
    rf_replicate(node, raft);
    rf_disk_progress(node, raft);
}

/* ---- Catching up (dissertation 4.2.1) ---- */

static void begin_round(struct node *node, struct raft *raft) {
    raft->change.round_end = rf_last_index(raft);
    raft->change.round_began = node_monotonic(node);
    raft->change.rounds++;
}

static void begin_joining(struct node *node, struct raft *raft, uint64_t joining) {
    uint64_t known = rf_everybody(raft);
    raft->change.joining = joining;
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        if ((joining & ~known) >> i & 1) {
            rf_begin_peer(node, raft, i);
        }
    }
    begin_round(node, raft);
    rf_start_round(node, raft);
}

static bool has_caught_up(const struct raft *raft) {
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        bool joins = raft->change.joining >> i & 1;
        if (joins && raft->peers[i].marks[RF_MARK_MATCH] < raft->change.round_end) {
            return false;
        }
    }
    return true;
}

void rf_go_on_with_change(struct node *node, struct raft *raft) {
    if (raft->role != RF_LEADER || raft->change.joining == 0 || !has_caught_up(raft)) {
        return;
    }
    /* A round shorter than an election timeout: so long, and no longer, the cluster may wait for the new ones. */
    if (node_monotonic(node) - raft->change.round_began < rf_params(node)->election_timeout[0]) {
        append_change(node, raft);
    } else if (raft->change.rounds < MOST_ROUNDS) {
        begin_round(node, raft);
    } else {
        raft->change = (struct rf_change){0}; /* too slow: whoever asked may ask again */
    }
}

void rf_give_up_change(struct node *node, struct raft *raft) {
    sim_time patience = MOST_SILENT_TIMEOUTS * rf_params(node)->election_timeout[1];
    for (uint32_t i = 0; i < raft->peer_count && raft->change.joining != 0; i++) {
        sim_time silence = node_monotonic(node) - (sim_time)raft->peers[i].marks[RF_MARK_HEARD];
        if ((raft->change.joining >> i & 1) && silence > patience) {
            raft->change = (struct rf_change){0};
        }
    }
}

/* ---- Asked for ---- */

/* Ongaro, raft-dev, 2015: a leader changes nothing before an entry of its own term is committed. Else two leaders could
 * each make a change that the other does not know, to majorities that have no server in common. R11 does. */
static bool may_change(const struct node *node, const struct raft *raft) {
    return raft->commit_index >= raft->term_start_index || rf_has_bug(node, RF_BUG_R11);
}

enum admin_answer rf_change_members(struct node *node, struct raft *raft, const struct admin_request *request) {
    if (raft->role != RF_LEADER || is_changing(raft) || !may_change(node, raft)) {
        return ADMIN_REFUSED;
    }
    bool is_single = rf_params(node)->membership == RF_SINGLE;
    struct rf_members members = raft->members;
    uint64_t targets = set_of(node, request);
    if (request->kind == ADMIN_MEMBER_ADD) {
        uint64_t joining = targets & ~members.voters;
        joining = is_single ? lowest(joining) : joining;
        if (joining == 0) {
            return ADMIN_DONE;
        }
        members.voters |= joining;
        members.learners &= ~joining;
        raft->change.wanted = members;
        begin_joining(node, raft, joining);
        return ADMIN_ACCEPTED;
    }
    uint64_t leaving = targets & (members.voters | members.learners);
    leaving = is_single ? lowest(leaving) : leaving;
    if (leaving == 0) {
        return ADMIN_DONE;
    }
    members.voters &= ~leaving;
    members.learners &= ~leaving;
    if (members.voters == 0) {
        return ADMIN_REFUSED; /* somebody must be left */
    }
    raft->change.wanted = members;
    append_change(node, raft);
    return ADMIN_ACCEPTED;
}

/* ---- Committed ---- */

/* Dissertation 4.2.2: a leader that is left out steps down when the entry that says so is committed, and no sooner. */
void rf_members_committed(struct node *node, struct raft *raft) {
    if (raft->role != RF_LEADER || rf_newest_config(raft)->index > raft->commit_index) {
        return;
    }
    if (raft->members.outgoing != 0) {
        leave_joint(node, raft);
        rf_replicate(node, raft);
        rf_disk_progress(node, raft);
    } else if (!rf_is_voter(raft, raft->self)) {
        rf_start_round(node, raft); /* tells the others that it is committed */
        rf_become_follower(node, raft, raft->term, NODE_NONE);
    }
}
