#include "sim/load/arrivals.h"

#include "sim/base/maths.h"

static double ramp_factor(const struct workload_config *workload, sim_time at) {
    if (workload->ramp_count == 0) {
        return 1;
    }
    const struct ramp_point *ramp = workload->ramp;
    uint32_t next = 0;
    while (next < workload->ramp_count && ramp[next].at <= at) {
        next++;
    }
    if (next == 0) {
        return ramp[0].factor;
    }
    if (next == workload->ramp_count) {
        return ramp[next - 1].factor;
    }
    double share = (double)(at - ramp[next - 1].at) / (double)(ramp[next].at - ramp[next - 1].at);
    return ramp[next - 1].factor + share * (ramp[next].factor - ramp[next - 1].factor);
}

double arrivals_factor(const struct workload_config *workload, const struct load_config *config, sim_time at) {
    double factor = ramp_factor(workload, at);
    for (uint32_t i = 0; i < config->phase_count; i++) {
        const struct phase_config *phase = &config->phases[i];
        if (at >= phase->at && at - phase->at < phase->length) {
            factor *= phase->rate;
        }
    }
    return factor;
}

/* Phases that slow down are left out, so that the most of any moment is that of some phase's start. */
static double phases_most(const struct load_config *config) {
    double most = 1;
    for (uint32_t i = 0; i < config->phase_count; i++) {
        double product = 1;
        for (uint32_t k = 0; k < config->phase_count; k++) {
            const struct phase_config *phase = &config->phases[k];
            sim_time at = config->phases[i].at;
            product *= phase->rate > 1 && at >= phase->at && at - phase->at < phase->length ? phase->rate : 1;
        }
        most = product > most ? product : most;
    }
    return most;
}

double arrivals_most(const struct workload_config *workload, const struct load_config *config) {
    double most = workload->ramp_count == 0 ? 1 : 0;
    for (uint32_t i = 0; i < workload->ramp_count; i++) {
        most = workload->ramp[i].factor > most ? workload->ramp[i].factor : most;
    }
    return most * phases_most(config);
}

/* Thinning (Lewis and Shedler 1979): candidates come at the highest rate, and each is kept with chance rate over
 * highest rate. */
static sim_time next_poisson(const struct workload_config *workload, const struct load_config *config, sim_time before,
                             uint64_t key, uint64_t *number) {
    double most = arrivals_most(workload, config);
    double rate = workload->rate * most / workload->clients;
    if (rate <= 0) {
        return SIM_NEVER;
    }
    struct dist gap = {.kind = DIST_EXPONENTIAL, .a = 1e9 / rate};
    sim_time at = before;
    while (at < config->duration) {
        struct draw draw = draw_at(key, (*number)++);
        at += dist_draw(&gap, &draw) + (rate > 1e9); /* a nanosecond at least, or the time would stand still */
        if (draw_unit(&draw) * most < arrivals_factor(workload, config, at)) {
            return at;
        }
    }
    return SIM_NEVER;
}

/* The next time after `at` at which the factor changes its slope or jumps; SIM_NEVER: none. */
static sim_time next_bend(const struct workload_config *workload, const struct load_config *config, sim_time at) {
    sim_time next = SIM_NEVER;
    for (uint32_t i = 0; i < workload->ramp_count; i++) {
        next = workload->ramp[i].at > at && workload->ramp[i].at < next ? workload->ramp[i].at : next;
    }
    for (uint32_t i = 0; i < config->phase_count; i++) {
        sim_time start = config->phases[i].at, length = config->phases[i].length;
        sim_time end = length < SIM_NEVER - start ? start + length : SIM_NEVER;
        next = start > at && start < next ? start : next;
        next = end > at && end < next ? end : next;
    }
    return next;
}

/* The time at which the integral of the factor from `at` on reaches `wanted`, stretch by stretch; within one the factor
 * is linear, so the time solves a quadratic equation. */
static sim_time integrate(const struct workload_config *workload, const struct load_config *config, sim_time at,
                          double wanted) {
    while (at < config->duration) {
        sim_time bend = next_bend(workload, config, at);
        sim_time end = bend < config->duration ? bend : config->duration;
        double low = arrivals_factor(workload, config, at), high = arrivals_factor(workload, config, end - 1);
        double length = (double)(end - at), area = (low + high) / 2 * length;
        if (area > 0 && wanted <= area) {
            double slope = (high - low) / length;
            double root = low * low + 2 * slope * wanted;
            double wait = 2 * wanted / (low + maths_sqrt(root > 0 ? root : 0));
            return wanted > 0 ? at + (sim_time)(wait + 0.5) : at;
        }
        wanted -= area;
        at = end;
    }
    return SIM_NEVER;
}

/* Evenly spaced over the workload, closer where the rate is higher; the clients take turns. */
static sim_time next_uniform(const struct workload_config *workload, const struct load_config *config, uint32_t client,
                             sim_time before, uint64_t *number) {
    double gap = 1e9 / workload->rate;
    return integrate(workload, config, before, (*number)++ == 0 ? gap * client : gap * workload->clients);
}

sim_time arrivals_next(const struct workload_config *workload, const struct load_config *config, uint32_t client,
                       sim_time before, uint64_t key, uint64_t *number) {
    switch (workload->arrivals) {
    case ARRIVALS_POISSON:
        return next_poisson(workload, config, before, key, number);
    case ARRIVALS_UNIFORM:
        return next_uniform(workload, config, client, before, number);
    case ARRIVALS_TRACE: {
        uint64_t index = client + (*number)++ * workload->clients;
        while (index < workload->trace_count && workload->trace[index] < workload->from) {
            index = client + (*number)++ * workload->clients;
        }
        return index < workload->trace_count ? workload->trace[index] : SIM_NEVER;
    }
    default:
        return SIM_NEVER;
    }
}
