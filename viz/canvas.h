/* One drawing interface for every picture: PNG, SVG and PDF through cairo and pango, inline SVG for a page (with
 * colours as CSS variables, so that one drawing serves light and dark), and later the window.
 *
 * Lengths are in pixels, y grows downwards, angles in radians clockwise from the right. Every label is recorded with
 * its rectangle and the clip in force, so that tests see what was drawn where, what overlaps and what is cut off. */
#ifndef VIZ_CANVAS_H
#define VIZ_CANVAS_H

#include "sim/base/text.h"
#include "viz/theme.h"

#include <stddef.h>
#include <stdint.h>

struct rect {
    double x, y, width, height;
};

struct point {
    double x, y; /* NAN: a break in a line */
};

/* How a shape is painted. */
struct pen {
    enum ink ink;
    double width; /* of its line; 0: it is filled */
    double alpha; /* 0 to 1 */
    double dash;  /* length of dashes and gaps; 0: solid */
};

static inline struct pen pen_line(enum ink ink, double width) {
    return (struct pen){.ink = ink, .width = width, .alpha = 1};
}
static inline struct pen pen_fill(enum ink ink, double alpha) {
    return (struct pen){.ink = ink, .alpha = alpha};
}

enum type_style { TYPE_AXIS, TYPE_BODY, TYPE_STRONG, TYPE_TITLE, TYPE_SMALL_STRONG, TYPE_COUNT };
enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

/* A label as it was drawn. */
struct label {
    char *text;
    struct rect rect; /* that the letters take */
    struct rect clip; /* what was visible then */
    enum type_style style;
    bool was_shortened; /* ends in an ellipsis, because the room was too small */
};

enum canvas_form { CANVAS_PNG, CANVAS_SVG, CANVAS_PDF, CANVAS_MARKUP };

struct canvas;

/* A canvas of its own. The paper is painted, but in CANVAS_MARKUP the page's shows through. */
struct canvas *canvas_new(enum canvas_form form, double width, double height, enum theme theme, const char *title);
/* Ends the drawing and adds the file's bytes (of markup: an svg element) to `out`; false with a message if cairo
 * failed. */
bool canvas_finish(struct canvas *canvas, struct text *out, struct text *error);
void canvas_free(struct canvas *canvas);

double canvas_width(const struct canvas *canvas);
double canvas_height(const struct canvas *canvas);

/* ---- Shapes ---- */

void canvas_rect(struct canvas *canvas, struct rect rect, struct pen pen);
void canvas_rounded(struct canvas *canvas, struct rect rect, double radius, struct pen pen);
void canvas_line(struct canvas *canvas, double x1, double y1, double x2, double y2, struct pen pen);
void canvas_path(struct canvas *canvas, const struct point *points, size_t count, bool is_closed, struct pen pen);
void canvas_circle(struct canvas *canvas, double x, double y, double radius, struct pen pen);
void canvas_arc(struct canvas *canvas, double x, double y, double radius, double from, double to, struct pen pen);

void canvas_clip(struct canvas *canvas, struct rect rect); /* until canvas_unclip; at most 8 in one another */
void canvas_unclip(struct canvas *canvas);

/* ---- Text ---- */

double canvas_type_size(enum type_style style);
double canvas_measure(struct canvas *canvas, enum type_style style, const char *text);

/* `y` is the middle of the line. Returns the label's rectangle. */
struct rect canvas_text(struct canvas *canvas, double x, double y, enum anchor anchor, enum type_style style,
                        enum ink ink, const char *text);
/* No wider than `most`: the end is replaced by an ellipsis if need be; nothing is drawn where not even two letters fit.
 */
struct rect canvas_text_within(struct canvas *canvas, double x, double y, double most, enum anchor anchor,
                               enum type_style style, enum ink ink, const char *text);
/* Lines broken between words, `leading` apart, `y` the middle of the first; at most `lines` of them, the last
 * shortened. Returns how many. */
uint32_t canvas_paragraph(struct canvas *canvas, double x, double y, double most, double leading, uint32_t lines,
                          enum type_style style, enum ink ink, const char *text);

uint32_t canvas_label_count(const struct canvas *canvas);
const struct label *canvas_label(const struct canvas *canvas, uint32_t index);

/* What a reader sees who points here. Kept in markup only. */
void canvas_hover(struct canvas *canvas, struct rect rect, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a click means, for a window: a node, something that happened at one, or a time on an axis that runs to the
 * right.
 */
enum target_kind { TARGET_NODE, TARGET_EVENT, TARGET_TIME };
struct canvas_target {
    struct rect rect;
    enum target_kind kind;
    uint32_t node;
    int64_t at, until; /* of an event: when; of an axis: from left to right */
};
void canvas_target(struct canvas *canvas, const struct canvas_target *target);
/* The last that was drawn there; NULL: none. */
const struct canvas_target *canvas_target_at(const struct canvas *canvas, double x, double y);

/* The pixels of a canvas of CANVAS_PNG as they are now, 32 bits each, 0x00RRGGBB in the machine's order, `*stride`
 * bytes a row. Valid until something is drawn. */
const unsigned char *canvas_pixels(struct canvas *canvas, int *stride);

bool rect_overlaps(struct rect a, struct rect b);
bool rect_contains(struct rect outer, struct rect inner); /* with a tolerance of half a pixel */

#endif
