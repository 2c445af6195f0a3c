#include "sim/load/route.h"

static node_id next_node(const struct route *route, node_id node) {
    return route->first + (node - route->first + 1) % route->count;
}

void route_init(struct route *route, const struct cluster *cluster, const struct workload_config *workload,
                node_id endpoint, uint32_t index) {
    const struct system_config *system = cluster_system(cluster, workload->target);
    *route =
        (struct route){.kind = workload->route, .first = system->first_node, .count = system->nodes, .turn = index};
    route->preferred = route->first + index % route->count;
    if (workload->route == ROUTE_NEAREST) {
        double best = cluster_mean_latency(cluster, endpoint, route->preferred);
        for (uint32_t i = 1; i < route->count; i++) {
            node_id node = route->first + (index + i) % route->count;
            double latency = cluster_mean_latency(cluster, endpoint, node);
            if (latency < best) {
                best = latency;
                route->preferred = node;
            }
        }
    }
}

node_id route_first(struct route *route, struct draw *draw) {
    switch (route->kind) {
    case ROUTE_RANDOM:
        return route->first + (node_id)draw_below(draw, route->count);
    case ROUTE_ROUND_ROBIN:
        return route->first + route->turn++ % route->count;
    default:
        return route->preferred;
    }
}

node_id route_again(const struct route *route, node_id asked) {
    if (route->kind == ROUTE_LEADER && route->preferred != asked) {
        return route->preferred;
    }
    return next_node(route, asked);
}

node_id route_redirect(struct route *route, node_id asked, node_id hint) {
    bool is_known = hint >= route->first && hint < route->first + route->count && hint != asked;
    node_id next = is_known ? hint : next_node(route, asked);
    if (route->kind == ROUTE_LEADER) {
        route->preferred = next;
    }
    return next;
}

void route_served(struct route *route, node_id by) {
    if (route->kind == ROUTE_LEADER) {
        route->preferred = by;
    }
}

void route_unanswered(struct route *route, node_id asked) {
    if (route->kind == ROUTE_LEADER && route->preferred == asked) {
        route->preferred = next_node(route, asked);
    }
}
