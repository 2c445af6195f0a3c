/* A run that stands at a moment: what each node holds, which faults last, what is on its way. */
#ifndef SIM_COMMAND_STATE_H
#define SIM_COMMAND_STATE_H

#include "sim/command/report.h"

void state_show(const struct run *run, const struct report_style *style, FILE *to);

/* One JSON object. */
void state_json(const struct run *run, struct text *out);

#endif
