/* Raft as a model: its table, its parameters, and which file handles what happens. */
#include "models/raft/raft.h"

const struct rf_params *rf_params(const struct node *node) {
    return node_params(node);
}

bool rf_has_bug(const struct node *node, enum rf_bug bug) {
    return rf_params(node)->bug == (int32_t)bug;
}

bool rf_pre_votes(const struct node *node) {
    return rf_params(node)->pre_vote && !rf_has_bug(node, RF_BUG_R21);
}

bool rf_checks_quorum(const struct node *node) {
    return rf_params(node)->check_quorum && !rf_has_bug(node, RF_BUG_R21);
}

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

static int64_t shown_node(node_id node) {
    return node == NODE_NONE ? -1 : (int64_t)node;
}

static void inspect(const void *state, struct inspector *to) {
    static const char *const roles[] = {
        [RF_FOLLOWER] = "follower",   [RF_PRE_CANDIDATE] = "pre-candidate",
        [RF_CANDIDATE] = "candidate", [RF_LEADER] = "leader",
        [RF_HALTED] = "halted",
    };
    const struct raft *raft = state;
    to->text(to, "role", roles[raft->role]);
    to->number(to, "term", (int64_t)raft->term);
    to->number(to, "voted for", shown_node(raft->voted_for));
    to->number(to, "leader", shown_node(raft->leader));
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
    const struct rf_slot *slot = rf_store_find(&raft->store, key);
    if (slot) {
        *value = slot->value;
    }
    return slot != NULL;
}

/* ---- The table ----------------------------------------------------------------------------------------------- */

static const char *const read_choices[] = {"log", "read_index", "lease", NULL};
static const char *const read_meanings[] = {
    "a read is an entry of the log, like a write",
    "the leader asks a majority, once for many reads, whether it still leads (dissertation 6.4)",
    "the leader reads at once while a majority has promised not to vote (dissertation 6.4.1)",
    NULL,
};

static const char *const membership_choices[] = {"single", "joint", NULL};
static const char *const membership_meanings[] = {
    "one server at a time (dissertation 4.1)",
    "any number at a time, by joint consensus (Raft 6)",
    NULL,
};

static const char *const bug_choices[] = {"none", "R01", "R02", "R03", "R05", "R06", "R08", "R09",
                                          "R10",  "R11", "R12", "R13", "R14", "R15", "R16", "R17",
                                          "R18",  "R19", "R20", "R21", "R22", "R26", "R30", "overwrite-leader-log",
                                          NULL};
static const char *const bug_meanings[] = {
    "the protocol as published",
    "a leader commits an older term's entry by counting its replicas (Raft 5.4.2, figure 8)",
    "a vote is sent before it is durable",
    "stepping down within a term forgets the vote of that term",
    "a follower cuts its log after the last entry of every message, conflict or not",
    "a follower takes the leader's commit index beyond what the message has checked",
    "a message about entries that are compacted is taken for a conflict, and the log removed",
    "a snapshot that is installed removes the entries behind it, too",
    "a snapshot that is installed keeps the entries behind it, though they follow another log",
    "a leader changes the membership before an entry of its term is committed (raft-dev 2015)",
    "a leader answers reads without making sure that it still leads",
    "a leader confirms that it leads, but does not wait until it knows what is committed",
    "leases are measured by the wall clock, without a margin for drift",
    "leases are used while leadership is handed over",
    "a vote is given to the longer log, whatever the term of its last entry",
    "replies of earlier terms count",
    "a leader that steps down reports success for what is still in its log",
    "entries are acknowledged before they are durable",
    "a snapshot's state is on disk before the index that it belongs to",
    "no pre-vote and no check of the quorum, whatever the parameters say",
    "the new voters decide alone before joint consensus is committed",
    "retries are not recognised",
    "the log is trimmed before the snapshot is durable",
    "a new leader drops the entries that it does not know to be committed",
    NULL,
};

static const struct parameter parameters[] = {
    {.name = "election_timeout",
     .type = PARAM_DURATION_RANGE,
     .offset = offsetof(struct rf_params, election_timeout),
     .preset = "[\"150ms\", \"300ms\"]",
     .low = 1e-6,
     .high = 3600,
     .meaning = "A follower that hears no leader for this long starts an election; drawn anew at each arming."},
    {.name = "heartbeat",
     .type = PARAM_DURATION,
     .offset = offsetof(struct rf_params, heartbeat),
     .preset = "\"50ms\"",
     .low = 1e-6,
     .high = 3600,
     .meaning = "A leader sends to each follower at least this often."},
    {.name = "pre_vote",
     .type = PARAM_FLAG,
     .offset = offsetof(struct rf_params, pre_vote),
     .preset = "true",
     .meaning = "Ask whether an election can succeed before raising the term (dissertation 9.6)."},
    {.name = "check_quorum",
     .type = PARAM_FLAG,
     .offset = offsetof(struct rf_params, check_quorum),
     .preset = "true",
     .meaning = "A leader that no majority answers steps down, and nodes that hear a leader ignore candidates "
                "(dissertation 6.2 and 4.2.3)."},
    {.name = "reads",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct rf_params, reads),
     .preset = "\"read_index\"",
     .choices = read_choices,
     .choice_meanings = read_meanings,
     .meaning = "How a leader makes sure that a read is not stale."},
    {.name = "max_clock_drift_ppm",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, max_clock_drift_ppm),
     .preset = "500",
     .low = 0,
     .high = 500000,
     .meaning =
         "Leases hold if no clock's rate is off by more than this many parts per million; NTP slews by at most 500."},
    {.name = "batch",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, batch),
     .preset = "64",
     .low = 1,
     .high = 4096,
     .meaning = "Entries of one append message at most."},
    {.name = "pipeline",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, pipeline),
     .preset = "4",
     .low = 1,
     .high = 1024,
     .meaning = "Append messages with entries under way to one follower at most."},
    {.name = "snapshot_every",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, snapshot_every),
     .preset = "0",
     .low = 0,
     .high = 1e9,
     .meaning = "After every so many entries a node takes a snapshot and drops them; 0: never (Raft 7)."},
    {.name = "snapshot_trailing",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, snapshot_trailing),
     .preset = "100",
     .low = 0,
     .high = 1e9,
     .meaning = "So many entries before a snapshot are kept all the same, for followers that are a little behind."},
    {.name = "snapshot_chunk",
     .type = PARAM_BYTES,
     .offset = offsetof(struct rf_params, snapshot_chunk),
     .preset = "\"64KiB\"",
     .low = 1024,
     .high = 1 << 30,
     .meaning = "A snapshot is sent in messages of at most this size."},
    {.name = "membership",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct rf_params, membership),
     .preset = "\"single\"",
     .choices = membership_choices,
     .choice_meanings = membership_meanings,
     .meaning = "How the set of voters changes."},
    {.name = "voters",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, voters),
     .preset = "0",
     .low = 0,
     .high = RF_MOST_NODES,
     .meaning = "The first so many nodes vote from the beginning; the others wait to be added. 0: all vote."},
    {.name = "learners",
     .type = PARAM_COUNT,
     .offset = offsetof(struct rf_params, learners),
     .preset = "0",
     .low = 0,
     .high = RF_MOST_NODES,
     .meaning = "The next so many nodes get the log and have no vote (dissertation 4.2.1)."},
    {.name = "bug",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct rf_params, bug),
     .preset = "\"none\"",
     .choices = bug_choices,
     .choice_meanings = bug_meanings,
     .meaning = "Breaks one rule of the protocol, to see a checker find it."},
    {.name = NULL},
};

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

#define HONEST_FAULTS                                                                                                  \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump slow-node degrade "            \
    "drop-messages member-add member-remove transfer-leader"

static const struct claim claims[] = {
    {"election-safety", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"leader-append-only", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"log-matching", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"leader-completeness", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"state-machine-safety", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"linearizable", HONEST_FAULTS " clock-drift",
     "bug is not none; or reads is lease and a clock drifts by more than max_clock_drift_ppm"},
    {"no-lost-writes", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"exactly-once", HONEST_FAULTS " clock-drift", "bug is not none"},
    {"progress", HONEST_FAULTS " clock-drift", "bug is not none"},
    {NULL, NULL, NULL},
};

static const char *check_params(const void *given, size_t nodes) {
    const struct rf_params *params = given;
    if (nodes > RF_MOST_NODES) {
        return "at most 64 nodes";
    }
    if ((uint64_t)(params->voters + params->learners) > nodes) {
        return "voters and learners must not be more than the nodes";
    }
    if (params->learners > 0 && params->voters == 0) {
        return "learners need voters to be given: without, all nodes vote";
    }
    if (params->heartbeat >= params->election_timeout[0]) {
        return "heartbeat must be shorter than election_timeout, or followers start elections under a live leader";
    }
    if (params->reads == RF_READS_LEASE && !params->check_quorum) {
        return "reads \"lease\" needs check_quorum: a lease is the followers' promise to ignore candidates";
    }
    return NULL;
}

const struct model rf_model = {
    .abi = SPACELIKE_ABI,
    .name = "raft",
    .summary = "a replicated key-value store by Raft: elections, replication, sessions, snapshots, membership changes",
    .source = "Ongaro and Ousterhout 2014, sections 5 to 8; Ongaro's dissertation, 3.10, 4, 5, 6, 9.6 and 10.2",
    .state_bytes = sizeof(struct raft),
    .params_bytes = sizeof(struct rf_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = records,
    .claims = claims,
    .operations = (1u << OP_KIND_COUNT) - 1,
    .has_leader = true,
    .check_params = check_params,
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
