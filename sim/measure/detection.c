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

/* With it goes what it believed. */
void detections_crashed(struct detections *detections, node_id node) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < detections->burial_count; i++) {
        if (detections->burials[i].by != node) {
            detections->burials[kept++] = detections->burials[i];
        }
    }
    detections->burial_count = kept;
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

static void bury(struct detections *detections, node_id by, node_id about, bool is_failed) {
    uint32_t place = 0;
    while (place < detections->burial_count &&
           (detections->burials[place].by != by || detections->burials[place].about != about)) {
        place++;
    }
    if (is_failed && place == detections->burial_count) {
        detections->burials = arena_array_reserve(detections->arena, detections->burials, detections->burial_count,
                                                  &detections->burial_capacity, sizeof *detections->burials);
        detections->burials[detections->burial_count++] = (struct burial){by, about};
    } else if (!is_failed && place < detections->burial_count) {
        detections->burials[place] = detections->burials[--detections->burial_count];
    }
}

void detections_probe(struct detections *detections, const struct probe *probe) {
    node_id about = (node_id)probe->a;
    uint32_t system = cluster_system_of(detections->cluster, about);
    detections->judges[system] = true;
    bury(detections, probe->node, about, probe->b == SUSPECT_FAILED);
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
