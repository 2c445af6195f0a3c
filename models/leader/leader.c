/* The model's table: parameters, messages, claims, and the handlers that the simulator calls. */
#include "models/leader/leader.h"

#include <string.h>

const struct ld_params *ld_params(const struct node *node) {
    return node_params(node);
}

bool ld_has_bug(const struct node *node, enum ld_bug bug) {
    return ld_params(node)->bug == (int32_t)bug;
}

/* Nodes that a majority may be without. */
static size_t missing_of_majority(size_t nodes) {
    return nodes - (nodes / 2 + 1);
}

uint32_t ld_copies(const struct ld_params *params, size_t nodes) {
    switch ((enum ld_replication)params->replication) {
    case LD_SYNC:
        return (uint32_t)nodes - 1;
    case LD_SEMI_SYNC:
        return params->copies > 0 ? (uint32_t)params->copies : (uint32_t)missing_of_majority(nodes);
    case LD_ASYNC:
        break;
    }
    return 0;
}

static bool has_everyone(const struct ld_params *params, size_t nodes) {
    return ld_copies(params, nodes) + 1 >= nodes;
}

/* Those that have a write and those that promote must have a node in common (Howard, Malkhi and Spiegelman, Flexible
 * Paxos, 2016). A majority votes for a node whose log is not behind: one of them has the write if leader and copies are
 * more than those that may be missing from a majority. Who promotes itself alone has it if all have. */
bool ld_is_safe(const struct ld_params *params, size_t nodes) {
    switch ((enum ld_failover)params->failover) {
    case LD_QUORUM:
        return ld_copies(params, nodes) >= missing_of_majority(nodes);
    case LD_DETECTOR:
        return has_everyone(params, nodes);
    case LD_NEVER:
        break;
    }
    return true;
}

/* ---- Boot ---------------------------------------------------------------------------------------------------- */

static void boot(struct node *node, struct ld_node *ld) {
    ld->voted_for = NODE_NONE;
    ld->leader = NODE_NONE;
    ld->fresh_at = -1;
    ld->published_role = ROLE_COUNT; /* nothing is published yet */
    ld->peer_count = (uint32_t)node_count(node);
    ld->self = (uint32_t)node_index(node);
    ld->peers = node_alloc(node, ld->peer_count * sizeof *ld->peers);
    size_t batch = (size_t)ld_params(node)->batch;
    ld->outbox = node_alloc(node, sizeof *ld->outbox + batch * sizeof ld->outbox->entries[0]);
    ld_recover_log(node, ld);
}

static void start(struct node *node, void *state) {
    struct ld_node *ld = state;
    boot(node, ld);
    ld_publish_role(node, ld);
    ld_arm_failover(node, true);
}

static void recover(struct node *node, void *state) {
    struct ld_node *ld = state;
    boot(node, ld);
    size_t bytes = 0;
    const uint64_t *record = node_record_get(node, LD_RECORD_EPOCH, &bytes);
    if (record != NULL && bytes == 2 * sizeof *record) {
        ld->epoch = record[0];
        ld->voted_for = (node_id)record[1];
    }
    /* An entry may have reached the disk without the epoch that was written before it. Nothing was said in that one. */
    uint64_t last = ld_epoch_at(ld, ld->log.count);
    if (last > ld->epoch) {
        ld->epoch = last;
        ld->voted_for = NODE_NONE;
        ld_save_epoch(node, ld);
    }
    /* It may have acknowledged a message right before the crash, and a lease may stand on that. */
    ld->has_heard = true;
    ld->heard_at = node_monotonic(node);
    ld_publish_role(node, ld);
    ld_arm_failover(node, false);
}

/* ---- Dispatch ------------------------------------------------------------------------------------------------ */

static void on_message(struct node *node, void *state, const struct message *message) {
    static void (*const handlers[])(struct node *, struct ld_node *, const struct message *) = {
        [LD_SHIP] = ld_on_ship,      [LD_SHIP_REPLY] = ld_on_ship_reply,
        [LD_SUSPECT] = ld_on_ballot, [LD_SUSPECT_REPLY] = ld_on_ballot_reply,
        [LD_VOTE] = ld_on_ballot,    [LD_VOTE_REPLY] = ld_on_ballot_reply,
    };
    struct ld_node *ld = state;
    if (ld->role != LD_HALTED) {
        handlers[message->type](node, ld, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    if (timer == LD_TIMER_FAILOVER) {
        ld_failover_timeout(node, state);
    } else {
        ld_heartbeat(node, state);
    }
}

static void on_request(struct node *node, void *state, const struct request *request) {
    struct ld_node *ld = state;
    if (ld->role != LD_HALTED) {
        ld_on_request(node, ld, request);
    }
}

/* A node that cannot write cannot promise anything: what its disk holds is unknown to it until it reads it again. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    struct ld_node *ld = state;
    (void)ticket;
    if (failed || ld->role == LD_HALTED) {
        ld_become_halted(node, ld);
        return;
    }
    bool has_more = ld_log_synced(node, ld);
    ld_count_own_vote(node, ld);
    if (has_more && ld->role == LD_LEADER) {
        ld_advance_commit(node, ld);
    } else if (has_more && ld->role == LD_FOLLOWER) {
        ld_follower_synced(node, ld);
    }
}

/* ---- Views --------------------------------------------------------------------------------------------------- */

static void inspect(const void *state, struct inspector *to) {
    static const char *const roles[] = {
        [LD_FOLLOWER] = "follower", [LD_SUSPECTING] = "suspecting", [LD_CANDIDATE] = "candidate",
        [LD_LEADER] = "leader",     [LD_HALTED] = "halted",
    };
    const struct ld_node *ld = state;
    to->text(to, "role", roles[ld->role]);
    to->number(to, "epoch", (int64_t)ld->epoch);
    to->node(to, "leader", ld->leader);
    to->number(to, "last index", (int64_t)ld->log.count);
    to->number(to, "durable index", (int64_t)ld->log.durable);
    to->number(to, "commit index", (int64_t)ld->commit_index);
    to->number(to, "applied index", (int64_t)ld->applied_index);
    to->number(to, "truncated entries", (int64_t)ld->truncated);
    to->number(to, "fresh at", ld->fresh_at);
    to->number(to, "pending operations", ld->waiter_count);
}

static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct ld_node *ld = state;
    const struct stored_value *slot = node_table_find(&ld->store, key);
    if (slot != NULL) {
        *value = slot->value;
    }
    return slot != NULL;
}

/* ---- The table ----------------------------------------------------------------------------------------------- */

static const char *const replication_choices[] = {"async", "semi_sync", "sync", NULL};
static const char *const replication_meanings[] = {"a write is acknowledged when the leader has it on disk",
                                                   "and `copies` followers", "and all followers", NULL};
static const char *const read_choices[] = {"leader", "any", "bounded", "session", NULL};
static const char *const read_meanings[] = {
    "at the leader only", "at any node, from what it has applied",
    "at any node that surely has all that was committed `staleness_bound` ago",
    "at any node that has what the session has written and read; clients keep a token of it", NULL};
static const char *const failover_choices[] = {"never", "detector", "quorum", NULL};
static const char *const failover_meanings[] = {
    "the first node leads, or nobody", "whoever misses the leader for failover_timeout makes itself the leader",
    "a majority must miss the leader, too, and vote for a successor that is not behind", NULL};
static const char *const bug_choices[] = {"none", "S01", "S02", NULL};
static const char *const bug_meanings[] = {
    "the protocol as described",
    "the leader acknowledges a write before any follower has it, whatever `replication` says",
    "a follower makes itself the leader without a quorum, whatever `failover` says, in the next epoch", NULL};

#define PARAM(field) offsetof(struct ld_params, field)

static const struct parameter parameters[] = {
    {"replication", PARAM_CHOICE, PARAM(replication), "\"semi_sync\"", 0, 0, replication_choices, replication_meanings,
     "Who has a write when it is acknowledged."},
    {"copies", PARAM_COUNT, PARAM(copies), "0", 0, LD_MOST_NODES - 1, NULL, NULL,
     "Followers that have a write on disk before it is acknowledged, with semi_sync; 0: as many as a majority may lack "
     "(nodes - majority), the fewest that are safe with quorum."},
    {"reads", PARAM_CHOICE, PARAM(reads), "\"leader\"", 0, 0, read_choices, read_meanings, "Who answers reads."},
    {"staleness_bound", PARAM_DURATION, PARAM(staleness_bound), "\"500ms\"", 0.001, 3600, NULL, NULL,
     "How old the state may be that a follower reads, with bounded."},
    {"failover", PARAM_CHOICE, PARAM(failover), "\"quorum\"", 0, 0, failover_choices, failover_meanings,
     "What happens when the leader is gone."},
    {"failover_timeout", PARAM_DURATION_RANGE, PARAM(failover_timeout), "[\"300ms\", \"600ms\"]", 1e-6, 3600, NULL,
     NULL, "A follower that hears no leader for this long takes it for dead; drawn anew each time."},
    {"heartbeat", PARAM_DURATION, PARAM(heartbeat), "\"50ms\"", 1e-6, 3600, NULL, NULL,
     "A leader sends to each follower at least this often."},
    {"fencing", PARAM_FLAG, PARAM(fencing), "true", 0, 0, NULL, NULL,
     "A leader serves only while no successor can have been promoted: a majority has answered it within the shortest "
     "failover_timeout. Without, it serves until it hears of its successor."},
    {"max_clock_drift_ppm", PARAM_COUNT, PARAM(max_clock_drift_ppm), "500", 0, 100000, NULL, NULL,
     "Fencing holds if no clock's rate is off by more than this many parts per million."},
    {"batch", PARAM_COUNT, PARAM(batch), "64", 1, 4096, NULL, NULL, "Entries of one message at most."},
    {"bug", PARAM_CHOICE, PARAM(bug), "\"none\"", 0, 0, bug_choices, bug_meanings,
     "Breaks one rule, to see a checker find it."},
    {.name = NULL},
};

static const struct message_type messages[] = {
    [LD_SHIP] = {"leader.ship", "entries of the log, or none as a heartbeat"},
    [LD_SHIP_REPLY] = {"leader.ship_reply", "how far the log matches and is on disk"},
    [LD_SUSPECT] = {"leader.suspect", "do you miss the leader, too?"},
    [LD_SUSPECT_REPLY] = {"leader.suspect_reply", "yes or no"},
    [LD_VOTE] = {"leader.vote", "a candidate asks for a vote"},
    [LD_VOTE_REPLY] = {"leader.vote_reply", "the vote, on disk, or a refusal"},
    {NULL, NULL},
};

static const char *const promises[] = {"replication", "copies", "reads", "failover", "fencing", NULL};
static const char *const timers[] = {"failover", "heartbeat", NULL};
static const char *const records[] = {"epoch", NULL};

#define HONEST_FAULTS                                                                                                  \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump clock-drift slow-node "        \
    "degrade drop-messages"
#define NO_BUG "bug is not none"
#define UNSAFE                                                                                                         \
    NO_BUG "; or failover is quorum with fewer copies than a majority may lack (nodes - majority); or detector with "  \
           "fewer than all (nodes - 1)"
#define UNFENCED "fencing is off, failover is not never, and copies are fewer than all"

static const struct claim claims[] = {
    {"election-safety", HONEST_FAULTS, NO_BUG},
    {"leader-append-only", HONEST_FAULTS, NO_BUG},
    {"log-matching", HONEST_FAULTS, NO_BUG},
    {"convergence", HONEST_FAULTS, NO_BUG},
    {"progress", HONEST_FAULTS, NO_BUG "; or messages and syncs take as long as failover_timeout"},
    {"leader-completeness", HONEST_FAULTS, UNSAFE},
    {"state-machine-safety", HONEST_FAULTS, UNSAFE},
    {"no-lost-writes", HONEST_FAULTS, UNSAFE},
    {"exactly-once", HONEST_FAULTS, UNSAFE},
    {"read-your-writes", HONEST_FAULTS, UNSAFE "; or reads is any or bounded; or reads is leader and " UNFENCED},
    {"monotonic-reads", HONEST_FAULTS, UNSAFE "; or reads is any or bounded; or reads is leader and " UNFENCED},
    {"monotonic-writes", HONEST_FAULTS, UNSAFE "; or reads is any or bounded; or reads is leader and " UNFENCED},
    {"writes-follow-reads", HONEST_FAULTS, UNSAFE "; or reads is any or bounded; or reads is leader and " UNFENCED},
    {"linearizable", HONEST_FAULTS,
     UNSAFE "; or reads is not leader; or " UNFENCED "; or a clock drifts by more than max_clock_drift_ppm"},
    {NULL, NULL, NULL},
};

static const struct boundary boundaries[] = {
    {"no-lost-writes", "crash partition", "replication=async", "What only the leader has is gone with it."},
    {"no-lost-writes", "crash partition", "replication=semi_sync copies=1",
     "With five nodes a majority may lack what the leader and one follower have."},
    {"no-lost-writes", "partition", "failover=detector",
     "A follower that misses the leader takes over, and has less than another."},
    {"linearizable", "partition", "fencing=false", "A leader that was replaced answers reads."},
    {"linearizable", "partition", "reads=any", "Followers are behind."},
    {"linearizable", "partition", "reads=bounded", "Followers are behind, if not by much."},
    {"linearizable", "partition", "reads=session", "A token says what its own session has seen, not what others have."},
    {"read-your-writes", "partition", "reads=any", "A follower has not heard yet of the client's own write."},
    {"monotonic-reads", "partition", "reads=any", "The next follower is further behind than the last one."},
    {"monotonic-writes", "partition", "reads=any", "So is it for who reads another session's two writes."},
    {"writes-follow-reads", "partition", "reads=any", "And for who reads a write, and what it was an answer to."},
    {"leader-completeness", "lying-sync crash", NULL, "A copy that counted as durable is gone after a crash."},
    {"leader-completeness", "lose-disk", NULL, "A node that lost its log votes for one that lacks a write."},
    {"leader-completeness", "corrupt-disk crash", NULL,
     "A log that ends at an unreadable entry lacks committed ones behind it."},
    {"log-matching", "lose-disk", NULL,
     "A node that lost its epoch leads again in one in which there have been entries."},
    {"linearizable", "clock-drift partition", NULL,
     "A slow clock lets a leader think that nobody can be promoted yet."},
    {"progress", NULL, "failover_timeout=[\"2ms\",\"4ms\"] heartbeat=\"1ms\"",
     "The next one stands before the votes for the last one have arrived."},
    {NULL, NULL, NULL, NULL},
};

static bool is_one_of(const char *check, const char *const *names) {
    while (*names != NULL && strcmp(*names, check) != 0) {
        names++;
    }
    return *names != NULL;
}

static bool claim_stands(const struct claim *claim, const void *given, size_t nodes) {
    static const char *const always[] = {"election-safety", "leader-append-only", "log-matching",
                                         "convergence",     "progress",           NULL};
    static const char *const sessions[] = {"read-your-writes", "monotonic-reads", "monotonic-writes",
                                           "writes-follow-reads", NULL};
    const struct ld_params *params = given;
    /* A successor serves nobody before all who must have its first entry have it. If these are all, its predecessor is
     * one of them, and has stepped down. */
    bool is_fenced = params->fencing || params->failover == LD_NEVER || has_everyone(params, nodes);
    bool is_one = params->reads == LD_READS_LEADER && is_fenced;
    if (is_one_of(claim->check, always)) {
        return true;
    }
    if (strcmp(claim->check, "linearizable") == 0) {
        return ld_is_safe(params, nodes) && is_one;
    }
    if (is_one_of(claim->check, sessions)) {
        return ld_is_safe(params, nodes) && (is_one || params->reads == LD_READS_SESSION);
    }
    return ld_is_safe(params, nodes);
}

static const char *check_params(const void *given, size_t nodes) {
    const struct ld_params *params = given;
    if (nodes > LD_MOST_NODES) {
        return "at most 64 nodes";
    }
    if (params->replication == LD_SEMI_SYNC && (size_t)params->copies >= nodes) {
        return "copies must be fewer than the nodes: the leader's own is not counted";
    }
    if (params->heartbeat >= params->failover_timeout[0]) {
        return "heartbeat must be shorter than failover_timeout, or followers take a live leader for dead";
    }
    return NULL;
}

const struct model ld_model = {
    .abi = SPACELIKE_ABI,
    .name = "leader",
    .summary = "a replicated store with a single leader: log shipping, failover, fencing, reads at followers",
    .source = "Kleppmann, Designing Data-Intensive Applications, 2017, chapters 5, 8 and 9; Terry and others, Session "
              "guarantees, 1994",
    .state_bytes = sizeof(struct ld_node),
    .params_bytes = sizeof(struct ld_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = records,
    .claims = claims,
    .operations = ((1u << OP_KIND_COUNT) - 1) & ~(1u << OP_REQUEST),
    .has_leader = true,
    .check_params = check_params,
    .claim_stands = claim_stands,
    .promises = promises,
    .boundaries = boundaries,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .disk_done = on_disk_done,
    .inspect = inspect,
    .peek = peek,
};
