/* The page of spacelike hunt. */
#ifndef SIM_COMMAND_HUNT_PAGE_H
#define SIM_COMMAND_HUNT_PAGE_H

#include "sim/command/page.h"
#include "sim/study/hunt.h"

struct hunt_page {
    const char *operand;    /* the model or scenario that was hunted */
    char *const *scenarios; /* paths, one a finding */
    const char *again;      /* the command */
    const char *path;
    FILE *say_to;
};

enum exit_status hunt_page_write(const struct hunt_page *page, const struct hunt_options *options,
                                 const struct hunt_result *result);

#endif
