#include "sim/measure/detection.h"

static sim_time now_of(const struct detections *detections) {
    return world_now(cluster_world(detections->cluster));
}

void detections_begin(struct detections *detections, struct arena *arena, const struct cluster *cluster) {
    uint32_t systems = cluster_configuration(cluster)->system_count;
    *detections = (struct detections){.arena = arena, .cluster = cluster};
    detections->open = arena_alloc(arena, cluster_node_count(cluster) * sizeof *detections->open);
    detections->judges = arena_alloc(arena, systems * sizeof *detections->judges);
}

void detections_crashed(struct detections *detections, node_id node) {
    detections->items = arena_array_reserve(detections->arena, detections->items, detections->count,
                                            &detections->capacity, sizeof *detections->items);
    detections->items[detections->count++] = (struct detection){.down = now_of(detections),
                                                                .first = SIM_NEVER,
                                                                .all = SIM_NEVER,
                                                                .system = cluster_system_of(detections->cluster, node)};
    detections->open[node] = detections->count;
}

void detections_booted(struct detections *detections, node_id node) {
    detections->open[node] = 0;
}

static uint32_t live_nodes(const struct detections *detections, uint32_t system) {
    const struct system_config *config = cluster_system(detections->cluster, system);
    uint32_t count = 0;
    for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
        count += cluster_is_up(detections->cluster, node);
    }
    return count;
}

void detections_probe(struct detections *detections, const struct probe *probe) {
    node_id about = (node_id)probe->a;
    uint32_t system = cluster_system_of(detections->cluster, about);
    detections->judges[system] = true;
    if (probe->b == SUSPECT_ALIVE) {
        return;
    }
    if (detections->open[about] == 0) {
        if (probe->b == SUSPECT_FAILED) {
            detections->alarms = arena_array_reserve(detections->arena, detections->alarms, detections->alarm_count,
                                                     &detections->alarm_capacity, sizeof *detections->alarms);
            detections->alarms[detections->alarm_count++] = (struct false_alarm){probe->at, system};
        }
        return;
    }
    struct detection *detection = &detections->items[detections->open[about] - 1];
    detection->first = detection->first == SIM_NEVER ? probe->at : detection->first;
    detection->knowing += probe->b == SUSPECT_FAILED;
    if (detection->all == SIM_NEVER && detection->knowing >= live_nodes(detections, system)) {
        detection->all = probe->at;
    }
}
