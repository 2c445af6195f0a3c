/* The report of a run as one HTML page: self-contained, light and dark, opens offline in any browser. Its size has a
 * bound, however long the run was: everything is aggregated to what a picture can show. */
#ifndef VIZ_HTML_H
#define VIZ_HTML_H

#include "sim/study/run.h"
#include "viz/html_page.h"

struct html_source {
    struct run *run;
    const char *const *expectations; /* one sentence for each of the run's expectations */
    struct page_origin origin;
};

void html_report(const struct html_source *source, struct text *out);

/* The story of a run, its timeline, and how its first violation came about: a part of another page. */
void html_excerpt(struct run *run, struct text *out);

#endif
