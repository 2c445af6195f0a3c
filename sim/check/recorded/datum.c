/* Asking what a document holds. */
#include "sim/check/recorded/datum.h"

#include "sim/base/text.h"
#include "sim/check/recorded/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void document_init(struct document *document) {
    memset(document, 0, sizeof *document);
    values_init(&document->values);
}

void document_free(struct document *document) {
    values_free(&document->values);
    free(document->data);
    memset(document, 0, sizeof *document);
}

uint32_t document_add(struct document *document, const struct datum *data, uint32_t count) {
    uint32_t first = document->count;
    for (uint32_t i = 0; i < count; i++) {
        document->data = memory_reserve(document->data, document->count, &document->capacity, sizeof *document->data);
        document->data[document->count++] = data[i];
    }
    return first;
}

/* ---- Canonical texts of composite data --------------------------------------------------------------------------- */

static int compare_texts(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void write_datum(const struct document *document, const struct datum *datum, struct text *out);

static void write_scalar(const struct values *values, value_id id, struct text *out) {
    const struct value *value = &values->items[id];
    if (value->kind == VALUE_KIND_STRING) {
        text_add_json(out, values_text(values, id)); /* quoted, so that no string looks like another value */
        return;
    }
    const char *before = value->kind == VALUE_KIND_KEYWORD ? ":" : value->kind == VALUE_KIND_CHARACTER ? "\\" : "";
    text_add(out, "%s%s", before, values_text(values, id));
}

/* Sets and maps in the order of their elements' texts. */
static void write_sorted(const struct document *document, const struct datum *datum, struct text *out) {
    uint32_t stride = datum->kind == DATUM_MAP ? 2 : 1;
    uint32_t count = datum->count / stride;
    char **parts = memory_alloc(count, sizeof *parts);
    for (uint32_t i = 0; i < count; i++) {
        struct text part = {0};
        write_datum(document, datum_at(document, datum, i * stride), &part);
        if (stride == 2) {
            text_add(&part, " ");
            write_datum(document, datum_at(document, datum, i * stride + 1), &part);
        }
        parts[i] = part.bytes;
    }
    qsort(parts, count, sizeof *parts, compare_texts);
    text_add(out, datum->kind == DATUM_MAP ? "{" : "#{");
    for (uint32_t i = 0; i < count; i++) {
        text_add(out, "%s%s", i > 0 ? " " : "", parts[i]);
        free(parts[i]);
    }
    text_add(out, "}");
    free(parts);
}

/* Recursion is as deep as the data are nested: DATUM_MAX_DEPTH at most. */
static void write_datum(const struct document *document, const struct datum *datum, struct text *out) {
    if (datum->kind == DATUM_SCALAR) {
        write_scalar(&document->values, datum->value, out);
    } else if (datum->kind == DATUM_LIST) {
        text_add(out, "[");
        for (uint32_t i = 0; i < datum->count; i++) {
            text_add(out, "%s", i > 0 ? " " : "");
            write_datum(document, datum_at(document, datum, i), out);
        }
        text_add(out, "]");
    } else {
        write_sorted(document, datum, out);
    }
}

value_id datum_value(struct document *document, const struct datum *datum) {
    if (datum == NULL) {
        return VALUE_NIL;
    }
    if (datum->kind == DATUM_SCALAR) {
        return datum->value;
    }
    struct text text = {0};
    write_datum(document, datum, &text);
    value_id value = values_add(&document->values, VALUE_KIND_COMPOSITE, text.bytes, text.length);
    text_free(&text);
    return value;
}

/* ---- Questions --------------------------------------------------------------------------------------------------- */

const struct datum *datum_get(const struct document *document, const struct datum *map, const char *name) {
    for (uint32_t i = 0; i + 1 < map->count; i += 2) {
        const char *key = datum_name(document, datum_at(document, map, i));
        if (key != NULL && strcmp(key, name) == 0) {
            return datum_at(document, map, i + 1);
        }
    }
    return NULL;
}

const char *datum_name(const struct document *document, const struct datum *datum) {
    if (datum == NULL || datum->kind != DATUM_SCALAR) {
        return NULL;
    }
    enum value_kind kind = document->values.items[datum->value].kind;
    return kind == VALUE_KIND_KEYWORD || kind == VALUE_KIND_STRING || kind == VALUE_KIND_SYMBOL
               ? values_text(&document->values, datum->value)
               : NULL;
}

bool datum_is_nil(const struct datum *datum) {
    return datum == NULL || (datum->kind == DATUM_SCALAR && datum->value == VALUE_NIL);
}

bool datum_is_sequence(const struct datum *datum) {
    return datum != NULL && (datum->kind == DATUM_LIST || datum->kind == DATUM_SET);
}

bool datum_integer(const struct document *document, const struct datum *datum, int64_t *integer) {
    if (datum == NULL || datum->kind != DATUM_SCALAR ||
        document->values.items[datum->value].kind != VALUE_KIND_INTEGER) {
        return false;
    }
    *integer = document->values.items[datum->value].integer;
    return true;
}

bool read_fail(struct read_error *error, const struct datum *where, const char *format, ...) {
    error->line = where != NULL ? where->line : 0;
    error->column = where != NULL ? where->column : 0;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}
