/* Appends as compare-and-set.
 *
 * When every string that was got splits in only one way into what was put first and what was appended then, an append
 * that shows in it needs the string before it and makes the one after it: it is a compare-and-set that succeeded, and
 * the key is a register. An append that shows nowhere makes a string that nobody ever got, whatever it finds: it is
 * a write of such a value; and if its outcome is not known, nothing needs it. */
#include "sim/check/recorded/kv.h"

#include "sim/base/hash.h"
#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_NODE (INT64_C(1) << 32) /* numbers of values below are those of texts */

/* A string is a node: the text that was put first, or a node with an append behind it. */
struct kv_node {
    int64_t before;
    uint32_t append; /* place among the operations */
};

struct kv_resolver {
    const struct kv_operation *operations;
    uint32_t count;
    uint32_t *appends; /* places of the appends, sorted by text */
    uint32_t append_count;
    uint32_t *puts; /* places of the puts, sorted by text, each text once */
    uint32_t put_count;
    struct kv_node *nodes;
    uint32_t node_count, node_capacity;
    uint32_t *buckets; /* node + 1, or 0 */
    uint32_t bucket_count;
    int64_t *needs; /* of each operation: the node that an append shows behind, or -1 */
    int64_t *gets;  /* of each operation: the node that a get returned, or -1 when no way leads to it */
    uint32_t *tokens, token_count, token_capacity; /* of the get at hand */
};

struct sort_key {
    const char *text;
    uint32_t length, place;
};

static int compare_texts(const void *left, const void *right) {
    const struct sort_key *a = left, *b = right;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    if (order != 0 || a->length == b->length) {
        return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
    }
    return a->length < b->length ? -1 : 1;
}

static bool begins_with(const char *text, size_t length, const struct kv_operation *start) {
    return start->length <= length && memcmp(text, start->text, start->length) == 0;
}

/* Places of the operations of a kind, by text. */
static uint32_t sort_kind(const struct kv_resolver *resolver, enum kv_kind kind, uint32_t *places) {
    struct sort_key *keys = memory_alloc(resolver->count, sizeof *keys);
    uint32_t count = 0;
    for (uint32_t i = 0; i < resolver->count; i++) {
        const struct kv_operation *operation = &resolver->operations[i];
        if (operation->kind == kind) {
            keys[count++] = (struct sort_key){operation->text, operation->length, i};
        }
    }
    qsort(keys, count, sizeof *keys, compare_texts);
    for (uint32_t i = 0; i < count; i++) {
        places[i] = keys[i].place;
    }
    free(keys);
    return count;
}

/* No append begins with another: then at most one fits at any place of a string. */
static bool appends_are_distinct(const struct kv_resolver *resolver) {
    for (uint32_t i = 0; i < resolver->append_count; i++) {
        const struct kv_operation *append = &resolver->operations[resolver->appends[i]];
        if (append->length == 0) {
            return false;
        }
        if (i > 0 && begins_with(append->text, append->length, &resolver->operations[resolver->appends[i - 1]])) {
            return false;
        }
    }
    return true;
}

/* ---- Nodes ------------------------------------------------------------------------------------------------------- */

static uint32_t *find_bucket(const struct kv_resolver *resolver, struct kv_node node) {
    uint32_t mask = resolver->bucket_count - 1;
    uint32_t at = (uint32_t)hash_add((uint64_t)node.before, node.append) & mask;
    while (resolver->buckets[at] != 0) {
        const struct kv_node *other = &resolver->nodes[resolver->buckets[at] - 1];
        if (other->before == node.before && other->append == node.append) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &resolver->buckets[at];
}

static int64_t node_behind(struct kv_resolver *resolver, int64_t before, uint32_t append) {
    struct kv_node node = {before, append};
    if (resolver->node_count * 2 >= resolver->bucket_count) {
        free(resolver->buckets);
        resolver->bucket_count = resolver->bucket_count == 0 ? 256 : resolver->bucket_count * 2;
        resolver->buckets = memory_alloc(resolver->bucket_count, sizeof *resolver->buckets);
        for (uint32_t i = 0; i < resolver->node_count; i++) {
            *find_bucket(resolver, resolver->nodes[i]) = i + 1;
        }
    }
    uint32_t *bucket = find_bucket(resolver, node);
    if (*bucket == 0) {
        resolver->nodes =
            memory_reserve(resolver->nodes, resolver->node_count, &resolver->node_capacity, sizeof *resolver->nodes);
        resolver->nodes[resolver->node_count++] = node;
        *bucket = resolver->node_count;
    }
    return FIRST_NODE + *bucket - 1;
}

/* ---- Splitting strings ---------------------------------------------------------------------------------------------
 */

/* The append that the string begins with: of those that are not behind it in the order of texts, the last. */
static uint32_t append_at(const struct kv_resolver *resolver, const char *text, size_t length) {
    uint32_t low = 0, high = resolver->append_count;
    struct sort_key goal = {text, length > UINT32_MAX ? UINT32_MAX : (uint32_t)length, UINT32_MAX};
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct kv_operation *append = &resolver->operations[resolver->appends[middle]];
        struct sort_key key = {append->text, append->length, resolver->appends[middle]};
        if (compare_texts(&key, &goal) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || !begins_with(text, length, &resolver->operations[resolver->appends[low - 1]])) {
        return UINT32_MAX;
    }
    return resolver->appends[low - 1];
}

/* The appends behind the first `start` bytes of what the get returned; false if there is no such way. */
static bool split(struct kv_resolver *resolver, const struct kv_operation *get, uint32_t start) {
    resolver->token_count = 0;
    while (start < get->length) {
        uint32_t append = append_at(resolver, get->text + start, get->length - start);
        if (append == UINT32_MAX) {
            return false;
        }
        resolver->tokens = memory_reserve(resolver->tokens, resolver->token_count, &resolver->token_capacity,
                                          sizeof *resolver->tokens);
        resolver->tokens[resolver->token_count++] = append;
        start += resolver->operations[append].length;
    }
    return true;
}

/* The node that the get returned, with what its appends need; false if there are two ways to it. */
static bool resolve_get(struct kv_resolver *resolver, uint32_t place, const struct kv_operation *initial) {
    const struct kv_operation *get = &resolver->operations[place];
    const struct kv_operation *start = NULL;
    uint32_t ways = 0;
    for (uint32_t i = 0; i <= resolver->put_count && ways < 2; i++) {
        const struct kv_operation *first = i == 0 ? initial : &resolver->operations[resolver->puts[i - 1]];
        bool is_again = i > 0 && first->value == initial->value;
        if (!is_again && begins_with(get->text, get->length, first) && split(resolver, get, first->length)) {
            start = first;
            ways++;
        }
    }
    resolver->gets[place] = -1;
    if (ways == 1 && split(resolver, get, start->length)) {
        int64_t node = start->value;
        for (uint32_t i = 0; i < resolver->token_count; i++) {
            int64_t *needs = &resolver->needs[resolver->tokens[i]];
            *needs = *needs < 0 ? node : *needs; /* two different ones cannot both be: a get is then out of reach */
            node = node_behind(resolver, node, resolver->tokens[i]);
        }
        resolver->gets[place] = node;
    }
    return ways < 2;
}

static void add_operations(struct kv_resolver *resolver, uint32_t key, const struct recorded *recorded,
                           struct register_list *list) {
    int64_t nowhere = FIRST_NODE + resolver->node_count; /* values that nobody needs, each its own */
    for (uint32_t i = 0; i < resolver->count; i++) {
        const struct kv_operation *operation = &resolver->operations[i];
        int64_t needs = resolver->needs[i];
        if (operation->kind == KV_GET) {
            int64_t got = resolver->gets[i] >= 0 ? resolver->gets[i] : nowhere++;
            register_list_add(list, recorded, operation->recorded, key, OP_READ, got, 0);
        } else if (operation->kind == KV_PUT) {
            register_list_add(list, recorded, operation->recorded, key, OP_WRITE, operation->value, 0);
        } else if (needs >= 0) {
            register_list_add(list, recorded, operation->recorded, key, OP_CAS, node_behind(resolver, needs, i), needs);
        } else if (!operation->is_pending) {
            register_list_add(list, recorded, operation->recorded, key, OP_WRITE, nowhere++, 0);
        }
    }
}

bool kv_resolve(const struct kv_operation *operations, uint32_t count, uint32_t key, value_id initial,
                const struct recorded *recorded, struct register_list *list) {
    struct kv_resolver resolver = {.operations = operations, .count = count};
    struct kv_operation start = {.value = initial,
                                 .text = values_text(&recorded->document.values, initial),
                                 .length = recorded->document.values.items[initial].length};
    resolver.appends = memory_alloc(count, sizeof *resolver.appends);
    resolver.puts = memory_alloc(count, sizeof *resolver.puts);
    resolver.needs = memory_alloc(count, sizeof *resolver.needs);
    resolver.gets = memory_alloc(count, sizeof *resolver.gets);
    resolver.append_count = sort_kind(&resolver, KV_APPEND, resolver.appends);
    uint32_t put_count = sort_kind(&resolver, KV_PUT, resolver.puts);
    for (uint32_t i = 0; i < put_count; i++) {
        if (i == 0 || operations[resolver.puts[i]].value != operations[resolver.puts[i - 1]].value) {
            resolver.puts[resolver.put_count++] = resolver.puts[i];
        }
    }
    memset(resolver.needs, 0xff, count * sizeof *resolver.needs);
    bool is_resolved = appends_are_distinct(&resolver);
    for (uint32_t i = 0; i < count && is_resolved; i++) {
        is_resolved = operations[i].kind != KV_GET || resolve_get(&resolver, i, &start);
    }
    if (is_resolved) {
        add_operations(&resolver, key, recorded, list);
    }
    free(resolver.appends);
    free(resolver.puts);
    free(resolver.needs);
    free(resolver.gets);
    free(resolver.nodes);
    free(resolver.buckets);
    free(resolver.tokens);
    return is_resolved;
}
