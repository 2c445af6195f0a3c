#include "sim/check/recorded/memory.h"

#include <stdio.h>
#include <stdlib.h>

static void *or_end(void *memory, size_t count, size_t size) {
    if (memory == NULL) {
        fprintf(stderr, "spacelike: no memory for %zu items of %zu bytes to judge a history with\n", count, size);
        exit(4);
    }
    return memory;
}

void *memory_alloc(size_t count, size_t size) {
    return or_end(calloc(count > 0 ? count : 1, size), count, size);
}

void *memory_reserve(void *array, uint32_t count, uint32_t *capacity, size_t size) {
    if (count < *capacity) {
        return array;
    }
    size_t more = *capacity < 16 ? 32 : (size_t)*capacity * 2;
    more = more > UINT32_MAX ? UINT32_MAX : more;
    if (count >= more) {
        or_end(NULL, more, size);
    }
    array = or_end(realloc(array, more * size), more, size);
    *capacity = (uint32_t)more;
    return array;
}
