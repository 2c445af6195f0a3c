/* The record of a run: what a sweep keeps of it. The same names and values as in the run's summary. */
#ifndef SIM_STUDY_RECORD_H
#define SIM_STUDY_RECORD_H

#include "sim/study/extra.h"

struct record_metric {
    const char *name, *window;
    double value; /* NaN: no samples */
};

struct record_check {
    const char *kind; /* "check", "expectation" or "pacelc": the run bears this label */
    const char
        *name; /* "linearizable", "write.availability in cut >= 0.9"; of one of several systems "store: log-matching" */
    const char *verdict;
    const char *detail;
    double at_s; /* NaN: does not apply */
};

struct record {
    uint64_t point, seed;
    const char *verdict; /* "holds", "violated", "inconclusive", or "crashed" */
    const char *detail;  /* of a crash */
    uint64_t trace_hash, events;
    double simulated_s;
    struct record_metric *metrics;
    uint32_t metric_count;
    struct record_check *checks;
    uint32_t check_count;
    char *bytes; /* what the names point into, when it was read; free with record_free */
};

/* The record of a finished run, as text that record_read reads back to the bit. `kept`: only these metrics (ends with
 * NULL); NULL: all. `extra`: a measure beyond them, in the window "all"; NULL: none. */
void record_write(struct run *run, uint64_t point, const char *const *kept, const struct extra *extra,
                  struct text *out);

/* False if the text is no record. */
bool record_read(const char *bytes, size_t length, struct record *record);
void record_free(struct record *record);

/* The value of a metric in a window; NaN if it has none. */
double record_value(const struct record *record, const char *metric, const char *window);

#endif
