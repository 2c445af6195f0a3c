/* Nodes: boot, crash, pause, and the functions of spacelike.h that a model calls. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sim_time now_of(const struct node *node) {
    return world_now(node->cluster->world);
}

static uint32_t count_names(const char *const *names) {
    uint32_t count = 0;
    while (names != NULL && names[count] != NULL) {
        count++;
    }
    return count;
}

void node_init(struct cluster *cluster, struct node *node, node_id id, uint32_t system, uint32_t first_type) {
    const struct system_config *config = &cluster->config->systems[system];
    node->cluster = cluster;
    node->system = config;
    node->system_index = system;
    node->id = id;
    node->first_type = first_type;
    uint32_t timers = node->timer_count = count_names(config->model->timers);
    node->timers = arena_alloc(cluster->arena, timers * sizeof *node->timers);
    node->timer_locals = arena_alloc(cluster->arena, timers * sizeof *node->timer_locals);
    node->timer_generations = arena_alloc(cluster->arena, timers * sizeof *node->timer_generations);
    for (uint32_t i = 0; i < timers; i++) {
        timer_init(&node->timers[i], EVENT_TIMER, id, (uint16_t)i, 0);
    }
    for (uint32_t i = 0; i < NODE_DRAW_STREAMS; i++) {
        node->draw_keys[i] = draw_key(world_seed(cluster->world), DRAW_MODEL, hash_add(cluster->name_hashes[id], i));
    }
    clock_init(&node->clock, config, id - config->first_node);
    cores_init(node);
    disk_init(node);
}

/* ---- Whose code runs ---- */

void node_enter(const struct node *node, const char *handler, const char *about) {
    node->cluster->inside = (struct inside){node, handler, about};
}

void node_leave(const struct node *node) {
    node->cluster->inside.node = NULL;
}

bool cluster_running(const struct cluster *cluster, struct running_handler *running) {
    const struct node *node = cluster->inside.node;
    if (node == NULL) {
        return false;
    }
    *running = (struct running_handler){.model = node->system->model->name,
                                        .handler = cluster->inside.handler,
                                        .about = cluster->inside.about,
                                        .node = cluster->names[node->id],
                                        .at = now_of(node)};
    return true;
}

/* What a model may get wrong in a call, and the machine could not survive. */
static void refuse(const struct node *node, const char *call, const char *what, uint64_t number, uint64_t count) {
    fprintf(stderr, "spacelike: the model %s calls %s with %s %llu, but has %llu\n", node->system->model->name, call,
            what, (unsigned long long)number, (unsigned long long)count);
    abort();
}

/* ---- Life ---- */

void node_boot(struct node *node) {
    struct cluster *cluster = node->cluster;
    assert(!node->is_up);
    node->is_up = true;
    node->role = ROLE_NONE;
    node->term = 0;
    bool is_restart = node->boots++ > 0;
    node->state = node_alloc(node, node->system->model->state_bytes);
    for (uint32_t i = 0; i < cluster->observer_count; i++) {
        if (cluster->observers[i].booted != NULL) {
            cluster->observers[i].booted(cluster->observers[i].context, node->id, is_restart);
        }
    }
    const struct model *model = node->system->model;
    /* Nothing tells a machine with an empty disk from one that never ran. */
    bool is_fresh = !is_restart || node->disk.is_lost;
    void (*boot)(struct node *, void *) = is_fresh || model->recover == NULL ? model->start : model->recover;
    if (boot != NULL) {
        node_enter(node, boot == model->start ? "start" : "recover", NULL);
        boot(node, node->state);
        node_leave(node);
        disk_kick(node);
    }
}

uint32_t node_crash(struct node *node) {
    struct cluster *cluster = node->cluster;
    assert(node->is_up);
    node->is_up = false;
    node->role = ROLE_NONE;
    cores_clear(node);
    uint32_t lost_writes = disk_crash(node);
    for (uint32_t i = 0; node->system->model->timers != NULL && node->system->model->timers[i] != NULL; i++) {
        timer_cancel(&node->timers[i]);
        node->timer_generations[i]++;
    }
    while (node->memory != NULL) {
        struct memory_block *block = node->memory;
        node->memory = block->next;
        arena_free(cluster->arena, block, block->bytes);
    }
    node->state = NULL;
    for (uint32_t i = 0; i < cluster->observer_count; i++) {
        if (cluster->observers[i].crashed != NULL) {
            cluster->observers[i].crashed(cluster->observers[i].context, node->id);
        }
    }
    return lost_writes;
}

void node_pause(struct node *node) {
    if (node->pauses++ == 0) {
        cores_pause(node);
    }
}

void node_resume(struct node *node) {
    if (--node->pauses == 0) {
        disk_release_held(node);
        cores_resume(node);
    }
}

/* ---- Handlers ---- */

static void run_packet(struct node *node, const struct packet *packet) {
    const struct model *model = node->system->model;
    if (packet->type == TYPE_REQUEST) {
        if (model->request != NULL) {
            node_enter(node, "request", NULL);
            model->request(node, node->state, (const struct request *)(const void *)packet->body);
        }
    } else if (packet->type == TYPE_REPLY) {
        if (model->reply != NULL) {
            node_enter(node, "reply", NULL);
            model->reply(node, node->state, (const struct reply *)(const void *)packet->body);
        }
    } else {
        struct message message = {.from = packet->from,
                                  .type = packet->type - node->first_type,
                                  .encoded_bytes = packet->encoded_bytes,
                                  .body_bytes = packet->body_bytes,
                                  .body = packet->body};
        node_enter(node, "message", model->messages[message.type].name);
        model->message(node, node->state, &message);
    }
}

void node_run(struct node *node, struct input *input) {
    const struct model *model = node->system->model;
    node->is_running = true;
    if (input->kind == INPUT_PACKET) {
        run_packet(node, input->packet);
        packet_release(node->cluster, input->packet);
    } else if (input->kind == INPUT_TIMER) {
        if (node->timer_generations[input->number] == input->word) {
            node_enter(node, "timer", model->timers[input->number]);
            model->timer(node, node->state, input->number);
        }
    } else if (model->disk_done != NULL) {
        bool has_failed = input->number != 0;
        node->disk.untold -= has_failed;
        node_enter(node, "disk_done", NULL);
        model->disk_done(node, node->state, input->word, has_failed);
    }
    node_leave(node);
    node->is_running = false;
    disk_kick(node);
}

enum admin_answer node_admin(struct node *node, const struct admin_request *request) {
    node->is_running = true;
    node_enter(node, "admin", NULL);
    enum admin_answer answer = node->system->model->admin(node, node->state, request);
    node_leave(node);
    node->is_running = false;
    disk_kick(node);
    return answer;
}

void node_timer_fired(struct node *node, uint32_t timer) {
    core_submit(node, (struct input){.kind = INPUT_TIMER, .number = timer, .word = node->timer_generations[timer]});
}

/* ---- Messages, requests, replies ---- */

static struct packet *packet_of(struct node *node, const struct outgoing *message) {
    if (message->type >= node->type_count) {
        refuse(node, "node_send", "message type", message->type, node->type_count);
    }
    return packet_new(node->cluster, node->id, node->first_type + message->type, message->encoded_bytes, message->body,
                      message->body_bytes);
}

static void check_endpoint(const struct node *node, const char *call, node_id to) {
    if (to >= node->cluster->endpoint_count) {
        refuse(node, call, "receiver", to, node->cluster->endpoint_count);
    }
}

void node_send(struct node *node, node_id to, struct outgoing message) {
    check_endpoint(node, "node_send", to);
    net_send(node->cluster, to, packet_of(node, &message));
}

void node_send_all(struct node *node, const node_id *to, size_t count, struct outgoing message) {
    if (count == 0) {
        return;
    }
    struct packet *packet = packet_of(node, &message);
    packet->references += (uint32_t)count - 1;
    for (size_t i = 0; i < count; i++) {
        check_endpoint(node, "node_send_all", to[i]);
        net_send(node->cluster, to[i], packet);
    }
}

void node_send_after(struct node *node, disk_ticket ticket, node_id to, struct outgoing message) {
    check_endpoint(node, "node_send_after", to);
    disk_send_after(node, ticket, to, packet_of(node, &message));
}

static struct packet *reply_packet(struct node *node, const struct request *request, struct reply reply) {
    reply.from = node->id;
    reply.call = request->call;
    return packet_new(node->cluster, node->id, TYPE_REPLY, net_reply_bytes(&reply), &reply, sizeof reply);
}

void node_reply(struct node *node, const struct request *request, struct reply reply) {
    net_send(node->cluster, request->from, reply_packet(node, request, reply));
}

void node_reply_after(struct node *node, disk_ticket ticket, const struct request *request, struct reply reply) {
    disk_send_after(node, ticket, request->from, reply_packet(node, request, reply));
}

void node_call(struct node *node, node_id to, struct request request) {
    check_endpoint(node, "node_call", to);
    request.from = node->id;
    net_send(node->cluster, to,
             packet_new(node->cluster, node->id, TYPE_REQUEST, net_request_bytes(&request), &request, sizeof request));
}

node_id node_use(const struct node *node, const char *use, size_t *count) {
    const struct system_config *system = node->system;
    for (uint32_t i = 0; i < system->use_count; i++) {
        if (strcmp(system->uses[i].name, use) == 0) {
            const struct system_config *used = &node->cluster->config->systems[system->uses[i].system];
            *count = used->nodes;
            return used->first_node;
        }
    }
    *count = 0;
    return NODE_NONE;
}

/* ---- Who and where ---- */

node_id node_self(const struct node *node) {
    return node->id;
}

const void *node_params(const struct node *node) {
    return node->system->params;
}

size_t node_count(const struct node *node) {
    return node->system->nodes;
}

size_t node_index(const struct node *node) {
    return node->id - node->system->first_node;
}

node_id node_peer(const struct node *node, size_t index) {
    return node->system->first_node + (node_id)index;
}

size_t node_peer_index(const struct node *node, node_id peer) {
    node_id offset = peer - node->system->first_node;
    return offset < node->system->nodes ? offset : node->system->nodes;
}

uint32_t node_region(const struct node *node, size_t index) {
    return node->cluster->regions[node_peer(node, index)];
}

uint64_t node_system_id(const struct node *node) {
    uint64_t key = draw_key(world_seed(node->cluster->world), DRAW_SYSTEM, hash_text(node->system->name));
    struct draw draw = draw_at(key, 0);
    return draw_u64(&draw);
}

/* ---- Time and chance ---- */

sim_time node_monotonic(const struct node *node) {
    return clock_local(&node->clock, now_of(node));
}

sim_time node_wall(const struct node *node) {
    return clock_local(&node->clock, now_of(node)) + node->clock.wall_offset;
}

static void check_timer(const struct node *node, const char *call, uint32_t timer) {
    if (timer >= node->timer_count) {
        refuse(node, call, "timer", timer, node->timer_count);
    }
}

void node_arm(struct node *node, uint32_t timer, sim_time delay) {
    check_timer(node, "node_arm", timer);
    sim_time now = now_of(node);
    delay = delay < 0 ? 0 : delay;
    node->timer_generations[timer]++;
    node->timer_locals[timer] = time_add(clock_local(&node->clock, now), delay);
    timer_arm(node->cluster->world, &node->timers[timer], time_add(now, clock_true_delay(&node->clock, delay)));
}

void node_cancel(struct node *node, uint32_t timer) {
    check_timer(node, "node_cancel", timer);
    node->timer_generations[timer]++;
    timer_cancel(&node->timers[timer]);
}

bool node_is_armed(const struct node *node, uint32_t timer) {
    check_timer(node, "node_is_armed", timer);
    return timer_is_armed(&node->timers[timer]);
}

int64_t node_draw(struct node *node, uint32_t stream, int64_t low, int64_t high) {
    assert(stream < NODE_DRAW_STREAMS && low <= high);
    struct draw draw = draw_at(node->draw_keys[stream], node->draws[stream]++);
    return draw_between(&draw, low, high);
}

/* ---- Volatile memory: blocks in a list, so that a crash frees them all ---- */

static void link_block(struct node *node, struct memory_block *block) {
    block->previous = NULL;
    block->next = node->memory;
    if (block->next != NULL) {
        block->next->previous = block;
    }
    node->memory = block;
}

static void unlink_block(struct node *node, struct memory_block *block) {
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        node->memory = block->next;
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
}

void *node_alloc(struct node *node, size_t bytes) {
    struct memory_block *block = arena_alloc(node->cluster->arena, sizeof *block + bytes);
    block->bytes = sizeof *block + bytes;
    link_block(node, block);
    return block + 1;
}

void *node_resize(struct node *node, void *memory, size_t bytes) {
    if (memory == NULL) {
        return node_alloc(node, bytes);
    }
    struct memory_block *block = (struct memory_block *)memory - 1;
    size_t wanted = sizeof *block + bytes;
    if (wanted > block->bytes) {
        unlink_block(node, block);
        block = arena_grow(node->cluster->arena, block, block->bytes, wanted);
        block->bytes = wanted;
        link_block(node, block);
    } else {
        memset((uint8_t *)block + wanted, 0, block->bytes - wanted); /* it may grow again */
    }
    return block + 1;
}

void node_free(struct node *node, void *memory) {
    if (memory != NULL) {
        struct memory_block *block = (struct memory_block *)memory - 1;
        unlink_block(node, block);
        arena_free(node->cluster->arena, block, block->bytes);
    }
}

/* ---- Probes ---- */

void node_probe(struct node *node, enum probe_kind kind, uint64_t a, uint64_t b, uint64_t c) {
    struct cluster *cluster = node->cluster;
    struct probe probe = {.at = now_of(node), .node = node->id, .kind = kind, .a = a, .b = b, .c = c};
    if (kind == PROBE_ROLE) {
        node->role = (enum node_role)a;
        node->term = b;
    }
    world_fold(cluster->world, hash_add(hash_add((uint64_t)kind << 32 | node->id, a), b) + c);
    for (uint32_t i = 0; i < cluster->observer_count; i++) {
        if (cluster->observers[i].probe != NULL) {
            cluster->observers[i].probe(cluster->observers[i].context, &probe);
        }
    }
}

uint64_t probe_hash(uint64_t hash, uint64_t word) {
    return hash_add(hash, word);
}
