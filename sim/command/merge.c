/* spacelike merge: the shards of a sweep into one file. */
#include "sim/base/text.h"
#include "sim/command/command.h"
#include "sim/study/store.h"

#include <inttypes.h>

static enum exit_status merge_files(const char *command, const char *into, char **paths, int count, bool json) {
    struct text error = {0};
    struct store *store = store_open(into, &error);
    enum exit_status status = store != NULL ? EXIT_HELD : EXIT_INPUT;
    uint64_t total = 0;
    printf("%s", json && status == EXIT_HELD ? "[" : "");
    for (int i = 0; i < count && status == EXIT_HELD; i++) {
        uint64_t added = 0;
        if (!store_merge(store, paths[i], &added, &error)) {
            status = EXIT_INPUT;
        } else if (json) {
            struct text name = {0};
            text_add_json(&name, paths[i]);
            printf("%s{\"file\": %s, \"added\": %" PRIu64 "}", i == 0 ? "" : ", ", name.bytes, added);
            text_free(&name);
        } else {
            printf("%s: %" PRIu64 " runs added\n", paths[i], added);
        }
        total += added;
    }
    if (json) {
        printf("%s", store != NULL ? "]\n" : "");
    } else if (status == EXIT_HELD) {
        printf("%s: %" PRIu64 " runs added in all; spacelike query %s shows them\n", into, total, into);
    }
    if (status != EXIT_HELD) {
        fflush(stdout);
        fprintf(stderr, "spacelike %s: %s", command, error.bytes);
    }
    store_close(store);
    text_free(&error);
    return status;
}

static enum exit_status run_merge(int argc, char **argv) {
    const char *into = NULL;
    bool json = false;
    const struct option_spec specs[] = {
        {.name = "--into", .takes_value = true, .value = &into}, {.name = "--json", .flag = &json}, {.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands < 0) {
        return EXIT_INPUT;
    }
    if (operands == 0 || into == NULL) {
        return usage_error(argv[0], "expected the files of shards, and --into FILE");
    }
    return merge_files(argv[0], into, argv + 1, operands, json);
}

const struct command command_merge = {
    .name = "merge",
    .arguments = "DB... --into FILE",
    .summary = "joins the shards of a sweep",
    .help = "Copies the runs of all DB files into FILE, which is made if it is not there. The result has the same rows "
            "as a sweep\n"
            "in one piece. Refuses to mix scenarios, versions, grids or settings, and runs that should be the same and "
            "are not.\n\n"
            "  --into FILE   where to\n"
            "  --json        prints what was added as JSON\n\n"
            "examples:\n"
            "  spacelike sweep scenarios/raft/leader-crash.json --seeds 1-20 --shard 1/2 --db one.db\n"
            "  spacelike sweep scenarios/raft/leader-crash.json --seeds 1-20 --shard 2/2 --db two.db\n"
            "  spacelike merge one.db two.db --into all.db\n",
    .run = run_merge,
};
