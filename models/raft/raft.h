/* The state of a Raft node, and what the files of this folder offer one another.
 *
 * Raft as in Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014; "Raft 5.3" is a section
 * of it), and Ongaro, "Consensus: Bridging Theory and Practice" (2014; "dissertation 6.4"). README.md tells more.
 *
 * Functions begin with rf_, because a C library of Raft exports names that begin with raft_. */
#ifndef MODELS_RAFT_RAFT_H
#define MODELS_RAFT_RAFT_H

#include "models/raft/log.h"
#include "models/raft/members.h"
#include "models/raft/messages.h"
#include "models/raft/parameters.h"
#include "models/raft/snapshot.h"
#include "models/raft/state.h"

enum { RF_TIMER_ELECTION, RF_TIMER_HEARTBEAT, RF_TIMER_TRANSFER };
enum { RF_RECORD_HARD_STATE, RF_RECORD_SNAPSHOT, RF_RECORD_POSITION };
enum { RF_STREAM_ELECTION };

/* Operations appended but not yet applied, and reads not yet answered, at one leader; a request beyond them is refused.
 */
enum { RF_MOST_WAITING = 1 << 16 };

/* ---- The leader's ---------------------------------------------------------------------------------------------- */

/* Numbers that only grow while a leader leads; what a majority has reached decides. */
enum rf_mark {
    RF_MARK_MATCH, /* highest log index known to be durable there (matchIndex of Raft figure 2) */
    RF_MARK_ROUND, /* newest heartbeat round that it acknowledged */
    RF_MARK_LEASE, /* the leader's clock when the newest acknowledged message was sent */
    RF_MARK_HEARD, /* the leader's clock when it was last heard */
    RF_MARK_COUNT
};

struct rf_peer { /* in the order of node_peer, this node included */
    uint64_t marks[RF_MARK_COUNT];
    uint64_t next_index; /* of the next entry to send */
    uint64_t *in_flight; /* a ring of the last indices of the messages with entries that are under way */
    uint32_t in_flight_head, in_flight_count;
    bool is_probing;             /* where its log matches is unknown: only empty messages until one succeeds */
    bool has_granted;            /* its vote or pre-vote, to a (pre-)candidate */
    struct rf_snapshot *shipped; /* the snapshot that is being sent to it, or NULL */
    uint64_t chunk;              /* under way to it */
    sim_time chunk_sent_at;
};

struct rf_waiter {
    uint64_t index; /* must be applied before the answer */
    uint64_t round; /* of a read: must be confirmed before the answer */
    struct request request;
};

struct rf_queue {
    struct rf_waiter *waiters; /* the live ones begin at head */
    uint32_t head, count, capacity;
};

/* ---- The node -------------------------------------------------------------------------------------------------- */

enum rf_role {
    RF_FOLLOWER,
    RF_PRE_CANDIDATE, /* asks whether an election would succeed; others see a follower (dissertation 9.6) */
    RF_CANDIDATE,
    RF_LEADER,
    RF_HALTED /* a disk write failed: silent until the restart */
};

struct raft {
    /* Mirrors of the disk. */
    uint64_t term;
    node_id voted_for; /* in this term, or NODE_NONE */
    struct rf_log log;
    disk_ticket hard_state_ticket; /* of the newest write of term and vote */

    enum rf_role role;
    node_id leader; /* of this term, as far as known, or NODE_NONE */
    enum node_role published_role;
    uint64_t published_term;
    sim_time leader_heard_at; /* on the monotonic clock */
    bool has_heard_leader;

    uint64_t commit_index, applied_index;
    uint64_t applied_chain;     /* hash of the log up to applied_index */
    struct node_table store;    /* struct stored_value, by key */
    struct node_table sessions; /* struct rf_session, by client */

    struct rf_config *configs; /* the one that holds at the log's beginning, and those of entries in the log */
    uint32_t config_count, config_capacity;
    struct rf_members members; /* the newest: it holds from its entry on, committed or not (dissertation 4.1) */

    struct rf_snapshot *snapshot; /* the newest, or NULL */
    disk_ticket snapshot_ticket;
    bool is_save_due;        /* once what it covers is durable: the snapshot is written */
    bool is_trim_due;        /* once that is durable: the log's head is dropped */
    bool is_position_due;    /* only with R20: the position is written after the state */
    bool is_installing;      /* the snapshot replaces the log, and is not durable yet */
    bool owes_install_reply; /* its leader is to hear when the snapshot is durable */
    struct rf_incoming incoming;

    struct rf_peer *peers;
    uint32_t peer_count, self; /* index into peers */
    uint64_t *sorted;          /* room for one number a peer */
    struct rf_append *outbox;  /* room for one message of a full batch */

    uint64_t term_start_index; /* of the no-op of this leader's term */
    uint64_t round, confirmed_round;
    struct rf_queue pending; /* operations in the log, ordered by index */
    struct rf_queue reads;   /* ordered by round */
    struct rf_change change;
    bool is_transferring; /* to `successor`: no new operations until it is over */
    uint32_t successor;
    bool is_lease_void; /* it has asked for another leader in this term: promises to ignore candidates are off */
};

/* ---- elect.c: roles ---- */
void rf_arm_election(struct node *node);
void rf_election_timeout(struct node *node, struct raft *raft);
void rf_become_follower(struct node *node, struct raft *raft, uint64_t term, node_id leader);
void rf_become_candidate(struct node *node, struct raft *raft, bool is_transfer);
void rf_publish_role(struct node *node, struct raft *raft);
void rf_become_leader(struct node *node, struct raft *raft);
void rf_become_halted(struct node *node, struct raft *raft);
bool rf_hears_leader(const struct node *node, const struct raft *raft);

/* ---- vote.c ---- */
void rf_ask_votes(struct node *node, struct raft *raft, uint32_t type, uint64_t term, bool is_transfer);
void rf_on_pre_vote(struct node *node, struct raft *raft, const struct message *message);
void rf_on_pre_vote_reply(struct node *node, struct raft *raft, const struct message *message);
void rf_on_vote(struct node *node, struct raft *raft, const struct message *message);
void rf_on_vote_reply(struct node *node, struct raft *raft, const struct message *message);
/* The own vote counts once it is durable. */
void rf_count_own_vote(struct node *node, struct raft *raft);
bool rf_has_majority_of_votes(const struct raft *raft);

/* ---- replicate.c: the leader's side of append ---- */
void rf_replicate(struct node *node,
                  struct raft *raft); /* sends each follower what it lacks, as far as the pipeline allows */
void rf_start_round(struct node *node, struct raft *raft); /* a message to every follower, with entries or without */
/* As rf_start_round, but empty, and about what is known to match: no follower waits for its disk to answer, and what is
 * still under way to it cannot make it refuse. */
void rf_start_read_round(struct node *node, struct raft *raft);
void rf_heartbeat_timeout(struct node *node, struct raft *raft);
void rf_on_append_reply(struct node *node, struct raft *raft, const struct message *message);
uint64_t rf_majority_mark(struct raft *raft, enum rf_mark mark); /* the highest that a majority has reached */
void rf_raise_mark(struct rf_peer *peer, enum rf_mark mark, uint64_t value);
void rf_advance_peer(struct node *node, struct raft *raft, uint32_t index, uint64_t match_index);
void rf_begin_peer(struct node *node, struct raft *raft, uint32_t index); /* nothing is known about its log */

/* ---- transfer.c: leadership transfer ---- */
enum admin_answer rf_transfer_leadership(struct node *node, struct raft *raft, const struct admin_request *request);
void rf_go_on_with_transfer(struct node *node, struct raft *raft);
void rf_transfer_timeout(struct raft *raft);
void rf_on_timeout_now(struct node *node, struct raft *raft, const struct message *message);

/* ---- append.c: the follower's side ---- */
void rf_on_append(struct node *node, struct raft *raft, const struct message *message);
void rf_hear_leader(struct node *node, struct raft *raft, uint64_t term, node_id leader);

/* ---- commit.c, apply.c ---- */
void rf_advance_commit(struct node *node, struct raft *raft); /* the leader's rule */
void rf_commit_to(struct node *node, struct raft *raft, uint64_t index);
void rf_apply_committed(struct node *node, struct raft *raft);

/* ---- request.c: clients ---- */
void rf_on_request(struct node *node, struct raft *raft, const struct request *request);
void rf_answer_applied(struct node *node, struct raft *raft, uint64_t index, struct reply reply);
void rf_release_clients(struct node *node,
                        struct raft *raft); /* a leader that is none any more: its clients must go elsewhere */
void rf_redirect(struct node *node, const struct raft *raft, const struct request *request);

/* ---- read.c ---- */
void rf_read(struct node *node, struct raft *raft, const struct request *request);
void rf_serve_reads(struct node *node, struct raft *raft);
sim_time rf_lease_clock(const struct node *node); /* what a lease is measured with */

/* ---- queue.c ---- */
struct rf_waiter *rf_queue_front(struct rf_queue *queue); /* NULL when empty */
const struct rf_waiter *rf_queue_back(const struct rf_queue *queue);
void rf_queue_pop(struct rf_queue *queue);
/* Keeps the order of indices; a waiter whose index is not below the last one's goes to the end at once. */
void rf_queue_insert(struct node *node, struct rf_queue *queue, struct rf_waiter waiter);

/* ---- disk.c ---- */
void rf_save_hard_state(struct node *node, struct raft *raft);
void rf_recover_from_disk(struct node *node, struct raft *raft);
void rf_disk_progress(struct node *node, struct raft *raft);

/* ---- raft.c: every message waits until the sender's term and vote are durable, and `ticket` too ---- */
void rf_send(struct node *node, const struct raft *raft, node_id to, struct outgoing message);
void rf_send_after(struct node *node, const struct raft *raft, disk_ticket ticket, node_id to, struct outgoing message);

extern const struct model rf_model;

#endif
