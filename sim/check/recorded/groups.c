#include "sim/check/recorded/groups.h"

#include "sim/check/recorded/memory.h"

#include <stdlib.h>

struct groups groups_make(const uint32_t *keys, uint32_t count, uint32_t key_count) {
    struct groups groups = {.first = memory_alloc((size_t)key_count + 2, sizeof(uint32_t)),
                            .members = memory_alloc(count, sizeof(uint32_t)),
                            .count = key_count};
    uint32_t *first = groups.first; /* first[g + 1] is where group g goes on, and at the end where it ends */
    for (uint32_t i = 0; i < count; i++) {
        first[keys[i] + 2]++;
    }
    for (uint32_t g = 2; g <= key_count + 1; g++) {
        first[g] += first[g - 1];
    }
    for (uint32_t i = 0; i < count; i++) {
        groups.members[first[keys[i] + 1]++] = i;
    }
    return groups;
}

void groups_free(struct groups *groups) {
    free(groups->first);
    free(groups->members);
}

uint32_t groups_number(uint32_t *keys, uint32_t count) {
    uint32_t most = 0, number_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        most = keys[i] > most ? keys[i] : most;
    }
    uint32_t *numbers = memory_alloc((size_t)most + 1, sizeof *numbers); /* number + 1, or 0 */
    for (uint32_t i = 0; i < count; i++) {
        if (numbers[keys[i]] == 0) {
            numbers[keys[i]] = ++number_count;
        }
        keys[i] = numbers[keys[i]] - 1;
    }
    free(numbers);
    return number_count;
}
