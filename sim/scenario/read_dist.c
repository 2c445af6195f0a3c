/* Distributions of durations: {"lognormal": {"median": "0.5ms", "sigma": 0.3}}, or a bare "1ms". */
#include "sim/scenario/reader.h"

static bool read_uniform(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    static const struct field range = {.name = "", .type = FIELD_DURATION_RANGE};
    sim_time ends[2];
    (void)field;
    struct dist *dist = to;
    if (!reader_field(reader, &range, item, ends)) {
        return false;
    }
    dist->a = (double)ends[0];
    dist->b = (double)ends[1];
    return true;
}

static bool read_empirical(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    struct dist *dist = to;
    uint32_t count = reader_array(reader, item, 1, JSON_MOST_VALUES, field->expected);
    if (count == UINT32_MAX) {
        return false;
    }
    double *values = reader_alloc(reader, count, sizeof *values);
    const cJSON *child = item->child;
    for (uint32_t i = 0; i < count; i++, child = child->next) {
        sim_time value = 0;
        size_t mark = reader_enter_element(reader, i);
        bool is_good = reader_duration(reader, child, &value);
        reader_leave(reader, mark);
        if (!is_good) {
            return false;
        }
        values[i] = (double)value;
    }
    dist->values = values;
    dist->count = count;
    return true;
}

static bool read_part(struct reader *reader, const cJSON *pair, double *weight, struct dist *part) {
    static const struct field share = {.name = "", .type = FIELD_SHARE};
    if (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2) {
        return reader_fail_expected(reader, pair, "a weight and a distribution, such as [0.9, \"1ms\"]");
    }
    size_t mark = reader_enter_element(reader, 0);
    bool is_good = reader_field(reader, &share, pair->child, weight);
    reader_leave(reader, mark);
    mark = reader_enter_element(reader, 1);
    is_good = reader_dist(reader, pair->child->next, part) && is_good;
    reader_leave(reader, mark);
    return is_good;
}

static bool read_mixture(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    struct dist *dist = to;
    uint32_t count = reader_array(reader, item, 1, READER_MOST_ELEMENTS, field->expected);
    if (count == UINT32_MAX) {
        return false;
    }
    double *weights = reader_alloc(reader, count, sizeof *weights), sum = 0;
    struct dist *parts = reader_alloc(reader, count, sizeof *parts);
    bool is_good = true;
    const cJSON *child = item->child;
    for (uint32_t i = 0; i < count; i++, child = child->next) {
        size_t mark = reader_enter_element(reader, i);
        is_good = read_part(reader, child, &weights[i], &parts[i]) && is_good;
        reader_leave(reader, mark);
        sum += weights[i];
    }
    if (is_good && !reader_sum_is_one(sum)) {
        is_good = reader_fail(reader, item, "the weights sum to %.15g; expected 1", sum);
    }
    dist->values = weights;
    dist->parts = parts;
    dist->count = count;
    return is_good;
}

static bool read_shifted_of(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)field;
    struct dist *part = reader_alloc(reader, 1, sizeof *part);
    *(const struct dist **)to = part;
    return reader_dist(reader, item, part);
}

#define DIST_ARGUMENT(key, kind, member, text)                                                                         \
    { .name = key, .type = kind, .offset = offsetof(struct dist, member), .is_required = true, .meaning = text }

static const struct field normal_fields[] = {
    DIST_ARGUMENT("mean", FIELD_DURATION_REAL, a, "before negative draws are drawn again"),
    DIST_ARGUMENT("stddev", FIELD_DURATION_REAL, b, "standard deviation"),
    {.name = NULL}};
static const struct field lognormal_fields[] = {
    DIST_ARGUMENT("median", FIELD_DURATION_REAL, a, "half of the draws are below"),
    {.name = "sigma",
     .type = FIELD_REAL,
     .offset = offsetof(struct dist, b),
     .low = 0,
     .high = 100,
     .is_required = true,
     .meaning = "standard deviation of the logarithm"},
    {.name = NULL}};
static const struct field exponential_fields[] = {DIST_ARGUMENT("mean", FIELD_DURATION_REAL, a, "the mean"),
                                                  {.name = NULL}};
static const struct field scale_shape_fields[] = {DIST_ARGUMENT("scale", FIELD_DURATION_REAL, a, "the scale"),
                                                  DIST_ARGUMENT("shape", FIELD_POSITIVE, b, "the shape"),
                                                  {.name = NULL}};
static const struct field gamma_fields[] = {DIST_ARGUMENT("shape", FIELD_POSITIVE, a, "the shape"),
                                            DIST_ARGUMENT("mean", FIELD_DURATION_REAL, b, "the mean"),
                                            {.name = NULL}};
static const struct field shifted_fields[] = {DIST_ARGUMENT("by", FIELD_DURATION_REAL, a, "is added to each draw"),
                                              {.name = "of",
                                               .type = FIELD_CUSTOM,
                                               .offset = offsetof(struct dist, parts),
                                               .read = read_shifted_of,
                                               .is_required = true,
                                               .object = &dist_type,
                                               .meaning = "what is shifted"},
                                              {.name = NULL}};

static const struct object_type normal_type = {
    .name = "normal", .what = "an object with \"mean\" and \"stddev\"", .fields = normal_fields};
static const struct object_type lognormal_type = {
    .name = "lognormal", .what = "an object with \"median\" and \"sigma\"", .fields = lognormal_fields};
static const struct object_type exponential_type = {
    .name = "exponential", .what = "an object with \"mean\"", .fields = exponential_fields};
static const struct object_type pareto_type = {
    .name = "pareto", .what = "an object with \"scale\" and \"shape\"", .fields = scale_shape_fields};
static const struct object_type weibull_type = {
    .name = "weibull", .what = "an object with \"scale\" and \"shape\"", .fields = scale_shape_fields};
static const struct object_type gamma_type = {
    .name = "gamma", .what = "an object with \"shape\" and \"mean\"", .fields = gamma_fields};
static const struct object_type shifted_type = {
    .name = "shifted", .what = "an object with \"by\" and \"of\"", .fields = shifted_fields};

/* In the order of enum dist_kind. */
static const struct field dist_fields[] = {
    {.name = "constant",
     .type = FIELD_DURATION_REAL,
     .offset = offsetof(struct dist, a),
     .is_alternative = true,
     .meaning = "Always the same"},
    {.name = "uniform",
     .type = FIELD_CUSTOM,
     .read = read_uniform,
     .is_alternative = true,
     .expected = "two durations",
     .schema = "{\"$ref\": \"#/$defs/duration-range\"}",
     .meaning = "Every duration from the first to the second is as likely"},
    {.name = "normal",
     .type = FIELD_OBJECT,
     .object = &normal_type,
     .is_alternative = true,
     .meaning = "Normal, cut at 0"},
    {.name = "lognormal",
     .type = FIELD_OBJECT,
     .object = &lognormal_type,
     .is_alternative = true,
     .meaning = "The logarithm is normal"},
    {.name = "exponential",
     .type = FIELD_OBJECT,
     .object = &exponential_type,
     .is_alternative = true,
     .meaning = "Memoryless"},
    {.name = "pareto",
     .type = FIELD_OBJECT,
     .object = &pareto_type,
     .is_alternative = true,
     .meaning = "P(X > x) = (scale / x)^shape"},
    {.name = "weibull",
     .type = FIELD_OBJECT,
     .object = &weibull_type,
     .is_alternative = true,
     .meaning = "P(X > x) = exp(-(x / scale)^shape)"},
    {.name = "gamma", .type = FIELD_OBJECT, .object = &gamma_type, .is_alternative = true, .meaning = "Gamma"},
    {.name = "empirical",
     .type = FIELD_CUSTOM,
     .read = read_empirical,
     .is_alternative = true,
     .expected = "an array of durations",
     .schema = "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/duration\"}}",
     .meaning = "One of these, drawn with replacement"},
    {.name = "mixture",
     .type = FIELD_CUSTOM,
     .read = read_mixture,
     .is_alternative = true,
     .expected = "an array of weights and distributions, such as [[0.9, \"1ms\"], [0.1, \"20ms\"]]",
     .schema =
         "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, "
         "\"prefixItems\": [{\"$ref\": \"#/$defs/share\"}, {\"$ref\": \"#/$defs/distribution\"}]}}",
     .meaning = "One of several distributions, by weights that sum to 1"},
    {.name = "shifted",
     .type = FIELD_OBJECT,
     .object = &shifted_type,
     .is_alternative = true,
     .meaning = "A distribution plus a constant"},
    {.name = NULL}};

const struct object_type dist_type = {
    .name = "distribution",
    .what = "a duration such as \"150ms\" or a distribution such as {\"exponential\": {\"mean\": \"5ms\"}}",
    .fields = dist_fields,
    .short_schema = "{\"$ref\": \"#/$defs/duration\"}"};

bool reader_dist(struct reader *reader, const cJSON *item, struct dist *to) {
    uint32_t before = reader->source->problems.count;
    *to = (struct dist){.kind = DIST_CONSTANT};
    if (cJSON_IsString(item)) {
        sim_time value = 0;
        bool is_good = reader_duration(reader, item, &value);
        to->a = (double)value;
        return is_good;
    }
    const struct field *alternative = reader_object(reader, &dist_type, item, to);
    if (alternative != NULL) {
        to->kind = (enum dist_kind)(alternative - dist_fields);
    }
    return reader->source->problems.count == before;
}
