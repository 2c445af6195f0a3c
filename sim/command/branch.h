/* spacelike run --at --branch: the state of a run at a moment, and several futures from there, side by side. */
#ifndef SIM_COMMAND_BRANCH_H
#define SIM_COMMAND_BRANCH_H

#include "sim/command/command.h"
#include "sim/study/run.h"

struct branching {
    const char *command, *path;
    struct scenario_options reading;
    struct run_options options;
    const char *at;
    const char *const *branches; /* "network.loss=0.1; faults=[...]" each */
    uint32_t branch_count;
    bool json;
};

enum exit_status branch_run(const struct branching *branching);

#endif
