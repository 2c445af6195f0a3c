#include "sim/check/little.h"

#include <stdio.h>

static void describe(const struct cluster *cluster, node_id node, const struct queue_balance *balance,
                     struct check_result *result) {
    bool is_line = balance->waiting_s != balance->stay_waiting_s;
    snprintf(result->detail, sizeof result->detail,
             "%s: the number of inputs %s adds up to %.9g s over the run, the time that they stayed to %.9g s",
             cluster_name(cluster, node), is_line ? "that wait" : "at its cores",
             is_line ? balance->waiting_s : balance->number_s, is_line ? balance->stay_waiting_s : balance->stay_s);
}

struct check_result little_check(const struct cluster *cluster) {
    struct check_result result = {.at = -1};
    for (node_id node = 0; node < cluster_node_count(cluster); node++) {
        struct queue_balance balance = cluster_queue_balance(cluster, node);
        result.looked_at += balance.inputs;
        if (!balance.is_balanced && result.verdict != VERDICT_VIOLATED) {
            result.verdict = VERDICT_VIOLATED;
            result.at = world_now(cluster_world(cluster));
            describe(cluster, node, &balance, &result);
        }
    }
    return result;
}
