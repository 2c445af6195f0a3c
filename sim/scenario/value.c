/* Reading single values: numbers, quantities with units, choices. */
#include "sim/base/units.h"
#include "sim/scenario/reader.h"

#include <math.h>
#include <string.h>

#define MOST_NS (INT64_MAX / 4) /* 73 years: sums of a few of them do not overflow */

static bool fail_field(struct reader *reader, const struct field *field, const cJSON *item) {
    char expected[512];
    return reader_fail_expected(reader, item, field_expectation(field, expected, sizeof expected));
}

static bool is_in_range(const struct field *field, double value) {
    if (!field_has_range(field)) {
        return true;
    }
    return value >= field->low && (field->high < field->low || value <= field->high);
}

/* A whole number within low..high, both below 2^53. */
static bool read_whole(struct reader *reader, const struct field *field, const cJSON *item, double low, double high,
                       double *to) {
    double value = item->valuedouble;
    if (!cJSON_IsNumber(item) || value != floor(value) || value < low || value > high || !is_in_range(field, value)) {
        return fail_field(reader, field, item);
    }
    *to = value;
    return true;
}

static bool read_number(struct reader *reader, const struct field *field, const cJSON *item, double low, double high,
                        double *to) {
    double value = item->valuedouble;
    if (!cJSON_IsNumber(item) || !(value >= low && value <= high) || !is_in_range(field, value)) {
        return fail_field(reader, field, item);
    }
    *to = value;
    return true;
}

static bool read_duration_text(struct reader *reader, const struct field *field, const cJSON *item, int64_t low,
                               int64_t *to) {
    char error[160];
    if (!cJSON_IsString(item)) {
        return fail_field(reader, field, item);
    }
    int64_t value = 0;
    if (!units_read_duration(item->valuestring, &value, error, sizeof error)) {
        return reader_fail(reader, item, "%s", error);
    }
    if (value > MOST_NS || value < -MOST_NS) {
        return reader_fail(reader, item, "found \"%.60s\"; expected at most 73 years", item->valuestring);
    }
    if (value < low) {
        return reader_fail(reader, item, "found the negative \"%.60s\"; expected a duration of at least 0",
                           item->valuestring);
    }
    if (!is_in_range(field, (double)value / 1e9)) {
        return fail_field(reader, field, item);
    }
    *to = value;
    return true;
}

static bool read_duration_range(struct reader *reader, const struct field *field, const cJSON *item, sim_time *to) {
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 2) {
        return fail_field(reader, field, item);
    }
    sim_time range[2] = {0, 0};
    const cJSON *child = item->child;
    for (uint32_t i = 0; i < 2; i++, child = child->next) {
        struct field end = *field; /* for messages: of one duration */
        end.type = FIELD_DURATION;
        size_t mark = reader_enter_element(reader, i);
        bool is_good = read_duration_text(reader, &end, child, 0, &range[i]);
        reader_leave(reader, mark);
        if (!is_good) {
            return false;
        }
    }
    if (range[0] > range[1]) {
        return reader_fail(reader, item,
                           "the first, \"%.40s\", is above the second, \"%.40s\"; expected the lower one first",
                           item->child->valuestring, item->child->next->valuestring);
    }
    memcpy(to, range, sizeof range);
    return true;
}

static bool read_bytes(struct reader *reader, const struct field *field, const cJSON *item, int64_t high, int64_t *to) {
    char error[160];
    int64_t value = 0;
    if (!cJSON_IsString(item)) {
        return fail_field(reader, field, item);
    }
    if (!units_read_bytes(item->valuestring, &value, error, sizeof error)) {
        return reader_fail(reader, item, "%s", error);
    }
    if (value > high) {
        return reader_fail(reader, item, "found \"%.60s\"; expected less than 4GiB", item->valuestring);
    }
    if (value < 0 || !is_in_range(field, (double)value)) {
        return fail_field(reader, field, item);
    }
    *to = value;
    return true;
}

typedef bool (*units_reader)(const char *text, double *value, char *error, size_t size);

static bool read_unit(struct reader *reader, const struct field *field, const cJSON *item, units_reader read,
                      double *to) {
    char error[160];
    double value = 0;
    if (!cJSON_IsString(item)) {
        return fail_field(reader, field, item);
    }
    if (!read(item->valuestring, &value, error, sizeof error)) {
        return reader_fail(reader, item, "%s", error);
    }
    if (!isfinite(value) || !is_in_range(field, value)) {
        return fail_field(reader, field, item);
    }
    *to = value;
    return true;
}

static bool read_choice(struct reader *reader, const struct field *field, const cJSON *item, int32_t *to) {
    if (!cJSON_IsString(item)) {
        return fail_field(reader, field, item);
    }
    size_t count = 0;
    for (; field->choices[count] != NULL; count++) {
        if (strcmp(field->choices[count], item->valuestring) == 0) {
            *to = (int32_t)count;
            return true;
        }
    }
    return reader_fail_unknown(reader, item, false, "choice", item->valuestring, field->choices, count);
}

static bool read_flag(struct reader *reader, const struct field *field, const cJSON *item, bool *to) {
    if (!cJSON_IsBool(item)) {
        return fail_field(reader, field, item);
    }
    *to = cJSON_IsTrue(item) != 0;
    return true;
}

static bool read_text(struct reader *reader, const struct field *field, const cJSON *item, const char **to) {
    if (!cJSON_IsString(item)) {
        return fail_field(reader, field, item);
    }
    *to = arena_text(reader->arena, item->valuestring);
    return true;
}

static bool read_quantity(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    int64_t whole = 0;
    bool is_good;
    switch (field->type) {
    case FIELD_DURATION:
        return read_duration_text(reader, field, item, 0, to);
    case FIELD_SIGNED_DURATION:
        return read_duration_text(reader, field, item, INT64_MIN, to);
    case FIELD_DURATION_RANGE:
        return read_duration_range(reader, field, item, to);
    case FIELD_DURATION_REAL:
        is_good = read_duration_text(reader, field, item, 0, &whole);
        *(double *)to = (double)whole;
        return is_good;
    case FIELD_BYTES:
        return read_bytes(reader, field, item, INT64_MAX, to);
    case FIELD_BYTES32:
        is_good = read_bytes(reader, field, item, UINT32_MAX, &whole);
        *(uint32_t *)to = (uint32_t)whole;
        return is_good;
    case FIELD_BANDWIDTH:
        return read_unit(reader, field, item, units_read_bandwidth, to);
    case FIELD_RATE:
        return read_unit(reader, field, item, units_read_rate, to);
    default:
        return false;
    }
}

bool reader_field(struct reader *reader, const struct field *field, const cJSON *item, void *object) {
    const double largest = 9007199254740991.0; /* 2^53 - 1: beyond, doubles skip whole numbers */
    void *to = (char *)object + field->offset;
    double number = 0;
    bool is_good;
    switch (field->type) {
    case FIELD_TEXT:
        return read_text(reader, field, item, to);
    case FIELD_FLAG:
        return read_flag(reader, field, item, to);
    case FIELD_COUNT:
        is_good = read_whole(reader, field, item, 0, UINT32_MAX, &number);
        *(uint32_t *)to = (uint32_t)number;
        return is_good;
    case FIELD_COUNT64:
        is_good = read_whole(reader, field, item, 0, largest, &number);
        *(uint64_t *)to = (uint64_t)number;
        return is_good;
    case FIELD_INTEGER:
        is_good = read_whole(reader, field, item, -largest, largest, &number);
        *(int64_t *)to = (int64_t)number;
        return is_good;
    case FIELD_REAL:
        return read_number(reader, field, item, -INFINITY, INFINITY, to);
    case FIELD_POSITIVE:
        return read_number(reader, field, item, 5e-324, INFINITY, to);
    case FIELD_SHARE:
        return read_number(reader, field, item, 0, 1, to);
    case FIELD_CHOICE:
        return read_choice(reader, field, item, to);
    case FIELD_DIST:
        return reader_dist(reader, item, to);
    case FIELD_OBJECT: {
        uint32_t before = reader->source->problems.count;
        reader_object(reader, field->object, item, to);
        return reader->source->problems.count == before;
    }
    case FIELD_CUSTOM:
        return field->read == NULL || field->read(reader, field, item, to);
    default:
        return read_quantity(reader, field, item, to);
    }
}

bool reader_duration(struct reader *reader, const cJSON *item, sim_time *to) {
    static const struct field duration = {.name = "", .type = FIELD_DURATION};
    return read_duration_text(reader, &duration, item, 0, to);
}

bool reader_count(struct reader *reader, const cJSON *item, double low, double high, double *to) {
    const struct field count = {.name = "", .type = FIELD_COUNT64, .low = low, .high = high};
    return read_whole(reader, &count, item, low, high, to);
}

const char *reader_text(struct reader *reader, const cJSON *item, const char *expected) {
    if (!cJSON_IsString(item)) {
        reader_fail_expected(reader, item, expected);
        return NULL;
    }
    return arena_text(reader->arena, item->valuestring);
}

bool reader_choice(struct reader *reader, const cJSON *parent, const char *key, const char *const *choices,
                   int32_t *to) {
    const struct field choice = {.name = key, .type = FIELD_CHOICE, .choices = choices};
    const cJSON *item = json_get(parent, key);
    size_t mark = reader_enter(reader, key);
    bool is_good = reader_field(reader, &choice, item, to);
    reader_leave(reader, mark);
    return is_good;
}
