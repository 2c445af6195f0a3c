/* Reading a scenario's values: what every topic's reader uses. */
#ifndef SIM_SCENARIO_READER_H
#define SIM_SCENARIO_READER_H

#include "sim/scenario/field.h"
#include "sim/scenario/scenario.h"

enum { READER_MOST_ELEMENTS = 10000 }; /* of a list of things with names, such as faults */

struct reader {
    const struct scenario_options *options;
    struct source *source;
    struct scenario *scenario;
    struct arena *arena;    /* the scenario's */
    const cJSON *preset_of; /* while a default is read: the object that lacks it */
    char path[1024];        /* of the value being read: "systems.store.nodes" */
    size_t path_length;
    struct system_config *systems; /* of the scenario, while it is being filled */
};

/* ---- Where the reader is, and what is wrong there ---- */

size_t reader_enter(struct reader *reader, const char *key); /* returns what reader_leave needs */
size_t reader_enter_element(struct reader *reader, uint32_t index);
void reader_leave(struct reader *reader, size_t mark);

/* Each adds a problem and returns false. */
bool reader_fail(struct reader *reader, const cJSON *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool reader_fail_expected(struct reader *reader, const cJSON *item, const char *expected); /* found ...; expected ... */

/* "unknown WHAT "NAME"; expected one of ...; did you mean ...?". At the key of `at` if `at_key`, else at its value. */
bool reader_fail_unknown(struct reader *reader, const cJSON *at, bool at_key, const char *what, const char *name,
                         const char *const *names, size_t count);

/* ---- Values ---- */

/* Reads a whole object by its table. Returns the alternative that it holds; NULL if the type has none or on a problem
 * with it. */
const struct field *reader_object(struct reader *reader, const struct object_type *type, const cJSON *item,
                                  void *object);

bool reader_field(struct reader *reader, const struct field *field, const cJSON *item, void *object);

bool reader_duration(struct reader *reader, const cJSON *item, sim_time *to); /* at least 0 */
bool reader_count(struct reader *reader, const cJSON *item, double low, double high, double *to);
/* Index of the text at `key` of `parent`, which is there, in `choices` (ends with NULL). */
bool reader_choice(struct reader *reader, const cJSON *parent, const char *key, const char *const *choices,
                   int32_t *to);
bool reader_dist(struct reader *reader, const cJSON *item, struct dist *to);
const char *reader_text(struct reader *reader, const cJSON *item,
                        const char *expected); /* in the arena; NULL on a problem */

/* The length of an array of low to high elements; UINT32_MAX after a problem. */
uint32_t reader_array(struct reader *reader, const cJSON *item, uint32_t low, uint32_t high, const char *expected);

/* Memory for `count` elements, at least one; part of the scenario. */
void *reader_alloc(struct reader *reader, uint64_t count, size_t element);

/* Names of things that targets, windows and metrics refer to: letters, digits, '-', '_' and '.', and no word of
 * `reserved`. */
bool reader_check_name(struct reader *reader, const cJSON *at, bool at_key, const char *name,
                       const char *const *reserved);
extern const char *const reader_target_words[]; /* end with NULL */
extern const char *const reader_window_words[];

bool reader_sum_is_one(double sum); /* within 1e-9 */

/* ---- Topics, in the order in which they are read ---- */

void read_regions(struct reader *reader, const cJSON *network);
void read_systems(struct reader *reader, const cJSON *systems);
void read_links(struct reader *reader, const cJSON *network);
void read_workloads(struct reader *reader, const cJSON *root);
void read_arrivals(struct reader *reader, cJSON *workload_item, struct workload_config *workload);
void read_mix(struct reader *reader, const cJSON *workload_item, struct workload_config *workload);
void read_keys(struct reader *reader, const cJSON *item, struct workload_config *workload);
void read_phases(struct reader *reader, const cJSON *phases);
void read_faults(struct reader *reader, const cJSON *faults);
void read_expectations(struct reader *reader, const cJSON *expect);

/* The region called `name`; CONFIG_NO_REGION after a problem. */
uint32_t reader_region(struct reader *reader, const cJSON *at, bool at_key, const char *name);
uint32_t reader_system(struct reader *reader, const cJSON *at, const char *name); /* UINT32_MAX after a problem */
bool reader_message(struct reader *reader, const cJSON *at, bool at_key, const char *name); /* true: known */

/* What a TARGET may be where it stands: bits 1 << enum selector_kind. */
#define TARGETS_OF_LINKS (1u << SELECT_NODE | 1u << SELECT_SYSTEM | 1u << SELECT_REGION | 1u << SELECT_CLIENTS)
#define TARGETS_OF_PARTITIONS (UINT32_MAX)
#define TARGETS_OF_NODES (UINT32_MAX & ~(1u << SELECT_CLIENTS | 1u << SELECT_CLIENTS_OF))

bool read_target(struct reader *reader, const cJSON *item, uint32_t allowed, struct selector *to);
/* One target or an array of them. */
bool read_targets(struct reader *reader, const cJSON *item, uint32_t allowed, struct selector_group *to);

/* Objects that the schema describes under $defs. */
extern const struct object_type dist_type, network_type, path_type, link_type, message_path_type, regions_type,
    system_type, disk_type, clock_type, queue_type, workload_type, arrivals_type, keys_type, retries_type, phase_type,
    fault_type, partition_type, one_way_type, corrupt_disk_type, random_faults_type, expectation_type, bounds_type,
    target_type, scenario_type, mix_type;
extern const struct object_type *const scenario_object_types[]; /* all of them; ends with NULL */

#endif
