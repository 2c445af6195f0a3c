/* Partitions as walls: around whole areas that are cut off, else around nodes towards those that they cannot reach. */
#include "viz/stage_walls.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_ANGLES = 256 };

struct walls {
    struct canvas *canvas;
    const struct facts *facts;
    const struct stage_layout *layout;
    const bool *cuts;
    bool *has_wall; /* by pair as in cuts: a wall stands between the two */
    double alpha;
};

static bool is_cut(const struct walls *walls, uint32_t a, uint32_t b) {
    return walls->cuts[a * walls->facts->node_count + b];
}

static bool is_apart(const struct walls *walls, uint32_t a, uint32_t b) {
    return is_cut(walls, a, b) || is_cut(walls, b, a);
}

static struct pen wall_pen(const struct walls *walls) {
    return (struct pen){.ink = INK_VERMILION, .width = 4, .alpha = walls->alpha};
}

/* ---- Around areas ---- */

/* True if no message passes between the box and any node outside, one way at least. */
static bool is_box_cut_off(const struct walls *walls, const struct stage_box *box) {
    if (box->node_count == 0 || box->node_count == walls->facts->node_count) {
        return false;
    }
    bool *is_inside = calloc(walls->facts->node_count, sizeof *is_inside);
    bool result = is_inside != NULL;
    for (uint32_t i = 0; i < box->node_count && result; i++) {
        is_inside[box->nodes[i]] = true;
    }
    for (uint32_t i = 0; i < box->node_count && result; i++) {
        for (uint32_t k = 0; k < walls->facts->node_count && result; k++) {
            result = is_inside[k] || is_apart(walls, box->nodes[i], k);
        }
    }
    free(is_inside);
    return result;
}

/* ---- Around nodes ---- */

static uint32_t count_cuts(const struct walls *walls, uint32_t node) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < walls->facts->node_count; k++) {
        count += is_apart(walls, node, k);
    }
    return count;
}

static int ascending(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

/* Beyond the node's text, but not beyond half the way to the nearest node on the other side. */
static double wall_radius(const struct walls *walls, uint32_t node) {
    static const double wanted[] = {[DETAIL_DOTS] = 4, [DETAIL_NAMES] = 40, [DETAIL_FULL] = 68};
    struct point here = walls->layout->places[node];
    double radius = walls->layout->radius + wanted[walls->layout->detail];
    for (uint32_t k = 0; k < walls->facts->node_count; k++) {
        if (is_apart(walls, node, k)) {
            struct point there = walls->layout->places[k];
            radius = fmin(radius, hypot(there.x - here.x, there.y - here.y) / 2);
        }
    }
    return radius;
}

/* Arcs towards `count` directions; near ones join. */
static void draw_arcs(const struct walls *walls, uint32_t node, double *angles, uint32_t count, struct pen pen) {
    static const double half = 0.30; /* radians to both sides of a direction */
    struct point here = walls->layout->places[node];
    double radius = wall_radius(walls, node);
    qsort(angles, count, sizeof *angles, ascending);
    /* It starts behind the widest gap between directions, so that no arc is cut in two. */
    uint32_t first = 0;
    double widest = angles[0] + 2 * M_PI - angles[count - 1];
    for (uint32_t i = 1; i < count; i++) {
        if (angles[i] - angles[i - 1] > widest) {
            widest = angles[i] - angles[i - 1];
            first = i;
        }
    }
    double from = angles[first] - half, until = angles[first] + half;
    for (uint32_t i = 1; i < count; i++) {
        double angle = angles[(first + i) % count] + (first + i >= count ? 2 * M_PI : 0);
        if (angle - until > 0.9) {
            canvas_arc(walls->canvas, here.x, here.y, radius, from, until, pen);
            from = angle - half;
        }
        until = angle + half;
    }
    canvas_arc(walls->canvas, here.x, here.y, radius, from, until, pen);
}

/* Towards all that the node cannot reach and that have no wall against it yet. Dashed if only one way is cut. */
static void draw_wall(const struct walls *walls, uint32_t node) {
    uint32_t count = 0, nodes = walls->facts->node_count;
    double angles[MOST_ANGLES];
    bool is_both_ways = true;
    struct point here = walls->layout->places[node];
    for (uint32_t k = 0; k < nodes && count < MOST_ANGLES; k++) {
        if (is_apart(walls, node, k) && !walls->has_wall[node * nodes + k]) {
            struct point there = walls->layout->places[k];
            is_both_ways = is_both_ways && is_cut(walls, node, k) && is_cut(walls, k, node);
            angles[count++] = atan2(there.y - here.y, there.x - here.x);
            walls->has_wall[node * nodes + k] = walls->has_wall[k * nodes + node] = true;
        }
    }
    if (count > 0) {
        struct pen pen = wall_pen(walls);
        pen.dash = is_both_ways ? 0 : 5;
        draw_arcs(walls, node, angles, count, pen);
    }
}

/* Who is cut off from most comes first, so that the smaller side has the walls; each pair needs one. */
static void draw_around_nodes(struct walls *walls) {
    uint32_t nodes = walls->facts->node_count, most = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        uint32_t cuts = count_cuts(walls, i);
        most = cuts > most ? cuts : most;
    }
    walls->has_wall = calloc((size_t)nodes * nodes, sizeof *walls->has_wall);
    for (uint32_t cuts = most; cuts > 0 && walls->has_wall != NULL; cuts--) {
        for (uint32_t i = 0; i < nodes; i++) {
            if (count_cuts(walls, i) == cuts) {
                draw_wall(walls, i);
            }
        }
    }
    free(walls->has_wall);
}

void stage_walls_draw(struct canvas *canvas, const struct facts *facts, const struct stage_layout *layout,
                      const bool *cuts, double alpha) {
    if (cuts == NULL || alpha <= 0) {
        return;
    }
    struct walls walls = {.canvas = canvas, .facts = facts, .layout = layout, .cuts = cuts, .alpha = alpha};
    bool is_any = false;
    for (uint32_t b = 0; b < layout->box_count; b++) {
        if (is_box_cut_off(&walls, &layout->boxes[b])) {
            canvas_rounded(canvas, layout->boxes[b].rect, 12, wall_pen(&walls));
            is_any = true;
        }
    }
    if (!is_any) {
        draw_around_nodes(&walls);
    }
}
