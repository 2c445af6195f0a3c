/* Painting as an svg element within a page. Colours are CSS variables that the page defines (--blue, --blue-text), so
 * that one drawing serves light and dark; text stays text. Coordinates have one decimal: a tenth of a pixel. */
#include "viz/canvas_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void markup_escape(struct text *out, const char *text) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            text_add_bytes(out, "&lt;", 4);
            break;
        case '>':
            text_add_bytes(out, "&gt;", 4);
            break;
        case '&':
            text_add_bytes(out, "&amp;", 5);
            break;
        case '"':
            text_add_bytes(out, "&quot;", 6);
            break;
        default:
            if ((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t') {
                text_add_bytes(out, text, 1);
            }
        }
    }
}

/* "12.5", "12", "-3.1": no trailing zero, and never "-0". */
static void add_number(struct text *out, double number) {
    double tenths = round(number * 10);
    if (fmod(tenths, 10) == 0) {
        text_add(out, "%.0f", tenths / 10 + 0.0);
    } else {
        text_add(out, "%.1f", tenths / 10);
    }
}

static void add_pair(struct text *out, double x, double y) {
    add_number(out, x);
    text_add_bytes(out, " ", 1);
    add_number(out, y);
}

static void add_attribute(struct text *out, const char *name, double number) {
    text_add(out, " %s=\"", name);
    add_number(out, number);
    text_add_bytes(out, "\"", 1);
}

/* Colours go through short classes: f-blue fills, s-blue strokes. */
static void add_pen(struct text *out, struct pen pen) {
    text_add(out, " class=\"%c-%s\"", pen.width > 0 ? 's' : 'f', ink_name(pen.ink));
    if (pen.width > 0 && pen.width != 1.5) {
        text_add(out, " stroke-width=\"%.3g\"", pen.width);
    }
    if (pen.alpha < 1) {
        text_add(out, " opacity=\"%.3g\"", pen.alpha);
    }
    if (pen.dash > 0) {
        text_add(out, " stroke-dasharray=\"%.3g\"", pen.dash);
    }
}

void markup_begin(struct canvas *canvas, const char *title) {
    text_add(&canvas->bytes, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", canvas->width,
             canvas->height);
    markup_escape(&canvas->bytes, title);
    text_add(&canvas->bytes, "\">\n");
}

void markup_end(struct canvas *canvas) {
    if (canvas->hovers.length > 0) {
        text_add(&canvas->bytes, "<g class=\"hv\">\n");
        text_add_bytes(&canvas->bytes, canvas->hovers.bytes, canvas->hovers.length);
        text_add(&canvas->bytes, "</g>\n");
    }
    text_add(&canvas->bytes, "</svg>\n");
}

/* Most closed paths are upright rectangles: side by side is shorter than corner by corner. */
static bool write_upright(struct text *out, const struct point *p, size_t count) {
    if (count != 4 || p[0].y != p[1].y || p[1].x != p[2].x || p[2].y != p[3].y || p[3].x != p[0].x) {
        return false;
    }
    text_add_bytes(out, "M", 1);
    add_pair(out, p[0].x, p[0].y);
    text_add_bytes(out, "H", 1);
    add_number(out, p[1].x);
    text_add_bytes(out, "V", 1);
    add_number(out, p[2].y);
    text_add_bytes(out, "H", 1);
    add_number(out, p[0].x);
    return true;
}

static void write_path(struct canvas *canvas, const struct point *points, size_t count, bool is_closed,
                       struct pen pen) {
    struct text *out = &canvas->bytes;
    bool is_down = false;
    text_add(out, "<path d=\"");
    for (size_t i = is_closed && write_upright(out, points, count) ? count : 0; i < count; i++) {
        if (isnan(points[i].x) || isnan(points[i].y)) {
            is_down = false;
            continue;
        }
        text_add_bytes(out, is_down ? "L" : "M", 1);
        add_pair(out, points[i].x, points[i].y);
        is_down = true;
    }
    text_add(out, "%s\"", is_closed ? "Z" : "");
    add_pen(out, pen);
    text_add(out, "/>\n");
}

static void write_rounded(struct canvas *canvas, struct rect rect, double radius, struct pen pen) {
    struct text *out = &canvas->bytes;
    text_add(out, "<rect");
    add_attribute(out, "x", rect.x);
    add_attribute(out, "y", rect.y);
    add_attribute(out, "width", rect.width);
    add_attribute(out, "height", rect.height);
    add_attribute(out, "rx", radius);
    add_pen(out, pen);
    text_add(out, "/>\n");
}

static void write_arc(struct canvas *canvas, double x, double y, double radius, double from, double to,
                      struct pen pen) {
    struct text *out = &canvas->bytes;
    if (to - from >= 2 * M_PI - 1e-9) {
        text_add(out, "<circle");
        add_attribute(out, "cx", x);
        add_attribute(out, "cy", y);
        add_attribute(out, "r", radius);
    } else {
        text_add(out, "<path d=\"M");
        add_pair(out, x + radius * cos(from), y + radius * sin(from));
        text_add(out, "A");
        add_pair(out, radius, radius);
        text_add(out, " 0 %d 1 ", to - from > M_PI);
        add_pair(out, x + radius * cos(to), y + radius * sin(to));
        text_add(out, "\"");
    }
    add_pen(out, pen);
    text_add(out, "/>\n");
}

static void write_clip(struct canvas *canvas, struct rect rect) {
    /* A nested svg clips what is outside of its box, and needs no id that could meet another on the page. */
    struct text *out = &canvas->bytes;
    text_add(out, "<svg");
    add_attribute(out, "x", rect.x);
    add_attribute(out, "y", rect.y);
    add_attribute(out, "width", fmax(rect.width, 0.1));
    add_attribute(out, "height", fmax(rect.height, 0.1));
    text_add(out, " viewBox=\"");
    add_pair(out, rect.x, rect.y);
    text_add(out, " ");
    add_pair(out, fmax(rect.width, 0.1), fmax(rect.height, 0.1));
    text_add(out, "\">\n");
}

static void write_unclip(struct canvas *canvas) {
    text_add(&canvas->bytes, "</svg>\n");
}

static void write_text(struct canvas *canvas, double left, double y, double width, enum anchor anchor,
                       enum type_style style, enum ink ink, const char *text) {
    static const char *const classes[TYPE_COUNT] = {
        [TYPE_AXIS] = "ta", [TYPE_BODY] = "tb", [TYPE_STRONG] = "ts", [TYPE_TITLE] = "tt", [TYPE_SMALL_STRONG] = "tn"};
    static const char *const anchors[] = {"", " tm", " te"};
    struct text *out = &canvas->bytes;
    text_add(out, "<text");
    add_attribute(out, "x", anchor == ANCHOR_START ? left : anchor == ANCHOR_MIDDLE ? left + width / 2 : left + width);
    add_attribute(out, "y", y + canvas_type_size(style) * 0.36); /* half the height of a capital */
    text_add(out, " class=\"%s%s t-%s\">", classes[style], anchors[anchor], ink_name(ink));
    markup_escape(out, text);
    text_add(out, "</text>\n");
}

void canvas_hover(struct canvas *canvas, struct rect rect, const char *format, ...) {
    if (canvas->form != CANVAS_MARKUP || rect.width <= 0 || rect.height <= 0) {
        return;
    }
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct text *out = &canvas->hovers;
    text_add(out, "<rect");
    add_attribute(out, "x", rect.x);
    add_attribute(out, "y", rect.y);
    add_attribute(out, "width", rect.width);
    add_attribute(out, "height", rect.height);
    text_add(out, " data-t=\"");
    markup_escape(out, text);
    text_add(out, "\"/>\n");
}

const struct painter markup_painter = {.path = write_path,
                                       .rounded = write_rounded,
                                       .arc = write_arc,
                                       .clip = write_clip,
                                       .unclip = write_unclip,
                                       .text = write_text};
