/* The state of a node of a leaderless store, its messages, and what the files of this folder offer one another.
 *
 * Sources: DeCandia and others, Dynamo: Amazon's Highly Available Key-value Store, SOSP 2007 ("Dynamo 4.6" is a section
 * of it); Attiya, Bar-Noy and Dolev, Sharing Memory Robustly in Message-Passing Systems, JACM 1995 ("ABD"); Bailis and
 * others, Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012 ("PBS"); Preguica and others,
 * Dotted Version Vectors, 2012; the documentation of Apache Cassandra. README.md tells more. */
#ifndef MODELS_QUORUM_QUORUM_H
#define MODELS_QUORUM_QUORUM_H

#include "models/quorum/ring.h"
#include "sim/spacelike.h"

/* ---- Parameters ---------------------------------------------------------------------------------------------- */

enum qr_coordinator { QR_COORDINATOR_NODE, QR_COORDINATOR_CLIENT };
enum qr_scope { QR_SCOPE_GLOBAL, QR_SCOPE_LOCAL };
enum qr_contact { QR_CONTACT_ALL, QR_CONTACT_NEEDED, QR_CONTACT_DRAWN };
enum qr_read_repair { QR_REPAIR_NONE, QR_REPAIR_BACKGROUND, QR_REPAIR_BLOCKING, QR_REPAIR_WRITE_BACK };
enum qr_versions { QR_LAST_WRITE, QR_SIBLINGS };
enum qr_timestamps { QR_STAMP_CLIENT, QR_STAMP_COORDINATOR, QR_STAMP_QUERY };
enum qr_handoff { QR_HANDOFF_NONE, QR_HANDOFF_HINTS, QR_HANDOFF_SLOPPY };

enum qr_ring_kind { QR_RING_FIXED, QR_RING_DRAWN };

/* Rules that may be broken on purpose: rows of the table of known bugs of real systems. */
enum qr_bug { QR_BUG_NONE, QR_BUG_Q01, QR_BUG_Q02, QR_BUG_Q03, QR_BUG_Q04, QR_BUG_Q05 };

struct qr_params {
    int64_t n, r, w;
    int32_t coordinator; /* enum qr_coordinator */
    int32_t scope;       /* enum qr_scope */
    int32_t contact;     /* enum qr_contact */
    int32_t read_repair; /* enum qr_read_repair */
    int32_t versions;    /* enum qr_versions */
    int32_t timestamps;  /* enum qr_timestamps */
    int32_t placement;   /* enum qr_placement */
    int64_t vnodes;
    int32_t ring;    /* enum qr_ring_kind */
    int32_t handoff; /* enum qr_handoff */
    sim_time handoff_after;
    int64_t hint_limit;
    sim_time hint_interval;
    sim_time anti_entropy; /* 0: never */
    sim_time tombstone_grace;
    sim_time timeout;
    sim_time speculate_after; /* 0: never */
    int32_t bug;              /* enum qr_bug */
};

enum { QR_MOST_NODES = 64 };                     /* sets of nodes are the bits of a word */
enum { QR_MOST_REPLICAS = 16 };                  /* n */
enum { QR_MOST_TARGETS = 2 * QR_MOST_REPLICAS }; /* home replicas, and as many that may stand in for them */
enum { QR_MOST_SIBLINGS = 16 };
enum { QR_MOST_OPERATIONS = 1 << 16 }; /* under way at one coordinator; more are refused */
enum { QR_HINT_BATCH = 64 };           /* hints under way to one node */
enum { QR_NO_HOME = UINT16_MAX };      /* a write that is meant for the node that gets it */

enum { QR_TIMER_TIMEOUT, QR_TIMER_HANDOFF, QR_TIMER_SPECULATE, QR_TIMER_HINTS, QR_TIMER_SYNC, QR_TIMER_PURGE };
enum { QR_LINE_COUNT = 3 }; /* the first timers are those of operations, see qr_line */
enum { QR_STREAM_PEER, QR_STREAM_REPLICAS };
enum { QR_METRIC_OWNED, QR_METRIC_MOVED, QR_METRIC_KEPT };

/* ---- What is known of a key: flat, as it travels and as it lies on disk --------------------------------------- */

/* One written value. With last write wins the stamp orders versions, and the writer breaks ties: it names the client's
 * operation, so that all attempts of one operation are one version. With siblings the writer is the dot: the
 * coordinator and its count of writes to the key; the stamp only tells an application which of several it shows. */
struct qr_version {
    int64_t stamp;
    uint64_t writer; /* session << 32 | sequence; or node index << 32 | count */
    int64_t value;   /* 0: the key is deleted (a tombstone) */
    uint32_t value_bytes;
    uint32_t unused;
};

/* `count` versions, one with last write wins; behind them a clock of `actors` numbers of 32 bits: of each node's dots,
 * the highest that is known, here or superseded. No clock with last write wins. */
struct qr_data {
    uint64_t key;
    uint32_t count;
    uint32_t actors;
    struct qr_version versions[];
};

enum { QR_DATA_BYTES = sizeof(struct qr_data) + QR_MOST_SIBLINGS * sizeof(struct qr_version) + 4 * QR_MOST_NODES };

/* ---- Messages -------------------------------------------------------------------------------------------------- */

enum {
    QR_WRITE,
    QR_WRITE_ACK,
    QR_READ,
    QR_READ_REPLY,
    QR_REPAIR,
    QR_REPAIR_ACK,
    QR_HANDOFF,
    QR_HANDOFF_ACK,
    QR_TREE,
    QR_SYNC
};

/* Sizes on the wire: a header (length, type, operation), 8 bytes for each further number; of a version its stamp,
 * writer and value length, besides the bytes that its value stands for. */
enum { QR_HEADER_BYTES = 24, QR_NUMBER_BYTES = 8, QR_VERSION_BYTES = 24 };

/* Names an operation at its coordinator; answers return it. */
struct qr_name {
    uint64_t sequence; /* grows with every operation, also over restarts */
    uint32_t slot;
    uint16_t home;     /* index of the node that a stand-in keeps the write for; QR_NO_HOME: it is its own */
    uint16_t has_data; /* of a read's reply: data follows */
};

struct qr_write { /* also quorum.repair and quorum.handoff, and the reply to a read */
    struct qr_name name;
    struct qr_data data;
};

struct qr_read {
    struct qr_name name;
    uint64_t key;
};

struct qr_ack {
    struct qr_name name;
    uint64_t key, digest; /* of what was handed off; 0 otherwise */
};

/* ---- The store of a node --------------------------------------------------------------------------------------- */

struct qr_cell {
    uint64_t key;
    uint64_t homes;     /* bits: indices of the key's home replicas */
    disk_ticket ticket; /* of the newest write of this cell */
    sim_time since;     /* on the node's wall clock: when its data became what it is */
    struct qr_data *data;
};

/* ---- Operations at their coordinator ----------------------------------------------------------------------------- */

enum qr_phase { QR_FREE, QR_QUERYING, QR_WRITING, QR_READING, QR_REPAIRING };

struct qr_operation {
    enum qr_phase phase;
    uint64_t sequence;
    struct request request;
    bool is_answered; /* to the client; what follows is repair and handoff */
    uint32_t home_count, target_count,
        listed; /* targets: home replicas, then stand-ins, then who else could stand in */
    uint16_t targets[QR_MOST_TARGETS];
    uint16_t stands_for[QR_MOST_TARGETS]; /* of a stand-in: the home replica, as an index of a node */
    uint32_t counted;                     /* bits: targets whose answers count to the quorum */
    uint32_t asked, answered;             /* bits, of this phase */
    uint32_t needed;                      /* answers */
    struct qr_data *data;                 /* of a read: what the answers say together; of a write: what is written */
    uint64_t digests[QR_MOST_TARGETS];    /* of the answers to a read */
};

/* Operations that wait for the same length of time: first in, first out. */
struct qr_line {
    struct qr_due {
        uint64_t sequence;
        sim_time due; /* monotonic */
        uint32_t slot;
    } * dues; /* a ring */
    uint32_t head, count, capacity;
};

struct quorum {
    bool is_halted; /* a disk write failed: silent until it is restarted */
    uint32_t self, nodes;
    struct qr_ring ring;
    struct node_table table; /* struct qr_cell, by key */
    uint64_t suspected;      /* bits: nodes that were asked and did not answer, until they are heard of again */

    struct qr_operation *operations;
    uint32_t operation_count, *free_slots, free_count, free_capacity, operation_capacity;
    uint64_t next_sequence;
    struct qr_line lines[QR_LINE_COUNT]; /* by timer */

    struct node_table *hints; /* by home: what this node keeps for it */
    uint32_t *hints_in_flight;
    uint64_t hint_count, hints_dropped, siblings_dropped, purged;

    uint64_t next_record, first_record; /* of the log */
    disk_ticket compaction;             /* when it is durable, records before `compacted` can go; 0: none under way */
    uint64_t compacted;

    struct qr_tree *tree;    /* anti-entropy: of the last comparison */
    void *outbox;            /* room for one message */
    struct qr_data *scratch; /* room for the data of a key */
};

const struct qr_params *qr_params(const struct node *node);
bool qr_has_bug(const struct node *node, enum qr_bug bug);

/* ---- version.c: versions of a key ---- */
size_t qr_data_bytes(const struct qr_data *data);
uint32_t qr_wire_bytes(const struct qr_data *data);  /* NULL is allowed: 0 */
uint32_t qr_value_bytes(const struct qr_data *data); /* that its values stand for */
uint64_t qr_digest(const struct qr_data *data);      /* NULL is allowed: 0 */
uint32_t *qr_clock(struct qr_data *data);            /* behind the versions */
bool qr_is_newer(const struct qr_version *a, const struct qr_version *b);
const struct qr_version *qr_newest(const struct qr_data *data); /* by stamp, then writer; NULL if there is none */
bool qr_is_tombstone(const struct qr_data *data);
/* Into `to`, room for QR_DATA_BYTES: what both say together. Either may be NULL, not both. Returns how many siblings
 * found no room. */
uint32_t qr_merge(struct qr_data *to, const struct qr_data *a, const struct qr_data *b);
/* Into `to`: `local`, with all that `context` knows superseded by a new version of node `actor`. Either may be NULL. */
void qr_supersede(struct qr_data *to, const struct qr_data *local, const struct qr_data *context, uint32_t actor,
                  uint32_t actors, struct qr_version version);
struct qr_data *qr_copy(struct node *node, const struct qr_data *data);

/* ---- store.c ---- */
static inline struct qr_cell *qr_cell_at(const struct node_table *table, uint32_t number) {
    return (struct qr_cell *)table->entries + number;
}
void qr_remove(struct node *node, struct node_table *table, struct qr_cell *cell);
/* Merges into the cell; true if that changed it. */
bool qr_take_in(struct node *node, struct quorum *quorum, struct qr_cell *cell, const struct qr_data *data);

/* ---- replica.c: what a node does that holds keys ---- */
void qr_know_homes(const struct node *node, const struct quorum *quorum, struct qr_cell *cell);
disk_ticket qr_store(struct node *node, struct quorum *quorum, const struct qr_data *data);
void qr_on_write(struct node *node, struct quorum *quorum, const struct message *message);
void qr_on_read(struct node *node, struct quorum *quorum, const struct message *message);
void qr_on_repair(struct node *node, struct quorum *quorum, const struct message *message);
void qr_purge_tombstones(struct node *node, struct quorum *quorum);

/* ---- operation.c: operations under way, and their times ---- */
struct qr_operation *qr_begin(struct node *node, struct quorum *quorum, const struct request *request);
struct qr_operation *qr_operation_of(struct quorum *quorum, const struct qr_name *name); /* NULL: it has ended */
struct qr_name qr_name_of(const struct quorum *quorum, const struct qr_operation *operation);
void qr_end(struct node *node, struct quorum *quorum, struct qr_operation *operation);
void qr_set_data(struct node *node, struct qr_operation *operation, const struct qr_data *data);
uint32_t qr_target_of(const struct node *node, const struct qr_operation *operation,
                      node_id from); /* target_count: none of them */
bool qr_has_quorum(const struct qr_operation *operation);
void qr_wait(struct node *node, struct quorum *quorum, const struct qr_operation *operation, uint32_t timer,
             sim_time delay);
void qr_line_timer(struct node *node, struct quorum *quorum, uint32_t timer);

/* ---- coordinate.c: requests of clients, and whom to ask ---- */
void qr_on_request(struct node *node, struct quorum *quorum, const struct request *request);
void qr_need(struct node *node, struct quorum *quorum, struct qr_operation *operation, int64_t quorum_size);
/* For home replicas whose bits are set, the next nodes of the ring, if the quorum is sloppy. */
void qr_ask_stand_ins(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t homes);
uint32_t qr_missing(const struct qr_operation *operation);   /* home replicas that were asked and have not answered */
bool qr_is_everywhere(const struct qr_operation *operation); /* nobody is missing for whom nobody stands in */
void qr_suspect_missing(struct quorum *quorum, const struct qr_operation *operation);
uint32_t qr_suspects(const struct quorum *quorum, const struct qr_operation *operation); /* suspected home replicas */
bool qr_is_sloppy(const struct node *node, const struct qr_operation *operation);
uint32_t qr_draw_homes(struct node *node, const struct qr_operation *operation, uint32_t count); /* bits */
void qr_send_read(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t target);
/* Data to the targets whose bits are set, each when `ticket` is durable. */
void qr_send_data(struct node *node, struct quorum *quorum, struct qr_operation *operation, uint32_t type,
                  uint32_t targets, disk_ticket ticket);
void qr_timeout(struct node *node, struct quorum *quorum, struct qr_operation *operation);

/* ---- write.c, read.c, repair.c: the coordinator's side ---- */
void qr_start_write(struct node *node, struct quorum *quorum, struct qr_operation *operation);
void qr_on_write_ack(struct node *node, struct quorum *quorum, const struct message *message);
void qr_start_read(struct node *node, struct quorum *quorum, struct qr_operation *operation, enum qr_phase phase);
void qr_on_read_reply(struct node *node, struct quorum *quorum, const struct message *message);
void qr_speculate(struct node *node, struct quorum *quorum, struct qr_operation *operation);
void qr_answer_read(struct node *node, struct qr_operation *operation);
void qr_read_has_quorum(struct node *node, struct quorum *quorum, struct qr_operation *operation);
void qr_repair_in_background(struct node *node, struct quorum *quorum, struct qr_operation *operation);
void qr_on_repair_ack(struct node *node, struct quorum *quorum, const struct message *message);

/* ---- hint.c ---- */
/* Keeps data for the node of index `home`; false if there is no room. `*ticket` is that of its disk write. */
bool qr_keep_hint(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_data *data,
                  disk_ticket *ticket);
void qr_restore_hint(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_data *data);
const struct qr_data *qr_hinted(const struct quorum *quorum, uint64_t key); /* any that is kept of the key, or NULL */
void qr_hand_off(struct node *node, struct quorum *quorum);
void qr_on_handoff(struct node *node, struct quorum *quorum, const struct message *message);
void qr_on_handoff_ack(struct node *node, struct quorum *quorum, const struct message *message);

/* ---- disk.c ---- */
disk_ticket qr_save(struct node *node, struct quorum *quorum, uint32_t home, const struct qr_cell *cell);
void qr_recover(struct node *node, struct quorum *quorum);
void qr_disk_progress(struct node *node, struct quorum *quorum);

/* ---- tree.c: anti-entropy ---- */
void qr_begin_sync(struct node *node, struct quorum *quorum);
void qr_on_tree(struct node *node, struct quorum *quorum, const struct message *message);
void qr_on_sync(struct node *node, struct quorum *quorum, const struct message *message);
size_t qr_outbox_bytes(void); /* of the largest message */

extern const struct model quorum_model;

#endif
