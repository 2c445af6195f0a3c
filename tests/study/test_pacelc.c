/* PACELC of whole runs: Raft over two regions, with clients in both, cut apart. */
#include "sim/study/pacelc.h"
#include "sim/study/record.h"
#include "tests/study/toy.h"

#include <string.h>

#include "tests/check_main.h"

static struct scenario *scenario;
static struct run *run;

#define RAFT(clients, partition, expect)                                                                               \
    "{'title': 't', 'duration': '16s', 'warmup': '1s', 'network': {'regions': {'names': ['a', 'b'],"                   \
    " 'round_trip': [['1ms', '20ms'], ['20ms', '1ms']]}},"                                                             \
    " 'systems': {'store': {'model': 'raft', 'nodes': 3, 'placement': ['a', 'a', 'b']}},"                              \
    " 'workload': {'kind': 'kv', 'target': 'store', 'clients': " clients ", 'arrivals': {'poisson': '200/s'},"         \
    " 'mix': {'read': 0.5, 'write': 0.5}, 'keys': {'uniform': {'count': 20}}, 'deadline': '1s', 'route': 'leader'},"   \
    " 'faults': [{'name': 'cut', 'at': '5s', 'for': '5s', 'partition': " partition "}],"                               \
    " 'expect': [" expect "]}"
#define IN_BOTH "{'a': 4, 'b': 4}"
#define REGIONS "{'groups': [['a'], ['b']]}"

static void execute(const char *text) {
    struct run_options options = {0};
    scenario = scenario_of(text, 1);
    run = run_execute(scenario, &options);
}

static void tear_down(void) {
    run_free(run);
    scenario_free(scenario);
}

START_TEST(raft_gives_up_availability_and_latency) {
    execute(RAFT(IN_BOTH, REGIONS, "{'pacelc': 'PC/EC'}, {'pacelc': 'PC'}, {'pacelc': 'EC'}"));
    ck_assert_int_eq(run->verdict, VERDICT_HOLDS);
    const struct pacelc *pacelc = pacelc_of_run(run, 0);
    ck_assert_str_eq(pacelc->verdict.label, "PC/EC");
    ck_assert_uint_eq(pacelc->verdict.sides_judged, 2);
    ck_assert_uint_eq(measures_side_count(run->measures), 2);
    ck_assert_uint_eq(measures_side(run->measures, 1)->node_count, 1);
    ck_assert_uint_eq(measures_side(run->measures, 1)->served[OP_WRITE], 0);
    ck_assert_ptr_eq(pacelc_of_run(run, 0), pacelc);
}
END_TEST

START_TEST(another_label_is_violated_with_the_reason) {
    execute(RAFT(IN_BOTH, REGIONS, "{'pacelc': 'PA/EC'}"));
    ck_assert_int_eq(run->verdict, VERDICT_VIOLATED);
    ck_assert_ptr_nonnull(strstr(run->expectations[0].detail, "PC/EC, since a side serves 0 of"));
}
END_TEST

START_TEST(clients_that_reach_every_side_decide_nothing) {
    execute(RAFT("8", REGIONS, "{'pacelc': 'PC/EC'}"));
    ck_assert_int_eq(run->verdict, VERDICT_INCONCLUSIVE);
    ck_assert_str_eq(pacelc_of_run(run, 0)->verdict.label, "P?/EC");
    ck_assert_uint_gt(measures_side_other(run->measures)->asked[OP_READ], 0);
}
END_TEST

START_TEST(traffic_is_counted_by_window) {
    execute(RAFT(IN_BOTH, REGIONS, ""));
    static const char *const windows[] = {"partition", "healing", "connected"};
    double all, sum = 0, part;
    ck_assert(measures_value(run->measures, "cross_region_bytes", measures_find_window(run->measures, "all"), &all));
    for (int i = 0; i < 3; i++) {
        const struct window *window = measures_find_window(run->measures, windows[i]);
        ck_assert(measures_value(run->measures, "cross_region_bytes", window, &part));
        sum += part;
    }
    ck_assert(sum == all);
    ck_assert(measures_value(run->measures, "messages_per_op", measures_find_window(run->measures, "cut"), &part));
    ck_assert(part > 1);
}
END_TEST

START_TEST(the_summary_and_the_record_bear_the_label) {
    execute(RAFT(IN_BOTH, REGIONS, ""));
    struct text json = {0}, text = {0};
    struct record record;
    pacelc_json(run, &json);
    ck_assert_ptr_nonnull(strstr(json.bytes, "\"label\": \"PC/EC\""));
    ck_assert_ptr_nonnull(strstr(json.bytes, "\"level\": \"linearizable\""));
    record_write(run, 0, NULL, NULL, &text);
    ck_assert(record_read(text.bytes, text.length, &record));
    bool is_found = false;
    for (uint32_t i = 0; i < record.check_count; i++) {
        is_found = is_found ||
                   (strcmp(record.checks[i].kind, "pacelc") == 0 && strcmp(record.checks[i].name, "store: PC/EC") == 0);
    }
    ck_assert(is_found);
    ck_assert(record_value(&record, "side.availability", "partition") == 0);
    record_free(&record);
    text_free(&json);
    text_free(&text);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("pacelc");
    TCase *runs = tcase_create("runs");
    tcase_add_checked_fixture(runs, NULL, tear_down);
    tcase_add_test(runs, raft_gives_up_availability_and_latency);
    tcase_add_test(runs, another_label_is_violated_with_the_reason);
    tcase_add_test(runs, clients_that_reach_every_side_decide_nothing);
    tcase_add_test(runs, traffic_is_counted_by_window);
    tcase_add_test(runs, the_summary_and_the_record_bear_the_label);
    suite_add_tcase(suite, runs);
    return suite;
}
