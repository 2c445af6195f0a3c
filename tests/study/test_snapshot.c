/* Snapshots of whole runs: whatever the fault, what follows a restore is what followed the save, to the last bit of the
 * history, the probes and the summary. */
#include "sim/study/run.h"
#include "sim/study/story.h"
#include "sim/study/summary.h"
#include "tests/study/toy.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

#define SCENARIO                                                                                                       \
    "{'title': 'raft', 'duration': '3s', 'warmup': '0.5s', 'outage_after': '200ms',"                                   \
    " 'network': {'latency': {'lognormal': {'median': '1ms', 'sigma': 0.5}}, 'loss': 0.01, 'duplicate': 0.01},"        \
    " 'systems': {'store': {'model': 'raft', 'nodes': 5, 'disk': {'sync': {'exponential': {'mean': '1ms'}}},"          \
    "  'params': {'snapshot_every': 40, 'snapshot_trailing': 10, 'voters': 4}, 'cores': 2,"                            \
    "  'service': {'default': '50us'}, 'queue': {'limit': 50}}},"                                                      \
    " 'workload': {'kind': 'kv', 'clients': 6, 'arrivals': {'poisson': '150/s'}, 'keys': {'zipf': {'count': 20,"       \
    "  'exponent': 0.9}}, 'mix': {'read': 0.3, 'write': 0.3, 'cas': 0.2, 'increment': 0.1, 'append': 0.1},"            \
    "  'deadline': '500ms', 'route': 'leader', 'retries': {'attempts': 3, 'backoff': '20ms', 'jitter': 'full',"        \
    "  'budget': 0.5}},"                                                                                               \
    " 'faults': [%s],"                                                                                                 \
    " 'expect': [{'check': 'linearizable'}, {'check': 'no-lost-writes'}, {'check': 'progress'}]}"

#define AROUND_SAVES "'every': '500ms', 'for': '370ms', 'at': '300ms', 'jitter': '50ms'"

static const char *const faults_of[FAULT_KIND_COUNT] = {
    [FAULT_PARTITION] = "{" AROUND_SAVES ", 'partition': 'majorities-ring'},"
                        "{'at': '1s', 'for': '1s', 'partition': {'isolate': 'leader'}}",
    [FAULT_CRASH] = "{" AROUND_SAVES ", 'crash': {'random': 2}}",
    [FAULT_RESTART] = "{'at': '1s', 'crash': 'leader'}, {'at': '2.3s', 'restart': 'all'}",
    [FAULT_PAUSE] = "{" AROUND_SAVES ", 'pause': 'leader'}",
    [FAULT_LOSE_DISK] = "{" AROUND_SAVES ", 'lose-disk': {'random': 1}}",
    [FAULT_TORN_WRITE] = "{" AROUND_SAVES ", 'torn-write': 'leader'}",
    [FAULT_CORRUPT_DISK] = "{'every': '300ms', 'at': '0s', 'corrupt-disk': {'of': {'random': 2}, 'detected': true}},"
                           "{" AROUND_SAVES ", 'crash': {'random': 1}}",
    [FAULT_SLOW_DISK] = "{" AROUND_SAVES ", 'slow-disk': {'of': 'all', 'times': 20}}",
    [FAULT_STALL_DISK] = "{" AROUND_SAVES ", 'stall-disk': {'random': 2}}",
    [FAULT_LYING_SYNC] = "{" AROUND_SAVES ", 'lying-sync': 'all'}, {'at': '1.4s', 'for': '1s', 'crash': {'random': 3}}",
    [FAULT_FULL_DISK] = "{" AROUND_SAVES ", 'full-disk': 'followers'}",
    [FAULT_CLOCK_JUMP] = "{'at': '0s', 'every': '400ms', 'clock-jump': {'of': 'all', 'by': '-3s'}}",
    [FAULT_CLOCK_DRIFT] = "{" AROUND_SAVES ", 'clock-drift': {'of': {'random': 2}, 'ppm': 900000}}",
    [FAULT_SLOW_NODE] = "{" AROUND_SAVES ", 'slow-node': {'of': 'leader', 'times': 200}}",
    [FAULT_DEGRADE] = "{" AROUND_SAVES ", 'degrade': {'loss': 0.2, 'duplicate': 0.5, 'delay': '5ms',"
                      " 'replay_after': '300ms'}}",
    [FAULT_DROP_MESSAGES] = "{" AROUND_SAVES ", 'drop-messages': {'type': 'raft.append', 'probability': 0.5}}",
    [FAULT_MEMBER_ADD] = "{'at': '1.1s', 'for': '2s', 'member-add': 'store/5'}, {'at': '1.2s', 'crash': 'store/5'},"
                         "{'at': '2.5s', 'restart': 'store/5'}",
    [FAULT_MEMBER_REMOVE] = "{'at': '1.1s', 'for': '2s', 'member-remove': 'leader'},"
                            "{'at': '1.05s', 'for': '1.2s', 'partition': 'halves'}",
    [FAULT_TRANSFER_LEADER] = "{" AROUND_SAVES ", 'transfer-leader': {'random': 1}}",
};

static struct scenario *scenario_with(const char *faults, uint64_t seed) {
    char text[4096];
    int length = snprintf(text, sizeof text, SCENARIO, faults);
    ck_assert_int_lt(length, (int)sizeof text);
    return scenario_of(text, seed);
}

/* Everything that a run says, to be compared. */
static struct text tell(struct run *run) {
    struct text all = {0};
    run_conclude(run);
    struct summary_host host = {.version = "", .build = "", .is_deterministic = -1};
    summary_json(run, "", &host, &all);
    summary_operations(run, &all);
    summary_series(run, &all);
    struct story *story = malloc(sizeof *story);
    story_tell(run, story);
    for (uint32_t i = 0; i < story->count; i++) {
        text_add(&all, "%lld %s\n", (long long)story->lines[i].at, story->lines[i].text);
    }
    free(story);
    for (uint32_t i = 0; i < run->probe_count; i++) {
        const struct probe *probe = &run->probes[i];
        text_add(&all, "%lld %u %u %llu %llu %llu\n", (long long)probe->at, probe->node, (unsigned)probe->kind,
                 (unsigned long long)probe->a, (unsigned long long)probe->b, (unsigned long long)probe->c);
    }
    return all;
}

static struct text finish(struct run *run) {
    run_advance(run, run->scenario->duration, UINT64_MAX);
    return tell(run);
}

static void assert_same(struct text *got, const struct text *expected) {
    size_t at = 0;
    while (at < expected->length && at < got->length && got->bytes[at] == expected->bytes[at]) {
        at++;
    }
    ck_assert_msg(at == got->length && at == expected->length, "from \"%.80s\" to \"%.80s\"", expected->bytes + at,
                  got->bytes + at);
    text_free(got);
}

static const struct run_options with_probes = {.keep_probes = true, .linear_steps = 20000};

static void try_again(struct scenario *scenario) {
    static const sim_time moments[] = {0, 400 * SIM_MILLISECOND, 1490 * SIM_MILLISECOND};
    enum { MOMENTS = sizeof moments / sizeof moments[0] };
    struct run *run = run_prepare(scenario, &with_probes);
    struct snapshot *snapshots[MOMENTS];
    for (int i = 0; i < MOMENTS; i++) {
        run_advance(run, moments[i], UINT64_MAX);
        snapshots[i] = run_save(run, i > 0 ? snapshots[i - 1] : NULL);
    }
    struct text expected = finish(run);
    static const int order[] = {2, 1, 0, 1};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        run_restore(run, snapshots[order[i]]);
        struct text again = finish(run);
        assert_same(&again, &expected);
    }
    run_free(run);
    run = run_execute(scenario, &with_probes); /* and saving changed nothing */
    ck_assert(strstr(expected.bytes, "\"trace_hash\"") != NULL);
    char hash[32];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)run->trace_hash);
    ck_assert_msg(strstr(expected.bytes, hash) != NULL, "no hash %s", hash);
    run_free(run);
    text_free(&expected);
}

START_TEST(what_follows_a_restore_is_what_followed_the_save) {
    const char *faults = faults_of[_i];
    ck_assert_msg(faults != NULL, "no example of %s", fault_kind_name((enum fault_kind)_i));
    struct scenario *scenario = scenario_with(faults, 3);
    try_again(scenario);
    scenario_free(scenario);
}
END_TEST

START_TEST(all_faults_together_are_restored_too) {
    struct text all = {0};
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (kind != FAULT_LOSE_DISK && kind != FAULT_LYING_SYNC) { /* would leave nothing else to do */
            text_add(&all, "%s%s", all.length > 0 ? ", " : "", faults_of[kind]);
        }
    }
    struct scenario *scenario = scenario_with(all.bytes, 5);
    try_again(scenario);
    scenario_free(scenario);
    text_free(&all);
}
END_TEST

START_TEST(a_violation_that_was_found_is_found_again) {
    struct scenario *scenario = scenario_of("{'title': 't', 'duration': '2s', 'systems': {'toy': {'model': 'toy',"
                                            " 'nodes': 3, 'params': {'leaders': 2, 'lead_at': '1s'}}}}",
                                            1);
    struct run *run = run_prepare(scenario, &with_probes);
    run_advance(run, 500 * SIM_MILLISECOND, UINT64_MAX);
    struct snapshot *before = run_save(run, NULL);
    run_advance(run, 1500 * SIM_MILLISECOND, UINT64_MAX);
    struct snapshot *after = run_save(run, before);
    ck_assert_int_eq(invariants_result(run->invariants[0], INVARIANT_ELECTION_SAFETY).verdict, VERDICT_VIOLATED);
    run_restore(run, before);
    ck_assert_int_eq(invariants_result(run->invariants[0], INVARIANT_ELECTION_SAFETY).verdict, VERDICT_HOLDS);
    struct text expected = finish(run);
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
    run_restore(run, after);
    ck_assert_int_eq(invariants_result(run->invariants[0], INVARIANT_ELECTION_SAFETY).verdict, VERDICT_VIOLATED);
    struct text again = finish(run);
    assert_same(&again, &expected);
    text_free(&expected);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(two_runs_are_saved_and_restored_side_by_side) {
    struct scenario *scenarios[2];
    struct run *runs[2];
    struct snapshot *snapshots[2];
    struct text expected[2];
    for (int i = 0; i < 2; i++) {
        scenarios[i] = scenario_with(faults_of[i == 0 ? FAULT_CRASH : FAULT_DEGRADE], (uint64_t)i + 1);
        runs[i] = run_prepare(scenarios[i], &with_probes);
        run_advance(runs[i], (1 + i) * SIM_SECOND, UINT64_MAX);
        snapshots[i] = run_save(runs[i], NULL);
    }
    for (int i = 0; i < 2; i++) {
        expected[i] = finish(runs[i]);
    }
    for (int i = 0; i < 4; i++) {
        run_restore(runs[i % 2], snapshots[i % 2]);
        run_advance(runs[i % 2], 2500 * SIM_MILLISECOND, 500);
    }
    for (int i = 0; i < 2; i++) {
        struct text again = finish(runs[i]);
        assert_same(&again, &expected[i]);
        text_free(&expected[i]);
        run_free(runs[i]);
        scenario_free(scenarios[i]);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("snapshot");
    TCase *tcase = tcase_create("snapshot");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, what_follows_a_restore_is_what_followed_the_save, 0, FAULT_KIND_COUNT);
    tcase_add_test(tcase, all_faults_together_are_restored_too);
    tcase_add_test(tcase, a_violation_that_was_found_is_found_again);
    tcase_add_test(tcase, two_runs_are_saved_and_restored_side_by_side);
    return suite;
}
