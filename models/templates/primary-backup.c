/* A primary and its backups: the first node takes all writes and reads, and answers a write when every node has it.
 *
 * What a replicated store needs at least: a log on disk, copies, numbers that tell what is where, retransmission, and
 * recovery, and a memory of what clients ask for again. Left out: a successor when the primary is gone, and an end of
 * the log. Build it, run it, check it, and then break it:
 *
 *   cc -shared -fPIC -O2 $(pkg-config --cflags spacelike) primary-backup.c -o primary-backup.so
 *   spacelike run --plugin ./primary-backup.so primary-backup.json
 *   spacelike test --plugin ./primary-backup.so primary-backup.json --seeds 1-20
 *   spacelike run --plugin ./primary-backup.so primary-backup.json --set systems.store.params.durable=false
 */
#include <spacelike.h>

struct pb_params {
    bool durable;   /* false breaks a rule on purpose: answers do not wait for disks */
    sim_time again; /* what is not acknowledged is sent again after this */
};

struct entry {
    uint64_t session, sequence; /* a client's retry has the same two */
    uint64_t key;
    int64_t value;
};

/* A write that waits for its copies. */
struct waiting {
    uint64_t number;
    struct request request;
};

enum { MOST_WAITING = 1024, MOST_NODES = 16, MOST_COPIED = 32 };

struct pb {
    struct entry *log; /* all writes, in order; the same in memory and on disk */
    disk_ticket *tickets;
    uint64_t count, capacity;
    uint64_t applied;            /* of them: what reads see */
    uint64_t recovered;          /* found on disk at the boot: perhaps acknowledged before, so no read without them */
    uint64_t copied[MOST_NODES]; /* the primary's: entries that each node is known to have on disk */
    struct waiting ring[MOST_WAITING]; /* the primary's, by number: from `applied` on */
};

enum { COPY, COPIED };
enum { TIMER_AGAIN };

/* Entries from number `first` on. The tail that is not acknowledged, so that it matters little what comes first. */
struct copy {
    uint64_t first, count;
    struct entry entries[MOST_COPIED];
};

struct copied { /* the sender has this many entries */
    uint64_t count;
};

static bool is_primary(const struct node *node) {
    return node_index(node) == 0;
}

static bool is_durable(const struct node *node) {
    return ((const struct pb_params *)node_params(node))->durable;
}

/* ---- The log ---------------------------------------------------------------------------------------------------- */

static void remember(struct node *node, struct pb *pb, struct entry entry, disk_ticket ticket) {
    if (pb->count == pb->capacity) {
        pb->capacity = pb->capacity == 0 ? 64 : 2 * pb->capacity;
        pb->log = node_resize(node, pb->log, pb->capacity * sizeof *pb->log);
        pb->tickets = node_resize(node, pb->tickets, pb->capacity * sizeof *pb->tickets);
    }
    pb->tickets[pb->count] = ticket;
    pb->log[pb->count++] = entry;
}

static void append(struct node *node, struct pb *pb, struct entry entry) {
    remember(node, pb, entry, node_log_append(node, &entry, sizeof entry));
}

/* Entries that this node may speak for. */
static uint64_t on_disk(const struct node *node, const struct pb *pb) {
    uint64_t count = pb->count;
    while (is_durable(node) && count > 0 && !node_disk_done(node, pb->tickets[count - 1])) {
        count--;
    }
    return count;
}

/* The newest of the applied writes of the key. A real store would keep a table. */
static int64_t value_of(const struct pb *pb, uint64_t key) {
    for (uint64_t i = pb->applied; i > 0; i--) {
        if (pb->log[i - 1].key == key) {
            return pb->log[i - 1].value;
        }
    }
    return 0;
}

/* ---- The primary ------------------------------------------------------------------------------------------------ */

static void send_copies(struct node *node, const struct pb *pb) {
    for (size_t i = 1; i < node_count(node); i++) {
        struct copy copy = {.first = pb->copied[i]};
        while (copy.count < MOST_COPIED && copy.first + copy.count < pb->count) {
            copy.entries[copy.count] = pb->log[copy.first + copy.count];
            copy.count++;
        }
        uint32_t bytes = (uint32_t)(offsetof(struct copy, entries) + copy.count * sizeof copy.entries[0]);
        struct outgoing message = {.type = COPY, .encoded_bytes = 16 + bytes, .body = &copy, .body_bytes = bytes};
        if (copy.count > 0) {
            node_send(node, node_peer(node, i), message);
        }
    }
}

/* What every node has can be applied, and answered. */
static void advance(struct node *node, struct pb *pb) {
    uint64_t everywhere = on_disk(node, pb);
    for (size_t i = 1; i < node_count(node); i++) {
        everywhere = pb->copied[i] < everywhere ? pb->copied[i] : everywhere;
    }
    while (pb->applied < everywhere) {
        struct waiting *waiting = &pb->ring[pb->applied % MOST_WAITING];
        pb->applied++;
        if (waiting->number == pb->applied) { /* else nobody waits for it: it is from before a crash */
            node_reply(node, &waiting->request,
                       (struct reply){.status = REPLY_OK, .value = waiting->request.value, .hint = NODE_NONE});
            waiting->number = 0;
        }
    }
}

/* True if the write is in the log already: it is answered, or its newest attempt will be. */
static bool is_retry(struct node *node, struct pb *pb, const struct request *request) {
    for (uint64_t i = pb->count; i > 0; i--) {
        const struct entry *entry = &pb->log[i - 1];
        if (entry->session != request->session || entry->sequence != request->sequence) {
            continue;
        }
        if (i <= pb->applied) {
            node_reply(node, request, (struct reply){.status = REPLY_OK, .value = request->value, .hint = NODE_NONE});
        } else {
            pb->ring[(i - 1) % MOST_WAITING] = (struct waiting){.number = i, .request = *request};
        }
        return true;
    }
    return false;
}

static void on_request(struct node *node, void *state, const struct request *request) {
    struct pb *pb = state;
    if (!is_primary(node)) {
        node_reply(node, request, (struct reply){.status = REPLY_REDIRECT, .hint = node_peer(node, 0)});
    } else if (request->kind == OP_READ && pb->applied < pb->recovered) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL, .hint = NODE_NONE});
    } else if (request->kind == OP_READ) {
        node_reply(node, request,
                   (struct reply){.status = REPLY_OK, .value = value_of(pb, request->key), .hint = NODE_NONE});
    } else if (is_retry(node, pb, request)) {
        return;
    } else if (pb->count - pb->applied >= MOST_WAITING) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL, .hint = NODE_NONE});
    } else {
        struct waiting *waiting = &pb->ring[pb->count % MOST_WAITING];
        append(node, pb,
               (struct entry){.session = request->session,
                              .sequence = request->sequence,
                              .key = request->key,
                              .value = request->value});
        *waiting = (struct waiting){.number = pb->count, .request = *request};
        send_copies(node, pb);
        advance(node, pb);
    }
}

/* ---- Messages, timer, disk -------------------------------------------------------------------------------------- */

static void acknowledge(struct node *node, const struct pb *pb) {
    struct copied copied = {.count = on_disk(node, pb)};
    node_send(node, node_peer(node, 0),
              (struct outgoing){.type = COPIED, .encoded_bytes = 24, .body = &copied, .body_bytes = sizeof copied});
}

static void on_message(struct node *node, void *state, const struct message *message) {
    struct pb *pb = state;
    if (message->type == COPY) {
        const struct copy *copy = message->body;
        for (uint64_t i = 0; i < copy->count; i++) {
            if (copy->first + i ==
                pb->count) { /* what is here already is skipped; what comes too early is sent again */
                append(node, pb, copy->entries[i]);
            }
        }
        acknowledge(node, pb);
        return;
    }
    const struct copied *copied = message->body;
    size_t backup = node_peer_index(node, message->from);
    pb->copied[backup] = copied->count > pb->copied[backup] ? copied->count : pb->copied[backup];
    advance(node, pb);
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    const struct pb_params *params = node_params(node);
    send_copies(node, state);
    node_arm(node, timer, params->again);
}

static void on_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    (void)ticket;
    if (failed) {
        return; /* nobody is told of what is not on disk; the claims name no fault that fills a disk */
    }
    if (is_primary(node)) {
        advance(node, state);
    } else {
        acknowledge(node, state);
    }
}

/* ---- Boot ------------------------------------------------------------------------------------------------------- */

static void start(struct node *node, void *state) {
    const struct pb_params *params = node_params(node);
    (void)state;
    node_probe(node, PROBE_ROLE, is_primary(node) ? ROLE_LEADER : ROLE_FOLLOWER, 1, 0);
    if (is_primary(node)) {
        node_arm(node, TIMER_AGAIN, params->again);
    }
}

static void recover(struct node *node, void *state) {
    struct pb *pb = state;
    for (uint64_t number = 0; number < node_log_end(node); number++) {
        size_t bytes;
        const struct entry *entry = node_log_read(node, number, &bytes);
        if (entry == NULL || bytes != sizeof *entry) { /* a torn write: nobody was told of it */
            node_log_truncate(node, number);
            break;
        }
        remember(node, pb, *entry, 0);
    }
    pb->recovered = pb->count;
    start(node, state);
}

/* ---- Views ------------------------------------------------------------------------------------------------------ */

static void inspect(const void *state, struct inspector *to) {
    const struct pb *pb = state;
    to->number(to, "entries", (int64_t)pb->count);
    to->number(to, "applied", (int64_t)pb->applied);
}

/* What the node would hold if all stopped now: with it, lost writes are found. */
static bool peek(const void *state, uint64_t key, int64_t *value) {
    const struct pb *pb = state;
    *value = value_of(pb, key);
    return *value != 0;
}

static const char *check_params(const void *params, size_t nodes) {
    (void)params;
    return nodes > MOST_NODES ? "expected at most 16 nodes" : NULL;
}

/* ---- The description -------------------------------------------------------------------------------------------- */

static const struct parameter parameters[] = {
    {.name = "durable",
     .type = PARAM_FLAG,
     .offset = offsetof(struct pb_params, durable),
     .preset = "true",
     .meaning = "Only what is on disk is acknowledged; false breaks this rule, to see a checker find it."},
    {.name = "again",
     .type = PARAM_DURATION,
     .offset = offsetof(struct pb_params, again),
     .preset = "\"50ms\"",
     .low = 0.001,
     .high = 60,
     .meaning = "Copies that are not acknowledged are sent again after this."},
    {.name = NULL},
};

static const struct message_type messages[] = {
    [COPY] = {"primary-backup.copy", "an entry of the log, to a backup"},
    [COPIED] = {"primary-backup.copied", "how many entries a backup has on disk"},
    {NULL, NULL},
};

static const char *const timers[] = {"again", NULL};

#define FAULTS "partition crash restart pause torn-write slow-disk stall-disk slow-node degrade"

static const struct claim claims[] = {
    {"linearizable", FAULTS, "durable is false"},
    {"no-lost-writes", FAULTS, "durable is false"},
    {NULL, NULL, NULL},
};

static bool claim_stands(const struct claim *claim, const void *params, size_t nodes) {
    (void)claim;
    (void)nodes;
    return ((const struct pb_params *)params)->durable;
}

static const struct model primary_backup_model = {
    .abi = SPACELIKE_ABI,
    .name = "primary-backup",
    .summary = "one primary for ever; a write is acknowledged when every node has it on disk",
    .source = "Alsberg and Day, A Principle for Resilient Sharing of Distributed Resources, 1976",
    .state_bytes = sizeof(struct pb),
    .params_bytes = sizeof(struct pb_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .claims = claims,
    .operations = 1u << OP_READ | 1u << OP_WRITE,
    .has_leader = true,
    .check_params = check_params,
    .claim_stands = claim_stands,
    .start = start,
    .recover = recover,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .disk_done = on_disk_done,
    .inspect = inspect,
    .peek = peek,
};

static const struct model *const models[] = {&primary_backup_model, NULL};
const struct plugin spacelike_plugin = {SPACELIKE_ABI, sizeof(struct model), models};
