#include "sim/load/arrivals.h"

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

double arrivals_most(const struct workload_config *workload, const struct load_config *config) {
    double most = workload->ramp_count == 0 ? 1 : 0;
    for (uint32_t i = 0; i < workload->ramp_count; i++) {
        most = workload->ramp[i].factor > most ? workload->ramp[i].factor : most;
    }
    for (uint32_t i = 0; i < config->phase_count; i++) {
        most *= config->phases[i].rate > 1 ? config->phases[i].rate : 1;
    }
    return most;
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
        at += dist_draw(&gap, &draw);
        if (draw_unit(&draw) * most < arrivals_factor(workload, config, at)) {
            return at;
        }
    }
    return SIM_NEVER;
}

/* Evenly spaced over the workload; the clients take turns. */
static sim_time next_uniform(const struct workload_config *workload, const struct load_config *config, uint32_t client,
                             sim_time before, uint64_t *number) {
    double gap = 1e9 / workload->rate;
    if ((*number)++ == 0) {
        return before + (sim_time)(gap * client + 0.5);
    }
    double factor = arrivals_factor(workload, config, before);
    double wait = gap * workload->clients / (factor > 1e-6 ? factor : 1e-6);
    return wait < 9e18 - (double)before ? before + (sim_time)(wait + 0.5) : SIM_NEVER;
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
        return index < workload->trace_count ? workload->trace[index] : SIM_NEVER;
    }
    default:
        return SIM_NEVER;
    }
}
