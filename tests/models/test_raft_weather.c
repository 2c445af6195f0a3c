/* Raft under random faults: the correct protocol is never accused, and each broken rule is caught, by the invariant
 * that stands for it. */
#include "tests/check_main.h"
#include "tests/models/raft_weather.h"

enum { SEEDS = 300, SEEDS_A_TEST = 20 };

static bool is_right(const struct weather_result *result) {
    return result->broken == 0 && result->stale == 0 && result->made_progress && result->is_converged &&
           result->counted >= (int64_t)result->acknowledged && result->counted <= (int64_t)result->asked;
}

static struct weather_result survive(const struct weather_options *options) {
    struct weather_result result = weather_run(options);
    ck_assert_msg(is_right(&result),
                  "seed %llu: invariants %#x, stale answers %u, progress %d, converged %d, acknowledged %u, "
                  "counted %lld, asked %u",
                  (unsigned long long)options->seed, result.broken, result.stale, result.made_progress,
                  result.is_converged, result.acknowledged, (long long)result.counted, result.asked);
    return result;
}

START_TEST(correct_raft_survives_random_weather) {
    uint32_t leaders = 0, crashes = 0;
    for (uint64_t seed = (uint64_t)_i * SEEDS_A_TEST + 1; seed <= ((uint64_t)_i + 1) * SEEDS_A_TEST; seed++) {
        struct weather_result result = survive(&(struct weather_options){.seed = seed});
        leaders += result.leaders;
        crashes += result.crashes;
    }
    ck_assert_uint_gt(leaders, 2 * SEEDS_A_TEST);
    ck_assert_uint_gt(crashes, 5 * SEEDS_A_TEST);
}
END_TEST

START_TEST(correct_raft_survives_torn_writes_and_full_disks) {
    uint64_t spoilt_writes = 0;
    for (uint64_t seed = 1; seed <= 2 * SEEDS_A_TEST; seed++) {
        spoilt_writes +=
            survive(&(struct weather_options){
                        .seed = seed, .tears_writes = _i != 1, .fills_disks = _i != 0, .is_hasty = seed % 2 == 0})
                .spoilt_writes;
    }
    ck_assert_uint_gt(spoilt_writes, 5 * SEEDS_A_TEST);
}
END_TEST

START_TEST(correct_raft_survives_torn_writes_with_snapshots) {
    uint32_t installed = 0;
    for (uint64_t seed = 1; seed <= 2 * SEEDS_A_TEST; seed++) {
        installed += survive(&(struct weather_options){
                                 .seed = seed, .tears_writes = true, .snapshots = true, .is_hasty = seed % 2 == 0})
                         .installed;
    }
    ck_assert_uint_gt(installed, 5 * SEEDS_A_TEST);
}
END_TEST

/* In these two a snapshot once reached the disk without the truncation of the log that it was not of. */
START_TEST(torn_write_leaves_no_snapshot_before_another_log) {
    survive(&(struct weather_options){.seed = 1906, .tears_writes = true, .snapshots = true, .is_hasty = true});
    survive(&(struct weather_options){.seed = 2329, .tears_writes = true, .snapshots = true, .is_hasty = true});
}
END_TEST

START_TEST(correct_raft_survives_late_messages) {
    for (uint64_t seed = 1; seed <= SEEDS_A_TEST; seed++) {
        survive(&(struct weather_options){.seed = seed,
                                          .is_late = true,
                                          .is_hasty = true,
                                          .plain_protocol = seed % 2 == 0,
                                          .members = seed % 4 == 3});
    }
}
END_TEST

START_TEST(correct_raft_survives_changes_of_members) {
    uint32_t changes = 0, transfers = 0, installed = 0;
    for (uint64_t seed = 1; seed <= 2 * SEEDS_A_TEST; seed++) {
        struct weather_result result = survive(&(struct weather_options){.seed = seed,
                                                                         .members = true,
                                                                         .snapshots = seed % 2 == 0,
                                                                         .tears_writes = seed % 3 == 0,
                                                                         .is_hasty = seed % 5 == 0});
        changes += result.changes;
        transfers += result.transfers;
        installed += result.installed;
    }
    ck_assert_uint_gt(changes, 5 * SEEDS_A_TEST);
    ck_assert_uint_gt(transfers, 2 * SEEDS_A_TEST);
    ck_assert_uint_gt(installed, SEEDS_A_TEST);
}
END_TEST

/* What may show that a rule is broken: an invariant, or what clients see. */
enum symptom { SYMPTOM_STALE_READ = INVARIANT_COUNT, SYMPTOM_MISCOUNT, SYMPTOM_DIVERGENCE };

static uint32_t symptoms_of(const struct weather_result *result) {
    bool is_miscounted = result->counted < (int64_t)result->acknowledged || result->counted > (int64_t)result->asked;
    return result->broken | (result->stale > 0 ? 1u << SYMPTOM_STALE_READ : 0) |
           (is_miscounted ? 1u << SYMPTOM_MISCOUNT : 0) | (!result->is_converged ? 1u << SYMPTOM_DIVERGENCE : 0);
}

static const char *symptom_name(uint32_t symptom) {
    return symptom == SYMPTOM_STALE_READ   ? "fresh reads"
           : symptom == SYMPTOM_MISCOUNT   ? "exact counts"
           : symptom == SYMPTOM_DIVERGENCE ? "convergence"
                                           : invariant_name((enum invariant_kind)symptom);
}

/* A broken rule, weather that brings it out, and what has to break. `within` seeds,
 * counted from 1, are enough. What random weather hardly shows has a script of its own: R02 in test_raft.c; R14, R21
 * and R22 in test_raft_changes.c; R11 as a scenario. */
static const struct {
    struct weather_options options;
    uint32_t breaks; /* an invariant or a symptom */
    uint64_t within;
} broken_rules[] = {
    {{.bug = RF_BUG_R01, .one_by_one = true, .is_hasty = true}, INVARIANT_LEADER_COMPLETENESS, 20},
    {{.bug = RF_BUG_R03, .plain_protocol = true, .is_hasty = true}, INVARIANT_ELECTION_SAFETY, 20},
    {{.bug = RF_BUG_R05}, INVARIANT_LEADER_COMPLETENESS, 10},
    {{.bug = RF_BUG_R06}, INVARIANT_STATE_MACHINE_SAFETY, 10},
    {{.bug = RF_BUG_R08, .snapshots = true, .tears_writes = true, .crashes_only = true},
     INVARIANT_LEADER_COMPLETENESS,
     40},
    {{.bug = RF_BUG_R09, .snapshots = true, .plain_protocol = true, .is_hasty = true}, SYMPTOM_DIVERGENCE, 20},
    {{.bug = RF_BUG_R10, .snapshots = true}, INVARIANT_LOG_MATCHING, 20},
    {{.bug = RF_BUG_R12}, SYMPTOM_STALE_READ, 10},
    {{.bug = RF_BUG_R13}, SYMPTOM_STALE_READ, 10},
    {{.bug = RF_BUG_R16, .is_hasty = true}, INVARIANT_LEADER_COMPLETENESS, 20},
    {{.bug = RF_BUG_R17, .is_hasty = true, .is_late = true}, INVARIANT_ELECTION_SAFETY, 100},
    {{.bug = RF_BUG_R18}, SYMPTOM_STALE_READ, 5},
    {{.bug = RF_BUG_R19, .crashes_only = true}, INVARIANT_LEADER_COMPLETENESS, 10},
    {{.bug = RF_BUG_R20, .snapshots = true}, INVARIANT_STATE_MACHINE_SAFETY, 10},
    {{.bug = RF_BUG_R26}, SYMPTOM_MISCOUNT, 2},
    {{.bug = RF_BUG_R30, .snapshots = true}, INVARIANT_STATE_MACHINE_SAFETY, 20},
    {{.bug = RF_BUG_OVERWRITE_LEADER_LOG}, INVARIANT_LEADER_APPEND_ONLY, 5},
};

enum { BROKEN_RULES = sizeof broken_rules / sizeof broken_rules[0] };

START_TEST(broken_rule_is_caught) {
    struct weather_options options = broken_rules[_i].options;
    uint32_t wanted = 1u << broken_rules[_i].breaks;
    uint64_t seed = 0;
    uint32_t broken = 0;
    while (seed < broken_rules[_i].within && !(broken & wanted)) {
        options.seed = ++seed;
        struct weather_result result = weather_run(&options);
        broken = symptoms_of(&result);
    }
    ck_assert_msg(broken & wanted, "no violation of %s in %llu seeds", symptom_name(broken_rules[_i].breaks),
                  (unsigned long long)seed);

    /* The same weather, the rule kept: nothing to find. */
    options.bug = RF_BUG_NONE;
    struct weather_result result = weather_run(&options);
    ck_assert_uint_eq(symptoms_of(&result), 0);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("raft weather");
    TCase *cases = tcase_create("weather");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, correct_raft_survives_random_weather, 0, SEEDS / SEEDS_A_TEST);
    tcase_add_loop_test(cases, correct_raft_survives_torn_writes_and_full_disks, 0, 3);
    tcase_add_test(cases, correct_raft_survives_torn_writes_with_snapshots);
    tcase_add_test(cases, torn_write_leaves_no_snapshot_before_another_log);
    tcase_add_test(cases, correct_raft_survives_late_messages);
    tcase_add_test(cases, correct_raft_survives_changes_of_members);
    tcase_add_loop_test(cases, broken_rule_is_caught, 0, BROKEN_RULES);
    suite_add_tcase(suite, cases);
    return suite;
}
