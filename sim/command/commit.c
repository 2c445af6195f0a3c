#include "sim/command/command.h"

#include "sim/base/hash.h"
#include "sim/command/plugin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of this program's file, so that two builds of changed sources are told apart. */
static uint64_t program_hash(void) {
    FILE *file = fopen("/proc/self/exe", "rb");
    uint64_t hash = 0;
    char *block = malloc(1 << 20);
    size_t length;
    while (file != NULL && block != NULL && (length = fread(block, 1, 1 << 20, file)) > 0) {
        hash = hash_add(hash, hash_bytes(block, length));
    }
    free(block);
    if (file != NULL) {
        fclose(file);
    }
    return hash;
}

const char *build_commit(void) {
    static char commit[2048];
    const char *known = build_commit_tag();
    if (commit[0] == '\0') {
        if (strcmp(known, "unknown") == 0 || strstr(known, "-dirty") != NULL) {
            snprintf(commit, sizeof commit, "%s+%016" PRIx64, known, program_hash());
        } else {
            snprintf(commit, sizeof commit, "%s", known);
        }
        size_t length = strlen(commit);
        snprintf(commit + length, sizeof commit - length, "%s", plugins_description());
    }
    return commit;
}
