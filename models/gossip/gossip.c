/* Epidemic broadcast as a model: a replicated map in which every node takes writes, and updates spread like a disease.
 * The newest timestamp wins. */
#include "models/gossip/gossip.h"

#include <string.h>

static void start(struct node *node, void *state) {
    (void)state;
    gossip_begin_rounds(node);
}

static void recover(struct node *node, void *state) {
    gossip_recover(node, state);
    gossip_begin_rounds(node);
}

static void on_message(struct node *node, void *state, const struct message *message) {
    static void (*const handlers[])(struct node *, struct gossip *, const struct message *) = {
        [GOSSIP_MESSAGE_PUSH] = gossip_on_batch,
        [GOSSIP_MESSAGE_PULL] = gossip_on_pull,
        [GOSSIP_MESSAGE_ANSWER] = gossip_on_batch,
        [GOSSIP_MESSAGE_FEEDBACK] = gossip_on_feedback,
    };
    struct gossip *gossip = state;
    if (!gossip->is_halted) {
        handlers[message->type](node, gossip, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    (void)timer;
    gossip_on_round(node, state);
}

/* A write is answered when it is durable here; nobody else has heard of it then. */
static void on_request(struct node *node, void *state, const struct request *request) {
    struct gossip *gossip = state;
    if (gossip->is_halted) {
        return;
    }
    const struct gossip_entry *entry = gossip_find(gossip, request->key);
    if (request->kind == OP_READ) {
        struct reply reply = {.status = REPLY_OK, .value_bytes = request->value_bytes};
        reply.value = entry != NULL ? entry->update.value : 0;
        node_reply(node, request, reply);
        return;
    }
    struct gossip_update update = {.key = request->key,
                                   .value = request->value,
                                   .stamp = node_wall(node),
                                   .birth_round = gossip_round(node),
                                   .origin = node_self(node),
                                   .value_bytes = request->value_bytes};
    if (entry != NULL && !gossip_is_newer(&update, &entry->update)) {
        update.stamp = entry->update.stamp + 1; /* a writer replaces what its node knew, though clocks differ */
    }
    gossip_take(node, gossip, &update);
    node_reply_after(node, gossip->ticket, request, (struct reply){.status = REPLY_OK, .value = request->value});
}

/* What it knows and its disk does not, it could not know after a crash: it tells nobody until it has read it again. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    struct gossip *gossip = state;
    (void)ticket;
    if (failed) {
        gossip->is_halted = true;
        node_cancel(node, GOSSIP_TIMER_ROUND);
    }
}

static void inspect(const void *state, struct inspector *to) {
    const struct gossip *gossip = state;
    int64_t hot = 0;
    for (uint64_t i = 0; i < gossip->capacity; i++) {
        hot += gossip->entries[i].is_hot;
    }
    to->number(to, "keys", (int64_t)gossip->count);
    to->number(to, "rumors", hot);
    to->text(to, "state", gossip->is_halted ? "halted" : "serving");
}

static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct gossip_entry *entry = gossip_find(state, key);
    *value = entry != NULL ? entry->update.value : 0;
    return true;
}

/* ---- The table ---- */

static const char *const modes[] = {"push", "pull", "push_pull", NULL};
static const char *const mode_meanings[] = {"a node tells its partner", "a node asks its partner", "both", NULL};
static const char *const spreadings[] = {"forever", "rumor", NULL};
static const char *const spreading_meanings[] = {
    "a node tells all that it knows for good (simple epidemics, anti-entropy)",
    "a node loses interest in an update (complex epidemics, rumor mongering)", NULL};
static const char *const feedbacks[] = {"feedback", "blind", NULL};
static const char *const feedback_meanings[] = {"a partner that knew the update already is a reason to stop",
                                                "every partner is a reason to stop", NULL};
static const char *const losses[] = {"counter", "coin", NULL};
static const char *const loss_meanings[] = {"a node stops at the k-th reason",
                                            "a node stops at each reason with probability 1/k", NULL};
static const char *const bugs[] = {"none", "G01", NULL};
static const char *const bug_meanings[] = {"no rule is broken",
                                           "the update that comes last wins, whatever its timestamp", NULL};

#define CHOICE(field, preset_text, names, meanings, text)                                                              \
    {                                                                                                                  \
        .name = #field, .type = PARAM_CHOICE, .offset = offsetof(struct gossip_params, field), .preset = preset_text,  \
        .choices = names, .choice_meanings = meanings, .meaning = text                                                 \
    }

static const struct parameter parameters[] = {
    CHOICE(mode, "\"push_pull\"", modes, mode_meanings, "Who tells whom when a node calls on a partner."),
    CHOICE(spreading, "\"forever\"", spreadings, spreading_meanings, "How long a node goes on telling an update."),
    CHOICE(feedback, "\"feedback\"", feedbacks, feedback_meanings, "Of rumors: what makes a node stop."),
    CHOICE(loss, "\"counter\"", losses, loss_meanings, "Of rumors: how soon it stops."),
    {.name = "k",
     .type = PARAM_COUNT,
     .offset = offsetof(struct gossip_params, k),
     .preset = "3",
     .low = 1,
     .high = 1000,
     .meaning = "Of rumors: reasons to stop, in all or in the mean."},
    {.name = "fanout",
     .type = PARAM_COUNT,
     .offset = offsetof(struct gossip_params, fanout),
     .preset = "1",
     .low = 1,
     .high = 1000,
     .meaning = "Partners that a node calls on in a round."},
    {.name = "period",
     .type = PARAM_DURATION,
     .offset = offsetof(struct gossip_params, period),
     .preset = "\"100ms\"",
     .low = 1e-6,
     .high = 3600,
     .meaning = "Time from round to round."},
    {.name = "aligned",
     .type = PARAM_FLAG,
     .offset = offsetof(struct gossip_params, aligned),
     .preset = "false",
     .meaning = "All nodes begin their rounds at the same time, as in analyses; else each at a time of its own."},
    CHOICE(bug, "\"none\"", bugs, bug_meanings, "Breaks one rule of the protocol, to see a checker find it."),
    {.name = NULL},
};

static const struct message_type messages[] = {
    [GOSSIP_MESSAGE_PUSH] = {"gossip.push", "what the sender tells, and perhaps the question what its partner knows"},
    [GOSSIP_MESSAGE_PULL] = {"gossip.pull", "the question what the partner knows"},
    [GOSSIP_MESSAGE_ANSWER] = {"gossip.answer", "what it tells"},
    [GOSSIP_MESSAGE_FEEDBACK] = {"gossip.feedback", "which of the updates were known already"},
    {NULL, NULL},
};
static const struct model_metric metrics[] = {
    [GOSSIP_METRIC_ROUNDS] = {"rounds", "of each update at each node that hears of it: rounds since it was written"},
    [GOSSIP_METRIC_DELAY] = {"delay.time", "the same in time, by the wall clocks of writer and hearer"},
    [GOSSIP_METRIC_SENT] = {"sent", "updates in each message that tells any"},
    [GOSSIP_METRIC_REDUNDANT] = {"redundant", "updates told to nodes that knew them: count them"},
    {NULL, NULL},
};
static const char *const timers[] = {"round", NULL};
static const char *const no_names[] = {NULL};
#define HONEST_FAULTS                                                                                                  \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump clock-drift slow-node "        \
    "degrade drop-messages"
#define NO_BUG "bug is not none"

static const struct claim claims[] = {
    {"progress", HONEST_FAULTS, NO_BUG},
    {"convergence", HONEST_FAULTS,
     NO_BUG "; spreading is rumor; or fewer than some ten rounds come after the last write"},
    {NULL, NULL, NULL},
};

static const struct boundary boundaries[] = {
    {"convergence", NULL, "spreading=rumor feedback=blind k=1",
     "Who is told by one node, or by none, may not be told at all (Demers 1.4)."},
    {"convergence", NULL, "period=\"10s\"", "There are no rounds left in which the last writes could spread."},
    {NULL, NULL, NULL, NULL},
};

static bool claim_stands(const struct claim *claim, const void *given, size_t nodes) {
    const struct gossip_params *params = given;
    (void)nodes;
    return params->spreading == GOSSIP_FOREVER || strcmp(claim->check, "convergence") != 0;
}

static const char *const promises[] = {"spreading", NULL};

const struct model gossip_model = {
    .abi = SPACELIKE_ABI,
    .name = "gossip",
    .summary = "a replicated map whose updates spread by epidemics: push, pull or both, for good or as rumors",
    .source = "Demers and others, Epidemic Algorithms for Replicated Database Maintenance, PODC 1987",
    .state_bytes = sizeof(struct gossip),
    .params_bytes = sizeof(struct gossip_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = no_names,
    .metrics = metrics,
    .claims = claims,
    .boundaries = boundaries,
    .claim_stands = claim_stands,
    .promises = promises,
    .operations = 1u << OP_READ | 1u << OP_WRITE,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .disk_done = on_disk_done,
    .inspect = inspect,
    .peek = peek,
};
