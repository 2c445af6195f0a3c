/* Cores: what arrives at a node waits, first come first served, until one of its cores is free, is served for its
 * service time, and then the model's handler runs and its effects leave at that same moment. A node without service
 * times handles everything when it arrives. The queue is bounded: what comes to a full one is dropped, or refused. */
#include "sim/machine/internal.h"

static bool has_no_service(const struct system_config *system) {
    bool is_free = system->service.kind == DIST_CONSTANT && system->service.a <= 0;
    for (uint32_t i = 0;
         system->type_services != NULL && system->model->messages != NULL && system->model->messages[i].name != NULL;
         i++) {
        is_free = is_free && !system->type_has_service[i];
    }
    return is_free && !system->has_request_service && !system->has_timer_service;
}

void cores_init(struct node *node) {
    struct cluster *cluster = node->cluster;
    struct cores *cores = &node->cores;
    uint32_t count = node->system->cores;
    cores->is_free = has_no_service(node->system);
    cores->in_service = arena_alloc(cluster->arena, count * sizeof *cores->in_service);
    cores->timers = arena_alloc(cluster->arena, count * sizeof *cores->timers);
    cores->left = arena_alloc(cluster->arena, count * sizeof *cores->left);
    cores->slow = 1;
    cores->draw_key = draw_key(world_seed(cluster->world), DRAW_SERVICE, cluster->name_hashes[node->id]);
    for (uint32_t i = 0; i < count; i++) {
        timer_init(&cores->timers[i], EVENT_SERVED, node->id, (uint16_t)(i & 0xffff), i);
        cores->left[i] = -1;
    }
}

void cores_change(struct node *node) {
    node->cores.is_free = has_no_service(node->system);
}

/* ---- Measures ---- */

static void measure(struct node *node) {
    struct cores *cores = &node->cores;
    sim_time now = world_now(node->cluster->world);
    sim_time passed = now - cores->since;
    cores->area_waiting += (unsigned __int128)cores->count * (uint64_t)passed;
    cores->area_busy += (unsigned __int128)cores->busy * (uint64_t)passed;
    cores->since = now;
}

void cores_reset_measures(struct node *node) {
    struct cores *cores = &node->cores;
    measure(node);
    cores->area_waiting = cores->area_busy = cores->sum_wait = cores->sum_sojourn = 0;
    cores->stay_waiting = cores->stay = 0;
    cores->arrivals = cores->begun = cores->served = cores->dropped = 0;
    cores->measured_from = cores->since;
}

struct queue_measures cluster_queue(const struct cluster *cluster, node_id id) {
    struct node *node = cluster_node(cluster, id);
    struct cores *cores = &node->cores;
    measure(node);
    double passed = (double)(cores->since - cores->measured_from);
    if (passed <= 0) {
        return (struct queue_measures){0};
    }
    double begun = cores->begun == 0 ? 1 : (double)cores->begun;
    double served = cores->served == 0 ? 1 : (double)cores->served;
    return (struct queue_measures){
        .mean_length = (double)cores->area_waiting / passed,
        .mean_number = (double)(cores->area_waiting + cores->area_busy) / passed,
        .mean_wait_s = (double)cores->sum_wait / begun / 1e9,
        .mean_sojourn_s = (double)cores->sum_sojourn / served / 1e9,
        .utilisation = (double)cores->area_busy / passed / node->system->cores,
        .arrivals = cores->arrivals,
        .served = cores->served,
        .dropped = cores->dropped,
    };
}

/* How long an input has been there, since the reset. */
static uint64_t stay_of(const struct node *node, const struct input *input) {
    const struct cores *cores = &node->cores;
    sim_time from = input->arrived > cores->measured_from ? input->arrived : cores->measured_from;
    return (uint64_t)(world_now(node->cluster->world) - from);
}

static bool is_serving(const struct cores *cores, uint32_t core) {
    return timer_is_armed(&cores->timers[core]) || cores->left[core] >= 0;
}

struct queue_balance cluster_queue_balance(const struct cluster *cluster, node_id id) {
    struct node *node = cluster_node(cluster, id);
    struct cores *cores = &node->cores;
    measure(node);
    unsigned __int128 stay_waiting = cores->stay_waiting, stay = cores->stay;
    for (uint32_t i = 0; i < cores->count; i++) {
        uint64_t present = stay_of(node, &cores->waiting[(cores->head + i) & (cores->capacity - 1)]);
        stay_waiting += present;
        stay += present;
    }
    for (uint32_t i = 0; i < node->system->cores; i++) {
        stay += is_serving(cores, i) ? stay_of(node, &cores->in_service[i]) : 0;
    }
    unsigned __int128 number = cores->area_waiting + cores->area_busy;
    return (struct queue_balance){
        .inputs = cores->arrivals,
        .is_balanced = cores->area_waiting == stay_waiting && number == stay,
        .waiting_s = (double)cores->area_waiting / 1e9,
        .stay_waiting_s = (double)stay_waiting / 1e9,
        .number_s = (double)number / 1e9,
        .stay_s = (double)stay / 1e9,
    };
}

/* ---- Service ---- */

static const struct dist *service_of(const struct node *node, const struct input *input) {
    const struct system_config *system = node->system;
    if (input->kind != INPUT_PACKET) {
        return system->has_timer_service ? &system->timer_service : &system->service;
    }
    if (input->packet->type < TYPE_FIRST_OF_MODELS) {
        return system->has_request_service ? &system->request_service : &system->service;
    }
    uint32_t type = input->packet->type - node->first_type;
    return system->type_services != NULL && system->type_has_service[type] ? &system->type_services[type]
                                                                           : &system->service;
}

static sim_time draw_service(struct node *node, const struct input *input) {
    struct cores *cores = &node->cores;
    const struct dist *dist = service_of(node, input);
    struct draw draw = draw_at(cores->draw_key, cores->draws++);
    sim_time service = dist_draw(dist, &draw);
    if (cores->slow != 1.0 && service > 0) {
        service = time_of((double)service * cores->slow);
        faults_count_service(node->cluster, node->id);
    }
    return service;
}

static void begin_service(struct node *node, const struct input *input) {
    struct cores *cores = &node->cores;
    struct world *world = node->cluster->world;
    uint32_t core = 0;
    while (timer_is_armed(&cores->timers[core])) {
        core++;
    }
    cores->in_service[core] = *input;
    cores->busy++;
    cores->begun++;
    cores->sum_wait += (uint64_t)(world_now(world) - input->arrived);
    cores->stay_waiting += stay_of(node, input);
    timer_arm(world, &cores->timers[core], time_add(world_now(world), draw_service(node, input)));
}

static struct input take_waiting(struct cores *cores) {
    struct input input = cores->waiting[cores->head];
    cores->head = (cores->head + 1) & (cores->capacity - 1);
    cores->count--;
    cores->message_count -= input.kind == INPUT_PACKET;
    return input;
}

static void put_waiting(struct node *node, const struct input *input) {
    struct cores *cores = &node->cores;
    if (cores->count == cores->capacity) {
        uint32_t capacity = cores->capacity == 0 ? 16 : cores->capacity * 2;
        struct input *ring = arena_alloc(node->cluster->arena, capacity * sizeof *ring);
        for (uint32_t i = 0; i < cores->count; i++) {
            ring[i] = cores->waiting[(cores->head + i) & (cores->capacity - 1)];
        }
        arena_free(node->cluster->arena, cores->waiting, cores->capacity * sizeof *ring);
        cores->waiting = ring;
        cores->capacity = capacity;
        cores->head = 0;
    }
    cores->waiting[(cores->head + cores->count++) & (cores->capacity - 1)] = *input;
    cores->message_count += input->kind == INPUT_PACKET;
}

/* True if the input was turned away. Timers and disk completions are the node's own and never are. */
static bool turn_away(struct node *node, struct input *input) {
    struct cores *cores = &node->cores;
    if (input->kind != INPUT_PACKET || cores->message_count < node->system->queue_limit) {
        return false;
    }
    cores->dropped++;
    node->cluster->traffic.queue_drops++;
    if (node->system->when_full == FULL_REJECT && node->pauses == 0 && input->packet->type == TYPE_REQUEST) {
        node_reply(node, (const struct request *)(const void *)input->packet->body,
                   (struct reply){.status = REPLY_FAIL, .hint = NODE_NONE});
    }
    packet_release(node->cluster, input->packet);
    return true;
}

void core_submit(struct node *node, struct input input) {
    struct cores *cores = &node->cores;
    if (cores->is_free && node->pauses == 0 && cores->count == 0 && cores->busy == 0) {
        node_run(node, &input);
        return;
    }
    measure(node);
    cores->arrivals++;
    input.arrived = cores->since;
    if (node->pauses == 0 && cores->busy < node->system->cores && cores->count == 0) {
        begin_service(node, &input);
    } else if (!turn_away(node, &input)) {
        put_waiting(node, &input);
    }
}

static void fill_cores(struct node *node) {
    while (node->is_up && node->pauses == 0 && node->cores.count > 0 && node->cores.busy < node->system->cores) {
        struct input input = take_waiting(&node->cores);
        begin_service(node, &input);
    }
}

void core_served(struct node *node, uint32_t core) {
    struct cores *cores = &node->cores;
    if (node->system->queue_bug != QUEUE_BUG_LATE_COUNT) {
        measure(node);
    }
    struct input input = cores->in_service[core];
    cores->in_service[core] = (struct input){0};
    cores->busy--;
    cores->served++;
    cores->sum_sojourn += (uint64_t)(world_now(node->cluster->world) - input.arrived);
    cores->stay += stay_of(node, &input);
    fill_cores(node);
    node_run(node, &input);
}

/* ---- Crash and pause ---- */

static void forget_input(struct node *node, struct input *input) {
    if (input->kind == INPUT_PACKET && input->packet != NULL) {
        packet_release(node->cluster, input->packet);
    }
    *input = (struct input){0};
}

void cores_clear(struct node *node) {
    struct cores *cores = &node->cores;
    measure(node);
    while (cores->count > 0) {
        struct input input = take_waiting(cores);
        cores->stay_waiting += stay_of(node, &input);
        cores->stay += stay_of(node, &input);
        forget_input(node, &input);
    }
    for (uint32_t i = 0; i < node->system->cores; i++) {
        cores->stay += is_serving(cores, i) ? stay_of(node, &cores->in_service[i]) : 0;
        timer_cancel(&cores->timers[i]);
        cores->left[i] = -1;
        forget_input(node, &cores->in_service[i]);
    }
    cores->busy = 0;
}

void cores_pause(struct node *node) {
    struct cores *cores = &node->cores;
    for (uint32_t i = 0; i < node->system->cores; i++) {
        if (timer_is_armed(&cores->timers[i])) {
            cores->left[i] = cores->timers[i].deadline - world_now(node->cluster->world);
            timer_cancel(&cores->timers[i]);
        }
    }
}

void cores_resume(struct node *node) {
    struct cores *cores = &node->cores;
    struct world *world = node->cluster->world;
    measure(node);
    for (uint32_t i = 0; i < node->system->cores; i++) {
        if (cores->left[i] >= 0) {
            timer_arm(world, &cores->timers[i], time_add(world_now(world), cores->left[i]));
            cores->left[i] = -1;
        }
    }
    fill_cores(node);
}
