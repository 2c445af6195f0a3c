/* A run's report for people, on a terminal or in a file. */
#ifndef SIM_COMMAND_REPORT_H
#define SIM_COMMAND_REPORT_H

#include "sim/study/run.h"

#include <stdio.h>

struct report_style {
    bool colour;
    double wall_s;
    const char *replay;
};

void report_run(struct run *run, const struct report_style *style, FILE *to);

/* For parts of the report in other files: a heading after an empty line; and `text`, whose first line begins at column
 * `column`, and ends it, while further lines begin at column `indent`. */
void report_heading(const struct report_style *style, FILE *to, const char *text);
void report_wrapped(FILE *to, const char *text, size_t column, size_t indent);

/* The story alone: a dozen lines of what happened. */
void report_story(const struct run *run, const struct report_style *style, FILE *to);

/* One line, for progress and for tests: "holds", in its colour. */
const char *report_verdict(enum verdict verdict, bool colour);

/* "at least 0.9" and the value found, as people read the metric. */
void report_expectation(const struct run_expectation *judged, char *text, size_t size);

#endif
