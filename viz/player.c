#include "viz/player.h"

#include "viz/charts.h"
#include "viz/fade.h"
#include "viz/film.h"
#include "viz/pictures.h"
#include "viz/scene.h"
#include "viz/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 16, BAR = 40, INSPECTOR = 300, GAP = 20, LINE = 17, SHOWN_VOYAGES = 110, MOST_EVENTS = 40 };

/* Steps of the speed: 0 is as fast as real time, and three steps are a factor of ten. */
enum { SLOWEST = -18, USUAL_SPEED = -9, FASTEST = 8 }; /* the usual one is a millisecond a second: messages are seen */

struct player {
    const struct scenario *scenario;
    const struct facts *facts;
    struct film *film;
    struct fade *fade;
    double at; /* nanoseconds, with what is less than one */
    int speed; /* which of 1, 2, 5, 10, ...: see speed_of */
    bool is_playing, shows_space_time;
    node_id node;    /* in the inspector */
    bool has_chosen; /* an event of the space-time diagram, whose past is shown */
    node_id chosen_node;
    sim_time chosen_at, frozen_at; /* the diagram stands still while an event is chosen */
};

/* ---- Life ---- */

static node_id first_leader(const struct facts *facts, sim_time at) {
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        if (facts->reigns[i].from <= at && facts->reigns[i].until > at) {
            return facts->reigns[i].leader;
        }
    }
    return 0;
}

struct player *player_new(const struct scenario *scenario, uint64_t tie_salt, const struct facts *facts) {
    struct player *player = calloc(1, sizeof *player);
    if (player == NULL) {
        abort();
    }
    player->scenario = scenario;
    player->facts = facts;
    player->film = film_new(scenario, tie_salt);
    player->fade = fade_new(facts->node_count);
    player->speed = USUAL_SPEED;
    player_seek(player, scene_usual_moment(facts));
    player->node = first_leader(facts, player_now(player));
    return player;
}

void player_free(struct player *player) {
    if (player != NULL) {
        film_free(player->film);
        fade_free(player->fade);
        free(player);
    }
}

sim_time player_now(const struct player *player) {
    return (sim_time)player->at;
}

bool player_is_playing(const struct player *player) {
    return player->is_playing;
}

bool player_is_moving(const struct player *player) {
    return player->is_playing || fade_is_on(player->fade);
}

/* Simulated seconds a real one. */
static double speed_of(const struct player *player) {
    static const double steps[] = {1, 2, 5};
    int step = player->speed - SLOWEST; /* from a microsecond a second on */
    int power = step / 3 - 6;
    return steps[step % 3] * pow(10, power);
}

/* ---- Answers ---- */

void player_seek(struct player *player, sim_time at) {
    film_seek(player->film, at);
    player->at = (double)film_now(player->film);
    player->has_chosen = false;
}

void player_press(struct player *player, enum player_key key) {
    sim_time leap = player->facts->duration / 50;
    switch (key) {
    case PLAYER_PAUSE:
        player->is_playing = !player->is_playing;
        player->has_chosen = player->has_chosen && !player->is_playing;
        break;
    case PLAYER_FASTER:
        player->speed = player->speed < FASTEST ? player->speed + 1 : FASTEST;
        break;
    case PLAYER_SLOWER:
        player->speed = player->speed > SLOWEST ? player->speed - 1 : SLOWEST;
        break;
    case PLAYER_FORTH:
        player_seek(player, player_now(player) + leap);
        break;
    case PLAYER_BACK:
        player_seek(player, player_now(player) - leap);
        break;
    case PLAYER_STEP:
    case PLAYER_STEP_BACK:
        player->is_playing = false;
        player->has_chosen = false;
        if (key == PLAYER_STEP) {
            film_step(player->film);
        } else {
            film_step_back(player->film);
        }
        player->at = (double)film_now(player->film);
        break;
    case PLAYER_SWITCH:
        player->shows_space_time = !player->shows_space_time;
        break;
    case PLAYER_NEXT:
        player->node = player->facts->node_count > 0 ? (player->node + 1) % player->facts->node_count : 0;
        break;
    }
}

void player_click(struct player *player, const struct canvas *canvas, double x, double y) {
    const struct canvas_target *target = canvas_target_at(canvas, x, y);
    if (target == NULL) {
        return;
    }
    double share = (x - target->rect.x) / target->rect.width;
    switch (target->kind) {
    case TARGET_NODE:
        player->node = target->node;
        break;
    case TARGET_EVENT:
        player->node = target->node;
        player->frozen_at = player_now(player);
        player->has_chosen = true;
        player->is_playing = false;
        player->chosen_node = target->node;
        player->chosen_at = target->at;
        break;
    case TARGET_TIME:
        player_seek(player, target->at + (sim_time)(share * (double)(target->until - target->at)));
        break;
    }
}

void player_drag(struct player *player, const struct canvas *canvas, double x, double y) {
    const struct canvas_target *target = canvas_target_at(canvas, x, y);
    if (target != NULL && target->kind == TARGET_TIME) {
        player_click(player, canvas, x, y);
    }
}

bool player_tick(struct player *player, double seconds) {
    bool fades = fade_pass(player->fade, seconds);
    if (!player->is_playing) {
        return fades;
    }
    double end = (double)player->facts->duration;
    player->at = fmin(player->at + seconds * speed_of(player) * 1e9, end);
    film_seek(player->film, player_now(player));
    player->is_playing = player->at < end;
    return true;
}

/* ---- Drawing ---- */

static void draw_bar(struct canvas *canvas, const struct player *player, struct rect area) {
    const struct facts *facts = player->facts;
    char text[96], speed[48];
    double middle = area.y + area.height / 2, right = area.x + area.width;
    enum ink ink;
    const char *verdict = fact_verdict(facts, &ink);
    struct rect drawn = canvas_text(canvas, right, middle, ANCHOR_END, TYPE_STRONG, ink, verdict);
    canvas_circle(canvas, drawn.x - 11, middle, 5, pen_fill(ink, 1));
    const char *more = fact_verdict_note(facts);
    if (more != NULL) {
        drawn = canvas_text(canvas, drawn.x - 30, middle, ANCHOR_END, TYPE_BODY, INK_FAINT, more);
        drawn.x += 12;
    }
    value_print(speed, sizeof speed, UNIT_SECONDS, speed_of(player));
    snprintf(text, sizeof text, "%s  %s a second", player->is_playing ? "playing" : "paused", speed);
    drawn = canvas_text(canvas, drawn.x - 40, middle, ANCHOR_END, TYPE_BODY, INK_FAINT, text);
    snprintf(text, sizeof text, "%.6f s", fact_seconds(player_now(player)));
    drawn = canvas_text(canvas, drawn.x - 28, middle, ANCHOR_END, TYPE_BODY, INK_TEXT, text);
    snprintf(text, sizeof text, "seed %llu", (unsigned long long)facts->seed);
    drawn = canvas_text(canvas, drawn.x - 28, middle, ANCHOR_END, TYPE_BODY, INK_FAINT, text);
    canvas_text_within(canvas, area.x, middle, drawn.x - 20 - area.x, ANCHOR_START, TYPE_TITLE, INK_TEXT, facts->title);
    canvas_line(canvas, area.x, area.y + area.height - 0.5, right, area.y + area.height - 0.5, pen_line(INK_LINE, 0.5));
}

struct happening {
    sim_time at;
    char text[96];
};

static int newest_first(const void *a, const void *b) {
    const struct happening *one = a, *other = b;
    return one->at > other->at ? -1 : one->at < other->at;
}

/* What happened at the node of late: messages that arrived, roles, crashes. */
static uint32_t list_events(const struct player *player, const struct stretch *stretch, struct happening *events) {
    static const char *const marks[] = {
        [MARK_ROLE] = "changes its role", [MARK_CRASH] = "crashes", [MARK_BOOT] = "starts", [MARK_VOTE] = "votes"};
    uint32_t count = 0;
    for (uint32_t i = stretch->voyage_count; i-- > 0 && count < MOST_EVENTS;) {
        const struct voyage *voyage = &stretch->voyages[i];
        if (voyage->to == player->node && voyage->ends <= player_now(player) && voyage->fate == FATE_ARRIVES) {
            events[count].at = voyage->ends;
            snprintf(events[count++].text, sizeof events[0].text, "%s from %s", voyage->type,
                     voyage->from < stretch->node_count ? stretch->names[voyage->from] : "a client");
        }
    }
    for (uint32_t i = stretch->mark_count; i-- > 0 && count < MOST_EVENTS + MOST_EVENTS / 2;) {
        if (stretch->marks[i].node == player->node) {
            events[count].at = stretch->marks[i].at;
            snprintf(events[count++].text, sizeof events[0].text, "%s", marks[stretch->marks[i].kind]);
        }
    }
    qsort(events, count, sizeof *events, newest_first);
    return count;
}

static double draw_state(struct canvas *canvas, const struct player *player, struct rect area, double y) {
    struct text state = {0};
    film_inspect(player->film, player->node, &state);
    for (const char *line = state.bytes; line != NULL && *line != '\0' && y < area.y + area.height * 0.55;) {
        char text[160];
        size_t length = strcspn(line, "\n");
        snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), line);
        canvas_text_within(canvas, area.x, y, area.width, ANCHOR_START, TYPE_BODY, INK_TEXT, text);
        y += LINE;
        line += length + (line[length] == '\n');
    }
    text_free(&state);
    return y;
}

static void draw_inspector(struct canvas *canvas, const struct player *player, struct rect area,
                           const struct moment *moment, const struct stretch *stretch) {
    static const char *const roles[ROLE_COUNT] = {"", "follower", "candidate", "leader", "learner"};
    if (player->node >= moment->node_count) {
        return;
    }
    const struct moment_node *node = &moment->nodes[player->node];
    struct happening events[MOST_EVENTS + MOST_EVENTS / 2];
    double y = area.y + 10;
    struct rect name = canvas_text_within(canvas, area.x, y, area.width * 0.6, ANCHOR_START, TYPE_STRONG, INK_TEXT,
                                          player->facts->nodes[player->node].name);
    canvas_text_within(canvas, name.x + name.width + 12, y, area.width - name.width - 12, ANCHOR_START, TYPE_BODY,
                       INK_FAINT,
                       !node->look.is_up      ? "down"
                       : node->look.is_paused ? "paused"
                                              : roles[node->look.role]);
    y = draw_state(canvas, player, area, y + LINE + 4) + 12;
    canvas_text_within(canvas, area.x, y, area.width, ANCHOR_START, TYPE_STRONG, INK_TEXT, "Last events");
    y += LINE + 2;
    uint32_t count = list_events(player, stretch, events);
    for (uint32_t i = 0; i < count && y + LINE / 2.0 < area.y + area.height; i++, y += LINE) {
        char at[32];
        snprintf(at, sizeof at, "%.6f s", fact_seconds(events[i].at));
        canvas_text(canvas, area.x + 76, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, at);
        canvas_text_within(canvas, area.x + 86, y, area.width - 86, ANCHOR_START, TYPE_AXIS, INK_TEXT, events[i].text);
        if (player->shows_space_time) {
            canvas_target(canvas, &(struct canvas_target){.rect = {area.x, y - LINE / 2.0, area.width, LINE},
                                                          .kind = TARGET_EVENT,
                                                          .node = player->node,
                                                          .at = events[i].at});
        }
    }
    if (count == 0) {
        canvas_text_within(canvas, area.x, y, area.width, ANCHOR_START, TYPE_AXIS, INK_FAINT, "nothing of late");
    }
}

static void draw_keys(struct canvas *canvas, struct rect area) {
    canvas_text_within(
        canvas, area.x, area.y + area.height / 2, area.width, ANCHOR_START, TYPE_AXIS, INK_FAINT,
        "Space: pause, go on   + -: speed   arrows: time   , . : an event back, on   Tab: stage, space-time   "
        "N: next node   click: a node, an event, a time   Esc: close");
}

void player_draw(struct player *player, struct canvas *canvas) {
    double width = canvas_width(canvas), height = canvas_height(canvas), x = MARGIN, inner = width - 2 * MARGIN;
    double keys = 20, time_height = fmin(fmax(timeline_height(player->facts), height * 0.27), height * 0.4);
    double top = BAR + 14, stage_height = height - top - time_height - keys - 22;
    bool has_inspector = width >= 760;
    double stage_width = inner - (has_inspector ? INSPECTOR + GAP : 0);
    struct moment *moment = film_moment(player->film);
    fade_show(player->fade, moment);
    sim_time until = player->has_chosen ? player->frozen_at : player_now(player);
    struct stretch *stretch = film_stretch(player->film, until, 0, SHOWN_VOYAGES);
    stretch->has_chosen = player->has_chosen;
    stretch->chosen_node = player->chosen_node;
    stretch->chosen_at = player->chosen_at;
    draw_bar(canvas, player, (struct rect){x, 0, inner, BAR});
    struct rect stage = {x, top, stage_width, stage_height};
    if (player->shows_space_time) {
        space_time_draw(canvas, stage, player->facts, stretch);
    } else {
        stage_draw(canvas, stage, player->facts, moment);
    }
    if (has_inspector) {
        draw_inspector(canvas, player, (struct rect){x + stage_width + GAP, top, INSPECTOR, stage_height}, moment,
                       stretch);
    }
    timeline_draw(canvas, (struct rect){x, height - keys - time_height - 6, inner, time_height}, player->facts,
                  player_now(player));
    draw_keys(canvas, (struct rect){x, height - keys - 2, inner, keys});
    moment_free(moment);
    stretch_free(stretch);
}
