/* Memory of a run: one address range per arena, handed out by a bump pointer and by free lists of size classes.
 *
 * An arena reserves its whole range when it is made, keeps it for life, and frees it in one step. Nothing that
 * belongs to a run lives elsewhere, so that a run can be copied and restored as bytes. Allocation in the event loop
 * goes through arena_alloc and arena_free, which reuse memory by size class and never call the system.
 *
 * What was handed out last grows where it is: an array that has an arena for itself never moves. */
#ifndef SIM_BASE_ARENA_H
#define SIM_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

enum { ARENA_CLASSES = 64 }; /* up to 64 GiB in one piece */

struct arena {
    uint8_t *base; /* start of the range; 64-byte aligned */
    size_t used;   /* bytes handed out so far, free lists included; all beyond is zero (who sets it back clears that) */
    size_t reserved;                 /* size of the range */
    const char *name;                /* for the report when it is exhausted */
    void *free_lists[ARENA_CLASSES]; /* each block begins with the address of the next; the rest of it is anything */
};

/* Reserves `bytes` of addresses (not of memory: pages come when they are touched). Ends the program with a report
 * when the system gives none. */
void arena_init(struct arena *arena, const char *name, size_t bytes);
void arena_free_all(struct arena *arena);

/* The same over `bytes` of zeroed memory that stay the caller's, aligned to 64: arena_free_all is not for it. */
void arena_init_at(struct arena *arena, const char *name, void *memory, size_t bytes);

/* What arena_init does for its range: addresses, near `hint` if they are free there (NULL: anywhere), all zero. The
 * hint is no more than that: who needs to know where it is looks at what comes back. Never NULL. */
void *arena_reserve(const char *name, void *hint, size_t bytes);
void arena_unreserve(void *memory, size_t bytes);

/* Calls `visit` for each free block of at least `least` bytes; nothing but its first pointer has a meaning. */
void arena_each_free(const struct arena *arena, size_t least, void (*visit)(void *context, void *block, size_t bytes),
                     void *context);

/* Zeroed (`bytes` of it), 16-byte aligned (64 for sizes of 64 and more); never NULL. Ends the program with a report
 * (exit 4) when the arena is exhausted. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Gives memory of `bytes` (the size it was asked with) back to its size class. */
void arena_free(struct arena *arena, void *memory, size_t bytes);

/* Changes the size of memory (NULL, of size 0, included), and moves it if need be; what is beyond the old size is zero.
 */
void *arena_grow(struct arena *arena, void *memory, size_t old_bytes, size_t new_bytes);

/* Makes room for element `count` of an array of `capacity` elements by doubling. Returns the array. */
void *arena_array_reserve(struct arena *arena, void *array, uint32_t count, uint32_t *capacity, size_t element);

char *arena_text(struct arena *arena, const char *text); /* a copy */
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
