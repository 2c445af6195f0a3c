#include "tests/models/raft_weather.h"

#include "sim/base/draw.h"
#include "sim/base/hash.h"

#include <string.h>

enum { KEYS = 3, MOST_FAULTS = 12, TICK_NS = 2000000, RETRY_NS = 120000000 };

struct rf_params raft_defaults(void) {
    return (struct rf_params){
        .election_timeout = {150 * SIM_MILLISECOND, 300 * SIM_MILLISECOND},
        .heartbeat = 50 * SIM_MILLISECOND,
        .pre_vote = true,
        .check_quorum = true,
        .reads = RF_READS_INDEX,
        .max_clock_drift_ppm = 500,
        .batch = 64,
        .pipeline = 4,
        .snapshot_trailing = 100,
        .snapshot_chunk = 64 << 10,
        .bug = RF_BUG_NONE,
    };
}

/* ---- What the seed chooses ---- */

struct weather {
    struct rf_params params;
    struct fault_config faults[MOST_FAULTS];
    struct selector selectors[MOST_FAULTS][2];
    struct selector_group groups[MOST_FAULTS][2];
    uint32_t fault_count;
    double drifts[5];
    struct test_options options;
};

/* Begins every `gap`, put off by up to `gap`; all ends before `until`. */
static struct fault_config *add_fault(struct weather *weather, const char *name, enum fault_kind kind, sim_time gap,
                                      sim_time length, sim_time until) {
    struct fault_config *fault = &weather->faults[weather->fault_count++];
    gap = gap < until / 3 ? gap : until / 3;
    length = length < until / 4 ? length : until / 4;
    *fault = (struct fault_config){.name = name,
                                   .kind = kind,
                                   .schedule = FAULT_EVERY,
                                   .at = 200 * SIM_MILLISECOND,
                                   .every = gap,
                                   .jitter = gap,
                                   .length = length,
                                   .times = 6};
    fault->count = (uint32_t)((until - gap - length - fault->at) / gap) + 1;
    return fault;
}

static void aim(struct weather *weather, struct fault_config *fault, enum selector_kind kind, uint32_t index) {
    uint32_t at = (uint32_t)(fault - weather->faults);
    weather->selectors[at][0] = (struct selector){.kind = kind, .index = index, .system = 0};
    weather->selectors[at][1] = (struct selector){.kind = SELECT_RANDOM, .index = index, .system = 0};
    weather->groups[at][0] = (struct selector_group){&weather->selectors[at][0], 1};
    weather->groups[at][1] = (struct selector_group){&weather->selectors[at][1], 1};
    fault->targets = weather->groups[at][0];
    fault->groups = weather->groups[at];
    fault->group_count = fault->form == PARTITION_ONE_WAY ? 2 : 1;
}

static void choose_crashes(struct weather *weather, struct draw *draw, enum fault_kind kind, sim_time until,
                           int64_t patience) {
    sim_time gap = patience * draw_between(draw, 150, 900) * SIM_MILLISECOND;
    struct fault_config *fault = add_fault(weather, "kill-leader", kind, gap, gap / 3, until);
    aim(weather, fault, SELECT_LEADER, 0);
    gap = patience * draw_between(draw, 200, 1200) * SIM_MILLISECOND;
    fault = add_fault(weather, "kill-some", kind, gap, gap / 4, until);
    aim(weather, fault, SELECT_RANDOM, (uint32_t)draw_between(draw, 1, weather->options.nodes));
    if (draw_below(draw, 3) == 0) { /* a power failure */
        fault = add_fault(weather, "kill-all", kind, 3 * gap, 10 * SIM_MILLISECOND, until);
        aim(weather, fault, SELECT_ALL, 0);
    }
}

static void choose_partitions(struct weather *weather, struct draw *draw, sim_time until, int64_t patience) {
    static const enum partition_form forms[] = {PARTITION_ISOLATE, PARTITION_ISOLATE, PARTITION_HALVES,
                                                PARTITION_RING,    PARTITION_BRIDGE,  PARTITION_ONE_WAY};
    for (uint32_t i = 0; i < 2; i++) {
        sim_time gap = patience * draw_between(draw, 300, 1500) * SIM_MILLISECOND;
        struct fault_config *fault =
            add_fault(weather, i == 0 ? "cut" : "cut-too", FAULT_PARTITION, gap, gap / 2, until);
        fault->form = forms[draw_below(draw, sizeof forms / sizeof forms[0])];
        aim(weather, fault, draw_below(draw, 2) == 0 ? SELECT_LEADER : SELECT_RANDOM, 1);
    }
}

static void choose_slowness(struct weather *weather, struct draw *draw, sim_time until) {
    static const enum fault_kind kinds[] = {FAULT_PAUSE, FAULT_SLOW_DISK, FAULT_STALL_DISK};
    enum fault_kind kind = kinds[draw_below(draw, 3)];
    sim_time gap = draw_between(draw, 300, 2000) * SIM_MILLISECOND;
    sim_time length = draw_between(draw, 50, 500) * SIM_MILLISECOND;
    struct fault_config *fault = add_fault(weather, "slow", kind, gap, length, until);
    aim(weather, fault, draw_below(draw, 2) == 0 ? SELECT_LEADER : SELECT_RANDOM, 1);
}

/* A node halts at a write that fails; crashes bring some back, and one of all nodes brings back the rest. */
static void choose_full_disks(struct weather *weather, struct draw *draw, sim_time until) {
    sim_time gap = draw_between(draw, 300, 1500) * SIM_MILLISECOND;
    struct fault_config *fault = add_fault(weather, "full", FAULT_FULL_DISK, gap, gap / 8, until);
    aim(weather, fault, SELECT_RANDOM, 1);
    fault = add_fault(weather, "revive", FAULT_CRASH, until, 10 * SIM_MILLISECOND, until);
    *fault = (struct fault_config){.name = fault->name, .kind = fault->kind, .at = until, .length = fault->length};
    aim(weather, fault, SELECT_ALL, 0);
}

/* Drawn apart, so that the rest of the weather is as it is without. */
static void choose_features(struct weather *weather, const struct weather_options *options, sim_time until) {
    struct draw draw = draw_at(draw_key(options->seed, DRAW_TEST, hash_text("features")), 0);
    struct rf_params *params = &weather->params;
    if (options->snapshots) {
        params->snapshot_every = draw_between(&draw, 3, 40);
        params->snapshot_trailing = draw_below(&draw, 2) == 0 ? 0 : draw_between(&draw, 0, 10);
        params->snapshot_chunk = draw_between(&draw, 100, 1000);
    }
    if (options->jumps) {
        params->reads = RF_READS_LEASE;
        params->check_quorum = true;
        struct fault_config *fault =
            add_fault(weather, "jump", FAULT_CLOCK_JUMP, 300 * SIM_MILLISECOND, SIM_NEVER, until);
        fault->by = -SIM_SECOND;
        aim(weather, fault, SELECT_RANDOM, 1);
    }
    if (options->members) {
        params->check_quorum = true; /* or servers that were removed would disturb the others (dissertation 4.2.3) */
        params->voters = draw_between(&draw, 2, weather->options.nodes);
        params->learners = draw_between(&draw, 0, weather->options.nodes - params->voters);
        params->membership = draw_below(&draw, 2) == 0 ? RF_SINGLE : RF_JOINT;
        static const enum fault_kind kinds[] = {FAULT_MEMBER_ADD, FAULT_MEMBER_REMOVE, FAULT_TRANSFER_LEADER};
        static const char *const names[] = {"add", "remove", "transfer"};
        for (uint32_t i = 0; i < 3; i++) {
            sim_time gap = draw_between(&draw, 300, 900) * SIM_MILLISECOND;
            struct fault_config *fault = add_fault(weather, names[i], kinds[i], gap, gap, until);
            uint32_t some = (uint32_t)draw_between(&draw, 1, 3);
            aim(weather, fault, SELECT_RANDOM, kinds[i] == FAULT_MEMBER_ADD ? some : 1);
        }
    }
}

static void choose(struct weather *weather, const struct weather_options *options, sim_time stormy) {
    struct draw draw = draw_at(draw_key(options->seed, DRAW_TEST, hash_text("weather")), 0);
    weather->params = raft_defaults();
    weather->params.bug = (int32_t)options->bug;
    weather->params.pre_vote = !options->plain_protocol && draw_below(&draw, 4) != 0;
    weather->params.check_quorum = !options->plain_protocol && draw_below(&draw, 4) != 0;
    weather->params.reads = (int32_t)draw_below(&draw, weather->params.check_quorum ? 3 : 2);
    if (options->one_by_one || draw_below(&draw, 3) == 0) {
        weather->params.batch = weather->params.pipeline = 1;
    }
    struct test_options *test = &weather->options;
    test->model = &rf_model;
    test->params = &weather->params;
    test->seed = options->seed;
    test->nodes = draw_below(&draw, 2) == 0 ? 3 : 5;
    test->nodes = options->nodes > 0 ? options->nodes : test->nodes;
    double median = (double)(draw_between(&draw, 1, 20) * SIM_MILLISECOND / 2);
    double sigma = draw_below(&draw, 2) == 0 ? 0.3 : 1.2;
    test->latency = (struct dist){.kind = DIST_LOGNORMAL, .a = median, .b = sigma};
    if (options->is_late) {
        test->latency = (struct dist){.kind = DIST_LOGNORMAL, .a = 40.0 * SIM_MILLISECOND, .b = 1.2};
    }
    test->sync = (struct dist){.kind = DIST_EXPONENTIAL, .a = (double)(draw_between(&draw, 1, 20) * SIM_MILLISECOND)};
    test->loss = draw_below(&draw, 2) == 0 ? 0 : 0.05;
    test->duplicate = draw_below(&draw, 2) == 0 ? 0 : 0.1;
    for (uint32_t i = 0; i < test->nodes; i++) { /* within max_clock_drift_ppm */
        weather->drifts[i] = (double)draw_between(&draw, -400, 400);
    }
    test->drifts_ppm = weather->drifts;
    /* Crashes that come too fast leave no time for what a long partition does, and the other way round. */
    int64_t patience = draw_between(&draw, 1, options->is_hasty ? 1 : 3);
    choose_crashes(weather, &draw, options->tears_writes ? FAULT_TORN_WRITE : FAULT_CRASH, stormy, patience);
    if (!options->crashes_only) {
        choose_partitions(weather, &draw, stormy, patience);
        choose_slowness(weather, &draw, stormy);
    }
    if (options->fills_disks) {
        choose_full_disks(weather, &draw, stormy);
    }
    choose_features(weather, options, stormy);
    test->faults = weather->faults;
    test->fault_count = weather->fault_count;
}

/* ---- Clients: each increments one counter after another, and asks again until it is told ---- */

struct insisting_client {
    struct request request;
    int64_t floor;       /* what the counter had reached for sure when the operation began */
    uint64_t first_call; /* of this operation: an answer to any of its attempts will do */
    sim_time asked_at;
    node_id node;
    bool is_waiting;
};

struct clients {
    struct insisting_client all[TEST_CLIENTS];
    uint32_t replies_seen;
    struct draw draw;
    uint32_t asked, acknowledged, stale;
    int64_t reached[KEYS]; /* the highest that a client was told of each counter */
};

static void ask(struct test_cluster *test, struct clients *clients, uint32_t number) {
    struct insisting_client *client = &clients->all[number];
    uint64_t call = cluster_ask(test, number, client->node, client->request);
    client->first_call = client->first_call > 0 ? client->first_call : call;
    client->asked_at = cluster_now(test);
}

static void ask_something_new(struct test_cluster *test, struct clients *clients, uint32_t number) {
    struct insisting_client *client = &clients->all[number];
    uint64_t sequence = client->request.sequence + 1;
    bool is_read = draw_below(&clients->draw, 4) == 0;
    client->request = (struct request){.kind = is_read ? OP_READ : OP_INCREMENT,
                                       .session = number + 1,
                                       .sequence = sequence,
                                       .settled = sequence - 1,
                                       .key = draw_below(&clients->draw, KEYS),
                                       .value = 1};
    client->floor = clients->reached[client->request.key];
    client->is_waiting = true;
    client->first_call = 0;
    clients->asked += !is_read;
    ask(test, clients, number);
}

static node_id any_node(const struct test_cluster *test, struct clients *clients) {
    return (node_id)draw_below(&clients->draw, test->client);
}

/* Counters only grow, so an answer below what was known when the operation began is stale. */
static void take_answer(struct clients *clients, struct insisting_client *client, int64_t value) {
    bool is_increment = client->request.kind == OP_INCREMENT;
    int64_t *reached = &clients->reached[client->request.key];
    clients->stale += value < client->floor + is_increment;
    *reached = value > *reached ? value : *reached;
    clients->acknowledged += is_increment;
    client->is_waiting = false;
}

static void read_replies(struct test_cluster *test, struct clients *clients) {
    for (; clients->replies_seen < test->reply_count; clients->replies_seen++) {
        const struct test_reply *reply = &test->replies[clients->replies_seen];
        struct insisting_client *client = &clients->all[reply->client];
        if (!client->is_waiting || reply->reply.call < client->first_call) {
            continue;
        }
        if (reply->reply.status == REPLY_OK) {
            take_answer(clients, client, reply->reply.value);
        } else if (reply->reply.status == REPLY_REDIRECT && reply->reply.hint != NODE_NONE) {
            client->node = reply->reply.hint;
            client->asked_at = cluster_now(test) - RETRY_NS + 4 * TICK_NS;
        } else {
            client->node = any_node(test, clients);
            client->asked_at = cluster_now(test) - RETRY_NS + 20 * TICK_NS;
        }
    }
}

static void drive(struct test_cluster *test, struct clients *clients, sim_time until, bool may_ask) {
    while (cluster_now(test) < until) {
        cluster_run_until(test, cluster_now(test) + TICK_NS);
        read_replies(test, clients);
        for (uint32_t i = 0; i < TEST_CLIENTS; i++) {
            struct insisting_client *client = &clients->all[i];
            if (client->is_waiting && cluster_now(test) - client->asked_at >= RETRY_NS) {
                if (draw_below(&clients->draw, 4) == 0) {
                    client->node = any_node(test, clients);
                }
                ask(test, clients, i);
            } else if (!client->is_waiting && may_ask && draw_below(&clients->draw, 4) == 0) {
                ask_something_new(test, clients, i);
            }
        }
    }
}

/* ---- The run ---- */

static int64_t count_at(const struct test_cluster *test, node_id node) {
    int64_t sum = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        int64_t value = 0;
        if (cluster_peek(test->cluster, node, key, &value)) {
            sum += value;
        }
    }
    return sum;
}

static uint64_t voters_of(const struct test_cluster *test) {
    node_id leader = cluster_current_leader(test);
    return leader == NODE_NONE ? 0 : (uint64_t)cluster_number(test, leader, "voters");
}

/* The voters agree with their leader. */
static bool is_converged(const struct test_cluster *test) {
    uint64_t voters = voters_of(test);
    for (node_id node = 0; node < test->client; node++) {
        if ((voters >> node & 1) && count_at(test, node) != count_at(test, cluster_current_leader(test))) {
            return false;
        }
    }
    return voters != 0;
}

static uint32_t count_leaders(const struct test_cluster *test) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < test->probe_count; i++) {
        count += test->probes[i].kind == PROBE_ROLE && test->probes[i].a == ROLE_LEADER;
    }
    return count;
}

static void count_snapshots(const struct test_cluster *test, struct weather_result *result) {
    uint64_t applied[8] = {0};
    for (uint32_t i = 0; i < test->probe_count; i++) {
        const struct probe *probe = &test->probes[i];
        if (probe->kind == PROBE_SNAPSHOT) {
            result->snapshots++;
            result->installed += applied[probe->node] > 0 && applied[probe->node] < probe->a;
        } else if (probe->kind == PROBE_LOG_RESET) {
            applied[probe->node] = 0;
        }
        if (probe->kind == PROBE_APPLY || probe->kind == PROBE_SNAPSHOT) {
            applied[probe->node] = probe->a;
        }
    }
}

static void look_back(const struct test_cluster *test, const struct weather_options *options,
                      const struct clients *clients, struct weather_result *result) {
    result->broken = test->broken;
    result->events = world_events(test->world);
    result->trace_hash = world_hash(test->world);
    result->asked = clients->asked;
    result->acknowledged = clients->acknowledged;
    result->stale = clients->stale;
    node_id leader = cluster_current_leader(test);
    result->counted = count_at(test, leader == NODE_NONE ? 0 : leader);
    result->is_converged = is_converged(test);
    if (result->broken != 0 && options->is_told) {
        cluster_print_violations(test);
    }
    result->leaders = count_leaders(test);
    for (uint32_t i = 0; i < cluster_occurrence_count(test->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(test->cluster, i);
        enum fault_kind kind = test->config.faults[occurrence->fault].kind;
        if (kind == FAULT_CRASH || kind == FAULT_TORN_WRITE) {
            result->crashes += (uint32_t)occurrence->nodes;
        } else if (kind == FAULT_MEMBER_ADD || kind == FAULT_MEMBER_REMOVE) {
            result->changes += (uint32_t)occurrence->nodes;
        } else if (kind == FAULT_TRANSFER_LEADER) {
            result->transfers += (uint32_t)occurrence->nodes;
        }
        if (kind == FAULT_TORN_WRITE || kind == FAULT_FULL_DISK) {
            result->spoilt_writes += occurrence->disk_writes;
        }
    }
    count_snapshots(test, result);
}

struct weather_result weather_run(const struct weather_options *options) {
    sim_time stormy = options->stormy > 0 ? options->stormy : 8 * SIM_SECOND;
    /* Where a message takes as long as an election, some elections succeed, and one has to be waited for (Raft 5.6). */
    sim_time usual = (options->is_late ? 40 : 6) * SIM_SECOND;
    sim_time calm = options->calm > 0 ? options->calm : usual;
    struct weather weather = {0};
    choose(&weather, options, stormy);
    struct test_cluster *test = cluster_make(&weather.options);
    struct clients clients = {.draw = draw_at(draw_key(options->seed, DRAW_TEST, hash_text("clients")), 0)};
    struct weather_result result = {0};

    cluster_begin(test);
    drive(test, &clients, stormy, true);
    uint32_t before = clients.acknowledged;
    drive(test, &clients, stormy + calm / 2, true);
    result.made_progress = clients.acknowledged > before;
    sim_time deadline = stormy + calm + 30 * SIM_SECOND; /* entries may have to go one by one over slow links */
    drive(test, &clients, stormy + calm, false);
    while (!is_converged(test) && cluster_now(test) < deadline) {
        drive(test, &clients, cluster_now(test) + SIM_SECOND, false);
    }
    look_back(test, options, &clients, &result);
    cluster_end(test);
    return result;
}
