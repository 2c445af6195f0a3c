#include "sim/study/run.h"

#include "sim/study/crash.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 100000 }; /* events between two calls of the progress function */

/* ---- Watching ---- */

static void on_probe(void *context, const struct probe *probe) {
    struct run *run = context;
    uint32_t broken = invariants_judge(run->invariants[cluster_system_of(run->cluster, probe->node)], probe);
    if (broken != 0 && run->options.stop_at_violation) {
        world_stop(run->world);
    }
    if (run->options.keep_probes) {
        struct probe *probes = arena_array_reserve(run->probe_stream, (struct probe *)(uintptr_t)run->probes,
                                                   run->probe_count, &run->probe_capacity, sizeof *probes);
        probes[run->probe_count++] = *probe;
        run->probes = probes;
    }
}

static void on_crash(void *context, node_id node) {
    struct run *run = context;
    invariants_crashed(run->invariants[cluster_system_of(run->cluster, node)], node);
}

/* ---- Preparing ---- */

static void name_clients(struct run *run) {
    const struct scenario *scenario = run->scenario;
    struct arena *arena = world_inputs(run->world);
    uint32_t count = scenario->endpoint_count - scenario->node_count;
    const char **names = arena_alloc(arena, count * sizeof *names);
    uint32_t *regions = arena_alloc(arena, count * sizeof *regions);
    uint32_t client = 0;
    for (uint32_t w = 0; w < scenario->workload_count; w++) {
        const struct workload_config *workload = &scenario->workloads[w];
        for (uint32_t i = 0; i < workload->clients; i++, client++) {
            names[client] = arena_format(arena, "%s/%u", workload->name[0] != '\0' ? workload->name : "client", i + 1);
            regions[client] = workload->client_regions != NULL ? workload->client_regions[i] : CONFIG_NO_REGION;
        }
    }
    run->cluster_config.client_count = count;
    run->cluster_config.client_names = names;
    run->cluster_config.client_regions = regions;
}

static void configure(struct run *run) {
    const struct scenario *scenario = run->scenario;
    run->cluster_config = (struct cluster_config){
        .network = &scenario->network,
        .systems = scenario->systems,
        .system_count = scenario->system_count,
        .faults = scenario->faults,
        .fault_count = scenario->fault_count,
        .node_count = scenario->node_count,
    };
    name_clients(run);
    run->load_config = (struct load_config){
        .workloads = scenario->workloads,
        .workload_count = scenario->workload_count,
        .phases = scenario->phases,
        .phase_count = scenario->phase_count,
        .duration = scenario->duration,
    };
    run->measures_config = (struct measures_config){
        .workloads = scenario->workloads,
        .workload_count = scenario->workload_count,
        .phases = scenario->phases,
        .phase_count = scenario->phase_count,
        .faults = scenario->faults,
        .fault_count = scenario->fault_count,
        .prices = scenario->prices,
        .price_count = scenario->price_count,
        .warmup = scenario->warmup,
        .duration = scenario->duration,
        .outage_after = scenario->outage_after,
    };
}

static const char *name_of_node(const void *context, node_id node) {
    return cluster_name(context, node);
}

struct run *run_prepare(const struct scenario *scenario, const struct run_options *options) {
    struct world *world = world_new((struct world_options){
        .seed = scenario->seed, .tie_salt = options->tie_salt != 0 ? options->tie_salt : scenario->tie_salt});
    struct arena *arena = world_state(world);
    struct run *run = arena_alloc(arena, sizeof *run);
    run->scenario = scenario;
    run->seed = scenario->seed;
    run->world = world;
    run->options = *options;
    configure(run);
    if (options->keep_probes) {
        run->probe_stream = world_stream(world, "the probes of a run");
    }
    run->cluster = cluster_new(world, &run->cluster_config);
    run->invariants = arena_alloc(arena, scenario->system_count * sizeof *run->invariants);
    for (uint32_t s = 0; s < scenario->system_count; s++) {
        run->invariants[s] = invariants_new(arena, scenario->systems[s].first_node, scenario->systems[s].nodes,
                                            name_of_node, run->cluster);
    }
    cluster_observe(run->cluster, (struct cluster_observer){.context = run, .probe = on_probe, .crashed = on_crash});
    run->load = load_new(run->cluster, &run->load_config);
    run->measures = measures_new(run->cluster, run->load, &run->measures_config);
    crash_about(run->cluster);
    cluster_start(run->cluster);
    load_start(run->load);
    return run;
}

/* ---- Running ---- */

/* Pauses where the measures want to look. */
static uint64_t advance(struct run *run, sim_time until, uint64_t most) {
    uint64_t executed = 0;
    for (;;) {
        sim_time mark = measures_next_mark(run->measures);
        executed += world_run(run->world, mark < until ? mark : until, most - executed);
        if (world_was_interrupted(run->world) && executed < most) {
            continue; /* there is another mark now */
        }
        if (executed == most || mark > until || mark == SIM_NEVER || world_is_stopped(run->world)) {
            return executed; /* events of the mark's instant may be left */
        }
        measures_mark(run->measures);
    }
}

uint64_t run_advance(struct run *run, sim_time until, uint64_t most) {
    sim_time warmup = run->scenario->warmup;
    uint64_t executed = 0;
    crash_about(run->cluster);
    if (!run->is_warm) {
        executed = advance(run, until < warmup ? until : warmup, most);
        if (executed == most || until < warmup) {
            return executed; /* events of the last instant of the warm-up may be left */
        }
        cluster_reset_traffic(run->cluster);
        run->is_warm = true;
    }
    return executed + advance(run, until, most - executed);
}

struct snapshot *run_save(struct run *run, const struct snapshot *like) {
    assert(run->checks == NULL); /* not concluded */
    return world_save(run->world, like);
}

void run_restore(struct run *run, const struct snapshot *snapshot) {
    measures_free(run->measures);
    world_restore(run->world, snapshot); /* the run itself lies in it */
}

void run_until(struct run *run, sim_time until) {
    while (world_now(run->world) < until && !world_is_stopped(run->world)) {
        run_advance(run, until, CHUNK);
        struct run_progress progress = {world_now(run->world), run->scenario->duration, world_events(run->world)};
        if (run->options.progress != NULL && !run->options.progress(run->options.progress_context, &progress)) {
            run->was_stopped = true;
            return;
        }
    }
}

struct run *run_execute(const struct scenario *scenario, const struct run_options *options) {
    struct run *run = run_prepare(scenario, options);
    run_until(run, scenario->duration);
    run_conclude(run);
    return run;
}

void run_free(struct run *run) {
    if (run != NULL) {
        crash_about(NULL);
        measures_free(run->measures);
        world_free(run->world); /* the run itself lies in it */
    }
}

/* ---- Determinism ---- */

struct last_event {
    sim_time at;
    struct event event;
    uint64_t hash;
};

static void keep_last(void *context, sim_time now, const struct event *event, uint64_t hash) {
    struct last_event *last = context;
    last->at = now;
    last->event = *event;
    last->event.payload = NULL;
    last->hash = hash;
}

/* `executed`: whether the run had one more event. */
static void report_difference(struct text *report, struct run *const runs[2], const struct last_event last[2],
                              const bool executed[2]) {
    uint64_t first = world_events(runs[0]->world), second = world_events(runs[1]->world);
    text_add(report, "event %llu differs between two runs of the same seed:\n",
             (unsigned long long)(first > second ? first : second));
    for (int i = 0; i < 2; i++) {
        char line[256] = "no event is left";
        if (executed[i]) {
            cluster_describe(runs[i]->cluster, last[i].at, &last[i].event, line, sizeof line);
        }
        text_add(report, "  %s %s\n", i == 0 ? "first: " : "second:", line);
    }
}

bool run_is_deterministic(const struct scenario *scenario, const struct run_options *options, struct text *report) {
    struct run *runs[2];
    struct last_event last[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        runs[i] = run_prepare(scenario, options);
        world_watch(runs[i]->world, keep_last, &last[i]);
    }
    bool is_same = true;
    bool executed[2] = {true, true};
    while (is_same && executed[0]) {
        for (int i = 0; i < 2; i++) {
            executed[i] = run_advance(runs[i], scenario->duration, 1) > 0;
        }
        is_same = executed[0] == executed[1] && world_hash(runs[0]->world) == world_hash(runs[1]->world);
    }
    if (!is_same) {
        report_difference(report, runs, last, executed);
    }
    run_free(runs[0]);
    run_free(runs[1]);
    return is_same;
}
