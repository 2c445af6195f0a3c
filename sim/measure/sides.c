/* Finding the sides whenever a partition begins or ends. */
#include "sim/measure/sides.h"

#include <string.h>

enum { MOST_NODES = 1 << 15, MOST_SIDES = UINT16_MAX - 1 };
static const size_t most_kept_bytes = (size_t)64 << 20;

static bool can_talk(const struct sides *sides, node_id a, node_id b) {
    return !cluster_is_cut(sides->cluster, a, b) && !cluster_is_cut(sides->cluster, b, a);
}

/* The number of the side with these nodes. SIDE_NONE: there are too many. */
static uint16_t number_of(struct sides *sides, uint32_t system, const node_id *nodes, uint32_t count) {
    for (uint32_t i = 0; i < sides->count; i++) {
        const struct side_nodes *side = &sides->items[i];
        if (side->system == system && side->count == count && memcmp(side->nodes, nodes, count * sizeof *nodes) == 0) {
            return (uint16_t)i;
        }
    }
    if (sides->count >= MOST_SIDES) {
        return SIDE_NONE;
    }
    sides->items =
        arena_array_reserve(sides->arena, sides->items, sides->count, &sides->capacity, sizeof *sides->items);
    node_id *copy = arena_alloc(sides->arena, count * sizeof *copy);
    memcpy(copy, nodes, count * sizeof *copy);
    sides->items[sides->count] = (struct side_nodes){system, copy, count};
    return (uint16_t)sides->count++;
}

static void sort_nodes(const struct system_config *system, const uint16_t *group, uint16_t wanted, node_id *nodes,
                       uint32_t *count) {
    *count = 0;
    for (uint32_t i = 0; i < system->nodes; i++) {
        if (group[i] == wanted) {
            nodes[(*count)++] = system->first_node + i;
        }
    }
}

/* Puts the nodes that are connected, directly or over others, into groups from 0 on; returns how many groups. Each
 * node that was found looks at those that were not found yet. */
static uint16_t find_groups(const struct sides *sides, const struct system_config *system, uint16_t *group,
                            uint32_t *found) {
    uint16_t groups = 0;
    memset(group, 0xff, system->nodes * sizeof *group);
    for (uint32_t first = 0; first < system->nodes; first++) {
        if (group[first] != SIDE_NONE) {
            continue;
        }
        uint32_t seen = 0, looked = 0;
        group[first] = groups;
        found[seen++] = first;
        while (looked < seen) {
            node_id from = system->first_node + found[looked++];
            for (uint32_t i = first + 1; i < system->nodes; i++) {
                if (group[i] == SIDE_NONE && can_talk(sides, from, system->first_node + i)) {
                    group[i] = groups;
                    found[seen++] = i;
                }
            }
        }
        groups++;
    }
    return groups;
}

static void place_clients(const struct sides *sides, uint32_t system, uint16_t *side_of) {
    const struct system_config *config = cluster_system(sides->cluster, system);
    for (uint32_t w = 0; w < sides->config->workload_count; w++) {
        const struct workload_config *workload = &sides->config->workloads[w];
        for (uint32_t i = 0; workload->target == system && i < workload->clients; i++) {
            node_id client = workload->first_client + i;
            uint16_t side = SIDE_NONE;
            bool is_one = true;
            for (node_id node = config->first_node; is_one && node < config->first_node + config->nodes; node++) {
                if (side_of[node] != side && can_talk(sides, client, node)) {
                    is_one = side == SIDE_NONE;
                    side = side_of[node];
                }
            }
            side_of[client] = is_one ? side : SIDE_NONE;
        }
    }
}

static void find_sides_of(struct sides *sides, uint32_t system, uint16_t *side_of) {
    const struct system_config *config = cluster_system(sides->cluster, system);
    size_t bytes = config->nodes * (sizeof(uint16_t) + sizeof(uint32_t) + sizeof(node_id));
    char *scratch = arena_alloc(sides->arena, bytes);
    uint32_t *found = (uint32_t *)(void *)scratch;
    node_id *nodes = (node_id *)(void *)(scratch + config->nodes * sizeof *found);
    uint16_t *group = (uint16_t *)(void *)(scratch + config->nodes * (sizeof *found + sizeof *nodes));
    uint16_t groups = find_groups(sides, config, group, found);
    for (uint16_t g = 0; g < groups; g++) {
        uint32_t count = 0;
        sort_nodes(config, group, g, nodes, &count);
        uint16_t side = number_of(sides, system, nodes, count);
        for (uint32_t i = 0; i < count; i++) {
            side_of[nodes[i]] = side;
        }
    }
    arena_free(sides->arena, scratch, bytes);
    place_clients(sides, system, side_of);
}

static bool is_asked(const struct sides *sides, uint32_t system) {
    for (uint32_t w = 0; w < sides->config->workload_count; w++) {
        if (sides->config->workloads[w].target == system) {
            return true;
        }
    }
    return false;
}

/* Partitions come back: a map that is the same as an earlier one is kept once. */
static const uint16_t *keep_map(struct sides *sides, uint16_t *map, size_t bytes) {
    for (uint32_t i = sides->stretch_count; i-- > 0 && i + 16 > sides->stretch_count;) {
        const uint16_t *other = sides->stretches[i].side_of;
        if (other != NULL && memcmp(other, map, bytes) == 0) {
            arena_free(sides->arena, map, bytes);
            return other;
        }
    }
    sides->kept_bytes += bytes;
    return map;
}

static const uint16_t *find_sides(struct sides *sides) {
    const struct cluster_config *config = cluster_configuration(sides->cluster);
    size_t bytes = ((size_t)config->node_count + config->client_count) * sizeof(uint16_t);
    if (config->node_count > MOST_NODES || sides->kept_bytes + bytes > most_kept_bytes) {
        return NULL;
    }
    uint16_t *map = arena_alloc(sides->arena, bytes);
    memset(map, 0xff, bytes);
    for (uint32_t system = 0; system < config->system_count; system++) {
        if (is_asked(sides, system)) {
            find_sides_of(sides, system, map);
        }
    }
    return keep_map(sides, map, bytes);
}

/* ---- What the cluster tells ---- */

static sim_time now_of(const struct sides *sides) {
    return world_now(cluster_world(sides->cluster));
}

static void close_stretch(struct sides *sides) {
    if (!sides->is_open) {
        return;
    }
    struct side_stretch *last = &sides->stretches[sides->stretch_count - 1];
    last->until = now_of(sides);
    sides->is_open = false;
    sides->stretch_count -= last->from == last->until;
}

static void open_stretch(struct sides *sides) {
    sides->stretches = arena_array_reserve(sides->arena, sides->stretches, sides->stretch_count,
                                           &sides->stretch_capacity, sizeof *sides->stretches);
    struct side_stretch stretch = {now_of(sides), SIM_NEVER, find_sides(sides), NULL, 0};
    stretch.side_count = sides->count;
    stretch.lives = arena_alloc(sides->arena, sides->count + 1);
    for (uint32_t i = 0; i < sides->count; i++) {
        for (uint32_t n = 0; n < sides->items[i].count; n++) {
            stretch.lives[i] = stretch.lives[i] || cluster_is_up(sides->cluster, sides->items[i].nodes[n]);
        }
    }
    sides->stretches[sides->stretch_count++] = stretch;
    sides->is_open = true;
}

static void on_fault(void *context, uint32_t occurrence, bool starts) {
    struct sides *sides = context;
    uint32_t fault = cluster_occurrence(sides->cluster, occurrence)->fault;
    if (cluster_configuration(sides->cluster)->faults[fault].kind != FAULT_PARTITION) {
        return;
    }
    sides->partitions += starts ? 1 : (uint32_t)-1;
    close_stretch(sides);
    if (sides->partitions > 0) {
        open_stretch(sides);
    }
}

static void on_booted(void *context, node_id node, bool is_restart) {
    struct sides *sides = context;
    if (!sides->is_open || !is_restart) {
        return;
    }
    struct side_stretch *stretch = &sides->stretches[sides->stretch_count - 1];
    if (stretch->side_of != NULL && stretch->side_of[node] != SIDE_NONE) {
        stretch->lives[stretch->side_of[node]] = 1;
    }
}

struct sides *sides_new(struct cluster *cluster, const struct measures_config *config) {
    struct arena *arena = world_state(cluster_world(cluster));
    struct sides *sides = arena_alloc(arena, sizeof *sides);
    *sides = (struct sides){.arena = arena, .cluster = cluster, .config = config};
    cluster_observe(cluster, (struct cluster_observer){.context = sides, .fault = on_fault, .booted = on_booted});
    return sides;
}

void sides_finish(struct sides *sides, sim_time ended) {
    if (sides->is_open) {
        sides->stretches[sides->stretch_count - 1].until = ended;
        sides->is_open = false;
    }
}
