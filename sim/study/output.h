/* Writing results: whole files or nothing. */
#ifndef SIM_STUDY_OUTPUT_H
#define SIM_STUDY_OUTPUT_H

#include "sim/base/text.h"

struct output_file {
    const char *name; /* in the folder */
    struct text content;
};

/* Writes all files into `folder`, which is made if it is not there (its parents too). Each is written under a temporary
 * name first, and all are renamed when all are complete: after a failure nothing half-written remains. False with a
 * message in `error`. */
bool output_write(const char *folder, const struct output_file *files, size_t count, struct text *error);

/* One file at `path`, in the same way; a device or pipe of that name is written to as it is. */
bool output_write_file(const char *path, const struct text *content, struct text *error);

#endif
