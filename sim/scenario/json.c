#include "sim/scenario/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scanner {
    const char *text, *at, *end;
    const char *counted; /* line and column are those of this byte */
    uint32_t line, column;
    uint32_t file, depth, values;
    struct json_places *places;
    struct problems *problems;
};

static bool scan_value(struct scanner *scanner, uint32_t key_line, uint32_t key_column);

/* Moves the counted position on to `to`, never back. */
static void count_to(struct scanner *scanner, const char *to) {
    for (; scanner->counted < to; scanner->counted++) {
        if (*scanner->counted == '\n') {
            scanner->line++;
            scanner->column = 1;
        } else if (((unsigned char)*scanner->counted & 0xc0) != 0x80) { /* not inside a UTF-8 sequence */
            scanner->column++;
        }
    }
}

static bool fail(struct scanner *scanner, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct scanner *scanner, const char *at, const char *format, ...) {
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    count_to(scanner, at);
    problems_add(scanner->problems, scanner->file, scanner->line, scanner->column, "%s", what);
    return false;
}

/* What stands at `at`, for "expected ... ". */
static bool fail_expected(struct scanner *scanner, const char *expected) {
    if (scanner->at >= scanner->end) {
        return fail(scanner, scanner->end, "the text ends here; expected %s", expected);
    }
    unsigned char byte = (unsigned char)*scanner->at;
    if (byte < 0x20 || byte == 0x7f) {
        return fail(scanner, scanner->at, "found the control character 0x%02x; expected %s", byte, expected);
    }
    if (byte >= 0x80) {
        return fail(scanner, scanner->at, "found a character that JSON knows only inside strings; expected %s",
                    expected);
    }
    return fail(scanner, scanner->at, "found '%c'; expected %s", byte, expected);
}

static void skip_space(struct scanner *scanner) {
    while (scanner->at < scanner->end &&
           (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\n' || *scanner->at == '\r')) {
        scanner->at++;
    }
}

static bool is_digit(const struct scanner *scanner) {
    return scanner->at < scanner->end && *scanner->at >= '0' && *scanner->at <= '9';
}

static void skip_digits(struct scanner *scanner) {
    while (is_digit(scanner)) {
        scanner->at++;
    }
}

static bool scan_number(struct scanner *scanner) {
    const char *start = scanner->at;
    if (*scanner->at == '-') {
        scanner->at++;
    }
    const char *whole = scanner->at;
    skip_digits(scanner);
    if (scanner->at == whole) {
        return fail_expected(scanner, "a digit (JSON has neither NaN nor Infinity)");
    }
    if (*whole == '0' && scanner->at - whole > 1) {
        return fail(scanner, start, "the number starts with a zero; expected no leading zeros");
    }
    if (scanner->at < scanner->end && *scanner->at == '.') {
        scanner->at++;
        if (!is_digit(scanner)) {
            return fail_expected(scanner, "a digit after the decimal point");
        }
        skip_digits(scanner);
    }
    if (scanner->at < scanner->end && (*scanner->at == 'e' || *scanner->at == 'E')) {
        scanner->at++;
        if (scanner->at < scanner->end && (*scanner->at == '+' || *scanner->at == '-')) {
            scanner->at++;
        }
        if (!is_digit(scanner)) {
            return fail_expected(scanner, "a digit in the exponent");
        }
        skip_digits(scanner);
    }
    /* cJSON reads at most 63 characters of a number, and would leave the rest as garbage. */
    char digits[64];
    size_t length = (size_t)(scanner->at - start);
    if (length >= sizeof digits) {
        return fail(scanner, start, "the number has %zu characters; expected at most %zu", length, sizeof digits - 1);
    }
    memcpy(digits, start, length);
    digits[length] = '\0';
    if (!isfinite(strtod(digits, NULL))) {
        return fail(scanner, start, "the number %s is too large; expected at most 1.79e308", digits);
    }
    return true;
}

/* The four hexadecimal digits after "\u"; -1 if they are not there. */
static int32_t scan_hex(struct scanner *scanner) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++, scanner->at++) {
        char c = scanner->at < scanner->end ? *scanner->at : ' ';
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool scan_escape(struct scanner *scanner) {
    const char *start = scanner->at++; /* the backslash */
    if (scanner->at >= scanner->end) {
        return fail_expected(scanner, "the rest of an escape");
    }
    char kind = *scanner->at++;
    if (kind != 'u') {
        return strchr("\"\\/bfnrt", kind) != NULL && kind != '\0'
                   ? true
                   : fail(scanner, start,
                          "unknown escape in a string; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    }
    int32_t unit = scan_hex(scanner);
    if (unit < 0) {
        return fail(scanner, start, "bad escape; expected four hexadecimal digits after \\u");
    }
    if (unit == 0) {
        return fail(scanner, start, "\\u0000 in a string; expected text without a NUL");
    }
    if (unit >= 0xdc00 && unit <= 0xdfff) {
        return fail(scanner, start, "the second half of a surrogate pair stands alone; expected both or neither");
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        int32_t second = -1;
        if (scanner->end - scanner->at >= 6 && scanner->at[0] == '\\' && scanner->at[1] == 'u') {
            scanner->at += 2;
            second = scan_hex(scanner);
        }
        if (second < 0xdc00 || second > 0xdfff) {
            return fail(scanner, start, "the first half of a surrogate pair stands alone; expected both or neither");
        }
    }
    return true;
}

static bool scan_string(struct scanner *scanner) {
    scanner->at++; /* the quote */
    while (scanner->at < scanner->end) {
        unsigned char byte = (unsigned char)*scanner->at;
        if (byte == '"') {
            scanner->at++;
            return true;
        }
        if (byte < 0x20) {
            return fail(scanner, scanner->at,
                        "the control character 0x%02x in a string; expected an escape such as \\n, or a closing quote "
                        "before it",
                        byte);
        }
        if (byte == '\\') {
            if (!scan_escape(scanner)) {
                return false;
            }
        } else {
            scanner->at++;
        }
    }
    return fail_expected(scanner, "the closing quote of a string");
}

static bool scan_member(struct scanner *scanner) {
    if (scanner->at >= scanner->end || *scanner->at != '"') {
        return fail_expected(scanner, "a key in double quotes");
    }
    count_to(scanner, scanner->at);
    uint32_t line = scanner->line, column = scanner->column;
    if (!scan_string(scanner)) {
        return false;
    }
    skip_space(scanner);
    if (scanner->at >= scanner->end || *scanner->at != ':') {
        return fail_expected(scanner, "':' after the key");
    }
    scanner->at++;
    skip_space(scanner);
    return scan_value(scanner, line, column);
}

/* An object or an array; recursion is bounded by JSON_MOST_DEPTH. */
static bool scan_container(struct scanner *scanner) {
    bool is_object = *scanner->at == '{';
    char close = is_object ? '}' : ']';
    if (++scanner->depth > JSON_MOST_DEPTH) {
        return fail(scanner, scanner->at, "nested too deep; expected at most %d levels", JSON_MOST_DEPTH);
    }
    scanner->at++;
    skip_space(scanner);
    uint32_t members = 0;
    if (scanner->at < scanner->end && *scanner->at == close) {
        scanner->at++;
        scanner->depth--;
        return true;
    }
    for (;;) {
        if (is_object && ++members > JSON_MOST_MEMBERS) {
            return fail(scanner, scanner->at, "too many keys in an object; expected at most %d", JSON_MOST_MEMBERS);
        }
        if (!(is_object ? scan_member(scanner) : scan_value(scanner, 0, 0))) {
            return false;
        }
        skip_space(scanner);
        if (scanner->at < scanner->end && *scanner->at == close) {
            scanner->at++;
            scanner->depth--;
            return true;
        }
        if (scanner->at >= scanner->end || *scanner->at != ',') {
            return fail_expected(scanner, is_object ? "',' or '}'" : "',' or ']'");
        }
        scanner->at++;
        skip_space(scanner);
    }
}

static bool scan_word(struct scanner *scanner, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0) {
        return fail_expected(scanner,
                             "a value: text in double quotes, a number, true, false, null, an array or an object");
    }
    scanner->at += length;
    return true;
}

static bool scan_value(struct scanner *scanner, uint32_t key_line, uint32_t key_column) {
    if (++scanner->values > JSON_MOST_VALUES) {
        return fail(scanner, scanner->at, "too many values; expected at most %d", JSON_MOST_VALUES);
    }
    count_to(scanner, scanner->at);
    struct json_places *places = scanner->places;
    places->items =
        arena_array_reserve(places->arena, places->items, places->count, &places->capacity, sizeof *places->items);
    places->items[places->count++] =
        (struct json_place){scanner->file, scanner->line, scanner->column, key_line > 0 ? key_line : scanner->line,
                            key_line > 0 ? key_column : scanner->column};
    char first = scanner->at < scanner->end ? *scanner->at : '\0';
    switch (first) {
    case '{':
    case '[':
        return scan_container(scanner);
    case '"':
        return scan_string(scanner);
    case 't':
        return scan_word(scanner, "true");
    case 'f':
        return scan_word(scanner, "false");
    case 'n':
        return scan_word(scanner, "null");
    default:
        return first == '-' || is_digit(scanner) ? scan_number(scanner) : scan_word(scanner, "a value");
    }
}

/* ---- The tree ---- */

struct member {
    const char *key;
    const cJSON *item;
};

static int compare_members(const void *left, const void *right) {
    const struct member *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : a->item->valueint - b->item->valueint; /* places ascend in the text */
}

static bool has_unique_keys(struct scanner *scanner, const cJSON *object) {
    uint32_t count = (uint32_t)cJSON_GetArraySize(object), at = 0;
    size_t bytes = (count + 1) * sizeof(struct member);
    struct member *members = arena_alloc(scanner->places->arena, bytes);
    const cJSON *child;
    cJSON_ArrayForEach(child, object) {
        members[at++] = (struct member){child->string, child};
    }
    qsort(members, count, sizeof *members, compare_members);
    bool is_unique = true;
    for (uint32_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1].key, members[i].key) == 0) {
            struct json_place place = json_place_of(scanner->places, members[i].item);
            struct json_place first = json_place_of(scanner->places, members[i - 1].item);
            problems_add(scanner->problems, scanner->file, place.key_line, place.key_column,
                         "the key \"%s\" stands here again; expected it once (first at %u:%u)", members[i].key,
                         first.key_line, first.key_column);
            is_unique = false;
        }
    }
    arena_free(scanner->places->arena, members, bytes);
    return is_unique;
}

/* Numbers the items in the order of the text, which is the order in which the scanner noted their places. */
static bool number_items(struct scanner *scanner, cJSON *item, int *next) {
    item->valueint = (*next)++;
    bool is_good = true;
    for (cJSON *child = item->child; child != NULL; child = child->next) {
        is_good = number_items(scanner, child, next) && is_good;
    }
    return (!cJSON_IsObject(item) || has_unique_keys(scanner, item)) && is_good;
}

static bool scan_text(struct scanner *scanner) {
    size_t length = (size_t)(scanner->end - scanner->text), bad = 0;
    if (length > JSON_MOST_BYTES) {
        return fail(scanner, scanner->text, "the text has more than 16 MiB; expected at most that");
    }
    if (length >= 3 && memcmp(scanner->text, "\xef\xbb\xbf", 3) == 0) {
        return fail(scanner, scanner->text, "the text starts with a byte order mark; expected UTF-8 without one");
    }
    if (!text_is_utf8(scanner->text, length, &bad)) {
        return fail(scanner, scanner->text + bad, "the byte 0x%02x is not UTF-8 here; expected UTF-8 throughout",
                    (unsigned)(unsigned char)scanner->text[bad]);
    }
    skip_space(scanner);
    if (scanner->at == scanner->end) {
        return fail(scanner, scanner->text, "the text is empty; expected a JSON object");
    }
    if (!scan_value(scanner, 0, 0)) {
        return false;
    }
    skip_space(scanner);
    return scanner->at == scanner->end || fail_expected(scanner, "nothing after the end of the value");
}

cJSON *json_parse(const char *text, size_t length, uint32_t file, struct json_places *places,
                  struct problems *problems) {
    struct scanner scanner = {.text = text,
                              .at = text,
                              .end = text + length,
                              .counted = text,
                              .line = 1,
                              .column = 1,
                              .file = file,
                              .places = places,
                              .problems = problems};
    int first = (int)places->count;
    if (!scan_text(&scanner)) {
        return NULL;
    }
    cJSON *tree = cJSON_ParseWithLength(text, length);
    if (tree == NULL) {
        problems_add(problems, file, 1, 1, "the text cannot be read as JSON; expected a JSON object");
        return NULL;
    }
    if (!number_items(&scanner, tree, &first)) {
        cJSON_Delete(tree);
        return NULL;
    }
    return tree;
}

struct json_place json_place_of(const struct json_places *places, const cJSON *item) {
    return item->valueint >= 0 && (uint32_t)item->valueint < places->count ? places->items[item->valueint]
                                                                           : (struct json_place){0, 1, 1, 1, 1};
}

void json_set_place(struct json_places *places, cJSON *item, struct json_place place) {
    places->items =
        arena_array_reserve(places->arena, places->items, places->count, &places->capacity, sizeof *places->items);
    places->items[places->count] = place;
    item->valueint = (int)places->count++;
}

const cJSON *json_get(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}
