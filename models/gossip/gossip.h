/* Epidemic broadcast: what the files of this model share.
 *
 * Demers and others, "Epidemic Algorithms for Replicated Database Maintenance" (PODC 1987; "Demers 1.4" is a section of
 * it). README.md tells more. */
#ifndef MODELS_GOSSIP_GOSSIP_H
#define MODELS_GOSSIP_GOSSIP_H

#include "sim/spacelike.h"

enum gossip_mode { GOSSIP_PUSH, GOSSIP_PULL, GOSSIP_PUSH_PULL };
enum gossip_spreading {
    GOSSIP_FOREVER, /* simple epidemics: what a node knows, it tells for good (anti-entropy) */
    GOSSIP_RUMOR    /* complex epidemics: a node loses interest in what others know already */
};
enum gossip_feedback { GOSSIP_FEEDBACK, GOSSIP_BLIND };
enum gossip_loss { GOSSIP_COUNTER, GOSSIP_COIN };
enum gossip_bug { GOSSIP_BUG_NONE, GOSSIP_BUG_G01 }; /* the update that comes last wins, whatever its timestamp */

struct gossip_params {
    int32_t mode, spreading, feedback, loss; /* the enums above */
    int64_t k;                               /* of the loss of interest */
    int64_t fanout;                          /* partners a round */
    sim_time period;                         /* of a round */
    bool aligned;                            /* all nodes begin their rounds together */
    int32_t bug;
};

enum { GOSSIP_TIMER_ROUND };
enum { GOSSIP_MESSAGE_PUSH, GOSSIP_MESSAGE_PULL, GOSSIP_MESSAGE_ANSWER, GOSSIP_MESSAGE_FEEDBACK };
enum { GOSSIP_STREAM_PARTNER, GOSSIP_STREAM_COIN, GOSSIP_STREAM_PHASE };
enum { GOSSIP_METRIC_ROUNDS, GOSSIP_METRIC_DELAY, GOSSIP_METRIC_SENT, GOSSIP_METRIC_REDUNDANT };

/* An update, as on disk and in messages. Newer is who has the later timestamp; of equal ones, the higher origin. */
struct gossip_update {
    uint64_t key;
    int64_t value;
    sim_time stamp;       /* of its origin's wall clock */
    uint64_t birth_round; /* of its origin, in which it was written */
    node_id origin;
    uint32_t value_bytes;
};

struct gossip_entry {
    struct gossip_update update;
    bool is_used, is_hot;
    bool was_needed, was_known; /* by those who pulled it in this round */
    uint32_t counter;           /* of those who knew it already */
};

struct gossip_batch {
    uint32_t count;
    bool wants_answer, wants_feedback;
    struct gossip_update updates[];
};

struct gossip_verdict { /* whether the partner knew the update */
    uint64_t key;
    sim_time stamp;
    node_id origin;
    bool was_known;
};

struct gossip_verdicts {
    uint32_t count;
    bool of_pull;
    struct gossip_verdict items[];
};

struct gossip {
    bool is_halted;               /* a disk write failed: silent until the restart */
    struct gossip_entry *entries; /* open addressing by key */
    uint64_t count, capacity;
    disk_ticket ticket; /* of the newest write */
};

static inline const struct gossip_params *gossip_params(const struct node *node) {
    return node_params(node);
}

/* spread.c */
uint64_t gossip_round(const struct node *node); /* of the node's clock */
void gossip_begin_rounds(struct node *node);
void gossip_on_round(struct node *node, struct gossip *gossip);
void gossip_on_batch(struct node *node, struct gossip *gossip, const struct message *message);
void gossip_on_pull(struct node *node, struct gossip *gossip, const struct message *message);
void gossip_on_feedback(struct node *node, struct gossip *gossip, const struct message *message);

/* store.c */
struct gossip_entry *gossip_find(const struct gossip *gossip, uint64_t key); /* NULL: nothing is known of it */
bool gossip_is_newer(const struct gossip_update *a, const struct gossip_update *b);
/* Takes the update if it is news, and writes it down; false if not. */
bool gossip_take(struct node *node, struct gossip *gossip, const struct gossip_update *update);
void gossip_recover(struct node *node, struct gossip *gossip);

extern const struct model gossip_model;

#endif
