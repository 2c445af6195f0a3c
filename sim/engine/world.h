/* A world: time, the event queue, timers and the trace hash of one simulated run. It knows no node and no network.
 *
 * Layers above give each kind of event a handler, and schedule events. The loop takes the first event of the queue,
 * sets the time, folds the event's integers into the trace hash and calls the handler. Events at the same time happen
 * in the order in which they were scheduled (unless the run has a tie salt). One world is used by one thread; several
 * may live in one process.
 */
#ifndef SIM_ENGINE_WORLD_H
#define SIM_ENGINE_WORLD_H

#include "sim/base/arena.h"
#include "sim/engine/queue.h"
#include "sim/spacelike.h"

enum { WORLD_EVENT_KINDS = 64 };

/* What happens. The integers are folded into the trace hash; the pointer is not. */
struct event {
    uint8_t kind;   /* index of the handler */
    uint8_t flags;  /* as the kind says */
    uint16_t small; /* as the kind says */
    uint32_t node;  /* the endpoint it happens at, or NODE_NONE */
    uint64_t word;  /* as the kind says */
    void *payload;  /* owned by the event until its handler runs */
};

/* A timer has at most one live entry in the queue, however often it is re-armed.
 *
 * Arming draws a sequence, as scheduling an event would. A new entry is queued only if the new deadline comes before
 * the queued one; else the queued entry fires early, finds that the timer is due later, and puts itself back at the
 * deadline with the sequence drawn at arming. So every timer fires at the place in the order that an eager
 * queue would give it. Early firings are no events: they are neither hashed nor counted. */
struct timer {
    sim_time deadline;  /* SIM_NEVER when not armed */
    uint64_t sequence;  /* drawn at arming */
    sim_time queued_at; /* time and sequence of the live entry; valid if slot is not 0 */
    uint64_t queued_sequence;
    uint32_t slot;  /* of the live entry; 0: none */
    uint32_t node;  /* becomes the event's node */
    uint16_t small; /* becomes the event's small */
    uint8_t kind;   /* becomes the event's kind */
    uint64_t word;  /* becomes the event's word */
};

struct world; /* lives in its own state arena */

typedef void (*world_handler)(void *context, const struct event *event);

/* Told of every event before its handler runs, with the trace hash after it. */
typedef void (*world_watcher)(void *context, sim_time now, const struct event *event, uint64_t hash);

struct world_options {
    uint64_t seed;
    uint64_t tie_salt;   /* 0: ties in the order of scheduling */
    size_t state_bytes;  /* addresses reserved for state and inputs, an eighth of them for inputs; 0: 16 GiB */
    size_t record_bytes; /* addresses reserved for all streams; 0: 64 GiB */
    bool eager_timers;   /* queue every arming: the reference that tests compare the lazy timers with */
};

struct world *world_new(struct world_options options);
void world_free(struct world *world);

uint64_t world_seed(const struct world *world);
sim_time world_now(const struct world *world);
struct arena *world_state(struct world *world);
struct arena *world_inputs(struct world *world);

enum { WORLD_STREAMS = 8 };

/* A new stream, for one array that only grows at its end: it never moves. Of the addresses for streams it gets half of
 * what is left. At most WORLD_STREAMS. An element that is written again after it was appended has to be named at every
 * save (snapshot_keep). */
struct arena *world_stream(struct world *world, const char *name);

void world_on(struct world *world, uint8_t kind, world_handler handler, void *context);
void world_watch(struct world *world, world_watcher watcher, void *context); /* NULL: nobody */

/* Called by world_save, of which it is told the snapshot; at most WORLD_SAVERS of them. */
struct snapshot;
enum { WORLD_SAVERS = 8 };
typedef void (*world_saver)(void *context, struct snapshot *snapshot);
void world_on_save(struct world *world, world_saver saver, void *context);

/* `at` is not before now. */
void world_schedule(struct world *world, sim_time at, struct event event);

void timer_init(struct timer *timer, uint8_t kind, uint32_t node, uint16_t small, uint64_t word);
void timer_arm(struct world *world, struct timer *timer, sim_time at);
void timer_cancel(struct timer *timer);
void timer_forget(struct world *world,
                  struct timer *timer); /* cancels, and lets the timer's memory be used for something else */
static inline bool timer_is_armed(const struct timer *timer) {
    return timer->deadline != SIM_NEVER;
}

/* Executes events up to and including time `until`, then sets the time to `until` (never back); stops early after
 * `most` events (UINT64_MAX: no bound), at world_stop, or when nothing is left. Returns the number of events executed.
 */
uint64_t world_run(struct world *world, sim_time until, uint64_t most);
void world_stop(struct world *world); /* after the current event */
bool world_is_stopped(const struct world *world);

/* Visits what is to happen, for those who look: each event, and each armed timer as the event that it becomes. In no
 * order: `at` and then `order` give the one in which things happen if nothing else comes between. */
typedef void (*world_visitor)(void *context, sim_time at, uint64_t order, const struct event *event);
void world_each_pending(const struct world *world, world_visitor visit, void *context);

/* The present world_run returns after the current event, with the time as it is; another may follow. */
void world_interrupt(struct world *world);
bool world_was_interrupted(const struct world *world); /* the last world_run was */

uint64_t world_events(const struct world *world); /* executed so far */
uint64_t world_hash(const struct world *world);
void world_fold(struct world *world, uint64_t word); /* adds a word to the trace hash: a result, a probe */

#endif
