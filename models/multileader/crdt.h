/* What a key's value can be at a leader, and how two replicas of it become one: conflict-free replicated data types, in
 * their state-based form (Shapiro and others, Conflict-free Replicated Data Types, 2011). Each merge is commutative,
 * associative and idempotent, so that replicas which got the same updates are the same, however they came: in any
 * order, on any way, twice. Replicas are numbered from 0; zeroed, a value is the one that was never written. */
#ifndef MODELS_MULTILEADER_CRDT_H
#define MODELS_MULTILEADER_CRDT_H

#include "sim/spacelike.h"

enum { ML_MOST_REPLICAS = 8, ML_MOST_ELEMENTS = 16 };

/* ---- register.c: the last write wins ---- */

/* Of two writes the one with the later stamp is kept, and of two with the same stamp that of the higher replica. The
 * other is gone, as if it had never been acknowledged. */
struct ml_register {
    int64_t value;
    sim_time stamp; /* 0: never written */
    uint32_t replica;
    uint32_t value_bytes;
};

/* Keeps the write if it wins; false if it lost against what is there already. */
bool ml_register_write(struct ml_register *to, const struct ml_register *write);
void ml_register_merge(struct ml_register *to, const struct ml_register *from);

/* ---- siblings.c: version vectors ---- */

/* A write takes the place of the versions that its replica knew, and no others: versions that did not know of one
 * another stay side by side. A version is named by its dot: replica and number. Each replica has at most one that is
 * alive. */
struct ml_siblings {
    uint64_t seen[ML_MOST_REPLICAS]; /* version vector: numbers up to these are known */
    struct ml_version {
        uint64_t number; /* 0: none is alive */
        int64_t value;
        sim_time stamp; /* for the choice of one where one must be shown */
        uint64_t value_bytes;
    } versions[ML_MOST_REPLICAS];
};

void ml_siblings_write(struct ml_siblings *to, uint32_t replica, int64_t value, sim_time stamp, uint32_t value_bytes);
void ml_siblings_merge(struct ml_siblings *to, const struct ml_siblings *from);
uint32_t ml_siblings_count(const struct ml_siblings *siblings);
const struct ml_version *ml_siblings_shown(const struct ml_siblings *siblings); /* NULL: there is none */

/* ---- counter.c ---- */

struct ml_counter {
    uint64_t more[ML_MOST_REPLICAS], less[ML_MOST_REPLICAS]; /* by the replica that counted; each only grows */
};

void ml_counter_add(struct ml_counter *to, uint32_t replica, int64_t amount);
void ml_counter_merge(struct ml_counter *to, const struct ml_counter *from);
int64_t ml_counter_value(const struct ml_counter *counter);

/* ---- orset.c: a set in which adding wins over a removal that did not know of it ---- */

/* Elements are numbers below ML_MOST_ELEMENTS. One is in the set if it has a dot: the number that its newest addition
 * got at a replica. A removal takes the dots away, and leaves no tombstone: what the version vector covers and is not
 * there has been removed (Bieniusa and others, An Optimized Conflict-free Replicated Set, 2012). */
struct ml_orset {
    uint64_t seen[ML_MOST_REPLICAS];
    uint64_t dots[ML_MOST_ELEMENTS][ML_MOST_REPLICAS]; /* 0: none */
};

void ml_orset_add(struct ml_orset *to, uint32_t replica, uint32_t element);
bool ml_orset_remove(struct ml_orset *to, uint32_t element); /* true if it was there */
/* `is_careless`: dots of an element that both sides hold are not compared with what the other side has seen removed or
 * replaced; a bug of a real set. */
void ml_orset_merge(struct ml_orset *to, const struct ml_orset *from, bool is_careless);
bool ml_orset_has(const struct ml_orset *set, uint32_t element);
uint32_t ml_orset_dots(const struct ml_orset *set);
int64_t ml_orset_digest(const struct ml_orset *set);       /* of the elements, 0 for none */
int64_t ml_orset_state_digest(const struct ml_orset *set); /* of all of it */

#endif
