/* The state of a Raft node, its messages, and what the files of this folder offer one another.
 *
 * Raft as in Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014; "Raft 5.3" is a section
 * of it), and Ongaro, "Consensus: Bridging Theory and Practice" (2014; "dissertation 6.4"). README.md tells more.
 *
 * Functions begin with rf_, because a C library of Raft exports names that begin with raft_. */
#ifndef MODELS_RAFT_RAFT_H
#define MODELS_RAFT_RAFT_H

#include "sim/spacelike.h"

/* ---- Parameters ---------------------------------------------------------------------------------------------- */

enum rf_reads { RF_READS_LOG, RF_READS_INDEX, RF_READS_LEASE };
enum rf_membership { RF_SINGLE, RF_JOINT };

/* Rules that may be broken on purpose; R01 and so on are rows of the table of known bugs of real systems. */
enum rf_bug {
    RF_BUG_NONE,
    RF_BUG_R01,
    RF_BUG_R02,
    RF_BUG_R03,
    RF_BUG_R05,
    RF_BUG_R06,
    RF_BUG_R08,
    RF_BUG_R09,
    RF_BUG_R10,
    RF_BUG_R11,
    RF_BUG_R12,
    RF_BUG_R13,
    RF_BUG_R14,
    RF_BUG_R15,
    RF_BUG_R16,
    RF_BUG_R17,
    RF_BUG_R18,
    RF_BUG_R19,
    RF_BUG_R20,
    RF_BUG_R21,
    RF_BUG_R22,
    RF_BUG_R26,
    RF_BUG_R30,
    RF_BUG_OVERWRITE_LEADER_LOG
};

struct rf_params {
    sim_time election_timeout[2];
    sim_time heartbeat;
    bool pre_vote;
    bool check_quorum;
    int32_t reads; /* enum rf_reads */
    int64_t max_clock_drift_ppm;
    int64_t batch;
    int64_t pipeline;
    int64_t snapshot_every, snapshot_trailing; /* entries; 0: no snapshots */
    int64_t snapshot_chunk;                    /* bytes */
    int32_t membership;                        /* enum rf_membership */
    int64_t voters, learners;                  /* nodes, in their order; no voters: all */
    int32_t bug;                               /* enum rf_bug */
};

enum { RF_TIMER_ELECTION, RF_TIMER_HEARTBEAT, RF_TIMER_TRANSFER };
enum { RF_RECORD_HARD_STATE, RF_RECORD_SNAPSHOT, RF_RECORD_POSITION };
enum { RF_STREAM_ELECTION };
enum { RF_MOST_NODES = 64 }; /* sets of nodes are the bits of a word, in the order of node_peer */

/* Operations appended but not yet applied, and reads not yet answered, at one leader; a request beyond them is refused.
 */
enum { RF_MOST_WAITING = 1 << 16 };

/* ---- The log ------------------------------------------------------------------------------------------------- */

enum rf_entry_type {
    RF_ENTRY_NOOP, /* begins a leader's term (dissertation 6.4) */
    RF_ENTRY_OPERATION,
    RF_ENTRY_MEMBERS /* a configuration: key holds the voters, value the outgoing ones, expected the learners */
};

/* An entry in memory, in messages and on disk. Its index is where it stands. */
struct rf_entry {
    uint64_t term;
    uint64_t session, sequence, settled; /* as in the client's request */
    uint64_t key;
    int64_t value, expected;
    uint32_t value_bytes;
    uint8_t type; /* enum rf_entry_type */
    uint8_t kind; /* enum operation_kind, of RF_ENTRY_OPERATION */
    uint16_t unused;
};

struct rf_log {
    struct rf_entry *entries;
    disk_ticket *tickets;    /* beside entries: the disk write of each */
    uint64_t first_index;    /* of entries[0]; 1 as long as nothing is compacted */
    uint64_t base_term;      /* of the entry before the first one, which a snapshot covers */
    disk_ticket base_ticket; /* of that snapshot, if it was installed */
    uint64_t count, capacity;
    uint64_t record_shift; /* the entry of index i is the disk's record number i - 1 - record_shift */
};

/* ---- Messages: flat, each begins with a term ------------------------------------------------------------------- */

enum {
    RF_PRE_VOTE,
    RF_PRE_VOTE_REPLY,
    RF_VOTE,
    RF_VOTE_REPLY,
    RF_APPEND,
    RF_APPEND_REPLY,
    RF_INSTALL,
    RF_INSTALL_REPLY,
    RF_TIMEOUT_NOW
};

/* Sizes on the wire: a header (length, type, both ends, term), 8 bytes for each further number, and for an entry its
 * term, type, session numbers and key before the bytes that its value stands for. */
enum { RF_HEADER_BYTES = 24, RF_NUMBER_BYTES = 8, RF_ENTRY_BYTES = 48 };

struct rf_vote {
    uint64_t term; /* of the election; of a pre-vote: the term that the sender would begin */
    uint64_t last_index, last_term;
    uint64_t is_transfer; /* the leader itself asked for this election; one bit of the header */
};

struct rf_vote_reply {
    uint64_t term; /* of the vote given; of a refusal: the sender's term */
    uint64_t is_granted;
};

struct rf_append {
    uint64_t term;
    uint64_t prev_index, prev_term;
    uint64_t commit_index; /* the leader's */
    uint64_t round;        /* of the leader's heartbeats; the reply returns it (ReadIndex) */
    sim_time sent_at;      /* on the leader's monotonic clock; the reply returns it (lease) */
    uint64_t count;
    struct rf_entry entries[]; /* from prev_index + 1 on */
};

struct rf_append_reply {
    uint64_t term;
    uint64_t is_success;
    uint64_t prev_index;                    /* as in the message that this answers */
    uint64_t match_index;                   /* of success: durable and equal to the leader's log up to here */
    uint64_t conflict_term, conflict_index; /* of refusal: where the leader may go back to (Raft 5.3) */
    uint64_t round;
    sim_time sent_at;
};

/* A part of a snapshot's image (Raft 7, figure 13). */
struct rf_install {
    uint64_t term;
    uint64_t snapshot_index;
    uint64_t image_bytes;
    uint64_t chunk, chunk_count;
    uint64_t offset, count; /* bytes of the image that this chunk holds */
    uint8_t bytes[];
};

struct rf_install_reply {
    uint64_t term;
    uint64_t snapshot_index;
    uint64_t wanted;      /* the chunk that is wanted next */
    uint64_t chunk;       /* that this answers */
    uint64_t match_index; /* at least snapshot_index once the log is durable up to there; 0 before */
};

struct rf_timeout_now { /* leadership transfer (dissertation 3.10) */
    uint64_t term;
};

/* ---- Membership ----------------------------------------------------------------------------------------------- */

struct rf_members {
    uint64_t voters;
    uint64_t outgoing; /* the old voters, while old and new must both agree (joint consensus, Raft 6); else 0 */
    uint64_t learners; /* they get the log and have no vote */
};

struct rf_config {
    uint64_t index; /* of its entry; 0: as the system began */
    struct rf_members members;
};

/* A change of membership at the leader, from the request until its entry is in the log (dissertation 4.2.1). */
struct rf_change {
    uint64_t joining; /* they catch up before they get a vote; 0: none, no change is being prepared */
    struct rf_members wanted;
    uint64_t round_end; /* this round of catching up is over when they have the log up to here */
    sim_time round_began;
    uint32_t rounds;
};

/* ---- Snapshots ------------------------------------------------------------------------------------------------- */

/* Where a snapshot stands in the log, and what the words behind it hold. */
struct rf_position {
    uint64_t index, term;
    uint64_t chain; /* hash of the log up to index, as PROBE_SNAPSHOT wants it */
    uint64_t members_index;
    struct rf_members members;
    uint64_t next_record; /* number of the disk's record of index + 1: the log's records before it are out of date */
};

/* The image, on disk and on the wire, is everything from `position` on. */
struct rf_snapshot {
    uint64_t references;
    uint64_t word_count;
    struct rf_position position;
    uint64_t slot_count, session_count;
    uint64_t value_bytes; /* that the values stand for */
    uint64_t words[];     /* slots: key, value, value_bytes; sessions: id, settled, highest_applied, number of results,
                             then sequence and value of each */
};

/* ---- Replicated state ------------------------------------------------------------------------------------------ */

struct rf_slot {
    uint64_t key;
    int64_t value;
    uint32_t value_bytes;
    bool is_used;
};

/* The key-value state machine: open addressing, capacity a power of two. Looked up, never iterated. */
struct rf_store {
    struct rf_slot *slots;
    uint64_t count, capacity;
};

struct rf_result {
    uint64_t sequence;
    int64_t value;
};

struct rf_session {
    uint64_t id;
    uint64_t settled;         /* results up to this sequence are forgotten */
    uint64_t highest_applied; /* no result above it can exist */
    uint64_t highest_seen;    /* in requests to this node; not replicated, only saves a search of the log */
    struct rf_result *results;
    uint32_t count, capacity;
    bool is_used;
};

struct rf_sessions { /* open addressing, as the store */
    struct rf_session *slots;
    uint64_t count, capacity;
};

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

/* A snapshot that arrives. */
struct rf_incoming {
    uint64_t term, index; /* of the leader that sends it, and of the snapshot; index 0: none */
    uint64_t wanted;      /* the next chunk */
    uint64_t image_bytes;
    uint8_t *image;
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
    uint64_t applied_chain; /* hash of the log up to applied_index */
    struct rf_store store;
    struct rf_sessions sessions;

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

const struct rf_params *rf_params(const struct node *node);
bool rf_has_bug(const struct node *node, enum rf_bug bug);
bool rf_pre_votes(const struct node *node);     /* as the parameters say; with R21, never */
bool rf_checks_quorum(const struct node *node); /* likewise */

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

/* ---- members.c: who has a vote ---- */
void rf_members_begin(struct node *node, struct raft *raft);
void rf_members_push(struct node *node, struct raft *raft, uint64_t index, struct rf_members members);
void rf_members_truncate(struct node *node, struct raft *raft, uint64_t index); /* forgets entries from index on */
/* As a snapshot says, and then as the entries that follow it in the log say. */
void rf_members_reset(struct node *node, struct raft *raft, const struct rf_position *position);
const struct rf_config *rf_config_at(const struct raft *raft, uint64_t index);
const struct rf_config *rf_newest_config(const struct raft *raft);
bool rf_is_voter(const struct raft *raft, uint32_t index);
bool rf_may_campaign(const struct raft *raft);
uint64_t rf_everybody(const struct raft *raft); /* whom the leader sends the log to; itself, too, if it is a member */
bool rf_is_peer(const struct raft *raft, uint32_t index); /* of everybody, and not the node itself */

/* ---- change.c: changes of membership ---- */
enum admin_answer rf_change_members(struct node *node, struct raft *raft, const struct admin_request *request);
void rf_go_on_with_change(struct node *node, struct raft *raft); /* when those who join have caught up */
void rf_give_up_change(struct node *node, struct raft *raft);    /* if one that is to join does not answer */
void rf_members_committed(struct node *node, struct raft *raft); /* what the leader does next if they are */

/* ---- transfer.c: leadership transfer ---- */
enum admin_answer rf_transfer_leadership(struct node *node, struct raft *raft, const struct admin_request *request);
void rf_go_on_with_transfer(struct node *node, struct raft *raft);
void rf_transfer_timeout(struct raft *raft);
void rf_on_timeout_now(struct node *node, struct raft *raft, const struct message *message);

/* ---- snapshot.c ---- */
void rf_take_snapshot(struct node *node, struct raft *raft);
void rf_recover_snapshot(struct node *node, struct raft *raft);
void rf_snapshot_progress(struct node *node, struct raft *raft);                            /* after a sync */
void rf_adopt_snapshot(struct node *node, struct raft *raft, struct rf_snapshot *snapshot); /* state and position */
void rf_save_snapshot(struct node *node, struct raft *raft, disk_ticket after);             /* once that is durable */
void rf_begin_installing(struct node *node, struct raft *raft);
void rf_release_snapshot(struct node *node, struct rf_snapshot *snapshot); /* NULL is allowed */
uint64_t rf_image_bytes(const struct rf_snapshot *snapshot);
struct rf_snapshot *rf_snapshot_of_image(struct node *node, const void *image,
                                         size_t bytes); /* NULL: not a sound one */

/* ---- image.c: the state as a flat image ---- */
struct rf_snapshot *rf_image_of_state(struct node *node, const struct raft *raft);
void rf_state_of_image(struct node *node, struct raft *raft, const struct rf_snapshot *snapshot);
bool rf_is_sound(const struct rf_snapshot *snapshot);
uint64_t rf_state_hash(const struct raft *raft); /* whatever the order in its tables */

/* ---- ship.c, install.c: InstallSnapshot, the leader's side and the follower's ---- */
bool rf_needs_snapshot(const struct raft *raft, const struct rf_peer *peer);
void rf_ship_snapshot(struct node *node, struct raft *raft, uint32_t to); /* begins, or sends again what got lost */
void rf_on_install_reply(struct node *node, struct raft *raft, const struct message *message);
void rf_on_install(struct node *node, struct raft *raft, const struct message *message);
void rf_answer_installed(struct node *node, struct raft *raft); /* when the snapshot is on its way to the disk */

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

/* ---- session.c ---- */
/* The session's record, made if there is none. Valid until the next call. */
struct rf_session *rf_session_of(struct node *node, struct rf_sessions *sessions, uint64_t id);
enum rf_session_answer { RF_SESSION_NEW, RF_SESSION_DONE, RF_SESSION_FORGOTTEN };
enum rf_session_answer rf_session_find(const struct rf_session *session, uint64_t sequence, int64_t *value);
void rf_session_settle(struct rf_session *session, uint64_t settled);
void rf_session_keep(struct node *node, struct rf_session *session, uint64_t sequence, int64_t value);

/* ---- store.c ---- */
int64_t rf_store_apply(struct node *node, struct rf_store *store, const struct rf_entry *entry);
const struct rf_slot *rf_store_find(const struct rf_store *store, uint64_t key); /* NULL: never written */

/* ---- log.c: in memory and on disk alike ---- */
uint64_t rf_last_index(const struct raft *raft);
uint64_t rf_last_term(const struct raft *raft);
uint64_t rf_term_at(const struct raft *raft, uint64_t index); /* 0 for index 0, and for what is compacted */
const struct rf_entry *rf_entry_at(const struct raft *raft, uint64_t index);
disk_ticket rf_ticket_at(const struct raft *raft, uint64_t index); /* durable when this is; 0 for index 0 */
uint64_t rf_durable_index(const struct node *node, const struct raft *raft,
                          uint64_t limit); /* highest index up to `limit` that is durable here */
uint64_t rf_entry_hash(const struct rf_entry *entry);
void rf_log_restore(struct node *node, struct raft *raft, const struct rf_entry *entry); /* from the disk */
void rf_log_append(struct node *node, struct raft *raft, const struct rf_entry *entry);
void rf_log_truncate(struct node *node, struct raft *raft, uint64_t index); /* removes the entries from index on */
void rf_log_trim(struct node *node, struct raft *raft, uint64_t index);     /* removes the entries up to index */
/* The log ends and begins again behind a snapshot; on disk, its records will go on with the next number. */
void rf_log_restart(struct raft *raft, uint64_t index, uint64_t term);
uint64_t rf_record_of(const struct raft *raft, uint64_t index); /* number of the disk's record */
uint64_t rf_first_of_term(const struct raft *raft,
                          uint64_t term); /* index of the first entry of that term or a later one; last + 1: none */

/* ---- disk.c ---- */
void rf_save_hard_state(struct node *node, struct raft *raft);
void rf_recover_from_disk(struct node *node, struct raft *raft);
void rf_disk_progress(struct node *node, struct raft *raft);

/* ---- raft.c: every message waits until the sender's term and vote are durable, and `ticket` too ---- */
void rf_send(struct node *node, const struct raft *raft, node_id to, struct outgoing message);
void rf_send_after(struct node *node, const struct raft *raft, disk_ticket ticket, node_id to, struct outgoing message);

extern const struct model rf_model;

#endif
