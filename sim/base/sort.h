/* Sorting many things by a whole number, stably: those of one number keep their order. */
#ifndef SIM_BASE_SORT_H
#define SIM_BASE_SORT_H

#include <stdint.h>

struct sort_entry {
    uint64_t key;
    uint64_t what; /* goes where its key goes */
};

/* Ascending by key. `spare` has room for as many. A time that grows with `count` and the bytes in which keys differ: of
 * many entries much less than comparing them takes. */
void sort_entries(struct sort_entry *entries, struct sort_entry *spare, uint32_t count);

/* The key by which signed numbers ascend. */
static inline uint64_t sort_key_of(int64_t number) {
    return (uint64_t)number ^ (UINT64_C(1) << 63);
}

#endif
