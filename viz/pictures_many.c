#include "viz/pictures_many.h"

#include <stdio.h>
#include <string.h>

enum { MARGIN = 24, FOOT = 20 };

const struct many_picture many_pictures[] = {
    {"sweep", "means over a varied parameter, with 95 % bands", sweep_draw},
    {"heat-map", "the mean of a metric over two varied parameters", heat_map_draw},
    {"pareto", "latency against staleness or availability, with the front", pareto_draw},
    {"pacelc", "the quadrant of PACELC, with the numbers that decide", pacelc_many_draw},
    {"designs", "designs or points side by side, with intervals", designs_draw},
    {"over-seeds", "distribution of election times, or of another metric, over the seeds", over_seeds_draw},
};
const uint32_t many_picture_count = sizeof many_pictures / sizeof many_pictures[0];

const struct many_picture *many_picture_usual(const struct many *many) {
    const char *name = many->axis_count > 0 ? "sweep" : many->point_count > 1 ? "designs" : "over-seeds";
    uint32_t i = 0;
    while (strcmp(many_pictures[i].name, name) != 0) {
        i++;
    }
    return &many_pictures[i];
}

void many_picture_draw(struct canvas *canvas, const struct many_picture *picture, const struct many *many,
                       const struct many_choice *choice) {
    double width = canvas_width(canvas), height = canvas_height(canvas);
    char text[256];
    snprintf(text, sizeof text, "%s · %s", many->title, many->source);
    canvas_text_within(canvas, width - MARGIN, height - MARGIN + 6, width - 2 * MARGIN, ANCHOR_END, TYPE_AXIS,
                       INK_FAINT, text);
    picture->draw(canvas, (struct rect){MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN - FOOT + 8}, many,
                  choice);
}
