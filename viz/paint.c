/* Painting with cairo: PNG, SVG, PDF. */
#include "viz/canvas_internal.h"

#include <math.h>

static void apply(struct canvas *canvas, struct pen pen) {
    cairo_t *cairo = canvas->cairo;
    struct colour colour = theme_colour(canvas->theme, pen.ink);
    cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, pen.alpha);
    if (pen.width <= 0) {
        cairo_fill(cairo);
        return;
    }
    cairo_set_line_width(cairo, pen.width);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cairo, &pen.dash, pen.dash > 0 ? 1 : 0, 0);
    cairo_stroke(cairo);
}

static void paint_path(struct canvas *canvas, const struct point *points, size_t count, bool is_closed,
                       struct pen pen) {
    bool is_down = false;
    for (size_t i = 0; i < count; i++) {
        if (isnan(points[i].y) || isnan(points[i].x)) {
            is_down = false;
        } else if (is_down) {
            cairo_line_to(canvas->cairo, points[i].x, points[i].y);
        } else {
            cairo_move_to(canvas->cairo, points[i].x, points[i].y);
            is_down = true;
        }
    }
    if (is_closed) {
        cairo_close_path(canvas->cairo);
    }
    apply(canvas, pen);
}

static void paint_rounded(struct canvas *canvas, struct rect rect, double radius, struct pen pen) {
    cairo_t *cairo = canvas->cairo;
    double right = rect.x + rect.width, bottom = rect.y + rect.height;
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, right - radius, rect.y + radius, radius, -M_PI / 2, 0);
    cairo_arc(cairo, right - radius, bottom - radius, radius, 0, M_PI / 2);
    cairo_arc(cairo, rect.x + radius, bottom - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cairo, rect.x + radius, rect.y + radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(cairo);
    apply(canvas, pen);
}

static void paint_arc(struct canvas *canvas, double x, double y, double radius, double from, double to,
                      struct pen pen) {
    cairo_new_sub_path(canvas->cairo);
    cairo_arc(canvas->cairo, x, y, radius, from, to);
    apply(canvas, pen);
}

static void paint_clip(struct canvas *canvas, struct rect rect) {
    cairo_save(canvas->cairo);
    cairo_rectangle(canvas->cairo, rect.x, rect.y, rect.width, rect.height);
    cairo_clip(canvas->cairo);
}

static void paint_unclip(struct canvas *canvas) {
    cairo_restore(canvas->cairo);
}

static void paint_text(struct canvas *canvas, double left, double y, double width, enum anchor anchor,
                       enum type_style style, enum ink ink, const char *text) {
    (void)width, (void)anchor;
    struct colour colour = theme_text_colour(canvas->theme, ink);
    int layout_width, layout_height;
    pango_layout_set_font_description(canvas->layout, canvas->fonts[style]);
    pango_layout_set_text(canvas->layout, text, -1);
    pango_layout_get_size(canvas->layout, &layout_width, &layout_height);
    cairo_set_source_rgb(canvas->cairo, colour.red, colour.green, colour.blue);
    cairo_move_to(canvas->cairo, left, y - (double)layout_height / PANGO_SCALE / 2);
    pango_cairo_show_layout(canvas->cairo, canvas->layout);
    cairo_new_path(canvas->cairo);
}

const struct painter cairo_painter = {.path = paint_path,
                                      .rounded = paint_rounded,
                                      .arc = paint_arc,
                                      .clip = paint_clip,
                                      .unclip = paint_unclip,
                                      .text = paint_text};
