/* The story of a run: what happened, in a dozen lines at most, from probes, faults and verdicts. */
#ifndef SIM_STUDY_STORY_H
#define SIM_STUDY_STORY_H

#include "sim/study/run.h"

enum { STORY_LINES = 12 };

struct story_line {
    sim_time at;
    bool is_violation;
    char text[240]; /* a sentence without a full stop */
};

struct story {
    struct story_line lines[STORY_LINES];
    uint32_t count;
    uint32_t left_out; /* events between the first and the last lines that had no place */
    uint32_t gap;      /* they stand before this line */
};

/* What an occurrence of a fault did: "2 nodes hit, 3 writes lost"; "it touched nothing". */
void story_touched(const struct fault_config *fault, const struct fault_occurrence *occurrence, char *text,
                   size_t size);

void story_tell(const struct run *run, struct story *story);

#endif
