/* The network: properties of every path, regions, links and message types. */
#include "sim/scenario/reader.h"

#include <string.h>

static const struct field path_fields[] = {
    {.name = "latency",
     .type = FIELD_DIST,
     .offset = offsetof(struct path_config, latency),
     .meaning = "One way, drawn for each message; of the network 0.5 ms if not given"},
    {.name = "loss",
     .type = FIELD_SHARE,
     .offset = offsetof(struct path_config, loss),
     .meaning = "Chance that a message is lost; of the network 0 if not given"},
    {.name = "duplicate",
     .type = FIELD_SHARE,
     .offset = offsetof(struct path_config, duplicate),
     .meaning = "Chance that a message arrives twice; of the network 0 if not given"},
    {.name = "bandwidth",
     .type = FIELD_BANDWIDTH,
     .offset = offsetof(struct path_config, bits_per_second),
     .meaning = "Without bound if not given"},
    {.name = "ordered",
     .type = FIELD_FLAG,
     .offset = offsetof(struct path_config, ordered),
     .meaning = "First in, first out, for each pair of endpoints; of the network false if not given"},
    {.name = NULL}};

const struct object_type path_type = {
    .name = "path", .what = "an object with latency, loss, duplicate, bandwidth or ordered", .fields = path_fields};

static const struct field regions_fields[] = {
    {.name = "preset",
     .type = FIELD_CUSTOM,
     .schema = "{\"enum\": [\"ec2-five\"]}",
     .expected = "\"ec2-five\"",
     .meaning = "Names and round trips of real regions, instead of own ones"},
    {.name = "names",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"string\"}}",
     .expected = "an array of names",
     .meaning = "The regions"},
    {.name = "round_trip",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/duration\"}}}",
     .expected = "an array of arrays of durations, a row and a column for each region",
     .meaning = "Round trips from the row's region to the column's, as many rows and columns as names; one way is "
                "half. Need not be symmetric"},
    {.name = "jitter",
     .type = FIELD_DIST,
     .offset = offsetof(struct network_config, region_jitter),
     .preset = "\"0ms\"",
     .meaning = "Added to each one-way latency within and between regions"},
    {.name = NULL}};

const struct object_type regions_type = {
    .name = "regions",
    .what = "a preset such as \"ec2-five\" or an object with \"names\" and \"round_trip\"",
    .fields = regions_fields,
    .short_schema = "{\"enum\": [\"ec2-five\"]}"};

static const struct field network_fields[] = {
    {.name = "regions",
     .type = FIELD_CUSTOM,
     .object = &regions_type,
     .meaning = "Places that nodes and clients are in"},
    {.name = "links",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/link\"}}",
     .expected = "an array of links",
     .meaning = "Properties of some links, one direction each; a later one wins over an earlier one"},
    {.name = "messages",
     .type = FIELD_CUSTOM,
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/message-path\"}}",
     .expected = "an object of message types",
     .meaning = "Properties by message type (\"raft.append\", \"request\", \"reply\"); these win over all others"},
    {.name = NULL}};

const struct object_type network_type = {.name = "network",
                                         .what = "an object that describes the network",
                                         .fields = network_fields,
                                         .also = &path_type,
                                         .also_offset = offsetof(struct network_config, base)};

static const struct field link_fields[] = {{.name = "from",
                                            .type = FIELD_CUSTOM,
                                            .is_required = true,
                                            .schema = "{\"type\": \"string\"}",
                                            .expected = "a node, a system, a region or \"clients\"",
                                            .meaning = "Where messages start"},
                                           {.name = "to",
                                            .type = FIELD_CUSTOM,
                                            .is_required = true,
                                            .schema = "{\"type\": \"string\"}",
                                            .expected = "a node, a system, a region or \"clients\"",
                                            .meaning = "Where they go"},
                                           {.name = NULL}};

const struct object_type link_type = {.name = "link",
                                      .what = "an object with \"from\", \"to\" and what the link is like",
                                      .fields = link_fields,
                                      .also = &path_type,
                                      .also_offset = offsetof(struct link_config, path),
                                      .is_whole = true};

static const struct field no_fields[] = {{.name = NULL}};

const struct object_type message_path_type = {.name = "message-path",
                                              .what = "an object with latency, loss, duplicate, bandwidth or ordered",
                                              .fields = no_fields,
                                              .also = &path_type,
                                              .also_offset = offsetof(struct message_path_config, path)};

/* Mean round trips between five regions of Amazon EC2 in milliseconds, as measured by Bailis et al., Highly Available
 * Transactions: Virtues and Limitations, VLDB 2014, table 1c; on the diagonal, between two availability zones of
 * us-east, table 1b (B to C). */
#define EC2_REGIONS 5
static const char *const ec2_names[EC2_REGIONS] = {"us-east", "us-west", "eu-west", "ap-northeast", "ap-southeast"};
static const double ec2_round_trip_ms[EC2_REGIONS][EC2_REGIONS] = {
    /* Virginia, Oregon, Ireland, Tokyo, Singapore */
    {1.08, 82.9, 107.9, 202.4, 253.5}, {82.9, 1.08, 170.6, 135.1, 234.4}, {107.9, 170.6, 1.08, 278.3, 234.1},
    {202.4, 135.1, 278.3, 1.08, 90.6}, {253.5, 234.4, 234.1, 90.6, 1.08},
};

static bool read_region_preset(struct reader *reader, const cJSON *item) {
    static const char *const presets[] = {"ec2-five"};
    if (!cJSON_IsString(item)) {
        return reader_fail_expected(reader, item, regions_type.what);
    }
    if (strcmp(item->valuestring, presets[0]) != 0) {
        return reader_fail_unknown(reader, item, false, "preset of regions", item->valuestring, presets, 1);
    }
    struct network_config *network = &reader->scenario->network;
    sim_time *round_trip = reader_alloc(reader, EC2_REGIONS * EC2_REGIONS, sizeof *round_trip);
    for (uint32_t i = 0; i < EC2_REGIONS * EC2_REGIONS; i++) {
        round_trip[i] = (sim_time)(ec2_round_trip_ms[i / EC2_REGIONS][i % EC2_REGIONS] * 1e6 + 0.5);
    }
    network->regions = ec2_names;
    network->region_count = EC2_REGIONS;
    network->round_trip = round_trip;
    return true;
}

static void read_region_names(struct reader *reader, const cJSON *item) {
    size_t mark = reader_enter(reader, "names");
    uint32_t count = reader_array(reader, item, 1, 1000, "names of regions");
    if (count != UINT32_MAX) {
        const char **names = reader_alloc(reader, count, sizeof *names);
        bool is_good = true;
        const cJSON *child = item->child;
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            names[i] = reader_text(reader, child, "the name of a region");
            is_good =
                names[i] != NULL && reader_check_name(reader, child, false, names[i], reader_target_words) && is_good;
            for (uint32_t j = 0; j < i && is_good; j++) {
                if (strcmp(names[i], names[j]) == 0) {
                    is_good = reader_fail(reader, child, "a second region \"%s\"; expected different names", names[i]);
                }
            }
            reader_leave(reader, inner);
        }
        reader->scenario->network.regions = names;
        reader->scenario->network.region_count = is_good ? count : 0;
    }
    reader_leave(reader, mark);
}

static void read_round_trip(struct reader *reader, const cJSON *item) {
    struct network_config *network = &reader->scenario->network;
    uint32_t count = network->region_count;
    size_t mark = reader_enter(reader, "round_trip");
    const char *expected = arena_format(&reader->source->arena, "a row and a column for each of the %u regions", count);
    if (reader_array(reader, item, count, count, expected) != UINT32_MAX) {
        sim_time *round_trip = reader_alloc(reader, (uint64_t)count * count, sizeof *round_trip);
        const cJSON *row = item->child;
        for (uint32_t i = 0; i < count; i++, row = row->next) {
            size_t outer = reader_enter_element(reader, i);
            if (reader_array(reader, row, count, count, expected) != UINT32_MAX) {
                const cJSON *cell = row->child;
                for (uint32_t j = 0; j < count; j++, cell = cell->next) {
                    size_t inner = reader_enter_element(reader, j);
                    reader_duration(reader, cell, &round_trip[(size_t)i * count + j]);
                    reader_leave(reader, inner);
                }
            }
            reader_leave(reader, outer);
        }
        network->round_trip = round_trip;
    }
    reader_leave(reader, mark);
}

void read_regions(struct reader *reader, const cJSON *network) {
    const cJSON *item = network == NULL ? NULL : json_get(network, "regions");
    if (item == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "regions");
    if (!cJSON_IsObject(item)) {
        read_region_preset(reader, item);
    } else {
        const cJSON *preset = json_get(item, "preset"), *names = json_get(item, "names"),
                    *round_trip = json_get(item, "round_trip");
        reader_object(reader, &regions_type, item, &reader->scenario->network);
        if (preset != NULL && (names != NULL || round_trip != NULL)) {
            reader_fail(reader, item,
                        "a preset and own regions; expected either \"preset\" or \"names\" and \"round_trip\"");
        } else if (preset != NULL) {
            size_t inner = reader_enter(reader, "preset");
            read_region_preset(reader, preset);
            reader_leave(reader, inner);
        } else if (names == NULL || round_trip == NULL) {
            reader_fail(reader, item, "\"%s\" is missing; expected \"names\" and \"round_trip\"",
                        names == NULL ? "names" : "round_trip");
        } else {
            read_region_names(reader, names);
            if (reader->scenario->network.region_count > 0) {
                read_round_trip(reader, round_trip);
            }
        }
    }
    reader_leave(reader, mark);
}

/* ---- Links and messages: read when the systems are known ---- */

static uint32_t given(const cJSON *item) {
    static const uint32_t bits[] = {PATH_LATENCY, PATH_LOSS, PATH_DUPLICATE, PATH_BANDWIDTH, PATH_ORDERED};
    uint32_t set = 0;
    for (uint32_t i = 0; path_fields[i].name != NULL; i++) {
        set |= json_get(item, path_fields[i].name) != NULL ? bits[i] : 0;
    }
    return set;
}

static void read_link(struct reader *reader, const cJSON *item, struct link_config *link) {
    reader_object(reader, &link_type, item, link);
    const cJSON *from = json_get(item, "from"), *to = json_get(item, "to");
    link->path.given = given(item);
    if (from != NULL) {
        size_t mark = reader_enter(reader, "from");
        read_target(reader, from, TARGETS_OF_LINKS, &link->from);
        reader_leave(reader, mark);
    }
    if (to != NULL) {
        size_t mark = reader_enter(reader, "to");
        read_target(reader, to, TARGETS_OF_LINKS, &link->to);
        reader_leave(reader, mark);
    }
}

/* Names of message types: of all models in use, and those of clients. */
bool reader_message(struct reader *reader, const cJSON *at, bool at_key, const char *name) {
    size_t count = 2;
    for (uint32_t pass = 0; pass < 2; pass++) {
        const char **names = pass == 0 ? NULL : arena_alloc(&reader->source->arena, count * sizeof *names);
        if (pass == 1) {
            names[0] = "request";
            names[1] = "reply";
        }
        count = 2;
        for (uint32_t i = 0; i < reader->scenario->system_count; i++) {
            const struct model *model = reader->systems[i].model;
            if (model == NULL) { /* an unknown model is a problem of its own */
                return false;
            }
            for (const struct message_type *type = model->messages; type != NULL && type->name != NULL;
                 type++, count++) {
                if (pass == 1) {
                    names[count] = type->name;
                } else if (strcmp(type->name, name) == 0) {
                    return true;
                }
            }
        }
        if (strcmp(name, "request") == 0 || strcmp(name, "reply") == 0) {
            return true;
        }
        if (pass == 1) {
            reader_fail_unknown(reader, at, at_key, "message type", name, names, count);
        }
    }
    return false;
}

static void read_messages(struct reader *reader, const cJSON *item) {
    struct network_config *network = &reader->scenario->network;
    if (!cJSON_IsObject(item)) {
        reader_fail_expected(reader, item, "an object of message types, such as {\"request\": {\"latency\": \"1ms\"}}");
        return;
    }
    uint32_t count = (uint32_t)cJSON_GetArraySize(item), at = 0;
    struct message_path_config *messages = reader_alloc(reader, count, sizeof *messages);
    const cJSON *child;
    cJSON_ArrayForEach(child, item) {
        size_t mark = reader_enter(reader, child->string);
        reader_message(reader, child, true, child->string);
        messages[at].type = arena_text(reader->arena, child->string);
        reader_object(reader, &message_path_type, child, &messages[at]);
        messages[at].path.given = given(child);
        reader_leave(reader, mark);
        at++;
    }
    network->messages = messages;
    network->message_count = count;
}

void read_links(struct reader *reader, const cJSON *network) {
    if (!cJSON_IsObject(network)) {
        return;
    }
    const cJSON *links = json_get(network, "links"), *messages = json_get(network, "messages");
    if (links != NULL) {
        size_t mark = reader_enter(reader, "links");
        uint32_t count = reader_array(reader, links, 0, READER_MOST_ELEMENTS, "links");
        if (count != UINT32_MAX) {
            struct link_config *items = reader_alloc(reader, count, sizeof *items);
            const cJSON *child = links->child;
            for (uint32_t i = 0; i < count; i++, child = child->next) {
                size_t inner = reader_enter_element(reader, i);
                read_link(reader, child, &items[i]);
                reader_leave(reader, inner);
            }
            reader->scenario->network.links = items;
            reader->scenario->network.link_count = count;
        }
        reader_leave(reader, mark);
    }
    if (messages != NULL) {
        size_t mark = reader_enter(reader, "messages");
        read_messages(reader, messages);
        reader_leave(reader, mark);
    }
}
