#include "sim/measure/internal.h"
#include "sim/measure/metric.h"
#include "sim/measure/own.h"

#include "tests/check_main.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

START_TEST(every_listed_name_is_known) {
    for (int i = 0; metric_names[i] != NULL; i++) {
        ck_assert_msg(metric_is_known(metric_names[i]), "%s", metric_names[i]);
        ck_assert_msg(!metric_is_duration(metric_names[i]) || !metric_is_share(metric_names[i]), "%s", metric_names[i]);
    }
}
END_TEST

static bool is_in(const struct metric *table, const char *prefix, const char *name) {
    size_t length = strlen(prefix);
    for (; table->name != NULL; table++) {
        if (strncmp(name, prefix, length) == 0 && strcmp(table->name, name + length) == 0) {
            return true;
        }
    }
    return false;
}

START_TEST(every_listed_name_is_computed_and_every_computed_one_is_listed) {
    for (int i = 0; metric_names[i] != NULL; i++) {
        bool is_computed =
            is_in(other_metrics, "", metric_names[i]) || strncmp(metric_names[i], "consistency.at.", 15) == 0;
        for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
            char prefix[32];
            snprintf(prefix, sizeof prefix, "%s.", operation_name((enum operation_kind)kind));
            is_computed = is_computed || is_in(operation_metrics, prefix, metric_names[i]);
        }
        ck_assert_msg(is_computed, "%s", metric_names[i]);
    }
    for (const struct metric *metric = other_metrics; metric->name != NULL; metric++) {
        ck_assert_msg(metric_is_known(metric->name), "%s", metric->name);
    }
    for (const struct metric *metric = operation_metrics; metric->name != NULL; metric++) {
        char name[64];
        snprintf(name, sizeof name, "read.%s", metric->name);
        ck_assert_msg(metric_is_known(name), "%s", name);
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
                                            "queue.sojourn.mean",
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

START_TEST(metrics_of_a_model_have_its_name_and_a_statistic) {
    static const struct model_metric metrics[] = {{"rounds", ""}, {"delay.time", ""}, {NULL, NULL}};
    static const struct model model = {.name = "gossip", .metrics = metrics}, plain = {.name = "gossip"};
    uint32_t metric = 9, statistic = 9;
    ck_assert(metric_find_own("gossip.rounds.p99", &model, &metric, &statistic));
    ck_assert_uint_eq(metric, 0);
    ck_assert_str_eq(own_statistics[statistic], "p99");
    ck_assert(metric_find_own("gossip.delay.time.mean", &model, &metric, &statistic) && metric == 1);
    ck_assert(!metric_find_own("gossip.rounds.p98", &model, &metric, &statistic));
    ck_assert(!metric_find_own("gossip.rounds", &model, &metric, &statistic));
    ck_assert(!metric_find_own("gossip.round.p99", &model, &metric, &statistic));
    ck_assert(!metric_find_own("raft.rounds.p99", &model, &metric, &statistic));
    ck_assert(!metric_find_own("gossip.rounds.p99", &plain, &metric, &statistic));
    ck_assert(metric_is_duration("gossip.delay.time.p99") && !metric_is_duration("gossip.delay.time.count"));
    ck_assert(!metric_is_duration("gossip.rounds.p99"));
    ck_assert(metric_find_own("gossip.rounds.variation", &model, &metric, &statistic));
    ck_assert(!metric_is_duration("gossip.delay.time.variation") && !metric_is_scaled("gossip.delay.time.variation"));
    ck_assert(metric_is_share("quorum.moved.share.mean") && metric_is_scaled("quorum.moved.share.mean"));
    ck_assert(!metric_is_share("quorum.moved.share.count") && !metric_is_share("quorum.owned.share.variation"));
}
END_TEST

/* Of metric 0: 5, 1, 3 ns in one system, 100 in another. */
START_TEST(samples_of_a_model_make_numbers) {
    static const struct model_metric metrics[] = {{"rounds", ""}, {"delay.time", ""}, {NULL, NULL}};
    static const struct model model = {.name = "gossip", .metrics = metrics};
    static const struct system_config systems[] = {{.name = "a", .model = &model}, {.name = "b", .model = &model}};
    static const struct cluster_config config = {.systems = systems, .system_count = 2};
    struct own_sample items[] = {
        {5, 10, 0, 0, 0}, {1, 20, 0, 0, 1}, {3, 30, 0, 0, 1}, {100, 20, 1, 0, 2}, {2000000000, 20, 0, 1, 0}};
    struct own_samples samples = {items, 5, 5}, sorted = own_sort(&samples);
    struct interval interval = {0, 30};
    struct window window = {"all", &interval, 1};
    struct filter filter = {NULL, &window, FILTER_ANY, FILTER_ANY, FILTER_ANY}, first = filter;
    double value;
    first.system = 0;
    ck_assert(own_value(&sorted, &config, "gossip.rounds.count", &first, &value) && value == 2); /* not the one at 30 */
    ck_assert(own_value(&sorted, &config, "gossip.rounds.sum", &first, &value) && value == 6);
    ck_assert(own_value(&sorted, &config, "gossip.rounds.max", &first, &value) && value == 5);
    ck_assert(own_value(&sorted, &config, "gossip.rounds.max", &filter, &value) && value == 100);
    ck_assert(own_value(&sorted, &config, "gossip.delay.time.mean", &filter, &value) && value == 2);
    interval.until = 0;
    ck_assert(own_value(&sorted, &config, "gossip.rounds.count", &first, &value) && value == 0);
    ck_assert(!own_value(&sorted, &config, "gossip.rounds.mean", &first, &value));
    free(sorted.items);
}
END_TEST

/* System a: node 0 has 2 + 4, node 1 has 2, node 2 nothing; b is another one. Mean 8/3, variance (100 + 4 + 64)/27. */
START_TEST(nodes_that_report_nothing_count_in_how_unevenly_a_metric_falls_on_them) {
    static const struct model_metric metrics[] = {{"kept", ""}, {"owned.share", ""}, {NULL, NULL}};
    static const struct model model = {.name = "ring", .metrics = metrics};
    static const struct system_config systems[] = {
        {.name = "a", .model = &model, .nodes = 3, .first_node = 0},
        {.name = "b", .model = &model, .nodes = 2, .first_node = 3},
    };
    static const struct cluster_config config = {.systems = systems, .system_count = 2};
    struct own_sample items[] = {
        {2, 1, 0, 0, 0}, {4, 2, 0, 0, 0}, {2, 1, 0, 0, 1}, {9, 1, 1, 0, 3}, {250000000, 1, 1, 1, 4}};
    struct own_samples samples = {items, 5, 5}, sorted = own_sort(&samples);
    struct interval interval = {0, 30};
    struct window window = {"all", &interval, 1};
    struct filter first = {NULL, &window, FILTER_ANY, 0, FILTER_ANY}, second = first, all = first;
    first.system = 0;
    second.system = 1;
    all.system = FILTER_ANY;
    double value;
    ck_assert(own_value(&sorted, &config, "ring.kept.variation", &first, &value));
    ck_assert_double_eq_tol(value, sqrt(168.0 / 27) / (8.0 / 3), 1e-12);
    ck_assert(own_value(&sorted, &config, "ring.kept.variation", &second, &value));
    ck_assert_double_eq_tol(value, 1, 1e-12); /* 9 and 0 */
    ck_assert(own_value(&sorted, &config, "ring.kept.variation", &all, &value));
    ck_assert_double_eq_tol(value, sqrt((36 + 4 + 0 + 81 + 0) / 5.0 - 3.4 * 3.4) / 3.4, 1e-12);
    ck_assert(own_value(&sorted, &config, "ring.owned.share.mean", &second, &value) && value == 0.25);
    ck_assert(!own_value(&sorted, &config, "ring.owned.share.variation", &first, &value));
    free(sorted.items);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("metric");
    TCase *tcase = tcase_create("metric");
    tcase_add_test(tcase, every_listed_name_is_known);
    tcase_add_test(tcase, metrics_of_a_model_have_its_name_and_a_statistic);
    tcase_add_test(tcase, samples_of_a_model_make_numbers);
    tcase_add_test(tcase, nodes_that_report_nothing_count_in_how_unevenly_a_metric_falls_on_them);
    tcase_add_test(tcase, every_listed_name_is_computed_and_every_computed_one_is_listed);
    tcase_add_test(tcase, consistency_is_known_at_any_offset);
    tcase_add_test(tcase, names_of_nothing_are_unknown);
    tcase_add_test(tcase, people_read_durations_and_shares);
    suite_add_tcase(suite, tcase);
    return suite;
}
