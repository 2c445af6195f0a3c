/* What the steps of shrinking share. Of sim/study/shrink*.c only. */
#ifndef SIM_STUDY_SHRINK_PARTS_H
#define SIM_STUDY_SHRINK_PARTS_H

#include "sim/study/shrink.h"

#include <cjson/cJSON.h>

struct shrink {
    const struct shrink_options *options;
    const char *path; /* of the scenario, for messages */
    struct fingerprint wanted;
    cJSON *best;        /* the smallest tree so far that fails in the wanted way */
    sim_time failed_at; /* of it; -1: unknown */
    struct shrink_progress progress;
    uint64_t more_seeds; /* that a candidate may be tried with, besides its own */
    bool blames_bug;     /* a rule was broken on purpose, and nothing failed if it were kept */
    bool is_over;        /* no more runs */
};

/* Takes the candidate: if it fails in the wanted way it becomes the best, else it is deleted. */
bool shrink_try(struct shrink *shrink, cJSON *candidate);

/* A copy of the best, to change and try. */
cJSON *shrink_copy(const struct shrink *shrink);

/* Delta debugging of the array that `find` finds in a tree: takes away as many elements as it can. */
void shrink_array(struct shrink *shrink, cJSON *(*find)(cJSON *root));

/* All occurrences of a fault at once, fault by fault. */
void shrink_fault_origins(struct shrink *shrink);

/* Each goes once over its topic; true if something got smaller. */
bool shrink_faults(struct shrink *shrink);
bool shrink_nodes(struct shrink *shrink);
bool shrink_machines(struct shrink *shrink); /* parameters, disks, clocks, service times */
bool shrink_network(struct shrink *shrink);
bool shrink_load(struct shrink *shrink);
bool shrink_times(struct shrink *shrink);

#endif
