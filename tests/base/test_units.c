#include "sim/base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

static char error[200], out[64];

static void reads_duration(const char *text, int64_t expected) {
    int64_t ns = 1;
    ck_assert_msg(units_read_duration(text, &ns, error, sizeof error), "%s: %s", text, error);
    ck_assert_int_eq(ns, expected);
}

static void reads_bytes(const char *text, int64_t expected) {
    int64_t bytes = 1;
    ck_assert_msg(units_read_bytes(text, &bytes, error, sizeof error), "%s: %s", text, error);
    ck_assert_int_eq(bytes, expected);
}

static void refuses_duration(const char *text, const char *message) {
    int64_t ns = 77;
    ck_assert_msg(!units_read_duration(text, &ns, error, sizeof error), "%s was read as %" PRId64, text, ns);
    ck_assert_str_eq(error, message);
    ck_assert_int_eq(ns, 77);
}

START_TEST(durations_are_read_to_the_nanosecond) {
    reads_duration("150ms", 150000000);
    reads_duration("0.235ms", 235000); /* in binary 0.235 is a little below */
    reads_duration("1ns", 1);
    reads_duration("1us", 1000);
    reads_duration("1.5s", 1500000000);
    reads_duration("2min", INT64_C(120000000000));
    reads_duration("1h", INT64_C(3600000000000));
    reads_duration("1d", INT64_C(86400000000000));
    reads_duration("0ms", 0);
    reads_duration("0.0s", 0);
    reads_duration("150 ms", 150000000);
    reads_duration("007ms", 7000000);
    reads_duration("1.000000001s", 1000000001);
    reads_duration("0.1s", 100000000);
    reads_duration("1.1h", INT64_C(3960000000000));
}
END_TEST

START_TEST(durations_may_be_negative) {
    reads_duration("-5ms", -5000000);
    reads_duration("-0.0s", 0);
    reads_duration("-9223372036854775807ns", -INT64_MAX);
}
END_TEST

START_TEST(half_a_nanosecond_rounds_away_from_zero) {
    reads_duration("0.4ns", 0);
    reads_duration("0.5ns", 1);
    reads_duration("0.499999999999999999ns", 0);
    reads_duration("1.5ns", 2);
    reads_duration("2.5ns", 3);
    reads_duration("-0.5ns", -1);
    reads_duration("0.0000000005s", 1);
    reads_duration("0.00000000049999999999999s", 0);
    reads_duration("0.3333333333333333333333333d", INT64_C(28800000000000)); /* 25 decimals: 7.2e-12 ns short of 8 h */
}
END_TEST

START_TEST(every_integer_of_nanoseconds_is_read_and_written_exactly) {
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {150000000, "150ms"},
        {1500000000, "1.5s"},
        {235000, "235us"},
        {1, "1ns"},
        {0, "0s"},
        {-1, "-1ns"},
        {-2500000, "-2.5ms"},
        {999, "999ns"},
        {1000, "1us"},
        {1001, "1.001us"},
        {1234567, "1.234567ms"},
        {INT64_C(60000000000), "60s"},
        {INT64_C(3600000000001), "3600.000000001s"},
        {INT64_MAX, "9223372036.854775807s"},
        {-INT64_MAX, "-9223372036.854775807s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_str_eq(units_write_duration(out, sizeof out, cases[i].ns), cases[i].text);
        reads_duration(cases[i].text, cases[i].ns);
    }
    ck_assert_str_eq(units_write_duration(out, sizeof out, INT64_MIN), "-9223372036.854775808s");
    for (int64_t ns = 1; ns < INT64_MAX / 3; ns = ns * 3 - 1 - ns / 7) {
        reads_duration(units_write_duration(out, sizeof out, ns), ns);
        reads_duration(units_write_duration(out, sizeof out, -ns), -ns);
    }
}
END_TEST

START_TEST(what_is_no_duration_is_refused_with_a_reason) {
    refuses_duration("", "\"\" is empty; expected a duration like \"150ms\"");
    refuses_duration("5", "\"5\" has no unit; expected a duration like \"150ms\"");
    refuses_duration("5 ", "\"5 \" has no unit; expected a duration like \"150ms\"");
    refuses_duration("150 parsecs", "unknown unit \"parsecs\"; expected ns, us, ms, s, min, h or d");
    refuses_duration("150MS", "unknown unit \"MS\"; expected ns, us, ms, s, min, h or d");
    refuses_duration("5ms ", "unknown unit \"ms \"; expected ns, us, ms, s, min, h or d");
    refuses_duration("5  ms", "unknown unit \" ms\"; expected ns, us, ms, s, min, h or d");
    refuses_duration("1.2.3s", "unknown unit \".3s\"; expected ns, us, ms, s, min, h or d");
    refuses_duration("0x10ms", "unknown unit \"x10ms\"; expected ns, us, ms, s, min, h or d");
    refuses_duration("1e3us", "\"1e3us\" has an exponent; expected a duration written out, like \"150ms\"");
    refuses_duration("1.5E-3s", "\"1.5E-3s\" has an exponent; expected a duration written out, like \"150ms\"");
    refuses_duration("nan", "\"nan\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration("inf", "\"inf\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration("-inf", "\"-inf\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration("ms", "\"ms\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration("+5ms", "\"+5ms\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration("--5ms", "\"--5ms\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration(" 5ms", "\" 5ms\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration("-", "\"-\" does not start with a number; expected a duration like \"150ms\"");
    refuses_duration(".5s", "\".5s\" has no digit before its point; expected a duration like \"150ms\"");
    refuses_duration("-.5s", "\"-.5s\" has no digit before its point; expected a duration like \"150ms\"");
    refuses_duration("5.s", "\"5.s\" has no digit after its point; expected a duration like \"150ms\"");
    refuses_duration("1,5s", "unknown unit \",5s\"; expected ns, us, ms, s, min, h or d");
    refuses_duration("4KiB", "unknown unit \"KiB\"; expected ns, us, ms, s, min, h or d");
}
END_TEST

START_TEST(what_does_not_fit_is_refused) {
    reads_duration("9223372036854775807ns", INT64_MAX);
    reads_duration("9223372036854775807.4ns", INT64_MAX);
    static const char *const too_large[] = {"9223372036854775808ns",
                                            "9223372036854775807.5ns",
                                            "-9223372036854775808ns",
                                            "9999999999999999999999ns",
                                            "106752d",
                                            "9999999999999999999999999d"};
    for (size_t i = 0; i < sizeof too_large / sizeof too_large[0]; i++) {
        int64_t ns = 0;
        ck_assert_msg(!units_read_duration(too_large[i], &ns, error, sizeof error), "%s", too_large[i]);
        ck_assert_ptr_nonnull(strstr(error, "is too large; a duration is at most 2^63 - 1 ns"));
    }
    refuses_duration("99999999999999999999999999s", "\"99999999999999999999999999s\" is too large for a duration");
    refuses_duration("1.00000000000000000000000001s",
                     "\"1.00000000000000000000000001s\" has too many digits; a duration has at most 25");
    refuses_duration("0.00000000000000000000000000s",
                     "\"0.00000000000000000000000000s\" has too many digits; a duration has at most 25");
}
END_TEST

START_TEST(an_error_fits_its_buffer) {
    int64_t ns;
    char small[8] = "1234567";
    ck_assert(!units_read_duration("150 parsecs", &ns, small, 5));
    ck_assert_str_eq(small, "unkn");
    ck_assert_str_eq(small + 5, "67");
}
END_TEST

START_TEST(bytes_are_read) {
    reads_bytes("256B", 256);
    reads_bytes("4KiB", 4096);
    reads_bytes("4 KiB", 4096);
    reads_bytes("4kB", 4000);
    reads_bytes("1.5KiB", 1536);
    reads_bytes("1.3KiB", 1331); /* 1331.2 */
    reads_bytes("1MB", 1000000);
    reads_bytes("1MiB", 1048576);
    reads_bytes("1GB", 1000000000);
    reads_bytes("1GiB", INT64_C(1) << 30);
    reads_bytes("2TB", INT64_C(2000000000000));
    reads_bytes("2TiB", INT64_C(2) << 40);
    reads_bytes("0B", 0);
    int64_t bytes = 0;
    ck_assert(!units_read_bytes("-1B", &bytes, error, sizeof error));
    ck_assert_str_eq(error, "\"-1B\" is negative; expected a size of at least 0, like \"4KiB\"");
    ck_assert(!units_read_bytes("4KB", &bytes, error, sizeof error));
    ck_assert_str_eq(error, "unknown unit \"KB\"; expected B, kB, KiB, MB, MiB, GB, GiB, TB or TiB");
    ck_assert(!units_read_bytes("4096", &bytes, error, sizeof error));
    ck_assert_str_eq(error, "\"4096\" has no unit; expected a size like \"4KiB\"");
    ck_assert(!units_read_bytes("8388608TiB", &bytes, error, sizeof error));
    ck_assert_str_eq(error, "\"8388608TiB\" is too large; a size is at most 2^63 - 1 bytes");
}
END_TEST

START_TEST(bandwidths_are_read_in_bits) {
    static const struct {
        const char *text;
        double bits;
    } cases[] = {
        {"1bit/s", 1},
        {"56kbit/s", 56e3},
        {"10Mbit/s", 10e6},
        {"10Gbit/s", 10e9},
        {"0.1Gbit/s", 1e8},
        {"1Tbit/s", 1e12},
        {"1B/s", 8},
        {"1kB/s", 8000},
        {"1KiB/s", 8192},
        {"1.25MB/s", 10e6},
        {"1MiB/s", 8388608},
        {"1GB/s", 8e9},
        {"1GiB/s", 8589934592},
        {"1TB/s", 8e12},
        {"1TiB/s", 8796093022208.0},
        {"1 Gbit/s", 1e9},
        {"0.1bit/s", 0.1},
        {"2.3bit/s", 2.3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double bits = 0;
        ck_assert_msg(units_read_bandwidth(cases[i].text, &bits, error, sizeof error), "%s: %s", cases[i].text, error);
        ck_assert(bits == cases[i].bits);
    }
    double bits = 0;
    ck_assert(!units_read_bandwidth("0Gbit/s", &bits, error, sizeof error));
    ck_assert_str_eq(error, "\"0Gbit/s\" is not above 0; expected a bandwidth like \"10Gbit/s\"");
    ck_assert(!units_read_bandwidth("-1Gbit/s", &bits, error, sizeof error));
    ck_assert(!units_read_bandwidth("10Gb", &bits, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "unknown unit \"Gb\"; expected bit/s, kbit/s, "));
    ck_assert(!units_read_bandwidth("10", &bits, error, sizeof error));
    ck_assert_str_eq(error, "\"10\" has no unit; expected a bandwidth like \"10Gbit/s\"");
}
END_TEST

START_TEST(rates_are_read_per_second) {
    static const struct {
        const char *text;
        double rate;
    } cases[] = {{"500/s", 500},       {"30/min", 0.5}, {"1/h", 1.0 / 3600}, {"0.3/s", 0.3},       {"2/ms", 2000},
                 {"1/d", 1.0 / 86400}, {"1/us", 1e6},   {"2.5 /s", 2.5},     {"1000000000/s", 1e9}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double rate = 0;
        ck_assert_msg(units_read_rate(cases[i].text, &rate, error, sizeof error), "%s: %s", cases[i].text, error);
        ck_assert(rate == cases[i].rate);
    }
    double rate = 0;
    ck_assert(!units_read_rate("0/s", &rate, error, sizeof error));
    ck_assert_str_eq(error, "\"0/s\" is not above 0; expected a rate like \"500/s\"");
    ck_assert(!units_read_rate("500", &rate, error, sizeof error));
    ck_assert_str_eq(error, "\"500\" has no unit; expected a rate like \"500/s\"");
    ck_assert(!units_read_rate("500/fortnight", &rate, error, sizeof error));
    ck_assert_str_eq(error, "unknown unit \"/fortnight\"; expected /us, /ms, /s, /min, /h or /d");
}
END_TEST

START_TEST(durations_are_printed_with_three_digits) {
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0 s"},          {0.0032, "3.2 ms"},   {150e-6, "150 us"},     {1, "1 s"},           {1.23456, "1.23 s"},
        {12.3456, "12.3 s"}, {0.99949, "999 ms"},  {0.9996, "1 s"},        {999.7e-6, "1 ms"},   {999.7e-9, "1 us"},
        {59.94, "59.9 s"},   {59.96, "1 min"},     {90, "1.5 min"},        {3595, "59.9 min"},   {3598, "1 h"},
        {7200, "2 h"},       {86399, "1 d"},       {86400 * 2.5, "2.5 d"}, {86400e4, "10000 d"}, {-0.0032, "-3.2 ms"},
        {1e-9, "1 ns"},      {0.25e-9, "0.25 ns"}, {1e-6, "1 us"},         {1e-3, "1 ms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_str_eq(units_print_duration(out, sizeof out, cases[i].seconds), cases[i].text);
    }
    ck_assert_str_eq(units_print_duration(out, sizeof out, (double)__builtin_inff()), "inf");
    ck_assert_str_eq(units_print_duration(out, sizeof out, (double)__builtin_nanf("")), "nan");
    ck_assert_str_eq(units_print_duration(out, 4, 0.0032), "3.2"); /* cut, and within the buffer */
}
END_TEST

START_TEST(counts_and_bytes_are_printed_with_three_digits) {
    ck_assert_str_eq(units_print_count(out, sizeof out, 0), "0");
    ck_assert_str_eq(units_print_count(out, sizeof out, 950), "950");
    ck_assert_str_eq(units_print_count(out, sizeof out, 0.5), "0.5");
    ck_assert_str_eq(units_print_count(out, sizeof out, 999.7), "1 k");
    ck_assert_str_eq(units_print_count(out, sizeof out, 1234), "1.23 k");
    ck_assert_str_eq(units_print_count(out, sizeof out, 1.2e6), "1.2 M");
    ck_assert_str_eq(units_print_count(out, sizeof out, -1.2e6), "-1.2 M");
    ck_assert_str_eq(units_print_count(out, sizeof out, 7e9), "7 G");
    ck_assert_str_eq(units_print_count(out, sizeof out, 5e15), "5000 T");
    ck_assert_uint_eq(strlen(units_print_count(out, sizeof out, 1e300)), sizeof out - 1); /* cut at the buffer */
    ck_assert_str_eq(units_print_bytes(out, sizeof out, 512), "512 B");
    ck_assert_str_eq(units_print_bytes(out, sizeof out, 1010), "1010 B");
    ck_assert_str_eq(units_print_bytes(out, sizeof out, 1023.9), "1 KiB");
    ck_assert_str_eq(units_print_bytes(out, sizeof out, 1536), "1.5 KiB");
    ck_assert_str_eq(units_print_bytes(out, sizeof out, 0x1p20), "1 MiB");
    ck_assert_str_eq(units_print_bytes(out, sizeof out, 3 * 0x1p40), "3 TiB");
}
END_TEST

START_TEST(a_share_near_one_shows_what_is_missing) {
    static const struct {
        double share;
        const char *text;
    } cases[] = {
        {0, "0 %"},
        {1, "100 %"},
        {0.5, "50 %"},
        {0.12345, "12.3 %"},
        {0.873456, "87.3 %"},
        {0.985, "98.5 %"},
        {0.99, "99 %"},
        {0.9995, "99.95 %"},
        {0.9999, "99.99 %"},
        {0.99953, "99.953 %"},
        {0.9999999, "99.99999 %"},
        {0.990001, "99 %"},
        {1.5, "150 %"},
        {0.001234, "0.123 %"},
        {0.99999999999, "99.999999999 %"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_str_eq(units_print_share(out, sizeof out, cases[i].share), cases[i].text);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("units");
    TCase *tests = tcase_create("units");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, durations_are_read_to_the_nanosecond);
    tcase_add_test(tests, durations_may_be_negative);
    tcase_add_test(tests, half_a_nanosecond_rounds_away_from_zero);
    tcase_add_test(tests, every_integer_of_nanoseconds_is_read_and_written_exactly);
    tcase_add_test(tests, what_is_no_duration_is_refused_with_a_reason);
    tcase_add_test(tests, what_does_not_fit_is_refused);
    tcase_add_test(tests, an_error_fits_its_buffer);
    tcase_add_test(tests, bytes_are_read);
    tcase_add_test(tests, bandwidths_are_read_in_bits);
    tcase_add_test(tests, rates_are_read_per_second);
    tcase_add_test(tests, durations_are_printed_with_three_digits);
    tcase_add_test(tests, counts_and_bytes_are_printed_with_three_digits);
    tcase_add_test(tests, a_share_near_one_shows_what_is_missing);
    suite_add_tcase(suite, tests);
    return suite;
}
