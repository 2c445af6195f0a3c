/* Models outside of this program: shared libraries named by `--plugin FILE`. */
#ifndef SIM_COMMAND_PLUGIN_H
#define SIM_COMMAND_PLUGIN_H

#include "sim/command/command.h"

/* What the help of every command that takes `--plugin` ends with. */
extern const char plugin_help[];

/* Takes `--plugin FILE` and `--plugin=FILE` out of argv, and loads them, each once. EXIT_INPUT after a message if one
 * is no library, has no models, was built for another interface, or has tables that are not sound. */
enum exit_status plugins_take(int *argc, char **argv);

/* ", plug-in mine.so 0123456789abcdef" for each that was loaded: with the hash of its file, for what says where
 * results come from. */
const char *plugins_description(void);

#endif
