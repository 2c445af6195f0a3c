/* The report of many runs, a sweep or a comparison, as one HTML page of bounded size. */
#ifndef VIZ_HTML_MANY_H
#define VIZ_HTML_MANY_H

#include "viz/html_page.h"
#include "viz/many.h"

void html_many_report(const struct many *many, const struct many_choice *choice, const struct page_origin *origin,
                      struct text *out);

#endif
