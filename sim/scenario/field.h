/* Tables of fields: what an object of a scenario may hold, declared once.
 *
 * A table feeds the reading of values, the errors about unknown keys, and the JSON Schema. Parameters of models become
 * such a table too. */
#ifndef SIM_SCENARIO_FIELD_H
#define SIM_SCENARIO_FIELD_H

#include "sim/base/dist.h"
#include "sim/scenario/source.h"
#include "sim/spacelike.h"

#include <stddef.h>

struct reader;
struct field;

enum field_type {
    FIELD_TEXT,            /* const char * */
    FIELD_FLAG,            /* bool */
    FIELD_COUNT,           /* uint32_t */
    FIELD_COUNT64,         /* uint64_t, up to 2^53 */
    FIELD_INTEGER,         /* int64_t, within 2^53 */
    FIELD_REAL,            /* double */
    FIELD_POSITIVE,        /* double above 0 */
    FIELD_SHARE,           /* double, 0 to 1 */
    FIELD_CHOICE,          /* int32_t or enum: index into choices */
    FIELD_DURATION,        /* sim_time, at least 0 */
    FIELD_SIGNED_DURATION, /* sim_time */
    FIELD_DURATION_REAL,   /* double: nanoseconds, at least 0 */
    FIELD_DURATION_RANGE,  /* sim_time[2], low <= high */
    FIELD_BYTES,           /* int64_t */
    FIELD_BYTES32,         /* uint32_t */
    FIELD_BANDWIDTH,       /* double: bits per second */
    FIELD_RATE,            /* double: per second */
    FIELD_DIST,            /* struct dist */
    FIELD_OBJECT,          /* the struct that `object` describes */
    FIELD_CUSTOM           /* whatever `read` fills; without `read`, the owner of the table reads it by itself */
};

/* Reads `item` into `to`, which is the object's struct plus the field's offset. False after a problem was added. */
typedef bool (*field_reader)(struct reader *reader, const struct field *field, const cJSON *item, void *to);

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    double low,
        high; /* range of a number, durations in seconds; both 0: only the type's own; high < low: no upper end */
    const char *preset; /* JSON text of the default; NULL: the struct is left as it is */
    bool is_required;
    bool is_alternative;              /* an object has exactly one of its alternatives */
    const char *const *choices;       /* of FIELD_CHOICE; ends with NULL */
    const struct object_type *object; /* of FIELD_OBJECT; of FIELD_CUSTOM: what the schema refers to, or NULL */
    field_reader read;                /* of FIELD_CUSTOM */
    const char *schema;               /* of FIELD_CUSTOM without `object`: a JSON Schema */
    const char *expected;             /* of FIELD_CUSTOM: "a target"; for messages */
    const char *meaning;              /* a sentence without its full stop, for the schema */
};

struct object_type {
    const char *name;               /* in the schema's $defs */
    const char *what;               /* for messages: "a fault" */
    const struct field *fields;     /* ends with a NULL name */
    const struct object_type *also; /* its fields stand in the same object, at also_offset */
    size_t also_offset;
    bool is_whole; /* never merged over another one by "extends": the schema may demand the required keys */
    const char
        *short_schema; /* JSON Schema of a short form that may stand instead (a bare duration, a name); or NULL */
};

/* The table of a model's parameters, in `arena`. */
struct object_type *fields_of_parameters(struct arena *arena, const struct model *model);

/* "a whole number from 1 to 5", in `text`. */
const char *field_expectation(const struct field *field, char *text, size_t size);

/* Types whose values have one of several kinds; ends with NULL. */
extern const struct object_type *const field_unions[];

/* Before `key` is added to `object`: if that is another kind of what the object holds, takes the present kind away. */
void fields_drop_other_kinds(cJSON *object, const char *key);

bool field_has_range(const struct field *field); /* low or high is given */

#endif
