/* What the files of this folder share about a run. Not for other folders. */
#ifndef SIM_MEASURE_INTERNAL_H
#define SIM_MEASURE_INTERNAL_H

#include "sim/measure/election.h"
#include "sim/measure/lost.h"
#include "sim/measure/marks.h"
#include "sim/measure/outage.h"
#include "sim/measure/sides.h"
#include "sim/measure/staleness.h"
#include "sim/measure/windows.h"

struct names {
    char **items;
    uint32_t count, capacity;
};

struct side_table {
    struct partition_side *items;
    uint32_t count;
    struct partition_side other;
};

/* What a filter chose last of some samples, by the run's windows: metrics ask for one quantile of all windows, then for
 * the next. Behind them a place for the windows of others. */
struct choices {
    struct filter filter; /* its window means nothing */
    const struct samples *samples;
    struct chosen *items; /* NULL: nothing was chosen yet */
    bool *are_made;
};

/* The same of outages. */
struct uptime {
    struct filter filter;
    struct outages *items;
    bool *are_made, *were_asked; /* were_asked: an operation was under way in the window */
};

/* What takes a walk over the whole history: made when it is first asked for, because much of it never is. On the C
 * heap. */
struct late {
    bool has_stories, has_latency, has_completions, has_staleness, has_trials, has_sides, has_names;
    struct choices choices;
    struct uptime uptime;
    struct stories stories;
    struct samples latency, completions, trials;
    struct staleness staleness;
    struct side_table sides;
    struct names names;
};

struct measures {
    struct cluster *cluster;
    const struct load *load;
    struct recorder *recorder;
    struct sides *sides;
    struct marks *marks;
    struct evidence evidence;
    /* From here on: made by measures_finish, on the C heap. */
    struct fault_occurrence *occurrences;
    struct windows windows;
    struct heal *heals; /* of systems that can be seen to converge */
    uint32_t heal_count;
    bool *sees; /* by system */
    struct late *late;
    struct own_samples own; /* sorted */
    struct succession *successions;
    uint32_t succession_count;
};

/* late.c */
const struct stories *late_stories(const struct measures *measures);
const struct samples *late_latency(const struct measures *measures);
const struct samples *late_completions(const struct measures *measures);
const struct samples *late_trials(const struct measures *measures);
const struct staleness *late_staleness(const struct measures *measures);
const struct side_table *late_sides(const struct measures *measures);
/* The values that a filter takes of samples that are one of the above; valid until the next call. */
const struct chosen *late_choose(const struct measures *measures, const struct samples *samples,
                                 const struct filter *filter);
/* NULL if no operation was under way in the window; valid until the next call. */
const struct outages *late_outages(const struct measures *measures, const struct filter *filter);
const struct names *late_names(const struct measures *measures);
void late_free(struct measures *measures); /* before its windows */

/* A metric that was asked for, its name's prefix resolved. */
struct query {
    const struct measures *measures;
    struct filter filter; /* its window, workload and system; of OP metrics, the kind, too */
    uint32_t argument;    /* as the table of metrics says */
    bool is_all;          /* the window is "all" */
};

/* cost.c: from the cluster's counters. Traffic is known for the windows at whose borders they were read (marks.h),
 * queues and money only for the whole time after the warm-up. */
enum traffic_metric {
    TRAFFIC_MESSAGES_PER_OP,
    TRAFFIC_BYTES_PER_OP,
    TRAFFIC_CROSS_REGION_BYTES,
    TRAFFIC_CROSS_REGION_BYTES_PER_OP,
    TRAFFIC_DISK_SYNCS
};
bool cost_traffic(const struct query *query, double *value);
enum queue_metric { QUEUE_LENGTH, QUEUE_WAIT, QUEUE_NUMBER, QUEUE_SOJOURN, QUEUE_UTILISATION };
bool cost_queue(const struct query *query, double *value);
bool cost_per_million(const struct query *query, double *value);

/* final.c: the values that a cluster's live nodes hold. `measures` is to outlive the result. */
struct finals final_values(const struct measures *measures);

/* names.c: those that a summary lists. */
struct names names_make(const struct measures *measures);

/* value.c: the metrics that the names of a summary come from, in their order. */
enum metric_group {
    GROUP_STALENESS,
    GROUP_SIDES,
    GROUP_VISIBILITY,
    GROUP_FINAL,
    GROUP_UPTIME,
    GROUP_MAJORITY,
    GROUP_CONVERGENCE,
    GROUP_ELECTION,
    GROUP_DETECTION,
    GROUP_TRAFFIC,
    GROUP_QUEUE,
    GROUP_COST
};
enum { SCOPE_WORKLOAD = 1, SCOPE_SYSTEM = 2 }; /* which prefixes a metric may have */
struct metric {
    const char *name; /* of metrics of operations: what follows "OP." */
    bool (*value)(const struct query *query, double *value);
    uint32_t argument;
    uint32_t scopes;
    enum metric_group group;
};
extern const struct metric operation_metrics[]; /* each ends with a NULL name */
extern const struct metric other_metrics[];

#endif
