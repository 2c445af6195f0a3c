#include "sim/base/text.h"

#include "sim/base/draw.h"

#include <math.h>
#include <string.h>

#include "tests/check_main.h"

START_TEST(a_text_grows) {
    struct text text = {0};
    ck_assert_ptr_null(text.bytes);
    for (int i = 0; i < 1000; i++) {
        text_add(&text, "%d,", i % 10);
        ck_assert(text.bytes[text.length] == '\0');
        ck_assert_uint_lt(text.length, text.capacity);
    }
    ck_assert_uint_eq(text.length, 2000);
    ck_assert_uint_eq(strlen(text.bytes), 2000);
    text_add_bytes(&text, "a\0b", 3);
    ck_assert_uint_eq(text.length, 2003);
    ck_assert_int_eq(memcmp(text.bytes + 1998, "9,a\0b", 6), 0);
    text_add(&text, "%100000s", "x"); /* far more than a doubling */
    ck_assert_uint_eq(text.length, 102003);
    text_free(&text);
    ck_assert(text.bytes == NULL && text.length == 0 && text.capacity == 0);
    text_free(&text);
}
END_TEST

START_TEST(adding_nothing_makes_it_an_empty_string) {
    struct text text = {0};
    text_add(&text, "%s", "");
    ck_assert_str_eq(text.bytes, "");
    text_free(&text);
    text_add_bytes(&text, NULL, 0);
    ck_assert_str_eq(text.bytes, "");
    text_free(&text);
}
END_TEST

START_TEST(a_text_of_exactly_its_capacity_keeps_its_end) {
    for (size_t length = 1; length < 300; length++) {
        struct text text = {0};
        for (size_t i = 0; i < length; i++) {
            text_add_bytes(&text, "z", 1);
        }
        ck_assert_uint_eq(strlen(text.bytes), length);
        text_free(&text);
    }
}
END_TEST

static void quotes(const char *string, const char *json) {
    struct text text = {0};
    text_add_json(&text, string);
    ck_assert_str_eq(text.bytes, json);
    text_free(&text);
}

START_TEST(json_strings_are_escaped) {
    quotes("", "\"\"");
    quotes("leader", "\"leader\"");
    quotes("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    quotes("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    quotes("\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"");
    quotes("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
    quotes("a\xff\xe2\x82z", "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}
END_TEST

static void writes(double number, const char *json) {
    struct text text = {0};
    text_add_json_number(&text, number);
    ck_assert_str_eq(text.bytes, json);
    text_free(&text);
}

START_TEST(json_numbers_are_short_and_read_back) {
    writes(0, "0");
    writes(1, "1");
    writes(-1.5, "-1.5");
    writes(0.1, "0.1");
    writes(0.3, "0.3");
    writes(0.1 + 0.2, "0.30000000000000004");
    writes(1.0 / 3, "0.3333333333333333");
    writes(-7, "-7");
    writes(-0.0, "-0");
    writes(1e6, "1000000");
    writes(-999999999999999.0, "-999999999999999");
    writes(1e15, "1e+15");
    writes(123456789012345680.0, "1.2345678901234568e+17");
    writes(0x1p53, "9007199254740992");
    writes(1e22, "1e+22");
    writes(1.7976931348623157e308, "1.7976931348623157e+308");
    writes(0x1p-1074, "5e-324");
    writes(INFINITY, "null");
    writes(-INFINITY, "null");
    writes(NAN, "null");
    struct draw draw = draw_at(draw_key(1, DRAW_TEST, 0), 0);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = draw_u64(&draw);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number)) {
            struct text text = {0};
            text_add_json_number(&text, number);
            ck_assert(strtod(text.bytes, NULL) == number);
            text_free(&text);
        }
    }
}
END_TEST

static const char *const names[] = {
    "election_timeout", "heartbeat", "pre_vote", "reads", "batch", "at", "for", "leader"};

static const char *suggest(const char *word) {
    return text_suggest(word, names, sizeof names / sizeof names[0]);
}

START_TEST(a_misspelt_name_is_recognised) {
    ck_assert_str_eq(suggest("election_timout"), "election_timeout");  /* left out */
    ck_assert_str_eq(suggest("electoin_timeout"), "election_timeout"); /* swapped */
    ck_assert_str_eq(suggest("election-timeout"), "election_timeout"); /* changed */
    ck_assert_str_eq(suggest("hearttbeat"), "heartbeat");              /* doubled */
    ck_assert_str_eq(suggest("Heartbeat"), "heartbeat");               /* case */
    ck_assert_str_eq(suggest("HEARTBEAT"), "heartbeat");
    ck_assert_str_eq(suggest("raeds"), "reads"); /* one swap counts once: five letters allow one change */
    ck_assert_str_eq(suggest("fro"), "for");
    ck_assert_str_eq(suggest("ta"), "at");
    ck_assert_str_eq(suggest("heratbaet"), "heartbeat");
    ck_assert_str_eq(suggest("reads"), "reads");
}
END_TEST

START_TEST(a_far_word_gets_no_suggestion) {
    ck_assert_ptr_null(suggest("quorum"));
    ck_assert_ptr_null(suggest(""));
    ck_assert_ptr_null(suggest("x"));
    ck_assert_ptr_null(suggest("rxaxs"));
    ck_assert_ptr_null(text_suggest("reads", names, 0));
    char long_word[1000];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    ck_assert_ptr_null(suggest(long_word));
    const char *long_name = long_word;
    ck_assert_ptr_null(text_suggest("reads", &long_name, 1));
    const char *longest = long_word + 999 - 96;
    ck_assert_ptr_eq(text_suggest(longest, &longest, 1), longest);
}
END_TEST

START_TEST(the_closest_name_wins_and_the_first_of_equals) {
    static const char *const near[] = {"writes", "reader", "reads", "readt"};
    ck_assert_str_eq(text_suggest("read", near, 4), "reads");
    ck_assert_str_eq(text_suggest("readss", near, 4), "reads");
}
END_TEST

/* The offset of the first bad byte, or -1. */
static int bad_at(const char *bytes, size_t length) {
    size_t at = 999;
    return text_is_utf8(bytes, length, &at) ? -1 : (int)at;
}

START_TEST(utf8_is_told_from_what_is_not) {
    ck_assert_int_eq(bad_at("", 0), -1);
    ck_assert_int_eq(bad_at("ab\0c", 4), -1);
    ck_assert_int_eq(bad_at("\xc2\x80\xdf\xbf", 4), -1);
    ck_assert_int_eq(bad_at("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", 12), -1);
    ck_assert_int_eq(bad_at("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8), -1);
    ck_assert_int_eq(bad_at("a\x80", 2), 1);     /* a continuation alone */
    ck_assert_int_eq(bad_at("a\xc0\x80", 3), 1); /* overlong */
    ck_assert_int_eq(bad_at("a\xc1\xbf", 3), 1);
    ck_assert_int_eq(bad_at("a\xe0\x9f\xbf", 4), 1);
    ck_assert_int_eq(bad_at("a\xf0\x8f\xbf\xbf", 5), 1);
    ck_assert_int_eq(bad_at("ab\xed\xa0\x80", 5), 2);     /* a surrogate */
    ck_assert_int_eq(bad_at("ab\xf4\x90\x80\x80", 6), 2); /* beyond U+10FFFF */
    ck_assert_int_eq(bad_at("ab\xf5\x80\x80\x80", 6), 2);
    ck_assert_int_eq(bad_at("ab\xff", 3), 2);
    ck_assert_int_eq(bad_at("ab\xe2\x82", 4), 2); /* cut short */
    ck_assert_int_eq(bad_at("\xe2\x82\xac", 2), 0);
    ck_assert_int_eq(bad_at("\xe2\x28\xac", 3), 0);
    ck_assert_int_eq(bad_at("\xf0\x90\x80\x28", 4), 0);
}
END_TEST

/* Every code point, encoded by the definition, is accepted exactly if it is a scalar value. */
START_TEST(every_code_point_is_judged) {
    for (unsigned c = 0; c < 0x120000; c++) {
        char bytes[4];
        size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        unsigned rest = c;
        for (size_t i = length; i-- > 1;) {
            bytes[i] = (char)(0x80 | (rest & 0x3f));
            rest >>= 6;
        }
        bytes[0] = (char)(lead[length] | rest);
        bool scalar = c < 0xd800 || (c > 0xdfff && c < 0x110000);
        if (bad_at(bytes, length) != (scalar ? -1 : 0)) {
            ck_abort_msg("U+%04X", c);
        }
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_text_grows);
    tcase_add_test(tests, adding_nothing_makes_it_an_empty_string);
    tcase_add_test(tests, a_text_of_exactly_its_capacity_keeps_its_end);
    tcase_add_test(tests, json_strings_are_escaped);
    tcase_add_test(tests, json_numbers_are_short_and_read_back);
    tcase_add_test(tests, a_misspelt_name_is_recognised);
    tcase_add_test(tests, a_far_word_gets_no_suggestion);
    tcase_add_test(tests, the_closest_name_wins_and_the_first_of_equals);
    tcase_add_test(tests, utf8_is_told_from_what_is_not);
    tcase_add_test(tests, every_code_point_is_judged);
    suite_add_tcase(suite, tests);
    return suite;
}
