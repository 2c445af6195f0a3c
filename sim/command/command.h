/* The command line: subcommands, their options, exit statuses. The only room that knows sim, models and viz. */
#ifndef SIM_COMMAND_COMMAND_H
#define SIM_COMMAND_COMMAND_H

#include "sim/scenario/scenario.h"
#include "sim/spacelike.h"

#include <stdio.h>

enum exit_status {
    EXIT_HELD = 0,         /* all held */
    EXIT_BROKE = 1,        /* an invariant or expectation broke */
    EXIT_INPUT = 2,        /* bad command line or input */
    EXIT_INCONCLUSIVE = 3, /* a checker ran out of its budget */
    EXIT_OWN_FAULT = 4     /* a fault of Spacelike itself, a determinism failure included */
};

/* The worst of two, in the order 4, 2, 1, 3, 0. */
enum exit_status exit_worse(enum exit_status a, enum exit_status b);

struct command {
    const char *name;
    const char *arguments;                          /* "SCENARIO [options]" */
    const char *summary;                            /* one line, for the list */
    const char *help;                               /* what it does, options, examples */
    enum exit_status (*run)(int argc, char **argv); /* argv[0] is the command's name */
    bool takes_plugins;                             /* it knows models, and so those that `--plugin` brings */
};

extern const struct command command_baseline;
extern const struct command command_bench;
extern const struct command command_check;
extern const struct command command_compare;
extern const struct command command_demo;
extern const struct command command_diff;
extern const struct command command_explain;
extern const struct command command_hunt;
extern const struct command command_merge;
extern const struct command command_models;
extern const struct command command_query;
extern const struct command command_reproduce;
extern const struct command command_run;
extern const struct command command_schema;
extern const struct command command_shrink;
extern const struct command command_sweep;
extern const struct command command_test;
extern const struct command command_view;

/* ---- Options ---- */

/* Parsed options of a subcommand. Every option is `--name` or `--name VALUE` or `--name=VALUE`; "--" ends them. */
struct option_spec {
    const char *name; /* "--seed"; NULL ends the table */
    bool takes_value;
    const char **value;  /* where the value goes, if it takes one */
    bool *flag;          /* set, if it takes none */
    const char **values; /* instead of `value`: may be given again; filled up to the size of argv */
    uint32_t *value_count;
};

/* Sorts out argv: options into their places, the rest (the operands) to the front of argv from 1 on; returns their
 * count, or -1 after a message on stderr. */
int options_parse(int argc, char **argv, const struct option_spec *specs);

/* A message on stderr: "spacelike run: ...", and EXIT_INPUT. */
enum exit_status usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a whole number of 64 bits; false with a message. */
bool options_read_u64(const char *command, const char *option, const char *text, uint64_t *value);

/* "3", "1-100" */
bool options_read_range(const char *command, const char *option, const char *text, uint64_t *first, uint64_t *last);

/* ---- Output ---- */

bool is_terminal(FILE *stream);
bool wants_colour(FILE *stream);     /* a terminal, and NO_COLOR is not set */
double wall_seconds(void);           /* of a clock that never goes back */
const char *build_description(void); /* "release gcc 12.2.0 x86_64" */

/* Which sources this program was built from: "1f0c9a3b52d4", and "1f0c9a3b52d4-dirty+5c1e..." with a hash of the
 * program when they were changed or are unknown; and which plug-ins are loaded, with a hash of each. Programs that give
 * the same may share results. */
const char *build_commit(void);
const char *build_commit_tag(void); /* as git described the sources when they were built; "unknown" without it */

/* All models that are built in, and those of the plug-ins loaded. */
const struct model_list *built_in_models(void);

/* The folder of the scenarios that come with the program. */
const char *scenario_folder(void);

/* The folder of what is reproduced. */
const char *results_folder(void);

/* What stands before the program's name in the commands that it prints: "./" as the README has it, "" if it was found
 * by its name alone, as an installed one is. */
const char *program_folder(void);

#endif
