/* What a member believes of the others, and how that spreads (SWIM 4.1, 4.2): news ride on pings and acks, those told
 * least often first, each about spread * log2(n) times. */
#include "models/gossip/swim.h"

static uint32_t log2_up(uint32_t n) {
    uint32_t bits = 0;
    while (n > 0) {
        bits++;
        n >>= 1;
    }
    return bits;
}

/* ---- Suspicion ---- */

static void arm_suspects(struct node *node, const struct swim *swim) {
    sim_time first = SIM_NEVER, now = node_monotonic(node);
    for (uint32_t i = 0; i < swim->count; i++) {
        const struct swim_member *member = &swim->members[i];
        if (member->status == SUSPECT_SUSPECTED && member->suspect_until < first) {
            first = member->suspect_until;
        }
    }
    if (first == SIM_NEVER) {
        node_cancel(node, SWIM_TIMER_SUSPECTS);
    } else {
        node_arm(node, SWIM_TIMER_SUSPECTS, first > now ? first - now : 0);
    }
}

static void spread(struct swim *swim, uint32_t member) {
    if (!swim->members[member].is_news) {
        swim->members[member].is_news = true;
        swim->news[swim->news_count++] = member;
    }
    swim->members[member].sent = 0;
}

static void believe(struct node *node, struct swim *swim, const struct swim_news *news) {
    struct swim_member *member = &swim->members[news->member];
    bool was_suspected = member->status == SUSPECT_SUSPECTED;
    if (member->status != news->status) {
        node_probe(node, PROBE_SUSPECT, node_peer(node, news->member), news->status, 0);
    }
    member->status = news->status;
    member->incarnation = news->incarnation;
    if (news->status == SUSPECT_SUSPECTED) {
        member->suspect_until =
            node_monotonic(node) + swim_params(node)->suspicion * log2_up(swim->count) * swim_params(node)->period;
    }
    if (was_suspected || news->status == SUSPECT_SUSPECTED) {
        arm_suspects(node, swim);
    }
    spread(swim, news->member);
}

/* SWIM 4.2: which of two statements about a member counts. A later incarnation of one that was taken for failed is a
 * member that has come back, or that was alive all the time. */
static bool overrides(const struct swim_news *news, const struct swim_member *member) {
    if (news->incarnation != member->incarnation) {
        return news->incarnation > member->incarnation;
    }
    return news->status > member->status;
}

void swim_announce_self(struct node *node, struct swim *swim, uint32_t incarnation) {
    swim->members[swim->self].incarnation = incarnation;
    swim->ticket = node_record_put(node, SWIM_RECORD_INCARNATION, &incarnation, sizeof incarnation);
    spread(swim, swim->self);
}

/* It lives. Who says otherwise of an earlier incarnation has missed the news of this one, which may be told no more. */
static void deny(struct node *node, struct swim *swim, const struct swim_news *news) {
    if (swim_params(node)->bug == SWIM_BUG_W01) {
        return;
    }
    if (news->incarnation < swim->members[swim->self].incarnation) {
        spread(swim, swim->self);
        return;
    }
    node_probe(node, PROBE_MEASURE, SWIM_METRIC_REFUTED, 1, 0);
    swim_announce_self(node, swim, news->incarnation + 1);
}

void swim_hear(struct node *node, struct swim *swim, const struct swim_news *news, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (news[i].member == swim->self && news[i].status != SUSPECT_ALIVE) {
            deny(node, swim, &news[i]);
        } else if (news[i].member != swim->self && overrides(&news[i], &swim->members[news[i].member])) {
            believe(node, swim, &news[i]);
        }
    }
}

void swim_notice_silence(struct node *node, struct swim *swim, uint32_t member) {
    struct swim_news news = {.member = member, .incarnation = swim->members[member].incarnation};
    if (swim->members[member].status != SUSPECT_ALIVE) {
        return; /* known, or on its way to be */
    }
    node_probe(node, PROBE_MEASURE, SWIM_METRIC_PERIODS, swim->period, 0);
    news.status = swim_params(node)->suspicion > 0 ? SUSPECT_SUSPECTED : SUSPECT_FAILED;
    believe(node, swim, &news);
}

void swim_end_suspicions(struct node *node, struct swim *swim) {
    sim_time now = node_monotonic(node);
    for (uint32_t i = 0; i < swim->count; i++) {
        struct swim_member *member = &swim->members[i];
        if (member->status == SUSPECT_SUSPECTED && member->suspect_until <= now) {
            struct swim_news news = {i, member->incarnation, SUSPECT_FAILED};
            believe(node, swim, &news);
        }
    }
    arm_suspects(node, swim);
}

uint32_t swim_alive(const struct swim *swim) {
    uint32_t alive = 0;
    for (uint32_t i = 0; i < swim->count; i++) {
        alive += swim->members[i].status != SUSPECT_FAILED;
    }
    return alive;
}

/* ---- Spreading ---- */

/* The news told least often; of equals, of the member with the lower number. Returns its place in `news`. */
static uint32_t most_urgent(const struct swim *swim, const struct swim_message *message) {
    uint32_t best = SWIM_NOBODY;
    for (uint32_t i = 0; i < swim->news_count; i++) {
        const struct swim_member *member = &swim->members[swim->news[i]];
        bool is_in = false;
        for (uint32_t k = 0; k < message->count; k++) {
            is_in = is_in || message->news[k].member == swim->news[i];
        }
        const struct swim_member *other = best == SWIM_NOBODY ? NULL : &swim->members[swim->news[best]];
        if (!is_in && (other == NULL || member->sent < other->sent ||
                       (member->sent == other->sent && swim->news[i] < swim->news[best]))) {
            best = i;
        }
    }
    return best;
}

/* Who is suspected is told so by all who talk to it, whatever else is news: else the suspicion may outlive its
 * spreading, and never be denied (the buddy system of Dadgar and others, Lifeguard, DSN 2018). */
void swim_say(struct node *node, struct swim *swim, uint32_t to, struct swim_message *message) {
    uint32_t most = (uint32_t)swim_params(node)->spread * log2_up(swim->count);
    message->count = 0;
    if (swim->members[to].status != SUSPECT_ALIVE) {
        message->news[message->count++] =
            (struct swim_news){to, swim->members[to].incarnation, swim->members[to].status};
    }
    while (message->count < (uint32_t)swim_params(node)->piggyback) {
        uint32_t place = most_urgent(swim, message);
        if (place == SWIM_NOBODY) {
            break;
        }
        uint32_t about = swim->news[place];
        struct swim_member *member = &swim->members[about];
        message->news[message->count++] = (struct swim_news){about, member->incarnation, member->status};
        if (++member->sent >= most) {
            member->is_news = false;
            swim->news[place] = swim->news[--swim->news_count];
        }
    }
}
