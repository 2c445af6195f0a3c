#include "sim/study/fingerprint.h"

#include <stdio.h>
#include <string.h>

static int rank_of(const struct run_check *check) {
    if (check->system != UINT32_MAX) {
        return 0;
    }
    return strcmp(check->name, "linearizable") == 0 ? 1 : 2;
}

const struct run_check *fingerprint_check(const struct run *run) {
    const struct run_check *found = NULL;
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        if (!run_check_is_unexpected(run, check)) {
            continue;
        }
        bool is_first = found == NULL || rank_of(check) < rank_of(found) ||
                        (rank_of(check) == 0 && rank_of(found) == 0 && check->result.at < found->result.at);
        found = is_first ? check : found;
    }
    return found;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Each run of digits, dots within it included, becomes one '#'. The first line says what broke. */
static void add_shape(struct fingerprint *fingerprint, const char *detail) {
    size_t at = strlen(fingerprint->text);
    for (; *detail != '\0' && *detail != '\n' && at + 1 < sizeof fingerprint->text; detail++) {
        fingerprint->text[at++] = *detail;
        if (is_digit(*detail)) {
            fingerprint->text[at - 1] = '#';
            while (is_digit(detail[1]) || (detail[1] == '.' && is_digit(detail[2]))) {
                detail++;
            }
        }
    }
    fingerprint->text[at] = '\0';
}

struct fingerprint fingerprint_of(const struct run *run) {
    struct fingerprint fingerprint = {""};
    const struct run_check *check = fingerprint_check(run);
    if (check == NULL) {
        return fingerprint;
    }
    snprintf(fingerprint.text, sizeof fingerprint.text, "%s: ", check->name);
    /* The details of the checks of histories tell of single operations: their shape says nothing about the failure. */
    if (rank_of(check) == 0) {
        add_shape(&fingerprint, check->result.detail);
    } else {
        fingerprint.text[strlen(check->name)] = '\0';
    }
    return fingerprint;
}

struct fingerprint fingerprint_of_crash(int signal, const char *note) {
    struct fingerprint fingerprint = {"crash: "};
    if (note[0] != '\0') {
        add_shape(&fingerprint, note);
    } else {
        snprintf(fingerprint.text, sizeof fingerprint.text, "crash: signal %d (%s)", signal, strsignal(signal));
    }
    return fingerprint;
}

bool fingerprint_is_same(const struct fingerprint *a, const struct fingerprint *b) {
    return strcmp(a->text, b->text) == 0;
}

const char *fingerprint_check_name(const struct fingerprint *fingerprint, char *name, size_t size) {
    snprintf(name, size, "%.*s", (int)strcspn(fingerprint->text, ":"), fingerprint->text);
    return name;
}
