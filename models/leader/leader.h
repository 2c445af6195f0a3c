/* The state of a node of a single-leader store, its messages, and what the files of this folder offer one another.
 *
 * One node, the leader, takes all writes, puts them into a log and ships it to the others, the followers. When the
 * leader is gone, a failure detector makes a follower the next one. README.md says what is modelled and what is not. */
#ifndef MODELS_LEADER_LEADER_H
#define MODELS_LEADER_LEADER_H

#include "sim/spacelike.h"

/* ---- Parameters ---------------------------------------------------------------------------------------------- */

enum ld_replication { LD_ASYNC, LD_SEMI_SYNC, LD_SYNC };
enum ld_reads { LD_READS_LEADER, LD_READS_ANY, LD_READS_BOUNDED, LD_READS_SESSION };
enum ld_failover { LD_NEVER, LD_DETECTOR, LD_QUORUM };
enum ld_bug { LD_BUG_NONE, LD_BUG_S01, LD_BUG_S02 }; /* rows of the table of known bugs of real systems */

struct ld_params {
    int32_t replication; /* enum ld_replication */
    int64_t copies;      /* semi_sync: followers that have a write before it is acknowledged */
    int32_t reads;       /* enum ld_reads */
    sim_time staleness_bound;
    int32_t failover; /* enum ld_failover */
    sim_time failover_timeout[2];
    sim_time heartbeat;
    bool fencing;
    int64_t max_clock_drift_ppm;
    int64_t batch;
    int32_t bug; /* enum ld_bug */
};

enum { LD_TIMER_FAILOVER, LD_TIMER_HEARTBEAT };
enum { LD_RECORD_EPOCH };
enum { LD_STREAM_FAILOVER };
enum { LD_MOST_NODES = 64, LD_MOST_WAITING = 1 << 16 };

/* ---- The log ------------------------------------------------------------------------------------------------- */

/* An entry in memory, in messages and on disk. Index 1 is the first. */
struct ld_entry {
    uint64_t epoch;                      /* of the leader that made it */
    uint64_t session, sequence, settled; /* as in the client's request */
    uint64_t key;
    int64_t value, expected;
    uint32_t value_bytes;
    uint32_t kind; /* enum operation_kind; OP_KIND_COUNT: nothing, it begins a leader's epoch */
};

struct ld_log {
    struct ld_entry *entries;
    disk_ticket *tickets;
    uint64_t count, capacity;
    uint64_t durable; /* entries up to here are on disk */
};

/* ---- Messages: flat, each begins with an epoch ----------------------------------------------------------------- */

enum { LD_SHIP, LD_SHIP_REPLY, LD_SUSPECT, LD_SUSPECT_REPLY, LD_VOTE, LD_VOTE_REPLY };

/* Sizes on the wire: a header (length, type, both ends, epoch), 8 bytes a further number, and what an entry takes
 * besides the bytes that its value stands for. */
enum { LD_HEADER_BYTES = 24, LD_NUMBER_BYTES = 8, LD_ENTRY_BYTES = 48 };

struct ld_ship {
    uint64_t epoch;
    uint64_t prev_index, prev_epoch; /* what the entries follow */
    uint64_t commit_index;
    sim_time sent_at; /* on the leader's clock; the reply returns it: what a lease counts from */
    sim_time echo;    /* on the receiver's clock: it was sent after this (bounded staleness); -1: never */
    uint64_t count;
    struct ld_entry entries[];
};

struct ld_ship_reply {
    uint64_t epoch;
    uint64_t is_matching; /* the log holds what the message follows */
    uint64_t match_index; /* then: equal to the leader's and on disk up to here; else: the log's last index */
    sim_time sent_at;     /* as in the message that this answers; 0: it tells of the disk only */
    sim_time asked_at;    /* on the sender's clock */
};

struct ld_vote { /* LD_SUSPECT asks whether others miss the leader, too; LD_VOTE, for a vote in `epoch` */
    uint64_t epoch;
    uint64_t last_index, last_epoch;
};

struct ld_vote_reply {
    uint64_t epoch; /* of what is granted; of a refusal: the sender's */
    uint64_t is_granted;
};

/* ---- Replicated state ------------------------------------------------------------------------------------------ */

/* ---- The node -------------------------------------------------------------------------------------------------- */

enum ld_role {
    LD_FOLLOWER,
    LD_SUSPECTING, /* asks whether others miss the leader, too; others see a follower */
    LD_CANDIDATE,
    LD_LEADER,
    LD_HALTED /* a disk write failed: silent until the restart */
};

struct ld_peer { /* in the order of node_peer, this node included */
    uint64_t next_index, match_index;
    sim_time reshipped_at;  /* on the leader's clock: when it last went back to entries that it had shipped before */
    sim_time acked_sent_at; /* on the leader's clock: when it sent the newest message that this peer answered */
    sim_time asked_at;      /* on the peer's clock: when it sent the newest of its answers; -1: none */
    bool has_granted;
};

struct ld_waiter {
    uint64_t index;
    struct request request;
};

struct ld_node {
    /* Mirrors of the disk. */
    uint64_t epoch;
    node_id voted_for; /* in this epoch, or NODE_NONE */
    disk_ticket epoch_ticket;
    struct ld_log log;

    enum ld_role role;
    node_id leader; /* of this epoch, as far as known, or NODE_NONE */
    enum node_role published_role;
    uint64_t published_epoch;
    bool has_heard;
    sim_time heard_at; /* a leader, on the own clock */

    uint64_t verified_index; /* a follower's: its log is the leader's up to here */
    uint64_t commit_index, applied_index;
    sim_time fresh_at;          /* on the own clock: all that was committed then is applied; -1: never */
    struct node_table store;    /* struct stored_value, by key */
    struct node_table sessions; /* struct client_session */
    uint64_t truncated;         /* entries that gave way to a leader's since the boot */

    struct ld_peer *peers;
    uint32_t peer_count, self;
    struct ld_ship *outbox;    /* room for a full batch */
    sim_time led_since;        /* on the own clock */
    uint64_t epoch_start;      /* index of the entry that begins this leader's epoch */
    struct ld_waiter *waiters; /* a ring: operations in the log that are not answered, by index */
    uint32_t waiter_head, waiter_count, waiter_capacity;
};

const struct ld_params *ld_params(const struct node *node);
bool ld_has_bug(const struct node *node, enum ld_bug bug);
/* Followers that have a write before it is acknowledged. */
uint32_t ld_copies(const struct ld_params *params, size_t nodes);
/* Whether what is acknowledged survives every failover: whoever is promoted has it. Only then is it called committed.
 */
bool ld_is_safe(const struct ld_params *params, size_t nodes);

/* ---- role.c ---- */
void ld_publish_role(struct node *node, struct ld_node *ld);
void ld_become_follower(struct node *node, struct ld_node *ld, uint64_t epoch, node_id leader);
void ld_become_candidate(struct node *node, struct ld_node *ld);
void ld_become_leader(struct node *node, struct ld_node *ld);
void ld_become_halted(struct node *node, struct ld_node *ld);
void ld_save_epoch(struct node *node, struct ld_node *ld);
/* Fencing: a majority has acknowledged a message that was sent so short a time ago that nobody can be promoted yet. */
bool ld_has_lease(const struct node *node, const struct ld_node *ld);

/* ---- detect.c: the failure detector ---- */
void ld_arm_failover(struct node *node, bool is_first_boot);
void ld_failover_timeout(struct node *node, struct ld_node *ld);
void ld_on_ballot(struct node *node, struct ld_node *ld, const struct message *message);
void ld_on_ballot_reply(struct node *node, struct ld_node *ld, const struct message *message);
void ld_count_own_vote(struct node *node, struct ld_node *ld); /* once it is durable */

/* ---- ship.c: the leader's side of log shipping ---- */
void ld_ship(struct node *node, struct ld_node *ld, bool is_heartbeat);
void ld_heartbeat(struct node *node, struct ld_node *ld);
void ld_on_ship_reply(struct node *node, struct ld_node *ld, const struct message *message);
void ld_advance_commit(struct node *node, struct ld_node *ld);

/* ---- follow.c: the follower's side ---- */
void ld_on_ship(struct node *node, struct ld_node *ld, const struct message *message);
void ld_follower_synced(struct node *node, struct ld_node *ld);

/* ---- apply.c ---- */
void ld_apply(struct node *node, struct ld_node *ld); /* up to commit_index */
/* The state as it was after `index`, made anew from the log: its tail has been truncated. */
void ld_rebuild(struct node *node, struct ld_node *ld, uint64_t index);

/* ---- request.c: clients ---- */
void ld_on_request(struct node *node, struct ld_node *ld, const struct request *request);
void ld_answer(struct node *node, struct ld_node *ld, uint64_t index, struct reply reply);
void ld_drop_waiters(struct node *node, struct ld_node *ld); /* their outcome is unknown */

/* ---- log.c ---- */
uint64_t ld_epoch_at(const struct ld_node *ld, uint64_t index); /* 0 for index 0 */
void ld_append(struct node *node, struct ld_node *ld, const struct ld_entry *entry);
void ld_truncate(struct node *node, struct ld_node *ld, uint64_t last); /* keeps the entries up to `last` */
void ld_recover_log(struct node *node, struct ld_node *ld);
bool ld_log_synced(const struct node *node, struct ld_node *ld); /* true if more of it is durable now */
uint64_t ld_entry_hash(const struct ld_entry *entry);

/* ---- store.c, session.c ---- */
extern const struct model ld_model;

#endif
