/* Scenarios drawn at random: each seed draws a good one, within what the model claims, and its faults end before the
 * calm in which progress is demanded. */
#include "tests/check_main.h"

#include "models/raft/raft.h"
#include "sim/study/hunt.h"
#include "sim/study/shrink.h"

#include <stdlib.h>
#include <string.h>

static const struct model *const rafts[] = {&rf_model};
static const struct model_list models = {.models = rafts, .count = 1};

static struct swarm_options options_of(const char *const *params, uint32_t count) {
    return (struct swarm_options){.models = &models, .model = &rf_model, .params = params, .param_count = count};
}

static struct scenario *draw(const struct swarm_options *options, uint64_t seed) {
    struct text errors = {0};
    struct scenario *scenario = swarm_draw(options, seed, &errors);
    ck_assert_msg(scenario != NULL, "seed %llu: %s", (unsigned long long)seed, errors.bytes);
    text_free(&errors);
    return scenario;
}

START_TEST(every_seed_draws_a_good_scenario) {
    struct swarm_options options = options_of(NULL, 0);
    uint32_t faults = 0, without = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        ck_assert_uint_eq(scenario->seed, seed);
        ck_assert_uint_ge(scenario->node_count, 3);
        ck_assert_int_le(scenario->duration, 60 * SIM_SECOND);
        faults += scenario->fault_count;
        without += scenario->fault_count == 0;
        scenario_free(scenario);
    }
    ck_assert_uint_gt(faults, 2 * 200);
    ck_assert_uint_lt(without, 20);
}
END_TEST

START_TEST(a_seed_draws_the_same_again) {
    struct swarm_options options = options_of(NULL, 0);
    struct scenario *one = draw(&options, 12345), *again = draw(&options, 12345), *other = draw(&options, 12346);
    ck_assert_str_eq(one->resolved, again->resolved);
    ck_assert_str_ne(one->resolved, other->resolved);
    scenario_free(one);
    scenario_free(again);
    scenario_free(other);
}
END_TEST

START_TEST(a_parameter_that_is_set_changes_nothing_else) {
    static const char *const bug[] = {"bug=R02"};
    struct swarm_options plain = options_of(NULL, 0), broken = options_of(bug, 1);
    struct scenario *one = draw(&plain, 7), *other = draw(&broken, 7);
    ck_assert_uint_eq(one->fault_count, other->fault_count);
    ck_assert_uint_eq(one->node_count, other->node_count);
    ck_assert_int_eq(one->duration, other->duration);
    ck_assert_ptr_nonnull(strstr(other->resolved, "\"bug\": \"R02\""));
    scenario_free(one);
    scenario_free(other);
}
END_TEST

static bool is_claimed(enum fault_kind kind) {
    const char *found = strstr(rf_model.claims[0].faults, fault_kind_name(kind));
    return found != NULL;
}

static const struct rf_params *params_of(const struct scenario *scenario) {
    return scenario->systems[0].params;
}

START_TEST(faults_stay_within_what_the_model_claims) {
    struct swarm_options options = options_of(NULL, 0);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        for (uint32_t i = 0; i < scenario->fault_count; i++) {
            const struct fault_config *fault = &scenario->faults[i];
            ck_assert_msg(is_claimed(fault->kind), "seed %llu: %s", (unsigned long long)seed, fault->name);
            int64_t bound = params_of(scenario)->max_clock_drift_ppm;
            double ppm = fault->ppm < 0 ? -fault->ppm : fault->ppm;
            ck_assert(fault->kind != FAULT_CLOCK_DRIFT || ppm <= (double)bound);
        }
        scenario_free(scenario);
    }
}
END_TEST

/* Two faults within the shortest election timeout of each other, in most of these seeds again and again. */
static uint32_t close_pairs(const struct scenario *scenario) {
    uint32_t pairs = 0;
    for (uint32_t i = 0; i + 1 < scenario->fault_count; i++) {
        const struct fault_config *one = &scenario->faults[i], *next = one + 1;
        bool is_volley = strncmp(one->name, "volley-", 7) == 0 && strncmp(next->name, one->name, 8) == 0;
        sim_time apart = next->at - one->at - (one->length == SIM_NEVER ? 0 : one->length);
        bool is_close = is_volley && one->every == next->every && apart < params_of(scenario)->election_timeout[0];
        pairs += is_close && one->count > 1 && next->count > 1;
    }
    return pairs;
}

START_TEST(volleys_of_faults_follow_each_other_closely) {
    struct swarm_options options = options_of(NULL, 0);
    uint32_t with = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        with += close_pairs(scenario) > 0;
        scenario_free(scenario);
    }
    ck_assert_uint_gt(with, 60);
}
END_TEST

static bool expects(const struct scenario *scenario, const char *check) {
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        if (strcmp(scenario->expectations[i].subject, check) == 0) {
            return true;
        }
    }
    return false;
}

/* Raft claims that replicas converge where no member is added or removed, and the rest where some are, too. */
START_TEST(narrow_claims_are_judged_without_the_faults_that_they_do_not_bear) {
    struct swarm_options options = options_of(NULL, 0);
    uint32_t narrow = 0, wide = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        bool has_changes = false;
        for (uint32_t i = 0; i < scenario->fault_count; i++) {
            enum fault_kind kind = scenario->faults[i].kind;
            has_changes = has_changes || kind == FAULT_MEMBER_ADD || kind == FAULT_MEMBER_REMOVE;
        }
        ck_assert(!has_changes || !expects(scenario, "convergence"));
        ck_assert(expects(scenario, "linearizable"));
        narrow += expects(scenario, "convergence");
        wide += has_changes;
        scenario_free(scenario);
    }
    ck_assert_uint_gt(narrow, 50);
    ck_assert_uint_gt(wide, 30);
}
END_TEST

/* Leases end where a clock drifts by more than is allowed: some seeds go near that. */
START_TEST(some_seeds_stay_at_the_edge_of_a_claim) {
    struct swarm_options options = options_of(NULL, 0);
    uint32_t at_edge = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        const struct rf_params *params = params_of(scenario);
        at_edge += params->reads == RF_READS_LEASE && params->max_clock_drift_ppm >= 100000;
        scenario_free(scenario);
    }
    ck_assert_uint_gt(at_edge, 15);
}
END_TEST

START_TEST(in_a_lull_a_node_stays_ill) {
    struct swarm_options options = options_of(NULL, 0);
    uint32_t lulls = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        for (uint32_t i = 0; i < scenario->fault_count; i++) {
            const struct fault_config *fault = &scenario->faults[i];
            bool is_lull = strcmp(fault->name, "lull-1") == 0;
            lulls += is_lull;
            ck_assert(!is_lull || (fault->length > 4 * SIM_SECOND && expects(scenario, "stable-leader")));
        }
        scenario_free(scenario);
    }
    ck_assert_uint_gt(lulls, 10);
}
END_TEST

START_TEST(faults_end_well_before_the_run) {
    struct swarm_options options = options_of(NULL, 0);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct scenario *scenario = draw(&options, seed);
        for (uint32_t i = 0; i < scenario->fault_count; i++) {
            const struct fault_config *fault = &scenario->faults[i];
            bool is_instant = fault->length == SIM_NEVER;
            sim_time last = fault->at + (is_instant ? 0 : fault->length);
            if (fault->schedule == FAULT_EVERY) {
                last += (sim_time)(fault->count - 1) * fault->every + fault->jitter;
            }
            ck_assert_msg(last <= scenario->duration - 3 * SIM_SECOND, "seed %llu: %s ends at %lld",
                          (unsigned long long)seed, fault->name, (long long)last);
        }
        scenario_free(scenario);
    }
}
END_TEST

/* ---- Hunts in this process's children ---- */

static struct hunt_result *hunt(const struct swarm_options *swarm, uint64_t last) {
    static struct hunt_result result;
    struct hunt_options options = {.swarm = swarm, .seed_first = 1, .seed_last = last, .jobs = 2};
    free(result.doubts);
    hunt_run(&options, &result);
    return &result;
}

START_TEST(correct_raft_is_not_accused) {
    struct swarm_options options = options_of(NULL, 0);
    const struct hunt_result *result = hunt(&options, 60);
    ck_assert_uint_eq(result->totals.runs, 60);
    ck_assert_uint_eq(result->totals.failed, 0);
    ck_assert_uint_lt(result->totals.inconclusive, 6);
    ck_assert_uint_eq(result->doubt_count, result->totals.inconclusive);
}
END_TEST

START_TEST(a_bug_is_found_and_its_scenario_fails_by_itself) {
    static const char *const bug[] = {"bug=R19"};
    struct swarm_options swarm = options_of(bug, 1);
    struct hunt_options options = {.swarm = &swarm};
    const struct hunt_result *result = hunt(&swarm, 200);
    ck_assert_uint_eq(result->finding_count, 1);
    struct text text = {0};
    hunt_scenario(&options, &result->findings[0], &text);
    struct trial trial = trial_run(text.bytes, text.length, &models);
    ck_assert_str_eq(trial.fingerprint.text, result->findings[0].trial.fingerprint.text);
    text_free(&text);
}
END_TEST

/* ---- A model that crashes ---- */

struct toy_params {
    bool unused;
};

static void toy_start(struct node *node, void *state) {
    (void)state;
    node_arm(node, 0, 10 * SIM_MILLISECOND);
}

static void toy_timer(struct node *node, void *state, uint32_t timer) {
    (void)state;
    node_arm(node, timer, 10 * SIM_MILLISECOND);
}

/* A bug as models have it: it boots a second time, and dies. */
static void toy_recover(struct node *node, void *state) {
    (void)node;
    (void)state;
    abort();
}

static void toy_request(struct node *node, void *state, const struct request *request) {
    (void)state;
    node_reply(node, request, (struct reply){.status = REPLY_OK});
}

static void toy_message(struct node *node, void *state, const struct message *message) {
    (void)node;
    (void)state;
    (void)message;
}

static const struct parameter toy_parameters[] = {{.name = NULL}};
static const struct message_type toy_messages[] = {{NULL, NULL}};
static const char *const toy_timers[] = {"tick", NULL};
static const char *const toy_records[] = {NULL};
static const struct model toy = {
    .abi = SPACELIKE_ABI,
    .name = "toy",
    .summary = "dies when it restarts",
    .source = "this test",
    .state_bytes = 8,
    .params_bytes = sizeof(struct toy_params),
    .parameters = toy_parameters,
    .messages = toy_messages,
    .timers = toy_timers,
    .records = toy_records,
    .operations = 1u << OP_REQUEST,
    .start = toy_start,
    .recover = toy_recover,
    .message = toy_message,
    .timer = toy_timer,
    .request = toy_request,
};
static const struct model *const toys[] = {&toy};
static const struct model_list toy_models = {.models = toys, .count = 1};

START_TEST(a_model_that_crashes_is_a_finding) {
    struct swarm_options swarm = {.models = &toy_models, .model = &toy};
    struct hunt_options options = {.swarm = &swarm};
    const struct hunt_result *result = hunt(&swarm, 100);
    ck_assert_uint_eq(result->finding_count, 1);
    ck_assert_ptr_nonnull(strstr(result->findings[0].trial.fingerprint.text, "crash: signal"));
    struct text text = {0};
    hunt_scenario(&options, &result->findings[0], &text);
    struct trial trial = trial_run(text.bytes, text.length, &toy_models);
    ck_assert_str_eq(trial.fingerprint.text, result->findings[0].trial.fingerprint.text);
    text_free(&text);
}
END_TEST

START_TEST(a_crash_can_be_shrunk) {
    static const char drawn[] = "{\"title\": \"A toy dies\", \"duration\": \"3s\", \"systems\": {\"store\": "
                                "{\"model\": \"toy\", \"nodes\": 3}},"
                                "\"faults\": [{\"at\": \"1s\", \"for\": \"100ms\", \"pause\": \"store/1\"},"
                                "{\"at\": \"1s\", \"for\": \"100ms\", \"crash\": [\"store/2\", \"store/3\"]}]}";
    struct text errors = {0};
    struct scenario_options reading = {.models = &toy_models};
    struct scenario *scenario = scenario_parse(drawn, strlen(drawn), "toy.json", &reading, &errors);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    struct shrink_options options = {.models = &toy_models, .most_runs = 200};
    struct shrink_result result;
    shrink_scenario(scenario, &options, &result);
    ck_assert_ptr_nonnull(strstr(result.fingerprint.text, "crash: signal"));
    ck_assert_uint_eq(result.after.faults, 1);
    ck_assert_uint_lt(result.after.nodes, 3);
    text_free(&result.scenario);
    scenario_free(scenario);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("swarm");
    TCase *cases = tcase_create("draws"), *hunts = tcase_create("hunts");
    tcase_set_timeout(cases, 60);
    tcase_set_timeout(hunts, 120);
    tcase_add_test(cases, every_seed_draws_a_good_scenario);
    tcase_add_test(cases, a_seed_draws_the_same_again);
    tcase_add_test(cases, a_parameter_that_is_set_changes_nothing_else);
    tcase_add_test(cases, faults_stay_within_what_the_model_claims);
    tcase_add_test(cases, volleys_of_faults_follow_each_other_closely);
    tcase_add_test(cases, narrow_claims_are_judged_without_the_faults_that_they_do_not_bear);
    tcase_add_test(cases, some_seeds_stay_at_the_edge_of_a_claim);
    tcase_add_test(cases, in_a_lull_a_node_stays_ill);
    tcase_add_test(cases, faults_end_well_before_the_run);
    tcase_add_test(hunts, correct_raft_is_not_accused);
    tcase_add_test(hunts, a_bug_is_found_and_its_scenario_fails_by_itself);
    tcase_add_test(hunts, a_model_that_crashes_is_a_finding);
    tcase_add_test(hunts, a_crash_can_be_shrunk);
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, hunts);
    return suite;
}
