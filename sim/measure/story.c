/* Grouping a history by key. */
#include "sim/measure/story.h"

#include "sim/base/sort.h"
#include "sim/measure/heap.h"

#include <stdlib.h>

struct entry {
    uint64_t key;
    uint32_t system;
    uint32_t operation;
};

static uint32_t system_of(const struct evidence *evidence, uint64_t operation) {
    return evidence_system_of(evidence, evidence->history->operations[operation].workload);
}

/* The operations that count, sorted by key, and then by system. */
static struct sort_entry *sorted_operations(const struct evidence *evidence, uint32_t *count) {
    const struct history *history = evidence->history;
    struct sort_entry *sorted = heap_alloc(2 * (size_t)history->count, sizeof *sorted);
    *count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *it = &history->operations[i];
        if (operation_may_have_written(it) || (it->kind == OP_READ && it->outcome == OUTCOME_OK)) {
            sorted[(*count)++] = (struct sort_entry){it->key, i};
        }
    }
    sort_entries(sorted, sorted + *count, *count);
    for (uint32_t i = 0; i < *count; i++) {
        sorted[i].key = system_of(evidence, sorted[i].what);
    }
    sort_entries(sorted, sorted + *count, *count);
    return sorted;
}

static struct entry *sorted_entries(const struct evidence *evidence, uint32_t *count) {
    struct sort_entry *sorted = sorted_operations(evidence, count);
    struct entry *entries = heap_alloc(*count, sizeof *entries);
    for (uint32_t i = 0; i < *count; i++) {
        uint64_t key = evidence->history->operations[sorted[i].what].key;
        entries[i] = (struct entry){key, (uint32_t)sorted[i].key, (uint32_t)sorted[i].what};
    }
    free(sorted);
    return entries;
}

static enum story_kind kind_of(const struct history *history, const struct story *story) {
    bool has_increment = false, has_other = false;
    for (uint32_t i = 0; i < story->count; i++) {
        const struct operation *it = &history->operations[story->operations[i]];
        if (it->kind == OP_INCREMENT && it->value <= 0) {
            return STORY_UNORDERED;
        }
        has_increment = has_increment || it->kind == OP_INCREMENT;
        has_other = has_other || (it->kind != OP_INCREMENT && it->kind != OP_READ);
    }
    return has_increment && !has_other ? STORY_COUNTER : STORY_REGISTER;
}

/* Of versions with one value (an increment may make what a write puts there, too) the one acknowledged last comes
 * first, for fewer writes are certainly newer than it: doubt speaks for the system. */
static int compare_versions(const void *left, const void *right) {
    const struct version *a = left, *b = right;
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    if (a->is_acked != b->is_acked) {
        return a->is_acked ? 1 : -1;
    }
    if (a->acked_at != b->acked_at) {
        return a->acked_at > b->acked_at ? -1 : 1;
    }
    return (a->operation < b->operation) - (a->operation > b->operation);
}

static uint32_t collect_versions(const struct history *history, const struct story *story, struct version *versions) {
    uint32_t count = 0, acked = 0;
    for (uint32_t i = 0; i < story->count; i++) {
        const struct operation *it = &history->operations[story->operations[i]];
        bool is_acked = operation_has_written(it);
        bool has_result = it->kind == OP_INCREMENT || it->kind == OP_APPEND;
        /* What an increment or append made that was never answered, nobody knows. */
        if (operation_may_have_written(it) && (is_acked || !has_result)) {
            int64_t value = has_result ? it->result : it->value;
            versions[count++] = (struct version){.value = value,
                                                 .operation = story->operations[i],
                                                 .is_acked = is_acked,
                                                 .acked_at = is_acked ? it->completed : 0,
                                                 .place = acked};
        }
        acked += is_acked;
    }
    qsort(versions, count, sizeof *versions, compare_versions);
    return count;
}

/* The story of the first of the entries: as many of them as have its key. */
static void tell(struct stories *stories, const struct history *history, const struct entry *entries, uint32_t count) {
    struct story *story = &stories->items[stories->count++];
    uint32_t *operations = stories->operations + stories->operation_count,
             *acked = stories->acked + stories->acked_count;
    struct version *versions = stories->versions + stories->version_count;
    *story = (struct story){
        .key = entries->key, .system = entries->system, .operations = operations, .acked = acked, .versions = versions};
    for (; story->count < count && entries[story->count].key == story->key &&
           entries[story->count].system == story->system;
         story->count++) {
        operations[story->count] = entries[story->count].operation;
        if (operation_has_written(&history->operations[operations[story->count]])) {
            acked[story->acked_count++] = operations[story->count];
        }
    }
    story->kind = kind_of(history, story);
    story->version_count = story->kind == STORY_REGISTER ? collect_versions(history, story, versions) : 0;
    stories->operation_count += story->count;
    stories->acked_count += story->acked_count;
    stories->version_count += story->version_count;
}

struct stories stories_make(const struct evidence *evidence) {
    uint32_t count, keys = 0;
    struct entry *entries = sorted_entries(evidence, &count);
    for (uint32_t i = 0; i < count; i++) {
        keys += i == 0 || entries[i].key != entries[i - 1].key || entries[i].system != entries[i - 1].system;
    }
    struct stories stories = {.items = heap_alloc(keys, sizeof *stories.items),
                              .operations = heap_alloc(count, sizeof *stories.operations),
                              .acked = heap_alloc(count, sizeof *stories.acked),
                              .versions = heap_alloc(count, sizeof *stories.versions)};
    while (stories.operation_count < count) {
        tell(&stories, evidence->history, entries + stories.operation_count, count - stories.operation_count);
    }
    free(entries);
    return stories;
}

void stories_free(struct stories *stories) {
    free(stories->items);
    free(stories->operations);
    free(stories->acked);
    free(stories->versions);
    *stories = (struct stories){0};
}

const struct version *story_find(const struct story *story, int64_t value) {
    uint32_t low = 0, high = story->version_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (story->versions[middle].value < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < story->version_count && story->versions[low].value == value ? &story->versions[low] : NULL;
}

uint32_t story_first_newer(const struct evidence *evidence, const struct story *story, const struct version *version) {
    if (version == NULL) {
        return 0;
    }
    if (!version->is_acked) {
        return story->acked_count;
    }
    const struct operation *operations = evidence->history->operations;
    sim_time acked = operations[version->operation].completed;
    uint32_t low = version->place + 1, high = story->acked_count; /* one that took no time is not newer than itself */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (operations[story->acked[middle]].invoked < acked) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
