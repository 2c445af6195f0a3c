#include "tests/machine/lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct toy {
    uint64_t counter;
};

struct toy_body {
    uint64_t number;
    uint32_t task;
    node_id to;
};

struct toy_params {
    struct lab *lab;
};

static struct lab *lab_of(const struct node *node) {
    return ((const struct toy_params *)node_params(node))->lab;
}

static void see(struct lab *lab, node_id node, node_id from, enum what what, uint64_t value) {
    if (lab->seen_count < LAB_SEEN) {
        lab->seen[lab->seen_count++] =
            (struct seen){.at = world_now(lab->world), .node = node, .from = from, .what = what, .value = value};
    }
}

/* ---- The model ---- */

static struct outgoing ping(const struct toy_body *body, uint32_t bytes) {
    return (struct outgoing){.type = TOY_PING, .encoded_bytes = bytes, .body = body, .body_bytes = sizeof *body};
}

static void toy_start(struct node *node, void *state) {
    (void)state;
    struct lab *lab = lab_of(node);
    lab->nodes[node_self(node)] = node; /* against the rules for models: tests act through it between handlers */
    see(lab, node_self(node), NODE_NONE, SAW_START, 0);
}

static void toy_recover(struct node *node, void *state) {
    (void)state;
    see(lab_of(node), node_self(node), NODE_NONE, SAW_RECOVER, node_log_end(node) - node_log_first(node));
}

static void toy_do(struct node *node, struct toy *toy, const struct toy_body *body) {
    struct lab *lab = lab_of(node);
    disk_ticket ticket;
    switch ((enum toy_task)body->task) {
    case TASK_APPEND:
        node_log_append(node, &body->number, sizeof body->number);
        break;
    case TASK_APPEND_SEND:
        ticket = node_log_append(node, &body->number, sizeof body->number);
        node_send_after(node, ticket, body->to, ping(body, 100));
        break;
    case TASK_APPEND_REPLY:
        ticket = node_log_append(node, &body->number, sizeof body->number);
        node_reply_after(node, ticket, &lab->last_request[node_self(node)], (struct reply){.status = REPLY_OK});
        break;
    case TASK_PUT:
        node_record_put(node, 0, &body->number, sizeof body->number);
        break;
    case TASK_TRUNCATE:
        node_log_truncate(node, body->number);
        break;
    case TASK_TRIM:
        node_log_trim(node, body->number);
        break;
    case TASK_COUNT_UP:
        toy->counter += body->number;
        break;
    }
}

static void toy_message(struct node *node, void *state, const struct message *message) {
    const struct toy_body *body = message->body;
    if (message->type == TOY_TELL) {
        toy_do(node, state, body);
    } else {
        see(lab_of(node), node_self(node), message->from, SAW_PING, body->number);
    }
}

static void toy_timer(struct node *node, void *state, uint32_t timer) {
    (void)state;
    see(lab_of(node), node_self(node), NODE_NONE, SAW_TIMER, timer);
}

static void toy_request(struct node *node, void *state, const struct request *request) {
    (void)state;
    struct lab *lab = lab_of(node);
    lab->last_request[node_self(node)] = *request;
    see(lab, node_self(node), request->from, SAW_REQUEST, request->call);
    if (lab->answers) {
        node_reply(node, request, (struct reply){.status = REPLY_OK, .hint = NODE_NONE});
    }
}

static void toy_reply(struct node *node, void *state, const struct reply *reply) {
    (void)state;
    see(lab_of(node), node_self(node), reply->from, SAW_REPLY_OF_CALL, (uint64_t)reply->status);
}

static void toy_disk_done(struct node *node, void *state, disk_ticket ticket, bool failed) {
    (void)state;
    see(lab_of(node), node_self(node), NODE_NONE, failed ? SAW_DISK_FAILED : SAW_DISK, ticket);
}

static bool toy_peek(const void *state, uint64_t key, int64_t *value) {
    (void)key;
    *value = (int64_t)((const struct toy *)state)->counter;
    return true;
}

static const struct parameter toy_parameters[] = {{.name = NULL}};
static const struct message_type toy_messages[] = {
    {"toy.ping", "a number"}, {"toy.pong", "a number"}, {"toy.tell", "a task for oneself"}, {NULL, NULL}};
static const char *const toy_timers[] = {"a", "b", NULL};
static const char *const toy_records[] = {"number", NULL};
static const struct claim toy_claims[] = {{.check = NULL}};

#define TOY                                                                                                            \
    .abi = SPACELIKE_ABI, .name = "toy", .summary = "writes down what happens", .source = "none",                      \
    .state_bytes = sizeof(struct toy), .params_bytes = sizeof(struct toy_params), .parameters = toy_parameters,        \
    .messages = toy_messages, .claims = toy_claims, .operations = 1u << OP_REQUEST, .has_leader = true,                \
    .start = toy_start, .recover = toy_recover, .message = toy_message, .timer = toy_timer, .request = toy_request,    \
    .reply = toy_reply, .disk_done = toy_disk_done, .peek = toy_peek

const struct model toy_model = {TOY, .timers = toy_timers, .records = toy_records};
const struct model toy_without_timers = {TOY};

/* ---- Building ---- */

void lab_add_system(struct lab *lab, const char *name, uint32_t nodes) {
    struct toy_params *params = calloc(1, sizeof *params);
    params->lab = lab;
    lab->systems[lab->config.system_count++] = (struct system_config){
        .name = name,
        .model = &toy_model,
        .params = params,
        .nodes = nodes,
        .first_node = lab->config.node_count,
        .cores = 1,
        .queue_limit = 10000,
    };
    lab->config.node_count += nodes;
}

void lab_prepare(struct lab *lab, uint32_t nodes, uint32_t clients) {
    static const char *const names[LAB_CLIENTS] = {"client/1", "client/2", "client/3", "client/4",
                                                   "client/5", "client/6", "client/7", "client/8"};
    *lab = (struct lab){.answers = true, .seen = calloc(LAB_SEEN, sizeof *lab->seen)};
    lab->network.base = (struct path_config){.given = 31, .latency = dist_constant(SIM_MILLISECOND)};
    memcpy(lab->client_names, names, sizeof names);
    for (uint32_t i = 0; i < LAB_CLIENTS; i++) {
        lab->client_regions[i] = CONFIG_NO_REGION;
    }
    lab->config = (struct cluster_config){
        .network = &lab->network,
        .systems = lab->systems,
        .faults = lab->faults,
        .client_count = clients,
        .client_regions = lab->client_regions,
        .client_names = lab->client_names,
    };
    lab_add_system(lab, "toy", nodes);
}

struct fault_config *lab_add_fault(struct lab *lab, const char *name, enum fault_kind kind, sim_time at,
                                   sim_time length) {
    struct fault_config *fault = &lab->faults[lab->config.fault_count++];
    *fault = (struct fault_config){.name = name, .kind = kind, .at = at, .length = length, .times = 1};
    return fault;
}

static void on_client_reply(void *context, node_id client, const struct reply *reply) {
    see(context, client, reply->from, SAW_REPLY, (uint64_t)reply->status);
}

void lab_start(struct lab *lab, uint64_t seed) {
    lab->world = world_new(
        (struct world_options){.seed = seed, .state_bytes = (size_t)1 << 30, .record_bytes = (size_t)1 << 28});
    lab->cluster = cluster_new(lab->world, &lab->config);
    cluster_on_reply(lab->cluster, on_client_reply, lab);
    cluster_start(lab->cluster);
}

void lab_run(struct lab *lab, sim_time until) {
    world_run(lab->world, until, UINT64_MAX);
}

void lab_free(struct lab *lab) {
    world_free(lab->world);
    for (uint32_t i = 0; i < lab->config.system_count; i++) {
        free((void *)(uintptr_t)lab->systems[i].params);
    }
    free(lab->seen);
}

/* ---- Acting ---- */

void lab_ping(struct lab *lab, node_id from, node_id to, uint64_t number, uint32_t bytes) {
    struct toy_body body = {.number = number, .to = to};
    node_send(lab->nodes[from], to, ping(&body, bytes));
}

void lab_tell(struct lab *lab, node_id node, enum toy_task task, uint64_t argument, node_id to) {
    struct toy_body body = {.number = argument, .task = task, .to = to};
    struct outgoing message = {.type = TOY_TELL, .encoded_bytes = 0, .body = &body, .body_bytes = sizeof body};
    node_send(lab->nodes[node], node, message);
}

void lab_ask(struct lab *lab, uint32_t client, node_id to, uint64_t call) {
    struct request request = {.kind = OP_REQUEST, .call = call};
    cluster_request(lab->cluster, lab->config.node_count + client, to, &request);
}

/* ---- Looking ---- */

uint32_t lab_count(const struct lab *lab, enum what what, node_id node) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < lab->seen_count; i++) {
        count += lab->seen[i].what == what && (node == UINT32_MAX || lab->seen[i].node == node);
    }
    return count;
}

sim_time lab_when(const struct lab *lab, enum what what, node_id node, uint64_t value) {
    for (uint32_t i = 0; i < lab->seen_count; i++) {
        const struct seen *seen = &lab->seen[i];
        if (seen->what == what && seen->node == node && seen->value == value) {
            return seen->at;
        }
    }
    return -1;
}

void lab_forget(struct lab *lab) {
    lab->seen_count = 0;
}

uint64_t lab_counter(const struct lab *lab, node_id node) {
    int64_t value = -1;
    cluster_peek(lab->cluster, node, 0, &value);
    return (uint64_t)value;
}
