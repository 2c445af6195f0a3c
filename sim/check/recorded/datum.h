/* Data as they are written in a file: EDN (the notation of Clojure, which Jepsen and Knossos use) and JSON.
 *
 * One reader serves both, since JSON's syntax is EDN's but for the colon after a key and the names of a few
 * constants. Tags (#inst "...", #jepsen.history.Op{...}) and metadata are read and dropped, but for the one of
 * struct datum; what they stand before counts. Nesting is bounded, so that walking the data by recursion is safe. */
#ifndef SIM_CHECK_RECORDED_DATUM_H
#define SIM_CHECK_RECORDED_DATUM_H

#include "sim/check/recorded/value.h"

enum { DATUM_MAX_DEPTH = 100 };

enum datum_kind {
    DATUM_SCALAR,
    DATUM_LIST, /* list or vector */
    DATUM_SET,
    DATUM_MAP
};

struct datum {
    enum datum_kind kind;
    bool is_tuple;         /* tagged #jepsen.independent/tuple: a pair of a key and a value */
    uint32_t line, column; /* where it begins, from 1 */
    value_id value;        /* of a scalar */
    uint32_t first, count; /* of the others: elements in document->data; a map has keys and values in turn */
};

struct read_error {
    uint32_t line, column; /* from 1; 0 when the whole file is meant */
    char text[256];
};

struct document {
    struct values values;
    struct datum *data;
    uint32_t count, capacity;
    uint32_t first, root_count; /* the data that are in no other */
};

enum syntax { SYNTAX_EDN, SYNTAX_JSON };

/* The document must be freed whether or not the reading succeeds. */
bool document_read(struct document *document, const char *bytes, size_t length, enum syntax syntax,
                   struct read_error *error);
void document_init(struct document *document); /* empty, for a reader of another syntax */
void document_free(struct document *document);

/* Adds elements next to each other and returns the place of the first. */
uint32_t document_add(struct document *document, const struct datum *data, uint32_t count);

/* The number of any datum, composite or not. */
value_id datum_value(struct document *document, const struct datum *datum);

static inline const struct datum *datum_at(const struct document *document, const struct datum *parent,
                                           uint32_t index) {
    return &document->data[parent->first + index];
}

/* The value of a map's key whose name is `name` (a keyword or a string), or NULL. */
const struct datum *datum_get(const struct document *document, const struct datum *map, const char *name);

/* The text of a keyword, symbol or string; NULL of anything else. */
const char *datum_name(const struct document *document, const struct datum *datum);

bool datum_is_nil(const struct datum *datum);      /* true of NULL too */
bool datum_is_sequence(const struct datum *datum); /* list, vector or set */

/* False unless it is an integer of 64 bits. */
bool datum_integer(const struct document *document, const struct datum *datum, int64_t *integer);

/* Fills in the error, and returns false. */
bool read_fail(struct read_error *error, const struct datum *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
