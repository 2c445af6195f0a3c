/* A run that was stored as files (summary.json, ops.csv, series.csv): which one it was, and the facts that the files
 * hold. Who led when, and what was under way, they do not hold. */
#ifndef VIZ_STORED_H
#define VIZ_STORED_H

#include "viz/facts.h"

struct stored {
    char *folder;
    char *scenario; /* path, as it was given then */
    uint64_t seed, tie_salt, trace_hash;
    char **sets; /* of the scenario, "path=value" */
    uint32_t set_count;
    struct operation *operations; /* filled by stored_facts */
    struct cJSON *summary;
};

/* NULL with a message ended by a line break. */
struct stored *stored_read(const char *folder, struct text *error);
void stored_free(struct stored *stored);

/* `run` is the scenario, prepared and no more: for names and places of nodes. Both must live as long as the facts; free
 * with facts_free. NULL with a message that names the file and the line. */
struct facts *stored_facts(struct stored *stored, const struct run *run, struct text *error);

#endif
