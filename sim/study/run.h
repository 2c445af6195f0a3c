/* One run: a scenario with a seed, from the first event to the verdict. */
#ifndef SIM_STUDY_RUN_H
#define SIM_STUDY_RUN_H

#include "sim/check/invariant.h"
#include "sim/check/linear.h"
#include "sim/engine/snapshot.h"
#include "sim/load/load.h"
#include "sim/measure/measure.h"
#include "sim/scenario/scenario.h"

struct run_check {
    const char *name;  /* "linearizable", "election-safety" */
    uint32_t system;   /* index, of an invariant; UINT32_MAX: of the whole */
    uint16_t workload; /* index, of a check of histories; UINT16_MAX */
    bool was_asked;    /* named by an expectation */
    bool violation_expected;
    struct check_result result;
};

struct run_expectation {
    const struct expectation *expectation;
    enum verdict verdict;
    bool has_value;
    double value;     /* of a metric or of touched.total */
    char detail[256]; /* what was found, for people */
};

struct run_progress {
    sim_time now, duration;
    uint64_t events;
};

struct run_options {
    uint64_t tie_salt;      /* instead of the scenario's; 0: the scenario's */
    bool keep_probes;       /* for the trace and pictures */
    bool stop_at_violation; /* of an invariant: for hunts, which need no measures */
    uint64_t linear_steps;  /* budget; 0: the default */
    /* Called about every 100000 events; false stops the run. NULL: nobody. */
    bool (*progress)(void *context, const struct run_progress *progress);
    void *progress_context;
};

/* All that is known after a run. The world stays alive in it, for measures that are asked for later. */
struct run {
    const struct scenario *scenario;
    uint64_t seed;
    struct world *world;
    struct cluster *cluster;
    struct load *load;
    struct measures *measures;
    struct run_check *checks;
    uint32_t check_count;
    struct run_expectation *expectations;
    uint32_t expectation_count;
    const struct probe *probes; /* in order, when kept */
    uint32_t probe_count, probe_capacity;
    struct arena *probe_stream; /* when kept */
    enum verdict verdict; /* of all: violated if an expectation or invariant broke, else inconclusive, else holds */
    uint64_t trace_hash, events;
    sim_time ended;
    bool was_stopped; /* by the progress function */
    bool is_warm;     /* the warm-up is over, and traffic is counted */
    struct cluster_config cluster_config;
    struct load_config load_config;
    struct measures_config measures_config;
    struct invariants **invariants; /* one per system */
    struct pacelc **pacelc;         /* one per system, by pacelc.h; NULL until asked for */
    struct run_options options;
};

/* True if a check is violated that no expectation named as such. What breaks at or after the time of an expected
 * violation is its consequence: a cluster with two leaders keeps no promise. */
bool run_check_is_unexpected(const struct run *run, const struct run_check *check);

/* Whether a run keeps one expectation about a check or a label, also of one over many seeds. */
enum verdict run_judge_check(struct run *run, const struct expectation *expectation);

/* Invariants are always judged, the other checks if an expectation names them. */
struct run *run_execute(const struct scenario *scenario, const struct run_options *options);
void run_free(struct run *run);

/* A world that is ready to run, and what belongs to it; run_execute is run_prepare, run_advance to the end and
 * run_conclude. */
struct run *run_prepare(const struct scenario *scenario, const struct run_options *options);
/* Executes events up to and including time `until`, `most` of them at most; returns how many. */
uint64_t run_advance(struct run *run, sim_time until, uint64_t most);
/* All of them up to `until`, with calls of the progress function. */
void run_until(struct run *run, sim_time until);
void run_conclude(struct run *run);

/* The run as it is now, before its conclusion; and back to there, also after it: then it goes on as if nothing had
 * happened since, results included. Everything in sim/engine/snapshot.h holds for it. */
struct snapshot *run_save(struct run *run, const struct snapshot *like);
void run_restore(struct run *run, const struct snapshot *snapshot);

/* Runs two worlds of the scenario side by side, an event at a time. True if they never differ; else the first two
 * differing events are described in `report`. */
bool run_is_deterministic(const struct scenario *scenario, const struct run_options *options, struct text *report);

#endif
