#include "sim/check/progress.h"

#include <stdio.h>
#include <string.h>

/* ---- When the faults were over ---- */

bool progress_is_healed(const struct cluster *cluster, sim_time *since) {
    *since = 0;
    for (uint32_t i = 0; i < cluster_occurrence_count(cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(cluster, i);
        if (occurrence->end == SIM_NEVER) {
            return false;
        }
        *since = occurrence->end > *since ? occurrence->end : *since;
    }
    return true;
}

/* ---- What the workload saw ---- */

struct sight {
    uint64_t open;       /* operations that were under way or invoked within the bound */
    sim_time first_good; /* first success after the faults; SIM_NEVER: none */
};

static struct sight look(const struct progress_question *question, sim_time since, sim_time until) {
    struct sight sight = {.first_good = SIM_NEVER};
    for (uint32_t i = 0; i < question->history->count; i++) {
        const struct operation *operation = &question->history->operations[i];
        if (operation->workload != question->workload || operation->completed < since || operation->invoked > until) {
            continue;
        }
        sight.open++;
        if (operation->outcome == OUTCOME_OK && operation->completed < sight.first_good) {
            sight.first_good = operation->completed;
        }
    }
    return sight;
}

/* ---- Who is stuck, and on what ---- */

struct facts {
    struct inspector inspector; /* first, so that the callbacks find the rest */
    char *text;
    size_t size, at;
    uint32_t count;
    const struct cluster *cluster;
};

enum { MOST_FACTS = 4, MOST_NODES = 7 };

/* The facts that tell most about why nothing moves, by the field's standard names. */
static bool is_telling(const char *name) {
    static const char *const names[] = {"role", "term", "view", "ballot", "leader", "commit index"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_fact(struct facts *facts, const char *name, const char *value) {
    if (facts->count < MOST_FACTS && facts->at < facts->size && is_telling(name)) {
        int written = snprintf(facts->text + facts->at, facts->size - facts->at, "%s%s %s",
                               facts->count == 0 ? "" : ", ", name, value);
        facts->at += written > 0 ? (size_t)written : 0;
        facts->count++;
    }
}

static void take_text(struct inspector *to, const char *name, const char *value) {
    add_fact((struct facts *)to, name, value);
}

static void take_number(struct inspector *to, const char *name, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add_fact((struct facts *)to, name, text);
}

static void take_node(struct inspector *to, const char *name, node_id value) {
    struct facts *facts = (struct facts *)to;
    add_fact(facts, name, value == NODE_NONE ? "nobody" : cluster_name(facts->cluster, value));
}

static void describe_node(const struct cluster *cluster, node_id node, char *text, size_t size) {
    char state[160] = "";
    struct facts facts = {{take_number, take_text, take_node}, state, sizeof state, 0, 0, cluster};
    if (cluster_is_up(cluster, node)) {
        cluster_inspect(cluster, node, &facts.inspector);
    }
    snprintf(text, size, "\n%s: %s%s%s", cluster_name(cluster, node),
             !cluster_is_up(cluster, node)      ? "down"
             : cluster_is_paused(cluster, node) ? "paused, "
                                                : "",
             state, cluster_is_up(cluster, node) && facts.count == 0 ? "up" : "");
}

static void describe_system(const struct progress_question *question, char *text, size_t size) {
    const struct system_config *system = cluster_system(question->cluster, question->system);
    size_t at = strlen(text);
    if (system->model->has_leader) {
        node_id leader = cluster_leader(question->cluster, question->system);
        at += (size_t)snprintf(text + at, size - at, "; %s",
                               leader == NODE_NONE ? "no node leads" : cluster_name(question->cluster, leader));
        at += leader == NODE_NONE ? 0 : (size_t)snprintf(text + at, size - at, " leads, and is stuck");
    }
    for (uint32_t i = 0; i < system->nodes && i < MOST_NODES; i++) {
        describe_node(question->cluster, system->first_node + i, text + at, size - at);
        at += strlen(text + at);
    }
}

/* ---- The verdict ---- */

static struct check_result inconclusive(struct check_result result, const char *why) {
    result.verdict = VERDICT_INCONCLUSIVE;
    snprintf(result.detail, sizeof result.detail, "%s", why);
    return result;
}

struct check_result progress_check(const struct progress_question *question) {
    struct check_result result = {.verdict = VERDICT_HOLDS, .at = -1};
    sim_time since, now = world_now(cluster_world(question->cluster));
    if (!progress_is_healed(question->cluster, &since)) {
        return inconclusive(result, "a fault lasts to the end of the run");
    }
    sim_time bound = question->bound > 0 ? question->bound : PROGRESS_BOUND;
    bound = now - since < bound ? now - since : bound;
    struct sight sight = look(question, since, since + bound);
    result.looked_at = sight.open;
    if (sight.first_good <= since + bound) {
        return result;
    }
    if (bound < PROGRESS_LEAST_CALM) {
        return inconclusive(result, "too little of the run is left after the last fault");
    }
    if (sight.open == 0) {
        return inconclusive(result, "nothing was asked after the last fault");
    }
    if (sight.open < PROGRESS_LEAST_ASKED) {
        return inconclusive(result, "too little was asked after the last fault");
    }
    char from[VERDICT_TIME_BYTES], length[VERDICT_TIME_BYTES];
    result.verdict = VERDICT_VIOLATED;
    result.at = since + bound;
    snprintf(result.detail, sizeof result.detail,
             "no operation succeeded within %s of the last fault's end at %s, and %llu were asked",
             verdict_time(length, bound), verdict_time(from, since), (unsigned long long)sight.open);
    describe_system(question, result.detail, sizeof result.detail);
    return result;
}
