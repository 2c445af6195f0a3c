/* The scenario files that paths on a command line mean: a file is itself, a folder is every scenario below it. */
#ifndef SIM_COMMAND_PATHS_H
#define SIM_COMMAND_PATHS_H

#include "sim/command/command.h"

struct path_list {
    char **paths; /* folders in the order of names, so that every machine has the same */
    size_t count, capacity;
};

/* All of `operands` (`count` of them); EXIT_INPUT after a message if one is not there or holds no scenario. */
enum exit_status paths_find(const char *command, struct path_list *list, char **operands, int count);
void paths_free(struct path_list *list);

#endif
