/* What a window shows and how it answers, without a window: bar, stage or space-time diagram, inspector, timeline with
 * a playhead. A window feeds it with keys, clicks and time that passes, and shows the canvas that it draws. */
#ifndef VIZ_PLAYER_H
#define VIZ_PLAYER_H

#include "viz/canvas.h"
#include "viz/facts.h"

struct player;

enum player_key {
    PLAYER_PAUSE,  /* or go on */
    PLAYER_FASTER, /* to the next of 1, 2, 5, 10, ... times a power of ten */
    PLAYER_SLOWER,
    PLAYER_FORTH, /* by a fiftieth of what the timeline shows */
    PLAYER_BACK,
    PLAYER_STEP, /* one event on */
    PLAYER_STEP_BACK,
    PLAYER_SWITCH, /* between stage and space-time diagram */
    PLAYER_NEXT    /* the next node */
};

/* `facts` are of the whole run of that scenario; both must live as long. Starts where something is worth a look. */
struct player *player_new(const struct scenario *scenario, uint64_t tie_salt, const struct facts *facts);
void player_free(struct player *player);

void player_seek(struct player *player, sim_time at);
void player_press(struct player *player, enum player_key key);
/* At a place of the canvas that player_draw drew last. */
void player_click(struct player *player, const struct canvas *canvas, double x, double y);
/* With the button down: drags the playhead, and nothing else. */
void player_drag(struct player *player, const struct canvas *canvas, double x, double y);
/* Real time that has passed; true if something looks different now. */
bool player_tick(struct player *player, double seconds);

void player_draw(struct player *player, struct canvas *canvas);

sim_time player_now(const struct player *player);
bool player_is_playing(const struct player *player);
bool player_is_moving(const struct player *player); /* it plays, or a state fades into another: it wants frames */

#endif
