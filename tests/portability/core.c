/* A run of the deterministic core alone, with libc and nothing else: five nodes of Raft under crashes, partitions,
 * pauses, slow disks, drifting clocks and bad links, and clients of three workloads. Prints the trace hash of a few
 * seeds. Every compiler, optimisation level and processor must print the same; tests/portability/run compares them.
 *
 * usage: core [SECONDS] [SEEDS] */
#include "models/raft/raft.h"
#include "sim/check/invariant.h"
#include "sim/check/linear.h"
#include "sim/load/load.h"

#include <stdio.h>
#include <stdlib.h>

enum { NODES = 5, CLIENTS = 9 };

#define MS SIM_MILLISECOND

static const struct rf_params params = {
    .election_timeout = {150 * MS, 300 * MS},
    .heartbeat = 50 * MS,
    .pre_vote = true,
    .check_quorum = true,
    .reads = RF_READS_INDEX,
    .max_clock_drift_ppm = 500,
    .batch = 64,
    .pipeline = 4,
};

/* One of each distribution, so that each sampler is in the hash. */
static const double samples[4] = {0.2e6, 0.5e6, 0.9e6, 4e6};
static const double weights[3] = {0.5, 0.3, 0.2};
static const struct dist parts[3] = {{.kind = DIST_LOGNORMAL, .a = 0.5e6, .b = 0.4},
                                     {.kind = DIST_GAMMA, .a = 2.5, .b = 0.7e6},
                                     {.kind = DIST_EMPIRICAL, .count = 4, .values = samples}};
static const struct dist pareto = {.kind = DIST_PARETO, .a = 0.3e6, .b = 2.5};
static const double drifts[NODES] = {0, 120, -80, 300, -250};
static const sim_time offsets[NODES] = {0, 3 * MS, -7 * MS, 0, 40 * MS};

static const struct system_config raft_system = {
    .name = "store",
    .model = &rf_model,
    .params = &params,
    .nodes = NODES,
    .disk_sync = {.kind = DIST_SHIFTED, .a = 0.1e6, .count = 1, .parts = &pareto},
    .clock_drifts = drifts,
    .clock_offsets = offsets,
    .cores = 2,
    .service = {.kind = DIST_WEIBULL, .a = 20e3, .b = 1.5},
    .request_service = {.kind = DIST_NORMAL, .a = 30e3, .b = 15e3},
    .has_request_service = true,
    .queue_limit = 200,
    .when_full = FULL_REJECT,
};

static const struct network_config network = {
    .base = {.given = 31,
             .latency = {.kind = DIST_MIXTURE, .count = 3, .values = weights, .parts = parts},
             .loss = 0.002,
             .duplicate = 0.001,
             .bits_per_second = 1e9}};

static const struct selector leader = {.kind = SELECT_LEADER, .system = UINT32_MAX};
static const struct selector followers = {.kind = SELECT_FOLLOWERS, .system = UINT32_MAX};
static const struct selector one = {.kind = SELECT_RANDOM, .index = 1, .system = UINT32_MAX};
static const struct selector two = {.kind = SELECT_RANDOM, .index = 2, .system = UINT32_MAX};
static const struct selector all = {.kind = SELECT_ALL};
#define ONLY(selector)                                                                                                 \
    { &(selector), 1 }

static const struct selector_group the_leader = ONLY(leader);

#define RANDOMLY(gap, duration)                                                                                        \
    .schedule = FAULT_RANDOM, .mean_gap = (gap)*SIM_SECOND, .mean_length = (duration)*MS, .most = 1

static const struct fault_config faults[] = {
    {.name = "cut",
     .kind = FAULT_PARTITION,
     RANDOMLY(9, 1500),
     .form = PARTITION_ISOLATE,
     .groups = &the_leader,
     .group_count = 1},
    {.name = "halves", .kind = FAULT_PARTITION, RANDOMLY(17, 900), .form = PARTITION_HALVES},
    {.name = "ring", .kind = FAULT_PARTITION, RANDOMLY(19, 900), .form = PARTITION_RING},
    {.name = "kill", .kind = FAULT_CRASH, RANDOMLY(7, 800), .targets = ONLY(one)},
    {.name = "pause", .kind = FAULT_PAUSE, RANDOMLY(11, 400), .targets = ONLY(leader)},
    {.name = "slow", .kind = FAULT_SLOW_DISK, RANDOMLY(13, 2000), .targets = ONLY(two), .times = 12.5},
    {.name = "busy", .kind = FAULT_SLOW_NODE, RANDOMLY(13, 2000), .targets = ONLY(one), .times = 7.5},
    {.name = "drift", .kind = FAULT_CLOCK_DRIFT, RANDOMLY(8, 3000), .targets = ONLY(one), .ppm = 20000},
    {.name = "worse",
     .kind = FAULT_DEGRADE,
     RANDOMLY(10, 2000),
     .targets = ONLY(followers),
     .to = ONLY(all),
     .loss = 0.1,
     .duplicate = 0.05,
     .delay = {.kind = DIST_EXPONENTIAL, .a = 2e6}},
    {.name = "drop", .kind = FAULT_DROP_MESSAGES, RANDOMLY(12, 1000), .message = "raft.append", .probability = 0.3},
    {.name = "jump",
     .kind = FAULT_CLOCK_JUMP,
     .schedule = FAULT_EVERY,
     .at = 3 * SIM_SECOND,
     .every = 5 * SIM_SECOND,
     .jitter = SIM_SECOND,
     .targets = ONLY(one),
     .by = -250 * MS},
};

#define RETRIES                                                                                                        \
    {                                                                                                                  \
        .attempts = 4, .backoff = {.kind = DIST_UNIFORM, .a = 5e6, .b = 20e6}, .multiplier = 2, .full_jitter = true,   \
        .timeout = 250 * MS                                                                                            \
    }

static const struct ramp_point ramp[3] = {{0, 0.5}, {4 * SIM_SECOND, 2}, {9 * SIM_SECOND, 1}};

static const struct workload_config workloads[] = {
    {.name = "open",
     .kind = WORKLOAD_KV,
     .clients = 4,
     .first_client = NODES,
     .arrivals = ARRIVALS_POISSON,
     .rate = 120,
     .ramp = ramp,
     .ramp_count = 3,
     .until = SIM_NEVER,
     .mix = {0.4, 0.2, 0.2, 0.1, 0.1},
     .value_bytes = 256,
     .keys = {.kind = KEYS_ZIPF, .count = 100, .exponent = 0.99},
     .deadline = SIM_SECOND,
     .route = ROUTE_LEADER,
     .retries = RETRIES},
    {.name = "even",
     .kind = WORKLOAD_KV,
     .clients = 3,
     .first_client = NODES + 4,
     .arrivals = ARRIVALS_UNIFORM,
     .rate = 50,
     .until = SIM_NEVER,
     .mix = {0.5, 0.5},
     .value_bytes = 64,
     .keys = {.kind = KEYS_LATEST, .count = 20, .exponent = 1.1},
     .deadline = SIM_SECOND,
     .route = ROUTE_RANDOM,
     .retries = RETRIES},
    {.name = "closed",
     .kind = WORKLOAD_KV,
     .clients = 2,
     .first_client = NODES + 7,
     .arrivals = ARRIVALS_CLOSED,
     .think = {.kind = DIST_EXPONENTIAL, .a = 20e6},
     .until = SIM_NEVER,
     .mix = {0.7, 0.3},
     .read_modify_write = true,
     .value_bytes = 64,
     .keys = {.kind = KEYS_HOTSPOT, .count = 50, .hot_keys = 0.1, .hot_operations = 0.9},
     .deadline = SIM_SECOND,
     .route = ROUTE_STICKY,
     .retries = RETRIES},
};

struct judge {
    struct cluster *cluster;
    struct invariants *invariants;
    uint32_t broken;
};

static void on_probe(void *context, const struct probe *probe) {
    struct judge *judge = context;
    judge->broken |= invariants_judge(judge->invariants, probe);
}

static void on_crash(void *context, node_id node) {
    struct judge *judge = context;
    invariants_crashed(judge->invariants, node);
}

static const char *name_of(const void *context, node_id node) {
    const struct judge *judge = context;
    return cluster_name(judge->cluster, node);
}

static void run(uint64_t seed, sim_time duration) {
    static const char *const names[CLIENTS] = {"open/1", "open/2", "open/3",   "open/4",  "even/1",
                                               "even/2", "even/3", "closed/1", "closed/2"};
    struct world *world = world_new((struct world_options){.seed = seed});
    struct cluster_config config = {.network = &network,
                                    .systems = &raft_system,
                                    .system_count = 1,
                                    .faults = faults,
                                    .fault_count = sizeof faults / sizeof faults[0],
                                    .node_count = NODES,
                                    .client_count = CLIENTS,
                                    .client_names = names};
    struct load_config load_config = {
        .workloads = workloads, .workload_count = sizeof workloads / sizeof workloads[0], .duration = duration};
    struct judge judge = {.cluster = cluster_new(world, &config)};
    judge.invariants = invariants_new(world_state(world), 0, NODES, name_of, &judge);
    cluster_observe(judge.cluster,
                    (struct cluster_observer){.context = &judge, .probe = on_probe, .crashed = on_crash});
    struct load *load = load_new(judge.cluster, &load_config);
    cluster_start(judge.cluster);
    load_start(load);
    world_run(world, duration, UINT64_MAX);
    load_finish(load);
    const struct history *history = load_history(load);
    uint32_t ok = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        ok += history->operations[i].outcome == OUTCOME_OK;
    }
    struct check_result linear = linear_check(history, UINT16_MAX, &(struct linear_options){0}, NULL);
    printf("seed %llu: hash %016llx, %llu events, %u operations, %u ok, %u faults, broken %x, %s\n",
           (unsigned long long)seed, (unsigned long long)world_hash(world), (unsigned long long)world_events(world),
           history->count, ok, cluster_occurrence_count(judge.cluster), judge.broken, verdict_name(linear.verdict));
    world_free(world);
}

int main(int count, char **arguments) {
    sim_time seconds = count > 1 ? atoi(arguments[1]) : 20;
    int seeds = count > 2 ? atoi(arguments[2]) : 3;
    for (int seed = 1; seed <= seeds; seed++) {
        run((uint64_t)seed, seconds * SIM_SECOND);
    }
    return 0;
}
