/* Histories as Jepsen, Knossos and Porcupine write them: one map an event, the completion after its invocation.
 *
 *   {:process 7, :type :invoke, :f :cas, :value [2 3]}   then   {:process 7, :type :ok, ...}, :fail or :info
 *
 * A process has one operation at a time. Where a file names no processes, a completion belongs to the oldest open
 * invocation of the same function and value. Events of anything but a client (`:process :nemesis`) are no operations.
 */
#include "sim/check/recorded/recorded.h"

#include "sim/base/hash.h"
#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

enum { NOT_OPEN = UINT32_MAX };

struct event_reader {
    struct recorded *recorded;
    struct read_error *error;
    uint32_t *open; /* of each value that is a process: its open operation, or NOT_OPEN */
    uint32_t open_capacity;
    uint32_t *nameless; /* open operations without a process */
    uint32_t nameless_count, nameless_capacity;
};

/* One event, as its map has it. */
struct event {
    const struct datum *map, *function, *key, *value;
    value_id process;
    sim_time time;
    uint32_t position;
};

static uint32_t *open_of(struct event_reader *reader, value_id process) {
    while (process >= reader->open_capacity) {
        uint32_t before = reader->open_capacity;
        reader->open = memory_reserve(reader->open, before, &reader->open_capacity, sizeof *reader->open);
        for (uint32_t i = before; i < reader->open_capacity; i++) {
            reader->open[i] = NOT_OPEN;
        }
    }
    return &reader->open[process];
}

/* Jepsen's clients are integers from 0; a keyword is something else at work, as is -1. Other tools name their clients
 * by strings. */
static bool is_client(const struct recorded *recorded, const struct datum *process) {
    if (datum_is_nil(process)) {
        return true;
    }
    if (process->kind != DATUM_SCALAR) {
        return false;
    }
    const struct value *value = &recorded->document.values.items[process->value];
    enum value_kind kind = value->kind;
    const char *name = datum_name(&recorded->document, process);
    return (kind == VALUE_KIND_INTEGER && value->integer >= 0) ||
           (kind == VALUE_KIND_STRING && strcmp(name, "nemesis") != 0);
}

static void invoke(struct event_reader *reader, const struct event *event, uint32_t *index) {
    *index = recorded_add(reader->recorded, (struct recorded_operation){.process = event->process,
                                                                        .outcome = OUTCOME_INFO,
                                                                        .invoked = event->position,
                                                                        .completed = POSITION_NEVER,
                                                                        .function = event->function,
                                                                        .key = event->key,
                                                                        .argument = event->value,
                                                                        .event = event->map,
                                                                        .invoked_at = event->time,
                                                                        .completed_at = -1});
}

static bool take_invocation(struct event_reader *reader, const struct event *event) {
    uint32_t index;
    if (event->process == VALUE_NIL) {
        invoke(reader, event, &index);
        reader->nameless = memory_reserve(reader->nameless, reader->nameless_count, &reader->nameless_capacity,
                                          sizeof *reader->nameless);
        reader->nameless[reader->nameless_count++] = index;
        return true;
    }
    uint32_t *open = open_of(reader, event->process);
    if (*open != NOT_OPEN) {
        return read_fail(reader->error, event->map,
                         "this process invokes an operation while that of line %u is open; a process has one at a time",
                         reader->recorded->operations[*open].event->line);
    }
    invoke(reader, event, open);
    return true;
}

static bool is_same(struct recorded *recorded, const struct datum *a, const struct datum *b) {
    return datum_value(&recorded->document, a) == datum_value(&recorded->document, b);
}

/* The open operation without a process that the event completes, taken out of the list; or NOT_OPEN. */
static uint32_t take_nameless(struct event_reader *reader, const struct event *event) {
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < reader->nameless_count; i++) {
            uint32_t index = reader->nameless[i];
            const struct recorded_operation *operation = &reader->recorded->operations[index];
            bool fits = is_same(reader->recorded, operation->function, event->function) &&
                        is_same(reader->recorded, operation->key, event->key);
            if (fits && (pass == 1 || is_same(reader->recorded, operation->argument, event->value))) {
                reader->nameless_count--;
                memmove(&reader->nameless[i], &reader->nameless[i + 1],
                        (reader->nameless_count - i) * sizeof *reader->nameless);
                return index;
            }
        }
    }
    return NOT_OPEN;
}

static void take_completion(struct event_reader *reader, const struct event *event, enum outcome outcome) {
    uint32_t index;
    if (event->process == VALUE_NIL) {
        index = take_nameless(reader, event);
    } else {
        uint32_t *open = open_of(reader, event->process);
        index = *open;
        *open = NOT_OPEN;
    }
    if (index == NOT_OPEN) {
        bool says_nothing = event->process == VALUE_NIL || (event->function == NULL && event->value == NULL);
        if (outcome == OUTCOME_INFO && says_nothing) {
            reader->recorded->skipped++;
            return;
        }
        invoke(reader, event, &index); /* its invocation is not in the file: it precedes all that is */
        reader->recorded->operations[index].invoked = POSITION_BEFORE;
        reader->recorded->operations[index].argument = NULL;
        reader->recorded->operations[index].invoked_at = -1;
    }
    struct recorded_operation *operation = &reader->recorded->operations[index];
    operation->outcome = outcome;
    operation->completed = outcome == OUTCOME_INFO ? POSITION_NEVER : event->position;
    operation->completed_at = event->time;
    operation->result = event->value;
    operation->key = operation->key != NULL ? operation->key : event->key;
}

static bool take_event(struct event_reader *reader, const struct datum *map) {
    struct recorded *recorded = reader->recorded;
    const struct document *document = &recorded->document;
    if (map->kind != DATUM_MAP) {
        return read_fail(reader->error, map,
                         "expected an operation, a map such as {:process 0, :type :invoke, :f :read}");
    }
    const struct datum *process = datum_get(document, map, "process");
    if (!is_client(recorded, process)) {
        recorded->skipped++;
        return true;
    }
    const struct datum *type = datum_get(document, map, "type");
    const char *name = datum_name(document, type);
    if (name == NULL) {
        return read_fail(reader->error, type != NULL ? type : map,
                         "an operation needs a :type: :invoke, :ok, :fail or :info");
    }
    struct event event = {.map = map,
                          .function = datum_get(document, map, "f"),
                          .key = datum_get(document, map, "key"),
                          .value = datum_get(document, map, "value"),
                          .process = datum_is_nil(process) ? VALUE_NIL : process->value,
                          .time = -1,
                          .position = ++recorded->event_count};
    datum_integer(document, datum_get(document, map, "time"), &event.time);
    event.function = datum_is_nil(event.function) ? NULL : event.function;
    if (strcmp(name, "invoke") == 0) {
        return take_invocation(reader, &event);
    }
    static const char *const outcomes[] = {[OUTCOME_OK] = "ok", [OUTCOME_FAIL] = "fail", [OUTCOME_INFO] = "info"};
    for (int i = OUTCOME_OK; i <= OUTCOME_INFO; i++) {
        if (strcmp(name, outcomes[i]) == 0) {
            take_completion(reader, &event, (enum outcome)i);
            return true;
        }
    }
    return read_fail(reader->error, type, "\"%.40s\" is no :type; expected :invoke, :ok, :fail or :info", name);
}

/* Operations without an invocation stand where their completions are: they move to the front. */
static void sort_by_invocation(struct recorded *recorded) {
    struct recorded_operation *sorted = memory_alloc(recorded->count, sizeof *sorted);
    uint32_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < recorded->count; i++) {
            if ((recorded->operations[i].invoked == POSITION_BEFORE) == (pass == 0)) {
                sorted[count++] = recorded->operations[i];
            }
        }
    }
    free(recorded->operations);
    recorded->operations = sorted;
    recorded->capacity = recorded->count > 0 ? recorded->count : 1;
}

bool recorded_read_events(struct recorded *recorded, struct read_error *error) {
    const struct document *document = &recorded->document;
    struct event_reader reader = {.recorded = recorded, .error = error};
    uint32_t first = document->first, count = document->root_count;
    if (count == 1 && document->data[first].kind == DATUM_LIST) {
        count = document->data[first].count;
        first = document->data[first].first;
    }
    bool is_read = true;
    for (uint32_t i = 0; i < count && is_read; i++) {
        is_read = take_event(&reader, &document->data[first + i]);
    }
    sort_by_invocation(recorded);
    free(reader.open);
    free(reader.nameless);
    return is_read;
}
