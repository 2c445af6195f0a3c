/* Snapshots as pages: the state is compared with an earlier snapshot page by page, and what differs is copied.
 *
 * The copies lie in a range of their own, outside of the world's, so that a restore cannot touch them. A page is
 * counted by the snapshots that share it. Pages inside a free block of the state's arena hold nothing and are left out.
 */
#include "sim/engine/snapshot.h"

#include "sim/engine/internal.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

/* Addresses for the pages of all snapshots of one world; as much again for what describes them. */
#define STORE_BYTES ((size_t)64 << 30)

/* All snapshots of a world; lies in its own arena. */
struct snapshots {
    struct arena arena;
    uint8_t *pages;
    uint32_t *counts; /* by page: snapshots that have it; of a free one: the next free page */
    uint32_t page_count, page_capacity;
    uint32_t free_page; /* 0: none; page 0 is never used */
    uint32_t used_pages;
};

/* Bytes that a saver named. */
struct kept {
    struct kept *next;
    void *memory;
    size_t bytes;
    uint64_t copy[];
};

struct snapshot {
    struct snapshots *store;
    sim_time at;
    size_t used;        /* bytes of the state's arena */
    size_t saved, made; /* pages: all, and those not shared with the one it is like */
    uint32_t *pages;    /* page_count of them; 0: left out */
    uint32_t page_count;
    struct kept *kept;
};

/* ---- Pages ---- */

static struct snapshots *store_of(struct world *world) {
    if (world->outside.snapshots == NULL) {
        struct arena arena;
        arena_init(&arena, "what describes snapshots", STORE_BYTES);
        struct snapshots *store = arena_alloc(&arena, sizeof *store);
        store->arena = arena;
        store->pages = arena_reserve("snapshots", NULL, STORE_BYTES);
        store->page_count = 1;
#ifdef MADV_HUGEPAGE
        madvise(store->pages, STORE_BYTES,
                MADV_HUGEPAGE); /* the first touch of a small page costs more than its copy */
#endif
        world->outside.snapshots = store;
    }
    return world->outside.snapshots;
}

void snapshots_free_all(struct world *world) {
    struct snapshots *store = world->outside.snapshots;
    if (store != NULL) {
        arena_unreserve(store->pages, STORE_BYTES);
        struct arena arena = store->arena; /* the store itself lies in it */
        arena_free_all(&arena);
    }
}

static uint8_t *page_at(const struct snapshots *store, uint32_t page) {
    return store->pages + (size_t)page * SNAPSHOT_PAGE;
}

static uint32_t page_new(struct snapshots *store, const uint8_t *bytes) {
    uint32_t page = store->free_page;
    if (page != 0) {
        store->free_page = store->counts[page];
    } else {
        assert(store->page_count < STORE_BYTES / SNAPSHOT_PAGE);
        store->counts = arena_array_reserve(&store->arena, store->counts, store->page_count, &store->page_capacity,
                                            sizeof *store->counts);
        page = store->page_count++;
    }
    store->counts[page] = 1;
    store->used_pages++;
    memcpy(page_at(store, page), bytes, SNAPSHOT_PAGE);
    return page;
}

static void page_release(struct snapshots *store, uint32_t page) {
    if (page != 0 && --store->counts[page] == 0) {
        store->counts[page] = store->free_page;
        store->free_page = page;
        store->used_pages--;
    }
}

/* ---- Saving ---- */

/* Of a free block only the first pointer has a meaning: the pages behind the one with it can be left out. */
struct leaving_out {
    struct snapshot *snapshot;
    const uint8_t *base;
};

static void leave_out(void *context, void *block, size_t bytes) {
    const struct leaving_out *leaving = context;
    size_t start = (size_t)((uint8_t *)block - leaving->base) + sizeof(void *);
    size_t end = (start - sizeof(void *) + bytes) / SNAPSHOT_PAGE;
    for (size_t page = (start + SNAPSHOT_PAGE - 1) / SNAPSHOT_PAGE; page < end; page++) {
        leaving->snapshot->pages[page] = UINT32_MAX;
    }
}

static void save_page(struct snapshot *snapshot, uint32_t index, const uint8_t *bytes, const struct snapshot *like) {
    struct snapshots *store = snapshot->store;
    uint32_t theirs = like != NULL && index < like->page_count ? like->pages[index] : 0;
    if (theirs != 0 && memcmp(page_at(store, theirs), bytes, SNAPSHOT_PAGE) == 0) {
        store->counts[theirs]++;
        snapshot->pages[index] = theirs;
    } else {
        snapshot->pages[index] = page_new(store, bytes);
        snapshot->made++;
    }
    snapshot->saved++;
}

struct snapshot *world_save(struct world *world, const struct snapshot *like) {
    assert(!world->is_running);
    struct snapshots *store = store_of(world);
    assert(like == NULL || like->store == store);
    struct snapshot *snapshot = arena_alloc(&store->arena, sizeof *snapshot);
    snapshot->store = store;
    snapshot->at = world->now;
    snapshot->used = world->state.used;
    snapshot->page_count = (uint32_t)((world->state.used + SNAPSHOT_PAGE - 1) / SNAPSHOT_PAGE);
    snapshot->pages = arena_alloc(&store->arena, snapshot->page_count * sizeof *snapshot->pages);
    struct leaving_out leaving = {snapshot, world->state.base};
    arena_each_free(&world->state, SNAPSHOT_PAGE, leave_out, &leaving);
    for (uint32_t i = 0; i < snapshot->page_count; i++) {
        if (snapshot->pages[i] == UINT32_MAX) {
            snapshot->pages[i] = 0;
        } else {
            save_page(snapshot, i, world->state.base + (size_t)i * SNAPSHOT_PAGE, like);
        }
    }
    for (uint32_t i = 0; i < world->saver_count; i++) {
        world->savers[i](world->saver_contexts[i], snapshot);
    }
    return snapshot;
}

void snapshot_keep(struct snapshot *snapshot, void *memory, size_t bytes) {
    struct kept *kept = arena_alloc(&snapshot->store->arena, sizeof *kept + bytes);
    kept->next = snapshot->kept;
    kept->memory = memory;
    kept->bytes = bytes;
    memcpy(kept->copy, memory, bytes);
    snapshot->kept = kept;
}

void snapshot_free(struct snapshot *snapshot) {
    if (snapshot == NULL) {
        return;
    }
    struct snapshots *store = snapshot->store;
    for (uint32_t i = 0; i < snapshot->page_count; i++) {
        page_release(store, snapshot->pages[i]);
    }
    while (snapshot->kept != NULL) {
        struct kept *kept = snapshot->kept;
        snapshot->kept = kept->next;
        arena_free(&store->arena, kept, sizeof *kept + kept->bytes);
    }
    arena_free(&store->arena, snapshot->pages, snapshot->page_count * sizeof *snapshot->pages);
    arena_free(&store->arena, snapshot, sizeof *snapshot);
}

/* ---- Restoring ---- */

/* An arena was set back: what it had handed out beyond is to be as if it never had. */
static void clear_beyond(const struct arena *arena, size_t was_used) {
    if (was_used > arena->used) {
        memset(arena->base + arena->used, 0, was_used - arena->used);
    }
}

void world_restore(struct world *world, const struct snapshot *snapshot) {
    assert(!world->is_running && snapshot->store == world->outside.snapshots);
    size_t state_used = world->state.used, inputs_used = world->inputs.used;
    struct arena streams[WORLD_STREAMS];
    memcpy(streams, world->streams, sizeof streams);
    struct world_outside outside = world->outside;
    for (uint32_t i = 0; i < snapshot->page_count; i++) {
        if (snapshot->pages[i] != 0) {
            memcpy(world->state.base + (size_t)i * SNAPSHOT_PAGE, page_at(snapshot->store, snapshot->pages[i]),
                   SNAPSHOT_PAGE);
        }
    }
    world->outside = outside;
    clear_beyond(&world->state, state_used);
    clear_beyond(&world->inputs, inputs_used);
    for (uint32_t i = 0; i < WORLD_STREAMS; i++) {
        size_t stream_used = streams[i].used; /* of one that was made since, all is beyond */
        streams[i].used = world->streams[i].used;
        clear_beyond(&streams[i], stream_used);
    }
    for (const struct kept *kept = snapshot->kept; kept != NULL; kept = kept->next) {
        memcpy(kept->memory, kept->copy, kept->bytes);
    }
}

/* ---- Looking ---- */

sim_time snapshot_at(const struct snapshot *snapshot) {
    return snapshot->at;
}

size_t snapshot_bytes(const struct snapshot *snapshot) {
    return snapshot->saved * SNAPSHOT_PAGE;
}

size_t snapshot_own_bytes(const struct snapshot *snapshot) {
    return snapshot->made * SNAPSHOT_PAGE;
}

size_t world_snapshot_bytes(const struct world *world) {
    const struct snapshots *store = world->outside.snapshots;
    return store != NULL ? (size_t)store->used_pages * SNAPSHOT_PAGE : 0;
}
