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

static struct sample bench_raft(void) {
    struct scenario_options reading = {.models = built_in_models()};
    struct text errors = {0};
    struct scenario *scenario = scenario_parse(raft_scenario, sizeof raft_scenario - 1, "bench", &reading, &errors);
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes);
        exit(EXIT_OWN_FAULT);
    }
    struct run_options options = {0};
    double start = wall_seconds();
    struct run *run = run_prepare(scenario, &options);
    run_advance(run, scenario->duration, UINT64_MAX);
    struct sample sample = {wall_seconds() - start, (double)world_events(run->world),
                            (double)world_now(run->world) / 1e9, (double)load_history(run->load)->count};
    run_conclude(run);
    run_free(run);
    scenario_free(scenario);
    text_free(&errors);
    return sample;
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
    printf("%-6s  %5.1f M events/s, best %5.1f;  %4.0f ns an event", name, rate / 1e6, best / 1e6, 1e9 / rate);
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
    printf("%s", json ? "}\n" : "");
    return EXIT_HELD;
}

const struct command command_bench = {
    .name = "bench",
    .arguments = "[--json]",
    .summary = "measures the speed of this machine and build",
    .help = "Measures how many events a second this build executes on this machine:\n\n"
            "  phold   the bare event queue: each of 1024 events schedules one more, after an exponential time\n"
            "  raft    five nodes of Raft, 2000 operations a second, disks and network\n\n"
            "Machines are noisy: compare two builds by running both in turn, and quote the ratio.\n\n"
            "  --json   as JSON\n",
    .run = run_bench,
};
