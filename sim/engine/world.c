#include "sim/engine/world.h"

#include "sim/base/hash.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of slots that are no events of a layer. */
enum { SLOT_TIMER = 254, SLOT_DEAD = 255 };

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
    bool is_stopped;
    world_handler handlers[WORLD_EVENT_KINDS];
    void *contexts[WORLD_EVENT_KINDS];
    world_watcher watcher;
    void *watcher_context;
    struct world_options options;
    struct arena state, records;
};

struct world *world_new(struct world_options options) {
    struct arena state;
    arena_init(&state, "the state of a run", options.state_bytes != 0 ? options.state_bytes : (size_t)16 << 30);
    struct world *world = arena_alloc(&state, sizeof *world);
    world->state = state;
    arena_init(&world->records, "the history of a run",
               options.record_bytes != 0 ? options.record_bytes : (size_t)64 << 30);
    world->options = options;
    world->slot_count = 1;
    world->hash = hash_mix(options.seed);
    queue_init(&world->queue, &world->state);
    return world;
}

void world_free(struct world *world) {
    if (world != NULL) {
        arena_free_all(&world->records);
        struct arena state = world->state; /* the world itself lies in it */
        arena_free_all(&state);
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

struct arena *world_records(struct world *world) {
    return &world->records;
}

void world_on(struct world *world, uint8_t kind, world_handler handler, void *context) {
    assert(kind < WORLD_EVENT_KINDS);
    world->handlers[kind] = handler;
    world->contexts[kind] = context;
}

void world_watch(struct world *world, world_watcher watcher, void *context) {
    world->watcher = watcher;
    world->watcher_context = context;
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
    *event = (struct event){.kind = timer->kind, .small = timer->small, .node = timer->node, .word = timer->word};
    return true;
}

/* ---- The loop ---- */

static uint64_t hash_event(uint64_t hash, sim_time now, const struct event *event) {
    uint64_t what =
        (uint64_t)event->node << 32 | (uint64_t)event->small << 16 | (uint64_t)event->flags << 8 | event->kind;
    return hash_mix(hash + (uint64_t)now * UINT64_C(0x9e3779b97f4a7c15)) ^
           hash_mix(what * UINT64_C(0xd6e8feb86659fd93) + event->word);
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
    const struct queue_entry *next = queue_peek(&world->queue);
    while (executed < most && !world->is_stopped && next != NULL && next->time <= until) {
        struct queue_entry entry;
        queue_pop(&world->queue, &entry);
        struct event event;
        if (take_event(world, queue_entry_slot(&entry), &event)) {
            world->now = entry.time;
            world->hash = hash_event(world->hash, entry.time, &event);
            world->events++;
            executed++;
            if (world->watcher != NULL) {
                world->watcher(world->watcher_context, entry.time, &event, world->hash);
            }
            world->handlers[event.kind](world->contexts[event.kind], &event);
        }
        next = queue_peek(&world->queue);
    }
    if (!world->is_stopped && (next == NULL || next->time > until) && until != SIM_NEVER && until > world->now) {
        world->now = until;
    }
    return executed;
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
