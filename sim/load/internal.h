/* The clients and their operations, shared by the files that make the load. */
#ifndef SIM_LOAD_INTERNAL_H
#define SIM_LOAD_INTERNAL_H

#include "sim/load/keys.h"
#include "sim/load/load.h"
#include "sim/load/route.h"

enum { EVENT_ARRIVAL = 16, EVENT_DEADLINE, EVENT_ATTEMPT };
enum { SEEN_KEYS = 64 };

/* What a client is about to do. */
struct plan {
    enum operation_kind kind;
    uint64_t key;
    int64_t expected; /* of a cas */
    uint16_t offset;  /* of a staleness workload: which of `after`, from 1; of its write: of the read to come */
    bool is_half;     /* a read whose cas is to follow */
    bool deletes;     /* of a write: the value 0 */
};

/* An operation under way, or one that is to follow another. */
struct open_operation {
    struct timer deadline,
        attempt; /* attempt: its timeout, the end of a backoff, or the start of a planned operation */
    struct plan plan;
    uint32_t index;       /* in the history */
    uint32_t client;      /* over all workloads */
    uint32_t number;      /* of the attempt; part of the name of a call, so that late answers are told apart */
    uint32_t tries, hops; /* attempts that count against retries.attempts; redirects followed in this try */
    enum { SLOT_FREE, SLOT_PLANNED, SLOT_ASKING, SLOT_WAITING } state; /* waiting: for the end of a backoff */
    bool may_be_done; /* an attempt may have been executed without our knowing */
    node_id asked;
    uint32_t next, previous; /* the client's open operations, in order of their sequences; UINT32_MAX ends */
};

struct client {
    struct timer arrival;
    struct route route;
    uint64_t arrival_key, operation_key, route_key, backoff_key;
    uint64_t arrivals, draws, backoffs, route_draws;
    uint32_t workload;
    uint32_t sequence;
    uint64_t token;          /* the greatest that a reply brought */
    uint32_t oldest, newest; /* open operations; UINT32_MAX: none */
    struct seen {
        uint64_t key;
        int64_t value;
    } seen[SEEN_KEYS]; /* what the client last saw of a key: what its cas expects */
    uint32_t trials;   /* of a staleness workload */
};

struct workload_state {
    struct keys keys;
    double retry_tokens;
};

struct load {
    struct cluster *cluster;
    struct world *world;
    struct arena *arena;
    const struct load_config *config;
    struct client *clients;
    uint32_t client_count;
    node_id first_client;
    struct workload_state *states;
    struct open_operation **pool; /* addresses never move: timers live in them */
    uint32_t pool_count, pool_capacity;
    uint32_t *free_slots;
    uint32_t free_count, free_capacity;
    bool may_duplicate;
    struct history history;
};

static inline const struct workload_config *load_workload_of(const struct load *load, const struct client *client) {
    return &load->config->workloads[client->workload];
}

/* plan.c */
struct plan load_new_plan(struct load *load, struct client *client);
/* The operation that belongs to the one that just ended: the read after a write, the cas after a read; false if there
 * is none. `*wait`: when it is to come. */
bool load_plan_follow_up(const struct workload_config *workload, const struct plan *done,
                         const struct operation *operation, struct plan *plan, sim_time *wait);
void load_remember(struct client *client, const struct operation *operation); /* what it saw of a key */

/* operation.c */
uint32_t load_take_slot(struct load *load);
void load_release_slot(struct load *load, struct client *client, uint32_t slot);
void load_begin(struct load *load, uint32_t slot); /* invokes the operation that is planned in a slot */
void load_on_attempt_timer(void *context, const struct event *event);
void load_on_deadline(void *context, const struct event *event);
void load_on_reply(void *context, node_id client, const struct reply *reply);

/* load.c */
void load_arrange_arrival(struct load *load, uint32_t client, sim_time after);

#endif
