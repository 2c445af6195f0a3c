/* The clients of all workloads: who they are, and when they act. */
#include "sim/load/internal.h"

#include "sim/base/hash.h"
#include "sim/engine/snapshot.h"
#include "sim/load/arrivals.h"

#include <assert.h>

/* ---- Arrivals ---- */

void load_arrange_arrival(struct load *load, uint32_t index, sim_time after) {
    struct client *client = &load->clients[index];
    sim_time at = world_now(load->world) + after;
    sim_time until = load_workload_of(load, client)->until;
    if (at < load->config->duration && (until == SIM_NEVER || at < until)) {
        timer_arm(load->world, &client->arrival, at);
    }
}

static void arrange_next(struct load *load, uint32_t index, sim_time before) {
    struct client *client = &load->clients[index];
    const struct workload_config *workload = load_workload_of(load, client);
    sim_time at = arrivals_next(workload, load->config, index - (uint32_t)(workload->first_client - load->first_client),
                                before, client->arrival_key, &client->arrivals);
    if (at != SIM_NEVER) {
        load_arrange_arrival(load, index, at - world_now(load->world));
    }
}

static void on_arrival(void *context, const struct event *event) {
    struct load *load = context;
    uint32_t index = (uint32_t)event->word;
    struct client *client = &load->clients[index];
    if (load_workload_of(load, client)->arrivals != ARRIVALS_CLOSED) {
        arrange_next(load, index, world_now(load->world));
    }
    uint32_t slot = load_take_slot(load);
    assert(slot < 1u << 24);
    load->pool[slot]->client = index;
    load->pool[slot]->plan = load_new_plan(load, client);
    load_begin(load, slot);
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
    cluster_on_reply(cluster, load_on_reply, load);
    world_on(world, EVENT_ARRIVAL, on_arrival, load);
    world_on(world, EVENT_DEADLINE, load_on_deadline, load);
    world_on(world, EVENT_ATTEMPT, load_on_attempt_timer, load);
    return load;
}

void load_start(struct load *load) {
    for (uint32_t i = 0; i < load->client_count; i++) {
        struct client *client = &load->clients[i];
        const struct workload_config *workload = load_workload_of(load, client);
        if (workload->arrivals == ARRIVALS_CLOSED) {
            struct draw draw = draw_at(client->arrival_key, client->arrivals++);
            load_arrange_arrival(load, i, workload->from + dist_draw(&workload->think, &draw));
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
    const struct workload_config *workload = load_workload_of(load, client);
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
        load_arrange_arrival(load, index, dist_draw(&workload->think, &draw));
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
            load_release_slot(load, &load->clients[load->pool[i]->client], i);
        }
    }
}

const struct history *load_history(const struct load *load) {
    return &load->history;
}
