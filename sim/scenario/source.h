/* The text of a scenario made whole: the file, those that it extends, the values set on the command line, and "let".
 *
 * Merging: objects merge by key; arrays and scalars replace; null takes a key of the base away; and of a value that has
 * one of several kinds (a distribution, arrivals, a choice of keys), another kind replaces the base's. */
#ifndef SIM_SCENARIO_SOURCE_H
#define SIM_SCENARIO_SOURCE_H

#include "sim/scenario/json.h"
#include "sim/spacelike.h"

enum { SOURCE_MOST_FILES = 32 };

struct source {
    struct arena arena; /* of all that is needed while reading only */
    struct problems problems;
    struct json_places places;
    cJSON *tree; /* without "extends"; after source_apply_let without "let" */
};

void source_init(struct source *source);
void source_free(struct source *source);

/* The bytes of a file in the source's arena, NUL-terminated; NULL with the reason in `error`. */
char *source_read_file(struct source *source, const char *path, size_t *length, const char **error);

/* `path` as seen from the folder of `file`. */
const char *source_path(struct source *source, const char *file, const char *path);

/* Each returns false after problems were added. */
bool source_load(struct source *source, const char *path, const char *text, size_t length);
bool source_apply_set(struct source *source, const char *option, const char *setting); /* "--set", "path=value" */
/* "path=value" of what may change in the middle of a run, at `from`; "faults=[...]" adds to those there are. */
bool source_apply_change(struct source *source, const char *change, sim_time from);
bool source_apply_let(struct source *source);

#endif
