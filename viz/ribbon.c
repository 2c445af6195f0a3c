#include "viz/ribbon.h"

#include <math.h>

enum { PARTS = 3 };

static const enum ink inks[PARTS] = {INK_VERMILION, INK_YELLOW, INK_GREEN};
static const double alphas[PARTS] = {1, 1, 0.55};

static void draw_slice(struct canvas *canvas, struct rect area, double left, double right,
                       struct fact_outcomes outcome) {
    double total = (double)outcome.ok + outcome.failed + outcome.unknown;
    const double shares[PARTS] = {outcome.failed / total, outcome.unknown / total, outcome.ok / total};
    double base = area.y + area.height;
    for (int i = 0; i < PARTS; i++) {
        double height = fmin(shares[i] > 0 ? fmax(shares[i] * area.height, 1) : 0, base - area.y);
        if (height > 0) {
            canvas_rect(canvas, (struct rect){left, base - height, right - left, height}, pen_fill(inks[i], alphas[i]));
            base -= height;
            if (inks[i] == INK_YELLOW && height >= 3) { /* yellow on white alone is hard to see */
                canvas_rect(canvas, (struct rect){left, base, right - left, 1}, pen_fill(INK_TEXT, 0.6));
            }
        }
    }
}

static bool has_same_look(struct fact_outcomes a, struct fact_outcomes b) {
    bool a_is_good = a.ok > 0 && a.failed == 0 && a.unknown == 0,
         b_is_good = b.ok > 0 && b.failed == 0 && b.unknown == 0;
    bool a_is_open = a.unknown > 0 && a.failed == 0 && a.ok == 0,
         b_is_open = b.unknown > 0 && b.failed == 0 && b.ok == 0;
    return (a_is_good && b_is_good) || (a_is_open && b_is_open);
}

static bool has_any(struct fact_outcomes outcome) {
    return outcome.ok + outcome.failed + outcome.unknown > 0;
}

/* Where a slice begins: on a whole pixel, so that no seam shows between slices. */
static double slice_x(struct rect area, struct slices slices, double duration_s, uint32_t slice) {
    return round(area.x + area.width * fmin(slice * slices.seconds / duration_s, 1));
}

/* Paper below all that is drawn: bands of faults must not change its colours. */
static void draw_ground(struct canvas *canvas, struct rect area, const struct fact_outcomes *outcomes,
                        struct slices slices, double duration_s) {
    for (uint32_t c = 0; c < slices.count; c++) {
        uint32_t first = c;
        while (c < slices.count && has_any(outcomes[c])) {
            c++;
        }
        if (c > first) {
            double left = slice_x(area, slices, duration_s, first), right = slice_x(area, slices, duration_s, c);
            canvas_rect(canvas, (struct rect){left, area.y, fmax(right - left, 1), area.height},
                        pen_fill(INK_PAPER, 1));
        }
    }
}

void ribbon_draw(struct canvas *canvas, struct rect area, const struct fact_outcomes *outcomes, struct slices slices,
                 double duration_s) {
    uint32_t c = 0;
    draw_ground(canvas, area, outcomes, slices, duration_s);
    while (c < slices.count) {
        uint32_t end = c + 1;
        while (end < slices.count && has_same_look(outcomes[c], outcomes[end])) {
            end++;
        }
        if (has_any(outcomes[c])) {
            double left = slice_x(area, slices, duration_s, c), right = slice_x(area, slices, duration_s, end);
            draw_slice(canvas, area, left, fmax(right, left + 1), outcomes[c]);
        }
        c = end;
    }
}

static void draw_box(struct canvas *canvas, struct rect box, int part) {
    canvas_rect(canvas, box, pen_fill(inks[part], alphas[part]));
    if (inks[part] == INK_YELLOW) {
        canvas_rect(canvas, box, pen_line(INK_FAINT, 1));
    }
}

void ribbon_key(struct canvas *canvas, double right, double y) {
    static const char *const names[PARTS] = {"failed", "unknown", "succeeded"};
    for (int i = 0; i < PARTS; i++) {
        struct rect drawn = canvas_text(canvas, right, y, ANCHOR_END, TYPE_BODY, INK_TEXT, names[i]);
        struct rect box = {drawn.x - 16, y - 5, 10, 10};
        draw_box(canvas, box, i);
        right = box.x - 14;
    }
}

static const char *const short_names[2] = {"failed", "unknown"};
enum { SHORT_BOX = 8, SHORT_GAP = 4, SHORT_APART = 8 };

double ribbon_short_key_width(struct canvas *canvas) {
    return 2 * (SHORT_BOX + SHORT_GAP) + SHORT_APART + canvas_measure(canvas, TYPE_AXIS, short_names[0]) +
           canvas_measure(canvas, TYPE_AXIS, short_names[1]);
}

void ribbon_short_key(struct canvas *canvas, double left, double y) {
    for (int i = 0; i < 2; i++) {
        draw_box(canvas, (struct rect){left, y - SHORT_BOX / 2.0, SHORT_BOX, SHORT_BOX}, i);
        left += SHORT_BOX + SHORT_GAP;
        struct rect drawn = canvas_text(canvas, left, y, ANCHOR_START, TYPE_AXIS, INK_FAINT, short_names[i]);
        left += drawn.width + SHORT_APART;
    }
}
