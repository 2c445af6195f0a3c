/* Snapshots of a world: saved at a moment, restored as often as one likes. They serve time travel and what-if branches.
 *
 * A snapshot restores into its own world, in its own process. Everything that happened since is undone, chance
 * included: what happens next is what happened after the save, event for event. So, to try something:
 *
 *     struct snapshot *now = world_save(world, NULL);
 *     world_run(world, until, UINT64_MAX);           what would be
 *     world_restore(world, now);
 *     ... change something, and run again: what would be then
 *
 * Saved are the bytes in use of the state (free blocks of the arena are left out), the length of each stream, and what
 * savers name with snapshot_keep. Pages that are the same in an earlier snapshot are shared with it, so a row of
 * snapshots costs what changed between them. Not saved: inputs, and whatever lies outside of the world's range. Who
 * keeps notes of a world elsewhere (a watcher, an observer with a context of its own) has to put them back too.
 *
 * None of this is called from a handler, watcher or observer: between two calls of world_run. */
#ifndef SIM_ENGINE_SNAPSHOT_H
#define SIM_ENGINE_SNAPSHOT_H

#include "sim/engine/world.h"

struct snapshot; /* belongs to its world, and ends with it at the latest */

/* `like`: an earlier snapshot of this world with which to share what is the same; NULL: none. Costs about the time of
 * reading the state once. */
struct snapshot *world_save(struct world *world, const struct snapshot *like);

/* The snapshot stays as it is. The watcher stays as it is, too: who looks is no part of the world. */
void world_restore(struct world *world, const struct snapshot *snapshot);

void snapshot_free(struct snapshot *snapshot); /* NULL is allowed; in any order */

sim_time snapshot_at(const struct snapshot *snapshot);
size_t snapshot_bytes(const struct snapshot *snapshot);     /* of the state, as it was saved */
size_t snapshot_own_bytes(const struct snapshot *snapshot); /* of them not shared with the one it is like */
size_t world_snapshot_bytes(const struct world *world);     /* of all that it has, shared ones once */

/* For savers: `bytes` at `memory`, in a stream, as they are now. */
void snapshot_keep(struct snapshot *snapshot, void *memory, size_t bytes);

#endif
