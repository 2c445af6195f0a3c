/* Checked allocation. */
#include "sim/measure/heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void *must(void *memory) {
    if (memory == NULL) {
        fprintf(stderr, "spacelike: no memory left for the measures of a run\n");
        exit(4);
    }
    return memory;
}

void *heap_alloc(size_t count, size_t size) {
    return must(calloc(count > 0 ? count : 1, size));
}

void *heap_reserve(void *array, uint32_t count, uint32_t *capacity, size_t size) {
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 16 : *capacity * 2;
    return must(realloc(array, *capacity * size));
}

char *heap_format(const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *copy = heap_alloc((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(copy, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return copy;
}
