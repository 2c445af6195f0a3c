/* What the rows of a timeline share; for timeline.c and timeline_lanes.c. */
#ifndef VIZ_TIMELINE_INTERNAL_H
#define VIZ_TIMELINE_INTERNAL_H

#include "viz/chart.h"

enum { TIMELINE_MOST_BANDS = 60 };

struct timeline {
    struct canvas *canvas;
    const struct facts *facts;
    struct rect plot; /* of all rows together */
    struct chart_axis time;
};

double timeline_x(const struct timeline *line, sim_time at);

/* The rows of names: faults, and who led. */
void timeline_draw_faults(const struct timeline *line, struct rect row);
void timeline_draw_leaders(const struct timeline *line, struct rect row);
double timeline_fault_height(const struct facts *facts);

/* Behind all rows. So many faults that their bands would be a pattern of their own stay in their row. */
void timeline_draw_bands(const struct timeline *line);

#endif
