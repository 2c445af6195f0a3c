/* The walls of a stage. */
#ifndef VIZ_STAGE_WALLS_H
#define VIZ_STAGE_WALLS_H

#include "viz/canvas.h"
#include "viz/stage_layout.h"

/* `cuts` as in struct moment; NULL: there are none. */
void stage_walls_draw(struct canvas *canvas, const struct facts *facts, const struct stage_layout *layout,
                      const bool *cuts, double alpha);

#endif
