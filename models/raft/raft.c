/* Raft as a model: its table, its parameters, and which file handles what happens. */
#include "models/raft/raft.h"

void rf_send(struct node *node, const struct raft *raft, node_id to, struct outgoing message) {
    node_send_after(node, raft->hard_state_ticket, to, message);
}

void rf_send_after(struct node *node, const struct raft *raft, disk_ticket ticket, node_id to,
                   struct outgoing message) {
    node_send_after(node, ticket > raft->hard_state_ticket ? ticket : raft->hard_state_ticket, to, message);
}

/* ---- Boot ---------------------------------------------------------------------------------------------------- */

static void boot(struct node *node, struct raft *raft) {
    const struct rf_params *params = rf_params(node);
    raft->voted_for = NODE_NONE;
    raft->leader = NODE_NONE;
    raft->log.first_index = 1;
    raft->peer_count = (uint32_t)node_count(node);
    raft->self = (uint32_t)node_index(node);
    raft->peers = node_alloc(node, raft->peer_count * sizeof *raft->peers);
    for (uint32_t i = 0; i < raft->peer_count; i++) {
        raft->peers[i].in_flight = node_alloc(node, (size_t)params->pipeline * sizeof(uint64_t));
    }
    raft->sorted = node_alloc(node, raft->peer_count * sizeof *raft->sorted);
    raft->outbox = node_alloc(node, sizeof *raft->outbox + (size_t)params->batch * sizeof(struct rf_entry));
    rf_members_begin(node, raft);
    node_probe(node, PROBE_LOG_RESET, 0, 0, 0);
}

static void start(struct node *node, void *state) {
    struct raft *raft = state;
    boot(node, raft);
    rf_become_follower(node, raft, 0, NODE_NONE);
}

static void recover(struct node *node, void *state) {
    struct raft *raft = state;
    boot(node, raft);
    rf_recover_from_disk(node, raft);
    /* It may have acknowledged a lease right before the crash: no vote until that has run out. */
    if (rf_params(node)->reads == RF_READS_LEASE) {
        raft->leader_heard_at = node_monotonic(node);
        raft->has_heard_leader = true;
    }
    rf_become_follower(node, raft, raft->term, NODE_NONE);
}

/* ---- Dispatch ------------------------------------------------------------------------------------------------ */

static void on_message(struct node *node, void *state, const struct message *message) {
    static void (*const handlers[])(struct node *, struct raft *, const struct message *) = {
        [RF_PRE_VOTE] = rf_on_pre_vote,
        [RF_PRE_VOTE_REPLY] = rf_on_pre_vote_reply,
        [RF_VOTE] = rf_on_vote,
        [RF_VOTE_REPLY] = rf_on_vote_reply,
        [RF_APPEND] = rf_on_append,
        [RF_APPEND_REPLY] = rf_on_append_reply,
        [RF_INSTALL] = rf_on_install,
        [RF_INSTALL_REPLY] = rf_on_install_reply,
        [RF_TIMEOUT_NOW] = rf_on_timeout_now,
    };
    struct raft *raft = state;
    if (raft->role != RF_HALTED) {
        handlers[message->type](node, raft, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    if (timer == RF_TIMER_ELECTION) {
        rf_election_timeout(node, state);
    } else if (timer == RF_TIMER_HEARTBEAT) {
        rf_heartbeat_timeout(node, state);
    } else {
        rf_transfer_timeout(state);
    }
}

static void on_request(struct node *node, void *state, const struct request *request) {
    rf_on_request(node, state, request);
}

static enum admin_answer on_admin(struct node *node, void *state, const struct admin_request *request) {
    return request->kind == ADMIN_TRANSFER_LEADER ? rf_transfer_leadership(node, state, request)
                                                  : rf_change_members(node, state, request);
}

/* A node that cannot write cannot promise anything: what the disk holds is unknown to it until it reads it again. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    (void)ticket;
    if (failed) {
        rf_become_halted(node, state);
    } else {
        rf_disk_progress(node, state);
    }
}

/* ---- Views --------------------------------------------------------------------------------------------------- */

static void inspect(const void *state, struct inspector *to) {
    static const char *const roles[] = {
        [RF_FOLLOWER] = "follower",   [RF_PRE_CANDIDATE] = "pre-candidate",
        [RF_CANDIDATE] = "candidate", [RF_LEADER] = "leader",
        [RF_HALTED] = "halted",
    };
    const struct raft *raft = state;
    to->text(to, "role", roles[raft->role]);
    to->number(to, "term", (int64_t)raft->term);
    to->node(to, "voted for", raft->voted_for);
    to->node(to, "leader", raft->leader);
    to->number(to, "last index", (int64_t)rf_last_index(raft));
    to->number(to, "last term", (int64_t)rf_last_term(raft));
    to->number(to, "commit index", (int64_t)raft->commit_index);
    to->number(to, "applied index", (int64_t)raft->applied_index);
    to->number(to, "first index", (int64_t)raft->log.first_index);
    to->number(to, "snapshot index", raft->snapshot ? (int64_t)raft->snapshot->position.index : 0);
    to->number(to, "voters", (int64_t)raft->members.voters);
    to->number(to, "outgoing voters", (int64_t)raft->members.outgoing);
    to->number(to, "learners", (int64_t)raft->members.learners);
    if (raft->role != RF_LEADER) {
        return;
    }
    to->number(to, "durable index", (int64_t)raft->peers[raft->self].marks[RF_MARK_MATCH]);
    to->number(to, "round", (int64_t)raft->round);
    to->number(to, "confirmed round", (int64_t)raft->confirmed_round);
    to->number(to, "pending operations", raft->pending.count);
    to->number(to, "waiting reads", raft->reads.count);
}

static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct raft *raft = state;
    const struct stored_value *slot = node_table_find(&raft->store, key);
    if (slot) {
        *value = slot->value;
    }
    return slot != NULL;
}

/* ---- The table ----------------------------------------------------------------------------------------------- */

static const struct message_type messages[] = {
    [RF_PRE_VOTE] = {"raft.pre_vote", "would you vote for me?"},
    [RF_PRE_VOTE_REPLY] = {"raft.pre_vote_reply", "whether it would"},
    [RF_VOTE] = {"raft.vote", "a candidate asks for a vote (RequestVote)"},
    [RF_VOTE_REPLY] = {"raft.vote_reply", "the vote, durable, or a refusal"},
    [RF_APPEND] = {"raft.append", "entries, or none as a heartbeat (AppendEntries)"},
    [RF_APPEND_REPLY] = {"raft.append_reply", "entries are durable, or where the logs may match"},
    [RF_INSTALL] = {"raft.install", "a part of a snapshot (InstallSnapshot)"},
    [RF_INSTALL_REPLY] = {"raft.install_reply", "which part is wanted next, or that the snapshot is durable"},
    [RF_TIMEOUT_NOW] = {"raft.timeout_now", "stand for election at once (TimeoutNow)"},
    {NULL, NULL},
};

static const char *const timers[] = {"election", "heartbeat", "transfer", NULL};
static const char *const records[] = {"hard-state", "snapshot", "position", NULL};

const struct model rf_model = {
    .abi = SPACELIKE_ABI,
    .name = "raft",
    .summary = "a replicated key-value store by Raft: elections, replication, sessions, snapshots, membership changes",
    .source = "Ongaro and Ousterhout 2014, sections 5 to 8; Ongaro's dissertation, 3.10, 4, 5, 6, 9.6 and 10.2",
    .state_bytes = sizeof(struct raft),
    .params_bytes = sizeof(struct rf_params),
    .parameters = rf_parameters,
    .messages = messages,
    .timers = timers,
    .records = records,
    .claims = rf_claims,
    .claim_stands = rf_claim_stands,
    .boundaries = rf_boundaries,
    .operations = (1u << OP_KIND_COUNT) - 1,
    .has_leader = true,
    .check_params = rf_check_params,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .admin = on_admin,
    .disk_done = on_disk_done,
    .inspect = inspect,
    .peek = peek,
};
