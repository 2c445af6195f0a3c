/* The parts of a page that do not depend on what it tells: head, styles, script, tables. */
#ifndef VIZ_HTML_PAGE_H
#define VIZ_HTML_PAGE_H

#include "sim/base/text.h"

#include <stdint.h>

void page_begin(struct text *out, const char *title);
void page_end(struct text *out);

void page_text(struct text *out, const char *text); /* escaped */

/* A section with a heading; `id` for links, or NULL. */
void page_section(struct text *out, const char *id, const char *heading);
void page_section_end(struct text *out);

/* A table whose columns sort at a click. Cells come row by row; `value` is what sorts (NAN: the text sorts). */
void page_table(struct text *out, const char *const *columns, uint32_t count);
void page_row(struct text *out);
void page_cell(struct text *out, double value, const char *text);
void page_row_end(struct text *out);
void page_table_end(struct text *out);

#endif
