/* The charts, one function each: they draw into `area`, and say so where there is nothing to show. */
#ifndef VIZ_CHARTS_H
#define VIZ_CHARTS_H

#include "viz/canvas.h"
#include "viz/facts.h"
#include "viz/tracer.h"

/* ---- Of a whole run ---- */

/* Faults, leadership, availability, throughput, latency and stale reads over one axis of time. `playhead`: -1 for none.
 */
void timeline_draw(struct canvas *canvas, struct rect area, const struct facts *facts, sim_time playhead);
double timeline_height(const struct facts *facts); /* that its rows want */

void latency_draw(struct canvas *canvas, struct rect area, const struct facts *facts); /* distribution (CDF) */
void tail_draw(struct canvas *canvas, struct rect area, const struct facts *facts);    /* share above, log-log */
void latency_over_time_draw(struct canvas *canvas, struct rect area, const struct facts *facts);
void availability_draw(struct canvas *canvas, struct rect area, const struct facts *facts); /* ribbon of outcomes */
void staleness_draw(struct canvas *canvas, struct rect area, const struct facts *facts);
void elections_draw(struct canvas *canvas, struct rect area,
                    const struct facts *facts); /* CDF of times without a leader */
/* The quadrant of PACELC, with the numbers that decide the label. */
void pacelc_draw(struct canvas *canvas, struct rect area, const struct facts *facts);
void load_draw(struct canvas *canvas, struct rect area, const struct facts *facts); /* per node */
/* What they like best; with less they show less. */
double elections_height(const struct facts *facts);
double load_height(const struct facts *facts);

/* ---- Of a moment or a stretch ---- */

void stage_draw(struct canvas *canvas, struct rect area, const struct facts *facts, const struct moment *moment);
void space_time_draw(struct canvas *canvas, struct rect area, const struct facts *facts, const struct stretch *stretch);

#endif
