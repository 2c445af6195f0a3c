/* Reading a file of any format, and describing what is in it. */
#include "sim/check/recorded/recorded.h"

#include "sim/check/recorded/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blank(const char *at, const char *end) {
    while (at < end && strchr(" \t\r\n,", *at) != NULL && *at != '\0') {
        at++;
    }
    return at;
}

/* JSON's keys are strings, EDN's are keywords: the first key of the first map tells. */
static enum syntax syntax_of(const char *bytes, size_t length) {
    const char *end = bytes + length;
    const char *at = skip_blank(bytes, end);
    if (at < end && *at == '[') {
        at = skip_blank(at + 1, end);
        if (at == end || *at == ']') {
            return SYNTAX_JSON; /* [] is the same in both */
        }
    }
    return at < end && *at == '{' && (at = skip_blank(at + 1, end)) < end && *at == '"' ? SYNTAX_JSON : SYNTAX_EDN;
}

static bool is_csv(const char *bytes, size_t length) {
    static const char header[] = "index,process,";
    return length >= sizeof header - 1 && memcmp(bytes, header, sizeof header - 1) == 0;
}

bool recorded_read(struct recorded *recorded, const char *bytes, size_t length, struct read_error *error) {
    memset(recorded, 0, sizeof *recorded);
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
        bytes += 3;
        length -= 3;
    }
    if (skip_blank(bytes, bytes + length) == bytes + length) {
        document_init(&recorded->document);
        return read_fail(error, &(struct datum){.line = 1, .column = 1},
                         "the file is empty; a history without operations is []");
    }
    if (is_csv(bytes, length)) {
        document_init(&recorded->document);
        return recorded_read_csv(recorded, bytes, length, error);
    }
    if (recorded_is_log(bytes, length)) {
        return recorded_read_log(recorded, bytes, length, error);
    }
    return document_read(&recorded->document, bytes, length, syntax_of(bytes, length), error) &&
           recorded_read_events(recorded, error);
}

void recorded_free(struct recorded *recorded) {
    document_free(&recorded->document);
    free(recorded->operations);
    if (recorded->history != NULL) {
        arena_free_all(&recorded->arena);
    }
    memset(recorded, 0, sizeof *recorded);
}

uint32_t recorded_add(struct recorded *recorded, struct recorded_operation operation) {
    recorded->operations =
        memory_reserve(recorded->operations, recorded->count, &recorded->capacity, sizeof *recorded->operations);
    recorded->operations[recorded->count] = operation;
    return recorded->count++;
}

const struct datum *recorded_value(const struct recorded_operation *operation) {
    if (operation->outcome == OUTCOME_OK && !datum_is_nil(operation->result)) {
        return operation->result;
    }
    return operation->argument != NULL ? operation->argument : operation->result;
}

const char *recorded_function(const struct recorded *recorded, const struct recorded_operation *operation) {
    const char *name = datum_name(&recorded->document, operation->function);
    return name != NULL ? name : "";
}

const char *recorded_describe(struct recorded *recorded, uint32_t index, char text[static RECORDED_LINE_BYTES]) {
    static const char *const endings[] = {
        [OUTCOME_OK] = "", [OUTCOME_FAIL] = ", failed", [OUTCOME_INFO] = ", outcome unknown"};
    const struct recorded_operation *operation = &recorded->operations[index];
    struct values *values = &recorded->document.values;
    char process[24] = "", key[32] = "", shown[72] = "";
    if (operation->process != VALUE_NIL) {
        memcpy(process, "process ", 8);
        values_show(values, operation->process, process + 8, sizeof process - 8);
    }
    if (operation->key != NULL) {
        memcpy(key, " key ", 5);
        values_show(values, datum_value(&recorded->document, operation->key), key + 5, sizeof key - 5);
    }
    const struct datum *value = recorded_value(operation);
    if (value != NULL) {
        shown[0] = ' ';
        values_show(values, datum_value(&recorded->document, value), shown + 1, sizeof shown - 1);
    }
    const char *function = recorded_function(recorded, operation);
    snprintf(text, RECORDED_LINE_BYTES, "line %" PRIu32 ": %s%s%.20s%s%s%s", operation->event->line, process,
             process[0] != '\0' && function[0] != '\0' ? " " : "", function, key, shown, endings[operation->outcome]);
    return text;
}
