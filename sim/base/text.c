#include "sim/base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer words are not names that a person misspelt. */
enum { SUGGEST_LONGEST = 96 };

/* Makes room for `more` bytes and the terminating zero. */
static void reserve(struct text *text, size_t more) {
    if (more < text->capacity - text->length) {
        return;
    }
    size_t capacity = text->capacity < 64 ? 64 : text->capacity;
    while (capacity - text->length <= more && capacity <= SIZE_MAX / 2) {
        capacity *= 2;
    }
    char *bytes = capacity - text->length > more ? realloc(text->bytes, capacity) : NULL;
    if (bytes == NULL) {
        fprintf(stderr, "spacelike: no memory for a text of %zu bytes and %zu more\n", text->length, more);
        exit(4);
    }
    text->bytes = bytes;
    text->capacity = capacity;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length) {
    reserve(text, length);
    if (length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
    }
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *format, ...) {
    assert(format != NULL); /* gcc with the undefined behaviour sanitizer believes that it may be */
    reserve(text, 0);
    size_t room = text->capacity - text->length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->length, room, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->bytes[text->length] = '\0';
        return; /* only for wide characters that cannot be encoded, which nobody prints here */
    }
    if ((size_t)length >= room) {
        reserve(text, (size_t)length);
        va_start(arguments, format);
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    text->length += (size_t)length;
}

void text_free(struct text *text) {
    free(text->bytes);
    *text = (struct text){0};
}

/* Bytes of the well-formed UTF-8 sequence at `at`, of which `left` bytes are there; 0 if there is none (table 3-7 of
 * the Unicode standard). */
static size_t sequence_length(const unsigned char *at, size_t left) {
    unsigned char first = at[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                    : (first & 0xf0) == 0xe0         ? 3
                    : first >= 0xf0 && first <= 0xf4 ? 4
                                                     : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;  /* else the form is overlong */
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf; /* else a surrogate, or beyond U+10FFFF */
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool text_is_utf8(const char *bytes, size_t length, size_t *at) {
    const unsigned char *start = (const unsigned char *)bytes;
    size_t i = 0;
    while (i < length) {
        size_t step = sequence_length(start + i, length - i);
        if (step == 0) {
            *at = i;
            return false;
        }
        i += step;
    }
    return true;
}

/* A character that JSON strings do not hold as it is. */
static void add_json_escape(struct text *text, unsigned char c) {
    static const char short_forms[] =
        "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the character, and what follows the backslash */
    for (size_t i = 0; short_forms[i] != '\0'; i += 2) {
        if ((unsigned char)short_forms[i] == c) {
            text_add_bytes(text, (char[]){'\\', short_forms[i + 1]}, 2);
            return;
        }
    }
    text_add(text, "\\u%04x", c);
}

void text_add_json(struct text *text, const char *string) {
    const unsigned char *at = (const unsigned char *)string, *plain = at; /* from `plain` on, nothing was added yet */
    size_t left = strlen(string);
    text_add_bytes(text, "\"", 1);
    while (left > 0) {
        size_t length = sequence_length(at, left);
        bool is_escaped = *at < 0x20 || *at == '"' || *at == '\\';
        if (length == 0 || is_escaped) {
            text_add_bytes(text, (const char *)plain, (size_t)(at - plain));
            if (is_escaped) {
                add_json_escape(text, *at);
            } else {
                text_add_bytes(text, "\xef\xbf\xbd", 3); /* U+FFFD: what is not UTF-8 would not be JSON either */
            }
            length = 1;
            plain = at + 1;
        }
        at += length;
        left -= length;
    }
    text_add_bytes(text, (const char *)plain, (size_t)(at - plain));
    text_add_bytes(text, "\"", 1);
}

void text_add_json_number(struct text *text, double number) {
    if (!(number - number == 0)) {
        text_add(text, "null");
        return;
    }
    double magnitude = number < 0 ? -number : number;
    if (magnitude >= 1 && magnitude < 1e15 && number == (double)(int64_t)number) {
        text_add(text, "%" PRId64, (int64_t)number); /* what the search below finds, too */
        return;
    }
    /* Fifteen digits print any shorter decimal as it is, but for subnormal numbers, which hold fewer. */
    char digits[32];
    for (int precision = magnitude < 0x1p-1022 ? 1 : 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) {
            break;
        }
    }
    text_add(text, "%s", digits);
}

static char fold(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours that turn one word into the other (the optimal string
 * alignment distance); upper and lower case count as equal. Both have at most SUGGEST_LONGEST bytes. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][SUGGEST_LONGEST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        above[j] = before[j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t changed = fold(a[i - 1]) != fold(b[j - 1]);
            row[j] = least(above[j - 1] + changed, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1])) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b_length];
}

const char *text_suggest(const char *word, const char *const *names, size_t count) {
    size_t length = strlen(word);
    if (length > SUGGEST_LONGEST) {
        return NULL;
    }
    size_t allowed = length < 6 ? 1 : length / 3;
    size_t best_distance = allowed + 1;
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t name_length = strlen(names[i]);
        if (name_length > SUGGEST_LONGEST) {
            continue;
        }
        size_t distance = edit_distance(word, length, names[i], name_length);
        bool shares_nothing = distance >= (length > name_length ? length : name_length);
        if (distance < best_distance && !shares_nothing) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}
