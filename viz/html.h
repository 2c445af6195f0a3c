/* The report of a run as one HTML page: self-contained, light and dark, opens offline in any browser. Its size has a
 * bound, however long the run was: everything is aggregated to what a picture can show. */
#ifndef VIZ_HTML_H
#define VIZ_HTML_H

#include "sim/study/run.h"

struct html_source {
    const struct run *run;
    const char *const *expectations; /* one sentence for each of the run's expectations */
    const char *replay;              /* the command that runs the same again */
    const char *version, *build;
    double wall_s;
};

enum { HTML_MOST_BYTES = 3000000 };

void html_report(const struct html_source *source, struct text *out);

#endif
