/* Values of recorded histories as numbers: equal values, and only those, have the same number.
 *
 * Histories hold integers, strings, keywords, lists and more; the judges only ever ask whether two of them are equal.
 * So each value is written in one canonical way and looked up once. Lists and vectors are equal when their elements
 * are, as in Clojure; the order within a set or map does not count. */
#ifndef SIM_CHECK_RECORDED_VALUE_H
#define SIM_CHECK_RECORDED_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t value_id;

enum { VALUE_NIL = 0 }; /* the number of nil (null) */

enum value_kind {
    VALUE_KIND_NIL,
    VALUE_KIND_BOOLEAN,
    VALUE_KIND_INTEGER,   /* that fits 64 bits */
    VALUE_KIND_NUMBER,    /* any other: a fraction, a ratio, a large integer */
    VALUE_KIND_STRING,    /**/
    VALUE_KIND_CHARACTER, /* \a */
    VALUE_KIND_KEYWORD,   /* :a */
    VALUE_KIND_SYMBOL,    /**/
    VALUE_KIND_COMPOSITE  /* list, set or map */
};

struct value {
    const char *text; /* ends with a NUL: a string's bytes, a keyword's name without the colon; never moves */
    uint32_t length;
    enum value_kind kind;
    int64_t integer; /* of VALUE_KIND_INTEGER */
};

struct values {
    struct value *items;
    uint32_t count, capacity;
    struct value_texts *texts; /* blocks, the newest first */
    uint32_t *buckets;         /* open addressing: number + 1, or 0 */
    uint32_t bucket_count;
};

void values_init(struct values *values); /* knows nil */
void values_free(struct values *values);

value_id values_add(struct values *values, enum value_kind kind, const char *text, size_t length);
value_id values_add_integer(struct values *values, int64_t integer);

const char *values_text(const struct values *values, value_id value); /* as long as the values live */

/* As people write it: :a, "a", 17, nil, [1 2]. At most `size` bytes with the NUL; a long one ends in "...". Returns
 * `text`. */
const char *values_show(const struct values *values, value_id value, char *text, size_t size);

#endif
