/* TARGET: "store/3", "leader", "store/leader", "followers", {"random": 2}, {"clients": "store/3"}, a system, a region.
 *
 * "store/leader", "store/minority" and "of": "store" name a system. Without one, leaders, followers and random nodes
 * are of all systems, a minority or majority of the first. */
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

#define EXPECTED_TARGET                                                                                                \
    "a target: a node such as \"store/1\", a system, a region, \"leader\", \"followers\", \"minority\", "              \
    "\"majority\", \"all\", \"clients\" or {\"random\": 1}"

static const struct field target_fields[] = {
    {.name = "random",
     .type = FIELD_COUNT,
     .offset = offsetof(struct selector, index),
     .low = 1,
     .high = SCENARIO_MOST_ENDPOINTS,
     .is_alternative = true,
     .meaning = "This many different nodes, drawn when the fault fires"},
    {.name = "clients",
     .type = FIELD_CUSTOM,
     .is_alternative = true,
     .schema = "{\"type\": \"string\"}",
     .expected = "a node such as \"store/1\"",
     .meaning = "The clients whose requests are routed to this node at that moment"},
    {.name = "of",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"string\"}",
     .expected = "the name of a system",
     .meaning = "The system that the random nodes are of; of all if not given"},
    {.name = NULL}};

const struct object_type target_type = {.name = "target",
                                        .what = EXPECTED_TARGET,
                                        .fields = target_fields,
                                        .is_whole = true,
                                        .short_schema = "{\"type\": \"string\"}"};

uint32_t reader_region(struct reader *reader, const cJSON *at, bool at_key, const char *name) {
    const struct network_config *network = &reader->scenario->network;
    for (uint32_t i = 0; i < network->region_count; i++) {
        if (strcmp(network->regions[i], name) == 0) {
            return i;
        }
    }
    reader_fail_unknown(reader, at, at_key, "region", name, network->regions, network->region_count);
    return CONFIG_NO_REGION;
}

static uint32_t find_system(const struct reader *reader, const char *name, size_t length) {
    for (uint32_t i = 0; i < reader->scenario->system_count; i++) {
        if (strncmp(reader->systems[i].name, name, length) == 0 && reader->systems[i].name[length] == '\0') {
            return i;
        }
    }
    return UINT32_MAX;
}

static const char **system_names(struct reader *reader, uint32_t more) {
    const char **names =
        arena_alloc(&reader->source->arena, (reader->scenario->system_count + more + 1) * sizeof *names);
    for (uint32_t i = 0; i < reader->scenario->system_count; i++) {
        names[i] = reader->systems[i].name;
    }
    return names;
}

uint32_t reader_system(struct reader *reader, const cJSON *at, const char *name) {
    uint32_t system = find_system(reader, name, strlen(name));
    if (system == UINT32_MAX) {
        reader_fail_unknown(reader, at, false, "system", name, system_names(reader, 0), reader->scenario->system_count);
    }
    return system;
}

static bool fail_unknown(struct reader *reader, const cJSON *at, const char *name) {
    const struct network_config *network = &reader->scenario->network;
    uint32_t count = reader->scenario->system_count, words = 0;
    while (reader_target_words[words] != NULL) {
        words++;
    }
    const char **names = system_names(reader, words + network->region_count);
    for (uint32_t i = 0; i < network->region_count; i++) {
        names[count++] = network->regions[i];
    }
    for (uint32_t i = 0; i < words; i++) {
        names[count++] = reader_target_words[i];
    }
    return reader_fail_unknown(reader, at, false, "target", name, names, count);
}

static bool check_leader(struct reader *reader, const cJSON *at, uint32_t system) {
    bool has_model = false;
    for (uint32_t i = 0; i < reader->scenario->system_count; i++) {
        const struct model *model = reader->systems[i].model;
        if (system == UINT32_MAX || system == i) {
            has_model = has_model || model != NULL;
            if (model == NULL || model->has_leader) { /* an unknown model is a problem of its own */
                return true;
            }
        }
    }
    return !has_model || reader_fail(reader, at, "no leader: the model \"%s\" has none; expected another target",
                                     reader->systems[system == UINT32_MAX ? 0 : system].model->name);
}

/* "leader" and its like, at `word`; false when it is none of them. */
static bool read_role(const char *word, struct selector *to) {
    static const enum selector_kind kinds[] = {SELECT_LEADER,   SELECT_FOLLOWERS, SELECT_MINORITY,
                                               SELECT_MAJORITY, SELECT_ALL,       SELECT_CLIENTS};
    for (uint32_t i = 0; reader_target_words[i] != NULL; i++) {
        if (strcmp(reader_target_words[i], word) == 0) {
            to->kind = kinds[i];
            return true;
        }
    }
    return false;
}

static bool read_node(struct reader *reader, const cJSON *at, const char *name, struct selector *to) {
    const char *slash = strchr(name, '/'), *after = slash + 1;
    uint32_t system = find_system(reader, name, (size_t)(slash - name));
    if (system == UINT32_MAX) {
        const char *wrong = arena_format(&reader->source->arena, "%.*s", (int)(slash - name), name);
        return reader_fail_unknown(reader, at, false, "system", wrong, system_names(reader, 0),
                                   reader->scenario->system_count);
    }
    const struct system_config *config = &reader->systems[system];
    size_t digits = strspn(after, "0123456789");
    if (digits > 0 && after[digits] == '\0') {
        uint64_t number = digits > 9 ? UINT32_MAX : strtoul(after, NULL, 10);
        if (config->nodes > 0 && (number < 1 || number > config->nodes)) {
            return reader_fail(reader, at, "unknown node \"%.100s\": %s has %u nodes; expected %s/1%s", name,
                               config->name, config->nodes, config->name,
                               config->nodes > 1
                                   ? arena_format(&reader->source->arena, " to %s/%u", config->name, config->nodes)
                                   : "");
        }
        *to = (struct selector){SELECT_NODE, config->first_node + (uint32_t)number - 1, system};
        return true;
    }
    if (!read_role(after, to) || to->kind == SELECT_CLIENTS || to->kind == SELECT_ALL) {
        return reader_fail(
            reader, at,
            "unknown node \"%.100s\"; expected %s/1 and so on, or %s/leader, /followers, /minority, /majority", name,
            config->name, config->name);
    }
    to->system = system;
    return to->kind != SELECT_LEADER || check_leader(reader, at, system);
}

static bool read_name(struct reader *reader, const cJSON *item, struct selector *to) {
    const char *name = item->valuestring;
    const struct network_config *network = &reader->scenario->network;
    *to = (struct selector){.system = UINT32_MAX};
    if (strchr(name, '/') != NULL) {
        return read_node(reader, item, name, to);
    }
    if (read_role(name, to)) {
        return to->kind != SELECT_LEADER || check_leader(reader, item, UINT32_MAX);
    }
    uint32_t system = find_system(reader, name, strlen(name));
    if (system != UINT32_MAX) {
        *to = (struct selector){SELECT_SYSTEM, system, system};
        return true;
    }
    for (uint32_t i = 0; i < network->region_count; i++) {
        if (strcmp(network->regions[i], name) == 0) {
            *to = (struct selector){SELECT_REGION, i, UINT32_MAX};
            return true;
        }
    }
    return fail_unknown(reader, item, name);
}

static bool read_object(struct reader *reader, const cJSON *item, struct selector *to) {
    *to = (struct selector){.system = UINT32_MAX};
    uint32_t before = reader->source->problems.count;
    const struct field *kind = reader_object(reader, &target_type, item, to);
    if (kind == NULL || reader->source->problems.count != before) {
        return false;
    }
    const cJSON *of = json_get(item, "of"), *clients = json_get(item, "clients");
    if (clients != NULL) {
        size_t mark = reader_enter(reader, "clients");
        bool is_good = cJSON_IsString(clients) ? read_name(reader, clients, to)
                                               : reader_fail_expected(reader, clients, "a node such as \"store/1\"");
        if (is_good && (to->kind != SELECT_NODE || of != NULL)) {
            is_good = reader_fail_expected(reader, clients, "a node such as \"store/1\", and nothing beside it");
        }
        reader_leave(reader, mark);
        to->kind = SELECT_CLIENTS_OF;
        return is_good;
    }
    to->kind = SELECT_RANDOM;
    if (of != NULL) {
        size_t mark = reader_enter(reader, "of");
        to->system = cJSON_IsString(of) ? reader_system(reader, of, of->valuestring)
                                        : (reader_fail_expected(reader, of, "the name of a system"), UINT32_MAX);
        reader_leave(reader, mark);
        if (to->system == UINT32_MAX) {
            return false;
        }
    }
    uint32_t nodes = to->system == UINT32_MAX ? reader->scenario->node_count : reader->systems[to->system].nodes;
    for (uint32_t i = 0; i < reader->scenario->system_count; i++) {
        nodes = reader->systems[i].nodes == 0 ? 0 : nodes; /* a wrong number is a problem of its own */
    }
    return nodes == 0 || to->index <= nodes ||
           reader_fail(reader, json_get(item, "random"), "%u random nodes of %u; expected at most %u", to->index, nodes,
                       nodes);
}

bool read_target(struct reader *reader, const cJSON *item, uint32_t allowed, struct selector *to) {
    if (!cJSON_IsString(item) && !cJSON_IsObject(item)) {
        return reader_fail_expected(reader, item, EXPECTED_TARGET);
    }
    if (reader->scenario->system_count == 0) { /* that is a problem of its own */
        return false;
    }
    if (!(cJSON_IsString(item) ? read_name(reader, item, to) : read_object(reader, item, to))) {
        return false;
    }
    if ((allowed & 1u << to->kind) == 0) {
        return reader_fail_expected(reader, item,
                                    (allowed & 1u << SELECT_CLIENTS) != 0 ? "a node, a system, a region or \"clients\""
                                                                          : "nodes; clients are no target here");
    }
    return true;
}

bool read_targets(struct reader *reader, const cJSON *item, uint32_t allowed, struct selector_group *to) {
    uint32_t count = 1;
    const cJSON *child = item;
    if (cJSON_IsArray(item)) {
        count = reader_array(reader, item, 1, READER_MOST_ELEMENTS, "targets");
        child = item->child;
        if (count == UINT32_MAX) {
            return false;
        }
    }
    struct selector *members = reader_alloc(reader, count, sizeof *members);
    bool is_good = true;
    for (uint32_t i = 0; i < count; i++, child = child->next) {
        size_t mark = child == item ? reader->path_length : reader_enter_element(reader, i);
        is_good = read_target(reader, child, allowed, &members[i]) && is_good;
        reader_leave(reader, mark);
    }
    *to = (struct selector_group){members, count};
    return is_good;
}
