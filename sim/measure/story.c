/* Grouping a history by key. */
#include "sim/measure/story.h"

#include "sim/measure/heap.h"

#include <stdlib.h>

struct entry {
    uint64_t key;
    uint32_t system;
    uint32_t operation;
};

struct stories {
    const struct evidence *evidence;
    struct entry *entries; /* by system, key, operation */
    uint32_t count, next;
    uint32_t *operations, *acked; /* of the present story; room for the longest possible */
    struct version *versions;
};

static int compare_entries(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    if (a->system != b->system) {
        return a->system < b->system ? -1 : 1;
    }
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

struct stories *stories_open(const struct evidence *evidence) {
    const struct history *history = evidence->history;
    struct stories *stories = heap_alloc(1, sizeof *stories);
    stories->evidence = evidence;
    stories->entries = heap_alloc(history->count, sizeof *stories->entries);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *it = &history->operations[i];
        if (operation_may_have_written(it) || (it->kind == OP_READ && it->outcome == OUTCOME_OK)) {
            stories->entries[stories->count++] = (struct entry){it->key, evidence_system_of(evidence, it->workload), i};
        }
    }
    qsort(stories->entries, stories->count, sizeof *stories->entries, compare_entries);
    stories->operations = heap_alloc(stories->count, sizeof *stories->operations);
    stories->acked = heap_alloc(stories->count, sizeof *stories->acked);
    stories->versions = heap_alloc(stories->count, sizeof *stories->versions);
    return stories;
}

void stories_close(struct stories *stories) {
    free(stories->entries);
    free(stories->operations);
    free(stories->acked);
    free(stories->versions);
    free(stories);
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

static uint32_t collect_versions(struct stories *stories, const struct story *story) {
    uint32_t count = 0, acked = 0;
    for (uint32_t i = 0; i < story->count; i++) {
        const struct operation *it = &stories->evidence->history->operations[story->operations[i]];
        bool is_acked = operation_has_written(it);
        bool has_result = it->kind == OP_INCREMENT || it->kind == OP_APPEND;
        /* What an increment or append made that was never answered, nobody knows. */
        if (operation_may_have_written(it) && (is_acked || !has_result)) {
            int64_t value = has_result ? it->result : it->value;
            stories->versions[count++] = (struct version){.value = value,
                                                          .operation = story->operations[i],
                                                          .is_acked = is_acked,
                                                          .acked_at = is_acked ? it->completed : 0,
                                                          .place = acked};
        }
        acked += is_acked;
    }
    qsort(stories->versions, count, sizeof *stories->versions, compare_versions);
    return count;
}

bool stories_next(struct stories *stories, struct story *story) {
    if (stories->next >= stories->count) {
        return false;
    }
    const struct history *history = stories->evidence->history;
    const struct entry *first = &stories->entries[stories->next];
    *story = (struct story){.key = first->key,
                            .system = first->system,
                            .operations = stories->operations,
                            .acked = stories->acked,
                            .versions = stories->versions};
    while (stories->next < stories->count) {
        const struct entry *entry = &stories->entries[stories->next];
        if (entry->key != story->key || entry->system != story->system) {
            break;
        }
        stories->operations[story->count++] = entry->operation;
        if (operation_has_written(&history->operations[entry->operation])) {
            stories->acked[story->acked_count++] = entry->operation;
        }
        stories->next++;
    }
    story->kind = kind_of(history, story);
    if (story->kind == STORY_REGISTER) {
        story->version_count = collect_versions(stories, story);
    }
    return true;
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
