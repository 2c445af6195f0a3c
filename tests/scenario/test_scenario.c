/* A file that uses every key, compared field by field; defaults; the schema and the explanation of a model. */
#include "tests/scenario/fake_model.h"

#include "sim/scenario/json.h"
#include "sim/scenario/reader.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

#define EVERYTHING "data/scenario/everything.json"

static struct scenario *scenario;

static const char *data_path(const char *name) {
    static char path[4096];
    const char *root = getenv("TEST_ROOT");
    snprintf(path, sizeof path, "%s/%s", root != NULL ? root : "tests", name);
    return path;
}

static void read_everything(void) {
    struct text errors = {0};
    struct scenario_options options = {.models = &fake_models};
    scenario = scenario_read(data_path(EVERYTHING), &options, &errors);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    ck_assert_ptr_null(errors.bytes);
}

static void free_everything(void) {
    scenario_free(scenario);
}

static struct scenario *parse(const char *text) {
    struct text errors = {0};
    struct scenario_options options = {.models = &fake_models};
    struct scenario *parsed = scenario_parse(text, strlen(text), "small.json", &options, &errors);
    ck_assert_msg(parsed != NULL, "%s", errors.bytes);
    return parsed;
}

static void check_dist(const struct dist *dist, enum dist_kind kind, double a, double b) {
    ck_assert_int_eq(dist->kind, kind);
    ck_assert_double_eq(dist->a, a);
    ck_assert_double_eq(dist->b, b);
}

static void check_selector(const struct selector *selector, enum selector_kind kind, uint32_t index, uint32_t system) {
    ck_assert_int_eq(selector->kind, kind);
    ck_assert_uint_eq(selector->index, index);
    ck_assert_uint_eq(selector->system, system);
}

START_TEST(whole_file_keys_are_read) {
    ck_assert_str_eq(scenario->title, "Everything");
    ck_assert_str_eq(scenario->question, "Is every key of the language read?");
    ck_assert_str_eq(scenario->answer, "Yes.");
    ck_assert_uint_eq(scenario->seed, UINT64_MAX);
    ck_assert_int_eq(scenario->duration, 120 * SIM_SECOND);
    ck_assert_int_eq(scenario->warmup, 5 * SIM_SECOND);
    ck_assert_int_eq(scenario->outage_after, 2 * SIM_SECOND);
    ck_assert(scenario->is_large);
    ck_assert_uint_eq(scenario->node_count, 6);
    ck_assert_uint_eq(scenario->endpoint_count, 6 + 5 + 4 + 1 + 1);
    ck_assert_uint_eq(scenario->price_count, 2);
    ck_assert_str_eq(scenario->prices[1].name, "cross_region_gib");
    ck_assert_double_eq(scenario->prices[1].amount, 0.02);
    ck_assert_uint_eq(scenario->phase_count, 1);
    ck_assert_str_eq(scenario->phases[0].name, "peak");
    ck_assert_int_eq(scenario->phases[0].at, 20 * SIM_SECOND);
    ck_assert_int_eq(scenario->phases[0].length, 10 * SIM_SECOND);
    ck_assert_double_eq(scenario->phases[0].rate, 3);
}
END_TEST

START_TEST(the_network_is_read) {
    const struct network_config *network = &scenario->network;
    check_dist(&network->base.latency, DIST_LOGNORMAL, 500000, 0.3);
    ck_assert_double_eq(network->base.loss, 0.01);
    ck_assert_double_eq(network->base.duplicate, 0.02);
    ck_assert_double_eq(network->base.bits_per_second, 1e10);
    ck_assert(network->base.ordered);
    ck_assert_uint_eq(network->base.given, 31);
    ck_assert_uint_eq(network->region_count, 2);
    ck_assert_str_eq(network->regions[1], "west");
    ck_assert_int_eq(network->round_trip[1], 80 * SIM_MILLISECOND);
    ck_assert_int_eq(network->round_trip[2], 82 * SIM_MILLISECOND);
    check_dist(&network->region_jitter, DIST_EXPONENTIAL, 1e6, 0);
    ck_assert_uint_eq(network->link_count, 2);
    check_selector(&network->links[0].from, SELECT_NODE, 0, 0);
    check_selector(&network->links[0].to, SELECT_NODE, 1, 0);
    ck_assert_uint_eq(network->links[0].path.given, PATH_LATENCY);
    check_dist(&network->links[0].path.latency, DIST_SHIFTED, 75e6, 0);
    check_dist(network->links[0].path.latency.parts, DIST_GAMMA, 2, 3e6);
    check_selector(&network->links[1].from, SELECT_CLIENTS, 0, UINT32_MAX);
    check_selector(&network->links[1].to, SELECT_REGION, 1, UINT32_MAX);
    ck_assert_uint_eq(network->links[1].path.given, PATH_LOSS | PATH_ORDERED);
    ck_assert_uint_eq(network->message_count, 2);
    ck_assert_str_eq(network->messages[0].type, "fake.vote");
    check_dist(&network->messages[0].path.latency, DIST_PARETO, 1e6, 1.5);
    ck_assert_double_eq(network->messages[1].path.bits_per_second, 8e6);
    ck_assert_uint_eq(network->messages[1].path.given, PATH_BANDWIDTH | PATH_DUPLICATE);
}
END_TEST

START_TEST(systems_are_read) {
    const struct system_config *store = &scenario->systems[0], *cache = &scenario->systems[1];
    const struct fake_params *params = store->params;
    ck_assert_uint_eq(scenario->system_count, 2);
    ck_assert_str_eq(store->name, "store");
    ck_assert_ptr_eq(store->model, fake_models.models[0]);
    ck_assert_uint_eq(store->nodes, 5);
    ck_assert_int_eq(params->count, 7);
    ck_assert_double_eq(params->real, -2.5);
    ck_assert_double_eq(params->share, 0.5);
    ck_assert(!params->flag);
    ck_assert_int_eq(params->choice, 2);
    ck_assert_int_eq(params->duration, 20 * SIM_MILLISECOND);
    ck_assert_int_eq(params->range[0], 100 * SIM_MILLISECOND);
    ck_assert_int_eq(params->range[1], 200 * SIM_MILLISECOND);
    ck_assert_int_eq(params->bytes, 4096);
    check_dist(&store->disk_sync, DIST_CONSTANT, 1e6, 0);
    for (uint32_t i = 0; i < 5; i++) {
        static const sim_time offsets[] = {-5000000, 0, 5000000, -5000000, 0};
        ck_assert_int_eq(store->clock_offsets[i], offsets[i]);
        ck_assert_double_eq(store->clock_drifts[i], -20);
        ck_assert_uint_eq(store->regions[i], i % 2);
    }
    ck_assert_uint_eq(store->cores, 2);
    check_dist(&store->service, DIST_CONSTANT, 10000, 0);
    ck_assert(store->type_has_service[0] && !store->type_has_service[1]);
    check_dist(&store->type_services[0], DIST_WEIBULL, 20000, 0.5);
    ck_assert(store->has_request_service && store->has_timer_service);
    check_dist(&store->request_service, DIST_UNIFORM, 500000, 4000000);
    check_dist(&store->timer_service, DIST_CONSTANT, 1000, 0);
    ck_assert_uint_eq(store->queue_limit, 100);
    ck_assert_int_eq(store->when_full, FULL_REJECT);
    ck_assert_uint_eq(cache->first_node, 5);
    ck_assert_uint_eq(cache->nodes, 1);
    ck_assert_ptr_null(cache->regions);
    ck_assert_ptr_null(cache->clock_offsets);
    ck_assert_uint_eq(cache->use_count, 1);
    ck_assert_str_eq(cache->uses[0].name, "db");
    ck_assert_uint_eq(cache->uses[0].system, 0);
}
END_TEST

START_TEST(a_workload_is_read) {
    const struct workload_config *shop = &scenario->workloads[0];
    ck_assert_uint_eq(scenario->workload_count, 4);
    ck_assert_str_eq(shop->name, "shop");
    ck_assert_int_eq(shop->kind, WORKLOAD_KV);
    ck_assert_uint_eq(shop->target, 0);
    ck_assert_uint_eq(shop->clients, 5);
    ck_assert_uint_eq(shop->first_client, 6);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(shop->client_regions[i], i < 2 ? 0 : 1);
    }
    ck_assert_int_eq(shop->arrivals, ARRIVALS_POISSON);
    ck_assert_double_eq(shop->rate, 500);
    ck_assert_uint_eq(shop->ramp_count, 2);
    ck_assert_int_eq(shop->ramp[1].at, 30 * SIM_SECOND);
    ck_assert_double_eq(shop->ramp[1].factor, 10);
    ck_assert_double_eq(shop->mix[OP_READ], 0.5);
    ck_assert_double_eq(shop->mix[OP_CAS], 0.25);
    ck_assert_int_eq(shop->keys.kind, KEYS_ZIPF);
    ck_assert_uint_eq(shop->keys.count, 500);
    ck_assert_double_eq(shop->keys.exponent, 1.2);
    ck_assert_uint_eq(shop->value_bytes, 256);
    ck_assert_int_eq(shop->deadline, 2 * SIM_SECOND);
    ck_assert_int_eq(shop->route, ROUTE_NEAREST);
    ck_assert_uint_eq(shop->retries.attempts, 3);
    ck_assert_int_eq(shop->retries.backoff.kind, DIST_MIXTURE);
    ck_assert_uint_eq(shop->retries.backoff.count, 2);
    ck_assert_double_eq(shop->retries.backoff.values[0], 0.9);
    check_dist(&shop->retries.backoff.parts[1], DIST_NORMAL, 9e6, 1e6);
    ck_assert_double_eq(shop->retries.multiplier, 3);
    ck_assert(!shop->retries.full_jitter);
    ck_assert_double_eq(shop->retries.budget, 0.1);
    ck_assert_int_eq(shop->retries.timeout, 300 * SIM_MILLISECOND);
    ck_assert_int_eq(shop->until, scenario->duration);
}
END_TEST

START_TEST(other_workloads_are_read) {
    const struct workload_config *batch = &scenario->workloads[1], *trace = &scenario->workloads[2],
                                 *stale = &scenario->workloads[3];
    ck_assert_int_eq(batch->kind, WORKLOAD_REGISTER);
    ck_assert_uint_eq(batch->target, 1);
    ck_assert_uint_eq(batch->first_client, 11);
    ck_assert_uint_eq(batch->keys.count, 1);
    ck_assert_int_eq(batch->from, 30 * SIM_SECOND);
    ck_assert_int_eq(batch->until, 60 * SIM_SECOND);
    ck_assert_int_eq(batch->route, ROUTE_RANDOM);
    ck_assert_int_eq(batch->arrivals, ARRIVALS_CLOSED);
    check_dist(&batch->think, DIST_CONSTANT, 0, 0);
    ck_assert_int_eq(batch->retries.timeout, SIM_NEVER);
    ck_assert_int_eq(trace->arrivals, ARRIVALS_TRACE);
    ck_assert_uint_eq(trace->trace_count, 3);
    ck_assert_int_eq(trace->trace[0], SIM_SECOND / 2);
    ck_assert_int_eq(trace->trace[1], SIM_SECOND * 3 / 2);
    ck_assert_int_eq(trace->trace[2], 2 * SIM_SECOND);
    ck_assert(trace->read_modify_write);
    ck_assert_double_eq(trace->mix[OP_WRITE], 0.5);
    ck_assert_int_eq(trace->keys.kind, KEYS_ZIPF);
    ck_assert_double_eq(trace->keys.exponent, 0.99);
    ck_assert_int_eq(trace->route, ROUTE_LEADER);
    ck_assert_int_eq(stale->kind, WORKLOAD_STALENESS);
    ck_assert_uint_eq(stale->after_count, 2);
    ck_assert_int_eq(stale->after[1], SIM_MILLISECOND);
    ck_assert_int_eq(stale->keys.kind, KEYS_HOTSPOT);
    ck_assert_double_eq(stale->keys.hot_keys, 0.1);
    ck_assert_double_eq(stale->keys.hot_operations, 0.9);
    ck_assert_uint_eq(stale->keys.count, 1000);
    ck_assert_int_eq(stale->think.kind, DIST_EMPIRICAL);
    ck_assert_uint_eq(stale->think.count, 2);
    ck_assert_double_eq(stale->think.values[1], 2e6);
}
END_TEST

START_TEST(partitions_are_read) {
    const struct fault_config *faults = scenario->faults;
    static const enum partition_form forms[] = {PARTITION_ISOLATE, PARTITION_GROUPS, PARTITION_ONE_WAY,
                                                PARTITION_HALVES,  PARTITION_RING,   PARTITION_BRIDGE};
    static const char *const names[] = {"cut",         "partition-1", "partition-2",
                                        "partition-3", "partition-4", "partition-5"};
    ck_assert_uint_eq(scenario->fault_count, 23);
    for (uint32_t i = 0; i < 6; i++) {
        ck_assert_int_eq(faults[i].kind, FAULT_PARTITION);
        ck_assert_int_eq(faults[i].form, forms[i]);
        ck_assert_str_eq(faults[i].name, names[i]);
        ck_assert_int_eq(faults[i].at, (20 + (int)i) * SIM_SECOND);
        ck_assert_int_eq(faults[i].length, i == 0 ? 15 * SIM_SECOND : SIM_NEVER);
    }
    check_selector(&faults[0].groups[0].members[0], SELECT_LEADER, 0, UINT32_MAX);
    ck_assert_uint_eq(faults[1].group_count, 3);
    ck_assert_uint_eq(faults[1].groups[0].count, 3);
    check_selector(&faults[1].groups[0].members[1], SELECT_REGION, 1, UINT32_MAX);
    check_selector(&faults[1].groups[0].members[2], SELECT_CLIENTS, 0, UINT32_MAX);
    check_selector(&faults[1].groups[1].members[1], SELECT_CLIENTS_OF, 2, 0);
    check_selector(&faults[1].groups[2].members[0], SELECT_SYSTEM, 1, 1);
    check_selector(&faults[2].groups[0].members[0], SELECT_LEADER, 0, 0);
    check_selector(&faults[2].groups[1].members[0], SELECT_FOLLOWERS, 0, UINT32_MAX);
}
END_TEST

START_TEST(other_faults_are_read) {
    const struct fault_config *faults = scenario->faults;
    ck_assert_int_eq(faults[6].kind, FAULT_CRASH);
    ck_assert_int_eq(faults[6].schedule, FAULT_EVERY);
    ck_assert_int_eq(faults[6].every, 10 * SIM_SECOND);
    ck_assert_int_eq(faults[6].jitter, SIM_SECOND);
    ck_assert_uint_eq(faults[6].count, 4);
    check_selector(&faults[6].targets.members[0], SELECT_RANDOM, 2, 0);
    ck_assert_int_eq(faults[7].kind, FAULT_PAUSE);
    ck_assert_int_eq(faults[7].schedule, FAULT_RANDOM);
    ck_assert_int_eq(faults[7].mean_gap, 10 * SIM_SECOND);
    ck_assert_int_eq(faults[7].mean_length, 3 * SIM_SECOND);
    ck_assert_uint_eq(faults[7].most, 2);
    ck_assert_uint_eq(faults[7].targets.count, 2);
    check_selector(&faults[7].targets.members[0], SELECT_MINORITY, 0, UINT32_MAX);
    check_selector(&faults[7].targets.members[1], SELECT_NODE, 4, 0);
    ck_assert_int_eq(faults[8].kind, FAULT_RESTART);
    check_selector(&faults[8].targets.members[0], SELECT_ALL, 0, UINT32_MAX);
    ck_assert_int_eq(faults[9].kind, FAULT_SLOW_DISK);
    ck_assert_double_eq(faults[9].times, 10);
    check_selector(&faults[9].targets.members[0], SELECT_MAJORITY, 0, UINT32_MAX);
    ck_assert_int_eq(faults[10].kind, FAULT_STALL_DISK);
    ck_assert_int_eq(faults[11].kind, FAULT_CLOCK_JUMP);
    ck_assert_int_eq(faults[11].by, -3 * SIM_SECOND);
    ck_assert_int_eq(faults[12].kind, FAULT_CLOCK_DRIFT);
    ck_assert_double_eq(faults[12].ppm, 500);
    ck_assert_int_eq(faults[13].kind, FAULT_SLOW_NODE);
    ck_assert_double_eq(faults[13].times, 4);
    ck_assert_int_eq(faults[14].kind, FAULT_DEGRADE);
    check_selector(&faults[14].targets.members[0], SELECT_NODE, 0, 0);
    check_selector(&faults[14].to.members[0], SELECT_CLIENTS, 0, UINT32_MAX);
    ck_assert_double_eq(faults[14].loss, 0.25);
    ck_assert_double_eq(faults[14].duplicate, 0.125);
    check_dist(&faults[14].delay, DIST_CONSTANT, 5e6, 0);
    ck_assert_int_eq(faults[15].kind, FAULT_DROP_MESSAGES);
    ck_assert_str_eq(faults[15].message, "fake.append");
    ck_assert_double_eq(faults[15].probability, 0.75);
}
END_TEST

START_TEST(faults_of_disks_are_read) {
    const struct fault_config *faults = scenario->faults;
    ck_assert_int_eq(faults[16].kind, FAULT_LOSE_DISK);
    ck_assert_int_eq(faults[16].length, SIM_SECOND);
    ck_assert_int_eq(faults[17].kind, FAULT_TORN_WRITE);
    ck_assert_int_eq(faults[17].length, SIM_NEVER);
    check_selector(&faults[17].targets.members[0], SELECT_RANDOM, 1, 0);
    ck_assert_int_eq(faults[18].kind, FAULT_CORRUPT_DISK);
    ck_assert(faults[18].is_detected);
    ck_assert_uint_eq(faults[18].records, 3);
    ck_assert_uint_eq(faults[18].targets.count, 2);
    ck_assert_int_eq(faults[19].kind, FAULT_CORRUPT_DISK);
    ck_assert_str_eq(faults[19].name, "corrupt-disk-2");
    ck_assert(!faults[19].is_detected);
    ck_assert_uint_eq(faults[19].records, 1);
    check_selector(&faults[19].targets.members[0], SELECT_RANDOM, 2, 0);
    ck_assert_int_eq(faults[20].kind, FAULT_LYING_SYNC);
    check_selector(&faults[20].targets.members[0], SELECT_ALL, 0, UINT32_MAX);
    ck_assert_int_eq(faults[21].kind, FAULT_FULL_DISK);
    ck_assert_int_eq(faults[22].kind, FAULT_DEGRADE);
    ck_assert_double_eq(faults[22].duplicate, 0.5);
    check_dist(&faults[22].replay_after, DIST_UNIFORM, 1e9, 2e9);
    check_dist(&faults[14].replay_after, DIST_CONSTANT, 0, 0);
}
END_TEST

START_TEST(expectations_are_read) {
    const struct expectation *expect = scenario->expectations;
    ck_assert_uint_eq(scenario->expectation_count, 8);
    ck_assert_int_eq(expect[0].kind, EXPECT_CHECK);
    ck_assert_str_eq(expect[0].subject, "linearizable");
    ck_assert(!expect[0].is_violated);
    ck_assert_uint_eq(expect[0].column, 5);
    ck_assert_uint_gt(expect[0].line, 1);
    ck_assert(expect[1].is_violated);
    ck_assert_uint_eq(expect[1].seed_first, 1);
    ck_assert_uint_eq(expect[1].seed_last, 20);
    ck_assert_double_eq(expect[1].share, 0.95);
    ck_assert_str_eq(expect[2].subject, "shop/write.availability");
    ck_assert_str_eq(expect[2].window, "cut");
    ck_assert(expect[2].has_low && !expect[2].has_high && !expect[2].has_equal);
    ck_assert_double_eq(expect[2].low, 0.9);
    ck_assert_ptr_null(expect[3].window);
    ck_assert_int_eq(expect[3].from, 10 * SIM_SECOND);
    ck_assert_int_eq(expect[3].until, 20 * SIM_SECOND);
    ck_assert_double_eq(expect[3].low, 1e-6);
    ck_assert_double_eq(expect[3].high, 0.005);
    ck_assert_double_eq(expect[4].low, 450);
    ck_assert_double_eq(expect[5].high, 4096);
    ck_assert(expect[6].has_equal);
    ck_assert_int_eq(expect[7].kind, EXPECT_FAULT);
    ck_assert_double_eq(expect[7].low, 1);
}
END_TEST

START_TEST(the_resolved_text_runs_by_itself_and_reads_the_same) {
    ck_assert_ptr_null(strstr(scenario->resolved, "\"let\""));
    ck_assert_ptr_null(strstr(scenario->resolved, "arrivals.csv"));
    ck_assert_ptr_nonnull(strstr(scenario->resolved, "\"vary\""));
    struct scenario *again = parse(scenario->resolved);
    ck_assert_str_eq(again->resolved, scenario->resolved);
    ck_assert_uint_eq(again->hash, scenario->hash);
    scenario_free(again);
}
END_TEST

START_TEST(what_is_not_given_has_its_default) {
    struct scenario *small = parse("{\"title\": \"t\", \"duration\": \"1s\", \"systems\": {\"s\": {\"model\": "
                                   "\"fake\", \"nodes\": 3}}, \"workload\": {\"kind\": \"kv\"}}");
    const struct system_config *system = &small->systems[0];
    const struct workload_config *workload = &small->workloads[0];
    const struct fake_params *params = system->params;
    ck_assert_uint_eq(small->seed, 1);
    ck_assert_int_eq(small->warmup, 0);
    ck_assert_int_eq(small->outage_after, SIM_SECOND);
    ck_assert(!small->is_large);
    check_dist(&small->network.base.latency, DIST_CONSTANT, 500000, 0);
    ck_assert_double_eq(small->network.base.bits_per_second, 0);
    ck_assert_int_eq(params->count, 3);
    ck_assert_int_eq(params->choice, 1);
    ck_assert(params->flag);
    ck_assert_int_eq(params->range[1], 300 * SIM_MILLISECOND);
    ck_assert_int_eq(params->bytes, 65536);
    ck_assert_uint_eq(system->cores, 1);
    ck_assert_uint_eq(system->queue_limit, 10000);
    ck_assert_int_eq(system->when_full, FULL_DROP);
    check_dist(&system->service, DIST_CONSTANT, 0, 0);
    check_dist(&system->disk_sync, DIST_CONSTANT, 0, 0);
    ck_assert_str_eq(workload->name, "");
    ck_assert_uint_eq(workload->clients, 1);
    ck_assert_uint_eq(workload->first_client, 3);
    ck_assert_int_eq(workload->deadline, SIM_SECOND);
    ck_assert_int_eq(workload->route, ROUTE_LEADER);
    ck_assert_int_eq(workload->keys.kind, KEYS_UNIFORM);
    ck_assert_uint_eq(workload->keys.count, 1000);
    ck_assert_uint_eq(workload->value_bytes, 64);
    ck_assert_uint_eq(workload->retries.attempts, 1);
    ck_assert(workload->retries.full_jitter);
    ck_assert_double_eq(workload->mix[OP_READ], 0.5);
    ck_assert_int_eq(workload->until, SIM_SECOND);
    scenario_free(small);
}
END_TEST

START_TEST(five_regions_of_a_real_cloud_are_shipped) {
    struct scenario *small =
        parse("{\"title\": \"t\", \"duration\": \"1s\", \"network\": {\"regions\": \"ec2-five\"}, \"systems\": {\"s\": "
              "{\"model\": \"fake\", \"nodes\": 3, \"placement\": [\"us-west\", \"ap-northeast\"]}}}");
    const struct network_config *network = &small->network;
    ck_assert_uint_eq(network->region_count, 5);
    ck_assert_str_eq(network->regions[3], "ap-northeast");
    ck_assert_int_eq(network->round_trip[1], 82900 * SIM_MICROSECOND);
    for (uint32_t i = 0; i < 25; i++) {
        ck_assert_int_eq(network->round_trip[i], network->round_trip[i % 5 * 5 + i / 5]);
    }
    ck_assert_uint_eq(small->systems[0].regions[1], 3);
    ck_assert_uint_eq(small->systems[0].regions[2], 1);
    scenario_free(small);
}
END_TEST

/* Kinds are read by their place in a table: the tables and the enumerations must agree. */
START_TEST(tables_of_kinds_follow_their_enumerations) {
    for (uint32_t i = 0; i < DIST_KIND_COUNT; i++) {
        ck_assert_str_eq(dist_type.fields[i].name, dist_kind_name((enum dist_kind)i));
    }
    for (uint32_t i = 0; i < FAULT_KIND_COUNT; i++) {
        ck_assert_str_eq(fault_type.fields[i].name, fault_kind_name((enum fault_kind)i));
    }
}
END_TEST

START_TEST(the_schema_is_json_and_knows_the_models) {
    struct text schema = {0}, errors = {0};
    scenario_schema(&fake_models, &schema);
    struct arena arena;
    arena_init(&arena, "a test", (size_t)1 << 28);
    struct problems problems = {.arena = &arena};
    struct json_places places = {.arena = &arena};
    problems_add_file(&problems, "schema", false);
    cJSON *tree = json_parse(schema.bytes, schema.length, 0, &places, &problems);
    problems_print(&problems, &errors);
    ck_assert_msg(tree != NULL, "%s", errors.bytes);
    const cJSON *params = json_get(json_get(tree, "$defs"), "params-fake");
    const cJSON *properties = json_get(json_get(params, "anyOf")->child, "properties");
    ck_assert_ptr_nonnull(json_get(properties, "election_timeout"));
    for (uint32_t i = 0; scenario_object_types[i] != NULL; i++) {
        ck_assert_ptr_nonnull(json_get(json_get(tree, "$defs"), scenario_object_types[i]->name));
    }
    cJSON_Delete(tree);
    arena_free_all(&arena);
    text_free(&schema);
}
END_TEST

START_TEST(a_model_is_explained_in_columns) {
    struct text out = {0};
    scenario_explain(fake_models.models[0], &out);
    static const char *const lines[] = {
        "fake: a model for tests\nSource: nowhere, section 0\n",
        "\n  count             whole number   3                   1 to 100                a count\n",
        "\n  heartbeat         duration       \"50ms\"              1ms to 60s              between heartbeats\n",
        "\nMessages\n  fake.append  entries\n  fake.vote    a vote\n",
        "\nTimers\n  election, heartbeat\n",
        "\n  under these faults:\n      partition crash\n  these hold:\n    election-safety\n",
        "\nOperations\n  read, write, cas\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ck_assert_msg(strstr(out.bytes, lines[i]) != NULL, "no \"%s\" in\n%s", lines[i], out.bytes);
    }
    text_free(&out);
}
END_TEST

START_TEST(checks_of_this_version_are_supported) {
    ck_assert(scenario_check_is_supported("linearizable"));
    ck_assert(scenario_check_is_supported("state-machine-safety"));
    ck_assert(scenario_check_is_supported("convergence"));
    ck_assert(!scenario_check_is_supported("unique-ids"));
    ck_assert(!scenario_check_is_supported("nonsense"));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("scenario");
    TCase *everything = tcase_create("everything"), *others = tcase_create("others");
    tcase_add_checked_fixture(everything, read_everything, free_everything);
    tcase_add_test(everything, whole_file_keys_are_read);
    tcase_add_test(everything, the_network_is_read);
    tcase_add_test(everything, systems_are_read);
    tcase_add_test(everything, a_workload_is_read);
    tcase_add_test(everything, other_workloads_are_read);
    tcase_add_test(everything, partitions_are_read);
    tcase_add_test(everything, other_faults_are_read);
    tcase_add_test(everything, faults_of_disks_are_read);
    tcase_add_test(everything, expectations_are_read);
    tcase_add_test(everything, the_resolved_text_runs_by_itself_and_reads_the_same);
    tcase_add_test(others, what_is_not_given_has_its_default);
    tcase_add_test(others, five_regions_of_a_real_cloud_are_shipped);
    tcase_add_test(others, tables_of_kinds_follow_their_enumerations);
    tcase_add_test(others, the_schema_is_json_and_knows_the_models);
    tcase_add_test(others, a_model_is_explained_in_columns);
    tcase_add_test(others, checks_of_this_version_are_supported);
    suite_add_tcase(suite, everything);
    suite_add_tcase(suite, others);
    return suite;
}
