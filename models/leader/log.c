/* The log in memory and on disk, one record an entry, and what of it survives a crash. It is never shortened at its
 * beginning. */
#include "models/leader/leader.h"

uint64_t ld_epoch_at(const struct ld_node *ld, uint64_t index) {
    return index == 0 ? 0 : ld->log.entries[index - 1].epoch;
}

uint64_t ld_entry_hash(const struct ld_entry *entry) {
    const uint64_t words[] = {entry->session, entry->sequence,           entry->key,        (uint64_t)entry->value,
                              entry->kind,    (uint64_t)entry->expected, entry->value_bytes};
    uint64_t hash = probe_hash(0, entry->epoch);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = probe_hash(hash, words[i]);
    }
    return hash;
}

static void remember(struct node *node, struct ld_node *ld, const struct ld_entry *entry, disk_ticket ticket) {
    struct ld_log *log = &ld->log;
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? 2 * log->capacity : 256;
        log->entries = node_resize(node, log->entries, log->capacity * sizeof *log->entries);
        log->tickets = node_resize(node, log->tickets, log->capacity * sizeof *log->tickets);
    }
    log->entries[log->count] = *entry;
    log->tickets[log->count++] = ticket;
    node_probe(node, PROBE_APPEND, log->count, entry->epoch, ld_entry_hash(entry));
}

void ld_append(struct node *node, struct ld_node *ld, const struct ld_entry *entry) {
    node_disk_extra(node, entry->value_bytes);
    remember(node, ld, entry, node_log_append(node, entry, sizeof *entry));
}

void ld_truncate(struct node *node, struct ld_node *ld, uint64_t last) {
    struct ld_log *log = &ld->log;
    node_probe(node, PROBE_TRUNCATE, last + 1, 0, 0);
    node_log_truncate(node, last);
    ld->truncated += log->count - last;
    log->count = last;
    log->durable = log->durable < last ? log->durable : last;
    if (ld->applied_index > last) { /* it had been told of a commit that did not last */
        ld_rebuild(node, ld, last);
    }
}

/* A crash in the middle of writing leaves what nobody was told of: a record cut short, or a gap. The log ends before.
 */
void ld_recover_log(struct node *node, struct ld_node *ld) {
    node_probe(node, PROBE_LOG_RESET, 0, 0, 0);
    for (uint64_t number = 0; number < node_log_end(node); number++) {
        size_t bytes = 0;
        const struct ld_entry *entry = node_log_read(node, number, &bytes);
        if (entry == NULL || bytes != sizeof *entry) {
            node_log_truncate(node, number);
            break;
        }
        remember(node, ld, entry, 0);
    }
    ld->log.durable = ld->log.count;
}

bool ld_log_synced(const struct node *node, struct ld_node *ld) {
    struct ld_log *log = &ld->log;
    uint64_t before = log->durable;
    while (log->durable < log->count && node_disk_done(node, log->tickets[log->durable])) {
        log->durable++;
    }
    return log->durable > before;
}
