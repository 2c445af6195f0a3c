/* From the name of a metric to its value. Two tables say what there is: metrics of a kind of operation, and all others.
 */
#include "sim/base/units.h"
#include "sim/measure/heap.h"
#include "sim/measure/internal.h"
#include "sim/measure/interval.h"
#include "sim/measure/operations.h"

#include <stdlib.h>
#include <string.h>

enum { MEAN = UINT16_MAX }; /* argument of a latency; else its permille */

/* ---- Operations ---- */

static bool value_availability(const struct query *query, double *value) {
    return operations_availability(&query->filter, value);
}

static bool value_throughput(const struct query *query, double *value) {
    return operations_throughput(&query->filter, value);
}

static bool value_latency(const struct query *query, double *value) {
    const struct chosen *latency = late_choose(query->measures, late_latency(query->measures), &query->filter);
    int64_t quantile = 0;
    bool has_any =
        query->argument == MEAN ? chosen_mean(latency, value) : chosen_quantile(latency, query->argument, &quantile);
    *value = (query->argument == MEAN ? *value : (double)quantile) / 1e9;
    return has_any;
}

/* ---- Consistency ---- */

static const struct chosen *chosen_versions(const struct query *query) {
    return late_choose(query->measures, &late_staleness(query->measures)->versions, &query->filter);
}

static bool value_stale_share(const struct query *query, double *value) {
    const struct chosen *versions = chosen_versions(query);
    uint32_t stale = 0;
    for (uint32_t i = versions->count; i > 0 && versions->values[i - 1] > 0; i--) {
        stale++;
    }
    *value = versions->count > 0 ? (double)stale / (double)versions->count : 0;
    return versions->count > 0;
}

static bool value_judged(const struct query *query, double *value) {
    uint32_t count = chosen_versions(query)->count;
    *value = (double)count;
    return count > 0;
}

static bool value_age(const struct query *query, double *value) {
    const struct samples *ages = &late_staleness(query->measures)->age;
    int64_t age = 0;
    bool has_any = chosen_quantile(late_choose(query->measures, ages, &query->filter), query->argument, &age);
    *value = (double)age / 1e9;
    return has_any;
}

static bool value_versions(const struct query *query, double *value) {
    int64_t versions = 0;
    bool has_any = chosen_quantile(chosen_versions(query), query->argument, &versions);
    *value = (double)versions;
    return has_any;
}

static bool value_visibility(const struct query *query, double *value) {
    sim_time offset;
    bool has_any = staleness_visibility(late_trials(query->measures), &query->filter, &offset);
    *value = (double)offset / 1e9;
    return has_any;
}

enum { FINAL_LOST, FINAL_DIVERGENT };

static bool value_final(const struct query *query, double *value) {
    struct finals finals = final_values(query->measures);
    const struct stories *stories = late_stories(query->measures);
    uint64_t count = 0;
    if (!query->is_all && query->argument == FINAL_DIVERGENT) {
        return false; /* what differs at the end belongs to no time before */
    }
    bool is_known = query->argument == FINAL_LOST
                        ? lost_writes(&query->filter, stories, &finals, &count)
                        : lost_divergent_keys(query->filter.evidence, stories, &finals, &count);
    *value = (double)count;
    return is_known;
}

/* ---- Uptime ---- */

enum { UPTIME_SHARE, UPTIME_COUNT, UPTIME_LONGEST, UPTIME_TOTAL, UPTIME_MTBF, UPTIME_MTTR };

static bool value_uptime(const struct query *query, double *value) {
    const struct outages *outages = late_outages(query->measures, &query->filter);
    double length = (double)window_length(query->filter.window);
    if (outages == NULL) {
        return false;
    }
    double total = (double)outages->total, count = (double)outages->count;
    switch (query->argument) {
    case UPTIME_SHARE:
        *value = 1 - total / length;
        return true;
    case UPTIME_COUNT:
        *value = count;
        return true;
    case UPTIME_LONGEST:
        *value = (double)outages->longest / 1e9;
        return true;
    case UPTIME_TOTAL:
        *value = total / 1e9;
        return true;
    case UPTIME_MTBF:
        *value = count > 0 ? (length - total) / count / 1e9 : 0;
        return count > 0;
    default:
        *value = count > 0 ? total / count / 1e9 : 0;
        return count > 0;
    }
}

/* Nothing but the crashes of its nodes decides whether a majority of a system is up. */
static bool value_majority(const struct query *query, double *value) {
    const struct recorder *recorder = query->measures->recorder;
    const struct window *window = query->filter.window;
    uint32_t system = query->filter.system == FILTER_ANY ? recorder->system_count : query->filter.system;
    sim_time without = 0;
    for (uint32_t i = 0, k = 0; i < recorder->lack_count; i++) {
        const struct lack *lack = &recorder->lacks[i];
        if (lack->system != system) {
            continue;
        }
        while (k < window->count && window->intervals[k].until <= lack->from) {
            k++;
        }
        for (uint32_t m = k; m < window->count && window->intervals[m].from < lack->until; m++) {
            const struct interval *it = &window->intervals[m];
            without +=
                (it->until < lack->until ? it->until : lack->until) - (it->from > lack->from ? it->from : lack->from);
        }
    }
    sim_time length = window_length(window);
    *value = length > 0 ? 1 - (double)without / (double)length : 0;
    return length > 0;
}

/* The least share that a side of a partition serves of a kind of operation. */
static bool value_side(const struct query *query, double *value) {
    const struct side_table *sides = late_sides(query->measures);
    const char *window = query->filter.window->name;
    bool has_any = false;
    for (uint32_t i = 0; window != NULL && strcmp(window, "partition") == 0 && i < sides->count; i++) {
        const struct partition_side *side = &sides->items[i];
        for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
            bool counts = side->lives && side->asked[kind] > 0 &&
                          (query->filter.system == FILTER_ANY || query->filter.system == side->system);
            double share = counts ? (double)side->served[kind] / (double)side->asked[kind] : 1;
            *value = counts && (!has_any || share < *value) ? share : *value;
            has_any = has_any || counts;
        }
    }
    return has_any;
}

/* ---- Convergence and elections ---- */

/* A heal belongs to the intervals that it ends, and to the one that it begins. */
static bool touches(const struct window *window, sim_time at) {
    for (uint32_t i = 0; i < window->count; i++) {
        if (window->intervals[i].from <= at && at <= window->intervals[i].until) {
            return true;
        }
    }
    return false;
}

/* The longest. Of a system that had not converged when the run ended, the time until then: it took at least that long.
 */
static bool value_convergence(const struct query *query, double *value) {
    const struct measures *measures = query->measures;
    sim_time longest = -1;
    for (uint32_t i = 0; i < measures->heal_count; i++) {
        const struct heal *heal = &measures->heals[i];
        sim_time ended = query->filter.evidence->ended;
        sim_time length = (heal->converged < ended ? heal->converged : ended) - heal->at;
        if (touches(query->filter.window, heal->at) && length > longest &&
            (query->filter.system == FILTER_ANY || query->filter.system == heal->system)) {
            longest = length;
        }
    }
    *value = (double)longest / 1e9;
    return longest >= 0;
}

static bool is_in_scope(const struct query *query, uint32_t system, sim_time at) {
    return (query->filter.system == FILTER_ANY || query->filter.system == system) &&
           (query->is_all || window_has(query->filter.window, at)); /* "all": elections ignore the warm-up */
}

static bool has_leader(const struct query *query) {
    const struct cluster_config *config = cluster_configuration(query->measures->cluster);
    for (uint32_t i = 0; i < config->system_count; i++) {
        if (config->systems[i].model->has_leader && (query->filter.system == FILTER_ANY || query->filter.system == i)) {
            return true;
        }
    }
    return false;
}

static bool value_election_count(const struct query *query, double *value) {
    const struct recorder *recorder = query->measures->recorder;
    uint32_t count = 0;
    for (uint32_t i = 0; i < recorder->tenure_count; i++) {
        count += is_in_scope(query, recorder->tenures[i].system, recorder->tenures[i].seen.from);
    }
    *value = count;
    return count > 0 || has_leader(query);
}

static bool value_election_first(const struct query *query, double *value) {
    const struct recorder *recorder = query->measures->recorder;
    for (uint32_t i = 0; query->is_all && i < recorder->tenure_count; i++) {
        if (is_in_scope(query, recorder->tenures[i].system, 0)) {
            *value = (double)recorder->tenures[i].seen.from / 1e9;
            return true;
        }
    }
    return false;
}

static bool value_succession(const struct query *query, bool until_elected, double *value) {
    const struct measures *measures = query->measures;
    int64_t *times = heap_alloc(measures->succession_count, sizeof *times);
    uint32_t count = 0;
    for (uint32_t i = 0; i < measures->succession_count; i++) {
        const struct succession *it = &measures->successions[i];
        if (is_in_scope(query, it->system, it->lost)) {
            times[count++] = until_elected ? it->leaderless : it->time;
        }
    }
    *value = count > 0 ? (double)quantile_of(times, count, query->argument) / 1e9 : 0;
    free(times);
    return count > 0;
}

static bool value_first_term(const struct query *query, double *value) {
    const struct recorder *recorder = query->measures->recorder;
    for (uint32_t i = 0; query->is_all && i < recorder->tenure_count; i++) {
        if (is_in_scope(query, recorder->tenures[i].system, 0)) {
            *value = (double)recorder->tenures[i].seen.term;
            return true;
        }
    }
    return false;
}

static bool value_leaderless(const struct query *query, double *value) {
    return value_succession(query, true, value);
}

static bool value_election_time(const struct query *query, double *value) {
    return value_succession(query, false, value);
}

/* ---- Failure detection ---- */

enum { DETECTION_FIRST = 0, DETECTION_ALL = 2000 }; /* added to the permille */

/* Crashes of the window that were noticed at all. */
static bool value_detection(const struct query *query, double *value) {
    const struct detections *detections = &query->measures->recorder->detections;
    int64_t *times = heap_alloc(detections->count, sizeof *times);
    bool is_all = query->argument >= DETECTION_ALL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < detections->count; i++) {
        const struct detection *it = &detections->items[i];
        sim_time at = is_all ? it->all : it->first;
        bool is_ours = query->filter.system == FILTER_ANY || query->filter.system == it->system;
        if (is_ours && at != SIM_NEVER && window_has(query->filter.window, it->down)) {
            times[count++] = at - it->down;
        }
    }
    *value = count > 0 ? (double)quantile_of(times, count, query->argument % DETECTION_ALL) / 1e9 : 0;
    free(times);
    return count > 0;
}

static bool value_false_alarms(const struct query *query, double *value) {
    const struct detections *detections = &query->measures->recorder->detections;
    uint32_t count = 0;
    bool is_judged = false;
    for (uint32_t i = 0; i < query->measures->recorder->system_count; i++) {
        is_judged =
            is_judged || (detections->judges[i] && (query->filter.system == FILTER_ANY || query->filter.system == i));
    }
    for (uint32_t i = 0; i < detections->alarm_count; i++) {
        bool is_ours = query->filter.system == FILTER_ANY || query->filter.system == detections->alarms[i].system;
        count += is_ours && window_has(query->filter.window, detections->alarms[i].at);
    }
    *value = count;
    return is_judged;
}

bool measures_mistaken(const struct measures *measures, uint32_t system, uint32_t *count, node_id *by, node_id *about) {
    const struct detections *detections = &measures->recorder->detections;
    *count = 0;
    for (uint32_t i = 0; i < detections->burial_count; i++) {
        const struct burial *burial = &detections->burials[i];
        bool is_up =
            cluster_is_up(detections->cluster, burial->by) && cluster_is_up(detections->cluster, burial->about);
        if (is_up && cluster_system_of(detections->cluster, burial->about) == system) {
            *by = burial->by;
            *about = burial->about;
            ++*count;
        }
    }
    return detections->judges[system];
}

/* ---- The tables ---- */

enum { SCOPE_BOTH = SCOPE_WORKLOAD | SCOPE_SYSTEM };

const struct metric operation_metrics[] = {
    {"availability", value_availability, 0, SCOPE_BOTH, 0},
    {"throughput", value_throughput, 0, SCOPE_BOTH, 0},
    {"latency.mean", value_latency, MEAN, SCOPE_BOTH, 0},
    {"latency.p50", value_latency, 500, SCOPE_BOTH, 0},
    {"latency.p90", value_latency, 900, SCOPE_BOTH, 0},
    {"latency.p99", value_latency, 990, SCOPE_BOTH, 0},
    {"latency.p999", value_latency, 999, SCOPE_BOTH, 0},
    {"latency.max", value_latency, 1000, SCOPE_BOTH, 0},
    {NULL, NULL, 0, 0, 0},
};

const struct metric other_metrics[] = {
    {"read.stale.share", value_stale_share, 0, SCOPE_BOTH, GROUP_STALENESS},
    {"read.judged", value_judged, 0, SCOPE_BOTH, GROUP_STALENESS},
    {"read.staleness.p50", value_age, 500, SCOPE_BOTH, GROUP_STALENESS},
    {"read.staleness.p99", value_age, 990, SCOPE_BOTH, GROUP_STALENESS},
    {"read.staleness.p999", value_age, 999, SCOPE_BOTH, GROUP_STALENESS},
    {"read.staleness.max", value_age, 1000, SCOPE_BOTH, GROUP_STALENESS},
    {"read.versions_behind.p99", value_versions, 990, SCOPE_BOTH, GROUP_STALENESS},
    {"read.versions_behind.max", value_versions, 1000, SCOPE_BOTH, GROUP_STALENESS},
    {"t_visibility.p999", value_visibility, 0, SCOPE_BOTH, GROUP_VISIBILITY},
    {"write.lost", value_final, FINAL_LOST, 0, GROUP_FINAL},
    {"divergent.keys", value_final, FINAL_DIVERGENT, 0, GROUP_FINAL},
    {"side.availability", value_side, 0, SCOPE_SYSTEM, GROUP_SIDES},
    {"availability", value_uptime, UPTIME_SHARE, SCOPE_BOTH, GROUP_UPTIME},
    {"outage.count", value_uptime, UPTIME_COUNT, SCOPE_BOTH, GROUP_UPTIME},
    {"outage.longest", value_uptime, UPTIME_LONGEST, SCOPE_BOTH, GROUP_UPTIME},
    {"outage.total", value_uptime, UPTIME_TOTAL, SCOPE_BOTH, GROUP_UPTIME},
    {"mtbf", value_uptime, UPTIME_MTBF, SCOPE_BOTH, GROUP_UPTIME},
    {"mttr", value_uptime, UPTIME_MTTR, SCOPE_BOTH, GROUP_UPTIME},
    {"majority.availability", value_majority, 0, SCOPE_SYSTEM, GROUP_MAJORITY},
    {"convergence.time", value_convergence, 0, SCOPE_SYSTEM, GROUP_CONVERGENCE},
    {"election.count", value_election_count, 0, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.first", value_election_first, 0, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.first_term", value_first_term, 0, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.leaderless.p50", value_leaderless, 500, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.leaderless.p99", value_leaderless, 990, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.leaderless.max", value_leaderless, 1000, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.time.p50", value_election_time, 500, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.time.p99", value_election_time, 990, SCOPE_SYSTEM, GROUP_ELECTION},
    {"election.time.max", value_election_time, 1000, SCOPE_SYSTEM, GROUP_ELECTION},
    {"detection.time.p50", value_detection, DETECTION_FIRST + 500, SCOPE_SYSTEM, GROUP_DETECTION},
    {"detection.time.p99", value_detection, DETECTION_FIRST + 990, SCOPE_SYSTEM, GROUP_DETECTION},
    {"detection.time.max", value_detection, DETECTION_FIRST + 1000, SCOPE_SYSTEM, GROUP_DETECTION},
    {"detection.all.time.p50", value_detection, DETECTION_ALL + 500, SCOPE_SYSTEM, GROUP_DETECTION},
    {"detection.all.time.p99", value_detection, DETECTION_ALL + 990, SCOPE_SYSTEM, GROUP_DETECTION},
    {"detection.all.time.max", value_detection, DETECTION_ALL + 1000, SCOPE_SYSTEM, GROUP_DETECTION},
    {"detection.false", value_false_alarms, 0, SCOPE_SYSTEM, GROUP_DETECTION},
    {"messages_per_op", cost_traffic, TRAFFIC_MESSAGES_PER_OP, 0, GROUP_TRAFFIC},
    {"bytes_per_op", cost_traffic, TRAFFIC_BYTES_PER_OP, 0, GROUP_TRAFFIC},
    {"cross_region_bytes", cost_traffic, TRAFFIC_CROSS_REGION_BYTES, 0, GROUP_TRAFFIC},
    {"cross_region_bytes_per_op", cost_traffic, TRAFFIC_CROSS_REGION_BYTES_PER_OP, 0, GROUP_TRAFFIC},
    {"disk.syncs", cost_traffic, TRAFFIC_DISK_SYNCS, 0, GROUP_TRAFFIC},
    {"queue.length.mean", cost_queue, QUEUE_LENGTH, SCOPE_SYSTEM, GROUP_QUEUE},
    {"queue.wait.mean", cost_queue, QUEUE_WAIT, SCOPE_SYSTEM, GROUP_QUEUE},
    {"queue.number.mean", cost_queue, QUEUE_NUMBER, SCOPE_SYSTEM, GROUP_QUEUE},
    {"queue.sojourn.mean", cost_queue, QUEUE_SOJOURN, SCOPE_SYSTEM, GROUP_QUEUE},
    {"queue.utilisation", cost_queue, QUEUE_UTILISATION, SCOPE_SYSTEM, GROUP_QUEUE},
    {"cost.per_million_ops", cost_per_million, 0, 0, GROUP_COST},
    {NULL, NULL, 0, 0, 0},
};

/* ---- Finding ---- */

static const struct metric *find_metric(const struct metric *table, const char *name) {
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

static const struct metric *find_operation_metric(const char *name, uint32_t *kind) {
    for (uint32_t i = 0; i < OP_KIND_COUNT; i++) {
        const char *operation = operation_name((enum operation_kind)i);
        size_t length = strlen(operation);
        if (strncmp(name, operation, length) == 0 && name[length] == '.') {
            *kind = i;
            return find_metric(operation_metrics, name + length + 1);
        }
    }
    return NULL;
}

static bool is_prefix(const char *name, const char *prefix, size_t length) {
    return strlen(prefix) == length && strncmp(name, prefix, length) == 0;
}

/* Resolves "shop/" to a workload or, if there is none of that name, a system; returns what follows, or NULL. */
static const char *resolve_prefix(const char *name, struct query *query, uint32_t *scope) {
    const struct measures_config *config = query->filter.evidence->config;
    const struct cluster_config *cluster = cluster_configuration(query->measures->cluster);
    const char *slash = strchr(name, '/');
    *scope = 0;
    if (slash == NULL) {
        return name;
    }
    size_t length = (size_t)(slash - name);
    for (uint32_t i = 0; i < config->workload_count; i++) {
        if (is_prefix(name, config->workloads[i].name, length)) {
            query->filter.workload = i;
            *scope = SCOPE_WORKLOAD;
            return slash + 1;
        }
    }
    for (uint32_t i = 0; i < cluster->system_count; i++) {
        if (is_prefix(name, cluster->systems[i].name, length)) {
            query->filter.system = i;
            *scope = SCOPE_SYSTEM;
            return slash + 1;
        }
    }
    return NULL;
}

static bool value_consistent_at(const struct query *query, const char *offset, double *value) {
    char error[128];
    sim_time time;
    return units_read_duration(offset, &time, error, sizeof error) &&
           staleness_consistent_at(late_trials(query->measures), &query->filter, time, value);
}

bool measures_value(const struct measures *measures, const char *name, const struct window *window, double *value) {
    static const char consistency[] = "consistency.at.";
    struct query query = {
        .measures = measures,
        .filter = {&measures->evidence, window, FILTER_ANY, FILTER_ANY, FILTER_ANY},
        .is_all = window->name != NULL && strcmp(window->name, "all") == 0,
    };
    uint32_t scope;
    const char *rest = resolve_prefix(name, &query, &scope);
    if (rest == NULL) {
        return false;
    }
    if (strncmp(rest, consistency, sizeof consistency - 1) == 0) {
        return value_consistent_at(&query, rest + sizeof consistency - 1, value);
    }
    const struct metric *metric = find_metric(other_metrics, rest);
    if (metric == NULL) {
        metric = find_operation_metric(rest, &query.filter.kind);
    }
    if (metric == NULL) {
        return scope != SCOPE_WORKLOAD &&
               own_value(&measures->own, cluster_configuration(measures->cluster), rest, &query.filter, value);
    }
    if ((scope & ~metric->scopes) != 0) {
        return false;
    }
    query.argument = metric->argument;
    return metric->value(&query, value);
}
