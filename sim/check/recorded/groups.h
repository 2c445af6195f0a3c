/* Sorting of numbered things into groups by key, in the order in which they come: stable, and the same everywhere. */
#ifndef SIM_CHECK_RECORDED_GROUPS_H
#define SIM_CHECK_RECORDED_GROUPS_H

#include <stdint.h>

struct groups {
    uint32_t *first;   /* of group g: members[first[g]] to members[first[g + 1] - 1] */
    uint32_t *members; /* numbers of the things, in order within a group */
    uint32_t count;    /* of groups */
};

/* Things 0 to `count` - 1 with keys below `key_count`; group g is key g. */
struct groups groups_make(const uint32_t *keys, uint32_t count, uint32_t key_count);
void groups_free(struct groups *groups);

/* Gives the keys numbers from 0 in the order of their first occurrence, in place. Returns how many there are. */
uint32_t groups_number(uint32_t *keys, uint32_t count);

#endif
