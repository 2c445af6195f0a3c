/* What nodes send one another: flat structs, each begins with a term. */
#ifndef MODELS_RAFT_MESSAGES_H
#define MODELS_RAFT_MESSAGES_H

#include "models/raft/log.h"

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

#endif
