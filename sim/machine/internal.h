/* What the modules of this folder share: the cluster, its nodes, and who calls whom. Not for other folders.
 *
 * The path of a message: node_send (node.c) -> net_send (net.c: partition, degrade, loss, latency) -> the event queue
 * -> net_deliver -> core_submit (core.c: waits for a core, is served) -> node_run (node.c: calls the model). */
#ifndef SIM_MACHINE_INTERNAL_H
#define SIM_MACHINE_INTERNAL_H

#include "sim/machine/cluster.h"

enum {
    EVENT_DELIVER = 1,
    EVENT_TIMER,
    EVENT_SERVED,
    EVENT_SYNCED,
    EVENT_FAULT_START,
    EVENT_FAULT_END,
    EVENT_FAULT_ASK
};

/* ---- Packets: messages, requests and replies on their way ---- */

enum { TYPE_REQUEST, TYPE_REPLY, TYPE_FIRST_OF_MODELS }; /* numbers of message types over all systems */

struct packet {
    uint32_t references;
    node_id from;
    uint32_t type; /* over all systems */
    uint32_t encoded_bytes;
    uint32_t body_bytes;
    uint32_t padding;
    uint64_t body[]; /* as a model's struct, or a struct request or reply */
};

struct packet *packet_new(struct cluster *cluster, node_id from, uint32_t type, uint32_t encoded_bytes,
                          const void *body, size_t body_bytes); /* with one reference */
void packet_release(struct cluster *cluster, struct packet *packet);

/* ---- Inputs: what waits for a core of a node ---- */

enum input_kind { INPUT_PACKET, INPUT_TIMER, INPUT_DISK };

struct input {
    enum input_kind kind;
    uint32_t number;       /* of INPUT_TIMER: the timer; of INPUT_DISK: 1 if the write failed */
    uint64_t word;         /* of INPUT_TIMER: its generation; of INPUT_DISK: the ticket */
    struct packet *packet; /* of INPUT_PACKET: owned */
    sim_time arrived;
};

struct cores {
    struct input *waiting;                         /* a ring */
    uint32_t head, count, capacity, message_count; /* message_count: those that the limit counts */
    uint32_t busy;
    struct input *in_service; /* one per core, valid if its timer is armed or paused */
    struct timer *timers;     /* one per core: the end of its service */
    sim_time *left;           /* of a paused node: service still to do; -1: idle */
    uint64_t draw_key, draws;
    bool is_free; /* no service time at all: nothing ever waits but what came during a pause */
    double slow;  /* factor of slow-node faults */
    /* measures */
    sim_time since;
    unsigned __int128 area_waiting, area_busy, sum_wait, sum_sojourn; /* number times ns; ns */
    /* Of what left the line, and the node, however that came; without what lies before the reset: for Little's law. */
    unsigned __int128 stay_waiting, stay;
    uint64_t arrivals, begun, served, dropped;
    sim_time measured_from;
};

/* ---- Disk ---- */

enum write_kind { WRITE_APPEND, WRITE_TRUNCATE, WRITE_TRIM, WRITE_PUT };

struct disk_block {
    void *bytes;
    size_t size;
    bool is_unreadable; /* the disk reports an error for it; what it held is of no use any more */
};

struct disk_write {
    enum write_kind kind;
    uint32_t record; /* of WRITE_PUT */
    uint64_t number; /* of WRITE_TRUNCATE, WRITE_TRIM */
    struct disk_block block;
};

struct held_send {
    disk_ticket ticket;
    node_id to;
    struct packet *packet;
};

struct ticket_range {
    disk_ticket first, last;
};

struct disk {
    struct disk_write *pending; /* a ring: writes durable+1 .. last */
    uint32_t head, count, capacity;
    disk_ticket last, done, durable; /* done: the model believes it; beyond durable only where a disk lied */
    disk_ticket syncing;             /* the sync under way covers tickets up to it; 0: none */
    struct timer sync;
    uint32_t stalls;             /* stall-disk faults that hold it */
    bool is_stalled_sync;        /* a sync ended while stalled, and waits */
    uint32_t lies;               /* lying-sync faults that hold it */
    uint32_t fulls;              /* full-disk faults that hold it */
    uint32_t full_by;            /* occurrence of the newest of them */
    uint32_t untold;             /* failed writes that the model has not been told of */
    struct ticket_range *failed; /* since the boot, ascending */
    uint32_t failed_count, failed_capacity;
    bool is_lost; /* emptied by a lose-disk fault, and nothing has become durable since */
    double slow;  /* factor of slow-disk faults */
    uint64_t draw_key, draws;
    size_t extra;
    struct disk_block *log; /* durable records first .. end-1, at log[number - first] */
    uint64_t first, end;
    uint32_t log_capacity;
    struct disk_block *records; /* durable named records */
    uint32_t record_count;
    struct held_send *held; /* sends that wait for a ticket, in the order of the calls */
    uint32_t held_count, held_capacity;
};

/* ---- Node ---- */

struct clock {
    sim_time base_true, base_local; /* the monotonic clock showed base_local at base_true */
    int64_t rate_ppb;               /* and runs this much faster than true time since */
    int64_t own_ppb;                /* its rate when no fault changes it */
    sim_time wall_offset;           /* wall clock minus monotonic clock */
};

struct memory_block {
    struct memory_block *next, *previous;
    size_t bytes; /* header included */
    uint64_t padding;
};

enum { NODE_DRAW_STREAMS = 8 };

struct node {
    struct cluster *cluster;
    const struct system_config *system;
    void *state;
    node_id id;
    uint32_t system_index;
    uint32_t boots;
    uint32_t first_type;    /* number over all systems of the model's message type 0 */
    uint32_t type_count;    /* of the model's message types */
    uint32_t timer_count;   /* of its timers */
    bool is_up, is_running; /* is_running: inside a handler */
    uint32_t pauses;        /* pause faults that hold it */
    enum node_role role;
    uint64_t term;
    struct timer *timers;
    sim_time *timer_locals;      /* deadlines on the node's own clock */
    uint64_t *timer_generations; /* grows at each arm and cancel: tells a queued firing that it is stale */
    uint64_t draw_keys[NODE_DRAW_STREAMS], draws[NODE_DRAW_STREAMS];
    struct memory_block *memory;
    struct clock clock;
    struct cores cores;
    struct disk disk;
};

/* ---- Network ---- */

struct link {
    uint64_t key; /* from << 32 | to; UINT64_MAX: an empty place of the table */
    const struct path_config *path;
    uint64_t latency_key, loss_key, duplicate_key;
    uint64_t messages;
    sim_time busy_until, last_delivery;
};

struct net {
    struct link *links; /* open addressing; never iterated in order */
    uint32_t link_count, link_places;
    const struct path_config **type_paths; /* by message type; NULL: none of its own */
    struct path_config *region_paths;      /* region_count squared */
};

/* ---- Faults ---- */

/* An occurrence under way. Sets have one byte an endpoint. */
struct active_fault {
    uint32_t occurrence;
    const struct fault_config *config;
    uint64_t weather; /* draw key of what it does to single messages, and to single disks */
    uint64_t draws;
    sim_time last_delay;  /* degrade: of the message that is being sent */
    uint8_t *from, *to;   /* degrade, drop-messages, one-way: members; others: `from` holds the targets, those of an
                             administrator's request until it is done */
    int32_t *groups;      /* partition: group of each endpoint, -1 in none; of a ring: place on it */
    uint32_t *ring_sizes; /* of a ring, by endpoint: nodes on its ring, 0: on none; NULL: groups are groups */
    uint32_t *rings;      /* and which ring: the system */
};

struct fault_state {
    uint64_t started; /* occurrences so far, skipped ones included: the counter of its draws */
    uint32_t active;
};

/* The handler that runs now; `node` is NULL when none does. */
struct inside {
    const struct node *node;
    const char *handler, *about;
};

struct cluster {
    struct world *world;
    struct arena *arena;
    const struct cluster_config *config;
    struct node *nodes;
    const char **names; /* by endpoint */
    uint64_t *name_hashes;
    uint32_t *regions;
    node_id *routes; /* by client: the node its requests go to */
    uint32_t node_count, endpoint_count;
    const char **type_names; /* of message types over all systems */
    uint32_t type_count;
    struct net net;
    struct fault_state *fault_states;
    struct active_fault *active;
    uint32_t active_count, active_capacity;
    bool *acts_at_client; /* by system */
    struct fault_occurrence *occurrences;
    uint32_t occurrence_count, occurrence_capacity;
    struct cluster_observer observers[8];
    uint32_t observer_count;
    bool has_message_observer; /* one of them wants to be told of messages */
    cluster_client_handler on_reply;
    void *on_reply_context;
    struct inside inside;
    struct traffic traffic;
};

static inline struct node *cluster_node(const struct cluster *cluster, node_id id) {
    return &cluster->nodes[id];
}

/* Sums of times stop at the last moment there is: draws, factors and bandwidths of a scenario may ask for more. Neither
 * argument is negative. */
static inline sim_time time_add(sim_time a, sim_time b) {
    return a < SIM_NEVER - 1 - b ? a + b : SIM_NEVER - 1;
}

static inline sim_time time_of(double ns) {
    return ns < 0x1p62 ? (sim_time)(ns + 0.5) : (sim_time)1 << 62;
}

/* node.c */
void node_init(struct cluster *cluster, struct node *node, node_id id, uint32_t system, uint32_t first_type);
/* Around every call of a model's code: its name in struct model, and what it is about, or NULL. */
void node_enter(const struct node *node, const char *handler, const char *about);
void node_leave(const struct node *node);
void node_boot(struct node *node);
uint32_t node_crash(struct node *node); /* returns how many writes were lost */
void node_pause(struct node *node);
void node_resume(struct node *node);
void node_run(struct node *node, struct input *input); /* calls the model; takes over the input's packet */
enum admin_answer node_admin(struct node *node, const struct admin_request *request); /* of one that is up */
void node_timer_fired(struct node *node, uint32_t timer);

/* clock.c */
void clock_init(struct clock *clock, const struct system_config *system, uint32_t index);
sim_time clock_local(const struct clock *clock, sim_time now);
sim_time clock_true_delay(const struct clock *clock, sim_time local_delay); /* rounded up */
void clock_set_rate(struct clock *clock, sim_time now, int64_t ppb);
void node_set_clock_rate(struct node *node, int64_t ppb); /* and moves the armed timers */

/* core.c */
void cores_init(struct node *node);
void cores_change(struct node *node); /* its system has another configuration now */
void core_submit(struct node *node, struct input input);
void core_served(struct node *node, uint32_t core);
void cores_clear(struct node *node); /* a crash */
void cores_pause(struct node *node);
void cores_resume(struct node *node);
void cores_reset_measures(struct node *node);

/* disk.c */
void disk_init(struct node *node);
void disk_kick(struct node *node); /* after a handler: starts a sync if there is something to sync */
void disk_synced(struct node *node);
void disk_send_after(struct node *node, disk_ticket ticket, node_id to, struct packet *packet);
void disk_release_held(struct node *node); /* sends whose ticket is done leave, unless the node is paused */
uint32_t disk_crash(struct node *node);    /* drops what is not durable; returns how many writes */
bool disk_has_failed(const struct disk *disk, disk_ticket ticket);
void disk_log_set(struct node *node, uint64_t number, struct disk_block block); /* number >= first; gaps: unreadable */
void disk_log_truncate(struct node *node, uint64_t end);
void disk_log_trim(struct node *node, uint64_t first);
struct disk_block disk_block_new(struct node *node, const void *bytes, size_t size);
void disk_block_free(struct node *node, struct disk_block *block);

/* disk_fault.c; `key` is a draw key. */
uint32_t disk_stall(struct node *node); /* returns how many writes wait already for the end of a stall */
void disk_unstall(struct node *node);
void disk_begin_lie(struct node *node);
void disk_end_lie(struct node *node);
void disk_begin_full(struct node *node, uint32_t occurrence);
void disk_end_full(struct node *node);
void disk_tear(struct node *node, uint64_t key); /* right before a crash */
uint32_t disk_empty(struct node *node);          /* of a node that is down; returns how many records are gone */
uint32_t disk_corrupt(struct node *node, uint64_t key, uint32_t wanted, bool is_detected); /* returns how many */

/* net.c */
void net_init(struct cluster *cluster);
void net_change(struct cluster *cluster); /* the network has another configuration now */
void net_send(struct cluster *cluster, node_id to, struct packet *packet); /* takes one reference */
void net_deliver(struct cluster *cluster, const struct event *event);
uint32_t net_request_bytes(const struct request *request);
uint32_t net_reply_bytes(const struct reply *reply);

/* select.c: the endpoints that a group of selectors names, one byte each; chance by (fault's name, use). */
uint32_t select_members(struct cluster *cluster, const struct selector_group *group, uint64_t fault_hash, uint64_t use,
                        uint8_t *members);
void select_shuffle(struct cluster *cluster, uint64_t fault_hash, uint64_t use, node_id *nodes, uint32_t count);

/* partition.c */
void partition_begin(struct cluster *cluster, struct active_fault *fault, uint64_t fault_hash, uint64_t use);
bool partition_cuts(const struct active_fault *fault, node_id from, node_id to);

/* fault.c */
void faults_init(struct cluster *cluster);
void faults_start(struct cluster *cluster);
void faults_add(struct cluster *cluster, uint32_t first); /* the configuration has more now, from `first` on */
void fault_begin(struct cluster *cluster, const struct event *event);
void fault_finish(struct cluster *cluster, const struct event *event);
/* admin.c: asks the leaders for what the fault wants, and goes on asking until it is done. */
bool admin_is_asked(enum fault_kind kind);
void admin_ask(struct cluster *cluster, struct active_fault *active);
void admin_ask_again(struct cluster *cluster, const struct event *event);

/* True if a partition in force or a filter stops this message; it is counted there. */
bool faults_stop_message(struct cluster *cluster, const struct packet *packet, node_id to, bool at_send);
/* What degrading faults add to a message on its way. */
struct degradation {
    double loss, duplicate;
    sim_time delay;
    sim_time replay_after; /* of the second copy, besides the delay */
    bool is_any;
};
struct degradation faults_degrade(struct cluster *cluster, node_id from, node_id to);
/* What became of that message by their fault. */
void faults_count_degraded(struct cluster *cluster, node_id from, node_id to, bool is_lost, bool is_doubled);
/* To all faults of this kind that hold the node. */
void faults_count_writes(struct cluster *cluster, node_id node, enum fault_kind kind, uint64_t writes);
void faults_count_service(struct cluster *cluster, node_id node);

#endif
