/* The leaderless store as a model: its table, its parameters, and which file handles what happens. */
#include "models/quorum/quorum.h"

#include <string.h>

const struct qr_params *qr_params(const struct node *node) {
    return node_params(node);
}

bool qr_has_bug(const struct node *node, enum qr_bug bug) {
    return qr_params(node)->bug == (int32_t)bug;
}

/* ---- Boot ---------------------------------------------------------------------------------------------------- */

static void boot(struct node *node, struct quorum *quorum) {
    const struct qr_params *params = qr_params(node);
    quorum->nodes = (uint32_t)node_count(node);
    quorum->self = (uint32_t)node_index(node);
    uint32_t *regions = node_alloc(node, quorum->nodes * sizeof *regions);
    for (uint32_t i = 0; i < quorum->nodes; i++) {
        regions[i] = node_region(node, i);
    }
    struct qr_point *points = node_alloc(node, quorum->nodes * (size_t)params->vnodes * sizeof *points);
    quorum->ring = qr_ring_make(points, regions, quorum->nodes, (uint32_t)params->vnodes,
                                params->ring == QR_RING_DRAWN ? node_system_id(node) : QR_RING_ALWAYS);
    quorum->hints = node_alloc(node, quorum->nodes * sizeof *quorum->hints);
    quorum->hints_in_flight = node_alloc(node, quorum->nodes * sizeof *quorum->hints_in_flight);
    quorum->outbox = node_alloc(node, qr_outbox_bytes());
    quorum->scratch = node_alloc(node, QR_DATA_BYTES);
    quorum->next_sequence = (uint64_t)node_monotonic(node) + 1; /* beyond any before a crash: an operation takes time */
    if (params->anti_entropy > 0) {
        node_arm(node, QR_TIMER_SYNC, node_draw(node, QR_STREAM_PEER, 0, params->anti_entropy));
    }
    node_arm(node, QR_TIMER_PURGE, params->tombstone_grace / 4 + 1);
}

static void measure_share(struct node *node, uint32_t metric, double share) {
    node_probe(node, PROBE_MEASURE, metric, (uint64_t)(share * 1e9 + 0.5), 0);
}

static void measure_owned(struct node *node, const struct quorum *quorum) {
    double *shares = node_alloc(node, quorum->nodes * sizeof *shares);
    qr_ring_shares(&quorum->ring, shares);
    measure_share(node, QR_METRIC_OWNED, shares[quorum->self]);
    node_free(node, shares);
}

/* What would move if one more node joined. */
static void measure_moved(struct node *node, const struct quorum *quorum) {
    uint32_t vnodes = (uint32_t)qr_params(node)->vnodes;
    struct qr_point *points = node_alloc(node, (quorum->nodes + 1) * (size_t)vnodes * sizeof *points);
    struct qr_ring more = qr_ring_make(points, NULL, quorum->nodes + 1, vnodes, node_system_id(node));
    measure_share(node, QR_METRIC_MOVED, qr_ring_moved(&quorum->ring, &more));
    node_free(node, points);
}

/* A ring that is the same in every run is no sample: what rings are like is measured where they are drawn. */
static void start(struct node *node, void *state) {
    struct quorum *quorum = state;
    boot(node, quorum);
    if (qr_params(node)->ring == QR_RING_DRAWN) {
        measure_owned(node, quorum);
        if (quorum->self == 0) {
            measure_moved(node, quorum);
        }
    }
}

static void recover(struct node *node, void *state) {
    boot(node, state);
    qr_recover(node, state);
}

/* ---- Dispatch ------------------------------------------------------------------------------------------------ */

static void on_message(struct node *node, void *state, const struct message *message) {
    static void (*const handlers[])(struct node *, struct quorum *, const struct message *) = {
        [QR_WRITE] = qr_on_write,     [QR_WRITE_ACK] = qr_on_write_ack,
        [QR_READ] = qr_on_read,       [QR_READ_REPLY] = qr_on_read_reply,
        [QR_REPAIR] = qr_on_repair,   [QR_REPAIR_ACK] = qr_on_repair_ack,
        [QR_HANDOFF] = qr_on_handoff, [QR_HANDOFF_ACK] = qr_on_handoff_ack,
        [QR_TREE] = qr_on_tree,       [QR_SYNC] = qr_on_sync,
    };
    struct quorum *quorum = state;
    if (!quorum->is_halted) {
        quorum->suspected &= ~(UINT64_C(1) << node_peer_index(node, message->from));
        handlers[message->type](node, quorum, message);
    }
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    struct quorum *quorum = state;
    if (quorum->is_halted) {
        return;
    }
    switch (timer) {
    case QR_TIMER_HINTS:
        qr_hand_off(node, quorum);
        break;
    case QR_TIMER_SYNC:
        qr_begin_sync(node, quorum);
        break;
    case QR_TIMER_PURGE:
        qr_purge_tombstones(node, quorum);
        break;
    default:
        qr_line_timer(node, quorum, timer);
        break;
    }
}

static void on_request(struct node *node, void *state, const struct request *request) {
    struct quorum *quorum = state;
    if (!quorum->is_halted) {
        qr_on_request(node, quorum, request);
    }
}

/* A node that cannot write cannot tell what its disk holds until it reads it again. */
static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    struct quorum *quorum = state;
    (void)ticket;
    if (failed) {
        quorum->is_halted = true;
    } else if (!quorum->is_halted) {
        qr_disk_progress(node, quorum);
    }
}

/* ---- Views --------------------------------------------------------------------------------------------------- */

static void inspect(const void *state, struct inspector *to) {
    const struct quorum *quorum = state;
    uint32_t siblings = 0, tombstones = 0;
    for (uint32_t i = 0; i < quorum->table.count; i++) {
        const struct qr_data *data = quorum->table.cells[i].data;
        siblings = data->count > siblings ? data->count : siblings;
        tombstones += qr_is_tombstone(data);
    }
    to->text(to, "status", quorum->is_halted ? "halted" : "serving");
    to->number(to, "keys", quorum->table.count);
    to->number(to, "tombstones", tombstones);
    to->number(to, "tombstones purged", (int64_t)quorum->purged);
    to->number(to, "most siblings", siblings);
    to->number(to, "siblings dropped", (int64_t)quorum->siblings_dropped);
    to->number(to, "operations under way", quorum->operation_count - quorum->free_count);
    to->number(to, "suspected nodes", __builtin_popcountll(quorum->suspected));
    to->number(to, "hints", (int64_t)quorum->hint_count);
    to->number(to, "hints dropped", (int64_t)quorum->hints_dropped);
    to->number(to, "log records", (int64_t)(quorum->next_record - quorum->first_record));
}

static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct quorum *quorum = state;
    const struct qr_cell *cell = qr_find(&quorum->table, key);
    const struct qr_version *newest = cell != NULL ? qr_newest(cell->data) : NULL; /* none: only on a decayed disk */
    if (newest != NULL) {
        *value = newest->value;
    }
    return newest != NULL;
}

static size_t siblings(const void *state, uint64_t key, int64_t *values, size_t room) {
    const struct quorum *quorum = state;
    const struct qr_cell *cell = qr_find(&quorum->table, key);
    size_t count = cell == NULL ? 0 : cell->data->count < room ? cell->data->count : room;
    for (size_t i = 0; i < count; i++) {
        values[i] = cell->data->versions[i].value;
    }
    return count;
}

static bool acts_at_client(const void *given) {
    const struct qr_params *params = given;
    return params->coordinator == QR_COORDINATOR_CLIENT;
}

/* ---- The table ----------------------------------------------------------------------------------------------- */

static const char *const coordinators[] = {"node", "client", NULL};
static const char *const coordinator_meanings[] = {
    "the node that the client asks",
    "the client: the node that its route picks acts for it at no cost, and all replicas are remote, that node's own "
    "included",
    NULL,
};
static const char *const scopes[] = {"global", "local", NULL};
static const char *const scope_meanings[] = {
    "r and w count replicas wherever they are",
    "r and w count replicas of the coordinator's region, if the key has any there; the others are written, too",
    NULL,
};
static const char *const contacts[] = {"all", "needed", "drawn", NULL};
static const char *const contact_meanings[] = {
    "a read asks all n replicas (Dynamo)",
    "a read asks r replicas, near ones first, and more if they are late (Cassandra)",
    "a read asks r replicas and a write w, drawn, and no others (the quorums of PBS, section 3)",
    NULL,
};
static const char *const repairs[] = {"none", "background", "blocking", "write_back", NULL};
static const char *const repair_meanings[] = {
    "replicas that are behind stay behind",
    "they are repaired after the answer, when all that were asked have answered",
    "those that were asked are repaired before the answer (Cassandra)",
    "w replicas have the value before it is returned (ABD)",
    NULL,
};
static const char *const versions[] = {"last_write", "siblings", NULL};
static const char *const version_meanings[] = {
    "the version with the latest timestamp replaces the others",
    "concurrent versions are kept side by side (version vectors), until a write replaces those that it has read",
    NULL,
};
static const char *const timestamps[] = {"client", "coordinator", "query", NULL};
static const char *const timestamp_meanings[] = {
    "the client's clock when it invoked the write: all clients' clocks are right, and retries carry the same",
    "the coordinator's wall clock",
    "one more than the highest that r replicas know (ABD); a retry is another write",
    NULL,
};
static const char *const placements[] = {"ring", "regions", NULL};
static const char *const placement_meanings[] = {
    "the next n nodes of the ring",
    "the next nodes of the ring, as evenly over the regions as can be",
    NULL,
};
static const char *const rings[] = {"fixed", "drawn", NULL};
static const char *const ring_meanings[] = {
    "where the node's number puts them: the same ring in every run",
    "also by a number that is drawn for the system: another ring with every seed, and what it is like is measured",
    NULL,
};
static const char *const handoffs[] = {"none", "hints", "sloppy", NULL};
static const char *const handoff_meanings[] = {
    "what a replica misses, it misses",
    "the coordinator keeps for a replica what it has not acknowledged before the timeout, and hands it on (Cassandra)",
    "other nodes stand in for replicas that do not answer, and count to the quorum (Dynamo 4.6)",
    NULL,
};
static const char *const bugs[] = {"none", "Q01", "Q02", "Q03", "Q04", "Q05", NULL};
static const char *const bug_meanings[] = {
    "the protocol as published",
    "one replica's answer is enough, whatever r and w are",
    "nodes that stand in for home replicas count to a write's quorum, though reads do not ask them",
    "a repair stores what it brings without comparing versions",
    "writes are ordered by the coordinator's wall clock, whatever `timestamps` says",
    "a read returns what it found without making sure that a quorum has it",
    NULL,
};

#define PARAM(field, kind, given, from, to, sentence)                                                                  \
    .name = #field, .type = (kind), .offset = offsetof(struct qr_params, field), .preset = (given), .low = (from),     \
    .high = (to), .meaning = (sentence)
#define CHOICE(field, given, list, meanings, sentence)                                                                 \
    PARAM(field, PARAM_CHOICE, given, 0, 0, sentence), .choices = (list), .choice_meanings = (meanings)

static const struct parameter parameters[] = {
    {PARAM(n, PARAM_COUNT, "3", 1, QR_MOST_REPLICAS, "Replicas of a key.")},
    {PARAM(r, PARAM_COUNT, "2", 1, QR_MOST_REPLICAS, "Replicas whose answers a read waits for.")},
    {PARAM(w, PARAM_COUNT, "2", 1, QR_MOST_REPLICAS, "Replicas that have a write on disk before it is acknowledged.")},
    {CHOICE(coordinator, "\"node\"", coordinators, coordinator_meanings, "Who coordinates an operation.")},
    {CHOICE(scope, "\"global\"", scopes, scope_meanings, "Which replicas make a quorum.")},
    {CHOICE(contact, "\"all\"", contacts, contact_meanings, "Whom an operation asks.")},
    {CHOICE(read_repair, "\"write_back\"", repairs, repair_meanings, "What a read does about replicas behind.")},
    {CHOICE(versions, "\"last_write\"", versions, version_meanings, "What becomes of concurrent writes.")},
    {CHOICE(timestamps, "\"client\"", timestamps, timestamp_meanings, "What orders writes, with last write wins.")},
    {CHOICE(placement, "\"ring\"", placements, placement_meanings, "Which nodes hold a key.")},
    {PARAM(vnodes, PARAM_COUNT, "16", 1, 4096, "Points of the ring that each node owns.")},
    {CHOICE(ring, "\"fixed\"", rings, ring_meanings, "Where these points lie.")},
    {CHOICE(handoff, "\"hints\"", handoffs, handoff_meanings, "What becomes of writes to a replica that is away.")},
    {PARAM(handoff_after, PARAM_DURATION, "\"50ms\"", 0, 3600,
           "A replica that is silent for so long is stood in for.")},
    {PARAM(hint_limit, PARAM_COUNT, "1000", 0, 1e9, "Hints that a node keeps at most; further ones are dropped.")},
    {PARAM(hint_interval, PARAM_DURATION, "\"1s\"", 1e-6, 3600, "How often a node tries to hand hints off.")},
    {PARAM(anti_entropy, PARAM_DURATION, "\"5s\"", 0, 1e6,
           "How often a node compares hash trees with another, drawn one; 0: never.")},
    {PARAM(tombstone_grace, PARAM_DURATION, "\"864000s\"", 1e-6, 1e8,
           "A deletion is remembered for so long (Cassandra's gc_grace_seconds).")},
    {PARAM(timeout, PARAM_DURATION, "\"1s\"", 1e-6, 3600, "A coordinator gives up after this.")},
    {PARAM(speculate_after, PARAM_DURATION, "\"20ms\"", 0, 3600,
           "With contact \"needed\": one more replica is asked when answers are late by this; 0: never.")},
    {CHOICE(bug, "\"none\"", bugs, bug_meanings, "Breaks one rule of the protocol, to see a checker find it.")},
    {.name = NULL},
};

static const char *const promises[] = {"r", "w", "scope", "read_repair", "versions", "timestamps", "handoff", NULL};

static const struct message_type messages[] = {
    [QR_WRITE] = {"quorum.write", "a version to store, or to keep for another node"},
    [QR_WRITE_ACK] = {"quorum.write_ack", "it is on disk"},
    [QR_READ] = {"quorum.read", "what do you have of a key?"},
    [QR_READ_REPLY] = {"quorum.read_reply", "all that a replica has of the key"},
    [QR_REPAIR] = {"quorum.repair", "what a read has found, for a replica that is behind"},
    [QR_REPAIR_ACK] = {"quorum.repair_ack", "it is on disk"},
    [QR_HANDOFF] = {"quorum.handoff", "a hint, delivered to the node that it was kept for"},
    [QR_HANDOFF_ACK] = {"quorum.handoff_ack", "it is on disk, and the hint can go"},
    [QR_TREE] = {"quorum.tree", "hashes of one level of a tree over keys (anti-entropy)"},
    [QR_SYNC] = {"quorum.sync", "the data of keys in a leaf of the tree (anti-entropy)"},
    {NULL, NULL},
};

static const struct model_metric metrics[] = {
    [QR_METRIC_OWNED] = {"owned.share",
                         "with ring \"drawn\", at boot, from each node: the share of the circle whose keys "
                         "have it as their first replica"},
    [QR_METRIC_MOVED] = {"moved.share", "with ring \"drawn\", at boot: the share of the circle whose keys would get "
                                        "another first replica if one more node joined"},
    [QR_METRIC_KEPT] = {"kept", "with ring \"drawn\": keys that a node did not hold and does now; count them"},
    {NULL, NULL},
};

static const char *const timers[] = {"timeout", "handoff", "speculate", "hints", "anti-entropy", "purge", NULL};

#define HONEST_FAULTS                                                                                                  \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump clock-drift slow-node "        \
    "degrade drop-messages"

/* A read meets the latest acknowledged write at one replica at least, and clients' clocks say which it is. */
static bool is_regular(const struct qr_params *params) {
    return params->r + params->w > params->n && params->scope == QR_SCOPE_GLOBAL && params->versions == QR_LAST_WRITE &&
           params->timestamps == QR_STAMP_CLIENT && params->handoff != QR_HANDOFF_SLOPPY;
}

/* What a read returns, every later one meets too (ABD). */
static bool is_linearizable(const struct qr_params *params) {
    return is_regular(params) && (params->read_repair == QR_REPAIR_WRITE_BACK ||
                                  (params->read_repair == QR_REPAIR_BLOCKING && 2 * params->r > params->n));
}

/* What is acknowledged is on the disks of w home replicas, and only what is newer replaces it. */
static bool loses_nothing(const struct qr_params *params) {
    return params->handoff != QR_HANDOFF_SLOPPY &&
           (params->versions == QR_SIBLINGS || params->timestamps == QR_STAMP_CLIENT);
}

/* Two given replicas of a key compare their trees once in some rounds: so a time is named in which there are many. */
static bool converges(const struct qr_params *params) {
    return params->anti_entropy > 0 && params->anti_entropy <= 50 * SIM_MILLISECOND;
}

#define NO_BUG "bug is not none"
#define IRREGULAR                                                                                                      \
    NO_BUG "; r + w <= n; timestamps is not client; versions is siblings; handoff is sloppy; scope is local; a "       \
           "replica is away for longer than tombstone_grace"

static const struct claim claims[] = {
    {"linearizable", HONEST_FAULTS, IRREGULAR "; read_repair is none, background, or blocking with 2r <= n"},
    {"read-your-writes", HONEST_FAULTS, IRREGULAR},
    {"no-lost-writes", HONEST_FAULTS,
     NO_BUG
     "; versions is last_write and timestamps is not client; handoff is sloppy (what a stand-in has still to hand "
     "on does not count)"},
    {"convergence", HONEST_FAULTS, NO_BUG "; anti_entropy is 0, or longer than 50ms for three seconds without writes"},
    {"progress", HONEST_FAULTS, NO_BUG "; timeout is shorter than a round trip and a sync"},
    {NULL, NULL, NULL},
};

/* Each with the other promises at their presets, so that nothing else breaks. */
#define STRICT "scope=global handoff=hints "
#define BY_CLIENTS "versions=last_write timestamps=client "

static const struct boundary boundaries[] = {
    {"linearizable", NULL, "r=1 w=1", "A read asks a replica that the write has not reached."},
    {"read-your-writes", NULL, "r=1 w=1", "A client's own write is among those."},
    {"linearizable", NULL, "r=2 w=2 read_repair=none " STRICT BY_CLIENTS,
     "A read finds a write that is under way, and the next one, at other replicas, does not (ABD)."},
    {"linearizable", NULL, "r=1 w=3 read_repair=blocking " STRICT BY_CLIENTS,
     "A read of one replica has nothing to compare, and nothing to repair."},
    {"linearizable", NULL, "r=2 w=2 read_repair=write_back handoff=sloppy scope=global " BY_CLIENTS,
     "The write is at stand-ins, which a read does not ask."},
    {"linearizable", NULL, "r=2 w=2 read_repair=write_back versions=siblings timestamps=client " STRICT,
     "Of two writes that did not know of one another, a read shows that of the later clock."},
    {"linearizable", "pause degrade", "r=2 w=2 read_repair=write_back versions=last_write timestamps=query " STRICT,
     "A retry is another write, which puts back what others have replaced meanwhile."},
    {"no-lost-writes", NULL, "r=2 w=2 read_repair=write_back versions=last_write timestamps=coordinator " STRICT,
     "A coordinator whose clock is behind stamps a write earlier than what it should replace."},
    {"linearizable", "lose-disk", "r=2 w=2 read_repair=write_back " STRICT BY_CLIENTS,
     "Of the replicas that acknowledged the write, a read meets the one that lost it."},
    {"linearizable", "lying-sync crash", "r=2 w=2 read_repair=write_back " STRICT BY_CLIENTS,
     "A replica acknowledges what is gone after a crash."},
    {"progress", NULL, "timeout=\"1ms\"", "Coordinators give up before replicas have answered."},
    {NULL, NULL, NULL, NULL},
};

static bool claim_stands(const struct claim *claim, const void *given, size_t nodes) {
    static const struct {
        const char *check;
        bool (*stands)(const struct qr_params *params);
    } conditions[] = {{"linearizable", is_linearizable},
                      {"read-your-writes", is_regular},
                      {"no-lost-writes", loses_nothing},
                      {"convergence", converges}};
    (void)nodes;
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (strcmp(claim->check, conditions[i].check) == 0) {
            return conditions[i].stands(given);
        }
    }
    return true;
}

static const char *check_params(const void *given, size_t nodes) {
    const struct qr_params *params = given;
    if (nodes > QR_MOST_NODES) {
        return "at most 64 nodes";
    }
    if ((uint64_t)params->n > nodes) {
        return "n must not be more than the nodes";
    }
    if (params->r > params->n || params->w > params->n) {
        return "r and w must not be more than n";
    }
    if (params->versions == QR_SIBLINGS && params->coordinator == QR_COORDINATOR_CLIENT) {
        return "versions \"siblings\" needs coordinator \"node\": a replica counts the writes that it coordinates";
    }
    return NULL;
}

const struct model quorum_model = {
    .abi = SPACELIKE_ABI,
    .name = "quorum",
    .summary = "a leaderless replicated store: quorums of n, r, w, a ring, read repair, hinted handoff, anti-entropy",
    .source = "DeCandia and others 2007 (Dynamo); Attiya, Bar-Noy and Dolev 1995 (ABD); Bailis and others 2012 (PBS)",
    .state_bytes = sizeof(struct quorum),
    .params_bytes = sizeof(struct qr_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .claims = claims,
    .boundaries = boundaries,
    .metrics = metrics,
    .operations = 1u << OP_READ | 1u << OP_WRITE,
    .check_params = check_params,
    .claim_stands = claim_stands,
    .promises = promises,
    .acts_at_client = acts_at_client,
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
