/* What is expected of a run: checks, bounds on metrics, faults that touched something. */
#include "sim/base/units.h"
#include "sim/check/pacelc.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

static const char *const is_names[] = {"holds", "violated", NULL};

#define BOUND_SCHEMA "{\"type\": [\"number\", \"string\"]}"
#define BOUND_FIELD(key, text)                                                                                         \
    {                                                                                                                  \
        .name = key, .type = FIELD_CUSTOM, .schema = BOUND_SCHEMA,                                                     \
        .expected = "a number, or a quantity with its unit", .meaning = text                                           \
    }

static const struct field bounds_fields[] = {BOUND_FIELD("at_least", "The lower bound"),
                                             BOUND_FIELD("at_most", "The upper bound"),
                                             BOUND_FIELD("equals", "The exact value"),
                                             {.name = NULL}};

const struct object_type bounds_type = {.name = "bounds",
                                        .what = "an object with \"at_least\", \"at_most\" or \"equals\"",
                                        .fields = bounds_fields,
                                        .is_whole = true};

static const struct field expectation_fields[] = {
    {.name = "check",
     .type = FIELD_CUSTOM,
     .is_alternative = true,
     .schema = "{\"$ref\": \"#/$defs/check\"}",
     .expected = "the name of a check",
     .meaning = "What must hold"},
    {.name = "metric",
     .type = FIELD_CUSTOM,
     .is_alternative = true,
     .schema = "{\"type\": \"string\"}",
     .expected = "the name of a metric",
     .meaning = "What is measured: \"read.latency.p99\", of a named workload \"shop/read.latency.p99\""},
    {.name = "fault",
     .type = FIELD_CUSTOM,
     .is_alternative = true,
     .schema = "{\"type\": \"string\"}",
     .expected = "the name of a fault",
     .meaning = "A fault by its name"},
    {.name = "pacelc",
     .type = FIELD_CUSTOM,
     .is_alternative = true,
     .schema = "{\"type\": \"string\", \"pattern\": \"^(P[AC?-]|E[LC?]|P[AC?-]/E[LC?])$\"}",
     .expected = "a label of PACELC such as \"PA/EL\", \"PC\" or \"EC\"",
     .meaning = "The label that the run supports: under a partition A or C (- neither, ? undecided), else L or C (?)"},
    {.name = "is",
     .type = FIELD_CUSTOM,
     .schema = "{\"enum\": [\"holds\", \"violated\"]}",
     .expected = "\"holds\" or \"violated\"",
     .meaning = "With \"check\": violated expects the failure. Default holds"},
    {.name = "seeds",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"string\", \"pattern\": \"^[0-9]+(-[0-9]+)?$\"}",
     .expected = "seeds such as \"1-20\"",
     .meaning = "With \"check\" or \"pacelc\": judged over these seeds"},
    {.name = "share",
     .type = FIELD_SHARE,
     .offset = offsetof(struct expectation, share),
     .preset = "1",
     .meaning = "With \"seeds\": the share of them for which it holds"},
    {.name = "window",
     .type = FIELD_CUSTOM,
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\", \"properties\": {\"from\": {\"$ref\": "
               "\"#/$defs/duration\"}, \"to\": {\"$ref\": \"#/$defs/duration\"}}, \"required\": [\"from\", \"to\"], "
               "\"additionalProperties\": false}]}",
     .expected = "a window: \"all\", \"partition\", \"healing\", \"connected\", the name of a fault or phase, or "
                 "{\"from\": \"10s\", \"to\": \"20s\"}",
     .meaning = "With \"metric\": when. Default all, after the warm-up"},
    {.name = "touched",
     .type = FIELD_CUSTOM,
     .object = &bounds_type,
     .meaning = "With \"fault\": how much it touched in all"},
    {.name = NULL}};

const struct object_type expectation_type = {.name = "expectation",
                                             .what = "an object with \"check\", \"metric\", \"fault\" or \"pacelc\"",
                                             .fields = expectation_fields,
                                             .is_whole = true,
                                             .also = &bounds_type};

enum subject_unit { UNIT_NUMBER, UNIT_DURATION, UNIT_SHARE, UNIT_RATE, UNIT_BYTES };

/* ---- Bounds ---- */

static bool read_bound(struct reader *reader, const cJSON *item, enum subject_unit unit, double *to) {
    static const char *const expected[] = {"a number", "a duration such as \"5ms\"", "a number from 0 to 1",
                                           "a rate such as \"500/s\"", "a size such as \"4KiB\", or a number of bytes"};
    char error[160];
    if (unit == UNIT_DURATION) {
        sim_time value = 0;
        bool is_good = cJSON_IsString(item) ? reader_duration(reader, item, &value)
                                            : reader_fail_expected(reader, item, expected[unit]);
        *to = (double)value / 1e9;
        return is_good;
    }
    if (cJSON_IsString(item) && unit == UNIT_RATE) {
        return units_read_rate(item->valuestring, to, error, sizeof error) || reader_fail(reader, item, "%s", error);
    }
    if (cJSON_IsString(item) && unit == UNIT_BYTES) {
        int64_t bytes = 0;
        bool is_good =
            units_read_bytes(item->valuestring, &bytes, error, sizeof error) || reader_fail(reader, item, "%s", error);
        *to = (double)bytes;
        return is_good;
    }
    if (!cJSON_IsNumber(item) || (unit == UNIT_SHARE && !(item->valuedouble >= 0 && item->valuedouble <= 1))) {
        return reader_fail_expected(reader, item, expected[unit]);
    }
    *to = item->valuedouble;
    return true;
}

/* The bounds in `item` (the expectation itself, or what "touched" holds): at least one, and not the wrong way round. */
static void read_bounds(struct reader *reader, const cJSON *item, enum subject_unit unit,
                        struct expectation *expectation) {
    struct {
        const char *key;
        bool *has;
        double *value;
    } bounds[] = {{"at_least", &expectation->has_low, &expectation->low},
                  {"at_most", &expectation->has_high, &expectation->high},
                  {"equals", &expectation->has_equal, &expectation->equal}};
    bool has_any = false;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const cJSON *bound = json_get(item, bounds[i].key);
        if (bound != NULL) {
            size_t mark = reader_enter(reader, bounds[i].key);
            has_any = true;
            *bounds[i].has = read_bound(reader, bound, unit, bounds[i].value);
            reader_leave(reader, mark);
        }
    }
    if (!has_any) {
        reader_fail(reader, item, "a bound is missing; expected \"at_least\", \"at_most\" or \"equals\"");
    } else if (expectation->has_low && expectation->has_high && expectation->low > expectation->high) {
        reader_fail(reader, json_get(item, "at_least"),
                    "the lower bound is above the upper one; expected \"at_least\" up to \"at_most\"");
    }
}

/* ---- Checks ---- */

static void read_check(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    const cJSON *check = json_get(item, "check");
    size_t mark = reader_enter(reader, "check"), count = 0, supported = 0;
    expectation->subject = reader_text(reader, check, "the name of a check");
    while (scenario_check_names[count] != NULL) {
        supported += scenario_check_is_supported(scenario_check_names[count]);
        count++;
    }
    for (size_t i = 0; expectation->subject != NULL && i <= count; i++) {
        if (i == count) {
            reader_fail_unknown(reader, check, false, "check", expectation->subject, scenario_check_names, count);
        } else if (strcmp(scenario_check_names[i], expectation->subject) == 0) {
            if (i >= supported) {
                struct text names = {0};
                for (size_t j = 0; j < supported; j++) {
                    text_add(&names, "%s%s", j > 0 ? ", " : "", scenario_check_names[j]);
                }
                reader_fail(reader, check, "the check \"%s\" is not supported yet by this version; expected one of %s",
                            expectation->subject, names.bytes);
                text_free(&names);
            }
            break;
        }
    }
    reader_leave(reader, mark);
}

/* "1-20" or "7": digits only, and no more than 64 bits. */
static bool parse_seeds(const char *text, uint64_t *first, uint64_t *last) {
    uint64_t *ends[] = {first, last};
    for (uint32_t i = 0; i < 2; i++) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > 19) { /* 10^19 is below 2^64 */
            return false;
        }
        *ends[i] = strtoull(text, NULL, 10);
        text += digits;
        if (i == 0 && *text == '\0') {
            *last = *first;
            return true;
        }
        if (*text != (i == 0 ? '-' : '\0')) {
            return false;
        }
        text++;
    }
    return *first <= *last;
}

static void read_check_options(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    static const struct field is_field = {.name = "is", .type = FIELD_CHOICE, .choices = is_names};
    const cJSON *is = json_get(item, "is"), *seeds = json_get(item, "seeds"), *share = json_get(item, "share");
    int32_t which = 0;
    if (is != NULL) {
        size_t mark = reader_enter(reader, "is");
        reader_field(reader, &is_field, is, &which);
        expectation->is_violated = which == 1;
        reader_leave(reader, mark);
    }
    if (seeds != NULL) {
        size_t mark = reader_enter(reader, "seeds");
        if (!cJSON_IsString(seeds) ||
            !parse_seeds(seeds->valuestring, &expectation->seed_first, &expectation->seed_last)) {
            reader_fail_expected(reader, seeds, "seeds such as \"1-20\", the lower one first");
        }
        reader_leave(reader, mark);
    } else if (share != NULL) {
        reader_fail(reader, share, "\"share\" without \"seeds\"; expected both or neither");
    }
}

/* ---- Metrics ---- */

static enum subject_unit unit_of(const char *metric) {
    size_t length = strlen(metric);
    if (metric_is_duration(metric)) {
        return UNIT_DURATION;
    }
    if (metric_is_share(metric)) {
        return UNIT_SHARE;
    }
    if (length > 11 && strcmp(metric + length - 11, ".throughput") == 0) {
        return UNIT_RATE;
    }
    return strstr(metric, "bytes") != NULL ? UNIT_BYTES : UNIT_NUMBER;
}

/* A metric of a model's own, of a system of the scenario. */
static bool is_of_a_model(const struct scenario *scenario, const char *name) {
    uint32_t metric, statistic;
    for (uint32_t i = 0; i < scenario->system_count; i++) {
        const struct model *model = scenario->systems[i].model;
        if (model != NULL && metric_find_own(name, model, &metric, &statistic)) {
            return true;
        }
    }
    return false;
}

static void read_metric(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    const struct scenario *scenario = reader->scenario;
    const cJSON *metric = json_get(item, "metric");
    size_t mark = reader_enter(reader, "metric"), count = 0;
    const char *name = expectation->subject = reader_text(reader, metric, "the name of a metric");
    const char *slash = name == NULL ? NULL : strchr(name, '/');
    if (slash != NULL) {
        const char *workload = arena_format(&reader->source->arena, "%.*s", (int)(slash - name), name);
        const char **names = arena_alloc(&reader->source->arena, (scenario->workload_count + 1) * sizeof *names);
        bool is_known = false;
        for (uint32_t i = 0; i < scenario->workload_count; i++) {
            is_known = is_known || strcmp(scenario->workloads[i].name, workload) == 0;
            names[count] = scenario->workloads[i].name;
            count += *names[count] != '\0';
        }
        if (!is_known || *workload == '\0') {
            reader_fail_unknown(reader, metric, false, "workload", workload, names, count);
        }
        name = slash + 1;
    }
    if (name != NULL && !metric_is_known(name) && !is_of_a_model(scenario, name)) {
        for (count = 0; metric_names[count] != NULL; count++) {
        }
        reader_fail_unknown(reader, metric, false, "metric", name, metric_names, count);
        name = NULL;
    }
    reader_leave(reader, mark);
    if (name != NULL) {
        read_bounds(reader, item, unit_of(name), expectation);
    }
}

static void read_window_name(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    const struct scenario *scenario = reader->scenario;
    uint32_t count = 0;
    const char **names =
        arena_alloc(&reader->source->arena, (scenario->fault_count + scenario->phase_count + 4) * sizeof *names);
    for (uint32_t i = 0; reader_window_words[i] != NULL; i++) {
        names[count++] = reader_window_words[i];
    }
    for (uint32_t i = 0; i < scenario->fault_count; i++) {
        names[count++] = scenario->faults[i].name;
    }
    for (uint32_t i = 0; i < scenario->phase_count; i++) {
        names[count++] = scenario->phases[i].name;
    }
    expectation->window = arena_text(reader->arena, item->valuestring);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i], item->valuestring) == 0) {
            return;
        }
    }
    reader_fail_unknown(reader, item, false, "window", item->valuestring, names, count);
}

struct window_ends {
    sim_time from, to;
};

static void read_window(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    static const struct field ends_fields[] = {
        {.name = "from", .type = FIELD_DURATION, .offset = offsetof(struct window_ends, from), .is_required = true},
        {.name = "to", .type = FIELD_DURATION, .offset = offsetof(struct window_ends, to), .is_required = true},
        {.name = NULL}};
    static const struct object_type ends_type = {
        .name = "window", .what = "an object with \"from\" and \"to\"", .fields = ends_fields};
    const cJSON *window = json_get(item, "window");
    if (window == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "window");
    if (cJSON_IsString(window)) {
        read_window_name(reader, window, expectation);
    } else if (!cJSON_IsObject(window)) {
        reader_fail_expected(reader, window, "the name of a window, or {\"from\": \"10s\", \"to\": \"20s\"}");
    } else {
        struct window_ends ends = {0, 0};
        uint32_t before = reader->source->problems.count;
        reader_object(reader, &ends_type, window, &ends);
        if (reader->source->problems.count == before && ends.from >= ends.to) {
            reader_fail(reader, window, "the window ends before it starts; expected \"from\" before \"to\"");
        }
        expectation->from = ends.from;
        expectation->until = ends.to;
    }
    reader_leave(reader, mark);
}

/* ---- Faults ---- */

static void read_fault(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    const struct scenario *scenario = reader->scenario;
    const cJSON *fault = json_get(item, "fault"), *touched = json_get(item, "touched");
    size_t mark = reader_enter(reader, "fault");
    expectation->subject = reader_text(reader, fault, "the name of a fault");
    const char **names = arena_alloc(&reader->source->arena, (scenario->fault_count + 1) * sizeof *names);
    bool is_known = expectation->subject == NULL;
    for (uint32_t i = 0; i < scenario->fault_count; i++) {
        names[i] = scenario->faults[i].name;
        is_known = is_known || strcmp(names[i], expectation->subject) == 0;
    }
    if (!is_known) {
        reader_fail_unknown(reader, fault, false, "fault", expectation->subject, names, scenario->fault_count);
    }
    reader_leave(reader, mark);
    if (touched == NULL) {
        reader_fail(reader, item, "\"touched\" is missing; expected bounds such as {\"at_least\": 1}");
        return;
    }
    mark = reader_enter(reader, "touched");
    reader_object(reader, &bounds_type, touched, expectation);
    if (cJSON_IsObject(touched)) {
        read_bounds(reader, touched, UNIT_NUMBER, expectation);
    }
    reader_leave(reader, mark);
}

/* ---- Labels ---- */

static void read_label(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    const cJSON *label = json_get(item, "pacelc");
    size_t mark = reader_enter(reader, "pacelc");
    expectation->subject = reader_text(reader, label, "a label of PACELC");
    if (expectation->subject != NULL && !pacelc_is_label(expectation->subject)) {
        reader_fail(reader, label,
                    "\"%s\" is no label of PACELC; expected \"PA\", \"PC\", \"P-\" or \"P?\", \"EL\", \"EC\" or "
                    "\"E?\", or both halves such as \"PA/EL\"",
                    expectation->subject);
    }
    reader_leave(reader, mark);
}

/* Keys that belong to another kind of expectation would silently mean nothing. */
static void check_extra(struct reader *reader, const cJSON *item, enum expectation_kind kind) {
    static const struct {
        const char *key;
        uint32_t kinds;
    } keys[] = {{"is", 1u << EXPECT_CHECK},
                {"seeds", 1u << EXPECT_CHECK | 1u << EXPECT_PACELC},
                {"share", 1u << EXPECT_CHECK | 1u << EXPECT_PACELC},
                {"window", 1u << EXPECT_METRIC},
                {"at_least", 1u << EXPECT_METRIC},
                {"at_most", 1u << EXPECT_METRIC},
                {"equals", 1u << EXPECT_METRIC},
                {"touched", 1u << EXPECT_FAULT}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const cJSON *extra = json_get(item, keys[i].key);
        if (extra != NULL && (keys[i].kinds & 1u << kind) == 0) {
            reader_fail(reader, extra, "\"%s\" says nothing about a %s; expected %s", keys[i].key,
                        expectation_fields[kind].name,
                        kind == EXPECT_CHECK    ? "\"is\", \"seeds\" or \"share\""
                        : kind == EXPECT_METRIC ? "\"window\" and bounds"
                        : kind == EXPECT_PACELC ? "\"seeds\" or \"share\""
                                                : "\"touched\" with bounds in it");
        }
    }
}

static void read_expectation(struct reader *reader, const cJSON *item, struct expectation *expectation) {
    const struct field *kind = reader_object(reader, &expectation_type, item, expectation);
    struct json_place place = json_place_of(&reader->source->places, item);
    expectation->line = place.line;
    expectation->column = place.column;
    if (kind == NULL) {
        return;
    }
    expectation->kind = (enum expectation_kind)(kind - expectation_fields);
    check_extra(reader, item, expectation->kind);
    if (expectation->kind == EXPECT_CHECK) {
        read_check(reader, item, expectation);
        read_check_options(reader, item, expectation);
    } else if (expectation->kind == EXPECT_METRIC) {
        read_metric(reader, item, expectation);
        read_window(reader, item, expectation);
    } else if (expectation->kind == EXPECT_FAULT) {
        read_fault(reader, item, expectation);
    } else {
        read_label(reader, item, expectation);
        read_check_options(reader, item, expectation);
    }
}

void read_expectations(struct reader *reader, const cJSON *items) {
    if (items == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "expect");
    uint32_t count = reader_array(reader, items, 0, READER_MOST_ELEMENTS, "an array of expectations");
    if (count != UINT32_MAX) {
        struct expectation *expectations = reader_alloc(reader, count, sizeof *expectations);
        const cJSON *child = items->child;
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            read_expectation(reader, child, &expectations[i]);
            reader_leave(reader, inner);
        }
        reader->scenario->expectations = expectations;
        reader->scenario->expectation_count = count;
    }
    reader_leave(reader, mark);
}
