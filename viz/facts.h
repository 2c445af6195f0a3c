/* What the pictures show of a whole run: plain data, taken from a finished run or made by hand in tests. Charts read
 * this and nothing else. Times are in nanoseconds, as in the run. */
#ifndef VIZ_FACTS_H
#define VIZ_FACTS_H

#include "sim/study/run.h"
#include "sim/study/story.h"

#include "viz/reduce.h"
#include "viz/theme.h"

struct fact_node {
    const char *name;            /* "store/3" */
    uint32_t system, region;     /* CONFIG_NO_REGION: none */
    struct queue_measures queue; /* after the warm-up */
    bool has_queue;              /* its system has service times, so that its cores can be busy */
};

struct fact_fault {
    const char *name;
    enum fault_kind kind;
    sim_time from, until; /* until the end of the run if it never ended */
    uint64_t touched;
    char what[80]; /* it touched: "4.24 k messages stopped"; "": not known */
};

struct fact_point {
    double x, y;
};

/* PACELC of a system that clients ask, in a run with a partition. */
struct fact_pacelc {
    char system[64], label[8];
    char partition_why[384], else_why[384];
    double served;    /* by the worst side; NAN: none was judged */
    double stale;     /* share of the reads, without a partition; NAN: none was judged */
    double latency_s; /* without a partition; NAN: no operation succeeded */
    const char *latency;
};

enum { FACT_MOST_PACELC = 8 };

struct facts {
    const char *title;
    const char *question; /* or NULL */
    uint64_t seed;
    sim_time duration, warmup;
    enum verdict verdict;
    const char *const *regions;
    uint32_t region_count;
    const char **systems;
    bool *has_leader; /* beside systems */
    uint32_t system_count;
    struct fact_node *nodes;
    uint32_t node_count;
    uint32_t client_count;
    const uint32_t *client_regions; /* one per client; NULL: none has one */
    struct fact_fault *faults;      /* by beginning */
    uint32_t fault_count;
    struct leadership *reigns; /* by beginning */
    uint32_t reign_count;
    const struct operation *operations; /* by invocation */
    uint32_t operation_count;
    uint32_t *stale; /* stale reads in stale_count equal buckets of the whole duration */
    uint32_t stale_count;
    struct fact_point *consistency; /* of a staleness workload: share of consistent reads (y) at an age (x, seconds) */
    uint32_t consistency_count;
    double stale_share;
    bool has_stale_share; /* there were reads to judge */
    bool has_staleness;   /* and it is known how stale they were */
    double staleness_p99_s, staleness_most_s, versions_most;
    bool has_violation; /* a check is violated, maybe as expected */
    struct fact_pacelc pacelc[FACT_MOST_PACELC];
    uint32_t pacelc_count;
    struct story story;
};

/* The run must live as long as its facts; what is judged on request only, such as PACELC, is judged now. */
struct facts *facts_of_run(struct run *run);
/* Of a run that was prepared and no more: title, times, nodes and clients, for facts that come from elsewhere. */
struct facts *facts_of_prepared(const struct run *run);

/* The consistency of a staleness workload at its offsets, by the metrics of the whole run. */
typedef bool (*fact_metric)(const void *context, const char *name, double *value);
void facts_take_staleness(struct facts *facts, fact_metric metric, const void *context);
void facts_take_consistency(struct facts *facts, const struct scenario *scenario, fact_metric metric,
                            const void *context);

void facts_free(struct facts *facts);

/* ---- What several charts ask ---- */

double fact_seconds(sim_time time);

/* Kinds of operations in two groups with a colour each: those that read, and those that change something. */
enum fact_group { GROUP_READS, GROUP_WRITES, GROUP_COUNT };
enum fact_group fact_group_of(uint8_t kind);
enum ink fact_group_ink(enum fact_group group);
/* "reads"; "writes", or "increments", "appends", "requests" if the run has only those. NULL: the run has none. */
const char *fact_group_name(const struct facts *facts, enum fact_group group);

/* Latencies in seconds of the operations that succeeded, by their invocation; those of the warm-up only with
 * `with_warmup`. free() the result. */
struct sample *fact_latencies(const struct facts *facts, enum fact_group group, bool with_warmup, size_t *count);

/* What became of the operations invoked in each of `columns` equal parts of from..until. free() the result. */
struct fact_outcomes {
    uint32_t ok, failed, unknown;
};
struct fact_outcomes *fact_outcomes(const struct facts *facts, sim_time from, sim_time until, uint32_t columns);

/* Stale reads per second in each slice of the run, NAN for a last one that is too short. free() the result. */
double *fact_stale_rates(const struct facts *facts, struct slices slices);

/* "HOLDS", and its colour. */
const char *fact_verdict(const struct facts *facts, enum ink *ink);
/* What the verdict alone does not say: that it holds because the violation that was expected took place. NULL: nothing.
 */
const char *fact_verdict_note(const struct facts *facts);
/* The same in each slice of the whole run. */
struct fact_outcomes *fact_slice_outcomes(const struct facts *facts, struct slices slices);

bool fact_is_moment(const struct fact_fault *fault); /* it has no length: a clock jumps */

#endif
