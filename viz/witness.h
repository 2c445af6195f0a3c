/* A picture of why a history is not linearizable. */
#ifndef VIZ_WITNESS_H
#define VIZ_WITNESS_H

#include "sim/check/witness.h"
#include "viz/canvas.h"

/* NULL, or without bars: says that nothing is impossible. */
void witness_draw(struct canvas *canvas, struct rect area, const struct witness *witness);
double witness_height(const struct witness *witness); /* that its rows want */

#endif
