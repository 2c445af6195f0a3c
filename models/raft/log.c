/* The log: an array in memory, with every change written to the disk's log in the same order.
 *
 * The record of index i has number i - 1 on the disk, unless a snapshot was installed over another log: then numbers
 * just go on, and the snapshot says which one follows it. What is in memory may not be durable yet: the ticket beside
 * each entry tells. Tickets grow with the index, since only the end of a log grows. */
#include "models/raft/raft.h"

#include <string.h>

uint64_t rf_last_index(const struct raft *raft) {
    return raft->log.first_index + raft->log.count - 1;
}

uint64_t rf_last_term(const struct raft *raft) {
    return rf_term_at(raft, rf_last_index(raft));
}

const struct rf_entry *rf_entry_at(const struct raft *raft, uint64_t index) {
    return &raft->log.entries[index - raft->log.first_index];
}

uint64_t rf_term_at(const struct raft *raft, uint64_t index) {
    if (index + 1 == raft->log.first_index) {
        return raft->log.base_term;
    }
    return index < raft->log.first_index ? 0 : rf_entry_at(raft, index)->term;
}

disk_ticket rf_ticket_at(const struct raft *raft, uint64_t index) {
    return index < raft->log.first_index ? raft->log.base_ticket : raft->log.tickets[index - raft->log.first_index];
}

uint64_t rf_record_of(const struct raft *raft, uint64_t index) {
    return index - 1 - raft->log.record_shift;
}

uint64_t rf_entry_hash(const struct rf_entry *entry) {
    uint64_t hash = probe_hash(0, entry->term);
    hash = probe_hash(hash, (uint64_t)entry->type << 8 | entry->kind);
    hash = probe_hash(hash, entry->session);
    hash = probe_hash(hash, entry->sequence);
    hash = probe_hash(hash, entry->settled);
    hash = probe_hash(hash, entry->key);
    hash = probe_hash(hash, (uint64_t)entry->value);
    return probe_hash(hash, (uint64_t)entry->expected);
}

static void add_entry(struct node *node, struct raft *raft, const struct rf_entry *entry, disk_ticket ticket) {
    struct rf_log *log = &raft->log;
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? 2 * log->capacity : 64;
        log->entries = node_resize(node, log->entries, log->capacity * sizeof *log->entries);
        log->tickets = node_resize(node, log->tickets, log->capacity * sizeof *log->tickets);
    }
    log->entries[log->count] = *entry;
    log->tickets[log->count] = ticket;
    log->count++;
    node_probe(node, PROBE_APPEND, rf_last_index(raft), entry->term, rf_entry_hash(entry));
    if (entry->type == RF_ENTRY_MEMBERS) {
        struct rf_members members = {entry->key, (uint64_t)entry->value, (uint64_t)entry->expected};
        rf_members_push(node, raft, rf_last_index(raft), members);
    }
}

void rf_log_restore(struct node *node, struct raft *raft, const struct rf_entry *entry) {
    add_entry(node, raft, entry, 0);
}

void rf_log_append(struct node *node, struct raft *raft, const struct rf_entry *entry) {
    node_disk_extra(node, entry->value_bytes);
    add_entry(node, raft, entry, node_log_append(node, entry, sizeof *entry));
}

void rf_log_truncate(struct node *node, struct raft *raft, uint64_t index) {
    node_log_truncate(node, rf_record_of(raft, index));
    raft->log.count = index - raft->log.first_index;
    node_probe(node, PROBE_TRUNCATE, index, 0, 0);
    rf_members_truncate(node, raft, index);
}

void rf_log_trim(struct node *node, struct raft *raft, uint64_t index) {
    struct rf_log *log = &raft->log;
    if (index >= log->first_index) {
        uint64_t gone = index + 1 - log->first_index;
        log->base_term = rf_term_at(raft, index);
        log->base_ticket = log->tickets[gone - 1];
        log->count -= gone;
        memmove(log->entries, log->entries + gone, log->count * sizeof *log->entries);
        memmove(log->tickets, log->tickets + gone, log->count * sizeof *log->tickets);
        log->first_index = index + 1;
    }
    node_log_trim(node, rf_record_of(raft, log->first_index));
}

void rf_log_restart(struct raft *raft, uint64_t index, uint64_t term) {
    uint64_t next_record = rf_record_of(raft, rf_last_index(raft) + 1);
    raft->log.first_index = index + 1;
    raft->log.base_term = term;
    raft->log.count = 0;
    raft->log.record_shift = index - next_record;
}

uint64_t rf_durable_index(const struct node *node, const struct raft *raft, uint64_t limit) {
    if (!node_disk_done(node, raft->log.base_ticket)) {
        return 0;
    }
    uint64_t low = raft->log.first_index - 1, high = limit;
    while (low < high) { /* the answer is in low..high; tickets grow along the log */
        uint64_t middle = high - (high - low) / 2;
        if (node_disk_done(node, rf_ticket_at(raft, middle))) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

uint64_t rf_first_of_term(const struct raft *raft, uint64_t term) {
    uint64_t low = raft->log.first_index, high = rf_last_index(raft) + 1;
    while (low < high) { /* terms never fall along a log */
        uint64_t middle = low + (high - low) / 2;
        if (rf_term_at(raft, middle) < term) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
