/* SWIM: who belongs to a group, and who of it is alive.
 *
 * Das, Gupta and Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol" (DSN
 * 2002; "SWIM 4.2" is a section of it). README.md tells more. */
#ifndef MODELS_GOSSIP_SWIM_H
#define MODELS_GOSSIP_SWIM_H

#include "sim/spacelike.h"

enum swim_target { SWIM_RANDOM, SWIM_ROUND_ROBIN };
enum swim_bug {
    SWIM_BUG_NONE,
    SWIM_BUG_W01, /* a member that is suspected does not defend itself */
    SWIM_BUG_W02  /* no indirect pings */
};

struct swim_params {
    sim_time period, timeout;
    int64_t indirect;
    int32_t target;    /* enum swim_target */
    int64_t suspicion; /* periods times log2(n + 1); 0: none */
    int64_t piggyback, spread;
    int32_t bug;
};

enum { SWIM_TIMER_PERIOD, SWIM_TIMER_PING, SWIM_TIMER_SUSPECTS };
enum { SWIM_PING, SWIM_ACK, SWIM_PING_REQUEST, SWIM_JOIN, SWIM_WELCOME };
enum { SWIM_RECORD_INCARNATION };
enum { SWIM_STREAM_TARGET, SWIM_STREAM_HELPER };
enum { SWIM_METRIC_PERIODS, SWIM_METRIC_REFUTED };
enum { SWIM_NOBODY = UINT32_MAX, SWIM_MOST_PIGGYBACK = 64, SWIM_MOST_HELPERS = 16 };

/* What is said about a member; status as enum suspicion. */
struct swim_news {
    uint32_t member, incarnation;
    uint32_t status;
};

struct swim_message { /* ping, ack and ping request */
    uint64_t period;  /* of the prober, which names the probe */
    uint32_t prober;  /* whose probe it is; helpers pass it on */
    uint32_t target;
    uint32_t count;
    struct swim_news news[SWIM_MOST_PIGGYBACK];
};

struct swim_welcome {
    uint32_t count;
    struct swim_news news[];
};

struct swim_member {
    uint32_t incarnation;
    uint32_t status; /* enum suspicion */
    uint32_t sent;   /* times that the newest news of it were sent */
    bool is_news;    /* they are still to be spread */
    sim_time suspect_until;
};

struct swim {
    bool is_halted; /* a disk write failed: silent until the restart */
    uint32_t self, count;
    struct swim_member *members;
    uint32_t *news; /* members of which there are news, in no order that matters */
    uint32_t news_count;
    uint32_t *order; /* of round-robin: a shuffled list */
    uint32_t order_at;
    uint64_t period; /* of the own probes */
    uint32_t target; /* of this period's probe, SWIM_NOBODY: none */
    bool is_answered;
    disk_ticket ticket; /* of the own incarnation */
    bool is_joining;
};

static inline const struct swim_params *swim_params(const struct node *node) {
    return node_params(node);
}

/* swim_members.c */
void swim_hear(struct node *node, struct swim *swim, const struct swim_news *news, uint32_t count);
/* Fills in the most urgent news for member `to`. */
void swim_say(struct node *node, struct swim *swim, uint32_t to, struct swim_message *message);
void swim_notice_silence(struct node *node, struct swim *swim, uint32_t member); /* it did not answer a probe */
void swim_end_suspicions(struct node *node, struct swim *swim);
void swim_announce_self(struct node *node, struct swim *swim, uint32_t incarnation);
uint32_t swim_alive(const struct swim *swim);

extern const struct model swim_model;

#endif
