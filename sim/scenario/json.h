/* Strict JSON over cJSON, with positions.
 *
 * cJSON accepts much that is no JSON (duplicate keys, 1e400, bytes that are no UTF-8, leading zeros, raw control
 * characters) and keeps no positions. So a pass of our own over the text validates it and notes where every value
 * stands; cJSON then builds the tree from what is known to be valid. */
#ifndef SIM_SCENARIO_JSON_H
#define SIM_SCENARIO_JSON_H

#include "sim/scenario/problem.h"

#include <cjson/cJSON.h>

enum { JSON_MOST_DEPTH = 64, JSON_MOST_BYTES = 16 << 20, JSON_MOST_VALUES = 1 << 20, JSON_MOST_MEMBERS = 10000 };

struct json_place { /* where a value stands, and the key in front of it (the value itself where there is none) */
    uint32_t file, line, column, key_line, key_column;
};

struct json_places {
    struct arena *arena;
    struct json_place *items;
    uint32_t count, capacity;
};

/* The tree of `text` (free with cJSON_Delete), or NULL after the problem was added to `problems`. `file` is its index
 * in `problems`. Each item's `valueint`, which nothing else here uses, is its index in `places`: it survives
 * cJSON_Duplicate. */
cJSON *json_parse(const char *text, size_t length, uint32_t file, struct json_places *places,
                  struct problems *problems);

struct json_place json_place_of(const struct json_places *places, const cJSON *item);

/* Gives `item`, without what is below it, a place of its own. */
void json_set_place(struct json_places *places, cJSON *item, struct json_place place);

const cJSON *json_get(const cJSON *object, const char *key); /* NULL: no such key; keys are case-sensitive */

/* The text of a tree; numbers in the shortest form that reads back the same. */
void json_print(const cJSON *item, struct text *out);

/* A value as a message shows it: `"text"`, 12, true, an array, an object; cut when long. Returns `text`. */
const char *json_show(const cJSON *item, char *text, size_t size);

#endif
