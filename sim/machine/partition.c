/* Partitions: which endpoints can no longer reach which.
 *
 * Most forms give each endpoint a group, and cut what goes from one group to another; who is in no group keeps every
 * link. A majorities ring gives each node a place on a ring instead, and cuts what is not close. One-way cuts from one
 * set to another. A client with a region is on the side of a group that holds all nodes of its region, so it is cut off
 * with them. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

#include <string.h>

static void clear_groups(struct cluster *cluster, struct active_fault *fault) {
    fault->groups = arena_alloc(cluster->arena, cluster->endpoint_count * sizeof *fault->groups);
    for (node_id id = 0; id < cluster->endpoint_count; id++) {
        fault->groups[id] = -1;
    }
}

static void group_by_selectors(struct cluster *cluster, struct active_fault *fault, uint64_t fault_hash, uint64_t use) {
    const struct fault_config *config = fault->config;
    for (uint32_t group = 0; group < config->group_count; group++) {
        memset(fault->to, 0, cluster->endpoint_count);
        select_members(cluster, &config->groups[group], fault_hash, hash_add(use, group), fault->to);
        for (node_id id = 0; id < cluster->endpoint_count; id++) {
            if (fault->to[id] && fault->groups[id] < 0) {
                fault->groups[id] = (int32_t)group;
            }
        }
    }
}

static void isolate(struct cluster *cluster, struct active_fault *fault, uint64_t fault_hash, uint64_t use) {
    if (select_members(cluster, &fault->config->groups[0], fault_hash, use, fault->from) == 0) {
        return; /* nobody to isolate: no groups, so that the report says that nothing was hit */
    }
    for (node_id id = 0; id < cluster->endpoint_count; id++) {
        if (fault->from[id]) {
            fault->groups[id] = 0;
        } else if (id < cluster->node_count) {
            fault->groups[id] = 1;
        }
    }
}

/* Each system is split at random: the larger half is group 1. With a bridge, one node stays in no group. */
static void halve(struct cluster *cluster, struct active_fault *fault, uint64_t fault_hash, uint64_t use,
                  bool has_bridge) {
    for (uint32_t s = 0; s < cluster->config->system_count; s++) {
        const struct system_config *system = &cluster->config->systems[s];
        node_id *nodes = arena_alloc(cluster->arena, system->nodes * sizeof *nodes);
        for (uint32_t i = 0; i < system->nodes; i++) {
            nodes[i] = system->first_node + i;
        }
        select_shuffle(cluster, fault_hash, hash_add(use, s), nodes, system->nodes);
        uint32_t first = has_bridge && system->nodes > 2 ? 1 : 0;
        uint32_t half = (system->nodes - first) / 2;
        for (uint32_t i = first; i < system->nodes; i++) {
            fault->groups[nodes[i]] = i - first < half ? 0 : 1;
        }
        arena_free(cluster->arena, nodes, system->nodes * sizeof *nodes);
    }
}

static void make_rings(struct cluster *cluster, struct active_fault *fault, uint64_t fault_hash, uint64_t use) {
    fault->ring_sizes = arena_alloc(cluster->arena, cluster->endpoint_count * sizeof *fault->ring_sizes);
    fault->rings = arena_alloc(cluster->arena, cluster->endpoint_count * sizeof *fault->rings);
    for (uint32_t s = 0; s < cluster->config->system_count; s++) {
        const struct system_config *system = &cluster->config->systems[s];
        node_id *nodes = arena_alloc(cluster->arena, system->nodes * sizeof *nodes);
        for (uint32_t i = 0; i < system->nodes; i++) {
            nodes[i] = system->first_node + i;
        }
        select_shuffle(cluster, fault_hash, hash_add(use, s), nodes, system->nodes);
        for (uint32_t place = 0; place < system->nodes; place++) {
            fault->groups[nodes[place]] = (int32_t)place;
            fault->ring_sizes[nodes[place]] = system->nodes;
            fault->rings[nodes[place]] = s;
        }
        arena_free(cluster->arena, nodes, system->nodes * sizeof *nodes);
    }
}

static void group_clients_with_regions(struct cluster *cluster, struct active_fault *fault) {
    for (node_id client = cluster->node_count; client < cluster->endpoint_count; client++) {
        uint32_t region = cluster->regions[client];
        if (region == CONFIG_NO_REGION || fault->groups[client] >= 0) {
            continue;
        }
        int32_t group = -1;
        bool is_one = true;
        for (node_id id = 0; id < cluster->node_count; id++) {
            if (cluster->regions[id] == region) {
                is_one = is_one && (group < 0 || group == fault->groups[id]) && fault->groups[id] >= 0;
                group = fault->groups[id];
            }
        }
        if (is_one && group >= 0) {
            fault->groups[client] = group;
        }
    }
}

void partition_begin(struct cluster *cluster, struct active_fault *fault, uint64_t fault_hash, uint64_t use) {
    const struct fault_config *config = fault->config;
    if (config->form == PARTITION_ONE_WAY) {
        select_members(cluster, &config->groups[0], fault_hash, use, fault->from);
        select_members(cluster, &config->groups[1], fault_hash, hash_add(use, 1), fault->to);
        return;
    }
    clear_groups(cluster, fault);
    switch (config->form) {
    case PARTITION_GROUPS:
        group_by_selectors(cluster, fault, fault_hash, use);
        break;
    case PARTITION_ISOLATE:
        isolate(cluster, fault, fault_hash, use);
        break;
    case PARTITION_HALVES:
    case PARTITION_BRIDGE:
        halve(cluster, fault, fault_hash, use, config->form == PARTITION_BRIDGE);
        break;
    default:
        make_rings(cluster, fault, fault_hash, use);
        return;
    }
    group_clients_with_regions(cluster, fault);
    for (node_id id = 0; id < cluster->endpoint_count; id++) {
        fault->from[id] = fault->groups[id] == 0; /* the hit: the isolated, the first group, the smaller half */
    }
}

/* On a ring of n, a node reaches those at most `reach` places away: together the smallest majority of odd size. */
static bool ring_cuts(const struct active_fault *fault, node_id from, node_id to) {
    uint32_t size = fault->ring_sizes[from];
    if (size == 0 || fault->ring_sizes[to] == 0 || fault->rings[from] != fault->rings[to]) {
        return false;
    }
    uint32_t apart = (uint32_t)(fault->groups[from] > fault->groups[to] ? fault->groups[from] - fault->groups[to]
                                                                        : fault->groups[to] - fault->groups[from]);
    apart = apart < size - apart ? apart : size - apart;
    uint32_t reach = (size / 2 + 1) / 2;
    return apart > reach;
}

bool partition_cuts(const struct active_fault *fault, node_id from, node_id to) {
    if (fault->config->form == PARTITION_ONE_WAY) {
        return fault->from[from] && fault->to[to];
    }
    if (fault->ring_sizes != NULL) {
        return ring_cuts(fault, from, to);
    }
    return fault->groups[from] >= 0 && fault->groups[to] >= 0 && fault->groups[from] != fault->groups[to];
}
