/* Measures of a run beyond its metrics, for studies of the statistics themselves. */
#ifndef SIM_STUDY_EXTRA_H
#define SIM_STUDY_EXTRA_H

#include "sim/study/run.h"

struct extra {
    const char *name;
    /* Calls `add` with what it finds: name, value. */
    void (*measure)(const struct run *run, void (*add)(void *context, const char *name, double value), void *context);
};

extern const struct extra extras[]; /* ends with a NULL name */

const struct extra *extra_find(const char *name); /* NULL: none of that name */

#endif
