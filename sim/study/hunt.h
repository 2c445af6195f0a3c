/* A hunt: scenario after scenario drawn by the swarm, on worker processes, until something breaks.
 *
 * A failure is an invariant or check that broke, or a run that took its process down. Failures of the same fingerprint
 * are one finding. Which failure is reported first depends on the seeds alone: of those that fail the lowest, however
 * many workers there are (unless time ran out). */
#ifndef SIM_STUDY_HUNT_H
#define SIM_STUDY_HUNT_H

#include "sim/study/swarm.h"
#include "sim/study/trial.h"

struct hunt_finding {
    uint64_t seed;  /* the lowest that fails so */
    uint64_t seeds; /* how many did */
    struct trial trial;
    double wall_s; /* since the hunt began */
};

/* A seed whose run was neither good nor bad: a checker ran out of its budget, or had nothing to judge. */
struct hunt_doubt {
    uint64_t seed;
    char check[40];
    char why[160];
};

struct hunt_progress {
    uint64_t runs, inconclusive, failed; /* so far */
    uint64_t events;
    double simulated_s, wall_s;
    uint32_t findings;
};

struct hunt_options {
    const struct swarm_options *swarm;
    uint64_t seed_first, seed_last;
    double seconds; /* of wall-clock time; 0: until the seeds are through */
    uint32_t jobs;  /* 0: one a core */
    bool finds_all; /* goes on after a failure */
    bool (*progress)(void *context,
                     const struct hunt_progress *progress); /* after each run; false stops. NULL: nobody */
    void *progress_context;
};

enum { HUNT_MOST_FINDINGS = 64 };

struct hunt_result {
    struct hunt_progress totals;
    struct hunt_finding findings[HUNT_MOST_FINDINGS]; /* by their seeds; further kinds of failure count as failed */
    uint32_t finding_count;
    struct hunt_doubt *doubts; /* by their seeds; free() them */
    uint32_t doubt_count, doubt_capacity;
};

void hunt_run(const struct hunt_options *options, struct hunt_result *result);

/* A finding as a scenario that fails by itself: its faults are single ones at fixed times on named nodes if it fails
 * so, else they are as they were drawn. */
void hunt_scenario(const struct hunt_options *options, const struct hunt_finding *finding, struct text *out);

#endif
