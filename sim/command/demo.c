/* spacelike demo: two short stories, one of a promise kept and one of a promise broken. */
#include "sim/command/command.h"
#include "sim/command/report.h"
#include "sim/command/single.h"
#include "sim/study/summary.h"

#include <string.h>

static enum exit_status tell(const char *name, const char *introduction) {
    struct text path = {0}, errors = {0}, replay = {0};
    text_add(&path, "%s/%s", scenario_folder(), name);
    struct scenario_options reading = {.models = built_in_models()};
    struct scenario *scenario = scenario_read(path.bytes, &reading, &errors);
    enum exit_status status = EXIT_OWN_FAULT;
    if (scenario == NULL) {
        fprintf(stderr, "spacelike demo: %s", errors.bytes != NULL ? errors.bytes : "a scenario is missing\n");
    } else {
        printf("%s\n\n", introduction);
        struct run_options options = {.keep_probes = true, .progress = is_terminal(stderr) ? progress_show : NULL};
        double start = wall_seconds();
        struct run *run = run_execute(scenario, &options);
        progress_clear();
        text_add(&replay, "spacelike run scenarios/%s", name);
        struct report_style style = {
            .colour = wants_colour(stdout), .wall_s = wall_seconds() - start, .replay = replay.bytes};
        report_run(run, &style, stdout);
        status = exit_of_verdict(run->verdict);
        run_free(run);
    }
    scenario_free(scenario);
    text_free(&path);
    text_free(&errors);
    text_free(&replay);
    return status;
}

static enum exit_status run_demo(int argc, char **argv) {
    const struct option_spec specs[] = {{.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands != 0) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "unexpected \"%s\"", argv[1]);
    }
    enum exit_status first =
        tell("raft/leader-partition.json",
             "FIRST STORY. Five machines run Raft. Their leader is cut off from the others, and later another one\n"
             "crashes. The protocol promises that nobody will notice but for a short wait. Does it keep the promise?");
    printf("\n================================================================================================\n\n");
    enum exit_status second =
        tell("raft/vote-not-durable.json",
             "SECOND STORY. The same protocol with one line wrong: a server answers a candidate before its vote is on\n"
             "disk (a real bug: hashicorp/raft#661). Nothing is wrong until a server crashes at the worst moment.");
    printf("\nNow change something:  ./spacelike run scenarios/raft/leader-partition.json --set systems.store.nodes=3\n"
           "More scenarios:        ls scenarios/raft\n");
    return exit_worse(first, second);
}

const struct command command_demo = {
    .name = "demo",
    .arguments = "",
    .summary = "two stories: a protocol that keeps its promise, and one with a bug that does not",
    .help = "Runs two scenarios and tells what happened: Raft that loses its leader, and Raft with a real bug, whose\n"
            "violation is found and explained.\n",
    .run = run_demo,
};
