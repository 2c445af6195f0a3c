/* The plot of a reproduction: what was given, and ours with its interval. */
#ifndef SIM_COMMAND_REPRODUCE_PLOT_H
#define SIM_COMMAND_REPRODUCE_PLOT_H

#include "sim/study/reproduction.h"

/* As an SVG that stands by itself. */
void reproduce_plot(const struct reproduction *reproduction, const struct measured *measured, struct text *out);

/* What figures.csv says was measured, a figure of the reproduction a line; false with a message if it is of other
 * figures. */
bool reproduce_read_figures(const struct reproduction *reproduction, const char *csv, struct measured *measured,
                            struct text *error);

#endif
