/* Logs with an operation a line, as Jepsen prints them and keeps them in history.txt:
 *
 *   INFO  jepsen.util - 3    :invoke    :cas    [1 2]
 *   3    :fail    :cas    [1 2]    :hint 4
 *
 * A process, what happens, a function and a value. What stands before is the logger's, what follows is a reason or a
 * hint; lines of another form are no operations. All else is blanked out, so that the reader of EDN sees each datum
 * where it stands in the file. */
#include "sim/check/recorded/recorded.h"

#include "sim/check/recorded/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static const char *skip_blanks(const char *at, const char *end) {
    while (at < end && is_blank(*at)) {
        at++;
    }
    return at;
}

static const char *skip_word(const char *at, const char *end) {
    while (at < end && !is_blank(*at)) {
        at++;
    }
    return at;
}

static bool is_type(const char *word, size_t length) {
    static const char *const types[] = {":invoke", ":ok", ":fail", ":info"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strlen(types[i]) == length && memcmp(types[i], word, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_process(const char *word, const char *end) {
    const char *at = word;
    while (at < end && isdigit((unsigned char)*at)) {
        at++;
    }
    return end > word && (*word == ':' || at == end);
}

/* Where the process of a line's operation stands, and where its value begins; false if the line has none. */
static bool find_operation(const char *line, const char *end, const char **process, const char **value) {
    const char *before = NULL, *before_end = NULL;
    for (const char *at = skip_blanks(line, end); at < end;) {
        const char *word_end = skip_word(at, end), *next = skip_blanks(word_end, end);
        if (before != NULL && is_type(at, (size_t)(word_end - at)) && next < end && *next == ':' &&
            is_process(before, before_end)) {
            *process = before;
            *value = skip_blanks(skip_word(next, end), end);
            return true;
        }
        before = at;
        before_end = word_end;
        at = next;
    }
    return false;
}

/* The end of a datum with the tags before it; that of the line if it is not closed there. */
static const char *skip_datum(const char *at, const char *end) {
    while (at + 1 < end && *at == '#' && at[1] != '{') {
        while (at < end && !is_blank(*at) && strchr("[({", *at) == NULL) {
            at++;
        }
        at = skip_blanks(at, end);
    }
    uint32_t depth = 0;
    for (bool is_text = false; at < end; at++) {
        if (is_text && *at == '\\') {
            at++;
        } else if (*at == '"') {
            is_text = !is_text;
        } else if (is_text) {
            continue;
        } else if (strchr("[({", *at) != NULL) {
            depth++;
        } else if (strchr("])}", *at) != NULL) {
            depth -= depth > 0;
        } else if (depth == 0 && is_blank(*at)) {
            return at;
        }
    }
    return end;
}

static const char *line_end(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline != NULL ? newline : end;
}

bool recorded_is_log(const char *bytes, size_t length) {
    const char *end = bytes + length, *process, *value;
    const char *first = bytes;
    while (first < end && isspace((unsigned char)*first)) {
        first++;
    }
    if (first < end && (*first == '\0' || strchr("{[(#;^\"", *first) != NULL)) {
        return false;
    }
    for (const char *at = bytes; at < end; at = line_end(at, end) + 1) {
        if (find_operation(at, line_end(at, end), &process, &value)) {
            return true;
        }
    }
    return false;
}

/* Puts spaces where no datum of an operation stands. What failed for a reason that follows the value has no value: it
 * was not refused because of that. */
static void blank_out(char *bytes, size_t length) {
    char *end = bytes + length;
    for (char *at = bytes; at < end;) {
        char *newline = at + (line_end(at, end) - at);
        const char *process, *value;
        if (find_operation(at, newline, &process, &value)) {
            char *rest = at + (skip_datum(value, newline) - at);
            bool has_more = skip_blanks(rest, newline) < newline;
            memset(at, ' ', (size_t)(process - at));
            memset(rest, ' ', (size_t)(newline - rest));
            if (has_more && memcmp(skip_blanks(skip_word(process, newline), newline), ":fail", 5) == 0) {
                memset(at + (value - at), ' ', (size_t)(rest - value));
            }
        } else {
            memset(at, ' ', (size_t)(newline - at));
        }
        at = newline + 1;
    }
}

/* The data of each line, as the map that they stand for. */
static void make_maps(struct document *document) {
    static const char *const names[] = {"process", "type", "f", "value"};
    enum { NAME_COUNT = sizeof names / sizeof names[0] };
    uint32_t count = document->root_count, map_count = 0;
    struct datum *roots = memory_alloc(count, sizeof *roots);
    memcpy(roots, document->data + document->first, count * sizeof *roots);
    for (uint32_t i = 0; i < count;) {
        struct datum pairs[2 * NAME_COUNT];
        struct datum map = {.kind = DATUM_MAP, .line = roots[i].line, .column = roots[i].column};
        for (uint32_t n = 0; i < count && roots[i].line == map.line; i++, n++) {
            if (n < NAME_COUNT) {
                pairs[map.count] = roots[i];
                pairs[map.count].kind = DATUM_SCALAR;
                pairs[map.count++].value =
                    values_add(&document->values, VALUE_KIND_KEYWORD, names[n], strlen(names[n]));
                pairs[map.count++] = roots[i];
            }
        }
        map.first = document_add(document, pairs, map.count);
        roots[map_count++] = map;
    }
    document->first = document_add(document, roots, map_count);
    document->root_count = map_count;
    free(roots);
}

bool recorded_read_log(struct recorded *recorded, const char *bytes, size_t length, struct read_error *error) {
    char *copy = memory_alloc(length + 1, 1);
    memcpy(copy, bytes, length);
    blank_out(copy, length);
    bool is_read = document_read(&recorded->document, copy, length, SYNTAX_EDN, error);
    free(copy);
    if (!is_read) {
        return false;
    }
    make_maps(&recorded->document);
    recorded->is_log = true;
    return recorded_read_events(recorded, error);
}
