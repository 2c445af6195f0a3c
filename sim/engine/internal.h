/* What the files of this folder share. Not for other folders. */
#ifndef SIM_ENGINE_INTERNAL_H
#define SIM_ENGINE_INTERNAL_H

#include "sim/engine/world.h"

enum { SNAPSHOT_PAGE = 4096 }; /* what snapshots share among each other; a multiple of the alignment of arenas */

/* What is not part of the simulated world: a restore leaves it as it is. */
struct world_outside {
    world_watcher watcher;
    void *watcher_context;
    struct snapshots *snapshots; /* NULL before the first save */
};

struct world {
    sim_time now;
    uint64_t sequence; /* the next to be drawn */
    uint64_t hash;
    uint64_t events;
    struct queue queue;
    struct event *slots; /* what happens, by the slot of a queue entry; slot 0 is never used */
    uint32_t slot_count, slot_capacity;
    uint32_t *free_slots; /* a stack */
    uint32_t free_count, free_capacity;
    bool is_stopped, is_interrupted;
    world_handler handlers[WORLD_EVENT_KINDS];
    void *contexts[WORLD_EVENT_KINDS];
    world_saver savers[WORLD_SAVERS];
    void *saver_contexts[WORLD_SAVERS];
    uint32_t saver_count;
    struct world_options options;
    struct arena state, inputs, streams[WORLD_STREAMS];
    uint32_t stream_count;
    size_t stream_end; /* bytes of the last part of the range that no stream has yet */
    size_t range;      /* bytes of all */
    bool is_running;   /* inside world_run */
    struct world_outside outside;
};

/* Frees all snapshots of a world. */
void snapshots_free_all(struct world *world);

#endif
