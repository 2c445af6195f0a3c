#include "sim/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Size classes: 16, 32, 48, 64, 96, 128, 192, 256, ...: two a power of two, so that at most a third is wasted. */
static size_t class_bytes(unsigned class) {
    if (class < 4) {
        return 16 * (size_t)(class + 1);
    }
    unsigned power = (class - 4) / 2;
    return ((class - 4) % 2 == 0 ? (size_t)96 : (size_t)128) << power;
}

static unsigned class_of(size_t bytes) {
    if (bytes <= 64) {
        return bytes == 0 ? 0 : (unsigned)((bytes - 1) / 16);
    }
    unsigned power =
        63u - (unsigned)__builtin_clzll((unsigned long long)(bytes - 1)); /* 2^power < bytes <= 2^(power+1) */
    size_t half = (size_t)3 << (power - 1);
    return 4 + 2 * (power - 6) + (bytes <= half ? 0 : 1);
}

static void die(const struct arena *arena, size_t bytes) {
    fprintf(stderr, "spacelike: the memory for %s is exhausted: %zu bytes more do not fit in %zu of %zu\n", arena->name,
            bytes, arena->used, arena->reserved);
    exit(4);
}

void *arena_reserve(const char *name, void *hint, size_t bytes) {
    void *range = mmap(hint, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) {
        struct arena none = {.name = name, .reserved = bytes};
        die(&none, bytes);
    }
    return range;
}

void arena_unreserve(void *memory, size_t bytes) {
    munmap(memory, bytes);
}

void arena_init_at(struct arena *arena, const char *name, void *memory, size_t bytes) {
    memset(arena, 0, sizeof *arena);
    arena->name = name;
    arena->reserved = bytes;
    arena->base = memory;
}

void arena_init(struct arena *arena, const char *name, size_t bytes) {
    arena_init_at(arena, name, arena_reserve(name, NULL, bytes), bytes);
}

void arena_free_all(struct arena *arena) {
    if (arena->base != NULL) {
        arena_unreserve(arena->base, arena->reserved);
        arena->base = NULL;
    }
}

void *arena_alloc(struct arena *arena, size_t bytes) {
    unsigned class = class_of(bytes);
    if (class < ARENA_CLASSES && arena->free_lists[class] != NULL) {
        void *memory = arena->free_lists[class];
        memcpy(&arena->free_lists[class], memory, sizeof(void *));
        memset(memory, 0, bytes);
        return memory;
    }
    if (class >= ARENA_CLASSES) {
        die(arena, bytes);
    }
    size_t size = class_bytes(class);
    size_t alignment = size >= 64 ? 64 : 16;
    size_t start = (arena->used + alignment - 1) & ~(alignment - 1);
    if (start + size > arena->reserved) {
        die(arena, bytes);
    }
    arena->used = start + size;
    return arena->base + start; /* never used before, so still zero: what was comes from the free lists */
}

void arena_free(struct arena *arena, void *memory, size_t bytes) {
    if (memory == NULL) {
        return;
    }
    unsigned class = class_of(bytes);
    assert(class < ARENA_CLASSES); /* memory of that size was never handed out */
    memcpy(memory, &arena->free_lists[class], sizeof(void *));
    arena->free_lists[class] = memory;
}

void arena_each_free(const struct arena *arena, size_t least, void (*visit)(void *context, void *block, size_t bytes),
                     void *context) {
    for (unsigned class = class_of(least); class < ARENA_CLASSES; class ++) {
        void *block = arena->free_lists[class];
        while (block != NULL) {
            visit(context, block, class_bytes(class));
            memcpy(&block, block, sizeof(void *));
        }
    }
}

/* The last block makes room for more behind itself; false where it is not the last, or another alignment is due. */
static bool extend(struct arena *arena, void *memory, size_t old_bytes, size_t new_bytes) {
    unsigned old_class = class_of(old_bytes), new_class = class_of(new_bytes);
    if (new_class < old_class || new_class >= ARENA_CLASSES) {
        return false;
    }
    size_t start = (size_t)((uint8_t *)memory - arena->base), more = class_bytes(new_class) - class_bytes(old_class);
    if (start + class_bytes(old_class) != arena->used || more > arena->reserved - arena->used ||
        (new_bytes >= 64 && start % 64 != 0)) {
        return false;
    }
    arena->used += more;
    return true;
}

void *arena_grow(struct arena *arena, void *memory, size_t old_bytes, size_t new_bytes) {
    if (memory != NULL && new_bytes >= old_bytes && class_of(old_bytes) == class_of(new_bytes)) {
        memset((uint8_t *)memory + old_bytes, 0, new_bytes - old_bytes);
        return memory;
    }
    if (memory != NULL && extend(arena, memory, old_bytes, new_bytes)) {
        memset((uint8_t *)memory + old_bytes, 0, class_bytes(class_of(old_bytes)) - old_bytes); /* the rest is zero */
        return memory;
    }
    void *moved = arena_alloc(arena, new_bytes);
    if (memory != NULL) {
        memcpy(moved, memory, old_bytes < new_bytes ? old_bytes : new_bytes);
        arena_free(arena, memory, old_bytes);
    }
    return moved;
}

void *arena_array_reserve(struct arena *arena, void *array, uint32_t count, uint32_t *capacity, size_t element) {
    if (count < *capacity) {
        return array;
    }
    uint64_t wanted = *capacity < 8 ? 8 : (uint64_t)*capacity * 2;
    while (wanted <= count) {
        wanted *= 2;
    }
    if (wanted > UINT32_MAX) {
        wanted = UINT32_MAX; /* the last doubling of a 32-bit capacity; element UINT32_MAX itself has no room */
    }
    if (wanted <= count) {
        die(arena, (size_t)count * element);
    }
    array = arena_grow(arena, array, *capacity * element, wanted * element);
    *capacity = (uint32_t)wanted;
    return array;
}

char *arena_text(struct arena *arena, const char *text) {
    size_t length = strlen(text) + 1;
    return memcpy(arena_alloc(arena, length), text, length);
}

char *arena_format(struct arena *arena, const char *format, ...) {
    assert(format != NULL); /* gcc with the undefined behaviour sanitizer believes that it may be */
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        return arena_alloc(arena, 1); /* only for wide characters that cannot be encoded, which nobody prints here */
    }
    char *text = arena_alloc(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
