/* Faults: when they strike, and what they do. */
#include "sim/scenario/reader.h"

#include <string.h>

/* ---- What ---- */

static bool read_fault_targets(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)field;
    return read_targets(reader, item, TARGETS_OF_NODES, to);
}

static bool read_side(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)field;
    return read_targets(reader, item, TARGETS_OF_PARTITIONS, to);
}

static bool read_message(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    const char *name = reader_text(reader, item, field->expected);
    *(const char **)to = name;
    return name != NULL && reader_message(reader, item, false, name);
}

#define TARGETS_SCHEMA "{\"$ref\": \"#/$defs/targets\"}"
#define OF_FIELD                                                                                                       \
    {                                                                                                                  \
        .name = "of", .type = FIELD_CUSTOM, .offset = offsetof(struct fault_config, targets),                          \
        .read = read_fault_targets, .is_required = true, .schema = TARGETS_SCHEMA, .expected = "a target",             \
        .meaning = "The nodes"                                                                                         \
    }
#define SIDE_FIELD(key, member, required)                                                                              \
    {                                                                                                                  \
        .name = key, .type = FIELD_CUSTOM, .offset = offsetof(struct fault_config, member), .read = read_side,         \
        .is_required = required, .preset = required ? NULL : "\"all\"", .schema = TARGETS_SCHEMA,                      \
        .expected = "a target", .meaning = "Messages " key " these"                                                    \
    }

static const struct field times_fields[] = {OF_FIELD,
                                            {.name = "times",
                                             .type = FIELD_REAL,
                                             .offset = offsetof(struct fault_config, times),
                                             .low = 1,
                                             .high = 1e9,
                                             .is_required = true,
                                             .meaning = "So many times slower"},
                                            {.name = NULL}};
static const struct field corrupt_fields[] = {
    OF_FIELD,
    {.name = "detected",
     .type = FIELD_FLAG,
     .offset = offsetof(struct fault_config, is_detected),
     .preset = "false",
     .meaning = "The disk knows, and reports the records as unreadable; else a byte of each is silently another one"},
    {.name = "records",
     .type = FIELD_COUNT,
     .offset = offsetof(struct fault_config, records),
     .low = 1,
     .high = 1e6,
     .preset = "1",
     .meaning = "So many durable records of each disk, drawn; of the log and named ones alike"},
    {.name = NULL}};
static const struct field jump_fields[] = {OF_FIELD,
                                           {.name = "by",
                                            .type = FIELD_SIGNED_DURATION,
                                            .offset = offsetof(struct fault_config, by),
                                            .is_required = true,
                                            .meaning = "The wall clock jumps by this; backwards if negative"},
                                           {.name = NULL}};
static const struct field drift_fields[] = {
    OF_FIELD,
    {.name = "ppm",
     .type = FIELD_REAL,
     .offset = offsetof(struct fault_config, ppm),
     .low = -999999,
     .high = 1e9,
     .is_required = true,
     .meaning = "How much too fast the clocks run meanwhile, in parts per million"},
    {.name = NULL}};
static const struct field degrade_fields[] = {SIDE_FIELD("from", targets, false),
                                              SIDE_FIELD("to", to, false),
                                              {.name = "loss",
                                               .type = FIELD_SHARE,
                                               .offset = offsetof(struct fault_config, loss),
                                               .preset = "0",
                                               .meaning = "Chance of being lost, besides the link's own"},
                                              {.name = "delay",
                                               .type = FIELD_DIST,
                                               .offset = offsetof(struct fault_config, delay),
                                               .preset = "\"0ms\"",
                                               .meaning = "Added to the latency"},
                                              {.name = "duplicate",
                                               .type = FIELD_SHARE,
                                               .offset = offsetof(struct fault_config, duplicate),
                                               .preset = "0",
                                               .meaning = "Chance of arriving twice, besides the link's own"},
                                              {.name = "replay_after",
                                               .type = FIELD_DIST,
                                               .offset = offsetof(struct fault_config, replay_after),
                                               .preset = "\"0ms\"",
                                               .meaning = "The second copy comes so much later, out of its place also "
                                                          "on ordered links: a replay of an old message"},
                                              {.name = NULL}};
static const struct field drop_fields[] = {{.name = "type",
                                            .type = FIELD_CUSTOM,
                                            .offset = offsetof(struct fault_config, message),
                                            .read = read_message,
                                            .schema = "{\"type\": \"string\"}",
                                            .expected = "a message type such as \"request\"",
                                            .meaning = "Messages of this type; all if not given"},
                                           {.name = "probability",
                                            .type = FIELD_SHARE,
                                            .offset = offsetof(struct fault_config, probability),
                                            .preset = "1",
                                            .meaning = "Chance that one is dropped"},
                                           {.name = NULL}};

static const struct object_type slow_type = {
    .name = "slow", .what = "an object with \"of\" and \"times\"", .fields = times_fields, .is_whole = true};
const struct object_type corrupt_disk_type = {.name = "corrupt-disk",
                                              .what =
                                                  "a target, or an object with \"of\", \"detected\" and \"records\"",
                                              .fields = corrupt_fields,
                                              .is_whole = true,
                                              .short_schema = TARGETS_SCHEMA};
static const struct object_type jump_type = {
    .name = "clock-jump", .what = "an object with \"of\" and \"by\"", .fields = jump_fields, .is_whole = true};
static const struct object_type drift_type = {
    .name = "clock-drift", .what = "an object with \"of\" and \"ppm\"", .fields = drift_fields, .is_whole = true};
static const struct object_type degrade_type = {.name = "degrade",
                                                .what = "an object with \"from\", \"to\" and loss, delay or duplicate",
                                                .fields = degrade_fields,
                                                .is_whole = true};
static const struct object_type drop_type = {.name = "drop-messages",
                                             .what = "an object with \"type\" and \"probability\"",
                                             .fields = drop_fields,
                                             .is_whole = true};

/* A bare target, which may be an object too, stands for its "of". */
static bool read_corruption(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    struct fault_config *fault = to;
    (void)field;
    fault->records = 1;
    if (!cJSON_IsObject(item) || json_get(item, "random") != NULL || json_get(item, "clients") != NULL) {
        return read_targets(reader, item, TARGETS_OF_NODES, &fault->targets);
    }
    uint32_t before = reader->source->problems.count;
    reader_object(reader, &corrupt_disk_type, item, fault);
    return reader->source->problems.count == before;
}

/* ---- Partitions ---- */

static struct selector_group *add_groups(struct reader *reader, struct fault_config *fault, uint32_t count) {
    struct selector_group *groups = reader_alloc(reader, count, sizeof *groups);
    fault->groups = groups;
    fault->group_count = count;
    return groups;
}

static bool read_groups(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    struct fault_config *fault = to;
    uint32_t count = reader_array(reader, item, 2, READER_MOST_ELEMENTS, field->expected);
    if (count == UINT32_MAX) {
        return false;
    }
    struct selector_group *groups = add_groups(reader, fault, count);
    bool is_good = true;
    const cJSON *child = item->child;
    for (uint32_t i = 0; i < count; i++, child = child->next) {
        size_t mark = reader_enter_element(reader, i);
        is_good = read_targets(reader, child, TARGETS_OF_PARTITIONS, &groups[i]) && is_good;
        reader_leave(reader, mark);
    }
    return is_good;
}

static bool read_isolate(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)field;
    return read_targets(reader, item, TARGETS_OF_PARTITIONS, add_groups(reader, to, 1));
}

static bool read_cut_side(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)field;
    return read_targets(reader, item, TARGETS_OF_PARTITIONS, to);
}

#define CUT_FIELD(key, index)                                                                                          \
    {                                                                                                                  \
        .name = key, .type = FIELD_CUSTOM, .offset = (index) * sizeof(struct selector_group), .read = read_cut_side,   \
        .is_required = true, .schema = TARGETS_SCHEMA, .expected = "a target",                                         \
        .meaning = "Messages " key " these are cut"                                                                    \
    }

static const struct field one_way_fields[] = {CUT_FIELD("from", 0), CUT_FIELD("to", 1), {.name = NULL}};
const struct object_type one_way_type = {
    .name = "one-way", .what = "an object with \"from\" and \"to\"", .fields = one_way_fields, .is_whole = true};

static bool read_one_way(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    (void)field;
    uint32_t before = reader->source->problems.count;
    reader_object(reader, &one_way_type, item, add_groups(reader, to, 2));
    return reader->source->problems.count == before;
}

static const struct field partition_fields[] = {
    {.name = "groups",
     .type = FIELD_CUSTOM,
     .read = read_groups,
     .is_alternative = true,
     .schema = "{\"type\": \"array\", \"minItems\": 2, \"items\": " TARGETS_SCHEMA "}",
     .expected = "an array of at least two groups, such as [[\"store/1\"], [\"store/2\", \"store/3\"]]",
     .meaning = "Groups that do not reach each other; who is in none keeps every link"},
    {.name = "isolate",
     .type = FIELD_CUSTOM,
     .read = read_isolate,
     .is_alternative = true,
     .schema = TARGETS_SCHEMA,
     .expected = "a target",
     .meaning = "These are cut off from all other nodes"},
    {.name = "one-way",
     .type = FIELD_CUSTOM,
     .read = read_one_way,
     .is_alternative = true,
     .object = &one_way_type,
     .meaning = "Only one direction is cut"},
    {.name = NULL}};

const struct object_type partition_type = {.name = "partition",
                                           .what = "a partition: \"halves\", \"majorities-ring\", \"bridge\", or an "
                                                   "object with \"groups\", \"isolate\" or \"one-way\"",
                                           .fields = partition_fields,
                                           .is_whole = true,
                                           .short_schema = "{\"enum\": [\"halves\", \"majorities-ring\", \"bridge\"]}"};

static bool read_partition(struct reader *reader, const struct field *field, const cJSON *item, void *to) {
    static const enum partition_form object_forms[] = {PARTITION_GROUPS, PARTITION_ISOLATE, PARTITION_ONE_WAY};
    static const enum partition_form named_forms[] = {PARTITION_HALVES, PARTITION_RING, PARTITION_BRIDGE};
    static const char *const names[] = {"halves", "majorities-ring", "bridge"};
    (void)field;
    struct fault_config *fault = to;
    if (cJSON_IsString(item)) {
        for (uint32_t i = 0; i < 3; i++) {
            if (strcmp(names[i], item->valuestring) == 0) {
                fault->form = named_forms[i];
                return true;
            }
        }
        return reader_fail_unknown(reader, item, false, "partition", item->valuestring, names, 3);
    }
    uint32_t before = reader->source->problems.count;
    const struct field *form = reader_object(reader, &partition_type, item, fault);
    if (form != NULL) {
        fault->form = object_forms[form - partition_fields];
    }
    return reader->source->problems.count == before;
}

/* ---- When ---- */

static const struct field random_fields[] = {{.name = "mean_gap",
                                              .type = FIELD_DURATION,
                                              .offset = offsetof(struct fault_config, mean_gap),
                                              .low = 1e-9,
                                              .high = -1,
                                              .is_required = true,
                                              .meaning = "Mean time between starts, exponential"},
                                             {.name = "mean_length",
                                              .type = FIELD_DURATION,
                                              .offset = offsetof(struct fault_config, mean_length),
                                              .low = 1e-9,
                                              .high = -1,
                                              .is_required = true,
                                              .meaning = "Mean length, exponential"},
                                             {.name = "most",
                                              .type = FIELD_COUNT,
                                              .offset = offsetof(struct fault_config, most),
                                              .low = 1,
                                              .high = 1000,
                                              .preset = "1",
                                              .meaning = "Occurrences at the same time"},
                                             {.name = NULL}};

const struct object_type random_faults_type = {.name = "random-faults",
                                               .what = "an object with \"mean_gap\" and \"mean_length\"",
                                               .fields = random_fields,
                                               .is_whole = true};

#define NODES_FAULT(key, text)                                                                                         \
    {                                                                                                                  \
        .name = key, .type = FIELD_CUSTOM, .offset = offsetof(struct fault_config, targets),                           \
        .read = read_fault_targets, .is_alternative = true, .schema = TARGETS_SCHEMA, .expected = "a target",          \
        .meaning = text                                                                                                \
    }
#define OBJECT_FAULT(key, type_of_it, text)                                                                            \
    { .name = key, .type = FIELD_OBJECT, .object = &(type_of_it), .is_alternative = true, .meaning = text }

/* The kinds first, in the order of enum fault_kind. */
static const struct field fault_fields[] = {
    {.name = "partition",
     .type = FIELD_CUSTOM,
     .read = read_partition,
     .is_alternative = true,
     .object = &partition_type,
     .meaning = "Links are cut"},
    NODES_FAULT("crash", "Nodes lose their memory and what they had not made durable; without \"for\" until a restart"),
    NODES_FAULT("restart", "Nodes that are down boot again"),
    NODES_FAULT("pause", "Nodes stand still; messages wait"),
    NODES_FAULT("lose-disk", "Nodes crash, their disks are emptied, and they boot as if for the first time; without "
                             "\"for\" at once"),
    NODES_FAULT("torn-write",
                "Nodes crash in the middle of writing and boot again, without \"for\" at once: of what was "
                "not synced the oldest record is cut short, and of the rest some is there and some is not"),
    {.name = "corrupt-disk",
     .type = FIELD_CUSTOM,
     .read = read_corruption,
     .is_alternative = true,
     .object = &corrupt_disk_type,
     .meaning = "Durable records decay; a node notices when it reads them, at its next boot. A bare target stands for "
                "its \"of\""},
    OBJECT_FAULT("slow-disk", slow_type,
                 "Syncs that begin meanwhile take longer; those that take no time still do not"),
    NODES_FAULT("stall-disk", "Syncs do not end meanwhile; without \"for\" they never do"),
    NODES_FAULT("lying-sync",
                "Syncs are acknowledged without being done: a crash meanwhile loses what was written, and "
                "the end of the fault makes up for it"),
    NODES_FAULT("full-disk", "Writes fail, and what waits for them is not sent. A model that gives up is not restarted "
                             "by itself: let a \"crash\" with \"for\" follow"),
    OBJECT_FAULT("clock-jump", jump_type, "Wall clocks jump; timers do not notice"),
    OBJECT_FAULT("clock-drift", drift_type, "Clocks run fast or slow, and timers with them"),
    OBJECT_FAULT("slow-node", slow_type,
                 "Cores work slower: services that begin meanwhile take longer. A node whose "
                 "\"service\" is 0 is not slowed"),
    OBJECT_FAULT("degrade", degrade_type,
                 "Messages one way are lost, delayed or doubled, those between \"from\" and "
                 "\"to\"; a second fault degrades the way back"),
    OBJECT_FAULT("drop-messages", drop_type, "Some messages are lost"),
    NODES_FAULT("member-add", "The leader is asked to give these nodes a vote, until they have it or the fault ends"),
    NODES_FAULT("member-remove", "The leader is asked to do without these nodes, until it does or the fault ends"),
    NODES_FAULT("transfer-leader", "The leader is asked to hand over to one of these nodes, until it begins to"),
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct fault_config, name),
     .meaning = "For windows and expectations; partition-1 and so on if not given"},
    {.name = "at",
     .type = FIELD_DURATION,
     .offset = offsetof(struct fault_config, at),
     .meaning = "The (first) start; may be left out with \"every\" or \"random\", which then start at 0"},
    {.name = "for",
     .type = FIELD_DURATION,
     .offset = offsetof(struct fault_config, length),
     .low = 1e-9,
     .high = -1,
     .meaning = "How long; until the end of the run if not given. Restarts, clock jumps and corruption take no time"},
    {.name = "every",
     .type = FIELD_DURATION,
     .offset = offsetof(struct fault_config, every),
     .low = 1e-9,
     .high = -1,
     .meaning = "From one start to the next"},
    {.name = "jitter",
     .type = FIELD_DURATION,
     .offset = offsetof(struct fault_config, jitter),
     .meaning = "With \"every\": each start is put off by up to this. Default 0"},
    {.name = "count",
     .type = FIELD_COUNT,
     .offset = offsetof(struct fault_config, count),
     .low = 1,
     .high = 1e6,
     .meaning = "With \"every\": at most so many times; without bound if not given"},
    {.name = "random",
     .type = FIELD_OBJECT,
     .object = &random_faults_type,
     .meaning = "At random times, for random lengths"},
    {.name = NULL}};

const struct object_type fault_type = {
    .name = "fault", .what = "an object that describes a fault", .fields = fault_fields, .is_whole = true};

static void check_schedule(struct reader *reader, const cJSON *item, struct fault_config *fault) {
    const cJSON *at = json_get(item, "at"), *every = json_get(item, "every"), *random = json_get(item, "random");
    const cJSON *only_every[] = {json_get(item, "jitter"), json_get(item, "count")};
    fault->schedule = random != NULL ? FAULT_RANDOM : every != NULL ? FAULT_EVERY : FAULT_ONCE;
    if (random != NULL && (every != NULL || json_get(item, "for") != NULL)) {
        reader_fail(reader, random, "\"random\" stands beside \"%s\"; expected one way to say when",
                    every != NULL ? "every" : "for");
    }
    for (uint32_t i = 0; i < 2 && every == NULL; i++) {
        if (only_every[i] != NULL) {
            reader_fail(reader, only_every[i], "\"%s\" without \"every\"; expected both or neither",
                        only_every[i]->string);
        }
    }
    if (at == NULL && fault->schedule == FAULT_ONCE) {
        reader_fail(reader, item,
                    "\"at\" is missing; expected when the fault starts (\"at\", \"every\" or \"random\")");
    }
    if (at != NULL && reader->scenario->duration > 0 && fault->at >= reader->scenario->duration) {
        reader_fail(reader, at,
                    "the fault starts at the end of the run or after it; expected a start before the duration");
    }
}

/* Members and leaders are the model's affair. */
static void check_model(struct reader *reader, const cJSON *item, enum fault_kind kind) {
    if (kind != FAULT_MEMBER_ADD && kind != FAULT_MEMBER_REMOVE && kind != FAULT_TRANSFER_LEADER) {
        return;
    }
    for (uint32_t i = 0; i < reader->scenario->system_count; i++) {
        if (reader->systems[i].model != NULL && reader->systems[i].model->admin != NULL) {
            return;
        }
    }
    reader_fail(reader, item, "no model here understands \"%s\"; expected another kind, or a model such as raft",
                fault_kind_name(kind));
}

static void read_fault(struct reader *reader, const cJSON *item, struct fault_config *fault) {
    fault->length = SIM_NEVER;
    const struct field *kind = reader_object(reader, &fault_type, item, fault);
    if (!cJSON_IsObject(item)) {
        return;
    }
    if (kind != NULL) {
        fault->kind = (enum fault_kind)(kind - fault_fields);
        check_model(reader, json_get(item, kind->name), fault->kind);
    }
    check_schedule(reader, item, fault);
}

static bool is_phase(const struct scenario *scenario, const char *name) {
    for (uint32_t i = 0; i < scenario->phase_count; i++) {
        if (strcmp(scenario->phases[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* True if a phase, or one of the first `count` faults, has the name. */
static bool is_taken(const struct scenario *scenario, const struct fault_config *faults, uint32_t count,
                     const char *name) {
    bool is_found = is_phase(scenario, name);
    for (uint32_t i = 0; i < count && !is_found; i++) {
        is_found = faults[i].name != NULL && strcmp(faults[i].name, name) == 0;
    }
    return is_found;
}

static void check_fault_name(struct reader *reader, const cJSON *item, const struct fault_config *faults,
                             uint32_t index) {
    size_t mark = reader_enter_element(reader, index);
    reader_enter(reader, "name");
    const char *name = faults[index].name;
    if (is_taken(reader->scenario, faults, index, name)) {
        reader_fail(reader, json_get(item, "name"), "a second fault or phase \"%s\"; expected different names", name);
    } else {
        reader_check_name(reader, json_get(item, "name"), false, name, reader_window_words);
    }
    reader_leave(reader, mark);
}

/* Faults without a name get one that no other fault and no phase has: "crash-1", "crash-2". */
static void name_faults(struct reader *reader, const cJSON *items, struct fault_config *faults, uint32_t count) {
    const cJSON *item = items->child;
    for (uint32_t i = 0; i < count; i++, item = item->next) {
        if (faults[i].name != NULL) {
            check_fault_name(reader, item, faults, i);
        }
    }
    uint32_t last[FAULT_KIND_COUNT] = {0};
    for (uint32_t i = 0; i < count; i++) {
        while (faults[i].name == NULL) {
            const char *name =
                arena_format(reader->arena, "%s-%u", fault_kind_name(faults[i].kind), ++last[faults[i].kind]);
            faults[i].name = is_taken(reader->scenario, faults, count, name) ? NULL : name;
        }
    }
}

void read_faults(struct reader *reader, const cJSON *items) {
    if (items == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "faults");
    uint32_t count = reader_array(reader, items, 0, READER_MOST_ELEMENTS, "an array of faults");
    if (count != UINT32_MAX) {
        struct fault_config *faults = reader_alloc(reader, count, sizeof *faults);
        const cJSON *child = items->child;
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            read_fault(reader, child, &faults[i]);
            reader_leave(reader, inner);
        }
        name_faults(reader, items, faults, count);
        reader->scenario->faults = faults;
        reader->scenario->fault_count = count;
    }
    reader_leave(reader, mark);
}
