/* What the two painters share: text and its measures, labels, clips. */
#include "viz/canvas.h"

#include "viz/canvas_internal.h"

#include <assert.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Making and finishing ---- */

static cairo_status_t keep_bytes(void *context, const unsigned char *bytes, unsigned int length) {
    text_add_bytes(context, (const char *)bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

double canvas_type_size(enum type_style style) {
    static const double sizes[TYPE_COUNT] = {
        [TYPE_AXIS] = 11, [TYPE_BODY] = 13, [TYPE_STRONG] = 13, [TYPE_TITLE] = 18, [TYPE_SMALL_STRONG] = 11};
    return sizes[style];
}

static bool is_strong(enum type_style style) {
    return style == TYPE_STRONG || style == TYPE_TITLE || style == TYPE_SMALL_STRONG;
}

static void make_fonts(struct canvas *canvas) {
    canvas->layout = pango_cairo_create_layout(canvas->cairo);
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes,
                           pango_attr_font_features_new("tnum=1,calt=0")); /* figures of equal width, no ×86 */
    pango_layout_set_attributes(canvas->layout, attributes);
    pango_attr_list_unref(attributes);
    for (int style = 0; style < TYPE_COUNT; style++) {
        PangoFontDescription *font = pango_font_description_new();
        pango_font_description_set_family(font, "Inter,DejaVu Sans");
        pango_font_description_set_absolute_size(font, canvas_type_size((enum type_style)style) * PANGO_SCALE);
        if (is_strong((enum type_style)style)) {
            pango_font_description_set_weight(font, PANGO_WEIGHT_SEMIBOLD);
        }
        canvas->fonts[style] = font;
    }
}

static cairo_surface_t *make_surface(struct canvas *canvas, const char *title) {
    cairo_surface_t *surface;
    switch (canvas->form) {
    case CANVAS_SVG:
        surface = cairo_svg_surface_create_for_stream(keep_bytes, &canvas->bytes, canvas->width, canvas->height);
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
        return surface;
    case CANVAS_PDF:
        /* A point is 4/3 of a pixel of CSS; the drawing is scaled so that it has the same size on paper. */
        surface = cairo_pdf_surface_create_for_stream(keep_bytes, &canvas->bytes, canvas->width * 0.75,
                                                      canvas->height * 0.75);
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
        /* The same bytes whenever it is drawn. */
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
        return surface;
    case CANVAS_PNG:
        return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)canvas->width, (int)canvas->height);
    default:
        return cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    }
}

struct canvas *canvas_new(enum canvas_form form, double width, double height, enum theme theme, const char *title) {
    struct canvas *canvas = calloc(1, sizeof *canvas);
    if (canvas == NULL) {
        abort();
    }
    canvas->form = form;
    canvas->theme = theme;
    canvas->width = width;
    canvas->height = height;
    canvas->painter = form == CANVAS_MARKUP ? &markup_painter : &cairo_painter;
    canvas->surface = make_surface(canvas, title);
    canvas->cairo = cairo_create(canvas->surface);
    if (form == CANVAS_PDF) {
        cairo_scale(canvas->cairo, 0.75, 0.75);
    }
    /* Widths must not depend on the target: text is placed by what it measures. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(canvas->cairo, options);
    cairo_font_options_destroy(options);
    make_fonts(canvas);
    canvas->clips[0] = (struct rect){0, 0, width, height};
    if (form == CANVAS_MARKUP) {
        markup_begin(canvas, title);
    } else {
        canvas_rect(canvas, canvas->clips[0], pen_fill(INK_PAPER, 1));
    }
    return canvas;
}

bool canvas_finish(struct canvas *canvas, struct text *out, struct text *error) {
    cairo_status_t status = CAIRO_STATUS_SUCCESS;
    if (canvas->form == CANVAS_MARKUP) {
        markup_end(canvas);
    } else if (canvas->form == CANVAS_PNG) {
        status = cairo_surface_write_to_png_stream(canvas->surface, keep_bytes, &canvas->bytes);
    } else {
        cairo_surface_finish(canvas->surface);
        status = cairo_surface_status(canvas->surface);
    }
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_status(canvas->cairo);
    }
    if (status != CAIRO_STATUS_SUCCESS) {
        text_add(error, "drawing failed: %s\n", cairo_status_to_string(status));
        return false;
    }
    text_add_bytes(out, canvas->bytes.bytes, canvas->bytes.length);
    return true;
}

void canvas_free(struct canvas *canvas) {
    if (canvas == NULL) {
        return;
    }
    for (int style = 0; style < TYPE_COUNT; style++) {
        pango_font_description_free(canvas->fonts[style]);
    }
    g_object_unref(canvas->layout);
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    for (uint32_t i = 0; i < canvas->label_count; i++) {
        free(canvas->labels[i].text);
    }
    free(canvas->labels);
    free(canvas->targets);
    text_free(&canvas->bytes);
    text_free(&canvas->hovers);
    free(canvas);
}

double canvas_width(const struct canvas *canvas) {
    return canvas->width;
}

double canvas_height(const struct canvas *canvas) {
    return canvas->height;
}

/* ---- Shapes ---- */

void canvas_path(struct canvas *canvas, const struct point *points, size_t count, bool is_closed, struct pen pen) {
    if (count > 0) {
        canvas->painter->path(canvas, points, count, is_closed, pen);
    }
}

void canvas_rect(struct canvas *canvas, struct rect rect, struct pen pen) {
    struct point corners[] = {{rect.x, rect.y},
                              {rect.x + rect.width, rect.y},
                              {rect.x + rect.width, rect.y + rect.height},
                              {rect.x, rect.y + rect.height}};
    canvas->painter->path(canvas, corners, 4, true, pen);
}

void canvas_rounded(struct canvas *canvas, struct rect rect, double radius, struct pen pen) {
    radius = fmin(radius, fmin(rect.width, rect.height) / 2);
    canvas->painter->rounded(canvas, rect, radius, pen);
}

void canvas_line(struct canvas *canvas, double x1, double y1, double x2, double y2, struct pen pen) {
    struct point ends[] = {{x1, y1}, {x2, y2}};
    canvas->painter->path(canvas, ends, 2, false, pen);
}

void canvas_circle(struct canvas *canvas, double x, double y, double radius, struct pen pen) {
    canvas->painter->arc(canvas, x, y, radius, 0, 2 * M_PI, pen);
}

void canvas_arc(struct canvas *canvas, double x, double y, double radius, double from, double to, struct pen pen) {
    canvas->painter->arc(canvas, x, y, radius, from, to, pen);
}

static struct rect intersection(struct rect a, struct rect b) {
    double left = fmax(a.x, b.x), top = fmax(a.y, b.y);
    double right = fmin(a.x + a.width, b.x + b.width), bottom = fmin(a.y + a.height, b.y + b.height);
    return (struct rect){left, top, fmax(right - left, 0), fmax(bottom - top, 0)};
}

void canvas_clip(struct canvas *canvas, struct rect rect) {
    assert(canvas->clip_count < CANVAS_CLIPS);
    struct rect visible = intersection(canvas->clips[canvas->clip_count], rect);
    canvas->clips[++canvas->clip_count] = visible;
    canvas->painter->clip(canvas, visible);
}

void canvas_unclip(struct canvas *canvas) {
    assert(canvas->clip_count > 0);
    canvas->clip_count--;
    canvas->painter->unclip(canvas);
}

/* ---- Text ---- */

double canvas_measure(struct canvas *canvas, enum type_style style, const char *text) {
    int width, height;
    pango_layout_set_font_description(canvas->layout, canvas->fonts[style]);
    pango_layout_set_text(canvas->layout, text, -1);
    pango_layout_get_size(canvas->layout, &width, &height);
    return (double)width / PANGO_SCALE;
}

static void record_label(struct canvas *canvas, const char *text, struct rect rect, enum type_style style,
                         bool was_shortened) {
    if (canvas->label_count == canvas->label_capacity) {
        canvas->label_capacity = canvas->label_capacity == 0 ? 64 : canvas->label_capacity * 2;
        canvas->labels = realloc(canvas->labels, canvas->label_capacity * sizeof *canvas->labels);
    }
    char *copy = strdup(text);
    if (canvas->labels == NULL || copy == NULL) {
        abort();
    }
    canvas->labels[canvas->label_count++] = (struct label){.text = copy,
                                                           .rect = rect,
                                                           .clip = canvas->clips[canvas->clip_count],
                                                           .style = style,
                                                           .was_shortened = was_shortened};
}

static struct rect draw_text(struct canvas *canvas, double x, double y, enum anchor anchor, enum type_style style,
                             enum ink ink, const char *text, bool was_shortened) {
    double width = canvas_measure(canvas, style, text);
    double left = anchor == ANCHOR_START ? x : anchor == ANCHOR_MIDDLE ? x - width / 2 : x - width;
    double height = canvas_type_size(style) * 1.1;
    struct rect rect = {left, y - height / 2, width, height};
    if (text[0] != '\0') {
        canvas->painter->text(canvas, left, y, width, anchor, style, ink, text);
        record_label(canvas, text, rect, style, was_shortened);
    }
    return rect;
}

struct rect canvas_text(struct canvas *canvas, double x, double y, enum anchor anchor, enum type_style style,
                        enum ink ink, const char *text) {
    return draw_text(canvas, x, y, anchor, style, ink, text, false);
}

/* Moves back to the start of a UTF-8 character. */
static size_t character_start(const char *text, size_t at) {
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

/* The longest start of text[0..length) that is no wider than `most` with `tail` behind it, in bytes. */
static size_t longest_start(struct canvas *canvas, enum type_style style, const char *text, size_t length, double most,
                            const char *tail) {
    char line[512];
    size_t low = 0, high = length < 500 ? length : 500;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        size_t cut = character_start(text, middle);
        snprintf(line, sizeof line, "%.*s%s", (int)cut, text, tail);
        if (canvas_measure(canvas, style, line) <= most) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return character_start(text, low);
}

struct rect canvas_text_within(struct canvas *canvas, double x, double y, double most, enum anchor anchor,
                               enum type_style style, enum ink ink, const char *text) {
    if (canvas_measure(canvas, style, text) <= most) {
        return draw_text(canvas, x, y, anchor, style, ink, text, false);
    }
    char line[512];
    size_t length = longest_start(canvas, style, text, strlen(text), most, "…");
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    if (length < 2) {
        return (struct rect){x, y, 0, 0};
    }
    snprintf(line, sizeof line, "%.*s…", (int)length, text);
    return draw_text(canvas, x, y, anchor, style, ink, line, true);
}

uint32_t canvas_paragraph(struct canvas *canvas, double x, double y, double most, double leading, uint32_t lines,
                          enum type_style style, enum ink ink, const char *text) {
    uint32_t drawn = 0;
    while (*text != '\0' && drawn < lines) {
        size_t rest = strlen(text), length = longest_start(canvas, style, text, rest, most, "");
        if (drawn + 1 == lines || length == rest) {
            canvas_text_within(canvas, x, y + drawn * leading, most, ANCHOR_START, style, ink, text);
            return drawn + 1;
        }
        size_t space = length;
        while (space > 0 && text[space] != ' ') {
            space--;
        }
        length = space > 0 ? space : length > 0 ? length : 1;
        char line[512];
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        draw_text(canvas, x, y + drawn * leading, ANCHOR_START, style, ink, line, false);
        drawn++;
        text += length;
        text += strspn(text, " ");
    }
    return drawn;
}

uint32_t canvas_label_count(const struct canvas *canvas) {
    return canvas->label_count;
}

const struct label *canvas_label(const struct canvas *canvas, uint32_t index) {
    return &canvas->labels[index];
}

/* ---- For a window ---- */

void canvas_target(struct canvas *canvas, const struct canvas_target *target) {
    if (canvas->target_count == canvas->target_capacity) {
        canvas->target_capacity = canvas->target_capacity == 0 ? 64 : canvas->target_capacity * 2;
        canvas->targets = realloc(canvas->targets, canvas->target_capacity * sizeof *canvas->targets);
        if (canvas->targets == NULL) {
            abort();
        }
    }
    canvas->targets[canvas->target_count++] = *target;
}

const struct canvas_target *canvas_target_at(const struct canvas *canvas, double x, double y) {
    for (uint32_t i = canvas->target_count; i-- > 0;) {
        const struct rect *rect = &canvas->targets[i].rect;
        if (x >= rect->x && x < rect->x + rect->width && y >= rect->y && y < rect->y + rect->height) {
            return &canvas->targets[i];
        }
    }
    return NULL;
}

const unsigned char *canvas_pixels(struct canvas *canvas, int *stride) {
    cairo_surface_flush(canvas->surface);
    *stride = cairo_image_surface_get_stride(canvas->surface);
    return cairo_image_surface_get_data(canvas->surface);
}

/* ---- Rectangles ---- */

bool rect_overlaps(struct rect a, struct rect b) {
    enum { TOLERANCE = 1 }; /* letters have room around them within their rectangles */
    return a.x + a.width > b.x + TOLERANCE && b.x + b.width > a.x + TOLERANCE && a.y + a.height > b.y + TOLERANCE &&
           b.y + b.height > a.y + TOLERANCE;
}

bool rect_contains(struct rect outer, struct rect inner) {
    return inner.x >= outer.x - 0.5 && inner.y >= outer.y - 0.5 &&
           inner.x + inner.width <= outer.x + outer.width + 0.5 &&
           inner.y + inner.height <= outer.y + outer.height + 0.5;
}
