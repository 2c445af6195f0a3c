/* The operations of a run of our own, as `spacelike run --out` writes them to ops.csv:
 *
 *   index,process,kind,key,value,expected,result,invoked_ns,completed_ns,outcome,attempts,served_by,workload
 *
 * The columns are found by their names. Operations that touch (one completes in the nanosecond in which another is
 * invoked) count as concurrent. */
#include "sim/check/recorded/recorded.h"

#include "sim/check/recorded/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum column {
    COLUMN_PROCESS,
    COLUMN_KIND,
    COLUMN_KEY,
    COLUMN_VALUE,
    COLUMN_EXPECTED,
    COLUMN_RESULT,
    COLUMN_INVOKED,
    COLUMN_COMPLETED,
    COLUMN_OUTCOME,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {"process", "kind",       "key",          "value",  "expected",
                                                       "result",  "invoked_ns", "completed_ns", "outcome"};

enum { MOST_FIELDS = 32, HISTORY_BYTES_PER_BYTE = 32 }; /* a line of 13 fields has 25 bytes and more */

struct field {
    const char *text;
    size_t length;
    uint32_t column; /* of the first byte, from 1 */
};

struct csv_reader {
    struct recorded *recorded;
    struct read_error *error;
    uint32_t line;
    int place[COLUMN_COUNT]; /* of the column in a line */
    struct field fields[MOST_FIELDS];
    int field_count;
};

static bool fail_field(const struct csv_reader *reader, const struct field *field, const char *what) {
    struct datum where = {.line = reader->line, .column = field->column};
    return read_fail(reader->error, &where, "%s", what);
}

static void split(struct csv_reader *reader, const char *line, size_t length) {
    reader->field_count = 0;
    const char *start = line, *end = line + length;
    for (const char *at = line; at <= end && reader->field_count < MOST_FIELDS; at++) {
        if (at == end || *at == ',') {
            reader->fields[reader->field_count++] =
                (struct field){start, (size_t)(at - start), (uint32_t)(start - line) + 1};
            start = at + 1;
        }
    }
}

static const struct field *field_of(const struct csv_reader *reader, enum column column) {
    return &reader->fields[reader->place[column]];
}

static bool is_field(const struct field *field, const char *word) {
    return strlen(word) == field->length && memcmp(field->text, word, field->length) == 0;
}

static bool read_integer(const struct csv_reader *reader, enum column column, int64_t *value) {
    const struct field *field = field_of(reader, column);
    char digits[32];
    if (field->length == 0 || field->length >= sizeof digits) {
        return fail_field(reader, field, "expected a whole number");
    }
    memcpy(digits, field->text, field->length);
    digits[field->length] = '\0';
    char *end;
    errno = 0;
    bool is_key = column == COLUMN_KEY; /* keys have all 64 bits and no sign */
    *value = is_key ? (int64_t)strtoull(digits, &end, 10) : strtoll(digits, &end, 10);
    return (*end == '\0' && errno == 0) || fail_field(reader, field, "expected a whole number");
}

static bool read_header(struct csv_reader *reader) {
    for (int column = 0; column < COLUMN_COUNT; column++) {
        reader->place[column] = -1;
        for (int i = 0; i < reader->field_count; i++) {
            if (is_field(&reader->fields[i], column_names[column])) {
                reader->place[column] = i;
            }
        }
        if (reader->place[column] < 0) {
            struct datum where = {.line = reader->line, .column = 1};
            return read_fail(reader->error, &where, "the header has no column \"%s\"", column_names[column]);
        }
    }
    return true;
}

static bool read_kind(const struct csv_reader *reader, struct operation *operation) {
    const struct field *field = field_of(reader, COLUMN_KIND);
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        if (is_field(field, operation_name((enum operation_kind)kind))) {
            operation->kind = (uint8_t)kind;
            return true;
        }
    }
    return fail_field(reader, field, "expected read, write, cas, increment, append or request");
}

static bool read_outcome(const struct csv_reader *reader, struct operation *operation) {
    const struct field *field = field_of(reader, COLUMN_OUTCOME);
    for (int outcome = OUTCOME_OK; outcome <= OUTCOME_INFO; outcome++) {
        if (is_field(field, outcome_name((enum outcome)outcome))) {
            operation->outcome = (uint8_t)outcome;
            return true;
        }
    }
    return fail_field(reader, field, "expected ok, fail or info");
}

static bool read_operation(struct csv_reader *reader) {
    struct operation operation = {.served_by = NODE_NONE, .completed = SIM_NEVER};
    int64_t process, key;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (reader->place[column] >= reader->field_count) {
            struct datum where = {.line = reader->line, .column = 1};
            return read_fail(reader->error, &where, "the line ends before its column \"%s\"", column_names[column]);
        }
    }
    if (!read_kind(reader, &operation) || !read_outcome(reader, &operation) ||
        !read_integer(reader, COLUMN_PROCESS, &process) || !read_integer(reader, COLUMN_KEY, &key) ||
        !read_integer(reader, COLUMN_VALUE, &operation.value) ||
        !read_integer(reader, COLUMN_EXPECTED, &operation.expected) ||
        !read_integer(reader, COLUMN_RESULT, &operation.result) ||
        !read_integer(reader, COLUMN_INVOKED, &operation.invoked)) {
        return false;
    }
    const struct field *completed = field_of(reader, COLUMN_COMPLETED);
    if (completed->length > 0 && !read_integer(reader, COLUMN_COMPLETED, &operation.completed)) {
        return false;
    }
    if (operation.outcome != OUTCOME_INFO && (completed->length == 0 || operation.completed < operation.invoked)) {
        return fail_field(reader, completed, "an operation that is ok or fail completes, and after its invocation");
    }
    operation.process = (uint32_t)process;
    operation.key = (uint64_t)key;
    operation.sequence = reader->line; /* where it came from */
    history_add(reader->recorded->history, operation);
    return true;
}

/* ---- The same operations as data --------------------------------------------------------------------------------- */

static int compare_invocations(const void *left, const void *right) {
    const struct operation *a = left, *b = right;
    if (a->invoked != b->invoked) {
        return a->invoked < b->invoked ? -1 : 1;
    }
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static struct datum integer_datum(struct recorded *recorded, uint32_t line, int64_t integer) {
    return (struct datum){.line = line, .column = 1, .value = values_add_integer(&recorded->document.values, integer)};
}

/* Places of an operation's data in the document: its data may move while more are added. */
struct places {
    uint32_t function, key, argument, result, event;
};

static struct places add_data(struct recorded *recorded, const struct operation *operation) {
    struct document *document = &recorded->document;
    uint32_t line = operation->sequence;
    const char *name = operation_name((enum operation_kind)operation->kind);
    struct datum function = {
        .line = line, .column = 1, .value = values_add(&document->values, VALUE_KIND_KEYWORD, name, strlen(name))};
    struct datum key = integer_datum(recorded, line, (int64_t)operation->key);
    struct datum value = integer_datum(recorded, line, operation->value);
    struct datum result = integer_datum(recorded, line, operation->result);
    if (operation->kind == OP_CAS) {
        struct datum pair[2] = {integer_datum(recorded, line, operation->expected), value};
        value = (struct datum){
            .kind = DATUM_LIST, .line = line, .column = 1, .first = document_add(document, pair, 2), .count = 2};
    }
    struct datum nothing = {.line = line, .column = 1, .value = VALUE_NIL};
    struct places places;
    places.function = places.event = document_add(document, &function, 1);
    places.key = document_add(document, &key, 1);
    places.argument = document_add(document, operation->kind == OP_READ ? &nothing : &value, 1);
    places.result = document_add(document, operation->kind == OP_READ ? &result : &nothing, 1);
    return places;
}

struct moment {
    sim_time time;
    uint32_t operation;
    bool is_completion;
};

static int compare_moments(const void *left, const void *right) {
    const struct moment *a = left, *b = right;
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    if (a->is_completion != b->is_completion) {
        return a->is_completion ? 1 : -1; /* those that touch are concurrent */
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

static void give_positions(struct recorded *recorded) {
    struct moment *moments = memory_alloc((size_t)recorded->count * 2, sizeof *moments);
    uint32_t count = 0;
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        moments[count++] = (struct moment){operation->invoked_at, i, false};
        if (operation->outcome != OUTCOME_INFO) {
            moments[count++] = (struct moment){operation->completed_at, i, true};
        }
    }
    qsort(moments, count, sizeof *moments, compare_moments);
    for (uint32_t i = 0; i < count; i++) {
        struct recorded_operation *operation = &recorded->operations[moments[i].operation];
        *(moments[i].is_completion ? &operation->completed : &operation->invoked) = i + 1;
    }
    recorded->event_count = count;
    free(moments);
}

static void add_operations(struct recorded *recorded) {
    struct history *history = recorded->history;
    struct places *places = memory_alloc(history->count, sizeof *places);
    for (uint32_t i = 0; i < history->count; i++) {
        places[i] = add_data(recorded, &history->operations[i]);
    }
    const struct datum *data = recorded->document.data;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        bool is_read = operation->kind == OP_READ;
        recorded_add(recorded, (struct recorded_operation){
                                   .process = values_add_integer(&recorded->document.values, operation->process),
                                   .outcome = (enum outcome)operation->outcome,
                                   .invoked = 0,
                                   .completed = POSITION_NEVER,
                                   .function = &data[places[i].function],
                                   .key = &data[places[i].key],
                                   .argument = is_read ? NULL : &data[places[i].argument],
                                   .result = is_read ? &data[places[i].result] : NULL,
                                   .event = &data[places[i].event],
                                   .invoked_at = operation->invoked,
                                   .completed_at = operation->completed});
    }
    give_positions(recorded);
    free(places);
}

bool recorded_read_csv(struct recorded *recorded, const char *bytes, size_t length, struct read_error *error) {
    struct csv_reader reader = {.recorded = recorded, .error = error};
    arena_init(&recorded->arena, "history of a file", length * HISTORY_BYTES_PER_BYTE + (1 << 20));
    recorded->history = arena_alloc(&recorded->arena, sizeof *recorded->history);
    recorded->history->arena = &recorded->arena;
    const char *end = bytes + length;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t line_length = (size_t)((newline != NULL ? newline : end) - bytes);
        size_t text_length = line_length > 0 && bytes[line_length - 1] == '\r' ? line_length - 1 : line_length;
        reader.line++;
        split(&reader, bytes, text_length);
        bytes = newline != NULL ? newline + 1 : end;
        if (text_length > 0 && !(reader.line == 1 ? read_header(&reader) : read_operation(&reader))) {
            return false;
        }
    }
    if (recorded->history->count > 0) {
        qsort(recorded->history->operations, recorded->history->count, sizeof *recorded->history->operations,
              compare_invocations);
        add_operations(recorded);
    }
    return true;
}
