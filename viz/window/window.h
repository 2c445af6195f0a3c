/* The window: a player in it. The only part that knows SDL. */
#ifndef VIZ_WINDOW_WINDOW_H
#define VIZ_WINDOW_WINDOW_H

#include "sim/base/text.h"
#include "viz/player.h"

struct window_options {
    const char *title;
    int width, height;
    enum theme theme;
    double seconds; /* of real time until it closes by itself; 0: when somebody closes it */
};

/* Until it is closed. False with a message ended by a line break if no window can be opened. */
bool window_show(struct player *player, const struct window_options *options, struct text *error);

#endif
