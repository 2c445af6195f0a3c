/* Measures of a run: metrics by name and window, computed from the history, the probes and the cluster's counters.
 *
 * While the run goes on, a recorder notes leadership, crashes, applied indices and faults; after it, metrics are
 * computed from the record and the history when they are asked for. Durations are in seconds. A metric without
 * samples has no value. */
#ifndef SIM_MEASURE_MEASURE_H
#define SIM_MEASURE_MEASURE_H

#include "sim/base/text.h"
#include "sim/load/load.h"
#include "sim/measure/metric.h"

/* Time intervals, ascending and disjoint: a window may have several. */
struct interval {
    sim_time from, until; /* from <= t < until */
};

struct window {
    const char *name; /* "all", "partition", "healing", "connected", a fault's or phase's name */
    const struct interval *intervals;
    uint32_t count;
};

struct measures;

/* The prices that cost.per_million_ops knows, ends with NULL: of a node for an hour, of a GiB between regions, of a GiB
 * sent at all, of a GiB written to disk, of a million disk syncs. */
extern const char *const measures_price_names[];

struct measures_config {
    const struct workload_config *workloads;
    uint32_t workload_count;
    const struct phase_config *phases;
    uint32_t phase_count;
    const struct fault_config *faults; /* the same as the cluster's */
    uint32_t fault_count;
    const struct price *prices;
    uint32_t price_count;
    sim_time warmup, duration, outage_after;
};

/* Made before cluster_start; observes the cluster. */
struct measures *measures_new(struct cluster *cluster, const struct load *load, const struct measures_config *config);

/* The next moment at which the run has to pause, after all events of that instant, for measures_mark: counters are read
 * where windows begin and end, and replicas are compared after a partition, whose end interrupts world_run once this
 * was asked. SIM_NEVER: none. */
sim_time measures_next_mark(struct measures *measures);
void measures_mark(struct measures *measures);

/* From now on, or until now, may be a window of its own: the cluster's counters are noted. */
void measures_note(struct measures *measures);

/* After the run (and load_finish), once: computes the windows; the rest when it is asked for. A run that was
 * stopped early ends at the world's present time, and its windows with it. All that follows is asked after it. */
void measures_finish(struct measures *measures);

/* Frees what measures_finish computed, which lies outside of the world's arenas; before world_free. */
void measures_free(struct measures *measures);

uint32_t measures_window_count(const struct measures *measures);
const struct window *measures_window(const struct measures *measures, uint32_t index);
const struct window *measures_find_window(const struct measures *measures, const char *name); /* NULL: none */

/* The value of metric `name` ("read.latency.p99", "shop/write.availability") in a window; false when it has no samples
 * or makes no sense in that window. `from`/`until` windows are given by a window made by the caller, whose name may be
 * NULL. A prefix names a workload or, if there is none of that name, a system: its operations, queues or elections. */
bool measures_value(const struct measures *measures, const char *name, const struct window *window, double *value);

/* The names of the metrics that make sense for this run, in a fixed order: those a summary lists. */
uint32_t measures_metric_count(const struct measures *measures);
const char *measures_metric_name(const struct measures *measures, uint32_t index);

/* What the clients on one side of a partition met while it held (sides.h). Counts are of operations invoked then. */
struct partition_side {
    uint32_t system;
    const node_id *nodes; /* ascending; live as long as the run */
    uint32_t node_count;
    bool lives;                                                    /* a node of it was up at a time */
    uint32_t clients;                                              /* that asked for something */
    uint64_t asked[OP_KIND_COUNT], served[OP_KIND_COUNT];          /* while it lived; served: within the deadline */
    double latency_p50[OP_KIND_COUNT], latency_p99[OP_KIND_COUNT]; /* seconds, of what succeeded; -1: nothing did */
    uint64_t reads, stale_reads;                                   /* reads that can be judged, and those stale */
};
/* Sides in the order of their first appearance. `measures_side_other` is of the clients that were on no side. */
uint32_t measures_side_count(const struct measures *measures);
const struct partition_side *measures_side(const struct measures *measures, uint32_t index);
const struct partition_side *measures_side_other(const struct measures *measures);

/* Stale reads among those of a window that can be judged, of one system's workloads. */
struct stale_reads {
    uint64_t reads, stale;
};
struct stale_reads measures_stale_reads(const struct measures *measures, const struct window *window, uint32_t system);

/* Leadership as it was seen: for stories, timelines and pictures. */
struct leadership {
    node_id leader;
    uint64_t term;
    sim_time from, until; /* until it lost the role, crashed, or the run ended */
};
uint32_t measures_leadership_count(const struct measures *measures);
const struct leadership *measures_leadership(const struct measures *measures, uint32_t index);

/* Of a system whose nodes judge one another: how many take a live node for failed now, each counted for each whom it
 * buries; an example in `*by` and `*about`. False if nobody has suspected anybody so far. */
bool measures_mistaken(const struct measures *measures, uint32_t system, uint32_t *count, node_id *by, node_id *about);

/* Time series of the operations, in equal buckets: for plots and series.csv. */
struct series_bucket {
    sim_time from;
    uint32_t ok[OP_KIND_COUNT], failed[OP_KIND_COUNT], unknown[OP_KIND_COUNT]; /* by invocation */
    double latency_p50[OP_KIND_COUNT], latency_p99[OP_KIND_COUNT];             /* seconds; -1 without samples */
    uint32_t stale_reads;
};
/* `*count` buckets of `width` over the whole run; free() the result. */
struct series_bucket *measures_series(const struct measures *measures, sim_time width, uint32_t *count);

#endif
