/* The parameters of a run's systems, as a section of its page. */
#ifndef VIZ_HTML_PARAMETERS_H
#define VIZ_HTML_PARAMETERS_H

#include "sim/scenario/scenario.h"

void html_parameters(const struct scenario *scenario, struct text *out);

#endif
