/* The log, in memory and on disk alike (log.c). */
#ifndef MODELS_RAFT_LOG_H
#define MODELS_RAFT_LOG_H

#include "sim/spacelike.h"

struct raft;

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

#endif
