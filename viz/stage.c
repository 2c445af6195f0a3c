/* The stage: nodes with their roles and logs, messages under way, partitions as walls, at one moment. */
#include "viz/chart.h"
#include "viz/charts.h"
#include "viz/message_key.h"
#include "viz/stage_layout.h"
#include "viz/stage_walls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_CELLS = 12,
    CELL_WIDTH = 7,
    CELL_HEIGHT = 9,
    MOST_VOYAGES = 400,
    MOST_NODES = 4000,
    MOST_HOVERS = 500,
    MOST_BOWED = 64,
    FOOT = 22
};

struct stage {
    struct canvas *canvas;
    const struct facts *facts;
    const struct moment *moment;
    const struct stage_layout *layout;
    struct rect room;
};

/* ---- Areas and clients ---- */

/* Text stays readable where lines of messages pass behind it. */
static void ground(const struct stage *stage, double x, double y, double width, double height) {
    enum ink ink = stage->layout->boxes[0].name != NULL ? INK_AREA : INK_PAPER;
    canvas_rounded(stage->canvas, (struct rect){x - width / 2 - 2, y - height / 2, width + 4, height}, 3,
                   pen_fill(ink, 0.8));
}

static void draw_clients(const struct stage *stage, double x, double y, uint32_t count) {
    char text[64];
    snprintf(text, sizeof text, "%u %s", count, count == 1 ? "client" : "clients");
    canvas_text(stage->canvas, x, y, ANCHOR_MIDDLE, TYPE_BODY, INK_FAINT, text);
}

static void draw_boxes(const struct stage *stage) {
    const struct stage_layout *layout = stage->layout;
    for (uint32_t b = 0; b < layout->box_count; b++) {
        const struct stage_box *box = &layout->boxes[b];
        if (box->name != NULL) {
            canvas_rounded(stage->canvas, box->rect, 12, pen_fill(INK_AREA, 1));
            canvas_rounded(stage->canvas, box->rect, 12, pen_line(INK_LINE, 0.5));
        }
    }
    if (layout->clients > 0) {
        canvas_rounded(stage->canvas, layout->client_rect, 12, pen_fill(INK_AREA, 1));
        canvas_rounded(stage->canvas, layout->client_rect, 12, pen_line(INK_LINE, 0.5));
    }
}

/* Over the messages, unlike the boxes. */
static void name_boxes(const struct stage *stage) {
    const struct stage_layout *layout = stage->layout;
    for (uint32_t b = 0; b < layout->box_count; b++) {
        const struct stage_box *box = &layout->boxes[b];
        if (box->name != NULL) {
            double most = box->rect.width - 24, x = box->rect.x + 12, y = box->rect.y + 14;
            double width = fmin(canvas_measure(stage->canvas, TYPE_BODY, box->name), most);
            ground(stage, x + width / 2, y, width, 16);
            canvas_text_within(stage->canvas, x, y, most, ANCHOR_START, TYPE_BODY, INK_FAINT, box->name);
        }
        if (box->clients > 0) {
            ground(stage, box->client_place.x, box->client_place.y, 64, 16);
            draw_clients(stage, box->client_place.x, box->client_place.y, box->clients);
        }
    }
    if (layout->clients > 0) {
        draw_clients(stage, layout->client_rect.x + layout->client_rect.width / 2,
                     layout->client_rect.y + layout->client_rect.height / 2, layout->clients);
    }
}

/* ---- Nodes ---- */

static void draw_crown(struct canvas *canvas, double x, double y, double size, double alpha) {
    struct point crown[] = {{x - size, y},
                            {x - size, y - size},
                            {x - size * 0.5, y - size * 0.45},
                            {x, y - size * 1.15},
                            {x + size * 0.5, y - size * 0.45},
                            {x + size, y - size},
                            {x + size, y}};
    canvas_path(canvas, crown, sizeof crown / sizeof crown[0], true, pen_fill(INK_TEXT, alpha));
}

static void draw_cross(struct canvas *canvas, double x, double y, double size, struct pen pen) {
    canvas_line(canvas, x - size, y - size, x + size, y + size, pen);
    canvas_line(canvas, x - size, y + size, x + size, y - size, pen);
}

static struct pen line_pen(enum ink ink, double width, double alpha) {
    return (struct pen){.ink = ink, .width = width, .alpha = alpha};
}

static void draw_look(const struct stage *stage, struct point at, const struct moment_look *look, double alpha) {
    struct canvas *canvas = stage->canvas;
    double radius = stage->layout->radius;
    if (!look->is_up) {
        canvas_circle(canvas, at.x, at.y, radius, pen_fill(INK_AREA, alpha));
        canvas_circle(canvas, at.x, at.y, radius, line_pen(INK_LINE, 1.5, alpha));
        draw_cross(canvas, at.x, at.y, radius * 0.5, line_pen(INK_VERMILION, fmax(radius / 5, 1), alpha));
        return;
    }
    bool is_leader = look->role == ROLE_LEADER, is_strong = is_leader || look->has_reported;
    canvas_circle(canvas, at.x, at.y, radius, pen_fill(INK_SKY, alpha * (is_strong ? 0.7 : 0.18)));
    struct pen outline = line_pen(is_leader ? INK_TEXT : INK_FAINT, fmin(1.5, radius / 4), alpha);
    if (look->role == ROLE_CANDIDATE) {
        outline = (struct pen){.ink = INK_TEXT, .width = 2, .alpha = alpha, .dash = 4};
    }
    canvas_circle(canvas, at.x, at.y, radius, outline);
    if (is_leader && radius >= 4) {
        canvas_circle(canvas, at.x, at.y, radius + 4, line_pen(INK_TEXT, 1.5, alpha));
        draw_crown(canvas, at.x, at.y - radius - 7, fmax(radius * 0.5, 4), alpha);
    }
    if (look->is_paused) {
        double half = radius * 0.4;
        struct rect left = {at.x - half, at.y - half, half * 0.7, half * 2};
        canvas_rect(canvas, left, pen_fill(INK_TEXT, alpha));
        canvas_rect(canvas, (struct rect){at.x + half * 0.3, left.y, left.width, left.height},
                    pen_fill(INK_TEXT, alpha));
    }
}

/* A state that changed just now fades into the new one. */
static void draw_glyph(const struct stage *stage, uint32_t id) {
    const struct moment_node *node = &stage->moment->nodes[id];
    const struct moment_fade *fade = stage->moment->fade;
    struct point at = stage->layout->places[id];
    double share = fade != NULL ? fade->shares[id] : 1;
    if (stage->facts->node_count <= MOST_HOVERS) { /* of dots, lines behind them may show through */
        canvas_circle(stage->canvas, at.x, at.y, stage->layout->radius, pen_fill(INK_PAPER, 1));
    }
    if (share < 1) {
        draw_look(stage, at, &fade->before[id], 1 - share);
    }
    draw_look(stage, at, &node->look, share);
}

static void draw_walls(const struct stage *stage) {
    const struct moment_fade *fade = stage->moment->fade;
    double share = fade != NULL ? fade->cuts_share : 1;
    if (share < 1) {
        stage_walls_draw(stage->canvas, stage->facts, stage->layout, fade->cuts_before, 1 - share);
    }
    stage_walls_draw(stage->canvas, stage->facts, stage->layout, stage->moment->cuts, share);
}

static uint64_t term_at(const struct moment_node *node, uint64_t index) {
    uint64_t term = 0;
    for (uint32_t i = node->part_count; i-- > 0;) {
        if (node->parts[i].first <= index) {
            term = node->parts[i].term;
            break;
        }
    }
    return term;
}

/* "1,204": an index is exact, so its digits are grouped and not rounded. */
static void print_index(char *text, size_t size, uint64_t index) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)index);
    size_t used = 0;
    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
}

/* The newest entries as cells; all nodes of a system show the same indices, so that who lags is seen. Committed ones
 * are filled, terms differ in lightness. */
static void draw_log(const struct stage *stage, struct point at, const struct moment_node *node, uint64_t newest) {
    struct canvas *canvas = stage->canvas;
    uint64_t first = newest > LOG_CELLS ? newest - LOG_CELLS + 1 : 1;
    double width = LOG_CELLS * CELL_WIDTH;
    char index[32];
    print_index(index, sizeof index, node->end);
    double text = canvas_measure(canvas, TYPE_AXIS, index) + 5, left = at.x - (width + text) / 2;
    double top = at.y + stage->layout->radius + 23;
    ground(stage, at.x, top + CELL_HEIGHT / 2.0, width + text, CELL_HEIGHT + 4);
    canvas_rect(canvas, (struct rect){left, top, width, CELL_HEIGHT}, pen_fill(INK_GRID, 0.5));
    for (uint64_t i = first; i < first + LOG_CELLS && i <= node->end; i++) {
        struct rect cell = {left + (double)(i - first) * CELL_WIDTH, top, CELL_WIDTH - 1, CELL_HEIGHT};
        static const double alphas[] = {1, 0.6, 0.8};
        if (i <= node->commit) {
            canvas_rect(canvas, cell, pen_fill(INK_BLUE, alphas[term_at(node, i) % 3]));
        } else {
            struct rect outline = {cell.x + 0.5, cell.y + 0.5, cell.width - 1, cell.height - 1};
            canvas_rect(canvas, outline, pen_line(INK_BLUE, 1));
        }
    }
    canvas_text(canvas, left + width + 4, top + CELL_HEIGHT / 2.0, ANCHOR_START, TYPE_AXIS, INK_FAINT, index);
}

static void draw_node_text(const struct stage *stage, uint32_t id) {
    const struct moment_node *node = &stage->moment->nodes[id];
    struct canvas *canvas = stage->canvas;
    struct point at = stage->layout->places[id];
    const char *name = stage->facts->nodes[id].name;
    double y = at.y + stage->layout->radius + 12;
    if (stage->layout->detail != DETAIL_FULL || !node->look.is_up || node->look.role == ROLE_NONE) {
        double most = stage->layout->detail == DETAIL_FULL ? STAGE_FULL_WIDTH : STAGE_NAMES_WIDTH;
        ground(stage, at.x, y, fmin(canvas_measure(canvas, TYPE_SMALL_STRONG, name), most - 4), 14);
        canvas_text_within(canvas, at.x, y, most - 4, ANCHOR_MIDDLE, TYPE_SMALL_STRONG, INK_TEXT, name);
        return;
    }
    char term[32];
    snprintf(term, sizeof term, "term %llu", (unsigned long long)node->term);
    double width = canvas_measure(canvas, TYPE_SMALL_STRONG, name), more = canvas_measure(canvas, TYPE_AXIS, term);
    double most = STAGE_FULL_WIDTH - more - 12;
    width = fmin(width, most);
    double left = at.x - (width + 6 + more) / 2;
    ground(stage, at.x, y, width + 6 + more, 14);
    canvas_text_within(canvas, left, y, most, ANCHOR_START, TYPE_SMALL_STRONG, INK_TEXT, name);
    canvas_text(canvas, left + width + 6, y, ANCHOR_START, TYPE_AXIS, INK_FAINT, term);
}

static uint64_t newest_of_system(const struct stage *stage, uint32_t system) {
    uint64_t newest = 0;
    for (uint32_t i = 0; i < stage->facts->node_count; i++) {
        if (stage->facts->nodes[i].system == system && stage->moment->nodes[i].end > newest) {
            newest = stage->moment->nodes[i].end;
        }
    }
    return newest;
}

static void draw_nodes(const struct stage *stage) {
    static const char *const roles[ROLE_COUNT] = {"", "follower", "candidate", "leader", "learner"};
    for (uint32_t i = 0; i < stage->facts->node_count; i++) {
        const struct moment_node *node = &stage->moment->nodes[i];
        struct point at = stage->layout->places[i];
        draw_glyph(stage, i);
        if (stage->layout->detail != DETAIL_DOTS) {
            draw_node_text(stage, i);
        }
        const struct fact_node *fact = &stage->facts->nodes[i];
        if (stage->layout->detail == DETAIL_FULL && fact->has_queue && !node->has_log) {
            char busy[AXIS_LABEL_BYTES], text[64];
            snprintf(text, sizeof text, "%s busy over the run",
                     value_print(busy, sizeof busy, UNIT_SHARE, fact->queue.utilisation));
            canvas_text(stage->canvas, at.x, at.y + stage->layout->radius + 28, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT,
                        text);
        }
        if (stage->layout->detail == DETAIL_FULL && node->has_log && node->look.is_up) {
            draw_log(stage, at, node, newest_of_system(stage, fact->system));
        }
        double radius = stage->layout->radius + 6;
        canvas_target(stage->canvas,
                      &(struct canvas_target){.rect = {at.x - radius, at.y - radius, 2 * radius, 2 * radius},
                                              .kind = TARGET_NODE,
                                              .node = i});
        if (stage->facts->node_count > MOST_HOVERS) {
            continue;
        }
        canvas_hover(stage->canvas, (struct rect){at.x - radius, at.y - radius, 2 * radius, 2 * radius},
                     "%s: %s%s\nterm %llu, commit %llu of %llu", stage->facts->nodes[i].name,
                     node->look.is_up ? roles[node->look.role] : "down", node->look.is_paused ? ", paused" : "",
                     (unsigned long long)node->term, (unsigned long long)node->commit, (unsigned long long)node->end);
    }
}

/* ---- Messages ---- */

/* The way of a message: straight, or bowed around a node that stands on it. */
struct way {
    struct point from, to;
    double bow_x, bow_y; /* how far its middle is beside the straight line */
};

static struct point way_place(const struct way *way, double share) {
    double bow = 4 * share * (1 - share);
    return (struct point){way->from.x + (way->to.x - way->from.x) * share + way->bow_x * bow,
                          way->from.y + (way->to.y - way->from.y) * share + way->bow_y * bow};
}

/* Whether some node but the two ends stands on the line between them, so that messages would seem to be its own. */
static bool is_blocked(const struct stage *stage, const struct voyage *voyage, struct point from, struct point to) {
    double length = hypot(to.x - from.x, to.y - from.y);
    double ux = (to.x - from.x) / length, uy = (to.y - from.y) / length;
    for (uint32_t i = 0; i < stage->facts->node_count && stage->facts->node_count <= MOST_BOWED; i++) {
        double x = stage->layout->places[i].x - from.x, y = stage->layout->places[i].y - from.y;
        double along = x * ux + y * uy, beside = fabs(y * ux - x * uy);
        if (i != voyage->from && i != voyage->to && along > 0 && along < length && beside < stage->layout->radius + 3) {
            return true;
        }
    }
    return false;
}

static bool find_way(const struct stage *stage, const struct voyage *voyage, struct way *way) {
    struct point from = stage_layout_place(stage->layout, stage->facts, voyage->from);
    struct point to = stage_layout_place(stage->layout, stage->facts, voyage->to);
    double length = hypot(to.x - from.x, to.y - from.y), margin = stage->layout->radius + 5;
    if (length <= 2 * margin) {
        return false;
    }
    /* Lines end at the nodes' rims; the two directions of a pair run side by side. */
    double ux = (to.x - from.x) / length, uy = (to.y - from.y) / length, aside = 3;
    double start = voyage->from < stage->facts->node_count ? margin : 4,
           end = voyage->to < stage->facts->node_count ? margin : 4;
    double bow = is_blocked(stage, voyage, from, to) ? fmin(length * 0.12, 3 * margin) : 0;
    double above = fmin(from.y, to.y) - stage->room.y, below = stage->room.y + stage->room.height - fmax(from.y, to.y);
    bow = fmin(bow, fmax((ux < 0 ? above : below) - 6, 0)); /* to the left it bows upwards, and stays on the stage */
    *way = (struct way){.from = {from.x + ux * start - uy * aside, from.y + uy * start + ux * aside},
                        .to = {to.x - ux * end - uy * aside, to.y - uy * end + ux * aside},
                        .bow_x = -uy * bow,
                        .bow_y = ux * bow};
    return true;
}

static void draw_voyage(const struct stage *stage, const struct voyage *voyage, enum ink ink) {
    enum { PARTS = 16 };
    struct way way;
    struct point line[PARTS + 1];
    if (!find_way(stage, voyage, &way)) {
        return;
    }
    double passed = (double)(stage->moment->at - voyage->sent) / fmax((double)(voyage->ends - voyage->sent), 1);
    bool is_lost = voyage->fate == FATE_LOST_ON_THE_WAY;
    double reach = is_lost ? 0.5 : 1;
    int parts = way.bow_x != 0 || way.bow_y != 0 ? PARTS : 1;
    for (int i = 0; i <= parts; i++) {
        line[i] = way_place(&way, reach * i / parts);
    }
    canvas_path(stage->canvas, line, (size_t)parts + 1, false, line_pen(ink, 1, 0.45));
    struct point at = way_place(&way, fmin(passed, reach));
    if (is_lost && passed >= 0.5) {
        draw_cross(stage->canvas, at.x, at.y, 4, pen_line(INK_VERMILION, 1.5));
    } else {
        /* Smaller among a thousand nodes, or it would hide them. */
        canvas_circle(stage->canvas, at.x, at.y, fmin(fmax(stage->layout->radius * 0.6, 1.2), 3.5), pen_fill(ink, 1));
    }
}

/* From the right, as far as there is room. Returns where it begins. */
static double add_role_key(const struct stage *stage, double left, double right, double y) {
    enum { MARKS = 6 };
    char reported[64], drawn[64];
    const char *const texts[MARKS] = {
        drawn, reported, "paused: two bars", "down: a cross", "candidate: dashed", "leader: crown"};
    bool has[MARKS] = {stage->moment->voyage_count > MOST_VOYAGES};
    uint32_t reports = 0;
    for (uint32_t i = 0; i < stage->moment->node_count; i++) {
        const struct moment_node *node = &stage->moment->nodes[i];
        reports += node->look.is_up && node->look.has_reported;
        has[2] = has[2] || (node->look.is_up && node->look.is_paused);
        has[3] = has[3] || !node->look.is_up;
        has[4] = has[4] || (node->look.is_up && node->look.role == ROLE_CANDIDATE);
        has[5] = has[5] || (node->look.is_up && node->look.role == ROLE_LEADER);
    }
    has[1] = reports > 0;
    snprintf(reported, sizeof reported, "filled: reported something (%u of %u)", reports, stage->moment->node_count);
    snprintf(drawn, sizeof drawn, "%d of %u messages drawn", MOST_VOYAGES, stage->moment->voyage_count);
    for (int i = 0; i < MARKS; i++) {
        double width = canvas_measure(stage->canvas, TYPE_AXIS, texts[i]);
        if (has[i] && right - width > left + 16) {
            canvas_text(stage->canvas, right, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, texts[i]);
            right -= width + 16;
        }
    }
    double width = canvas_measure(stage->canvas, TYPE_AXIS, "partition") + 20;
    if (stage->moment->cuts != NULL && right - width > left + 16) {
        canvas_text(stage->canvas, right, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, "partition");
        canvas_line(stage->canvas, right - width, y, right - width + 14, y, pen_line(INK_VERMILION, 4));
        right -= width + 16;
    }
    return right;
}

void stage_draw(struct canvas *canvas, struct rect area, const struct facts *facts, const struct moment *moment) {
    if (facts->node_count == 0 || moment == NULL || moment->node_count != facts->node_count) {
        chart_empty(canvas, area, NULL, "nobody is on the stage");
        return;
    }
    if (facts->node_count > MOST_NODES) {
        chart_empty(canvas, area, NULL, "there are too many nodes for a stage");
        return;
    }
    struct rect room = {area.x, area.y, area.width, area.height - FOOT};
    struct stage_layout *layout = stage_layout_new(room, facts);
    struct stage stage = {.canvas = canvas, .facts = facts, .moment = moment, .layout = layout, .room = room};
    struct message_key key = message_key_of(moment->voyages, moment->voyage_count);
    double foot = area.y + area.height - FOOT / 2.0 + 2, right = area.x + area.width;
    right =
        add_role_key(&stage, area.x + fmin(message_key_fit(canvas, &key, area.width), area.width * 0.5), right, foot);
    message_key_fit(canvas, &key, right - area.x);
    draw_boxes(&stage);
    uint32_t drawn = moment->voyage_count < MOST_VOYAGES ? moment->voyage_count : MOST_VOYAGES;
    for (uint32_t i = 0; i < drawn; i++) { /* of more, some from everywhere: they are in the order of their sending */
        const struct voyage *voyage = &moment->voyages[(uint64_t)i * moment->voyage_count / drawn];
        draw_voyage(&stage, voyage, message_key_ink(&key, voyage->type));
    }
    draw_walls(&stage);
    draw_nodes(&stage);
    name_boxes(&stage);
    message_key_draw(canvas, &key, area.x, foot);
    stage_layout_free(layout);
}
