/* When operations are invoked, and which keys they are about. */
#include "sim/base/units.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

#define RAMP_EXAMPLE "points such as [[\"0s\", 1], [\"30s\", 10]], their times ascending"
#define MOST_RATE 1e9
#define RAMP_SCHEMA "{\"$ref\": \"#/$defs/ramp\"}"

/* ---- Arrivals ---- */

static const struct field closed_fields[] = {{.name = "think",
                                              .type = FIELD_DIST,
                                              .offset = offsetof(struct workload_config, think),
                                              .preset = "\"0ms\"",
                                              .meaning = "Time between an answer and the client's next operation"},
                                             {.name = NULL}};

static const struct object_type closed_type = {
    .name = "closed", .what = "an object such as {\"think\": \"10ms\"}", .fields = closed_fields};

/* In the order of enum arrivals_kind. */
static const struct field arrivals_fields[] = {
    {.name = "poisson",
     .type = FIELD_RATE,
     .offset = offsetof(struct workload_config, rate),
     .is_alternative = true,
     .meaning = "Independent arrivals at this rate, of all clients together"},
    {.name = "uniform",
     .type = FIELD_RATE,
     .offset = offsetof(struct workload_config, rate),
     .is_alternative = true,
     .meaning = "Evenly spaced arrivals at this rate, of all clients together"},
    {.name = "closed",
     .type = FIELD_OBJECT,
     .object = &closed_type,
     .is_alternative = true,
     .meaning = "Each client waits for its answer, thinks, and invokes the next operation"},
    {.name = "trace",
     .type = FIELD_CUSTOM,
     .is_alternative = true,
     .expected = "the path of a file with one arrival time a line",
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
               "\"#/$defs/duration\"}}]}",
     .meaning = "Arrival times: a file with one a line (\"1.5s\", or a number of seconds), relative to the scenario's "
                "folder, or an array of durations"},
    {.name = "ramp",
     .type = FIELD_CUSTOM,
     .expected = RAMP_EXAMPLE,
     .schema = RAMP_SCHEMA,
     .meaning = "The rate is multiplied by the factors at these times, and linearly between them"},
    {.name = NULL}};

const struct object_type arrivals_type = {
    .name = "arrivals", .what = "arrivals such as {\"poisson\": \"500/s\"}", .fields = arrivals_fields};

static void read_ramp_point(struct reader *reader, const cJSON *item, struct ramp_point *point) {
    static const struct field factor = {.name = "", .type = FIELD_REAL, .low = 0, .high = 1e9};
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 2) {
        reader_fail_expected(reader, item, "a time and a factor, such as [\"30s\", 10]");
        return;
    }
    size_t mark = reader_enter_element(reader, 0);
    reader_duration(reader, item->child, &point->at);
    reader_leave(reader, mark);
    mark = reader_enter_element(reader, 1);
    reader_field(reader, &factor, item->child->next, &point->factor);
    reader_leave(reader, mark);
}

static void read_ramp(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    size_t mark = reader_enter(reader, "ramp");
    uint32_t count = reader_array(reader, item, 1, READER_MOST_ELEMENTS, RAMP_EXAMPLE);
    if (workload->arrivals != ARRIVALS_POISSON && workload->arrivals != ARRIVALS_UNIFORM) {
        reader_fail(reader, item,
                    "a ramp changes a rate, and these arrivals have none; expected poisson or uniform arrivals");
    } else if (count != UINT32_MAX) {
        struct ramp_point *points = reader_alloc(reader, count, sizeof *points);
        const cJSON *child = item->child;
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            read_ramp_point(reader, child, &points[i]);
            if (i > 0 && points[i].at < points[i - 1].at) {
                reader_fail(reader, child, "the time is before the one of the point before; expected ascending times");
            }
            reader_leave(reader, inner);
        }
        workload->ramp = points;
        workload->ramp_count = count;
    }
    reader_leave(reader, mark);
}

/* A line of a trace: "1.5s", or seconds as a plain number, as most recorded traces have them. */
static bool read_trace_time(const char *line, sim_time *to) {
    char error[160], *end;
    double seconds = strtod(line, &end);
    if (end != line && *end == '\0') {
        if (!(seconds >= 0 && seconds < (double)(INT64_MAX / 4) / 1e9)) {
            return false;
        }
        *to = (sim_time)(seconds * 1e9 + 0.5);
        return true;
    }
    return units_read_duration(line, to, error, sizeof error) && *to >= 0 && *to <= INT64_MAX / 4;
}

/* The next line of `*at`, trimmed and ended in place; NULL at the end of the text. */
static char *next_line(char **at) {
    char *line = *at;
    if (*line == '\0') {
        return NULL;
    }
    char *end = strchr(line, '\n');
    *at = end == NULL ? line + strlen(line) : end + 1;
    if (end != NULL) {
        *end = '\0';
    }
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL) {
        line[--length] = '\0';
    }
    return line;
}

static void read_trace_file(struct reader *reader, cJSON *item, struct workload_config *workload) {
    struct source *source = reader->source;
    const char *of = source->problems.files[json_place_of(&source->places, item).file].name;
    const char *path = source_path(source, of, item->valuestring), *error = "";
    size_t length = 0;
    char *text = source_read_file(source, path, &length, &error);
    if (text == NULL) {
        reader_fail(reader, item, "cannot read %s: %s; expected a file with one arrival time a line", path, error);
        return;
    }
    uint32_t file = problems_add_file(&source->problems, path, false), count = 0, capacity = 0, number = 0;
    sim_time *times = NULL;
    for (char *line = next_line(&text); line != NULL; line = next_line(&text)) {
        sim_time time = 0;
        number++;
        if (*line == '\0' || *line == '#') {
            continue;
        }
        if (!read_trace_time(line, &time)) {
            problems_add(&source->problems, file, number, 1,
                         "\"%.60s\" is no arrival time; expected seconds such as 1.25 or a duration such as \"1250ms\"",
                         line);
        } else if (count > 0 && time < times[count - 1]) {
            problems_add(&source->problems, file, number, 1,
                         "the arrival is before the one of the line before; expected ascending times");
        } else if (count < JSON_MOST_VALUES) {
            times = arena_array_reserve(reader->arena, times, count, &capacity, sizeof *times);
            times[count++] = time;
        } else {
            problems_add(&source->problems, file, number, 1, "too many arrivals; expected at most %d",
                         JSON_MOST_VALUES);
            break;
        }
    }
    if (count == 0) {
        problems_add(&source->problems, file, 1, 1, "no arrival; expected one arrival time a line");
    }
    workload->trace = times;
    workload->trace_count = count;
}

/* The resolved scenario holds the arrivals themselves, so that it runs without the file, and its hash is of them. */
static void put_trace_into(cJSON *arrivals, const struct workload_config *workload) {
    cJSON *array = cJSON_CreateArray();
    char text[64];
    for (uint32_t i = 0; i < workload->trace_count; i++) {
        cJSON_AddItemToArray(array, cJSON_CreateString(units_write_duration(text, sizeof text, workload->trace[i])));
    }
    cJSON_ReplaceItemInObjectCaseSensitive(arrivals, "trace", array);
}

static void read_trace(struct reader *reader, cJSON *arrivals, struct workload_config *workload) {
    cJSON *item = cJSON_GetObjectItemCaseSensitive(arrivals, "trace");
    size_t mark = reader_enter(reader, "trace");
    uint32_t count = 0;
    if (cJSON_IsString(item)) {
        read_trace_file(reader, item, workload);
        put_trace_into(arrivals, workload);
    } else if ((count = reader_array(reader, item, 1, JSON_MOST_VALUES,
                                     "the path of a file with one arrival time a line")) != UINT32_MAX) {
        sim_time *times = reader_alloc(reader, count, sizeof *times);
        const cJSON *child = item->child;
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            if (reader_duration(reader, child, &times[i]) && i > 0 && times[i] < times[i - 1]) {
                reader_fail(reader, child, "the arrival is before the one before; expected ascending times");
            }
            reader_leave(reader, inner);
        }
        workload->trace = times;
        workload->trace_count = count;
    }
    reader_leave(reader, mark);
}

void read_arrivals(struct reader *reader, cJSON *workload_item, struct workload_config *workload) {
    cJSON *item = cJSON_GetObjectItemCaseSensitive(workload_item, "arrivals");
    const cJSON *ramp = json_get(workload_item, "ramp"), *inner_ramp = item == NULL ? NULL : json_get(item, "ramp");
    workload->arrivals = ARRIVALS_CLOSED;
    if (item != NULL) {
        size_t mark = reader_enter(reader, "arrivals");
        const struct field *kind = reader_object(reader, &arrivals_type, item, workload);
        if (kind != NULL) {
            workload->arrivals = (enum arrivals_kind)(kind - arrivals_fields);
            bool has_rate = workload->arrivals == ARRIVALS_POISSON || workload->arrivals == ARRIVALS_UNIFORM;
            if (has_rate && workload->rate > MOST_RATE) {
                reader_fail(reader, json_get(item, kind->name),
                            "%.3g operations a second are more than a run can hold; expected at most 1e9/s, one a "
                            "nanosecond",
                            workload->rate);
            }
            if (workload->arrivals == ARRIVALS_TRACE) {
                read_trace(reader, item, workload);
            }
            if (inner_ramp != NULL) {
                read_ramp(reader, inner_ramp, workload);
            }
        }
        reader_leave(reader, mark);
    }
    if (ramp != NULL && inner_ramp != NULL) {
        reader_fail(reader, ramp, "a second ramp beside the one in \"arrivals\"; expected one of them");
    } else if (ramp != NULL) {
        read_ramp(reader, ramp, workload);
    }
}

/* ---- Keys ---- */

#define KEY_COUNT                                                                                                      \
    {                                                                                                                  \
        .name = "count", .type = FIELD_COUNT64, .offset = offsetof(struct keys_config, count), .low = 1, .high = 1e12, \
        .meaning = "How many keys; 1 for kind register, else 1000 if not given"                                        \
    }
#define KEY_EXPONENT                                                                                                   \
    {                                                                                                                  \
        .name = "exponent", .type = FIELD_REAL, .offset = offsetof(struct keys_config, exponent), .low = 0,            \
        .high = 20, .preset = "0.99", .meaning = "Chance of the k-th key is proportional to k to the minus this"       \
    }

static const struct field count_fields[] = {KEY_COUNT, {.name = NULL}};
static const struct field zipf_fields[] = {KEY_COUNT, KEY_EXPONENT, {.name = NULL}};
static const struct field hotspot_fields[] = {KEY_COUNT,
                                              {.name = "hot_keys",
                                               .type = FIELD_SHARE,
                                               .offset = offsetof(struct keys_config, hot_keys),
                                               .preset = "0.2",
                                               .meaning = "Share of the keys that is hot"},
                                              {.name = "hot_operations",
                                               .type = FIELD_SHARE,
                                               .offset = offsetof(struct keys_config, hot_operations),
                                               .preset = "0.8",
                                               .meaning = "Share of the operations that goes to hot keys"},
                                              {.name = NULL}};

static const struct object_type count_type = {
    .name = "keys-count", .what = "an object such as {\"count\": 1000}", .fields = count_fields};
static const struct object_type zipf_type = {
    .name = "zipf", .what = "an object such as {\"count\": 1000, \"exponent\": 0.99}", .fields = zipf_fields};
static const struct object_type hotspot_type = {
    .name = "hotspot",
    .what = "an object such as {\"count\": 1000, \"hot_keys\": 0.2, \"hot_operations\": 0.8}",
    .fields = hotspot_fields};

/* In the order of enum keys_kind. */
static const struct field keys_fields[] = {{.name = "uniform",
                                            .type = FIELD_OBJECT,
                                            .object = &count_type,
                                            .is_alternative = true,
                                            .meaning = "Every key is as likely"},
                                           {.name = "zipf",
                                            .type = FIELD_OBJECT,
                                            .object = &zipf_type,
                                            .is_alternative = true,
                                            .meaning = "Few keys get most of the operations"},
                                           {.name = "hotspot",
                                            .type = FIELD_OBJECT,
                                            .object = &hotspot_type,
                                            .is_alternative = true,
                                            .meaning = "A share of the keys gets a share of the operations"},
                                           {.name = "latest",
                                            .type = FIELD_OBJECT,
                                            .object = &zipf_type,
                                            .is_alternative = true,
                                            .meaning = "Keys written last are the likeliest"},
                                           {.name = "sequential",
                                            .type = FIELD_OBJECT,
                                            .object = &count_type,
                                            .is_alternative = true,
                                            .meaning = "One key after the other"},
                                           {.name = NULL}};

const struct object_type keys_type = {.name = "keys",
                                      .what =
                                          "a choice of keys such as {\"zipf\": {\"count\": 1000, \"exponent\": 0.99}}",
                                      .fields = keys_fields};

void read_keys(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    size_t mark = reader_enter(reader, "keys");
    const struct field *kind = reader_object(reader, &keys_type, item, &workload->keys);
    if (kind != NULL) {
        workload->keys.kind = (enum keys_kind)(kind - keys_fields);
    }
    reader_leave(reader, mark);
}
