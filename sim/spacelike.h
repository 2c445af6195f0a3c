/* The interface between Spacelike and a model: all that a protocol or system needs to run in a simulated world.
 *
 * A model is a state machine. It sees its own state and the handle of the node it runs on, and nothing else: no
 * clock but the node's, no chance but the node's draws, no memory but the node's. The simulator calls it with what
 * happened (boot, message, timer, request, reply, disk write done); it answers through the node_* functions below.
 *
 * Rules. Handlers run to the end, one at a time per world. A handler may call any node_* function on the handle it
 * was given, and keeps neither the handle nor the pointers it was given after it returns. Volatile state (the state
 * struct and node_alloc memory) is gone at a crash; what a disk ticket reported as done survives, unless a fault makes
 * the disk lie or decay. Time is in nanoseconds, sizes are in bytes. */
#ifndef SPACELIKE_H
#define SPACELIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPACELIKE_ABI 8

typedef int64_t sim_time;     /* nanoseconds since the start of the run, or a length of time */
typedef uint32_t node_id;     /* a node or client of the world; one numbering for both, from 0 */
typedef uint64_t disk_ticket; /* names a disk write of one node; grows by one a write, from 1; 0 is always done */

#define NODE_NONE UINT32_MAX
#define SIM_MICROSECOND ((sim_time)1000)
#define SIM_MILLISECOND ((sim_time)1000000)
#define SIM_SECOND ((sim_time)1000000000)
#define SIM_NEVER INT64_MAX

struct node; /* the simulated machine that a state machine runs on */

/* ---- Messages between the nodes of one system -------------------------------------------------------------- */

/* A message as it arrives. Immutable, and shared by all receivers of a broadcast. */
struct message {
    node_id from;
    uint32_t type;          /* index into the model's table of message types */
    uint32_t encoded_bytes; /* size on the wire: bandwidth and cost count it */
    uint32_t body_bytes;
    const void *body; /* 8-byte aligned; the struct that the sender gave, copied once at the send */
};

/* A message to be sent; the body is copied by the call that sends it, and holds no pointers. */
struct outgoing {
    uint32_t type;
    uint32_t encoded_bytes;
    const void *body;
    size_t body_bytes;
};

/* Delivery is neither sure, nor ordered, nor single, unless the scenario's network says so. A node may send to
 * itself; that message does not pass the network and arrives at once (after the handler). */
void node_send(struct node *node, node_id to, struct outgoing message);

/* One copy of the body for all receivers. */
void node_send_all(struct node *node, const node_id *to, size_t count, struct outgoing message);

/* Sends when the write `ticket` is durable, at once if it is already. Dropped if the write fails, which the fault that
 * made it fail counts as a stopped message; and lost with the node's memory at a crash. */
void node_send_after(struct node *node, disk_ticket ticket, node_id to, struct outgoing message);

/* ---- Operations: requests of clients and of other systems -------------------------------------------------- */

enum operation_kind {
    OP_READ,      /* result: the value of `key`, 0 when it was never written */
    OP_WRITE,     /* key := value; 0 deletes the key: it holds nothing */
    OP_CAS,       /* key := value if it equals `expected`; result 1 when it did, else 0 */
    OP_INCREMENT, /* key += value; result: the new value */
    OP_APPEND,    /* key := operation_append(key, value): a list, kept as a digest; result: the new digest */
    OP_REQUEST,   /* a unit of work without data; result 0 */
    OP_KIND_COUNT
};

const char *operation_name(enum operation_kind kind);

/* The digest of a list after `value` is appended to the list with digest `list` (the empty list's is 0). Two lists
 * have the same digest only if they are equal, but for a chance of 2^-64. Lists are kept as digests, so that an
 * append costs the same however long the list is. */
int64_t operation_append(int64_t list, int64_t value);

/* What an operation makes of its key's value `before` (0 when it was never written): the meaning that checkers judge
 * by. `expected` is of OP_CAS. Increments wrap. */
struct operation_effect {
    int64_t after;  /* the key's value from now on */
    int64_t result; /* of the operation */
    bool writes;    /* false: `after` is `before` untouched, as of a read and of an OP_CAS that found something else */
};

struct operation_effect operation_apply(enum operation_kind kind, int64_t before, int64_t value, int64_t expected);

struct request {
    node_id from;             /* client or calling node */
    enum operation_kind kind; /**/
    uint64_t call;            /* the caller's name for this attempt; the reply carries it back */
    uint64_t session;         /* who asks; a retry keeps the pair (session, sequence), so it can be recognised */
    uint64_t sequence;        /* grows by one an operation of the session, from 1 */
    uint64_t settled;         /* every operation of the session up to this sequence has been settled at the caller:
                                 its result will not be asked for again (dissertation of Raft, 6.3) */
    uint64_t token; /* the greatest that a reply brought to this session; 0: none so far. What it means is the model's:
                       a client keeps it, so that any node can tell what this session has seen */
    sim_time clock; /* of the client, when it invoked the operation; every attempt carries the same */
    uint64_t key;
    int64_t value;
    int64_t expected;     /* of OP_CAS */
    uint32_t value_bytes; /* size that the value stands for; counts in messages and on disk */
};

enum reply_status {
    REPLY_OK,       /* done; `value` is the result */
    REPLY_FAIL,     /* refused: surely not done, and never will be */
    REPLY_REDIRECT, /* surely not done here; `hint` is the node to ask, or NODE_NONE */
    REPLY_UNKNOWN   /* may or may not be done, now or later */
};

struct reply {
    node_id from;
    enum reply_status status;
    uint64_t call; /* as in the request; node_reply fills it in */
    int64_t value;
    node_id hint;
    uint32_t value_bytes;
    uint64_t token; /* of an answer `ok`: for the session to show in its next requests; 0: none */
};

/* Answers `request` (or a saved copy of it). At most once per attempt. */
void node_reply(struct node *node, const struct request *request, struct reply reply);
void node_reply_after(struct node *node, disk_ticket ticket, const struct request *request, struct reply reply);

/* Asks another system for something; its answer comes to the model's `reply` handler with the same `call`. No
 * answer may ever come. `from` is filled in. */
void node_call(struct node *node, node_id to, struct request request);

/* The nodes of the system that the scenario calls `use` for this system ("uses": {"db": "store"}), in `*count`;
 * ids are consecutive from the value returned. NODE_NONE when the scenario gives no such use. */
node_id node_use(const struct node *node, const char *use, size_t *count);

/* ---- Who and where ------------------------------------------------------------------------------------------ */

node_id node_self(const struct node *node);
const void *node_params(const struct node *node); /* the system's parameters, as the model's table filled them */
size_t node_count(const struct node *node);       /* nodes of this system */
size_t node_index(const struct node *node);       /* this node's place among them, from 0 */
node_id node_peer(const struct node *node, size_t index);
size_t node_peer_index(const struct node *node, node_id peer); /* inverse of node_peer; node_count if not of it */
/* The region that the scenario places a node of this system in: a number from 0, or UINT32_MAX for none. */
uint32_t node_region(const struct node *node, size_t index);
/* A number that all nodes of this system know from the beginning, like the id that operators give a cluster: drawn from
 * the seed and the system's name, and the same over restarts. */
uint64_t node_system_id(const struct node *node);

/* ---- Time and chance ---------------------------------------------------------------------------------------- */

sim_time node_monotonic(const struct node *node); /* never goes back; runs fast or slow by the node's drift */
sim_time node_wall(const struct node *node);      /* may be off, and may jump both ways */

/* Arms the model's timer `timer` (index into its table) to fire after `delay` of the node's monotonic clock,
 * instead of when it was armed for before. Re-arming costs next to nothing. */
void node_arm(struct node *node, uint32_t timer, sim_time delay);
void node_cancel(struct node *node, uint32_t timer);
bool node_is_armed(const struct node *node, uint32_t timer);

/* The next draw, uniform over low..high (both included), of this node's stream `stream` (0 to 7, numbered by the
 * model). The draws of a stream depend on the seed, the node's name and how many came before, also over restarts. */
int64_t node_draw(struct node *node, uint32_t stream, int64_t low, int64_t high);

/* ---- Volatile memory ---------------------------------------------------------------------------------------- */

/* Zeroed memory of this node; gone at a crash. Never NULL: a run whose memory is exhausted ends with a report. */
void *node_alloc(struct node *node, size_t bytes);
void *node_resize(struct node *node, void *memory, size_t bytes); /* as realloc; new bytes are zero */
void node_free(struct node *node, void *memory);                  /* NULL is allowed */

/* Entries of one size in a node's memory, found by a key and gone through in the order in which they came. An entry
 * begins with its key, a uint64_t; the rest is the model's. All zero is an empty table. Addresses of entries are valid
 * until the next one is added or removed. */
struct node_table {
    void *entries; /* `count` of them, side by side */
    uint32_t *places;
    uint32_t count, capacity, place_count, entry_bytes;
};

void *node_table_find(const struct node_table *table, uint64_t key); /* NULL: none */
/* The entry of `key`; if there is none, a new one, zero but for its key. */
void *node_table_add(struct node *node, struct node_table *table, uint64_t key, size_t entry_bytes);
void node_table_remove(struct node *node, struct node_table *table, void *entry); /* the last entry takes its place */
void node_table_clear(struct node *node, struct node_table *table);

/* An entry of a table of values by key, and what an operation makes of such a table (`kind`, `key`, `value`, `expected`
 * and `value_bytes` of it count; operation_apply says how). Returns the operation's result. */
struct stored_value {
    uint64_t key;
    int64_t value;
    uint32_t value_bytes;
};

int64_t stored_apply(struct node *node, struct node_table *store, const struct request *operation);

/* What a system knows of a client that may ask again for what was done already: the results that it may still ask for
 * (Ongaro's dissertation, 6.3). A retry gets its first answer instead of a second effect. Sessions never expire;
 * results go when the client says that they are settled (`settled` of a request). Entries of a table, or the beginning
 * of one; all zero but for the key is a session of which nothing is known. */
struct client_session {
    uint64_t id;      /* request.session */
    uint64_t settled; /* results up to this sequence are forgotten */
    uint64_t highest; /* no result above it is kept */
    struct client_result {
        uint64_t sequence;
        int64_t value;
    } * results;
    uint32_t count, capacity;
};

enum session_answer { SESSION_NEW, SESSION_DONE, SESSION_FORGOTTEN };
/* What is known of an operation; `*value` is its result if it was done. */
enum session_answer session_find(const struct client_session *session, uint64_t sequence, int64_t *value);
void session_keep(struct node *node, struct client_session *session, uint64_t sequence, int64_t value);
void session_settle(struct client_session *session, uint64_t settled);
void sessions_clear(struct node *node, struct node_table *sessions); /* entries that begin with a session */

/* ---- Disk ---------------------------------------------------------------------------------------------------- */

/* Every write returns a ticket; writes become durable in the order of their tickets. At a crash those that are not
 * durable are lost, as a rule. Once writes up to a ticket are durable, the model's disk_done handler is told so, once a
 * sync.
 *
 * A write may fail (a full disk). It then never happens: a record that was to be appended takes no number. disk_done
 * is told of each failed ticket, in the order of tickets, and what waits for it is not sent. All writes behind a failed
 * one fail too, until the model has been told of every failure; so whoever waits for a ticket may trust that what was
 * written before it is durable, or that disk_done has said otherwise.
 *
 * A crash in the middle of writing (a torn write) leaves a drawn part of what was not durable yet, whatever the order
 * of tickets: the log may have a short record, records that cannot be read, and sound ones behind them. A named record
 * is then the old one or the new one, never a part of it; and nothing of the log that was written after a truncation or
 * trimming is there without it. */
disk_ticket node_log_append(struct node *node, const void *record, size_t bytes);
disk_ticket node_log_truncate(struct node *node, uint64_t end); /* drops the records from number `end` on */
disk_ticket node_log_trim(struct node *node, uint64_t first);   /* drops the records before number `first` */
disk_ticket node_record_put(struct node *node, uint32_t record, const void *bytes, size_t size);

/* A write's `bytes` may stand for more data than it holds (a value of 4 KiB is kept as a number): the disk then
 * counts `extra` bytes more for the next write. */
void node_disk_extra(struct node *node, size_t extra);

bool node_disk_done(const struct node *node, disk_ticket ticket); /* false for ever if the write failed */
disk_ticket node_disk_last(const struct node *node); /* ticket of the newest write; 0 when there was none */

/* Reading is for `recover`: it sees the durable records only. Log records are numbered from 0; those from
 * node_log_first up to but not including node_log_end exist. NULL and 0 bytes when there is no such record, or when the
 * disk cannot read it (a torn write's gap, corruption that the disk detects). A torn record has fewer bytes than were
 * written, at least one. Corruption that the disk does not detect shows as other bytes, of the same number. Who goes on
 * with the records before the first bad one truncates the log there: appends go behind node_log_end. */
uint64_t node_log_first(const struct node *node);
uint64_t node_log_end(const struct node *node);
const void *node_log_read(const struct node *node, uint64_t number, size_t *bytes);
const void *node_record_get(const struct node *node, uint32_t record, size_t *bytes);

/* ---- Administration: what operators ask of a system ------------------------------------------------------------- */

enum admin_kind { ADMIN_MEMBER_ADD, ADMIN_MEMBER_REMOVE, ADMIN_TRANSFER_LEADER };

/* To the node that says that it leads. Of a transfer, any of the targets may be the next leader. */
struct admin_request {
    enum admin_kind kind;
    const node_id *targets; /* nodes of this system, ascending */
    size_t target_count;
};

enum admin_answer {
    ADMIN_REFUSED,  /* not by this node, or not now: ask again later */
    ADMIN_ACCEPTED, /* something has begun; who wants to know whether it is done, or wants more, asks again */
    ADMIN_DONE      /* it is as was asked, for good */
};

/* ---- Probes: what a model says about itself ------------------------------------------------------------------ */

enum node_role { ROLE_NONE, ROLE_FOLLOWER, ROLE_CANDIDATE, ROLE_LEADER, ROLE_LEARNER, ROLE_COUNT };

enum suspicion { SUSPECT_ALIVE, SUSPECT_SUSPECTED, SUSPECT_FAILED };

enum probe_kind {
    PROBE_ROLE,      /* the node took role a (enum node_role) in term b */
    PROBE_LOG_RESET, /* the node's log is empty now (at boot, before its durable entries are published again) */
    PROBE_APPEND,    /* entry at index a (from 1), of term b, content hash c, was added at the log's end */
    PROBE_TRUNCATE,  /* entries from index a on were removed */
    PROBE_COMMIT,    /* the node knows that entries up to index a are committed; b is its current term */
    PROBE_APPLY,     /* the node applied index a, with content hash c, to its state machine */
    PROBE_VOTE,      /* the node gave its vote of term b to node a */
    /* The node has a snapshot of everything up to index a: one that it took itself, installed, or found at boot. b is
     * the hash of the log up to there, begun with 0 and continued with each entry: hash = probe_hash(probe_hash(hash,
     * term), content hash). c is a hash of the state after applying a, the same on every node that holds the same
     * state. Whatever the log held up to a is as the snapshot says from now on, and applied; what follows stays, if it
     * is not truncated before. */
    PROBE_SNAPSHOT,
    /* A sample of a metric of the model's own: number a of its table `metrics`, with the value b (an int64_t; 1 where
     * something is only counted). */
    PROBE_MEASURE,
    PROBE_SUSPECT, /* the node takes node a for b (enum suspicion), which it did not do before */
    PROBE_KIND_COUNT
};

struct probe {
    sim_time at;
    node_id node;
    enum probe_kind kind;
    uint64_t a, b, c;
};

/* Publishes a fact. Invariants judge it, measures count it, pictures draw it. */
void node_probe(struct node *node, enum probe_kind kind, uint64_t a, uint64_t b, uint64_t c);

/* A hash for the contents of probes: the same bits on every machine. Start with hash 0. */
uint64_t probe_hash(uint64_t hash, uint64_t word);

/* ---- Inspection ---------------------------------------------------------------------------------------------- */

/* `inspect` lists a state's facts through these; the name is the field's standard term. */
struct inspector {
    void (*number)(struct inspector *to, const char *name, int64_t value);
    void (*text)(struct inspector *to, const char *name, const char *value);
    void (*node)(struct inspector *to, const char *name, node_id value); /* shown by its name; NODE_NONE: nobody */
};

/* ---- A model's description ------------------------------------------------------------------------------------ */

enum parameter_type {
    PARAM_COUNT,          /* int64_t */
    PARAM_REAL,           /* double */
    PARAM_SHARE,          /* double, 0 to 1 */
    PARAM_FLAG,           /* bool */
    PARAM_CHOICE,         /* int32_t: index into choices */
    PARAM_DURATION,       /* sim_time */
    PARAM_DURATION_RANGE, /* sim_time[2], low <= high */
    PARAM_BYTES           /* int64_t */
};

struct parameter {
    const char *name;
    enum parameter_type type;
    size_t offset;              /* in the model's params struct */
    const char *preset;         /* default, in the scenario language: "\"50ms\"", "true", "[\"150ms\", \"300ms\"]" */
    double low, high;           /* allowed range of a number (durations in seconds); both 0: only the type's own */
    const char *const *choices; /* of PARAM_CHOICE, ends with NULL */
    const char *const *choice_meanings; /* beside choices, or NULL */
    const char *meaning;                /* a sentence */
};

struct message_type {
    const char *name; /* with the model's: "raft.append" */
    const char *meaning;
};

/* A metric of the model's own. What nodes report of it (PROBE_MEASURE) is known to users as MODEL.NAME.STATISTIC, with
 * count, sum, mean, min, p50, p99, max, and variation: how unevenly the nodes of the system have it, as the standard
 * deviation of their sums over the mean of them. A name that ends with ".time" stands for nanoseconds, and is shown in
 * seconds; one that ends with ".share" stands for billionths. */
struct model_metric {
    const char *name;    /* "detection.time" */
    const char *meaning; /* a sentence */
};

/* What a model promises: `check` holds, whatever the faults of the kinds named, if the condition on parameters does. */
struct claim {
    const char *check;
    const char *faults; /* kinds of faults under which it holds, separated by spaces; "*" for all within the list */
    const char *unless; /* parameter values that void the claim, in words; NULL for none */
};

/* Where a promise ends: what theory says breaks `check` when it is added to what the claim allows. A test hunts each of
 * them, so that claims are known to end where they say. */
struct boundary {
    const char *check;
    const char *faults; /* kinds that it takes, those that the claim allows included; clock-drift is then faster than
                           max_clock_drift_ppm. Separated by spaces; NULL: none */
    const char *params; /* settings that it takes: "reads=lease batch=1"; NULL: none */
    const char *why;    /* a sentence */
};

struct model {
    uint32_t abi; /* SPACELIKE_ABI */
    const char *name;
    const char *summary; /* one line */
    const char *source;  /* paper and section */
    size_t state_bytes;
    size_t params_bytes;
    const struct parameter *parameters;  /* ends with a NULL name */
    const struct message_type *messages; /* ends with a NULL name */
    const char *const *timers;           /* names, ends with NULL */
    const char *const *records;          /* names of the disk's named records, ends with NULL */
    const struct claim *claims;          /* ends with a NULL check */
    const struct boundary *boundaries;   /* ends with a NULL check; NULL: none is known */
    const struct model_metric *metrics;  /* ends with a NULL name; NULL: none */
    uint32_t operations;                 /* bit 1 << kind for each operation_kind that `request` understands */
    bool has_leader;                     /* clients that route by "leader" find one */

    /* Checks what no single parameter can: returns NULL, or a static sentence that says what is wrong. */
    const char *(*check_params)(const void *params, size_t nodes);

    /* Whether one of the claims stands with these parameters, as its `unless` has it in words; NULL: all always do. A
     * broken rule (`bug`) voids nothing here: a hunt looks for what breaks by it. */
    bool (*claim_stands)(const struct claim *claim, const void *params, size_t nodes);

    /* Names of the parameters that decide what is promised, not how that is kept: a hunt mostly leaves them at their
     * presets, where the claims are at their strongest. Ends with NULL; NULL: none. */
    const char *const *promises;

    /* Clients carry this code with them: the node that a client asks acts at the client. Their requests and replies
     * take no time and pass no network; a message of such a node to itself does, for it goes from the client to that
     * node. NULL: never. */
    bool (*acts_at_client)(const void *params);

    /* First boot, and the boot after the disk was lost: nothing tells them apart. State is zeroed, the disk empty. */
    void (*start)(struct node *node, void *state);
    void (*recover)(struct node *node, void *state); /* boot after a crash; state is zeroed, disk as it survived */
    void (*message)(struct node *node, void *state, const struct message *message);
    void (*timer)(struct node *node, void *state, uint32_t timer);
    void (*request)(struct node *node, void *state, const struct request *request);
    void (*reply)(struct node *node, void *state, const struct reply *reply);
    /* An operator's request, by the faults member-add, member-remove and transfer-leader. NULL: not understood. */
    enum admin_answer (*admin)(struct node *node, void *state, const struct admin_request *request);
    /* All writes up to `ticket` are durable, but for those reported as failed; or, if `failed`, the write `ticket` is
     * not and never will be. */
    void (*disk_done)(struct node *node, void *state, disk_ticket ticket, bool failed);

    /* Read-only views of a state, for people and for measures. Any may be NULL. */
    void (*inspect)(const void *state, struct inspector *to);
    /* The value that this node would hold for `key` if everything stopped now; false when it holds none. */
    bool (*peek)(const void *state, uint64_t key, int64_t *value);
    /* Of a system that keeps concurrent values side by side: all of them, at most `room`; returns how many. NULL: what
     * `peek` says is all. */
    size_t (*siblings)(const void *state, uint64_t key, int64_t *values, size_t room);
};

/* ---- Models in a library of their own --------------------------------------------------------------------------- */

/* What a plug-in, a shared library given by `--plugin`, exports as `spacelike_plugin`:
 *
 *   const struct plugin spacelike_plugin = {SPACELIKE_ABI, sizeof(struct model), models};
 *
 * The functions declared here are the program's: a plug-in is linked without any library of Spacelike. */
struct plugin {
    uint32_t abi;                      /* SPACELIKE_ABI of the header that it was built with */
    uint32_t model_bytes;              /* sizeof(struct model) there */
    const struct model *const *models; /* at least one; ends with NULL */
};

extern const struct plugin spacelike_plugin; /* only a plug-in defines it */

#endif
