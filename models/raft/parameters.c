/* What can be set, what goes together, and what is promised. */
#include "models/raft/parameters.h"

#include <string.h>

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

/* ---- The table ---- */

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

const struct parameter rf_parameters[] = {
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

/* ---- Claims ---- */

#define MACHINE_FAULTS                                                                                                 \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump clock-drift slow-node "        \
    "degrade drop-messages transfer-leader"
#define FAULTS MACHINE_FAULTS " member-add member-remove"

#define NO_BUG "bug is not none"
#define TOO_SLOW "; or messages and syncs take as long as an election timeout (Raft 5.6)"

const struct claim rf_claims[] = {
    {"election-safety", FAULTS, NO_BUG},
    {"leader-append-only", FAULTS, NO_BUG},
    {"log-matching", FAULTS, NO_BUG},
    {"leader-completeness", FAULTS, NO_BUG},
    {"state-machine-safety", FAULTS, NO_BUG},
    {"linearizable", FAULTS, NO_BUG "; or reads is lease and a clock drifts by more than max_clock_drift_ppm"},
    {"no-lost-writes", FAULTS, NO_BUG},
    {"exactly-once", FAULTS, NO_BUG},
    {"progress", FAULTS, NO_BUG TOO_SLOW "; or pre_vote or check_quorum is off, for a removed server deposes leaders"},
    {"progress", MACHINE_FAULTS, NO_BUG TOO_SLOW},
    {"convergence", MACHINE_FAULTS, NO_BUG},
    {"stable-leader", FAULTS,
     NO_BUG "; or pre_vote or check_quorum is off, or a heartbeat that is late once or twice ends a term"},
    {NULL, NULL, NULL},
};

const struct boundary rf_boundaries[] = {
    {"election-safety", "lose-disk", NULL, "A node that lost its vote with its disk votes again in the same term."},
    {"leader-completeness", "lying-sync crash", NULL, "What counts as durable on a majority is gone after a crash."},
    {"leader-completeness", "lose-disk", NULL,
     "A node that lost its log elects a leader that lacks committed entries."},
    {"leader-completeness", "corrupt-disk crash", NULL,
     "A log that ends at an unreadable entry lacks committed ones behind it."},
    {"linearizable", "clock-drift partition", "reads=lease",
     "A leader's slow clock thinks that a lease holds which is over."},
    {"progress", NULL, "election_timeout=[\"2ms\",\"4ms\"] heartbeat=\"1ms\"",
     "The next election begins before the votes of the last one have arrived (Raft 5.6)."},
    {"convergence", "member-remove", NULL, "A server that was removed keeps what it had."},
    {"stable-leader", "partition", "pre_vote=false check_quorum=false",
     "A server that hears nobody deposes one leader after another (dissertation 9.6)."},
    {NULL, NULL, NULL, NULL},
};

/* A term outlasts a lost or late heartbeat or two if this many fit into the shortest election timeout. */
enum { HEARTBEATS_A_TIMEOUT = 3 };

bool rf_claim_stands(const struct claim *claim, const void *given, size_t nodes) {
    const struct rf_params *params = given;
    bool keeps_leaders = params->pre_vote && params->check_quorum;
    (void)nodes;
    if (strcmp(claim->check, "stable-leader") == 0) {
        return keeps_leaders && params->heartbeat * HEARTBEATS_A_TIMEOUT <= params->election_timeout[0];
    }
    if (strcmp(claim->check, "progress") == 0) { /* of the two, one */
        return keeps_leaders == (strcmp(claim->faults, FAULTS) == 0);
    }
    return true;
}

const char *rf_check_params(const void *given, size_t nodes) {
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
