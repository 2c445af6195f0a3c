#include "sim/check/stability.h"

#include <stdio.h>

/* ---- What holds at a moment ---- */

static bool holds_at(const struct fault_occurrence *occurrence, sim_time at) {
    return occurrence->start <= at && at < occurrence->end;
}

/* Of partitions, rings and bridges leave nobody out, and every node another majority. */
static bool takes_nodes_away(const struct fault_config *fault) {
    bool has_sides = fault->form != PARTITION_RING && fault->form != PARTITION_BRIDGE;
    return fault->kind == FAULT_CRASH || fault->kind == FAULT_PAUSE || (fault->kind == FAULT_PARTITION && has_sides);
}

static bool hits(const struct fault_occurrence *occurrence, node_id node) {
    for (uint32_t i = 0; i < occurrence->target_count; i++) {
        if (occurrence->targets[i] == node) {
            return true;
        }
    }
    return false;
}

/* True if at most a minority of the system's nodes is ill, and nothing else is amiss. */
static bool is_quiet(const struct cluster *cluster, const struct system_config *system, sim_time at) {
    uint32_t ill = 0;
    for (uint32_t i = 0; i < cluster_occurrence_count(cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(cluster, i);
        if (holds_at(occurrence, at) && !takes_nodes_away(&cluster_configuration(cluster)->faults[occurrence->fault])) {
            return false;
        }
    }
    for (node_id node = system->first_node; node < system->first_node + system->nodes; node++) {
        bool is_hit = false;
        for (uint32_t i = 0; i < cluster_occurrence_count(cluster) && !is_hit; i++) {
            const struct fault_occurrence *occurrence = cluster_occurrence(cluster, i);
            is_hit = holds_at(occurrence, at) && hits(occurrence, node);
        }
        ill += is_hit;
    }
    return 2 * ill < system->nodes;
}

/* When the next fault begins or ends; `end` if none does before. */
static sim_time next_change(const struct cluster *cluster, sim_time after, sim_time end) {
    sim_time next = end;
    for (uint32_t i = 0; i < cluster_occurrence_count(cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(cluster, i);
        next = occurrence->start > after && occurrence->start < next ? occurrence->start : next;
        next = occurrence->end > after && occurrence->end < next ? occurrence->end : next;
    }
    return next;
}

/* ---- The verdict ---- */

static void judge_stretch(const struct cluster *cluster, const struct election *elections, uint32_t count,
                          sim_time from, sim_time until, struct check_result *result) {
    uint32_t seen = 0;
    result->looked_at++;
    for (uint32_t i = 0; i < count && result->verdict == VERDICT_HOLDS; i++) {
        if (elections[i].at < from + STABILITY_SETTLES || elections[i].at >= until) {
            continue;
        }
        result->looked_at++;
        if (++seen == STABILITY_ELECTIONS) {
            char since[VERDICT_TIME_BYTES], at[VERDICT_TIME_BYTES];
            result->verdict = VERDICT_VIOLATED;
            result->at = elections[i].at;
            snprintf(
                result->detail, sizeof result->detail,
                "nothing has changed since %s and a majority is well, but at %s %s is elected, the leader number %d "
                "since then",
                verdict_time(since, from), verdict_time(at, elections[i].at),
                cluster_name(cluster, elections[i].leader), STABILITY_ELECTIONS);
        }
    }
}

struct check_result stability_check(const struct cluster *cluster, uint32_t system, const struct election *elections,
                                    uint32_t count) {
    struct check_result result = {.verdict = VERDICT_HOLDS, .at = -1};
    sim_time now = world_now(cluster_world(cluster));
    for (sim_time from = 0, until; from < now; from = until) {
        until = next_change(cluster, from, now);
        if (until - from > STABILITY_SETTLES && is_quiet(cluster, cluster_system(cluster, system), from)) {
            judge_stretch(cluster, elections, count, from, until, &result);
        }
    }
    if (result.looked_at == 0) {
        result.verdict = VERDICT_INCONCLUSIVE;
        snprintf(result.detail, sizeof result.detail, "nothing stayed as it was for longer than 2 s");
    }
    return result;
}
