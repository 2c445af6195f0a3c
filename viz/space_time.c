/* The space-time diagram (Lamport 1978, figure 1, turned so that time runs down): nodes as vertical lines, messages as
 * slanted ones; a lost one ends in a cross. The causal past of the chosen event stays dark, the rest fades. */
#include "viz/chart.h"
#include "viz/charts.h"
#include "viz/message_key.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LANES = 40, MOST_CLIENT_VOYAGES = 120, HEAD = 26, NOTE = 16, FEW_NODES = 9 };

struct diagram {
    struct canvas *canvas;
    const struct stretch *stretch;
    struct rect plot;
    struct chart_axis time;
    uint32_t lanes;
    uint32_t *lane_of;  /* by node; [node_count]: clients; UINT32_MAX: has none */
    bool are_left_out;  /* nodes that took part */
    sim_time *horizons; /* by node */
    bool *has_effect;   /* by voyage */
};

static const double faded = 0.22;

static uint32_t slot_of(const struct diagram *diagram, node_id endpoint) {
    return endpoint < diagram->stretch->node_count ? endpoint : diagram->stretch->node_count;
}

static double lane_x(const struct diagram *diagram, uint32_t lane) {
    return diagram->plot.x + (lane + 0.5) * diagram->plot.width / diagram->lanes;
}

static double time_y(const struct diagram *diagram, sim_time at) {
    return diagram->plot.y + axis_place(&diagram->time, fact_seconds(at)) * diagram->plot.height;
}

static bool is_past(const struct diagram *diagram, uint32_t slot, sim_time at) {
    return !diagram->stretch->has_chosen ||
           (slot < diagram->stretch->node_count && diagram->horizons[slot] >= 0 && at <= diagram->horizons[slot]);
}

/* ---- Lanes ---- */

static uint32_t count_client_voyages(const struct stretch *stretch) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        count += stretch->voyages[i].from >= stretch->node_count || stretch->voyages[i].to >= stretch->node_count;
    }
    return count;
}

/* Then clients' messages would hide the others: only those of the chosen client are shown. */
static bool is_crowded(const struct stretch *stretch) {
    return count_client_voyages(stretch) > MOST_CLIENT_VOYAGES;
}

static bool is_drawn(const struct diagram *diagram, const struct voyage *voyage) {
    const struct stretch *stretch = diagram->stretch;
    uint32_t from = slot_of(diagram, voyage->from), to = slot_of(diagram, voyage->to), clients = stretch->node_count;
    bool has_lanes = diagram->lane_of[from] != UINT32_MAX && diagram->lane_of[to] != UINT32_MAX && from != to;
    bool is_of_chosen =
        stretch->has_chosen && (voyage->from == stretch->chosen_node || voyage->to == stretch->chosen_node);
    bool is_of_client = from == clients || to == clients;
    return has_lanes && (!is_of_client || !is_crowded(stretch) || is_of_chosen);
}

/* So many that the numbers of the nodes have room above them. */
static uint32_t most_lanes(const struct diagram *diagram) {
    const struct stretch *stretch = diagram->stretch;
    const char *last = stretch->names[stretch->node_count - 1], *slash = strrchr(last, '/');
    double width = canvas_measure(diagram->canvas, TYPE_SMALL_STRONG, slash != NULL ? slash + 1 : last) + 6;
    return (uint32_t)fmin(MOST_LANES, fmax(diagram->plot.width / fmax(width, 22), 2));
}

/* A lane for each node that took part (all of them, if there are few), and the first for clients if they did,
 * unless their messages would hide the others. */
static void choose_lanes(struct diagram *diagram) {
    const struct stretch *stretch = diagram->stretch;
    uint32_t nodes = stretch->node_count;
    bool *takes_part = calloc(nodes + 1, sizeof *takes_part);
    if (takes_part == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        takes_part[slot_of(diagram, stretch->voyages[i].from)] = true;
        takes_part[slot_of(diagram, stretch->voyages[i].to)] = true;
    }
    for (uint32_t i = 0; i < stretch->mark_count; i++) {
        takes_part[stretch->marks[i].node] = true;
    }
    for (uint32_t i = 0; i <= nodes; i++) {
        diagram->lane_of[i] = UINT32_MAX;
    }
    uint32_t most = most_lanes(diagram), count = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        count += takes_part[i];
    }
    diagram->are_left_out = count > most;
    bool is_of_client = stretch->has_chosen && stretch->chosen_node >= nodes;
    if (takes_part[nodes] && (is_of_client || (!is_crowded(stretch) && !diagram->are_left_out))) {
        diagram->lane_of[nodes] = diagram->lanes++;
    }
    /* The chosen one, those that it knows of, and others while there is room. */
    uint32_t room = most - diagram->lanes, taken = 0;
    bool *has_lane = calloc(nodes + 1, sizeof *has_lane);
    if (has_lane == NULL) {
        abort();
    }
    if (stretch->has_chosen && !is_of_client) {
        has_lane[stretch->chosen_node] = true;
        taken++;
    }
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < nodes && taken < room; i++) {
            bool is_wanted = turn == 0 ? stretch->has_chosen && diagram->horizons[i] >= stretch->from
                                       : takes_part[i] || nodes <= FEW_NODES;
            taken += is_wanted && !has_lane[i];
            has_lane[i] = has_lane[i] || is_wanted;
        }
    }
    for (uint32_t i = 0; i < nodes; i++) {
        if (has_lane[i]) {
            diagram->lane_of[i] = diagram->lanes++;
        }
    }
    free(has_lane);
    free(takes_part);
}

/* From crash to boot a lane is dashed. */
static void draw_lane(const struct diagram *diagram, uint32_t slot) {
    const struct stretch *stretch = diagram->stretch;
    double x = snap(lane_x(diagram, diagram->lane_of[slot])), y = diagram->plot.y;
    double bottom = diagram->plot.y + diagram->plot.height;
    bool is_down = false;
    for (uint32_t i = 0; i < stretch->mark_count && slot < stretch->node_count; i++) {
        const struct mark *mark = &stretch->marks[i];
        if (mark->node == slot && (mark->kind == MARK_CRASH || mark->kind == MARK_BOOT)) {
            struct pen pen = {.ink = INK_LINE, .width = 1.5, .alpha = 1, .dash = mark->kind == MARK_BOOT ? 4 : 0};
            canvas_line(diagram->canvas, x, y, x, time_y(diagram, mark->at), pen);
            y = time_y(diagram, mark->at);
            is_down = mark->kind == MARK_CRASH;
        }
    }
    struct pen pen = {.ink = INK_LINE, .width = 1.5, .alpha = 1, .dash = is_down ? 4 : 0};
    canvas_line(diagram->canvas, x, y, x, bottom, pen);
    if (stretch->has_chosen && slot < stretch->node_count && diagram->horizons[slot] >= stretch->from) {
        canvas_line(diagram->canvas, x, diagram->plot.y, x, time_y(diagram, diagram->horizons[slot]),
                    pen_line(INK_TEXT, 1.5));
    }
}

/* "store/" if all nodes that have a lane are called so and a number; else "". */
static void common_prefix(const struct diagram *diagram, char *prefix, size_t size) {
    const struct stretch *stretch = diagram->stretch;
    prefix[0] = '\0';
    for (uint32_t i = 0; i < stretch->node_count; i++) {
        const char *slash = strrchr(stretch->names[i], '/');
        if (diagram->lane_of[i] == UINT32_MAX) {
            continue;
        }
        int length = slash != NULL ? (int)(slash - stretch->names[i]) + 1 : 0;
        if (length == 0 || (prefix[0] != '\0' && strncmp(prefix, stretch->names[i], strlen(prefix)) != 0)) {
            prefix[0] = '\0';
            return;
        }
        snprintf(prefix, size, "%.*s", length, stretch->names[i]);
    }
}

/* Names that are too wide for their lanes leave out what they have in common; that stands at the left. */
static void draw_lanes(const struct diagram *diagram) {
    const struct stretch *stretch = diagram->stretch;
    double room = diagram->plot.width / diagram->lanes - 4, widest = 0;
    char prefix[64];
    for (uint32_t i = 0; i < stretch->node_count; i++) {
        if (diagram->lane_of[i] != UINT32_MAX) {
            widest = fmax(widest, canvas_measure(diagram->canvas, TYPE_SMALL_STRONG, stretch->names[i]));
        }
    }
    common_prefix(diagram, prefix, sizeof prefix);
    size_t skipped = widest > room ? strlen(prefix) : 0;
    canvas_text_within(diagram->canvas, diagram->plot.x - 6, diagram->plot.y - 12, 66, ANCHOR_END,
                       skipped > 0 ? TYPE_SMALL_STRONG : TYPE_AXIS, skipped > 0 ? INK_TEXT : INK_FAINT,
                       skipped > 0 ? prefix : "time");
    for (uint32_t slot = 0; slot <= stretch->node_count; slot++) {
        if (diagram->lane_of[slot] == UINT32_MAX) {
            continue;
        }
        draw_lane(diagram, slot);
        canvas_text_within(diagram->canvas, lane_x(diagram, diagram->lane_of[slot]), diagram->plot.y - 12, room,
                           ANCHOR_MIDDLE, TYPE_SMALL_STRONG, INK_TEXT,
                           slot == stretch->node_count ? "clients" : stretch->names[slot] + skipped);
    }
}

static void draw_times(const struct diagram *diagram) {
    struct tick ticks[AXIS_MOST_TICKS];
    uint32_t count = axis_ticks(&diagram->time, diagram->plot.height, 44, ticks);
    for (uint32_t i = 0; i < count; i++) {
        double y = snap(diagram->plot.y + axis_place(&diagram->time, ticks[i].value) * diagram->plot.height);
        canvas_line(diagram->canvas, diagram->plot.x, y, diagram->plot.x + diagram->plot.width, y,
                    pen_line(INK_GRID, 0.5));
        canvas_text(diagram->canvas, diagram->plot.x - 6, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, ticks[i].label);
    }
}

/* ---- Messages ---- */

/* About half the way, but between two lanes: a cross on the line of a third node would be taken for its own. */
static double lost_reach(const struct diagram *diagram, uint32_t from, uint32_t to) {
    uint32_t a = diagram->lane_of[from], b = diagram->lane_of[to], lanes = a < b ? b - a : a - b;
    return lanes % 2 == 1 ? 0.5 : (lanes / 2.0 - 0.5) / lanes;
}

static void draw_voyage(const struct diagram *diagram, const struct voyage *voyage, enum ink ink) {
    uint32_t from = slot_of(diagram, voyage->from), to = slot_of(diagram, voyage->to);
    double x1 = lane_x(diagram, diagram->lane_of[from]), x2 = lane_x(diagram, diagram->lane_of[to]);
    double y1 = time_y(diagram, voyage->sent), y2 = time_y(diagram, voyage->ends);
    bool is_lost = voyage->fate != FATE_ARRIVES;
    double reach = voyage->fate == FATE_LOST_ON_THE_WAY ? lost_reach(diagram, from, to) : 1;
    bool has_effect = diagram->has_effect[voyage - diagram->stretch->voyages];
    double alpha = diagram->stretch->has_chosen ? (has_effect ? 1 : faded) : 0.8;
    double x = x1 + (x2 - x1) * reach, y = y1 + (y2 - y1) * reach;
    struct pen pen = {.ink = ink, .width = has_effect && diagram->stretch->has_chosen ? 1.5 : 1, .alpha = alpha};
    canvas_line(diagram->canvas, x1, y1, x, y, pen);
    if (is_lost) {
        struct pen cross = {.ink = INK_VERMILION, .width = 1.5, .alpha = diagram->stretch->has_chosen ? 0.5 : 1};
        canvas_line(diagram->canvas, x - 4, y - 4, x + 4, y + 4, cross);
        canvas_line(diagram->canvas, x - 4, y + 4, x + 4, y - 4, cross);
        return;
    }
    double length = fmax(hypot(x2 - x1, y2 - y1), 1), ux = (x2 - x1) / length, uy = (y2 - y1) / length;
    struct point head[] = {
        {x2, y2}, {x2 - ux * 7 - uy * 2.5, y2 - uy * 7 + ux * 2.5}, {x2 - ux * 7 + uy * 2.5, y2 - uy * 7 - ux * 2.5}};
    canvas_path(diagram->canvas, head, 3, true, pen_fill(ink, alpha));
}

static void hover_voyages(const struct diagram *diagram) {
    enum { MOST = 600 };
    const struct stretch *stretch = diagram->stretch;
    for (uint32_t i = 0; i < stretch->voyage_count && i < MOST; i++) {
        const struct voyage *voyage = &stretch->voyages[i];
        uint32_t from = slot_of(diagram, voyage->from), to = slot_of(diagram, voyage->to);
        double y = time_y(diagram, voyage->ends);
        if (!is_drawn(diagram, voyage) || y > diagram->plot.y + diagram->plot.height || y < diagram->plot.y) {
            continue;
        }
        char took[AXIS_LABEL_BYTES];
        double x = lane_x(diagram, diagram->lane_of[to]), left = lane_x(diagram, diagram->lane_of[from]) < x ? 14 : 0;
        canvas_hover(diagram->canvas, (struct rect){x - left, y - 4, 14, 8}, "%s from %s\nsent %.6f s, %s %s later",
                     voyage->type, from < stretch->node_count ? stretch->names[from] : "a client",
                     fact_seconds(voyage->sent), voyage->fate == FATE_ARRIVES ? "arrived" : "lost",
                     value_print(took, sizeof took, UNIT_SECONDS, fact_seconds(voyage->ends - voyage->sent)));
    }
}

/* ---- Marks ---- */

static bool mark_text(const struct mark *mark, char *text, size_t size) {
    static const char *const roles[ROLE_COUNT] = {NULL, "follower", "candidate", "leader", "learner"};
    switch (mark->kind) {
    case MARK_ROLE:
        if (mark->a >= ROLE_COUNT || roles[mark->a] == NULL) {
            return false;
        }
        snprintf(text, size, "%s, term %llu", roles[mark->a], (unsigned long long)mark->b);
        return true;
    case MARK_CRASH:
        snprintf(text, size, "crash");
        return true;
    case MARK_BOOT:
        snprintf(text, size, mark->a ? "restart" : "start");
        return true;
    default:
        return false; /* votes are many, and their messages tell of them */
    }
}

static void draw_mark(const struct diagram *diagram, const struct mark *mark, struct rect *taken,
                      uint32_t *taken_count) {
    enum { MOST_TAKEN = 256 };
    char text[64];
    const struct stretch *stretch = diagram->stretch;
    if (stretch->has_chosen && mark->node == stretch->chosen_node && mark->at == stretch->chosen_at) {
        return; /* the chosen event says it */
    }
    if (diagram->lane_of[mark->node] == UINT32_MAX || !mark_text(mark, text, sizeof text)) {
        return;
    }
    double x = lane_x(diagram, diagram->lane_of[mark->node]), y = time_y(diagram, mark->at);
    struct canvas *canvas = diagram->canvas;
    double alpha = is_past(diagram, mark->node, mark->at) ? 1 : 0.5;
    if (mark->kind == MARK_CRASH) {
        canvas_line(canvas, x - 5, y - 5, x + 5, y + 5, pen_line(INK_VERMILION, 2));
        canvas_line(canvas, x - 5, y + 5, x + 5, y - 5, pen_line(INK_VERMILION, 2));
    } else {
        bool is_leader = mark->kind == MARK_ROLE && mark->a == ROLE_LEADER;
        struct pen ring = {.ink = INK_TEXT,
                           .width = 1.5,
                           .alpha = alpha,
                           .dash = mark->kind == MARK_ROLE && mark->a == ROLE_CANDIDATE ? 2.5 : 0};
        canvas_circle(canvas, x, y, 4.5, pen_fill(INK_PAPER, 1));
        canvas_circle(canvas, x, y, 4.5, pen_fill(INK_SKY, is_leader ? 0.8 : 0));
        canvas_circle(canvas, x, y, 4.5, ring);
    }
    double width = canvas_measure(canvas, TYPE_AXIS, text), room = diagram->plot.width / diagram->lanes - 14;
    bool is_last = x + 9 + width > diagram->plot.x + diagram->plot.width;
    struct rect label = {is_last ? x - 9 - width : x + 9, y - 6, width, 12};
    bool is_free =
        width <= room && label.y > diagram->plot.y - 4 && label.y + 12 < diagram->plot.y + diagram->plot.height;
    for (uint32_t i = 0; i < *taken_count; i++) {
        is_free = is_free && !rect_overlaps(taken[i], label);
    }
    if (is_free && *taken_count < MOST_TAKEN) {
        taken[(*taken_count)++] = label;
        struct rect ground = {label.x - 2, label.y - 1, label.width + 4, label.height + 2};
        canvas_rect(canvas, ground, pen_fill(INK_PAPER, 0.8));
        canvas_text(canvas, label.x, y, ANCHOR_START, TYPE_AXIS, INK_TEXT, text);
    }
}

static void draw_chosen(const struct diagram *diagram, struct rect *taken, uint32_t *taken_count) {
    const struct stretch *stretch = diagram->stretch;
    uint32_t slot = slot_of(diagram, stretch->chosen_node);
    if (!stretch->has_chosen || diagram->lane_of[slot] == UINT32_MAX) {
        return;
    }
    double x = lane_x(diagram, diagram->lane_of[slot]), y = time_y(diagram, stretch->chosen_at);
    canvas_circle(diagram->canvas, x, y, 6, pen_fill(INK_VERMILION, 1));
    canvas_circle(diagram->canvas, x, y, 9, pen_line(INK_VERMILION, 1.5));
    const char *text = stretch->chosen_label != NULL ? stretch->chosen_label : "this event";
    double width = canvas_measure(diagram->canvas, TYPE_STRONG, text);
    double right = diagram->plot.x + diagram->plot.width, left = x + 14;
    if (left + width > right && x - 14 - width > diagram->plot.x) {
        left = x - 14 - width;
    }
    double most = left > x ? fmax(right - left, 40) : width + 1;
    width = fmin(width, most);
    double middle = fmax(y, diagram->plot.y + 9); /* below the names of the nodes */
    struct rect ground = {left - 3, middle - 9, width + 6, 18};
    canvas_rect(diagram->canvas, ground, pen_fill(INK_PAPER, 0.9));
    canvas_text_within(diagram->canvas, left, middle, most, ANCHOR_START, TYPE_STRONG, INK_TEXT, text);
    taken[(*taken_count)++] = ground;
}

static void draw_events(const struct diagram *diagram) {
    struct rect taken[256];
    uint32_t taken_count = 0;
    const struct stretch *stretch = diagram->stretch;
    draw_chosen(diagram, taken, &taken_count);
    for (uint32_t i = stretch->mark_count; i-- > 0;) { /* the newest first: it matters most where room is scarce */
        draw_mark(diagram, &stretch->marks[i], taken, &taken_count);
    }
}

/* Lines of nodes first, then what happened there, which is more. */
static void add_targets(const struct diagram *diagram) {
    const struct stretch *stretch = diagram->stretch;
    for (uint32_t slot = 0; slot < stretch->node_count; slot++) {
        if (diagram->lane_of[slot] != UINT32_MAX) {
            double x = lane_x(diagram, diagram->lane_of[slot]);
            canvas_target(diagram->canvas, &(struct canvas_target){.rect = {x - 24, diagram->plot.y - 24, 48, 24},
                                                                   .kind = TARGET_NODE,
                                                                   .node = slot});
        }
    }
    for (uint32_t i = 0; i < stretch->voyage_count + stretch->mark_count; i++) {
        bool is_voyage = i < stretch->voyage_count;
        const struct voyage *voyage = is_voyage ? &stretch->voyages[i] : NULL;
        const struct mark *mark = is_voyage ? NULL : &stretch->marks[i - stretch->voyage_count];
        node_id node = is_voyage ? voyage->to : mark->node;
        sim_time at = is_voyage ? voyage->ends : mark->at;
        bool is_shown = is_voyage ? voyage->fate == FATE_ARRIVES && is_drawn(diagram, voyage) : true;
        if (is_shown && node < stretch->node_count && diagram->lane_of[node] != UINT32_MAX && at <= stretch->until) {
            double x = lane_x(diagram, diagram->lane_of[node]), y = time_y(diagram, at);
            canvas_target(
                diagram->canvas,
                &(struct canvas_target){.rect = {x - 8, y - 6, 16, 12}, .kind = TARGET_EVENT, .node = node, .at = at});
        }
    }
}

/* ---- The whole ---- */

static struct message_key key_of_drawn(const struct diagram *diagram) {
    const struct stretch *stretch = diagram->stretch;
    struct voyage *drawn = malloc((stretch->voyage_count + 1) * sizeof *drawn);
    uint32_t count = 0;
    if (drawn == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        const struct voyage *voyage = &stretch->voyages[i];
        if (is_drawn(diagram, voyage)) {
            drawn[count++] = *voyage;
        }
    }
    struct message_key key = message_key_of(drawn, count);
    free(drawn);
    return key;
}

static void print_note(const struct diagram *diagram, char *text, size_t size) {
    const struct stretch *stretch = diagram->stretch;
    snprintf(text, size, "%s%s%s",
             stretch->has_chosen ? "strong: what can have had an effect on the marked event"
                                 : "time runs down; a cross is a lost message",
             is_crowded(stretch) ? "; most clients are left out" : "",
             diagram->are_left_out ? "; nodes are left out" : "");
}

/* In one line with the key, or below it where it has no room. */
static void draw_head(struct diagram *diagram, struct rect area, struct message_key *key) {
    char note[160];
    print_note(diagram, note, sizeof note);
    double width = message_key_fit(diagram->canvas, key, area.width), right = area.x + area.width, y = area.y + 10;
    bool has_room = width + 24 + canvas_measure(diagram->canvas, TYPE_AXIS, note) <= area.width;
    message_key_draw(diagram->canvas, key, area.x, y);
    canvas_text_within(diagram->canvas, right, has_room ? y : y + NOTE, area.width, ANCHOR_END, TYPE_AXIS, INK_FAINT,
                       note);
    if (!has_room) {
        diagram->plot.y += NOTE;
        diagram->plot.height = fmax(diagram->plot.height - NOTE, 20);
    }
}

void space_time_draw(struct canvas *canvas, struct rect area, const struct facts *facts,
                     const struct stretch *stretch) {
    (void)facts;
    if (stretch == NULL || stretch->node_count == 0 || (stretch->voyage_count == 0 && stretch->mark_count == 0)) {
        chart_empty(canvas, area, NULL, "no message was under way and nothing happened in this stretch of time");
        return;
    }
    struct diagram diagram = {.canvas = canvas, .stretch = stretch};
    diagram.plot = (struct rect){area.x + 74, area.y + HEAD + 22, area.width - 78, fmax(area.height - HEAD - 30, 20)};
    /* A little time after the end, so that the last event stands clear of the edge. */
    double from = fact_seconds(stretch->from), until = fact_seconds(stretch->until);
    diagram.time = axis_exact(UNIT_SECONDS, NULL, from, until + (until - from) * 0.04);
    diagram.lane_of = calloc(stretch->node_count + 1, sizeof *diagram.lane_of);
    diagram.horizons = calloc(stretch->node_count + 1, sizeof *diagram.horizons);
    diagram.has_effect = calloc(stretch->voyage_count + 1, sizeof *diagram.has_effect);
    if (diagram.lane_of == NULL || diagram.horizons == NULL || diagram.has_effect == NULL) {
        abort();
    }
    stretch_past(stretch, diagram.horizons, diagram.has_effect);
    choose_lanes(&diagram);
    struct message_key key = key_of_drawn(&diagram);
    draw_head(&diagram, area, &key);
    draw_times(&diagram);
    draw_lanes(&diagram);
    canvas_clip(canvas, (struct rect){area.x, diagram.plot.y - 1, area.width, diagram.plot.height + 2});
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        if (is_drawn(&diagram, &stretch->voyages[i])) {
            draw_voyage(&diagram, &stretch->voyages[i], message_key_ink(&key, stretch->voyages[i].type));
        }
    }
    canvas_unclip(canvas);
    draw_events(&diagram);
    hover_voyages(&diagram);
    add_targets(&diagram);
    free(diagram.lane_of);
    free(diagram.horizons);
    free(diagram.has_effect);
}
