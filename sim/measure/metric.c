#include "sim/measure/metric.h"

#include "sim/base/units.h"
#include "sim/measure/own.h"

#include <string.h>

#define OPERATION(op)                                                                                                  \
    op ".latency.mean", op ".latency.p50", op ".latency.p90", op ".latency.p99", op ".latency.p999",                   \
        op ".latency.max", op ".availability", op ".throughput"

/* "consistency.at." takes any offset; these are examples of it. */
const char *const metric_names[] = {OPERATION("read"),
                                    OPERATION("write"),
                                    OPERATION("cas"),
                                    OPERATION("increment"),
                                    OPERATION("append"),
                                    OPERATION("request"),
                                    "read.stale.share",
                                    "read.judged",
                                    "read.staleness.p50",
                                    "read.staleness.p99",
                                    "read.staleness.p999",
                                    "read.staleness.max",
                                    "read.versions_behind.p99",
                                    "read.versions_behind.max",
                                    "consistency.at.0ms",
                                    "consistency.at.5ms",
                                    "t_visibility.p999",
                                    "side.availability",
                                    "write.lost",
                                    "divergent.keys",
                                    "outage.count",
                                    "outage.longest",
                                    "outage.total",
                                    "availability",
                                    "mtbf",
                                    "mttr",
                                    "majority.availability",
                                    "convergence.time",
                                    "messages_per_op",
                                    "bytes_per_op",
                                    "cross_region_bytes",
                                    "cross_region_bytes_per_op",
                                    "disk.syncs",
                                    "queue.length.mean",
                                    "queue.wait.mean",
                                    "queue.number.mean",
                                    "queue.sojourn.mean",
                                    "queue.utilisation",
                                    "cost.per_million_ops",
                                    "election.count",
                                    "election.first",
                                    "election.first_term",
                                    "election.leaderless.p50",
                                    "election.leaderless.p99",
                                    "election.leaderless.max",
                                    "election.time.p50",
                                    "election.time.p99",
                                    "election.time.max",
                                    "detection.time.p50",
                                    "detection.time.p99",
                                    "detection.time.max",
                                    "detection.all.time.p50",
                                    "detection.all.time.p99",
                                    "detection.all.time.max",
                                    "detection.false",
                                    NULL};

static const char consistency_prefix[] = "consistency.at.";

static bool starts_with(const char *name, const char *start) {
    return strncmp(name, start, strlen(start)) == 0;
}

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), end_length = strlen(end);
    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

static const char *without_workload(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

bool metric_is_known(const char *name) {
    for (size_t i = 0; metric_names[i] != NULL; i++) {
        if (strcmp(metric_names[i], name) == 0) {
            return true;
        }
    }
    char error[128];
    int64_t offset;
    return starts_with(name, consistency_prefix) &&
           units_read_duration(name + strlen(consistency_prefix), &offset, error, sizeof error) && offset >= 0;
}

bool metric_find_own(const char *name, const struct model *model, uint32_t *metric, uint32_t *statistic) {
    size_t length = strlen(model->name);
    if (model->metrics == NULL || strncmp(name, model->name, length) != 0 || name[length] != '.') {
        return false;
    }
    name += length + 1;
    for (uint32_t m = 0; model->metrics[m].name != NULL; m++) {
        length = strlen(model->metrics[m].name);
        if (strncmp(name, model->metrics[m].name, length) != 0 || name[length] != '.') {
            continue;
        }
        for (uint32_t s = 0; own_statistics[s] != NULL; s++) {
            if (strcmp(name + length + 1, own_statistics[s]) == 0) {
                *metric = m;
                *statistic = s;
                return true;
            }
        }
    }
    return false;
}

/* "gossip.detection.time.p99" for ".time": a statistic in the unit of a metric of a model's own with such a name. */
static bool is_own_of(const char *name, const char *kind) {
    const char *last = strrchr(name, '.');
    size_t length = strlen(kind);
    return last != NULL && (size_t)(last - name) > length && strncmp(last - length, kind, length) == 0 &&
           strcmp(last, ".count") != 0 && strcmp(last, ".variation") != 0;
}

bool metric_is_scaled(const char *name) {
    return is_own_of(name, ".time") || is_own_of(name, ".share");
}

bool metric_is_duration(const char *name) {
    static const char *const whole[] = {
        "outage.longest",  "outage.total",       "mtbf",          "mttr", "convergence.time",
        "queue.wait.mean", "queue.sojourn.mean", "election.first"};
    name = without_workload(name);
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (strcmp(whole[i], name) == 0) {
            return true;
        }
    }
    return strstr(name, ".latency.") != NULL || starts_with(name, "read.staleness.") ||
           starts_with(name, "t_visibility.") || is_own_of(name, ".time") || starts_with(name, "election.leaderless.");
}

bool metric_is_share(const char *name) {
    name = without_workload(name);
    return strcmp(name, "availability") == 0 || strcmp(name, "queue.utilisation") == 0 ||
           ends_with(name, ".availability") || ends_with(name, ".share") || is_own_of(name, ".share") ||
           starts_with(name, consistency_prefix);
}
