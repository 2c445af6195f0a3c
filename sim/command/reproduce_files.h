/* The files of a reproduction: written, or compared with what is there. Of sim/command/reproduce*.c only. */
#ifndef SIM_COMMAND_REPRODUCE_FILES_H
#define SIM_COMMAND_REPRODUCE_FILES_H

#include "sim/command/sweeping.h"
#include "sim/study/reproduction.h"

struct reproduce_arguments {
    const char *command, *folder, *jobs_text;
    bool quick, list, check, json, plots;
    uint32_t jobs;
};

/* One under way. */
struct reproduce_work {
    const struct reproduce_arguments *arguments;
    struct reproduction *reproduction;
    struct sweeping *sweeps; /* one an experiment */
    struct measured *measured;
    struct text page, figures, samples; /* what is generated */
};

void reproduce_complain(const struct reproduce_arguments *arguments, const struct text *error);
bool reproduce_read_file(const char *path, struct text *content); /* false: there is none */
/* Says on stderr where a file is another than what would be written. */
enum exit_status reproduce_compare_file(const char *folder, const char *name, const struct text *content);

/* Page, figures and samples, and with them the plot; of a check, only compared. */
enum exit_status reproduce_keep_files(const struct reproduce_work *work);
enum exit_status reproduce_keep_times(const struct reproduce_work *work); /* its line in host-times.tsv */
enum exit_status reproduce_plot_again(const struct reproduce_work *work); /* from figures.csv */

#endif
