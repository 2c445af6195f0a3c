#include "sim/base/text.h"
#include "sim/command/command.h"
#include "sim/command/plugin.h"
#include "sim/study/crash.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    /* A line a command. */
    /* clang-format off */
    &command_demo,
    &command_run,
    &command_test,
    &command_view,
    &command_compare,
    &command_sweep,
    &command_merge,
    &command_query,
    &command_baseline,
    &command_reproduce,
    &command_hunt,
    &command_shrink,
    &command_diff,
    &command_check,
    &command_models,
    &command_explain,
    &command_schema,
    &command_bench,
    /* clang-format on */
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static bool is_found_by_name;

const char *program_folder(void) {
    return is_found_by_name ? "" : "./";
}

static void print_help(FILE *to) {
    fprintf(to, "Spacelike, a laboratory for distributed systems.\n"
                "It runs a whole system in one deterministic event loop, checks that its protocol kept its promises,\n"
                "and measures what they cost: latency, consistency, availability.\n\n"
                "usage: spacelike COMMAND ...\n\n");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    fprintf(to, "\n  spacelike COMMAND --help tells more; spacelike --version says which build this is.\n\n"
                "Start with:  spacelike demo\n"
                "then:        spacelike run scenarios/raft/leader-partition.json\n\n"
                "exit status: 0 all held; 1 an invariant or expectation broke; 2 bad command line or input;\n"
                "             3 inconclusive; 4 a fault of Spacelike itself\n");
}

static void print_command_help(const struct command *command) {
    printf("usage: spacelike %s %s\n\n%s", command->name, command->arguments, command->help);
    if (command->takes_plugins) {
        printf("\nBesides:\n%s", plugin_help);
    }
}

static bool asks_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static enum exit_status unknown_command(const char *name) {
    const char *names[COMMAND_COUNT];
    for (int i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i]->name;
    }
    const char *near = text_suggest(name, names, COMMAND_COUNT);
    fprintf(stderr, "spacelike: there is no command \"%s\"", name);
    if (near != NULL) {
        fprintf(stderr, "; did you mean \"%s\"?", near);
    }
    fprintf(stderr, "\nspacelike --help lists them\n");
    return EXIT_INPUT;
}

static enum exit_status run_command(const struct command *command, int argc, char **argv) {
    enum exit_status status = command->takes_plugins ? plugins_take(&argc, argv) : EXIT_HELD;
    return status == EXIT_HELD ? command->run(argc, argv) : status;
}

static enum exit_status dispatch(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return EXIT_INPUT;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_HELD;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("spacelike %s (%s)\n", SPACELIKE_VERSION, build_description());
        return EXIT_HELD;
    }
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) {
            if (asks_help(argc - 1, argv + 1)) {
                print_command_help(commands[i]);
                return EXIT_HELD;
            }
            return run_command(commands[i], argc - 1, argv + 1);
        }
    }
    return unknown_command(argv[1]);
}

/* With a standard stream closed, the next file that is opened would get its number, and reports would go into it. In
 * their places stands a file that cannot be written (or read), so that writing there fails as it should. */
static void occupy_standard_streams(void) {
    for (int stream = 0; stream <= 2; stream++) {
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY) != stream) {
            exit(EXIT_OWN_FAULT);
        }
    }
}

int main(int argc, char **argv) {
    occupy_standard_streams();
    crash_watch(EXIT_OWN_FAULT);
    is_found_by_name = argc > 0 && strchr(argv[0], '/') == NULL;
    signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error of the write, which is reported */
    enum exit_status status = dispatch(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "spacelike: writing to standard output failed\n");
        status = exit_worse(status, EXIT_INPUT);
    }
    return (int)status;
}
