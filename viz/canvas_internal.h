/* The two ways to paint that a canvas has: cairo (paint.c) and markup (markup.c). */
#ifndef VIZ_CANVAS_INTERNAL_H
#define VIZ_CANVAS_INTERNAL_H

#include "viz/canvas.h"

#include <pango/pangocairo.h>

enum { CANVAS_CLIPS = 8 };

struct painter {
    void (*path)(struct canvas *canvas, const struct point *points, size_t count, bool is_closed, struct pen pen);
    void (*rounded)(struct canvas *canvas, struct rect rect, double radius, struct pen pen);
    void (*arc)(struct canvas *canvas, double x, double y, double radius, double from, double to, struct pen pen);
    void (*clip)(struct canvas *canvas, struct rect rect);
    void (*unclip)(struct canvas *canvas);
    /* `left` end of the letters, `y` the middle of the line. */
    void (*text)(struct canvas *canvas, double left, double y, double width, enum anchor anchor, enum type_style style,
                 enum ink ink, const char *text);
};

struct canvas {
    enum canvas_form form;
    enum theme theme;
    double width, height;
    const struct painter *painter;
    cairo_surface_t *surface;
    cairo_t *cairo; /* of markup: only measures */
    PangoLayout *layout;
    PangoFontDescription *fonts[TYPE_COUNT];
    struct text bytes;  /* what a stream or the markup painter wrote so far */
    struct text hovers; /* markup: on top of all shapes */
    struct rect clips[CANVAS_CLIPS + 1];
    uint32_t clip_count;
    struct label *labels;
    uint32_t label_count, label_capacity;
    struct canvas_target *targets;
    uint32_t target_count, target_capacity;
};

extern const struct painter cairo_painter, markup_painter;

void markup_begin(struct canvas *canvas, const char *title);
void markup_end(struct canvas *canvas);
void markup_escape(struct text *out, const char *text); /* for text and attributes of HTML and SVG */

#endif
