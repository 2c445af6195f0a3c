/* What is wrong with a scenario: collected while it is read, then sorted by position and printed. */
#ifndef SIM_SCENARIO_PROBLEM_H
#define SIM_SCENARIO_PROBLEM_H

#include "sim/base/arena.h"
#include "sim/base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { PROBLEMS_PER_FILE = 20, PROBLEMS_MOST = 1000 };

struct problem {
    uint32_t file, line, column; /* line and column from 1; columns count characters, not bytes */
    const char *message;
};

struct problem_file {
    const char *name;
    bool is_option; /* a "--set" of the command line, not a file */
};

/* Zeroed but for `arena`, it is empty. Beyond PROBLEMS_MOST, problems are only counted. */
struct problems {
    struct arena *arena;
    struct problem *items;
    uint32_t kept, capacity, count;
    struct problem_file *files;
    uint32_t file_count, file_capacity;
};

uint32_t problems_add_file(struct problems *problems, const char *name, bool is_option); /* its index */

void problems_add(struct problems *problems, uint32_t file, uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6), nonnull(5)));

/* One line each, "file:line:column: message", sorted by file and position, PROBLEMS_PER_FILE of a file at most. */
void problems_print(struct problems *problems, struct text *out);

#endif
