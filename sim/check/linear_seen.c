/* An open hash table of chains; entries are words in one growing array:
 *   next | hash    value    passed | used_words    open...    used... */
#include "sim/check/linear_seen.h"

#include "sim/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRY_HEAD = 3, FIRST_BUCKETS = 256, FIRST_WORDS = 1024 };

static uint32_t hash_of(const struct linear_seen *seen, const struct linear_configuration *configuration) {
    uint64_t hash = hash_add(hash_mix(configuration->passed + 1), (uint64_t)configuration->value);
    for (uint32_t i = 0; i < seen->open_words; i++) {
        hash = hash_add(hash, configuration->open[i]);
    }
    return (uint32_t)(hash >> 32);
}

/* True if the entry stands for the same place in the search, reached with a subset of the pending operations. */
static bool dominates(const struct linear_seen *seen, const uint64_t *entry,
                      const struct linear_configuration *configuration) {
    uint32_t used_words = (uint32_t)entry[2];
    if (entry[1] != (uint64_t)configuration->value || entry[2] >> 32 != configuration->passed ||
        used_words > configuration->used_words ||
        memcmp(entry + ENTRY_HEAD, configuration->open, seen->open_words * sizeof *entry) != 0) {
        return false;
    }
    const uint64_t *used = entry + ENTRY_HEAD + seen->open_words;
    for (uint32_t i = 0; i < used_words; i++) {
        if ((used[i] & ~configuration->used[i]) != 0) {
            return false;
        }
    }
    return true;
}

static bool grow_words(struct linear_seen *seen, size_t need, size_t max_bytes) {
    size_t wanted = seen->word_capacity == 0 ? FIRST_WORDS : seen->word_capacity * 2;
    while (wanted < seen->word_count + need) {
        wanted *= 2;
    }
    size_t table_bytes = seen->bucket_count * sizeof *seen->buckets;
    if (wanted > UINT32_MAX || wanted * sizeof *seen->words + table_bytes > max_bytes) {
        return false;
    }
    uint64_t *words = realloc(seen->words, wanted * sizeof *words);
    if (words == NULL) {
        return false;
    }
    seen->words = words;
    seen->word_capacity = wanted;
    seen->word_count = seen->word_count == 0 ? 1 : seen->word_count;
    return true;
}

static bool grow_buckets(struct linear_seen *seen, size_t max_bytes) {
    uint32_t wanted = seen->bucket_count == 0 ? FIRST_BUCKETS : seen->bucket_count * 2;
    if (wanted * sizeof(uint32_t) + seen->word_capacity * sizeof(uint64_t) > max_bytes) {
        return false;
    }
    uint32_t *buckets = calloc(wanted, sizeof *buckets);
    if (buckets == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < seen->bucket_count; i++) {
        uint32_t offset = seen->buckets[i];
        while (offset != 0) {
            uint64_t *entry = seen->words + offset;
            uint32_t next = (uint32_t)(entry[0] >> 32), hash = (uint32_t)entry[0];
            uint32_t *bucket = &buckets[hash & (wanted - 1)];
            entry[0] = (uint64_t)*bucket << 32 | hash;
            *bucket = offset;
            offset = next;
        }
    }
    free(seen->buckets);
    seen->buckets = buckets;
    seen->bucket_count = wanted;
    return true;
}

enum linear_seen_answer linear_seen_add(struct linear_seen *seen, const struct linear_configuration *configuration,
                                        size_t max_bytes, uint64_t *steps) {
    if (seen->entry_count >= seen->bucket_count && !grow_buckets(seen, max_bytes)) {
        return SEEN_FULL;
    }
    uint32_t hash = hash_of(seen, configuration);
    uint32_t *bucket = &seen->buckets[hash & (seen->bucket_count - 1)];
    for (uint32_t offset = *bucket; offset != 0;) {
        const uint64_t *entry = seen->words + offset;
        ++*steps;
        if ((uint32_t)entry[0] == hash && dominates(seen, entry, configuration)) {
            return SEEN_BEFORE;
        }
        offset = (uint32_t)(entry[0] >> 32);
    }
    size_t size = ENTRY_HEAD + (size_t)seen->open_words + configuration->used_words;
    if (seen->word_count + size > seen->word_capacity && !grow_words(seen, size, max_bytes)) {
        return SEEN_FULL;
    }
    uint64_t *entry = seen->words + seen->word_count;
    entry[0] = (uint64_t)*bucket << 32 | hash;
    entry[1] = (uint64_t)configuration->value;
    entry[2] = (uint64_t)configuration->passed << 32 | configuration->used_words;
    memcpy(entry + ENTRY_HEAD, configuration->open, seen->open_words * sizeof *entry);
    if (configuration->used_words > 0) {
        memcpy(entry + ENTRY_HEAD + seen->open_words, configuration->used, configuration->used_words * sizeof *entry);
    }
    *bucket = (uint32_t)seen->word_count;
    seen->word_count += size;
    seen->entry_count++;
    return SEEN_NEW;
}

size_t linear_seen_bytes(const struct linear_seen *seen) {
    return seen->word_capacity * sizeof *seen->words + seen->bucket_count * sizeof *seen->buckets;
}

void linear_seen_free(struct linear_seen *seen) {
    free(seen->words);
    free(seen->buckets);
    memset(seen, 0, sizeof *seen);
}
