/* The state of a leader of one region, its messages, and what the files of this folder offer one another.
 *
 * Every node is the leader of its region: it takes writes alone, answers when they are on its own disk, and tells the
 * others afterwards. Values that were written at the same time in two regions conflict; README.md says what becomes of
 * them. */
#ifndef MODELS_MULTILEADER_MULTILEADER_H
#define MODELS_MULTILEADER_MULTILEADER_H

#include "models/multileader/crdt.h"

enum ml_conflicts { ML_LAST_WRITE, ML_SIBLINGS, ML_REGISTER, ML_COUNTER, ML_SET };
enum ml_topology { ML_ALL, ML_RING, ML_STAR };
enum ml_bug { ML_BUG_NONE, ML_BUG_S03, ML_BUG_Q06 }; /* rows of the table of known bugs of real systems */

struct ml_params {
    int32_t conflicts; /* enum ml_conflicts */
    int32_t topology;  /* enum ml_topology */
    sim_time retry;
    int32_t bug; /* enum ml_bug */
};

enum { ML_TIMER_RETRY };

/* A key's value; which member holds it is the parameter `conflicts`. */
union ml_value {
    struct ml_register one; /* of ML_LAST_WRITE and ML_REGISTER */
    struct ml_siblings siblings;
    struct ml_counter counter;
    struct ml_orset set;
};

/* On disk, one record a change, and in messages, as much of it as the kind of value needs. */
struct ml_update {
    uint64_t key;
    uint64_t version; /* of the sender's copy; an acknowledgement names it */
    uint64_t origin;  /* index of the node where the newest change was made; only S03 looks at it */
    union ml_value value;
};

struct ml_ack {
    uint64_t key, version;
};

enum { ML_UPDATE, ML_ACK };
enum { ML_HEADER_BYTES = 24, ML_NUMBER_BYTES = 8 };

struct ml_link {      /* a key at a neighbour */
    uint64_t owed;    /* it has to hear of our version from us */
    uint64_t acked;   /* the version of ours that it is known to have on disk */
    sim_time sent_at; /* the newest update; on the own clock */
};

struct ml_key {
    uint64_t key;
    uint64_t version; /* grows with every change; 0: never written */
    uint64_t origin;  /* of the newest change */
    disk_ticket ticket;
    union ml_value value;
    struct ml_link links[ML_MOST_REPLICAS];
};

struct ml_node {
    struct node_table keys; /* struct ml_key */
    sim_time latest;        /* greatest stamp given or seen: a hybrid clock (of ML_REGISTER) */
    int32_t conflicts;
    bool is_halted;   /* a disk write failed: silent until the restart */
    uint64_t dropped; /* own writes that lost at once against a later stamp */
};

const struct ml_params *ml_params(const struct node *node);
bool ml_has_bug(const struct node *node, enum ml_bug bug);

/* ---- keys.c ---- */
struct ml_key *ml_key_at(const struct ml_node *ml, uint32_t number);
struct ml_key *ml_key_of(struct node *node, struct ml_node *ml, uint64_t key);
void ml_recover_keys(struct node *node, struct ml_node *ml);
void ml_store_key(struct node *node, struct ml_key *key); /* on disk: sets its ticket */

/* ---- value.c: one face for all kinds of values ---- */
size_t ml_value_bytes(enum ml_conflicts conflicts);                                                /* in memory */
uint32_t ml_value_encoded(enum ml_conflicts conflicts, const union ml_value *value, size_t nodes); /* on the wire */
bool ml_value_merge(struct node *node, union ml_value *to, const union ml_value *from); /* true if it changed */
int64_t ml_value_read(enum ml_conflicts conflicts, const union ml_value *value, uint32_t *value_bytes);
/* Applies a client's operation; false if values of this kind do not know it. */
bool ml_value_apply(struct node *node, struct ml_node *ml, union ml_value *to, const struct request *request,
                    int64_t *result);

/* ---- exchange.c ---- */
bool ml_is_neighbour(const struct node *node, size_t index); /* updates go there from here */
/* Tells the neighbours that are to hear it from here of a change that came from node `from` (own index: made here). */
void ml_spread(struct node *node, struct ml_key *key, size_t from);
void ml_on_update(struct node *node, struct ml_node *ml, const struct message *message);
void ml_on_ack(struct node *node, struct ml_node *ml, const struct message *message);
void ml_retry(struct node *node, struct ml_node *ml);

extern const struct model ml_model;

#endif
