/* Snapshots and log compaction (Raft 7; dissertation 5.1): each node for itself writes its state down from time to
 * time, and then drops the entries that led to it.
 *
 * All nodes take theirs at the same indices, so that their states can be compared there (PROBE_SNAPSHOT). A snapshot
 * is written only when the log that it covers is durable, since a crash in the middle of writing leaves any part of
 * what was under way: the snapshot, say, without the truncation of a log that it is not of. The log's head is trimmed
 * only when the snapshot is durable. A few entries before it stay in memory, for followers that are only a little
 * behind. */
#include "models/raft/raft.h"

#include <string.h>

/* ---- The image ---- */

uint64_t rf_image_bytes(const struct rf_snapshot *snapshot) {
    return sizeof *snapshot - offsetof(struct rf_snapshot, position) + snapshot->word_count * sizeof snapshot->words[0];
}

struct rf_snapshot *rf_snapshot_of_image(struct node *node, const void *image, size_t bytes) {
    const size_t head = offsetof(struct rf_snapshot, words) - offsetof(struct rf_snapshot, position);
    if (image == NULL || bytes < head || (bytes - head) % sizeof(uint64_t) != 0) {
        return NULL;
    }
    struct rf_snapshot *snapshot = node_alloc(node, offsetof(struct rf_snapshot, position) + bytes);
    snapshot->references = 1;
    snapshot->word_count = (bytes - head) / sizeof(uint64_t);
    memcpy(&snapshot->position, image, bytes);
    if (!rf_is_sound(snapshot)) {
        rf_release_snapshot(node, snapshot);
        return NULL;
    }
    return snapshot;
}

void rf_release_snapshot(struct node *node, struct rf_snapshot *snapshot) {
    if (snapshot != NULL && --snapshot->references == 0) {
        node_free(node, snapshot);
    }
}

/* ---- Taking one ---- */

/* R20: state and index go to the disk one after the other, the state first. */
static void save(struct node *node, struct raft *raft) {
    node_disk_extra(node, (size_t)raft->snapshot->value_bytes);
    raft->snapshot_ticket =
        node_record_put(node, RF_RECORD_SNAPSHOT, &raft->snapshot->position, rf_image_bytes(raft->snapshot));
    raft->is_save_due = false;
    raft->is_trim_due = true;
    raft->is_position_due = rf_has_bug(node, RF_BUG_R20);
    if (raft->is_installing) {
        raft->log.base_ticket = raft->snapshot_ticket;
    }
    rf_answer_installed(node, raft);
}

void rf_save_snapshot(struct node *node, struct raft *raft, disk_ticket after) {
    raft->snapshot_ticket = after;
    raft->is_save_due = true;
    raft->is_trim_due = raft->is_position_due = false;
    rf_snapshot_progress(node, raft);
}

static void publish(struct node *node, const struct raft *raft) {
    const struct rf_position *position = &raft->snapshot->position;
    node_probe(node, PROBE_SNAPSHOT, position->index, position->chain, rf_state_hash(raft));
}

/* A leader keeps what those need who are getting an older snapshot and answer (dissertation 5.1.3: else they would
 * need the next one as soon as they have it). */
static uint64_t trim_limit(const struct node *node, const struct raft *raft) {
    const struct rf_params *params = rf_params(node);
    uint64_t trailing = (uint64_t)params->snapshot_trailing, index = raft->snapshot->position.index;
    uint64_t limit = index > trailing ? index - trailing : 0;
    for (uint32_t i = 0; raft->role == RF_LEADER && i < raft->peer_count; i++) {
        const struct rf_peer *peer = &raft->peers[i];
        sim_time silence = node_monotonic(node) - (sim_time)peer->marks[RF_MARK_HEARD];
        if (peer->shipped != NULL && silence < 2 * params->election_timeout[1] &&
            limit > peer->shipped->position.index) {
            limit = peer->shipped->position.index;
        }
    }
    return limit;
}

static struct rf_position position_of(const struct raft *raft) {
    uint64_t index = raft->applied_index;
    const struct rf_config *config = rf_config_at(raft, index);
    return (struct rf_position){.index = index,
                                .term = rf_term_at(raft, index),
                                .chain = raft->applied_chain,
                                .members_index = config->index,
                                .members = config->members,
                                .next_record = rf_record_of(raft, index + 1)};
}

void rf_take_snapshot(struct node *node, struct raft *raft) {
    if (raft->is_trim_due || raft->is_save_due || raft->is_installing) {
        return; /* the one before it is not done yet */
    }
    struct rf_snapshot *snapshot = rf_image_of_state(node, raft);
    snapshot->position = position_of(raft);
    rf_release_snapshot(node, raft->snapshot);
    raft->snapshot = snapshot;
    publish(node, raft);
    if (rf_has_bug(node, RF_BUG_R30)) { /* the log is trimmed first, and the snapshot written after that */
        rf_log_trim(node, raft, trim_limit(node, raft));
        rf_save_snapshot(node, raft, node_disk_last(node));
    } else {
        rf_save_snapshot(node, raft, rf_ticket_at(raft, raft->snapshot->position.index));
    }
}

void rf_snapshot_progress(struct node *node, struct raft *raft) {
    if ((!raft->is_trim_due && !raft->is_save_due) || !node_disk_done(node, raft->snapshot_ticket)) {
        return;
    }
    if (raft->is_save_due) {
        save(node, raft);
    } else if (raft->is_position_due) {
        raft->is_position_due = false;
        raft->snapshot_ticket =
            node_record_put(node, RF_RECORD_POSITION, &raft->snapshot->position, sizeof raft->snapshot->position);
    } else {
        raft->is_trim_due = raft->is_installing = false;
        rf_log_trim(node, raft, trim_limit(node, raft));
    }
}

/* ---- Going on from one ---- */

/* The snapshot takes the place of the log. Nothing is appended until it is durable, and it is not written before all
 * writes to the log that it replaces are: else the disk's records might go on with others than the snapshot says. */
void rf_begin_installing(struct node *node, struct raft *raft) {
    raft->is_installing = true;
    raft->log.base_ticket = UINT64_MAX; /* not written yet: never done */
    rf_save_snapshot(node, raft, node_disk_last(node));
}

void rf_adopt_snapshot(struct node *node, struct raft *raft, struct rf_snapshot *snapshot) {
    rf_release_snapshot(node, raft->snapshot);
    raft->snapshot = snapshot;
    rf_state_of_image(node, raft, snapshot);
    raft->commit_index = raft->applied_index = snapshot->position.index;
    raft->applied_chain = snapshot->position.chain;
    publish(node, raft);
}

/* Only a disk that lied has the snapshot without the records before it: then it is written again, with where the log
 * goes on now, before anything is appended. */
void rf_recover_snapshot(struct node *node, struct raft *raft) {
    size_t bytes = 0;
    const void *image = node_record_get(node, RF_RECORD_SNAPSHOT, &bytes);
    struct rf_snapshot *snapshot = rf_snapshot_of_image(node, image, bytes);
    if (snapshot == NULL) {
        return;
    }
    const struct rf_position *position = node_record_get(node, RF_RECORD_POSITION, &bytes);
    if (rf_has_bug(node, RF_BUG_R20) && position && bytes == sizeof *position) {
        snapshot->position = *position;
    }
    rf_adopt_snapshot(node, raft, snapshot);
    raft->log.first_index = snapshot->position.index + 1;
    raft->log.base_term = snapshot->position.term;
    raft->log.record_shift = snapshot->position.index - snapshot->position.next_record;
    rf_members_reset(node, raft, &snapshot->position);
    if (node_log_end(node) < snapshot->position.next_record) {
        snapshot->position.next_record = node_log_end(node);
        raft->log.record_shift = snapshot->position.index - node_log_end(node);
        rf_begin_installing(node, raft);
    }
}
