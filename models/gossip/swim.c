/* SWIM as a model: probes by period (SWIM 3.1), and the table. */
#include "models/gossip/swim.h"

#include <string.h>

/* ---- Sending ---- */

static void send_probe(struct node *node, struct swim *swim, uint32_t to, uint32_t type, struct swim_message *message) {
    swim_say(node, swim, to, message);
    size_t unused = (SWIM_MOST_PIGGYBACK - message->count) * sizeof message->news[0];
    node_send_after(node, swim->ticket, node_peer(node, to),
                    (struct outgoing){type, 24 + 9 * message->count, message, sizeof *message - unused});
}

/* ---- Whom to probe ---- */

static uint32_t random_member(struct node *node, const struct swim *swim, uint32_t stream) {
    uint32_t place = (uint32_t)node_draw(node, stream, 0, swim->count - 2);
    return place + (place >= swim->self);
}

static void shuffle(struct node *node, struct swim *swim) {
    for (uint32_t i = swim->count; i-- > 1;) {
        uint32_t other = (uint32_t)node_draw(node, SWIM_STREAM_TARGET, 0, i), kept = swim->order[i];
        swim->order[i] = swim->order[other];
        swim->order[other] = kept;
    }
    swim->order_at = 0;
}

/* A member that is not known to have failed; SWIM_NOBODY if none is found. */
static uint32_t choose_target(struct node *node, struct swim *swim) {
    for (uint32_t tries = 0; tries < 2 * swim->count; tries++) {
        uint32_t member;
        if (swim_params(node)->target == SWIM_RANDOM) {
            member = random_member(node, swim, SWIM_STREAM_TARGET);
        } else {
            if (swim->order_at == swim->count) {
                shuffle(node, swim);
            }
            member = swim->order[swim->order_at++];
        }
        if (member != swim->self && swim->members[member].status != SUSPECT_FAILED) {
            return member;
        }
    }
    return SWIM_NOBODY;
}

/* ---- The protocol period ---- */

static void on_period(struct node *node, struct swim *swim) {
    node_arm(node, SWIM_TIMER_PERIOD, swim_params(node)->period);
    if (swim->target != SWIM_NOBODY && !swim->is_answered) {
        swim_notice_silence(node, swim, swim->target);
    }
    if (swim->is_joining && swim->count > 1) {
        node_send_after(node, swim->ticket, node_peer(node, random_member(node, swim, SWIM_STREAM_HELPER)),
                        (struct outgoing){SWIM_JOIN, 24, "", 1});
    }
    swim->period++;
    swim->is_answered = false;
    swim->target = swim->count > 1 ? choose_target(node, swim) : SWIM_NOBODY;
    if (swim->target != SWIM_NOBODY) {
        struct swim_message ping = {.period = swim->period, .prober = swim->self, .target = swim->target};
        send_probe(node, swim, swim->target, SWIM_PING, &ping);
        node_arm(node, SWIM_TIMER_PING, swim_params(node)->timeout);
    }
}

/* Another member, neither the target nor one of those chosen already; SWIM_NOBODY if chance finds none. */
static uint32_t choose_helper(struct node *node, const struct swim *swim, const uint32_t *chosen, uint32_t count) {
    for (uint32_t tries = 0; tries < 8 * swim->count; tries++) {
        uint32_t member = random_member(node, swim, SWIM_STREAM_HELPER);
        bool is_new = member != swim->target && swim->members[member].status != SUSPECT_FAILED;
        for (uint32_t i = 0; i < count; i++) {
            is_new = is_new && chosen[i] != member;
        }
        if (is_new) {
            return member;
        }
    }
    return SWIM_NOBODY;
}

/* Others may reach whom this node does not. */
static void on_ping_timeout(struct node *node, struct swim *swim) {
    uint32_t helpers[SWIM_MOST_HELPERS], count = 0;
    uint32_t most = swim_params(node)->bug == SWIM_BUG_W02 ? 0 : (uint32_t)swim_params(node)->indirect;
    while (!swim->is_answered && count < most) {
        uint32_t helper = choose_helper(node, swim, helpers, count);
        if (helper == SWIM_NOBODY) {
            break;
        }
        helpers[count++] = helper;
        struct swim_message request = {.period = swim->period, .prober = swim->self, .target = swim->target};
        send_probe(node, swim, helper, SWIM_PING_REQUEST, &request);
    }
}

static void on_probe(struct node *node, struct swim *swim, const struct message *message) {
    const struct swim_message *probe = message->body;
    swim_hear(node, swim, probe->news, probe->count);
    struct swim_message next = {.period = probe->period, .prober = probe->prober, .target = probe->target};
    uint32_t from = (uint32_t)node_peer_index(node, message->from);
    switch (message->type) {
    case SWIM_PING:
        send_probe(node, swim, from, SWIM_ACK, &next);
        break;
    case SWIM_PING_REQUEST:
        send_probe(node, swim, probe->target, SWIM_PING, &next);
        break;
    default: /* an ack, perhaps for somebody else */
        if (probe->prober != swim->self) {
            send_probe(node, swim, probe->prober, SWIM_ACK, &next);
        } else if (probe->period == swim->period && probe->target == swim->target) {
            swim->is_answered = true;
        }
        break;
    }
}

/* ---- Joining after a restart ---- */

static void on_join(struct node *node, struct swim *swim, const struct message *message) {
    size_t bytes = sizeof(struct swim_welcome) + swim->count * sizeof(struct swim_news);
    struct swim_welcome *welcome = node_alloc(node, bytes);
    welcome->count = swim->count;
    for (uint32_t i = 0; i < swim->count; i++) {
        welcome->news[i] = (struct swim_news){i, swim->members[i].incarnation, swim->members[i].status};
    }
    node_send_after(node, swim->ticket, message->from,
                    (struct outgoing){SWIM_WELCOME, 24 + 9 * swim->count, welcome, bytes});
    node_free(node, welcome);
}

static void on_welcome(struct node *node, struct swim *swim, const struct message *message) {
    const struct swim_welcome *welcome = message->body;
    swim->is_joining = false;
    swim_hear(node, swim, welcome->news, welcome->count);
}

/* ---- Boot ---- */

static void boot(struct node *node, struct swim *swim) {
    swim->self = (uint32_t)node_index(node);
    swim->count = (uint32_t)node_count(node);
    swim->members = node_alloc(node, swim->count * sizeof *swim->members);
    swim->news = node_alloc(node, swim->count * sizeof *swim->news);
    swim->order = node_alloc(node, swim->count * sizeof *swim->order);
    swim->target = SWIM_NOBODY;
    for (uint32_t i = 0; i < swim->count; i++) {
        swim->order[i] = i;
    }
    shuffle(node, swim);
    node_arm(node, SWIM_TIMER_PERIOD, swim_params(node)->period);
}

static void start(struct node *node, void *state) {
    boot(node, state);
}

/* It is another incarnation, so that what was said of the one before does not hold of it. */
static void recover(struct node *node, void *state) {
    struct swim *swim = state;
    size_t bytes;
    const uint32_t *kept = node_record_get(node, SWIM_RECORD_INCARNATION, &bytes);
    boot(node, swim);
    swim->is_joining = true;
    swim_announce_self(node, swim, (kept != NULL && bytes == sizeof *kept ? *kept : 0) + 1);
}

static void on_message(struct node *node, void *state, const struct message *message) {
    static void (*const handlers[])(struct node *, struct swim *, const struct message *) = {
        [SWIM_PING] = on_probe, [SWIM_ACK] = on_probe,       [SWIM_PING_REQUEST] = on_probe,
        [SWIM_JOIN] = on_join,  [SWIM_WELCOME] = on_welcome,
    };
    struct swim *swim = state;
    if (!swim->is_halted) {
        handlers[message->type](node, swim, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    static void (*const handlers[])(struct node *, struct swim *) = {
        [SWIM_TIMER_PERIOD] = on_period,
        [SWIM_TIMER_PING] = on_ping_timeout,
        [SWIM_TIMER_SUSPECTS] = swim_end_suspicions,
    };
    handlers[timer](node, state);
}

/* The group serves nobody; whoever asks hears that this member is there. */
static void on_request(struct node *node, void *state, const struct request *request) {
    const struct swim *swim = state;
    if (!swim->is_halted) {
        node_reply(node, request, (struct reply){.status = REPLY_OK});
    }
}

/* It could not say in which incarnation it is: others would hear nothing from it, and it would bury them. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    struct swim *swim = state;
    (void)ticket;
    if (failed) {
        swim->is_halted = true;
        node_cancel(node, SWIM_TIMER_PERIOD);
        node_cancel(node, SWIM_TIMER_PING);
        node_cancel(node, SWIM_TIMER_SUSPECTS);
    }
}

static void inspect(const void *state, struct inspector *to) {
    const struct swim *swim = state;
    int64_t suspected = 0;
    for (uint32_t i = 0; i < swim->count; i++) {
        suspected += swim->members[i].status == SUSPECT_SUSPECTED;
    }
    to->number(to, "members", swim_alive(swim));
    to->number(to, "suspected", suspected);
    to->number(to, "incarnation", swim->members[swim->self].incarnation);
    to->number(to, "news", swim->news_count);
}

/* ---- The table ---- */

static const char *const targets[] = {"random", "round_robin", NULL};
static const char *const target_meanings[] = {"any member, drawn anew in each period (SWIM 3)",
                                              "the members in turn, in an order that is shuffled anew (SWIM 4.3)",
                                              NULL};
static const char *const bugs[] = {"none", "W01", "W02", NULL};
static const char *const bug_meanings[] = {"no rule is broken", "a member that is suspected does not defend itself",
                                           "nobody is asked to ping in another's place", NULL};

static const struct parameter parameters[] = {
    {.name = "period",
     .type = PARAM_DURATION,
     .offset = offsetof(struct swim_params, period),
     .preset = "\"1s\"",
     .low = 1e-6,
     .high = 3600,
     .meaning = "Protocol period: each member probes another one in it."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = offsetof(struct swim_params, timeout),
     .preset = "\"300ms\"",
     .low = 1e-6,
     .high = 3600,
     .meaning = "A ping that is not answered so long is tried through others."},
    {.name = "indirect",
     .type = PARAM_COUNT,
     .offset = offsetof(struct swim_params, indirect),
     .preset = "3",
     .low = 0,
     .high = SWIM_MOST_HELPERS,
     .meaning = "Members that are asked to ping in one's place."},
    {.name = "target",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct swim_params, target),
     .preset = "\"round_robin\"",
     .choices = targets,
     .choice_meanings = target_meanings,
     .meaning = "Whom a member probes."},
    {.name = "suspicion",
     .type = PARAM_COUNT,
     .offset = offsetof(struct swim_params, suspicion),
     .preset = "3",
     .low = 0,
     .high = 100,
     .meaning = "A silent member is suspected for this many periods times log2(n), then taken for failed; 0: at once."},
    {.name = "piggyback",
     .type = PARAM_COUNT,
     .offset = offsetof(struct swim_params, piggyback),
     .preset = "6",
     .low = 1,
     .high = SWIM_MOST_PIGGYBACK,
     .meaning = "News on one message at most."},
    {.name = "spread",
     .type = PARAM_COUNT,
     .offset = offsetof(struct swim_params, spread),
     .preset = "3",
     .low = 1,
     .high = 100,
     .meaning = "News are told this many times log2(n) by each member."},
    {.name = "bug",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct swim_params, bug),
     .preset = "\"none\"",
     .choices = bugs,
     .choice_meanings = bug_meanings,
     .meaning = "Breaks one rule of the protocol, to see what it is good for."},
    {.name = NULL},
};

static const char *check_params(const void *given, size_t nodes) {
    const struct swim_params *params = given;
    (void)nodes;
    return params->timeout * 2 > params->period
               ? "timeout must be at most half the period, to leave time for indirect pings"
               : NULL;
}

static const struct message_type messages[] = {
    [SWIM_PING] = {"swim.ping", "are you there?"},
    [SWIM_ACK] = {"swim.ack", "yes"},
    [SWIM_PING_REQUEST] = {"swim.ping_request", "is it there? I get no answer"},
    [SWIM_JOIN] = {"swim.join", "who is there? I was away"},
    [SWIM_WELCOME] = {"swim.welcome", "all members, as the sender believes"},
    {NULL, NULL},
};
static const struct model_metric metrics[] = {
    [SWIM_METRIC_PERIODS] = {"found_in_period", "a prober's own period in which a member did not answer it"},
    [SWIM_METRIC_REFUTED] = {"refuted", "suspicions that their member heard of and denied: count them"},
    {NULL, NULL},
};
static const char *const timers[] = {"period", "ping", "suspects", NULL};
static const char *const records[] = {"incarnation", NULL};
#define OF_ONE "crash restart pause torn-write slow-disk stall-disk clock-jump clock-drift slow-node"
#define NO_BUG "bug is not none"

static const struct claim claims[] = {
    {"progress", OF_ONE " partition full-disk degrade drop-messages", NO_BUG},
    {"membership", OF_ONE, NO_BUG "; suspicion is less than 3; or only some periods have passed since the last fault"},
    {NULL, NULL, NULL},
};

static const struct boundary boundaries[] = {
    {"membership", "partition", "period=\"50ms\" timeout=\"20ms\"",
     "Two who are cut off for longer than a suspicion lasts bury each other, and never talk again."},
    {"membership", NULL, "suspicion=0", "Who loses one message too many is buried before it can say that it lives."},
    {NULL, NULL, NULL, NULL},
};

static const char *const promises[] = {"suspicion", NULL};

/* That a member is heard in time is likely, not sure: the shorter the suspicion, the less (SWIM 4.2). */
static bool claim_stands(const struct claim *claim, const void *given, size_t nodes) {
    const struct swim_params *params = given;
    (void)nodes;
    return params->suspicion >= 3 || strcmp(claim->check, "membership") != 0;
}

const struct model swim_model = {
    .abi = SPACELIKE_ABI,
    .name = "swim",
    .summary = "group membership: pings, indirect pings, suspicion, and news that spread on them",
    .source = "Das, Gupta and Motivala, SWIM, DSN 2002",
    .state_bytes = sizeof(struct swim),
    .params_bytes = sizeof(struct swim_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = records,
    .metrics = metrics,
    .claims = claims,
    .boundaries = boundaries,
    .claim_stands = claim_stands,
    .promises = promises,
    .operations = 1u << OP_REQUEST,
    .check_params = check_params,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .disk_done = on_disk_done,
    .inspect = inspect,
};
