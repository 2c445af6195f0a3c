/* The parts of a page that do not depend on what it tells: styles, script, head, sections, tables, figures. Every page
 * is self-contained, light and dark, and opens offline in any browser. */
#ifndef VIZ_HTML_PAGE_H
#define VIZ_HTML_PAGE_H

#include "sim/check/verdict.h"
#include "viz/canvas.h"

#include <stdint.h>

/* However much there was to tell: what has no end is cut, and the page says so. */
enum { PAGE_MOST_BYTES = 3000000 };

enum { PAGE_WIDTH = 1080, PAGE_HALF = 526 }; /* of figures */

void page_begin(struct text *out, const char *title);
void page_end(struct text *out);

void page_text(struct text *out, const char *text); /* escaped */
void page_paragraph(struct text *out, const char *class, const char *text);
void page_pre(struct text *out, const char *text, size_t most); /* at most so many bytes of it */

/* Title, and below it what was asked (or NULL) and what the author says about it (or NULL). */
void page_head(struct text *out, const char *title, const char *question, const char *answer);

/* Where a page comes from: "trace ..., spacelike 0.1, release gcc 12, 1.2 s on this machine", and the command that does
 * the same again. */
struct page_origin {
    const char *command;
    const char *version, *build;
    double wall_s;
};
void page_origin(struct text *out, const struct page_origin *origin, const char *more);

/* Links to sections of this page, by their ids. */
struct page_link {
    const char *id, *name;
};
void page_contents(struct text *out, const struct page_link *links, uint32_t count);

/* A section with a heading; `id` for links, or NULL. */
void page_section(struct text *out, const char *id, const char *heading);
void page_section_end(struct text *out);

/* A table whose columns sort at a click. Cells come row by row; `value` is what sorts (NAN: the text sorts). */
void page_table(struct text *out, const char *const *columns, uint32_t count);
void page_row(struct text *out);
void page_cell(struct text *out, double value, const char *text);
void page_cell_verdict(struct text *out, enum verdict verdict);
void page_row_end(struct text *out);
void page_table_end(struct text *out);

/* A picture within the page: draw on the canvas, then end it. */
struct canvas *page_figure(double width, double height, const char *title);
void page_figure_end(struct text *out, struct canvas *canvas);
/* The same picture as a file of its own, an SVG that is light or dark as its reader is. */
void page_picture(struct text *out, struct canvas *canvas);

#endif
