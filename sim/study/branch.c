#include "sim/study/branch.h"

#include <string.h>

static bool is_same_population(const struct scenario *a, const struct scenario *b) {
    bool is_same = a->node_count == b->node_count && a->endpoint_count == b->endpoint_count &&
                   a->system_count == b->system_count && a->workload_count == b->workload_count &&
                   a->phase_count == b->phase_count && a->network.region_count == b->network.region_count &&
                   a->duration == b->duration && a->warmup == b->warmup && a->seed == b->seed;
    for (uint32_t i = 0; is_same && i < a->workload_count; i++) {
        is_same = a->workloads[i].clients == b->workloads[i].clients && a->workloads[i].kind == b->workloads[i].kind;
    }
    for (uint32_t i = 0; is_same && i < a->system_count; i++) {
        is_same = a->systems[i].model == b->systems[i].model && a->systems[i].nodes == b->systems[i].nodes &&
                  a->systems[i].cores == b->systems[i].cores;
    }
    return is_same;
}

/* Names decide a fault's chance, and those that nobody gave depend on the others. */
static bool keeps_faults(const struct scenario *scenario, const struct scenario *from, sim_time now,
                         struct text *error) {
    for (uint32_t i = 0; i < from->fault_count; i++) {
        if (i >= scenario->fault_count || strcmp(scenario->faults[i].name, from->faults[i].name) != 0) {
            text_add(error, "a fault of the scenario is called %s already; expected another name\n",
                     from->faults[i].name);
            return false;
        }
    }
    for (uint32_t i = from->fault_count; i < scenario->fault_count; i++) {
        if (scenario->faults[i].at < now) {
            text_add(error, "the fault %s begins before the branch; expected a later time\n", scenario->faults[i].name);
            return false;
        }
    }
    return true;
}

bool run_change(struct run *run, const struct scenario *scenario, struct text *error) {
    const struct scenario *from = run->scenario;
    if (!is_same_population(scenario, from)) {
        text_add(error, "a branch has the machines, clients and times of its run\n");
        return false;
    }
    if (!keeps_faults(scenario, from, world_now(run->world), error)) {
        return false;
    }
    struct arena *arena = world_state(run->world);
    struct cluster_config *cluster = arena_alloc(arena, sizeof *cluster);
    *cluster = *cluster_configuration(run->cluster);
    cluster->network = &scenario->network;
    cluster->systems = scenario->systems;
    cluster->faults = scenario->faults;
    cluster->fault_count = scenario->fault_count;
    struct load_config *load = arena_alloc(arena, sizeof *load);
    *load = run->load_config;
    load->workloads = scenario->workloads;
    run->measures_config.workloads = scenario->workloads;
    run->measures_config.faults = scenario->faults;
    run->measures_config.fault_count = scenario->fault_count;
    run->scenario = scenario;
    cluster_change(run->cluster, cluster);
    load_change(run->load, load);
    return true;
}

bool branches_run(struct run *run, const struct scenario *const *scenarios, uint32_t count, branch_teller tell,
                  void *context, struct text *error) {
    if (run->is_warm) {
        measures_note(run->measures); /* of before and after */
    }
    struct snapshot *start = run_save(run, NULL);
    bool is_good = true;
    for (uint32_t i = 0; i < count && is_good; i++) {
        if (i > 0) {
            run_restore(run, start);
        }
        is_good = scenarios[i] == NULL || run_change(run, scenarios[i], error);
        if (is_good) {
            run_until(run, run->scenario->duration);
            run_conclude(run);
            tell(context, run, i);
        }
    }
    snapshot_free(start);
    return is_good;
}
