/* The cluster as a whole: building it, booting it, and looking at it from outside. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

#include <assert.h>
#include <stdio.h>

/* ---- Events ---- */

static void on_deliver(void *context, const struct event *event) {
    net_deliver(context, event);
}

static void on_timer(void *context, const struct event *event) {
    struct cluster *cluster = context;
    node_timer_fired(&cluster->nodes[event->node], event->small);
}

static void on_served(void *context, const struct event *event) {
    struct cluster *cluster = context;
    core_served(&cluster->nodes[event->node], (uint32_t)event->word);
}

static void on_synced(void *context, const struct event *event) {
    struct cluster *cluster = context;
    disk_synced(&cluster->nodes[event->node]);
}

static void on_fault_start(void *context, const struct event *event) {
    fault_begin(context, event);
}

static void on_fault_end(void *context, const struct event *event) {
    fault_finish(context, event);
}

static void on_fault_ask(void *context, const struct event *event) {
    admin_ask_again(context, event);
}

/* ---- Building ---- */

static void name_endpoints(struct cluster *cluster) {
    const struct cluster_config *config = cluster->config;
    struct arena *inputs = world_inputs(cluster->world);
    cluster->names = arena_alloc(inputs, cluster->endpoint_count * sizeof *cluster->names);
    cluster->name_hashes = arena_alloc(inputs, cluster->endpoint_count * sizeof *cluster->name_hashes);
    cluster->regions = arena_alloc(inputs, cluster->endpoint_count * sizeof *cluster->regions);
    node_id id = 0;
    for (uint32_t s = 0; s < config->system_count; s++) {
        const struct system_config *system = &config->systems[s];
        for (uint32_t i = 0; i < system->nodes; i++, id++) {
            cluster->names[id] = arena_format(inputs, "%s/%u", system->name, i + 1);
            cluster->regions[id] = system->regions != NULL ? system->regions[i] : CONFIG_NO_REGION;
        }
    }
    for (uint32_t i = 0; i < config->client_count; i++, id++) {
        cluster->names[id] = config->client_names[i];
        cluster->regions[id] = config->client_regions != NULL ? config->client_regions[i] : CONFIG_NO_REGION;
    }
    for (id = 0; id < cluster->endpoint_count; id++) {
        cluster->name_hashes[id] = hash_text(cluster->names[id]);
    }
}

static uint32_t count_types(const struct model *model) {
    uint32_t count = 0;
    while (model->messages != NULL && model->messages[count].name != NULL) {
        count++;
    }
    return count;
}

/* Systems of the same model have types of their own: a message never leaves its system. */
static void number_types(struct cluster *cluster) {
    const struct cluster_config *config = cluster->config;
    cluster->type_count = TYPE_FIRST_OF_MODELS;
    for (uint32_t s = 0; s < config->system_count; s++) {
        cluster->type_count += count_types(config->systems[s].model);
    }
    cluster->type_names = arena_alloc(world_inputs(cluster->world), cluster->type_count * sizeof *cluster->type_names);
    cluster->type_names[TYPE_REQUEST] = "request";
    cluster->type_names[TYPE_REPLY] = "reply";
    uint32_t type = TYPE_FIRST_OF_MODELS;
    for (uint32_t s = 0; s < config->system_count; s++) {
        for (uint32_t i = 0; i < count_types(config->systems[s].model); i++) {
            cluster->type_names[type++] = config->systems[s].model->messages[i].name;
        }
    }
}

struct cluster *cluster_new(struct world *world, const struct cluster_config *config) {
    struct arena *arena = world_state(world);
    struct cluster *cluster = arena_alloc(arena, sizeof *cluster);
    cluster->world = world;
    cluster->arena = arena;
    cluster->config = config;
    cluster->node_count = config->node_count;
    cluster->endpoint_count = config->node_count + config->client_count;
    name_endpoints(cluster);
    number_types(cluster);
    cluster->routes = arena_alloc(arena, config->client_count * sizeof *cluster->routes);
    for (uint32_t i = 0; i < config->client_count; i++) {
        cluster->routes[i] = NODE_NONE;
    }
    cluster->nodes = arena_alloc(arena, cluster->node_count * sizeof *cluster->nodes);
    node_id id = 0;
    uint32_t first_type = TYPE_FIRST_OF_MODELS;
    for (uint32_t s = 0; s < config->system_count; s++) {
        for (uint32_t i = 0; i < config->systems[s].nodes; i++, id++) {
            node_init(cluster, &cluster->nodes[id], id, s, first_type);
            cluster->nodes[id].type_count = count_types(config->systems[s].model);
        }
        first_type += count_types(config->systems[s].model);
    }
    cluster->acts_at_client = arena_alloc(arena, config->system_count * sizeof *cluster->acts_at_client);
    for (uint32_t s = 0; s < config->system_count; s++) {
        const struct system_config *system = &config->systems[s];
        cluster->acts_at_client[s] =
            system->model->acts_at_client != NULL && system->model->acts_at_client(system->params);
    }
    net_init(cluster);
    faults_init(cluster);
    world_on(world, EVENT_DELIVER, on_deliver, cluster);
    world_on(world, EVENT_TIMER, on_timer, cluster);
    world_on(world, EVENT_SERVED, on_served, cluster);
    world_on(world, EVENT_SYNCED, on_synced, cluster);
    world_on(world, EVENT_FAULT_START, on_fault_start, cluster);
    world_on(world, EVENT_FAULT_END, on_fault_end, cluster);
    world_on(world, EVENT_FAULT_ASK, on_fault_ask, cluster);
    return cluster;
}

void cluster_observe(struct cluster *cluster, struct cluster_observer observer) {
    assert(cluster->observer_count < sizeof cluster->observers / sizeof cluster->observers[0]);
    cluster->observers[cluster->observer_count++] = observer;
    cluster->has_message_observer =
        cluster->has_message_observer || observer.sent != NULL || observer.delivered != NULL || observer.lost != NULL;
}

void cluster_start(struct cluster *cluster) {
    faults_start(cluster);
    for (node_id id = 0; id < cluster->node_count; id++) {
        node_boot(&cluster->nodes[id]);
    }
}

void cluster_change(struct cluster *cluster, const struct cluster_config *config) {
    uint32_t fault_count = cluster->config->fault_count;
    assert(config->node_count == cluster->node_count && config->system_count == cluster->config->system_count &&
           config->node_count + config->client_count == cluster->endpoint_count && config->fault_count >= fault_count);
    cluster->config = config;
    for (node_id id = 0; id < cluster->node_count; id++) {
        struct node *node = &cluster->nodes[id];
        node->system = &config->systems[node->system_index];
        cores_change(node);
    }
    net_change(cluster);
    faults_add(cluster, fault_count);
}

/* ---- Looking ---- */

struct world *cluster_world(const struct cluster *cluster) {
    return cluster->world;
}

const char *cluster_name(const struct cluster *cluster, node_id endpoint) {
    return endpoint < cluster->endpoint_count ? cluster->names[endpoint] : "nobody";
}

uint32_t cluster_node_count(const struct cluster *cluster) {
    return cluster->node_count;
}

uint32_t cluster_system_of(const struct cluster *cluster, node_id node) {
    return cluster->nodes[node].system_index;
}

uint32_t cluster_region_of(const struct cluster *cluster, node_id endpoint) {
    return cluster->regions[endpoint];
}

const struct cluster_config *cluster_configuration(const struct cluster *cluster) {
    return cluster->config;
}

const struct system_config *cluster_system(const struct cluster *cluster, uint32_t system) {
    return &cluster->config->systems[system];
}

bool cluster_is_up(const struct cluster *cluster, node_id node) {
    return cluster->nodes[node].is_up;
}

bool cluster_is_paused(const struct cluster *cluster, node_id node) {
    return cluster->nodes[node].pauses > 0;
}

enum node_role cluster_role(const struct cluster *cluster, node_id node, uint64_t *term) {
    *term = cluster->nodes[node].term;
    return cluster->nodes[node].role;
}

node_id cluster_leader(const struct cluster *cluster, uint32_t system) {
    const struct system_config *config = &cluster->config->systems[system];
    node_id leader = NODE_NONE;
    for (node_id id = config->first_node; id < config->first_node + config->nodes; id++) {
        const struct node *node = &cluster->nodes[id];
        if (node->is_up && node->role == ROLE_LEADER &&
            (leader == NODE_NONE || node->term > cluster->nodes[leader].term)) {
            leader = id;
        }
    }
    return leader;
}

void cluster_inspect(const struct cluster *cluster, node_id id, struct inspector *to) {
    const struct node *node = &cluster->nodes[id];
    if (node->is_up && node->system->model->inspect != NULL) {
        node_enter(node, "inspect", NULL);
        node->system->model->inspect(node->state, to);
        node_leave(node);
    }
}

bool cluster_peek(const struct cluster *cluster, node_id id, uint64_t key, int64_t *value) {
    const struct node *node = &cluster->nodes[id];
    if (!node->is_up || node->system->model->peek == NULL) {
        return false;
    }
    node_enter(node, "peek", NULL);
    bool is_held = node->system->model->peek(node->state, key, value);
    node_leave(node);
    return is_held;
}

size_t cluster_siblings(const struct cluster *cluster, node_id id, uint64_t key, int64_t *values, size_t room) {
    const struct node *node = &cluster->nodes[id];
    if (node->is_up && node->system->model->siblings != NULL) {
        return node->system->model->siblings(node->state, key, values, room);
    }
    return room > 0 && cluster_peek(cluster, id, key, values);
}

bool cluster_is_cut(const struct cluster *cluster, node_id from, node_id to) {
    for (uint32_t i = 0; from != to && i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        if (active->config->kind == FAULT_PARTITION && partition_cuts(active, from, to)) {
            return true;
        }
    }
    return false;
}

/* ---- Clients ---- */

void cluster_on_reply(struct cluster *cluster, cluster_client_handler handler, void *context) {
    cluster->on_reply = handler;
    cluster->on_reply_context = context;
}

void cluster_request(struct cluster *cluster, node_id client, node_id to, const struct request *request) {
    struct request copy = *request;
    copy.from = client;
    net_send(cluster, to, packet_new(cluster, client, TYPE_REQUEST, net_request_bytes(&copy), &copy, sizeof copy));
}

void cluster_set_route(struct cluster *cluster, node_id client, node_id node) {
    cluster->routes[client - cluster->node_count] = node;
}

/* ---- Direct faults ---- */

void cluster_crash(struct cluster *cluster, node_id node) {
    node_crash(&cluster->nodes[node]);
}

void cluster_restart(struct cluster *cluster, node_id node) {
    node_boot(&cluster->nodes[node]);
}

/* ---- What happened ---- */

uint32_t cluster_occurrence_count(const struct cluster *cluster) {
    return cluster->occurrence_count;
}

const struct fault_occurrence *cluster_occurrence(const struct cluster *cluster, uint32_t index) {
    return &cluster->occurrences[index];
}

struct traffic cluster_traffic(const struct cluster *cluster) {
    return cluster->traffic;
}

void cluster_reset_traffic(struct cluster *cluster) {
    cluster->traffic = (struct traffic){0};
    for (node_id id = 0; id < cluster->node_count; id++) {
        cores_reset_measures(&cluster->nodes[id]);
    }
}

bool cluster_event_is_delivery(const struct event *event, node_id *from) {
    *from = event->kind == EVENT_DELIVER ? (node_id)(event->word >> 32) : NODE_NONE;
    return event->kind == EVENT_DELIVER;
}

bool cluster_event_is_own(const struct event *event) {
    return event->kind >= EVENT_DELIVER && event->kind <= EVENT_FAULT_ASK;
}

void cluster_describe(const struct cluster *cluster, sim_time at, const struct event *event, char *text, size_t size) {
    double seconds = (double)at / 1e9;
    const char *node = cluster_name(cluster, event->node);
    switch (event->kind) {
    case EVENT_DELIVER:
        snprintf(text, size, "%.9f s  deliver %s %s -> %s (%u B)", seconds, cluster->type_names[event->small],
                 cluster_name(cluster, (node_id)(event->word >> 32)), node, (unsigned)event->word);
        break;
    case EVENT_TIMER:
        snprintf(text, size, "%.9f s  timer %s fires at %s", seconds,
                 cluster->nodes[event->node].system->model->timers[event->small], node);
        break;
    case EVENT_SERVED:
        snprintf(text, size, "%.9f s  core %u of %s is done", seconds, (unsigned)event->word + 1, node);
        break;
    case EVENT_SYNCED:
        snprintf(text, size, "%.9f s  disk of %s is synced", seconds, node);
        break;
    case EVENT_FAULT_START:
        snprintf(text, size, "%.9f s  fault %s begins", seconds, cluster->config->faults[event->word].name);
        break;
    case EVENT_FAULT_ASK:
        snprintf(text, size, "%.9f s  fault %s asks again", seconds,
                 cluster->config->faults[cluster->occurrences[event->word].fault].name);
        break;
    case EVENT_FAULT_END:
        snprintf(text, size, "%.9f s  fault %s ends", seconds,
                 cluster->config->faults[cluster->occurrences[event->word].fault].name);
        break;
    default:
        snprintf(text, size, "%.9f s  client %s acts (kind %u)", seconds, node, event->kind);
        break;
    }
}
