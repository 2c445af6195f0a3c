/* The configurations that a search has left behind as dead ends, or stands on.
 *
 * A configuration is (completions passed, open steps placed, value, pending operations used). All steps that completed
 * before the first unplaced completion are placed, so a bit for each open one is enough: an entry takes a few words
 * however long the history is. A configuration that used more pending operations than a known one, all else being
 * equal, can do nothing that the known one cannot; so it counts as seen. */
#ifndef SIM_CHECK_LINEAR_SEEN_H
#define SIM_CHECK_LINEAR_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linear_configuration {
    uint32_t passed;
    int64_t value;
    const uint64_t *open; /* open_words of the set */
    const uint64_t *used; /* used_words, the last of them not zero */
    uint32_t used_words;
};

struct linear_seen {
    uint64_t *words; /* entries, one after another; offset 0 is no entry */
    size_t word_count, word_capacity;
    uint32_t *buckets; /* offset of the newest entry of the bucket */
    uint32_t bucket_count, entry_count;
    uint32_t open_words;
};

enum linear_seen_answer { SEEN_NEW, SEEN_BEFORE, SEEN_FULL };

/* Adds the configuration unless it is dominated. `*steps` grows by the entries compared. SEEN_FULL: no memory, or more
 * than `max_bytes` would be in use. */
enum linear_seen_answer linear_seen_add(struct linear_seen *seen, const struct linear_configuration *configuration,
                                        size_t max_bytes, uint64_t *steps);
size_t linear_seen_bytes(const struct linear_seen *seen);
void linear_seen_free(struct linear_seen *seen);

#endif
