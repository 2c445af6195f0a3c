/* spacelike bench: how fast this machine and build are. */
#include "sim/base/units.h"
#include "sim/command/command.h"
#include "sim/engine/world.h"
#include "sim/study/run.h"

#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 5, PHOLD_KIND = 32, PHOLD_PLACES = 1024, PHOLD_EVENTS = 3000000 };

struct sample {
    double seconds, events, simulated_s, operations;
};

/* ---- PHOLD (Fujimoto 1990): each event schedules one more, at a random place after an exponential time ---- */

struct phold {
    struct world *world;
    uint64_t key, draws;
    struct dist gap;
};

static void phold_event(void *context, const struct event *event) {
    struct phold *phold = context;
    struct draw draw = draw_at(phold->key, phold->draws++);
    struct event next = {.kind = PHOLD_KIND, .node = (uint32_t)draw_below(&draw, PHOLD_PLACES), .word = event->word};
    world_schedule(phold->world, world_now(phold->world) + 1 + dist_draw(&phold->gap, &draw), next);
}

static struct sample bench_phold(void) {
    struct phold phold = {.world = world_new((struct world_options){.seed = 1}),
                          .key = draw_key(1, DRAW_TEST, 0),
                          .gap = {.kind = DIST_EXPONENTIAL, .a = 1e6}};
    world_on(phold.world, PHOLD_KIND, phold_event, &phold);
    for (uint32_t i = 0; i < PHOLD_PLACES; i++) {
        world_schedule(phold.world, i, (struct event){.kind = PHOLD_KIND, .node = i, .word = i});
    }
    double start = wall_seconds();
    uint64_t events = world_run(phold.world, SIM_NEVER, PHOLD_EVENTS);
    struct sample sample = {wall_seconds() - start, (double)events, (double)world_now(phold.world) / 1e9, 0};
    world_free(phold.world);
    return sample;
}

/* ---- Raft: five nodes under a closed load ---- */

static const char raft_scenario[] =
    "{\"title\": \"bench\", \"duration\": \"30s\","
    " \"systems\": {\"store\": {\"model\": \"raft\", \"nodes\": 5, \"disk\": {\"sync\": \"0.1ms\"}}},"
    " \"workload\": {\"kind\": \"kv\", \"target\": \"store\", \"clients\": 20,"
    "  \"arrivals\": {\"poisson\": \"2000/s\"}, \"mix\": {\"read\": 0.5, \"write\": 0.5}}}";

static struct scenario *read_raft(const char *set) {
    struct scenario_options reading = {.models = built_in_models(), .sets = &set, .set_count = set != NULL};
    struct text errors = {0};
    struct scenario *scenario = scenario_parse(raft_scenario, sizeof raft_scenario - 1, "bench", &reading, &errors);
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes);
        exit(EXIT_OWN_FAULT);
    }
    text_free(&errors);
    return scenario;
}

static struct sample bench_raft(void) {
    struct scenario *scenario = read_raft(NULL);
    struct run_options options = {0};
    double start = wall_seconds();
    struct run *run = run_prepare(scenario, &options);
    run_advance(run, scenario->duration, UINT64_MAX);
    struct sample sample = {wall_seconds() - start, (double)world_events(run->world),
                            (double)world_now(run->world) / 1e9, (double)load_history(run->load)->count};
    run_conclude(run);
    run_free(run);
    scenario_free(scenario);
    return sample;
}

/* ---- Snapshots: the same Raft under a quarter of the load, in the middle of a run ---- */

enum { SNAPSHOTS = 21 };
#define SNAPSHOT_AT (12500 * SIM_MILLISECOND)

static int by_size(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static double median_of(double *seconds) {
    qsort(seconds, SNAPSHOTS, sizeof *seconds, by_size);
    return seconds[SNAPSHOTS / 2];
}

static void report_snapshots(bool json) {
    struct scenario *scenario = read_raft("workload.arrivals.poisson=500/s");
    struct run_options options = {.keep_probes = true};
    struct run *run = run_prepare(scenario, &options);
    run_advance(run, SNAPSHOT_AT, UINT64_MAX);
    struct snapshot *first = run_save(run, NULL);
    double save[SNAPSHOTS], like[SNAPSHOTS], restore[SNAPSHOTS];
    for (int i = 0; i < SNAPSHOTS; i++) {
        double start = wall_seconds();
        struct snapshot *whole = run_save(run, NULL);
        save[i] = wall_seconds() - start;
        snapshot_free(whole);
        start = wall_seconds();
        struct snapshot *shared = run_save(run, first);
        like[i] = wall_seconds() - start;
        snapshot_free(shared);
        start = wall_seconds();
        run_restore(run, first);
        restore[i] = wall_seconds() - start;
    }
    double bytes = (double)snapshot_bytes(first);
    if (json) {
        printf(",\n \"snapshot\": {\"bytes\": %.0f, \"save_s\": %.6f, \"save_shared_s\": %.6f, \"restore_s\": %.6f}",
               bytes, median_of(save), median_of(like), median_of(restore));
    } else {
        char size[32];
        printf("snapshot  %s: saved in %.2f ms, beside one that is alike in %.2f ms, restored in %.2f ms\n",
               units_print_bytes(size, sizeof size, bytes), median_of(save) * 1e3, median_of(like) * 1e3,
               median_of(restore) * 1e3);
    }
    run_free(run);
    scenario_free(scenario);
}

/* ---- The command ---- */

static int by_seconds(const void *a, const void *b) {
    double one = ((const struct sample *)a)->seconds, other = ((const struct sample *)b)->seconds;
    return (one > other) - (one < other);
}

static void report(const char *name, struct sample (*bench)(void), bool json, bool is_first) {
    struct sample samples[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
        samples[i] = bench();
    }
    qsort(samples, REPETITIONS, sizeof samples[0], by_seconds);
    struct sample median = samples[REPETITIONS / 2];
    double best = samples[0].events / samples[0].seconds, rate = median.events / median.seconds;
    if (json) {
        printf("%s\"%s\": {\"events\": %.0f, \"seconds_median\": %.6f, \"seconds_best\": %.6f, "
               "\"events_per_s\": %.0f, \"simulated_s_per_s\": %.3f, \"operations_per_s\": %.0f}",
               is_first ? "{" : ",\n ", name, median.events, median.seconds, samples[0].seconds, rate,
               median.simulated_s / median.seconds, median.operations / median.seconds);
        return;
    }
    printf("%-8s  %5.1f M events/s, best %5.1f;  %4.0f ns an event", name, rate / 1e6, best / 1e6, 1e9 / rate);
    if (median.operations > 0) {
        printf(";  %.0f simulated seconds and %.0f operations a second", median.simulated_s / median.seconds,
               median.operations / median.seconds);
    }
    printf("\n");
}

static enum exit_status run_bench(int argc, char **argv) {
    bool json = false;
    const struct option_spec specs[] = {{.name = "--json", .flag = &json}, {.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    if (operands != 0) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "unexpected \"%s\"", argv[1]);
    }
    if (!json) {
        printf("%s; median of %d runs\n", build_description(), REPETITIONS);
    }
    report("phold", bench_phold, json, true);
    report("raft", bench_raft, json, false);
    report_snapshots(json);
    printf("%s", json ? "}\n" : "");
    return EXIT_HELD;
}

const struct command command_bench = {
    .name = "bench",
    .arguments = "[--json]",
    .summary = "measures the speed of this machine and build",
    .help =
        "Measures how many events a second this build executes on this machine:\n\n"
        "  phold     the bare event queue: each of 1024 events schedules one more, after an exponential time\n"
        "  raft      five nodes of Raft, 2000 operations a second, disks and network\n"
        "  snapshot  the state of five nodes of Raft after 12.5 s at 500 operations a second: its size, and how long\n"
        "            it takes to save it, to save it where an earlier snapshot has most of it, and to restore it\n\n"
        "Machines are noisy: compare two builds by running both in turn, and quote the ratio.\n\n"
        "  --json   as JSON\n",
    .run = run_bench,
};
