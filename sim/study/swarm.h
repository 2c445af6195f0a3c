/* Swarm testing: whole scenarios drawn at random, each from one seed.
 *
 * A seed draws the size of the cluster, parameters, disks, clocks, network, clients, the order of simultaneous events,
 * and a mix of faults in which some kinds are off and some are heavy: a run with all kinds at once hides what a run
 * with few of them shows (Groce et al., Swarm Testing, ISSTA 2012). Besides single faults there are volleys of them
 * that follow each other within the time of an election. Some seeds stay near the edge of a claim (its boundaries), on
 * the near side. Faults come in the first part of the run, the storm; in some seeds a minority stays ill in a lull
 * after it, while nothing else happens; then all faults have ended, and the system must make progress. Draws are
 * addressed by topic, so that a new kind of fault leaves the rest of a seed's scenario as it was. The drawn scenario is
 * text in the scenario language, and needs nothing else. */
#ifndef SIM_STUDY_SWARM_H
#define SIM_STUDY_SWARM_H

#include "sim/scenario/scenario.h"

struct swarm_options {
    const struct model_list *models;
    const struct model *model; /* a system of this model, or NULL: */
    const char *scenario;      /* resolved text of a scenario, whose systems, network and workloads stay as they are */
    const char *scenario_path; /* for messages */
    const char *const *params; /* with a model: parameters set by the user, "bug=R01" */
    uint32_t param_count;
    /* With a model: draws what this takes, little else, and expects its check alone; NULL: none. */
    const struct boundary *boundary;
    bool goes_beyond; /* also faults under which the models claim nothing, and clocks beyond their bound */
};

/* The scenario of a seed; its text is in `resolved`. NULL with messages if the options cannot make a good one. Free
 * with scenario_free. */
struct scenario *swarm_draw(const struct swarm_options *options, uint64_t seed, struct text *errors);

/* What was drawn, in lines for people. */
void swarm_describe(const struct scenario *scenario, struct text *out);

#endif
