/* The ribbon of outcomes: what became of the operations of each slice of time, as shares of the height. */
#ifndef VIZ_RIBBON_H
#define VIZ_RIBBON_H

#include "viz/canvas.h"
#include "viz/facts.h"

/* Failed at the bottom, unknown above, the rest succeeded. Where there was no operation, nothing is drawn. Whatever
 * happened in a slice is at least a pixel high: one failure among thousands is seen. */
void ribbon_draw(struct canvas *canvas, struct rect area, const struct fact_outcomes *outcomes, struct slices slices,
                 double duration_s);

/* "succeeded", "unknown" and "failed" with their colours, ending at `right`. */
void ribbon_key(struct canvas *canvas, double right, double y);
/* "failed" and "unknown" only, small, from `left` on. */
void ribbon_short_key(struct canvas *canvas, double left, double y);
double ribbon_short_key_width(struct canvas *canvas);

#endif
