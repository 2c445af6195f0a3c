/* Reading is exact: the digits become one integer and a power of ten, the unit a ratio of integers, and the one
 * division at the end rounds once. strtod would lose "0.235ms" to binary, and depends on the locale. */
#include "sim/base/units.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 uint128;

/* Digits of a number that are read: 10^25 times the largest unit still fits in 128 bits. */
enum { MOST_DIGITS = 25 };

/* A unit is `times` base units, divided by `per`. */
struct unit {
    const char *name;
    uint64_t times, per;
};

struct unit_family {
    const char *what;    /* "duration" */
    const char *example; /* "150ms" */
    const char *listing; /* "ns, us, ms, s, min, h or d" */
    const struct unit *units;
    size_t count;
};

#define FAMILY(what, example, listing, units)                                                                          \
    { what, example, listing, units, sizeof(units) / sizeof(units)[0] }

static const struct unit duration_units[] = {
    {"ns", 1, 1},
    {"us", 1000, 1},
    {"ms", 1000000, 1},
    {"s", 1000000000, 1},
    {"min", UINT64_C(60000000000), 1},
    {"h", UINT64_C(3600000000000), 1},
    {"d", UINT64_C(86400000000000), 1},
};
static const struct unit_family durations = FAMILY("duration", "150ms", "ns, us, ms, s, min, h or d", duration_units);

static const struct unit byte_units[] = {
    {"B", 1, 1},
    {"kB", 1000, 1},
    {"KiB", UINT64_C(1) << 10, 1},
    {"MB", 1000000, 1},
    {"MiB", UINT64_C(1) << 20, 1},
    {"GB", 1000000000, 1},
    {"GiB", UINT64_C(1) << 30, 1},
    {"TB", UINT64_C(1000000000000), 1},
    {"TiB", UINT64_C(1) << 40, 1},
};
static const struct unit_family sizes = FAMILY("size", "4KiB", "B, kB, KiB, MB, MiB, GB, GiB, TB or TiB", byte_units);

static const struct unit bandwidth_units[] = {
    {"bit/s", 1, 1},
    {"kbit/s", 1000, 1},
    {"Mbit/s", 1000000, 1},
    {"Gbit/s", 1000000000, 1},
    {"Tbit/s", UINT64_C(1000000000000), 1},
    {"B/s", 8, 1},
    {"kB/s", 8000, 1},
    {"KiB/s", UINT64_C(8) << 10, 1},
    {"MB/s", 8000000, 1},
    {"MiB/s", UINT64_C(8) << 20, 1},
    {"GB/s", UINT64_C(8000000000), 1},
    {"GiB/s", UINT64_C(8) << 30, 1},
    {"TB/s", UINT64_C(8000000000000), 1},
    {"TiB/s", UINT64_C(8) << 40, 1},
};
static const struct unit_family bandwidths =
    FAMILY("bandwidth", "10Gbit/s",
           "bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s, B/s, kB/s, KiB/s, MB/s, MiB/s, GB/s, GiB/s, TB/s or TiB/s",
           bandwidth_units);

static const struct unit rate_units[] = {
    {"/us", 1000000, 1}, {"/ms", 1000, 1}, {"/s", 1, 1}, {"/min", 1, 60}, {"/h", 1, 3600}, {"/d", 1, 86400},
};
static const struct unit_family rates = FAMILY("rate", "500/s", "/us, /ms, /s, /min, /h or /d", rate_units);

/* A quantity as it was read: digits / 10^decimals units. */
struct quantity {
    bool is_negative;
    uint128 digits;
    unsigned decimals;
    const struct unit *unit;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Reads the digits from `*at` on, and leaves it behind them. False when there are too many. */
static bool read_digits(const char **at, struct quantity *quantity) {
    static const uint128 most = (uint128)UINT64_C(1000000000000000) * UINT64_C(10000000000);
    for (; is_digit(**at); (*at)++) {
        quantity->digits = quantity->digits * 10 + (unsigned)(**at - '0');
        if (quantity->digits >= most) {
            return false;
        }
    }
    return true;
}

/* The exponent of "1e3us" deserves better than to be an unknown unit. */
static bool is_exponent(const char *at) {
    return (at[0] == 'e' || at[0] == 'E') && (is_digit(at[1]) || ((at[1] == '-' || at[1] == '+') && is_digit(at[2])));
}

static bool read_unit(const char *at, const char *text, const struct unit_family *family, struct quantity *quantity,
                      char *error, size_t size) {
    if (is_exponent(at)) {
        snprintf(error, size, "\"%s\" has an exponent; expected a %s written out, like \"%s\"", text, family->what,
                 family->example);
        return false;
    }
    if (*at == ' ') {
        at++;
    }
    if (*at == '\0') {
        snprintf(error, size, "\"%s\" has no unit; expected a %s like \"%s\"", text, family->what, family->example);
        return false;
    }
    for (size_t i = 0; i < family->count; i++) {
        if (strcmp(at, family->units[i].name) == 0) {
            quantity->unit = &family->units[i];
            return true;
        }
    }
    snprintf(error, size, "unknown unit \"%s\"; expected %s", at, family->listing);
    return false;
}

static bool read_quantity(const char *text, const struct unit_family *family, struct quantity *quantity, char *error,
                          size_t size) {
    *quantity = (struct quantity){0};
    const char *at = text;
    if (*at == '-') {
        quantity->is_negative = true;
        at++;
    }
    if (!is_digit(*at)) {
        const char *problem = *text == '\0' ? "is empty"
                              : *at == '.'  ? "has no digit before its point"
                                            : "does not start with a number";
        snprintf(error, size, "\"%s\" %s; expected a %s like \"%s\"", text, problem, family->what, family->example);
        return false;
    }
    if (!read_digits(&at, quantity)) {
        snprintf(error, size, "\"%s\" is too large for a %s", text, family->what);
        return false;
    }
    if (*at == '.') {
        const char *first = ++at;
        if (!is_digit(*at)) {
            snprintf(error, size, "\"%s\" has no digit after its point; expected a %s like \"%s\"", text, family->what,
                     family->example);
            return false;
        }
        if (!read_digits(&at, quantity) || at - first > MOST_DIGITS) {
            snprintf(error, size, "\"%s\" has too many digits; a %s has at most %d", text, family->what, MOST_DIGITS);
            return false;
        }
        quantity->decimals = (unsigned)(at - first);
    }
    return read_unit(at, text, family, quantity, error, size);
}

static uint128 power_of_ten(unsigned exponent) {
    uint128 power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

/* The magnitude of the quantity in base units, rounded half up. False when it is beyond int64. */
static bool to_integer(const struct quantity *quantity, int64_t *value) {
    uint128 divisor = power_of_ten(quantity->decimals);
    uint128 scaled = quantity->digits * quantity->unit->times;
    uint128 whole = scaled / divisor;
    if (scaled % divisor >= divisor - divisor / 2) {
        whole++;
    }
    if (whole > INT64_MAX) {
        return false;
    }
    *value = (int64_t)whole;
    return true;
}

bool units_read_duration(const char *text, int64_t *ns, char *error, size_t size) {
    struct quantity quantity;
    if (!read_quantity(text, &durations, &quantity, error, size)) {
        return false;
    }
    int64_t magnitude;
    if (!to_integer(&quantity, &magnitude)) {
        snprintf(error, size, "\"%s\" is too large; a duration is at most 2^63 - 1 ns, which is about 292 years", text);
        return false;
    }
    *ns = quantity.is_negative ? -magnitude : magnitude;
    return true;
}

bool units_read_bytes(const char *text, int64_t *bytes, char *error, size_t size) {
    struct quantity quantity;
    if (!read_quantity(text, &sizes, &quantity, error, size)) {
        return false;
    }
    if (quantity.is_negative) {
        snprintf(error, size, "\"%s\" is negative; expected a size of at least 0, like \"%s\"", text, sizes.example);
        return false;
    }
    if (!to_integer(&quantity, bytes)) {
        snprintf(error, size, "\"%s\" is too large; a size is at most 2^63 - 1 bytes", text);
        return false;
    }
    return true;
}

/* Both conversions are exact for numbers of everyday length, so that the division gives the nearest double. */
static bool read_positive(const char *text, const struct unit_family *family, double *value, char *error, size_t size) {
    struct quantity quantity;
    if (!read_quantity(text, family, &quantity, error, size)) {
        return false;
    }
    if (quantity.is_negative || quantity.digits == 0) {
        snprintf(error, size, "\"%s\" is not above 0; expected a %s like \"%s\"", text, family->what, family->example);
        return false;
    }
    *value = (double)(quantity.digits * quantity.unit->times) /
             (double)(power_of_ten(quantity.decimals) * quantity.unit->per);
    return true;
}

bool units_read_bandwidth(const char *text, double *bits_per_second, char *error, size_t size) {
    return read_positive(text, &bandwidths, bits_per_second, error, size);
}

bool units_read_rate(const char *text, double *per_second, char *error, size_t size) {
    return read_positive(text, &rates, per_second, error, size);
}

/* ---- Printing ----------------------------------------------------------------------------------------------- */

/* What a value is divided by, ascending. */
struct scale {
    const char *suffix;
    double one;
};

/* Three significant digits of a value that is not negative, without exponents from 1e-4 on. */
static void three_digits(char *digits, size_t size, double value) {
    snprintf(digits, size, value < 999.5 ? "%.3g" : "%.0f", value);
}

static char *print_scaled(char *text, size_t size, double value, const struct scale *scales, size_t count) {
    if (value != value || value > DBL_MAX || value < -DBL_MAX) {
        snprintf(text, size, "%s", value != value ? "nan" : value > 0 ? "inf" : "-inf");
        return text;
    }
    double magnitude = value < 0 ? -value : value;
    char digits[400]; /* the largest double has 309 */
    size_t i = 0;
    for (;; i++) {
        double quotient = magnitude / scales[i].one;
        three_digits(digits, sizeof digits, i > 0 && quotient < 1 ? 1 : quotient);
        /* The rounded number decides: 999.7 us reads "1 ms". */
        if (i + 1 == count || strtod(digits, NULL) * scales[i].one < scales[i + 1].one) {
            break;
        }
    }
    snprintf(text, size, "%s%s%s", value < 0 ? "-" : "", digits, scales[i].suffix);
    return text;
}

char *units_print_duration(char *text, size_t size, double seconds) {
    static const struct scale scales[] = {{" ns", 1e-9}, {" us", 1e-6}, {" ms", 1e-3}, {" s", 1},
                                          {" min", 60},  {" h", 3600},  {" d", 86400}};
    if (seconds == 0) {
        snprintf(text, size, "0 s");
        return text;
    }
    return print_scaled(text, size, seconds, scales, sizeof scales / sizeof scales[0]);
}

char *units_print_count(char *text, size_t size, double count) {
    static const struct scale scales[] = {{"", 1}, {" k", 1e3}, {" M", 1e6}, {" G", 1e9}, {" T", 1e12}};
    return print_scaled(text, size, count, scales, sizeof scales / sizeof scales[0]);
}

char *units_print_bytes(char *text, size_t size, double bytes) {
    static const struct scale scales[] = {
        {" B", 1}, {" KiB", 0x1p10}, {" MiB", 0x1p20}, {" GiB", 0x1p30}, {" TiB", 0x1p40}};
    return print_scaled(text, size, bytes, scales, sizeof scales / sizeof scales[0]);
}

char *units_print_share(char *text, size_t size, double share) {
    double percent = share * 100, missing = (1 - share) * 100;
    if (!(missing > 0 && missing < 1)) {
        static const struct scale scales[] = {{" %", 1}};
        return print_scaled(text, size, percent, scales, 1);
    }
    /* Near 100 % what is missing counts: 99.95 %, and never 100 % while anything is. */
    int decimals = 1;
    for (double step = 0.1; missing < 10 * step && decimals < 12; step /= 10) {
        decimals++;
    }
    char digits[32];
    snprintf(digits, sizeof digits, "%.*f", decimals, percent);
    size_t length = strlen(digits);
    while (digits[length - 1] == '0') {
        length--;
    }
    if (digits[length - 1] == '.') {
        length--;
    }
    snprintf(text, size, "%.*s %%", (int)length, digits);
    return text;
}

char *units_write_duration(char *text, size_t size, int64_t ns) {
    static const struct {
        const char *name;
        uint64_t one;
        int decimals;
    } scales[] = {{"s", 1000000000, 9}, {"ms", 1000000, 6}, {"us", 1000, 3}, {"ns", 1, 0}};
    uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    size_t i = 0;
    while (magnitude != 0 && magnitude < scales[i].one) {
        i++;
    }
    char decimals[32] = "";
    uint64_t rest = magnitude % scales[i].one;
    if (rest != 0) {
        int width = scales[i].decimals;
        for (; rest % 10 == 0; rest /= 10) {
            width--;
        }
        snprintf(decimals, sizeof decimals, ".%0*llu", width, (unsigned long long)rest);
    }
    snprintf(text, size, "%s%llu%s%s", ns < 0 ? "-" : "", (unsigned long long)(magnitude / scales[i].one), decimals,
             scales[i].name);
    return text;
}
