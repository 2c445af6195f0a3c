#include "sim/measure/metric.h"

#include "tests/check_main.h"

START_TEST(every_listed_name_is_known) {
    for (int i = 0; metric_names[i] != NULL; i++) {
        ck_assert_msg(metric_is_known(metric_names[i]), "%s", metric_names[i]);
        ck_assert_msg(!metric_is_duration(metric_names[i]) || !metric_is_share(metric_names[i]), "%s", metric_names[i]);
    }
}
END_TEST

START_TEST(consistency_is_known_at_any_offset) {
    ck_assert(metric_is_known("consistency.at.12.5ms"));
    ck_assert(!metric_is_known("consistency.at."));
    ck_assert(!metric_is_known("consistency.at.5"));
    ck_assert(!metric_is_known("consistency.at.-5ms"));
}
END_TEST

START_TEST(names_of_nothing_are_unknown) {
    static const char *const names[] = {"",
                                        "read",
                                        "read.latency",
                                        "read.latency.p98",
                                        "shop/read.latency.p99",
                                        "reads.latency.p99",
                                        "write.stale.share",
                                        "election.time"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ck_assert_msg(!metric_is_known(names[i]), "%s", names[i]);
    }
}
END_TEST

START_TEST(people_read_durations_and_shares) {
    static const char *const durations[] = {"read.latency.p99",
                                            "shop/cas.latency.max",
                                            "read.staleness.max",
                                            "outage.longest",
                                            "outage.total",
                                            "mtbf",
                                            "mttr",
                                            "convergence.time",
                                            "queue.wait.mean",
                                            "election.first",
                                            "election.time.p99",
                                            "t_visibility.p999"};
    static const char *const shares[] = {"availability", "write.availability", "shop/read.availability",
                                         "read.stale.share", "consistency.at.5ms"};
    static const char *const numbers[] = {"read.throughput", "read.versions_behind.max", "write.lost",
                                          "outage.count",    "messages_per_op",          "bytes_per_op",
                                          "disk.syncs",      "queue.length.mean",        "cost.per_million_ops",
                                          "election.count"};
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        ck_assert_msg(metric_is_duration(durations[i]) && !metric_is_share(durations[i]), "%s", durations[i]);
    }
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        ck_assert_msg(metric_is_share(shares[i]) && !metric_is_duration(shares[i]), "%s", shares[i]);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        ck_assert_msg(!metric_is_share(numbers[i]) && !metric_is_duration(numbers[i]), "%s", numbers[i]);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("metric");
    TCase *tcase = tcase_create("metric");
    tcase_add_test(tcase, every_listed_name_is_known);
    tcase_add_test(tcase, consistency_is_known_at_any_offset);
    tcase_add_test(tcase, names_of_nothing_are_unknown);
    tcase_add_test(tcase, people_read_durations_and_shares);
    suite_add_tcase(suite, tcase);
    return suite;
}
