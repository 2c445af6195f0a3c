/* The clients of all workloads: arrivals, operations under way, attempts, redirects, retries, deadlines.
 *
 * An operation is one entry of the history and one open slot. Each attempt is a request to one node. A redirect is
 * followed at once; an attempt that is refused, unknown or unanswered is retried if the workload says so. The outcome
 * is `fail` only if no attempt can have been executed: none was left without a definite answer, and the network cannot
 * deliver a request a second time behind the client's back. */
#include "sim/load/load.h"

#include "sim/base/hash.h"
#include "sim/engine/snapshot.h"
#include "sim/load/arrivals.h"
#include "sim/load/keys.h"
#include "sim/load/route.h"

#include <assert.h>

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

static const struct workload_config *workload_of(const struct load *load, const struct client *client) {
    return &load->config->workloads[client->workload];
}

static void arrange_arrival(struct load *load, uint32_t client, sim_time after);
static void begin_operation(struct load *load, uint32_t slot);

/* ---- Slots ---- */

static uint32_t take_slot(struct load *load) {
    if (load->free_count > 0) {
        return load->free_slots[--load->free_count];
    }
    load->pool =
        arena_array_reserve(load->arena, load->pool, load->pool_count, &load->pool_capacity, sizeof *load->pool);
    struct open_operation *open = arena_alloc(load->arena, sizeof *open);
    timer_init(&open->deadline, EVENT_DEADLINE, NODE_NONE, 0, load->pool_count);
    timer_init(&open->attempt, EVENT_ATTEMPT, NODE_NONE, 0, load->pool_count);
    load->pool[load->pool_count] = open;
    return load->pool_count++;
}

static void link_open(struct load *load, struct client *client, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    open->next = UINT32_MAX;
    open->previous = client->newest;
    if (client->newest != UINT32_MAX) {
        load->pool[client->newest]->next = slot;
    } else {
        client->oldest = slot;
    }
    client->newest = slot;
}

static void release_slot(struct load *load, struct client *client, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    open->state = SLOT_FREE;
    timer_cancel(&open->deadline);
    timer_cancel(&open->attempt);
    if (open->previous != UINT32_MAX) {
        load->pool[open->previous]->next = open->next;
    } else {
        client->oldest = open->next;
    }
    if (open->next != UINT32_MAX) {
        load->pool[open->next]->previous = open->previous;
    } else {
        client->newest = open->previous;
    }
    load->free_slots = arena_array_reserve(load->arena, load->free_slots, load->free_count, &load->free_capacity,
                                           sizeof *load->free_slots);
    load->free_slots[load->free_count++] = slot;
}

/* ---- Attempts ---- */

static uint64_t call_name(const struct open_operation *open, uint32_t slot) {
    return (uint64_t)open->index << 32 | (uint64_t)(open->number & 0xff) << 24 | slot;
}

static void send_attempt(struct load *load, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    const struct workload_config *workload = workload_of(load, client);
    struct operation *operation = &load->history.operations[open->index];
    open->number++;
    open->state = SLOT_ASKING;
    if (operation->attempts < UINT16_MAX) {
        operation->attempts++;
    }
    node_id endpoint = load->first_client + open->client;
    cluster_set_route(load->cluster, endpoint, open->asked);
    const struct open_operation *oldest = load->pool[client->oldest];
    struct request request = {
        .kind = (enum operation_kind)operation->kind,
        .call = call_name(open, slot),
        .session = (uint64_t)open->client + 1,
        .sequence = operation->sequence,
        .settled = load->history.operations[oldest->index].sequence - 1,
        .token = client->token,
        .clock = operation->invoked,
        .key = operation->key,
        .value = operation->value,
        .expected = operation->expected,
        .value_bytes = operation->kind == OP_WRITE && operation->value == 0 ? 0 : workload->value_bytes,
    };
    if (workload->retries.timeout != SIM_NEVER && workload->retries.timeout > 0) {
        timer_arm(load->world, &open->attempt, world_now(load->world) + workload->retries.timeout);
    } else {
        timer_cancel(&open->attempt);
    }
    cluster_request(load->cluster, endpoint, open->asked, &request);
}

/* ---- The end of an operation ---- */

static void remember(struct client *client, const struct operation *operation) {
    struct seen *seen = &client->seen[operation->key % SEEN_KEYS];
    if (operation->kind == OP_READ || operation->kind == OP_INCREMENT || operation->kind == OP_APPEND) {
        *seen = (struct seen){operation->key, operation->result};
    } else if (operation->kind == OP_WRITE || (operation->kind == OP_CAS && operation->result == 1)) {
        *seen = (struct seen){operation->key, operation->value};
    }
}

/* Plans the operation that belongs to the one that just ended: the read after a write, the cas after a read. */
static bool plan_follow_up(struct load *load, uint32_t client, const struct plan *done,
                           const struct operation *operation) {
    const struct workload_config *workload = workload_of(load, &load->clients[client]);
    struct plan plan = {.key = operation->key};
    sim_time wait = 0;
    if (operation->outcome != OUTCOME_OK) {
        return false;
    }
    if (workload->kind == WORKLOAD_STALENESS && operation->kind == OP_WRITE) {
        plan.kind = OP_READ;
        plan.offset = done->offset;
        wait = workload->after_count > 0 ? workload->after[done->offset - 1] : 0;
    } else if (done->is_half) {
        plan.kind = OP_CAS;
        plan.expected = operation->result;
    } else {
        return false;
    }
    sim_time at = world_now(load->world) + wait;
    if (at >= load->config->duration || (workload->until != SIM_NEVER && at >= workload->until)) {
        return false;
    }
    uint32_t slot = take_slot(load);
    struct open_operation *open = load->pool[slot];
    open->state = SLOT_PLANNED;
    open->plan = plan;
    open->client = client;
    timer_arm(load->world, &open->attempt, at);
    return true;
}

static sim_time think(struct load *load, struct client *client, const struct operation *operation) {
    const struct workload_config *workload = workload_of(load, client);
    struct draw draw = draw_at(client->arrival_key, client->arrivals++);
    sim_time wait = dist_draw(&workload->think, &draw);
    /* A client that is answered in no time, or refused, still takes a moment, or it would act for ever at one instant.
     */
    sim_time least = operation->outcome != OUTCOME_OK ? SIM_MILLISECOND : SIM_MICROSECOND;
    return operation->completed == operation->invoked && wait < least ? least : wait;
}

static void finish(struct load *load, uint32_t slot, enum outcome outcome, int64_t result, node_id served_by) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    struct operation *operation = &load->history.operations[open->index];
    uint32_t client_index = open->client;
    operation->outcome = (uint8_t)outcome;
    operation->result = result;
    operation->served_by = served_by;
    operation->completed = world_now(load->world);
    world_fold(load->world, hash_add((uint64_t)open->index << 2 | (uint64_t)outcome, (uint64_t)result));
    if (outcome == OUTCOME_OK) {
        remember(client, operation);
    }
    struct plan done = open->plan;
    release_slot(load, client, slot);
    if (!plan_follow_up(load, client_index, &done, operation) &&
        workload_of(load, client)->arrivals == ARRIVALS_CLOSED) {
        arrange_arrival(load, client_index, think(load, client, operation));
    }
}

static enum outcome failed_outcome(const struct load *load, const struct open_operation *open) {
    return open->may_be_done || load->may_duplicate ? OUTCOME_INFO : OUTCOME_FAIL;
}

/* ---- Retries ---- */

static bool may_retry(struct load *load, const struct client *client, const struct open_operation *open) {
    const struct retries_config *retries = &workload_of(load, client)->retries;
    struct workload_state *state = &load->states[client->workload];
    if (open->tries >= retries->attempts) {
        return false;
    }
    if (retries->budget > 0) {
        if (state->retry_tokens < 1) {
            return false;
        }
        state->retry_tokens -= 1;
    }
    return true;
}

static sim_time draw_backoff(struct load *load, struct client *client, uint32_t tries) {
    const struct retries_config *retries = &workload_of(load, client)->retries;
    struct draw draw = draw_at(client->backoff_key, client->backoffs++);
    double backoff = (double)dist_draw(&retries->backoff, &draw);
    for (uint32_t i = 1; i < tries && backoff < 1e15; i++) {
        backoff *= retries->multiplier;
    }
    sim_time wait = backoff < 1e15 ? (sim_time)backoff : (sim_time)1e15;
    return retries->full_jitter ? draw_between(&draw, 0, wait) : wait;
}

/* This try is over without a result. */
static void give_up_try(struct load *load, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    if (!may_retry(load, client, open)) {
        finish(load, slot, failed_outcome(load, open), 0, NODE_NONE);
        return;
    }
    sim_time wait = draw_backoff(load, client, open->tries);
    open->tries++;
    open->hops = 0;
    open->state = SLOT_WAITING;
    open->asked = route_again(&client->route, open->asked);
    timer_arm(load->world, &open->attempt, world_now(load->world) + wait);
}

static void on_attempt_timer(void *context, const struct event *event) {
    struct load *load = context;
    struct open_operation *open = load->pool[event->word];
    if (open->state == SLOT_PLANNED) {
        begin_operation(load, (uint32_t)event->word);
    } else if (open->state == SLOT_WAITING) {
        send_attempt(load, (uint32_t)event->word);
    } else {
        open->may_be_done = true;
        route_unanswered(&load->clients[open->client].route, open->asked);
        give_up_try(load, (uint32_t)event->word);
    }
}

static void on_deadline(void *context, const struct event *event) {
    struct load *load = context;
    struct open_operation *open = load->pool[event->word];
    if (open->state == SLOT_ASKING) {
        open->may_be_done = true;
        route_unanswered(&load->clients[open->client].route, open->asked);
    }
    finish(load, (uint32_t)event->word, failed_outcome(load, open), 0, NODE_NONE);
}

static void follow_redirect(struct load *load, uint32_t slot, const struct reply *reply) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    node_id next = route_redirect(&client->route, open->asked, reply->hint);
    if (next == NODE_NONE || ++open->hops > 2 * client->route.count) {
        give_up_try(load, slot);
        return;
    }
    open->asked = next;
    send_attempt(load, slot);
}

static void on_reply(void *context, node_id client, const struct reply *reply) {
    struct load *load = context;
    uint32_t slot = (uint32_t)(reply->call & 0xffffff);
    struct open_operation *open = slot < load->pool_count ? load->pool[slot] : NULL;
    if (open == NULL || open->state < SLOT_ASKING || open->index != (uint32_t)(reply->call >> 32) ||
        open->client != client - load->first_client) {
        return; /* the operation has ended meanwhile */
    }
    bool is_current = open->state == SLOT_ASKING && (open->number & 0xff) == (uint32_t)(reply->call >> 24 & 0xff);
    if (reply->status == REPLY_OK) {
        uint64_t *token = &load->clients[open->client].token;
        *token = reply->token > *token ? reply->token : *token;
        route_served(&load->clients[open->client].route, reply->from);
        finish(load, slot, OUTCOME_OK, reply->value, reply->from);
    } else if (!is_current) {
        open->may_be_done = open->may_be_done || reply->status == REPLY_UNKNOWN;
    } else if (reply->status == REPLY_REDIRECT) {
        follow_redirect(load, slot, reply);
    } else {
        open->may_be_done = open->may_be_done || reply->status == REPLY_UNKNOWN;
        give_up_try(load, slot);
    }
}

/* ---- New operations ---- */

static enum operation_kind choose_kind(const struct workload_config *workload, struct draw *draw) {
    double u = draw_unit(draw);
    enum operation_kind last = OP_READ;
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        if (workload->mix[kind] > 0) {
            last = (enum operation_kind)kind;
            u -= workload->mix[kind];
            if (u < 0) {
                break;
            }
        }
    }
    return last;
}

static int64_t last_seen(const struct client *client, uint64_t key) {
    const struct seen *seen = &client->seen[key % SEEN_KEYS];
    return seen->key == key ? seen->value : 0;
}

static struct plan new_plan(struct load *load, struct client *client) {
    const struct workload_config *workload = workload_of(load, client);
    struct draw draw = draw_at(client->operation_key, client->draws++);
    struct plan plan = {.kind = OP_REQUEST};
    if (workload->kind == WORKLOAD_REQUESTS) {
        return plan;
    }
    if (workload->kind == WORKLOAD_STALENESS) {
        plan.kind = OP_WRITE;
        plan.offset = (uint16_t)(workload->after_count > 0 ? client->trials++ % workload->after_count + 1 : 0);
    } else {
        plan.kind = choose_kind(workload, &draw);
    }
    plan.key = keys_choose(&load->states[client->workload].keys, &draw, plan.kind == OP_WRITE);
    if (plan.kind == OP_WRITE && workload->deletions > 0) {
        plan.deletes = draw_unit(&draw) * workload->mix[OP_WRITE] < workload->deletions;
    }
    plan.expected = plan.kind == OP_CAS ? last_seen(client, plan.key) : 0;
    if (workload->read_modify_write && plan.kind == OP_WRITE) {
        plan.kind = OP_READ;
        plan.is_half = true;
    }
    return plan;
}

static struct operation new_operation(struct load *load, uint32_t index, const struct plan *plan) {
    struct client *client = &load->clients[index];
    uint32_t sequence = ++client->sequence;
    /* Every value is written once: client 3's operation 12 writes 3000000012. */
    int64_t value = plan->kind == OP_INCREMENT ? 1 : (int64_t)(index + 1) * 1000000000 + sequence;
    return (struct operation){
        .invoked = world_now(load->world),
        .completed = SIM_NEVER,
        .key = plan->key,
        .value = plan->kind == OP_READ || plan->kind == OP_REQUEST || plan->deletes ? 0 : value,
        .expected = plan->expected,
        .process = index,
        .sequence = sequence,
        .served_by = NODE_NONE,
        .kind = (uint8_t)plan->kind,
        .outcome = OUTCOME_INFO,
        .workload = (uint16_t)client->workload,
        .offset = plan->kind == OP_READ ? plan->offset : 0,
    };
}

/* Invokes the operation that is planned in a slot. */
static void begin_operation(struct load *load, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    const struct workload_config *workload = workload_of(load, client);
    struct workload_state *state = &load->states[client->workload];
    open->index = history_add(&load->history, new_operation(load, open->client, &open->plan));
    open->tries = 1;
    open->hops = 0;
    open->may_be_done = false;
    struct draw draw = draw_at(client->route_key, client->route_draws++);
    open->asked = route_first(&client->route, &draw);
    link_open(load, client, slot);
    state->retry_tokens += workload->retries.budget;
    state->retry_tokens = state->retry_tokens > 10 ? 10 : state->retry_tokens;
    timer_arm(load->world, &open->deadline, world_now(load->world) + workload->deadline);
    send_attempt(load, slot);
}

static void arrange_arrival(struct load *load, uint32_t index, sim_time after) {
    struct client *client = &load->clients[index];
    sim_time at = world_now(load->world) + after;
    sim_time until = workload_of(load, client)->until;
    if (at < load->config->duration && (until == SIM_NEVER || at < until)) {
        timer_arm(load->world, &client->arrival, at);
    }
}

static void arrange_next(struct load *load, uint32_t index, sim_time before) {
    struct client *client = &load->clients[index];
    const struct workload_config *workload = workload_of(load, client);
    sim_time at = arrivals_next(workload, load->config, index - (uint32_t)(workload->first_client - load->first_client),
                                before, client->arrival_key, &client->arrivals);
    if (at != SIM_NEVER) {
        arrange_arrival(load, index, at - world_now(load->world));
    }
}

static void on_arrival(void *context, const struct event *event) {
    struct load *load = context;
    uint32_t index = (uint32_t)event->word;
    struct client *client = &load->clients[index];
    if (workload_of(load, client)->arrivals != ARRIVALS_CLOSED) {
        arrange_next(load, index, world_now(load->world));
    }
    uint32_t slot = take_slot(load);
    assert(slot < 1u << 24);
    load->pool[slot]->client = index;
    load->pool[slot]->plan = new_plan(load, client);
    begin_operation(load, slot);
}

/* ---- Saving ---- */

/* An operation is written again while it is under way, and when it ends. */
static void keep_open_operations(void *context, struct snapshot *snapshot) {
    const struct load *load = context;
    for (uint32_t i = 0; i < load->pool_count; i++) {
        if (load->pool[i]->state >= SLOT_ASKING) {
            struct operation *operation = &load->history.operations[load->pool[i]->index];
            snapshot_keep(snapshot, operation, sizeof *operation);
        }
    }
}

/* ---- Building ---- */

static bool network_may_duplicate(const struct cluster_config *config) {
    const struct network_config *network = config->network;
    bool may = network->base.duplicate > 0;
    for (uint32_t i = 0; i < network->link_count; i++) {
        may = may || network->links[i].path.duplicate > 0;
    }
    for (uint32_t i = 0; i < network->message_count; i++) {
        may = may || network->messages[i].path.duplicate > 0;
    }
    for (uint32_t i = 0; i < config->fault_count; i++) {
        may = may || config->faults[i].duplicate > 0;
    }
    return may;
}

static void init_client(struct load *load, uint32_t index, uint32_t workload_index) {
    struct client *client = &load->clients[index];
    const struct workload_config *workload = &load->config->workloads[workload_index];
    node_id endpoint = load->first_client + index;
    uint64_t name = hash_text(cluster_name(load->cluster, endpoint));
    uint64_t seed = world_seed(load->world);
    client->workload = workload_index;
    client->oldest = client->newest = UINT32_MAX;
    client->arrival_key = draw_key(seed, DRAW_ARRIVAL, name);
    client->operation_key = draw_key(seed, DRAW_OPERATION, name);
    client->route_key = draw_key(seed, DRAW_ROUTE, name);
    client->backoff_key = draw_key(seed, DRAW_BACKOFF, name);
    timer_init(&client->arrival, EVENT_ARRIVAL, endpoint, 0, index);
    route_init(&client->route, load->cluster, workload, endpoint, endpoint - workload->first_client);
}

struct load *load_new(struct cluster *cluster, const struct load_config *config) {
    struct world *world = cluster_world(cluster);
    struct arena *arena = world_state(world);
    struct load *load = arena_alloc(arena, sizeof *load);
    load->cluster = cluster;
    load->world = world;
    load->arena = arena;
    load->config = config;
    load->history.arena = world_stream(world, "the history of a run");
    world_on_save(world, keep_open_operations, load);
    load->may_duplicate = network_may_duplicate(cluster_configuration(cluster));
    load->first_client = cluster_node_count(cluster);
    for (uint32_t i = 0; i < config->workload_count; i++) {
        load->client_count += config->workloads[i].clients;
    }
    load->clients = arena_alloc(arena, load->client_count * sizeof *load->clients);
    load->states = arena_alloc(arena, config->workload_count * sizeof *load->states);
    uint32_t index = 0;
    for (uint32_t i = 0; i < config->workload_count; i++) {
        keys_init(&load->states[i].keys, &config->workloads[i].keys);
        load->states[i].retry_tokens = 10;
        for (uint32_t k = 0; k < config->workloads[i].clients; k++) {
            init_client(load, index++, i);
        }
    }
    cluster_on_reply(cluster, on_reply, load);
    world_on(world, EVENT_ARRIVAL, on_arrival, load);
    world_on(world, EVENT_DEADLINE, on_deadline, load);
    world_on(world, EVENT_ATTEMPT, on_attempt_timer, load);
    return load;
}

void load_start(struct load *load) {
    for (uint32_t i = 0; i < load->client_count; i++) {
        struct client *client = &load->clients[i];
        const struct workload_config *workload = workload_of(load, client);
        if (workload->arrivals == ARRIVALS_CLOSED) {
            struct draw draw = draw_at(client->arrival_key, client->arrivals++);
            arrange_arrival(load, i, workload->from + dist_draw(&workload->think, &draw));
        } else {
            arrange_next(load, i, workload->from);
        }
    }
}

static bool arrives_alike(const struct workload_config *a, const struct workload_config *b) {
    bool is_same = a->arrivals == b->arrivals && a->rate == b->rate && a->ramp_count == b->ramp_count &&
                   a->trace_count == b->trace_count;
    for (uint32_t i = 0; is_same && i < a->ramp_count; i++) {
        is_same = a->ramp[i].at == b->ramp[i].at && a->ramp[i].factor == b->ramp[i].factor;
    }
    for (uint32_t i = 0; is_same && i < a->trace_count; i++) {
        is_same = a->trace[i] == b->trace[i];
    }
    return is_same;
}

/* The next arrival, as the new configuration has it. */
static void arrange_anew(struct load *load, uint32_t index) {
    struct client *client = &load->clients[index];
    const struct workload_config *workload = workload_of(load, client);
    sim_time now = world_now(load->world);
    timer_cancel(&client->arrival);
    if (workload->arrivals == ARRIVALS_TRACE) { /* those that come after now */
        client->arrivals = 0;
        uint32_t offset = index - (uint32_t)(workload->first_client - load->first_client);
        while (offset + client->arrivals * workload->clients < workload->trace_count &&
               workload->trace[offset + client->arrivals * workload->clients] <= now) {
            client->arrivals++;
        }
    }
    if (workload->arrivals != ARRIVALS_CLOSED) {
        arrange_next(load, index, now > workload->from ? now : workload->from);
    } else if (client->oldest == UINT32_MAX) { /* else when that operation ends */
        struct draw draw = draw_at(client->arrival_key, client->arrivals++);
        arrange_arrival(load, index, dist_draw(&workload->think, &draw));
    }
}

void load_change(struct load *load, const struct load_config *config) {
    const struct load_config *before = load->config;
    load->config = config;
    load->may_duplicate = load->may_duplicate || network_may_duplicate(cluster_configuration(load->cluster));
    for (uint32_t i = 0; i < load->client_count; i++) {
        uint32_t workload = load->clients[i].workload;
        if (!arrives_alike(&before->workloads[workload], &config->workloads[workload])) {
            arrange_anew(load, i);
        }
    }
}

void load_finish(struct load *load) {
    for (uint32_t i = 0; i < load->pool_count; i++) {
        if (load->pool[i]->state >= SLOT_ASKING) {
            release_slot(load, &load->clients[load->pool[i]->client], i);
        }
    }
}

const struct history *load_history(const struct load *load) {
    return &load->history;
}
