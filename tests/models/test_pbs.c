/* The store with its client as coordinator against the model WARS of PBS, computed independently (wars.h): latencies of
 * reads and writes, and how often a read is consistent at an offset from the acknowledgement, for columns of the
 * paper's table 4. And k-staleness of quorums without delays, in closed form. */
#include "models/registry.h"
#include "sim/study/run.h"
#include "tests/models/wars.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/check_main.h"

enum { TRIALS = 150000 };

static struct run *run_file(const char *file, const char *const *sets, uint32_t count, struct scenario **scenario) {
    char path[1000];
    struct text errors = {0};
    struct model_list list = {model_registry, model_registry_count};
    struct scenario_options reading = {.models = &list, .sets = sets, .set_count = count};
    const char *tests = getenv("TEST_ROOT"); /* as meson sets it */
    snprintf(path, sizeof path, "%s/../scenarios/quorum/%s", tests != NULL ? tests : "tests", file);
    *scenario = scenario_read(path, &reading, &errors);
    ck_assert_msg(*scenario != NULL, "%s", errors.bytes);
    text_free(&errors);
    struct run_options options = {0};
    return run_execute(*scenario, &options);
}

static double value_of(const struct run *run, const char *metric) {
    double value = -1;
    ck_assert_msg(measures_value(run->measures, metric, measures_find_window(run->measures, "all"), &value), "%s",
                  metric);
    return value;
}

/* Two shares of independent trials differ by less than five standard deviations: wrong once in a million. */
static void ck_assert_same_share(double a, double n, double b, double m, const char *what) {
    double pooled = (a * n + b * m) / (n + m);
    double deviation = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    ck_assert_msg(fabs(a - b) <= 5 * deviation + 1e-12, "%s: %.6f, expected %.6f +- %.6f", what, a, b, 5 * deviation);
}

/* The shares of operations that are not slower than four quantiles of the model. */
static void compare_latencies(const struct run *run, enum operation_kind kind, const double *sorted) {
    static const double quantiles[] = {0.1, 0.5, 0.9, 0.99, 0.999};
    const struct history *history = load_history(run->load);
    for (size_t q = 0; q < sizeof quantiles / sizeof quantiles[0]; q++) {
        double limit = wars_quantile(sorted, TRIALS, quantiles[q]);
        double count = 0, faster = 0;
        for (uint32_t i = 0; i < history->count; i++) {
            const struct operation *operation = &history->operations[i];
            if (operation->kind == kind && operation->outcome == OUTCOME_OK) {
                count++;
                faster += (double)(operation->completed - operation->invoked) / 1e6 <= limit;
            }
        }
        ck_assert_same_share(faster / count, count, quantiles[q], TRIALS, operation_name(kind));
    }
}

static const struct column {
    const char *file;
    int system, r, w;
} columns[] = {
    {"pbs.json", WARS_SSD, 1, 1},       {"pbs.json", WARS_SSD, 2, 1},       {"pbs.json", WARS_SSD, 3, 1},
    {"pbs.json", WARS_SSD, 1, 3},       {"pbs-disk.json", WARS_DISK, 1, 1}, {"pbs-disk.json", WARS_DISK, 1, 2},
    {"pbs-disk.json", WARS_DISK, 2, 1}, {"pbs-disk.json", WARS_DISK, 1, 3}, {"pbs-ymmr.json", WARS_YMMR, 1, 1},
    {"pbs-ymmr.json", WARS_YMMR, 2, 1}, {"pbs-wan.json", WARS_WAN, 1, 1},   {"pbs-wan.json", WARS_WAN, 2, 1},
};

START_TEST(the_store_follows_the_model_of_the_paper) {
    const struct column *column = &columns[_i];
    static const double offsets_ms[] = {0, 0.5, 2, 10, 100};
    static const char *const metrics[] = {"consistency.at.0ms", "consistency.at.0.5ms", "consistency.at.2ms",
                                          "consistency.at.10ms", "consistency.at.100ms"};
    char r[64], w[64];
    snprintf(r, sizeof r, "systems.store.params.r=%d", column->r);
    snprintf(w, sizeof w, "systems.store.params.w=%d", column->w);
    const char *sets[] = {r, w, "duration=40s", "workload.after=[\"0ms\", \"0.5ms\", \"2ms\", \"10ms\", \"100ms\"]"};
    struct wars wars = wars_run(&wars_systems[column->system], 3, column->r, column->w, TRIALS, 17);
    struct scenario *scenario;
    struct run *run = run_file(column->file, sets, 4, &scenario);
    for (int i = 0; i < 5; i++) {
        double expected = wars_share_up_to(wars.visible, TRIALS, offsets_ms[i]);
        ck_assert_same_share(value_of(run, metrics[i]), 7900, expected, TRIALS, metrics[i]);
    }
    compare_latencies(run, OP_READ, wars.read);
    compare_latencies(run, OP_WRITE, wars.write);
    ck_assert(value_of(run, "messages_per_op") > 5.99 && value_of(run, "messages_per_op") < 6.01);
    run_free(run);
    scenario_free(scenario);
    wars_free(&wars);
}
END_TEST

/* PBS, section 3.1: where writes reach w drawn replicas and no others, and reads ask r drawn ones, a read misses the
 * last k writes with chance (C(n - w, r) / C(n, r))^k. One client writes and reads one key; its values grow. */
static const struct quorum_sizes {
    int n, r, w;
    double missed; /* C(n - w, r) / C(n, r) */
} sizes[] = {{3, 1, 1, 2.0 / 3}, {3, 1, 2, 1.0 / 3}, {3, 2, 1, 1.0 / 3}, {5, 2, 2, 0.3}, {3, 2, 2, 0}};

START_TEST(a_read_misses_the_last_k_writes_as_often_as_partial_quorums_miss_one_another) {
    const struct quorum_sizes *size = &sizes[_i];
    char n[64], r[64], w[64];
    snprintf(n, sizeof n, "systems.store.params.n=%d", size->n);
    snprintf(r, sizeof r, "systems.store.params.r=%d", size->r);
    snprintf(w, sizeof w, "systems.store.params.w=%d", size->w);
    const char *sets[] = {n, r, w};
    struct scenario *scenario;
    struct run *run = run_file("k-staleness.json", sets, 3, &scenario);
    const struct history *history = load_history(run->load);
    double reads = 0, missed[4] = {0};
    int64_t *values = calloc(history->count, sizeof *values);
    uint32_t written = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->kind == OP_WRITE) {
            values[written++] = operation->value;
            continue;
        }
        for (uint32_t k = 1; k <= 3 && written >= 10; k++) { /* the first few cannot miss many */
            missed[k] += operation->result < values[written - k];
        }
        reads += written >= 10;
    }
    for (uint32_t k = 1; k <= 3; k++) {
        double expected = pow(size->missed, k);
        ck_assert_same_share(missed[k] / reads, reads, expected, 1e12, "missed");
    }
    ck_assert_same_share(value_of(run, "read.stale.share"), reads, size->missed, 1e12, "stale");
    free(values);
    run_free(run);
    scenario_free(scenario);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("pbs");
    TCase *tests = tcase_create("wars");
    tcase_add_loop_test(tests, the_store_follows_the_model_of_the_paper, 0, sizeof columns / sizeof columns[0]);
    tcase_add_loop_test(tests, a_read_misses_the_last_k_writes_as_often_as_partial_quorums_miss_one_another, 0,
                        sizeof sizes / sizeof sizes[0]);
    suite_add_tcase(suite, tests);
    return suite;
}
