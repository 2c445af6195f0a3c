#include "sim/base/text.h"
#include "sim/command/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum exit_status exit_worse(enum exit_status a, enum exit_status b) {
    static const int rank[] = {
        [EXIT_HELD] = 0, [EXIT_INCONCLUSIVE] = 1, [EXIT_BROKE] = 2, [EXIT_INPUT] = 3, [EXIT_OWN_FAULT] = 4};
    return rank[a] >= rank[b] ? a : b;
}

enum exit_status usage_error(const char *command, const char *format, ...) {
    fprintf(stderr, "spacelike %s: ", command);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nspacelike %s --help tells more\n", command);
    return EXIT_INPUT;
}

static int unknown_option(const char *command, const char *option, const struct option_spec *specs) {
    const char *names[64];
    size_t count = 0;
    while (count < 64 && specs[count].name != NULL) {
        names[count] = specs[count].name;
        count++;
    }
    const char *near = text_suggest(option, names, count);
    if (near != NULL) {
        usage_error(command, "there is no option %s; did you mean %s?", option, near);
    } else {
        usage_error(command, "there is no option %s", option);
    }
    return -1;
}

/* Handles the option at argv[*at], and moves on over its value. */
static int take_option(int argc, char **argv, int *at, const struct option_spec *specs) {
    char name[64];
    const char *equals = strchr(argv[*at], '=');
    size_t length = equals != NULL ? (size_t)(equals - argv[*at]) : strlen(argv[*at]);
    snprintf(name, sizeof name, "%.*s", (int)length, argv[*at]);
    const struct option_spec *spec = specs;
    while (spec->name != NULL && strcmp(spec->name, name) != 0) {
        spec++;
    }
    if (spec->name == NULL) {
        return unknown_option(argv[0], name, specs);
    }
    if (!spec->takes_value) {
        if (equals != NULL) {
            usage_error(argv[0], "%s takes no value", name);
            return -1;
        }
        *spec->flag = true;
        return 0;
    }
    const char *value = equals != NULL ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
    if (value == NULL) {
        usage_error(argv[0], "%s needs a value", name);
        return -1;
    }
    if (spec->values != NULL) {
        spec->values[(*spec->value_count)++] = value;
    } else {
        *spec->value = value;
    }
    return 0;
}

int options_parse(int argc, char **argv, const struct option_spec *specs) {
    int operands = 0;
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (take_option(argc, argv, &i, specs) != 0) {
                return -1;
            }
        } else {
            argv[++operands] = argv[i];
        }
    }
    return operands;
}

static bool read_u64(const char *text, uint64_t *value) {
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

bool options_read_u64(const char *command, const char *option, const char *text, uint64_t *value) {
    if (!read_u64(text, value)) {
        usage_error(command, "%s %s: expected a whole number from 0 to 18446744073709551615", option, text);
        return false;
    }
    return true;
}

bool options_read_range(const char *command, const char *option, const char *text, uint64_t *first, uint64_t *last) {
    const char *dash = strchr(text, '-');
    if (dash == NULL) {
        return options_read_u64(command, option, text, first) && (*last = *first, true);
    }
    char low[24];
    snprintf(low, sizeof low, "%.*s", (int)(dash - text < 23 ? dash - text : 23), text);
    if (!read_u64(low, first) || !read_u64(dash + 1, last)) {
        usage_error(command, "%s %s: expected a whole number such as 3, or a range such as 1-100", option, text);
        return false;
    }
    if (*first > *last) {
        usage_error(command, "%s %s: the first is greater than the last", option, text);
        return false;
    }
    return true;
}

bool is_terminal(FILE *stream) {
    return isatty(fileno(stream)) == 1;
}

bool wants_colour(FILE *stream) {
    const char *no_colour = getenv("NO_COLOR");
    return is_terminal(stream) && (no_colour == NULL || no_colour[0] == '\0');
}

double wall_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

const char *build_description(void) {
    return SPACELIKE_BUILD " "
#if defined(__clang__)
                           "clang " __clang_version__
#else
                           "gcc " __VERSION__
#endif
                           " "
#if defined(__x86_64__)
                           "x86-64";
#elif defined(__aarch64__)
                           "aarch64";
#elif defined(__s390x__)
                           "s390x";
#else
                           "other";
#endif
}

const char *scenario_folder(void) {
    return SPACELIKE_SCENARIOS;
}

const char *results_folder(void) {
    return SPACELIKE_RESULTS;
}
