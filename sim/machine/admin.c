/* What operators ask of a system: more members, fewer members, another leader.
 *
 * The request goes to the node that says it leads, past the network: an operator sits at the machine. A leader that is
 * down or paused, or none at all, or one that refuses, is asked again a little later; for members also one that has
 * accepted, since it may be gone before it is done, and since some systems change one member at a time. It ends when
 * the system says that all is as wanted, or with the fault. */
#include "sim/machine/internal.h"

static const sim_time patience = 20 * SIM_MILLISECOND; /* from one time to the next */

bool admin_is_asked(enum fault_kind kind) {
    return kind == FAULT_MEMBER_ADD || kind == FAULT_MEMBER_REMOVE || kind == FAULT_TRANSFER_LEADER;
}

static enum admin_kind kind_of(enum fault_kind kind) {
    return kind == FAULT_MEMBER_ADD      ? ADMIN_MEMBER_ADD
           : kind == FAULT_MEMBER_REMOVE ? ADMIN_MEMBER_REMOVE
                                         : ADMIN_TRANSFER_LEADER;
}

static enum admin_answer ask_system(struct cluster *cluster, const struct active_fault *active, uint32_t system,
                                    const node_id *targets, size_t count) {
    node_id leader = cluster_leader(cluster, system);
    if (leader == NODE_NONE || cluster->nodes[leader].pauses > 0) {
        return ADMIN_REFUSED;
    }
    struct admin_request request = {.kind = kind_of(active->config->kind), .targets = targets, .target_count = count};
    return node_admin(&cluster->nodes[leader], &request);
}

/* True if the fault still wants something of this system. */
static bool goes_on(struct cluster *cluster, struct active_fault *active, uint32_t system, node_id *targets) {
    const struct system_config *config = cluster_system(cluster, system);
    size_t count = 0;
    for (node_id id = config->first_node; id < config->first_node + config->nodes; id++) {
        if (active->from[id]) {
            targets[count++] = id;
        }
    }
    if (count == 0 || config->model->admin == NULL) {
        return false;
    }
    enum admin_answer answer = ask_system(cluster, active, system, targets, count);
    cluster->occurrences[active->occurrence].nodes += answer == ADMIN_ACCEPTED;
    bool is_over = answer == ADMIN_DONE || (answer == ADMIN_ACCEPTED && active->config->kind == FAULT_TRANSFER_LEADER);
    for (size_t i = 0; is_over && i < count; i++) {
        active->from[targets[i]] = 0;
    }
    return !is_over;
}

void admin_ask(struct cluster *cluster, struct active_fault *active) {
    uint32_t occurrence = active->occurrence;
    node_id *targets = arena_alloc(cluster->arena, cluster->node_count * sizeof *targets);
    bool is_left = false;
    for (uint32_t system = 0; system < cluster->config->system_count; system++) {
        is_left = goes_on(cluster, active, system, targets) || is_left;
    }
    arena_free(cluster->arena, targets, cluster->node_count * sizeof *targets);
    if (is_left) {
        world_schedule(cluster->world, world_now(cluster->world) + patience,
                       (struct event){.kind = EVENT_FAULT_ASK, .node = NODE_NONE, .word = occurrence});
    }
}

void admin_ask_again(struct cluster *cluster, const struct event *event) {
    for (uint32_t i = 0; i < cluster->active_count; i++) {
        if (cluster->active[i].occurrence == event->word) {
            admin_ask(cluster, &cluster->active[i]);
            return;
        }
    }
}
