/* Who has a vote (members.c), and how that changes (change.c). */
#ifndef MODELS_RAFT_MEMBERS_H
#define MODELS_RAFT_MEMBERS_H

#include "sim/spacelike.h"

struct raft;

struct rf_members {
    uint64_t voters;
    uint64_t outgoing; /* the old voters, while old and new must both agree (joint consensus, Raft 6); else 0 */
    uint64_t learners; /* they get the log and have no vote */
};

struct rf_config {
    uint64_t index; /* of its entry; 0: as the system began */
    struct rf_members members;
};

/* A change of membership at the leader, from the request until its entry is in the log (dissertation 4.2.1). */
struct rf_change {
    uint64_t joining; /* they catch up before they get a vote; 0: none, no change is being prepared */
    struct rf_members wanted;
    uint64_t round_end; /* this round of catching up is over when they have the log up to here */
    sim_time round_began;
    uint32_t rounds;
};

struct rf_position;

void rf_members_begin(struct node *node, struct raft *raft);
void rf_members_push(struct node *node, struct raft *raft, uint64_t index, struct rf_members members);
void rf_members_truncate(struct node *node, struct raft *raft, uint64_t index); /* forgets entries from index on */
/* As a snapshot says, and then as the entries that follow it in the log say. */
void rf_members_reset(struct node *node, struct raft *raft, const struct rf_position *position);
const struct rf_config *rf_config_at(const struct raft *raft, uint64_t index);
const struct rf_config *rf_newest_config(const struct raft *raft);
bool rf_is_voter(const struct raft *raft, uint32_t index);
bool rf_may_campaign(const struct raft *raft);
uint64_t rf_everybody(const struct raft *raft); /* whom the leader sends the log to; itself, too, if it is a member */
bool rf_is_peer(const struct raft *raft, uint32_t index); /* of everybody, and not the node itself */

/* ---- Changes, at the leader ---- */
enum admin_answer rf_change_members(struct node *node, struct raft *raft, const struct admin_request *request);
void rf_go_on_with_change(struct node *node, struct raft *raft); /* when those who join have caught up */
void rf_give_up_change(struct node *node, struct raft *raft);    /* if one that is to join does not answer */
void rf_members_committed(struct node *node, struct raft *raft); /* what the leader does next if they are */

#endif
