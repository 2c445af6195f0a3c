/* What a run cost: messages, bytes, syncs, waiting in queues, and money when there are prices. */
#include "sim/measure/internal.h"
#include "sim/measure/interval.h"
#include "sim/measure/operations.h"

#include <string.h>

const char *const measures_price_names[] = {"node_hour", "cross_region_gib", "network_gib",
                                            "disk_gib",  "million_syncs",    NULL};

static double per_operation(const struct query *query, uint64_t amount, bool *has_any) {
    uint32_t done = operations_ok(&query->filter);
    *has_any = done > 0;
    return done > 0 ? (double)amount / (double)done : 0;
}

bool cost_traffic(const struct query *query, double *value) {
    const struct measures *measures = query->measures;
    const struct evidence *evidence = &measures->evidence;
    struct traffic traffic;
    bool has_any = true;
    if (!traffic_of_window(&measures->marks->notes, measures->cluster, query->filter.window, evidence->config->warmup,
                           evidence->ended, &traffic)) {
        return false;
    }
    switch ((enum traffic_metric)query->argument) {
    case TRAFFIC_MESSAGES_PER_OP:
        *value = per_operation(query, traffic.messages_sent, &has_any);
        break;
    case TRAFFIC_BYTES_PER_OP:
        *value = per_operation(query, traffic.bytes_sent, &has_any);
        break;
    case TRAFFIC_CROSS_REGION_BYTES:
        *value = (double)traffic.cross_region_bytes;
        break;
    case TRAFFIC_CROSS_REGION_BYTES_PER_OP:
        *value = per_operation(query, traffic.cross_region_bytes, &has_any);
        break;
    case TRAFFIC_DISK_SYNCS:
        *value = (double)traffic.disk_syncs;
        break;
    }
    return has_any;
}

/* The mean over nodes; times are weighted by the inputs that each node served. */
bool cost_queue(const struct query *query, double *value) {
    const struct cluster *cluster = query->measures->cluster;
    double sum = 0, weight = 0;
    for (node_id node = 0; node < cluster_node_count(cluster); node++) {
        if (query->filter.system != FILTER_ANY && cluster_system_of(cluster, node) != query->filter.system) {
            continue;
        }
        struct queue_measures queue = cluster_queue(cluster, node);
        double of[] = {[QUEUE_LENGTH] = queue.mean_length,
                       [QUEUE_WAIT] = queue.mean_wait_s,
                       [QUEUE_NUMBER] = queue.mean_number,
                       [QUEUE_SOJOURN] = queue.mean_sojourn_s,
                       [QUEUE_UTILISATION] = queue.utilisation};
        bool is_time = query->argument == QUEUE_WAIT || query->argument == QUEUE_SOJOURN;
        double share = is_time ? (double)queue.served : 1;
        sum += share > 0 ? of[query->argument] * share : 0;
        weight += share;
    }
    *value = weight > 0 ? sum / weight : 0;
    return query->is_all && weight > 0;
}

static double amount_of(const struct query *query, const char *price) {
    const double gib = 1073741824.0;
    const struct cluster *cluster = query->measures->cluster;
    struct traffic traffic = cluster_traffic(cluster);
    double hours = (double)window_length(query->filter.window) / 3.6e12;
    double amounts[] = {(double)cluster_node_count(cluster) * hours, (double)traffic.cross_region_bytes / gib,
                        (double)traffic.bytes_sent / gib, (double)traffic.disk_bytes / gib,
                        (double)traffic.disk_syncs / 1e6};
    for (uint32_t i = 0; measures_price_names[i] != NULL; i++) {
        if (strcmp(measures_price_names[i], price) == 0) {
            return amounts[i];
        }
    }
    return 0;
}

bool cost_per_million(const struct query *query, double *value) {
    const struct measures_config *config = query->filter.evidence->config;
    uint32_t done = operations_ok(&query->filter);
    double money = 0;
    for (uint32_t i = 0; i < config->price_count; i++) {
        money += config->prices[i].amount * amount_of(query, config->prices[i].name);
    }
    *value = done > 0 ? money / (double)done * 1e6 : 0;
    return query->is_all && config->price_count > 0 && done > 0;
}
