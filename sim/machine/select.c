/* Targets: which endpoints a selector names at the moment at which a fault fires. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

#include <string.h>

void select_shuffle(struct cluster *cluster, uint64_t fault_hash, uint64_t use, node_id *nodes, uint32_t count) {
    struct draw draw = draw_at(draw_key(world_seed(cluster->world), DRAW_FAULT_TARGET, fault_hash), use);
    for (uint32_t i = count; i > 1; i--) { /* Fisher and Yates */
        uint32_t other = (uint32_t)draw_below(&draw, i);
        node_id swap = nodes[i - 1];
        nodes[i - 1] = nodes[other];
        nodes[other] = swap;
    }
}

/* `wanted` nodes of one system (UINT32_MAX: of all), drawn without replacement. */
static void select_drawn(struct cluster *cluster, uint32_t system, uint32_t wanted, uint64_t fault_hash, uint64_t use,
                         uint8_t *members) {
    node_id *nodes = arena_alloc(cluster->arena, cluster->node_count * sizeof *nodes);
    uint32_t count = 0;
    for (node_id id = 0; id < cluster->node_count; id++) {
        if (system == UINT32_MAX || cluster->nodes[id].system_index == system) {
            nodes[count++] = id;
        }
    }
    select_shuffle(cluster, fault_hash, use, nodes, count);
    for (uint32_t i = 0; i < wanted && i < count; i++) {
        members[nodes[i]] = 1;
    }
    arena_free(cluster->arena, nodes, cluster->node_count * sizeof *nodes);
}

static void select_roles(struct cluster *cluster, const struct selector *selector, uint8_t *members) {
    for (uint32_t system = 0; system < cluster->config->system_count; system++) {
        if (selector->system != UINT32_MAX && selector->system != system) {
            continue;
        }
        node_id leader = cluster_leader(cluster, system);
        const struct system_config *config = &cluster->config->systems[system];
        if (selector->kind == SELECT_LEADER && leader != NODE_NONE) {
            members[leader] = 1;
        }
        for (node_id id = config->first_node;
             selector->kind == SELECT_FOLLOWERS && config->model->has_leader && id < config->first_node + config->nodes;
             id++) {
            members[id] |= (uint8_t)(id != leader && cluster->nodes[id].is_up);
        }
    }
}

static void select_one(struct cluster *cluster, const struct selector *selector, uint64_t fault_hash, uint64_t use,
                       uint8_t *members) {
    uint32_t first_system = selector->system == UINT32_MAX ? 0 : selector->system;
    uint32_t nodes = cluster->config->systems[first_system].nodes;
    switch (selector->kind) {
    case SELECT_LEADER:
    case SELECT_FOLLOWERS:
        select_roles(cluster, selector, members);
        return;
    case SELECT_MINORITY:
        select_drawn(cluster, first_system, (nodes - 1) / 2, fault_hash, use, members);
        return;
    case SELECT_MAJORITY:
        select_drawn(cluster, first_system, nodes / 2 + 1, fault_hash, use, members);
        return;
    case SELECT_RANDOM:
        select_drawn(cluster, selector->system, selector->index, fault_hash, use, members);
        return;
    default:
        break;
    }
    for (node_id id = 0; id < cluster->endpoint_count; id++) {
        bool is_client = id >= cluster->node_count;
        bool is_member =
            (selector->kind == SELECT_NODE && id == selector->index) ||
            (selector->kind == SELECT_SYSTEM && !is_client && cluster->nodes[id].system_index == selector->index) ||
            (selector->kind == SELECT_REGION && cluster->regions[id] == selector->index) ||
            (selector->kind == SELECT_CLIENTS && is_client) ||
            (selector->kind == SELECT_CLIENTS_OF && is_client &&
             cluster->routes[id - cluster->node_count] == selector->index) ||
            (selector->kind == SELECT_ALL && !is_client);
        members[id] |= (uint8_t)is_member;
    }
}

uint32_t select_members(struct cluster *cluster, const struct selector_group *group, uint64_t fault_hash, uint64_t use,
                        uint8_t *members) {
    for (uint32_t i = 0; i < group->count; i++) {
        select_one(cluster, &group->members[i], fault_hash, hash_add(use, i), members);
    }
    uint32_t count = 0;
    for (node_id id = 0; id < cluster->endpoint_count; id++) {
        count += members[id];
    }
    return count;
}
