/* Radix sort from the least significant byte on; bytes in which all keys agree cost nothing. Few entries are inserted
 * one by one. */
#include "sim/base/sort.h"

#include <string.h>

enum { FEW = 40, DIGITS = 256 };

static void insert_all(struct sort_entry *entries, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct sort_entry entry = entries[i];
        uint32_t at = i;
        for (; at > 0 && entries[at - 1].key > entry.key; at--) {
            entries[at] = entries[at - 1];
        }
        entries[at] = entry;
    }
}

/* From one array to the other by the byte at `shift`. */
static void distribute(const struct sort_entry *from, struct sort_entry *to, uint32_t count, unsigned shift) {
    uint32_t next[DIGITS] = {0}, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        next[from[i].key >> shift & (DIGITS - 1)]++;
    }
    for (uint32_t digit = 0; digit < DIGITS; digit++) {
        uint32_t of_digit = next[digit];
        next[digit] = sum;
        sum += of_digit;
    }
    for (uint32_t i = 0; i < count; i++) {
        to[next[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
    }
}

void sort_entries(struct sort_entry *entries, struct sort_entry *spare, uint32_t count) {
    if (count < FEW) {
        insert_all(entries, count);
        return;
    }
    uint64_t differing = 0;
    for (uint32_t i = 1; i < count; i++) {
        differing |= entries[i].key ^ entries[0].key;
    }
    struct sort_entry *from = entries, *to = spare;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((differing >> shift & (DIGITS - 1)) != 0) {
            distribute(from, to, count, shift);
            struct sort_entry *sorted = to;
            to = from;
            from = sorted;
        }
    }
    if (from != entries) {
        memcpy(entries, from, count * sizeof *entries);
    }
}
