/* The part of a run's report about PACELC. */
#ifndef SIM_COMMAND_REPORT_PACELC_H
#define SIM_COMMAND_REPORT_PACELC_H

#include "sim/command/report.h"

/* Of each system that clients ask, if a partition took place. */
void report_pacelc(struct run *run, const struct report_style *style, FILE *to);

#endif
