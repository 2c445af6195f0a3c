#include "sim/study/crash.h"

#include "sim/machine/cluster.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { REPLAY_BYTES = 4096, STACK_BYTES = 65536 };

/* A signal handler has nothing but globals. */
static struct {
    int status;
    const char *(*origin_of)(const char *model);
    const struct cluster *cluster;
    const char *doing;
    char replay[REPLAY_BYTES];
    char *note;
    _Alignas(16) char stack[STACK_BYTES]; /* that of a model may be the one that ran over */
} crash;

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGSEGV, "Segmentation fault"}, {SIGBUS, "Bus error"}, {SIGFPE, "Arithmetic error"},
    {SIGILL, "Illegal instruction"}, {SIGABRT, "Aborted"},  {SIGALRM, "it took too long"},
};
enum { SIGNAL_COUNT = sizeof signals / sizeof signals[0] };

/* ---- Text, with nothing that a signal handler must not call ---- */

struct note {
    char bytes[CRASH_NOTE_BYTES];
    size_t length;
};

static void add(struct note *note, const char *text) {
    for (; *text != '\0' && note->length + 1 < sizeof note->bytes; text++) {
        note->bytes[note->length++] = *text;
    }
    note->bytes[note->length] = '\0';
}

static void add_number(struct note *note, uint64_t value, int digits) {
    char text[24] = {0};
    int at = sizeof text - 1;
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
        digits--;
    } while (value > 0 || digits > 0);
    add(note, text + at);
}

static const char *signal_name(int number) {
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (signals[i].number == number) {
            return signals[i].name;
        }
    }
    return "a signal";
}

/* "the model pingpong (plug-in ./pingpong.so) crashed (Segmentation fault) in its handler message (pingpong.ping) at
 * store/2, 1.234000000 s" */
static void describe(struct note *note, int number) {
    struct running_handler running;
    if (crash.cluster == NULL || !cluster_running(crash.cluster, &running)) {
        add(note, crash.doing != NULL ? crash.doing : "spacelike itself");
        add(note, " crashed (");
        add(note, signal_name(number));
        add(note, ")");
        return;
    }
    const char *origin = crash.origin_of != NULL ? crash.origin_of(running.model) : NULL;
    add(note, "the model ");
    add(note, running.model);
    add(note, " (");
    add(note, origin != NULL ? origin : "built in");
    add(note, ") crashed (");
    add(note, signal_name(number));
    add(note, ") in its handler ");
    add(note, running.handler);
    if (running.about != NULL) {
        add(note, " (");
        add(note, running.about);
        add(note, ")");
    }
    add(note, " at ");
    add(note, running.node);
    add(note, ", ");
    add_number(note, (uint64_t)running.at / 1000000000, 1);
    add(note, ".");
    add_number(note, (uint64_t)running.at % 1000000000, 9);
    add(note, " s");
}

static void say(const char *text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; /* nobody is left to be told */
}

static void on_signal(int number) {
    struct note note = {.length = 0};
    describe(&note, number);
    if (crash.note != NULL) {
        memcpy(crash.note, note.bytes, sizeof note.bytes);
        signal(number, SIG_DFL);
        raise(number); /* delivered when this handler returns */
        return;
    }
    say("spacelike: ");
    say(note.bytes);
    say("\n");
    if (crash.replay[0] != '\0') {
        say("replay: ");
        say(crash.replay);
        say("\n");
    }
    _exit(crash.status);
}

/* ---- What others tell ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif
#else
enum { IS_SANITIZED = 0 };
#endif

void crash_watch(int status) {
    crash.status = status;
    if (IS_SANITIZED) {
        return;
    }
    stack_t stack = {.ss_sp = crash.stack, .ss_size = sizeof crash.stack};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        sigaction(signals[i].number, &action, NULL);
    }
}

void crash_origin(const char *(*origin_of)(const char *model)) {
    crash.origin_of = origin_of;
}

void crash_about(const struct cluster *cluster) {
    crash.cluster = cluster;
}

void crash_replay(const char *command) {
    size_t length = command != NULL ? strnlen(command, REPLAY_BYTES) : 0;
    length = length < REPLAY_BYTES ? length : 0; /* half a command would be another one */
    if (length > 0) {
        memcpy(crash.replay, command, length);
    }
    crash.replay[length] = '\0';
}

void crash_doing(const char *what) {
    crash.doing = what;
}

void crash_note_to(char *note) {
    crash.note = note;
}
