/* Faults: when they begin and end, what they do, and what they touched.
 *
 * A configured fault has occurrences. Each resolves its targets when it begins, keeps them until it ends, and
 * counts what it changed: a test whose faults touch nothing proves nothing. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

static uint64_t fault_hash(const struct fault_config *config) {
    return hash_text(config->name);
}

static struct draw draw_time(struct cluster *cluster, const struct fault_config *config, uint64_t number) {
    return draw_at(draw_key(world_seed(cluster->world), DRAW_FAULT_TIME, fault_hash(config)), number);
}

static sim_time draw_exponential(struct draw *draw, sim_time mean) {
    struct dist dist = {.kind = DIST_EXPONENTIAL, .a = (double)mean};
    return dist_draw(&dist, draw);
}

void faults_init(struct cluster *cluster) {
    cluster->fault_states = arena_alloc(cluster->arena, cluster->config->fault_count * sizeof *cluster->fault_states);
}

/* ---- Schedule ---- */

static void schedule_start(struct cluster *cluster, uint32_t fault, sim_time at) {
    world_schedule(cluster->world, at, (struct event){.kind = EVENT_FAULT_START, .node = NODE_NONE, .word = fault});
}

/* The start of occurrence `number` of a fault, given the start before it (without its jitter). */
static void schedule_next(struct cluster *cluster, uint32_t fault, sim_time before, uint64_t number) {
    const struct fault_config *config = &cluster->config->faults[fault];
    struct draw draw = draw_time(cluster, config, number);
    if (config->schedule == FAULT_RANDOM) {
        sim_time gap = draw_exponential(&draw, config->mean_gap);
        schedule_start(cluster, fault, (before > config->at ? before : config->at) + gap);
        return;
    }
    if (number > 0 && (config->schedule == FAULT_ONCE || (config->count != 0 && number >= config->count))) {
        return;
    }
    sim_time jitter = config->jitter > 0 ? draw_between(&draw, 0, config->jitter) : 0;
    sim_time start = config->at + (sim_time)number * config->every + jitter;
    schedule_start(cluster, fault, start > before ? start : before);
}

void faults_start(struct cluster *cluster) {
    for (uint32_t i = 0; i < cluster->config->fault_count; i++) {
        schedule_next(cluster, i, 0, 0);
    }
}

void faults_add(struct cluster *cluster, uint32_t first) {
    uint32_t count = cluster->config->fault_count;
    cluster->fault_states = arena_grow(cluster->arena, cluster->fault_states, first * sizeof *cluster->fault_states,
                                       count * sizeof *cluster->fault_states);
    for (uint32_t i = first; i < count; i++) {
        schedule_next(cluster, i, world_now(cluster->world), 0);
    }
}

static sim_time length_of(struct cluster *cluster, const struct fault_config *config, uint64_t number) {
    if (config->kind == FAULT_RESTART || config->kind == FAULT_CLOCK_JUMP || config->kind == FAULT_CORRUPT_DISK) {
        return 0;
    }
    bool is_blink = config->kind == FAULT_LOSE_DISK || config->kind == FAULT_TORN_WRITE;
    if (config->schedule != FAULT_RANDOM) {
        return is_blink && config->length == SIM_NEVER ? 0 : config->length;
    }
    struct draw draw = draw_time(cluster, config, ~number);
    return draw_exponential(&draw, config->mean_length);
}

/* ---- Occurrences ---- */

static struct active_fault *add_active(struct cluster *cluster, uint32_t fault, uint64_t number) {
    const struct fault_config *config = &cluster->config->faults[fault];
    cluster->occurrences = arena_array_reserve(cluster->arena, cluster->occurrences, cluster->occurrence_count,
                                               &cluster->occurrence_capacity, sizeof *cluster->occurrences);
    cluster->occurrences[cluster->occurrence_count] =
        (struct fault_occurrence){.fault = fault, .start = world_now(cluster->world), .end = SIM_NEVER};
    cluster->active = arena_array_reserve(cluster->arena, cluster->active, cluster->active_count,
                                          &cluster->active_capacity, sizeof *cluster->active);
    struct active_fault *active = &cluster->active[cluster->active_count++];
    *active = (struct active_fault){
        .occurrence = cluster->occurrence_count++,
        .config = config,
        .weather = draw_key(world_seed(cluster->world), DRAW_LOSS, hash_add(fault_hash(config), number)),
        .from = arena_alloc(cluster->arena, cluster->endpoint_count),
        .to = arena_alloc(cluster->arena, cluster->endpoint_count),
    };
    return active;
}

static void remove_active(struct cluster *cluster, struct active_fault *active) {
    struct arena *arena = cluster->arena;
    arena_free(arena, active->from, cluster->endpoint_count);
    arena_free(arena, active->to, cluster->endpoint_count);
    arena_free(arena, active->groups, cluster->endpoint_count * sizeof *active->groups);
    arena_free(arena, active->ring_sizes, cluster->endpoint_count * sizeof *active->ring_sizes);
    arena_free(arena, active->rings, cluster->endpoint_count * sizeof *active->rings);
    uint32_t at = (uint32_t)(active - cluster->active);
    for (uint32_t i = at; i + 1 < cluster->active_count; i++) { /* keeps the order of beginning */
        cluster->active[i] = cluster->active[i + 1];
    }
    cluster->active_count--;
}

static uint32_t count_nodes(const struct cluster *cluster, const uint8_t *members) {
    uint32_t count = 0;
    for (node_id id = 0; id < cluster->node_count; id++) {
        count += members[id];
    }
    return count;
}

/* Of a partition one way, the smaller of the two ends is hit: the one that is deaf, or mute. */
static void keep_targets(struct cluster *cluster, const struct active_fault *active) {
    struct fault_occurrence *occurrence = &cluster->occurrences[active->occurrence];
    const struct fault_config *config = active->config;
    bool is_one_way = config->kind == FAULT_PARTITION && config->form == PARTITION_ONE_WAY;
    bool is_deaf = is_one_way && count_nodes(cluster, active->to) < count_nodes(cluster, active->from);
    const uint8_t *hit = is_deaf ? active->to : active->from;
    node_id *targets = arena_alloc(cluster->arena, count_nodes(cluster, hit) * sizeof *targets);
    for (node_id id = 0; id < cluster->node_count; id++) {
        if (hit[id]) {
            targets[occurrence->target_count++] = id;
        }
    }
    occurrence->targets = targets;
}

static void tell(struct cluster *cluster, uint32_t occurrence, bool starts) {
    for (uint32_t i = 0; i < cluster->observer_count; i++) {
        if (cluster->observers[i].fault != NULL) {
            cluster->observers[i].fault(cluster->observers[i].context, occurrence, starts);
        }
    }
}

/* ---- What faults do to nodes ---- */

/* The factor of all faults of a kind that hold this node now. Computed anew, so that it ends at exactly 1. */
static double combined_factor(const struct cluster *cluster, enum fault_kind kind, node_id node,
                              const struct active_fault *without) {
    double factor = 1;
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        if (active != without && active->config->kind == kind && active->from[node]) {
            factor *= active->config->times;
        }
    }
    return factor;
}

static int64_t combined_rate(const struct cluster *cluster, node_id node, const struct active_fault *without) {
    int64_t ppb = cluster->nodes[node].clock.own_ppb;
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        if (active != without && active->config->kind == FAULT_CLOCK_DRIFT && active->from[node]) {
            ppb = (int64_t)(active->config->ppm * 1000.0);
        }
    }
    return ppb;
}

static bool takes_nodes_down(enum fault_kind kind) {
    return kind == FAULT_CRASH || kind == FAULT_LOSE_DISK || kind == FAULT_TORN_WRITE;
}

static bool is_held_by_crash(const struct cluster *cluster, node_id node, const struct active_fault *without) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        if (active != without && takes_nodes_down(active->config->kind) && active->from[node]) {
            return true;
        }
    }
    return false;
}

/* A restart ends what every crash does to a node, so that none of them boots or counts it later. */
static void release_from_crashes(struct cluster *cluster, node_id node) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        if (takes_nodes_down(cluster->active[i].config->kind)) {
            cluster->active[i].from[node] = 0;
        }
    }
}

/* Takes a node down, or the disk of one that is down already; true if it changed anything there. */
static bool take_down(struct cluster *cluster, const struct active_fault *active, node_id id) {
    struct node *node = &cluster->nodes[id];
    enum fault_kind kind = active->config->kind;
    bool was_up = node->is_up;
    uint64_t writes = 0;
    if (was_up && kind == FAULT_TORN_WRITE) {
        disk_tear(node, hash_add(active->weather, cluster->name_hashes[id]));
    }
    if (was_up) {
        writes += node_crash(node);
    }
    if (kind == FAULT_LOSE_DISK) {
        writes += disk_empty(node);
    }
    cluster->occurrences[active->occurrence].disk_writes += writes;
    return was_up || writes > 0;
}

/* Begins a fault at one node; true if it changed anything there. */
static bool begin_at(struct cluster *cluster, const struct active_fault *active, node_id id) {
    struct node *node = &cluster->nodes[id];
    const struct fault_config *config = active->config;
    struct fault_occurrence *occurrence = &cluster->occurrences[active->occurrence];
    uint32_t records;
    switch (config->kind) {
    case FAULT_CRASH:
    case FAULT_LOSE_DISK:
    case FAULT_TORN_WRITE:
        return take_down(cluster, active, id);
    case FAULT_CORRUPT_DISK:
        records = disk_corrupt(node, hash_add(active->weather, cluster->name_hashes[id]), config->records,
                               config->is_detected);
        occurrence->disk_writes += records;
        return records > 0;
    case FAULT_RESTART:
        if (node->is_up) {
            return false;
        }
        release_from_crashes(cluster, id);
        node_boot(node);
        return true;
    case FAULT_PAUSE:
        node_pause(node);
        return node->is_up;
    case FAULT_SLOW_DISK:
        node->disk.slow = combined_factor(cluster, FAULT_SLOW_DISK, id, NULL);
        return false; /* the writes that it delays count */
    case FAULT_STALL_DISK:
        occurrence->disk_writes += disk_stall(node);
        return false;
    case FAULT_LYING_SYNC:
        disk_begin_lie(node);
        return false;
    case FAULT_FULL_DISK:
        disk_begin_full(node, active->occurrence);
        return false;
    case FAULT_SLOW_NODE:
        node->cores.slow = combined_factor(cluster, FAULT_SLOW_NODE, id, NULL);
        return false; /* the services that it stretches count */
    case FAULT_CLOCK_DRIFT:
        node_set_clock_rate(node, combined_rate(cluster, id, NULL));
        return true;
    case FAULT_CLOCK_JUMP:
        node->clock.wall_offset += config->by;
        return config->by != 0;
    default:
        return false;
    }
}

static void finish_at(struct cluster *cluster, const struct active_fault *active, node_id id) {
    struct node *node = &cluster->nodes[id];
    switch (active->config->kind) {
    case FAULT_CRASH:
    case FAULT_LOSE_DISK:
    case FAULT_TORN_WRITE:
        if (!node->is_up && active->from[id] && !is_held_by_crash(cluster, id, active)) {
            node_boot(node);
        }
        break;
    case FAULT_PAUSE:
        node_resume(node);
        break;
    case FAULT_SLOW_DISK:
        node->disk.slow = combined_factor(cluster, FAULT_SLOW_DISK, id, active);
        break;
    case FAULT_STALL_DISK:
        disk_unstall(node);
        break;
    case FAULT_LYING_SYNC:
        disk_end_lie(node);
        break;
    case FAULT_FULL_DISK:
        disk_end_full(node);
        break;
    case FAULT_SLOW_NODE:
        node->cores.slow = combined_factor(cluster, FAULT_SLOW_NODE, id, active);
        break;
    case FAULT_CLOCK_DRIFT:
        node_set_clock_rate(node, combined_rate(cluster, id, active));
        break;
    default:
        break;
    }
}

/* ---- Beginning and end ---- */

static bool acts_on_links(enum fault_kind kind) {
    return kind == FAULT_PARTITION || kind == FAULT_DEGRADE || kind == FAULT_DROP_MESSAGES;
}

static void begin(struct cluster *cluster, uint32_t fault, uint64_t number) {
    const struct fault_config *config = &cluster->config->faults[fault];
    uint64_t name = fault_hash(config);
    struct active_fault *active = add_active(cluster, fault, number);
    if (config->kind == FAULT_PARTITION) {
        partition_begin(cluster, active, name, number);
    } else if (config->kind != FAULT_DROP_MESSAGES) {
        select_members(cluster, &config->targets, name, number, active->from);
        if (config->kind == FAULT_DEGRADE) {
            select_members(cluster, &config->to, name, hash_add(number, 1), active->to);
        }
    }
    keep_targets(cluster, active);
    uint32_t occurrence = active->occurrence;
    tell(cluster, occurrence, true);
    if (admin_is_asked(config->kind)) {
        admin_ask(cluster, active);
    }
    for (uint32_t i = 0; !acts_on_links(config->kind) && i < cluster->occurrences[occurrence].target_count; i++) {
        bool changed = begin_at(cluster, active, cluster->occurrences[occurrence].targets[i]);
        cluster->occurrences[occurrence].nodes += changed;
    }
    if (acts_on_links(config->kind)) {
        cluster->occurrences[occurrence].nodes = cluster->occurrences[occurrence].target_count;
    }
    sim_time length = length_of(cluster, config, number);
    if (length != SIM_NEVER) {
        cluster->fault_states[fault].active++;
        world_schedule(cluster->world, world_now(cluster->world) + length,
                       (struct event){.kind = EVENT_FAULT_END, .node = NODE_NONE, .word = occurrence});
    }
}

void fault_begin(struct cluster *cluster, const struct event *event) {
    uint32_t fault = (uint32_t)event->word;
    const struct fault_config *config = &cluster->config->faults[fault];
    struct fault_state *state = &cluster->fault_states[fault];
    uint64_t number = state->started++;
    uint32_t most = config->most == 0 ? 1 : config->most;
    if (config->schedule != FAULT_RANDOM || state->active < most) {
        begin(cluster, fault, number);
    }
    schedule_next(cluster, fault, world_now(cluster->world), number + 1);
}

void fault_finish(struct cluster *cluster, const struct event *event) {
    uint32_t index = (uint32_t)event->word;
    struct active_fault *active = cluster->active;
    while (active->occurrence != index) {
        active++;
    }
    struct fault_occurrence *occurrence = &cluster->occurrences[index];
    occurrence->end = world_now(cluster->world);
    cluster->fault_states[occurrence->fault].active--;
    for (uint32_t i = 0; !acts_on_links(active->config->kind) && i < occurrence->target_count; i++) {
        finish_at(cluster, active, occurrence->targets[i]);
    }
    remove_active(cluster, active);
    tell(cluster, index, false);
}

/* ---- What faults do to messages ---- */

static bool filter_drops(struct cluster *cluster, struct active_fault *active, const struct packet *packet) {
    const struct fault_config *config = active->config;
    const char *wanted = config->message;
    const char *type = cluster->type_names[packet->type];
    for (; wanted != NULL && *wanted != '\0' && *wanted == *type; wanted++, type++) {
    }
    if (wanted != NULL && (*wanted != '\0' || *type != '\0')) {
        return false;
    }
    struct draw draw = draw_at(active->weather, active->draws++);
    return draw_unit(&draw) < config->probability;
}

bool faults_stop_message(struct cluster *cluster, const struct packet *packet, node_id to, bool at_send) {
    bool is_stopped = false;
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        struct active_fault *active = &cluster->active[i];
        bool stops = (active->config->kind == FAULT_PARTITION && partition_cuts(active, packet->from, to)) ||
                     (active->config->kind == FAULT_DROP_MESSAGES && at_send && filter_drops(cluster, active, packet));
        cluster->occurrences[active->occurrence].messages_stopped += stops;
        is_stopped = is_stopped || stops;
    }
    return is_stopped;
}

struct degradation faults_degrade(struct cluster *cluster, node_id from, node_id to) {
    struct degradation worse = {0};
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        struct active_fault *active = &cluster->active[i];
        const struct fault_config *config = active->config;
        if (config->kind != FAULT_DEGRADE || !active->from[from] || !active->to[to]) {
            continue;
        }
        struct draw draw = draw_at(active->weather, active->draws++);
        worse.loss = 1 - (1 - worse.loss) * (1 - config->loss);
        worse.duplicate = 1 - (1 - worse.duplicate) * (1 - config->duplicate);
        active->last_delay = dist_draw(&config->delay, &draw);
        worse.delay = time_add(worse.delay, active->last_delay);
        worse.replay_after = time_add(worse.replay_after, dist_draw(&config->replay_after, &draw));
        worse.is_any = true;
    }
    return worse;
}

void faults_count_degraded(struct cluster *cluster, node_id from, node_id to, bool is_lost, bool is_doubled) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        const struct fault_config *config = active->config;
        if (config->kind != FAULT_DEGRADE || !active->from[from] || !active->to[to]) {
            continue;
        }
        struct fault_occurrence *occurrence = &cluster->occurrences[active->occurrence];
        if (is_lost && config->loss > 0) {
            occurrence->messages_stopped++;
        } else if (active->last_delay > 0 || (is_doubled && config->duplicate > 0)) {
            occurrence->messages_changed++;
        }
    }
}

/* ---- What faults do to writes and services, counted where it happens ---- */

void faults_count_writes(struct cluster *cluster, node_id node, enum fault_kind kind, uint64_t writes) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        if (active->config->kind == kind && active->from[node]) {
            cluster->occurrences[active->occurrence].disk_writes += writes;
        }
    }
}

void faults_count_service(struct cluster *cluster, node_id node) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        if (cluster->active[i].config->kind == FAULT_SLOW_NODE && cluster->active[i].from[node]) {
            cluster->occurrences[cluster->active[i].occurrence].messages_changed++;
        }
    }
}

bool cluster_occurrence_acts(const struct cluster *cluster, uint32_t index, node_id from, node_id to) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        const struct active_fault *active = &cluster->active[i];
        if (active->occurrence != index) {
            continue;
        }
        switch (active->config->kind) {
        case FAULT_PARTITION:
            return partition_cuts(active, from, to);
        case FAULT_DEGRADE:
            return active->from[from] && active->to[to];
        default:
            return active->config->kind == FAULT_DROP_MESSAGES;
        }
    }
    return false;
}

uint64_t fault_touched_total(const struct fault_config *fault, const struct fault_occurrence *occurrence) {
    uint64_t nodes = acts_on_links(fault->kind) ? 0 : occurrence->nodes;
    return nodes + occurrence->messages_stopped + occurrence->messages_changed + occurrence->disk_writes;
}
