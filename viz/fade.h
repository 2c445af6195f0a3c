/* States that change fade into one another in 120 ms of real time, so that an eye that looks elsewhere sees that
 * something happened. */
#ifndef VIZ_FADE_H
#define VIZ_FADE_H

#include "viz/tracer.h"

struct fade;

struct fade *fade_new(uint32_t node_count);
void fade_free(struct fade *fade);

/* `moment` is to be shown now: what differs from the one shown before begins to fade. It may be drawn with what fades
 * until the next call of either function. */
void fade_show(struct fade *fade, struct moment *moment);
/* Real time that has passed; true if something fades still, or did until now. */
bool fade_pass(struct fade *fade, double seconds);
bool fade_is_on(const struct fade *fade);

#endif
