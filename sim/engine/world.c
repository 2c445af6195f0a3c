#include "sim/engine/world.h"

#include "sim/base/hash.h"
#include "sim/engine/internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of slots that are no events of a layer. */
enum { SLOT_TIMER = 254, SLOT_DEAD = 255 };

/* Where the first world of a process lies if nothing else does: the same addresses in every run help in a debugger. The
 * sanitizers' shadows and the usual places of programs and libraries are elsewhere; whoever objects moves it. */
#define USUAL_PLACE ((void *)(uintptr_t)UINT64_C(0x200000000000))

struct world *world_new(struct world_options options) {
    size_t state_bytes = options.state_bytes != 0 ? options.state_bytes : (size_t)16 << 30;
    size_t record_bytes = options.record_bytes != 0 ? options.record_bytes : (size_t)64 << 30;
    size_t inputs_bytes = state_bytes / 8 & ~(size_t)(SNAPSHOT_PAGE - 1);
    state_bytes = (state_bytes - inputs_bytes) & ~(size_t)(SNAPSHOT_PAGE - 1);
    size_t range = state_bytes + inputs_bytes + record_bytes;
    uint8_t *base = arena_reserve("the state of a run", USUAL_PLACE, range);
    struct arena state;
    arena_init_at(&state, "the state of a run", base, state_bytes);
    struct world *world = arena_alloc(&state, sizeof *world);
    world->state = state;
    world->range = range;
    world->stream_end = record_bytes;
    arena_init_at(&world->inputs, "the inputs of a run", base + state_bytes, inputs_bytes);
    world->options = options;
    world->slot_count = 1;
    world->hash = hash_mix(options.seed);
    queue_init(&world->queue, &world->state);
    return world;
}

void world_free(struct world *world) {
    if (world != NULL) {
        snapshots_free_all(world);
        arena_unreserve(world->state.base, world->range); /* the world itself lies in it */
    }
}

uint64_t world_seed(const struct world *world) {
    return world->options.seed;
}

sim_time world_now(const struct world *world) {
    return world->now;
}

struct arena *world_state(struct world *world) {
    return &world->state;
}

struct arena *world_inputs(struct world *world) {
    return &world->inputs;
}

struct arena *world_stream(struct world *world, const char *name) {
    assert(world->stream_count < WORLD_STREAMS);
    struct arena *stream = &world->streams[world->stream_count++];
    size_t bytes = world->stream_end / 2 & ~(size_t)(SNAPSHOT_PAGE - 1);
    world->stream_end -= bytes;
    arena_init_at(stream, name, world->inputs.base + world->inputs.reserved + world->stream_end, bytes);
    return stream;
}

void world_on(struct world *world, uint8_t kind, world_handler handler, void *context) {
    assert(kind < WORLD_EVENT_KINDS);
    world->handlers[kind] = handler;
    world->contexts[kind] = context;
}

void world_watch(struct world *world, world_watcher watcher, void *context) {
    world->outside.watcher = watcher;
    world->outside.watcher_context = context;
}

void world_on_save(struct world *world, world_saver saver, void *context) {
    assert(world->saver_count < WORLD_SAVERS);
    world->savers[world->saver_count] = saver;
    world->saver_contexts[world->saver_count++] = context;
}

/* ---- Slots and sequences ---- */

static void die_of(const char *what) {
    fprintf(stderr, "spacelike: a run is too large: %s\n", what);
    exit(4);
}

static uint32_t slot_take(struct world *world) {
    if (world->free_count > 0) {
        return world->free_slots[--world->free_count];
    }
    if (world->slot_count >= 1u << QUEUE_SLOT_BITS) {
        die_of("more than 16,777,215 events are waiting at the same time");
    }
    if (world->slot_count >= world->slot_capacity) {
        world->slots = arena_array_reserve(&world->state, world->slots, world->slot_count, &world->slot_capacity,
                                           sizeof *world->slots);
    }
    return world->slot_count++;
}

static void slot_release(struct world *world, uint32_t slot) {
    if (world->free_count >= world->free_capacity) {
        world->free_slots = arena_array_reserve(&world->state, world->free_slots, world->free_count,
                                                &world->free_capacity, sizeof *world->free_slots);
    }
    world->free_slots[world->free_count++] = slot;
}

static uint64_t sequence_take(struct world *world) {
    if (world->sequence >= UINT64_C(1) << QUEUE_SEQUENCE_BITS) {
        die_of("more than 1,099,511,627,775 events were scheduled");
    }
    return world->sequence++;
}

/* The place of a sequence among ties. With a salt, a bijection of 40 bits: odd multiplications and xor-shifts. */
static uint64_t tie_place(const struct world *world, uint64_t sequence) {
    if (world->options.tie_salt == 0) {
        return sequence;
    }
    const uint64_t mask = (UINT64_C(1) << QUEUE_SEQUENCE_BITS) - 1;
    uint64_t x = (sequence ^ hash_mix(world->options.tie_salt)) & mask;
    x = (x * UINT64_C(0x9e3779b97f4a7c15)) & mask;
    x ^= x >> 19;
    x = (x * UINT64_C(0xbf58476d1ce4e5b9)) & mask;
    return x ^ (x >> 21);
}

void world_schedule(struct world *world, sim_time at, struct event event) {
    assert(at >= world->now && event.kind < WORLD_EVENT_KINDS);
    uint32_t slot = slot_take(world);
    world->slots[slot] = event;
    queue_push(&world->queue, at, tie_place(world, sequence_take(world)), slot);
}

/* ---- Timers ---- */

void timer_init(struct timer *timer, uint8_t kind, uint32_t node, uint16_t small, uint64_t word) {
    *timer = (struct timer){.deadline = SIM_NEVER, .kind = kind, .node = node, .small = small, .word = word};
}

static void timer_enqueue(struct world *world, struct timer *timer) {
    timer->slot = slot_take(world);
    timer->queued_at = timer->deadline;
    timer->queued_sequence = timer->sequence;
    world->slots[timer->slot] = (struct event){.kind = SLOT_TIMER, .payload = timer};
    queue_push(&world->queue, timer->deadline, tie_place(world, timer->sequence), timer->slot);
}

static void timer_abandon_entry(struct world *world, struct timer *timer) {
    if (timer->slot != 0) {
        world->slots[timer->slot].kind = SLOT_DEAD;
        timer->slot = 0;
    }
}

/* True if the live entry leaves the queue no later than an entry at the timer's deadline and sequence would. */
static bool timer_is_covered(const struct world *world, const struct timer *timer) {
    return timer->slot != 0 && !world->options.eager_timers &&
           (timer->queued_at < timer->deadline ||
            (timer->queued_at == timer->deadline &&
             tie_place(world, timer->queued_sequence) <= tie_place(world, timer->sequence)));
}

void timer_arm(struct world *world, struct timer *timer, sim_time at) {
    assert(at >= world->now);
    timer->deadline = at;
    timer->sequence = sequence_take(world);
    if (!timer_is_covered(world, timer)) {
        timer_abandon_entry(world, timer);
        timer_enqueue(world, timer);
    }
}

void timer_cancel(struct timer *timer) {
    timer->deadline = SIM_NEVER;
}

void timer_forget(struct world *world, struct timer *timer) {
    timer->deadline = SIM_NEVER;
    timer_abandon_entry(world, timer);
}

static struct event timer_event(const struct timer *timer) {
    return (struct event){.kind = timer->kind, .small = timer->small, .node = timer->node, .word = timer->word};
}

/* The live entry of a timer left the queue. True if the timer fires now; the event is then in `event`. */
static bool timer_pop(struct world *world, struct timer *timer, struct event *event) {
    timer->slot = 0;
    if (timer->deadline == SIM_NEVER) {
        return false;
    }
    if (timer->deadline != timer->queued_at || timer->sequence != timer->queued_sequence) {
        timer_enqueue(world, timer);
        return false;
    }
    timer->deadline = SIM_NEVER;
    *event = timer_event(timer);
    return true;
}

/* ---- The loop ---- */

static uint64_t hash_event(uint64_t hash, sim_time now, const struct event *event) {
    uint64_t what =
        (uint64_t)event->node << 32 | (uint64_t)event->small << 16 | (uint64_t)event->flags << 8 | event->kind;
    return hash_mix(hash + (uint64_t)now * UINT64_C(0x9e3779b97f4a7c15)) ^
           hash_mix(what * UINT64_C(0xd6e8feb86659fd93) + event->word);
}

void world_each_pending(const struct world *world, world_visitor visit, void *context) {
    for (uint32_t i = 0; i < world->queue.count; i++) {
        const struct queue_entry *entry = queue_entry_at(&world->queue, i);
        const struct event *event = &world->slots[queue_entry_slot(entry)];
        if (event->kind == SLOT_TIMER) {
            const struct timer *timer = event->payload;
            struct event made = timer_event(timer);
            if (timer_is_armed(timer)) {
                visit(context, timer->deadline, tie_place(world, timer->sequence), &made);
            }
        } else if (event->kind != SLOT_DEAD) {
            visit(context, entry->time, queue_entry_sequence(entry), event);
        }
    }
}

/* Takes the slot's event out; false when nothing happens with this entry. */
static bool take_event(struct world *world, uint32_t slot, struct event *event) {
    *event = world->slots[slot];
    slot_release(world, slot);
    if (event->kind == SLOT_TIMER) {
        return timer_pop(world, event->payload, event);
    }
    return event->kind != SLOT_DEAD;
}

uint64_t world_run(struct world *world, sim_time until, uint64_t most) {
    uint64_t executed = 0;
    world->is_running = true;
    const struct queue_entry *next = queue_peek(&world->queue);
    world->is_interrupted = false;
    while (executed < most && !world->is_stopped && !world->is_interrupted && next != NULL && next->time <= until) {
        struct queue_entry entry;
        queue_pop(&world->queue, &entry);
        struct event event;
        if (take_event(world, queue_entry_slot(&entry), &event)) {
            world->now = entry.time;
            world->hash = hash_event(world->hash, entry.time, &event);
            world->events++;
            executed++;
            if (world->outside.watcher != NULL) {
                world->outside.watcher(world->outside.watcher_context, entry.time, &event, world->hash);
            }
            world->handlers[event.kind](world->contexts[event.kind], &event);
        }
        next = queue_peek(&world->queue);
    }
    if (!world->is_stopped && !world->is_interrupted && (next == NULL || next->time > until) && until != SIM_NEVER &&
        until > world->now) {
        world->now = until;
    }
    world->is_running = false;
    return executed;
}

void world_interrupt(struct world *world) {
    world->is_interrupted = true;
}

bool world_was_interrupted(const struct world *world) {
    return world->is_interrupted;
}

void world_stop(struct world *world) {
    world->is_stopped = true;
}

bool world_is_stopped(const struct world *world) {
    return world->is_stopped;
}

uint64_t world_events(const struct world *world) {
    return world->events;
}

uint64_t world_hash(const struct world *world) {
    return world->hash;
}

void world_fold(struct world *world, uint64_t word) {
    world->hash = hash_add(world->hash, word);
}
