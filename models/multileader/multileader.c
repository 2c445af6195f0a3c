/* The model's table: parameters, messages, claims, and the handlers that the simulator calls. */
#include "models/multileader/multileader.h"

#include <string.h>

const struct ml_params *ml_params(const struct node *node) {
    return node_params(node);
}

bool ml_has_bug(const struct node *node, enum ml_bug bug) {
    return ml_params(node)->bug == (int32_t)bug;
}

/* ---- Boot ---------------------------------------------------------------------------------------------------- */

static void start(struct node *node, void *state) {
    struct ml_node *ml = state;
    ml->conflicts = ml_params(node)->conflicts;
    node_arm(node, ML_TIMER_RETRY, ml_params(node)->retry);
}

/* What the others have of what is on disk is not known: they are told all of it. */
static void recover(struct node *node, void *state) {
    struct ml_node *ml = state;
    start(node, ml);
    ml_recover_keys(node, ml);
    for (uint32_t i = 0; i < ml->count; i++) {
        ml_spread(node, &ml->keys[i], node_index(node));
    }
}

/* ---- Clients ------------------------------------------------------------------------------------------------- */

static void read_key(struct node *node, const struct ml_node *ml, const struct request *request) {
    const struct ml_key *key = ml_key_find(ml, request->key);
    struct reply reply = {.status = REPLY_OK, .hint = NODE_NONE};
    if (key != NULL) {
        reply.value = ml_value_read((enum ml_conflicts)ml->conflicts, &key->value, &reply.value_bytes);
    }
    node_reply(node, request, reply);
}

static void on_request(struct node *node, void *state, const struct request *request) {
    struct ml_node *ml = state;
    if (ml->is_halted) {
        return;
    }
    if (request->kind == OP_READ) {
        read_key(node, ml, request);
        return;
    }
    struct ml_key *key = ml_key_of(node, ml, request->key);
    union ml_value before = key->value;
    struct reply reply = {.status = REPLY_OK, .hint = NODE_NONE};
    if (!ml_value_apply(node, ml, &key->value, request, &reply.value)) {
        reply.status = REPLY_FAIL;
        node_reply(node, request, reply);
        return;
    }
    if (memcmp(&before, &key->value, ml_value_bytes((enum ml_conflicts)ml->conflicts)) != 0) {
        key->version++;
        key->origin = node_index(node);
        ml_store_key(node, key);
        ml_spread(node, key, key->origin);
    }
    node_reply_after(node, key->ticket, request, reply);
}

/* ---- Dispatch ------------------------------------------------------------------------------------------------ */

static void on_message(struct node *node, void *state, const struct message *message) {
    struct ml_node *ml = state;
    if (ml->is_halted) {
        return;
    }
    if (message->type == ML_UPDATE) {
        ml_on_update(node, ml, message);
    } else {
        ml_on_ack(node, ml, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    (void)timer;
    ml_retry(node, state);
}

/* A node that cannot write cannot promise anything: what its disk holds is unknown to it until it reads it again. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    struct ml_node *ml = state;
    (void)ticket;
    if (failed) {
        ml->is_halted = true;
        node_cancel(node, ML_TIMER_RETRY);
    }
}

/* ---- Views --------------------------------------------------------------------------------------------------- */

static void inspect(const void *state, struct inspector *to) {
    const struct ml_node *ml = state;
    int64_t unacknowledged = 0, siblings = 0;
    for (uint32_t k = 0; k < ml->count; k++) {
        for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
            unacknowledged += ml->keys[k].links[i].acked < ml->keys[k].links[i].owed;
        }
        siblings += ml->conflicts == ML_SIBLINGS && ml_siblings_count(&ml->keys[k].value.siblings) > 1;
    }
    to->number(to, "keys", ml->count);
    to->number(to, "unacknowledged updates", unacknowledged);
    to->number(to, "keys with siblings", siblings);
    to->number(to, "own writes that lost at once", (int64_t)ml->dropped);
    to->text(to, "state", ml->is_halted ? "halted" : "serving");
}

/* Of a set all that it is, version vector included: replicas that got the same updates are the same in this, too. */
static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct ml_node *ml = state;
    const struct ml_key *found = ml_key_find(ml, key);
    uint32_t value_bytes;
    if (found == NULL || found->version == 0) {
        return false;
    }
    *value = ml->conflicts == ML_SET ? ml_orset_state_digest(&found->value.set)
                                     : ml_value_read((enum ml_conflicts)ml->conflicts, &found->value, &value_bytes);
    return true;
}

static size_t siblings(const void *state, uint64_t key, int64_t *values, size_t room) {
    const struct ml_node *ml = state;
    const struct ml_key *found = ml_key_find(ml, key);
    size_t count = 0;
    if (ml->conflicts != ML_SIBLINGS || found == NULL) {
        return peek(state, key, values) ? 1 : 0;
    }
    for (uint32_t i = 0; i < ML_MOST_REPLICAS && count < room; i++) {
        if (found->value.siblings.versions[i].number > 0) {
            values[count++] = found->value.siblings.versions[i].value;
        }
    }
    return count;
}

/* ---- The table ----------------------------------------------------------------------------------------------- */

static const char *const conflict_choices[] = {"last_write", "siblings", "register", "counter", "set", NULL};
static const char *const conflict_meanings[] = {
    "the write with the later wall-clock stamp wins, and the other is gone",
    "writes that did not know of one another stay side by side (version vectors); a read shows the one stamped last, a "
    "write replaces those that its leader knows",
    "CRDT: as last_write, but stamped later than all that the leader has seen (a hybrid clock)",
    "CRDT: increments add up; other writes are refused",
    "CRDT: append adds an element (value modulo 16), cas removes one (expected modulo 16), and adding wins over a "
    "removal that did not know of it; other writes are refused",
    NULL};
static const char *const topology_choices[] = {"all", "ring", "star", NULL};
static const char *const topology_meanings[] = {"everyone tells everyone", "each tells the next, which passes it on",
                                                "the first node passes on what the others tell it", NULL};
static const char *const bug_choices[] = {"none", "S03", "Q06", NULL};
static const char *const bug_meanings[] = {
    "the protocol as described", "an update takes the place of what is there, whichever is later",
    "merging sets does not compare what each side has seen, for elements that both hold", NULL};

#define PARAM(field) offsetof(struct ml_params, field)

static const struct parameter parameters[] = {
    {"conflicts", PARAM_CHOICE, PARAM(conflicts), "\"last_write\"", 0, 0, conflict_choices, conflict_meanings,
     "What becomes of values that were written at the same time in two regions."},
    {"topology", PARAM_CHOICE, PARAM(topology), "\"all\"", 0, 0, topology_choices, topology_meanings,
     "Who tells whom."},
    {"retry", PARAM_DURATION, PARAM(retry), "\"500ms\"", 0.001, 3600, NULL, NULL,
     "An update that is not acknowledged is sent again after this."},
    {"bug", PARAM_CHOICE, PARAM(bug), "\"none\"", 0, 0, bug_choices, bug_meanings,
     "Breaks one rule, to see a checker find it."},
    {.name = NULL},
};

static const struct message_type messages[] = {
    [ML_UPDATE] = {"multileader.update", "a key's value, with all that merging it needs"},
    [ML_ACK] = {"multileader.ack", "it is merged and on disk"},
    {NULL, NULL},
};

static const char *const timers[] = {"retry", NULL};
static const char *const records[] = {NULL};

#define HONEST_FAULTS                                                                                                  \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump clock-drift slow-node "        \
    "degrade drop-messages"

#define NO_BUG "bug is not none"

static const struct claim claims[] = {
    {"convergence", HONEST_FAULTS, NO_BUG "; or less than some times `retry` has passed since the last write"},
    {"progress", HONEST_FAULTS, NO_BUG "; or conflicts is counter or set, which refuse operations of other kinds"},
    {"no-lost-writes", HONEST_FAULTS, NO_BUG "; or conflicts is not counter"},
    {NULL, NULL, NULL},
};

static const struct boundary boundaries[] = {
    {"no-lost-writes", NULL, "conflicts=last_write",
     "Of two writes at once, or under skewed clocks, one is thrown away."},
    {"no-lost-writes", NULL, "conflicts=register",
     "A leader whose clock is behind stamps a write earlier than one that was acknowledged elsewhere before."},
    {"no-lost-writes", NULL, "conflicts=siblings",
     "Of two sums that were read, changed and written back side by side, neither is the sum of both."},
    {"no-lost-writes", "lose-disk", "conflicts=counter", "What only the lost disk held is gone."},
    {"convergence", NULL, "retry=\"3600s\"", "What was lost on the way is not sent again."},
    {NULL, NULL, NULL, NULL},
};

static bool claim_stands(const struct claim *claim, const void *given, size_t nodes) {
    const struct ml_params *params = given;
    (void)nodes;
    if (strcmp(claim->check, "no-lost-writes") == 0) {
        return params->conflicts == ML_COUNTER;
    }
    bool takes_all = params->conflicts != ML_COUNTER && params->conflicts != ML_SET;
    return takes_all || strcmp(claim->check, "progress") != 0;
}

static const char *check_params(const void *given, size_t nodes) {
    (void)given;
    return nodes > ML_MOST_REPLICAS ? "at most 8 nodes" : NULL;
}

const struct model ml_model = {
    .abi = SPACELIKE_ABI,
    .name = "multileader",
    .summary = "a leader in every region: asynchronous exchange, last write wins, version vectors, CRDTs",
    .source = "Kleppmann, Designing Data-Intensive Applications, 2017, chapter 5; Shapiro and others, Conflict-free "
              "Replicated Data Types, 2011",
    .state_bytes = sizeof(struct ml_node),
    .params_bytes = sizeof(struct ml_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = records,
    .claims = claims,
    .operations = ((1u << OP_KIND_COUNT) - 1) & ~(1u << OP_REQUEST),
    .check_params = check_params,
    .claim_stands = claim_stands,
    .boundaries = boundaries,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .disk_done = on_disk_done,
    .inspect = inspect,
    .peek = peek,
    .siblings = siblings,
};
