/* The strict layer over cJSON: what it refuses, where it says so, and what it keeps. */
#include "sim/scenario/json.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

static struct problems problems;
static struct json_places places;
static struct arena arena;

static void setup(void) {
    arena_init(&arena, "a test", (size_t)1 << 30);
    memset(&problems, 0, sizeof problems);
    memset(&places, 0, sizeof places);
    problems.arena = places.arena = &arena;
    problems_add_file(&problems, "f", false);
}

static void teardown(void) {
    arena_free_all(&arena);
}

static cJSON *parse(const char *text, size_t length) {
    return json_parse(text, length, 0, &places, &problems);
}

/* All that was said since the last call. */
static char *said(void) {
    struct text out = {0};
    problems_print(&problems, &out);
    problems.kept = problems.count = 0;
    return out.bytes;
}

static const struct {
    const char *text, *message;
} bad[] = {
    {"", "f:1:1: the text is empty; expected a JSON object\n"},
    {" \n\t", "f:1:1: the text is empty; expected a JSON object\n"},
    {"{", "f:1:2: the text ends here; expected a key in double quotes\n"},
    {"{\"a\": [1,\n 2", "f:2:3: the text ends here; expected ',' or ']'\n"},
    {"{\"a\"", "f:1:5: the text ends here; expected ':' after the key\n"},
    {"{\"a\": \"b", "f:1:9: the text ends here; expected the closing quote of a string\n"},
    {"{\"a\": 1} x", "f:1:10: found 'x'; expected nothing after the end of the value\n"},
    {"{\"a\": 1,}", "f:1:9: found '}'; expected a key in double quotes\n"},
    {"[1,]",
     "f:1:4: found ']'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"{a: 1}", "f:1:2: found 'a'; expected a key in double quotes\n"},
    {"[1 2]", "f:1:4: found '2'; expected ',' or ']'\n"},
    {"\xef\xbb\xbf{}", "f:1:1: the text starts with a byte order mark; expected UTF-8 without one\n"},
    {"{\"a\": \"\xff\"}", "f:1:8: the byte 0xff is not UTF-8 here; expected UTF-8 throughout\n"},
    {"{\"a\": \"\xc0\x80\"}", "f:1:8: the byte 0xc0 is not UTF-8 here; expected UTF-8 throughout\n"},
    {"{\"a\": 1, \"b\": 2,\n \"a\": 3}", "f:2:2: the key \"a\" stands here again; expected it once (first at 1:2)\n"},
    {"{\"a\": 1, \"\\u0061\": 2}", "f:1:10: the key \"a\" stands here again; expected it once (first at 1:2)\n"},
    {"[NaN]",
     "f:1:2: found 'N'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"[Infinity]",
     "f:1:2: found 'I'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"[-Infinity]", "f:1:3: found 'I'; expected a digit (JSON has neither NaN nor Infinity)\n"},
    {"[1e400]", "f:1:2: the number 1e400 is too large; expected at most 1.79e308\n"},
    {"[01]", "f:1:2: the number starts with a zero; expected no leading zeros\n"},
    {"[1.]", "f:1:4: found ']'; expected a digit after the decimal point\n"},
    {"[.5]",
     "f:1:2: found '.'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"[+5]",
     "f:1:2: found '+'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"[1e]", "f:1:4: found ']'; expected a digit in the exponent\n"},
    {"[\"a\nb\"]",
     "f:1:4: the control character 0x0a in a string; expected an escape such as \\n, or a closing quote before it\n"},
    {"[\"\\u0000\"]", "f:1:3: \\u0000 in a string; expected text without a NUL\n"},
    {"[\"\\ud800\"]", "f:1:3: the first half of a surrogate pair stands alone; expected both or neither\n"},
    {"[\"\\ud800\\u0041\"]", "f:1:3: the first half of a surrogate pair stands alone; expected both or neither\n"},
    {"[\"\\udc00\"]", "f:1:3: the second half of a surrogate pair stands alone; expected both or neither\n"},
    {"[\"\\u12g4\"]", "f:1:3: bad escape; expected four hexadecimal digits after \\u\n"},
    {"[\"\\x\"]", "f:1:3: unknown escape in a string; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u\n"},
    {"[\"\xc3\xa4\xe2\x82\xac\", x]",
     "f:1:8: found 'x'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"[tru]",
     "f:1:2: found 't'; expected a value: text in double quotes, a number, true, false, null, an array or an object\n"},
    {"[123456789012345678901234567890123456789012345678901234567890123456789]",
     "f:1:2: the number has 69 characters; expected at most 63\n"},
};

START_TEST(bad_text_is_refused_with_its_position) {
    cJSON *tree = parse(bad[_i].text, strlen(bad[_i].text));
    char *message = said();
    ck_assert_ptr_null(tree);
    ck_assert_str_eq(message, bad[_i].message);
    free(message);
}
END_TEST

START_TEST(nul_byte_is_refused) {
    ck_assert_ptr_null(parse("[1\0]", 4));
    char *message = said();
    ck_assert_str_eq(message, "f:1:3: found the control character 0x00; expected ',' or ']'\n");
    free(message);
}
END_TEST

START_TEST(ten_megabytes_of_brackets_are_refused_at_depth_65) {
    size_t length = 10u << 20;
    char *text = malloc(length);
    memset(text, '[', length);
    ck_assert_ptr_null(parse(text, length));
    char *message = said();
    ck_assert_str_eq(message, "f:1:65: nested too deep; expected at most 64 levels\n");
    free(message);
    free(text);
}
END_TEST

START_TEST(sixty_four_levels_are_read) {
    char text[129] = {0};
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    cJSON *tree = parse(text, 128);
    ck_assert_ptr_nonnull(tree);
    cJSON_Delete(tree);
}
END_TEST

START_TEST(too_long_a_text_is_refused) {
    size_t length = ((size_t)16 << 20) + 1;
    char *text = malloc(length);
    memset(text, ' ', length);
    ck_assert_ptr_null(parse(text, length));
    char *message = said();
    ck_assert_str_eq(message, "f:1:1: the text has more than 16 MiB; expected at most that\n");
    free(message);
    free(text);
}
END_TEST

static void check_place(const cJSON *item, uint32_t line, uint32_t column, uint32_t key_line, uint32_t key_column) {
    struct json_place place = json_place_of(&places, item);
    ck_assert_uint_eq(place.line, line);
    ck_assert_uint_eq(place.column, column);
    ck_assert_uint_eq(place.key_line, key_line);
    ck_assert_uint_eq(place.key_column, key_column);
}

START_TEST(every_value_knows_its_place) {
    const char *text = "{\"a\": 1,\n  \"b\":\n    [true, {\"c\": \"x\"}]}";
    cJSON *tree = parse(text, strlen(text));
    ck_assert_ptr_nonnull(tree);
    check_place(tree, 1, 1, 1, 1);
    check_place(json_get(tree, "a"), 1, 7, 1, 2);
    const cJSON *b = json_get(tree, "b");
    check_place(b, 3, 5, 2, 3);
    check_place(b->child, 3, 6, 3, 6);
    check_place(json_get(b->child->next, "c"), 3, 18, 3, 13);
    cJSON *copy = cJSON_Duplicate(b, true); /* places survive copying */
    check_place(json_get(copy->child->next, "c"), 3, 18, 3, 13);
    cJSON_Delete(copy);
    cJSON_Delete(tree);
}
END_TEST

START_TEST(printing_keeps_every_digit_and_reads_back) {
    const char *text = "{\"a\": 0.30000000000000004, \"b\": [1, -2.5e-7, 9007199254740991], \"c\": {}, \"d\": [], "
                       "\"e\": \"q\\\"\\u00e4\\n\", \"f\": null}";
    cJSON *tree = parse(text, strlen(text));
    struct text out = {0};
    json_print(tree, &out);
    ck_assert_ptr_nonnull(strstr(out.bytes, "\"a\": 0.30000000000000004"));
    ck_assert_ptr_nonnull(strstr(out.bytes, "9007199254740991]"));
    cJSON *again = parse(out.bytes, out.length);
    ck_assert(cJSON_Compare(tree, again, true));
    cJSON_Delete(again);
    cJSON_Delete(tree);
    text_free(&out);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("json");
    TCase *tcase = tcase_create("json");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, bad_text_is_refused_with_its_position, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tcase, nul_byte_is_refused);
    tcase_add_test(tcase, ten_megabytes_of_brackets_are_refused_at_depth_65);
    tcase_add_test(tcase, sixty_four_levels_are_read);
    tcase_add_test(tcase, too_long_a_text_is_refused);
    tcase_add_test(tcase, every_value_knows_its_place);
    tcase_add_test(tcase, printing_keeps_every_digit_and_reads_back);
    suite_add_tcase(suite, tcase);
    return suite;
}
