/* Snapshots: how they are made, kept and read (snapshot.c, image.c), and how they get to others (ship.c, install.c). */
#ifndef MODELS_RAFT_SNAPSHOT_H
#define MODELS_RAFT_SNAPSHOT_H

#include "models/raft/members.h"

struct raft;

/* Where a snapshot stands in the log, and what the words behind it hold. */
struct rf_position {
    uint64_t index, term;
    uint64_t chain; /* hash of the log up to index, as PROBE_SNAPSHOT wants it */
    uint64_t members_index;
    struct rf_members members;
    uint64_t next_record; /* number of the disk's record of index + 1: the log's records before it are out of date */
};

/* The image, on disk and on the wire, is everything from `position` on. */
struct rf_snapshot {
    uint64_t references;
    uint64_t word_count;
    struct rf_position position;
    uint64_t slot_count, session_count;
    uint64_t value_bytes; /* that the values stand for */
    uint64_t words[];     /* slots: key, value, value_bytes; sessions: id, settled, highest_applied, number of results,
                             then sequence and value of each */
};

/* A snapshot that arrives. */
struct rf_incoming {
    uint64_t term, index; /* of the leader that sends it, and of the snapshot; index 0: none */
    uint64_t wanted;      /* the next chunk */
    uint64_t image_bytes;
    uint8_t *image;
};

struct rf_peer;

void rf_take_snapshot(struct node *node, struct raft *raft);
void rf_recover_snapshot(struct node *node, struct raft *raft);
void rf_snapshot_progress(struct node *node, struct raft *raft);                            /* after a sync */
void rf_adopt_snapshot(struct node *node, struct raft *raft, struct rf_snapshot *snapshot); /* state and position */
void rf_save_snapshot(struct node *node, struct raft *raft, disk_ticket after);             /* once that is durable */
void rf_begin_installing(struct node *node, struct raft *raft);
void rf_release_snapshot(struct node *node, struct rf_snapshot *snapshot); /* NULL is allowed */
uint64_t rf_image_bytes(const struct rf_snapshot *snapshot);
struct rf_snapshot *rf_snapshot_of_image(struct node *node, const void *image,
                                         size_t bytes); /* NULL: not a sound one */

/* ---- image.c: the state as a flat image ---- */
struct rf_snapshot *rf_image_of_state(struct node *node, const struct raft *raft);
void rf_state_of_image(struct node *node, struct raft *raft, const struct rf_snapshot *snapshot);
bool rf_is_sound(const struct rf_snapshot *snapshot);
uint64_t rf_state_hash(const struct raft *raft); /* whatever the order in its tables */

/* ---- ship.c, install.c: InstallSnapshot, the leader's side and the follower's ---- */
bool rf_needs_snapshot(const struct raft *raft, const struct rf_peer *peer);
void rf_ship_snapshot(struct node *node, struct raft *raft, uint32_t to); /* begins, or sends again what got lost */
void rf_on_install_reply(struct node *node, struct raft *raft, const struct message *message);
void rf_on_install(struct node *node, struct raft *raft, const struct message *message);
void rf_answer_installed(struct node *node, struct raft *raft); /* when the snapshot is on its way to the disk */

#endif
