/* Two clocks a node: a monotonic one that runs fast or slow, and a wall clock that is the monotonic one plus an
 * offset. Integer arithmetic throughout; a rate is in parts per billion. */
#include "sim/machine/internal.h"

void clock_init(struct clock *clock, const struct system_config *system, uint32_t index) {
    *clock = (struct clock){0};
    if (system->clock_drifts != NULL) {
        clock->own_ppb = (int64_t)(system->clock_drifts[index] * 1000.0);
        clock->rate_ppb = clock->own_ppb;
    }
    if (system->clock_offsets != NULL) {
        clock->wall_offset = system->clock_offsets[index];
    }
}

/* passed * ppb / 10^9, truncated. A division of 128 bits takes longer than all else here, and hardly ever is needed. */
static sim_time drift_of(sim_time passed, int64_t ppb) {
    int64_t product;
    if (__builtin_mul_overflow(passed, ppb, &product)) {
        return (sim_time)((__int128)passed * ppb / 1000000000);
    }
    return product / 1000000000;
}

sim_time clock_local(const struct clock *clock, sim_time now) {
    sim_time passed = now - clock->base_true;
    return clock->base_local + passed + drift_of(passed, clock->rate_ppb);
}

sim_time clock_true_delay(const struct clock *clock, sim_time local_delay) {
    if (clock->rate_ppb == 0 || local_delay <= 0) {
        return local_delay < 0 ? 0 : local_delay;
    }
    const __int128 rate = (__int128)1000000000 + clock->rate_ppb;
    const __int128 delay = ((__int128)local_delay * 1000000000 + rate - 1) / rate;
    return delay < SIM_NEVER ? (sim_time)delay : SIM_NEVER - 1;
}

void clock_set_rate(struct clock *clock, sim_time now, int64_t ppb) {
    clock->base_local = clock_local(clock, now);
    clock->base_true = now;
    clock->rate_ppb = ppb;
}

void node_set_clock_rate(struct node *node, int64_t ppb) {
    struct world *world = node->cluster->world;
    sim_time now = world_now(world);
    clock_set_rate(&node->clock, now, ppb);
    const char *const *timers = node->system->model->timers;
    for (uint32_t i = 0; node->is_up && timers != NULL && timers[i] != NULL; i++) {
        if (timer_is_armed(&node->timers[i])) {
            sim_time left = node->timer_locals[i] - clock_local(&node->clock, now);
            timer_arm(world, &node->timers[i], time_add(now, clock_true_delay(&node->clock, left)));
        }
    }
}
