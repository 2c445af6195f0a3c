/* A scenario: the checked and typed form of a scenario file. Read-only once read; a run copies nothing of it.
 *
 * Reading is strict: an unknown key, a wrong type or unit, a number out of range or a name of nothing is an error with
 * file, line, column, what is wrong and what was expected, and a suggestion where a name is close. */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include "sim/base/arena.h"
#include "sim/base/text.h"
#include "sim/load/config.h"
#include "sim/machine/config.h"
#include "sim/measure/metric.h"

enum { SCENARIO_VERSION = 1, SCENARIO_MOST_ENDPOINTS = 1 << 24 };

/* ---- What is expected ---- */

enum expectation_kind { EXPECT_CHECK, EXPECT_METRIC, EXPECT_FAULT, EXPECT_PACELC };

struct expectation {
    enum expectation_kind kind;
    const char *subject; /* name of the check, metric or fault; a label of PACELC */
    bool is_violated;    /* of a check: the violation is expected */
    const char *window; /* of a metric: "all", "partition", the name of a fault or phase; NULL: "all", or from..until */
    sim_time from, until; /* of a metric, when window is NULL and until is not 0 */
    bool has_low, has_high, has_equal;
    double low, high, equal;        /* at_least, at_most, equals; durations in seconds; of a fault: touched.total */
    uint64_t seed_first, seed_last; /* of a check over seeds; both 0: this run only */
    double share;
    uint32_t line, column; /* where it stands in the file */
};

/* ---- The whole ---- */

struct scenario {
    const char *path;                      /* as given */
    const char *title, *question, *answer; /* question and answer may be NULL */
    uint64_t seed;
    uint64_t tie_salt; /* another order of events at the same instant; 0: the order in which they were scheduled */
    sim_time duration, warmup, outage_after;
    double pacelc_available; /* share that every side of a partition has to serve, to be called available */
    bool is_large;           /* "size": "large": not in quick tests */

    struct network_config network;
    const struct system_config *systems;
    uint32_t system_count;
    const struct workload_config *workloads;
    uint32_t workload_count;
    const struct fault_config *faults;
    uint32_t fault_count;
    const struct phase_config *phases;
    uint32_t phase_count;
    const struct expectation *expectations;
    uint32_t expectation_count;
    const struct price *prices;
    uint32_t price_count;

    uint32_t node_count;     /* of all systems */
    uint32_t endpoint_count; /* and clients */
    uint64_t hash;        /* of the resolved text (extends, let and --set applied, traces put in; not options.seed) */
    const char *resolved; /* that text: JSON that runs by itself */
    struct arena arena;   /* holds all of the above */
};

/* Where the models are found. */
struct model_list {
    const struct model *const *models;
    uint32_t count;
};

struct scenario_options {
    const struct model_list *models;
    const char *const *sets; /* "path=value" each, applied after extends: "systems.store.nodes=3", "faults.0.at=5s" */
    uint32_t set_count;
    /* Of a branch: "path=value" each, applied after `sets`, of what may change when a run has come to `change_at`.
     * Faults are added to those that there are; their times count from there if they begin with "+". */
    const char *const *changes;
    uint32_t change_count;
    sim_time change_at;
    bool has_seed; /* replaces the file's seed */
    uint64_t seed;
};

/* Reads the file `path`; NULL on any error, with messages (each "file:line:column: ...\n", for `sets` "--set 1:column:
 * ...") added to `errors`. As many errors as make sense are reported at once, twenty of a file at most, sorted by
 * position. Free with scenario_free. */
struct scenario *scenario_read(const char *path, const struct scenario_options *options, struct text *errors);

/* The same from memory; `path` is used in messages, and its folder for "extends". */
struct scenario *scenario_parse(const char *text, size_t length, const char *path,
                                const struct scenario_options *options, struct text *errors);
void scenario_free(struct scenario *scenario);

/* True if the model's tables are sound; else one line in `error` says what is wrong. */
bool model_check(const struct model *model, struct text *error);

/* The JSON Schema (2020-12) of scenario files, models' parameters included. */
void scenario_schema(const struct model_list *models, struct text *out);

/* The description of a model, with every parameter, unit, default and range: for `explain`. */
void scenario_explain(const struct model *model, struct text *out);
void scenario_explain_json(const struct model *model, struct text *out);

/* The names that "expect" may use. */
extern const char *const scenario_check_names[]; /* ends with NULL */
bool scenario_check_is_supported(const char *name);

#endif
