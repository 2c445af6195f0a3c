/* Results of many runs made by hand, for tests of their pictures. */
#ifndef TESTS_VIZ_MADE_MANY_H
#define TESTS_VIZ_MADE_MANY_H

#include "viz/many.h"

struct many_shape {
    uint32_t axes;      /* what varies; 0: designs, or one point */
    uint32_t values[3]; /* of each axis */
    uint32_t points;    /* without axes */
    uint32_t runs;      /* at each point; 1: intervals are infinite */
    bool is_word;       /* values of the first axis are words */
    bool has_long_names;
    bool is_wide;       /* values over four decades */
    bool has_no_values; /* as in the JSON of a comparison */
    bool has_gaps;      /* every third point has no runs with a value */
    bool has_no_metrics;
    bool has_labels; /* of PACELC */
};

struct many *made_many(const struct many_shape *shape);

#endif
