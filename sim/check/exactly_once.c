#include "sim/check/exactly_once.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct count {
    uint64_t key;
    uint32_t operation;
    int64_t amount; /* of an increment that may have happened; 0 of one that did not, and of a read */
    bool is_other;  /* an operation that makes the key no counter */
};

static int by_key(const void *a, const void *b) {
    const struct count *one = a, *other = b;
    if (one->key != other->key) {
        return one->key < other->key ? -1 : 1;
    }
    return one->operation < other->operation ? -1 : one->operation > other->operation;
}

static struct count *list_counts(const struct history *history, uint16_t workload, uint32_t *count) {
    struct count *counts = malloc((history->count + 1) * sizeof *counts);
    if (counts == NULL) {
        abort();
    }
    *count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->workload == workload) {
            bool is_increment = operation->kind == OP_INCREMENT;
            counts[(*count)++] = (struct count){
                .key = operation->key,
                .operation = i,
                .amount = is_increment && operation->outcome != OUTCOME_FAIL ? operation->value : 0,
                .is_other = !is_increment && operation->kind != OP_READ,
            };
        }
    }
    qsort(counts, *count, sizeof *counts, by_key);
    return counts;
}

/* Judges the counter of `key`, which can be at most `most`. */
static void judge(const struct cluster *cluster, uint32_t system, uint64_t key, int64_t most,
                  struct check_result *result) {
    const struct system_config *config = cluster_system(cluster, system);
    for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
        int64_t value = 0;
        if (!cluster_is_up(cluster, node) || !cluster_peek(cluster, node, key, &value)) {
            continue;
        }
        result->looked_at++;
        if (value > most && result->verdict == VERDICT_HOLDS) {
            result->verdict = VERDICT_VIOLATED;
            result->at = world_now(cluster_world(cluster));
            snprintf(result->detail, sizeof result->detail,
                     "%s counts %" PRId64 " for key %" PRIu64 ", but clients asked for %" PRId64
                     " at most: some increment was applied twice",
                     cluster_name(cluster, node), value, key, most);
        }
    }
}

struct check_result exactly_once_check(const struct cluster *cluster, const struct history *history, uint16_t workload,
                                       uint32_t system) {
    struct check_result result = {.verdict = VERDICT_HOLDS, .at = -1};
    uint32_t count = 0;
    struct count *counts = list_counts(history, workload, &count);
    for (uint32_t i = 0; i < count;) {
        int64_t most = 0;
        bool is_counter = true;
        uint64_t key = counts[i].key;
        for (; i < count && counts[i].key == key; i++) {
            most += counts[i].amount;
            is_counter = is_counter && !counts[i].is_other && counts[i].amount >= 0;
        }
        if (is_counter && most > 0) {
            judge(cluster, system, key, most, &result);
        }
    }
    free(counts);
    return result;
}
