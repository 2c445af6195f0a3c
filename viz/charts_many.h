/* The charts of many runs, one function each: they draw into `area`, and say so where there is nothing to show. */
#ifndef VIZ_CHARTS_MANY_H
#define VIZ_CHARTS_MANY_H

#include "viz/canvas.h"
#include "viz/chart.h"
#include "viz/many.h"

typedef void (*many_chart)(struct canvas *canvas, struct rect area, const struct many *many,
                           const struct many_choice *choice);

/* Means over a varied parameter, a panel a metric, a line for each combination of the other parameters, with 95 %
 * bands. */
void sweep_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice);
/* The mean of one metric over two varied parameters. */
void heat_map_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice);
/* Latency against staleness or availability, or the two metrics that were asked for; the front is marked. */
void pareto_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice);
/* The quadrant of PACELC. */
void pacelc_many_draw(struct canvas *canvas, struct rect area, const struct many *many,
                      const struct many_choice *choice);
/* Designs, or points of a sweep, side by side: a panel a metric, means with their intervals. */
void designs_draw(struct canvas *canvas, struct rect area, const struct many *many, const struct many_choice *choice);
/* Distribution of one metric over the seeds, of elections where nobody says, with its 95 % band. */
void over_seeds_draw(struct canvas *canvas, struct rect area, const struct many *many,
                     const struct many_choice *choice);

/* ---- What these charts share ---- */

enum { MANY_PANELS = 6 };

/* Splits an area into `count` panels of equal size, side by side or below one another as fits best, none higher than
 * `most`. */
void many_panels(struct rect area, uint32_t count, double most, struct rect *panels);

/* An axis for all means and intervals of a metric that `low`..`high` holds: from 0 where that shows enough, logarithmic
 * over more than a decade and a half. `does_not_start_at_0` tells what a note has to. */
struct chart_axis many_axis_for(const struct many_metric *metric, const char *title, double low, double high,
                                bool *does_not_start_at_0);

/* The least and the largest end of all finite intervals; false if there is no value. */
bool many_range(const struct many *many, const struct many_metric *metric, double *low, double *high);

/* "write.latency.p99", with " in WINDOW" unless it is the whole run. */
void many_title(const struct many_metric *metric, char *text, size_t size);

/* "3.2 ms, 95 %: 3.1 ms to 3.4 ms, 20 runs" */
void many_value_text(const struct many_metric *metric, const struct many_value *value, char *text, size_t size);

/* Why a choice came to nothing. */
const char *many_why_empty(const struct many_choice *choice);

#endif
