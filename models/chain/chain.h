/* The state of a node of a replicated chain, and what the files of this folder offer one another.
 *
 * Chain replication as in van Renesse and Schneider, "Chain Replication for Supporting High Throughput and
 * Availability" (OSDI 2004; "CR 3" is a section of it), and CRAQ as in Terrace and Freedman, "Object Storage on CRAQ"
 * (USENIX ATC 2009). README.md tells more. */
#ifndef MODELS_CHAIN_CHAIN_H
#define MODELS_CHAIN_CHAIN_H

#include "models/chain/parameters.h"

enum { CHAIN_TIMER_TICK };
enum { CHAIN_RECORD_EPOCH, CHAIN_RECORD_MASTER };
enum { CHAIN_BEAT, CHAIN_CONFIG, CHAIN_UPDATE, CHAIN_ACK, CHAIN_FORWARD, CHAIN_QUERY, CHAIN_VERSION };
enum { CHAIN_NOBODY = UINT8_MAX };
enum { CHAIN_MOST_PENDING = 1 << 16 }; /* updates not committed, and retries that wait; what comes beyond is refused */
enum { CHAIN_MOST_STASHED = 32, CHAIN_MOST_BATCHES = 16 }; /* early ones kept; under way to the successor */
enum { CHAIN_MOST_HOPS = 4 }; /* of a request between nodes that disagree about the chain */

/* ---- Messages and records ---------------------------------------------------------------------------------------- */

/* Members in the order of the chain, as places among the system's nodes. */
struct chain_members {
    uint64_t epoch; /* grows by one a change */
    uint64_t reign; /* the epoch in which the first of them became the head: the term of what it takes */
    uint8_t nodes[CHAIN_MOST_NODES];
    uint8_t count;
    uint8_t joiner;  /* a member that the master does not know to have all yet; CHAIN_NOBODY: none */
    uint8_t learner; /* no member: the tail sends it what it lacks; CHAIN_NOBODY: none */
};

struct chain_epoch { /* on disk */
    uint64_t epoch, synced_epoch;
};

struct chain_beat { /* to the master */
    uint64_t epoch;
    sim_time sent_at; /* on the sender's clock */
    bool is_synced;
    bool is_learner_ready; /* the tail's: the learner lacks little */
};

struct chain_config { /* from the master */
    struct chain_members members;
    sim_time sent_at; /* of the beat that it answers; -1: of none, and no lease comes with it */
};

/* An update: what the log holds, on disk and in messages. */
struct chain_update {
    uint64_t reign; /* of the head that took it */
    uint64_t session, sequence, settled;
    uint64_t key, call;
    int64_t after;  /* value of the key after it */
    int64_t result; /* of the operation, for its client */
    node_id client;
    uint32_t value_bytes;
    uint32_t kind;    /* enum operation_kind */
    uint32_t changes; /* 1: the key is set to `after`; 0: it stays (a refused cas) */
};

struct chain_batch { /* along the chain */
    uint64_t epoch;
    uint64_t previous, previous_reign; /* index and reign of the update before the first */
    uint64_t began_with;               /* last index of the sender when it entered the epoch */
    uint64_t committed;
    uint64_t count;
    struct chain_update updates[];
};

struct chain_ack { /* back along the chain */
    uint64_t epoch;
    uint64_t
        have; /* the sender holds the predecessor's updates up to this, durable; if it refuses: perhaps up to this */
    uint64_t committed;
    bool is_refusal;
};

struct chain_forward { /* a client's request: forward, query, and version with its answer */
    uint64_t epoch;
    uint64_t committed; /* of a version: what the tail has committed */
    uint32_t hops;
    struct request request;
};

/* ---- State ------------------------------------------------------------------------------------------------------- */

struct chain_slot { /* of the tables of keys */
    uint64_t key;
    int64_t value;
    uint64_t index; /* of the update that set it */
};

struct chain_waiter { /* a retry of an update that is not committed yet */
    uint64_t index;
    struct request request;
};

struct chain_link { /* to whom updates are sent on */
    uint8_t to;     /* CHAIN_NOBODY: nobody */
    bool is_known;  /* how far it follows */
    bool is_heard;  /* since the last tick */
    uint64_t have;  /* it holds up to this */
    uint64_t sent;  /* sent up to this; while it is not known: where it is looked for */
    uint64_t had;   /* at the last tick */
};

struct chain_master {
    struct chain_members members;
    disk_ticket ticket;               /* of their record */
    sim_time heard[CHAIN_MOST_NODES]; /* on the own clock; of the boot, if not since */
};

struct chain {
    uint8_t self;
    bool is_halted; /* a disk write failed: silent until the restart */
    /* The chain as this node knows it. */
    struct chain_members members;
    bool has_members;
    uint8_t place;        /* among the members; CHAIN_NOBODY: none of them */
    bool is_synced;       /* it has all that its predecessor had when the epoch began */
    sim_time lease_until; /* on the own clock */
    disk_ticket epoch_ticket;
    /* The log: index i at log[i - 1], its disk ticket beside. */
    struct chain_update *log;
    disk_ticket *tickets;
    uint64_t last, capacity, durable;
    bool is_matched;            /* the predecessor said in this epoch: */
    uint64_t matched;           /* up to here the log is the same */
    uint64_t to_sync;           /* what the predecessor had when it entered the epoch */
    uint64_t synced_epoch;      /* the newest in which it had all, on disk: it has after a crash, too */
    disk_ticket synced_ticket;  /* of that */
    uint64_t silent_to;         /* up to here the log comes from before a crash: its clients wait no more */
    struct chain_batch **stash; /* batches that came too early */
    uint32_t stash_count;
    uint64_t began_with; /* last index when it entered the epoch */
    uint64_t committed;
    struct node_table newest, clean; /* struct chain_slot: with all updates, and with the committed ones */
    struct node_table sessions;      /* struct client_session, with the index of each update as its result */
    struct chain_link link;
    struct chain_waiter *waiters; /* of the head, by index */
    uint32_t waiter_count, waiter_capacity;
    struct chain_batch *outbox;  /* room for a full batch */
    struct chain_master *master; /* of node 0 */
};

static inline const struct chain_params *chain_params(const struct node *node) {
    return node_params(node);
}

static inline bool chain_has_bug(const struct node *node, enum chain_bug bug) {
    return chain_params(node)->bug == (int32_t)bug;
}

/* ---- member.c: the chain as a node knows it ---- */
void chain_beat(struct node *node, struct chain *chain);
void chain_on_config(struct node *node, struct chain *chain, const struct message *message);
bool chain_has_lease(const struct node *node, const struct chain *chain);
bool chain_is_head(const struct chain *chain);
bool chain_is_tail(const struct chain *chain);
uint8_t chain_predecessor(const struct chain *chain); /* CHAIN_NOBODY: none */
disk_ticket chain_save_epoch(struct node *node, const struct chain *chain);

/* ---- master.c ---- */
void chain_master_start(struct node *node, struct chain *chain);
void chain_master_recover(struct node *node, struct chain *chain);
void chain_master_tick(struct node *node, struct chain *chain);
void chain_on_beat(struct node *node, struct chain *chain, const struct message *message);

/* ---- update.c: along the chain and back ---- */
void chain_take(struct node *node, struct chain *chain, const struct request *request); /* the head's */
void chain_push(struct node *node, struct chain *chain);
void chain_resend(struct node *node, struct chain *chain);
void chain_begin_link(struct chain *chain, uint8_t to);
void chain_greet(struct node *node, struct chain *chain); /* asks the successor how far it follows */
void chain_on_update(struct node *node, struct chain *chain, const struct message *message);
void chain_on_ack(struct node *node, struct chain *chain, const struct message *message);
void chain_acknowledge(struct node *node, struct chain *chain);
void chain_forget_stash(struct node *node, struct chain *chain);
void chain_on_durable(struct node *node, struct chain *chain);
void chain_commit_as_tail(struct node *node, struct chain *chain);
void chain_release_waiters(struct node *node, struct chain *chain); /* of a head that is none any more */

/* ---- request.c: clients ---- */
void chain_on_request(struct node *node, struct chain *chain, const struct request *request, uint32_t hops);
void chain_on_query(struct node *node, struct chain *chain, const struct message *message);
void chain_on_version(struct node *node, struct chain *chain, const struct message *message);

/* ---- log.c ---- */
void chain_log_recover(struct node *node, struct chain *chain);
void chain_log_append(struct node *node, struct chain *chain, const struct chain_update *update);
void chain_log_truncate(struct node *node, struct chain *chain, uint64_t from);
void chain_log_advance(struct node *node, struct chain *chain);     /* the durable index */
uint64_t chain_reign_at(const struct chain *chain, uint64_t index); /* 0 for index 0 */
uint64_t chain_hash(const struct chain_update *update);
void chain_put(struct node *node, struct node_table *keys, const struct chain_update *update, uint64_t index);

extern const struct model chain_model;

#endif
