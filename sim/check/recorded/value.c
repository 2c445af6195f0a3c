#include "sim/check/recorded/value.h"

#include "sim/base/hash.h"
#include "sim/check/recorded/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 1024, BLOCK_BYTES = 1 << 14 };

struct value_texts {
    struct value_texts *older;
    size_t used, capacity;
    char bytes[];
};

static uint64_t hash_of(enum value_kind kind, const char *text, size_t length) {
    return hash_add(hash_bytes(text, length), (uint64_t)kind);
}

static uint32_t *find_bucket(const struct values *values, enum value_kind kind, const char *text, size_t length) {
    uint32_t mask = values->bucket_count - 1;
    uint32_t at = (uint32_t)hash_of(kind, text, length) & mask;
    while (values->buckets[at] != 0) {
        const struct value *value = &values->items[values->buckets[at] - 1];
        if (value->kind == kind && value->length == length && memcmp(value->text, text, length) == 0) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &values->buckets[at];
}

static void grow_buckets(struct values *values) {
    free(values->buckets);
    values->bucket_count *= 2;
    values->buckets = memory_alloc(values->bucket_count, sizeof *values->buckets);
    for (uint32_t i = 0; i < values->count; i++) {
        const struct value *value = &values->items[i];
        *find_bucket(values, value->kind, value->text, value->length) = i + 1;
    }
}

static const char *keep_text(struct values *values, const char *text, size_t length) {
    struct value_texts *block = values->texts;
    if (block == NULL || block->capacity - block->used < length + 1) {
        size_t capacity = length + 1 > BLOCK_BYTES ? length + 1 : BLOCK_BYTES;
        block = memory_alloc(1, sizeof *block + capacity);
        block->older = values->texts;
        block->capacity = capacity;
        values->texts = block;
    }
    char *kept = block->bytes + block->used;
    if (length > 0) {
        memcpy(kept, text, length);
    }
    kept[length] = '\0';
    block->used += length + 1;
    return kept;
}

void values_init(struct values *values) {
    memset(values, 0, sizeof *values);
    values->bucket_count = FIRST_BUCKETS;
    values->buckets = memory_alloc(values->bucket_count, sizeof *values->buckets);
    values_add(values, VALUE_KIND_NIL, "nil", 3);
}

void values_free(struct values *values) {
    free(values->items);
    while (values->texts != NULL) {
        struct value_texts *older = values->texts->older;
        free(values->texts);
        values->texts = older;
    }
    free(values->buckets);
    memset(values, 0, sizeof *values);
}

value_id values_add(struct values *values, enum value_kind kind, const char *text, size_t length) {
    uint32_t *bucket = find_bucket(values, kind, text, length);
    if (*bucket != 0) {
        return *bucket - 1;
    }
    values->items = memory_reserve(values->items, values->count, &values->capacity, sizeof *values->items);
    struct value value = {.text = keep_text(values, text, length), .length = (uint32_t)length, .kind = kind};
    if (kind == VALUE_KIND_INTEGER) {
        value.integer = strtoll(value.text, NULL, 10);
    }
    value_id id = values->count++;
    values->items[id] = value;
    *bucket = values->count;
    if (values->count > values->bucket_count / 2) {
        grow_buckets(values);
    }
    return id;
}

value_id values_add_integer(struct values *values, int64_t integer) {
    char text[24];
    int length = snprintf(text, sizeof text, "%" PRId64, integer);
    return values_add(values, VALUE_KIND_INTEGER, text, (size_t)length);
}

const char *values_text(const struct values *values, value_id value) {
    return values->items[value].text;
}

const char *values_show(const struct values *values, value_id id, char *text, size_t size) {
    const struct value *value = &values->items[id];
    const char *before = value->kind == VALUE_KIND_STRING      ? "\""
                         : value->kind == VALUE_KIND_KEYWORD   ? ":"
                         : value->kind == VALUE_KIND_CHARACTER ? "\\"
                                                               : "";
    const char *after = value->kind == VALUE_KIND_STRING ? "\"" : "";
    int length = snprintf(text, size, "%s%s%s", before, values_text(values, id), after);
    if (length >= 0 && (size_t)length >= size && size > 4) {
        memcpy(text + size - 4, "...", 4);
    }
    return text;
}
