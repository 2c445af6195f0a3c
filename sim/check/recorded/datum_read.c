/* Reads EDN and JSON with a stack of its own: the nesting of a file cannot overflow the program's. */
#include "sim/check/recorded/datum.h"

#include "sim/base/text.h"
#include "sim/check/recorded/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list, set or map that is still open. */
struct level {
    char closes;
    enum datum_kind kind;
    uint32_t line, column;
    uint32_t first; /* its elements so far, on the stack of data */
    bool is_tuple;
};

/* A `#_` or `^` whose datum is still to come. */
struct discard {
    uint32_t depth; /* levels that were open before it */
};

struct reader {
    struct document *document;
    const char *at, *end;
    uint32_t line;
    const char *line_start;
    enum syntax syntax;
    struct level levels[DATUM_MAX_DEPTH + 1];
    uint32_t depth;
    bool is_after_tuple_tag;
    struct datum *stack; /* finished elements of the levels that are open */
    uint32_t count, capacity;
    struct discard *discards;
    uint32_t discard_count, discard_capacity;
    struct text scratch;
    struct read_error *error;
};

static struct datum here(const struct reader *reader, const char *at) {
    return (struct datum){.line = reader->line, .column = (uint32_t)(at - reader->line_start) + 1};
}

static bool fail_at(struct reader *reader, const char *at, const char *what) {
    struct datum where = here(reader, at);
    return read_fail(reader->error, &where, "%s", what);
}

static bool is_space(const struct reader *reader, char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == '\f' || c == '\v' ||
           (c == ':' && reader->syntax == SYNTAX_JSON);
}

static bool is_delimiter(char c) {
    return c == '\0' || strchr(" \t\r\n\f\v,()[]{}\";", c) != NULL;
}

static void skip_space(struct reader *reader) {
    for (; reader->at < reader->end; reader->at++) {
        char c = *reader->at;
        if (c == '\n') {
            reader->line++;
            reader->line_start = reader->at + 1;
        } else if (c == ';' && reader->syntax == SYNTAX_EDN) {
            const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
            reader->at = newline != NULL ? newline - 1 : reader->end - 1;
        } else if (!is_space(reader, c)) {
            return;
        }
    }
}

/* ---- Finished data ----------------------------------------------------------------------------------------------- */

static bool is_to_be_discarded(const struct reader *reader) {
    return reader->discard_count > 0 && reader->discards[reader->discard_count - 1].depth == reader->depth;
}

/* A datum that is finished joins the level that is open, unless it is to be dropped. */
static void finish(struct reader *reader, struct datum datum) {
    if (is_to_be_discarded(reader)) {
        reader->discard_count--;
        return;
    }
    reader->stack = memory_reserve(reader->stack, reader->count, &reader->capacity, sizeof *reader->stack);
    reader->stack[reader->count++] = datum;
}

static void finish_scalar(struct reader *reader, struct datum datum, enum value_kind kind, const char *text,
                          size_t length) {
    datum.kind = DATUM_SCALAR;
    datum.value = values_add(&reader->document->values, kind, text, length);
    finish(reader, datum);
}

static void discard_next(struct reader *reader) {
    reader->discards =
        memory_reserve(reader->discards, reader->discard_count, &reader->discard_capacity, sizeof *reader->discards);
    reader->discards[reader->discard_count++] = (struct discard){reader->depth};
}

/* ---- Strings and characters -------------------------------------------------------------------------------------- */

static void add_code_point(struct text *out, uint32_t code) {
    char bytes[4];
    size_t length = 0;
    if (code < 0x80) {
        bytes[length++] = (char)code;
    } else if (code < 0x800) {
        bytes[length++] = (char)(0xc0 | (code >> 6));
        bytes[length++] = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        bytes[length++] = (char)(0xe0 | (code >> 12));
        bytes[length++] = (char)(0x80 | ((code >> 6) & 0x3f));
        bytes[length++] = (char)(0x80 | (code & 0x3f));
    } else {
        bytes[length++] = (char)(0xf0 | (code >> 18));
        bytes[length++] = (char)(0x80 | ((code >> 12) & 0x3f));
        bytes[length++] = (char)(0x80 | ((code >> 6) & 0x3f));
        bytes[length++] = (char)(0x80 | (code & 0x3f));
    }
    text_add_bytes(out, bytes, length);
}

static bool read_hex(const struct reader *reader, const char *at, uint32_t *code) {
    *code = 0;
    for (int i = 0; i < 4; i++) {
        if (at + i >= reader->end || !isxdigit((unsigned char)at[i])) {
            return false;
        }
        int digit = isdigit((unsigned char)at[i]) ? at[i] - '0' : (at[i] | 32) - 'a' + 10;
        *code = *code * 16 + (uint32_t)digit;
    }
    return true;
}

/* At the letter after the backslash; moves on over the escape. */
static bool read_escape(struct reader *reader) {
    static const char letters[] = "ntrbf\"\\/'", bytes[] = "\n\t\r\b\f\"\\/'";
    const char *letter = reader->at < reader->end && *reader->at != '\0' ? strchr(letters, *reader->at) : NULL;
    if (letter != NULL) {
        text_add_bytes(&reader->scratch, &bytes[letter - letters], 1);
        reader->at++;
        return true;
    }
    uint32_t code, low;
    if (reader->at < reader->end && *reader->at == 'u' && read_hex(reader, reader->at + 1, &code)) {
        reader->at += 5;
        if (code >= 0xd800 && code < 0xdc00 && reader->end - reader->at >= 6 && reader->at[0] == '\\' &&
            reader->at[1] == 'u' && read_hex(reader, reader->at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            reader->at += 6;
        }
        add_code_point(&reader->scratch, code);
        return true;
    }
    return fail_at(reader, reader->at - 1, "this escape is not one of \\n \\t \\r \\b \\f \\\\ \\\" \\/ or \\uXXXX");
}

static bool read_string(struct reader *reader) {
    struct datum datum = here(reader, reader->at);
    struct read_error *error = reader->error;
    reader->scratch.length = 0;
    for (reader->at++; reader->at < reader->end && *reader->at != '"';) {
        if (*reader->at == '\\') {
            reader->at++;
            if (!read_escape(reader)) {
                return false;
            }
            continue;
        }
        const char *run = reader->at;
        while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\\') {
            if (*reader->at == '\n') {
                reader->line++;
                reader->line_start = reader->at + 1;
            }
            reader->at++;
        }
        text_add_bytes(&reader->scratch, run, (size_t)(reader->at - run));
    }
    if (reader->at >= reader->end) {
        return read_fail(error, &datum, "the string that begins here has no closing quote");
    }
    reader->at++;
    finish_scalar(reader, datum, VALUE_KIND_STRING, reader->scratch.length > 0 ? reader->scratch.bytes : "",
                  reader->scratch.length);
    return true;
}

/* \a, \newline, \u0041, \( */
static bool read_character(struct reader *reader) {
    struct datum datum = here(reader, reader->at);
    const char *start = ++reader->at;
    if (start >= reader->end) {
        return read_fail(reader->error, &datum, "a backslash at the end of the file: a character was expected");
    }
    for (reader->at++; reader->at < reader->end && !is_delimiter(*reader->at);) {
        reader->at++;
    }
    finish_scalar(reader, datum, VALUE_KIND_CHARACTER, start, (size_t)(reader->at - start));
    return true;
}

/* ---- Numbers, names, constants ----------------------------------------------------------------------------------- */

static bool is_number(const char *text, size_t length) {
    size_t sign = text[0] == '-' || text[0] == '+';
    return length > sign && isdigit((unsigned char)text[sign]);
}

/* Fractions that are equal are written in one way: 1e3, 1000.0 and 1000.00. JSON knows no kinds of numbers, so there
 * they are 1000 as well. True if the token is one. */
static bool finish_fraction(struct reader *reader, struct datum datum, const char *token, size_t length) {
    char digits[40], *end;
    if (length >= sizeof digits) {
        return false;
    }
    memcpy(digits, token, length);
    digits[length] = '\0';
    double number = strtod(digits, &end);
    if (*end != '\0' || strpbrk(digits, ".eE") == NULL || strpbrk(digits, "xX") != NULL) {
        return false;
    }
    const double exact = 9007199254740992.0; /* 2^53: up to there a double holds every integer */
    if (reader->syntax == SYNTAX_JSON && number >= -exact && number <= exact && (double)(int64_t)number == number) {
        datum.kind = DATUM_SCALAR;
        datum.value = values_add_integer(&reader->document->values, (int64_t)number);
        finish(reader, datum);
        return true;
    }
    int written = snprintf(digits, sizeof digits, "%.15g", number);
    if (strtod(digits, NULL) != number) {
        written = snprintf(digits, sizeof digits, "%.17g", number);
    }
    finish_scalar(reader, datum, VALUE_KIND_NUMBER, digits, (size_t)written);
    return true;
}

static bool finish_number(struct reader *reader, struct datum datum, const char *token, size_t length) {
    char digits[32];
    size_t used = token[length - 1] == 'N' ? length - 1 : length; /* 5N is 5 with any precision */
    if (used < sizeof digits) {
        memcpy(digits, token, used);
        digits[used] = '\0';
        char *end;
        errno = 0;
        long long integer = strtoll(digits, &end, 10);
        if (*end == '\0' && errno == 0) {
            datum.kind = DATUM_SCALAR;
            datum.value = values_add_integer(&reader->document->values, integer);
            finish(reader, datum);
            return true;
        }
    }
    if (finish_fraction(reader, datum, token, length)) {
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        if (strchr("0123456789.eE+-/NMxabcdfABCDFr", token[i]) == NULL) {
            return read_fail(reader->error, &datum, "\"%.*s\" is no number", (int)(length < 40 ? length : 40), token);
        }
    }
    finish_scalar(reader, datum, VALUE_KIND_NUMBER, token, length);
    return true;
}

static bool is_token(const char *token, size_t length, const char *word) {
    return strlen(word) == length && memcmp(token, word, length) == 0;
}

static bool read_token(struct reader *reader) {
    struct datum datum = here(reader, reader->at);
    const char *token = reader->at;
    while (reader->at < reader->end && !is_delimiter(*reader->at) &&
           !(reader->syntax == SYNTAX_JSON && *reader->at == ':')) {
        reader->at++;
    }
    size_t length = (size_t)(reader->at - token);
    if (length == 0) {
        return fail_at(reader, token, "this character cannot stand here");
    }
    bool is_json = reader->syntax == SYNTAX_JSON;
    if (is_token(token, length, is_json ? "null" : "nil")) {
        finish_scalar(reader, datum, VALUE_KIND_NIL, "nil", 3);
    } else if (is_token(token, length, "true") || is_token(token, length, "false")) {
        finish_scalar(reader, datum, VALUE_KIND_BOOLEAN, token, length);
    } else if (is_number(token, length)) {
        return finish_number(reader, datum, token, length);
    } else if (is_json) {
        return read_fail(reader->error, &datum, "expected a JSON value, not \"%.*s\"", (int)(length < 40 ? length : 40),
                         token);
    } else if (token[0] == ':') {
        size_t colons = length > 1 && token[1] == ':' ? 2 : 1;
        if (length == colons) {
            return read_fail(reader->error, &datum, "a keyword without a name");
        }
        finish_scalar(reader, datum, VALUE_KIND_KEYWORD, token + colons, length - colons);
    } else {
        finish_scalar(reader, datum, VALUE_KIND_SYMBOL, token, length);
    }
    return true;
}

/* ---- Lists, sets, maps, and what begins with # ------------------------------------------------------------------- */

static bool open_level(struct reader *reader, enum datum_kind kind, char closes) {
    if (reader->depth == DATUM_MAX_DEPTH) {
        return fail_at(reader, reader->at, "nested more than 100 deep");
    }
    struct datum where = here(reader, reader->at);
    reader->levels[reader->depth++] = (struct level){.closes = closes,
                                                     .kind = kind,
                                                     .line = where.line,
                                                     .column = where.column,
                                                     .first = reader->count,
                                                     .is_tuple = reader->is_after_tuple_tag};
    reader->is_after_tuple_tag = false;
    reader->at++;
    return true;
}

static bool close_level(struct reader *reader) {
    if (reader->depth == 0) {
        return fail_at(reader, reader->at, "this bracket closes nothing");
    }
    struct level level = reader->levels[reader->depth - 1];
    struct datum datum = {.kind = level.kind, .is_tuple = level.is_tuple, .line = level.line, .column = level.column};
    if (*reader->at != level.closes) {
        struct datum where = here(reader, reader->at);
        return read_fail(reader->error, &where, "expected '%c' for the bracket of line %u, not '%c'", level.closes,
                         level.line, *reader->at);
    }
    datum.count = reader->count - level.first;
    if (level.kind == DATUM_MAP && datum.count % 2 != 0) {
        return read_fail(reader->error, &datum, "the map that begins here has a key without a value");
    }
    if (is_to_be_discarded(reader)) {
        return fail_at(reader, reader->at, "expected a datum after #_ or ^");
    }
    datum.first = datum.count == 0 ? reader->document->count
                                   : document_add(reader->document, reader->stack + level.first, datum.count);
    reader->count = level.first;
    reader->depth--;
    reader->at++;
    finish(reader, datum);
    return true;
}

static bool read_dispatch(struct reader *reader) {
    char next = reader->at + 1 < reader->end ? reader->at[1] : '\0';
    if (next == '{') {
        reader->at++;
        return open_level(reader, DATUM_SET, '}');
    }
    if (next == '_') {
        reader->at += 2;
        discard_next(reader);
        return true;
    }
    if (next == '"') { /* a pattern: its text serves */
        reader->at++;
        return read_string(reader);
    }
    if (next == '#') { /* ##NaN, ##Inf */
        reader->at += 2;
        return read_token(reader);
    }
    const char *tag = reader->at;
    for (reader->at++; reader->at < reader->end && !is_delimiter(*reader->at);) {
        reader->at++;
    }
    static const char tuple[] = "#jepsen.independent/tuple";
    reader->is_after_tuple_tag =
        (size_t)(reader->at - tag) == sizeof tuple - 1 && memcmp(tag, tuple, sizeof tuple - 1) == 0;
    return reader->at - tag > 1 || fail_at(reader, tag, "a # with nothing behind it");
}

static bool read_one(struct reader *reader) {
    bool is_edn = reader->syntax == SYNTAX_EDN;
    switch (*reader->at) {
    case '[':
        return open_level(reader, DATUM_LIST, ']');
    case '{':
        return open_level(reader, DATUM_MAP, '}');
    case '(':
        return is_edn ? open_level(reader, DATUM_LIST, ')') : fail_at(reader, reader->at, "JSON has no parentheses");
    case ']':
    case '}':
    case ')':
        return close_level(reader);
    case '"':
        return read_string(reader);
    case '\\':
        return is_edn ? read_character(reader) : fail_at(reader, reader->at, "a backslash outside of a string");
    case '#':
        return is_edn ? read_dispatch(reader) : fail_at(reader, reader->at, "JSON has no #");
    case '^':
        if (is_edn) {
            reader->at++;
            discard_next(reader);
            return true;
        }
        return fail_at(reader, reader->at, "JSON has no ^");
    default:
        return read_token(reader);
    }
}

bool document_read(struct document *document, const char *bytes, size_t length, enum syntax syntax,
                   struct read_error *error) {
    document_init(document);
    struct reader reader = {.document = document,
                            .at = bytes,
                            .end = bytes + length,
                            .line = 1,
                            .line_start = bytes,
                            .syntax = syntax,
                            .error = error};
    bool is_read = true;
    skip_space(&reader);
    while (is_read && reader.at < reader.end) {
        is_read = read_one(&reader);
        skip_space(&reader);
    }
    if (is_read && reader.depth > 0) {
        struct level level = reader.levels[reader.depth - 1];
        struct datum where = {.line = level.line, .column = level.column};
        is_read = read_fail(error, &where, "the bracket that begins here is never closed; expected '%c'", level.closes);
    }
    if (is_read) {
        document->root_count = reader.count;
        document->first = document_add(document, reader.stack, reader.count);
    }
    free(reader.stack);
    free(reader.discards);
    text_free(&reader.scratch);
    return is_read;
}
