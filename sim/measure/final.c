/* What a cluster's live nodes hold when the run is over. */
#include "sim/measure/internal.h"

/* A leader's value counts alone once it has committed in its term: before, it may not have applied what its predecessor
 * acknowledged. Of systems that publish no commits, every leader's does. */
static node_id authority_of(const struct measures *measures, uint32_t system) {
    const struct recorder *recorder = measures->recorder;
    node_id leader = cluster_leader(measures->cluster, system);
    if (leader == NODE_NONE || recorder->open[leader] == 0) {
        return leader;
    }
    const struct tenure *tenure = &recorder->tenures[recorder->open[leader] - 1];
    return tenure->first_commit != SIM_NEVER || recorder->committed[leader] == 0 ? leader : NODE_NONE;
}

/* Of a system in which a leader says what is committed: without one that has said so in its own term, what the others
 * have applied may lag behind what was acknowledged. */
static bool needs_authority(const struct measures *measures, const struct system_config *config) {
    bool publishes = false;
    for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
        publishes = publishes || measures->recorder->committed[node] > 0;
    }
    return config->model->has_leader && publishes;
}

enum { MOST_SIBLINGS = 16 }; /* of a key at a node */

static uint32_t values_of_node(const struct measures *measures, node_id node, uint64_t key, bool with_siblings,
                               int64_t *values) {
    return with_siblings ? (uint32_t)cluster_siblings(measures->cluster, node, key, values, MOST_SIBLINGS)
                         : cluster_peek(measures->cluster, node, key, values);
}

/* Where there is a leader to acknowledge writes, and none whose value counts, the others may know no more than what was
 * applied long ago: after crashes of all of them the last writes are in their logs, to be applied by the next leader.
 */
static bool can_tell(const struct measures *measures, uint32_t system) {
    const struct system_config *config = cluster_system(measures->cluster, system);
    const struct recorder *recorder = measures->recorder;
    bool is_known = !config->model->has_leader || !recorder->publishes[system];
    for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
        is_known = is_known || (recorder->is_up[node] && recorder->applied[node] >= recorder->reached[system]);
    }
    return is_known;
}

/* A node that holds nothing for a key has no opinion: it may be no replica of it. If none holds anything and all
 * are alive, the key is empty. */
static uint32_t values_of(const void *context, uint32_t system, uint64_t key, bool authority, int64_t *values) {
    const struct measures *measures = context;
    const struct system_config *config = cluster_system(measures->cluster, system);
    node_id leader = authority ? authority_of(measures, system) : NODE_NONE;
    uint32_t count = 0, alive = 0;
    if (config->model->peek == NULL) {
        return 0;
    }
    if (authority && leader == NODE_NONE && !can_tell(measures, system)) {
        return 0;
    }
    if (leader != NODE_NONE) {
        values[0] = 0;
        cluster_peek(measures->cluster, leader, key, &values[0]);
        return 1;
    }
    if (authority && needs_authority(measures, config)) {
        return 0;
    }
    for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
        alive += cluster_is_up(measures->cluster, node);
        count += values_of_node(measures, node, key, authority, &values[count]);
    }
    if (count == 0 && alive == config->nodes) {
        values[count++] = 0;
    }
    return count;
}

struct finals final_values(const struct measures *measures) {
    return (struct finals){measures, cluster_node_count(measures->cluster) * MOST_SIBLINGS + 1, values_of};
}
