/* Text: growing buffers and suggestions for misspelt names. */
#ifndef SIM_BASE_TEXT_H
#define SIM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A growing string on the C heap, for output that is built before it is written. Zeroed, it is empty. */
struct text {
    char *bytes; /* NUL-terminated once anything was added; NULL before */
    size_t length, capacity;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_json(struct text *text, const char *string); /* quoted and escaped; what is not UTF-8 becomes U+FFFD */
void text_add_json_number(struct text *text,
                          double number); /* shortest form that reads back the same; null unless finite */
void text_free(struct text *text);

/* The name of `names` (`count` of them) that `word` most likely meant, or NULL when none is close (edit distance with
 * transpositions at most a third of the length of `word`, at least 1; upper and lower case count as equal). The first
 * of several that are as close. */
const char *text_suggest(const char *word, const char *const *names, size_t count);

/* True if the bytes are well-formed UTF-8 (no overlong forms, surrogates or values beyond U+10FFFF); else `*at` is
 * the offset of the first bad byte. */
bool text_is_utf8(const char *bytes, size_t length, size_t *at);

#endif
