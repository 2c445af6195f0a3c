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

void ribbon_draw(struct canvas *canvas, struct rect area, const struct fact_outcomes *outcomes, uint32_t columns) {
    uint32_t c = 0;
    while (c < columns) {
        uint32_t end = c + 1;
        while (end < columns && has_same_look(outcomes[c], outcomes[end])) {
            end++;
        }
        if (outcomes[c].ok + outcomes[c].failed + outcomes[c].unknown > 0) {
            /* On whole pixels, so that no seam shows between slices. */
            double left = round(area.x + area.width * c / columns), right = round(area.x + area.width * end / columns);
            draw_slice(canvas, area, left, fmax(right, left + 1), outcomes[c]);
        }
        c = end;
    }
}

void ribbon_key(struct canvas *canvas, double right, double y) {
    static const char *const names[PARTS] = {"failed", "unknown", "succeeded"};
    for (int i = 0; i < PARTS; i++) {
        struct rect drawn = canvas_text(canvas, right, y, ANCHOR_END, TYPE_BODY, INK_TEXT, names[i]);
        struct rect box = {drawn.x - 16, y - 5, 10, 10};
        canvas_rect(canvas, box, pen_fill(inks[i], alphas[i]));
        if (inks[i] == INK_YELLOW) {
            canvas_rect(canvas, box, pen_line(INK_FAINT, 1));
        }
        right = box.x - 14;
    }
}
