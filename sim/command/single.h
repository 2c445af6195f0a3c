/* What commands that run single scenarios share. */
#ifndef SIM_COMMAND_SINGLE_H
#define SIM_COMMAND_SINGLE_H

#include "sim/command/command.h"
#include "sim/study/run.h"

/* A progress line on stderr, for run_options.progress; and its end. */
bool progress_show(void *context, const struct run_progress *progress);
void progress_clear(void);

enum exit_status exit_of_verdict(enum verdict verdict);

#endif
