/* Whole runs: exact times, steps, determinism, the story and the summary. */
#include "sim/study/run.h"
#include "sim/study/story.h"
#include "sim/study/summary.h"
#include "tests/study/toy.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

#define RAFT                                                                                                           \
    "{'title': 'raft', 'duration': '10s', 'warmup': '2s', 'network': {'latency': '1ms'},"                              \
    " 'systems': {'store': {'model': 'raft', 'nodes': 3, 'disk': {'sync': '1ms'}}},"                                   \
    " 'workload': {'kind': 'register', 'clients': 4, 'arrivals': {'poisson': '100/s'}},"                               \
    " 'phases': [{'name': 'busy', 'at': '3s', 'for': '1s', 'rate': 2}],"                                               \
    " 'faults': [{'name': 'kill', 'at': '5s', 'for': '2s', 'crash': 'leader'}],"                                       \
    " 'expect': [{'check': 'linearizable'}, {'check': 'election-safety'},"                                             \
    "  {'metric': 'read.latency.p50', 'at_most': '1s'}, {'fault': 'kill', 'touched': {'at_least': 1}}]}"

static struct run *run_text(const char *text, uint64_t seed, struct scenario **scenario) {
    struct run_options options = {.keep_probes = true};
    *scenario = scenario_of(text, seed);
    return run_execute(*scenario, &options);
}

/* ---- Times ---- */

START_TEST(an_operation_takes_exactly_what_its_parts_take) {
    struct scenario *scenario;
    struct run *run = run_text("{'title': 't', 'duration': '1s', 'network': {'latency': '5ms'},"
                               " 'systems': {'desk': {'model': 'station', 'nodes': 1, 'service': {'request': '3ms'}}},"
                               " 'workload': {'kind': 'requests', 'arrivals': {'closed': {'think': '10ms'}}}}",
                               1, &scenario);
    const struct history *history = load_history(run->load);
    ck_assert_uint_eq(history->count, 44); /* a cycle takes 23 ms; the last one is under way */
    for (uint32_t i = 0; i < 43; i++) {
        ck_assert_int_eq(history->operations[i].invoked, (10 + 23 * i) * SIM_MILLISECOND);
        ck_assert_int_eq(history->operations[i].completed, (23 + 23 * i) * SIM_MILLISECOND);
    }
    double value;
    ck_assert(measures_value(run->measures, "request.latency.max", measures_find_window(run->measures, "all"), &value));
    ck_assert_double_eq(value, 0.013);
    ck_assert_int_eq(run->ended, SIM_SECOND);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_write_of_raft_takes_two_round_trips_and_one_sync) {
    struct scenario *scenario;
    struct run *run = run_text("{'title': 't', 'duration': '10s', 'warmup': '5s', 'network': {'latency': '2ms'},"
                               " 'systems': {'store': {'model': 'raft', 'nodes': 3, 'disk': {'sync': '1ms'}}},"
                               " 'workload': {'kind': 'register', 'arrivals': {'uniform': '10/s'},"
                               "  'mix': {'write': 1}}}",
                               1, &scenario);
    double low, high;
    const struct window *all = measures_find_window(run->measures, "all");
    ck_assert(measures_value(run->measures, "write.latency.p50", all, &low));
    ck_assert(measures_value(run->measures, "write.latency.max", all, &high));
    ck_assert_double_eq(low, 0.009); /* client to leader and back, leader to follower and back, the follower's disk */
    ck_assert_double_eq(high, 0.009);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

/* Of 20 s: nodes 1 and 2 of three are down together from 3 s to 5 s, and 2 and 3 from 9 s to the end; of the pair one
 * is down from 4 s to 6 s. The warm-up of 1 s does not count. */
START_TEST(a_majority_is_up_except_when_half_of_the_nodes_are_down) {
    struct scenario *scenario;
    struct run *run = run_text("{'title': 't', 'duration': '21s', 'warmup': '1s',"
                               " 'systems': {'three': {'model': 'station', 'nodes': 3}, 'two': {'model': 'station', "
                               "'nodes': 2}, 'one': {'model': 'station'}},"
                               " 'faults': [{'name': 'a', 'at': '2s', 'for': '3s', 'crash': 'three/1'},"
                               " {'name': 'b', 'at': '3s', 'for': '3s', 'crash': 'three/2'},"
                               " {'name': 'c', 'at': '4s', 'for': '2s', 'crash': 'two/1'},"
                               " {'name': 'd', 'at': '9s', 'crash': ['three/2', 'three/3']}]}",
                               1, &scenario);
    const struct window *all = measures_find_window(run->measures, "all");
    const struct {
        const char *name;
        double value;
    } expected[] = {{"three/majority.availability", 1 - 14 / 20.0},
                    {"two/majority.availability", 1 - 2 / 20.0},
                    {"one/majority.availability", 1},
                    {"majority.availability", 1 - 15 / 20.0}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        double value = -1;
        ck_assert(measures_value(run->measures, expected[i].name, all, &value));
        ck_assert_double_eq_tol(value, expected[i].value, 1e-12);
    }
    double during = -1; /* of 3 s, one before the second node went down */
    ck_assert(measures_value(run->measures, "three/majority.availability", measures_find_window(run->measures, "a"),
                             &during));
    ck_assert_double_eq_tol(during, 1 / 3.0, 1e-12);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

/* ---- Steps ---- */

static double messages_per_op(const struct run *run) {
    double value = -1;
    measures_value(run->measures, "messages_per_op", measures_find_window(run->measures, "all"), &value);
    return value;
}

START_TEST(a_run_may_be_stepped_and_stays_the_same) {
    struct scenario *scenario;
    struct run *whole = run_text(RAFT, 1, &scenario);
    struct run_options options = {.keep_probes = true};
    struct run *stepped = run_prepare(scenario, &options);
    while (run_advance(stepped, scenario->duration, 1) > 0) {
    }
    run_conclude(stepped);
    ck_assert_uint_eq(stepped->trace_hash, whole->trace_hash);
    ck_assert_uint_eq(stepped->events, whole->events);
    ck_assert_double_gt(messages_per_op(whole), 0);
    ck_assert_double_eq(messages_per_op(stepped), messages_per_op(whole)); /* without those of the warm-up */
    run_free(stepped);
    run_free(whole);
    scenario_free(scenario);
}
END_TEST

START_TEST(two_runs_side_by_side_are_what_they_are_alone) {
    struct scenario *scenarios[2];
    struct run_options options = {0};
    uint64_t alone[2];
    struct run *runs[2];
    for (int i = 0; i < 2; i++) {
        runs[i] = run_text(RAFT, (uint64_t)i + 1, &scenarios[i]);
        alone[i] = runs[i]->trace_hash;
        run_free(runs[i]);
        runs[i] = run_prepare(scenarios[i], &options);
    }
    ck_assert_uint_ne(alone[0], alone[1]);
    uint64_t executed = 1;
    while (executed > 0) {
        executed = run_advance(runs[0], scenarios[0]->duration, 17) + run_advance(runs[1], scenarios[1]->duration, 5);
    }
    for (int i = 0; i < 2; i++) {
        run_conclude(runs[i]);
        ck_assert_uint_eq(runs[i]->trace_hash, alone[i]);
        run_free(runs[i]);
        scenario_free(scenarios[i]);
    }
}
END_TEST

static bool stop_at_three(void *context, const struct run_progress *progress) {
    uint32_t *calls = context;
    ck_assert_int_eq(progress->duration, 10 * SIM_SECOND);
    return ++*calls < 3;
}

START_TEST(the_progress_function_may_stop_a_run) {
    uint32_t calls = 0;
    struct scenario *scenario = scenario_of("{'title': 't', 'duration': '10s', 'systems': {'desk': {'model': 'station',"
                                            " 'nodes': 1}}, 'workload': {'kind': 'requests', 'clients': 50}}",
                                            1);
    struct run_options options = {.progress = stop_at_three, .progress_context = &calls};
    struct run *run = run_execute(scenario, &options);
    ck_assert_uint_eq(calls, 3);
    ck_assert(run->was_stopped);
    ck_assert_int_lt(run->ended, 10 * SIM_SECOND);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

/* ---- Determinism ---- */

START_TEST(raft_is_deterministic) {
    struct scenario *scenario = scenario_of(RAFT, 3);
    struct run_options options = {0};
    struct text report = {0};
    ck_assert(run_is_deterministic(scenario, &options, &report));
    ck_assert_uint_eq(report.length, 0);
    scenario_free(scenario);
}
END_TEST

#define TOY(params)                                                                                                    \
    "{'title': 't', 'duration': '5s', 'network': {'latency': '1ms', 'bandwidth': '1Gbit/s'},"                          \
    " 'systems': {'toy': {'model': 'toy', 'nodes': 2, 'params': {" params "}}}}"

START_TEST(a_pure_toy_is_deterministic) {
    struct scenario *scenario = scenario_of(TOY("'leaders': 1"), 1);
    struct run_options options = {0};
    struct text report = {0};
    ck_assert(run_is_deterministic(scenario, &options, &report));
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *text, *said;
} impure[] = {{TOY("'impure': 'timer'"), "timer impure"},
              {TOY("'impure': 'bytes'"), "toy.hello"},
              {TOY("'impure': 'probe'"), "timer impure"}};

START_TEST(what_depends_on_addresses_is_found_and_named) {
    struct scenario *scenario = scenario_of(impure[_i].text, 1);
    struct run_options options = {0};
    struct text report = {0};
    ck_assert(!run_is_deterministic(scenario, &options, &report));
    ck_assert_msg(strstr(report.bytes, "differs between two runs of the same seed:\n  first:  ") != NULL, "%s",
                  report.bytes);
    ck_assert_msg(strstr(report.bytes, "\n  second: ") != NULL, "%s", report.bytes);
    ck_assert_msg(strstr(report.bytes, impure[_i].said) != NULL, "%s", report.bytes);
    ck_assert_msg(strstr(report.bytes, "toy/1") != NULL, "%s", report.bytes);
    text_free(&report);
    scenario_free(scenario);
}
END_TEST

/* ---- The story ---- */

static void assert_lines(const struct story *story, const char *const *expected, uint32_t count) {
    for (uint32_t i = 0; i < story->count && i < count; i++) {
        ck_assert_str_eq(story->lines[i].text, expected[i]);
        ck_assert(i == 0 || story->lines[i].at >= story->lines[i - 1].at);
    }
    ck_assert_uint_eq(story->count, count);
}

START_TEST(the_story_tells_phases_faults_and_leaders) {
    struct scenario *scenario;
    struct story story;
    struct run *run = run_text(RAFT, 1, &scenario);
    story_tell(run, &story);
    const struct leadership *first = measures_leadership(run->measures, 0),
                            *second = measures_leadership(run->measures, 1);
    char elected[2][80], crashes[80], leads_no_more[80];
    snprintf(elected[0], 80, "store/%u is elected leader of term %llu", first->leader + 1,
             (unsigned long long)first->term);
    snprintf(elected[1], 80, "store/%u is elected leader of term %llu", second->leader + 1,
             (unsigned long long)second->term);
    snprintf(crashes, 80, "kill: crashes store/%u", first->leader + 1);
    snprintf(leads_no_more, 80, "store/%u leads no more", first->leader + 1);
    const char *const expected[] = {elected[0], "busy begins: the load times 2", "busy ends", crashes, leads_no_more,
                                    elected[1]};
    ck_assert_uint_eq(story.count, 7);
    ck_assert_uint_eq(story.left_out, 0);
    ck_assert_int_eq(story.lines[3].at, 5 * SIM_SECOND);
    ck_assert_ptr_nonnull(strstr(story.lines[6].text, "kill ends: 1 node hit"));
    story.count = 6;
    assert_lines(&story, expected, 6);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_long_story_keeps_its_beginning_and_end) {
    struct scenario *scenario;
    struct story story;
    struct run *run = run_text("{'title': 't', 'duration': '100s', 'systems': {'toy': {'model': 'toy', 'nodes': 2}},"
                               " 'faults': [{'name': 'p', 'at': '10s', 'every': '1s', 'count': 30, 'for': '1ms',"
                               " 'pause': 'toy/1'}]}",
                               1, &scenario);
    story_tell(run, &story);
    ck_assert_uint_eq(story.count, STORY_LINES);
    ck_assert_uint_eq(story.left_out, 30 - STORY_LINES);
    ck_assert_uint_eq(story.gap, STORY_LINES - STORY_LINES / 3);
    ck_assert_int_eq(story.lines[0].at, 10 * SIM_SECOND);
    ck_assert_int_eq(story.lines[STORY_LINES - 1].at, 39 * SIM_SECOND);
    ck_assert_str_eq(story.lines[0].text, "p: pauses toy/1 for 1 ms");
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_violation_is_told_with_what_came_before_it) {
    struct scenario *scenario;
    struct story story;
    struct run *run =
        run_text("{'title': 't', 'duration': '100s', 'systems': {'toy': {'model': 'toy', 'nodes': 2,"
                 "  'params': {'leaders': 2, 'lead_at': '50s'}}},"
                 " 'faults': [{'name': 'p', 'at': '10s', 'every': '1s', 'for': '1ms', 'pause': 'toy/1'}]}",
                 1, &scenario);
    story_tell(run, &story);
    ck_assert_uint_eq(story.count, STORY_LINES);
    ck_assert_uint_eq(story.gap, 0);
    uint32_t last = STORY_LINES - 1;
    ck_assert(story.lines[last].is_violation);
    ck_assert_int_eq(story.lines[last].at, 50 * SIM_SECOND);
    ck_assert_ptr_nonnull(strstr(story.lines[last].text, "election-safety is violated: "));
    for (uint32_t i = 0; i < last; i++) {
        ck_assert(!story.lines[i].is_violation);
        ck_assert_int_le(story.lines[i].at, 50 * SIM_SECOND);
    }
    run_free(run);
    scenario_free(scenario);
}
END_TEST

/* ---- The summary ---- */

static void make_summary(struct run *run, double wall_s, struct text *out) {
    struct summary_host host = {.wall_s = wall_s, .version = "0", .build = "test \"quoted\"", .is_deterministic = -1};
    struct text replay = {0};
    summary_replay(run->scenario, NULL, 0, &run->options, &replay);
    summary_json(run, replay.bytes, &host, out);
    text_free(&replay);
}

START_TEST(the_summary_is_json_with_its_keys) {
    static const char *const keys[] = {"schema",  "scenario",     "title",  "seed",    "trace_hash",
                                       "verdict", "simulated_s",  "events", "metrics", "pacelc",
                                       "checks",  "expectations", "faults", "replay",  "host"};
    struct scenario *scenario;
    struct run *run = run_text(RAFT, 1, &scenario);
    struct text out = {0};
    make_summary(run, 1.5, &out);
    cJSON *json = cJSON_Parse(out.bytes);
    ck_assert_ptr_nonnull(json);
    int place = 0;
    for (const cJSON *item = json->child; item != NULL; item = item->next, place++) {
        ck_assert_int_lt(place, (int)(sizeof keys / sizeof keys[0]));
        ck_assert_str_eq(item->string, keys[place]);
    }
    ck_assert_int_eq(place, sizeof keys / sizeof keys[0]);
    ck_assert_int_eq(cJSON_GetObjectItem(json, "schema")->valueint, 1);
    ck_assert_str_eq(cJSON_GetObjectItem(json, "verdict")->valuestring, "holds");
    ck_assert_int_eq(cJSON_GetObjectItem(json, "simulated_s")->valueint, 10);
    const cJSON *check = cJSON_GetObjectItem(json, "checks")->child;
    ck_assert_str_eq(cJSON_GetObjectItem(check, "name")->valuestring, "linearizable");
    ck_assert_str_eq(cJSON_GetObjectItem(check, "verdict")->valuestring, "holds");
    ck_assert(cJSON_IsNull(cJSON_GetObjectItem(check, "at_s")));
    const cJSON *fault = cJSON_GetObjectItem(json, "faults")->child;
    ck_assert_str_eq(cJSON_GetObjectItem(fault, "name")->valuestring, "kill");
    ck_assert_double_eq(cJSON_GetObjectItem(fault, "at_s")->valuedouble, 5);
    ck_assert_double_eq(cJSON_GetObjectItem(fault, "until_s")->valuedouble, 7);
    ck_assert_double_ge(cJSON_GetObjectItem(cJSON_GetObjectItem(fault, "touched"), "total")->valuedouble, 1);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItem(json, "expectations")), 4);
    const cJSON *latency = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "metrics"), "read.latency.p50");
    ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(latency, "all")));
    ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(latency, "busy")));
    ck_assert_str_eq(cJSON_GetObjectItem(json, "replay")->valuestring, "spacelike run memory.json --seed 1");
    ck_assert_str_eq(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "host"), "build")->valuestring, "test \"quoted\"");
    cJSON_Delete(json);
    text_free(&out);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(summaries_of_one_seed_differ_in_host_only) {
    char *printed[2];
    for (int i = 0; i < 2; i++) {
        struct scenario *scenario;
        struct text out = {0};
        struct run *run = run_text(RAFT, 2, &scenario);
        make_summary(run, i + 0.25, &out);
        cJSON *json = cJSON_Parse(out.bytes);
        cJSON_DeleteItemFromObject(json, "host");
        printed[i] = cJSON_Print(json);
        cJSON_Delete(json);
        text_free(&out);
        run_free(run);
        scenario_free(scenario);
    }
    ck_assert_str_eq(printed[0], printed[1]);
    free(printed[0]);
    free(printed[1]);
}
END_TEST

START_TEST(a_seed_of_64_bits_is_kept) {
    struct scenario *scenario;
    struct run *run = run_text(TOY("'leaders': 1"), UINT64_MAX, &scenario);
    struct text out = {0};
    make_summary(run, 1, &out);
    cJSON *json = cJSON_Parse(out.bytes);
    ck_assert_str_eq(cJSON_GetObjectItem(json, "seed")->valuestring, "18446744073709551615");
    cJSON_Delete(json);
    text_free(&out);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

START_TEST(the_replay_line_is_for_a_shell_and_names_all_that_matters) {
    struct scenario scenario = {.path = "it's here/a b.json", .seed = 7};
    struct run_options options = {.tie_salt = 5, .linear_steps = 9};
    static const char *const sets[] = {"systems.store.nodes=3", "title=\"a\nb\"", "x="};
    struct text out = {0};
    summary_replay(&scenario, sets, 3, &options, &out);
    ck_assert_str_eq(out.bytes, "spacelike run 'it'\\''s here/a b.json' --seed 7 --set systems.store.nodes=3 "
                                "--set 'title=\"a\nb\"' --set x= --tie-salt 5 --checker-steps 9");
    text_free(&out);
    scenario.path = "-odd.json";
    summary_replay(&scenario, NULL, 0, &(struct run_options){0}, &out);
    ck_assert_str_eq(out.bytes, "spacelike run ./-odd.json --seed 7");
    text_free(&out);
}
END_TEST

static uint32_t count_of(const char *text, char wanted) {
    uint32_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == wanted;
    }
    return count;
}

START_TEST(operations_and_series_are_tables) {
    struct scenario *scenario;
    struct run *run = run_text(RAFT, 1, &scenario);
    struct text operations = {0}, series = {0};
    summary_operations(run, &operations);
    summary_series(run, &series);
    uint32_t rows = count_of(operations.bytes, '\n');
    ck_assert_uint_eq(rows, load_history(run->load)->count + 1);
    ck_assert_uint_eq(count_of(operations.bytes, ','), 12 * rows);
    rows = count_of(series.bytes, '\n');
    ck_assert_uint_ge(rows, 201);
    ck_assert_uint_eq(count_of(series.bytes, ',') % rows, 0);
    text_free(&operations);
    text_free(&series);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("run");
    TCase *tests = tcase_create("run");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, an_operation_takes_exactly_what_its_parts_take);
    tcase_add_test(tests, a_write_of_raft_takes_two_round_trips_and_one_sync);
    tcase_add_test(tests, a_majority_is_up_except_when_half_of_the_nodes_are_down);
    tcase_add_test(tests, a_run_may_be_stepped_and_stays_the_same);
    tcase_add_test(tests, two_runs_side_by_side_are_what_they_are_alone);
    tcase_add_test(tests, the_progress_function_may_stop_a_run);
    tcase_add_test(tests, raft_is_deterministic);
    tcase_add_test(tests, a_pure_toy_is_deterministic);
    tcase_add_loop_test(tests, what_depends_on_addresses_is_found_and_named, 0, sizeof impure / sizeof impure[0]);
    tcase_add_test(tests, the_story_tells_phases_faults_and_leaders);
    tcase_add_test(tests, a_long_story_keeps_its_beginning_and_end);
    tcase_add_test(tests, a_violation_is_told_with_what_came_before_it);
    tcase_add_test(tests, the_summary_is_json_with_its_keys);
    tcase_add_test(tests, summaries_of_one_seed_differ_in_host_only);
    tcase_add_test(tests, a_seed_of_64_bits_is_kept);
    tcase_add_test(tests, the_replay_line_is_for_a_shell_and_names_all_that_matters);
    tcase_add_test(tests, operations_and_series_are_tables);
    suite_add_tcase(suite, tests);
    return suite;
}
