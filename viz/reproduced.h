/* Figures that were published, or that a closed form gives, beside ours. */
#ifndef VIZ_REPRODUCED_H
#define VIZ_REPRODUCED_H

#include "viz/canvas.h"

enum reproduced_mark { REPRODUCED_AGREES, REPRODUCED_CONTRADICTS, REPRODUCED_OPEN, REPRODUCED_BESIDE };

struct reproduced {
    const char *name;
    double given;                       /* NAN: nothing was */
    double ours, low, high;             /* ends are NAN without an interval, infinite where the runs are too few */
    const char *given_text, *ours_text; /* as people read them: "50.00 ms", "given 50.19 ms" or "" */
    enum reproduced_mark mark;
};

/* Each of ours as a share of what was given, so that figures of all units stand on one axis. */
void reproduced_draw(struct canvas *canvas, struct rect area, const char *title, const struct reproduced *rows,
                     uint32_t count);
double reproduced_height(uint32_t count); /* that so many rows want */

#endif
